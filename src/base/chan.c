/* SPDX-License-Identifier: ISC */
#include "base/chan.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

struct chan {
	pthread_mutex_t lock;
	pthread_cond_t not_empty; /* on CLOCK_MONOTONIC */
	pthread_cond_t not_full;
	void **ring;
	size_t cap, head, len;
	size_t wanted; /* so many wake the reader; 1 but in chan_pop_many() */
	bool closed;
};

struct chan *
chan_new(size_t capacity)
{
	struct chan *c = xcalloc(1, sizeof(*c));
	pthread_condattr_t attr;

	assert(capacity > 0);
	c->cap = capacity;
	c->wanted = 1;
	c->ring = xcalloc(capacity, sizeof(*c->ring));
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&c->not_empty, &attr);
	(void)pthread_cond_init(&c->not_full, &attr);
	(void)pthread_condattr_destroy(&attr);
	return c;
}

void
chan_free(struct chan *c)
{
	if (c == NULL)
		return;
	assert(c->len == 0);
	(void)pthread_cond_destroy(&c->not_empty);
	(void)pthread_cond_destroy(&c->not_full);
	(void)pthread_mutex_destroy(&c->lock);
	free(c->ring);
	free(c);
}

/* Lock held, room there; gives the lock back before it wakes the reader, who
 * would only wait for it. */
static void
put(struct chan *c, void *p)
{
	bool wake;

	c->ring[(c->head + c->len++) % c->cap] = p;
	wake = c->len >= c->wanted;
	(void)pthread_mutex_unlock(&c->lock);
	if (wake)
		(void)pthread_cond_signal(&c->not_empty);
}

/* Lock held, not empty. */
static void *
take(struct chan *c)
{
	void *p = c->ring[c->head];

	assert(c->len > 0 && c->cap > 0);
	c->head = (c->head + 1) % c->cap;
	c->len--;
	(void)pthread_cond_signal(&c->not_full);
	return p;
}

bool
chan_push(struct chan *c, void *p)
{
	bool done;

	assert(p != NULL);
	(void)pthread_mutex_lock(&c->lock);
	while (c->len == c->cap && !c->closed)
		(void)pthread_cond_wait(&c->not_full, &c->lock);
	if ((done = !c->closed))
		put(c, p);
	else
		(void)pthread_mutex_unlock(&c->lock);
	return done;
}

bool
chan_try_push(struct chan *c, void *p)
{
	bool done;

	assert(p != NULL);
	(void)pthread_mutex_lock(&c->lock);
	if ((done = c->len < c->cap && !c->closed))
		put(c, p);
	else
		(void)pthread_mutex_unlock(&c->lock);
	return done;
}

void *
chan_pop(struct chan *c)
{
	void *p = NULL;

	(void)pthread_mutex_lock(&c->lock);
	while (c->len == 0 && !c->closed)
		(void)pthread_cond_wait(&c->not_empty, &c->lock);
	if (c->len > 0)
		p = take(c);
	(void)pthread_mutex_unlock(&c->lock);
	return p;
}

void *
chan_try_pop(struct chan *c)
{
	void *p = NULL;

	(void)pthread_mutex_lock(&c->lock);
	if (c->len > 0)
		p = take(c);
	(void)pthread_mutex_unlock(&c->lock);
	return p;
}

void *
chan_pop_many(struct chan *c, size_t many, int64_t timeout_ms)
{
	struct timespec until;
	void *p = NULL;
	int rc = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(timeout_ms / 1000);
	until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	(void)pthread_mutex_lock(&c->lock);
	c->wanted = many < c->cap ? many : c->cap;
	while (c->len < c->wanted && !c->closed && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&c->not_empty, &c->lock, &until);
	c->wanted = 1;
	if (c->len > 0)
		p = take(c);
	(void)pthread_mutex_unlock(&c->lock);
	return p;
}

void
chan_nudge(struct chan *c)
{
	(void)pthread_mutex_lock(&c->lock);
	if (c->len > 0) {
		c->wanted = 1;
		(void)pthread_cond_signal(&c->not_empty);
	}
	(void)pthread_mutex_unlock(&c->lock);
}

void
chan_close(struct chan *c)
{
	(void)pthread_mutex_lock(&c->lock);
	c->closed = true;
	(void)pthread_cond_broadcast(&c->not_empty);
	(void)pthread_cond_broadcast(&c->not_full);
	(void)pthread_mutex_unlock(&c->lock);
}

size_t
chan_len(struct chan *c)
{
	size_t n;

	(void)pthread_mutex_lock(&c->lock);
	n = c->len;
	(void)pthread_mutex_unlock(&c->lock);
	return n;
}

/* SPDX-License-Identifier: ISC */
#include "base/mailbox.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

struct mailbox {
	pthread_mutex_t lock;
	void **msgs;
	size_t len, cap;
	struct event *wake;
	mailbox_cb cb;
	void *arg;
};

static void
deliver(struct mailbox *m)
{
	void **msgs;
	size_t n;

	/* Swap the queue out, so posters never wait for the callbacks. */
	(void)pthread_mutex_lock(&m->lock);
	msgs = m->msgs;
	n = m->len;
	m->msgs = NULL;
	m->len = m->cap = 0;
	(void)pthread_mutex_unlock(&m->lock);
	for (size_t i = 0; i < n; i++)
		m->cb(msgs[i], m->arg);
	free(msgs);
}

static void
wake_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	deliver(arg);
}

struct mailbox *
mailbox_new(struct event_base *base, mailbox_cb cb, void *arg)
{
	struct mailbox *m = xcalloc(1, sizeof(*m));

	(void)pthread_mutex_init(&m->lock, NULL);
	m->cb = cb;
	m->arg = arg;
	m->wake = event_new(base, -1, EV_PERSIST, wake_cb, m);
	assert(m->wake != NULL);
	return m;
}

void
mailbox_free(struct mailbox *m)
{
	if (m == NULL)
		return;
	event_free(m->wake);
	deliver(m);
	(void)pthread_mutex_destroy(&m->lock);
	free(m->msgs);
	free(m);
}

void
mailbox_post(struct mailbox *m, void *msg)
{
	bool was_empty;

	(void)pthread_mutex_lock(&m->lock);
	was_empty = m->len == 0;
	if (m->len == m->cap) {
		m->cap = m->cap != 0 ? m->cap * 2 : 16;
		m->msgs = xreallocarray(m->msgs, m->cap, sizeof(*m->msgs));
	}
	m->msgs[m->len++] = msg;
	(void)pthread_mutex_unlock(&m->lock);
	if (was_empty)
		event_active(m->wake, EV_READ, 0);
}

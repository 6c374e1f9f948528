/* SPDX-License-Identifier: ISC */
/*
 * One step at a time goes round between the loop and a thread of its own:
 *
 * LOOK: the thread relates what has a new vector, or else makes a request of
 * the newest articles without one.  The loop sends it by the fetcher, the
 * thread reads the answer (READ), the writer stores what came of it, and the
 * next LOOK begins, until nothing is left.
 *
 * What is missing follows from the store alone, so an endpoint that is away is
 * caught up later, by whoever runs then, and a kill loses nothing.  A batch
 * that fails is made smaller; a single text that an otherwise working endpoint
 * refuses is noted as having no vector.
 */
#include "daemon/embed.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/embed_int.h"
#include "daemon/workers.h"

#define WAIT_MS 10000	    /* so long a sync waits for its embeddings */
#define REST_MS 30000	    /* after a failure, and longer each time ... */
#define REST_MAX_MS 3600000 /* ... up to this */
#define KEY_BYTES 4096

struct embed {
	struct workers *w;
	struct fetcher *fetcher;
	struct event_base *base;
	char *path;
	void (*idle)(void *arg);
	void *arg;

	struct embed_conf *conf; /* NULL: off */
	char *url, *key;
	struct mailbox *mailbox;
	struct event *rest, *patience;
	int64_t rest_until_ms, rest_ms;
	size_t batch; /* texts of the next request */
	bool is_under_way, is_wanted, has_worked, is_stopping, has_waiters;

	struct embedder *thread; /* NULL until first needed */
};

static void look(struct embed *e);

/* --- one step after the other --------------------------------------------- */

static void
release_waiters(struct embed *e)
{
	bool had = e->has_waiters;

	e->has_waiters = false;
	(void)event_del(e->patience);
	if (had && !e->is_stopping)
		e->idle(e->arg);
}

/* The step is over; go on with the next. */
static void
go_on(struct embed *e, struct embed_step *s)
{
	embed_step_free(s);
	e->is_under_way = false;
	if (!e->is_stopping)
		look(e);
}

static void
take_rest(struct embed *e, struct embed_step *s, const char *words,
    int64_t retry_after_s)
{
	struct timeval tv;

	embed_step_free(s);
	e->is_under_way = false;
	e->batch = e->batch > 4 ? e->batch / 4 : 1;
	e->rest_ms = e->rest_ms == 0 ? REST_MS : e->rest_ms * 2;
	if (retry_after_s * 1000 > e->rest_ms)
		e->rest_ms = retry_after_s * 1000;
	if (e->rest_ms > REST_MAX_MS)
		e->rest_ms = REST_MAX_MS;
	e->rest_until_ms = clock_mono_ms() + e->rest_ms;
	tv = (struct timeval){.tv_sec = (time_t)(e->rest_ms / 1000)};
	(void)event_add(e->rest, &tv);
	log_warn("embed", "no embeddings error=%s retry_s=%lld", LOG_STR(words),
	    (long long)(e->rest_ms / 1000));
	release_waiters(e);
}

static enum ak_status
store_cb(struct store *store, void *arg)
{
	return embed_step_store(arg, store);
}

static void
stored_cb(enum ak_status st, void *arg)
{
	struct embed_step *s = arg;
	struct embed *e = s->embed;

	if (st != AK_OK && !e->is_stopping)
		take_rest(e, s, "the store cannot be written", 0);
	else
		go_on(e, s);
}

static void
store_step(struct embed *e, struct embed_step *s)
{
	struct call *c = xcalloc(1, sizeof(*c));

	c->run = store_cb;
	c->done = stored_cb;
	c->arg = s;
	workers_call(e->w, c);
}

/* Would fewer or other texts do better? */
static bool
is_about_texts(int status)
{
	return status == 400 || status == 413 || status == 422 || status == 500;
}

static void
fetched_cb(struct fetch_result *r, void *arg)
{
	struct embed_step *s = arg;
	struct embed *e = s->embed;

	if (r->st == AK_CANCELED || e->is_stopping) {
		embed_step_free(s);
		return;
	}
	if (r->st == AK_OK && r->outcome == SCHED_OK && r->body != NULL) {
		s->answer = r->body;
		s->answer_len = r->body_len;
		r->body = NULL;
		s->kind = EMBED_READ;
		embedder_push(e->thread, s);
	} else if (is_about_texts(r->status) && s->n > 1) {
		e->batch = s->n > 4 ? s->n / 4 : 1;
		go_on(e, s);
	} else if (is_about_texts(r->status) && e->has_worked) {
		embed_step_refused(s);
		store_step(e, s);
	} else {
		take_rest(e, s,
		    r->diag.text[0] != '\0' ? r->diag.text
					    : sched_outcome_name(r->outcome),
		    r->retry_after_s);
	}
}

static void
ask(struct embed *e, struct embed_step *s)
{
	struct fetch_req req = {.url = e->url,
	    .method = FETCH_POST,
	    .accept = "application/json",
	    .bearer = e->key,
	    .body = s->request,
	    .body_len = strlen(s->request),
	    .body_type = "application/json",
	    .is_trusted = true};

	(void)fetch_start(e->fetcher, &req, fetched_cb, s);
	free(s->request);
	s->request = NULL;
}

/* The thread's answer. */
static void
mail_cb(void *msg, void *arg)
{
	struct embed_step *s = msg;
	struct embed *e = arg;

	if (e->is_stopping) {
		embed_step_free(s);
	} else if (s->kind == EMBED_FAILED) {
		struct diag d = s->diag;

		take_rest(e, s, d.text, 0);
	} else if (s->kind == EMBED_NOTHING) {
		embed_step_free(s);
		e->is_under_way = false;
		if (e->is_wanted)
			look(e);
		else
			release_waiters(e);
	} else if (s->kind == EMBED_ASK) {
		if (e->conf != NULL && e->conf->model == s->conf.model)
			ask(e, s);
		else
			go_on(e, s); /* the configuration changed */
	} else {
		if (s->kind == EMBED_PUT && s->answer != NULL) {
			e->has_worked = true;
			e->rest_ms = 0;
			e->batch = e->batch * 2 < EMBED_BATCH ? e->batch * 2
							      : EMBED_BATCH;
		}
		store_step(e, s);
	}
}

static void
look(struct embed *e)
{
	struct embed_step *s;

	if (e->conf == NULL || clock_mono_ms() < e->rest_until_ms) {
		release_waiters(e);
		return;
	}
	e->is_wanted = true;
	if (e->is_under_way)
		return;
	if (e->thread == NULL)
		e->thread = embedder_start(e->path, e->mailbox);
	e->is_wanted = false;
	e->is_under_way = true;
	s = xcalloc(1, sizeof(*s));
	s->embed = e;
	s->kind = EMBED_LOOK;
	s->conf = *e->conf;
	s->max = e->batch;
	embedder_push(e->thread, s);
}

static void
rest_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	look(arg);
}

static void
patience_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	release_waiters(arg);
}

/* --- interface ------------------------------------------------------------ */

struct embed *
embed_new(struct event_base *base, struct workers *w, struct fetcher *f,
    const char *path, void (*idle)(void *arg), void *arg)
{
	struct embed *e = xcalloc(1, sizeof(*e));

	e->base = base;
	e->w = w;
	e->fetcher = f;
	e->path = xstrdup(path);
	e->idle = idle;
	e->arg = arg;
	e->mailbox = mailbox_new(base, mail_cb, e);
	e->rest = event_new(base, -1, 0, rest_cb, e);
	e->patience = event_new(base, -1, 0, patience_cb, e);
	assert(e->rest != NULL && e->patience != NULL);
	return e;
}

/* The first line of the key's file; NULL: there is none to be had. */
static char *
read_key(const char *path)
{
	char key[KEY_BYTES];
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		n = read(fd, key, sizeof(key) - 1);
		(void)close(fd);
	}
	if (n < 0) {
		log_warn("embed", "embeddings_key_file error=%s",
		    LOG_STR(strerrordesc_np(errno)));
		return NULL;
	}
	key[n] = '\0';
	key[strcspn(key, "\r\n")] = '\0';
	return key[0] != '\0' ? xstrdup(key) : NULL;
}

void
embed_configure(struct embed *e, const struct conf *conf)
{
	const char *url = conf->relate_embeddings;
	struct embed_conf c = {
	    .keep = conf->relate_keep, .window = conf->relate_window};
	XXH64_hash_t hash;

	free(e->conf);
	free(e->url);
	free(e->key);
	e->conf = NULL;
	e->url = e->key = NULL;
	e->has_worked = false;
	e->rest_until_ms = e->rest_ms = 0;
	e->batch = EMBED_BATCH;
	if (str_empty(url) || !conf->relate_enabled)
		return;
	(void)snprintf(
	    c.name, sizeof(c.name), "%s", conf->relate_embeddings_model);
	hash =
	    XXH3_64bits(c.name, strlen(c.name)) ^ XXH3_64bits(url, strlen(url));
	memcpy(&c.model, &hash, sizeof(c.model));
	e->conf = xmalloc(sizeof(c));
	*e->conf = c;
	e->url = xstrdup(url);
	if (!str_empty(conf->relate_embeddings_key_file))
		e->key = read_key(conf->relate_embeddings_key_file);
}

bool
embed_wake(struct embed *e)
{
	struct timeval tv = {.tv_sec = WAIT_MS / 1000};

	if (e->conf == NULL || clock_mono_ms() < e->rest_until_ms)
		return false;
	if (!e->has_waiters)
		(void)event_add(e->patience, &tv);
	e->has_waiters = true;
	look(e);
	return true;
}

void
embed_stop(struct embed *e)
{
	e->is_stopping = true;
	embedder_stop(e->thread);
}

void
embed_free(struct embed *e)
{
	mailbox_free(e->mailbox);
	embedder_free(e->thread);
	event_free(e->rest);
	event_free(e->patience);
	free(e->conf);
	free(e->url);
	free(e->key);
	free(e->path);
	free(e);
}

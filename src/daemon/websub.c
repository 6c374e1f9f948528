/* SPDX-License-Identifier: ISC */
/*
 * All subscriptions are in memory, since the loop answers hubs at once; the
 * store has a copy, written behind (websub_keep.c).  A subscription begins as a
 * row that the writer left beside the first poll that found hubs, by akind or
 * by `akin add`, and ends a month after its feed is gone from the store.
 *
 * One timer runs at the earliest next_at of all.  At most MAX_ASKING hubs are
 * asked at once.  A delivery is answered before it is parsed; it then goes
 * through parse, clean and store as a poll's body does, one at a time of a
 * feed so that an edit never overtakes the edit after it.
 */
#include "daemon/websub_int.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "serve/serve.h"

#define MAX_ASKING 16
#define LOOK_S 3600 /* for feeds that went unnoticed */
#define MISS_S 3600 /* so late may a push be, after a poll found the entry */

/* --- one subscription ----------------------------------------------------- */

struct sub *
sub_new(struct websubs *ws, int64_t feed_id)
{
	struct sub *s = xcalloc(1, sizeof(*s));

	s->all = ws;
	s->feed_id = feed_id;
	websub_init(&s->w);
	STAILQ_INIT(&s->pushes);
	HASH_ADD(hh, ws->subs, feed_id, sizeof(s->feed_id), s);
	return s;
}

void
sub_free(struct sub *s)
{
	struct poll *p;

	while ((p = STAILQ_FIRST(&s->pushes)) != NULL) {
		STAILQ_REMOVE_HEAD(&s->pushes, link);
		poll_free(p);
	}
	websub_release(&s->w);
	free(s->url);
	free(s);
}

static struct sub *
find_sub(const struct websubs *ws, int64_t feed_id)
{
	struct sub *s;

	HASH_FIND(hh, ws->subs, &feed_id, sizeof(feed_id), s);
	return s;
}

void
websubs_wake(struct websubs *ws, int64_t at)
{
	int64_t wait_s = at - clock_now();
	struct timeval tv = {0};

	if (at >= ws->wake_at || ws->is_closing)
		return;
	ws->wake_at = at;
	tv.tv_sec = wait_s < 0 ? 0 : (time_t)wait_s;
	(void)event_add(ws->timer, &tv);
}

/* The callback's path changes when the hub does. */
static void
rehash(struct sub *s)
{
	struct websubs *ws = s->all;

	if (strcmp(s->key, s->w.token) == 0)
		return;
	if (s->key[0] != '\0')
		HASH_DELETE(by_token, ws->tokens, s);
	memcpy(s->key, s->w.token, sizeof(s->key));
	if (s->key[0] != '\0')
		HASH_ADD(
		    by_token, ws->tokens, key, (unsigned)strlen(s->key), s);
}

static void
mark_dirty(struct sub *s)
{
	if (!s->is_dirty) {
		s->is_dirty = true;
		STAILQ_INSERT_TAIL(&s->all->dirty, s, dirty);
	}
	websubs_save(s->all);
}

void
sub_changed(struct sub *s)
{
	int64_t now = clock_now();
	bool is_active = websub_is_active(&s->w, now);

	if (s->was_active && !is_active && s->poll_at != 0)
		s->falls_back = true;
	if (s->was_active != is_active)
		log_info("websub", "%s feed=%lld",
		    is_active ? "pushed" : "polled", (long long)s->feed_id);
	s->was_active = is_active;
	rehash(s);
	mark_dirty(s);
	websubs_wake(s->all, s->w.next_at);
	if (s->found_at != 0)
		websubs_wake(s->all, s->found_at + MISS_S);
}

void
sub_leave(struct sub *s)
{
	if (s->w.stage == WEBSUB_LEAVING || s->w.stage == WEBSUB_GONE)
		return;
	s->was_active = false; /* no polls to fall back to */
	websub_leave(&s->w, clock_now());
	sub_changed(s);
}

static void
forget(struct sub *s)
{
	HASH_DEL(s->all->subs, s);
	if (s->key[0] != '\0')
		HASH_DELETE(by_token, s->all->tokens, s);
	s->is_forgotten = true;
	mark_dirty(s);
}

/* --- asking hubs ---------------------------------------------------------- */

/* Where a chain of 308 alone led. */
static const char *
moved_to(const struct fetch_result *r)
{
	for (size_t i = 0; i < r->n_hops; i++)
		if (r->hops[i].status != 308)
			return NULL;
	return r->n_hops > 0 ? r->hops[r->n_hops - 1].url : NULL;
}

static void
asked_cb(struct fetch_result *r, void *arg)
{
	struct sub *s = arg;
	struct websubs *ws = s->all;
	int status = r->st == AK_OK ? r->status : 0;

	s->is_asking = false;
	ws->n_asking--;
	if (r->st == AK_CANCELED)
		return;
	if (status / 100 != 2)
		log_info("websub",
		    "hub failed feed=%lld hub=%s status=%d error=%s",
		    (long long)s->feed_id, LOG_STR(r->url), status,
		    LOG_STR(r->diag.text));
	websub_answered(&s->w, clock_now(), status, moved_to(r));
	sub_changed(s);
	if (ws->n_asking == MAX_ASKING - 1) /* others may have waited */
		websubs_wake(ws, clock_now());
}

/* false: there was nothing left to ask, and `s` is no more. */
static bool
ask(struct sub *s, int64_t now)
{
	struct websubs *ws = s->all;
	struct fetch_req req = {.method = FETCH_POST,
	    .body_type = "application/x-www-form-urlencoded",
	    .accept = "*/*"};
	struct buf body;

	buf_init(&body, 8 * LIMIT_URL_BYTES);
	req.url = websub_ask(&s->w, &ws->params, now, &body);
	if (req.url != NULL) {
		req.https_only = ascii_istarts(req.url, "https:");
		req.body = buf_str(&body);
		req.body_len = body.len;
		s->is_asking = true;
		ws->n_asking++;
		(void)fetch_start(ws->fetcher, &req, asked_cb, s);
	}
	buf_release(&body);
	if (s->w.stage == WEBSUB_GONE && s->w.next_at == WEBSUB_NEVER) {
		forget(s);
		return false;
	}
	sub_changed(s);
	return true;
}

/* --- the timer ------------------------------------------------------------ */

/* A poll found an entry an hour ago, and no push has come since. */
static void
count_miss(struct sub *s)
{
	s->found_at = 0;
	websub_polled(&s->w, 1);
	sub_changed(s);
}

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct websubs *ws = arg;
	int64_t now = clock_now(), next = now + LOOK_S;
	struct sub *s, *tmp;

	(void)fd;
	(void)what;
	ws->wake_at = INT64_MAX;
	if (ws->params.callback == NULL)
		return;
	ws->wake_at = INT64_MIN; /* set below */
	if (now >= ws->look_at)
		websubs_look(ws);
	HASH_ITER (hh, ws->subs, s, tmp) {
		if (s->found_at != 0 && s->found_at + MISS_S <= now)
			count_miss(s);
		if (s->found_at != 0 && s->found_at + MISS_S < next)
			next = s->found_at + MISS_S;
		if (s->w.next_at <= now && !s->is_asking) {
			if (ws->n_asking == MAX_ASKING)
				continue; /* asked_cb() comes back to it */
			if (!ask(s, now))
				continue;
		}
		if (s->w.next_at < next)
			next = s->w.next_at;
	}
	if (ws->look_at < next)
		next = ws->look_at;
	ws->wake_at = INT64_MAX;
	/* One that failed at once waits for its second. */
	websubs_wake(ws, next > now ? next : now + 1);
	websubs_save(ws);
}

/* --- feeds ---------------------------------------------------------------- */

void
websubs_look(struct websubs *ws)
{
	if (ws->params.callback == NULL || !ws->is_started || ws->is_closing)
		return;
	ws->look_at = clock_now() + LOOK_S;
	websubs_load(ws);
}

bool
websubs_is_active(const struct websubs *ws, int64_t feed_id)
{
	const struct sub *s = find_sub(ws, feed_id);

	return s != NULL && ws->params.callback != NULL &&
	       websub_is_active(&s->w, clock_now());
}

void
websubs_clock_moved(struct websubs *ws, int64_t by_s)
{
	struct sub *s, *tmp;

	HASH_ITER (hh, ws->subs, s, tmp) {
		if (s->w.next_at != WEBSUB_NEVER)
			s->w.next_at -= by_s;
		if (s->w.lease_until != 0)
			s->w.lease_until -= by_s;
		if (s->found_at != 0)
			s->found_at -= by_s;
		if (s->poll_at != 0)
			s->poll_at -= by_s;
		sub_changed(s);
	}
	ws->look_at -= by_s;
}

void
websubs_polled(struct websubs *ws, const struct poll *p)
{
	struct websub_found found = {.topic = p->topic};
	struct sub *s = find_sub(ws, p->feed_id);

	if (ws->params.callback == NULL || ws->is_closing || !p->is_committed ||
	    p->pushless_due_at == 0) /* nobody was asked */
		return;
	if (s == NULL) {
		if (p->topic != NULL)
			websubs_look(ws);
		return;
	}
	s->poll_at = p->pushless_due_at;
	if (s->found_at == 0 && p->n_new > 0 && websub_is_active(&s->w, p->at))
		s->found_at = p->at;
	if (p->topic != NULL) {
		while (found.n_hubs < WEBSUB_HUBS &&
		       p->hubs[found.n_hubs] != NULL) {
			found.hubs[found.n_hubs] = p->hubs[found.n_hubs];
			found.n_hubs++;
		}
		free(s->url);
		s->url = xstrdup(p->final_url);
		websub_offer(&s->w, &found, p->at);
	}
	sub_changed(s);
}

/* --- what hubs send ------------------------------------------------------- */

static void
start_push(struct sub *s)
{
	struct poll *p = STAILQ_FIRST(&s->pushes);

	if (p == NULL || s->is_pushing)
		return;
	STAILQ_REMOVE_HEAD(&s->pushes, link);
	s->is_pushing = true;
	workers_parse(s->all->workers, p);
}

static void
take_push(struct sub *s, const struct serve_push *push)
{
	struct store_feed row = {.id = s->feed_id, .url = s->url};
	struct poll *p = poll_new(&row);

	p->is_push = true;
	p->at = clock_now();
	p->answer.outcome = SCHED_OK;
	p->final_url = p->url;
	if (push->content_type != NULL)
		p->content_type = p->answer_text = xstrdup(push->content_type);
	p->body = xmalloc(push->body_len + 1);
	memcpy(p->body, push->body, push->body_len);
	p->body_len = push->body_len;
	p->body_bytes = (int64_t)push->body_len;
	s->found_at = 0; /* late, but pushes come */
	s->all->n_pushes++;
	s->all->push_bytes += push->body_len;
	STAILQ_INSERT_TAIL(&s->pushes, p, link);
	start_push(s);
}

void
websubs_landed(struct websubs *ws, struct poll *p)
{
	struct sub *s = find_sub(ws, p->feed_id);

	ws->n_pushes--;
	ws->push_bytes -= (size_t)p->body_bytes;
	if (p->error != NULL)
		log_info("websub", "ignored feed=%lld error=%s",
		    (long long)p->feed_id, LOG_STR(p->error));
	else
		log_debug("websub", "delivered feed=%lld new=%lld revised=%lld",
		    (long long)p->feed_id, (long long)p->n_new,
		    (long long)p->n_revised);
	if (!p->is_committed)
		websubs_look(ws); /* is the feed still there? */
	poll_free(p);
	if (s != NULL && !ws->is_closing) {
		s->is_pushing = false;
		start_push(s);
	}
}

static int
receive(struct sub *s, const struct serve_push *push)
{
	struct websubs *ws = s->all;
	bool is_accepted = false;
	int status;

	if (ws->n_pushes >= LIMIT_PUSHES ||
	    ws->push_bytes + push->body_len > LIMIT_PUSHES_BYTES)
		return 503;
	status = websub_check(&s->w, clock_now(), push->signature, push->body,
	    push->body_len, &is_accepted);
	if (is_accepted) {
		ws->stats.n_pushed++;
		if (push->body_len > 0)
			take_push(s, push);
	} else {
		ws->stats.n_refused++;
		log_info("websub", "refused feed=%lld status=%d",
		    (long long)s->feed_id, status);
	}
	if (status / 100 == 2)
		sub_changed(s);
	return status;
}

int
websubs_answer(
    struct websubs *ws, const struct serve_push *push, struct buf *out)
{
	size_t len = push->path != NULL ? strlen(push->path) : 0;
	struct sub *s = NULL;
	int status;

	if (ws->params.callback != NULL && len == WEBSUB_TOKEN_SIZE - 1)
		HASH_FIND(by_token, ws->tokens, push->path, (unsigned)len, s);
	if (s == NULL)
		return 404;
	if (strcmp(push->method, "POST") == 0)
		return receive(s, push);
	status =
	    websub_verify(&s->w, &ws->params, clock_now(), push->query, out);
	if (status == 200)
		sub_changed(s);
	return status;
}

void
websubs_stats(const struct websubs *ws, struct websubs_stats *ret)
{
	const struct sub *s, *tmp;

	*ret = ws->stats;
	HASH_ITER (hh, ws->subs, s, tmp)
		ret->n_active += s->was_active;
}

/* --- the whole ------------------------------------------------------------ */

struct websubs *
websubs_new(struct event_base *base, void (*due)(void *arg), void *arg)
{
	struct websubs *ws = xcalloc(1, sizeof(*ws));

	ws->base = base;
	ws->due = due;
	ws->arg = arg;
	ws->wake_at = INT64_MAX;
	STAILQ_INIT(&ws->dirty);
	ws->timer = event_new(base, -1, 0, timer_cb, ws);
	assert(ws->timer != NULL);
	return ws;
}

void
websubs_run(struct websubs *ws, struct workers *w, struct fetcher *f)
{
	ws->workers = w;
	ws->fetcher = f;
	ws->is_started = true;
	websubs_look(ws);
}

void
websubs_stop(struct websubs *ws)
{
	ws->is_closing = true;
	while (ws->is_started && !STAILQ_EMPTY(&ws->dirty)) {
		ws->is_saving = false; /* not to be waited for any more */
		websubs_save(ws);
	}
}

void
websubs_free(struct websubs *ws)
{
	struct sub *s, *tmp;

	if (ws == NULL)
		return;
	while ((s = STAILQ_FIRST(&ws->dirty)) != NULL) {
		STAILQ_REMOVE_HEAD(&ws->dirty, dirty);
		if (s->is_forgotten)
			sub_free(s);
	}
	HASH_CLEAR(by_token, ws->tokens);
	HASH_ITER (hh, ws->subs, s, tmp) {
		HASH_DEL(ws->subs, s);
		sub_free(s);
	}
	event_free(ws->timer);
	free((char *)(uintptr_t)ws->params.callback);
	free(ws);
}

/* Nobody reaches the callbacks any more: all is polled again. */
static void
fall_back(struct websubs *ws)
{
	struct sub *s, *tmp;

	HASH_ITER (hh, ws->subs, s, tmp) {
		if (!s->was_active)
			continue;
		s->was_active = false;
		s->falls_back = s->poll_at != 0;
		mark_dirty(s);
	}
}

void
websubs_reconfigure(struct websubs *ws, const struct conf *conf)
{
	const char *callback = conf->websub_callback;
	bool was_on = ws->params.callback != NULL;

	free((char *)(uintptr_t)ws->params.callback);
	ws->params.callback = NULL;
	ws->params.min_lease_s = conf->websub_min_lease;
	if (!str_empty(callback) && url_is_http(callback))
		ws->params.callback = xstrdup(callback);
	else if (!str_empty(callback))
		log_warn("conf", "no URL, so WebSub is off callback=%s",
		    LOG_STR(callback));
	if (was_on && ws->params.callback == NULL)
		fall_back(ws);
	else
		websubs_look(ws);
}

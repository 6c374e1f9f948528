/* SPDX-License-Identifier: ISC */
/*
 * Subscriptions to the store and back, by calls to the writer.  One call is
 * under way at a time and carries all that changed meanwhile, so a burst of
 * deliveries is a row, and the writer's inbox never fills up with them.  What
 * the store refuses stays dirty and goes with the next timer.
 */
#include "daemon/websub_int.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"

#define ROWS_AT_ONCE 256
#define RETRY_S 60 /* after the store refused */

/* --- saving --------------------------------------------------------------- */

struct save_row {
	struct store_websub w; /* strings malloc'ed; state NULL: forget it */
	int64_t due_at;	       /* 0: as it is */
};

struct save {
	struct websubs *all;
	bool wakes;
	size_t n;
	struct save_row rows[ROWS_AT_ONCE];
};

static void
call(struct websubs *ws, enum ak_status (*run)(struct store *s, void *arg),
    void (*done)(enum ak_status st, void *arg), void *arg)
{
	struct call *c = xcalloc(1, sizeof(*c));

	c->run = run;
	c->done = done;
	c->arg = arg;
	if (ws->is_closing) {
		workers_call(ws->workers, c);
	} else if (!workers_try_call(ws->workers, c)) {
		free(c);
		done(AK_BUSY, arg);
	}
}

static enum ak_status
save_rows(struct store *s, void *arg)
{
	struct save *save = arg;
	enum ak_status st = AK_OK;

	for (size_t i = 0; st == AK_OK && i < save->n; i++) {
		const struct save_row *r = &save->rows[i];

		st = r->w.state != NULL ? store_websub_put(s, &r->w)
					: store_websub_forget(s, r->w.feed_id);
		if (st == AK_OK && r->due_at != 0)
			st = store_websub_fallen_back(
			    s, r->w.feed_id, r->due_at);
	}
	return st;
}

static void
saved(enum ak_status st, void *arg)
{
	struct save *save = arg;
	struct websubs *ws = save->all;

	ws->is_saving = false;
	for (size_t i = 0; i < save->n; i++) {
		struct save_row *r = &save->rows[i];
		struct sub *s;

		HASH_FIND(hh, ws->subs, &r->w.feed_id, sizeof(r->w.feed_id), s);
		if (st != AK_OK && s != NULL && !s->is_dirty) {
			s->is_dirty = true;
			s->falls_back |= r->due_at != 0;
			STAILQ_INSERT_TAIL(&ws->dirty, s, dirty);
		}
		free((char *)(uintptr_t)r->w.state);
		free((char *)(uintptr_t)r->w.url);
	}
	if (ws->is_closing) {
		free(save);
		return;
	}
	if (st != AK_OK) {
		websubs_wake(ws, clock_now() + RETRY_S);
	} else {
		if (save->wakes)
			ws->due(ws->arg);
		websubs_save(ws);
	}
	free(save);
}

static void
fill_row(struct sub *s, int64_t now, struct save *save)
{
	struct save_row *r = &save->rows[save->n++];
	struct buf b;

	r->w.feed_id = s->feed_id;
	if (s->is_forgotten)
		return;
	buf_init(&b, LIMIT_MIB);
	websub_save(&s->w, &b);
	r->w.state = buf_steal(&b);
	r->w.url = xstrdup(s->url);
	r->w.poll_at = s->poll_at;
	r->w.found_at = s->found_at;
	if (s->falls_back) {
		r->due_at = s->poll_at > now ? s->poll_at : now;
		save->wakes = true;
		s->falls_back = false;
	}
}

void
websubs_save(struct websubs *ws)
{
	int64_t now = clock_now();
	struct save *save;
	struct sub *s;

	if (ws->is_saving || STAILQ_EMPTY(&ws->dirty))
		return;
	save = xcalloc(1, sizeof(*save));
	save->all = ws;
	while (save->n < ROWS_AT_ONCE && (s = STAILQ_FIRST(&ws->dirty))) {
		STAILQ_REMOVE_HEAD(&ws->dirty, dirty);
		s->is_dirty = false;
		fill_row(s, now, save);
		if (s->is_forgotten)
			sub_free(s);
	}
	ws->is_saving = true;
	call(ws, save_rows, saved, save);
}

/* --- loading -------------------------------------------------------------- */

struct load_row {
	int64_t feed_id, poll_at, found_at;
	char *url, *state;
	bool has_feed;
};

struct load {
	struct websubs *all;
	bool only_news;
	struct load_row *rows;
	size_t n, cap;
};

static void
load_cb(const struct store_websub *w, void *arg)
{
	struct load *l = arg;

	if (l->n == l->cap) {
		l->cap = l->cap != 0 ? 2 * l->cap : 16;
		l->rows = xreallocarray(l->rows, l->cap, sizeof(*l->rows));
	}
	l->rows[l->n++] = (struct load_row){w->feed_id, w->poll_at, w->found_at,
	    xstrdup(w->url), xstrdup(w->state), w->has_feed};
}

static enum ak_status
load_rows(struct store *s, void *arg)
{
	struct load *l = arg;

	return store_websubs(s, l->only_news, load_cb, l);
}

static void
take_row(struct websubs *ws, struct load_row *r)
{
	struct sub *s;

	HASH_FIND(hh, ws->subs, &r->feed_id, sizeof(r->feed_id), s);
	if (s == NULL) {
		s = sub_new(ws, r->feed_id);
		/* Not ours: as if nothing was known of the feed's hub. */
		if (websub_load(r->state, &s->w) != AK_OK)
			log_warn("websub", "unreadable feed=%lld",
			    (long long)r->feed_id);
		s->url = r->url;
		r->url = NULL;
		s->poll_at = r->poll_at;
		s->found_at = r->found_at;
		/* A lease that ended meanwhile is noticed by the timer. */
		s->was_active = websub_is_active(&s->w, 0);
		sub_changed(s);
	}
	if (!r->has_feed)
		sub_leave(s);
}

static void
loaded(enum ak_status st, void *arg)
{
	struct load *l = arg;
	struct websubs *ws = l->all;

	ws->is_looking = false;
	for (size_t i = 0; i < l->n; i++) {
		struct load_row *r = &l->rows[i];

		if (st == AK_OK && !ws->is_closing)
			take_row(ws, r);
		free(r->url);
		free(r->state);
	}
	ws->is_loaded |= st == AK_OK;
	if (st != AK_OK)
		ws->look_at = clock_now() + RETRY_S;
	websubs_wake(ws, ws->look_at);
	if (ws->looks_again && st == AK_OK && !ws->is_closing)
		websubs_load(ws);
	free(l->rows);
	free(l);
}

void
websubs_load(struct websubs *ws)
{
	struct load *l;

	ws->looks_again = ws->is_looking;
	if (ws->is_looking)
		return;
	ws->is_looking = true;
	l = xcalloc(1, sizeof(*l));
	l->all = ws;
	l->only_news = ws->is_loaded;
	call(ws, load_rows, loaded, l);
}

/* --- writer --------------------------------------------------------------- */

enum ak_status
websubs_offer(const struct poll *p, struct store *s)
{
	struct websub_found found = {.topic = p->topic};
	struct store_websub row = {.feed_id = p->feed_id,
	    .poll_at = p->pushless_due_at,
	    .url = p->final_url};
	struct websub w;
	struct buf b;
	enum ak_status st;
	bool has = true;

	if (p->topic == NULL)
		return AK_OK;
	st = store_websub_has(s, p->feed_id, &has);
	if (st != AK_OK || has)
		return st;
	while (found.n_hubs < WEBSUB_HUBS && p->hubs[found.n_hubs] != NULL) {
		found.hubs[found.n_hubs] = p->hubs[found.n_hubs];
		found.n_hubs++;
	}
	websub_init(&w);
	websub_offer(&w, &found, p->at);
	buf_init(&b, LIMIT_MIB);
	websub_save(&w, &b);
	row.state = buf_str(&b);
	st = store_websub_offer(s, &row);
	buf_release(&b);
	websub_release(&w);
	return st;
}

enum ak_status
websubs_commit(struct poll *p, struct store *s)
{
	struct store_fetch f = {.feed_id = p->feed_id,
	    .at = p->at,
	    .doc = p->doc,
	    .is_delta = true,
	    .is_push = true,
	    .features = p->features};
	struct store_delta delta = {0};
	enum ak_status st;

	if (p->doc == NULL)
		return AK_OK; /* it was no feed */
	st = store_put_fetch(s, &f, &delta);
	if (st != AK_OK)
		return st;
	p->n_new = delta.n_new;
	p->n_revised = delta.n_revised;
	p->n_new_articles = (int64_t)delta.n_new_articles;
	poll_want_pages(p, &delta);
	store_delta_release(&delta);
	return AK_OK;
}

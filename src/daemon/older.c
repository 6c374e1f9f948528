/* SPDX-License-Identifier: ISC */
/*
 * A walk: which page is next (asked of the writer, who has just stored the one
 * before), may it be asked for (host, robots.txt), a pause, the request, parse,
 * commit, and again, to LIMIT_OLDER_PAGES.  Archives never change, so one that
 * was read is stepped over by what the store remembers of it; a "next" page is
 * read again as long as the one before it had something new.  So a second walk
 * goes on where the first ended.
 *
 * A page is asked for as a redirect of the feed's own address would be: the
 * address guard holds, and credentials stay with their origin.
 */
#include "daemon/older.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "daemon/origins.h"
#include "daemon/workers.h"

struct older {
	LIST_ENTRY(older) link;
	struct olders *all;
	struct poll *first;
	bool other_hosts;
	char *next;		       /* page to read, or NULL */
	char *urls[LIMIT_OLDER_PAGES]; /* that were asked for */
	size_t n_urls;
	int64_t asked_ms;
	struct event *timer;
};

struct olders {
	struct event_base *base;
	struct workers *workers;
	struct fetcher *fetcher;
	struct origins *origins;
	void (*done)(struct poll *first, void *arg);
	void *arg;
	LIST_HEAD(, older) list;
	bool is_closing;
};

const char *
older_link(const struct doc *d)
{
	return d->prev_archive_url != NULL ? d->prev_archive_url : d->next_url;
}

static void
older_free(struct older *o)
{
	LIST_REMOVE(o, link);
	event_free(o->timer);
	for (size_t i = 0; i < o->n_urls; i++)
		free(o->urls[i]);
	free(o->next);
	free(o);
}

static void
finish(struct older *o)
{
	struct olders *all = o->all;
	struct poll *first = o->first;

	older_free(o);
	all->done(first, all->arg);
}

/* The rest is left; the feed itself was polled well. */
static void
give_up(struct older *o, const char *why)
{
	const char *at = o->next != NULL ? o->next : o->first->url;

	if (!o->all->is_closing) {
		free(o->first->error);
		o->first->error = xasprintf("older entries, %s: %s", at, why);
	}
	finish(o);
}

/* --- one page ------------------------------------------------------------- */

static bool
is_same_host(const char *a, const char *b)
{
	struct arena *arena = arena_new(8 * LIMIT_URL_BYTES);
	bool same = str_eq(url_host(arena, a), url_host(arena, b));

	arena_free(arena);
	return same;
}

static void
fetched_cb(struct fetch_result *r, void *arg)
{
	struct poll *p = arg;
	struct older *o = p->older;
	struct diag d = r->diag;
	bool ok = false;

	poll_fetched(p, r);
	if (r->st == AK_BUSY || r->st == AK_CANCELED)
		; /* its words are in `d` */
	else if (p->error != NULL)
		(void)diag_set(&d, AK_IO, "%s", p->error);
	else if (p->body == NULL)
		(void)diag_set(&d, AK_IO, "the server sent nothing");
	else if (!o->other_hosts && !is_same_host(p->final_url, p->url))
		(void)diag_set(&d, AK_IO, "it leads to another host");
	else
		ok = !o->all->is_closing;
	if (ok) {
		workers_parse(o->all->workers, p);
		return;
	}
	poll_free(p);
	give_up(o, d.text);
}

static struct poll *
page_new(struct older *o)
{
	const struct poll *f = o->first;
	struct store_feed row = {.id = f->feed_id,
	    .url = f->url,
	    .title = f->title,
	    .userinfo = f->userinfo,
	    .bearer = f->bearer,
	    .proxy = f->proxy,
	    .headers = f->headers,
	    .client_cert = f->client_cert,
	    .client_key = f->client_key,
	    .full_text = f->full_text,
	    .cookies_once = f->cookies_once};
	struct poll *p = poll_new(&row);

	p->older = o;
	p->older_at = xstrdup(o->next);
	p->is_push = true; /* entries alone */
	return p;
}

static void
ask_cb(evutil_socket_t fd, short what, void *arg)
{
	struct older *o = arg;
	struct poll *p = page_new(o);
	struct arena *a = arena_new(64 << 10);
	struct fetch_req req;

	(void)fd;
	(void)what;
	o->asked_ms = clock_mono_ms();
	o->urls[o->n_urls++] = xstrdup(o->next);
	poll_request(p, a, &req);
	(void)fetch_start(o->all->fetcher, &req, fetched_cb, p);
	arena_free(a);
}

static void
verdict_cb(enum origins_verdict v, void *arg)
{
	struct older *o = arg;
	int64_t wait_ms = o->asked_ms + LIMIT_OLDER_GAP_MS - clock_mono_ms();
	struct timeval tv = {0};

	if (v != ORIGINS_ALLOWED || o->all->is_closing) {
		give_up(o, v == ORIGINS_FORBIDDEN
			       ? "robots.txt forbids it"
			       : "its robots.txt cannot be read");
		return;
	}
	if (o->asked_ms != 0 && wait_ms > 0)
		tv = (struct timeval){wait_ms / 1000, wait_ms % 1000 * 1000};
	(void)event_add(o->timer, &tv);
}

/* On to o->next. */
static void
step(struct older *o)
{
	if (o->next == NULL || o->all->is_closing) {
		finish(o);
		return;
	}
	for (size_t i = 0; i < o->n_urls; i++) {
		if (strcmp(o->urls[i], o->next) == 0) {
			give_up(o, "it leads in a circle");
			return;
		}
	}
	if (o->n_urls == LIMIT_OLDER_PAGES) {
		o->first->has_older = true;
		finish(o);
	} else if (!o->other_hosts && !is_same_host(o->next, o->first->url)) {
		give_up(o, "it is on another host (--other-hosts)");
	} else {
		origins_ask(
		    o->all->origins, o->next, o->first->proxy, verdict_cb, o);
	}
}

/* --- the writer ----------------------------------------------------------- */

static enum ak_status
put_page(struct poll *p, struct store *s)
{
	struct store_fetch f = {.feed_id = p->feed_id,
	    .at = p->at,
	    .doc = p->doc,
	    .is_delta = true,
	    .is_push = true,
	    .is_older = true,
	    .features = p->features};
	struct store_delta delta = {0};
	enum ak_status st = store_put_fetch(s, &f, &delta);

	if (st != AK_OK)
		return st;
	p->n_new = delta.n_new;
	p->n_revised = delta.n_revised;
	p->n_new_articles = (int64_t)delta.n_new_articles;
	store_delta_release(&delta);
	return AK_OK;
}

enum ak_status
older_commit(struct poll *p, struct store *s)
{
	struct arena *a = arena_new(LIMIT_MIB);
	const char *link, *next = NULL;
	enum ak_status st;

	if (p->doc == NULL) {
		arena_free(a);
		return AK_OK; /* it was no feed */
	}
	link = older_link(p->doc);
	st = put_page(p, s);
	if (st == AK_OK)
		st = store_older_put(
		    s, p->feed_id, p->older_at, link, p->doc->is_archive);
	if (st == AK_OK)
		st = store_older_next(
		    s, p->feed_id, link, p->n_new == 0, a, &next);
	if (st == AK_OK && next != NULL)
		p->older_next = xstrdup(next);
	arena_free(a);
	return st;
}

void
older_landed(struct poll *p)
{
	struct older *o = p->older;

	o->first->n_new += p->n_new;
	o->first->n_revised += p->n_revised;
	o->first->wire_bytes += p->wire_bytes;
	if (p->error != NULL || !p->is_committed) {
		give_up(
		    o, p->error != NULL ? p->error : "the store refused it");
	} else {
		free(o->next);
		o->next = p->older_next;
		p->older_next = NULL;
		step(o);
	}
	poll_free(p);
}

/* --- the beginning ------------------------------------------------------- */

struct begin {
	struct older *older;
	int64_t feed_id;
	bool has_news;
	char *next;
};

static enum ak_status
begin_run(struct store *s, void *arg)
{
	struct begin *b = arg;
	struct arena *a = arena_new(LIMIT_MIB);
	const char *first = NULL, *next = NULL;
	enum ak_status st = store_older_first(s, b->feed_id, a, &first);

	if (st == AK_OK && first != NULL)
		st = store_older_next(
		    s, b->feed_id, first, !b->has_news, a, &next);
	if (st == AK_OK && next != NULL)
		b->next = xstrdup(next);
	arena_free(a);
	return st;
}

static void
begin_done(enum ak_status st, void *arg)
{
	struct begin *b = arg;
	struct older *o = b->older;

	o->next = b->next;
	free(b);
	if (st != AK_OK)
		give_up(o, "the store cannot be read");
	else
		step(o);
}

void
older_start(struct olders *all, struct poll *first, bool other_hosts)
{
	struct older *o = xcalloc(1, sizeof(*o));
	struct begin *b = xcalloc(1, sizeof(*b));
	struct call *c = xcalloc(1, sizeof(*c));

	*o = (struct older){
	    .all = all, .first = first, .other_hosts = other_hosts};
	o->timer = evtimer_new(all->base, ask_cb, o);
	assert(o->timer != NULL);
	LIST_INSERT_HEAD(&all->list, o, link);
	*b = (struct begin){.older = o,
	    .feed_id = first->feed_id,
	    .has_news = first->n_new > 0};
	*c = (struct call){.run = begin_run, .done = begin_done, .arg = b};
	if (!workers_try_call(all->workers, c)) {
		free(c);
		free(b);
		give_up(o, "too much waits for the store");
	}
}

struct olders *
olders_new(struct event_base *base, struct workers *w, struct fetcher *f,
    void (*done)(struct poll *first, void *arg), void *arg)
{
	struct olders *o = xcalloc(1, sizeof(*o));

	*o = (struct olders){.base = base,
	    .workers = w,
	    .fetcher = f,
	    .origins = origins_new(f),
	    .done = done,
	    .arg = arg};
	return o;
}

void
olders_close(struct olders *all)
{
	struct older *o, *next;

	all->is_closing = true;
	for (o = LIST_FIRST(&all->list); o != NULL; o = next) {
		next = LIST_NEXT(o, link);
		if (event_pending(o->timer, EV_TIMEOUT, NULL))
			finish(o);
	}
}

void
olders_free(struct olders *all)
{
	struct older *o;

	while ((o = LIST_FIRST(&all->list)) != NULL) {
		poll_free(o->first);
		older_free(o);
	}
	origins_free(all->origins);
	free(all);
}

/* SPDX-License-Identifier: ISC */
/*
 * Full text: after a poll is committed, the pages of its new and revised
 * articles are asked for, through the same fetcher as feeds and only where
 * robots.txt allows it.  A batch is what one poll brought; it is read article
 * by article, so a feed never has more than one page under way.
 *
 * Relations are made once, of the full text: the writer holds the articles
 * before it commits them, and the relater stops in front of one that is held.
 * So that no slow site keeps the others waiting, an article is held for
 * HOLD_MS at most; past that it is related by what the feed gave, and the page
 * still counts for its features, which the next start reads.  A run waits for
 * as long.
 *
 * What is to be read is a row of the store from the poll's commit until the
 * page's, or until it is clear that there will be none; a look at the start and
 * every hour finds what a process left behind, what was more than may be asked
 * for at once, and what failed for the time being.  A page that fails leaves
 * the article as it is; the first failure of a batch is logged.
 */
#include "daemon/fulltext.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "daemon/fulltext_int.h"
#include "daemon/origins.h"
#include "daemon/workers.h"

#define LOOK_MS 2000 /* for articles held for too long */
#define LOOK_S 3600  /* for pages still to be read */

static void pump(struct fulltext *ft);

/* --- who waits ------------------------------------------------------------ */

static void
tell(struct fulltext *ft)
{
	if (ft->is_closing)
		return;
	(void)workers_relate(ft->w);
	ft->passed(ft->arg);
}

static void
set_timer(struct fulltext *ft)
{
	struct timeval tv = {.tv_sec = LOOK_MS / 1000};

	if (!ft->is_closing && !event_pending(ft->timer, EV_TIMEOUT, NULL))
		(void)event_add(ft->timer, &tv);
}

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct fulltext *ft = arg;

	(void)fd;
	(void)what;
	if (fulltext_release(ft, 0) > 0)
		tell(ft);
	if (fulltext_first_held(ft, 0) != INT64_MAX)
		set_timer(ft);
}

/* --- one page ------------------------------------------------------------- */

/* The article at the head of the batch is done. */
static void
page_end(struct page *pg)
{
	struct batch *b = pg->batch;
	struct fulltext *ft = b->ft;
	bool was_held = fulltext_release(ft, pg->id) > 0;

	assert(pg == STAILQ_FIRST(&b->pages));
	STAILQ_REMOVE_HEAD(&b->pages, link);
	fulltext_page_free(pg);
	ft->n_pages--;
	b->is_busy = false;
	ft->n_busy--;
	if (was_held)
		tell(ft);
	pump(ft);
}

struct failure {
	int64_t id;
	bool is_final;
};

static enum ak_status
failure_run(struct store *s, void *arg)
{
	const struct failure *f = arg;

	return f->is_final ? store_page_done(s, f->id)
			   : store_page_failed(s, f->id, clock_now());
}

static void
note_failure(struct page *pg, bool is_final)
{
	struct failure *f = xcalloc(1, sizeof(*f));
	struct call *c = xcalloc(1, sizeof(*c));

	*f = (struct failure){pg->id, is_final};
	*c = (struct call){.run = failure_run, .arg = f};
	if (!workers_try_call(pg->batch->ft->w, c)) {
		free(f); /* the next look asks once more */
		free(c);
	}
}

/* Final: asking again would bring the same. */
static void
page_fail(struct page *pg, const char *words, bool is_final)
{
	struct batch *b = pg->batch;

	if (!b->ft->is_closing) {
		note_failure(pg, is_final);
		log_line(b->has_failed ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN,
		    "page", "failed feed=%lld article=%lld url=%s error=%s",
		    (long long)b->feed_id, (long long)pg->id, LOG_STR(pg->url),
		    LOG_STR(words));
		b->has_failed = true;
	}
	page_end(pg);
}

static bool
is_final(const struct fetch_result *res)
{
	switch (res->outcome) {
	case SCHED_TOO_MANY:
	case SCHED_UNAVAILABLE:
	case SCHED_SERVER_ERROR:
	case SCHED_DNS:
	case SCHED_CONNECT:
	case SCHED_TLS:
	case SCHED_TIMEOUT:
	case SCHED_CUT:
	case SCHED_NETWORK_DOWN:
		return false;
	default:
		return true;
	}
}

static void
fetched_cb(struct fetch_result *res, void *arg)
{
	struct poll *p = arg;
	struct page *pg = p->page;

	poll_fetched(p, res);
	if (res->st == AK_OK && p->error == NULL && p->body != NULL) {
		workers_parse(pg->batch->ft->w, p);
		return;
	}
	page_fail(pg,
	    p->error != NULL ? p->error
	    : p->is_parked   ? "its host asked to be left alone"
			     : "the server sent nothing",
	    is_final(res));
	poll_free(p);
}

/*
 * A feed of the public has no business to name pages of a private network,
 * even where [fetch] allow opens that to feeds.
 */
static bool
is_out_of_bounds(const char *feed, const char *page)
{
	struct diag d;

	return fetch_judge_url(page, NULL, &d) != AK_OK &&
	       fetch_judge_url(feed, NULL, &d) == AK_OK;
}

static void
fetch_page(struct page *pg)
{
	struct batch *b = pg->batch;
	struct arena *a = arena_new(256 << 10);
	const struct store_feed row = {.url = pg->url};
	struct poll *p = poll_new(&row);
	struct fetch_req req;

	p->page = pg;
	poll_request(b->origin, a, &req);
	req.url = p->url;
	req.etag = req.last_modified = req.validators_url = NULL;
	req.want_delta = false;
	req.accept = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1";
	req.https_only = ascii_istarts(p->url, "https:");
	req.max_body_bytes = (int64_t)LIMIT_PAGE_BYTES;
	if (!str_eq(url_origin(a, p->url), url_origin(a, b->origin->url))) {
		req.userinfo = req.bearer = NULL;
		req.headers = NULL;
		req.client_cert = req.client_key = NULL;
	}
	(void)fetch_start(b->ft->fetcher, &req, fetched_cb, p);
	arena_free(a);
}

static void
judged_cb(enum origins_verdict v, void *arg)
{
	struct page *pg = arg;

	if (v == ORIGINS_ALLOWED && !pg->batch->ft->is_closing)
		fetch_page(pg);
	else
		page_fail(pg,
		    v == ORIGINS_FORBIDDEN ? "robots.txt forbids it"
					   : "robots.txt cannot be read",
		    v == ORIGINS_FORBIDDEN);
}

static void
ask_page(struct page *pg)
{
	struct batch *b = pg->batch;

	if (b->ft->is_closing)
		page_end(pg);
	else if (is_out_of_bounds(b->origin->url, pg->url))
		page_fail(pg, "a private address", true);
	else
		origins_ask(
		    b->ft->origins, pg->url, b->origin->proxy, judged_cb, pg);
}

void
fulltext_landed(struct poll *p)
{
	struct page *pg = p->page;

	if (p->error != NULL) {
		page_fail(pg, p->error, true);
	} else if (!p->is_committed) {
		page_fail(pg, "the store refused it", false);
	} else if (pg->next != NULL) {
		pg->url = pg->next;
		pg->next = NULL;
		ask_page(pg);
	} else {
		page_end(pg);
	}
	poll_free(p);
}

/* --- batches -------------------------------------------------------------- */

static void
batch_free(struct batch *b)
{
	struct page *pg;

	while ((pg = STAILQ_FIRST(&b->pages)) != NULL) {
		STAILQ_REMOVE_HEAD(&b->pages, link);
		b->ft->n_pages--;
		fulltext_page_free(pg);
	}
	TAILQ_REMOVE(&b->ft->batches, b, link);
	poll_free(b->origin);
	free(b->rules);
	free(b->ids);
	free(b);
}

/* Begin what may begin.  A page may end at once and come back here: then the
 * outer call goes on. */
static void
pump(struct fulltext *ft)
{
	struct batch *b, *next;

	ft->wants_pump = true;
	if (ft->is_pumping || ft->is_closing)
		return;
	ft->is_pumping = true;
	while (ft->wants_pump) {
		ft->wants_pump = false;
		for (b = TAILQ_FIRST(&ft->batches); b != NULL; b = next) {
			next = TAILQ_NEXT(b, link);
			if (b->is_busy || b->is_loading)
				continue;
			if (STAILQ_EMPTY(&b->pages)) {
				batch_free(b);
			} else if (ft->n_busy < LIMIT_FULLTEXT_AT_ONCE) {
				b->is_busy = true;
				ft->n_busy++;
				ask_page(STAILQ_FIRST(&b->pages));
			}
		}
	}
	ft->is_pumping = false;
}

static bool
has_page(const struct batch *b, int64_t id)
{
	const struct page *pg;

	STAILQ_FOREACH (pg, &b->pages, link)
		if (pg->id == id)
			return true;
	return false;
}

static void
loaded_cb(void *arg)
{
	struct batch *b = arg;
	struct fulltext *ft = b->ft;
	struct page_list all = STAILQ_HEAD_INITIALIZER(all);
	struct page *pg;
	size_t n_released = 0;

	STAILQ_CONCAT(&all, &b->pages);
	while ((pg = STAILQ_FIRST(&all)) != NULL) {
		STAILQ_REMOVE_HEAD(&all, link);
		if (ft->n_pages >= LIMIT_FULLTEXT_QUEUE) {
			fulltext_page_free(pg);
			continue;
		}
		pg->batch = b;
		pg->rules = b->rules;
		STAILQ_INSERT_TAIL(&b->pages, pg, link);
		ft->n_pages++;
	}
	for (size_t i = 0; i < b->n_ids; i++)
		if (!has_page(b, b->ids[i]))
			n_released += fulltext_release(ft, b->ids[i]);
	b->is_loading = false;
	if (n_released > 0)
		tell(ft);
	pump(ft);
}

static void
feed_cb(const struct store_feed *f, void *arg)
{
	struct batch *b = arg;

	if (!f->full_text)
		return;
	b->origin = poll_new(f);
	b->rules = f->page_rules != NULL ? xstrdup(f->page_rules) : NULL;
}

static void
load(struct store_reader *r, void *arg)
{
	struct batch *b = arg;
	struct store_feed_query q = {.id = b->feed_id};

	(void)!store_feeds(r, &q, feed_cb, b);
	if (b->origin != NULL)
		fulltext_load(r, b->ids, b->n_ids, &b->pages);
}

/* Begin a batch; takes `ids`. */
static void
load_batch(struct fulltext *ft, int64_t feed_id, int64_t *ids, size_t n)
{
	struct workers_ask ask = {.run = load, .done = loaded_cb};
	struct batch *b = xcalloc(1, sizeof(*b));

	b->ft = ft;
	b->feed_id = feed_id;
	b->ids = ids;
	b->n_ids = n;
	b->is_loading = true;
	STAILQ_INIT(&b->pages);
	TAILQ_INSERT_TAIL(&ft->batches, b, link);
	set_timer(ft);
	ask.arg = b;
	if (!workers_ask(ft->w, &ask))
		loaded_cb(b); /* with no page: all are released */
}

void
fulltext_want(struct fulltext *ft, struct poll *p)
{
	if (!p->is_committed || ft->is_closing) {
		for (size_t i = 0; i < p->n_wanted; i++)
			(void)fulltext_release(ft, p->wanted[i]);
		return;
	}
	load_batch(ft, p->feed_id, p->wanted, p->n_wanted);
	p->wanted = NULL;
	p->n_wanted = 0;
}

/* --- what is still to be read --------------------------------------------- */

struct look {
	struct fulltext *ft;
	int64_t *feeds, *ids;
	size_t n;
};

static void
due_cb(int64_t feed_id, int64_t article, void *arg)
{
	struct look *l = arg;

	l->feeds[l->n] = feed_id;
	l->ids[l->n++] = article;
}

static void
look_run(struct store_reader *r, void *arg)
{
	struct look *l = arg;

	l->feeds = xcalloc(LIMIT_FULLTEXT_QUEUE, sizeof(*l->feeds));
	l->ids = xcalloc(LIMIT_FULLTEXT_QUEUE, sizeof(*l->ids));
	(void)!store_pages_due(r, clock_now(), due_cb, l);
}

/* Is it of a batch under way? */
static bool
is_known(const struct fulltext *ft, int64_t id)
{
	const struct batch *b;

	TAILQ_FOREACH (b, &ft->batches, link) {
		if (!b->is_loading && has_page(b, id))
			return true;
		for (size_t i = 0; b->is_loading && i < b->n_ids; i++)
			if (b->ids[i] == id)
				return true;
	}
	return false;
}

static void
looked_cb(void *arg)
{
	struct look *l = arg;
	struct fulltext *ft = l->ft;

	ft->is_looking = false;
	for (size_t i = 0, end; i < l->n && !ft->is_closing; i = end) {
		int64_t *ids = xcalloc(LIMIT_FULLTEXT_ARTICLES, sizeof(*ids));
		size_t n = 0;

		for (end = i; end < l->n && l->feeds[end] == l->feeds[i]; end++)
			if (!is_known(ft, l->ids[end]))
				ids[n++] = l->ids[end];
		fulltext_hold(ft, ids, n);
		if (n > 0)
			load_batch(ft, l->feeds[i], ids, n);
		else
			free(ids);
	}
	free(l->feeds);
	free(l->ids);
	free(l);
	if (!ft->is_closing)
		ft->passed(ft->arg);
}

void
fulltext_look(struct fulltext *ft)
{
	struct workers_ask ask = {.run = look_run, .done = looked_cb};
	struct timeval tv = {.tv_sec = LOOK_S};
	struct look *l;

	(void)event_add(ft->look, &tv);
	if (ft->is_looking || ft->is_closing)
		return;
	l = xcalloc(1, sizeof(*l));
	l->ft = ft;
	ask.arg = l;
	ft->is_looking = workers_ask(ft->w, &ask);
	if (!ft->is_looking)
		free(l);
}

static void
look_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	fulltext_look(arg);
}

/* --- life ----------------------------------------------------------------- */

struct fulltext *
fulltext_new(struct event_base *base, struct workers *w, struct fetcher *f,
    void (*passed)(void *arg), void *arg)
{
	struct fulltext *ft = xcalloc(1, sizeof(*ft));

	ft->w = w;
	ft->fetcher = f;
	ft->origins = origins_new(f);
	ft->passed = passed;
	ft->arg = arg;
	ft->timer = event_new(base, -1, 0, timer_cb, ft);
	ft->look = event_new(base, -1, 0, look_cb, ft);
	assert(ft->timer != NULL && ft->look != NULL);
	TAILQ_INIT(&ft->batches);
	(void)pthread_mutex_init(&ft->lock, NULL);
	return ft;
}

void
fulltext_close(struct fulltext *ft)
{
	ft->is_closing = true;
	(void)event_del(ft->timer);
	(void)event_del(ft->look);
}

void
fulltext_free(struct fulltext *ft)
{
	while (!TAILQ_EMPTY(&ft->batches))
		batch_free(TAILQ_FIRST(&ft->batches));
	origins_free(ft->origins);
	event_free(ft->timer);
	event_free(ft->look);
	(void)pthread_mutex_destroy(&ft->lock);
	free(ft->held);
	free(ft);
}

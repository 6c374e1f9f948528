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
 * A page that fails leaves the article as it is and is not asked for again
 * before the feed revises it; the first failure of a batch is logged.  What is
 * under way when the process ends is left out likewise.
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
#include "daemon/origins.h"
#include "daemon/workers.h"

#define HOLD_MS 180000
#define LOOK_MS 2000 /* for articles held for too long */

struct batch {
	TAILQ_ENTRY(batch) link;
	struct fulltext *ft;
	int64_t feed_id;
	int64_t *ids;
	size_t n_ids;
	struct poll *origin; /* the feed; NULL: it wants no pages */
	char *rules;
	struct page_list pages;
	bool is_busy; /* its first page is under way */
	bool has_failed;
};

struct held {
	int64_t id, until_ms;
	uint64_t seq;
};

struct fulltext {
	struct workers *w;
	struct fetcher *fetcher;
	struct origins *origins;
	void (*passed)(void *arg);
	void *arg;
	struct event *timer;
	TAILQ_HEAD(, batch) batches;
	size_t n_pages, n_busy;
	bool is_pumping, wants_pump, is_closing;

	pthread_mutex_t lock; /* of what follows */
	struct held *held;
	size_t n_held, cap_held;
	uint64_t seq;
};

static void pump(struct fulltext *ft);

/* --- who waits ------------------------------------------------------------ */

void
fulltext_hold(struct fulltext *ft, const int64_t *ids, size_t n)
{
	int64_t until_ms = clock_mono_ms() + HOLD_MS;

	if (n == 0)
		return;
	(void)pthread_mutex_lock(&ft->lock);
	if (ft->n_held + n > ft->cap_held) {
		ft->cap_held = ft->n_held + n + ft->cap_held;
		ft->held =
		    xreallocarray(ft->held, ft->cap_held, sizeof(*ft->held));
	}
	ft->seq++;
	for (size_t i = 0; i < n; i++)
		ft->held[ft->n_held++] =
		    (struct held){ids[i], until_ms, ft->seq};
	(void)pthread_mutex_unlock(&ft->lock);
}

int64_t
fulltext_first_held(struct fulltext *ft, int64_t above)
{
	int64_t first = INT64_MAX;

	if (ft == NULL)
		return first;
	(void)pthread_mutex_lock(&ft->lock);
	for (size_t i = 0; i < ft->n_held; i++)
		if (ft->held[i].id > above && ft->held[i].id < first)
			first = ft->held[i].id;
	(void)pthread_mutex_unlock(&ft->lock);
	return first;
}

uint64_t
fulltext_mark(struct fulltext *ft)
{
	uint64_t seq;

	(void)pthread_mutex_lock(&ft->lock);
	seq = ft->seq;
	(void)pthread_mutex_unlock(&ft->lock);
	return seq;
}

bool
fulltext_passed(struct fulltext *ft, uint64_t mark)
{
	bool passed = true;

	(void)pthread_mutex_lock(&ft->lock);
	for (size_t i = 0; i < ft->n_held && passed; i++)
		passed = ft->held[i].seq > mark;
	(void)pthread_mutex_unlock(&ft->lock);
	return passed;
}

/* Forget one hold of `id`; 0: of those that are over their time. */
static size_t
release(struct fulltext *ft, int64_t id)
{
	int64_t now_ms = clock_mono_ms();
	size_t n = 0;

	(void)pthread_mutex_lock(&ft->lock);
	for (size_t i = 0; i < ft->n_held && (id == 0 || n == 0);) {
		if (id != 0 ? ft->held[i].id == id
			    : ft->held[i].until_ms <= now_ms) {
			ft->held[i] = ft->held[--ft->n_held];
			n++;
		} else {
			i++;
		}
	}
	(void)pthread_mutex_unlock(&ft->lock);
	return n;
}

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
	if (release(ft, 0) > 0)
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
	bool was_held = release(ft, pg->id) > 0;

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

static void
page_fail(struct page *pg, const char *words)
{
	struct batch *b = pg->batch;

	if (!b->ft->is_closing) {
		log_line(b->has_failed ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN,
		    "page", "failed feed=%lld article=%lld url=%s error=%s",
		    (long long)b->feed_id, (long long)pg->id, LOG_STR(pg->url),
		    LOG_STR(words));
		b->has_failed = true;
	}
	page_end(pg);
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
	page_fail(pg, p->error != NULL ? p->error
		      : p->is_parked   ? "its host asked to be left alone"
				       : "the server sent nothing");
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
		page_fail(pg, v == ORIGINS_FORBIDDEN
				  ? "robots.txt forbids it"
				  : "robots.txt cannot be read");
}

static void
ask_page(struct page *pg)
{
	struct batch *b = pg->batch;

	if (b->ft->is_closing)
		page_end(pg);
	else if (is_out_of_bounds(b->origin->url, pg->url))
		page_fail(pg, "a private address");
	else
		origins_ask(
		    b->ft->origins, pg->url, b->origin->proxy, judged_cb, pg);
}

void
fulltext_landed(struct poll *p)
{
	struct page *pg = p->page;

	if (p->error != NULL) {
		page_fail(pg, p->error);
	} else if (!p->is_committed) {
		page_fail(pg, "the store refused it");
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
			if (b->is_busy)
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
			n_released += release(ft, b->ids[i]);
	TAILQ_INSERT_TAIL(&ft->batches, b, link);
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

void
fulltext_want(struct fulltext *ft, struct poll *p)
{
	struct workers_ask ask = {.run = load, .done = loaded_cb};
	struct batch *b;

	if (!p->is_committed || ft->is_closing) {
		for (size_t i = 0; i < p->n_wanted; i++)
			(void)release(ft, p->wanted[i]);
		return;
	}
	b = xcalloc(1, sizeof(*b));
	b->ft = ft;
	b->feed_id = p->feed_id;
	b->ids = p->wanted;
	b->n_ids = p->n_wanted;
	p->wanted = NULL;
	p->n_wanted = 0;
	STAILQ_INIT(&b->pages);
	set_timer(ft);
	ask.arg = b;
	if (!workers_ask(ft->w, &ask))
		loaded_cb(b); /* with no page: all are released */
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
	assert(ft->timer != NULL);
	TAILQ_INIT(&ft->batches);
	(void)pthread_mutex_init(&ft->lock, NULL);
	return ft;
}

void
fulltext_close(struct fulltext *ft)
{
	ft->is_closing = true;
	(void)event_del(ft->timer);
}

void
fulltext_free(struct fulltext *ft)
{
	while (!TAILQ_EMPTY(&ft->batches))
		batch_free(TAILQ_FIRST(&ft->batches));
	origins_free(ft->origins);
	event_free(ft->timer);
	(void)pthread_mutex_destroy(&ft->lock);
	free(ft->held);
	free(ft);
}

/* SPDX-License-Identifier: ISC */
/*
 * The loop's side: which feeds are under way, and for whom.
 *
 * A run is a list of feed ids to poll: one `akin sync`, or the standing run of
 * the daemon, which asks the scout for due feeds again and again.  A flight is
 * one feed under way, whatever number of runs wait for it; it is all that the
 * loop keeps of a feed, so an idle daemon keeps nothing of its feeds.
 *
 * pump.c decides when a flight starts; the queues between threads hold as many
 * polls as there can be flights, so the loop never waits.
 */
#include "daemon/pipeline.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/embed.h"
#include "daemon/fulltext.h"
#include "daemon/older.h"
#include "daemon/pipeline_int.h"
#include "daemon/subscribe.h"
#include "daemon/websub.h"

#define FIRST_BODY_BYTES ((size_t)48 << 10) /* a guess, until some are seen */
#define SPREAD_MS 600000    /* overdue feeds at start: over ten minutes ... */
#define SPREAD_STEP_MS 1000 /* ... but no slower than one a second */
#define REST_MS 60000	    /* after the store refused */

/* --- runs ----------------------------------------------------------------- */

static int64_t
n_to_relate(const struct pipeline *p)
{
	long long n = atomic_load(&p->workers->n_arrived) -
		      atomic_load(&p->workers->n_related);

	return n > 0 ? n : 0;
}

static void
run_free(struct run *r)
{
	LIST_REMOVE(r, link);
	free(r->ids);
	free(r);
}

static void
run_finish(struct pipeline *p, struct run *r)
{
	r->now.is_done = true;
	r->now.n_to_relate = 0;
	r->now.fatal = p->fatal;
	if (r->cbs.done != NULL && !p->is_closing)
		r->cbs.done(&r->now, r->cbs.arg);
	run_free(r);
}

/* All its feeds are done: what is left is to read the pages of their articles
 * and to relate them. */
static void
run_settle(struct pipeline *p, struct run *r)
{
	if (r->is_standing || r->is_listing || r->at < r->n_ids ||
	    r->n_flying > 0 || r->ticket != 0 || p->is_closing)
		return;
	if (r->pages == 0)
		r->pages = fulltext_mark(p->fulltext);
	if (p->fatal != NULL)
		run_finish(p, r);
	else if (fulltext_passed(p->fulltext, r->pages))
		r->ticket = workers_relate(p->workers);
}

/* Pages were read, or waited for long enough. */
static void
pages_cb(void *arg)
{
	struct pipeline *p = arg;
	struct run *r, *next;

	for (r = LIST_FIRST(&p->runs); r != NULL; r = next) {
		next = LIST_NEXT(r, link);
		run_settle(p, r);
	}
}

static void
related_cb(uint64_t ticket, void *arg)
{
	struct pipeline *p = arg;
	struct run *r, *next;
	bool wait = !p->is_closing && embed_wake(p->embed);

	for (r = LIST_FIRST(&p->runs); r != NULL; r = next) {
		next = LIST_NEXT(r, link);
		if (r->ticket == 0 || r->ticket > ticket)
			continue;
		if (wait)
			r->is_embedding = true;
		else
			run_finish(p, r);
	}
}

static void
embed_idle_cb(void *arg)
{
	struct pipeline *p = arg;
	struct run *r, *next;

	for (r = LIST_FIRST(&p->runs); r != NULL; r = next) {
		next = LIST_NEXT(r, link);
		if (r->is_embedding)
			run_finish(p, r);
	}
}

static void
show_progress(struct pipeline *p, struct run *r)
{
	r->now.n_to_relate = n_to_relate(p);
	if (r->cbs.progress != NULL && !p->is_closing)
		r->cbs.progress(&r->now, r->cbs.arg);
}

/* --- flights -------------------------------------------------------------- */

static void
make_report(const struct poll *q, struct pipeline_report *ret)
{
	*ret = (struct pipeline_report){
	    .feed_id = q->feed_id,
	    .url = q->url,
	    .title = q->title,
	    .outcome = q->is_waiting || q->is_parked || q->is_postponed
			   ? "waiting"
			   : sched_outcome_name(q->answer.outcome),
	    .status = q->answer.status,
	    .error = q->error,
	    .has_failed =
		q->error != NULL || !(q->is_committed || q->is_waiting),
	    .n_new = q->n_new,
	    .n_revised = q->n_revised,
	    .has_older = q->has_older,
	    .moved_to = q->new_home,
	    .due_at = q->sched.due_at,
	    .hint = sched_hint_name(q->sched.hint),
	};
}

static void
count(struct pipeline_progress *n, const struct poll *q,
    const struct pipeline_report *rep)
{
	n->n_done++;
	n->n_failed += rep->has_failed;
	n->n_unchanged += q->answer.outcome == SCHED_NOT_MODIFIED;
	n->n_new += q->n_new;
	n->n_revised += q->n_revised;
	n->wire_bytes += q->wire_bytes;
}

static void
log_report(const struct poll *q, const struct pipeline_report *rep)
{
	bool first = rep->has_failed && q->sched.n_errors <= 1 &&
		     q->answer.outcome != SCHED_NETWORK_DOWN;

	if (first)
		log_warn("feed", "failed feed=%lld url=%s error=%s",
		    (long long)q->feed_id, LOG_STR(q->url), LOG_STR(q->error));
	else if (rep->n_new > 0 || rep->n_revised > 0)
		log_info("feed", "polled feed=%lld new=%lld revised=%lld",
		    (long long)q->feed_id, (long long)rep->n_new,
		    (long long)rep->n_revised);
	else
		log_debug("feed",
		    "polled feed=%lld outcome=%s status=%d due=%lld hint=%s",
		    (long long)q->feed_id, rep->outcome, rep->status,
		    (long long)rep->due_at, rep->hint);
}

static void
count_poll(struct pipeline_stats *s, const struct poll *q,
    const struct pipeline_report *rep)
{
	s->n_polls++;
	s->n_failed += rep->has_failed;
	s->n_new += rep->n_new;
	s->n_revised += rep->n_revised;
	s->n_items += q->n_items;
	s->wire_bytes += q->wire_bytes;
	if (!q->is_waiting && !q->is_parked)
		s->n_by_outcome[q->answer.outcome]++;
}

/* The poll `q` (NULL: the feed was gone before it) of a flight ended. */
static void
land(struct pipeline *p, struct flight *f, struct poll *q)
{
	bool is_gone = q == NULL || q->is_gone;
	struct pipeline_report rep;

	HASH_DEL(p->flights, f);
	(void)atomic_fetch_sub(&p->workers->n_flying, 1);
	if (!is_gone) {
		make_report(q, &rep);
		count_poll(&p->stats, q, &rep);
	}
	for (size_t i = 0; i < f->n_runs; i++) {
		struct run *r = f->runs[i];

		r->n_flying--;
		if (is_gone) {
			r->now.n_feeds--;
		} else {
			count(&r->now, q, &rep);
			if (r->is_standing)
				log_report(q, &rep);
			else if (r->cbs.report != NULL && !p->is_closing)
				r->cbs.report(&rep, r->cbs.arg);
		}
		show_progress(p, r);
		run_settle(p, r);
	}
	poll_free(q);
	free(f->runs);
	free(f);
}

void
flight_join(struct flight *f, struct run *r)
{
	for (size_t i = 0; i < f->n_runs; i++)
		if (f->runs[i] == r) {
			r->now.n_feeds--; /* named twice */
			return;
		}
	f->runs = xreallocarray(f->runs, f->n_runs + 1, sizeof(*f->runs));
	f->runs[f->n_runs++] = r;
	f->is_manual |= r->is_manual;
	f->is_named |= r->is_named;
	f->wants_older |= r->older;
	f->other_hosts |= r->other_hosts;
	r->n_flying++;
}

struct flight *
flight_find(struct pipeline *p, int64_t id)
{
	struct flight *f;

	HASH_FIND(hh, p->flights, &id, sizeof(id), f);
	return f;
}

/* Bodies to come are counted before they come: so large as the last ones. */
static void
answered(struct pipeline *p, size_t body_len)
{
	p->n_fetching--;
	p->body_bytes -= p->body_bytes / 16;
	p->body_bytes += body_len / 16;
}

static void
fetched_cb(struct fetch_result *res, void *arg)
{
	struct flight *f = arg;
	struct pipeline *p = f->pipeline;
	struct poll *q = f->poll;

	if (res->st == AK_CANCELED) {
		p->n_fetching--;
		land(p, f, NULL);
		poll_free(q);
		return;
	}
	poll_fetched(q, res);
	q->answer.websub_active = websubs_is_active(p->websubs, f->id);
	answered(p, q->body_len);
	if (q->body != NULL && q->error == NULL && !poll_is_unchanged(q))
		workers_parse(p->workers, q);
	else
		workers_commit(p->workers, q);
	pump(p);
}

static void
start_flight(struct pipeline *p, struct flight *f)
{
	struct arena *a;
	struct fetch_req req;
	int64_t wait_s = 0;

	if (f->is_manual && !sched_may_refresh(&p->sched, &f->poll->sched,
				clock_now(), &wait_s)) {
		p->n_fetching--;
		f->poll->is_waiting = true;
		land(p, f, f->poll);
		return;
	}
	if (!f->is_manual &&
	    sched_postpone(&f->poll->sched, f->id, clock_now())) {
		p->n_fetching--;
		f->poll->is_postponed = true;
		workers_commit(p->workers, f->poll);
		return;
	}
	if (f->is_named) /* all of them at once are nobody's impatience */
		sched_count_refresh(&p->sched, &f->poll->sched, clock_now());
	if (poll_is_file(f->poll)) {
		p->n_fetching--;
		workers_parse(p->workers, f->poll);
		return;
	}
	if (f->wants_older && f->poll->older_url == NULL)
		poll_forget_body(f->poll); /* only all of it tells */
	if (!f->is_named)
		poll_try_move(f->poll, clock_now());
	a = arena_new(64 << 10);
	poll_request(f->poll, a, &req);
	req.urgent = f->is_manual;
	f->job = fetch_start(p->fetcher, &req, fetched_cb, f);
	arena_free(a);
}

/* --- answers of the workers ----------------------------------------------- */

static void
loaded_cb(struct workers_load *l, void *arg)
{
	struct pipeline *p = arg;
	struct poll *q;

	while ((q = STAILQ_FIRST(&l->polls)) != NULL) {
		struct flight *f = flight_find(p, q->feed_id);

		STAILQ_REMOVE_HEAD(&l->polls, link);
		f->poll = q;
		if (p->is_closing) {
			p->n_fetching--;
			land(p, f, NULL);
			poll_free(q);
		} else {
			start_flight(p, f);
		}
	}
	for (size_t i = 0; i < l->n_ids; i++) {
		struct flight *f = flight_find(p, l->ids[i]);

		if (f != NULL && f->poll == NULL) {
			p->n_fetching--;
			land(p, f, NULL); /* removed meanwhile */
		}
	}
	free(l);
	if (!p->is_closing)
		pump(p);
}

static void
walked_cb(struct poll *q, void *arg)
{
	struct pipeline *p = arg;

	land(p, flight_find(p, q->feed_id), q);
	if (!p->is_closing)
		pump(p);
}

static void
polled(struct pipeline *p, struct flight *f, struct poll *q)
{
	if (f->wants_older && q->is_committed && q->error == NULL &&
	    !q->is_parked && !q->is_postponed && !p->is_closing)
		older_start(p->olders, q, f->other_hosts);
	else
		land(p, f, q);
}

static void
committed_cb(struct poll_list *polls, void *arg)
{
	struct pipeline *p = arg;
	struct poll *q;

	while ((q = STAILQ_FIRST(polls)) != NULL) {
		STAILQ_REMOVE_HEAD(polls, link);
		if (q->n_wanted > 0)
			fulltext_want(p->fulltext, q);
		if (q->page != NULL) {
			fulltext_landed(q);
			continue;
		}
		if (q->older != NULL) {
			older_landed(q);
			continue;
		}
		if (q->is_push) {
			p->stats.n_new += q->n_new;
			websubs_landed(p->websubs, q);
			continue;
		}
		websubs_polled(p->websubs, q);
		if (q->sub != NULL)
			subscribe_landed(q, p->fatal, p->is_closing);
		else
			polled(p, flight_find(p, q->feed_id), q);
	}
	if (!p->is_closing)
		pump(p);
}

/*
 * The store takes nothing (a full disk, a lost mount).  Polls that cannot be
 * stored would be asked for again at once, so nobody is asked for a while.
 */
static void
failed_cb(const char *words, void *arg)
{
	struct pipeline *p = arg;
	struct run *r, *next;

	if (p->standing != NULL)
		log_err("store", "cannot write error=%s", LOG_STR(words));
	free(p->fatal);
	p->fatal = xstrdup(words);
	p->rest_until_ms = clock_mono_ms() + REST_MS;
	for (r = LIST_FIRST(&p->runs); r != NULL; r = next) {
		next = LIST_NEXT(r, link);
		r->n_ids = r->at; /* what has not begun is left out */
		if (r->ticket != 0)
			run_finish(p, r);
		else
			run_settle(p, r);
	}
}

static void
listed_cb(struct workers_list *l, void *arg)
{
	struct pipeline *p = arg;
	struct run *r = l->tag;

	r->is_listing = false;
	free(r->ids);
	r->ids = l->ids;
	r->n_ids = l->n_ids;
	r->at = 0;
	r->was_full = l->limit != 0 && (int64_t)l->n_ids >= l->limit;
	if (r->is_standing) {
		p->stats.next_due = l->next_due;
		p->pace_ms = 0;
		if (p->is_first_list && r->n_ids > 0) {
			p->pace_ms = SPREAD_MS / (int64_t)r->n_ids;
			if (p->pace_ms > SPREAD_STEP_MS)
				p->pace_ms = SPREAD_STEP_MS;
			log_info("schedule", "overdue feeds=%zu spread_ms=%lld",
			    r->n_ids, (long long)p->pace_ms);
		}
		p->is_first_list = false;
	} else {
		r->now.n_feeds = (int64_t)r->n_ids;
		show_progress(p, r);
	}
	free(l);
	if (p->is_closing)
		return;
	pump(p);
	run_settle(p, r);
}

/* What an earlier process was told holds for the whole host. */
static void
park_cb(const struct store_feed *f, void *arg)
{
	struct pipeline *p = arg;

	if (f->sched.last_outcome == SCHED_TOO_MANY ||
	    f->sched.last_outcome == SCHED_UNAVAILABLE)
		fetch_park(p->fetcher,
		    f->parked_url != NULL ? f->parked_url : f->url,
		    f->sched.last_outcome, f->sched.retry_until);
}

static void
opened_cb(struct store_reader *r, void *arg)
{
	struct store_feed_query q = {.retry_after = clock_now()};

	(void)!store_feeds(r, &q, park_cb, arg);
}

static void
look_for_due(void *arg)
{
	struct pipeline *p = arg;

	if (p->standing != NULL && p->standing->at >= p->standing->n_ids)
		pump_set_timer(p, 1);
}

/* --- interface ------------------------------------------------------------ */

void
pipeline_global_init(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

enum ak_status
pipeline_new(struct event_base *base, const struct conf *conf, const char *path,
    struct pipeline **ret, struct diag *reterr)
{
	struct pipeline *p = xcalloc(1, sizeof(*p));
	struct workers_cbs cbs = {listed_cb, loaded_cb, committed_cb,
	    related_cb, failed_cb, opened_cb, p};
	struct fetch_params fp;
	struct poll_opts opts;
	enum ak_status st;

	p->base = base;
	p->is_first_list = true;
	p->clock_ahead_s = pump_clock_ahead_s();
	p->body_bytes = FIRST_BODY_BYTES;
	p->user_agent = poll_user_agent(conf);
	LIST_INIT(&p->runs);
	p->timer = event_new(base, -1, 0, pump_timer_cb, p);
	assert(p->timer != NULL);
	poll_opts_init(&opts, conf);
	p->sched = opts.sched;
	poll_fetch_params(conf, p->user_agent, &fp);
	p->concurrency = fp.max_total;
	p->fetcher = fetch_new(base, &fp, reterr);
	st = p->fetcher == NULL
		 ? AK_BADINPUT
		 : workers_start(base, &opts, conf->parse_workers, path,
		       conf->store_search != 0 ? 0 : STORE_NO_SEARCH, &cbs,
		       &p->workers, reterr);
	if (st != AK_OK) {
		fetch_free(p->fetcher);
		event_free(p->timer);
		free(p->user_agent);
		free(p);
		return st;
	}
	p->websubs = websubs_new(base, look_for_due, p);
	websubs_reconfigure(p->websubs, conf);
	p->fulltext = fulltext_new(base, p->workers, p->fetcher, pages_cb, p);
	p->workers->fulltext = p->fulltext;
	p->olders = olders_new(base, p->workers, p->fetcher, walked_cb, p);
	p->embed =
	    embed_new(base, p->workers, p->fetcher, path, embed_idle_cb, p);
	embed_configure(p->embed, conf);
	*ret = p;
	return AK_OK;
}

void
pipeline_free(struct pipeline *p)
{
	struct flight *f, *tmp;

	if (p == NULL)
		return;
	p->is_closing = true;
	websubs_stop(p->websubs);
	olders_close(p->olders);
	fulltext_close(p->fulltext);
	fetch_free(p->fetcher);
	embed_stop(p->embed);
	workers_stop(p->workers);
	websubs_free(p->websubs);
	fulltext_free(p->fulltext);
	olders_free(p->olders);
	embed_free(p->embed);
	HASH_ITER (hh, p->flights, f, tmp) {
		HASH_DEL(p->flights, f);
		free(f->runs);
		free(f);
	}
	while (!LIST_EMPTY(&p->runs))
		run_free(LIST_FIRST(&p->runs));
	event_free(p->timer);
	free(p->user_agent);
	free(p->fatal);
	free(p);
}

enum ak_status
pipeline_reconfigure(
    struct pipeline *p, const struct conf *conf, struct diag *reterr)
{
	char *user_agent = poll_user_agent(conf);
	struct fetch_params fp;
	struct poll_opts opts;
	enum ak_status st;

	poll_fetch_params(conf, user_agent, &fp);
	st = fetch_reconfigure(p->fetcher, &fp, reterr);
	if (st != AK_OK) {
		free(user_agent);
		return st;
	}
	free(p->user_agent);
	p->user_agent = user_agent;
	p->concurrency = fp.max_total;
	poll_opts_init(&opts, conf);
	p->sched = opts.sched;
	workers_reconfigure(p->workers, &opts);
	websubs_reconfigure(p->websubs, conf);
	embed_configure(p->embed, conf);
	return AK_OK;
}

void
pipeline_sync(struct pipeline *p, const struct pipeline_which *which,
    const struct pipeline_cbs *cbs)
{
	struct run *r = xcalloc(1, sizeof(*r));
	size_t n_ids = which->n_ids;

	if (cbs != NULL)
		r->cbs = *cbs;
	r->is_manual = which->all || n_ids > 0;
	r->older = which->older;
	r->other_hosts = which->other_hosts;
	r->is_named = n_ids > 0;
	LIST_INSERT_HEAD(&p->runs, r, link);
	if (n_ids == 0) {
		fulltext_look(p->fulltext);
		pump_list(p, r, which->all, 0);
		return;
	}
	r->ids = xreallocarray(NULL, n_ids, sizeof(*r->ids));
	memcpy(r->ids, which->ids, n_ids * sizeof(*r->ids));
	r->n_ids = n_ids;
	r->now.n_feeds = (int64_t)n_ids;
	pump(p);
}

void
pipeline_relate(struct pipeline *p, const struct pipeline_cbs *cbs)
{
	struct run *r = xcalloc(1, sizeof(*r));

	r->cbs = *cbs;
	LIST_INSERT_HEAD(&p->runs, r, link);
	run_settle(p, r);
}

void
pipeline_progress(const struct pipeline *p, struct pipeline_progress *ret)
{
	const struct run *r;

	*ret = (struct pipeline_progress){.is_done = true};
	LIST_FOREACH(r, &p->runs, link)
	{
		if (r->is_standing)
			continue;
		ret->is_done = false;
		ret->n_feeds += r->now.n_feeds;
		ret->n_done += r->now.n_done;
		ret->n_failed += r->now.n_failed;
		ret->n_unchanged += r->now.n_unchanged;
		ret->n_new += r->now.n_new;
		ret->n_revised += r->now.n_revised;
		ret->wire_bytes += r->now.wire_bytes;
	}
	ret->n_to_relate = n_to_relate(p);
}

void
pipeline_forget(struct pipeline *p, const void *arg)
{
	struct run *r;

	LIST_FOREACH(r, &p->runs, link)
	if (r->cbs.arg == arg)
		r->cbs = (struct pipeline_cbs){0};
}

void
pipeline_run(struct pipeline *p)
{
	struct run *r = xcalloc(1, sizeof(*r));

	assert(p->standing == NULL);
	r->is_standing = true;
	p->standing = r;
	LIST_INSERT_HEAD(&p->runs, r, link);
	(void)workers_relate(p->workers); /* what an `akin add` has left */
	fulltext_look(p->fulltext);
	pump_list(p, r, false, 0);
	websubs_run(p->websubs, p->workers, p->fetcher);
}

void
pipeline_wake(struct pipeline *p)
{
	(void)workers_relate(p->workers);
	websubs_look(p->websubs);
	look_for_due(p);
}

void
pipeline_call(struct pipeline *p,
    enum ak_status (*fn)(struct store *s, void *arg),
    void (*done)(enum ak_status st, void *arg), void *arg)
{
	struct call *c = xcalloc(1, sizeof(*c));

	c->run = fn;
	c->done = done;
	c->arg = arg;
	if (!workers_try_call(p->workers, c)) {
		free(c);
		done(AK_BUSY, arg);
	}
}

struct fetch_job *
pipeline_fetch(
    struct pipeline *p, const struct fetch_req *req, fetch_cb cb, void *arg)
{
	return fetch_start(p->fetcher, req, cb, arg);
}

void
pipeline_fetch_cancel(struct pipeline *p, struct fetch_job *job)
{
	fetch_cancel(p->fetcher, job);
}

void
pipeline_subscribe(struct pipeline *p, const struct pipeline_add *add,
    pipeline_added_cb cb, void *arg)
{
	subscribe_start(p->workers, p->fetcher, add, cb, arg);
}

int
pipeline_websub(
    struct pipeline *p, const struct serve_push *push, struct buf *out)
{
	return websubs_answer(p->websubs, push, out);
}

void
pipeline_stats(const struct pipeline *p, struct pipeline_stats *ret)
{
	struct workers *w = p->workers;
	struct websubs_stats ws;
	struct fetch_stats fs;

	*ret = p->stats;
	fetch_stats(p->fetcher, &fs);
	ret->n_fetching = fs.n_running + fs.n_stalled;
	ret->n_to_load = (int64_t)chan_len(w->to_scout);
	ret->n_to_fetch = fs.n_queued;
	ret->n_to_parse = (int64_t)chan_len(w->to_parse);
	ret->n_to_write = (int64_t)chan_len(w->to_write);
	ret->batch_times = &w->batch_times;
	ret->relate_times = &w->relate_times;
	ret->n_polling = (int64_t)HASH_COUNT(p->flights);
	ret->n_to_relate = n_to_relate(p);
	websubs_stats(p->websubs, &ws);
	ret->n_pushed_feeds = ws.n_active;
	ret->n_pushes = ws.n_pushed;
	ret->n_refused_pushes = ws.n_refused;
}

/* SPDX-License-Identifier: ISC */
/*
 * The loop's side: the stages made and ended, and where their answers go.
 *
 * Its parts: run.c, who asked for polls; pump.c, when a feed's flight starts;
 * flight.c, what it goes through.  The queues between threads hold as many
 * polls as there can be flights, so the loop never waits.
 */
#include "daemon/pipeline.h"

#include <curl/curl.h>
#include <stdlib.h>

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
#define REST_MS 60000			    /* after the store refused */

/* --- answers of the workers ----------------------------------------------- */

static void
walked_cb(struct poll *poll, void *arg)
{
	struct pipeline *p = arg;

	if (poll->sub != NULL)
		subscribe_landed(poll, p->fatal, p->is_closing);
	else
		flight_land(p, flight_find(p, poll->feed_id), poll);
	if (!p->is_closing)
		pump(p);
}

static void
subscribed(struct pipeline *p, struct poll *poll)
{
	bool other_hosts;

	if (!p->is_closing && subscribe_wants_older(poll, &other_hosts))
		older_start(p->olders, poll, other_hosts);
	else
		subscribe_landed(poll, p->fatal, p->is_closing);
}

static void
polled(struct pipeline *p, struct flight *f, struct poll *poll)
{
	if (f->wants_older && poll->is_committed && poll->error == NULL &&
	    !poll->is_parked && !poll->is_postponed && !p->is_closing)
		older_start(p->olders, poll, f->other_hosts);
	else
		flight_land(p, f, poll);
}

static void
committed_cb(struct poll_list *polls, void *arg)
{
	struct pipeline *p = arg;
	struct poll *poll;

	while ((poll = STAILQ_FIRST(polls)) != NULL) {
		STAILQ_REMOVE_HEAD(polls, link);
		if (poll->n_wanted > 0)
			fulltext_want(p->fulltext, poll);
		if (poll->page != NULL) {
			fulltext_landed(poll);
			continue;
		}
		if (poll->older != NULL) {
			older_landed(poll);
			continue;
		}
		if (poll->is_push) {
			p->stats.n_new += poll->n_new;
			websubs_landed(p->websubs, poll);
			continue;
		}
		websubs_polled(p->websubs, poll);
		if (poll->sub != NULL)
			subscribed(p, poll);
		else
			polled(p, flight_find(p, poll->feed_id), poll);
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

/* What an earlier process was told holds for the whole host. */
static void
park_cb(const char *url, enum sched_outcome by, int64_t until, void *arg)
{
	struct pipeline *p = arg;

	if (by == SCHED_TOO_MANY || by == SCHED_UNAVAILABLE)
		fetch_park(p->fetcher, url, by, until);
}

static void
opened_cb(struct store_reader *r, void *arg)
{
	(void)!store_retries(r, clock_now(), park_cb, arg);
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
	struct workers_cbs cbs = {run_listed_cb, flight_loaded_cb, committed_cb,
	    run_related_cb, failed_cb, opened_cb, p};
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
	p->fulltext =
	    fulltext_new(base, p->workers, p->fetcher, run_pages_cb, p);
	p->workers->fulltext = p->fulltext;
	p->olders = olders_new(base, p->workers, p->fetcher, walked_cb, p);
	p->embed =
	    embed_new(base, p->workers, p->fetcher, path, run_embedded_cb, p);
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
	ret->n_to_relate = pipeline_n_to_relate(p);
	websubs_stats(p->websubs, &ws);
	ret->n_pushed_feeds = ws.n_active;
	ret->n_pushes = ws.n_pushed;
	ret->n_refused_pushes = ws.n_refused;
}

/* SPDX-License-Identifier: ISC */
/*
 * flight.c - one feed under way, from its row to its report.
 *
 * A feed has one flight, whatever number of runs wait for it; that is all that
 * the loop keeps of a feed, so an idle daemon keeps nothing of its feeds.
 * pump.c makes it; here its row comes, its request is sent, its answer goes to
 * a parser or straight to the writer, and it lands in the end, for every run.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/pipeline_int.h"
#include "daemon/websub.h"

static void
make_report(const struct poll *poll, struct pipeline_report *ret)
{
	*ret = (struct pipeline_report){
	    .feed_id = poll->feed_id,
	    .url = poll->url,
	    .title = poll->title,
	    .outcome = poll->is_waiting || poll->is_parked || poll->is_postponed
			   ? "waiting"
			   : sched_outcome_name(poll->answer.outcome),
	    .status = poll->answer.status,
	    .error = poll->error,
	    .has_failed = poll->error != NULL ||
			  !(poll->is_committed || poll->is_waiting),
	    .n_new = poll->n_new,
	    .n_revised = poll->n_revised,
	    .has_older = poll->has_older,
	    .moved_to = poll->new_home,
	    .due_at = poll->sched.due_at,
	    .hint = sched_hint_name(poll->sched.hint),
	};
	if (!poll->is_committed || poll->is_parked || poll->is_postponed)
		return;
	ret->step = sched_step(&poll->sched_was, &poll->sched);
	if (ret->step == NULL && poll->error != NULL)
		ret->advice = sched_outcome_advice(poll->answer.outcome, false);
}

static void
count_in_run(struct pipeline_progress *n, const struct poll *poll,
    const struct pipeline_report *rep)
{
	n->n_done++;
	n->n_failed += rep->has_failed;
	n->n_unchanged += poll->answer.outcome == SCHED_NOT_MODIFIED;
	n->n_new += poll->n_new;
	n->n_revised += poll->n_revised;
	n->wire_bytes += poll->wire_bytes;
}

static void
log_report(const struct poll *poll, const struct pipeline_report *rep)
{
	bool first = rep->has_failed && poll->sched.n_errors <= 1 &&
		     poll->answer.outcome != SCHED_NETWORK_DOWN;

	if (rep->step != NULL)
		log_warn("feed", "%s feed=%lld url=%s", rep->step,
		    (long long)poll->feed_id, LOG_STR(poll->url));
	if (first)
		log_warn("feed", "failed feed=%lld url=%s error=%s",
		    (long long)poll->feed_id, LOG_STR(poll->url),
		    LOG_STR(poll->error));
	else if (rep->n_new > 0 || rep->n_revised > 0)
		log_info("feed", "polled feed=%lld new=%lld revised=%lld",
		    (long long)poll->feed_id, (long long)rep->n_new,
		    (long long)rep->n_revised);
	else
		log_debug("feed",
		    "polled feed=%lld outcome=%s status=%d due=%lld hint=%s",
		    (long long)poll->feed_id, rep->outcome, rep->status,
		    (long long)rep->due_at, rep->hint);
}

static void
count_in_stats(struct pipeline_stats *s, const struct poll *poll,
    const struct pipeline_report *rep)
{
	s->n_polls++;
	s->n_failed += rep->has_failed;
	s->n_new += rep->n_new;
	s->n_revised += rep->n_revised;
	s->n_items += poll->n_items;
	s->wire_bytes += poll->wire_bytes;
	if (!poll->is_waiting && !poll->is_parked)
		s->n_by_outcome[poll->answer.outcome]++;
}

void
flight_land(struct pipeline *p, struct flight *f, struct poll *poll)
{
	bool is_gone = poll == NULL || poll->is_gone;
	struct pipeline_report rep;

	HASH_DEL(p->flights, f);
	(void)atomic_fetch_sub(&p->workers->n_flying, 1);
	if (!is_gone) {
		make_report(poll, &rep);
		count_in_stats(&p->stats, poll, &rep);
	}
	for (size_t i = 0; i < f->n_runs; i++) {
		struct run *r = f->runs[i];

		r->n_flying--;
		if (is_gone) {
			r->now.n_feeds--;
		} else {
			count_in_run(&r->now, poll, &rep);
			if (r->is_standing)
				log_report(poll, &rep);
			else if (r->cbs.report != NULL && !p->is_closing)
				r->cbs.report(&rep, r->cbs.arg);
		}
		run_show(p, r);
		run_settle(p, r);
	}
	poll_free(poll);
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
	struct poll *poll = f->poll;

	if (res->st == AK_CANCELED) {
		p->n_fetching--;
		flight_land(p, f, NULL);
		poll_free(poll);
		return;
	}
	poll_fetched(poll, res);
	poll->answer.websub_active = websubs_is_active(p->websubs, f->id);
	answered(p, poll->body_len);
	if (poll->body != NULL && poll->error == NULL &&
	    !poll_is_unchanged(poll))
		workers_parse(p->workers, poll);
	else
		workers_commit(p->workers, poll);
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
		flight_land(p, f, f->poll);
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

void
flight_loaded_cb(struct workers_load *l, void *arg)
{
	struct pipeline *p = arg;
	struct poll *poll;

	while ((poll = STAILQ_FIRST(&l->polls)) != NULL) {
		struct flight *f = flight_find(p, poll->feed_id);

		STAILQ_REMOVE_HEAD(&l->polls, link);
		f->poll = poll;
		if (p->is_closing) {
			p->n_fetching--;
			flight_land(p, f, NULL);
			poll_free(poll);
		} else {
			start_flight(p, f);
		}
	}
	for (size_t i = 0; i < l->n_ids; i++) {
		struct flight *f = flight_find(p, l->ids[i]);

		if (f != NULL && f->poll == NULL) {
			p->n_fetching--;
			flight_land(p, f, NULL); /* removed meanwhile */
		}
	}
	free(l);
	if (!p->is_closing)
		pump(p);
}

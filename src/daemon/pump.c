/* SPDX-License-Identifier: ISC */
/*
 * What starts next: flow control, the pace of overdue feeds, the timer.
 *
 * A flight starts only while few enough wait for an answer and the bodies that
 * wait for a parser, together with those to come, are under HELD_BYTES.  Past
 * that nothing starts until an answer or a commit brings us here again.
 *
 * Due times are of the wall clock, which may jump: each look for due feeds
 * compares it with the monotonic one.  Ahead (a night in suspend) what is
 * overdue is spread as at the start; back, all that lies ahead moves along.
 *
 * Flights start in lumps: to read one row takes the scout hardly less than to
 * read a dozen, and another thread is woken for it.  The fetcher keeps what is
 * more than it may ask for at once, so that it never waits for rows.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/pipeline_int.h"
#include "daemon/websub.h"

#define HELD_BYTES ((size_t)3 << 20)
#define LIST_LIMIT 256
#define LUMP 32
#define LOOK_MS 300000 /* looks for due feeds at least so often */
#define JUMP_S 120     /* a smaller step of the clock is none */

void
pump_list(struct pipeline *p, struct run *r, bool all, int64_t limit)
{
	struct workers_list *l = xcalloc(1, sizeof(*l));

	l->tag = r;
	l->all = all;
	l->now = clock_now();
	l->limit = limit;
	r->is_listing = true;
	workers_list(p->workers, l);
}

void
pump_set_timer(struct pipeline *p, int64_t ms)
{
	struct timeval tv = {
	    .tv_sec = (time_t)(ms / 1000), .tv_usec = (ms % 1000) * 1000};

	(void)event_add(p->timer, &tv);
}

/* How many flights may start. */
static size_t
room(struct pipeline *p)
{
	size_t held = atomic_load(&p->workers->held), n_free, n_bodies;
	int64_t n_asked, most = p->concurrency + LUMP;
	struct fetch_stats fs;

	/* Who is silent has given its place away (D25). */
	fetch_stats(p->fetcher, &fs);
	n_asked = p->n_fetching - fs.n_stalled;
	if (n_asked < 0)
		n_asked = 0; /* others than flights are silent too */
	n_free = WORKERS_MAX_POLLS - HASH_COUNT(p->flights);
	if (n_asked >= p->concurrency) {
		/* Many feeds of few hosts: look further ahead for others;
		 * not while those just asked for are yet to come. */
		if (fs.n_running < p->concurrency / 2 && !fs.has_ready &&
		    fs.n_queued > p->concurrency / 2)
			most = n_asked + WORKERS_MAX_POLLS;
	}
	if (n_asked >= most || held > HELD_BYTES)
		return 0;
	if (n_free > (size_t)(most - n_asked))
		n_free = (size_t)(most - n_asked);
	n_bodies = (HELD_BYTES - held) / (p->body_bytes + 1) + 1;
	if (n_bodies <= (size_t)n_asked)
		return 0;
	n_bodies -= (size_t)n_asked;
	if (n_free > n_bodies)
		n_free = n_bodies;
	return n_free < LUMP && n_asked >= LUMP ? 0 : n_free;
}

/* Next run, in turn, that has a feed to start; NULL: none may. */
static struct run *
next_run(struct pipeline *p, int64_t now_ms)
{
	struct run *r;

	LIST_FOREACH(r, &p->runs, link)
	{
		if (r->at >= r->n_ids)
			continue;
		if (r->is_standing && p->pace_ms > 0 &&
		    now_ms < p->next_start_ms)
			continue;
		return r;
	}
	return NULL;
}

/* The standing run's own clock. */
static void
look_ahead(struct pipeline *p, int64_t now_ms)
{
	struct run *r = p->standing;
	int64_t wait_ms;

	if (r == NULL || r->is_listing)
		return;
	if (r->at < r->n_ids) {
		if (p->pace_ms > 0)
			pump_set_timer(p, p->next_start_ms > now_ms
					      ? p->next_start_ms - now_ms
					      : 1);
		return; /* a landing goes on with it */
	}
	wait_ms = p->stats.next_due == 0
		      ? LOOK_MS
		      : (p->stats.next_due - clock_now()) * 1000;
	if (wait_ms > LOOK_MS)
		wait_ms = LOOK_MS;
	pump_set_timer(p, wait_ms < 1000 ? 1000 : wait_ms);
}

void
pump(struct pipeline *p)
{
	int64_t now_ms = clock_mono_ms();
	struct workers_load *l = NULL;
	struct run *r;
	size_t n;

	if (p->is_closing)
		return;
	if (now_ms < p->rest_until_ms) {
		pump_set_timer(p, p->rest_until_ms - now_ms);
		return;
	}
	n = room(p);
	while (n > 0 && (r = next_run(p, now_ms)) != NULL) {
		int64_t id = r->ids[r->at++];
		struct flight *f = flight_find(p, id);

		if (r->is_standing) {
			p->next_start_ms = now_ms + p->pace_ms;
			if (f != NULL)
				continue; /* under way since the last look */
			r->now.n_feeds++;
		}
		if (f != NULL) {
			flight_join(f, r);
			continue;
		}
		f = xcalloc(1, sizeof(*f));
		f->id = id;
		f->pipeline = p;
		HASH_ADD(hh, p->flights, id, sizeof(f->id), f);
		(void)atomic_fetch_add(&p->workers->n_flying, 1);
		flight_join(f, r);
		p->n_fetching++;
		n--;
		if (l == NULL)
			l = xcalloc(1, sizeof(*l));
		l->ids[l->n_ids++] = id;
		if (l->n_ids == AK_COUNT(l->ids)) {
			workers_load(p->workers, l);
			l = NULL;
		}
	}
	if (l != NULL)
		workers_load(p->workers, l);
	look_ahead(p, now_ms);
}

int64_t
pump_clock_ahead_s(void)
{
	return clock_now() - clock_mono_ms() / 1000;
}

struct jump {
	struct pipeline *pipeline;
	int64_t back_s;
};

static enum ak_status
jump_run(struct store *s, void *arg)
{
	const struct jump *j = arg;

	return store_clock_moved(s, clock_now(), j->back_s);
}

static void
jump_done(enum ak_status st, void *arg)
{
	struct jump *j = arg;
	struct pipeline *p = j->pipeline;

	if (st != AK_OK) /* the next look tries again */
		p->clock_ahead_s += j->back_s;
	else if (!p->is_closing)
		pump_set_timer(p, 1);
	free(j);
}

static void
mind_the_clock(struct pipeline *p)
{
	int64_t ahead_s = pump_clock_ahead_s();
	int64_t by_s = ahead_s - p->clock_ahead_s;
	struct jump *j;

	if (by_s < JUMP_S && by_s > -JUMP_S)
		return;
	log_info("schedule", "the clock was set by_s=%lld", (long long)by_s);
	p->clock_ahead_s = ahead_s;
	if (by_s > 0) {
		p->is_first_list = true;
		return;
	}
	fetch_clock_moved(p->fetcher, by_s);
	websubs_clock_moved(p->websubs, -by_s);
	j = xcalloc(1, sizeof(*j));
	*j = (struct jump){p, -by_s};
	pipeline_call(p, jump_run, jump_done, j);
}

void
pump_timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct pipeline *p = arg;
	struct run *r = p->standing;

	(void)fd;
	(void)what;
	if (clock_mono_ms() >= p->rest_until_ms) {
		free(p->fatal);
		p->fatal = NULL;
		mind_the_clock(p);
		if (r != NULL && !r->is_listing && r->at >= r->n_ids) {
			int64_t known = (int64_t)HASH_COUNT(p->flights);

			pump_list(p, r, false,
			    p->is_first_list ? 0 : known + LIST_LIMIT);
			return;
		}
	}
	pump(p);
}

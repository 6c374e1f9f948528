/* SPDX-License-Identifier: ISC */
/*
 * Who may go next.  Jobs wait in the lane of their origin; a lane with jobs
 * stands in exactly one place: `ready` (it may be looked at), its timer (it
 * must wait for the clock), a `blocked` list of its domain or of a peer (it
 * must wait for somebody to end), or nowhere (it runs all it may).  The pump
 * takes lanes from `ready` in turn, so that a host with many feeds delays no
 * other host.
 *
 * Inside `allow` there is no domain, no spacing and no parking; only two
 * requests for the same URL wait for each other.
 */
#include "fetch/fetch_int.h"

#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define PARK_FIRST_S (15 * 60)
#define PARK_MOST_S (24 * 3600)
#define PARK_ASKED_S (7 * 24 * 3600) /* most that a server may ask for */

static void
put_in(struct lane *l, struct lane_list *list)
{
	assert(l->in == NULL);
	TAILQ_INSERT_TAIL(list, l, link);
	l->in = list;
}

static void
take_out(struct lane *l)
{
	if (l->in != NULL)
		TAILQ_REMOVE(l->in, l, link);
	l->in = NULL;
}

static bool
is_waiting(const struct lane *l)
{
	return l->wake != NULL && event_pending(l->wake, EV_TIMEOUT, NULL);
}

/* Let the pump look at it, unless it waits for something else. */
static void
make_ready(struct lane *l)
{
	if (l->in != NULL || l->n_jobs == 0 || is_waiting(l))
		return;
	put_in(l, &l->f->ready);
	fetch_kick(l->f);
}

static void
wake_cb(evutil_socket_t fd, short what, void *arg)
{
	struct lane *l = arg;

	(void)fd;
	(void)what;
	make_ready(l);
	queue_pump(l->f);
}

static void
wait_until(struct lane *l, int64_t ms, int64_t now_ms)
{
	int64_t left = ms - now_ms;
	struct timeval tv = {left / 1000, left % 1000 * 1000};

	if (l->wake == NULL)
		l->wake = evtimer_new(l->f->base, wake_cb, l);
	assert(l->wake != NULL);
	(void)event_add(l->wake, &tv);
}

static const char *
domain_key(const struct target *t)
{
	const char *key = NULL;

	if (!t->is_literal)
		key = psl_registrable_domain(psl_builtin(), t->host);
	return key != NULL ? key : t->host;
}

static struct domain *
domain_get(struct fetcher *f, const struct target *t)
{
	const char *key = domain_key(t);
	struct domain *d;

	HASH_FIND_STR(f->domains, key, d);
	if (d == NULL) {
		size_t len = strlen(key);

		d = xcalloc(1, sizeof(*d) + len + 1);
		memcpy(d->key, key, len + 1);
		TAILQ_INIT(&d->blocked);
		HASH_ADD_KEYPTR(hh, f->domains, d->key, len, d);
	}
	return d;
}

static struct lane *
lane_get(struct fetcher *f, const struct target *t)
{
	struct lane *l;
	size_t len = strlen(t->origin);

	HASH_FIND(hh, f->lanes, t->origin, len, l);
	if (l != NULL)
		return l;
	l = xcalloc(1, sizeof(*l) + len + 1);
	memcpy(l->key, t->origin, len + 1);
	l->f = f;
	TAILQ_INIT(&l->jobs);
	if (t->kind == ADDRESS_PUBLIC || f->p.private_as_public) {
		l->domain = domain_get(f, t);
		l->domain->n_lanes++;
	}
	HASH_ADD_KEYPTR(hh, f->lanes, l->key, len, l);
	return l;
}

static void
leave_domain(struct lane *l)
{
	struct domain *d = l->domain;

	l->domain = NULL;
	if (--d->n_lanes == 0 && d->parked_until == 0) {
		HASH_DEL(l->f->domains, d);
		free(d);
	}
}

static void
lane_free(struct lane *l)
{
	struct fetcher *f = l->f;

	assert(l->n_jobs == 0 && l->n_running == 0);
	take_out(l);
	if (l->wake != NULL)
		event_free(l->wake);
	if (l->domain != NULL)
		leave_domain(l);
	HASH_DEL(f->lanes, l);
	free(l);
}

/* Free it when there is nothing to remember. */
static void
lane_done(struct lane *l)
{
	if (l->n_jobs == 0 && l->n_running == 0 && l->domain == NULL)
		lane_free(l);
}

void
queue_collect(struct fetcher *f, bool all)
{
	int64_t now = clock_now(), now_ms = clock_mono_ms();
	struct lane *l, *next;
	struct domain *d, *next_d;

	HASH_ITER (hh, f->lanes, l, next) {
		if (l->n_jobs > 0 || l->n_running > 0)
			continue;
		if (all || (l->next_ms <= now_ms &&
			       l->parked_until + PARK_MOST_S <= now))
			lane_free(l);
	}
	HASH_ITER (hh, f->domains, d, next_d) {
		if (d->n_lanes == 0 && (all || d->parked_until <= now)) {
			HASH_DEL(f->domains, d);
			free(d);
		}
	}
}

void
queue_add(struct fetch_job *job, const struct target *t, bool at_head)
{
	struct lane *l = lane_get(job->f, t);

	job->lane = l;
	if (at_head)
		TAILQ_INSERT_HEAD(&l->jobs, job, link);
	else
		TAILQ_INSERT_TAIL(&l->jobs, job, link);
	job->in = &l->jobs;
	l->n_jobs++;
	job->f->stats.n_queued++;
	make_ready(l);
}

/* Wake the lanes that wait for what has just become free.  All of them: the
 * first may have to wait for the clock, and be canceled meanwhile. */
static void
unblock(struct lane_list *blocked)
{
	struct lane *l;

	while ((l = TAILQ_FIRST(blocked)) != NULL) {
		take_out(l);
		make_ready(l);
	}
}

static void
unqueue(struct fetch_job *job)
{
	struct lane *l = job->lane;

	TAILQ_REMOVE(&l->jobs, job, link);
	job->in = NULL;
	l->n_jobs--;
	job->f->stats.n_queued--;
	if (l->n_jobs == 0) {
		take_out(l);
		if (l->wake != NULL)
			(void)event_del(l->wake);
	}
}

void
queue_remove(struct fetch_job *job)
{
	struct lane *l = job->lane;
	struct domain *d = l->domain;

	job->lane = NULL;
	if (job->in == &l->jobs) {
		job->lane = l;
		unqueue(job);
		job->lane = NULL;
		lane_done(l);
		return;
	}
	l->n_running--;
	if (d != NULL) {
		/* From the end of one to the start of the next, so that the
		 * server sees the gap too. */
		l->next_ms = clock_mono_ms() + l->f->p.host_interval_ms;
		d->n_running--;
		unblock(&d->blocked);
		if (job->is_private && l->n_running == 0 &&
		    !l->f->p.private_as_public)
			leave_domain(l); /* a name of a host inside `allow` */
	}
	make_ready(l);
	lane_done(l);
}

/* ----------------------------------------------------------------- peers */

static struct peer *
peer_find(struct fetcher *f, const struct net_addr *addr)
{
	struct peer *p;

	HASH_FIND(hh, f->peers, addr, sizeof(*addr), p);
	return p;
}

bool
queue_peer_full(struct transfer *t, const struct net_addr *addr)
{
	struct peer *p = peer_find(t->f, addr);

	if (p == NULL || p == t->peer || p->n_running < t->f->p.max_per_address)
		return false;
	return true;
}

void
queue_peer_set(struct transfer *t, const struct net_addr *addr)
{
	struct fetcher *f = t->f;
	struct peer *p = peer_find(f, addr);

	if (p != NULL && p == t->peer)
		return;
	queue_peer_release(t);
	p = peer_find(f, addr);
	if (p == NULL) {
		p = xcalloc(1, sizeof(*p));
		p->addr = *addr;
		TAILQ_INIT(&p->blocked);
		HASH_ADD(hh, f->peers, addr, sizeof(p->addr), p);
	}
	p->n_running++;
	t->peer = p;
}

void
queue_peer_release(struct transfer *t)
{
	struct peer *p = t->peer;

	if (p == NULL)
		return;
	t->peer = NULL;
	p->n_running--;
	unblock(&p->blocked);
	if (p->n_running == 0 && TAILQ_EMPTY(&p->blocked)) {
		HASH_DEL(t->f->peers, p);
		free(p);
	}
}

void
queue_requeue_peer(struct fetch_job *job, const struct net_addr *addr)
{
	struct peer *peer = peer_find(job->f, addr);
	struct lane *l = job->lane;

	assert(job->in == NULL);
	l->n_running--;
	if (l->domain != NULL) {
		l->domain->n_running--;
		unblock(&l->domain->blocked);
	}
	TAILQ_INSERT_HEAD(&l->jobs, job, link);
	job->in = &l->jobs;
	l->n_jobs++;
	l->f->stats.n_queued++;
	take_out(l);
	if (peer != NULL)
		put_in(l, &peer->blocked);
	else
		make_ready(l);
}

/* --------------------------------------------------------------- parking */

void
queue_park_lane(struct lane *l, enum sched_outcome by, int64_t after_s)
{
	int64_t s = PARK_FIRST_S;

	if (l->domain == NULL)
		return;
	if (after_s > PARK_ASKED_S)
		after_s = PARK_ASKED_S;
	for (int64_t i = 0; i < l->n_failures && s < PARK_MOST_S; i++)
		s *= 2;
	if (s > PARK_MOST_S)
		s = PARK_MOST_S;
	l->n_failures++;
	l->parked_until = clock_now() + (after_s > s ? after_s : s);
	l->parked_by = by;
}

void
queue_park_domain(struct lane *l, int64_t after_s)
{
	int64_t until =
	    clock_now() + (after_s < PARK_ASKED_S ? after_s : PARK_ASKED_S);

	if (l->domain != NULL && l->domain->parked_until < until)
		l->domain->parked_until = until;
}

void
queue_forgive(struct lane *l)
{
	l->n_failures = 0;
	l->parked_until = 0;
}

/* Seconds that the job at the head must stay away; 0: it may go. */
static int64_t
parked_for(const struct lane *l, const struct fetch_job *job, int64_t now,
    enum sched_outcome *ret_by)
{
	if (l->domain == NULL)
		return 0;
	if (l->domain->parked_until > now) {
		*ret_by = SCHED_TOO_MANY;
		return l->domain->parked_until - now;
	}
	if (l->parked_until > now && !job->urgent) {
		*ret_by = l->parked_by;
		return l->parked_until - now;
	}
	return 0;
}

static void
park_jobs(struct lane *l, int64_t for_s, enum sched_outcome by)
{
	struct fetch_job *job, *next;
	char text[160];

	(void)snprintf(text, sizeof(text),
	    "the host is left alone for another %lld s (%s before)",
	    (long long)for_s, sched_outcome_name(by));
	for (job = TAILQ_FIRST(&l->jobs); job != NULL; job = next) {
		next = TAILQ_NEXT(job, link);
		if (by != SCHED_TOO_MANY && job->urgent)
			continue;
		unqueue(job);
		job->lane = NULL;
		job_end_early(job, AK_BUSY, by, for_s, text);
	}
}

void
queue_park(struct fetcher *f, const struct target *t, enum sched_outcome by,
    int64_t until)
{
	int64_t left = until - clock_now();
	struct lane *l;

	if (left <= 0)
		return;
	l = lane_get(f, t);
	if (by == SCHED_TOO_MANY) {
		queue_park_domain(l, left);
	} else if (l->domain != NULL && l->parked_until < until) {
		l->parked_until = until;
		l->parked_by = by;
	}
	lane_done(l);
}

int64_t
queue_parked_until(const struct fetcher *f, const struct target *t)
{
	const struct domain *d;
	const struct lane *l;
	int64_t until = 0;

	HASH_FIND_STR(f->lanes, t->origin, l);
	if (l != NULL && l->domain == NULL)
		return 0;
	HASH_FIND_STR(f->domains, domain_key(t), d);
	if (d != NULL)
		until = d->parked_until;
	if (l != NULL && l->parked_until > until)
		until = l->parked_until;
	return until > clock_now() ? until : 0;
}

void
fetch_clock_moved(struct fetcher *f, int64_t by_s)
{
	struct domain *d, *next_d;
	struct lane *l, *next;

	HASH_ITER (hh, f->lanes, l, next)
		if (l->parked_until != 0)
			l->parked_until += by_s;
	HASH_ITER (hh, f->domains, d, next_d)
		if (d->parked_until != 0)
			d->parked_until += by_s;
}

static void
end_jobs(struct lane *l, enum ak_status st, const char *text)
{
	struct fetch_job *job;

	while ((job = TAILQ_FIRST(&l->jobs)) != NULL) {
		unqueue(job);
		job->lane = NULL;
		job_end_early(job, st, SCHED_NETWORK_DOWN, -1, text);
	}
}

void
queue_fail_public(struct fetcher *f, const char *text)
{
	struct lane *l, *next;

	HASH_ITER (hh, f->lanes, l, next) {
		if (l->domain != NULL)
			end_jobs(l, AK_IO, text);
	}
}

void
queue_cancel(struct fetcher *f, const char *text)
{
	struct lane *l, *next;

	HASH_ITER (hh, f->lanes, l, next) {
		end_jobs(l, AK_CANCELED, text);
		lane_done(l);
	}
}

/* ------------------------------------------------------------------ pump */

/* In a lane without a domain: the first job whose URL nobody asks now. */
static struct fetch_job *
first_free(struct lane *l)
{
	struct fetch_job *job;
	struct transfer *t;
	int tries = 16;

	if (l->domain != NULL || l->n_running == 0)
		return TAILQ_FIRST(&l->jobs);
	TAILQ_FOREACH (job, &l->jobs, link) {
		if (tries-- == 0)
			return NULL;
		TAILQ_FOREACH (t, &l->f->running, link) {
			if (t->job->lane == l &&
			    strcmp(job_url(t->job), job_url(job)) == 0)
				break;
		}
		if (t == NULL)
			return job;
	}
	return NULL;
}

/* May the lane start one now?  If not, it is put where it has to wait. */
static bool
may_start(struct lane *l, int64_t now_ms)
{
	const struct fetch_params *p = &l->f->p;
	struct domain *d = l->domain;
	int64_t at;

	if (d == NULL)
		return true;
	if (l->n_running >= p->max_per_host)
		return false; /* queue_remove() makes it ready */
	if (d->n_running >= p->max_per_domain) {
		put_in(l, &d->blocked);
		return false;
	}
	at = l->next_ms > d->next_ms ? l->next_ms : d->next_ms;
	if (at > now_ms) {
		wait_until(l, at, now_ms);
		return false;
	}
	d->n_running++;
	l->next_ms = now_ms + p->host_interval_ms;
	d->next_ms = now_ms + p->host_interval_ms / p->max_per_domain;
	return true;
}

static bool
has_room(const struct fetcher *f)
{
	return f->n_active < f->p.max_total &&
	       f->n_active + f->n_stalled <
		   f->p.max_total * FETCH_STALLED_FACTOR;
}

void
queue_pump(struct fetcher *f)
{
	int64_t now = clock_now(), now_ms = clock_mono_ms();
	struct fetch_job *job;
	struct lane *l;

	while (has_room(f) && (l = TAILQ_FIRST(&f->ready)) != NULL) {
		enum sched_outcome by = SCHED_OK;
		int64_t for_s;

		take_out(l);
		if ((job = first_free(l)) == NULL)
			continue; /* until one of them ends */
		if ((for_s = parked_for(l, job, now, &by)) > 0) {
			park_jobs(l, for_s, by);
			make_ready(l);
			continue;
		}
		if (!may_start(l, now_ms))
			continue;
		unqueue(job);
		l->n_running++;
		make_ready(l);
		transfer_start(job);
	}
}

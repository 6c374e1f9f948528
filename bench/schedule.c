/* SPDX-License-Identifier: ISC */
/*
 * schedule.c - polls against freshness, akin's rule beside others'.
 *
 * A virtual clock over synthetic feeds: rates log-normal (median 0.3 entries a
 * day), most of them after a working day in one of six time zones, some round
 * the clock, some at one hour; entries come as a Poisson process of that
 * profile, some in bursts.  Every rule sees the same entries.  After 14 days to
 * learn, 30 days are counted: requests a feed and day, and the delay from an
 * entry's publication to the poll that sees it.  Servers give validators and
 * no hints; nothing fails.
 *
 * The other rules are written from what their projects publish; ticks, batch
 * sizes and queues, which only slow them down, are left out.  docs/schedule.md
 * has the table.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "sched/sched.h"

#define MIN_S ((int64_t)60)
#define HOUR_S (60 * MIN_S)
#define DAY_S (24 * HOUR_S)
#define LEARN_S (14 * DAY_S)
#define COUNT_S (30 * DAY_S)
#define END_S (LEARN_S + COUNT_S + 2 * DAY_S) /* the last entries are seen */
#define EVENT_S (10 * MIN_S)
#define DOCUMENT_ENTRIES 20

static int64_t start; /* a Monday, so that the week has its days */

struct feed {
	int64_t id;
	int64_t *entries; /* seconds after the start, rising */
	size_t n;
	int64_t first_poll;
};

/* --- chance ------------------------------------------------------------ */

static uint64_t seed = 20261123;

static double
chance(void)
{
	uint64_t x = seed += 0x9E3779B97F4A7C15u;

	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
	x = (x ^ x >> 27) * 0x94D049BB133111EBu;
	x ^= x >> 31;
	return ((double)(x >> 11) + 0.5) / 9007199254740992.0;
}

static double
normal(void)
{
	return sqrt(-2 * log(chance())) * cos(2 * M_PI * chance());
}

/* --- feeds ------------------------------------------------------------- */

enum profile { ROUND_THE_CLOCK, WORKING_DAY, ONE_HOUR };

/* Rate at local second `t` of the week as a multiple of the mean, about. */
static double
weight(enum profile p, int64_t t, int64_t hour_of_choice)
{
	static const double day[24] = {0.2, 0.1, 0.1, 0.1, 0.1, 0.3, 0.6, 1.1,
	    1.7, 2.1, 2.2, 2.1, 1.8, 1.8, 1.9, 1.9, 1.8, 1.5, 1.0, 0.8, 0.7,
	    0.6, 0.5, 0.3};
	int64_t hour = t % DAY_S / HOUR_S;
	bool weekend = t / DAY_S % 7 >= 5;

	switch (p) {
	case WORKING_DAY:
		return day[hour] * (weekend ? 0.4 : 1.2);
	case ONE_HOUR:
		return hour == hour_of_choice ? 24 : 0;
	default:
		return 1;
	}
}

static void
add_entry(struct feed *f, size_t *cap, int64_t t)
{
	if (f->n == *cap) {
		*cap = *cap * 2 + 16;
		f->entries =
		    xreallocarray(f->entries, *cap, sizeof(*f->entries));
	}
	f->entries[f->n++] = t;
}

static int
by_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
make_feed(struct feed *f, int64_t id)
{
	static const int64_t zones[] = {-8, -5, 0, 1, 8, 9};
	double per_day = 0.3 * exp(1.9 * normal()), kind = chance(), max;
	enum profile p = kind < 0.7   ? WORKING_DAY
			 : kind < 0.9 ? ROUND_THE_CLOCK
				      : ONE_HOUR;
	int64_t zone = zones[(int)(chance() * 6)] * HOUR_S;
	int64_t hour = (int64_t)(chance() * 24);
	size_t cap = 0;
	double t = 0;

	per_day = fmin(fmax(per_day, 1.0 / 365), 300);
	max = p == ONE_HOUR ? 24 : p == WORKING_DAY ? 2.7 : 1;
	*f = (struct feed){.id = id, .first_poll = (int64_t)(chance() * 3600)};
	for (;;) {
		int64_t at;

		/* thinning of a process at the highest rate */
		t += -log(chance()) / (per_day * max) * (double)DAY_S;
		if (t >= (double)END_S)
			break;
		at = (int64_t)t;
		if (chance() * max >
		    weight(p, (at + 7 * DAY_S + zone) % (7 * DAY_S), hour))
			continue;
		add_entry(f, &cap, at);
		if (chance() < 0.15) /* a burst */
			for (int64_t b = at; chance() < 0.7;)
				add_entry(f, &cap,
				    b += 1 + (int64_t)(chance() * 120));
	}
	if (f->n > 0)
		qsort(f->entries, f->n, sizeof(*f->entries), by_time);
}

/* --- rules ------------------------------------------------------------- */

struct poll {
	const struct feed *feed;
	int64_t now;
	size_t n_before, n_seen; /* entries[n_before..n_seen) are new */
	struct sched_state *state;
};

struct rule {
	const char *name;
	int64_t (*wait)(const struct rule *r, const struct poll *p);
	int64_t floor_s;
	int64_t pace_s; /* akin's */
};

static int64_t
fixed_hour(const struct rule *r, const struct poll *p)
{
	(void)r;
	(void)p;
	return HOUR_S;
}

/* A week over the count that the mean gap of the last week's entries makes,
 * from 5 minutes to a day; a day where there are not two. */
static int64_t
miniflux_entry_frequency(const struct rule *r, const struct poll *p)
{
	const int64_t *e = p->feed->entries;
	size_t from = p->n_seen;
	int64_t per_week, wait;
	double gap;

	while (from > 0 && e[from - 1] >= p->now - 7 * DAY_S)
		from--;
	if (p->n_seen - from < 2 || e[p->n_seen - 1] == e[from])
		return DAY_S;
	gap = (double)(e[p->n_seen - 1] - e[from]) /
	      (double)(p->n_seen - from - 1);
	per_week = (int64_t)ceil((double)(7 * DAY_S) / gap);
	wait = 7 * DAY_S / per_week;
	return wait < r->floor_s ? r->floor_s : wait > DAY_S ? DAY_S : wait;
}

/* Half the mean gap of the document's entries from 5 minutes to an hour; 1, 2
 * and 4 hours after 7, 14 and 30 days without any. */
static int64_t
commafeed(const struct rule *r, const struct poll *p)
{
	const int64_t *e = p->feed->entries;
	size_t n = p->n_seen < DOCUMENT_ENTRIES ? p->n_seen : DOCUMENT_ENTRIES;
	int64_t silent, wait;

	if (n == 0)
		return 4 * HOUR_S;
	silent = (p->now - e[p->n_seen - 1]) / DAY_S;
	if (silent >= 7)
		return silent >= 30   ? 4 * HOUR_S
		       : silent >= 14 ? 2 * HOUR_S
				      : HOUR_S;
	if (n < 2)
		return 4 * HOUR_S;
	wait = (e[p->n_seen - 1] - e[p->n_seen - n]) / (int64_t)(n - 1) / 2;
	return wait < r->floor_s ? r->floor_s : wait > HOUR_S ? HOUR_S : wait;
}

static int64_t
akin(const struct rule *r, const struct poll *p)
{
	const struct sched_params params = {.floor_s = r->floor_s,
	    .floor_unconditional_s = HOUR_S,
	    .ceiling_s = DAY_S,
	    .websub_s = DAY_S,
	    .hint_max_s = 7 * DAY_S,
	    .pace_s = r->pace_s};
	struct sched_answer a = {
	    .outcome = p->n_seen > p->n_before ? SCHED_OK : SCHED_NOT_MODIFIED,
	    .status = p->n_seen > p->n_before ? 200 : 304,
	    .had_validators = true,
	    .was_conditional = true,
	    .fresh_s = -1,
	    .retry_after_s = -1};

	for (size_t i = p->n_before; i < p->n_seen; i++)
		a.n_new_events +=
		    i == p->n_before ||
		    p->feed->entries[i] - p->feed->entries[i - 1] > EVENT_S;
	sched_next(&params, p->feed->id, start + p->now, &a, p->state);
	return p->state->due_at - start - p->now;
}

/* --- counting ---------------------------------------------------------- */

struct result {
	double requests; /* a feed and day */
	double median_min, p95_min, mean_min;
};

struct tally {
	int64_t *delays;
	size_t n, cap, n_requests;
};

static void
run_feed(const struct rule *r, const struct feed *f, struct tally *t)
{
	struct sched_state state;
	struct poll p = {.feed = f, .now = f->first_poll, .state = &state};

	sched_init(&state, start);
	while (p.now < END_S) {
		p.n_before = p.n_seen;
		while (p.n_seen < f->n && f->entries[p.n_seen] <= p.now)
			p.n_seen++;
		for (size_t i = p.n_before; i < p.n_seen; i++) {
			int64_t e = f->entries[i];

			if (e < LEARN_S || e >= LEARN_S + COUNT_S)
				continue;
			if (t->n == t->cap) {
				t->cap = t->cap * 2 + 1024;
				t->delays = xreallocarray(
				    t->delays, t->cap, sizeof(*t->delays));
			}
			t->delays[t->n++] = p.now - e;
		}
		t->n_requests += p.now >= LEARN_S && p.now < LEARN_S + COUNT_S;
		p.now += r->wait(r, &p);
	}
}

static struct result
run(const struct rule *r, const struct feed *feeds, size_t n)
{
	struct tally t = {0};
	struct result res;
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		run_feed(r, &feeds[i], &t);
	qsort(t.delays, t.n, sizeof(*t.delays), by_time);
	for (size_t i = 0; i < t.n; i++)
		sum += (double)t.delays[i];
	res.requests = (double)t.n_requests / (double)n /
		       ((double)COUNT_S / (double)DAY_S);
	res.median_min = (double)t.delays[t.n / 2] / 60;
	res.p95_min = (double)t.delays[t.n * 95 / 100] / 60;
	res.mean_min = sum / (double)t.n / 60;
	free(t.delays);
	return res;
}

/* --- comparing --------------------------------------------------------- */

enum measure { REQUESTS, MEDIAN, P95, MEAN };

static double
measured(const struct result *r, enum measure m)
{
	return m == REQUESTS ? r->requests
	       : m == MEDIAN ? r->median_min
	       : m == P95    ? r->p95_min
			     : r->mean_min;
}

/* akin's rule at the pace where `m` is that of `other`, by bisection. */
static struct result
akin_at(const struct result *other, enum measure m, int64_t floor_s,
    const struct feed *feeds, size_t n)
{
	double lo = log(10), hi = log(7.0 * (double)DAY_S);
	struct rule r = {.wait = akin, .floor_s = floor_s};
	struct result res = {0};

	for (int i = 0; i < 14; i++) {
		double mid = (lo + hi) / 2;
		bool slower;

		r.pace_s = (int64_t)exp(mid);
		res = run(&r, feeds, n);
		/* A longer pace: fewer requests, more delay. */
		slower = m == REQUESTS ? measured(&res, m) > measured(other, m)
				       : measured(&res, m) < measured(other, m);
		if (slower)
			lo = mid;
		else
			hi = mid;
	}
	return res;
}

static void
print_row(const char *name, const struct result *r)
{
	printf("| %s | %.2f | %.1f | %.1f | %.1f |\n", name, r->requests,
	    r->median_min, r->p95_min, r->mean_min);
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	static const struct rule others[] = {
	    {"fixed hour (Miniflux's round robin)", fixed_hour, 15 * MIN_S, 0},
	    {"Miniflux's entry frequency", miniflux_entry_frequency, 5 * MIN_S,
		0},
	    {"CommaFeed", commafeed, 5 * MIN_S, 0},
	};
	static const struct rule ours = {
	    "**akin, as it is**", akin, 15 * MIN_S, 0};
	int64_t n = 10000;
	struct feed *feeds;
	struct result res;
	size_t n_entries = 0;

	if (argc > 1 && !str_to_i64(argv[1], 10, 1000000, &n)) {
		(void)fprintf(stderr, "usage: schedule [FEEDS]\n");
		return 2;
	}
	start = 1790553600; /* Mon 2026-09-28T00:00:00Z */
	feeds = xcalloc((size_t)n, sizeof(*feeds));
	for (int64_t i = 0; i < n; i++) {
		make_feed(&feeds[i], i + 1);
		n_entries += feeds[i].n;
	}
	printf("%lld feeds, %.2f entries a feed and day\n\n", (long long)n,
	    (double)n_entries / (double)n / ((double)END_S / (double)DAY_S));
	printf("| rule | requests a feed and day | median delay, min | p95 | "
	       "mean |\n| --- | --- | --- | --- | --- |\n");
	res = run(&ours, feeds, (size_t)n);
	print_row(ours.name, &res);
	for (size_t i = 0; i < AK_COUNT(others); i++) {
		static const struct {
			enum measure m;
			const char *name;
		} at[] = {{REQUESTS, "akin at its requests"},
		    {MEDIAN, "akin at its median"}, {P95, "akin at its p95"},
		    {MEAN, "akin at its mean"}};
		const struct rule *o = &others[i];
		struct result r;

		res = run(o, feeds, (size_t)n);
		print_row(o->name, &res);
		for (size_t k = 0; k < AK_COUNT(at); k++) {
			r = akin_at(
			    &res, at[k].m, o->floor_s, feeds, (size_t)n);
			print_row(at[k].name, &r);
		}
	}
	for (int64_t i = 0; i < n; i++)
		free(feeds[i].entries);
	free(feeds);
	return 0;
}

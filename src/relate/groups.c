/* SPDX-License-Identifier: ISC */
/*
 * Each article of a backlog is a group, each older thread is one, and the two
 * that belong together most become one, again and again, until no two are near
 * enough (agglomerative clustering with a linkage between nearest and mean).
 * The score is that of thread.c; a group that joins another is judged by its
 * members, on the mean.  Of older articles only what newcomers have with them
 * is known; the less that is, the more it takes for two older threads to become
 * one.
 */
#include "relate/settle_int.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define NONE SETTLE_NONE
#define SHARED 0.9F /* of a member's likeness to a group: as alike to it */

/* Of a first import; less than for a newcomer alone, since what both have with
 * others is all there is, not what came before. */
static const struct thread_level settled = {.from = 0.1F, .unknown = 4.5F};

struct merger {
	float score;
	uint32_t a, b, version_a, version_b;
	uint64_t key;
};

struct look {
	uint32_t round;
	float time;
};

/* --- how much two groups belong together -------------------------------- */

static void
find_reach(struct settling *s, uint32_t group, unsigned side)
{
	s->groups[group].side = side;
	for (uint32_t i = s->groups[group].first; i != NONE;
	     i = s->members[i].next) {
		const struct member *m = &s->members[i];

		for (uint32_t k = m->from; k < m->from + m->n; k++) {
			const struct other *o = &s->others[k];
			struct reach *r = &s->members[o->at].reach[side];

			if (r->judgement != s->judgement ||
			    r->cosine < o->cosine)
				*r = (struct reach){s->judgement, o->cosine};
		}
	}
}

static float
reach(const struct settling *s, const struct member *m, uint32_t group)
{
	const struct reach *r = &m->reach[s->groups[group].side];

	return r->judgement == s->judgement ? r->cosine : 0.0F;
}

/* Mean of a member's greatest likenesses out of both groups, but for those who
 * are as alike to the other: a story of many reports is no background to two of
 * them. */
static float
background(struct settling *s, struct member *m, uint32_t other)
{
	const struct other *o = s->others + m->from;
	float sum = 0.0F, shared = SHARED * reach(s, m, other);
	size_t n = 0;

	if (m->is_old)
		return m->background;
	while (m->skip < m->n && s->members[o[m->skip].at].group == m->group)
		m->skip++;
	for (uint32_t i = m->skip; i < m->n && n < NEAR_BACKGROUND; i++) {
		const struct member *out = &s->members[o[i].at];

		if (out->group != m->group && out->group != other &&
		    reach(s, out, other) < shared) {
			sum += o[i].cosine;
			n++;
		}
	}
	return sum / NEAR_BACKGROUND;
}

struct linkage {
	float nearest, sum;
	uint32_t n; /* members of which something can be known */
};

/* What the members of one have with the other. */
static void
link_groups(struct settling *s, uint32_t a, uint32_t b, struct linkage *ret)
{
	bool only_old = s->groups[b].n_old == s->groups[b].n;

	*ret = (struct linkage){0};
	for (uint32_t i = s->groups[a].first; i != NONE;
	     i = s->members[i].next) {
		struct member *m = &s->members[i];
		const struct other *o = s->others + m->from;
		float own = -1.0F, nearest = 0.0F;

		ret->n += !(m->is_old && only_old);
		for (uint32_t k = m->skip; k < m->n; k++) {
			struct member *other = &s->members[o[k].at];
			float v;

			if (other->group != b || o[k].is_recurring)
				continue;
			if (own < 0.0F)
				own = background(s, m, b);
			v = thread_likeness(
			    o[k].cosine, own, background(s, other, a));
			nearest = v > nearest ? v : nearest;
			ret->sum += v;
		}
		ret->nearest += nearest;
	}
	if (ret->n > 0)
		ret->nearest /= (float)ret->n;
}

static float
likeness(struct settling *s, uint32_t a, uint32_t b)
{
	const struct group *g = &s->groups[a], *h = &s->groups[b];
	uint32_t known = g->n * h->n - g->n_old * h->n_old;
	struct linkage l, m;

	if (known == 0)
		return 0.0F;
	s->judgement++;
	find_reach(s, a, 0);
	find_reach(s, b, 1);
	link_groups(s, g->n <= h->n ? a : b, g->n <= h->n ? b : a, &l);
	if (g->n == h->n && g->n > 1) {
		link_groups(s, b, a, &m);
		l.nearest = (l.nearest + m.nearest) / 2.0F;
	}
	return thread_blend(l.nearest, l.sum / (float)known);
}

static float
days_between(const struct settling *s, uint32_t a, uint32_t b)
{
	const struct relate_index *x = s->x;
	float least = INFINITY;

	for (uint32_t i = s->groups[a].first; i != NONE;
	     i = s->members[i].next) {
		int64_t date = x->docs[s->members[i].place].date;

		for (uint32_t k = s->groups[b].first; k != NONE;
		     k = s->members[k].next) {
			float days = thread_days(
			    date, x->docs[s->members[k].place].date);

			least = days < least ? days : least;
		}
	}
	return least;
}

static size_t
count_crowd(const struct settling *s, uint32_t group, int64_t date)
{
	size_t n = 0;

	for (uint32_t i = s->groups[group].first; i != NONE;
	     i = s->members[i].next)
		n += thread_is_crowd(&s->x->docs[s->members[i].place], date);
	return n;
}

/* The mean over the members of the smaller. */
static float
threshold(const struct settling *s, uint32_t a, uint32_t b)
{
	uint32_t small = s->groups[a].n <= s->groups[b].n ? a : b;
	float sum = 0.0F;

	for (uint32_t i = s->groups[small].first; i != NONE;
	     i = s->members[i].next) {
		const struct doc *d = &s->x->docs[s->members[i].place];
		size_t own = 0;

		if (d->is_dated)
			own = count_crowd(s, a, d->date) +
			      count_crowd(s, b, d->date);
		sum += thread_threshold(
		    &s->level, thread_around(s->x, d->date, d->is_dated), own);
	}
	return sum / (float)s->groups[small].n;
}

/* May a pair that is so alike be all that it takes?  Most are not. */
static bool
may_unite(const struct settling *s, uint32_t a, uint32_t b, float alike)
{
	const struct group *g = &s->groups[a], *h = &s->groups[b];
	const struct group *small = g->n <= h->n ? g : h;

	return thread_likeness(alike, 0.0F, 0.0F) >=
	       thread_threshold(&s->level, small->n_around, g->n + h->n);
}

/* 1 and more: they are one thread. */
static float
score(struct settling *s, uint32_t a, uint32_t b, float time)
{
	const struct group *g = &s->groups[a], *h = &s->groups[b];
	float v = likeness(s, a, b) * time, unknown;

	if (v < s->level.from || g->n + h->n > THREAD_MAX)
		return 0.0F;
	/* What older ones have with each other is not known. */
	unknown = (float)(g->n_old * h->n_old) / (float)(g->n * h->n);
	return v / threshold(s, a, b) /
	       (1.0F + (THREAD_MERGE - 1.0F) * unknown);
}

/* --- best first --------------------------------------------------------- */

static bool
is_before(const struct merger *a, const struct merger *b)
{
	if (a->score != b->score)
		return a->score > b->score;
	if (a->key != b->key)
		return a->key < b->key;
	return a->a != b->a ? a->a < b->a : a->b < b->b;
}

static void
push(struct settling *s, const struct merger *m)
{
	size_t i = s->n_heap++;

	if (i == s->cap_heap) {
		s->cap_heap = s->cap_heap * 2 + 1024;
		s->heap = xreallocarray(s->heap, s->cap_heap, sizeof(*s->heap));
	}
	for (; i > 0 && is_before(m, &s->heap[(i - 1) / 2]); i = (i - 1) / 2)
		s->heap[i] = s->heap[(i - 1) / 2];
	s->heap[i] = *m;
}

static struct merger
pop(struct settling *s)
{
	struct merger top = s->heap[0], last = s->heap[--s->n_heap];
	size_t i = 0;

	for (;;) {
		size_t k = 2 * i + 1;

		if (k + 1 < s->n_heap &&
		    is_before(&s->heap[k + 1], &s->heap[k]))
			k++;
		if (k >= s->n_heap || is_before(&last, &s->heap[k]))
			break;
		s->heap[i] = s->heap[k];
		i = k;
	}
	s->heap[i] = last;
	return top;
}

static void
propose(struct settling *s, uint32_t a, uint32_t b, float time)
{
	const struct group *g = &s->groups[a], *h = &s->groups[b];
	struct merger m = {.score = score(s, a, b, time),
	    .a = a,
	    .b = b,
	    .version_a = g->version,
	    .version_b = h->version,
	    .key = g->key ^ h->key};

	if (m.score >= 1.0F)
		push(s, &m);
}

/* What time leaves of the likeness of a group with that of this round; 0: they
 * sleep to each other, or were looked at. */
static float *
time_of(struct settling *s, uint32_t group, uint32_t b)
{
	struct look *l = &s->looks[b];
	float days;

	if (l->round != s->round) {
		days = days_between(s, group, b);
		l->round = s->round;
		l->time = days <= s->x->sleep_days ? thread_time(days) : 0.0F;
	}
	return &l->time;
}

/* A group with all that its members have something in common with; once a
 * pair, where all groups are looked at. */
static void
propose_all(struct settling *s, uint32_t group, bool once)
{
	s->round++;
	for (uint32_t i = s->groups[group].first; i != NONE;
	     i = s->members[i].next) {
		const struct member *m = &s->members[i];

		for (uint32_t k = m->from; k < m->from + m->n; k++) {
			const struct other *o = &s->others[k];
			uint32_t b = s->members[o->at].group;
			float *time;

			if (b == group || (once && b < group) ||
			    o->is_recurring ||
			    !may_unite(s, group, b, o->cosine))
				continue;
			time = time_of(s, group, b);
			if (!may_unite(s, group, b, o->cosine * *time))
				continue;
			propose(s, group, b, *time);
			*time = 0.0F;
		}
	}
}

static void
unite(struct settling *s, uint32_t a, uint32_t b)
{
	struct group *g = &s->groups[a], *h = &s->groups[b];

	for (uint32_t i = h->first; i != NONE; i = s->members[i].next)
		s->members[i].group = a;
	s->members[g->last].next = h->first;
	g->last = h->last;
	g->n += h->n;
	g->n_old += h->n_old;
	g->version++;
	if (g->thread == 0 || (h->thread != 0 && h->thread < g->thread))
		g->thread = h->thread;
	if (h->key < g->key)
		g->key = h->key;
	if (h->n_around < g->n_around)
		g->n_around = h->n_around;
	h->n = 0;
	h->version++;
}

/* Between both, by how much of all that is here came together. */
static struct thread_level
level_of(const struct settling *s)
{
	struct thread_level l = thread_level;
	size_t n = 0;
	float share;

	for (size_t i = 0; i < s->n; i++)
		n += !s->members[i].is_old;
	share = (float)n / (float)s->x->n_live;
	l.from += share * (settled.from - l.from);
	l.unknown += share * (settled.unknown - l.unknown);
	return l;
}

void
settle_agglomerate(struct settling *s)
{
	s->level = level_of(s);
	s->looks = xcalloc(s->n + 1, sizeof(*s->looks));
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->groups[i].n > 0)
			propose_all(s, i, true);
	}
	while (s->n_heap > 0) {
		struct merger m = pop(s);

		if (s->groups[m.a].version != m.version_a ||
		    s->groups[m.b].version != m.version_b)
			continue;
		unite(s, m.a, m.b);
		propose_all(s, m.a, false);
	}
}

void
settle_release_groups(struct settling *s)
{
	free(s->heap);
	free(s->looks);
}

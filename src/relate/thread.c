/* SPDX-License-Identifier: ISC */
/*
 * Threads: articles about one event.  The newcomer joins the thread to which
 * it is nearest, half by its nearest member and half by the mean over all;
 * either alone chains strangers together or tears long stories apart.  Nothing
 * leaves a thread later, so ids are stable; two threads become one when a
 * newcomer belongs to both.  A thread sleeps when no member is within some days
 * of the newcomer; that follows from dates alone, so nothing is kept of it, and
 * what comes late still finds its place.  Members are a circle of places.
 */
#include "relate/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { THREADS_MAX = 16, CROWD_DAYS = 2 };

#define NEAREST 0.4F /* the nearest member's part; the rest is the mean's */
#define AGED 0.35F   /* what years leave */
#define FADES_DAYS 4.0F
#define BACKGROUND_USUAL 0.2F
#define THREAD_CROWD 0.018F

const struct thread_level thread_level = {.from = 0.11F, .unknown = 5.0F};

/* --- membership ---------------------------------------------------------- */

static struct thread_ref *
find_orphan(struct relate_index *x, int64_t thread)
{
	for (size_t i = 0; i < x->n_orphans; i++) {
		if (x->orphans[i].id == thread)
			return &x->orphans[i];
	}
	return NULL;
}

/* Any member of the thread, or UINT32_MAX. */
static uint32_t
find_member(struct relate_index *x, int64_t thread)
{
	uint32_t place = index_find(x, thread);
	struct thread_ref *o;

	if (place != UINT32_MAX && x->docs[place].thread == thread)
		return place;
	o = find_orphan(x, thread);
	return o != NULL ? o->place : UINT32_MAX;
}

static void
set_orphan(struct relate_index *x, int64_t thread, uint32_t place)
{
	struct thread_ref *o = find_orphan(x, thread);

	if (o == NULL) {
		if (x->n_orphans == x->cap_orphans) {
			x->cap_orphans = x->cap_orphans * 2 + 16;
			x->orphans = xreallocarray(
			    x->orphans, x->cap_orphans, sizeof(*x->orphans));
		}
		o = &x->orphans[x->n_orphans++];
		o->id = thread;
	}
	o->place = place;
}

/* Its first article is there, or it is part of another. */
static void
drop_orphan(struct relate_index *x, int64_t thread)
{
	struct thread_ref *o = find_orphan(x, thread);

	if (o != NULL)
		*o = x->orphans[--x->n_orphans];
}

void
thread_enter(struct relate_index *x, uint32_t place, int64_t thread)
{
	struct doc *d = &x->docs[place];
	uint32_t member;

	d->thread = 0;
	d->next = place;
	member = find_member(x, thread);
	d->thread = thread;
	if (member != UINT32_MAX) {
		d->next = x->docs[member].next;
		x->docs[member].next = place;
		if (thread == d->id)
			drop_orphan(x, thread);
	} else if (thread != d->id) {
		set_orphan(x, thread, place);
	}
}

void
thread_leave(struct relate_index *x, uint32_t place)
{
	struct doc *d = &x->docs[place];
	uint32_t before = place;
	struct thread_ref *o = find_orphan(x, d->thread);

	while (x->docs[before].next != place)
		before = x->docs[before].next;
	x->docs[before].next = d->next;
	if (before == place) { /* it was alone */
		if (o != NULL)
			*o = x->orphans[--x->n_orphans];
	} else if (o != NULL ? o->place == place : d->thread == d->id) {
		set_orphan(x, d->thread, before);
	}
}

/* --- choosing ------------------------------------------------------------ */

struct rival {
	int64_t thread;
	uint32_t member;
	float nearest, mean, score;
	float background;  /* the newcomer's, out of this thread */
	size_t n, n_crowd; /* members; of the crowd */
	float days;	   /* to the member next in time */
};

/* Mean of the newcomer's greatest likenesses out of a thread. */
static float
background(const struct relate_index *x, const struct query *q, int64_t thread)
{
	float sum = 0.0F;
	size_t n = 0;

	for (size_t i = 0; i < q->n_cands && n < NEAR_BACKGROUND; i++) {
		if (x->docs[q->cands[i].place].thread != thread) {
			sum += q->cands[i].cosine;
			n++;
		}
	}
	return sum / NEAR_BACKGROUND;
}

static struct rival *
find_rival(struct relate_index *x, const struct query *q,
    const struct candidate *c, struct rival *r, size_t *n)
{
	const struct doc *d = &x->docs[c->place];
	size_t k = 0;

	while (k < *n && r[k].thread != d->thread)
		k++;
	if (k == THREADS_MAX)
		return NULL;
	if (k == *n) {
		r[k].thread = d->thread;
		r[k].member = c->place;
		r[k].nearest = r[k].mean = 0.0F;
		r[k].background = background(x, q, d->thread);
		(*n)++;
	}
	return &r[k];
}

/* Half power of the geometric mean of both backgrounds. */
float
thread_likeness(float cosine, float a, float b)
{
	return cosine * sqrtf(sqrtf(BACKGROUND_USUAL * BACKGROUND_USUAL /
				    ((a + REACH_OFFSET) * (b + REACH_OFFSET))));
}

float
thread_blend(float nearest, float mean)
{
	return NEAREST * nearest + (1.0F - NEAREST) * mean;
}

float
thread_days(int64_t a, int64_t b)
{
	return (float)fabs((double)a - (double)b) / 86400.0F;
}

float
thread_time(float days)
{
	return AGED + (1.0F - AGED) * expf(-days / FADES_DAYS);
}

static size_t
list_rivals(struct relate_index *x, const struct query *q, struct rival *r)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n_cands; i++) {
		const struct candidate *c = &q->cands[i];
		const struct doc *d = &x->docs[c->place];
		struct rival *rv;
		float v;

		if (c->is_recurring)
			continue;
		rv = find_rival(x, q, c, r, &n);
		if (rv == NULL)
			continue;
		v = thread_likeness(
		    c->cosine, near_background(&d->around), rv->background);
		if (v > rv->nearest)
			rv->nearest = v;
		rv->mean += v;
	}
	return n;
}

/* As index_dated_before() counts. */
bool
thread_is_crowd(const struct doc *d, int64_t date)
{
	int64_t days = date / 86400 - d->date / 86400;

	return d->is_dated && !d->is_waiting && days <= CROWD_DAYS && days >= 0;
}

size_t
thread_around(const struct relate_index *x, int64_t date, bool is_dated)
{
	return is_dated ? index_dated_before(x, date, CROWD_DAYS)
			: AROUND_UNKNOWN;
}

float
thread_threshold(const struct thread_level *l, size_t n_around, size_t own)
{
	float crowd = l->unknown;

	if (n_around != AROUND_UNKNOWN)
		crowd =
		    logf(1.0F + (float)(n_around > own ? n_around - own : 0));
	return l->from + THREAD_CROWD * crowd;
}

static void
score_rival(
    const struct relate_index *x, const struct query *q, struct rival *r)
{
	uint32_t at = r->member;

	r->n = r->n_crowd = 0;
	r->days = INFINITY;
	do {
		const struct doc *d = &x->docs[at];
		float days = thread_days(q->art->date, d->date);

		if (days < r->days)
			r->days = days;
		r->n++;
		r->n_crowd += thread_is_crowd(d, q->art->date);
		at = d->next;
	} while (at != r->member);
	r->mean /= (float)r->n;
	r->score = thread_blend(r->nearest, r->mean) * thread_time(r->days);
}

static size_t
drop_sleeping(const struct relate_index *x, struct rival *r, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (r[i].days <= x->sleep_days)
			r[kept++] = r[i];
	}
	return kept;
}

static int
rival_cmp(const void *a, const void *b)
{
	const struct rival *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->thread > y->thread) - (x->thread < y->thread);
}

void
thread_merge(struct relate_index *x, int64_t into, int64_t other)
{
	uint32_t a = find_member(x, into), b = find_member(x, other), at = b;
	uint32_t next = x->docs[a].next;

	do {
		x->docs[at].thread = into;
		at = x->docs[at].next;
	} while (at != b);
	x->docs[a].next = x->docs[b].next;
	x->docs[b].next = next;
	drop_orphan(x, other);
}

/* The older thread takes the other in. */
static int64_t
merge(struct relate_index *x, int64_t thread, int64_t other,
    struct relate_result *ret)
{
	int64_t older = thread < other ? thread : other;
	int64_t newer = thread < other ? other : thread;

	thread_merge(x, older, newer);
	ret->merged[ret->n_merged++] = newer;
	return older;
}

void
thread_choose(
    struct relate_index *x, struct query *q, struct relate_result *ret)
{
	struct rival rivals[THREADS_MAX];
	size_t n = list_rivals(x, q, rivals), members;
	size_t n_around = thread_around(x, q->art->date, q->art->is_dated);

	for (size_t i = 0; i < n; i++) {
		score_rival(x, q, &rivals[i]);
		rivals[i].score /= thread_threshold(
		    &thread_level, n_around, rivals[i].n_crowd);
	}
	n = drop_sleeping(x, rivals, n);
	qsort(rivals, n, sizeof(rivals[0]), rival_cmp);
	if (n == 0 || rivals[0].score < 1.0F || rivals[0].n >= THREAD_MAX)
		return;
	ret->thread = rivals[0].thread;
	members = rivals[0].n + 1;
	for (size_t i = 1; i < n && ret->n_merged < AK_COUNT(ret->merged);
	     i++) {
		if (rivals[i].score < THREAD_MERGE ||
		    members + rivals[i].n > THREAD_MAX)
			continue;
		members += rivals[i].n;
		ret->thread = merge(x, ret->thread, rivals[i].thread, ret);
	}
}

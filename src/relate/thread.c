/* SPDX-License-Identifier: ISC */
/*
 * Threads: articles about one event.  The newcomer joins the thread to which
 * it is nearest, half by its nearest member and half by the mean over all;
 * either alone chains strangers together or tears long stories apart.  Nothing
 * leaves a thread later, so ids are stable; two threads become one when a
 * newcomer belongs to both.  Members are a circle of places.
 */
#include "relate/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { THREADS_MAX = 16 };

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

void
thread_enter(struct relate_index *x, uint32_t place, int64_t thread)
{
	struct doc *d = &x->docs[place];
	uint32_t member;

	d->thread = thread;
	d->next = place;
	member = thread == d->id ? UINT32_MAX : find_member(x, thread);
	if (member != UINT32_MAX) {
		d->next = x->docs[member].next;
		x->docs[member].next = place;
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
	size_t n;
	int64_t newest; /* date */
};

static size_t
list_rivals(struct relate_index *x, const struct query *q, struct rival *r)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n_cands; i++) {
		const struct candidate *c = &q->cands[i];
		const struct doc *d = &x->docs[c->place];
		size_t k = 0;

		while (k < n && r[k].thread != d->thread)
			k++;
		if (k == n) {
			if (n == THREADS_MAX)
				continue;
			r[k].thread = d->thread;
			r[k].member = c->place;
			r[k].nearest = r[k].mean = 0.0F;
			n++;
		}
		if (c->cosine > r[k].nearest)
			r[k].nearest = c->cosine;
		r[k].mean += c->cosine;
	}
	return n;
}

static void
score_rival(
    const struct relate_index *x, const struct query *q, struct rival *r)
{
	uint32_t at = r->member;
	float days;

	r->n = 0;
	r->newest = INT64_MIN;
	do {
		const struct doc *d = &x->docs[at];

		r->n++;
		if (d->date > r->newest)
			r->newest = d->date;
		at = d->next;
	} while (at != r->member);
	r->mean /= (float)r->n;
	days = (float)fabs((double)(q->art->date - r->newest)) / 86400.0F;
	r->score =
	    0.5F * (r->nearest + r->mean) * (0.5F + 0.5F * expf(-days / 4.0F));
}

void
thread_choose(
    struct relate_index *x, struct query *q, struct relate_result *ret)
{
	struct rival rivals[THREADS_MAX], *best = NULL;
	size_t n = list_rivals(x, q, rivals);

	for (size_t i = 0; i < n; i++) {
		score_rival(x, q, &rivals[i]);
		if (rivals[i].n < THREAD_MAX &&
		    (best == NULL || rivals[i].score > best->score))
			best = &rivals[i];
	}
	if (best != NULL && best->score >= 0.25F)
		ret->thread = best->thread;
}

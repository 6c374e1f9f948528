/* SPDX-License-Identifier: ISC */
/*
 * The threads of a backlog.  What was announced together came in no order that
 * means anything, so its threads are chosen at the end, from all that its
 * articles have in common, which is noted while they are added.
 */
#include "relate/settle_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { PAIRS_MAX = 64 }; /* that an article brings */

#define PAIR_FROM 0.05F /* but for the first NEAR_MAX */
#define NONE SETTLE_NONE

struct pair {
	uint32_t a, b; /* places; a came after b */
	float cosine;
	bool is_recurring;
};

struct pairs {
	struct pair *v;
	size_t n, cap;
};

/* --- while they are added ----------------------------------------------- */

void
settle_note(struct relate_index *x, const struct query *q, uint32_t place)
{
	struct pairs *p = x->pairs;

	if (p == NULL)
		p = x->pairs = xcalloc(1, sizeof(*p));
	for (size_t i = 0; i < q->n_cands && i < PAIRS_MAX; i++) {
		const struct candidate *c = &q->cands[i];

		if (i >= NEAR_MAX && c->cosine < PAIR_FROM)
			continue;
		if (p->n == p->cap) {
			p->cap = p->cap * 2 + 1024;
			p->v = xreallocarray(p->v, p->cap, sizeof(*p->v));
		}
		p->v[p->n++] =
		    (struct pair){place, c->place, c->cosine, c->is_recurring};
	}
}

void
settle_forget(struct relate_index *x)
{
	if (x->pairs != NULL)
		free(x->pairs->v);
	free(x->pairs);
	x->pairs = NULL;
}

/* --- groups ------------------------------------------------------------- */

static void
add_member(struct settling *s, uint32_t place, uint32_t group)
{
	const struct doc *d = &s->x->docs[place];
	struct group *g = &s->groups[group];
	uint32_t at = (uint32_t)s->n++;
	size_t n_around = thread_around(s->x, d->date, d->is_dated);

	s->at[ring_offset(s->x, place)] = at;
	s->members[at] = (struct member){.place = place,
	    .group = group,
	    .next = NONE,
	    .is_old = !d->is_announced,
	    .background = near_background(&d->around)};
	if (g->n++ == 0) {
		g->first = at;
		g->key = d->text_hash;
		g->n_around = n_around;
	} else {
		s->members[g->last].next = at;
	}
	g->last = at;
	g->n_old += !d->is_announced;
	g->thread = d->is_announced ? 0 : d->thread;
	if (d->text_hash < g->key)
		g->key = d->text_hash;
	if (n_around < g->n_around)
		g->n_around = n_around;
}

/* With all of its thread, if it was there before. */
static void
add_thread(struct settling *s, uint32_t place)
{
	uint32_t group = (uint32_t)s->n, at = place;

	if (s->at[ring_offset(s->x, place)] != NONE)
		return;
	do {
		if (s->n == s->cap) {
			s->cap = s->cap * 2 + 1024;
			s->members = xreallocarray(
			    s->members, s->cap, sizeof(*s->members));
			s->groups = xreallocarray(
			    s->groups, s->cap, sizeof(*s->groups));
		}
		s->groups[s->n] = (struct group){0};
		add_member(s, at, group);
		at = s->x->docs[at].next;
	} while (at != place);
}

static void
find_members(struct settling *s, const struct pairs *p)
{
	struct relate_index *x = s->x;

	s->at = xreallocarray(NULL, x->span + 1, sizeof(*s->at));
	memset(s->at, 0xff, x->span * sizeof(*s->at));
	for (uint32_t i = 0; i < x->span; i++) {
		uint32_t place = (x->base + i) & ring_mask(x);
		const struct doc *d = &x->docs[place];

		if (d->id > 0 && d->is_announced && !d->is_waiting)
			add_thread(s, place);
	}
	for (size_t i = 0; i < p->n; i++)
		add_thread(s, p->v[i].b);
}

static struct member *
member_at(struct settling *s, uint32_t place)
{
	return &s->members[s->at[ring_offset(s->x, place)]];
}

static int
other_cmp(const void *a, const void *b)
{
	const struct other *x = a, *y = b;

	if (x->cosine != y->cosine)
		return x->cosine < y->cosine ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static void
add_other(struct settling *s, uint32_t place, const struct pair *p)
{
	struct member *m = member_at(s, place);
	uint32_t other = p->a == place ? p->b : p->a;

	s->others[m->from + m->n++] = (struct other){
	    s->at[ring_offset(s->x, other)], p->cosine, p->is_recurring};
}

static void
find_others(struct settling *s, const struct pairs *p)
{
	uint32_t from = 0;

	s->others = xreallocarray(NULL, 2 * p->n + 1, sizeof(*s->others));
	for (size_t i = 0; i < p->n; i++) {
		member_at(s, p->v[i].a)->n++;
		member_at(s, p->v[i].b)->n++;
	}
	for (size_t i = 0; i < s->n; i++) {
		s->members[i].from = from;
		from += s->members[i].n;
		s->members[i].n = 0;
	}
	for (size_t i = 0; i < p->n; i++) {
		add_other(s, p->v[i].a, &p->v[i]);
		add_other(s, p->v[i].b, &p->v[i]);
	}
	for (size_t i = 0; i < s->n; i++)
		qsort(s->others + s->members[i].from, s->members[i].n,
		    sizeof(*s->others), other_cmp);
}

/* --- what comes of it --------------------------------------------------- */

/* By the first of its articles, if none of its threads has a name. */
static int64_t
name_of(const struct settling *s, const struct group *g)
{
	const struct doc *first = &s->x->docs[s->members[g->first].place];

	if (g->thread != 0)
		return g->thread;
	for (uint32_t i = g->first; i != NONE; i = s->members[i].next) {
		const struct doc *d = &s->x->docs[s->members[i].place];

		if (d->date < first->date ||
		    (d->date == first->date && d->id < first->id))
			first = d;
	}
	return first->id;
}

static void
add_id(struct ids *l, int64_t id)
{
	if (l->n == l->cap) {
		l->cap = l->cap * 2 + 16;
		l->v = xreallocarray(l->v, l->cap, sizeof(*l->v));
	}
	l->v[l->n++] = id;
}

/* Its articles are in one thread from now on. */
static void
apply(struct settling *s, const struct group *g)
{
	struct relate_index *x = s->x;
	int64_t thread = name_of(s, g);

	for (uint32_t i = g->first; i != NONE; i = s->members[i].next) {
		struct doc *d = &x->docs[s->members[i].place];

		if (s->members[i].is_old && d->thread != thread) {
			add_id(&s->merged, d->thread);
			add_id(&s->merged, thread);
			thread_merge(x, thread, d->thread);
		}
	}
	for (uint32_t i = g->first; i != NONE; i = s->members[i].next) {
		uint32_t place = s->members[i].place;

		if (x->docs[place].thread != thread) {
			thread_leave(x, place);
			thread_enter(x, place, thread);
		}
	}
}

static void
tell_around(struct relate_index *x, const struct pairs *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct doc *a = &x->docs[p->v[i].a], *b = &x->docs[p->v[i].b];
		bool same = a->thread == b->thread;

		if (near_add(&a->around, p->v[i].cosine, same))
			index_changed(x, a);
		if (near_add(&b->around, p->v[i].cosine, same))
			index_changed(x, b);
	}
}

/* Older threads that are part of this one now: said once. */
static void
list_merged(struct settling *s, int64_t thread)
{
	size_t left = 0;

	s->ids.n = 0;
	for (size_t i = 0; i < s->merged.n; i += 2) {
		if (s->merged.v[i + 1] == thread) {
			add_id(&s->ids, s->merged.v[i]);
		} else {
			s->merged.v[left++] = s->merged.v[i];
			s->merged.v[left++] = s->merged.v[i + 1];
		}
	}
	s->merged.n = left;
}

/* Whom of its thread it reports the same story as; each pair is said once. */
static void
list_stories(struct settling *s, const struct member *m)
{
	const struct doc *d = &s->x->docs[m->place];

	for (uint32_t k = m->from; k < m->from + m->n; k++) {
		const struct other *o = &s->others[k];
		const struct doc *e = &s->x->docs[s->members[o->at].place];
		float time = query_time_factor(
		    d->date, d->is_dated, e->date, e->is_dated);

		if (e->thread == d->thread && !o->is_recurring &&
		    (!e->is_announced || e->id < d->id) &&
		    judge_is_story((double)(o->cosine * time)))
			add_id(&s->ids, e->id);
	}
}

static void
tell(struct settling *s, relate_outcome_cb cb, void *arg)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct member *m = &s->members[i];
		const struct doc *d = &s->x->docs[m->place];
		struct relate_outcome out = {.id = d->id, .thread = d->thread};

		if (m->is_old)
			continue;
		list_merged(s, d->thread);
		out.n_merged = s->ids.n;
		list_stories(s, m);
		out.merged = s->ids.v;
		out.stories = s->ids.v + out.n_merged;
		out.n_stories = s->ids.n - out.n_merged;
		cb(&out, arg);
	}
	for (size_t i = 0; i < s->n; i++)
		s->x->docs[s->members[i].place].is_announced = false;
}

/* What is here no more says nothing. */
static void
drop_gone(const struct relate_index *x, struct pairs *p)
{
	size_t left = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (x->docs[p->v[i].a].id > 0 && x->docs[p->v[i].b].id > 0)
			p->v[left++] = p->v[i];
	}
	p->n = left;
}

void
relate_settle(struct relate_index *x, relate_outcome_cb cb, void *arg)
{
	struct pairs none = {0}, *p = x->pairs != NULL ? x->pairs : &none;
	struct settling s = {.x = x};

	drop_gone(x, p);
	find_members(&s, p);
	find_others(&s, p);
	settle_agglomerate(&s);
	for (size_t i = 0; i < s.n; i++) {
		if (s.groups[i].n > 1)
			apply(&s, &s.groups[i]);
	}
	tell_around(x, p);
	tell(&s, cb, arg);
	settle_forget(x);
	free(s.at);
	free(s.members);
	free(s.groups);
	free(s.others);
	settle_release_groups(&s);
	free(s.merged.v);
	free(s.ids.v);
}

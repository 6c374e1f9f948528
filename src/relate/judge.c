/* SPDX-License-Identifier: ISC */
/*
 * What a candidate is to the newcomer, and how much.
 *
 * The score is the likeness (cosine and time) set against what both are used
 * to (near.h), so that it ranks, and means the same in dense fields and thin
 * ones.  It is symmetric: one score serves the lists of both.  Thresholds were
 * chosen on plateaus over all measured sets; docs/design.md has the figures.
 */
#include "relate/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DUPLICATE_CONTAINS 0.3F /* shingles of the shorter text */
#define DUPLICATE_COSINE 0.4F
#define DUPLICATE_BOTH 1.05F /* their sum */
#define DUPLICATE_SCORE 0.9F
#define STORY_FROM 0.1F /* likeness within a thread */
#define TOPIC_FROM 0.03F
#define TOPIC_FROM_EMPTY 0.07F /* more, in an index that knows little */
#define TOPIC_KNOWN 25.0F
#define SCORE_HALF 0.12F    /* against the reach, for a score of .5 */
#define COMMON_WEIGHT 0.03F /* of nearest articles in common, beside that */

static bool
is_duplicate(const struct pair_facts *f)
{
	return f->same_text ||
	       (!f->is_recurring && f->contain >= DUPLICATE_CONTAINS &&
		   f->cosine >= DUPLICATE_COSINE &&
		   f->contain + f->cosine >= DUPLICATE_BOTH);
}

bool
judge_pair(
    const struct pair_facts *f, enum relate_kind *ret_kind, double *ret_score)
{
	float floor = TOPIC_FROM +
		      TOPIC_FROM_EMPTY * expf(-(float)f->n_known / TOPIC_KNOWN);
	float s =
	    f->likeness * REACH_OFFSET / f->reach + COMMON_WEIGHT * f->common;

	s /= s + SCORE_HALF;
	if (is_duplicate(f)) {
		float share = f->same_text ? 1.0F : f->contain;

		*ret_kind = RELATE_DUPLICATE;
		*ret_score = (double)(DUPLICATE_SCORE +
				      (1.0F - DUPLICATE_SCORE) * share);
		return true;
	}
	if (f->likeness < floor)
		return false;
	*ret_kind =
	    f->same_thread && !f->is_recurring && f->likeness >= STORY_FROM
		? RELATE_STORY
		: RELATE_TOPIC;
	*ret_score = (double)s;
	return true;
}

/* Mean of the newcomer's greatest likenesses, without one candidate. */
static float
reach_without(const struct query *q, const struct candidate *c)
{
	float sum = 0.0F;
	size_t n = 0;

	for (size_t i = 0; i < q->n_cands && n < NEAR_MAX; i++) {
		if (&q->cands[i] != c) {
			sum += q->cands[i].cosine;
			n++;
		}
	}
	return sum / NEAR_MAX;
}

static int
edge_cmp(const void *a, const void *b)
{
	const struct relate_edge *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->other < y->other) - (x->other > y->other);
}

static struct pair_facts
facts_of(const struct relate_index *x, const struct query *q,
    const struct candidate *c)
{
	const struct doc *d = &x->docs[c->place];

	return (struct pair_facts){.likeness = c->score,
	    .cosine = c->cosine,
	    .contain = c->contain,
	    .reach = c->reach,
	    .same_text = d->text_hash == q->blob.text_hash,
	    .is_recurring = c->is_recurring,
	    .n_known = index_lang_count(x, q->blob.lang)};
}

void
judge_ties(const struct relate_index *x, struct query *q)
{
	q->ties = (struct ties){0};
	for (size_t i = 0; i < q->n_cands; i++) {
		struct candidate *c = &q->cands[i];
		const struct doc *d = &x->docs[c->place];
		struct pair_facts f;
		enum relate_kind kind;
		double score = 0.0;

		c->reach = sqrtf((near_reach(&d->near) + REACH_OFFSET) *
				 (reach_without(q, c) + REACH_OFFSET));
		f = facts_of(x, q, c);
		(void)judge_pair(&f, &kind, &score);
		c->said = (float)score;
		if (c->said > 0.0F)
			ties_add(&q->ties, d->id, c->said);
	}
}

void
judge_edges(
    const struct relate_index *x, struct query *q, struct relate_result *ret)
{
	for (size_t i = 0; i < q->n_cands && ret->n_edges < RELATE_EDGES; i++) {
		const struct candidate *c = &q->cands[i];
		const struct doc *d = &x->docs[c->place];
		struct relate_edge *e = &ret->edges[ret->n_edges];
		struct pair_facts f = facts_of(x, q, c);

		f.same_thread = d->thread == ret->thread;
		if (x->langs[c->place] == q->blob.lang)
			f.common = ties_common(&q->ties, &d->ties);
		if (c->is_waiting || !judge_pair(&f, &e->kind, &e->score))
			continue;
		e->other = d->id;
		e->cosine = (double)c->cosine;
		e->time_factor = (double)c->time;
		e->containment = (double)c->contain;
		ret->n_edges++;
	}
	qsort(ret->edges, ret->n_edges, sizeof(ret->edges[0]), edge_cmp);
}

void
judge_near(struct relate_index *x, const struct query *q, struct near *ret)
{
	for (size_t i = 0; i < q->n_cands; i++) {
		const struct candidate *c = &q->cands[i];

		near_add(&x->docs[c->place].near, c->cosine, false);
		near_add(ret, c->cosine, false);
		if (c->said > 0.0F)
			ties_add(&x->docs[c->place].ties, q->art->id, c->said);
	}
}

void
judge_around(struct relate_index *x, const struct query *q, int64_t thread,
    struct near *ret)
{
	for (size_t i = 0; i < q->n_cands; i++) {
		const struct candidate *c = &q->cands[i];
		struct doc *d = &x->docs[c->place];
		bool same = d->thread == thread;

		if (c->is_waiting)
			continue;
		near_add(&d->around, c->cosine, same);
		near_add(ret, c->cosine, same);
	}
}

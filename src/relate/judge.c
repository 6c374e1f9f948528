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

#define DUPLICATE_CONTAINS 0.3 /* shingles of the shorter text */
#define DUPLICATE_COSINE 0.4
#define DUPLICATE_BOTH 1.05 /* their sum */
#define DUPLICATE_SCORE 0.9
#define STORY_FROM 0.1 /* likeness within a thread */
#define TOPIC_FROM 0.03F
#define TOPIC_FROM_EMPTY 0.07F /* more, in an index that knows little */
#define TOPIC_KNOWN 25.0F
#define USUAL 1.2F /* of the reach: so much likeness scores a half */
#define COMMON_SHARE 0.25

static bool
is_duplicate(const struct pair_facts *f)
{
	const struct relate_parts *p = &f->parts;

	return f->same_text ||
	       (!f->is_recurring && p->containment >= DUPLICATE_CONTAINS &&
		   p->cosine >= DUPLICATE_COSINE &&
		   p->containment + p->cosine >= DUPLICATE_BOTH);
}

float
judge_usual(float reach_a, float reach_b)
{
	return USUAL *
	       sqrtf((reach_a + REACH_OFFSET) * (reach_b + REACH_OFFSET));
}

float
judge_floor(size_t n_known)
{
	if ((float)n_known > 16.0F * TOPIC_KNOWN)
		return TOPIC_FROM; /* the rest is lost in rounding */
	return TOPIC_FROM +
	       TOPIC_FROM_EMPTY * expf(-(float)n_known / TOPIC_KNOWN);
}

double
relate_score(enum relate_kind kind, const struct relate_parts *p)
{
	double x;

	if (kind == RELATE_DUPLICATE)
		return DUPLICATE_SCORE +
		       (1.0 - DUPLICATE_SCORE) * p->containment;
	x = p->cosine * p->time_factor / p->usual + COMMON_SHARE * p->common;
	return x / (1.0 + x);
}

bool
judge_is_story(double likeness)
{
	return likeness >= STORY_FROM;
}

bool
judge_pair(
    const struct pair_facts *f, enum relate_kind *ret_kind, double *ret_score)
{
	double likeness = f->parts.cosine * f->parts.time_factor;

	if (is_duplicate(f)) {
		*ret_kind = RELATE_DUPLICATE;
	} else {
		if (likeness < (double)judge_floor(f->n_known))
			return false;
		*ret_kind = f->same_thread && !f->is_recurring &&
				    judge_is_story(likeness)
				? RELATE_STORY
				: RELATE_TOPIC;
	}
	*ret_score = relate_score(*ret_kind, &f->parts);
	return *ret_score >= RELATE_SCORE_FROM;
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

	bool same_text = d->text_hash == q->blob.text_hash;

	return (struct pair_facts){
	    .parts = {.cosine = (double)c->cosine,
		.time_factor = (double)c->time,
		.usual = (double)c->usual,
		.containment = same_text ? 1.0 : (double)c->contain},
	    .same_text = same_text,
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

		c->usual =
		    judge_usual(near_reach(&d->near), reach_without(q, c));
		f = facts_of(x, q, c);
		(void)judge_pair(&f, &kind, &score);
		c->said = (float)score;
		if (c->said > 0.0F)
			(void)ties_add(&q->ties, d->id, c->said);
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
		f.parts.common = (double)ties_common(&q->ties, &d->ties);
		if (!judge_pair(&f, &e->kind, &e->score))
			continue;
		e->other = d->id;
		e->parts = f.parts;
		ret->n_edges++;
	}
	qsort(ret->edges, ret->n_edges, sizeof(ret->edges[0]), edge_cmp);
}

void
judge_near(struct relate_index *x, const struct query *q, struct near *ret)
{
	for (size_t i = 0; i < q->n_cands; i++) {
		const struct candidate *c = &q->cands[i];
		struct doc *d = &x->docs[c->place];
		bool news = near_add(&d->near, c->cosine, false);

		(void)near_add(ret, c->cosine, false);
		if (c->said > 0.0F)
			news |= ties_add(&d->ties, q->art->id, c->said);
		if (news)
			index_changed(x, d);
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

		if (near_add(&d->around, c->cosine, same))
			index_changed(x, d);
		(void)near_add(ret, c->cosine, same);
	}
}

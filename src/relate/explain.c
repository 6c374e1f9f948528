/* SPDX-License-Identifier: ISC */
/*
 * The reasons of a pair, reckoned from the two texts by the same features,
 * weights and judgement as in the index; the second article stands in for one
 * that is there.
 */
#include "relate/index.h"
#include "relate/lex.h"
#include "relate/spans.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STORY_ALONE 0.3F /* likeness that speaks for one event by itself */

/* --- one pair ------------------------------------------------------------ */

struct vector {
	uint64_t key;
	float weight;
	float idf;
	uint16_t term;
	bool is_pair;
	bool in_title;
};

struct article {
	struct relate_features features;
	struct blob blob;
	struct vector *v;
	size_t n;
	float norm;
};

static float
idf_of(const struct relate_index *x, uint64_t key, unsigned lang)
{
	struct postings list;

	if (x == NULL || x->n_live == 0)
		return 1.0F;
	terms_get(&x->words, key, &list);
	index_trim(x, &list);
	return index_idf(
	    index_lang_count(x, lang), index_in_lang(x, list.p, list.n, lang));
}

static int
vector_cmp(const void *a, const void *b)
{
	const struct vector *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static void
add_component(const struct relate_index *x, struct article *art, uint64_t key,
    unsigned tf, size_t term, bool is_pair, bool in_title)
{
	struct vector *v = &art->v[art->n];

	v->idf =
	    idf_of(x, key, art->blob.lang) * (is_pair ? PAIR_WEIGHT : 1.0F);
	if (v->idf <= 0.0F)
		return;
	v->key = key;
	v->weight = index_tf_weight(tf) * v->idf;
	v->term = (uint16_t)term;
	v->is_pair = is_pair;
	v->in_title = in_title;
	art->n++;
}

static bool
make_article(struct relate_lexer *lx, struct arena *a,
    const struct relate_index *x, const struct relate_text *t,
    struct article *ret)
{
	struct blob *b = &ret->blob;

	relate_features(lx, a, t, &ret->features);
	if (!blob_open(ret->features.data, ret->features.len, b))
		return false;
	ret->n = 0;
	ret->v =
	    arena_alloc_raw(a, (b->n_terms + b->n_pairs + 1) * sizeof(*ret->v));
	if (ret->v == NULL)
		return false;
	for (size_t i = 0; i < b->n_terms; i++) {
		struct blob_term bt = blob_term(b, i);

		add_component(x, ret, blob_term_key(bt.hash), bt.tf, i, false,
		    bt.in_title);
	}
	for (size_t i = 0; i < b->n_pairs; i++) {
		const uint8_t *p = b->pairs + i * BLOB_PAIR;
		struct blob_term s = blob_term(b, p[0]), u = blob_term(b, p[1]);

		add_component(x, ret, blob_pair_key(s.hash, u.hash), p[2], p[0],
		    true, s.in_title && u.in_title);
	}
	qsort(ret->v, ret->n, sizeof(*ret->v), vector_cmp);
	return true;
}

/* Pairs that only one of the two has would not be in its vector. */
static void
set_norms(struct article *art, const struct article *other)
{
	float sum = 0.0F;

	for (size_t i = 0; i < art->n; i++) {
		const struct vector *v = &art->v[i];

		if (!v->is_pair || bsearch(v, other->v, other->n, sizeof(*v),
				       vector_cmp) != NULL)
			sum += v->weight * v->weight;
	}
	art->norm = sqrtf(sum);
}

static float
shared_shingles(const struct blob *a, const struct blob *b)
{
	unsigned shift = a->sketch_shift > b->sketch_shift ? a->sketch_shift
							   : b->sketch_shift;
	size_t least =
	    a->n_shingles < b->n_shingles ? a->n_shingles : b->n_shingles;
	size_t i = 0, k = 0, hits = 0;
	float share;

	while (i < a->n_sketch && k < b->n_sketch) {
		uint32_t x = blob_shingle(a, i), y = blob_shingle(b, k);

		hits += x == y;
		i += x <= y;
		k += y <= x;
	}
	share = least == 0 ? 0.0F : (float)(hits << shift) / (float)least;
	return share < 1.0F ? share : 1.0F;
}

static void
add_term(struct arena *a, const struct relate_text *t, const struct blob *b,
    const struct vector *v, bool in_titles, float share, struct relate_why *ret)
{
	struct blob_term bt = blob_term(b, v->term);
	const char *s = bt.in_title ? t->title : t->text;
	size_t at = ret->n_terms;

	while (at > 0 && ret->terms[at - 1].share < (double)share) {
		if (at < AK_COUNT(ret->terms))
			ret->terms[at] = ret->terms[at - 1];
		at--;
	}
	if (at == AK_COUNT(ret->terms))
		return;
	ret->terms[at].text = arena_strndup(a, s + bt.from, bt.len);
	ret->terms[at].share = (double)share;
	ret->terms[at].in_titles = in_titles;
	ret->n_terms += ret->n_terms < AK_COUNT(ret->terms);
}

/* The shared words, or what is shared of the titles' words. */
static void
add_terms(struct arena *a, const struct relate_text *t,
    const struct article *aa, const struct article *bb, bool of_parts,
    struct relate_why *ret)
{
	for (size_t i = 0; i < aa->n; i++) {
		const struct vector *v = &aa->v[i];
		const struct vector *w =
		    bsearch(v, bb->v, bb->n, sizeof(*v), vector_cmp);

		if (w != NULL && !v->is_pair &&
		    blob_term(&aa->blob, v->term).is_part == of_parts)
			add_term(a, t, &aa->blob, v, v->in_title && w->in_title,
			    v->weight * w->weight / (aa->norm * bb->norm), ret);
	}
}

static float
cosine_of(struct arena *a, const struct relate_text *t, struct article *aa,
    struct article *bb, struct relate_why *ret)
{
	float all, sum = 0.0F;

	set_norms(aa, bb);
	set_norms(bb, aa);
	all = aa->norm * bb->norm;
	for (size_t i = 0; i < aa->n; i++) {
		const struct vector *v = &aa->v[i];
		const struct vector *w =
		    bsearch(v, bb->v, bb->n, sizeof(*v), vector_cmp);

		if (w == NULL || v->weight * w->weight <= 0.0F)
			continue;
		sum += v->weight * w->weight / all;
	}
	add_terms(a, t, aa, bb, false, ret);
	if (ret->n_terms == 0)
		add_terms(a, t, aa, bb, true, ret);
	for (size_t i = 0; i < ret->n_terms; i++)
		ret->terms[i].share /= (double)sum;
	return sum < 1.0F ? sum : 1.0F;
}

void
relate_explain(struct relate_lexer *lx, struct arena *a,
    const struct relate_index *x, const struct relate_text *ta, int64_t date_a,
    const struct relate_text *tb, int64_t date_b, struct relate_why *ret)
{
	struct article aa, bb;
	struct pair_facts f = {.reach = REACH_OFFSET};

	memset(ret, 0, sizeof(*ret));
	ret->kind = RELATE_TOPIC;
	if (!make_article(lx, a, x, ta, &aa) ||
	    !make_article(lx, a, x, tb, &bb))
		return;
	f.cosine = cosine_of(a, ta, &aa, &bb, ret);
	f.contain = shared_shingles(&aa.blob, &bb.blob);
	ret->time_factor = (double)query_time_factor(
	    date_a, date_a != RELATE_NO_DATE, date_b, date_b != RELATE_NO_DATE);
	f.likeness = f.cosine * (float)ret->time_factor;
	f.same_text = aa.blob.text_hash == bb.blob.text_hash;
	f.same_thread = f.likeness >= STORY_ALONE;
	f.n_known = x != NULL ? index_lang_count(x, aa.blob.lang) : 0;
	ret->cosine = (double)f.cosine;
	ret->containment = (double)f.contain;
	judge_pair(&f, &ret->kind, &ret->score);
	ret->shared =
	    spans_compare(a, ta->text, ta->text != NULL ? ta->text_len : 0,
		tb->text, tb->text != NULL ? tb->text_len : 0, ret->spans,
		AK_COUNT(ret->spans), &ret->n_spans);
}

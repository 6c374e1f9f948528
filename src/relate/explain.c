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

#define STORY_ALONE 0.3 /* likeness that speaks for one event by itself */

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
	const struct doc *doc; /* NULL: not in the index */
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

/* What the feed repeats was left out in the index. */
static bool
strip(struct arena *a, struct article *art)
{
	struct query *q;

	if (art->doc == NULL || art->doc->lines == 0)
		return true;
	q = arena_alloc_raw(a, sizeof(*q));
	if (q == NULL)
		return false;
	q->blob = art->blob;
	recur_strip(q, art->doc->lines);
	art->blob = q->blob;
	return true;
}

static bool
make_article(struct relate_lexer *lx, struct arena *a,
    const struct relate_index *x, const struct relate_side *side,
    struct article *ret)
{
	struct blob *b = &ret->blob;
	uint32_t place;

	ret->doc = NULL;
	if (x != NULL && side->id > 0 &&
	    (place = index_find(x, side->id)) != UINT32_MAX)
		ret->doc = &x->docs[place];
	relate_features(lx, a, &side->text, &ret->features);
	if (!blob_open(ret->features.data, ret->features.len, b) ||
	    !strip(a, ret))
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

/* --- shared terms --------------------------------------------------------- */

struct shared {
	size_t from, len; /* in the first article's title or text */
	bool of_title;
	bool in_titles; /* of both */
	float share;
};

static int
shared_cmp(const void *a, const void *b)
{
	const struct shared *x = a, *y = b;

	if (x->of_title != y->of_title)
		return y->of_title - x->of_title;
	return (x->from > y->from) - (x->from < y->from);
}

/* Does it stand so in the other article too? */
static bool
stands_in(const struct relate_text *t, const char *s, size_t len)
{
	return (t->title != NULL &&
		   memmem(t->title, strlen(t->title), s, len) != NULL) ||
	       (t->text != NULL &&
		   memmem(t->text, t->text_len, s, len) != NULL);
}

/* Words without a space between them are told as one where both articles have
 * them so: no dictionary knows all names. */
static size_t
join_words(const struct relate_text *ta, const struct relate_text *tb,
    struct shared *list, size_t n)
{
	size_t out = 0;

	qsort(list, n, sizeof(*list), shared_cmp);
	for (size_t i = 1; i < n; i++) {
		struct shared *last = &list[out], *next = &list[i];
		const char *s = last->of_title ? ta->title : ta->text;
		size_t len = last->len + next->len;

		if (next->of_title != last->of_title ||
		    next->from != last->from + last->len ||
		    !stands_in(tb, s + last->from, len)) {
			list[++out] = *next;
			continue;
		}
		last->len = len;
		last->share += next->share;
		last->in_titles &= next->in_titles;
	}
	return n > 0 ? out + 1 : 0;
}

static void
add_term(struct arena *a, const struct relate_text *t, const struct shared *w,
    struct relate_why *ret)
{
	const char *s = w->of_title ? t->title : t->text;
	size_t at = ret->n_terms;

	while (at > 0 && ret->terms[at - 1].share < (double)w->share) {
		if (at < AK_COUNT(ret->terms))
			ret->terms[at] = ret->terms[at - 1];
		at--;
	}
	if (at == AK_COUNT(ret->terms))
		return;
	ret->terms[at].text = arena_strndup(a, s + w->from, w->len);
	ret->terms[at].share = (double)w->share;
	ret->terms[at].in_titles = w->in_titles;
	ret->n_terms += ret->n_terms < AK_COUNT(ret->terms);
}

/* What each term of the first has to do with the likeness. */
struct shares {
	float of[BLOB_TERMS_MAX];
	bool in_titles[BLOB_TERMS_MAX]; /* of both */
};

/* The shared words, or what is shared of the titles' words. */
static void
add_terms(struct arena *a, const struct relate_text *ta,
    const struct relate_text *tb, const struct blob *b, const struct shares *s,
    bool of_parts, struct relate_why *ret)
{
	struct shared *list =
	    arena_alloc_raw(a, (b->n_terms + 1) * sizeof(*list));
	size_t n = 0;

	if (list == NULL)
		return;
	for (size_t i = 0; i < b->n_terms; i++) {
		struct blob_term bt = blob_term(b, i);

		if (s->of[i] > 0.0F && bt.is_part == of_parts)
			list[n++] = (struct shared){bt.from, bt.len,
			    bt.in_title, s->in_titles[i], s->of[i]};
	}
	n = join_words(ta, tb, list, n);
	for (size_t i = 0; i < n; i++)
		add_term(a, ta, &list[i], ret);
}

static float
words_cosine(struct article *aa, struct article *bb, struct shares *ret)
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
		if (v->is_pair)
			continue;
		ret->of[v->term] += v->weight * w->weight / all;
		ret->in_titles[v->term] = v->in_title && w->in_title;
	}
	return sum;
}

static float
sign_idf(const struct relate_index *x, uint32_t sign)
{
	struct postings list;

	if (x == NULL || x->n_live == 0)
		return 1.0F;
	terms_get(&x->signs, blob_term_key(sign), &list);
	index_trim(x, &list);
	return across_idf(x->n_live, list.n);
}

static float
signs_cosine(const struct relate_index *x, const struct blob *a,
    const struct blob *b, struct shares *ret)
{
	float all = across_norm(a) * across_norm(b), sum = 0.0F;

	for (size_t i = 0; i < a->n_signs; i++) {
		struct blob_sign s = blob_sign(a, i);
		float idf = sign_idf(x, s.sign), w;

		for (size_t k = 0; k < b->n_signs; k++) {
			struct blob_sign u = blob_sign(b, k);

			if (s.sign != u.sign)
				continue;
			w = idf * idf * index_tf_weight(s.tf) *
			    index_tf_weight(u.tf) / all;
			sum += w;
			ret->of[s.term] += w;
			ret->in_titles[s.term] =
			    blob_term(a, s.term).in_title &&
			    blob_term(b, u.term).in_title;
		}
	}
	return sum;
}

static float
cosine_of(struct arena *a, const struct relate_index *x,
    const struct relate_text *ta, const struct relate_text *tb,
    struct article *aa, struct article *bb, struct relate_why *ret)
{
	struct shares shares = {0};
	bool across = across_is(aa->blob.lang, bb->blob.lang);
	float words = words_cosine(aa, bb, &shares), signs = 0.0F, sum;

	if (across)
		signs = signs_cosine(x, &aa->blob, &bb->blob, &shares);
	sum = words + signs;
	add_terms(a, ta, tb, &aa->blob, &shares, false, ret);
	if (ret->n_terms == 0)
		add_terms(a, ta, tb, &aa->blob, &shares, true, ret);
	for (size_t i = 0; i < ret->n_terms; i++)
		ret->terms[i].share /= (double)sum;
	if (across)
		sum = across_cosine(words, signs);
	return sum < 1.0F ? sum : 1.0F;
}

static float
time_factor(const struct relate_side *sa, const struct article *a,
    const struct relate_side *sb, const struct article *b)
{
	if (a->doc != NULL && b->doc != NULL)
		return query_time_factor(a->doc->date, a->doc->is_dated,
		    b->doc->date, b->doc->is_dated);
	return query_time_factor(sa->date, sa->date != RELATE_NO_DATE, sb->date,
	    sb->date != RELATE_NO_DATE);
}

static bool
is_recurring(const struct article *a, const struct article *b, float contain)
{
	return a->doc != NULL && b->doc != NULL && a->blob.n_title > 0 &&
	       a->doc->feed_id == b->doc->feed_id &&
	       a->blob.shape_hash == b->blob.shape_hash &&
	       query_recurs(a->doc->date - b->doc->date,
		   a->blob.title_hash == b->blob.title_hash, contain);
}

/* What the others in the index have to do with it. */
static void
look_around(const struct relate_index *x, const struct article *a,
    const struct article *b, struct pair_facts *f)
{
	bool known = a->doc != NULL && b->doc != NULL;

	f->parts.usual = (double)(known ? judge_usual(near_reach(&a->doc->near),
					      near_reach(&b->doc->near))
					: judge_usual(0.0F, 0.0F));
	if (known)
		f->parts.common =
		    (double)ties_common(&a->doc->ties, &b->doc->ties);
	f->same_thread =
	    known ? a->doc->thread == b->doc->thread
		  : f->parts.cosine * f->parts.time_factor >= STORY_ALONE;
	f->n_known = x != NULL ? index_lang_count(x, a->blob.lang) : 0;
}

static bool
judge(const struct relate_index *x, const struct article *a,
    const struct article *b, float days_leave, struct relate_why *ret)
{
	struct pair_facts f = {.parts = ret->parts};
	float contain = shared_shingles(&a->blob, &b->blob);

	f.same_text = a->blob.text_hash == b->blob.text_hash;
	f.is_recurring = is_recurring(a, b, contain);
	f.parts.containment = f.same_text ? 1.0 : (double)contain;
	f.parts.time_factor = (double)days_leave *
			      (f.is_recurring ? (double)RECURRING_LEAVES : 1.0);
	look_around(x, a, b, &f);
	ret->parts = f.parts;
	ret->floor = (double)judge_floor(f.n_known);
	return judge_pair(&f, &ret->kind, &ret->score);
}

void
relate_explain(struct relate_lexer *lx, struct arena *a, struct relate_index *x,
    const struct relate_side *sa, const struct relate_side *sb,
    struct relate_why *ret)
{
	const struct relate_text *ta = &sa->text, *tb = &sb->text;
	struct article aa, bb;

	memset(ret, 0, sizeof(*ret));
	ret->kind = RELATE_TOPIC;
	if (x != NULL)
		index_restored(x);
	if (!make_article(lx, a, x, sa, &aa) ||
	    !make_article(lx, a, x, sb, &bb))
		return;
	ret->parts.cosine = (double)cosine_of(a, x, ta, tb, &aa, &bb, ret);
	ret->is_related =
	    judge(x, &aa, &bb, time_factor(sa, &aa, sb, &bb), ret);
	ret->shared =
	    spans_compare(a, ta->text, ta->text != NULL ? ta->text_len : 0,
		tb->text, tb->text != NULL ? tb->text_len : 0, ret->spans,
		AK_COUNT(ret->spans), &ret->n_spans);
}

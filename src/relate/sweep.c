/* SPDX-License-Identifier: ISC */
/*
 * What a term weighs, and the length of each article's vector.  The lengths
 * follow from all lists, so they are reckoned now and then, in one sweep that
 * drops what is dead as well.
 */
#include "relate/index.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
	COMMON_FROM = 200, /* articles in a language, before ... */
	COMMON_SHARE = 4,  /* ... a term in a quarter of them says nothing */
	LANG_SAMPLE = 32,  /* postings looked at */
};

#define IDF_LEAST 1.5F /* of a term that just says something */

/* --- weights ------------------------------------------------------------- */

float
index_tf_weight(unsigned tf)
{
	static const float table[POSTING_TF_MAX + 1] = {0.0F, 1.0F, 1.6931F,
	    2.0986F, 2.3863F, 2.6094F, 2.7918F, 2.9459F, 3.0794F, 3.1972F,
	    3.3026F, 3.3979F, 3.4849F, 3.5649F, 3.6391F, 3.7081F, 3.7726F,
	    3.8332F, 3.8904F, 3.9444F, 3.9957F, 4.0445F, 4.0910F, 4.1355F,
	    4.1781F, 4.2189F, 4.2581F, 4.2958F, 4.3322F, 4.3673F, 4.4012F,
	    4.4340F}; /* 1 + ln tf */

	return table[tf < POSTING_TF_MAX ? tf : POSTING_TF_MAX];
}

float
index_idf(size_t n_lang, size_t n_articles)
{
	if (n_lang > COMMON_FROM && n_articles * COMMON_SHARE > n_lang)
		return 0.0F;
	if (n_articles > n_lang)
		n_articles = n_lang;
	return IDF_LEAST +
	       logf((1.0F + (float)n_lang) / (1.0F + (float)n_articles));
}

size_t
index_in_lang(
    const struct relate_index *x, const uint32_t *p, size_t n, unsigned lang)
{
	size_t hits = 0, step;

	if (lang == 0)
		return n;
	if (n <= LANG_SAMPLE) {
		for (size_t i = 0; i < n; i++)
			hits += x->langs[posting_place(p[i])] == lang;
		return hits;
	}
	step = n / LANG_SAMPLE;
	for (size_t i = 0; i < LANG_SAMPLE; i++)
		hits += x->langs[posting_place(p[i * step])] == lang;
	return n * hits / LANG_SAMPLE;
}

/* --- sweeping ------------------------------------------------------------ */

static size_t
prune_cb(void *arg, bool is_pair, uint32_t *p, size_t n)
{
	const struct relate_index *x = arg;
	size_t left = 0;

	(void)is_pair;
	for (size_t i = 0; i < n; i++) {
		uint32_t place = posting_place(p[i]);

		if (ring_offset(x, place) < x->span && x->docs[place].id > 0)
			p[left++] = p[i];
	}
	return left;
}

/* Squared lengths are summed in fixed point: the order of the tables depends
 * on their history, the sum must not. */
#define NORM_UNIT 65536.0F

struct norms {
	const struct relate_index *x;
	uint64_t *sums; /* by place */
};

/* Adds a term's share to the squared length of each vector it is in. */
static size_t
norm_cb(void *arg, bool is_pair, uint32_t *p, size_t n)
{
	const struct norms *norms = arg;
	const struct relate_index *x = norms->x;
	float weights[LANG_MAX];
	uint64_t known = 0;

	if (is_pair && n < 2)
		return n;
	for (size_t i = 0; i < n; i++) {
		uint32_t place = posting_place(p[i]);
		unsigned lang = x->langs[place];
		float w;

		if ((known >> lang & 1) == 0) {
			w = index_idf(index_lang_count(x, lang),
			    index_in_lang(x, p, n, lang));
			w *= is_pair ? PAIR_WEIGHT : 1.0F;
			weights[lang] = w * w * NORM_UNIT;
			known |= (uint64_t)1 << lang;
		}
		w = index_tf_weight(posting_tf(p[i]));
		norms->sums[place] += (uint64_t)(w * w * weights[lang]);
	}
	return n;
}

void
index_set_inverse(struct relate_index *x, uint32_t place)
{
	const struct doc *d = &x->docs[place];

	x->inverse[place] = d->id > 0 && !d->is_waiting && d->norm > 0.0F
				? 1.0F / d->norm
				: 0.0F;
}

static void
reckon_norms(struct relate_index *x)
{
	struct norms norms = {.x = x,
	    .sums = xcalloc((size_t)1 << x->ring_bits, sizeof(uint64_t))};

	terms_sweep(&x->words, norm_cb, &norms);
	for (uint32_t i = 0; i < x->span; i++) {
		uint32_t place = (x->base + i) & ring_mask(x);

		x->docs[place].norm =
		    sqrtf((float)norms.sums[place] / NORM_UNIT);
		if (x->docs[place].id > 0)
			index_changed(x, &x->docs[place]);
		index_set_inverse(x, place);
	}
	free(norms.sums);
	x->swept_at = x->n_live;
	x->n_dead = 0;
	x->is_announced = false;
}

void
index_prune(struct relate_index *x)
{
	terms_sweep(&x->words, prune_cb, x);
	terms_sweep(&x->shingles, prune_cb, x);
	terms_sweep(&x->signs, prune_cb, x);
	terms_sweep(&x->lines, prune_cb, x);
}

void
index_sweep(struct relate_index *x)
{
	if (x->expected != NULL) { /* not without all terms */
		x->is_spent = true;
		return;
	}
	index_build(x);
	if (x->n_dead > 0)
		index_prune(x);
	reckon_norms(x);
}

bool
index_wants_sweep(const struct relate_index *x)
{
	size_t spare = ((size_t)1 << x->ring_bits_max) - x->window;
	size_t often = x->window / 8 < spare / 2 ? x->window / 8 : spare / 2;

	if (x->at_saved < x->n_saved)
		return false; /* norms are on their way */
	return x->n_dead > often || x->n_dead > 64 + x->n_live / 4 ||
	       x->n_live > x->swept_at + x->swept_at / 4 + 8;
}

/* SPDX-License-Identifier: ISC */
/*
 * An article's terms enter the index: all of them, or, to relate a few
 * newcomers alone, those that one of these has.  The expected are bits by key;
 * one that is met by chance is there in all articles, and does no harm.
 */
#include "relate/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	SHINGLE_POSTINGS = 21,
	AHEAD = 8, /* terms to prefetch before their turn */
	EXPECTED_BITS = 20,
};

size_t
index_held_size(size_t n)
{
	return (n * sizeof(uint32_t) + 8 + 15) / 16 * 16;
}

bool
index_expects(const struct relate_index *x, uint64_t key)
{
	uint64_t bit = key >> (64 - EXPECTED_BITS);

	return x->expected == NULL ||
	       (x->expected[bit / 64] >> bit % 64 & 1) != 0;
}

/* Postings of a shingle end once it is boilerplate. */
static void
add_shingles(struct relate_index *x, const struct blob *b, uint32_t place)
{
	uint64_t keys[BLOB_SKETCH_MAX];
	size_t n = 0;

	for (size_t i = 0; i < b->n_sketch; i++) {
		keys[n] = blob_term_key(blob_shingle(b, i));
		if (!index_expects(x, keys[n]))
			continue;
		terms_prefetch(&x->shingles, keys[n++]);
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t key = keys[i];
		struct postings list;

		terms_get(&x->shingles, key, &list);
		index_trim(x, &list);
		if (list.n < SHINGLE_POSTINGS)
			terms_add(&x->shingles, key, posting(place, 1));
	}
}

static void
add_words(struct relate_index *x, const struct blob *b, uint32_t place)
{
	uint64_t keys[BLOB_TERMS_MAX];
	uint8_t tfs[BLOB_TERMS_MAX];
	struct doc *d = &x->docs[place];
	size_t n = 0;

	for (size_t i = 0; i < b->n_terms; i++) {
		struct blob_term t = blob_term(b, i);

		keys[n] = blob_term_key(t.hash);
		tfs[n] = t.tf;
		if (!index_expects(x, keys[n]))
			continue;
		terms_prefetch(&x->words, keys[n++]);
	}
	d->held = xreallocarray(NULL, n, sizeof(*d->held));
	d->n_held = (uint16_t)n;
	x->held_bytes += index_held_size(n);
	for (size_t i = 0; i < n; i++) {
		if (i + AHEAD < n)
			terms_prefetch_ends(&x->words, keys[i + AHEAD]);
		d->held[i] = held(keys[i], tfs[i]);
		terms_add(&x->words, keys[i], posting(place, tfs[i]));
	}
}

static uint64_t
pair_key(const struct blob *b, size_t i)
{
	const uint8_t *p = b->pairs + i * BLOB_PAIR;

	return blob_pair_key(blob_term(b, p[0]).hash, blob_term(b, p[1]).hash);
}

static void
add_pairs(struct relate_index *x, const struct blob *b, uint32_t place)
{
	uint64_t keys[QUERY_TERMS_MAX];
	uint8_t tfs[QUERY_TERMS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < b->n_pairs && n < QUERY_TERMS_MAX; i++) {
		keys[n] = pair_key(b, i);
		tfs[n] = b->pairs[i * BLOB_PAIR + 2];
		if (index_expects(x, keys[n]))
			n++;
	}
	for (size_t i = 0; i < n && i < 2 * AHEAD; i++)
		terms_prefetch(&x->words, keys[i]);
	for (size_t i = 0; i < n; i++) {
		if (i + 2 * AHEAD < n)
			terms_prefetch(&x->words, keys[i + 2 * AHEAD]);
		if (i + AHEAD < n)
			terms_prefetch_ends(&x->words, keys[i + AHEAD]);
		terms_add(&x->words, keys[i], posting(place, tfs[i]));
	}
}

void
index_take_in(struct relate_index *x, const struct blob *b, uint32_t place)
{
	add_words(x, b, place);
	add_pairs(x, b, place);
	add_shingles(x, b, place);
}

/* --- only what is expected ----------------------------------------------- */

static void
expect(struct relate_index *x, uint64_t key)
{
	uint64_t bit = key >> (64 - EXPECTED_BITS);

	x->expected[bit / 64] |= (uint64_t)1 << bit % 64;
}

void
relate_expect(struct relate_index *x, const struct relate_article *art)
{
	struct blob b;

	if (!blob_open(art->features.data, art->features.len, &b))
		return;
	if (x->expected == NULL)
		x->expected = xcalloc(
		    ((size_t)1 << EXPECTED_BITS) / 64, sizeof(uint64_t));
	for (size_t i = 0; i < b.n_terms; i++)
		expect(x, blob_term_key(blob_term(&b, i).hash));
	for (size_t i = 0; i < b.n_pairs; i++)
		expect(x, pair_key(&b, i));
	for (size_t i = 0; i < b.n_sketch; i++)
		expect(x, blob_term_key(blob_shingle(&b, i)));
	for (size_t i = 0; i < b.n_lines; i++)
		expect(x, recur_key(art->feed_id, blob_line(&b, i).hash));
}

bool
relate_is_spent(const struct relate_index *x)
{
	return x->is_spent;
}

/* SPDX-License-Identifier: ISC */
/*
 * An article's terms enter the index: all of them, or, to relate a few
 * newcomers alone, those that one of these has.  The expected are bits by key;
 * one that is met by chance is there in all articles, and does no harm.
 *
 * While articles are restored nobody looks into the lists, so what belongs
 * there waits, and much of it enters at once (bulk.h).
 */
#include "relate/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	SHINGLE_POSTINGS = 21, /* then it is boilerplate */
	AHEAD = 8,	       /* terms to prefetch before their turn */
	EXPECTED_BITS = 22,
	LATE_FIRST = 1000000, /* postings that wait, and more for each ... */
	LATE_MORE = 8,	      /* ... article: a twentieth of the index */
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

/* Words and pairs of an article, or what of them is expected. */
struct words {
	uint64_t keys[QUERY_TERMS_MAX];
	uint8_t tfs[QUERY_TERMS_MAX];
	size_t n;
	size_t n_words; /* the first */
};

static uint64_t
pair_key(const struct blob *b, size_t i)
{
	const uint8_t *p = b->pairs + i * BLOB_PAIR;

	return blob_pair_key(blob_term(b, p[0]).hash, blob_term(b, p[1]).hash);
}

static void
find_words(const struct relate_index *x, const struct blob *b, struct words *w)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_terms; i++) {
		struct blob_term t = blob_term(b, i);
		uint64_t key = blob_term_key(t.hash);

		if (index_expects(x, key)) {
			w->tfs[n] = t.tf;
			w->keys[n++] = key;
		}
	}
	w->n_words = n;
	for (size_t i = 0; i < b->n_pairs && n < QUERY_TERMS_MAX; i++) {
		uint64_t key = pair_key(b, i);

		if (index_expects(x, key)) {
			w->tfs[n] = b->pairs[i * BLOB_PAIR + 2];
			w->keys[n++] = key;
		}
	}
	w->n = n;
}

static void
hold(struct relate_index *x, struct doc *d, const struct words *w)
{
	d->held = xreallocarray(NULL, w->n_words, sizeof(*d->held));
	d->n_held = (uint16_t)w->n_words;
	x->held_bytes += index_held_size(w->n_words);
	for (size_t i = 0; i < w->n_words; i++)
		d->held[i] = held(w->keys[i], w->tfs[i]);
}

static void
add_words(struct relate_index *x, const struct words *w, uint32_t place)
{
	for (size_t i = 0; i < w->n && i < 2 * AHEAD; i++)
		terms_prefetch(&x->words, w->keys[i]);
	for (size_t i = 0; i < w->n; i++) {
		if (i + 2 * AHEAD < w->n)
			terms_prefetch(&x->words, w->keys[i + 2 * AHEAD]);
		if (i + AHEAD < w->n)
			terms_prefetch_ends(&x->words, w->keys[i + AHEAD]);
		terms_add(
		    &x->words, w->keys[i], posting(place, w->tfs[i]), SIZE_MAX);
	}
}

static size_t
find_shingles(const struct relate_index *x, const struct blob *b, uint64_t *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_sketch; i++) {
		uint64_t key = blob_term_key(blob_shingle(b, i));

		if (index_expects(x, key))
			ret[n++] = key;
	}
	return n;
}

static void
add_shingles(
    struct relate_index *x, const uint64_t *keys, size_t n, uint32_t place)
{
	for (size_t i = 0; i < n; i++)
		terms_prefetch(&x->shingles, keys[i]);
	for (size_t i = 0; i < n; i++) {
		struct postings list;

		terms_get(&x->shingles, keys[i], &list);
		index_trim(x, &list);
		if (list.n < SHINGLE_POSTINGS)
			terms_add(
			    &x->shingles, keys[i], posting(place, 1), SIZE_MAX);
	}
}

static void
add_signs(struct relate_index *x, const struct blob *b, uint32_t place)
{
	for (size_t i = 0; i < b->n_signs; i++)
		terms_prefetch(&x->signs, blob_term_key(blob_sign(b, i).sign));
	for (size_t i = 0; i < b->n_signs; i++) {
		struct blob_sign s = blob_sign(b, i);
		uint64_t key = blob_term_key(s.sign);

		if (!index_expects(x, key))
			continue;
		if (x->late != NULL)
			bulk_put(&x->late->signs, key, posting(place, s.tf));
		else
			terms_add(
			    &x->signs, key, posting(place, s.tf), SIZE_MAX);
	}
}

void
index_take_in(struct relate_index *x, const struct blob *b, uint32_t place)
{
	uint64_t shingles[BLOB_SKETCH_MAX];
	size_t n = find_shingles(x, b, shingles);
	struct words w;

	find_words(x, b, &w);
	hold(x, &x->docs[place], &w);
	add_signs(x, b, place);
	if (x->late == NULL) {
		add_words(x, &w, place);
		add_shingles(x, shingles, n, place);
		return;
	}
	for (size_t i = 0; i < w.n; i++)
		bulk_put(&x->late->words, w.keys[i], posting(place, w.tfs[i]));
	for (size_t i = 0; i < n; i++)
		bulk_put(&x->late->shingles, shingles[i], posting(place, 1));
	if (x->late->words.n >= LATE_FIRST + LATE_MORE * x->n_live)
		index_build(x);
}

void
index_take_in_later(struct relate_index *x)
{
	if (x->late == NULL)
		x->late = xcalloc(1, sizeof(*x->late));
}

void
index_build(struct relate_index *x)
{
	struct late *late = x->late;

	if (late == NULL)
		return;
	bulk_build(&late->words, &x->words, SIZE_MAX);
	bulk_build(&late->shingles, &x->shingles, SHINGLE_POSTINGS);
	bulk_build(&late->signs, &x->signs, SIZE_MAX);
	bulk_build(&late->lines, &x->lines, RECUR_REMEMBERED);
	index_drop_late(x);
}

void
index_drop_late(struct relate_index *x)
{
	if (x->late == NULL)
		return;
	bulk_release(&x->late->words);
	bulk_release(&x->late->shingles);
	bulk_release(&x->late->signs);
	bulk_release(&x->late->lines);
	free(x->late);
	x->late = NULL;
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
	for (size_t i = 0; i < b.n_signs; i++)
		expect(x, blob_term_key(blob_sign(&b, i).sign));
	for (size_t i = 0; i < b.n_lines; i++)
		expect(x, recur_key(art->feed_id, blob_line(&b, i).hash));
}

bool
relate_expects(const struct relate_index *x, const struct relate_article *art)
{
	bool all = true;
	struct blob b;

	if (!blob_open(art->features.data, art->features.len, &b))
		return true; /* none at all */
	for (size_t i = 0; all && i < b.n_terms; i++)
		all = index_expects(x, blob_term_key(blob_term(&b, i).hash));
	for (size_t i = 0; all && i < b.n_pairs; i++)
		all = index_expects(x, pair_key(&b, i));
	for (size_t i = 0; all && i < b.n_sketch; i++)
		all = index_expects(x, blob_term_key(blob_shingle(&b, i)));
	for (size_t i = 0; all && i < b.n_signs; i++)
		all = index_expects(x, blob_term_key(blob_sign(&b, i).sign));
	for (size_t i = 0; all && i < b.n_lines; i++)
		all = index_expects(
		    x, recur_key(art->feed_id, blob_line(&b, i).hash));
	return all;
}

bool
relate_is_spent(const struct relate_index *x)
{
	return x->is_spent;
}

/* SPDX-License-Identifier: ISC */
#include "relate/blob.h"

#include "relate/lang.h"

static uint64_t
get(const uint8_t *p, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = bytes; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

bool
blob_open(const void *data, size_t len, struct blob *ret)
{
	const uint8_t *p = data;
	struct blob b;
	char tag[3];

	if (p == NULL || len < BLOB_HEAD || p[0] != BLOB_VERSION)
		return false;
	tag[0] = (char)p[1];
	tag[1] = (char)p[2];
	tag[2] = '\0';
	b.lang = lang_from_tag(tag);
	b.n_terms = p[3];
	b.n_pairs = get(p + 4, 2);
	b.n_sketch = get(p + 6, 2);
	b.n_shingles = get(p + 8, 2);
	b.sketch_shift = p[10];
	b.n_title = p[11];
	b.n_words = get(p + 12, 2);
	b.text_hash = get(p + 14, 8);
	b.title_hash = (uint32_t)get(p + 22, 4);
	b.shape_hash = (uint32_t)get(p + 26, 4);
	b.n_lines = p[30];
	b.terms = p + BLOB_HEAD;
	b.pairs = b.terms + b.n_terms * BLOB_TERM;
	b.sketch = b.pairs + b.n_pairs * BLOB_PAIR;
	b.sketch_lines = b.sketch + b.n_sketch * BLOB_SHINGLE;
	b.lines = b.sketch_lines + b.n_sketch;
	if (b.n_pairs > BLOB_PAIRS_MAX || b.n_sketch > BLOB_SKETCH_MAX ||
	    b.sketch_shift > 31 || b.n_title > b.n_terms ||
	    b.n_lines > BLOB_LINES_MAX ||
	    len != BLOB_HEAD + b.n_terms * BLOB_TERM + b.n_pairs * BLOB_PAIR +
		       b.n_sketch * (BLOB_SHINGLE + 1) + b.n_lines * BLOB_LINE)
		return false;
	for (size_t i = 0; i < b.n_pairs; i++) {
		if (b.pairs[i * BLOB_PAIR] >= b.n_terms ||
		    b.pairs[i * BLOB_PAIR + 1] >= b.n_terms)
			return false;
	}
	for (size_t i = 0; i < b.n_lines; i++) {
		if (blob_line(&b, i).end > b.n_terms)
			return false;
	}
	*ret = b;
	return true;
}

struct blob_term
blob_term(const struct blob *b, size_t i)
{
	const uint8_t *p = b->terms + i * BLOB_TERM;
	struct blob_term t = {
	    .hash = get(p, 5),
	    .from = (uint16_t)get(p + 5, 2),
	    .len = p[7],
	    .tf = p[8] & BLOB_TF,
	    .in_title = (p[8] & BLOB_TITLE) != 0,
	    .is_part = (p[8] & BLOB_PART) != 0,
	};

	return t;
}

struct blob_line
blob_line(const struct blob *b, size_t i)
{
	const uint8_t *p = b->lines + i * BLOB_LINE;
	struct blob_line l = {.hash = (uint32_t)get(p, 4),
	    .first = p[4],
	    .end = (size_t)p[4] + p[5]};

	return l;
}

uint32_t
blob_shingle(const struct blob *b, size_t i)
{
	return (uint32_t)get(b->sketch + i * BLOB_SHINGLE, 4);
}

/* The finalizer of MurmurHash3 (public domain, Austin Appleby). */
static uint64_t
mixed(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xFF51AFD7ED558CCDu;
	h ^= h >> 33;
	h *= 0xC4CEB9FE1A85EC53u;
	return h ^ h >> 33;
}

uint64_t
blob_term_key(uint64_t hash)
{
	return mixed(hash) & ~(uint64_t)1;
}

uint64_t
blob_pair_key(uint64_t first, uint64_t second)
{
	return mixed(mixed(first) + second) | 1;
}

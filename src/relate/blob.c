/* SPDX-License-Identifier: ISC */
#include "relate/blob.h"

#include "relate/lang.h"

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
	b.n_pairs = blob_u16(p + 4);
	b.n_sketch = blob_u16(p + 6);
	b.n_shingles = blob_u16(p + 8);
	b.sketch_shift = p[10];
	b.n_title = p[11];
	b.n_words = blob_u16(p + 12);
	b.text_hash = blob_u64(p + 14);
	b.title_hash = blob_u32(p + 22);
	b.shape_hash = blob_u32(p + 26);
	b.n_lines = p[30];
	b.n_signs = p[31];
	b.terms = p + BLOB_HEAD;
	b.pairs = b.terms + b.n_terms * BLOB_TERM;
	b.sketch = b.pairs + b.n_pairs * BLOB_PAIR;
	b.sketch_lines = b.sketch + b.n_sketch * BLOB_SHINGLE;
	b.lines = b.sketch_lines + b.n_sketch;
	b.signs = b.lines + b.n_lines * BLOB_LINE;
	if (b.n_pairs > BLOB_PAIRS_MAX || b.n_sketch > BLOB_SKETCH_MAX ||
	    b.sketch_shift > 31 || b.n_title > b.n_terms ||
	    b.n_lines > BLOB_LINES_MAX || b.n_signs > BLOB_SIGNS_MAX ||
	    len != BLOB_HEAD + b.n_terms * BLOB_TERM + b.n_pairs * BLOB_PAIR +
		       b.n_sketch * (BLOB_SHINGLE + 1) + b.n_lines * BLOB_LINE +
		       b.n_signs * BLOB_SIGN)
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
	for (size_t i = 0; i < b.n_signs; i++) {
		if (blob_sign(&b, i).term >= b.n_terms)
			return false;
	}
	*ret = b;
	return true;
}

struct blob_line
blob_line(const struct blob *b, size_t i)
{
	const uint8_t *p = b->lines + i * BLOB_LINE;
	struct blob_line l = {
	    .hash = blob_u32(p), .first = p[4], .end = (size_t)p[4] + p[5]};

	return l;
}

/* SPDX-License-Identifier: ISC */
/*
 * blob.h - the stored form of an article's features.  Private to relate.
 *
 * Little-endian, no padding:
 *
 *	0  u8   version
 *	1  2    language, ISO 639-1, or two zeros
 *	3  u8   terms
 *	4  u16  pairs
 *	6  u16  sketch
 *	8  u16  shingles of the text (capped)
 *	10 u8   of which those with hash % 2^n == 0 are in the sketch
 *	11 u8   terms of the title
 *	12 u16  words of the text (capped)
 *	14 u64  hash of all words
 *	22 u32  hash of the title
 *	26 u32  of the title without its figures
 *	30 u8   lines known by a hash
 *	31 u8   signs
 *	32      terms: u40 hash, u16 offset, u8 length, u8 frequency and flags
 *	        pairs: u8 first term, u8 second term, u8 frequency
 *	        sketch: u32 shingle, ascending; then the line of each: u8
 *	        lines: u32 hash, u8 first of the terms that are new there, u8
 *these
 *	        signs: u32 number, u8 term, u8 frequency
 */
#ifndef RELATE_BLOB_H
#define RELATE_BLOB_H

#include "base/ak.h"

enum {
	BLOB_VERSION = 5,
	BLOB_HEAD = 32,
	BLOB_TERM = 9,
	BLOB_PAIR = 3,
	BLOB_SHINGLE = 4,
	BLOB_LINE = 6,
	BLOB_SIGN = 6,
	BLOB_LINES_MAX = 12,
	BLOB_NO_LINE = 255,
	BLOB_TERMS_MAX = 255,
	BLOB_PAIRS_MAX = 400,
	BLOB_SKETCH_MAX = 512,
	BLOB_SIGNS_MAX = 48,

	BLOB_TITLE = 0x80, /* flags beside a term's frequency; the offset is */
	BLOB_PART = 0x40,  /* then one in the title */
	BLOB_TF = 0x3F
};

struct blob {
	unsigned lang; /* of lang.h */
	size_t n_terms, n_pairs, n_sketch, n_title;
	size_t n_shingles, n_words;
	unsigned sketch_shift;
	uint64_t text_hash;
	uint32_t title_hash, shape_hash;
	size_t n_lines, n_signs;
	const uint8_t *terms, *pairs, *sketch, *sketch_lines, *lines, *signs;
};

struct blob_term {
	uint64_t hash;
	uint16_t from;
	uint8_t len;
	uint8_t tf;
	bool in_title;
	bool is_part; /* of a word of the title, not a word */
};

struct blob_line {
	uint32_t hash;
	size_t first, end; /* terms */
};

struct blob_sign {
	uint32_t sign; /* as in signs.h */
	size_t term;
	unsigned tf; /* counted once in the title as well */
};

/* Check and open; `ret` points into the data.  False: not ours. */
bool blob_open(const void *data, size_t len, struct blob *ret);

struct blob_line blob_line(const struct blob *b, size_t i);

/* What an index asks of each term of each article is inline. */

static inline uint16_t
blob_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
blob_u32(const uint8_t *p)
{
	return (uint32_t)blob_u16(p) | (uint32_t)blob_u16(p + 2) << 16;
}

static inline uint64_t
blob_u64(const uint8_t *p)
{
	return (uint64_t)blob_u32(p) | (uint64_t)blob_u32(p + 4) << 32;
}

static inline struct blob_term
blob_term(const struct blob *b, size_t i)
{
	const uint8_t *p = b->terms + i * BLOB_TERM;

	return (struct blob_term){
	    .hash = blob_u64(p) & (((uint64_t)1 << 40) - 1),
	    .from = blob_u16(p + 5),
	    .len = p[7],
	    .tf = p[8] & BLOB_TF,
	    .in_title = (p[8] & BLOB_TITLE) != 0,
	    .is_part = (p[8] & BLOB_PART) != 0,
	};
}

static inline uint32_t
blob_shingle(const struct blob *b, size_t i)
{
	return blob_u32(b->sketch + i * BLOB_SHINGLE);
}

/* The finalizer of MurmurHash3 (public domain, Austin Appleby). */
static inline uint64_t
blob_mixed(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xFF51AFD7ED558CCDu;
	h ^= h >> 33;
	h *= 0xC4CEB9FE1A85EC53u;
	return h ^ h >> 33;
}

static inline struct blob_sign
blob_sign(const struct blob *b, size_t i)
{
	const uint8_t *p = b->signs + i * BLOB_SIGN;

	return (struct blob_sign){
	    .sign = blob_u32(p), .term = p[4], .tf = p[5]};
}

/* Keys of the index, 64 well-mixed bits; the lowest says: a pair. */
static inline uint64_t
blob_term_key(uint64_t hash)
{
	return blob_mixed(hash) & ~(uint64_t)1;
}

static inline uint64_t
blob_pair_key(uint64_t first, uint64_t second)
{
	return blob_mixed(blob_mixed(first) + second) | 1;
}

#endif

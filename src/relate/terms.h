/* SPDX-License-Identifier: ISC */
/*
 * terms.h - in which articles a term stands.  Private to relate.
 *
 * Most terms are seen once and never again, so these live apart: eight bytes
 * in a table.  A term seen twice moves to a second table, with its list.
 *
 * A posting is 29 bits: place of the article in the index's ring, and the
 * term's frequency there.  Lists are in order of arrival.
 * Keys are well-mixed 64 bits; of these 40 and 35 are compared, so that of a
 * million lookups in a full index a few thousand find a stranger's single
 * article: noise below the floors, bought with half the memory.
 */
#ifndef RELATE_TERMS_H
#define RELATE_TERMS_H

#include "base/ak.h"

enum {
	POSTING_TF_MAX = 31,
	POSTING_PLACE_BITS = 24,
	TERMS_KEY_BITS = 39, /* of a key, the first, and the lowest are used */
};

static inline uint32_t
posting(uint32_t place, unsigned tf)
{
	return place << 5 | (tf < POSTING_TF_MAX ? tf : POSTING_TF_MAX);
}

static inline uint32_t
posting_place(uint32_t p)
{
	return p >> 5;
}

static inline unsigned
posting_tf(uint32_t p)
{
	return p & POSTING_TF_MAX;
}

struct terms {
	struct terms_slot *slots; /* of two articles and more */
	uint64_t *once;
	unsigned slot_bits, once_bits;
	size_t n_slots, n_once;
	size_t list_bytes;
};

/* A list; borrowed until the next change.  `one` holds that of a term seen
 * once, so a struct postings must not be copied. */
struct postings {
	const uint32_t *p;
	size_t n;
	uint32_t one;
};

void terms_init(struct terms *t);
void terms_release(struct terms *t);

/* Two steps to a list that is not in the cache: its slot, some lookups
 * ahead; then its ends. */
void terms_prefetch(const struct terms *t, uint64_t key);
void terms_prefetch_ends(const struct terms *t, uint64_t key);
void terms_get(const struct terms *t, uint64_t key, struct postings *ret);
/* A list of `most` postings takes no more. */
void terms_add(struct terms *t, uint64_t key, uint32_t p, size_t most);

/* Room for so many more terms of two articles and more, and of one. */
void terms_reserve(struct terms *t, size_t n_slots, size_t n_once);

/* The posting last added comes from a place between the others': move it there.
 * Places count from `base`, modulo `mask` + 1. */
void terms_settle(struct terms *t, uint64_t key, uint32_t base, uint32_t mask);

/* Visit every list.  The callback may drop postings: it moves those that stay
 * to the front and returns their number. */
typedef size_t (*terms_cb)(void *arg, bool is_pair, uint32_t *p, size_t n);
void terms_sweep(struct terms *t, terms_cb cb, void *arg);

size_t terms_bytes(const struct terms *t);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * bulk.h - many postings enter a table of terms at once.  Private to relate.
 *
 * One by one, each is a walk to a far corner of memory.  So they wait, eight
 * bytes each, by the first bits of their keys, which are those of their places
 * in the tables; then one part of the tables after the other is filled from
 * what waits for it, and stays in the cache meanwhile.  Postings of one key
 * keep their order, so the lists are the ones that terms_add() builds.
 */
#ifndef RELATE_BULK_H
#define RELATE_BULK_H

#include "relate/terms.h"

enum { BULK_PARTS_BITS = 8, BULK_PARTS = 1 << BULK_PARTS_BITS };

struct bulk {
	struct bulk_part {
		struct bulk_block *first, *last;
	} parts[BULK_PARTS];
	size_t n;
	size_t bytes;
};

void bulk_release(struct bulk *b);

void bulk_put(struct bulk *b, uint64_t key, uint32_t p);

/* All that waits into the lists, of which none gets longer than `most`. */
void bulk_build(struct bulk *b, struct terms *t, size_t most);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * What waits is packed: of its key, the bits that the tables look at and the
 * part does not say, and the posting.  The tables get their size first, since
 * one that is filled from one end must not grow on the way; how many terms
 * there are is reckoned from the first part, which is a fair sample: keys are
 * well mixed.  Blocks are small enough for malloc() to give their memory to the
 * lists that are made of them.
 */
#include "relate/bulk.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	POSTING_BITS = POSTING_PLACE_BITS + 5,
	KEY_BITS = TERMS_KEY_BITS - BULK_PARTS_BITS, /* kept, and the lowest */
	PER_BLOCK = 510,
	SAMPLED = 100 * BULK_PARTS, /* postings that are worth it */
};

struct bulk_block {
	struct bulk_block *next;
	size_t n;
	uint64_t v[PER_BLOCK];
};

static uint64_t
pack(uint64_t key, uint32_t p)
{
	uint64_t rest = key << BULK_PARTS_BITS >> (64 - KEY_BITS);

	return (rest << 1 | (key & 1)) << POSTING_BITS | p;
}

static uint64_t
key_of(uint64_t v, size_t part)
{
	uint64_t rest = v >> (POSTING_BITS + 1);

	return (uint64_t)part << (64 - BULK_PARTS_BITS) |
	       rest << (64 - BULK_PARTS_BITS - KEY_BITS) |
	       (v >> POSTING_BITS & 1);
}

void
bulk_release(struct bulk *b)
{
	for (size_t i = 0; i < BULK_PARTS; i++) {
		struct bulk_block *next;

		for (struct bulk_block *k = b->parts[i].first; k != NULL;
		     k = next) {
			next = k->next;
			free(k);
		}
	}
	memset(b, 0, sizeof(*b));
}

void
bulk_put(struct bulk *b, uint64_t key, uint32_t p)
{
	struct bulk_part *part = &b->parts[key >> (64 - BULK_PARTS_BITS)];
	struct bulk_block *k = part->last;

	if (k == NULL || k->n == PER_BLOCK) {
		k = xmalloc(sizeof(*k));
		k->next = NULL;
		k->n = 0;
		if (part->last != NULL)
			part->last->next = k;
		else
			part->first = k;
		part->last = k;
		b->bytes += sizeof(*k);
	}
	k->v[k->n++] = pack(key, p);
	b->n++;
}

static int
value_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The keys that wait in the first part, ascending. */
static uint64_t *
sample(const struct bulk *b, size_t *ret_n)
{
	uint64_t *v;
	size_t n = 0;

	for (const struct bulk_block *k = b->parts[0].first; k; k = k->next)
		n += k->n;
	v = xreallocarray(NULL, n, sizeof(*v));
	*ret_n = n;
	n = 0;
	for (const struct bulk_block *k = b->parts[0].first; k; k = k->next) {
		for (size_t i = 0; i < k->n; i++)
			v[n++] = key_of(k->v[i], 0);
	}
	qsort(v, n, sizeof(*v), value_cmp);
	return v;
}

static void
make_room(const struct bulk *b, struct terms *t)
{
	size_t n, same, n_slots = 0, n_once = 0;
	uint64_t *v = sample(b, &n);

	for (size_t i = 0; i < n; i += same) {
		struct postings list;

		same = 1;
		while (i + same < n && v[i + same] == v[i])
			same++;
		terms_get(t, v[i], &list);
		n_slots += list.n < 2 && list.n + same >= 2;
		n_once += list.n + same == 1;
	}
	free(v);
	terms_reserve(t, n_slots * BULK_PARTS, n_once * BULK_PARTS);
}

void
bulk_build(struct bulk *b, struct terms *t, size_t most)
{
	if (b->n >= SAMPLED)
		make_room(b, t);
	for (size_t part = 0; part < BULK_PARTS; part++) {
		struct bulk_block *next;

		for (struct bulk_block *k = b->parts[part].first; k != NULL;
		     k = next) {
			for (size_t i = 0; i < k->n; i++)
				terms_add(t, key_of(k->v[i], part),
				    (uint32_t)(k->v[i] &
					       (((uint64_t)1 << POSTING_BITS) -
						   1)),
				    most);
			next = k->next;
			free(k);
		}
		b->parts[part] = (struct bulk_part){0};
	}
	b->n = b->bytes = 0;
}

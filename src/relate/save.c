/* SPDX-License-Identifier: ISC */
/*
 * The saved state: how long each vector was when last reckoned, how near the
 * neighbours are, and how far the next sweep is.  Little-endian:
 *
 *	0  u32  magic
 *	4  u32  articles
 *	8  u32  live articles at the last sweep
 *	12 u32  articles gone since
 *	16      of each: u64 id, f32 norm, u8 near[12], u8 around[12],
 *		u16 lines left out, its ties: u32 id[8], u8 strength[8]
 */
#include "relate/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	SAVE_MAGIC = 0x354E4B41,
	SAVE_HEAD = 16,
	SAVE_TIE = 5,
	SAVE_ROW = 14 + 2 * NEAR_MAX + TIES_MAX * SAVE_TIE
};

static uint8_t *
put(uint8_t *p, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++, v >>= 8)
		*p++ = (uint8_t)v;
	return p;
}

static uint64_t
get(const uint8_t *p, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = bytes; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

void
relate_save(const struct relate_index *x, void **ret, size_t *ret_len)
{
	size_t n = x->n_live - x->n_waiting;
	size_t len = SAVE_HEAD + n * SAVE_ROW;
	uint8_t *data = xmalloc(len), *p = data;

	p = put(p, SAVE_MAGIC, 4);
	p = put(p, n, 4);
	p = put(p, x->swept_at, 4);
	p = put(p, x->n_dead, 4);
	for (uint32_t i = 0; i < x->span; i++) {
		const struct doc *d = &x->docs[(x->base + i) & ring_mask(x)];
		uint32_t bits;

		if (d->id < 0 || d->is_waiting)
			continue;
		memcpy(&bits, &d->norm, sizeof(bits));
		p = put(p, (uint64_t)d->id, 8);
		p = put(p, bits, 4);
		memcpy(p, d->near.v, NEAR_MAX);
		memcpy(p + NEAR_MAX, d->around.v, NEAR_MAX);
		p = put(p + 2 * NEAR_MAX, d->lines, 2);
		for (size_t k = 0; k < TIES_MAX; k++) {
			p = put(p, d->ties.id[k], 4);
			p = put(p, d->ties.v[k], 1);
		}
	}
	*ret = data;
	*ret_len = len;
}

int64_t
relate_oldest(const struct relate_index *x)
{
	if (x->n_saved == 0)
		return 0;
	return x->saved[x->n_saved > x->window ? x->n_saved - x->window : 0].id;
}

enum ak_status
relate_load(struct relate_index *x, const void *data, size_t len)
{
	const uint8_t *p = data;
	struct saved *saved;
	size_t n;

	if (len < SAVE_HEAD || get(p, 4) != SAVE_MAGIC)
		return AK_BADINPUT;
	n = get(p + 4, 4);
	if (len - SAVE_HEAD != n * SAVE_ROW)
		return AK_BADINPUT;
	saved = xreallocarray(NULL, n + 1, sizeof(*saved));
	for (size_t i = 0; i < n; i++) {
		const uint8_t *row = p + SAVE_HEAD + i * SAVE_ROW;
		uint32_t bits = (uint32_t)get(row + 8, 4);

		saved[i].id = (int64_t)get(row, 8);
		memcpy(&saved[i].norm, &bits, sizeof(bits));
		memcpy(saved[i].near.v, row + 12, NEAR_MAX);
		memcpy(saved[i].around.v, row + 12 + NEAR_MAX, NEAR_MAX);
		saved[i].lines = (uint16_t)get(row + 12 + 2 * NEAR_MAX, 2);
		for (size_t k = 0; k < TIES_MAX; k++) {
			const uint8_t *tie =
			    row + 14 + 2 * NEAR_MAX + k * SAVE_TIE;

			saved[i].ties.id[k] = (uint32_t)get(tie, 4);
			saved[i].ties.v[k] = tie[4];
		}
		if (saved[i].id <= (i > 0 ? saved[i - 1].id : 0) ||
		    !(saved[i].norm >= 0.0F && saved[i].norm < 1e9F)) {
			free(saved);
			return AK_BADINPUT;
		}
	}
	free(x->saved);
	x->saved = saved;
	x->n_saved = n;
	x->at_saved = 0;
	x->swept_at = get(p + 8, 4);
	x->n_dead = get(p + 12, 4);
	return AK_OK;
}

/* SPDX-License-Identifier: ISC */
/*
 * The saved state: how long each vector was when last reckoned, how near the
 * neighbours are, and how far the next sweep is.  It is a row of pieces, those
 * of a whole save and those of what changed since: of an article, the last one
 * holds.  A piece, little-endian:
 *
 *	0  u32  magic
 *	4  u32  articles
 *	8  u32  live articles at the last sweep
 *	12 u32  articles gone since
 *	16      of each, by rising id: u64 id, f32 norm, u8 near[12], u8
 *around[12], u16 lines left out, its ties: u32 id[8], u8 strength[8]
 */
#include "relate/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	SAVE_MAGIC = 0x354E4B41,
	SAVE_HEAD = 16,
	SAVE_TIE = 5,
	SAVE_ROW = 14 + 2 * NEAR_MAX + TIES_MAX * SAVE_TIE,
	PIECE_ROWS = 4096,
	SPARE_ROWS = 1000, /* saved twice, and more for each ... */
	SPARE_SHARE = 4,   /* ... so many, before all is saved anew */
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

/* --- saving -------------------------------------------------------------- */

static uint8_t *
put_row(uint8_t *p, const struct doc *d)
{
	uint32_t bits;

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
	return p;
}

static uint8_t *
put_head(uint8_t *p, const struct relate_index *x, size_t n)
{
	p = put(p, SAVE_MAGIC, 4);
	p = put(p, n, 4);
	p = put(p, x->swept_at, 4);
	return put(p, x->n_dead, 4);
}

static bool
is_saved(const struct doc *d, bool all)
{
	return d->id > 0 && !d->is_waiting && (all || d->is_changed);
}

static void
save(const struct relate_index *x, bool all, void **ret, size_t *ret_len)
{
	size_t n = 0, in_piece = 0;
	uint8_t *data, *p, *head;

	for (uint32_t i = 0; i < x->span; i++)
		n += is_saved(&x->docs[(x->base + i) & ring_mask(x)], all);
	data = xmalloc(
	    (n / PIECE_ROWS + 1) * (size_t)SAVE_HEAD + n * (size_t)SAVE_ROW);
	head = data;
	p = head + SAVE_HEAD;
	for (uint32_t i = 0; i < x->span; i++) {
		const struct doc *d = &x->docs[(x->base + i) & ring_mask(x)];

		if (!is_saved(d, all))
			continue;
		if (in_piece == PIECE_ROWS) {
			(void)put_head(head, x, in_piece);
			head = p;
			p += SAVE_HEAD;
			in_piece = 0;
		}
		p = put_row(p, d);
		in_piece++;
	}
	(void)put_head(head, x, in_piece);
	*ret = data;
	*ret_len = (size_t)(p - data);
}

void
relate_save(const struct relate_index *x, void **ret, size_t *ret_len)
{
	save(x, true, ret, ret_len);
}

void
relate_save_changes(const struct relate_index *x, void **ret, size_t *ret_len)
{
	save(x, false, ret, ret_len);
}

void
relate_saved(struct relate_index *x, bool all)
{
	x->n_rows = all ? x->n_live : x->n_rows + x->n_changed;
	for (uint32_t i = 0; i < x->span; i++)
		index_unchanged(x, &x->docs[(x->base + i) & ring_mask(x)]);
}

bool
relate_save_is_due(const struct relate_index *x)
{
	return x->n_rows + x->n_changed >
	       x->n_live + x->n_live / SPARE_SHARE + SPARE_ROWS;
}

/* --- loading ------------------------------------------------------------- */

size_t
relate_piece(const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t n;

	if (len < SAVE_HEAD || get(p, 4) != SAVE_MAGIC)
		return 0;
	n = get(p + 4, 4);
	return n <= (len - SAVE_HEAD) / SAVE_ROW ? SAVE_HEAD + n * SAVE_ROW : 0;
}

static void
get_row(const uint8_t *row, struct saved *ret)
{
	uint32_t bits = (uint32_t)get(row + 8, 4);

	ret->id = (int64_t)get(row, 8);
	memcpy(&ret->norm, &bits, sizeof(bits));
	memcpy(ret->near.v, row + 12, NEAR_MAX);
	memcpy(ret->around.v, row + 12 + NEAR_MAX, NEAR_MAX);
	ret->lines = (uint16_t)get(row + 12 + 2 * NEAR_MAX, 2);
	for (size_t k = 0; k < TIES_MAX; k++) {
		const uint8_t *tie = row + 14 + 2 * NEAR_MAX + k * SAVE_TIE;

		ret->ties.id[k] = (uint32_t)get(tie, 4);
		ret->ties.v[k] = tie[4];
	}
}

static bool
is_piece(const uint8_t *p, size_t len)
{
	struct saved row, before = {0};

	for (size_t at = SAVE_HEAD; at < len; at += SAVE_ROW, before = row) {
		get_row(p + at, &row);
		if (row.id <= before.id ||
		    !(row.norm >= 0.0F && row.norm < 1e9F))
			return false;
	}
	return true;
}

/* Where the article is in what was loaded, or belongs. */
static struct saved *
find_row(const struct relate_index *x, int64_t id)
{
	size_t lo = 0, hi = x->n_saved;

	if (hi > 0 && x->saved[hi - 1].id < id)
		lo = hi; /* most come in order */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (x->saved[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return x->saved + lo;
}

static void
load_row(struct relate_index *x, const uint8_t *row)
{
	struct saved *at, new;
	size_t behind;

	get_row(row, &new);
	if (x->n_saved == x->cap_saved) {
		x->cap_saved += x->cap_saved / 8 + PIECE_ROWS;
		x->saved =
		    xreallocarray(x->saved, x->cap_saved, sizeof(*x->saved));
	}
	at = find_row(x, new.id);
	behind = x->n_saved - (size_t)(at - x->saved);
	if (behind == 0 || at->id != new.id) {
		memmove(at + 1, at, behind * sizeof(*at));
		x->n_saved++;
	}
	*at = new;
}

enum ak_status
relate_load(struct relate_index *x, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t n;

	for (size_t at = 0; at < len; at += n) {
		n = relate_piece(p + at, len - at);
		if (n == 0 || !is_piece(p + at, n))
			return AK_BADINPUT;
	}
	for (; len > 0; p += n, len -= n) {
		n = relate_piece(p, len);
		for (size_t at = SAVE_HEAD; at < n; at += SAVE_ROW, x->n_rows++)
			load_row(x, p + at);
		x->swept_at = get(p + 8, 4);
		x->n_dead = get(p + 12, 4);
	}
	x->at_saved = 0;
	return AK_OK;
}

int64_t
relate_oldest(const struct relate_index *x)
{
	if (x->n_saved == 0)
		return 0;
	return x->saved[x->n_saved > x->window ? x->n_saved - x->window : 0].id;
}

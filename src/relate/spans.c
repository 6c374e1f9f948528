/* SPDX-License-Identifier: ISC */
/*
 * Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), over units
 * of text, after common ends are taken off.  The work is bounded: two texts
 * that differ in more than EDITS_MAX units are not versions of one another in
 * any way that stretches would show.
 */
#include "relate/spans.h"

#include <string.h>

#include <xxhash.h>

#include "base/utf8.h"

enum { UNITS_MAX = 20000, EDITS_MAX = 600 };

struct unit {
	uint64_t hash;
	uint32_t from, to;
};

struct side {
	struct unit *units;
	size_t n;
};

/* Word characters: everything but ASCII that is no letter or digit, and the
 * punctuation and space blocks. */
static bool
is_word(uint32_t cp)
{
	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') ||
		       ((cp | 32) >= 'a' && (cp | 32) <= 'z');
	return cp != 0xA0 && !(cp >= 0x2000 && cp <= 0x206F) &&
	       !(cp >= 0x3000 && cp <= 0x3004) &&
	       !(cp >= 0x3008 && cp <= 0x3020) &&
	       !(cp >= 0xFF01 && cp <= 0xFF0F) &&
	       !(cp >= 0xFF1A && cp <= 0xFF20);
}

/* Each character of these blocks is a unit of its own. */
static bool
is_alone(uint32_t cp)
{
	return (cp >= 0x0E00 && cp <= 0x0EFF) ||
	       (cp >= 0x1780 && cp <= 0x17FF) ||
	       (cp >= 0x3005 && cp <= 0x9FFF) ||
	       (cp >= 0xF900 && cp <= 0xFAFF) ||
	       (cp >= 0xFF66 && cp <= 0xFF9F) || cp >= 0x20000;
}

static bool
split(struct arena *a, const char *s, size_t len, struct side *ret)
{
	size_t cap = len < UNITS_MAX ? len : UNITS_MAX, at = 0;
	uint32_t cp;

	ret->n = 0;
	ret->units = arena_alloc_raw(a, (cap + 1) * sizeof(*ret->units));
	if (ret->units == NULL)
		return false;
	while (at < len && ret->n < cap) {
		size_t from = at,
		       next = at + utf8_decode(s + at, len - at, &cp);

		at = next;
		if (!is_word(cp))
			continue;
		while (!is_alone(cp) && at < len) {
			next = at + utf8_decode(s + at, len - at, &cp);
			if (!is_word(cp) || is_alone(cp))
				break;
			at = next;
		}
		ret->units[ret->n].hash = XXH3_64bits(s + from, at - from);
		ret->units[ret->n].from = (uint32_t)from;
		ret->units[ret->n++].to = (uint32_t)at;
	}
	return true;
}

/* --- the shortest edit --------------------------------------------------- */

struct diff {
	const struct unit *a, *b;
	int n, m;
	int *trace; /* furthest x of each diagonal, a row of 2d+1 for each d */
};

static int *
row(const struct diff *f, int d)
{
	return f->trace + d * d + d; /* its middle */
}

static int
step(const struct diff *f, int d, int k)
{
	const int *before;

	if (d == 0)
		return 0;
	before = row(f, d - 1);
	if (k == -d || (k != d && before[k - 1] < before[k + 1]))
		return before[k + 1]; /* from above: one of b more */
	return before[k - 1] + 1;
}

/* Number of edits, or -1: too many. */
static int
run_edits(struct diff *f)
{
	for (int d = 0; d < EDITS_MAX; d++) {
		for (int k = -d; k <= d; k += 2) {
			int x = step(f, d, k), y = x - k;

			while (x < f->n && y >= 0 && y < f->m &&
			       f->a[x].hash == f->b[y].hash) {
				x++;
				y++;
			}
			row(f, d)[k] = x;
			if (x >= f->n && y >= f->m)
				return d;
		}
	}
	return -1;
}

/* Walk back; kept[x] becomes 1 + the place in b of each common unit of a. */
static void
mark_common(const struct diff *f, int d, int *kept)
{
	int x = f->n, y = f->m;

	for (; d >= 0; d--) {
		int k = x - y, from = step(f, d, k);
		bool down =
		    d > 0 && (k == -d || (k != d && row(f, d - 1)[k - 1] <
							row(f, d - 1)[k + 1]));

		while (x > from) {
			x--;
			y--;
			kept[x] = y + 1;
		}
		if (d > 0 && down)
			y--;
		else if (d > 0)
			x--;
	}
}

/* --- stretches ----------------------------------------------------------- */

static void
add_span(const struct side *a, const struct side *b, const size_t at[4],
    struct relate_span *ret)
{
	size_t a_end = a->n > 0 ? a->units[a->n - 1].to : 0;
	size_t b_end = b->n > 0 ? b->units[b->n - 1].to : 0;

	ret->a_from = at[0] < a->n ? a->units[at[0]].from : a_end;
	ret->a_to = at[1] > at[0] ? a->units[at[1] - 1].to : ret->a_from;
	ret->b_from = at[2] < b->n ? b->units[at[2]].from : b_end;
	ret->b_to = at[3] > at[2] ? b->units[at[3] - 1].to : ret->b_from;
}

static size_t
collect_spans(const struct side *a, const struct side *b, size_t head,
    const struct diff *f, const int *kept, struct relate_span *ret, size_t max)
{
	size_t n = 0, x = 0, y = 0;

	while (n < max && (x < (size_t)f->n || y < (size_t)f->m)) {
		size_t to = x, b_to = (size_t)f->m;

		while (to < (size_t)f->n && kept[to] == 0)
			to++;
		if (to < (size_t)f->n)
			b_to = (size_t)kept[to] - 1;
		if (to > x || b_to > y) {
			size_t at[4] = {
			    head + x, head + to, head + y, head + b_to};

			add_span(a, b, at, &ret[n++]);
		}
		x = to + 1;
		y = b_to + 1;
	}
	return n;
}

double
spans_compare(struct arena *a, const char *ta, size_t a_len, const char *tb,
    size_t b_len, struct relate_span *ret, size_t max, size_t *ret_n)
{
	struct side sa, sb;
	struct diff f;
	size_t head = 0, tail = 0, least, common;
	int *kept, d;

	*ret_n = 0;
	if (!split(a, ta, a_len, &sa) || !split(a, tb, b_len, &sb))
		return 0.0;
	least = sa.n < sb.n ? sa.n : sb.n;
	while (head < least && sa.units[head].hash == sb.units[head].hash)
		head++;
	while (tail < least - head &&
	       sa.units[sa.n - 1 - tail].hash == sb.units[sb.n - 1 - tail].hash)
		tail++;
	f.a = sa.units + head;
	f.b = sb.units + head;
	f.n = (int)(sa.n - head - tail);
	f.m = (int)(sb.n - head - tail);
	f.trace =
	    arena_alloc_raw(a, (size_t)EDITS_MAX * EDITS_MAX * sizeof(int));
	kept = arena_alloc(a, ((size_t)f.n + 1) * sizeof(int));
	if (f.trace == NULL || kept == NULL)
		return 0.0;
	d = run_edits(&f);
	if (d >= 0)
		mark_common(&f, d, kept);
	common = head + tail;
	for (int i = 0; i < f.n; i++)
		common += kept[i] != 0;
	*ret_n = collect_spans(&sa, &sb, head, &f, kept, ret, max);
	return least == 0 ? 0.0 : (double)common / (double)least;
}

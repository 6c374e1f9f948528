/* SPDX-License-Identifier: ISC */
#include "relate/lines.h"

#include <string.h>

#include <xxhash.h>

enum { LEAST = 6 }; /* characters; a word counts as two */

void
lines_begin(struct lines *l)
{
	memset(l, 0, sizeof(*l));
}

void
lines_title(struct lines *l, uint64_t hash)
{
	if (l->n_title < LINE_UNITS)
		l->title[l->n_title++] = hash;
}

void
lines_unit(struct lines *l, uint64_t hash, bool is_char)
{
	if (l->n_units < LINE_UNITS)
		l->units[l->n_units] = hash;
	l->n_units++;
	l->n_chars += is_char;
}

static bool
is_title_at(const struct lines *l, size_t i)
{
	return l->n_title >= 2 && i + l->n_title <= l->n_units &&
	       memcmp(l->units + i, l->title,
		   l->n_title * sizeof(l->title[0])) == 0;
}

static uint32_t
hash_of(const struct lines *l)
{
	size_t left = 2 * l->n_units - l->n_chars;
	uint64_t h = 0;

	if (l->n_units > LINE_UNITS)
		return 0; /* nobody repeats so much */
	for (size_t i = 0; i < l->n_units; i++) {
		uint64_t unit = l->units[i];

		if (is_title_at(l, i)) {
			i += l->n_title - 1;
			left -= l->n_title < left ? l->n_title : left;
		} else if (unit != 0) {
			h = XXH64(&unit, sizeof(unit), h);
		}
	}
	return left < LEAST ? 0 : (uint32_t)(h >> 32) | 1;
}

static size_t
slot_of(size_t number)
{
	return number < LINES_FIRST
		   ? number
		   : LINES_FIRST + (number - LINES_FIRST) % LINES_LAST;
}

void
lines_end(struct lines *l)
{
	if (l->n_units == 0)
		return;
	l->hashes[slot_of(l->n)] = hash_of(l);
	l->n++;
	l->n_units = l->n_chars = 0;
}

int
lines_slot(const struct lines *l, size_t number)
{
	size_t slot = slot_of(number);

	if (number >= l->n || l->hashes[slot] == 0 ||
	    (number >= LINES_FIRST && number + LINES_LAST < l->n))
		return -1;
	return (int)slot;
}

/* SPDX-License-Identifier: ISC */
/* How many dated articles each day has: a sorted array, since an index spans
 * months, not decades. */
#include "relate/index.h"

#include <string.h>

#include "base/mem.h"

static size_t
find_day(const struct relate_index *x, int64_t day)
{
	size_t lo = 0, hi = x->n_days;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (x->days[mid].day < day)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void
index_count_day(struct relate_index *x, const struct doc *d, int change)
{
	int64_t day = d->date / 86400;
	size_t at = find_day(x, day);

	if (!d->is_dated)
		return;
	if (at < x->n_days && x->days[at].day == day) {
		x->days[at].n += (uint32_t)change;
		if (x->days[at].n == 0)
			memmove(&x->days[at], &x->days[at + 1],
			    (--x->n_days - at) * sizeof(*x->days));
		return;
	}
	assert(change > 0);
	if (x->n_days == x->cap_days) {
		x->cap_days = x->cap_days * 2 + 64;
		x->days = xreallocarray(x->days, x->cap_days, sizeof(*x->days));
	}
	memmove(&x->days[at + 1], &x->days[at],
	    (x->n_days++ - at) * sizeof(*x->days));
	x->days[at].day = day;
	x->days[at].n = 1;
}

size_t
index_dated_before(const struct relate_index *x, int64_t date, int64_t days)
{
	int64_t day = date / 86400;
	size_t n = 0;

	for (size_t i = find_day(x, day - days);
	     i < x->n_days && x->days[i].day <= day; i++)
		n += x->days[i].n;
	return n;
}

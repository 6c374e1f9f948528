/* SPDX-License-Identifier: ISC */
/* Which feeds are due, and what becomes of that when the clock is set. */
#include "store/private.h"

#include <stdlib.h>

#include "base/mem.h"

enum { DUE_CHUNK = 4000 };

static int
by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

enum ak_status
store_due(struct store_reader *r, int64_t now, int64_t limit, int64_t **ret_ids,
    size_t *ret_n)
{
	sqlite3_stmt *st = conn_query(
	    &r->c, Q_FEEDS_DUE, ARGS(vi(now), vi(limit != 0 ? limit : -1)));
	int64_t *ids = NULL;
	size_t n = 0, cap = 0;

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		if (n == cap) {
			cap = cap != 0 ? 2 * cap : 64;
			ids = xreallocarray(ids, cap, sizeof(*ids));
		}
		ids[n++] = col_int(st, 0);
	}
	if (r->c.status != AK_OK) {
		free(ids);
		return r->c.status;
	}
	for (size_t k = 0; k < n; k += DUE_CHUNK)
		qsort(ids + k, n - k < DUE_CHUNK ? n - k : DUE_CHUNK,
		    sizeof(*ids), by_id);
	*ret_ids = ids;
	*ret_n = n;
	return AK_OK;
}

int64_t
store_next_due(struct store_reader *r)
{
	int64_t due = 0;

	return conn_int(&r->c, Q_NEXT_DUE, NO_ARGS, 0, &due) == AK_OK ? due : 0;
}

/* --- a clock that was set -------------------------------------------- */

enum ak_status
store_clock_back(struct store *s, int64_t now)
{
	int64_t last = 0;
	enum ak_status st;

	/* The log's last row tells, without a look at each feed. */
	st = conn_int(&s->c, Q_POLL_LAST, NO_ARGS, 0, &last);
	if (st != AK_OK || last <= now + 86400)
		return st;
	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = conn_run(&s->c, Q_FEED_CLOCK_BACK, ARGS(vi(now)));
	if (st == AK_OK)
		st = conn_run(&s->c, Q_FEED_CLOCK_BACK_DUE, ARGS(vi(now)));
	return unit_end(s, st);
}

enum ak_status
store_clock_moved(struct store *s, int64_t now, int64_t by_s)
{
	const struct val args[] = {vi(now), vi(by_s)};
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = conn_run(&s->c, Q_FEED_CLOCK_MOVED, args, AK_COUNT(args));
	if (st == AK_OK)
		st = conn_run(
		    &s->c, Q_FEED_CLOCK_MOVED_DUE, args, AK_COUNT(args));
	return unit_end(s, st);
}

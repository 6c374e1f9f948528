/* SPDX-License-Identifier: ISC */
/* Which feeds are due, what a poll of them goes by, and what becomes of that
 * when the clock is set. */
#include "store/private.h"

#include <stdlib.h>
#include <string.h>

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

/* In one transaction: the locks cost more than a row.  To begin a statement
 * costs half a row: numbers that follow each other are one. */
enum ak_status
store_feeds_to_poll(struct store_reader *r, const int64_t *ids, size_t n,
    store_feed_cb cb, void *arg)
{
	struct conn *c = &r->c;
	enum ak_status st = conn_run(c, Q_READ, NO_ARGS);

	for (size_t k = 0, from; st == AK_OK && k < n; k++) {
		sqlite3_stmt *row;

		for (from = k; k + 1 < n && ids[k + 1] == ids[k] + 1;)
			k++;
		row = conn_query(
		    c, Q_FEED_TO_POLL, ARGS(vi(ids[from]), vi(ids[k])));
		while (row != NULL && conn_row(c, row)) {
			struct store_feed f;

			feed_fill(row, &f);
			cb(&f, arg);
		}
		st = c->status;
	}
	if (sqlite3_get_autocommit(c->db) == 0)
		(void)!conn_run(c, Q_COMMIT, NO_ARGS);
	return st;
}

enum ak_status
store_retries(struct store_reader *r, int64_t now, store_retry_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_FEEDS_RETRYING, ARGS(vi(now)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st))
		cb(col_text(st, 0), (enum sched_outcome)col_int(st, 1),
		    col_int(st, 2), arg);
	return r->c.status;
}

/* --- planned anew ---------------------------------------------------- */

void
store_set_schedule(struct store *s, const struct sched_params *p)
{
	s->sched = *p;
}

enum ak_status
feed_plan_anew(struct store *s, int64_t id)
{
	struct store_feed f;
	bool has_validators;
	sqlite3_stmt *st;

	if (s->sched.ceiling_s == 0)
		return AK_OK; /* whoever edits knows of no schedule */
	st = conn_query(&s->c, Q_FEED_TO_POLL, ARGS(vi(id), vi(id)));
	if (st == NULL || !conn_row(&s->c, st))
		return s->c.status;
	feed_fill(st, &f);
	has_validators = f.etag != NULL || f.last_modified != NULL;
	if (conn_end(&s->c, st) != AK_OK)
		return s->c.status;
	sched_replan(&s->sched, id, has_validators, &f.sched);
	return conn_run(&s->c, Q_FEED_SET_PLAN,
	    ARGS(vi(f.sched.due_at), vi(f.sched.hint), vi(f.sched.hint_s),
		vi(id)));
}

enum ak_status
store_origin_has(struct store *s, const char *url, int64_t n, bool *ret)
{
	const char *path = strlen(url) > 8 ? strchr(url + 8, '/') : NULL;
	size_t len = path != NULL ? (size_t)(path - url) + 1 : strnlen(url, 8);
	char origin[512];
	int64_t found = 0;
	enum ak_status st;

	*ret = false;
	if (len >= sizeof(origin))
		return AK_OK;
	memcpy(origin, url, len);
	origin[len] = '\0';
	st = conn_int(
	    &s->c, Q_FEED_ORIGIN, ARGS(vt(origin), vi(n - 1)), 0, &found);
	*ret = found != 0;
	return st;
}

/* --- a clock that was set -------------------------------------------- */

/* Hooks and pages that are tried again later. */
static enum ak_status
others_clock_moved(struct store *s, int64_t now, int64_t by_s)
{
	enum ak_status st;

	st = conn_run(&s->c, Q_OUTBOX_CLOCK, ARGS(vi(now), vi(by_s)));
	return st != AK_OK
		   ? st
		   : conn_run(&s->c, Q_PAGE_CLOCK, ARGS(vi(now), vi(by_s)));
}

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
	if (st == AK_OK)
		st = others_clock_moved(s, now, INT64_MAX);
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
	if (st == AK_OK)
		st = others_clock_moved(s, now, by_s);
	return unit_end(s, st);
}

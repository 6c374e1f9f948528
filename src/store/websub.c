/* SPDX-License-Identifier: ISC */
/* Subscriptions at hubs; what their state says is fetch's affair. */
#include "store/private.h"

enum ak_status
store_websubs(struct store *s, bool only_news, store_websub_cb cb, void *arg)
{
	sqlite3_stmt *st =
	    conn_query(&s->c, only_news ? Q_WEBSUB_NEWS : Q_WEBSUBS, NO_ARGS);

	if (st == NULL)
		return s->c.status;
	while (conn_row(&s->c, st)) {
		struct store_websub w = {.feed_id = col_int(st, 0),
		    .poll_at = col_int(st, 1),
		    .found_at = col_int(st, 2),
		    .url = col_text(st, 3),
		    .state = col_text(st, 4),
		    .has_feed = col_int(st, 5) != 0};

		cb(&w, arg);
	}
	return s->c.status;
}

enum ak_status
store_websub_has(struct store *s, int64_t feed_id, bool *ret)
{
	int64_t id = 0;
	enum ak_status st;

	st = conn_int(&s->c, Q_WEBSUB_HAS, ARGS(vi(feed_id)), 0, &id);
	if (st == AK_OK)
		*ret = id != 0;
	return st;
}

static enum ak_status
run(struct store *s, enum stmt_id id, const struct val *v, size_t n)
{
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	return unit_end(s, conn_run(&s->c, id, v, n));
}

enum ak_status
store_websub_offer(struct store *s, const struct store_websub *w)
{
	return run(s, Q_WEBSUB_OFFER,
	    ARGS(vi(w->feed_id), vi(w->poll_at), vt(w->url), vt(w->state)));
}

enum ak_status
store_websub_put(struct store *s, const struct store_websub *w)
{
	return run(s, Q_WEBSUB_PUT,
	    ARGS(vi(w->feed_id), vi(w->poll_at), vi(w->found_at), vt(w->url),
		vt(w->state)));
}

enum ak_status
store_websub_forget(struct store *s, int64_t feed_id)
{
	return run(s, Q_WEBSUB_DEL, ARGS(vi(feed_id)));
}

enum ak_status
store_websub_fallen_back(struct store *s, int64_t feed_id, int64_t due_at)
{
	return run(s, Q_FEED_NOT_PUSHED,
	    ARGS(vi(due_at), vi(SCHED_HINT_RHYTHM), vi(feed_id)));
}

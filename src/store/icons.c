/* SPDX-License-Identifier: ISC */
/* icons.c - pictures of feeds, as they were fetched. */
#include "store/private.h"

enum ak_status
store_icon_put(struct store *s, const struct store_icon *i)
{
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	if (i->type == NULL) {
		st = conn_run(&s->c, Q_ICON_ASKED,
		    ARGS(vi(i->feed_id), vt(i->url), vi(i->asked_at),
			vt(i->etag), vt(i->last_modified)));
		if (st != AK_OK || sqlite3_changes(s->c.db) > 0)
			return unit_end(s, st);
	}
	return unit_end(s,
	    conn_run(&s->c, Q_ICON_PUT,
		ARGS(vi(i->feed_id), vt(i->url), vi(i->asked_at), vt(i->type),
		    vb(i->data, i->len), vt(i->etag), vt(i->last_modified))));
}

enum ak_status
store_icons(struct store_reader *r, int64_t feed_id, bool with_data,
    void (*cb)(const struct store_icon *i, void *arg), void *arg)
{
	sqlite3_stmt *st =
	    conn_query(&r->c, Q_ICONS, ARGS(vz(feed_id), vi(with_data)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_icon i = {.feed_id = col_int(st, 0),
		    .url = col_text(st, 1),
		    .asked_at = col_int(st, 2),
		    .type = col_text(st, 3),
		    .data = sqlite3_column_blob(st, 4),
		    .len = (size_t)sqlite3_column_bytes(st, 4),
		    .etag = col_text(st, 5),
		    .last_modified = col_text(st, 6)};

		cb(&i, arg);
	}
	return r->c.status;
}

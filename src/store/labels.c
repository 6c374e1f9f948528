/* SPDX-License-Identifier: ISC */
/* Labels that a reader gives to articles, as the Google Reader API has them. */
#include "store/private.h"

#include "base/limits.h"

enum ak_status
store_labels(struct store_reader *r, store_label_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_LABELS, NO_ARGS);

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_label l = {.name = col_text(st, 0),
		    .n_articles = col_int(st, 1),
		    .n_unread = col_int(st, 2)};

		cb(&l, arg);
	}
	return r->c.status;
}

enum ak_status
store_label_articles(struct store_reader *r, const char *name,
    void (*cb)(int64_t article, void *arg), void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_LABEL_ARTICLES, ARGS(vt(name)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st))
		cb(col_int(st, 0), arg);
	return r->c.status;
}

enum ak_status
store_article_labels(struct store_reader *r, const int64_t *ids, size_t n,
    void (*cb)(int64_t article, const char *name, void *arg), void *arg)
{
	struct buf json;
	sqlite3_stmt *st;

	buf_init(&json, LIMIT_SQL_VALUE_BYTES);
	ids_to_json(&json, ids, n);
	st = conn_query(&r->c, Q_LABELS_OF, ARGS(vt(buf_str(&json))));
	while (st != NULL && conn_row(&r->c, st))
		cb(col_int(st, 0), col_text(st, 1), arg);
	buf_release(&json);
	return r->c.status;
}

enum ak_status
store_label_set(
    struct store *s, const char *name, const int64_t *ids, size_t n, bool on)
{
	enum ak_status st;

	if (str_empty(name))
		return conn_say(&s->c, AK_BADINPUT, "a label needs a name");
	if ((st = unit_begin(s)) != AK_OK)
		return st;
	for (size_t i = 0; st == AK_OK && i < n; i++)
		st = conn_run(&s->c, on ? Q_LABEL_ADD : Q_LABEL_DEL,
		    ARGS(vt(name), vi(ids[i])));
	return unit_end(s, st);
}

enum ak_status
store_label_rename(struct store *s, const char *name, const char *to)
{
	enum ak_status st;

	if (str_empty(to))
		return conn_say(&s->c, AK_BADINPUT, "a label needs a name");
	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = conn_run(&s->c, Q_LABEL_RENAME, ARGS(vt(to), vt(name)));
	/* Those that had both: the new name is there already. */
	if (st == AK_OK)
		st = conn_run(&s->c, Q_LABEL_DROP, ARGS(vt(name)));
	return unit_end(s, st);
}

enum ak_status
store_label_remove(struct store *s, const char *name)
{
	enum ak_status st = unit_begin(s);

	return st != AK_OK
		   ? st
		   : unit_end(s, conn_run(&s->c, Q_LABEL_DROP, ARGS(vt(name))));
}

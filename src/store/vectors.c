/* SPDX-License-Identifier: ISC */
/*
 * Embeddings: a row an article, of one model.  What has no row, or one of
 * another model, waits for the endpoint; what has a row that is not fused
 * waits for its relations.
 */
#include "store/private.h"

#include <string.h>

static enum ak_status
put_vectors(struct store *s, const struct store_vector *v, size_t n)
{
	enum ak_status st = AK_OK;
	int64_t found;

	for (size_t i = 0; i < n && st == AK_OK; i++) {
		found = 0;
		st = conn_int(
		    &s->c, Q_ARTICLE_BY_ID, ARGS(vi(v[i].article)), 0, &found);
		if (st == AK_OK && found != 0)
			st = conn_run(&s->c, Q_VECTOR_PUT,
			    ARGS(vi(v[i].article), vi(v[i].model),
				vi(v[i].data == NULL), vt(v[i].lang),
				vb(v[i].data, v[i].len)));
	}
	return st;
}

enum ak_status
store_vectors_put(struct store *s, const struct store_vector *v, size_t n)
{
	enum ak_status st = unit_begin(s);

	return st != AK_OK ? st : unit_end(s, put_vectors(s, v, n));
}

static enum ak_status
read_vectors(struct conn *c, sqlite3_stmt *st, store_vector_cb cb, void *arg)
{
	if (st == NULL)
		return c->status;
	while (conn_row(c, st)) {
		struct store_vector v = {.article = col_int(st, 0),
		    .model = col_int(st, 1),
		    .date = col_int(st, 2),
		    .is_dated = col_int(st, 3) != 0,
		    .lang = col_text(st, 4),
		    .data = sqlite3_column_blob(st, 5),
		    .len = (size_t)sqlite3_column_bytes(st, 5)};

		cb(&v, arg);
	}
	return c->status;
}

enum ak_status
store_vectors(struct store_reader *r, int64_t model, int64_t window,
    store_vector_cb cb, void *arg)
{
	return read_vectors(&r->c,
	    conn_query(&r->c, Q_VECTORS, ARGS(vi(model), vi(window))), cb, arg);
}

enum ak_status
store_vectors_unfused(struct store_reader *r, int64_t model, int64_t limit,
    store_vector_cb cb, void *arg)
{
	return read_vectors(&r->c,
	    conn_query(&r->c, Q_VECTORS_UNFUSED, ARGS(vi(model), vi(limit))),
	    cb, arg);
}

enum ak_status
store_vectors_wanted(struct store_reader *r, int64_t model, int64_t above,
    int64_t window, int64_t limit, void (*cb)(int64_t article, void *arg),
    void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c,
	    above > 0 ? Q_VECTORS_WANTED_NEW : Q_VECTORS_WANTED,
	    ARGS(vi(above), vi(window), vi(model), vi(limit)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st))
		cb(col_int(st, 0), arg);
	return r->c.status;
}

enum ak_status
store_vector_text(
    struct store_reader *r, int64_t article, store_text_of_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_VECTOR_TEXT, ARGS(vi(article)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_vector_input in = {.article = article,
		    .title = col_text(st, 0),
		    .text = col_text(st, 1),
		    .features = sqlite3_column_blob(st, 2),
		    .features_len = (size_t)sqlite3_column_bytes(st, 2)};

		cb(&in, arg);
	}
	return r->c.status;
}

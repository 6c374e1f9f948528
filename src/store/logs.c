/* SPDX-License-Identifier: ISC */
/* Small things kept by name or in order: blobs, tokens, the log of polls. */
#include "store/private.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* --- blobs ----------------------------------------------------------- */

enum ak_status
store_blob_put(struct store *s, const char *name, const void *data, size_t len)
{
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	return unit_end(s,
	    data == NULL
		? conn_run(&s->c, Q_BLOB_DEL, ARGS(vt(name)))
		: conn_run(&s->c, Q_BLOB_PUT, ARGS(vt(name), vb(data, len))));
}

enum ak_status
store_blob_get(
    struct store_reader *r, const char *name, void **ret, size_t *ret_len)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_BLOB_GET, ARGS(vt(name)));
	size_t len;

	if (st == NULL)
		return r->c.status;
	if (!conn_row(&r->c, st))
		return r->c.status != AK_OK ? r->c.status
					    : conn_say(&r->c, AK_NOTFOUND,
						  "no blob \"%s\"", name);
	len = (size_t)sqlite3_column_bytes(st, 0);
	*ret = xmalloc(len + 1);
	if (len > 0)
		memcpy(*ret, sqlite3_column_blob(st, 0), len);
	*ret_len = len;
	return conn_end(&r->c, st);
}

/* --- the relater's state --------------------------------------------- */

/* Numbers are never used twice: whoever knows the last knows them all. */
static enum ak_status
state_put(struct store *s, const struct store_blob *pieces, size_t n,
    int64_t after, int64_t *ret_last)
{
	int64_t last = 0;
	enum ak_status st =
	    conn_int(&s->c, Q_RELATE_STATE_LAST, NO_ARGS, 0, &last);

	if (st == AK_OK && after != 0 && after != last)
		return conn_say(&s->c, AK_EXISTS, "another state is there");
	if (st == AK_OK && after == 0)
		st = conn_run(&s->c, Q_RELATE_STATE_CLEAR, NO_ARGS);
	for (size_t i = 0; st == AK_OK && i < n; i++) {
		last++;
		st = conn_run(&s->c, Q_RELATE_STATE_PUT,
		    ARGS(vi(last), vb(pieces[i].data, pieces[i].len)));
	}
	*ret_last = last;
	return st;
}

enum ak_status
store_state_put(
    struct store *s, const struct store_blob *pieces, size_t n, int64_t *last)
{
	int64_t new_last = 0;
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = unit_end(s, state_put(s, pieces, n, *last, &new_last));
	if (st == AK_OK)
		*last = new_last;
	return st;
}

enum ak_status
store_state_get(struct store_reader *r,
    void (*cb)(int64_t id, const void *data, size_t len, void *arg), void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_RELATE_STATE_GET, NO_ARGS);

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st))
		cb(col_int(st, 0), sqlite3_column_blob(st, 1),
		    (size_t)sqlite3_column_bytes(st, 1), arg);
	return r->c.status;
}

/* --- tokens ---------------------------------------------------------- */

enum ak_status
store_token_add(struct store *s, const struct store_token *t,
    const unsigned char digest[32], const unsigned char fever_digest[32])
{
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = conn_run(&s->c, Q_TOKEN_ADD,
	    ARGS(vt(t->name), vb(digest, 32), vb(fever_digest, 32),
		vt(t->scope), vi(t->created_at), vi(t->expires_at)));
	if (st == AK_EXISTS)
		(void)conn_say(
		    &s->c, st, "%s: this token exists already", t->name);
	return unit_end(s, st);
}

static void
fill_token(sqlite3_stmt *st, struct store_token *t)
{
	*t = (struct store_token){.name = col_text(st, 0),
	    .scope = col_text(st, 1),
	    .created_at = col_int(st, 2),
	    .last_used_at = col_int(st, 3),
	    .expires_at = col_int(st, 4)};
}

enum ak_status
store_tokens(struct store_reader *r, store_token_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_TOKENS, NO_ARGS);

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_token t;

		fill_token(st, &t);
		cb(&t, arg);
	}
	return r->c.status;
}

enum ak_status
store_token_digests(struct store_reader *r, store_digest_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_TOKENS, NO_ARGS);

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		const void *digest = sqlite3_column_blob(st, 5);
		const void *fever = sqlite3_column_blob(st, 6);
		struct store_token t;

		if (sqlite3_column_bytes(st, 5) != 32 ||
		    sqlite3_column_bytes(st, 6) != 32)
			continue; /* not written by us */
		fill_token(st, &t);
		cb(&t, digest, fever, arg);
	}
	return r->c.status;
}

enum ak_status
store_token_revoke(struct store *s, const char *name)
{
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = conn_run(&s->c, Q_TOKEN_DEL, ARGS(vt(name)));
	if (st == AK_OK && sqlite3_changes(s->c.db) == 0)
		st = conn_say(&s->c, AK_NOTFOUND, "%s: no such token", name);
	return unit_end(s, st);
}

enum ak_status
store_token_used(struct store *s, const char *name, int64_t at)
{
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	return unit_end(
	    s, conn_run(&s->c, Q_TOKEN_USED, ARGS(vi(at), vt(name))));
}

/* --- polls ----------------------------------------------------------- */

enum ak_status
store_polls(struct store_reader *r, int64_t feed_id, const char *host,
    int64_t since, int64_t limit, store_poll_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_POLLS,
	    ARGS(vi(feed_id), vt(host), vi(since), vi(limit > 0 ? limit : -1)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_poll p = {.feed_id = col_int(st, 0),
		    .at = col_int(st, 1),
		    .outcome = (int)col_int(st, 2),
		    .status = (int)col_int(st, 3),
		    .wire_bytes = col_int(st, 4),
		    .elapsed_ms = col_int(st, 5),
		    .n_new = col_int(st, 6),
		    .was_conditional = col_int(st, 7) != 0,
		    .host = col_text(st, 8),
		    .error = col_text(st, 9)};

		cb(&p, arg);
	}
	return r->c.status;
}

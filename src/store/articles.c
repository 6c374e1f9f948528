/* SPDX-License-Identifier: ISC */
/* What happens to one article apart from polls: it goes, is buried, gets the
 * full text of its page, is read or starred. */
#include "store/private.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "store/identity.h"
#include "store/plain.h"
#include "store/search.h"

/* Take the words of an article out of the index. */
static enum ak_status
forget_words(struct store *s, int64_t id, int64_t *ret_found)
{
	struct conn *c = &s->c;
	sqlite3_stmt *st = conn_query(c, Q_ARTICLE_OLD_FORM, ARGS(vi(id)));
	enum ak_status status;

	*ret_found = 0;
	if (st == NULL || !conn_row(c, st))
		return c->status;
	*ret_found = 1;
	status = search_forget(s, id, col_text(st, 0),
	    plain_words(
		&c->words, col_text(st, 1), col_text(st, 2), col_text(st, 3)));
	(void)sqlite3_reset(st);
	return status;
}

enum ak_status
article_erase(struct store *s, int64_t id)
{
	struct conn *c = &s->c;
	int64_t found = 0, thread = 0;
	enum ak_status st;

	s->has_waiting = true; /* lines that name it wait again */
	st = forget_words(s, id, &found);
	if (st == AK_OK && found == 0)
		return conn_say(c, AK_NOTFOUND, "no such article");
	if (st == AK_OK)
		st = conn_int(c, Q_THREAD_OF, ARGS(vi(id)), 0, &thread);
	if (st == AK_OK)
		st = relations_forget(s, id);
	if (st == AK_OK)
		st = conn_run(c, Q_ARTICLE_DEL, ARGS(vi(id)));
	return st != AK_OK || thread == 0 ? st : thread_count(s, thread);
}

enum ak_status
article_bury(struct store *s, int64_t id, int64_t at)
{
	struct conn *c = &s->c;
	sqlite3_stmt *st = conn_query(c, Q_ARTICLE_KEYS, ARGS(vi(id)));
	struct arena *a = s->scratch;
	int64_t url_hash, url, guid, n_sharing = 0;
	const char *external;
	enum ak_status status;

	if (st == NULL)
		return c->status;
	if (!conn_row(c, st))
		return c->status != AK_OK
			   ? c->status
			   : conn_say(c, AK_NOTFOUND, "no such article");
	url_hash = col_int(st, 0);
	external = col_text(st, 3);
	url = ident_url_tomb(a, ident_url_hash(a, external) == url_hash
				    ? external
				    : col_text(st, 2));
	guid = col_is_null(st, 1)
		   ? 0
		   : ident_guid_tomb(a, ident_guid_hash(a, col_text(st, 4)),
			 col_text(st, 2));
	(void)sqlite3_reset(st);
	s->has_tombstones = true;
	status = conn_int(c, Q_URL_SHARED, ARGS(vz(url_hash)), 0, &n_sharing);
	if (status == AK_OK && url != 0 && n_sharing < 2)
		status = conn_run(c, Q_TOMBSTONE_ADD, ARGS(vi(url), vi(at)));
	if (status == AK_OK && guid != 0)
		status = conn_run(c, Q_TOMBSTONE_ADD, ARGS(vi(guid), vi(at)));
	return status != AK_OK ? status : article_erase(s, id);
}

enum ak_status
store_article_remove(struct store *s, int64_t id)
{
	enum ak_status st = unit_begin(s);

	return st != AK_OK ? st : unit_end(s, article_bury(s, id, clock_now()));
}

static enum ak_status
put_feature(struct store *s, int64_t id, const struct store_blob *b)
{
	return b == NULL || b->data == NULL
		   ? conn_run(&s->c, Q_FEATURE_DEL, ARGS(vi(id)))
		   : conn_run(&s->c, Q_FEATURE_PUT,
			 ARGS(vi(id), vb(b->data, b->len)));
}

enum ak_status
store_feature_put(
    struct store *s, int64_t article, const struct store_blob *features)
{
	enum ak_status st = unit_begin(s);

	return st != AK_OK ? st
			   : unit_end(s, put_feature(s, article, features));
}

static enum ak_status
put_full_text(struct store *s, int64_t id, const char *html, const char *text,
    const struct doc_related *related)
{
	struct conn *c = &s->c;
	int64_t found = 0, feed = 0;
	enum ak_status st;

	st = forget_words(s, id, &found);
	if (st == AK_OK && found == 0)
		return conn_say(c, AK_NOTFOUND, "no such article");
	if (st == AK_OK) {
		if (text != NULL && html != NULL && plain_is_of(text, html))
			text = NULL;
		st = conn_run(
		    c, Q_ARTICLE_FULL_TEXT, ARGS(vt(html), vt(text), vi(id)));
	}
	if (st == AK_OK)
		st = conn_run(c, Q_VECTOR_STALE, ARGS(vi(id)));
	if (st == AK_OK)
		search_want(s, id);
	if (st == AK_OK && related != NULL) {
		st = conn_int(c, Q_ARTICLE_FEED, ARGS(vi(id)), 0, &feed);
		if (st == AK_OK)
			st = listed_put(s, id, feed, related);
	}
	return st;
}

enum ak_status
store_article_full_text(struct store *s, int64_t id, const char *content_html,
    const char *text, const struct doc_related *related,
    const struct store_blob *features)
{
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = put_full_text(s, id, content_html, text, related);
	if (st == AK_OK && features != NULL)
		st = put_feature(s, id, features);
	return unit_end(s, st);
}

/* --- reader state ---------------------------------------------------- */

struct marked {
	int64_t id, sort;
};

/* The articles of `q` that the mark changes; malloc'ed. */
static enum ak_status
find_marked(struct store *s, enum store_mark m,
    const struct store_mark_query *q, int64_t reader, struct marked **ret,
    size_t *ret_n)
{
	static const enum clause_id changes[] = {
	    [STORE_READ] = C_MARK_IF_UNREAD,
	    [STORE_UNREAD] = C_MARK_IF_READ,
	    [STORE_STAR] = C_MARK_IF_UNSTARRED,
	    [STORE_UNSTAR] = C_MARK_IF_STARRED};
	struct buf sql, ids;
	struct val v[10];
	struct marked *list = NULL;
	size_t n = 0, n_rows = 0;
	sqlite3_stmt *st;

	buf_init(&sql, 64 * LIMIT_KIB);
	buf_init(&ids, LIMIT_SQL_VALUE_BYTES);
	buf_adds(&sql, conn_clause(C_MARK_IDS));
	v[n++] = vi(reader);
	buf_adds(&sql, conn_clause(changes[m]));
	if (q->n_ids > 0) {
		ids_to_json(&ids, q->ids, q->n_ids);
		buf_adds(&sql, conn_clause(C_IF_IDS));
		v[n++] = vt(buf_str(&ids));
	}
	if (q->feed_id != 0) {
		buf_adds(&sql, conn_clause(C_IF_FEED));
		v[n++] = vi(q->feed_id);
	}
	if (q->category != NULL) {
		buf_adds(&sql, conn_clause(C_IF_CATEGORY));
		for (int k = 0; k < 3; k++)
			v[n++] = vt(q->category);
	}
	if (q->before != 0) {
		buf_adds(&sql, conn_clause(C_IF_UNTIL));
		v[n++] = vi(q->before);
	}
	if (q->arrived_before_us != 0) {
		buf_adds(&sql, conn_clause(C_IF_ARRIVED_UNTIL));
		v[n++] = vi(q->arrived_before_us);
	}
	st = conn_prepare(&s->c, buf_str(&sql));
	if (st != NULL) {
		conn_bind(st, v, n);
		while (conn_row(&s->c, st)) {
			list = xreallocarray(list, n_rows + 1, sizeof(*list));
			list[n_rows++] = (struct marked){
			    .id = col_int(st, 0), .sort = col_int(st, 1)};
		}
		(void)sqlite3_finalize(st);
	}
	buf_release(&sql);
	buf_release(&ids);
	*ret = list;
	*ret_n = n_rows;
	return s->c.status;
}

static enum ak_status
mark_one(struct store *s, enum store_mark m, int64_t reader,
    const struct marked *a, int64_t now)
{
	struct conn *c = &s->c;
	enum ak_status st;

	if (m == STORE_UNREAD || m == STORE_STAR)
		return conn_run(c,
		    m == STORE_STAR ? Q_STATE_STAR : Q_STATE_UNREAD,
		    ARGS(vi(reader), vi(a->id), vi(a->sort), vi(now)));
	st = conn_run(c, m == STORE_READ ? Q_STATE_READ : Q_STATE_UNSTAR,
	    ARGS(vi(reader), vi(a->id), vi(now)));
	return st != AK_OK
		   ? st
		   : conn_run(c, Q_STATE_TIDY, ARGS(vi(reader), vi(a->id)));
}

enum ak_status
store_mark(struct store *s, enum store_mark m, const struct store_mark_query *q,
    int64_t *ret_changed)
{
	int64_t reader = q->reader != 0 ? q->reader : 1, now = clock_now();
	struct marked *list = NULL;
	enum ak_status st;
	size_t n = 0;

	if (q->n_ids == 0 && q->feed_id == 0 && q->category == NULL &&
	    q->before == 0 && q->arrived_before_us == 0 && !q->all) {
		*ret_changed = 0;
		return AK_OK;
	}
	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = find_marked(s, m, q, reader, &list, &n);
	for (size_t k = 0; st == AK_OK && k < n; k++)
		st = mark_one(s, m, reader, &list[k], now);
	free(list);
	if ((st = unit_end(s, st)) == AK_OK)
		*ret_changed = (int64_t)n;
	return st;
}

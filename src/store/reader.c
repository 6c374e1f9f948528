/* SPDX-License-Identifier: ISC */
/*
 * Article queries.  What drives a query is chosen here, not by SQLite, which
 * keeps no statistics of this file: the search index where words are asked
 * for, the short list of unread or starred ones where these are asked for
 * alone, a feed's or a small category's entries, else the articles in order.
 */
#include "store/private.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "store/identity.h"
#include "store/plain.h"
#include "store/search.h"

enum { WIDE_CATEGORY = 4096 }; /* entries: then it is no short list */

enum what { WHAT_ARTICLES, WHAT_IDS, WHAT_COUNT };

struct query {
	const struct store_article_query *q;
	struct buf sql, match, ids;
	struct val v[32];
	size_t n;
	bool is_wide;  /* of a category with many articles, few of them */
	bool is_state; /* driven by unread or starred states */
	bool is_alone; /* ... and nothing else is looked at: a count */
};

static void
query_init(struct query *b, const struct store_article_query *q)
{
	*b = (struct query){.q = q};
	buf_init(&b->sql, 64 * LIMIT_KIB);
	buf_init(&b->match, 256 * LIMIT_QUERY_BYTES);
	buf_init(&b->ids, LIMIT_SQL_VALUE_BYTES);
}

static void
query_release(struct query *b)
{
	buf_release(&b->sql);
	buf_release(&b->match);
	buf_release(&b->ids);
}

static void
add(struct query *b, enum clause_id c)
{
	buf_adds(&b->sql, conn_clause(c));
}

static void
add_val(struct query *b, enum clause_id c, struct val v)
{
	assert(b->n < AK_COUNT(b->v));
	add(b, c);
	b->v[b->n++] = v;
}

void
ids_to_json(struct buf *out, const int64_t *ids, size_t n)
{
	buf_addc(out, '[');
	for (size_t k = 0; k < n; k++)
		buf_addf(out, "%s%lld", k > 0 ? "," : "", (long long)ids[k]);
	buf_addc(out, ']');
}

static void
add_columns(struct query *b, enum what what)
{
	const struct store_article_query *q = b->q;

	if (what != WHAT_ARTICLES) {
		add(b, what == WHAT_IDS ? C_IDS : C_COUNT_ALL);
		return;
	}
	add(b, C_ARTICLE);
	add(b, q->with_content ? C_ARTICLE_HTML : C_ARTICLE_NO_HTML);
	add(b, q->with_text ? C_ARTICLE_TEXT : C_ARTICLE_NO_TEXT);
	add(b, q->with_feeds ? C_ARTICLE_FEEDS : C_ARTICLE_NO_FEEDS);
	add(b, q->query != NULL ? C_ARTICLE_SNIPPET : C_ARTICLE_NO_SNIPPET);
}

/* Either of unread and starred, and of the rest nothing that an article says.
 */
static bool
is_plain(const struct store_article_query *q)
{
	return !q->read && q->unread != q->starred && q->since == 0 &&
	       q->until == 0 && q->arrived_since_us == 0 &&
	       q->arrived_until_us == 0 && q->before_sort == 0 &&
	       q->before_sort_id == 0 && q->category == NULL;
}

/* FROM and the conditions of whatever drives it. */
static void
add_source(struct query *b, enum what what)
{
	const struct store_article_query *q = b->q;
	int64_t reader = q->reader != 0 ? q->reader : 1;
	bool narrow = q->query != NULL || q->feed_id != 0 || q->n_ids > 0 ||
		      q->thread != 0 || (q->category != NULL && !b->is_wide);

	b->is_state = (q->unread || q->starred) && !narrow;
	b->is_alone = b->is_state && what == WHAT_COUNT && is_plain(q);
	if (b->is_alone) {
		add(b, C_FROM_STATE_ONLY);
		add(b, C_WHERE);
		add_val(b, q->starred ? C_IF_STATE_STARRED : C_IF_STATE_UNREAD,
		    vi(reader));
		return;
	}
	if (q->query != NULL)
		add(b, C_FROM_SEARCH);
	else if (b->is_state)
		add(b, q->by_arrival ? C_FROM_STATE
		       : q->starred  ? C_FROM_STARRED
				     : C_FROM_UNREAD);
	else
		add(b, C_FROM_ARTICLE);
	if (what == WHAT_ARTICLES)
		add(b, C_JOIN_FEED);
	if (what == WHAT_ARTICLES || q->unread || q->read || q->starred)
		add_val(b, C_JOIN_STATE, vi(reader));
	add(b, C_WHERE);
	if (q->query != NULL)
		add_val(b, C_IF_MATCH, vt(buf_str(&b->match)));
	if (b->is_state && q->by_arrival)
		add_val(b, q->starred ? C_IF_STATE_STARRED : C_IF_STATE_UNREAD,
		    vi(reader));
	else if (b->is_state)
		add_val(b, q->starred ? C_IF_STARRED_INDEX : C_IF_UNREAD_INDEX,
		    vi(reader));
}

static void
add_conditions(struct query *b)
{
	const struct store_article_query *q = b->q;
	const struct {
		bool has;
		enum clause_id clause;
		int64_t value;
	} ints[] = {
	    {q->feed_id != 0, C_IF_FEED, q->feed_id},
	    {q->thread != 0, C_IF_THREAD, q->thread},
	    {q->since != 0, C_IF_SINCE, q->since},
	    {q->until != 0, C_IF_UNTIL, q->until},
	    {q->arrived_since_us != 0, C_IF_ARRIVED_SINCE, q->arrived_since_us},
	    {q->arrived_until_us != 0, C_IF_ARRIVED_UNTIL, q->arrived_until_us},
	    {q->after_id != 0, b->is_state ? C_IF_STATE_AFTER : C_IF_AFTER,
		q->after_id},
	    {q->before_id != 0, b->is_state ? C_IF_STATE_BEFORE : C_IF_BEFORE,
		q->before_id},
	};

	if (q->unread && !b->is_alone)
		add(b, C_IF_UNREAD);
	if (q->read)
		add(b, C_IF_READ);
	if (q->starred && !b->is_alone)
		add(b, C_IF_STARRED);
	for (size_t k = 0; k < AK_COUNT(ints); k++)
		if (ints[k].has)
			add_val(b, ints[k].clause, vi(ints[k].value));
	if (q->category != NULL) {
		add_val(b,
		    !b->is_wide	  ? C_IF_CATEGORY
		    : b->is_state ? C_IF_STATE_WIDE_CATEGORY
				  : C_IF_WIDE_CATEGORY,
		    vt(q->category));
		b->v[b->n++] = vt(q->category);
		b->v[b->n++] = vt(q->category);
	}
	if (q->n_ids > 0) {
		ids_to_json(&b->ids, q->ids, q->n_ids);
		add_val(b, C_IF_IDS, vt(buf_str(&b->ids)));
	}
	if (q->before_sort != 0 || q->before_sort_id != 0) {
		add_val(b,
		    q->order == STORE_OLDEST ? C_IF_AFTER_SORT
					     : C_IF_BEFORE_SORT,
		    vi(q->before_sort));
		b->v[b->n++] = vi(q->before_sort_id);
	}
}

static void
add_order(struct query *b)
{
	const struct store_article_query *q = b->q;
	bool oldest = q->order == STORE_OLDEST;

	if (q->order == STORE_BEST && q->query != NULL)
		add(b, C_ORDER_BEST);
	else if (q->by_arrival && b->is_state)
		add(b,
		    oldest ? C_ORDER_UNREAD_FIRST_IN : C_ORDER_UNREAD_LAST_IN);
	else if (q->by_arrival)
		add(b, oldest ? C_ORDER_FIRST_IN : C_ORDER_LAST_IN);
	else if (b->is_state)
		add(b, oldest ? C_ORDER_UNREAD_OLDEST : C_ORDER_UNREAD_NEWEST);
	else
		add(b, oldest ? C_ORDER_OLDEST : C_ORDER_NEWEST);
	add_val(b, C_LIMIT, vi(q->limit > 0 ? q->limit : -1));
	b->v[b->n++] = vi(q->offset);
}

/* Few of a large category are found on the way through all articles, a small
 * one, or all of one, by its entries. */
static bool
is_wide(struct conn *c, const struct store_article_query *q, enum what what)
{
	int64_t n = 0;

	return q->category != NULL && q->limit > 0 && what != WHAT_COUNT &&
	       conn_int(c, Q_CATEGORY_ENTRIES,
		   ARGS(vt(q->category), vi(WIDE_CATEGORY)), 0, &n) == AK_OK &&
	       n == WIDE_CATEGORY;
}

/* NULL: c->status says why; AK_OK: nothing can match. */
static sqlite3_stmt *
query_prepare(struct conn *c, struct query *b, enum what what)
{
	sqlite3_stmt *st;

	c->status = AK_OK;
	if (b->q->query != NULL && !search_query(b->q->query, &b->match))
		return NULL;
	b->is_wide = is_wide(c, b->q, what);
	add_columns(b, what);
	add_source(b, what);
	add_conditions(b);
	if (what != WHAT_COUNT)
		add_order(b);
	if (buf_status(&b->sql) != AK_OK || buf_status(&b->ids) != AK_OK) {
		(void)conn_say(c, AK_TOOBIG, "the query is too long");
		return NULL;
	}
	if ((st = conn_prepare(c, buf_str(&b->sql))) != NULL) {
		assert((int)b->n == sqlite3_bind_parameter_count(st));
		conn_bind(st, b->v, b->n);
	}
	return st;
}

/* In the order of C_ARTICLE and what follows it. */
static void
fill_article(sqlite3_stmt *st, struct store_article *a)
{
	*a = (struct store_article){.id = col_int(st, 0),
	    .guid = col_text(st, 1),
	    .url = col_text(st, 2),
	    .external_url = col_text(st, 3),
	    .title = col_text(st, 4),
	    .author = col_text(st, 5),
	    .summary = col_text(st, 6),
	    .language = col_text(st, 7),
	    .image = col_text(st, 8),
	    .comments_url = col_text(st, 9),
	    .published = col_int(st, 10),
	    .modified = col_int(st, 11),
	    .arrived_us = col_int(st, 12),
	    .feed_id = col_int(st, 13),
	    .feed_title = col_text(st, 14),
	    .feed_url = col_text(st, 15),
	    .tags = col_text(st, 16),
	    .attachments = col_text(st, 17),
	    .extra = col_text(st, 18),
	    .is_read = col_int(st, 19) == 0,
	    .is_starred = col_int(st, 20) != 0,
	    .thread = col_int(st, 21),
	    .n_revisions = col_int(st, 22),
	    .gone_at = col_int(st, 23),
	    .content_html = col_text(st, 24),
	    .text = col_text(st, 25),
	    .feeds = col_text(st, 26),
	    .snippet = col_text(st, 27),
	    .sort = col_int(st, 28)};
}

enum ak_status
store_articles(struct store_reader *r, const struct store_article_query *q,
    store_article_cb cb, void *arg)
{
	struct query b;
	sqlite3_stmt *st;

	query_init(&b, q);
	if ((st = query_prepare(&r->c, &b, WHAT_ARTICLES)) != NULL) {
		while (conn_row(&r->c, st)) {
			struct store_article a;

			fill_article(st, &a);
			cb(&a, arg);
		}
		conn_done(&r->c, st);
	}
	query_release(&b);
	return r->c.status;
}

struct seen {
	store_article_cb cb;
	void *arg;
	int64_t n;
};

static void
see(const struct store_article *a, void *arg)
{
	struct seen *s = arg;

	s->n++;
	s->cb(a, s->arg);
}

enum ak_status
store_article_get(
    struct store_reader *r, int64_t id, store_article_cb cb, void *arg)
{
	struct store_article_query q = {.ids = &id,
	    .n_ids = 1,
	    .with_content = true,
	    .with_text = true,
	    .with_feeds = true};
	struct seen s = {.cb = cb, .arg = arg};
	enum ak_status st = store_articles(r, &q, see, &s);

	return st == AK_OK && s.n == 0
		   ? conn_say(&r->c, AK_NOTFOUND, "no such article")
		   : st;
}

enum ak_status
store_article_ids(struct store_reader *r, const struct store_article_query *q,
    store_id_cb cb, void *arg)
{
	struct query b;
	sqlite3_stmt *st;

	query_init(&b, q);
	if ((st = query_prepare(&r->c, &b, WHAT_IDS)) != NULL) {
		while (conn_row(&r->c, st))
			cb(col_int(st, 0), col_int(st, 1), col_int(st, 2), arg);
		conn_done(&r->c, st);
	}
	query_release(&b);
	return r->c.status;
}

enum ak_status
store_article_count(
    struct store_reader *r, const struct store_article_query *q, int64_t *ret)
{
	struct query b;
	sqlite3_stmt *st;
	int64_t n = 0;

	query_init(&b, q);
	if ((st = query_prepare(&r->c, &b, WHAT_COUNT)) != NULL) {
		if (conn_row(&r->c, st))
			n = col_int(st, 0);
		conn_done(&r->c, st);
	}
	query_release(&b);
	if (r->c.status == AK_OK)
		*ret = n;
	return r->c.status;
}

/* --- one article as a person names it -------------------------------- */

enum ak_status
store_article_resolve(struct store_reader *r, const char *spec, int64_t *ret)
{
	struct arena *a = arena_new(LIMIT_MIB);
	struct conn *c = &r->c;
	int64_t id = 0, n = 0;
	enum ak_status st = AK_OK;

	if (str_to_i64(spec, 1, INT64_MAX, &n))
		st = conn_int(c, Q_ARTICLE_BY_ID, ARGS(vi(n)), 0, &id);
	if (st == AK_OK && id == 0)
		st = conn_int(c, Q_ARTICLE_BY_GUID_ID,
		    ARGS(vi(ident_guid_hash(a, spec) & PLACE_HASH), vt(spec)),
		    0, &id);
	n = ident_url_hash(a, spec);
	if (st == AK_OK && id == 0 && n != 0)
		st = conn_int(c, Q_ARTICLE_BY_URL_ID, ARGS(vi(n)), 0, &id);
	n = ident_title_hash(c, a, spec);
	if (st == AK_OK && id == 0 && n != 0)
		st = conn_int(c, Q_ARTICLE_BY_TITLE_ID, ARGS(vi(n)), 0, &id);
	arena_free(a);
	if (st == AK_OK && id == 0)
		return conn_say(c, AK_NOTFOUND, "no such article");
	if (st == AK_OK)
		*ret = id;
	return st;
}

enum ak_status
store_revisions(
    struct store_reader *r, int64_t article, store_revision_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_REVISIONS, ARGS(vi(article)));
	bool any = false;

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_revision v = {.n = col_int(st, 0),
		    .at = col_int(st, 1),
		    .title = col_text(st, 2),
		    .content_html = col_text(st, 3),
		    .text = plain_words(&r->c.words, col_text(st, 4),
			col_text(st, 3), col_text(st, 5))};

		any = true;
		cb(&v, arg);
	}
	return r->c.status == AK_OK && !any
		   ? conn_say(&r->c, AK_NOTFOUND, "no such article")
		   : r->c.status;
}

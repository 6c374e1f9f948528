/* SPDX-License-Identifier: ISC */
/*
 * Relations and threads.  best.c keeps the computed ones; what a publisher
 * lists is kept as printed, in its order, and points to the article as soon as
 * that is there.
 */
#include "store/best.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "relate/relate.h"
#include "store/identity.h"

/* --- the publisher's lists ------------------------------------------- */

static enum ak_status
listed_line(struct store *s, int64_t article, int64_t feed, int64_t rank,
    const struct doc_related *line)
{
	struct conn *c = &s->c;
	int64_t url = ident_url_hash(s->scratch, line->url);
	int64_t title = ident_title_hash(&s->c, s->scratch, line->title);
	int64_t target = 0;
	enum ak_status st = AK_OK;

	if (url != 0)
		st = conn_int(
		    c, Q_LISTED_BY_URL, ARGS(vi(url), vi(article)), 0, &target);
	else if (title != 0) /* no address: the title must do */
		st = conn_int(c, Q_LISTED_BY_TITLE,
		    ARGS(vi(title), vi(article), vi(feed)), 0, &target);
	if (st != AK_OK)
		return st;
	if (target == 0)
		s->has_waiting = true;
	return conn_run(c, Q_LISTED_ADD,
	    ARGS(vi(article), vi(rank), vz(target), vz(url),
		vz(url == 0 ? title : 0), vt(line->form), vt(line->url),
		vt(line->title)));
}

enum ak_status
listed_put(struct store *s, int64_t article, int64_t feed,
    const struct doc_related *list)
{
	int64_t rank = 1;
	enum ak_status st;

	st = conn_run(&s->c, Q_LISTED_CLEAR, ARGS(vi(article)));
	for (; st == AK_OK && list != NULL && rank <= LIMIT_RELATED_LISTED;
	     list = list->next)
		st = listed_line(s, article, feed, rank++, list);
	return st;
}

enum ak_status
listed_arrived(
    struct store *s, int64_t article, int64_t url_hash, int64_t title_hash)
{
	int64_t waiting = 0; /* 1: by URL, 2: by title */
	enum ak_status st;

	if (!s->has_waiting)
		return AK_OK;
	st = conn_int(&s->c, Q_LISTED_WAITING,
	    ARGS(vz(url_hash), vz(title_hash)), 0, &waiting);
	if (st == AK_OK && (waiting & 1) != 0)
		st = conn_run(&s->c, Q_LISTED_URL_ARRIVED,
		    ARGS(vi(article), vi(url_hash)));
	if (st == AK_OK && (waiting & 2) != 0)
		st = conn_run(&s->c, Q_LISTED_TITLE_ARRIVED,
		    ARGS(vi(article), vi(title_hash)));
	return st;
}

/* --- computed relations ---------------------------------------------- */

void
relations_doubt(struct store *s)
{
	s->data_version = 0;
}

enum ak_status
relations_forget(struct store *s, int64_t article)
{
	enum ak_status st;

	relations_doubt(s);
	st = conn_run(&s->c, Q_RELATION_FORGET_A, ARGS(vi(article)));
	return st != AK_OK
		   ? st
		   : conn_run(&s->c, Q_RELATION_FORGET_B, ARGS(vi(article)));
}

/* --- threads --------------------------------------------------------- */

/* One article is a thread without a row: most stay alone.
 * Counted here and not by an INSERT of a SELECT: that takes a savepoint of its
 * own, whose end is dear within a long one. */
enum ak_status
thread_count(struct store *s, int64_t thread)
{
	struct conn *c = &s->c;
	sqlite3_stmt *st = conn_query(c, Q_THREAD_MEMBERS, ARGS(vi(thread)));
	int64_t n = 0, lead = 0, first = 0, last = 0;

	if (st == NULL)
		return c->status;
	for (; conn_row(c, st); n++) {
		int64_t id = col_int(st, 0), at = col_int(st, 1);

		if (n == 0 || at < first || (at == first && id < lead)) {
			first = at;
			lead = id;
		}
		if (n == 0 || at > last)
			last = at;
	}
	if (c->status != AK_OK)
		return c->status;
	return n < 2 ? conn_run(c, Q_THREAD_DEL, ARGS(vi(thread)))
		     : conn_run(c, Q_THREAD_PUT,
			   ARGS(vi(thread), vi(lead), vi(n), vi(first),
			       vi(last)));
}

/* All of thread `old` is part of `new` from now on. */
static enum ak_status
merge_thread(struct store *s, int64_t old, int64_t new)
{
	struct conn *c = &s->c;
	enum ak_status st;

	if (old == new)
		return AK_OK;
	st = conn_run(c, Q_THREAD_TAKE, ARGS(vi(new), vi(old)));
	if (st == AK_OK)
		st = conn_run(c, Q_THREAD_DEL, ARGS(vi(old)));
	if (st == AK_OK)
		st = conn_run(c, Q_THREAD_MERGE_FOLLOW, ARGS(vi(new), vi(old)));
	if (st == AK_OK)
		st = conn_run(c, Q_THREAD_MERGE_ADD, ARGS(vi(old), vi(new)));
	/* An article that named a thread is a member, if it is there. */
	return st != AK_OK
		   ? st
		   : conn_run(c, Q_THREAD_JOIN_FREE, ARGS(vi(new), vi(old)));
}

static enum ak_status
put_thread(struct store *s, const struct store_relations *rel)
{
	struct conn *c = &s->c;
	int64_t thread = rel->thread, before = 0;
	enum ak_status st;

	if (thread == 0)
		return AK_OK;
	st = conn_int(c, Q_THREAD_OF, ARGS(vi(rel->article)), 0, &before);
	/* Who joined it before has made it a member. */
	if (st == AK_OK && before == 0 && thread == rel->article &&
	    rel->n_merged == 0)
		return conn_run(c, Q_THREAD_JOIN, ARGS(vi(thread), vi(thread)));
	/* A name that was merged away before names its heir. */
	if (st == AK_OK)
		st = conn_int(
		    c, Q_THREAD_NAME, ARGS(vi(thread)), thread, &thread);
	for (size_t k = 0; st == AK_OK && k < rel->n_merged; k++)
		st = merge_thread(s, rel->merged[k], thread);
	if (st == AK_OK)
		st = conn_run(
		    c, Q_THREAD_JOIN, ARGS(vi(thread), vi(rel->article)));
	if (st == AK_OK)
		st = conn_run(
		    c, Q_THREAD_JOIN_FREE, ARGS(vi(thread), vi(rel->thread)));
	if (st == AK_OK && before != 0 && before != thread)
		st = thread_count(s, before); /* it is related anew */
	return st != AK_OK ? st : thread_count(s, thread);
}

static enum ak_status
put_stories(struct store *s, const struct store_relations *rel)
{
	enum ak_status st = AK_OK;

	for (size_t k = 0; st == AK_OK && k < rel->n_stories; k++) {
		int64_t self = rel->article, other = rel->stories[k];

		st = conn_run(&s->c, Q_RELATION_STORY,
		    ARGS(vi(self < other ? self : other),
			vi(self < other ? other : self), vi(RELATE_STORY),
			vi(RELATE_TOPIC)));
	}
	return st;
}

/* In one savepoint: each has SQLite copy the pages that it changes. */
static enum ak_status
put_relations(struct store *s, const struct store_relations *rels, size_t n,
    int64_t watermark)
{
	enum ak_status st = AK_OK;

	for (size_t k = 0; st == AK_OK && k < n; k++) {
		if (rels[k].is_again)
			st = relations_forget(s, rels[k].article);
	}
	if (st == AK_OK)
		st = best_begin(s);
	for (size_t k = 0; st == AK_OK && k < n; k++) {
		bool found = false;

		st = best_put(s, &rels[k], &found);
		if (st == AK_OK && found)
			st = put_thread(s, &rels[k]);
		if (st == AK_OK)
			st = put_stories(s, &rels[k]);
		if (st == AK_OK && rels[k].revised > 0)
			st = conn_run(&s->c, Q_FEATURE_RELATED,
			    ARGS(vi(rels[k].article), vi(rels[k].revised)));
	}
	if (st == AK_OK)
		st = best_flush(s);
	return st != AK_OK || watermark == 0
		   ? st
		   : conn_run(&s->c, Q_META_RAISE,
			 ARGS(vi(watermark), vt("watermark")));
}

enum ak_status
store_put_relations(struct store *s, const struct store_relations *rels,
    size_t n, int64_t watermark)
{
	enum ak_status st = unit_begin(s);

	return st != AK_OK ? st
			   : unit_end(s, put_relations(s, rels, n, watermark));
}

static enum ak_status
put_fused(struct store *s, const struct store_relations *rel)
{
	bool found = false;
	enum ak_status st = best_begin(s);

	if (st == AK_OK)
		st = best_put(s, rel, &found);
	if (st == AK_OK)
		st = best_flush(s);
	return st != AK_OK
		   ? st
		   : conn_run(&s->c, Q_VECTOR_FUSED, ARGS(vi(rel->article)));
}

enum ak_status
store_put_fused(struct store *s, const struct store_relations *rel)
{
	enum ak_status st = unit_begin(s);

	return st != AK_OK ? st : unit_end(s, put_fused(s, rel));
}

enum ak_status
store_relation_wrong(struct store *s, int64_t a, int64_t b, bool is_wrong)
{
	enum ak_status st;

	if (a == b)
		return conn_say(&s->c, AK_BADINPUT, "one article twice");
	st = unit_begin(s);
	return st != AK_OK
		   ? st
		   : unit_end(s,
			 conn_run(&s->c, is_wrong ? Q_WRONG_ADD : Q_WRONG_DEL,
			     ARGS(vi(a < b ? a : b), vi(a < b ? b : a))));
}

static enum ak_status
relate_reset(struct store *s)
{
	static const enum stmt_id steps[] = {Q_RELATE_RESET_RELATIONS,
	    Q_RELATE_RESET_THREADS, Q_RELATE_RESET_MERGES,
	    Q_RELATE_RESET_ARTICLES, Q_RELATE_RESET_VECTORS,
	    Q_RELATE_RESET_REVISED, Q_RELATE_RESET_META};
	enum ak_status st = AK_OK;

	relations_doubt(s);
	for (size_t k = 0; st == AK_OK && k < AK_COUNT(steps); k++)
		st = conn_run(&s->c, steps[k], NO_ARGS);
	return st;
}

enum ak_status
store_relate_reset(struct store *s)
{
	enum ak_status st = unit_begin(s);

	return st != AK_OK ? st : unit_end(s, relate_reset(s));
}

/* --- reading --------------------------------------------------------- */

enum ak_status
store_is_wrong_pair(struct store_reader *r, int64_t a, int64_t b, bool *ret)
{
	int64_t wrong = 0;
	enum ak_status st = conn_int(&r->c, Q_WRONG_HAS,
	    ARGS(vi(a < b ? a : b), vi(a < b ? b : a)), 0, &wrong);

	*ret = wrong != 0;
	return st;
}

enum ak_status
store_copy_of(
    struct store_reader *r, int64_t article, store_relation_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_COPY_OF, ARGS(vi(article)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_relation rel = {.article = col_int(st, 0),
		    .kind = 1 /* duplicate */,
		    .score = (double)col_int(st, 1) / 10000,
		    .title = col_text(st, 2),
		    .feed_title = col_text(st, 3)};

		cb(&rel, arg);
	}
	return r->c.status;
}

enum ak_status
store_wrong_pairs(
    struct store_reader *r, int64_t article, store_wrong_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_WRONG_LIST, ARGS(vi(article)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_wrong w = {
		    .article = {col_int(st, 0), col_int(st, 1)},
		    .title = {col_text(st, 2), col_text(st, 3)},
		    .feed_title = {col_text(st, 4), col_text(st, 5)}};

		cb(&w, arg);
	}
	return r->c.status;
}

static double
part(sqlite3_stmt *st, int column)
{
	return (double)col_int(st, column) / 10000;
}

enum ak_status
store_related(struct store_reader *r, int64_t article, int64_t keep,
    store_relation_cb cb, void *arg)
{
	sqlite3_stmt *st =
	    conn_query(&r->c, Q_RELATED, ARGS(vi(article), vi(keep)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_relation rel = {.article = col_int(st, 0),
		    .guid = col_text(st, 1),
		    .title = col_text(st, 2),
		    .url = col_text(st, 3),
		    .kind = (int)col_int(st, 4),
		    .score = (double)col_int(st, 5) / 10000,
		    .form = col_text(st, 6),
		    .rank = col_int(st, 7),
		    .published = col_int(st, 8),
		    .feed_id = col_int(st, 9),
		    .feed_title = col_text(st, 10),
		    .language = col_text(st, 11),
		    .embedding = part(st, 12),
		    .parts = {.cosine = part(st, 13),
			.time = part(st, 14),
			.usual = part(st, 15),
			.common = part(st, 16),
			.containment = part(st, 17)}};

		cb(&rel, arg);
	}
	return r->c.status;
}

static enum ak_status
read_inputs(struct store_reader *r, enum stmt_id id, int64_t above_id,
    int64_t limit, store_input_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(
	    &r->c, id, ARGS(vi(above_id), vi(limit > 0 ? limit : -1)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_related_input in = {.id = col_int(st, 0),
		    .feed_id = col_int(st, 1),
		    .date = col_int(st, 2),
		    .is_dated = col_int(st, 3) != 0,
		    .thread = col_int(st, 4),
		    .features = sqlite3_column_blob(st, 5),
		    .features_len = (size_t)sqlite3_column_bytes(st, 5),
		    .revised = col_int(st, 6)};

		cb(&in, arg);
	}
	return r->c.status;
}

enum ak_status
store_relate_inputs(struct store_reader *r, int64_t above_id, int64_t limit,
    store_input_cb cb, void *arg)
{
	return read_inputs(r, Q_RELATE_INPUTS, above_id, limit, cb, arg);
}

enum ak_status
store_relate_revised(struct store_reader *r, int64_t above_id, int64_t limit,
    store_input_cb cb, void *arg)
{
	return read_inputs(r, Q_RELATE_REVISED, above_id, limit, cb, arg);
}

int64_t
store_relate_watermark(struct store_reader *r)
{
	int64_t at = 0;

	return conn_int(&r->c, Q_META_GET, ARGS(vt("watermark")), 0, &at) ==
		       AK_OK
		   ? at
		   : 0;
}

bool
store_relate_waits(struct store_reader *r)
{
	int64_t found = 0;

	/* What cannot be read is for the relater to say. */
	return conn_int(&r->c, Q_RELATE_WAITS, NO_ARGS, 0, &found) != AK_OK ||
	       found != 0;
}

enum ak_status
store_thread_size(struct store_reader *r, int64_t id, int64_t *ret)
{
	return conn_int(&r->c, Q_THREAD_SIZE, ARGS(vi(id)), 0, ret);
}

static int64_t
read_threads(
    struct store_reader *r, sqlite3_stmt *st, store_thread_cb cb, void *arg)
{
	int64_t n = 0;

	for (; conn_row(&r->c, st); n++) {
		struct store_thread t = {.id = col_int(st, 0),
		    .lead = col_int(st, 1),
		    .lead_title = col_text(st, 2),
		    .lead_url = col_text(st, 3),
		    .lead_feed = col_text(st, 4),
		    .n_articles = col_int(st, 5),
		    .n_feeds = col_int(st, 6),
		    .first_at = col_int(st, 7),
		    .last_at = col_int(st, 8)};

		cb(&t, arg);
	}
	return n;
}

enum ak_status
store_threads(struct store_reader *r, const struct store_thread_query *q,
    store_thread_cb cb, void *arg)
{
	int64_t id = q->id, min = q->min_articles > 0 ? q->min_articles : 2;
	enum ak_status status;
	sqlite3_stmt *st;

	if (id != 0) {
		status = conn_int(&r->c, Q_THREAD_NAME, ARGS(vi(id)), id, &id);
		if (status != AK_OK)
			return status;
	}
	st = conn_query(&r->c, Q_THREADS,
	    ARGS(vi(id), vi(q->since), vi(min),
		vi(q->limit > 0 ? q->limit : -1), vi(q->offset)));
	if (st == NULL)
		return r->c.status;
	if (read_threads(r, st, cb, arg) > 0 || id == 0 || min > 1)
		return r->c.status;
	st = conn_query(&r->c, Q_THREAD_ALONE, ARGS(vi(id), vi(q->since)));
	if (st != NULL)
		(void)read_threads(r, st, cb, arg);
	return r->c.status;
}

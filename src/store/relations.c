/* SPDX-License-Identifier: ISC */
/*
 * A computed relation is a row for an unordered pair.  Each article has a list
 * of its best; a flag for each end says whether the pair is on that end's list,
 * and a pair on neither list goes.  So an article that half the store relates
 * to still has a short list, and no article has to be read again to trim it.
 *
 * What a publisher lists is kept as printed, in its order, and points to the
 * article as soon as that is there.
 */
#include "store/private.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
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

/* --- which articles are there ------------------------------------------ */

#define KNOWN_IDS 65536

void
relations_doubt(struct store *s)
{
	s->data_version = 0;
}

/* What was seen holds until another connection writes. */
static enum ak_status
trust(struct store *s)
{
	int64_t version = 0;
	enum ak_status st;

	st = conn_int(&s->c, Q_DATA_VERSION, NO_ARGS, 0, &version);
	if (s->known == NULL)
		s->known = xcalloc(KNOWN_IDS, sizeof(*s->known));
	else if (version != s->data_version)
		memset(s->known, 0, KNOWN_IDS * sizeof(*s->known));
	s->data_version = version;
	return st;
}

/* The rows of articles are long and far apart, so each is looked up once. */
static enum ak_status
is_there(struct store *s, int64_t id, bool *ret)
{
	uint64_t upper = (uint64_t)id / KNOWN_IDS + 1;
	uint32_t *slot = &s->known[(uint64_t)id % KNOWN_IDS];
	int64_t found = 0;
	enum ak_status st;

	if (*slot == upper) {
		*ret = true;
		return AK_OK;
	}
	st = conn_int(&s->c, Q_ARTICLE_BY_ID, ARGS(vi(id)), 0, &found);
	*ret = found != 0;
	if (*ret && upper <= UINT32_MAX)
		*slot = (uint32_t)upper;
	return st;
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

/* --- computed relations ---------------------------------------------- */

static int64_t
score_int(double score)
{
	return score <= 0 ? 0 : score >= 1 ? 10000 : (int64_t)(score * 10000);
}

/* Take the pair off one end's list; it goes if it is on no other. */
static enum ak_status
take_off(struct store *s, int64_t a, int64_t b, bool of_a)
{
	enum ak_status st;

	st = conn_run(&s->c, of_a ? Q_RELATION_DROP_A : Q_RELATION_DROP_B,
	    ARGS(vi(a), vi(b)));
	return st != AK_OK || sqlite3_changes(s->c.db) > 0
		   ? st
		   : conn_run(&s->c, of_a ? Q_RELATION_OFF_A : Q_RELATION_OFF_B,
			 ARGS(vi(a), vi(b)));
}

/* Is there room for `score` on the list of `id`?  The worst line that is
 * worse gives way. */
static enum ak_status
make_room(
    struct store *s, int64_t id, int64_t score, int64_t keep, bool *ret_room)
{
	struct conn *c = &s->c;
	int64_t n, a, b, worst;
	sqlite3_stmt *st;

	if ((st = conn_query(c, Q_RELATION_WORST, ARGS(vi(id)))) == NULL)
		return c->status;
	if (!conn_row(c, st))
		return c->status;
	n = col_int(st, 0);
	worst = col_int(st, 1);
	a = col_int(st, 2);
	b = col_int(st, 3);
	(void)conn_end(c, st);
	*ret_room = n < keep || worst < score;
	return n < keep || worst >= score ? AK_OK : take_off(s, a, b, a == id);
}

/* What is known while one article's relations are put. */
struct newcomer {
	bool is_fresh;	/* it had no relation yet */
	bool any_wrong; /* some pair of articles was taken apart by hand */
	int64_t n_own;	/* lines put on its own list, best first */
};

/* May these two be related at all? */
static enum ak_status
may_relate(struct store *s, const struct newcomer *nc, int64_t a, int64_t b,
    int64_t other, bool *ret)
{
	int64_t wrong = 0;
	enum ak_status st = AK_OK;

	*ret = false;
	if (a == b)
		return AK_OK;
	if (nc->any_wrong)
		st =
		    conn_int(&s->c, Q_WRONG_HAS, ARGS(vi(a), vi(b)), 0, &wrong);
	return st != AK_OK || wrong != 0 ? st : is_there(s, other, ret);
}

static enum ak_status
put_edge(struct store *s, const struct store_relations *rel,
    const struct store_edge *e, struct newcomer *nc)
{
	struct conn *c = &s->c;
	int64_t self = rel->article, other = e->other;
	int64_t a = self < other ? self : other,
		b = self < other ? other : self;
	int64_t score = score_int(e->score);
	bool may = false, in_self = false, in_other = false;
	enum ak_status st = may_relate(s, nc, a, b, other, &may);

	if (st != AK_OK || !may)
		return st;
	if (nc->is_fresh) {
		/* All of its list is made here, and the best come first. */
		in_self = nc->n_own < rel->keep;
	} else {
		st = conn_run(c, Q_RELATION_DEL, ARGS(vi(a), vi(b)));
		if (st == AK_OK)
			st = make_room(s, self, score, rel->keep, &in_self);
	}
	if (st == AK_OK)
		st = make_room(s, other, score, rel->keep, &in_other);
	if (st != AK_OK || (!in_self && !in_other))
		return st;
	nc->n_own += in_self;
	return conn_run(c, Q_RELATION_PUT,
	    ARGS(vi(a), vi(b), vi(e->kind), vi(score),
		vi(a == self ? in_self : in_other),
		vi(b == self ? in_self : in_other),
		vi(score_int(e->embedding))));
}

/* --- threads --------------------------------------------------------- */

/* Counted here and not by an INSERT of a SELECT: that takes a savepoint of its
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
	return n == 0 ? conn_run(c, Q_THREAD_DEL, ARGS(vi(thread)))
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
put_edges(struct store *s, const struct store_relations *rel, bool *ret_found)
{
	struct newcomer nc = {0};
	int64_t n_old = 0, wrong = 0;
	enum ak_status st = is_there(s, rel->article, ret_found);

	if (st != AK_OK || !*ret_found || rel->n_edges == 0)
		return st;
	st = conn_int(&s->c, Q_RELATION_ANY, ARGS(vi(rel->article)), 0, &n_old);
	if (st == AK_OK)
		st = conn_int(&s->c, Q_WRONG_ANY, NO_ARGS, 0, &wrong);
	nc.is_fresh = n_old == 0;
	nc.any_wrong = wrong != 0;
	for (size_t k = 0; st == AK_OK && k < rel->n_edges; k++)
		st = put_edge(s, rel, &rel->edges[k], &nc);
	return st;
}

/* In one savepoint: each has SQLite copy the pages that it changes. */
static enum ak_status
put_relations(struct store *s, const struct store_relations *rels, size_t n,
    int64_t watermark)
{
	enum ak_status st = trust(s);

	for (size_t k = 0; st == AK_OK && k < n; k++) {
		bool found = false;

		st = put_edges(s, &rels[k], &found);
		if (st == AK_OK && found)
			st = put_thread(s, &rels[k]);
	}
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
	enum ak_status st = trust(s);

	if (st == AK_OK)
		st = put_edges(s, rel, &found);
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

static enum ak_status
put_wrong(struct store *s, int64_t a, int64_t b)
{
	static const enum stmt_id steps[] = {
	    Q_WRONG_ADD, Q_RELATION_DEL, Q_LISTED_WRONG};
	enum ak_status st = AK_OK;

	for (size_t k = 0; st == AK_OK && k < AK_COUNT(steps); k++)
		st = conn_run(&s->c, steps[k],
		    ARGS(vi(a < b ? a : b), vi(a < b ? b : a)));
	return st;
}

enum ak_status
store_relation_wrong(struct store *s, int64_t a, int64_t b)
{
	enum ak_status st;

	if (a == b)
		return conn_say(&s->c, AK_BADINPUT, "one article twice");
	st = unit_begin(s);
	return st != AK_OK ? st : unit_end(s, put_wrong(s, a, b));
}

static enum ak_status
relate_reset(struct store *s)
{
	static const enum stmt_id steps[] = {Q_RELATE_RESET_RELATIONS,
	    Q_RELATE_RESET_THREADS, Q_RELATE_RESET_MERGES,
	    Q_RELATE_RESET_ARTICLES, Q_RELATE_RESET_VECTORS,
	    Q_RELATE_RESET_META};
	enum ak_status st = AK_OK;

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
		    .embedding = (double)col_int(st, 12) / 10000};

		cb(&rel, arg);
	}
	return r->c.status;
}

enum ak_status
store_relate_inputs(struct store_reader *r, int64_t above_id, int64_t limit,
    store_input_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_RELATE_INPUTS,
	    ARGS(vi(above_id), vi(limit > 0 ? limit : -1)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_related_input in = {.id = col_int(st, 0),
		    .feed_id = col_int(st, 1),
		    .date = col_int(st, 2),
		    .is_dated = col_int(st, 3) != 0,
		    .thread = col_int(st, 4),
		    .features = sqlite3_column_blob(st, 5),
		    .features_len = (size_t)sqlite3_column_bytes(st, 5)};

		cb(&in, arg);
	}
	return r->c.status;
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

enum ak_status
store_thread_size(struct store_reader *r, int64_t id, int64_t *ret)
{
	return conn_int(&r->c, Q_THREAD_SIZE, ARGS(vi(id)), 0, ret);
}

enum ak_status
store_threads(struct store_reader *r, const struct store_thread_query *q,
    store_thread_cb cb, void *arg)
{
	int64_t id = q->id;
	enum ak_status status;
	sqlite3_stmt *st;

	if (id != 0) {
		status = conn_int(&r->c, Q_THREAD_NAME, ARGS(vi(id)), id, &id);
		if (status != AK_OK)
			return status;
	}
	st = conn_query(&r->c, Q_THREADS,
	    ARGS(vi(id), vi(q->since),
		vi(q->min_articles > 0 ? q->min_articles : 2),
		vi(q->limit > 0 ? q->limit : -1), vi(q->offset)));
	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
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
	return r->c.status;
}

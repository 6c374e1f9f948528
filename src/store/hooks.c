/* SPDX-License-Identifier: ISC */
/*
 * What hooks are told, and the outbox that keeps it until it is delivered.
 *
 * Nothing is reported to a hook as it happens: a scan looks for what is new
 * since the last one (articles by a mark, stories and feeds by a list of what
 * was told), and writes events and marks in one transaction.  So a crash, or
 * polls by another process, lose no event and make none twice.  The payloads
 * are made by SQL, from the rows themselves.
 */
#include "store/private.h"

#include "store/search.h"

/* Stories that grew in the last days; older ones sleep. */
#define STORY_AGE_S (14 * 86400)

/* A hook's first scan only sets its marks: it hears of what comes. */
static enum ak_status
begin(struct store *s, const struct store_hook *h, int64_t since)
{
	struct conn *c = &s->c;
	int64_t known;
	enum ak_status st;

	st = conn_int(c, Q_HOOK_KNOWN, ARGS(vt(h->name)), 0, &known);
	if (st != AK_OK || known != 0)
		return st;
	if ((st = conn_run(c, Q_HOOK_ADD, ARGS(vt(h->name)))) != AK_OK)
		return st;
	st = conn_run(c, Q_HOOK_OLD_STORIES,
	    ARGS(vt(h->name), vi(since), vt("story"), vi(0)));
	if (st != AK_OK)
		return st;
	return conn_run(c, Q_HOOK_OLD_STORIES,
	    ARGS(vt(h->name), vi(since), vt("grown"), vi(h->min_outlets)));
}

static enum ak_status
articles(
    struct store *s, const struct store_hook *h, const char *match, int64_t now)
{
	enum ak_status st = AK_OK;

	if (h->on_article)
		st = conn_run(&s->c, Q_HOOK_ARTICLES,
		    ARGS(vt(h->name), vi(now), vt(h->category), vt(h->feed),
			vt(match)));
	return st == AK_OK ? conn_run(&s->c, Q_HOOK_MARK, ARGS(vt(h->name)))
			   : st;
}

static enum ak_status
stories(struct store *s, const struct store_hook *h, const char *match,
    int64_t now, const char *event, int64_t min_feeds)
{
	struct conn *c = &s->c;
	enum ak_status st;

	st = conn_run(c, Q_HOOK_STORIES,
	    ARGS(vt(h->name), vi(now), vt(h->category), vt(h->feed), vt(match),
		vt(event), vi(min_feeds), vi(now - STORY_AGE_S)));
	if (st != AK_OK)
		return st;
	return conn_run(c, Q_HOOK_TOLD, ARGS(vt(h->name), vt(event), vi(now)));
}

static enum ak_status
failing(struct store *s, const struct store_hook *h, int64_t now)
{
	struct conn *c = &s->c;
	enum ak_status st;

	st = conn_run(c, Q_HOOK_RECOVERED, ARGS(vt(h->name)));
	if (st != AK_OK)
		return st;
	st = conn_run(c, Q_HOOK_FAILING,
	    ARGS(vt(h->name), vi(now), vt(h->category), vt(h->feed)));
	if (st != AK_OK)
		return st;
	return conn_run(
	    c, Q_HOOK_TOLD, ARGS(vt(h->name), vt("failing"), vi(now)));
}

static enum ak_status
scan(
    struct store *s, const struct store_hook *h, const char *match, int64_t now)
{
	enum ak_status st;

	if ((st = begin(s, h, now - STORY_AGE_S)) != AK_OK ||
	    (st = articles(s, h, match, now)) != AK_OK)
		return st;
	if (h->on_story &&
	    (st = stories(s, h, match, now, "story", 0)) != AK_OK)
		return st;
	if (h->on_grown &&
	    (st = stories(s, h, match, now, "grown", h->min_outlets)) != AK_OK)
		return st;
	return h->on_failing ? failing(s, h, now) : AK_OK;
}

enum ak_status
store_hook_scan(struct store *s, const struct store_hook *h, int64_t now)
{
	struct buf match;
	enum ak_status st;

	buf_init(&match, 16 << 10);
	if (h->query != NULL &&
	    (!s->has_search || !search_query(h->query, &match))) {
		buf_release(&match);
		return conn_say(&s->c, AK_BADINPUT,
		    "hook %s: nothing can be searched by its query", h->name);
	}
	if ((st = unit_begin(s)) == AK_OK) {
		/* A query looks at the articles of this transaction too. */
		st = search_flush(s);
		if (st == AK_OK)
			st = scan(s, h,
			    h->query != NULL ? buf_str(&match) : NULL, now);
		st = unit_end(s, st);
	}
	buf_release(&match);
	return st;
}

enum ak_status
store_outbox_due(
    struct store *s, int64_t now, int64_t limit, store_outbox_cb cb, void *arg)
{
	sqlite3_stmt *st =
	    conn_query(&s->c, Q_OUTBOX_DUE, ARGS(vi(now), vi(limit)));

	if (st == NULL)
		return s->c.status;
	while (conn_row(&s->c, st)) {
		struct store_outbox o = {.id = col_int(st, 0),
		    .hook = col_text(st, 1),
		    .event = col_text(st, 2),
		    .payload = col_text(st, 3),
		    .created_at = col_int(st, 4),
		    .n_tries = col_int(st, 5)};

		cb(&o, arg);
	}
	return s->c.status;
}

enum ak_status
store_outbox_done(struct store *s, int64_t id)
{
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	return unit_end(s, conn_run(&s->c, Q_OUTBOX_DONE, ARGS(vi(id))));
}

enum ak_status
store_outbox_retry(
    struct store *s, int64_t id, int64_t due_at, const char *error)
{
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	return unit_end(s, conn_run(&s->c, Q_OUTBOX_RETRY,
			       ARGS(vi(due_at), vt(error), vi(id))));
}

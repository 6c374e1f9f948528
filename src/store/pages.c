/* SPDX-License-Identifier: ISC */
/* The pages of articles that are still to be read. */
#include "store/private.h"

#include "base/limits.h"

#define RETRY_S 3600 /* doubled each time */

enum ak_status
store_pages_want(struct store *s, int64_t feed_id, const int64_t *articles,
    size_t n, int64_t now)
{
	enum ak_status st = AK_OK;

	for (size_t i = 0; st == AK_OK && i < n; i++)
		st = conn_run(&s->c, Q_PAGE_WANT,
		    ARGS(vi(articles[i]), vi(feed_id), vi(now)));
	return st;
}

enum ak_status
store_page_done(struct store *s, int64_t article)
{
	return conn_run(&s->c, Q_PAGE_DONE, ARGS(vi(article)));
}

enum ak_status
store_page_failed(struct store *s, int64_t article, int64_t now)
{
	enum ak_status st = conn_run(
	    &s->c, Q_PAGE_FAILED, ARGS(vi(article), vi(now), vi(RETRY_S)));

	if (st == AK_OK)
		st = conn_run(&s->c, Q_PAGE_GIVE_UP,
		    ARGS(vi(article), vi(LIMIT_FULLTEXT_TRIES)));
	return st;
}

enum ak_status
store_pages_due(struct store_reader *r, int64_t now,
    void (*cb)(int64_t feed_id, int64_t article, void *arg), void *arg)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_PAGES_DUE,
	    ARGS(vi(now), vi(LIMIT_FULLTEXT_ARTICLES),
		vi(LIMIT_FULLTEXT_QUEUE)));

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st))
		cb(col_int(st, 0), col_int(st, 1), arg);
	return r->c.status;
}

/* SPDX-License-Identifier: ISC */
/*
 * page_mark.c - a whole list marked read, and the way back.
 *
 * Which articles the last one was about is kept in the store, under a number
 * that the page shows again: only the last can be undone, once.
 */
#include "serve/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "serve/api.h"

#define KEPT_AS "marked-read"

static void
add_id(int64_t id, int64_t arrived_us, int64_t feed_id, void *arg)
{
	(void)arrived_us;
	(void)feed_id;
	buf_add(arg, (const char *)&id, sizeof(id));
}

static enum ak_status
mark_list(struct job *j, struct store_mark_query *m, int64_t *ret_n)
{
	struct store_article_query q = {.unread = true,
	    .feed_id = m->feed_id,
	    .category = m->category,
	    .arrived_until_us = m->arrived_before_us};
	int64_t number = m->arrived_before_us;
	enum ak_status st;
	struct buf kept;

	buf_init(&kept, LIMIT_HTTP_REPLY_BYTES);
	buf_add(&kept, (const char *)&number, sizeof(number));
	st = store_article_ids(j->reader, &q, add_id, &kept);
	if (st == AK_OK)
		st = buf_status(&kept);
	if (st == AK_OK)
		st = store_begin(j->store);
	if (st == AK_OK) {
		st =
		    store_blob_put(j->store, KEPT_AS, buf_str(&kept), kept.len);
		if (st == AK_OK)
			st = store_mark(j->store, STORE_READ, m, ret_n);
		if (st == AK_OK)
			st = store_commit(j->store);
		else
			store_rollback(j->store);
	}
	buf_release(&kept);
	return st;
}

void
page_mark_list(struct job *j)
{
	struct store_mark_query q = {0};
	const char *back = page_back(j, "/articles");
	enum ak_status st;
	int64_t n = 0;

	q.feed_id = req_param_i64(&j->req, "feed", 0, INT64_MAX, 0);
	q.category = req_param(&j->req, "category");
	/* Only what was there when the page was made. */
	q.arrived_before_us =
	    req_param_i64(&j->req, "until", 1, clock_now_us(), clock_now_us());
	if (str_empty(q.category))
		q.category = NULL;
	q.all = q.feed_id == 0 && q.category == NULL;
	if ((st = mark_list(j, &q, &n)) != AK_OK)
		reply_status(j, st, "marking");
	else if (n == 0)
		reply_redirect(j, back);
	else
		reply_redirect(
		    j, job_printf(j, "%s%cmarked=%lld&n=%lld", back,
			   strchr(back, '?') != NULL ? '&' : '?',
			   (long long)q.arrived_before_us, (long long)n));
}

void
page_mark_undo(struct job *j)
{
	int64_t number = req_param_i64(&j->req, "marked", 1, INT64_MAX, 0);
	struct store_mark_query q = {0};
	int64_t *kept = NULL, n = 0;
	size_t len = 0;
	enum ak_status st;

	st = store_blob_get(j->reader, KEPT_AS, (void **)&kept, &len);
	if (st == AK_OK && len > sizeof(*kept) && kept[0] == number) {
		q.ids = kept + 1;
		q.n_ids = len / sizeof(*kept) - 1;
		st = store_mark(j->store, STORE_UNREAD, &q, &n);
		if (st == AK_OK)
			st = store_blob_put(j->store, KEPT_AS, NULL, 0);
	}
	free(kept);
	if (st == AK_OK || st == AK_NOTFOUND)
		reply_redirect(j, page_back(j, "/articles"));
	else
		reply_status(j, st, "marking");
}

void
page_marked(struct job *j, const char *back)
{
	int64_t number = req_param_i64(&j->req, "marked", 1, INT64_MAX, 0);
	int64_t n = req_param_i64(&j->req, "n", 1, INT64_MAX, 0);

	if (number == 0 || n == 0)
		return;
	h(j, "<div class=\"said\" role=\"status\">%d %h marked read. ", n,
	    n == 1 ? "article" : "articles");
	page_form(j, "/mark/undo", "inline");
	h(j,
	    "<input type=\"hidden\" name=\"marked\" value=\"%d\">"
	    "<input type=\"hidden\" name=\"back\" value=\"%h\">"
	    "<button class=\"link\">Undo</button></form></div>",
	    number, back);
}

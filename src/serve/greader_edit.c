/* SPDX-License-Identifier: ISC */
/*
 * greader_edit.c - Google Reader API: states and tags of items, names of tags.
 *
 * All answers are exactly "OK": some clients compare them.
 */
#include "serve/greader.h"

#include <string.h>

#include "base/clock.h"

#define OLDEST_USEC 1000000000000000 /* below that, ts= is in seconds */

/* One a= (on) or r= (off). */
static enum ak_status
apply(struct job *j, const char *tag, bool on, const int64_t *ids, size_t n)
{
	struct store_mark_query q = {.ids = ids, .n_ids = n};
	const char *label = g_label_name(tag);
	struct g_stream st;
	int64_t changed;

	if (label != NULL)
		return store_label_set(j->store, label, ids, n, on);
	if (!g_stream_parse(j, tag, &st))
		return AK_BADINPUT;
	switch (st.kind) {
	case G_READ:
		return store_mark(
		    j->store, on ? STORE_READ : STORE_UNREAD, &q, &changed);
	case G_UNREAD: /* to take it off says nothing */
		return on ? store_mark(j->store, STORE_UNREAD, &q, &changed)
			  : AK_OK;
	case G_STARRED:
		return store_mark(
		    j->store, on ? STORE_STAR : STORE_UNSTAR, &q, &changed);
	default:
		return AK_OK;
	}
}

static enum ak_status
apply_all(
    struct job *j, const char *name, bool on, const int64_t *ids, size_t n)
{
	enum ak_status st = AK_OK;
	const char *tag;
	size_t pos = 0;

	while (
	    st == AK_OK && (tag = req_param_next(&j->req, name, &pos)) != NULL)
		st = apply(j, tag, on, ids, n);
	return st;
}

void
g_edit_tag(struct job *j)
{
	enum ak_status st;
	int64_t *ids;
	size_t n;

	if (!g_items(j, &ids, &n) || n == 0) {
		reply_error(j, 400, "i= gives no item's id");
		return;
	}
	if ((st = store_begin(j->store)) != AK_OK) {
		reply_status(j, st, "edit-tag");
		return;
	}
	/* Off before on: "r=kept-unread a=read" and the reverse both hold. */
	st = apply_all(j, "r", false, ids, n);
	if (st == AK_OK)
		st = apply_all(j, "a", true, ids, n);
	if (st == AK_OK)
		st = store_commit(j->store);
	else
		store_rollback(j->store);
	if (st == AK_OK)
		reply_text(j, 200, "OK");
	else
		reply_status(j, st, "edit-tag");
}

void
g_mark_all(struct job *j)
{
	const char *s = req_param(&j->req, "s");
	int64_t ts = req_param_i64(&j->req, "ts", 0, INT64_MAX, 0), changed;
	struct store_article_query articles = {0};
	struct store_mark_query q = {0};
	struct g_stream stream;
	enum ak_status st;

	if (s == NULL || !g_stream_parse(j, s, &stream)) {
		reply_error(j, 400, "no such stream");
		return;
	}
	if (ts != 0 && ts < OLDEST_USEC)
		ts = ts > INT64_MAX / 1000000 ? 0 : ts * 1000000;
	q.arrived_before_us = ts != 0 ? ts + 1 : 0;
	switch (stream.kind) {
	case G_FEED:
		q.feed_id = stream.feed_id;
		break;
	case G_FOLDER:
		q.category = stream.name;
		break;
	case G_ALL:
	case G_UNREAD:
		q.all = true;
		break;
	case G_TAG:
		st = g_query_stream(j, &stream, &articles);
		if (st != AK_OK) {
			reply_status(j, st, "mark-all-as-read");
			return;
		}
		q.ids = articles.ids;
		q.n_ids = articles.n_ids;
		break;
	default:
		reply_text(j, 200, "OK");
		return;
	}
	st = store_mark(j->store, STORE_READ, &q, &changed);
	if (st == AK_OK)
		reply_text(j, 200, "OK");
	else
		reply_status(j, st, "mark-all-as-read");
}

void
g_rename_tag(struct job *j)
{
	const char *s = req_param(&j->req, "s");
	const char *dest = req_param(&j->req, "dest");
	const char *from = s != NULL ? g_label_name(s) : NULL;
	const char *to = dest != NULL ? g_label_name(dest) : NULL;
	enum ak_status st;

	if (from == NULL || to == NULL) {
		reply_error(j, 400, "s= and dest= must be labels");
		return;
	}
	if (g_has_category(j, from)) {
		st = store_category_rename(j->store, from, to);
	} else if (g_has_label(j, from)) {
		st = store_label_rename(j->store, from, to);
	} else {
		reply_error(j, 400, "no such label");
		return;
	}
	if (st == AK_OK)
		reply_text(j, 200, "OK");
	else
		reply_status(j, st, "rename-tag");
}

void
g_disable_tag(struct job *j)
{
	const char *s;
	size_t pos = 0, n = 0;
	enum ak_status st = AK_OK;

	while (
	    st == AK_OK && (s = req_param_next(&j->req, "s", &pos)) != NULL) {
		const char *name = g_label_name(s);

		if (name == NULL)
			continue;
		n++;
		if (g_has_category(j, name))
			st = store_category_remove(j->store, name);
		if (st == AK_OK)
			st = store_label_remove(j->store, name);
	}
	if (n == 0)
		reply_error(j, 400, "s= must be a label");
	else if (st == AK_OK)
		reply_text(j, 200, "OK");
	else
		reply_status(j, st, "disable-tag");
}

/* SPDX-License-Identifier: ISC */
/* greader_subs.c - Google Reader API: subscribing and its changes, OPML. */
#include "serve/greader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "serve/subs.h"

static void
subscribe(struct job *j, const char *s)
{
	const char *a = req_param(&j->req, "a");
	const char *category = a != NULL ? g_label_name(a) : NULL;
	int64_t id;
	enum ak_status st;

	if (!str_starts(s, "feed/")) {
		reply_error(j, 400, "s= must be feed/URL");
		return;
	}
	st = subs_add_plain(j, s + 5, req_param(&j->req, "t"), category, &id);
	if (st == AK_OK || st == AK_EXISTS)
		reply_text(j, 200, "OK");
	else
		reply_status(j, st, "subscribe");
}

struct feed_search {
	struct job *j;
	bool found;
	const char *category;
};

static void
note_feed(const struct store_feed *f, void *arg)
{
	struct feed_search *s = arg;

	s->found = true;
	s->category = job_strdup(s->j, f->category);
}

/* One folder a feed: a= moves, r= takes out of the folder it names. */
static void
edit(struct job *j, int64_t feed_id, const struct feed_search *now)
{
	const char *title = req_param(&j->req, "t"), *label;
	struct store_feed_edit e = {0};
	size_t pos = 0;
	enum ak_status st;

	if (!str_empty(title)) {
		e.has_title = true;
		e.title = title;
	}
	while ((label = req_param_next(&j->req, "r", &pos)) != NULL) {
		label = g_label_name(label);
		if (label != NULL && str_eq(label, now->category)) {
			e.has_category = true;
			e.category = NULL;
		}
	}
	pos = 0;
	while ((label = req_param_next(&j->req, "a", &pos)) != NULL) {
		if ((label = g_label_name(label)) != NULL) {
			e.has_category = true;
			e.category = label;
		}
	}
	st = store_feed_edit(j->store, feed_id, &e);
	if (st == AK_OK)
		reply_text(j, 200, "OK");
	else
		reply_status(j, st, "edit");
}

void
g_subscription_edit(struct job *j)
{
	const char *ac = req_param(&j->req, "ac");
	const char *s = req_param(&j->req, "s");
	struct feed_search search = {.j = j};
	struct store_feed_query q = {0};
	struct g_stream stream;
	enum ak_status st;

	if (ac == NULL || s == NULL) {
		reply_error(j, 400, "ac= and s= are needed");
		return;
	}
	if (strcmp(ac, "subscribe") == 0) {
		subscribe(j, s);
		return;
	}
	if (!g_stream_parse(j, s, &stream) || stream.kind != G_FEED) {
		reply_error(j, 400, "no such feed");
		return;
	}
	q.id = stream.feed_id;
	st = store_feeds(j->reader, &q, note_feed, &search);
	if (st != AK_OK || !search.found) {
		reply_error(j, 400, "no such feed");
	} else if (strcmp(ac, "unsubscribe") == 0) {
		if (job_remove_feed(j, stream.feed_id))
			reply_text(j, 200, "OK");
	} else if (strcmp(ac, "edit") == 0) {
		edit(j, stream.feed_id, &search);
	} else {
		reply_error(j, 400, "ac= is no known action");
	}
}

static void
note_title(const struct store_feed *f, void *arg)
{
	char **title = arg;

	free(*title);
	*title = xstrdup(f->title);
}

void
g_quickadd(struct job *j)
{
	const char *url = req_param(&j->req, "quickadd");
	struct store_feed_query q = {0};
	struct serve_added got;
	char *title = NULL, stream[32];

	if (str_empty(url)) {
		reply_error(j, 400, "quickadd= gives no address");
		return;
	}
	if (str_starts(url, "feed/"))
		url += 5;
	if (!subs_add(j, url, NULL, NULL, &got))
		return;
	if (got.status == AK_EXISTS) {
		reply_json(j, 200,
		    json_pack("{s:i, s:s, s:o}", "numResults", 0, "query", url,
			"error",
			json_string(
			    job_printf(j, "Already subscribed! %s", url))));
		return;
	}
	if (got.status != AK_OK) {
		reply_json(j, 200,
		    json_pack("{s:i, s:s, s:s}", "numResults", 0, "query", url,
			"error",
			got.error != NULL ? got.error
					  : "no feed was found there"));
		return;
	}
	q.id = got.feed_id;
	(void)!store_feeds(j->reader, &q, note_title, &title);
	(void)snprintf(
	    stream, sizeof(stream), "feed/%lld", (long long)got.feed_id);
	reply_json(j, 200,
	    json_pack("{s:i, s:s, s:s, s:s}", "numResults", 1, "query", url,
		"streamId", stream, "streamName", title != NULL ? title : url));
	free(title);
}

void
g_import(struct job *j)
{
	struct subs_imported got;
	struct diag why = {{0}};

	if (subs_import(j, j->req.body, j->req.body_len, &got, &why) != AK_OK)
		reply_error(j, 400, "%s", why.text);
	else
		reply_text(j, 200, "OK");
}

/* SPDX-License-Identifier: ISC */
/* miniflux_entries.c - Miniflux' API: entries, their filters and states. */
#include "serve/miniflux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve/column.h"
#include "serve/json_list.h"

#define ENTRIES_MAX 10000
#define BYTES_A_MINUTE 1500 /* a rough reading speed, of HTML */

/* --- shape ----------------------------------------------------------- */

struct feeds { /* of the entries so far */
	struct job *j;
	json_t *by_id;
};

static void
keep_feed(const struct store_feed *f, void *arg)
{
	*(json_t **)arg = mf_feed_json(f);
}

/* Borrowed; NULL: it is gone.  There may be many, and few have an entry here.
 */
static json_t *
feed_of(struct feeds *fs, int64_t feed_id)
{
	struct store_feed_query q = {.id = feed_id};
	char id[24];
	json_t *feed;

	(void)snprintf(id, sizeof(id), "%lld", (long long)feed_id);
	feed = json_object_get(fs->by_id, id);
	if (feed == NULL && feed_id != 0) {
		(void)!store_feeds(fs->j->reader, &q, keep_feed, &feed);
		if (feed != NULL)
			(void)json_object_set_new(fs->by_id, id, feed);
	}
	return feed;
}

static json_t *
enclosures_json(const struct store_article *a)
{
	json_t *list = column_array(a->attachments), *out = json_array(), *one;
	struct attachment at;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (column_attachment(one, &at))
			(void)json_array_append_new(out,
			    json_pack("{s:I, s:i, s:I, s:s, s:s, s:I}", "id",
				(json_int_t)(a->id * 100 + (int64_t)i),
				"user_id", 1, "entry_id", (json_int_t)a->id,
				"url", at.url, "mime_type",
				at.type != NULL ? at.type : "", "size",
				(json_int_t)at.size_bytes));
	}
	json_decref(list);
	return out;
}

static json_t *
entry_json(const struct store_article *a, struct feeds *feeds)
{
	int64_t arrived = a->arrived_us / 1000000;
	int64_t published = a->published != 0 ? a->published : arrived;
	const char *html = a->content_html != NULL ? a->content_html
			   : a->summary != NULL	   ? a->summary
						   : "";
	const char *url = a->url != NULL ? a->url : a->external_url;
	char hash[24];
	json_t *entry, *feed;

	(void)snprintf(
	    hash, sizeof(hash), "%016llx", (unsigned long long)a->id);
	entry = json_pack(
	    "{s:I, s:i, s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:s, "
	    "s:s, s:b, s:I, s:o}",
	    "id", (json_int_t)a->id, "user_id", 1, "feed_id",
	    (json_int_t)a->feed_id, "status", a->is_read ? "read" : "unread",
	    "hash", hash, "title", a->title != NULL ? a->title : "", "url",
	    url != NULL ? url : "", "comments_url",
	    a->comments_url != NULL ? a->comments_url : "", "published_at",
	    mf_time(published), "created_at", mf_time(arrived), "changed_at",
	    mf_time(a->modified > arrived ? a->modified : arrived), "content",
	    html, "author", a->author != NULL ? a->author : "", "share_code",
	    "", "starred", a->is_starred, "reading_time",
	    (json_int_t)(strlen(html) / BYTES_A_MINUTE + 1), "enclosures",
	    enclosures_json(a));
	if (a->tags != NULL)
		(void)json_object_set_new(entry, "tags", column_array(a->tags));
	if ((feed = feed_of(feeds, a->feed_id)) != NULL)
		(void)json_object_set(entry, "feed", feed);
	return entry;
}

struct entries {
	struct json_list list;
	struct feeds feeds;
};

static void
put_entry(const struct store_article *a, void *arg)
{
	struct entries *e = arg;

	json_list_put(&e->list, entry_json(a, &e->feeds));
}

/* --- filters --------------------------------------------------------- */

static int64_t
time_param(struct job *j, const char *name, const char *older_name)
{
	int64_t t = req_param_i64(&j->req, name, 0, INT64_MAX / 2000000, 0);

	return t != 0 || older_name == NULL ? t
					    : req_param_i64(&j->req, older_name,
						  0, INT64_MAX / 2000000, 0);
}

static void
read_states(struct job *j, struct store_article_query *q)
{
	const char *status, *starred = req_param(&j->req, "starred");
	bool read = false, unread = false;
	size_t pos = 0;

	while ((status = req_param_next(&j->req, "status", &pos)) != NULL) {
		read |= strcmp(status, "read") == 0;
		unread |= strcmp(status, "unread") == 0;
	}
	if (read != unread) {
		q->read = read;
		q->unread = unread;
	}
	q->starred = starred != NULL && (strcmp(starred, "true") == 0 ||
					    strcmp(starred, "1") == 0);
}

static void
read_order(struct job *j, struct store_article_query *q)
{
	const char *order = req_param(&j->req, "order");
	const char *direction = req_param(&j->req, "direction");

	q->order = str_eq(direction, "desc") ? STORE_NEWEST : STORE_OLDEST;
	q->by_arrival = str_eq(order, "id") || str_eq(order, "created_at") ||
			q->after_id != 0 || q->before_id != 0;
}

static bool
read_filters(struct job *j, struct store_article_query *q)
{
	const struct req *r = &j->req;
	int64_t category = req_param_i64(r, "category_id", 0, INT64_MAX, 0);

	read_states(j, q);
	q->since = time_param(j, "published_after", "after");
	q->until = time_param(j, "published_before", "before");
	q->arrived_since_us = time_param(j, "changed_after", NULL) * 1000000;
	q->arrived_until_us = time_param(j, "changed_before", NULL) * 1000000;
	q->after_id = req_param_i64(r, "after_entry_id", 0, INT64_MAX, 0);
	q->before_id = req_param_i64(r, "before_entry_id", 0, INT64_MAX, 0);
	q->query = req_param(r, "search");
	if (str_empty(q->query))
		q->query = NULL;
	q->offset = req_param_i64(r, "offset", 0, INT32_MAX, 0);
	q->limit = req_param_i64(r, "limit", 0, ENTRIES_MAX, 100);
	if (q->limit == 0)
		q->limit = ENTRIES_MAX;
	read_order(j, q);
	if (q->feed_id == 0)
		q->feed_id = req_param_i64(r, "feed_id", 0, INT64_MAX, 0);
	return q->category != NULL || category_of_id(j, category, &q->category);
}

static void
reply_entries(struct job *j, struct store_article_query *q)
{
	struct store_article_query all;
	struct entries e;
	int64_t total = 0;
	enum ak_status st;
	char end[64];

	if (!read_filters(j, q)) {
		reply_error(j, 404, "no such category");
		return;
	}
	q->with_content = true;
	all = *q;
	all.limit = all.offset = 0;
	e.feeds = (struct feeds){.j = j, .by_id = json_object()};
	json_list_begin(&e.list, j, "{\"entries\":[");
	st = store_articles(j->reader, q, put_entry, &e);
	if (st == AK_OK)
		st = store_article_count(j->reader, &all, &total);
	(void)snprintf(end, sizeof(end), "],\"total\":%lld}", (long long)total);
	json_list_end(&e.list, end);
	json_decref(e.feeds.by_id);
	if (st != AK_OK)
		reply_status(j, st, "reading entries");
}

void
mf_entries(struct job *j)
{
	struct store_article_query q = {0};

	reply_entries(j, &q);
}

void
mf_feed_entries(struct job *j)
{
	struct store_article_query q = {0};

	if (mf_id(j, &q.feed_id))
		reply_entries(j, &q);
}

void
mf_category_entries(struct job *j)
{
	struct store_article_query q = {0};
	int64_t id;

	if (!mf_id(j, &id))
		return;
	if (!category_of_id(j, id, &q.category))
		reply_error(j, 404, "no such category");
	else
		reply_entries(j, &q);
}

struct one {
	struct feeds feeds;
	json_t *entry;
	bool is_starred;
};

static void
keep_entry(const struct store_article *a, void *arg)
{
	struct one *o = arg;

	o->is_starred = a->is_starred;
	o->entry = entry_json(a, &o->feeds);
}

static bool
load_entry(struct job *j, int64_t id, struct one *o)
{
	o->entry = NULL;
	o->feeds = (struct feeds){.j = j, .by_id = json_object()};
	(void)!store_article_get(j->reader, id, keep_entry, o);
	json_decref(o->feeds.by_id);
	if (o->entry == NULL)
		reply_error(j, 404, "no such entry");
	return o->entry != NULL;
}

void
mf_entry(struct job *j)
{
	struct one o;
	int64_t id;

	/* Also below feeds/ID and categories/ID: the last number counts. */
	if (j->req.args[1] != NULL)
		j->req.args[0] = j->req.args[1];
	if (mf_id(j, &id) && load_entry(j, id, &o))
		reply_json(j, 200, o.entry);
}

/* --- states ---------------------------------------------------------- */

static void
mark(struct job *j, enum store_mark m, const struct store_mark_query *q)
{
	int64_t changed;
	enum ak_status st = store_mark(j->store, m, q, &changed);

	if (st == AK_OK)
		reply_empty(j, 204); /* a body is taken for an error */
	else
		reply_status(j, st, "marking");
}

void
mf_entries_mark(struct job *j)
{
	struct store_mark_query q = {0};
	json_t *body = body_json(j), *list;
	const char *status;
	int64_t *ids;

	if (body == NULL)
		return;
	list = json_object_get(body, "entry_ids");
	status = json_string_value(json_object_get(body, "status"));
	ids = arena_alloc(j->arena, (json_array_size(list) + 1) * sizeof(*ids));
	for (size_t i = 0; ids != NULL && i < json_array_size(list); i++)
		ids[q.n_ids++] = json_integer_value(json_array_get(list, i));
	q.ids = ids;
	if (q.n_ids == 0 || status == NULL)
		reply_error(j, 400, "entry_ids and status are needed");
	else if (strcmp(status, "unread") == 0)
		mark(j, STORE_UNREAD, &q);
	else if (strcmp(status, "read") == 0 || strcmp(status, "removed") == 0)
		mark(j, STORE_READ, &q);
	else
		reply_error(j, 400, "no such status");
	json_decref(body);
}

void
mf_bookmark(struct job *j)
{
	struct store_mark_query q = {.n_ids = 1};
	struct one o;
	int64_t id;

	if (!mf_id(j, &id) || !load_entry(j, id, &o))
		return;
	json_decref(o.entry);
	q.ids = &id;
	mark(j, o.is_starred ? STORE_UNSTAR : STORE_STAR, &q);
}

void
mf_feed_read(struct job *j)
{
	struct store_mark_query q = {0};

	if (mf_id(j, &q.feed_id))
		mark(j, STORE_READ, &q);
}

void
mf_category_read(struct job *j)
{
	struct store_mark_query q = {0};
	int64_t id;

	if (!mf_id(j, &id))
		return;
	if (!category_of_id(j, id, &q.category) || q.category == NULL)
		reply_error(j, 404, "no such category");
	else
		mark(j, STORE_READ, &q);
}

void
mf_all_read(struct job *j)
{
	struct store_mark_query q = {.all = true};

	mark(j, STORE_READ, &q);
}

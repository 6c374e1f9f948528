/* SPDX-License-Identifier: ISC */
/* api_articles.c - /api/v1: articles, search, relations, stories, marks. */
#include "serve/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "relate/relate.h"
#include "serve/column.h"
#include "serve/json_list.h"

static json_t *
article_json(const struct store_article *a)
{
	json_t *o = json_pack(
	    "{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, "
	    "s:o, s:o, s:b, s:b, s:o, s:I}",
	    "id", (json_int_t)a->id, "guid", json_text(a->guid), "url",
	    json_text(a->url), "title", json_text(a->title), "author",
	    json_text(a->author), "summary", json_text(a->summary), "language",
	    json_text(a->language), "image", json_text(a->image), "published",
	    json_time(a->published), "modified", json_time(a->modified),
	    "arrived", json_time(a->arrived_us / 1000000), "feed",
	    (json_int_t)a->feed_id, "feeds", column_value(a->feeds), "tags",
	    column_value(a->tags), "attachments", column_value(a->attachments),
	    "read", a->is_read, "starred", a->is_starred, "thread",
	    a->thread != 0 ? json_integer(a->thread) : json_null(), "revisions",
	    (json_int_t)a->n_revisions);

	if (a->external_url != NULL)
		(void)json_object_set_new(
		    o, "external_url", json_string(a->external_url));
	if (a->comments_url != NULL)
		(void)json_object_set_new(
		    o, "comments_url", json_string(a->comments_url));
	if (a->content_html != NULL)
		(void)json_object_set_new(
		    o, "content_html", json_string(a->content_html));
	if (a->gone_at != 0)
		(void)json_object_set_new(o, "gone", json_time(a->gone_at));
	if (a->extra != NULL)
		(void)json_object_set_new(o, "_akin", column_value(a->extra));
	return o;
}

/* --- lists ----------------------------------------------------------- */

/* "YYYY-MM-DD...", or unix seconds; false: neither. */
static bool
read_time(const char *text, int64_t *ret)
{
	struct tm tm = {0};
	const char *rest;

	if (str_to_i64(text, 0, INT64_MAX / 2000000, ret))
		return true;
	if ((rest = strptime(text, "%Y-%m-%d", &tm)) == NULL)
		return false;
	if (*rest == 'T' && (rest = strptime(rest, "T%H:%M:%S", &tm)) == NULL)
		return false;
	if (strcmp(rest, "Z") != 0 && *rest != '\0')
		return false;
	*ret = (int64_t)timegm(&tm);
	return true;
}

/* A cursor of struct store_article_query: "SORT.ID". */
static bool
read_cursor(const char *text, int64_t *ret_sort, int64_t *ret_id)
{
	const char *dot = strchr(text, '.');
	char sort[24];

	if (dot == NULL || (size_t)(dot - text) >= sizeof(sort))
		return false;
	memcpy(sort, text, (size_t)(dot - text));
	sort[dot - text] = '\0';
	return str_to_i64(sort, INT64_MIN, INT64_MAX, ret_sort) &&
	       str_to_i64(dot + 1, 1, INT64_MAX, ret_id);
}

static bool
flag(struct job *j, const char *name)
{
	const char *s = req_param(&j->req, name);

	return s != NULL && strcmp(s, "false") != 0 && strcmp(s, "0") != 0;
}

bool
api_article_filters(struct job *j, struct store_article_query *q)
{
	const struct req *r = &j->req;
	const char *cursor = req_param(r, "cursor");
	const char *since = req_param(r, "since");
	const char *until = req_param(r, "until");

	q->feed_id = req_param_i64(r, "feed", 0, INT64_MAX, 0);
	q->thread = req_param_i64(r, "thread", 0, INT64_MAX, 0);
	q->category = req_param(r, "category");
	q->query = req_param(r, "q");
	q->unread = flag(j, "unread");
	q->starred = flag(j, "starred");
	q->with_content = flag(j, "content");
	q->limit = req_param_i64(r, "limit", 1, LIMIT_PAGE_ITEMS, 50);
	if (str_empty(q->query))
		q->query = NULL;
	if (q->query != NULL && strlen(q->query) > LIMIT_QUERY_BYTES) {
		reply_error(j, 400, "q is too long");
		return false;
	}
	if ((since != NULL && !read_time(since, &q->since)) ||
	    (until != NULL && !read_time(until, &q->until))) {
		reply_error(j, 400, "since and until are dates, RFC 3339");
		return false;
	}
	if (cursor != NULL &&
	    !read_cursor(cursor, &q->before_sort, &q->before_sort_id)) {
		reply_error(j, 400, "this cursor is none of ours");
		return false;
	}
	return true;
}

struct list {
	struct json_list list;
	int64_t limit, sort, id;
	bool has_more;
};

static void
put_article(const struct store_article *a, void *arg)
{
	struct list *l = arg;
	json_t *o;

	if ((int64_t)l->list.n == l->limit) {
		l->has_more = true;
		return;
	}
	l->id = a->id;
	l->sort = a->sort;
	o = article_json(a);
	if (a->snippet != NULL)
		(void)json_object_set_new(
		    o, "snippet", json_string(a->snippet));
	json_list_put(&l->list, o);
}

static void
reply_articles(struct job *j, struct store_article_query *q)
{
	struct list l = {.limit = q->limit};
	enum ak_status st;
	char end[96] = "],\"next\":null}";

	q->limit++;
	q->with_feeds = true;
	json_list_begin(&l.list, j, "{\"articles\":[");
	st = store_articles(j->reader, q, put_article, &l);
	if (st != AK_OK) {
		reply_status(j, st, "reading articles");
		return;
	}
	if (l.has_more && q->order == STORE_NEWEST)
		(void)snprintf(end, sizeof(end), "],\"next\":\"%lld.%lld\"}",
		    (long long)l.sort, (long long)l.id);
	json_list_end(&l.list, end);
	j->reply.has_etag = true;
}

void
api_articles(struct job *j)
{
	struct store_article_query q = {0};

	if (api_article_filters(j, &q))
		reply_articles(j, &q);
}

void
api_search(struct job *j)
{
	struct store_article_query q = {0};
	const char *order = req_param(&j->req, "order");

	if (!api_article_filters(j, &q))
		return;
	if (q.query == NULL) {
		reply_error(j, 400, "q is needed");
		return;
	}
	q.order = str_eq(order, "newest") ? STORE_NEWEST : STORE_BEST;
	reply_articles(j, &q);
}

static void
keep_article(const struct store_article *a, void *arg)
{
	json_t **o = arg;

	*o = article_json(a);
}

void
api_article(struct job *j)
{
	json_t *o = NULL;
	int64_t id;

	if (!api_id(j, 0, &id))
		return;
	(void)!store_article_get(j->reader, id, keep_article, &o);
	if (o == NULL)
		reply_error(j, 404, "there is no article %lld", (long long)id);
	else
		reply_json(j, 200, o);
	j->reply.has_etag = true;
}

void
api_article_delete(struct job *j)
{
	enum ak_status st;
	int64_t id;

	if (!api_id(j, 0, &id))
		return;
	if ((st = store_article_remove(j->store, id)) == AK_OK)
		reply_empty(j, 204);
	else
		reply_status(j, st, "removing the article");
}

/* --- relations ------------------------------------------------------- */

static void
put_relation(const struct store_relation *r, void *arg)
{
	json_list_put(arg,
	    json_pack("{s:o, s:o, s:o, s:o, s:s, s:f, s:o, s:o, s:o}",
		"article",
		r->article != 0 ? json_integer(r->article) : json_null(),
		"guid", json_text(r->guid), "title", json_text(r->title), "url",
		json_text(r->url), "kind",
		relate_kind_name((enum relate_kind)r->kind), "score", r->score,
		"form", json_text(r->form), "published",
		json_time(r->published), "feed", json_text(r->feed_title)));
}

void
api_related(struct job *j)
{
	int64_t limit = req_param_i64(&j->req, "limit", 1, 50, 12), id;
	struct json_list list;

	if (!api_known(j, 0, &id))
		return;
	json_list_begin(&list, j, "{\"related\":[");
	(void)!store_related(j->reader, id, limit, put_relation, &list);
	json_list_end(&list, "]}");
	j->reply.has_etag = true;
}

static void
mark_pair(struct job *j, bool is_wrong)
{
	enum ak_status st;
	int64_t a, b;

	if (!api_known(j, 0, &a) || !api_known(j, 1, &b))
		return;
	if ((st = store_relation_wrong(j->store, a, b, is_wrong)) == AK_OK)
		reply_empty(j, 204);
	else
		reply_status(j, st, "marking the pair");
}

void
api_related_delete(struct job *j)
{
	mark_pair(j, true);
}

void
api_related_put(struct job *j)
{
	mark_pair(j, false);
}

void
api_why(struct job *j)
{
	struct diag why = {{0}};
	enum ak_status st;
	char *json = NULL;
	int64_t a, b;

	if (!api_id(j, 0, &a) || !api_id(j, 1, &b))
		return;
	if (j->ops->why == NULL) {
		reply_error(j, 501, "reasons are not to be had here");
		return;
	}
	st = j->ops->why(j->ops->arg, j->reader, a, b, &json, &why);
	if (st == AK_OK)
		buf_adds(reply_begin(j, 200, TYPE_JSON), json);
	else
		reply_error(j,
		    st == AK_NOTFOUND	? 404
		    : st == AK_BADINPUT ? 400
					: 500,
		    "%s", why.text);
	free(json);
}

static void
put_revision(const struct store_revision *v, void *arg)
{
	json_list_put(
	    arg, json_pack("{s:I, s:o, s:o, s:o}", "n", (json_int_t)v->n,
		     "seen", json_time(v->at), "title", json_text(v->title),
		     "content_html", json_text(v->content_html)));
}

void
api_revisions(struct job *j)
{
	struct json_list list;
	int64_t id;

	if (!api_known(j, 0, &id))
		return;
	json_list_begin(&list, j, "{\"revisions\":[");
	(void)!store_revisions(j->reader, id, put_revision, &list);
	json_list_end(&list, "]}");
	j->reply.has_etag = true;
}

/* --- stories --------------------------------------------------------- */

static json_t *
thread_json(const struct store_thread *t)
{
	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "id",
	    (json_int_t)t->id, "lead", (json_int_t)t->lead, "title",
	    json_text(t->lead_title), "url", json_text(t->lead_url), "feed",
	    json_text(t->lead_feed), "articles", (json_int_t)t->n_articles,
	    "feeds", (json_int_t)t->n_feeds, "first", json_time(t->first_at),
	    "last", json_time(t->last_at));
}

static void
put_thread(const struct store_thread *t, void *arg)
{
	json_list_put(arg, thread_json(t));
}

void
api_threads(struct job *j)
{
	const char *since = req_param(&j->req, "since");
	struct store_thread_query q = {.min_articles = 2};
	struct json_list list;

	q.limit = req_param_i64(&j->req, "limit", 1, LIMIT_PAGE_ITEMS, 50);
	q.offset = req_param_i64(&j->req, "offset", 0, INT32_MAX, 0);
	if (since != NULL && !read_time(since, &q.since)) {
		reply_error(j, 400, "since is a date, RFC 3339");
		return;
	}
	json_list_begin(&list, j, "{\"threads\":[");
	(void)!store_threads(j->reader, &q, put_thread, &list);
	json_list_end(&list, "]}");
	j->reply.has_etag = true;
}

static void
keep_thread(const struct store_thread *t, void *arg)
{
	json_t **o = arg;

	*o = thread_json(t);
}

struct members {
	struct job *j;
	json_t *list;
};

static void
put_copy(const struct store_relation *r, void *arg)
{
	(void)json_object_set_new(arg, "copy_of",
	    json_pack("{s:I, s:f}", "article", (json_int_t)r->article, "score",
		r->score));
}

static void
append_member(const struct store_article *a, void *arg)
{
	struct members *m = arg;
	json_t *o = article_json(a);

	(void)json_object_set_new(o, "copy_of", json_null());
	(void)!store_copy_of(m->j->reader, a->id, put_copy, o);
	(void)json_array_append_new(m->list, o);
}

void
api_thread(struct job *j)
{
	struct store_article_query articles = {
	    .limit = LIMIT_PAGE_ITEMS, .with_feeds = true};
	struct store_thread_query q = {.min_articles = 1};
	struct members m = {.j = j};
	json_t *thread = NULL;

	if (!api_id(j, 0, &q.id))
		return;
	(void)!store_threads(j->reader, &q, keep_thread, &thread);
	if (thread == NULL) {
		reply_error(j, 404, "there is no story %lld", (long long)q.id);
		return;
	}
	articles.thread = json_integer_value(json_object_get(thread, "id"));
	articles.offset = req_param_i64(&j->req, "offset", 0, INT32_MAX, 0);
	m.list = json_array();
	(void)!store_articles(j->reader, &articles, append_member, &m);
	(void)json_object_set_new(thread, "members", m.list);
	reply_json(j, 200, thread);
	j->reply.has_etag = true;
}

/* --- marks ----------------------------------------------------------- */

static bool
read_mark(const char *name, enum store_mark *ret)
{
	static const char *const names[] = {"read", "unread", "star", "unstar"};

	for (size_t i = 0; name != NULL && i < AK_COUNT(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret = (enum store_mark)i;
			return true;
		}
	}
	return false;
}

static bool
read_mark_query(struct job *j, json_t *body, struct store_mark_query *q)
{
	json_t *ids = json_object_get(body, "ids"), *id;
	const char *before = json_string_value(json_object_get(body, "before"));
	int64_t *list =
	    arena_alloc(j->arena, (json_array_size(ids) + 1) * sizeof(*list));
	size_t i;

	if (list == NULL)
		return false;
	json_array_foreach(ids, i, id)
	{
		if (!json_is_integer(id))
			return false;
		list[q->n_ids++] = json_integer_value(id);
	}
	q->ids = list;
	q->feed_id = json_integer_value(json_object_get(body, "feed"));
	q->category = json_string_value(json_object_get(body, "category"));
	q->all = json_is_true(json_object_get(body, "all"));
	if (before != NULL && !read_time(before, &q->before))
		return false;
	return q->n_ids > 0 || q->feed_id != 0 || q->category != NULL ||
	       q->before != 0 || q->all;
}

void
api_marks(struct job *j)
{
	struct store_mark_query q = {0};
	json_t *body = body_json(j);
	enum store_mark mark;
	enum ak_status st;
	int64_t changed;

	if (body == NULL)
		return;
	if (!read_mark(
		json_string_value(json_object_get(body, "mark")), &mark) ||
	    !read_mark_query(j, body, &q))
		reply_error(j, 400,
		    "mark is read, unread, star or unstar; ids, feed, "
		    "category, before or all says of what");
	else if ((st = store_mark(j->store, mark, &q, &changed)) == AK_OK)
		reply_json(
		    j, 200, json_pack("{s:I}", "changed", (json_int_t)changed));
	else
		reply_status(j, st, "marking");
	json_decref(body);
}

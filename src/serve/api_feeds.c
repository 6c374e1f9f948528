/* SPDX-License-Identifier: ISC */
/* api_feeds.c - /api/v1: feeds, their polls, categories, OPML. */
#include "serve/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "sched/sched.h"
#include "serve/json_list.h"
#include "serve/subs.h"

#define POLLS_MAX 1000

bool
api_id(struct job *j, size_t arg, int64_t *ret)
{
	if (str_to_i64(j->req.args[arg], 1, INT64_MAX, ret))
		return true;
	reply_error(j, 404, "\"%.80s\" is no number", j->req.args[arg]);
	return false;
}

bool
api_known(struct job *j, size_t arg, int64_t *ret)
{
	struct store_article_query q = {.ids = ret, .n_ids = 1};
	int64_t n = 0;

	if (!api_id(j, arg, ret))
		return false;
	if (store_article_count(j->reader, &q, &n) == AK_OK && n > 0)
		return true;
	reply_error(j, 404, "there is no article %lld", (long long)*ret);
	return false;
}

static void
count_feed(const struct store_feed *f, void *arg)
{
	int64_t *n = arg;

	(void)f;
	(*n)++;
}

static bool
known_feed(struct job *j, int64_t *ret)
{
	struct store_feed_query q = {0};
	int64_t n = 0;

	if (!api_id(j, 0, ret))
		return false;
	q.id = *ret;
	if (store_feeds(j->reader, &q, count_feed, &n) == AK_OK && n > 0)
		return true;
	reply_error(j, 404, "there is no feed %lld", (long long)*ret);
	return false;
}

static json_t *
why_next(const struct store_feed *f)
{
	struct buf why;
	json_t *text;

	buf_init(&why, 1024);
	sched_explain(&f->sched, clock_now(), &why);
	text = json_string(buf_str(&why));
	buf_release(&why);
	return text;
}

static json_t *
feed_json(const struct store_feed *f)
{
	const struct sched_state *s = &f->sched;

	return json_pack(
	    "{s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:I, "
	    "s:o, s:o, s:o, s:s, s:o, s:o, s:I, s:I, s:b, s:I}",
	    "id", (json_int_t)f->id, "url", f->url, "title", f->title,
	    "own_title", json_text(f->own_title), "home_page_url",
	    json_text(f->home_page_url), "description",
	    json_text(f->description), "language", json_text(f->language),
	    "icon", json_text(f->icon), "category", json_text(f->category),
	    "added", json_time(f->added_at), "state", sched_life_name(s->life),
	    "last_outcome",
	    s->last_poll_at != 0 ? sched_outcome_name(s->last_outcome) : "none",
	    "errors", (json_int_t)s->n_errors, "error", json_text(f->error),
	    "last_poll", json_time(s->last_poll_at), "last_new",
	    json_time(s->last_new_at), "hint", sched_hint_name(s->hint),
	    "next_poll", json_time(s->life == SCHED_ACTIVE ? s->due_at : 0),
	    "why", why_next(f), "articles", (json_int_t)f->n_articles, "unread",
	    (json_int_t)f->n_unread, "full_text", f->full_text, "interval",
	    (json_int_t)s->interval_s);
}

static void
put_feed(const struct store_feed *f, void *arg)
{
	json_list_put(arg, feed_json(f));
}

void
api_feeds(struct job *j)
{
	struct store_feed_query q = {.counts = true};
	const char *problems = req_param(&j->req, "problems");
	struct json_list list;

	q.category = req_param(&j->req, "category");
	q.problems = problems != NULL && strcmp(problems, "false") != 0;
	json_list_begin(&list, j, "{\"feeds\":[");
	(void)!store_feeds(j->reader, &q, put_feed, &list);
	json_list_end(&list, "]}");
	j->reply.has_etag = true;
}

static void
keep_feed(const struct store_feed *f, void *arg)
{
	json_t **feed = arg;

	*feed = feed_json(f);
}

static void
reply_feed(struct job *j, int status, int64_t id)
{
	struct store_feed_query q = {.id = id, .counts = true};
	json_t *feed = NULL;

	(void)!store_feeds(j->reader, &q, keep_feed, &feed);
	if (feed == NULL)
		reply_error(j, 404, "there is no feed %lld", (long long)id);
	else
		reply_json(j, status, feed);
	j->reply.has_etag = true;
}

void
api_feed(struct job *j)
{
	int64_t id;

	if (api_id(j, 0, &id))
		reply_feed(j, 200, id);
}

void
api_feed_add(struct job *j)
{
	json_t *body = body_json(j);
	struct serve_added got;
	const char *url;

	if (body == NULL)
		return;
	url = json_string_value(json_object_get(body, "url"));
	if (url == NULL) {
		reply_error(j, 400, "url is needed");
	} else if (subs_add(j, url,
		       json_string_value(json_object_get(body, "title")),
		       json_string_value(json_object_get(body, "category")),
		       &got)) {
		if (got.status == AK_OK) {
			reply_feed(j, 201, got.feed_id);
			reply_header(j, "Location",
			    job_printf(j, "%s/api/v1/feeds/%lld", j->req.root,
				(long long)got.feed_id));
		} else if (got.error != NULL) {
			reply_error(j, got.status == AK_EXISTS ? 409 : 422,
			    "%s", got.error);
		} else {
			reply_status(j, got.status, "subscribing");
		}
	}
	json_decref(body);
}

/* A member that may be text or null. */
static bool
text_member(json_t *body, const char *name, bool *ret_has, const char **ret)
{
	json_t *value = json_object_get(body, name);

	if (value == NULL)
		return true;
	if (!json_is_string(value) && !json_is_null(value))
		return false;
	*ret_has = true;
	*ret = json_string_value(value);
	return true;
}

static bool
bool_member(json_t *body, const char *name, bool *ret_has, bool *ret)
{
	json_t *value = json_object_get(body, name);

	if (value == NULL)
		return true;
	*ret_has = true;
	*ret = json_is_true(value);
	return json_is_boolean(value);
}

void
api_feed_edit(struct job *j)
{
	struct store_feed_edit e = {0};
	json_t *body, *interval;
	enum ak_status st;
	int64_t id;

	if (!api_id(j, 0, &id) || (body = body_json(j)) == NULL)
		return;
	interval = json_object_get(body, "interval");
	e.has_interval = interval != NULL;
	e.interval_s = json_integer_value(interval);
	if (!text_member(body, "title", &e.has_title, &e.title) ||
	    !text_member(body, "category", &e.has_category, &e.category) ||
	    !text_member(body, "url", &e.has_url, &e.url) ||
	    !bool_member(body, "paused", &e.has_paused, &e.paused) ||
	    !bool_member(body, "full_text", &e.has_full_text, &e.full_text) ||
	    (interval != NULL && !json_is_integer(interval)))
		reply_error(j, 400, "a member has the wrong type");
	else if (e.interval_s < 0 || e.interval_s > LIMIT_INTERVAL_S)
		reply_error(j, 400, "an interval has 0 to 2592000 seconds");
	else if ((st = store_feed_edit(j->store, id, &e)) == AK_OK)
		reply_feed(j, 200, id);
	else
		reply_status(j, st, "changing the feed");
	json_decref(body);
}

void
api_feed_delete(struct job *j)
{
	int64_t id;

	if (api_id(j, 0, &id) && job_remove_feed(j, id))
		reply_empty(j, 204);
}

void
api_feed_sync(struct job *j)
{
	int64_t id;

	if (!known_feed(j, &id))
		return;
	job_sync(j, id);
	reply_empty(j, 202);
}

static void
put_poll(const struct store_poll *p, void *arg)
{
	json_list_put(arg,
	    json_pack("{s:o, s:s, s:i, s:I, s:I, s:I, s:b, s:o}", "at",
		json_time(p->at), "outcome",
		sched_outcome_name((enum sched_outcome)p->outcome), "status",
		p->status, "wire_bytes", (json_int_t)p->wire_bytes,
		"elapsed_ms", (json_int_t)p->elapsed_ms, "new",
		(json_int_t)p->n_new, "conditional", p->was_conditional,
		"error", json_text(p->error)));
}

void
api_feed_polls(struct job *j)
{
	int64_t limit = req_param_i64(&j->req, "limit", 1, POLLS_MAX, 100);
	struct json_list list;
	int64_t id;

	if (!known_feed(j, &id))
		return;
	json_list_begin(&list, j, "{\"polls\":[");
	(void)!store_polls(j->reader, id, NULL, 0, limit, put_poll, &list);
	json_list_end(&list, "]}");
}

/* --- categories ------------------------------------------------------ */

static void
put_category(const struct store_category *c, void *arg)
{
	json_list_put(
	    arg, json_pack("{s:I, s:s, s:I, s:I}", "id", (json_int_t)c->id,
		     "path", c->path, "feeds", (json_int_t)c->n_feeds, "unread",
		     (json_int_t)c->n_unread));
}

void
api_categories(struct job *j)
{
	struct json_list list;

	json_list_begin(&list, j, "{\"categories\":[");
	(void)!store_categories(j->reader, true, put_category, &list);
	json_list_end(&list, "]}");
	j->reply.has_etag = true;
}

static const char *
body_path(struct job *j)
{
	json_t *body = body_json(j);
	const char *path;

	if (body == NULL)
		return NULL;
	path = job_strdup(j, json_string_value(json_object_get(body, "path")));
	json_decref(body);
	if (!str_empty(path))
		return path;
	reply_error(j, 400, "path is needed");
	return NULL;
}

static json_t *
category_json(int64_t id, const char *path)
{
	return json_pack("{s:I, s:s}", "id", (json_int_t)id, "path", path);
}

void
api_category_add(struct job *j)
{
	const char *path = body_path(j);
	enum ak_status st;
	int64_t id;

	if (path == NULL)
		return;
	if ((st = store_category_add(j->store, path, &id)) == AK_OK)
		reply_json(j, 201, category_json(id, path));
	else
		reply_status(j, st, "adding the category");
}

/* Path of the category that the URL names; NULL: answered. */
static const char *
named_category(struct job *j, int64_t *ret_id)
{
	const char *path;

	if (!api_id(j, 0, ret_id))
		return NULL;
	if (category_of_id(j, *ret_id, &path) && path != NULL)
		return path;
	reply_error(j, 404, "there is no category %lld", (long long)*ret_id);
	return NULL;
}

void
api_category_edit(struct job *j)
{
	const char *path, *to;
	enum ak_status st;
	int64_t id;

	if ((path = named_category(j, &id)) == NULL ||
	    (to = body_path(j)) == NULL)
		return;
	if ((st = store_category_rename(j->store, path, to)) == AK_OK)
		reply_json(j, 200, category_json(id, to));
	else
		reply_status(j, st, "renaming the category");
}

void
api_category_delete(struct job *j)
{
	const char *path;
	enum ak_status st;
	int64_t id;

	if ((path = named_category(j, &id)) == NULL)
		return;
	if ((st = store_category_remove(j->store, path)) == AK_OK)
		reply_empty(j, 204);
	else
		reply_status(j, st, "removing the category");
}

void
api_opml_get(struct job *j)
{
	subs_export(j);
}

void
api_opml_post(struct job *j)
{
	struct subs_imported got;
	struct diag why = {{0}};

	if (subs_import(j, j->req.body, j->req.body_len, &got, &why) != AK_OK)
		reply_error(j, 422, "%s", why.text);
	else
		reply_json(j, 200,
		    json_pack("{s:I, s:I, s:I}", "added",
			(json_int_t)got.n_added, "known",
			(json_int_t)got.n_known, "refused",
			(json_int_t)got.n_refused));
}

/* SPDX-License-Identifier: ISC */
/* miniflux_feeds.c - Miniflux' API: feeds and categories. */
#include "serve/miniflux.h"

#include <stdio.h>
#include <stdlib.h>

#include "serve/json_list.h"
#include "serve/subs.h"

json_t *
mf_feed_json(const struct store_feed *f)
{
	return json_pack(
	    "{s:I, s:i, s:s, s:s, s:s, s:o, s:I, s:s, s:s, s:s, s:s, s:b, s:b, "
	    "s:b, s:b, s:o, s:{s:I, s:I}}",
	    "id", (json_int_t)f->id, "user_id", 1, "feed_url", f->url,
	    "site_url", f->home_page_url != NULL ? f->home_page_url : "",
	    "title", f->title, "checked_at", mf_time(f->sched.last_poll_at),
	    "parsing_error_count", (json_int_t)f->sched.n_errors,
	    "parsing_error_message", f->error != NULL ? f->error : "",
	    "scraper_rules", "", "rewrite_rules", "", "user_agent", "",
	    "crawler", f->full_text, "disabled", f->sched.life != SCHED_ACTIVE,
	    "ignore_http_cache", 0, "fetch_via_proxy", f->proxy != NULL,
	    "category", mf_category(f->category_id, f->category), "icon",
	    "feed_id", (json_int_t)f->id, "icon_id",
	    (json_int_t)(f->icon != NULL ? f->id : 0));
}

static void
put_feed(const struct store_feed *f, void *arg)
{
	json_list_put(arg, mf_feed_json(f));
}

void
mf_feeds(struct job *j)
{
	struct store_feed_query q = {0};
	struct json_list list;

	json_list_begin(&list, j, "[");
	(void)!store_feeds(j->reader, &q, put_feed, &list);
	json_list_end(&list, "]");
}

static void
keep_feed(const struct store_feed *f, void *arg)
{
	json_t **feed = arg;

	*feed = mf_feed_json(f);
}

static void
reply_feed(struct job *j, int status, int64_t id)
{
	struct store_feed_query q = {.id = id};
	json_t *feed = NULL;

	(void)!store_feeds(j->reader, &q, keep_feed, &feed);
	if (feed != NULL)
		reply_json(j, status, feed);
	else
		reply_error(j, 404, "no such feed");
}

void
mf_feed(struct job *j)
{
	int64_t id;

	if (mf_id(j, &id))
		reply_feed(j, 200, id);
}

void
mf_feed_add(struct job *j)
{
	struct serve_added got;
	const char *url, *category;
	json_t *body = body_json(j);

	if (body == NULL)
		return;
	url = json_string_value(json_object_get(body, "feed_url"));
	if (url == NULL ||
	    !category_of_id(j,
		json_integer_value(json_object_get(body, "category_id")),
		&category)) {
		reply_error(j, 400, "feed_url and category_id are needed");
	} else if (subs_add(j, url, NULL, category, &got)) {
		if (got.status == AK_OK)
			reply_json(j, 201,
			    json_pack(
				"{s:I}", "feed_id", (json_int_t)got.feed_id));
		else
			reply_error(j, 400, "%s",
			    got.status == AK_EXISTS ? "This feed already exists"
			    : got.error != NULL	    ? got.error
						: "no feed was found there");
	}
	json_decref(body);
}

void
mf_feed_edit(struct job *j)
{
	struct store_feed_edit e = {0};
	json_t *body, *value;
	int64_t id;

	if (!mf_id(j, &id) || (body = body_json(j)) == NULL)
		return;
	if ((value = json_object_get(body, "title")) != NULL) {
		e.has_title = true;
		e.title = json_string_value(value);
	}
	if ((value = json_object_get(body, "feed_url")) != NULL) {
		e.has_url = true;
		e.url = json_string_value(value);
	}
	if ((value = json_object_get(body, "crawler")) != NULL) {
		e.has_full_text = true;
		e.full_text = json_is_true(value);
	}
	if ((value = json_object_get(body, "disabled")) != NULL) {
		e.has_paused = true;
		e.paused = json_is_true(value);
	}
	value = json_object_get(body, "category_id");
	e.has_category = value != NULL;
	if (value != NULL &&
	    !category_of_id(j, json_integer_value(value), &e.category)) {
		reply_error(j, 400, "no such category");
	} else {
		enum ak_status st = store_feed_edit(j->store, id, &e);

		if (st == AK_OK)
			reply_feed(j, 201, id);
		else
			reply_status(j, st, "changing the feed");
	}
	json_decref(body);
}

void
mf_feed_delete(struct job *j)
{
	int64_t id;

	if (mf_id(j, &id) && job_remove_feed(j, id))
		reply_empty(j, 204);
}

void
mf_feed_refresh(struct job *j)
{
	int64_t id;

	if (!mf_id(j, &id))
		return;
	job_sync(j, id);
	reply_empty(j, 204);
}

void
mf_feeds_refresh(struct job *j)
{
	j->sync_all = true;
	reply_empty(j, 204);
}

static void
count_feed(const struct store_feed *f, void *arg)
{
	json_t **counts = arg;
	char id[24];

	(void)snprintf(id, sizeof(id), "%lld", (long long)f->id);
	(void)json_object_set_new(
	    counts[0], id, json_integer(f->n_articles - f->n_unread));
	(void)json_object_set_new(counts[1], id, json_integer(f->n_unread));
}

void
mf_counters(struct job *j)
{
	struct store_feed_query q = {.counts = true};
	json_t *counts[2] = {json_object(), json_object()};

	(void)!store_feeds(j->reader, &q, count_feed, counts);
	reply_json(j, 200,
	    json_pack("{s:o, s:o}", "reads", counts[0], "unreads", counts[1]));
}

/* --- categories ------------------------------------------------------ */

static void
put_category(const struct store_category *c, void *arg)
{
	json_list_put(arg, mf_category(c->id, c->path));
}

void
mf_categories(struct job *j)
{
	struct json_list list;

	json_list_begin(&list, j, "[");
	json_list_put(&list, mf_category(0, NULL));
	(void)!store_categories(j->reader, false, put_category, &list);
	json_list_end(&list, "]");
}

/* "title" of the body, in the arena; NULL: answered. */
static const char *
body_title(struct job *j)
{
	json_t *body = body_json(j);
	const char *title;

	if (body == NULL)
		return NULL;
	title =
	    job_strdup(j, json_string_value(json_object_get(body, "title")));
	json_decref(body);
	if (str_empty(title)) {
		reply_error(j, 400, "title is needed");
		return NULL;
	}
	return title;
}

void
mf_category_add(struct job *j)
{
	const char *title = body_title(j);
	enum ak_status st;
	int64_t id;

	if (title == NULL)
		return;
	if (category_id(j->reader, title) != 0) {
		reply_error(j, 400, "This category already exists");
		return;
	}
	if ((st = store_category_add(j->store, title, &id)) == AK_OK)
		reply_json(j, 201, mf_category(id, title));
	else
		reply_status(j, st, "adding the category");
}

void
mf_category_edit(struct job *j)
{
	const char *title, *path;
	enum ak_status st;
	int64_t id;

	if (!mf_id(j, &id) || (title = body_title(j)) == NULL)
		return;
	if (!category_of_id(j, id, &path) || path == NULL)
		reply_error(j, 404, "no such category");
	else if ((st = store_category_rename(j->store, path, title)) == AK_OK)
		reply_json(j, 201, mf_category(id, title));
	else
		reply_status(j, st, "renaming the category");
}

void
mf_category_delete(struct job *j)
{
	const char *path;
	enum ak_status st;
	int64_t id;

	if (!mf_id(j, &id))
		return;
	if (!category_of_id(j, id, &path) || path == NULL)
		reply_error(j, 404, "no such category");
	else if ((st = store_category_remove(j->store, path)) == AK_OK)
		reply_empty(j, 204);
	else
		reply_status(j, st, "removing the category");
}

/* SPDX-License-Identifier: ISC */
/*
 * fever.c - the Fever API: one address, what is wanted stands in the query.
 *
 * Every answer is 200; a wrong key gets {"api_version":3,"auth":0} and no word
 * more.  Folders are groups; feeds without one are in a group of their own, as
 * some clients show only feeds that have a group.
 */
#include "serve/fever.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "serve/icons.h"

#define PAGE_ITEMS 50
#define FAR_S 10000000000 /* later than any arrival, safe to multiply */

/* --- feeds and groups ------------------------------------------------ */

struct feeds {
	json_t *feeds;	/* array, or NULL */
	json_t *groups; /* array, or NULL */
	struct {
		int64_t id;
		struct buf ids;
	} * members;
	size_t n_members;
	int64_t last_poll_at;
	int64_t *icons; /* feeds that have one, in order */
	size_t n_icons;
};

static void
add_member(struct feeds *f, int64_t group, int64_t feed)
{
	size_t i = 0;

	while (i < f->n_members && f->members[i].id != group)
		i++;
	if (i == f->n_members) {
		f->members =
		    xreallocarray(f->members, i + 1, sizeof(*f->members));
		f->members[i].id = group;
		buf_init(&f->members[i].ids, LIMIT_MIB);
		f->n_members++;
	}
	buf_addf(&f->members[i].ids, "%s%lld",
	    f->members[i].ids.len > 0 ? "," : "", (long long)feed);
}

static void
note_icon(const struct store_icon *i, void *arg)
{
	struct feeds *f = arg;

	if (i->type == NULL)
		return;
	f->icons = xreallocarray(f->icons, f->n_icons + 1, sizeof(*f->icons));
	f->icons[f->n_icons++] = i->feed_id;
}

static int
by_id(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* An icon has the number of its feed. */
static int64_t
icon_of(const struct feeds *f, int64_t id)
{
	return f->n_icons > 0 && bsearch(&id, f->icons, f->n_icons,
				     sizeof(*f->icons), by_id) != NULL
		   ? id
		   : 0;
}

static void
note_feed(const struct store_feed *s, void *arg)
{
	struct feeds *f = arg;

	if (s->sched.last_ok_at > f->last_poll_at)
		f->last_poll_at = s->sched.last_ok_at;
	add_member(
	    f, s->category_id != 0 ? s->category_id : NO_CATEGORY_ID, s->id);
	if (f->feeds == NULL)
		return;
	(void)json_array_append_new(f->feeds,
	    json_pack("{s:I, s:I, s:s, s:s, s:s, s:i, s:I}", "id",
		(json_int_t)s->id, "favicon_id", (json_int_t)icon_of(f, s->id),
		"title", s->title, "url", s->url, "site_url",
		s->home_page_url != NULL ? s->home_page_url : "", "is_spark", 0,
		"last_updated_on_time", (json_int_t)s->sched.last_ok_at));
}

static void
note_group(const struct store_category *c, void *arg)
{
	struct feeds *f = arg;

	(void)json_array_append_new(f->groups,
	    json_pack("{s:I, s:s}", "id", (json_int_t)c->id, "title", c->path));
}

static bool
has_group(const struct feeds *f, int64_t id)
{
	for (size_t i = 0; i < f->n_members; i++) {
		if (f->members[i].id == id)
			return true;
	}
	return false;
}

static void
put_feeds(struct job *j, json_t *out, bool wants_feeds, bool wants_groups)
{
	struct store_feed_query q = {0};
	struct feeds f = {0};
	json_t *lists = json_array();

	f.feeds = wants_feeds ? json_array() : NULL;
	f.groups = json_array();
	if (wants_feeds)
		(void)!store_icons(j->reader, 0, false, note_icon, &f);
	(void)!store_feeds(j->reader, &q, note_feed, &f);
	(void)!store_categories(j->reader, false, note_group, &f);
	if (has_group(&f, NO_CATEGORY_ID))
		(void)json_array_append_new(
		    f.groups, json_pack("{s:i, s:s}", "id", NO_CATEGORY_ID,
				  "title", NO_CATEGORY_TITLE));
	for (size_t i = 0; i < f.n_members; i++) {
		(void)json_array_append_new(
		    lists, json_pack("{s:I, s:s}", "group_id",
			       (json_int_t)f.members[i].id, "feed_ids",
			       buf_str(&f.members[i].ids)));
		buf_release(&f.members[i].ids);
	}
	free(f.members);
	free(f.icons);
	(void)json_object_set_new(out, "last_refreshed_on_time",
	    json_integer((json_int_t)f.last_poll_at));
	if (wants_groups)
		(void)json_object_set(out, "groups", f.groups);
	if (wants_feeds)
		(void)json_object_set(out, "feeds", f.feeds);
	if (wants_feeds || wants_groups)
		(void)json_object_set(out, "feeds_groups", lists);
	json_decref(f.groups);
	json_decref(f.feeds);
	json_decref(lists);
}

struct favicons {
	struct job *j;
	json_t *list;
	size_t n_bytes;
};

static void
put_favicon(const struct store_icon *i, void *arg)
{
	struct favicons *f = arg;
	struct buf data;

	icons_want(f->j, i);
	if (i->data == NULL || f->n_bytes > LIMIT_FAVICONS_BYTES)
		return;
	f->n_bytes += i->len;
	buf_init(&data, LIMIT_MIB);
	icons_put(&data, i->type, i->data, i->len);
	(void)json_array_append_new(
	    f->list, json_pack("{s:I, s:s}", "id", (json_int_t)i->feed_id,
			 "data", buf_str(&data)));
	buf_release(&data);
}

static void
put_favicons(struct job *j, json_t *out)
{
	struct favicons f = {.j = j, .list = json_array()};

	(void)!store_icons(j->reader, 0, true, put_favicon, &f);
	(void)json_object_set_new(out, "favicons", f.list);
}

/* --- items ----------------------------------------------------------- */

static void
put_item(const struct store_article *a, void *arg)
{
	const char *html =
	    a->content_html != NULL ? a->content_html : a->summary;
	int64_t at = a->published != 0 ? a->published : a->arrived_us / 1000000;
	const char *url = a->url != NULL ? a->url : a->external_url;

	(void)json_array_append_new(
	    arg, json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:i, s:i, s:I}",
		     "id", (json_int_t)a->id, "feed_id", (json_int_t)a->feed_id,
		     "title", a->title != NULL ? a->title : "", "author",
		     a->author != NULL ? a->author : "", "html",
		     html != NULL ? html : "", "url", url != NULL ? url : "",
		     "is_saved", a->is_starred, "is_read", a->is_read,
		     "created_on_time", (json_int_t)at));
}

/* The ids of "1,2,3", fifty at most. */
static size_t
read_ids(const char *s, int64_t ids[PAGE_ITEMS])
{
	size_t n = 0;

	while (*s != '\0' && n < PAGE_ITEMS) {
		char *end;

		ids[n] = (int64_t)strtoll(s, &end, 10);
		if (end == s)
			break;
		n++;
		s = *end == ',' ? end + 1 : end;
	}
	return n;
}

static void
put_items(struct job *j, json_t *out)
{
	const char *with = req_param(&j->req, "with_ids");
	const char *max = req_param(&j->req, "max_id");
	struct store_article_query q = {.by_arrival = true,
	    .with_content = true,
	    .limit = PAGE_ITEMS,
	    .order = STORE_OLDEST};
	struct store_article_query all = {0};
	json_t *items = json_array();
	int64_t ids[PAGE_ITEMS], total = 0;

	if (with != NULL) {
		q.n_ids = read_ids(with, ids);
		q.ids = ids;
	} else if (max != NULL) {
		q.order = STORE_NEWEST;
		q.before_id = req_param_i64(&j->req, "max_id", 0, INT64_MAX, 0);
	} else {
		q.after_id =
		    req_param_i64(&j->req, "since_id", 0, INT64_MAX, 0);
	}
	if (with == NULL || q.n_ids > 0)
		(void)!store_articles(j->reader, &q, put_item, items);
	(void)!store_article_count(j->reader, &all, &total);
	(void)json_object_set_new(
	    out, "total_items", json_integer((json_int_t)total));
	(void)json_object_set_new(out, "items", items);
}

static void
add_id(int64_t id, int64_t arrived_us, int64_t feed_id, void *arg)
{
	struct buf *b = arg;

	(void)arrived_us;
	(void)feed_id;
	buf_addf(b, "%s%lld", b->len > 0 ? "," : "", (long long)id);
}

static void
put_ids(struct job *j, json_t *out, const char *name, bool starred)
{
	struct store_article_query q = {.by_arrival = true,
	    .order = STORE_OLDEST,
	    .starred = starred,
	    .unread = !starred};
	struct buf b;

	buf_init(&b, LIMIT_HTTP_REPLY_BYTES);
	(void)!store_article_ids(j->reader, &q, add_id, &b);
	(void)json_object_set_new(out, name, json_string(buf_str(&b)));
	buf_release(&b);
}

/* --- marks ----------------------------------------------------------- */

/* Feeds without a folder, each by itself. */
static void
mark_ungrouped(struct job *j, int64_t before_us)
{
	struct store_feed_query q = {0};
	struct feeds f = {0};
	int64_t changed;

	f.groups = NULL;
	(void)!store_feeds(j->reader, &q, note_feed, &f);
	for (size_t i = 0; i < f.n_members; i++) {
		const char *s = buf_str(&f.members[i].ids);

		while (f.members[i].id == NO_CATEGORY_ID && *s != '\0') {
			char *end;
			struct store_mark_query m = {
			    .feed_id = strtoll(s, &end, 10),
			    .arrived_before_us = before_us};

			(void)!store_mark(j->store, STORE_READ, &m, &changed);
			s = *end == ',' ? end + 1 : end;
		}
		buf_release(&f.members[i].ids);
	}
	free(f.members);
}

static void
mark_group(struct job *j, int64_t id, struct store_mark_query *q)
{
	int64_t changed;
	char *path = NULL;

	if (id == NO_CATEGORY_ID) {
		mark_ungrouped(j, q->arrived_before_us);
		return;
	}
	if (id == 0)
		q->all = true;
	else
		path = category_path(j->reader, id);
	q->category = path;
	if (q->all || path != NULL)
		(void)!store_mark(j->store, STORE_READ, q, &changed);
	free(path);
}

static void
mark(struct job *j)
{
	static const struct {
		const char *as;
		enum store_mark mark;
	} marks[] = {
	    {"read", STORE_READ},
	    {"unread", STORE_UNREAD},
	    {"saved", STORE_STAR},
	    {"unsaved", STORE_UNSTAR},
	};
	const char *what = req_param(&j->req, "mark");
	const char *as = req_param(&j->req, "as");
	int64_t id = req_param_i64(&j->req, "id", INT64_MIN, INT64_MAX, -1);
	int64_t before = req_param_i64(&j->req, "before", 0, FAR_S, 0), changed;
	struct store_mark_query q = {.arrived_before_us = before * 1000000};

	if (id < 0)
		return;
	if (str_eq(what, "group") && str_eq(as, "read")) {
		mark_group(j, id, &q);
	} else if (str_eq(what, "feed") && str_eq(as, "read")) {
		q.feed_id = id;
		if (id > 0)
			(void)!store_mark(j->store, STORE_READ, &q, &changed);
	} else if (str_eq(what, "item")) {
		q = (struct store_mark_query){.ids = &id, .n_ids = 1};
		for (size_t i = 0; i < AK_COUNT(marks); i++) {
			if (str_eq(as, marks[i].as))
				(void)!store_mark(
				    j->store, marks[i].mark, &q, &changed);
		}
	}
}

/* --- the door -------------------------------------------------------- */

static bool
log_in(struct job *j)
{
	const char *key = req_param(&j->req, "api_key");
	char lower[33];

	if (key == NULL || strlen(key) != 32)
		return false;
	for (size_t i = 0; i <= 32; i++)
		lower[i] = (char)ascii_lower((unsigned char)key[i]);
	return auth_check(j->reader, CRED_FEVER, NULL, lower, &j->who);
}

static bool
asks(const struct job *j, const char *what)
{
	return req_param(&j->req, what) != NULL;
}

static void
answer(struct job *j, bool marks)
{
	const char *as = req_param(&j->req, "as");
	bool of_stars = marks && as != NULL && strstr(as, "saved") != NULL;
	json_t *out = json_pack("{s:i, s:i}", "api_version", 3, "auth", 1);

	put_feeds(j, out, asks(j, "feeds"), asks(j, "groups"));
	if (asks(j, "favicons"))
		put_favicons(j, out);
	if (asks(j, "links"))
		(void)json_object_set_new(out, "links", json_array());
	if (asks(j, "items"))
		put_items(j, out);
	if (asks(j, "unread_item_ids") || (marks && !of_stars))
		put_ids(j, out, "unread_item_ids", false);
	if (asks(j, "saved_item_ids") || of_stars)
		put_ids(j, out, "saved_item_ids", true);
	reply_json(j, 200, out);
}

void
fever_read(struct job *j)
{
	if (!log_in(j)) {
		j->logs_in_failed = req_param(&j->req, "api_key") != NULL;
		reply_json(j, 200,
		    json_pack("{s:i, s:i}", "api_version", 3, "auth", 0));
		return;
	}
	answer(j, false);
}

void
fever_write(struct job *j)
{
	if (!log_in(j) || j->who.scope < SCOPE_WRITE) {
		j->logs_in_failed = !j->who.is_known;
		reply_json(j, 200,
		    json_pack("{s:i, s:i}", "api_version", 3, "auth", 0));
		return;
	}
	mark(j);
	answer(j, true);
}

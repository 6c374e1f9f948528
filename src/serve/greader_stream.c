/* SPDX-License-Identifier: ISC */
/*
 * greader_stream.c - Google Reader API: ids and contents of streams.
 *
 * Streams run by arrival, which is the order of ids.  The continuation is the
 * id of the last item sent: it stays right while states change between pages.
 * Contents are made in two steps, ids first, so that just the feeds of the
 * page are looked up and nothing is asked of the store inside a callback.
 */
#include "serve/greader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "serve/column.h"
#include "serve/feedout.h"
#include "serve/json_list.h"
#include "serve/page.h"

#define IDS_MAX 200000
#define CONTENTS_MAX 1000

/* --- which items ----------------------------------------------------- */

struct page {
	struct job *j;
	size_t n_max, n, cap;
	struct page_item {
		int64_t id, arrived_us, feed_id;
	} * items;
	const int64_t *leave_out; /* rising */
	size_t n_leave_out;
	bool has_more;
};

static int
compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
add_item(int64_t id, int64_t arrived_us, int64_t feed_id, void *arg)
{
	struct page *p = arg;

	if (p->n_leave_out > 0 && bsearch(&id, p->leave_out, p->n_leave_out,
				      sizeof(id), compare_ids) != NULL)
		return;
	if (p->n == p->n_max) {
		p->has_more = true;
		return;
	}
	if (p->n == p->cap) {
		size_t cap = p->cap != 0 ? 2 * p->cap : 64;
		struct page_item *items = arena_grow(p->j->arena, p->items,
		    p->cap * sizeof(*items), cap * sizeof(*items));

		if (items == NULL)
			return;
		p->items = items;
		p->cap = cap;
	}
	p->items[p->n++] = (struct page_item){id, arrived_us, feed_id};
}

/* Ids of a stream that xt= names and the store has no word for. */
static enum ak_status
load_left_out(struct job *j, const struct g_stream *st, struct page *page)
{
	struct store_article_query q = {.by_arrival = true};
	struct page all = {.j = j, .n_max = IDS_MAX};
	enum ak_status s;
	int64_t *ids;

	q.order = STORE_OLDEST;
	if ((s = g_query_stream(j, st, &q)) != AK_OK ||
	    (s = store_article_ids(j->reader, &q, add_item, &all)) != AK_OK)
		return s;
	ids = arena_alloc(j->arena, (all.n + 1) * sizeof(*ids));
	if (ids == NULL)
		return AK_TOOBIG;
	for (size_t i = 0; i < all.n; i++)
		ids[i] = all.items[i].id;
	page->leave_out = ids;
	page->n_leave_out = all.n;
	return AK_OK;
}

static bool
apply_xt_it(struct job *j, struct store_article_query *q, struct page *page)
{
	struct g_stream st;
	const char *text;
	size_t pos = 0;

	while ((text = req_param_next(&j->req, "it", &pos)) != NULL) {
		if (!g_stream_parse(j, text, &st))
			return false;
		if (g_query_stream(j, &st, q) != AK_OK)
			return false;
	}
	pos = 0;
	while ((text = req_param_next(&j->req, "xt", &pos)) != NULL) {
		if (!g_stream_parse(j, text, &st))
			return false;
		if (st.kind == G_READ)
			q->unread = true;
		else if (st.kind == G_UNREAD)
			q->read = true;
		else if (load_left_out(j, &st, page) != AK_OK)
			return false;
	}
	return true;
}

/* The page of items that the request asks for; false: answered. */
static bool
find_items(struct job *j, const char *stream, int64_t n_most, struct page *page)
{
	struct store_article_query q = {.by_arrival = true};
	const struct req *r = &j->req;
	struct g_stream st = {0};
	const char *order = req_param(r, "r");
	int64_t last = req_param_i64(r, "c", 0, INT64_MAX, 0);
	int64_t ot = req_param_i64(r, "ot", 0, INT32_MAX * 16LL, 0);
	int64_t nt = req_param_i64(r, "nt", 0, INT32_MAX * 16LL, 0);

	if (!g_stream_parse(j, stream, &st)) {
		reply_error(j, 404, "no such stream");
		return false;
	}
	page->j = j;
	page->n_max = (size_t)req_param_i64(r, "n", 1, n_most, 20);
	q.order = str_eq(order, "o") ? STORE_OLDEST : STORE_NEWEST;
	if (q.order == STORE_OLDEST)
		q.after_id = last;
	else
		q.before_id = last;
	q.arrived_since_us = ot * 1000000;
	q.arrived_until_us = nt != 0 ? (nt + 1) * 1000000 : 0;
	if (g_query_stream(j, &st, &q) != AK_OK || !apply_xt_it(j, &q, page)) {
		reply_error(j, 400, "no such stream");
		return false;
	}
	/* What is left out below may fill that many places. */
	q.limit = (int64_t)(page->n_max + 1 + page->n_leave_out);
	if (store_article_ids(j->reader, &q, add_item, page) != AK_OK) {
		reply_error(j, 500, "the store cannot be read");
		return false;
	}
	return true;
}

static const char *
stream_of(struct job *j)
{
	const char *s = j->req.args[0];

	if (str_empty(s))
		s = req_param(&j->req, "s");
	return !str_empty(s) ? s : G_STATE "reading-list";
}

static void
put_end(struct json_list *list, const struct page *p)
{
	char end[64];

	if (p->has_more && p->n > 0)
		(void)snprintf(end, sizeof(end), "],\"continuation\":\"%lld\"}",
		    (long long)p->items[p->n - 1].id);
	else
		(void)snprintf(end, sizeof(end), "]}");
	json_list_end(list, end);
}

void
g_stream_ids(struct job *j)
{
	struct page p = {0};
	struct json_list list;
	char ref[96];

	if (!find_items(j, stream_of(j), IDS_MAX, &p))
		return;
	json_list_begin(&list, j, "{\"itemRefs\":[");
	for (size_t i = 0; i < p.n; i++) {
		(void)snprintf(ref, sizeof(ref),
		    "{\"id\":\"%lld\",\"timestampUsec\":\"%lld\"}",
		    (long long)p.items[i].id, (long long)p.items[i].arrived_us);
		json_list_puts(&list, ref);
	}
	put_end(&list, &p);
}

/* --- contents -------------------------------------------------------- */

struct feed_info {
	int64_t id;
	const char *title, *home, *category;
};

struct label_info {
	int64_t article;
	const char *name;
	struct label_info *next;
};

struct contents {
	struct job *j;
	struct json_list list;
	struct feed_info *feeds; /* by rising id */
	size_t n_feeds;
	struct label_info *labels;
};

static void
note_feed(const struct store_feed *f, void *arg)
{
	struct contents *c = arg;
	struct feed_info *info = &c->feeds[c->n_feeds++];

	info->id = f->id;
	info->title = job_strdup(c->j, f->title);
	info->home = job_strdup(c->j, f->home_page_url);
	info->category = job_strdup(c->j, f->category);
}

static enum ak_status
load_feeds(struct contents *c, const struct page *p)
{
	int64_t *ids = arena_alloc(c->j->arena, (p->n + 1) * sizeof(*ids));
	enum ak_status st = AK_OK;

	c->feeds = arena_alloc(c->j->arena, (p->n + 1) * sizeof(*c->feeds));
	if (ids == NULL || c->feeds == NULL)
		return AK_TOOBIG;
	for (size_t i = 0; i < p->n; i++)
		ids[i] = p->items[i].feed_id;
	qsort(ids, p->n, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < p->n && st == AK_OK; i++) {
		struct store_feed_query q = {.id = ids[i]};

		if (ids[i] != 0 && (i == 0 || ids[i] != ids[i - 1]))
			st = store_feeds(c->j->reader, &q, note_feed, c);
	}
	return st;
}

static void
note_label(int64_t article, const char *name, void *arg)
{
	struct contents *c = arg;
	struct label_info *l = arena_alloc(c->j->arena, sizeof(*l));

	if (l == NULL)
		return;
	l->article = article;
	l->name = job_strdup(c->j, name);
	l->next = c->labels;
	c->labels = l;
}

static void
append(json_t *array, const char *prefix, const char *name)
{
	char *text = xasprintf("%s%s", prefix, name);

	(void)json_array_append_new(array, json_string(text));
	free(text);
}

/* The feed's own words; those that read like a state or label are dropped,
 * as clients look at the end of the string only. */
static void
append_words(json_t *array, const char *tags)
{
	json_t *words = column_array(tags), *word;
	size_t i;

	json_array_foreach(words, i, word)
	{
		const char *s = json_string_value(word);

		if (s != NULL && strstr(s, "/label/") == NULL &&
		    strstr(s, "state/com.google/") == NULL)
			(void)json_array_append(array, word);
	}
	json_decref(words);
}

static json_t *
categories_json(const struct contents *c, const struct store_article *a,
    const struct feed_info *feed)
{
	json_t *array = json_array();

	append(array, G_STATE, "reading-list");
	if (feed != NULL && feed->category != NULL)
		append(array, G_LABEL, feed->category);
	if (a->is_read)
		append(array, G_STATE, "read");
	if (a->is_starred)
		append(array, G_STATE, "starred");
	for (const struct label_info *l = c->labels; l != NULL; l = l->next) {
		if (l->article == a->id)
			append(array, G_LABEL, l->name);
	}
	append_words(array, a->tags);
	return array;
}

static json_t *
enclosures_json(const char *attachments)
{
	json_t *list = column_array(attachments), *out = json_array(), *one;
	struct attachment at;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (column_attachment(one, &at))
			(void)json_array_append_new(
			    out, json_pack("{s:s, s:s, s:I}", "href", at.url,
				     "type", at.type != NULL ? at.type : "",
				     "length", (json_int_t)at.size_bytes));
	}
	json_decref(list);
	return out;
}

/* Clients disagree whether a title is text or HTML: '<' alone is escaped. */
static json_t *
title_json(const char *title)
{
	struct buf b;
	json_t *value;

	buf_init(&b, LIMIT_MIB);
	for (const char *s = title != NULL ? title : ""; *s != '\0'; s++) {
		if (*s == '<')
			buf_adds(&b, "&lt;");
		else
			buf_addc(&b, *s);
	}
	value = json_string(buf_str(&b));
	buf_release(&b);
	return value;
}

static const char *
html_of(const struct store_article *a)
{
	if (a->content_html != NULL)
		return a->content_html;
	return a->summary != NULL ? a->summary : "";
}

static void
put_item(const struct store_article *a, void *arg)
{
	struct contents *c = arg;
	const struct feed_info key = {.id = a->feed_id};
	const struct feed_info *feed =
	    c->n_feeds == 0
		? NULL
		: bsearch(&key, c->feeds, c->n_feeds, sizeof(key), compare_ids);
	const char *url = a->url != NULL	    ? a->url
			  : a->external_url != NULL ? a->external_url
						    : "";
	int64_t published =
	    a->published != 0 ? a->published : a->arrived_us / 1000000;
	char id[64], msec[32], usec[32], stream[32];
	json_t *item, *enclosures;

	(void)snprintf(
	    id, sizeof(id), G_ITEM "%016llx", (unsigned long long)a->id);
	(void)snprintf(
	    msec, sizeof(msec), "%lld", (long long)(a->arrived_us / 1000));
	(void)snprintf(usec, sizeof(usec), "%lld", (long long)a->arrived_us);
	(void)snprintf(
	    stream, sizeof(stream), "feed/%lld", (long long)a->feed_id);
	item = json_pack("{s:s, s:s, s:s, s:I, s:I, s:o, s:[{s:s}], "
			 "s:[{s:s, s:s}], s:{s:s}, s:o, s:{s:s, s:s, s:s}}",
	    "id", id, "crawlTimeMsec", msec, "timestampUsec", usec, "published",
	    (json_int_t)published, "updated",
	    (json_int_t)(a->modified > published ? a->modified : published),
	    "title", title_json(a->title), "canonical", "href", url,
	    "alternate", "href", url, "type", "text/html", "summary", "content",
	    html_of(a), "categories", categories_json(c, a, feed), "origin",
	    "streamId", stream, "title", feed != NULL ? feed->title : "",
	    "htmlUrl", feed != NULL && feed->home != NULL ? feed->home : "");
	if (a->author != NULL)
		(void)json_object_set_new(
		    item, "author", json_string(a->author));
	enclosures = enclosures_json(a->attachments);
	if (json_array_size(enclosures) > 0)
		(void)json_object_set_new(item, "enclosure", enclosures);
	else
		json_decref(enclosures);
	json_list_put(&c->list, item);
}

/* Answer with the page's items, in its order. */
static void
put_contents(struct job *j, const char *stream, const struct page *p,
    enum store_order order)
{
	struct contents c = {.j = j};
	struct store_article_query q = {
	    .by_arrival = true, .order = order, .with_content = true};
	int64_t *ids = arena_alloc(j->arena, (p->n + 1) * sizeof(*ids));
	json_t *head;

	for (size_t i = 0; ids != NULL && i < p->n; i++)
		ids[i] = p->items[i].id;
	if (ids == NULL || load_feeds(&c, p) != AK_OK ||
	    (p->n > 0 && store_article_labels(
			     j->reader, ids, p->n, note_label, &c) != AK_OK)) {
		reply_error(j, 500, "the store cannot be read");
		return;
	}
	json_list_begin(&c.list, j, "{\"id\":");
	head = json_string(stream);
	buf_add_json(c.list.out, head);
	buf_addf(c.list.out, ",\"updated\":%lld,\"items\":[",
	    (long long)clock_now());
	q.ids = ids;
	q.n_ids = p->n;
	if (p->n > 0)
		(void)!store_articles(j->reader, &q, put_item, &c);
	put_end(&c.list, p);
}

void
g_stream_contents(struct job *j)
{
	struct page p = {0};
	const char *stream = stream_of(j);

	if (find_items(j, stream, CONTENTS_MAX, &p))
		put_contents(j, stream, &p,
		    str_eq(req_param(&j->req, "r"), "o") ? STORE_OLDEST
							 : STORE_NEWEST);
}

void
g_items_contents(struct job *j)
{
	struct store_article_query q = {.by_arrival = true};
	struct page p = {.j = j, .n_max = IDS_MAX};
	int64_t *ids;
	size_t n;

	if (!g_items(j, &ids, &n) || n == 0) {
		reply_error(j, 400, "i= gives no item's id");
		return;
	}
	q.ids = ids;
	q.n_ids = n;
	if (store_article_ids(j->reader, &q, add_item, &p) != AK_OK) {
		reply_error(j, 500, "the store cannot be read");
		return;
	}
	put_contents(j, G_STATE "reading-list", &p, STORE_NEWEST);
}

/* --- the older form -------------------------------------------------- */

static void
atom_state(struct buf *out, const char *name)
{
	buf_addf(out,
	    "<category term=\"" G_STATE "%s\" label=\"%s\" "
	    "scheme=\"http://www.google.com/reader/\"/>",
	    name, name);
}

static void
put_atom_entry(const struct store_article *a, void *arg)
{
	struct buf *out = arg;
	char date[CLOCK_RFC3339_SIZE];

	buf_addf(out, "<entry><id>" G_ITEM "%016llx</id><title>",
	    (unsigned long long)a->id);
	put_text(out, a->title);
	buf_adds(out, "</title><link rel=\"alternate\" href=\"");
	put_text(out, a->url);
	(void)clock_rfc3339(
	    a->published != 0 ? a->published : a->arrived_us / 1000000, date);
	buf_addf(out,
	    "\"/><published>%s</published><updated>%s</updated>"
	    "<author><name>",
	    date, date);
	put_text(out, a->author);
	buf_adds(out, "</name></author>");
	atom_state(out, a->is_read ? "read" : "fresh");
	if (a->is_starred)
		atom_state(out, "starred");
	buf_adds(out, "<content type=\"html\">");
	put_text(out, html_of(a));
	buf_adds(out, "</content></entry>\n");
}

/* Streams as Atom: all that Newsboat 2.21 can read of this API. */
void
g_stream_atom(struct job *j)
{
	struct store_article_query q = {
	    .by_arrival = true, .with_content = true};
	struct page p = {0};
	char date[CLOCK_RFC3339_SIZE];
	struct buf *out;
	int64_t *ids;

	if (!find_items(j, stream_of(j), CONTENTS_MAX, &p))
		return;
	ids = arena_alloc(j->arena, (p.n + 1) * sizeof(*ids));
	for (size_t i = 0; ids != NULL && i < p.n; i++)
		ids[i] = p.items[i].id;
	out = reply_begin(j, 200, "application/atom+xml; charset=UTF-8");
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>");
	put_text(out, stream_of(j));
	buf_addf(out, "</id><title>akin</title><updated>%s</updated>\n",
	    clock_rfc3339(clock_now(), date));
	q.ids = ids;
	q.n_ids = p.n;
	if (ids != NULL && p.n > 0)
		(void)!store_articles(j->reader, &q, put_atom_entry, out);
	buf_adds(out, "</feed>\n");
}

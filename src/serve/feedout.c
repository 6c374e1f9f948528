/* SPDX-License-Identifier: ISC */
/*
 * feedout.c - what akin has, as feeds: everything, a category, a feed, a
 * story, a search, the starred ones.
 *
 * Each item names its related articles, so that another reader, or another
 * akin, gets them too.  Articles are collected first: their relations are
 * further questions to the store, which must not be asked in a callback.
 */
#include "serve/feedout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "relate/relate.h"
#include "serve/page.h"

#define ITEMS 50
#define RELATED 12

static const struct format {
	const char *name, *type;
	void (*write)(struct buf *out, const struct out_feed *f);
} formats[] = {
    {"atom", "application/atom+xml; charset=UTF-8", out_atom},
    {"rss", "application/rss+xml; charset=UTF-8", out_rss},
    {"json", "application/feed+json; charset=UTF-8", out_json},
};

/* --- collecting ------------------------------------------------------ */

struct collect {
	struct job *j;
	struct out_item *first, **end;
	int64_t newest;
};

/* Is a guid an IRI as Atom wants it: a scheme, a colon, no white space? */
static bool
is_iri(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
			     "WXYZ0123456789+.-");

	return n > 0 && s[n] == ':' && s[n + 1] != '\0' &&
	       strpbrk(s, " \t\r\n<>\"{}|\\^`") == NULL;
}

static void
keep_item(const struct store_article *a, void *arg)
{
	struct collect *c = arg;
	struct out_item *o = arena_alloc(c->j->arena, sizeof(*o));

	if (o == NULL)
		return;
	o->id = a->id;
	o->key = a->guid != NULL && is_iri(a->guid)
		     ? job_strdup(c->j, a->guid)
		     : job_printf(c->j, "%s/article/%lld", c->j->req.base,
			   (long long)a->id);
	o->url = job_strdup(c->j, a->url);
	o->external_url = job_strdup(c->j, a->external_url);
	o->title = job_strdup(c->j, a->title);
	o->author = job_strdup(c->j, a->author);
	o->html = job_strdup(c->j, a->content_html);
	o->summary = job_strdup(c->j, a->summary);
	o->language = job_strdup(c->j, a->language);
	o->image = job_strdup(c->j, a->image);
	o->feed_title = job_strdup(c->j, a->feed_title);
	o->feed_url = job_strdup(c->j, a->feed_url);
	o->tags = job_strdup(c->j, a->tags);
	o->attachments = job_strdup(c->j, a->attachments);
	o->published =
	    a->published != 0 ? a->published : a->arrived_us / 1000000;
	o->modified = a->modified > o->published ? a->modified : o->published;
	o->related_end = &o->related;
	if (o->modified > c->newest)
		c->newest = o->modified;
	*c->end = o;
	c->end = &o->next;
}

struct relating {
	struct job *j;
	struct out_item *item;
};

static void
keep_related(const struct store_relation *r, void *arg)
{
	struct relating *x = arg;
	struct out_link *l;

	if (r->url == NULL ||
	    (l = arena_alloc(x->j->arena, sizeof(*l))) == NULL)
		return;
	l->url = job_strdup(x->j, r->url);
	l->title = job_strdup(x->j, r->title);
	l->kind = relate_kind_name((enum relate_kind)r->kind);
	l->score = r->score;
	*x->item->related_end = l;
	x->item->related_end = &l->next;
}

/* --- which feed ------------------------------------------------------ */

struct title {
	struct job *j;
	const char *text;
};

static void
keep_feed_title(const struct store_feed *f, void *arg)
{
	struct title *t = arg;

	t->text = job_strdup(t->j, f->title);
}

static void
keep_thread_title(const struct store_thread *s, void *arg)
{
	struct title *t = arg;

	t->text = job_strdup(t->j, s->lead_title);
}

/* `what` is the path below /feeds/ without its ending.  NULL: no such feed. */
static const char *
choose(struct job *j, const char *what, struct store_article_query *q)
{
	struct store_thread_query thread = {.min_articles = 1};
	struct store_feed_query feed = {0};
	struct title title = {.j = j};

	if (strcmp(what, "all") == 0)
		return "akin";
	if (strcmp(what, "starred") == 0) {
		q->starred = true;
		return "Starred";
	}
	if (strcmp(what, "search") == 0) {
		q->query = req_param(&j->req, "q");
		if (str_empty(q->query) || strlen(q->query) > LIMIT_QUERY_BYTES)
			return NULL;
		return job_printf(j, "Search: %s", q->query);
	}
	if (str_starts(what, "category/")) {
		q->category = what + strlen("category/");
		return category_id(j->reader, q->category) != 0 ? q->category
								: NULL;
	}
	if (str_starts(what, "feed/") &&
	    str_to_i64(what + 5, 1, INT64_MAX, &feed.id)) {
		q->feed_id = feed.id;
		(void)!store_feeds(j->reader, &feed, keep_feed_title, &title);
	} else if (str_starts(what, "thread/") &&
		   str_to_i64(what + 7, 1, INT64_MAX, &thread.id)) {
		q->thread = thread.id;
		(void)!store_threads(
		    j->reader, &thread, keep_thread_title, &title);
	}
	return title.text;
}

/* Take the ending off `what`; "format" of the query, else Atom, without. */
static const struct format *
format_of(struct job *j, char *what)
{
	const char *named = req_param(&j->req, "format");
	char *dot = strrchr(what, '.');

	for (size_t i = 0; i < AK_COUNT(formats); i++) {
		if (dot != NULL && strcmp(dot + 1, formats[i].name) == 0) {
			*dot = '\0';
			return &formats[i];
		}
	}
	for (size_t i = 0; i < AK_COUNT(formats); i++) {
		if (str_eq(named, formats[i].name))
			return &formats[i];
	}
	return &formats[0];
}

static const char *
self_url(struct job *j, const char *query)
{
	struct buf b;
	const char *url;

	if (query == NULL)
		return job_printf(j, "%s%s", j->req.base, j->req.path);
	buf_init(&b, LIMIT_URL_BYTES);
	put_url_part(&b, query);
	url = job_printf(j, "%s%s?q=%s", j->req.base, j->req.path, buf_str(&b));
	buf_release(&b);
	return url;
}

void
feedout_get(struct job *j)
{
	struct store_article_query q = {.with_content = true, .limit = ITEMS};
	struct collect c = {.j = j};
	char *what = arena_strdup(j->arena, j->req.args[0]);
	const struct format *format;
	struct out_feed f = {0};

	if (what == NULL) {
		reply_error(j, 404, "there is no such feed");
		return;
	}
	format = format_of(j, what);
	if ((f.title = choose(j, what, &q)) == NULL) {
		reply_error(j, 404, "there is no such feed");
		return;
	}
	c.end = &c.first;
	if (store_articles(j->reader, &q, keep_item, &c) != AK_OK) {
		reply_error(j, 400, "the articles cannot be read");
		return;
	}
	for (struct out_item *o = c.first; o != NULL; o = o->next) {
		struct relating x = {j, o};

		(void)!store_related(
		    j->reader, o->id, RELATED, keep_related, &x);
	}
	f.items = c.first;
	f.updated = c.newest;
	f.self = self_url(j, q.query);
	f.home = job_printf(j, "%s/", j->req.base);
	format->write(reply_begin(j, 200, format->type), &f);
	j->reply.cache = "private, no-cache";
	j->reply.has_etag = true;
}

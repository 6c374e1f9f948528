/* SPDX-License-Identifier: ISC */
/* page_article.c - one article: content, and what changed in it. */
#include "serve/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/url.h"
#include "serve/api.h"
#include "serve/column.h"
#include "serve/images.h"

#define REVISIONS_SHOWN 20

/* --- revisions ------------------------------------------------------- */

struct revision {
	int64_t n, at;
	const char *title, *text;
};

struct revisions {
	struct job *j;
	struct revision list[REVISIONS_SHOWN];
	size_t n;
};

static void
keep_revision(const struct store_revision *v, void *arg)
{
	struct revisions *all = arg;

	if (all->n == REVISIONS_SHOWN) { /* the newest ones are wanted */
		memmove(all->list, all->list + 1,
		    (REVISIONS_SHOWN - 1) * sizeof(all->list[0]));
		all->n--;
	}
	all->list[all->n++] = (struct revision){v->n, v->at,
	    job_strdup(all->j, v->title != NULL ? v->title : ""),
	    job_strdup(all->j, v->text != NULL ? v->text : "")};
}

static void
put_revisions(struct job *j, int64_t id)
{
	struct revisions *all = arena_alloc(j->arena, sizeof(*all));

	if (all == NULL)
		return;
	all->j = j;
	(void)!store_revisions(j->reader, id, keep_revision, all);
	if (all->n < 2)
		return;
	h(j, "<details class=\"changes\"><summary>Edited ");
	if (all->n == 2)
		h(j, "once");
	else
		h(j, "%d times", (int64_t)all->n - 1);
	/* Inside, so that a link to it opens the details. */
	h(j, "</summary><div id=\"changes\">");
	for (size_t i = all->n - 1; i > 0; i--) {
		const struct revision *old = &all->list[i - 1];
		const struct revision *new = &all->list[i];

		h(j, "<section><h3>Seen ");
		page_time(j, new->at);
		h(j, "</h3>");
		if (strcmp(old->title, new->title) != 0) {
			h(j, "<p class=\"t\" dir=\"auto\">");
			diff_words(j, old->title, new->title);
			h(j, "</p>");
		}
		h(j, "<p class=\"diff\" dir=\"auto\">");
		diff_words(j, old->text, new->text);
		h(j, "</p></section>");
	}
	h(j, "</div></details>");
}

/* --- the page -------------------------------------------------------- */

/* What can be opened apart from the text; pictures are in it or above it. */
static void
put_attachments(struct job *j, const char *attachments)
{
	json_t *list = column_array(attachments), *one;
	struct attachment at;
	size_t i, n = 0;

	json_array_foreach(list, i, one)
	{
		if (!column_attachment(one, &at) || !url_is_http(at.url) ||
		    (at.type != NULL && str_starts(at.type, "image/")))
			continue;
		if (n++ == 0)
			h(j, "<ul class=\"files\">");
		h(j,
		    "<li><a href=\"%s\" rel=\"noreferrer\">%s</a> "
		    "<span class=\"meta\">%s</span></li>",
		    at.url, strrchr(at.url, '/') + 1, at.type);
	}
	if (n > 0)
		h(j, "</ul>");
	json_decref(list);
}

static void
put_other_feeds(struct job *j, const struct store_article *a)
{
	json_t *list = column_array(a->feeds), *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		int64_t id = json_integer_value(json_object_get(one, "id"));

		if (id != a->feed_id)
			h(j,
			    ", <a href=\"%r/articles?feed=%d\" "
			    "dir=\"auto\">%s</a>",
			    id,
			    json_string_value(json_object_get(one, "title")));
	}
	json_decref(list);
}

struct shown {
	struct job *j;
	bool found;
	int64_t sort, thread;
};

static void
put_article(const struct store_article *a, void *arg)
{
	struct shown *s = arg;
	struct job *j = s->j;
	const char *title = !str_empty(a->title) ? a->title : "(untitled)";
	const char *image;

	s->found = true;
	s->sort = a->sort;
	s->thread = a->thread;
	page_begin(j, 200, title, NULL);
	h(j,
	    "<div class=\"with-related\"><article class=\"full%h\" "
	    "data-id=\"%d\" data-open=\"1\"><header><p class=\"kicker\" "
	    "dir=\"auto\"><a href=\"%r/articles?feed=%d\">%s</a>",
	    a->is_read ? " read" : "", a->id, a->feed_id, a->feed_title);
	put_other_feeds(j, a);
	h(j, "</p><h1");
	page_lang(j, a->language);
	if (a->url != NULL && url_is_http(a->url))
		h(j, "><a href=\"%s\" rel=\"noreferrer\">%s</a></h1>", a->url,
		    title);
	else
		h(j, ">%s</h1>", title);
	h(j, "<div class=\"byline\"><p class=\"meta\">");
	if (a->author != NULL)
		h(j, "<span dir=\"auto\">%s</span> · ", a->author);
	page_time(j, page_date(a));
	page_story_chip(j, a->thread);
	if (a->comments_url != NULL && url_is_http(a->comments_url))
		h(j, " · <a href=\"%s\" rel=\"noreferrer\">comments</a>",
		    a->comments_url);
	if (a->gone_at != 0) {
		h(j, " · taken out by the publisher ");
		page_time(j, a->gone_at);
	}
	h(j, "</p>");
	page_marks(j, a->id, a->is_read, a->is_starred);
	h(j, "</div></header><div class=\"content\"");
	page_lang(j, a->language);
	h(j, ">");
	image = images_src(j, a->image);
	if (image != NULL && (a->content_html == NULL ||
				 strstr(a->content_html, "<img") == NULL))
		h(j, "<figure><img src=\"%s\" alt=\"\"></figure>", image);
	/* The cleaner's canonical output: the only HTML that is not ours. */
	if (!str_empty(a->content_html))
		images_put_html(j, a->content_html);
	else
		h(j, "<p>%s</p>", a->summary);
	h(j, "</div>");
	put_attachments(j, a->attachments);
	if (a->url != NULL && url_is_http(a->url))
		h(j,
		    "<p class=\"source\"><a class=\"button\" href=\"%s\" "
		    "rel=\"noreferrer\">Read at the source</a></p>",
		    a->url);
}

struct next {
	struct job *j;
	const char *query;
};

static void
put_next(const struct store_article *a, void *arg)
{
	const struct next *n = arg;

	h(n->j,
	    "<p class=\"more\"><a rel=\"next\" "
	    "href=\"%r/article/%d?%s\">Next: <span",
	    a->id, n->query);
	page_lang(n->j, a->language);
	h(n->j, ">%s</span></a></p>",
	    !str_empty(a->title) ? a->title : "(untitled)");
}

/* Who came from a list reads on in it. */
static void
put_next_of_list(struct job *j, const struct shown *s, int64_t id)
{
	struct store_article_query q = {0};
	struct next next = {j, j->req.query};

	if (!str_eq(req_param(&j->req, "in"), "list"))
		return;
	q.feed_id = req_param_i64(&j->req, "feed", 0, INT64_MAX, 0);
	if (!str_empty(req_param(&j->req, "category")))
		q.category = req_param(&j->req, "category");
	q.unread = req_param(&j->req, "unread") != NULL;
	q.starred = req_param(&j->req, "starred") != NULL;
	q.before_sort = s->sort;
	q.before_sort_id = id;
	q.limit = 1;
	(void)!store_articles(j->reader, &q, put_next, &next);
}

void
page_article(struct job *j)
{
	struct shown s = {.j = j};
	int64_t id;

	if (!api_id(j, 0, &id))
		return;
	(void)!store_article_get(j->reader, id, put_article, &s);
	if (!s.found) {
		reply_error(j, 404, "There is no such article.");
		return;
	}
	put_revisions(j, id);
	put_next_of_list(j, &s, id);
	h(j, "</article>");
	page_relations(j, id, s.thread);
	h(j, "</div>");
	page_end(j);
}

/* --- changes --------------------------------------------------------- */

void
page_mark(struct job *j)
{
	static const struct {
		const char *name;
		enum store_mark mark;
	} marks[] = {
	    {"read", STORE_READ},
	    {"unread", STORE_UNREAD},
	    {"star", STORE_STAR},
	    {"unstar", STORE_UNSTAR},
	};
	const char *name = req_param(&j->req, "mark");
	struct store_mark_query q = {.n_ids = 1};
	enum ak_status st = AK_BADINPUT;
	int64_t id, changed;

	if (!api_id(j, 0, &id))
		return;
	q.ids = &id;
	for (size_t i = 0; i < AK_COUNT(marks); i++) {
		if (str_eq(name, marks[i].name))
			st = store_mark(j->store, marks[i].mark, &q, &changed);
	}
	if (st != AK_OK)
		reply_status(j, st, "marking");
	else if (req_param(&j->req, "quiet") != NULL) /* the script */
		reply_empty(j, 204);
	else
		reply_redirect(j, page_back(j, job_printf(j, "/article/%lld",
						   (long long)id)));
}

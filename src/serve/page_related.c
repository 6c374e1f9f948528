/* SPDX-License-Identifier: ISC */
/*
 * page_related.c - what belongs to an article: its story, who had it first, the
 * related articles by kind; why two are related; pairs taken apart by hand.
 */
#include "serve/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "serve/api.h"

#define RELATED 24
#define STORY_MEMBERS 500

/* --- relations ------------------------------------------------------- */

static const struct {
	const char *title, *note;
} groups[] = {
    {"The publisher lists", "printed with this article"},
    {"Copies", "the same text again"},
    {"Same story", "other reports of the event"},
    {"Related reading", "about the same things"},
};

struct relation {
	int64_t article, rank, published;
	const char *title, *url, *form, *feed, *language;
	double score;
	int kind;
	struct relation *next;
};

struct relations {
	struct job *j;
	struct relation *first, **end;
};

static void
keep_relation(const struct store_relation *r, void *arg)
{
	struct relations *all = arg;
	struct relation *copy = arena_alloc(all->j->arena, sizeof(*copy));

	if (copy == NULL)
		return;
	copy->article = r->article;
	copy->rank = r->rank;
	copy->published = r->published;
	copy->title = job_strdup(all->j, r->title);
	copy->url = job_strdup(all->j, r->url);
	copy->form = job_strdup(all->j, r->form);
	copy->feed = job_strdup(all->j, r->feed_title);
	copy->language = job_strdup(all->j, r->language);
	copy->score = r->score;
	copy->kind = r->kind & 3;
	*all->end = copy;
	all->end = &copy->next;
}

/* A button that takes a pair apart or puts it together again. */
static void
put_pair_button(struct job *j, int64_t id, int64_t other, const char *what,
    const char *label)
{
	page_form(j, job_printf(j, "/article/%lld/%s", (long long)id, what),
	    "inline");
	h(j,
	    "<input type=\"hidden\" name=\"other\" value=\"%d\">"
	    "<button class=\"link\">%h</button></form>",
	    other, label);
}

static void
put_reason(struct job *j, int64_t id, const struct relation *r)
{
	h(j, "<div class=\"why\">");
	if (r->kind == 0 && r->rank > 0)
		h(j, "Place %d of its list", r->rank);
	else if (r->kind == 0)
		h(j, "Listed");
	if (r->kind == 0 && r->form != NULL)
		h(j, " (<code>%s</code>)", r->form);
	if (r->kind != 0)
		h(j, "<a href=\"%r/article/%d/why/%d\">Why? %d of 100</a>", id,
		    r->article, (int64_t)(r->score * 100 + 0.5));
	if (r->article != 0) {
		h(j, " · ");
		put_pair_button(j, id, r->article, "wrong", "Not related");
	}
	h(j, "</div>");
}

static void
put_relation(struct job *j, int64_t id, const struct relation *r)
{
	const char *title = !str_empty(r->title) ? r->title
			    : !str_empty(r->url) ? r->url
						 : "(untitled)";

	h(j, "<li><p class=\"t\"");
	page_lang(j, r->language);
	if (r->article != 0)
		h(j, "><a href=\"%r/article/%d\">%s</a></p>", r->article,
		    title);
	else if (r->url != NULL && url_is_http(r->url))
		h(j,
		    "><a href=\"%s\" rel=\"noreferrer\" "
		    "class=\"out\">%s</a></p>",
		    r->url, title);
	else
		h(j, ">%s</p>", title);
	h(j, "<p class=\"meta\">");
	if (r->feed != NULL)
		h(j, "<span dir=\"auto\">%s</span>", r->feed);
	if (r->feed != NULL && r->published != 0)
		h(j, " · ");
	if (r->published != 0)
		page_time(j, r->published);
	h(j, "</p>");
	put_reason(j, id, r);
	h(j, "</li>");
}

/* --- the story that it is part of ------------------------------------ */

struct member {
	int64_t id, at;
	const char *feed;
};

struct members {
	struct job *j;
	struct member *list; /* oldest first */
	size_t n;
};

static void
keep_member(const struct store_article *a, void *arg)
{
	struct members *m = arg;

	m->list[m->n++] = (struct member){
	    a->id, page_date(a), job_strdup(m->j, a->feed_title)};
}

struct copy {
	struct job *j;
	int64_t article;
};

static void
put_copy(const struct store_relation *r, void *arg)
{
	const struct copy *c = arg;

	h(c->j,
	    " · copy of <a href=\"%r/article/%d\" dir=\"auto\">%s</a>: "
	    "<a class=\"go\" href=\"%r/article/%d/why/%d\">what changed</a>",
	    r->article, r->feed_title != NULL ? r->feed_title : r->title,
	    r->article, c->article);
}

void
page_lineage(struct job *j, int64_t article, int64_t at, int64_t first_at)
{
	struct copy c = {j, article};

	if (at <= first_at)
		h(j, "first report");
	else
		h(j, "%s later", page_span(j, at - first_at));
	(void)!store_copy_of(j->reader, article, put_copy, &c);
}

static void
put_place(struct job *j, const struct members *m, int64_t id)
{
	const struct member *first = &m->list[0];

	for (size_t i = 0; i < m->n; i++) {
		if (m->list[i].id != id)
			continue;
		h(j, "<p class=\"meta\">This is report %d of %d, ",
		    (int64_t)i + 1, (int64_t)m->n);
		page_lineage(j, id, m->list[i].at, first->at);
		h(j, "</p>");
	}
	if (first->id != id)
		h(j,
		    "<p class=\"meta\">First: <a href=\"%r/article/%d\" "
		    "dir=\"auto\">%s</a></p>",
		    first->id, first->feed);
}

static void
put_story_of(struct job *j, int64_t id, int64_t thread)
{
	struct store_article_query q = {
	    .thread = thread, .order = STORE_OLDEST, .limit = STORY_MEMBERS};
	struct members m = {.j = j};
	struct svg_dot *dots;

	m.list = arena_alloc(j->arena, STORY_MEMBERS * sizeof(*m.list));
	dots = arena_alloc(j->arena, STORY_MEMBERS * sizeof(*dots));
	if (thread == 0 || m.list == NULL || dots == NULL ||
	    store_articles(j->reader, &q, keep_member, &m) != AK_OK || m.n < 2)
		return;
	for (size_t i = 0; i < m.n; i++)
		dots[i] = (struct svg_dot){m.list[i].at, m.list[i].feed};
	h(j, "<section class=\"of-story\"><h2>Story</h2>");
	svg_timeline(j, dots, m.n);
	put_place(j, &m, id);
	h(j,
	    "<p class=\"why\"><a href=\"%r/thread/%d\">All %d "
	    "reports</a></p></section>",
	    thread, (int64_t)m.n);
}

/* --- taken apart by hand --------------------------------------------- */

struct apart {
	struct job *j;
	int64_t id, just; /* the pair that was taken apart just now */
	int64_t n;
};

static void
put_apart(const struct store_wrong *w, void *arg)
{
	struct apart *x = arg;
	int other = w->article[0] == x->id;

	if (x->n++ == 0)
		h(x->j,
		    "<details class=\"apart\" id=\"apart\"%h><summary>Taken "
		    "apart by "
		    "hand</summary><ul>",
		    x->just != 0 ? " open" : "");
	h(x->j,
	    "<li%h><p class=\"t\" dir=\"auto\"><a href=\"%r/article/%d\">"
	    "%s</a></p><div class=\"why\"><span dir=\"auto\">%s</span> · ",
	    x->just == w->article[other] ? " class=\"just\"" : "",
	    w->article[other],
	    !str_empty(w->title[other]) ? w->title[other] : "(untitled)",
	    w->feed_title[other]);
	put_pair_button(
	    x->j, x->id, w->article[other], "right", "Undo: related after all");
	h(x->j, "</div></li>");
}

static void
put_all_apart(struct job *j, int64_t id)
{
	struct apart x = {.j = j,
	    .id = id,
	    .just = req_param_i64(&j->req, "apart", 1, INT64_MAX, 0)};

	(void)!store_wrong_pairs(j->reader, id, put_apart, &x);
	if (x.n > 0)
		h(j, "</ul></details>");
}

void
page_relations(struct job *j, int64_t id, int64_t thread)
{
	struct relations all = {.j = j};

	all.end = &all.first;
	(void)!store_related(j->reader, id, RELATED, keep_relation, &all);
	h(j, "<aside class=\"related\" aria-label=\"Related articles\">");
	put_story_of(j, id, thread);
	for (int kind = 0; kind < 4; kind++) {
		bool open = false;

		for (const struct relation *r = all.first; r; r = r->next) {
			if (r->kind != kind)
				continue;
			if (!open)
				h(j,
				    "<section><h2>%s <span class=\"note\">"
				    "%s</span></h2><ul>",
				    groups[kind].title, groups[kind].note);
			open = true;
			put_relation(j, id, r);
		}
		if (open)
			h(j, "</ul></section>");
	}
	if (all.first == NULL)
		h(j, "<p class=\"empty\">No related articles yet.</p>");
	put_all_apart(j, id);
	h(j, "</aside>");
}

static void
mark_pair(struct job *j, bool is_wrong)
{
	int64_t id, other = req_param_i64(&j->req, "other", 1, INT64_MAX, 0);
	enum ak_status st;

	if (!api_known(j, 0, &id))
		return;
	st = store_relation_wrong(j->store, id, other, is_wrong);
	if (st != AK_OK)
		reply_status(j, st, "marking the pair");
	else if (is_wrong)
		reply_redirect(
		    j, job_printf(j, "/article/%lld?apart=%lld#apart",
			   (long long)id, (long long)other));
	else
		reply_redirect(
		    j, job_printf(j, "/article/%lld", (long long)id));
}

void
page_wrong(struct job *j)
{
	mark_pair(j, true);
}

void
page_right(struct job *j)
{
	mark_pair(j, false);
}

/* --- reasons --------------------------------------------------------- */

static const char *
side_text(json_t *why, const char *side, const char *key)
{
	const char *s =
	    json_string_value(json_object_get(json_object_get(why, side), key));

	return s != NULL ? s : "";
}

static void
put_terms(struct job *j, json_t *why)
{
	json_t *terms = json_object_get(why, "terms"), *term;
	size_t i;

	if (json_array_size(terms) == 0)
		return;
	h(j, "<h2>Words that both have</h2><ul class=\"terms\">");
	json_array_foreach(terms, i, term)
	{
		json_t *share = json_object_get(term, "share");

		h(j,
		    "<li dir=\"auto\">%s <span class=\"count\">%d "
		    "%%</span></li>",
		    json_string_value(json_object_get(term, "text")),
		    (int64_t)(json_number_value(share) * 100 + 0.5));
	}
	h(j, "</ul>");
}

static void
put_numbers(struct job *j, json_t *why)
{
	static const struct {
		const char *key, *name;
	} measures[] = {
	    {"cosine", "Likeness of words"},
	    {"common", "Nearest articles in common"},
	    {"containment", "Shared passages"},
	    {"shared", "Shared text"},
	    {"time_factor", "Closeness in time"},
	};

	h(j, "<h2>Measures</h2><dl class=\"measures\">");
	for (size_t i = 0; i < AK_COUNT(measures); i++) {
		json_t *value = json_object_get(why, measures[i].key);

		if (json_is_number(value))
			h(j, "<dt>%s</dt><dd>%d %%</dd>", measures[i].name,
			    (int64_t)(json_number_value(value) * 100 + 0.5));
	}
	h(j, "</dl>");
}

/* Where a copy differs from the other. */
static void
put_changes(struct job *j, json_t *why)
{
	json_t *list = json_object_get(why, "changes"), *one;
	const char *a = side_text(why, "a", "feed");
	const char *b = side_text(why, "b", "feed");
	size_t i;

	if (!str_eq(
		json_string_value(json_object_get(why, "kind")), "duplicate") ||
	    json_array_size(list) == 0)
		return;
	h(j,
	    "<h2>Where they differ</h2><p class=\"meta\"><del>only in %s</del> "
	    "<ins>only in %s</ins></p>",
	    str_eq(a, b) ? "the first" : a, str_eq(a, b) ? "the second" : b);
	json_array_foreach(list, i, one)
	{
		a = json_string_value(json_object_get(one, "a"));
		b = json_string_value(json_object_get(one, "b"));
		h(j, "<p class=\"diff\" dir=\"auto\">");
		diff_words(j, a != NULL ? a : "", b != NULL ? b : "");
		h(j, "</p>");
	}
}

static void
put_side_of_pair(struct job *j, json_t *why, const char *side, int64_t id)
{
	const char *title = side_text(why, side, "title");

	h(j,
	    "<p class=\"t\" dir=\"auto\"><a href=\"%r/article/%d\">%s</a> "
	    "<span class=\"meta\">%s</span></p>",
	    id, *title != '\0' ? title : "(untitled)",
	    side_text(why, side, "feed"));
}

/* What they are to each other, and the button that changes it. */
static void
put_verdict(struct job *j, json_t *why, int64_t a, int64_t b)
{
	const char *reason = json_string_value(json_object_get(why, "reason"));
	const char *kind = json_string_value(json_object_get(why, "kind"));
	json_t *place =
	    json_object_get(json_object_get(why, "listed"), "place");
	int64_t score =
	    (int64_t)(json_number_value(json_object_get(why, "score")) * 100 +
		      0.5);

	h(j, "<p>");
	if (reason != NULL)
		h(j, "These two are not related: %s",
		    str_eq(reason, "wrong")    ? "somebody said that they are "
						 "not."
		    : str_eq(reason, "better") ? "others are nearer to both."
					       : "they have too little in "
						 "common.");
	else if (str_eq(kind, "listed"))
		h(j, "The publisher lists one with the other, at place %d.",
		    (int64_t)json_integer_value(place));
	else
		h(j, "%h: score %d of 100.",
		    str_eq(kind, "duplicate") ? "The same text again"
		    : str_eq(kind, "story")   ? "Reports of the same event"
					      : "About the same things",
		    score);
	h(j, "</p>");
	if (reason == NULL)
		put_pair_button(j, a, b, "wrong", "Not related");
	else if (str_eq(reason, "wrong"))
		put_pair_button(j, a, b, "right", "Undo: related after all");
}

void
page_why(struct job *j)
{
	struct diag error = {{0}};
	char *json = NULL;
	json_t *why;
	int64_t a, b;

	if (!api_id(j, 0, &a) || !api_id(j, 1, &b))
		return;
	if (j->ops->why == NULL ||
	    j->ops->why(j->ops->arg, j->reader, a, b, &json, &error) != AK_OK) {
		reply_error(j, 404, "%s",
		    error.text[0] != '\0' ? error.text
					  : "No reason is to be had here.");
		return;
	}
	why = json_loads(json, 0, NULL);
	free(json);
	page_begin(j, 200, "Why related", NULL);
	h(j, "<section class=\"card narrow\"><h1>Why related</h1>");
	put_side_of_pair(j, why, "a", a);
	put_side_of_pair(j, why, "b", b);
	put_verdict(j, why, a, b);
	put_changes(j, why);
	put_terms(j, why);
	put_numbers(j, why);
	h(j, "</section>");
	page_end(j);
	json_decref(why);
}

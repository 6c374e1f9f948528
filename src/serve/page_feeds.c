/* SPDX-License-Identifier: ISC */
/* page_feeds.c - subscriptions: their health, adding, changing, OPML. */
#include "serve/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "sched/sched.h"
#include "serve/api.h"
#include "serve/subs.h"

/* --- health ---------------------------------------------------------- */

struct health {
	int64_t feed_id;
	struct svg_day days[SVG_DAYS];
};

struct healths {
	struct job *j;
	struct health *list; /* by rising id */
	size_t n, cap;
	int64_t today;
};

static int
by_feed(const void *a, const void *b)
{
	int64_t x = ((const struct health *)a)->feed_id;
	int64_t y = ((const struct health *)b)->feed_id;

	return (x > y) - (x < y);
}

static void
add_health(const struct store_feed *f, void *arg)
{
	struct healths *all = arg;

	if (all->n == all->cap) {
		size_t cap = all->cap != 0 ? 2 * all->cap : 64;
		struct health *list = arena_grow(all->j->arena, all->list,
		    all->cap * sizeof(*list), cap * sizeof(*list));

		if (list == NULL)
			return;
		all->list = list;
		all->cap = cap;
	}
	memset(&all->list[all->n], 0, sizeof(all->list[0]));
	all->list[all->n++].feed_id = f->id;
}

static struct health *
find_health(const struct healths *all, int64_t feed_id)
{
	const struct health key = {.feed_id = feed_id};

	return all->n == 0
		   ? NULL
		   : bsearch(&key, all->list, all->n, sizeof(key), by_feed);
}

static void
add_poll(const struct store_poll *p, void *arg)
{
	struct healths *all = arg;
	struct health *x = find_health(all, p->feed_id);
	int64_t day = SVG_DAYS - 1 - (all->today - p->at / 86400);

	if (x == NULL || day < 0 || day >= SVG_DAYS)
		return;
	x->days[day].n_new += p->n_new;
	if (p->outcome == SCHED_OK || p->outcome == SCHED_NOT_MODIFIED)
		x->days[day].n_ok++;
	else
		x->days[day].n_failed++;
}

/* Polls of the last two weeks by feed and day, of these feeds. */
static void
load_health(
    struct job *j, const struct store_feed_query *feeds, struct healths *all)
{
	struct store_feed_query q = *feeds;

	q.counts = false;
	*all = (struct healths){.j = j, .today = clock_now() / 86400};
	(void)!store_feeds(j->reader, &q, add_health, all);
	if (all->n > 0)
		qsort(all->list, all->n, sizeof(*all->list), by_feed);
	(void)!store_polls(j->reader, q.id, NULL,
	    (all->today - SVG_DAYS + 1) * 86400, 0, add_poll, all);
}

static void
put_health(struct job *j, const struct healths *all, int64_t feed_id)
{
	static const struct svg_day none[SVG_DAYS];
	const struct health *x = find_health(all, feed_id);

	svg_health(j, x != NULL ? x->days : none);
}

static void
put_next(struct job *j, const struct sched_state *s)
{
	struct buf why;

	buf_init(&why, 1024);
	sched_explain(s, clock_now(), &why);
	if (s->life != SCHED_ACTIVE)
		h(j, "<span class=\"bad\" title=\"%s\">%h</span>",
		    buf_str(&why),
		    s->life == SCHED_PAUSED ? "paused" : "stopped");
	else
		h(j, "<span title=\"%s\">%s</span>", buf_str(&why),
		    s->due_at <= clock_now() ? "due now"
					     : page_ago(j, s->due_at));
	buf_release(&why);
}

/* --- the list -------------------------------------------------------- */

struct line { /* what a row says of a feed; strings in the arena */
	int64_t id, n_unread, n_articles;
	const char *title, *category, *error;
	struct sched_state sched;
};

struct lines {
	struct job *j;
	struct line *list;
	size_t n, cap;
};

static void
keep_line(const struct store_feed *f, void *arg)
{
	struct lines *all = arg;
	struct line *l;

	if (all->n == all->cap) {
		size_t cap = all->cap != 0 ? 2 * all->cap : 64;

		l = arena_grow(all->j->arena, all->list, all->cap * sizeof(*l),
		    cap * sizeof(*l));
		if (l == NULL)
			return;
		all->list = l;
		all->cap = cap;
	}
	all->list[all->n++] = (struct line){.id = f->id,
	    .n_unread = f->n_unread,
	    .n_articles = f->n_articles,
	    .title = job_strdup(all->j, f->title),
	    .category =
		job_strdup(all->j, f->category != NULL ? f->category : ""),
	    .error = job_strdup(all->j, f->error),
	    .sched = f->sched};
}

static int
by_category(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = strcmp(x->category, y->category);

	return order != 0 ? order : strcoll(x->title, y->title);
}

static void
put_line(struct job *j, const struct line *l, const struct healths *health)
{
	h(j,
	    "<li><div class=\"body\"><p class=\"t\"><a href=\"%r/feed/%d\" "
	    "dir=\"auto\">%s</a>",
	    l->id, l->title);
	if (l->n_unread > 0)
		h(j, " <span class=\"count\">%d</span>", l->n_unread);
	h(j, "</p><p class=\"meta\">%d articles · next poll ", l->n_articles);
	put_next(j, &l->sched);
	h(j, "</p>");
	if (l->error != NULL)
		h(j, "<p class=\"bad\">%s</p>", l->error);
	h(j, "</div>");
	put_health(j, health, l->id);
	h(j, "</li>");
}

static void
put_lines(struct job *j, struct lines *all, const struct healths *health)
{
	if (all->n == 0) {
		h(j, "<p class=\"empty\">%h</p>",
		    req_param(&j->req, "problems") != NULL
			? "No feed has a problem."
			: "No feeds yet: subscribe to one above, or import a "
			  "list of them.");
		return;
	}
	qsort(all->list, all->n, sizeof(*all->list), by_category);
	for (size_t i = 0; i < all->n; i++) {
		const struct line *l = &all->list[i];

		if (i == 0 || strcmp(l[-1].category, l->category) != 0)
			h(j,
			    "%h<h2 class=\"day\" dir=\"auto\">%s</h2>"
			    "<ul class=\"feeds\">",
			    i > 0 ? "</ul>" : "",
			    *l->category != '\0' ? l->category : "No category");
		put_line(j, l, health);
	}
	h(j, "</ul>");
}

static void
put_category_option(const struct store_category *c, void *arg)
{
	h(arg, "<option value=\"%s\">", c->path);
}

static void
put_category_list(struct job *j)
{
	h(j, "<datalist id=\"categories\">");
	(void)!store_categories(j->reader, false, put_category_option, j);
	h(j, "</datalist>");
}

static void
put_add_forms(struct job *j)
{
	h(j, "<section class=\"card add\">");
	page_form(j, "/feeds/add", "stack");
	h(j, "<h2>Subscribe</h2><label>Address of a feed or a page<input "
	     "name=\"url\" required inputmode=\"url\" autocapitalize=\"none\" "
	     "spellcheck=\"false\" placeholder=\"example.org\">"
	     "</label><label>Category<input name=\"category\" "
	     "list=\"categories\"></label><button class=\"primary\">Add"
	     "</button></form>");
	put_category_list(j);
	h(j, "<form method=\"post\" enctype=\"multipart/form-data\" "
	     "class=\"stack\" action=\"%r/feeds/import\"><h2>OPML</h2>");
	{
		char csrf[CSRF_SIZE];

		csrf_make(j->who.secret, csrf);
		h(j, "<input type=\"hidden\" name=\"csrf\" value=\"%s\">",
		    csrf);
	}
	h(j, "<label>File<input type=\"file\" name=\"opml\" required "
	     "accept=\".opml,.xml,text/xml\"></label><button>Import</button>"
	     "<p><a href=\"%r/opml\">Export</a></p></form></section>");
}

static void
count_feed(const struct store_feed *f, void *arg)
{
	int64_t *n = arg;

	(void)f;
	(*n)++;
}

/* How many need a look, and where they are; or the way back. */
static void
put_problems_button(struct job *j, bool are_shown)
{
	struct store_feed_query q = {.problems = true};
	int64_t n = 0;

	(void)!store_feeds(j->reader, &q, count_feed, &n);
	if (are_shown)
		h(j, "<a class=\"button\" href=\"%r/feeds\">All feeds</a>");
	else if (n > 0)
		h(j,
		    "<a class=\"button\" href=\"%r/feeds?problems=1\">%d with "
		    "problems</a>",
		    n);
}

static void
put_category_link(const struct store_category *c, void *arg)
{
	h(arg,
	    "<li><a href=\"%r/feeds?category=%u\" dir=\"auto\">%s</a> <span "
	    "class=\"count\">%d</span></li>",
	    c->path, c->path, c->n_feeds);
}

/* There are more feeds than a page shows. */
static void
put_categories(struct job *j)
{
	h(j,
	    "<p class=\"meta\">Only %d feeds are shown here. Those of a "
	    "category:</p><ul>",
	    (int64_t)LIMIT_PAGE_FEEDS);
	(void)!store_categories(j->reader, false, put_category_link, j);
	h(j, "</ul>");
}

void
page_feeds(struct job *j)
{
	bool problems = req_param(&j->req, "problems") != NULL;
	struct store_feed_query q = {.counts = true,
	    .problems = problems,
	    .category = req_param(&j->req, "category"),
	    .limit = LIMIT_PAGE_FEEDS};
	const char *said = req_param(&j->req, "said");
	struct healths health;
	struct lines lines = {.j = j};

	load_health(j, &q, &health);
	page_begin(j, 200, "Feeds", "Feeds");
	h(j, "<div class=\"col single\"><div class=\"head\"><h1>Feeds</h1>"
	     "<div class=\"tools\">");
	put_problems_button(j, problems);
	if (j->ops->sync != NULL) {
		page_form(j, "/sync", "inline");
		h(j, "<button>Poll now</button></form>");
	}
	h(j, "</div></div>");
	if (said != NULL)
		h(j, "<p class=\"said\" role=\"status\">%s</p>", said);
	put_add_forms(j);
	(void)!store_feeds(j->reader, &q, keep_line, &lines);
	if (lines.n == LIMIT_PAGE_FEEDS)
		put_categories(j);
	put_lines(j, &lines, &health);
	h(j, "</div>");
	page_end(j);
}

/* --- one feed -------------------------------------------------------- */

static void
put_poll(const struct store_poll *p, void *arg)
{
	struct job *j = arg;
	bool fine = p->outcome == SCHED_OK || p->outcome == SCHED_NOT_MODIFIED;

	h(j, "<tr><td>");
	page_time(j, p->at);
	h(j,
	    "</td><td%h>%s</td><td class=\"num\">%d</td><td "
	    "class=\"num\">%d</td><td class=\"num\">%d ms</td></tr>",
	    fine ? "" : " class=\"bad\"",
	    sched_outcome_name((enum sched_outcome)p->outcome), p->n_new,
	    p->wire_bytes, p->elapsed_ms);
}

struct one {
	struct job *j;
	const struct healths *health;
	bool found;
};

static void
put_one(const struct store_feed *f, void *arg)
{
	struct one *o = arg;
	struct job *j = o->j;
	struct buf why;

	o->found = true;
	page_begin(j, 200, f->title, "Feeds");
	h(j,
	    "<div class=\"col single\"><div class=\"head\"><h1 dir=\"auto\">"
	    "%s</h1><div class=\"tools\"><a class=\"button\" "
	    "href=\"%r/articles?feed=%d\">Articles</a>",
	    f->title, f->id);
	page_form(
	    j, job_printf(j, "/feed/%lld/refresh", (long long)f->id), "inline");
	h(j, "<button>Poll now</button></form></div></div>");
	if (f->description != NULL)
		h(j, "<p dir=\"auto\">%s</p>", f->description);
	h(j, "<p class=\"meta\"><a href=\"%s\" rel=\"noreferrer\">%s</a></p>",
	    f->url, f->url);
	put_health(j, o->health, f->id);
	buf_init(&why, 1024);
	sched_explain(&f->sched, clock_now(), &why);
	h(j, "<p>Schedule: %s</p>", buf_str(&why));
	buf_release(&why);
	if (f->error != NULL)
		h(j, "<p class=\"bad\">%s</p>", f->error);
	h(j, "<section class=\"card\">");
	page_form(
	    j, job_printf(j, "/feed/%lld/edit", (long long)f->id), "stack");
	h(j,
	    "<h2>Settings</h2><label>Title<input name=\"title\" value=\"%s\" "
	    "placeholder=\"%s\"></label><label>Category<input "
	    "name=\"category\" list=\"categories\" value=\"%s\"></label>"
	    "<label>Address<input type=\"url\" name=\"url\" value=\"%s\" "
	    "required></label><label class=\"check\"><input type=\"checkbox\" "
	    "name=\"paused\"%h> Paused</label><label class=\"check\"><input "
	    "type=\"checkbox\" name=\"full_text\"%h> Fetch full text of "
	    "articles</label><button class=\"primary\">Save</button></form>",
	    f->own_title, f->feed_title, f->category, f->url,
	    f->sched.life == SCHED_PAUSED ? " checked" : "",
	    f->full_text ? " checked" : "");
	page_form(
	    j, job_printf(j, "/feed/%lld/remove", (long long)f->id), "stack");
	h(j, "<details><summary>Unsubscribe</summary><p>Its articles go too; "
	     "starred ones stay.</p><button class=\"danger\">Unsubscribe"
	     "</button></details></form></section>");
}

void
page_feed(struct job *j)
{
	struct store_feed_query q = {.counts = true};
	struct healths health;
	struct one o = {.j = j, .health = &health};

	if (!api_id(j, 0, &q.id))
		return;
	load_health(j, &q, &health);
	(void)!store_feeds(j->reader, &q, put_one, &o);
	if (!o.found) {
		reply_error(j, 404, "There is no such feed.");
		return;
	}
	put_category_list(j);
	h(j, "<section><h2>Last polls</h2><div class=\"scroll\" "
	     "tabindex=\"0\" role=\"region\" aria-label=\"Last polls\">"
	     "<table><thead><tr><th>When</th><th>Outcome</th><th "
	     "class=\"num\">New</th><th class=\"num\">Bytes</th><th "
	     "class=\"num\">Took</th></tr></thead><tbody>");
	(void)!store_polls(j->reader, q.id, NULL, 0, 30, put_poll, j);
	h(j, "</tbody></table></div></section></div>");
	page_end(j);
}

/* --- changes --------------------------------------------------------- */

static void
back_to_feeds(struct job *j, const char *said)
{
	struct buf b;

	buf_init(&b, 8192);
	buf_adds(&b, "/feeds?said=");
	put_url_part(&b, said);
	reply_redirect(j, buf_str(&b));
	buf_release(&b);
}

void
page_feed_add(struct job *j)
{
	const char *url = req_param(&j->req, "url");
	struct serve_added got;

	if (str_empty(url)) {
		reply_error(j, 400, "An address is needed.");
		return;
	}
	if (!subs_add(j, url, NULL, req_param(&j->req, "category"), &got))
		return;
	if (got.status == AK_OK)
		reply_redirect(
		    j, job_printf(j, "/feed/%lld", (long long)got.feed_id));
	else if (got.status == AK_EXISTS && got.feed_id != 0)
		back_to_feeds(j, "You have that feed already.");
	else
		back_to_feeds(
		    j, job_printf(j, "Not added: %s.",
			   got.error != NULL ? got.error
					     : "no feed was found there"));
}

void
page_feed_edit(struct job *j)
{
	struct store_feed_edit e = {.has_title = true,
	    .has_category = true,
	    .has_url = true,
	    .has_paused = true,
	    .has_full_text = true};
	enum ak_status st;
	int64_t id;

	if (!api_id(j, 0, &id))
		return;
	e.title = req_param(&j->req, "title");
	e.category = req_param(&j->req, "category");
	e.url = req_param(&j->req, "url");
	e.paused = req_param(&j->req, "paused") != NULL;
	e.full_text = req_param(&j->req, "full_text") != NULL;
	if (str_empty(e.title))
		e.title = NULL;
	if (str_empty(e.category))
		e.category = NULL;
	e.has_url = !str_empty(e.url);
	if ((st = store_feed_edit(j->store, id, &e)) == AK_OK)
		reply_redirect(j, job_printf(j, "/feed/%lld", (long long)id));
	else
		reply_status(j, st, "changing the feed");
}

void
page_feed_remove(struct job *j)
{
	int64_t id;

	if (api_id(j, 0, &id) && job_remove_feed(j, id))
		back_to_feeds(j, "Unsubscribed.");
}

void
page_feed_refresh(struct job *j)
{
	int64_t id;

	if (!api_id(j, 0, &id))
		return;
	job_sync(j, id);
	reply_redirect(j, job_printf(j, "/feed/%lld", (long long)id));
}

void
page_import(struct job *j)
{
	const char *opml = req_param(&j->req, "opml");
	struct subs_imported got;
	struct diag why = {{0}};

	if (opml == NULL) {
		back_to_feeds(j, "No file was chosen.");
		return;
	}
	if (subs_import(j, opml, strlen(opml), &got, &why) != AK_OK)
		back_to_feeds(j, job_printf(j, "Not imported: %s.", why.text));
	else
		back_to_feeds(
		    j, job_printf(j,
			   "%lld feeds added, %lld were there, %lld refused.",
			   (long long)got.n_added, (long long)got.n_known,
			   (long long)got.n_refused));
}

void
page_export(struct job *j)
{
	subs_export(j);
}

void
page_sync(struct job *j)
{
	j->sync_all = true;
	reply_redirect(j, "/feeds");
}

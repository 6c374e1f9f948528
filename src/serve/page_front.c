/* SPDX-License-Identifier: ISC */
/* page_front.c - the front page: stories, then the river; lists; a story. */
#include "serve/page.h"

#include <time.h>

#include "base/clock.h"
#include "serve/api.h"
#include "serve/side.h"

#define STORIES 8
#define STORIES_LOOKED_AT 64
#define STORY_DAYS 3
#define STORY_ARTICLES 40
#define STORY_DOTS 500 /* of a story's own page */
#define ROWS 40

/* --- stories --------------------------------------------------------- */

struct headline {
	int64_t id, feed_id, at;
	const char *title, *feed, *language, *summary, *image;
	bool is_read, is_starred;
};

struct story {
	struct store_thread t;
	struct headline *lines; /* newest first */
	size_t n, cap;
};

struct stories {
	struct job *j;
	struct story list[STORIES];
	size_t n;
	int64_t min_feeds;
};

static void
keep_thread(const struct store_thread *t, void *arg)
{
	struct stories *s = arg;

	/* What one outlet says twice is in the river anyway. */
	if (s->n == STORIES || t->n_feeds < s->min_feeds)
		return;
	s->list[s->n].t = *t;
	s->list[s->n].t.lead_title = s->list[s->n].t.lead_url =
	    s->list[s->n].t.lead_feed = NULL; /* borrowed */
	s->n++;
}

struct gather {
	struct job *j;
	struct story *story;
};

static void
keep_headline(const struct store_article *a, void *arg)
{
	struct gather *g = arg;
	struct headline *line;

	if (g->story->n == g->story->cap)
		return;
	line = &g->story->lines[g->story->n++];
	line->id = a->id;
	line->feed_id = a->feed_id;
	line->at = page_date(a);
	line->title = job_strdup(g->j, a->title != NULL ? a->title : "");
	line->feed = job_strdup(g->j, a->feed_title);
	line->language = job_strdup(g->j, a->language);
	line->summary = page_excerpt(g->j, a);
	line->image = job_strdup(g->j, a->image);
	line->is_read = a->is_read;
	line->is_starred = a->is_starred;
}

static bool
load_story(struct job *j, struct story *s, size_t most)
{
	struct store_article_query q = {
	    .thread = s->t.id, .limit = (int64_t)most};
	struct gather g = {j, s};

	s->n = 0;
	s->cap = most;
	s->lines = arena_alloc(j->arena, most * sizeof(*s->lines));
	return s->lines != NULL &&
	       store_articles(j->reader, &q, keep_headline, &g) == AK_OK &&
	       s->n > 0;
}

static void
keep_excerpt(const struct store_article *a, void *arg)
{
	struct gather *g = arg;

	for (size_t i = 0; i < g->story->n; i++) {
		if (g->story->lines[i].id == a->id)
			g->story->lines[i].summary = page_excerpt(g->j, a);
	}
}

/* The text of one article only: making it costs. */
static void
load_excerpt(struct job *j, struct story *s, int64_t id)
{
	struct store_article_query q = {
	    .ids = &id, .n_ids = 1, .with_text = true};
	struct gather g = {j, s};

	(void)!store_articles(j->reader, &q, keep_excerpt, &g);
}

/* The lead, else the oldest that is there. */
static const struct headline *
lead_of(const struct story *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->lines[i].id == s->t.lead)
			return &s->lines[i];
	}
	return &s->lines[s->n - 1];
}

static void
put_line(struct job *j, const struct headline *l)
{
	h(j, "<li%h><a href=\"%r/article/%d\"",
	    l->is_read ? " class=\"read\"" : "", l->id);
	page_lang(j, l->language);
	h(j, ">%s</a> <span class=\"meta\"><span dir=\"auto\">%s</span> · ",
	    l->title, l->feed);
	page_time(j, l->at);
	h(j, "</span></li>");
}

static void
put_timeline(struct job *j, const struct story *s)
{
	struct svg_dot *dots = arena_alloc(j->arena, s->n * sizeof(*dots));

	if (dots == NULL)
		return;
	for (size_t i = 0; i < s->n; i++) {
		dots[i].at = s->lines[i].at;
		dots[i].label = s->lines[i].feed;
	}
	svg_timeline(j, dots, s->n);
}

static void
put_story(struct job *j, struct story *s)
{
	const struct headline *lead = lead_of(s);

	if (str_empty(lead->summary))
		load_excerpt(j, s, lead->id);
	h(j,
	    "<article class=\"story%h\" data-id=\"%d\"><div class=\"body\">"
	    "<p class=\"kicker\"><a href=\"%r/thread/%d\">%d %h · %d %h</a>",
	    lead->is_read ? " read" : "", lead->id, s->t.id, s->t.n_feeds,
	    s->t.n_feeds == 1 ? "outlet" : "outlets", s->t.n_articles,
	    s->t.n_articles == 1 ? "article" : "articles");
	put_timeline(j, s);
	h(j, "</p><h2");
	page_lang(j, lead->language);
	h(j, "><a href=\"%r/article/%d\">%s</a></h2>", lead->id, lead->title);
	if (!str_empty(lead->summary)) {
		h(j, "<p class=\"sum\"");
		page_lang(j, lead->language);
		h(j, ">%s</p>", lead->summary);
	}
	h(j,
	    "<p class=\"meta\"><a href=\"%r/articles?feed=%d\" "
	    "dir=\"auto\">%s</a> · ",
	    lead->feed_id, lead->feed);
	page_time(j, lead->at);
	h(j, "</p>");
	if (s->n > 1) {
		h(j,
		    "<details class=\"others\"><summary>%d more "
		    "%h</summary><ul>",
		    (int64_t)s->n - 1, s->n == 2 ? "headline" : "headlines");
		for (size_t i = 0; i < s->n; i++) {
			if (&s->lines[i] != lead)
				put_line(j, &s->lines[i]);
		}
		h(j, "</ul></details>");
	}
	h(j, "</div>");
	page_thumb(j, lead->image);
	page_marks(j, lead->id, lead->is_read, lead->is_starred);
	h(j, "</article>");
}

/* --- the river ------------------------------------------------------- */

struct river {
	struct job *j;
	int64_t n, day, last_sort, last_id;
	bool has_more, has_days;
	int64_t story_at; /* all rows are of one, first reported then; or 0 */
};

/* Days since 1970 where akind runs, as akin list has them. */
static int64_t
local_day(int64_t t)
{
	time_t when = (time_t)t;
	struct tm tm;

	if (localtime_r(&when, &tm) == NULL)
		return t / 86400;
	return (t + tm.tm_gmtoff) / 86400;
}

static void
day_heading(struct river *r, int64_t at)
{
	int64_t today = local_day(clock_now()), day = local_day(at);
	time_t when = (time_t)at;
	struct tm tm;
	char text[64];

	if (!r->has_days || (day == r->day && r->n > 0))
		return;
	r->day = day;
	if (day >= today) {
		h(r->j, "<h2 class=\"day\">Today</h2>");
	} else if (day == today - 1) {
		h(r->j, "<h2 class=\"day\">Yesterday</h2>");
	} else if (localtime_r(&when, &tm) != NULL) {
		(void)strftime(text, sizeof(text), "%A %e %B %Y", &tm);
		h(r->j, "<h2 class=\"day\">%s</h2>", text);
	}
}

static void
river_row(const struct store_article *a, void *arg)
{
	struct river *r = arg;

	if (r->n == ROWS) {
		r->has_more = true;
		return;
	}
	day_heading(r, page_date(a));
	r->last_sort = a->sort;
	r->last_id = a->id;
	r->n++;
	page_row(r->j, a, r->story_at);
}

static void
count_feed(const struct store_feed *f, void *arg)
{
	int64_t *n = arg;

	(void)f;
	(*n)++;
}

/* Why a list is empty, and what to do. */
static void
put_nothing(struct job *j, const struct store_article_query *q)
{
	struct store_feed_query feeds = {0};
	int64_t n = 0;

	(void)!store_feeds(j->reader, &feeds, count_feed, &n);
	h(j, "<p class=\"empty\">");
	if (n == 0)
		h(j,
		    "There are no feeds yet: <a href=\"%r/feeds\">subscribe to "
		    "one, or import a list</a>.");
	else if (q->starred)
		h(j, "Nothing is starred. The star beside an article keeps it "
		     "here.");
	else if (q->unread)
		h(j, "All is read.");
	else
		h(j, "No articles.");
	h(j, "</p>");
}

/* Rows and a link to older ones, which keeps `kept` of the query. */
static void
put_river(struct job *j, struct store_article_query *q, const char *kept)
{
	struct river r = {.j = j, .has_days = true};

	q->limit = ROWS + 1;
	q->with_text = true;
	j->list = job_printf(j, "%sin=list", kept);
	h(j, "<div class=\"river\">");
	if (store_articles(j->reader, q, river_row, &r) != AK_OK || r.n == 0)
		put_nothing(j, q);
	h(j, "</div>");
	if (r.has_more)
		h(j,
		    "<p class=\"more\"><a rel=\"next\" "
		    "href=\"%r/articles?%hcursor=%d.%d\">Older</a></p>",
		    kept, r.last_sort, r.last_id);
}

void
page_front(struct job *j)
{
	struct store_thread_query threads = {
	    .since = clock_now() - STORY_DAYS * 86400,
	    .min_articles = 2,
	    .limit = STORIES_LOOKED_AT};
	struct store_article_query q = {0};
	struct stories s = {.j = j, .min_feeds = 2};

	(void)!store_threads(j->reader, &threads, keep_thread, &s);
	if (s.n == 0) { /* quiet days: then the last ones there were */
		threads.since = 0;
		(void)!store_threads(j->reader, &threads, keep_thread, &s);
	}
	page_begin(j, 200, "akin", "Stories");
	h(j, "<div class=\"with-side\"><div class=\"col\">"
	     "<h1 class=\"hide\">Stories</h1>");
	for (size_t i = 0; i < s.n; i++) {
		if (load_story(j, &s.list[i], STORY_ARTICLES))
			put_story(j, &s.list[i]);
	}
	h(j, "<h1 class=\"part\">Latest</h1>");
	put_river(j, &q, "");
	h(j, "</div>");
	side_put(j);
	h(j, "</div>");
	page_end(j);
}

struct named {
	struct job *j;
	const char *title;
};

static void
keep_title(const struct store_feed *f, void *arg)
{
	struct named *n = arg;

	n->title = job_strdup(n->j, f->title);
}

static const char *
list_title(struct job *j, const struct store_article_query *q)
{
	struct store_feed_query feed = {.id = q->feed_id};
	struct named n = {j, "Articles"};

	if (q->feed_id != 0)
		(void)!store_feeds(j->reader, &feed, keep_title, &n);
	else if (q->category != NULL)
		n.title = q->category;
	else if (q->starred)
		n.title = "Starred";
	else if (q->unread)
		n.title = "Unread";
	return n.title;
}

/* The filters again, for links; already encoded. */
static const char *
kept_filters(struct job *j, const struct store_article_query *q)
{
	struct buf b;
	const char *text;

	buf_init(&b, 8192);
	if (q->feed_id != 0)
		buf_addf(&b, "feed=%lld&amp;", (long long)q->feed_id);
	if (q->category != NULL) {
		buf_adds(&b, "category=");
		put_url_part(&b, q->category);
		buf_adds(&b, "&amp;");
	}
	if (q->unread)
		buf_adds(&b, "unread=1&amp;");
	if (q->starred)
		buf_adds(&b, "starred=1&amp;");
	text = job_strdup(j, buf_str(&b));
	buf_release(&b);
	return text;
}

static void
put_list_tools(
    struct job *j, const struct store_article_query *q, const char *here)
{
	if (q->starred)
		return;
	h(j, "<div class=\"tools\">");
	if (q->feed_id != 0)
		h(j,
		    "<a class=\"button\" href=\"%r/feed/%d\">About this "
		    "feed</a>",
		    q->feed_id);
	page_form(j, "/mark", "inline");
	h(j,
	    "<input type=\"hidden\" name=\"feed\" value=\"%d\">"
	    "<input type=\"hidden\" name=\"category\" value=\"%s\">"
	    "<input type=\"hidden\" name=\"until\" value=\"%d\">"
	    "<input type=\"hidden\" name=\"back\" value=\"%h\">"
	    "<button>Mark all read</button></form></div>",
	    q->feed_id, q->category, clock_now_us(), here);
}

void
page_list(struct job *j)
{
	struct store_article_query q = {0};
	const char *title, *here, *kept, *back;

	if (!api_article_filters(j, &q))
		return;
	q.query = NULL;
	q.with_content = false;
	if (str_empty(q.category))
		q.category = NULL;
	title = list_title(j, &q);
	kept = kept_filters(j, &q);
	back = job_printf(j, "/articles%s%.*s", *kept != '\0' ? "?" : "",
	    (int)strlen(kept) - (*kept != '\0' ? 5 : 0), kept);
	here = q.starred					  ? "Starred"
	       : q.unread && q.feed_id == 0 && q.category == NULL ? "Unread"
								  : NULL;
	page_begin(j, 200, title, here);
	h(j,
	    "<div class=\"with-side\"><div class=\"col\">"
	    "<div class=\"head\"><h1 dir=\"auto\">%s</h1>",
	    title);
	put_list_tools(j, &q, back);
	h(j, "</div>");
	page_marked(j, back);
	put_river(j, &q, kept);
	h(j, "</div>");
	side_put(j);
	h(j, "</div>");
	page_end(j);
}

void
page_thread(struct job *j)
{
	struct store_thread_query q = {.min_articles = 1};
	struct store_article_query rows = {
	    .order = STORE_OLDEST, .limit = ROWS + 1, .with_text = true};
	struct stories s = {.j = j};
	struct river r = {.j = j, .has_days = true};
	const struct store_thread *t = &s.list[0].t;
	const struct headline *lead;

	if (!api_id(j, 0, &q.id))
		return;
	(void)!store_threads(j->reader, &q, keep_thread, &s);
	if (s.n == 0 || !load_story(j, &s.list[0], STORY_DOTS)) {
		reply_error(j, 404, "There is no such story.");
		return;
	}
	lead = lead_of(&s.list[0]);
	page_begin(j, 200, lead->title, NULL);
	h(j,
	    "<div class=\"col single\"><div class=\"head\"><div>"
	    "<p class=\"kicker\">Story · %d %h · %d %h</p><h1",
	    t->n_feeds, t->n_feeds == 1 ? "outlet" : "outlets", t->n_articles,
	    t->n_articles == 1 ? "article" : "articles");
	page_lang(j, lead->language);
	h(j,
	    ">%s</h1></div><div class=\"tools\"><a class=\"button\" "
	    "href=\"%r/feeds/thread/%d.atom\">Follow as a feed</a></div>"
	    "</div>",
	    lead->title, t->id);
	put_timeline(j, &s.list[0]);
	h(j, "<div class=\"river\">");
	rows.thread = t->id;
	rows.offset = req_param_i64(&j->req, "offset", 0, INT32_MAX, 0);
	r.story_at = t->first_at;
	(void)!store_articles(j->reader, &rows, river_row, &r);
	h(j, "</div>");
	if (r.has_more)
		h(j,
		    "<p class=\"more\"><a rel=\"next\" "
		    "href=\"%r/thread/%d?offset=%d\">Later reports</a></p>",
		    t->id, rows.offset + ROWS);
	h(j, "</div>");
	page_end(j);
}

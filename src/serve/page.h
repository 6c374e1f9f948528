/* SPDX-License-Identifier: ISC */
/*
 * page.h - private to serve: writing HTML, escaped by default.
 */
#ifndef SERVE_PAGE_H
#define SERVE_PAGE_H

#include "serve/serve_int.h"

/*
 * Append a template.  %s is text, escaped for content and quoted attributes;
 * %u text as a part of a URL; %d an int64_t; %h HTML as it is (ours, or the
 * cleaner's); %r the path of our root; %% a percent sign.  NULL is "".
 */
void h(struct job *j, const char *fmt, ...);

void put_text(struct buf *out, const char *s);
void put_url_part(struct buf *out, const char *s); /* percent-encoded */
/* Text with a search's marks (\x02 and \x03) as <mark>. */
void put_marked(struct buf *out, const char *s);

/* From <!DOCTYPE> to <main>; `here` is the entry of the navigation we are in,
 * or NULL.  Writes go to j->reply.body, as h()'s do. */
void page_begin(struct job *j, int status, const char *title, const char *here);
void page_end(struct job *j);
void page_error(
    struct job *j, int status, const char *title, const char *detail);

/* <form method="post"> with the session's token; `action` below the root. */
void page_form(struct job *j, const char *action, const char *class);
/* <time>, as a person says it. */
void page_time(struct job *j, int64_t t);
/* "3 h ago" and the like, without markup; "in 3 h" for what is to come. */
const char *page_ago(struct job *j, int64_t t);
/* "22 min", "1.5 h", "3 days". */
const char *page_span(struct job *j, int64_t seconds);
/* " lang=... dir=auto" of foreign text. */
void page_lang(struct job *j, const char *language);

/* A few lines of an article: its summary, else how its text begins; ""
 * where neither was asked for. */
const char *page_excerpt(struct job *j, const struct store_article *a);
/* A link to the article's story, where it is one of several articles. */
void page_story_chip(struct job *j, int64_t thread);
/* An article as a row of a list; of a story whose first report came then, with
 * its lineage (0: of none). */
void page_row(struct job *j, const struct store_article *a, int64_t story_at);
/* The star and read buttons of an article. */
void page_marks(struct job *j, int64_t id, bool is_read, bool is_starred);
/* A small picture beside a headline, where pictures may be shown. */
void page_thumb(struct job *j, const char *url);
/* Sort time of an article in lists. */
int64_t page_date(const struct store_article *a);
/* Where a form wants to go afterwards: a path of ours, else `def`. */
const char *page_back(struct job *j, const char *def);

/* page_front.c */
void page_front(struct job *j);
void page_list(struct job *j);
void page_thread(struct job *j);
/* page_article.c */
void page_article(struct job *j);
void page_mark(struct job *j);
/* page_related.c */
void page_why(struct job *j);
void page_wrong(struct job *j);
void page_right(struct job *j);
/* What belongs to an article; `thread` is its story or 0. */
void page_relations(struct job *j, int64_t id, int64_t thread);
/* "first report", "22 min later · copy of ..." */
void page_lineage(struct job *j, int64_t article, int64_t at, int64_t first_at);
/* page_search.c */
void page_search(struct job *j);
/* page_mark.c */
void page_mark_list(struct job *j);
void page_mark_undo(struct job *j);
/* That the list was marked read just now, and a button to undo it; `back` is
 * where to go then, as markup. */
void page_marked(struct job *j, const char *back);
/* page_feeds.c */
void page_feeds(struct job *j);
void page_feed(struct job *j);
void page_feed_edit(struct job *j);
void page_feed_remove(struct job *j);
void page_feed_refresh(struct job *j);
void page_feed_add(struct job *j);
void page_import(struct job *j);
void page_export(struct job *j);
void page_sync(struct job *j);
/* page_login.c */
void page_login(struct job *j);
void page_login_post(struct job *j);
void page_logout(struct job *j);
/* svg.c: pictures */
struct svg_dot {
	int64_t at;
	const char *label;
};
/* Who reported when, on one line of time. */
void svg_timeline(struct job *j, const struct svg_dot *dots, size_t n);
/* Fourteen days of polls as bars: fine, without news, failed. */
struct svg_day {
	int64_t n_ok, n_failed, n_new;
};
#define SVG_DAYS 14
void svg_health(struct job *j, const struct svg_day days[SVG_DAYS]);

/* diff.c: what changed between two texts, by words, as <ins> and <del>. */
void diff_words(struct job *j, const char *old, const char *new);

#endif

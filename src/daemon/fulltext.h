/* SPDX-License-Identifier: ISC */
/*
 * fulltext.h - the pages of new articles, for feeds that want the full text
 * (private to daemon).
 *
 * A page goes through the stages as a poll with `page` set, as a subscription
 * does with `sub`.  Functions are for the loop thread unless said otherwise.
 */
#ifndef DAEMON_FULLTEXT_H
#define DAEMON_FULLTEXT_H

#include "base/limits.h"
#include "base/str.h"
#include "daemon/poll.h"

struct event_base;
struct fulltext;
struct workers;

/* `passed` is called when fulltext_passed() may have changed. */
struct fulltext *fulltext_new(struct event_base *base, struct workers *w,
    struct fetcher *f, void (*passed)(void *arg), void *arg);
void fulltext_close(struct fulltext *ft); /* before fetch_free() */
void fulltext_free(struct fulltext *ft);  /* after workers_stop() */

/* Ask for what the store still has to be read, now and every hour: what an
 * earlier process left, what was too much at once, what failed. */
void fulltext_look(struct fulltext *ft);

/* A poll or push came back with `wanted` set, which this takes. */
void fulltext_want(struct fulltext *ft, struct poll *p);

/* In a parser: the body to the full text. */
void fulltext_parse(
    struct poll *p, const struct poll_opts *opts, struct relate_lexer *lexer);

/* In the writer: put it into its article. */
enum ak_status fulltext_commit(struct poll *p, struct store *s) AK_USE;

/* After the commit: the article's next page, or the next article. */
void fulltext_landed(struct poll *p);

/* --- who waits for pages ------------------------------------------------ */

/* Writer, before the commit that stores them: these will get their pages. */
void fulltext_hold(struct fulltext *ft, const int64_t *ids, size_t n);

/* Any thread: the first article above `above` that still waits for its page;
 * INT64_MAX: none does.  `ft` may be NULL. */
int64_t fulltext_first_held(struct fulltext *ft, int64_t above);

/* Are all pages done, or given up, that were wanted or looked for by the time
 * of `mark`? */
uint64_t fulltext_mark(struct fulltext *ft);
bool fulltext_passed(struct fulltext *ft, uint64_t mark);

/* --- one article (between the two files) -------------------------------- */

struct batch;

struct page {
	STAILQ_ENTRY(page) link;
	struct batch *batch;
	struct arena *arena; /* its strings */
	int64_t id;
	const char *url; /* of the page at hand */
	const char *title, *language, *feed_title;
	const char *rules;	     /* of the feed, the batch's; or NULL */
	size_t had;		     /* bytes of text that the feed gave */
	struct doc_related *related; /* the feed's own, then the pages' */
	size_t n_read; /* pages so far, and their keys, also redirected */
	const char *urls[2 * LIMIT_FULLTEXT_PAGES];
	size_t n_urls;
	struct buf html;  /* of all pages so far */
	const char *next; /* page to read, or NULL */
	/* In the poll's arena, from the parser to the writer: */
	const char *out_html, *out_text;
	struct store_blob out_features;
};
STAILQ_HEAD(page_list, page);

/* In the scout: the articles of `ids` that have a page, newest first; at most
 * LIMIT_FULLTEXT_ARTICLES. */
void fulltext_load(struct store_reader *r, const int64_t *ids, size_t n,
    struct page_list *ret);
void fulltext_page_free(struct page *pg);

#endif

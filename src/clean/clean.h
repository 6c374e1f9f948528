/* SPDX-License-Identifier: ISC */
/*
 * clean.h - what a feed published, made safe, plain and comparable.  Pure.
 *
 * HTML in, canonical HTML out: lower-case names, quoted values, only &amp;
 * &lt; &gt; &quot; &nbsp; and numeric references, every element closed in
 * order.  Cleaning canonical output changes nothing.  Time is linear.  The
 * plain text and the publisher's related block come from the same tree.
 */
#ifndef CLEAN_CLEAN_H
#define CLEAN_CLEAN_H

#include "model/doc.h"

struct clean_opts {
	const char *base;   /* absolute; NULL: relative URLs are dropped */
	const char *page;   /* that fragments point into; NULL: base */
	bool strip_params;  /* drop tracking parameters of links */
	bool keep_frames;   /* sandboxed frames of known video hosts; else a
			       link with a thumbnail */
	bool split_related; /* cut the related block off the content */
	size_t limit;	    /* bytes of html at most; 0: LIMIT_CONTENT_BYTES */
};

struct clean_result {
	/* Canonical, without space at its ends; "" if nothing is left. */
	const char *html;
	size_t html_len;
	const char *text; /* plain, "\n" between blocks; "" if nothing */
	size_t text_len;
	const char *first_image;     /* absolute, not a pixel; or NULL */
	struct doc_related *related; /* of the block, when split */
};

/* `html` as an HTML fragment.  AK_TOOBIG: the arena is full. */
enum ak_status clean_html(struct arena *a, const char *html, size_t len,
    const struct clean_opts *opts, struct clean_result *ret) AK_USE;

/* A text construct as one line of plain text, at most `max` bytes; or NULL. */
const char *clean_text(
    struct arena *a, const struct doc_text *text, size_t max);

/*
 * Clean a whole doc in place: titles and names plain and cut, summaries plain,
 * contents canonical, text for search, language guessed where absent, related
 * lists completed from the content without adverts, repeats and the entry
 * itself.  `opts->base` is the feed's address; xml:base overrides it.
 */
enum ak_status clean_doc(struct doc *doc, const struct clean_opts *opts) AK_USE;

/* --- the page of an article (page.c) ------------------------------------ */

struct clean_page {
	struct clean_result content; /* main content, cleaned */
	const char *title;
	const char *author;
	const char *lead_image;
	const char *next_url; /* next page of the same article, or NULL */
	const char *language;
	int64_t published;
	double score; /* 0..1: how sure the extractor is */
};

/*
 * Extract the main content of an article's page (decoded UTF-8).  `rules` are
 * the site's own, one "content: SELECTOR", "drop: SELECTOR" ... a line, or
 * NULL.  AK_NOTFOUND: no main content.
 */
enum ak_status clean_page_extract(struct arena *a, const char *html, size_t len,
    const char *url, const char *rules, struct clean_page *ret) AK_USE;

#endif

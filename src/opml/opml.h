/* SPDX-License-Identifier: ISC */
/*
 * opml.h - subscription lists, OPML 2.0.  Pure.
 */
#ifndef OPML_OPML_H
#define OPML_OPML_H

#include "base/ak.h"
#include "base/arena.h"
#include "base/str.h"

struct opml_feed {
	const char *url;	   /* xmlUrl, absolute http(s) or file */
	const char *title;	   /* or NULL */
	const char *home_page_url; /* htmlUrl, or NULL */
	const char *category;	   /* "A/B" for nested ones; in a name '/'
				      is "\/" and '\' is "\\";
				      NULL: none */
	struct opml_feed *next;
};

struct opml {
	const char *title;
	struct opml_feed *feeds; /* in the document's order */
	size_t n_feeds;
	size_t n_refused;	   /* outlines whose URL was none */
	const char *first_refused; /* one of them, or NULL */
};

/*
 * Read a list, also a broken one: any charset, bare ampersands, attributes in
 * any case, tags left open, no head.  AK_BADINPUT: no OPML at all; AK_TOOBIG:
 * over the limits.  Categories deeper than LIMIT_OPML_DEPTH are cut there.
 * Commands, filters and scripts of any dialect are refused like other URLs
 * that are none; feed: URLs are rewritten.
 */
enum ak_status opml_parse(struct arena *a, const char *bytes, size_t len,
    struct opml *ret, struct diag *reterr) AK_USE;

/* Write a document; feeds of one category must stand together.  Credentials
 * are left out of URLs. */
void opml_write(struct buf *out, const char *title,
    const struct opml_feed *feeds, int64_t now);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * doc.h - the nouns that travel: a feed document, its entries, their parts.
 *
 * Names follow RFC 4287 (Atom), RSS 2.0 and JSON Feed 1.1.  Everything a doc
 * points at lies in its arena; whoever holds the arena owns the doc.  Strings
 * are valid UTF-8 without forbidden characters, NULL where absent, never "".
 *
 * A doc is made by parse (raw: titles and contents as published) and changed
 * in place by clean (titles plain, contents safe); docs/design.md has the way.
 */
#ifndef MODEL_DOC_H
#define MODEL_DOC_H

#include "base/ak.h"
#include "base/arena.h"

/* A moment in unix seconds; DOC_NO_TIME where the document gives none. */
#define DOC_NO_TIME INT64_MIN

enum doc_format {
	DOC_RSS_090,
	DOC_RSS_091,
	DOC_RSS_092,
	DOC_RSS_093,
	DOC_RSS_10,
	DOC_RSS_20,
	DOC_ATOM_03,
	DOC_ATOM_10,
	DOC_JSON_10,
	DOC_JSON_11,
	DOC_CDF
};

/* "rss-2.0" and so on, as the contract's `format` has it. */
const char *doc_format_name(enum doc_format f);

/* RFC 4287, 3.1.  AUTO: an RSS text, HTML if it looks like it. */
enum doc_text_type {
	DOC_TEXT_AUTO,
	DOC_TEXT_PLAIN,
	DOC_TEXT_HTML,
	DOC_TEXT_XHTML
};

struct doc_text {
	const char *value; /* NULL: absent.  XHTML: serialised children */
	enum doc_text_type type;
	const char *base; /* xml:base in force, absolute, or NULL */
	const char *lang; /* xml:lang in force, or NULL */
};

struct doc_person {
	const char *name;
	const char *url;
	const char *email;
	const char *avatar;
	struct doc_person *next;
};

struct doc_tag {
	const char *term;
	const char *label;  /* or NULL */
	const char *scheme; /* or NULL */
	struct doc_tag *next;
};

struct doc_attachment { /* enclosure, media:content, JSON Feed attachment */
	const char *url;
	const char *mime_type;
	const char *title;
	int64_t size_bytes; /* -1: unknown */
	double duration_s;  /* < 0: unknown */
	struct doc_attachment *next;
};

/* One line of the publisher's own list of related articles. */
struct doc_related {
	const char *url;   /* absolute, or NULL */
	const char *title; /* plain, or NULL; one of the two is there */
	const char *form;  /* where it stood: "atom:link", "gnf:relatedLink",
			      "yj:related", "content", "page", ... */
	struct doc_related *next;
};

/* What has no standard member: a small tree, printed below `_akin`. */
enum doc_ext_kind {
	DOC_EXT_STRING,
	DOC_EXT_NUMBER,
	DOC_EXT_BOOL,
	DOC_EXT_OBJECT,
	DOC_EXT_ARRAY
};

struct doc_ext {
	const char *name; /* NULL inside an array */
	enum doc_ext_kind kind;
	const char *string;
	double number; /* also BOOL: 0 or 1 */
	struct doc_ext *children;
	struct doc_ext *next;
};

struct doc_entry {
	const char *id;	 /* guid, atom:id, rdf:about as written; or NULL */
	bool id_is_link; /* isPermaLink, or taken from the link */
	const char *url; /* permalink, absolute */
	const char *external_url; /* what the entry is about, when elsewhere */
	struct doc_text title;
	struct doc_text summary;
	struct doc_text content;
	int64_t published; /* DOC_NO_TIME: absent or unreadable */
	int64_t modified;
	struct doc_person *authors;
	struct doc_tag *tags;
	struct doc_attachment *attachments;
	struct doc_related *related;
	const char *image;
	const char *banner_image;
	const char *language;
	const char *comments_url;
	bool is_draft; /* app:draft, RFC 5023: not to be stored */
	struct doc_ext *ext;
	struct doc_entry *next;

	/* Set by clean. */
	const char *title_text;	  /* plain, one line */
	const char *summary_text; /* plain */
	const char *content_html; /* canonical, safe */
	size_t content_html_len;
	const char *text; /* plain text of content, else summary, without the
			     related block; for search and relating */
	size_t text_len;
};

struct doc {
	struct arena *arena;
	enum doc_format format;
	const char *encoding; /* decoded from: WHATWG name, lower case */
	bool wellformed;
	const char *problem; /* why not well-formed, one line, or NULL */
	const char *id;
	struct doc_text title;
	struct doc_text description; /* subtitle */
	const char *home_page_url;
	const char *feed_url; /* rel=self: a hint, never a new address alone */
	const char *icon;
	const char *favicon;
	const char *image;
	const char *language;
	const char *rights;
	const char *generator;
	const char *next_url; /* RFC 5005 next, JSON Feed next_url */
	const char *prev_archive_url;
	const char *new_feed_url; /* itunes:new-feed-url */
	const char **hubs;	  /* WebSub, absolute */
	size_t n_hubs;
	struct doc_person *authors;
	struct doc_tag *tags;
	int64_t published;
	int64_t modified;
	int64_t ttl_minutes;	       /* -1: none */
	int64_t update_period_seconds; /* sy:updatePeriod / frequency; -1 */
	uint32_t skip_hours;	       /* bits 0..23, GMT */
	uint32_t skip_days;	       /* bits 0 (Monday)..6 (Sunday), GMT */
	bool is_complete;	       /* fh:complete */
	bool is_archive;	       /* fh:archive: it never changes */
	bool is_expired;	       /* JSON Feed expired: true */
	struct doc_ext *ext;
	struct doc_entry *entries; /* in the document's order */
	size_t n_entries;

	/* Set by clean. */
	const char *title_text;
	const char *description_text;
};

struct doc *doc_new(struct arena *a); /* empty; NULL: the arena is full */

/* Append to the end of a list in the doc's arena; NULL: the arena is full. */
struct doc_ext *doc_ext_add(struct arena *a, struct doc_ext **list,
    const char *name, enum doc_ext_kind kind);
void doc_ext_string(struct arena *a, struct doc_ext **list, const char *name,
    const char *value); /* value NULL or "": nothing */
void doc_ext_number(
    struct arena *a, struct doc_ext **list, const char *name, double value);
struct doc_ext *doc_ext_find(struct doc_ext *list, const char *name);

#endif

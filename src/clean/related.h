/* SPDX-License-Identifier: ISC */
/*
 * related.h - a tree seen as lines, and the publishers' lists of related
 * articles among them.
 */
#ifndef CLEAN_RELATED_H
#define CLEAN_RELATED_H

#include "clean/clean_int.h"

/* --- headings (heading.c) ----------------------------------------------- */

enum heading {
	HEADING_NONE,
	HEADING_MAYBE, /* heads lists of related articles and others */
	HEADING_SURE
};

/* May a text that begins with these bytes be a heading?  Quick, and says yes
 * too often. */
bool clean_heading_begins(const char *s, size_t len);

/*
 * The heading that `s` begins with, behind bullets and brackets, and where it
 * ends (behind closing ones and colons as well).  *ret_alone: nothing but a
 * usual addition follows.
 */
enum heading clean_heading_find(
    const char *s, size_t len, size_t *ret_end, bool *ret_alone);

/* Does `s` say that it is an advert: PR, 広告, sponsored, Anzeige? */
bool clean_is_advert(const char *s, size_t len);

/* How much a text says: letters, those of Han and Kana counting double. */
size_t clean_weight(const char *s, size_t len);

/* --- lines (lines.c) ---------------------------------------------------- */

struct link {
	const char *url; /* absolute http or https; NULL: none such */
	uint32_t from;	 /* of its text, in the line's */
	uint32_t to;
	bool is_advert;
	struct node *node;
};

struct line {
	const char *text; /* plain, white space collapsed */
	uint32_t len;
	uint32_t weight;
	uint32_t link_weight; /* of the text inside links */
	uint32_t n_links;
	struct link *links;
	uint32_t first_leaf; /* into lines.leaves */
	uint32_t n_leaves;
	struct node *block; /* the innermost block it stands in */
	bool is_heading;    /* h1..h6, or bold from end to end */
	bool has_image;
	bool is_quiet; /* in code, a table's cell, a quotation */
};

struct lines {
	struct cleaner *c;
	struct line *v;
	size_t n;
	struct node **leaves;
	size_t n_leaves;
	struct link *links;
	size_t n_links;
	struct buf text;
};

/* Sets every node's `prev` to its parent.  AK_TOOBIG: scratch is full. */
enum ak_status clean_lines(struct cleaner *c, struct lines *ret) AK_USE;
void clean_lines_release(struct lines *l);

/* Mark what stands on lines [from, to), and what becomes empty by it. */
void clean_lines_cut(struct lines *l, size_t from, size_t to);
void clean_prune(struct cleaner *c);

/* --- related.c ---------------------------------------------------------- */

/*
 * Find the related blocks of c->root, cut them off, and return what they
 * list in arena `a`; `form` as in doc.h.
 */
enum ak_status clean_related(struct cleaner *c, struct arena *a,
    const char *form, struct doc_related **ret) AK_USE;

#endif

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
	HEADING_LIST,  /* the same, but sure above a <ul> */
	HEADING_SURE
};

/* May a text that begins with these bytes be a heading?  Quick, and says yes
 * too often. */
bool clean_heading_begins(
    const struct heading_sieve *sieve, const char *s, size_t len);

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

/* --- what lines and lists look like (listing.c) ------------------------- */

/* Weights, see clean_weight(). */
#define LIST_MIN_TITLE 6
#define LIST_MAX_TITLE 260
#define LIST_MAX_META 48   /* a date, a source, beside a link */
#define LIST_MAX_BLOCK 400 /* lines of one list */

/* What the lines of a candidate list hold. */
struct tally {
	size_t links; /* lines with a usable link */
	size_t plain; /* lines without one */
	size_t link_weight;
	size_t plain_weight;
	size_t longest_plain;
	bool bad;
};

/* Of the lines [from, to). */
struct tally list_tally(const struct lines *l, size_t from, size_t to);

/* Is it a list of links, of titles alone, of items of both kinds? */
bool list_has_links(const struct tally *t);
bool list_has_titles(const struct tally *t);
bool list_has_both(const struct tally *t);

/* The link of a line that carries its title: the one with the most text. */
const struct link *list_main_link(const struct line *line);

/* Has it a link to more than a number, a page or a share button? */
bool list_article_line(const struct line *line);

/* Does a bullet make the line one of a list, link or not? */
bool list_bulleted(const struct line *line);

/* The bytes of the bullets that a line begins with. */
size_t list_bullets(const char *s, size_t len);

bool list_title_weight(size_t weight);

/* --- related.c ---------------------------------------------------------- */

/*
 * Find the related blocks of c->root, cut them off, and return what they
 * list in arena `a`; `form` as in doc.h.
 */
enum ak_status clean_related(struct cleaner *c, struct arena *a,
    const char *form, struct doc_related **ret) AK_USE;

#endif

/* SPDX-License-Identifier: ISC */
/* page.h - what the files of full-text extraction share. */
#ifndef CLEAN_PAGE_H
#define CLEAN_PAGE_H

#include "clean/related.h"

/* --- meta.c: what a page says of itself --------------------------------- */

struct meta {
	const char *title; /* of the article, without the site's name */
	const char *author;
	const char *image; /* as written */
	const char *next;  /* as written */
	const char *language;
	const char *body; /* JSON-LD articleBody, plain */
	const char *base; /* <base href>, as written */
	int64_t published;
};

void clean_meta(struct cleaner *c, struct arena *a, const char *html,
    size_t len, struct meta *ret);

/* --- shown.c: what it shows --------------------------------------------- */

/* Fill what `m` lacks from c->root; *ret_heading: the node of the title, not
 * to be repeated in the content, or NULL. */
void clean_shown(struct cleaner *c, struct arena *a, struct meta *m,
    struct node **ret_heading);

/* The text below a node as one line, or NULL. */
const char *clean_node_text(struct arena *a, const struct node *top);

/* Has the node one of these names, such as ".next "? */
bool clean_says(const struct node *n, const char *const *words, size_t n_words);

/* --- select.c: a site's own rules --------------------------------------- */

/*
 * Does `n` match a selector: alternatives by comma, each a chain of tag,
 * .class and #id parts by white space, matched from the right?
 */
bool clean_select(const struct node *n, const char *selector, size_t len);

/* The value of the first "key: ..." line of `rules` at or behind *at. */
bool clean_rule(const char *rules, const char *key, size_t *at,
    const char **ret, size_t *ret_len);

/* --- walking ------------------------------------------------------------ */

/* The node behind `n` in document order inside `top`; its subtree is left
 * out when `skip`.  Needs parents in `prev`. */
struct node *clean_next(
    const struct node *n, const struct node *top, bool skip);

#endif

/* SPDX-License-Identifier: ISC */
/* tree.h - the tree being built, for tree.c, formatting.c and unwanted.c. */
#ifndef CLEAN_TREE_H
#define CLEAN_TREE_H

#include "clean/clean_int.h"

/* Formatting elements are listed in the first places only; the markers of
 * cells, each of which is on the stack, always find one. */
#define MAX_FORMATTING 32

struct tree {
	struct cleaner *c;
	size_t depth;
	uint16_t open[TAG_COUNT];
	size_t n_formatting;
	size_t credit; /* bytes that reopening may still cost */
	unsigned noscript;
	enum tag foreign; /* inside <svg> or <math>: text alone is taken */
	const char *last_image; /* its URL, to know its <noscript> twin */
	bool skip_newline;	/* right after <pre> */
	/* From here on not cleared at first. */
	struct node *stack[LIMIT_HTML_DEPTH];
	/* NULL: a marker */
	struct node *formatting[MAX_FORMATTING + LIMIT_HTML_DEPTH];
};

static inline unsigned
tree_flags(const struct node *n)
{
	return clean_tags[n->tag].flags;
}

static inline struct node *
tree_current(const struct tree *t)
{
	return t->stack[t->depth - 1];
}

static inline void
tree_append(struct node *parent, struct node *n)
{
	n->next = NULL;
	n->prev = parent->last;
	if (parent->last != NULL)
		parent->last->next = n;
	else
		parent->first = n;
	parent->last = n;
}

/* --- the stack of open elements (tree.c) -------------------------------- */

void tree_push(struct tree *t, struct node *n);
void tree_pop_to(struct tree *t, size_t depth);

void tree_add_text(struct tree *t, const char *s, size_t len);
/* A known video host's frame: itself, sandboxed, or a link to it. */
void tree_add_frame(struct tree *t);

/* --- what never comes out (unwanted.c) ---------------------------------- */

/* A start tag; true: it is dealt with. */
bool tree_unwanted(struct tree *t, enum tag tag);

/* A tag inside <svg> or <math>; true: it is dealt with. */
bool tree_foreign_tag(struct tree *t);

/* --- the list of formatting elements (formatting.c) --------------------- */

/* Place of the last listed `tag` in this cell, or MAX_FORMATTING. */
size_t tree_find_formatting(const struct tree *t, enum tag tag);

/* Place of this very element, or MAX_FORMATTING. */
size_t tree_find_listed(const struct tree *t, const struct node *n);

void tree_list(struct tree *t, struct node *n);
void tree_unlist(struct tree *t, size_t i);
void tree_clear_formatting(struct tree *t); /* up to the last marker */

/* Open again what a block's end closed. */
void tree_reopen(struct tree *t);

/* One round of the adoption agency for </tag>; false: it is done. */
bool tree_adopt(struct tree *t, enum tag tag);

#endif

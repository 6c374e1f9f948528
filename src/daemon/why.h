/* SPDX-License-Identifier: ISC */
/* public: for the command too */
/*
 * why.h - explaining a stored pair of articles: what the store keeps of their
 * relation, and what relate_explain() finds in their texts.
 */
#ifndef DAEMON_WHY_H
#define DAEMON_WHY_H

#include "base/ak.h"
#include "base/arena.h"
#include "relate/relate.h"
#include "store/store.h"

struct why_article { /* strings in the arena */
	int64_t id, thread, published;
	const char *guid, *title, *url, *feed_title, *lang;
	const char *text;
	size_t text_len;
};

struct why_pair {
	struct why_article a, b;
	bool is_related; /* the store has it; else only the texts speak */
	int kind;	 /* enum relate_kind, of the store */
	double score;
	const char *form; /* listed: where it stood, or NULL */
	int64_t rank;
	double embedding;      /* cosine, where it counted; else 0 */
	struct relate_why why; /* of the texts */
};

/* Load an article as relate sees it.  AK_NOTFOUND. */
enum ak_status why_article(struct store_reader *r, struct arena *a, int64_t id,
    struct why_article *ret) AK_USE;

/* Explain; the diag says which of the two is missing. */
enum ak_status why_explain(struct store_reader *r, struct relate_lexer *lx,
    struct arena *arena, int64_t a, int64_t b, struct why_pair *ret,
    struct diag *reterr) AK_USE;

/* As one JSON object, malloc'ed. */
char *why_to_json(const struct why_pair *p);

/* Both at once; thread-safe. */
enum ak_status why_json(struct store_reader *r, int64_t a, int64_t b,
    char **ret_json, struct diag *reterr) AK_USE;

#endif

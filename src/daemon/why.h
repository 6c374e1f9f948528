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

enum why_verdict {
	WHY_RELATED,
	WHY_TOO_LITTLE, /* not related: in common */
	WHY_WRONG,	/* not: a person said so */
	WHY_BETTER /* not: others fill both lists, or it is not looked at yet */
};

struct why_pair {
	struct why_article a, b;
	enum why_verdict verdict;
	int kind;		   /* enum relate_kind; of a related pair */
	double score;		   /* 0: not related */
	struct relate_parts parts; /* of the score, as it was found */
	bool has_parts;		   /* else of the texts, as they are now */
	const char *form;	   /* listed: where it stood, or NULL */
	int64_t rank;
	double embedding;      /* cosine, where it counted; else 0 */
	struct relate_why why; /* of the texts */
};

/* An index of the terms of these articles, over the newest of the store: how
 * frequent they are, what feeds repeat, who else is near.  Never NULL; to be
 * freed by relate_index_free(). */
struct relate_index *why_index(
    struct store_reader *r, const int64_t *ids, size_t n);

/* Explain two that the index was made for.  AK_NOTFOUND, and the diag says
 * which of the two is missing; AK_BADINPUT: it is one article. */
enum ak_status why_explain(struct store_reader *r, struct relate_lexer *lx,
    struct relate_index *x, struct arena *arena, int64_t a, int64_t b,
    struct why_pair *ret, struct diag *reterr) AK_USE;

/* As one JSON object, malloc'ed. */
char *why_to_json(const struct why_pair *p);

/* Both at once; thread-safe. */
enum ak_status why_json(struct store_reader *r, int64_t a, int64_t b,
    char **ret_json, struct diag *reterr) AK_USE;

#endif

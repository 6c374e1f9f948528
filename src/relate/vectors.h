/* SPDX-License-Identifier: ISC */
/* public: for the daemon */
/*
 * vectors.h - articles related across languages by embeddings.  Pure.
 *
 * An embedding is kept as a direction: int8 components, the greatest 127.
 * The window of them belongs to one thread; neighbours are exact.  They count
 * for pairs of different languages alone: within one, words say more.
 */
#ifndef RELATE_VECTORS_H
#define RELATE_VECTORS_H

#include "relate/relate.h"

/* A direction from an endpoint's numbers; false: none (zero, not finite). */
bool vector_quantise(const double *v, size_t dim, int8_t *ret) AK_USE;

/* Cosine, -1..1; 0 where one of them is no direction. */
double vector_cosine(const int8_t *a, const int8_t *b, size_t dim);

struct vectors;

struct vector_about {
	int64_t id;   /* of the article */
	int64_t date; /* unix seconds */
	bool is_dated;
	char lang[3]; /* ISO 639-1, or "": not known */
};

/* `dim` <= LIMIT_EMBEDDING_DIM; `window`: so many articles, those of the
 * highest ids. */
struct vectors *vectors_new(size_t dim, size_t window);
void vectors_free(struct vectors *x); /* NULL allowed */
/* Add or replace. */
void vectors_put(
    struct vectors *x, const struct vector_about *about, const int8_t *v);
void vectors_remove(struct vectors *x, int64_t id);
size_t vectors_count(const struct vectors *x);
size_t vectors_dim(const struct vectors *x);
/* NULL: it is not there. */
const struct vector_about *vectors_about(const struct vectors *x, int64_t id);

/*
 * The nearest in other known languages, nearest first, ties by id; at most
 * `max`.  *ret_noise: likeness that is nothing special among all in the
 * window, and *ret_mean their mean; models differ much in both.
 */
struct vector_hit {
	struct vector_about about;
	double cosine;
};
size_t vectors_nearest(const struct vectors *x, const struct vector_about *q,
    const int8_t *v, struct vector_hit *ret, size_t max, double *ret_noise,
    double *ret_mean);

/* Pairs of different languages that words have found: by score, best first. */
struct vector_known {
	int64_t id;
	enum relate_kind kind;
	double score;
};

struct vector_edge {
	int64_t other;
	enum relate_kind kind; /* STORY or TOPIC, or that of the known pair */
	double score;	       /* 0..1 */
	double cosine;	       /* of the embeddings; 0: they did not count */
};

enum { VECTORS_EDGES = 64 };

/*
 * The relations of `q` across languages: what words found and what the
 * embeddings found, in the order of reciprocal rank fusion (Cormack, Clarke,
 * Buettcher 2009).  The scores are those that the evidence has, dealt out in
 * that order.  Best first; at most VECTORS_EDGES.
 */
size_t vectors_relate(const struct vectors *x, const struct vector_about *q,
    const int8_t *v, const struct vector_known *known, size_t n_known,
    struct vector_edge ret[VECTORS_EDGES]);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * The vectors of the window lie side by side in one block, so that a query is
 * one pass over memory; an id finds its place by a hash.  The inner loop has a
 * constant length, which lets the compiler use whatever vector unit is there.
 *
 * What likeness means depends on the model: of two unrelated texts some say
 * .1 and some .7.  So it is measured against the window itself: what lies
 * within SIGMAS deviations of the mean is noise, and the score is the way from
 * the mean to identity.  A window too small to tell takes a fixed bound.
 */
#include "relate/vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/limits.h"
#include "base/mem.h"

#define BLOCK 64 /* components; vectors are padded to it */
#define SIGMAS 3.0
#define KNOWS 32	 /* vectors that can tell what noise is */
#define NOISE_UNKNOWN .7 /* before that */
#define NOISE_LEAST .3
#define RRF_K 60.0 /* of the paper */
#define NEAREST 24
#define STORY_FROM .5
#define DAY 86400.0

struct slot {
	struct vector_about about;
	float norm;
	size_t at; /* its place */
	UT_hash_handle hh;
};

struct vectors {
	size_t dim, stride, window;
	size_t n, cap;
	int8_t *data;	     /* n of stride */
	struct slot **slots; /* parallel */
	struct slot *by_id;
};

static int32_t
dot(const int8_t *a, const int8_t *b, size_t stride)
{
	int32_t sum = 0;

	for (size_t i = 0; i < stride; i += BLOCK) {
		int32_t part = 0;

		for (size_t k = 0; k < BLOCK; k++)
			part += a[i + k] * b[i + k];
		sum += part;
	}
	return sum;
}

bool
vector_quantise(const double *v, size_t dim, int8_t *ret)
{
	double max = 0;

	for (size_t i = 0; i < dim; i++) {
		if (!isfinite(v[i]))
			return false;
		if (fabs(v[i]) > max)
			max = fabs(v[i]);
	}
	if (max < 1e-30)
		return false;
	for (size_t i = 0; i < dim; i++)
		ret[i] = (int8_t)lround(v[i] / max * 127);
	return true;
}

double
vector_cosine(const int8_t *a, const int8_t *b, size_t dim)
{
	int64_t ab = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < dim; i++) {
		ab += a[i] * b[i];
		aa += a[i] * a[i];
		bb += b[i] * b[i];
	}
	return aa == 0 || bb == 0
		   ? 0
		   : (double)ab / sqrt((double)aa) / sqrt((double)bb);
}

struct vectors *
vectors_new(size_t dim, size_t window)
{
	struct vectors *x = xcalloc(1, sizeof(*x));

	assert(dim > 0 && dim <= LIMIT_EMBEDDING_DIM && window > 0);
	x->dim = dim;
	x->stride = (dim + BLOCK - 1) / BLOCK * BLOCK;
	x->window = window;
	return x;
}

void
vectors_free(struct vectors *x)
{
	if (x == NULL)
		return;
	HASH_CLEAR(hh, x->by_id);
	for (size_t i = 0; i < x->n; i++)
		free(x->slots[i]);
	free(x->slots);
	free(x->data);
	free(x);
}

size_t
vectors_count(const struct vectors *x)
{
	return x->n;
}

size_t
vectors_dim(const struct vectors *x)
{
	return x->dim;
}

const struct vector_about *
vectors_about(const struct vectors *x, int64_t id)
{
	struct slot *s;

	HASH_FIND(hh, x->by_id, &id, sizeof(id), s);
	return s != NULL ? &s->about : NULL;
}

static int8_t *
at(const struct vectors *x, size_t i)
{
	return x->data + i * x->stride;
}

static void
remove_slot(struct vectors *x, struct slot *s)
{
	size_t last = --x->n;

	HASH_DEL(x->by_id, s);
	if (s->at != last) {
		memcpy(at(x, s->at), at(x, last), x->stride);
		x->slots[s->at] = x->slots[last];
		x->slots[s->at]->at = s->at;
	}
	free(s);
}

void
vectors_remove(struct vectors *x, int64_t id)
{
	struct slot *s;

	HASH_FIND(hh, x->by_id, &id, sizeof(id), s);
	if (s != NULL)
		remove_slot(x, s);
}

static int
id_cmp(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The lowest ids go, an eighth at a time, so that it is done seldom. */
static void
shrink(struct vectors *x)
{
	size_t n = x->n;
	int64_t *ids = xreallocarray(NULL, n, sizeof(*ids));

	for (size_t i = 0; i < n; i++)
		ids[i] = x->slots[i]->about.id;
	qsort(ids, n, sizeof(*ids), id_cmp);
	for (size_t i = 0; i + x->window < n; i++)
		vectors_remove(x, ids[i]);
	free(ids);
}

void
vectors_put(
    struct vectors *x, const struct vector_about *about, const int8_t *v)
{
	struct slot *s;

	HASH_FIND(hh, x->by_id, &about->id, sizeof(about->id), s);
	if (s == NULL) {
		if (x->n == x->cap) {
			x->cap = x->cap != 0 ? x->cap * 2 : 64;
			x->data = xreallocarray(x->data, x->cap, x->stride);
			x->slots = xreallocarray(
			    x->slots, x->cap, sizeof(struct slot *));
		}
		s = xcalloc(1, sizeof(*s));
		s->about.id = about->id;
		s->at = x->n;
		x->slots[x->n++] = s;
		HASH_ADD(hh, x->by_id, about.id, sizeof(s->about.id), s);
	}
	s->about = *about;
	memset(at(x, s->at), 0, x->stride);
	memcpy(at(x, s->at), v, x->dim);
	s->norm = sqrtf((float)dot(at(x, s->at), at(x, s->at), x->stride));
	if (x->n > x->window + x->window / 8)
		shrink(x);
}

static bool
differs(const char *a, const char *b)
{
	return a[0] != '\0' && b[0] != '\0' && strcmp(a, b) != 0;
}

static bool
is_better(const struct vector_hit *a, const struct vector_hit *b)
{
	return a->cosine != b->cosine ? a->cosine > b->cosine
				      : a->about.id > b->about.id;
}

size_t
vectors_nearest(const struct vectors *x, const struct vector_about *q,
    const int8_t *v, struct vector_hit *ret, size_t max, double *ret_noise,
    double *ret_mean)
{
	int8_t padded[LIMIT_EMBEDDING_DIM + BLOCK] = {0};
	double sum = 0, squares = 0, mean = 0, noise = NOISE_UNKNOWN, norm;
	size_t n = 0, n_seen = 0;

	memcpy(padded, v, x->dim);
	norm = sqrt((double)dot(padded, padded, x->stride));
	for (size_t i = 0; i < x->n && norm > 0; i++) {
		const struct slot *s = x->slots[i];
		struct vector_hit hit = {.about = s->about};
		size_t k;

		if (s->about.id == q->id || s->norm <= 0)
			continue;
		hit.cosine = (double)dot(padded, at(x, i), x->stride) /
			     (norm * (double)s->norm);
		sum += hit.cosine;
		squares += hit.cosine * hit.cosine;
		n_seen++;
		if (!differs(s->about.lang, q->lang) ||
		    (n == max && !is_better(&hit, &ret[n - 1])))
			continue;
		if (n < max)
			n++;
		for (k = n - 1; k > 0 && is_better(&hit, &ret[k - 1]); k--)
			ret[k] = ret[k - 1];
		ret[k] = hit;
	}
	if (n_seen >= KNOWS) {
		mean = sum / (double)n_seen;
		noise = mean + SIGMAS * sqrt(fmax(0, squares / (double)n_seen -
							 mean * mean));
		noise = fmax(noise, NOISE_LEAST);
	}
	*ret_noise = noise;
	*ret_mean = fmax(mean, 0);
	return n;
}

/* --- fusion --------------------------------------------------------------- */

struct fused {
	struct vector_edge edge;
	double rank; /* sum of 1 / (RRF_K + place) */
};

/* The same as for words: a story is of its days. */
static double
time_factor(const struct vector_about *a, const struct vector_about *b)
{
	double days = fabs((double)(a->date - b->date)) / DAY;

	return a->is_dated && b->is_dated
		   ? .5 + .25 * exp(-days / 3) + .25 * exp(-days / 30)
		   : 1;
}

static struct fused *
find(struct fused *list, size_t *n, int64_t id)
{
	for (size_t i = 0; i < *n; i++)
		if (list[i].edge.other == id)
			return &list[i];
	list[*n] = (struct fused){.edge.other = id};
	return &list[(*n)++];
}

static int
fused_cmp(const void *a, const void *b)
{
	const struct fused *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? 1 : -1;
	return (x->edge.other < y->edge.other) -
	       (x->edge.other > y->edge.other);
}

static int
score_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

static void
add_hits(const struct vectors *x, const struct vector_about *q, const int8_t *v,
    struct fused *list, size_t *n)
{
	struct vector_hit hits[NEAREST];
	double noise, mean;
	size_t n_hits = vectors_nearest(x, q, v, hits, NEAREST, &noise, &mean);

	for (size_t i = 0; i < n_hits && hits[i].cosine >= noise; i++) {
		struct fused *f = find(list, n, hits[i].about.id);
		double score = fmin(1, (hits[i].cosine - mean) / (1 - mean)) *
			       time_factor(q, &hits[i].about);
		bool is_new = f->rank == 0;

		f->rank += 1 / (RRF_K + (double)(i + 1));
		f->edge.cosine = hits[i].cosine;
		if (is_new)
			f->edge.kind =
			    score >= STORY_FROM ? RELATE_STORY : RELATE_TOPIC;
		if (score > f->edge.score)
			f->edge.score = score;
	}
}

size_t
vectors_relate(const struct vectors *x, const struct vector_about *q,
    const int8_t *v, const struct vector_known *known, size_t n_known,
    struct vector_edge ret[VECTORS_EDGES])
{
	struct fused list[VECTORS_EDGES];
	double scores[VECTORS_EDGES];
	size_t n = 0;

	if (n_known > VECTORS_EDGES - NEAREST)
		n_known = VECTORS_EDGES - NEAREST;
	for (size_t i = 0; i < n_known; i++) {
		struct fused *f = find(list, &n, known[i].id);

		f->edge.kind = known[i].kind;
		f->edge.score = known[i].score;
		f->rank = 1 / (RRF_K + (double)(i + 1));
	}
	add_hits(x, q, v, list, &n);
	qsort(list, n, sizeof(list[0]), fused_cmp);
	for (size_t i = 0; i < n; i++)
		scores[i] = list[i].edge.score;
	qsort(scores, n, sizeof(scores[0]), score_cmp);
	for (size_t i = 0; i < n; i++) {
		ret[i] = list[i].edge;
		ret[i].score = scores[i];
	}
	return n;
}

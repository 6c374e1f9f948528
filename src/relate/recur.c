/* SPDX-License-Identifier: ISC */
/*
 * What a feed repeats says nothing of its articles.
 *
 * The index knows in which articles of a feed a line stands; what stands in two
 * others counts for nothing in the third and all that follow: neither words nor
 * pairs, shingles or signs.  The first two cannot know.  What comes again in
 * another version of an article, or in the next report of its story, is no
 * boilerplate.
 *
 * Which lines were left out is remembered, and saved, for each article, so that
 * an index restored after some of them left is the same.
 */
#include "relate/index.h"

#include <string.h>

enum { RECURS = 2 }; /* others with a line */

uint64_t
recur_key(int64_t feed_id, uint32_t hash)
{
	return blob_pair_key((uint64_t)feed_id, hash);
}

/* An article with lines of the newcomer. */
struct other {
	uint32_t place;
	uint16_t lines; /* a bit each */
};

struct others {
	struct other v[BLOB_LINES_MAX * RECUR_REMEMBERED];
	size_t n;
};

static void
add_other(struct others *o, uint32_t place, size_t line)
{
	size_t i = 0;

	while (i < o->n && o->v[i].place != place)
		i++;
	if (i == o->n)
		o->v[o->n++] = (struct other){.place = place};
	o->v[i].lines |= (uint16_t)(1u << line);
}

static void
list_others(
    const struct relate_index *x, const struct query *q, struct others *ret)
{
	uint32_t own = index_find(x, q->art->id); /* it was announced */

	ret->n = 0;
	for (size_t i = 0; i < q->blob.n_lines; i++) {
		struct postings list;

		terms_get(&x->lines,
		    recur_key(q->art->feed_id, blob_line(&q->blob, i).hash),
		    &list);
		index_trim(x, &list);
		for (size_t k = 0; k < list.n && k < RECUR_REMEMBERED; k++) {
			uint32_t place = posting_place(list.p[k]);

			if (place != own && x->docs[place].id > 0)
				add_other(ret, place, i);
		}
	}
}

static bool
holds(const struct doc *d, uint64_t hash)
{
	uint32_t tag = held(blob_term_key(hash), 0);

	for (size_t i = 0; i < d->n_held; i++) {
		if (held(d->held[i], 0) == tag)
			return true;
	}
	return false;
}

/* Has it half of the newcomer's title?  Then both may tell one story, which
 * repeats its quotations and what went before. */
static bool
is_akin(const struct query *q, const struct doc *d)
{
	size_t n = 0, shared = 0;

	for (size_t i = 0; i < q->blob.n_title; i++) {
		struct blob_term t = blob_term(&q->blob, i);

		n += !t.is_part;
		shared += !t.is_part && holds(d, t.hash);
	}
	return n > 0 && 2 * shared >= n;
}

/* Another version, or a copy, has all the lines. */
static bool
is_witness(const struct query *q, const struct other *o, const struct doc *d)
{
	size_t shared = (size_t)__builtin_popcount(o->lines);

	return (shared < q->blob.n_lines || shared <= 2) && !is_akin(q, d);
}

uint16_t
recur_find(const struct relate_index *x, const struct query *q)
{
	size_t seen[BLOB_LINES_MAX] = {0};
	struct others others;
	uint16_t mask = 0;

	list_others(x, q, &others);
	for (size_t i = 0; i < others.n; i++) {
		const struct other *o = &others.v[i];

		if (!is_witness(q, o, &x->docs[o->place]))
			continue;
		for (size_t k = 0; k < q->blob.n_lines; k++)
			seen[k] += o->lines >> k & 1u;
	}
	for (size_t k = 0; k < q->blob.n_lines; k++) {
		if (seen[k] >= RECURS)
			mask |= (uint16_t)(1u << k);
	}
	return mask;
}

void
recur_add(struct relate_index *x, const struct query *q, uint32_t place)
{
	for (size_t i = 0; i < q->blob.n_lines; i++) {
		uint64_t key =
		    recur_key(q->art->feed_id, blob_line(&q->blob, i).hash);
		struct postings list;

		if (!index_expects(x, key))
			continue;
		if (x->late != NULL) {
			bulk_put(&x->late->lines, key, posting(place, 1));
			continue;
		}
		terms_get(&x->lines, key, &list);
		index_trim(x, &list);
		if (list.n < RECUR_REMEMBERED)
			terms_add(&x->lines, key, posting(place, 1), SIZE_MAX);
	}
}

void
recur_settle(struct relate_index *x, const struct query *q)
{
	for (size_t i = 0; i < q->blob.n_lines; i++)
		terms_settle(&x->lines,
		    recur_key(q->art->feed_id, blob_line(&q->blob, i).hash),
		    x->base, ring_mask(x));
}

/* --- leaving out ---------------------------------------------------------- */

/* Terms that are new in these lines count once less; `place` says where the
 * others go. */
static void
strip_terms(struct blob *b, unsigned lines, uint8_t *out, int *place)
{
	uint8_t less[BLOB_TERMS_MAX] = {0};
	size_t n = 0;

	for (size_t i = 0; i < b->n_lines; i++) {
		struct blob_line l = blob_line(b, i);

		for (size_t k = l.first; lines >> i & 1u && k < l.end; k++)
			less[k] = 1;
	}
	for (size_t i = 0; i < b->n_terms; i++) {
		const uint8_t *p = b->terms + i * BLOB_TERM;

		place[i] = -1;
		if ((p[BLOB_TERM - 1] & BLOB_TF) <= less[i])
			continue;
		memcpy(out + n * BLOB_TERM, p, BLOB_TERM);
		out[n * BLOB_TERM + BLOB_TERM - 1] =
		    (uint8_t)(p[BLOB_TERM - 1] - less[i]);
		place[i] = (int)n++;
	}
	b->terms = out;
	b->n_terms = n;
}

static void
strip_pairs(struct blob *b, uint8_t *out, const int *place)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_pairs && n < BLOB_PAIRS_MAX; i++) {
		const uint8_t *p = b->pairs + i * BLOB_PAIR;

		if (place[p[0]] < 0 || place[p[1]] < 0)
			continue;
		out[n * BLOB_PAIR] = (uint8_t)place[p[0]];
		out[n * BLOB_PAIR + 1] = (uint8_t)place[p[1]];
		out[n++ * BLOB_PAIR + 2] = p[2];
	}
	b->pairs = out;
	b->n_pairs = n;
}

static void
strip_sketch(struct blob *b, unsigned lines, uint8_t *out)
{
	size_t n = 0, gone;

	for (size_t i = 0; i < b->n_sketch; i++) {
		uint8_t line = b->sketch_lines[i];

		if (line >= b->n_lines || (lines >> line & 1u) == 0)
			memcpy(out + n++ * BLOB_SHINGLE,
			    b->sketch + i * BLOB_SHINGLE, BLOB_SHINGLE);
	}
	gone = (b->n_sketch - n) << b->sketch_shift;
	b->n_shingles -= gone < b->n_shingles ? gone : b->n_shingles;
	b->sketch = out;
	b->n_sketch = n;
}

static void
strip_signs(struct blob *b, uint8_t *out, const int *place)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_signs; i++) {
		const uint8_t *p = b->signs + i * BLOB_SIGN;

		if (place[p[4]] < 0)
			continue;
		memcpy(out + n * BLOB_SIGN, p, BLOB_SIGN);
		out[n++ * BLOB_SIGN + 4] = (uint8_t)place[p[4]];
	}
	b->signs = out;
	b->n_signs = n;
}

void
recur_strip(struct query *q, uint16_t lines)
{
	int place[BLOB_TERMS_MAX];

	q->lines = lines;
	if (lines == 0)
		return;
	strip_terms(&q->blob, lines, q->stripped.terms, place);
	strip_pairs(&q->blob, q->stripped.pairs, place);
	strip_sketch(&q->blob, lines, q->stripped.sketch);
	strip_signs(&q->blob, q->stripped.signs, place);
}

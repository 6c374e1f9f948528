/* SPDX-License-Identifier: ISC */
/*
 * An article that reads otherwise now keeps its place and its thread.  What
 * stood in the lists is swept out, at once for all that were revised; then the
 * new words go where the place is in the lists, so that the index is the one
 * that a replay of the features builds.
 */
#include "relate/index.h"

#include <stdlib.h>

#include "base/mem.h"

/* What was added last goes where its place is in the lists. */
static void
settle(struct relate_index *x, const struct query *q)
{
	const struct blob *b = &q->blob;

	for (size_t i = 0; i < b->n_terms; i++)
		terms_settle(&x->words, blob_term_key(blob_term(b, i).hash),
		    x->base, ring_mask(x));
	for (size_t i = 0; i < b->n_pairs; i++) {
		const uint8_t *p = b->pairs + i * BLOB_PAIR;

		terms_settle(&x->words,
		    blob_pair_key(
			blob_term(b, p[0]).hash, blob_term(b, p[1]).hash),
		    x->base, ring_mask(x));
	}
	for (size_t i = 0; i < b->n_sketch; i++)
		terms_settle(&x->shingles, blob_term_key(blob_shingle(b, i)),
		    x->base, ring_mask(x));
	for (size_t i = 0; i < b->n_signs; i++)
		terms_settle(&x->signs, blob_term_key(blob_sign(b, i).sign),
		    x->base, ring_mask(x));
	recur_settle(x, q);
}

static void
refill(struct relate_index *x, const struct relate_article *art, uint32_t place)
{
	struct query *q = x->query;
	struct near near = {0};

	if (!blob_open(art->features.data, art->features.len, &q->blob))
		return;
	q->art = art;
	recur_strip(q, recur_find(x, q));
	query_weigh(x, q);
	index_begin_waiting(x, index_fill(x, q, place, &near));
	settle(x, q);
}

void
relate_revise(
    struct relate_index *x, const struct relate_article *arts, size_t n)
{
	uint32_t *places = xreallocarray(NULL, n, sizeof(*places));
	size_t n_found = 0;

	index_restored(x);
	for (size_t i = 0; i < n; i++) {
		places[i] = UINT32_MAX;
		if (relate_has(x, arts[i].id) &&
		    relate_features_current(
			arts[i].features.data, arts[i].features.len))
			places[i] = index_find(x, arts[i].id);
		if (places[i] != UINT32_MAX && x->docs[places[i]].is_waiting)
			places[i] = UINT32_MAX;
		if (places[i] == UINT32_MAX)
			continue;
		index_empty(x, places[i]);
		n_found++;
	}
	if (n_found > 0)
		index_prune(x);
	for (size_t i = 0; i < n; i++) {
		if (places[i] != UINT32_MAX)
			refill(x, &arts[i], places[i]);
	}
	free(places);
}

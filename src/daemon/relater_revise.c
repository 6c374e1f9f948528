/* SPDX-License-Identifier: ISC */
/*
 * After what is new comes what was revised: the store marks features that
 * changed since their article was related.
 */
#include "daemon/relater.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define REVISED 256 /* articles related again at a time */

struct revised {
	struct relater *r;
	void *features[REVISED]; /* copies: rows are borrowed */
	struct relate_article arts[REVISED];
	int64_t marks[REVISED]; /* how often, of each */
	size_t n;
};

static void
revised_cb(const struct store_related_input *in, void *arg)
{
	struct revised *rv = arg;
	struct relate_article *art = &rv->arts[rv->n];

	(void)relater_article(rv->r, in, art);
	rv->features[rv->n] = xmalloc(in->features_len);
	memcpy(rv->features[rv->n], in->features, in->features_len);
	art->features.data = rv->features[rv->n];
	rv->marks[rv->n++] = in->revised;
}

static void
relate_again(struct relater *r, const struct revised *rv, struct batch *b)
{
	relate_revise(r->index, rv->arts, rv->n);
	for (size_t i = 0; i < rv->n; i++) {
		const struct relate_article *art = &rv->arts[i];
		struct relate_result res = {0};

		/* One that left the index keeps what it has. */
		b->is_again = relate_has(r->index, art->id) &&
			      relate_features_current(
				  art->features.data, art->features.len);
		if (b->is_again)
			relate_add(r->index, art, &res);
		batch_add(b, art->id, rv->marks[i], &res);
	}
	b->is_again = true;
}

bool
relater_pull_revised(struct relater *r, int64_t *above)
{
	struct revised *rv = xcalloc(1, sizeof(*rv));
	struct batch *b;
	size_t n;

	rv->r = r;
	if (store_relate_revised(r->reader, *above, REVISED, revised_cb, rv) !=
	    AK_OK)
		rv->n = 0;
	n = rv->n;
	if (n > 0) {
		relater_load_for(r, rv->arts, n);
		*above = rv->arts[n - 1].id;
		b = xcalloc(1, sizeof(*b));
		b->r = r;
		relate_again(r, rv, b);
		r->n_unsaved += (int64_t)n;
		relater_put(r, b);
	}
	for (size_t i = 0; i < n; i++)
		free(rv->features[i]);
	free(rv);
	return n == REVISED;
}

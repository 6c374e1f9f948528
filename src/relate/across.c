/* SPDX-License-Identifier: ISC */
/*
 * Articles of two languages.
 *
 * Their words are strangers but for those that both write alike; what they can
 * share otherwise are signs (signs.h), which are looked up across languages
 * only, and have a cosine of their own.  Its lengths are of frequencies alone,
 * so that nothing has to be reckoned anew while the index grows.  Both are
 * summed.  Some of it is shared by any two, so little says less than in one
 * language, and much as much: the sum is bent so that a score means the same.
 */
#include "relate/index.h"

#include <math.h>

enum {
	COMMON_FROM = 200, /* articles, before ... */
	COMMON_SHARE = 8,  /* ... a sign in an eighth of them says nothing */
	LOOKED_AT = 256,   /* the newest with a sign */
};

#define FEW 3.0F /* in an article with one or two signs, each says less */
#define ACROSS_MOST 1.5F
#define ACROSS_HALF 0.07F /* so much leaves half of that */

float
across_cosine(float words, float signs)
{
	float sum = words + signs;
	float bent = ACROSS_MOST * sum * sum / (sum + ACROSS_HALF);

	return bent < 1.0F ? bent : 1.0F;
}

float
across_norm(const struct blob *b)
{
	float sum = FEW;

	for (size_t i = 0; i < b->n_signs; i++) {
		float w = index_tf_weight(blob_sign(b, i).tf);

		sum += w * w;
	}
	return sqrtf(sum);
}

float
across_idf(size_t n_all, size_t n_articles)
{
	float all = 1.0F + (float)n_all, n = 1.0F + (float)n_articles;

	if ((n_all > COMMON_FROM && n_articles * COMMON_SHARE > n_all) ||
	    n_articles >= n_all)
		return 0.0F;
	return logf(all / n) / logf(all);
}

void
across_scan(struct relate_index *x, struct query *q)
{
	const struct blob *b = &q->blob;
	float norm = across_norm(b);

	if (b->lang == 0 || x->n_lang[b->lang] >= x->n_live)
		return;
	for (size_t i = 0; i < b->n_signs; i++)
		terms_prefetch(&x->signs, blob_term_key(blob_sign(b, i).sign));
	for (size_t i = 0; i < b->n_signs; i++) {
		struct blob_sign s = blob_sign(b, i);
		struct postings list;
		float w;

		terms_get(&x->signs, blob_term_key(s.sign), &list);
		index_trim(x, &list);
		/* With the newcomer among them, as it will be. */
		w = across_idf(x->n_live + 1, list.n + 1);
		w *= w * index_tf_weight(s.tf) / norm;
		for (size_t k = list.n > LOOKED_AT ? list.n - LOOKED_AT : 0;
		     w > 0.0F && k < list.n; k++) {
			uint32_t place = posting_place(list.p[k]);

			if (!across_is(b->lang, x->langs[place]))
				continue;
			query_touch(x, q, place);
			x->far[place] +=
			    w * index_tf_weight(posting_tf(list.p[k]));
		}
	}
}

/* SPDX-License-Identifier: ISC */
/*
 * From a newcomer's terms to its candidates.
 *
 * Lists are scanned from the shortest on, with a budget of postings that is
 * shared among those still to come: a rare term names few articles and says
 * much about them, of a common one only the newest are looked at, since news
 * resembles what is near in time.  The candidates found so are cut to the best,
 * and only for these the rest is reckoned, from the terms that they hold, and
 * for pairs, whose lists are seldom cut, from the lists.  Under the budget
 * (some 3,000 articles) the result is that of a full scan; beyond, the cost of
 * a newcomer stays nearly flat while the index grows.
 */
#include "relate/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	SCAN_BUDGET = 16000, /* postings */
	SCAN_SHARES = 4,     /* of what is left, for the next list */
	SHINGLE_COMMON = 20, /* articles: boilerplate from there */
	RECURRING_S = 36 * 3600,
	AHEAD = 8, /* terms to prefetch before their turn */
};

#define RECURRING_CONTAINS 0.9F

/* --- weighing ------------------------------------------------------------ */

static void
weigh_term(struct relate_index *x, struct query *q, uint64_t key, bool is_pair,
    unsigned tf)
{
	struct query_term *t = &q->terms[q->n_terms];
	unsigned lang = q->blob.lang;
	float idf;

	terms_get(&x->words, key, &t->list);
	index_trim(x, &t->list);
	if (is_pair && t->list.n == 0)
		return; /* a pair that nobody else has tells nothing */
	/* With the newcomer itself among them, as it will be. */
	idf = index_idf(index_lang_count(x, lang) + 1,
	    index_in_lang(x, t->list.p, t->list.n, lang) + 1);
	idf *= is_pair ? PAIR_WEIGHT : 1.0F;
	if (idf <= 0.0F)
		return;
	t->own = index_tf_weight(tf) * idf;
	t->idf = idf;
	t->weight = t->own * idf;
	q->norm += t->own * t->own;
	t->tag = held(key, 0);
	t->is_pair = is_pair;
	q->n_terms++;
}

void
query_weigh(struct relate_index *x, struct query *q)
{
	const struct blob *b = &q->blob;
	uint64_t keys[QUERY_TERMS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < b->n_terms; i++)
		keys[n++] = blob_term_key(blob_term(b, i).hash);
	for (size_t i = 0; i < b->n_pairs && n < QUERY_TERMS_MAX; i++) {
		const uint8_t *p = b->pairs + i * BLOB_PAIR;

		keys[n++] = blob_pair_key(
		    blob_term(b, p[0]).hash, blob_term(b, p[1]).hash);
	}
	for (size_t i = 0; i < n; i++)
		terms_prefetch(&x->words, keys[i]);
	q->n_terms = 0;
	q->norm = 0.0F;
	for (size_t i = 0; i < n && i < AHEAD; i++)
		terms_prefetch_ends(&x->words, keys[i]);
	for (size_t i = 0; i < n; i++) {
		bool is_pair = i >= b->n_terms;
		const uint8_t *p =
		    is_pair ? b->pairs + (i - b->n_terms) * BLOB_PAIR : NULL;

		if (i + AHEAD < n)
			terms_prefetch_ends(&x->words, keys[i + AHEAD]);
		weigh_term(x, q, keys[i], is_pair,
		    is_pair ? p[2] : blob_term(b, i).tf);
	}
	q->norm = sqrtf(q->norm);
}

/* --- scanning ------------------------------------------------------------ */

static int
order_cmp(const void *a, const void *b)
{
	const struct query_term *x = *(struct query_term *const *)a;
	const struct query_term *y = *(struct query_term *const *)b;

	if (x->list.n != y->list.n)
		return x->list.n < y->list.n ? -1 : 1;
	return (x > y) - (x < y);
}

static void
touch(struct query *q, uint32_t place)
{
	if (q->n_touched == q->cap_touched) {
		q->cap_touched = q->cap_touched * 2 + 1024;
		q->touched = xreallocarray(
		    q->touched, q->cap_touched, sizeof(*q->touched));
	}
	q->touched[q->n_touched++] = place;
}

void
query_touch(struct relate_index *x, struct query *q, uint32_t place)
{
	if (x->acc[place] == 0.0F) {
		x->acc[place] = 1e-9F; /* nothing: it is on the list */
		touch(q, place);
	}
}

/* The loop that all the time goes to. */
static void
scan_list(struct relate_index *x, struct query *q, const struct query_term *t)
{
	const struct postings *l = &t->list;
	float weights[POSTING_TF_MAX + 1];
	float *acc = x->acc;

	for (unsigned tf = 0; tf <= POSTING_TF_MAX; tf++)
		weights[tf] = t->weight * index_tf_weight(tf);
	for (size_t k = t->from; k < l->n; k++) {
		uint32_t place = posting_place(l->p[k]);

		if (k + 16 < l->n)
			__builtin_prefetch(
			    &acc[posting_place(l->p[k + 16])], 1);
		if (acc[place] == 0.0F)
			touch(q, place);
		acc[place] += weights[posting_tf(l->p[k])];
	}
}

/* A short list is not worth a table of weights. */
static void
scan_few(struct relate_index *x, struct query *q, const struct query_term *t)
{
	for (size_t k = 0; k < t->list.n; k++) {
		uint32_t p = t->list.p[k], place = posting_place(p);

		if (x->acc[place] == 0.0F)
			touch(q, place);
		x->acc[place] += t->weight * index_tf_weight(posting_tf(p));
	}
}

static void
scan(struct relate_index *x, struct query *q)
{
	size_t budget = SCAN_BUDGET, n = 0;

	for (size_t i = 0; i < q->n_terms; i++)
		q->order[n++] = &q->terms[i];
	if (n > 0)
		qsort(q->order, n, sizeof(q->order[0]), order_cmp);
	q->n_touched = q->n_whole = 0;
	for (size_t i = 0; i < n; i++) {
		struct query_term *t = q->order[i];
		size_t most = SCAN_SHARES * budget / (n - i);
		size_t take = t->list.n;

		if (most > budget)
			most = budget;
		if (take <= most)
			q->n_whole = i + 1;
		else
			take = most;
		budget -= take;
		t->from = t->list.n - take;
		if (t->list.n < 64 && t->from == 0)
			scan_few(x, q, t);
		else if (take > 0)
			scan_list(x, q, t);
	}
}

static size_t
first_at(const struct relate_index *x, const struct postings *l, uint32_t age)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ring_offset(x, posting_place(l->p[mid])) < age)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The posting of a place in a list, or 0. */
static uint32_t
look_up(const struct relate_index *x, const struct postings *l, uint32_t place)
{
	size_t i;

	if (l->n <= 8) {
		for (i = 0; i < l->n; i++) {
			if (posting_place(l->p[i]) == place)
				return l->p[i];
		}
		return 0;
	}
	i = first_at(x, l, ring_offset(x, place));
	return i < l->n && posting_place(l->p[i]) == place ? l->p[i] : 0;
}

/* --- shingles ------------------------------------------------------------ */

static void
scan_shingles(struct relate_index *x, struct query *q)
{
	const struct blob *b = &q->blob;

	for (size_t i = 0; i < b->n_sketch; i++)
		terms_prefetch(&x->shingles, blob_term_key(blob_shingle(b, i)));
	for (size_t i = 0; i < b->n_sketch; i++) {
		struct postings list;

		terms_get(
		    &x->shingles, blob_term_key(blob_shingle(b, i)), &list);
		index_trim(x, &list);
		if (list.n > SHINGLE_COMMON)
			continue;
		for (size_t k = 0; k < list.n; k++) {
			uint32_t place = posting_place(list.p[k]);

			query_touch(x, q, place);
			x->hits[place]++;
		}
	}
}

/* Share of the shorter text that stands in both, from the coarser sample. */
static float
containment(const struct query *q, const struct doc *d, unsigned hits)
{
	const struct blob *b = &q->blob;
	unsigned shift = b->sketch_shift > d->sketch_shift ? b->sketch_shift
							   : d->sketch_shift;
	size_t least =
	    b->n_shingles < d->n_shingles ? b->n_shingles : d->n_shingles;
	float share;

	if (least == 0)
		return 0.0F;
	share = (float)((size_t)hits << shift) / (float)least;
	return share < 1.0F ? share : 1.0F;
}

/* --- candidates ---------------------------------------------------------- */

float
query_time_factor(int64_t a, bool a_dated, int64_t b, bool b_dated)
{
	float days = (float)fabs((double)a - (double)b) / 86400.0F;
	float f =
	    0.5F + 0.25F * expf(-days / 3.0F) + 0.25F * expf(-days / 30.0F);

	if (!(a_dated && b_dated) && f < 0.75F)
		f = 0.75F; /* arrival says little about the event */
	return f;
}

static bool
is_better(const struct candidate *a, const struct candidate *b)
{
	if (a->score != b->score)
		return a->score > b->score;
	return a->place > b->place;
}

static void
sift_down(struct candidate *heap, size_t n, size_t i)
{
	for (;;) {
		size_t worst = i, l = 2 * i + 1;
		struct candidate swap;

		if (l < n && is_better(&heap[worst], &heap[l]))
			worst = l;
		if (l + 1 < n && is_better(&heap[worst], &heap[l + 1]))
			worst = l + 1;
		if (worst == i)
			return;
		swap = heap[i];
		heap[i] = heap[worst];
		heap[worst] = swap;
		i = worst;
	}
}

/* Keep the best in a heap whose root is the worst of them. */
static void
offer(struct query *q, const struct candidate *c)
{
	if (q->n_cands == CANDIDATES_MAX) {
		if (!is_better(c, &q->cands[0]))
			return;
		q->cands[0] = *c;
		sift_down(q->cands, q->n_cands, 0);
		return;
	}
	q->cands[q->n_cands++] = *c;
	if (q->n_cands == CANDIDATES_MAX) {
		for (size_t i = CANDIDATES_MAX / 2; i-- > 0;)
			sift_down(q->cands, q->n_cands, i);
	}
}

static float
likeness(const struct relate_index *x, const struct query *q,
    const struct candidate *c)
{
	return across_is(x->langs[c->place], q->blob.lang)
		   ? across_cosine(c->cosine, c->far)
		   : c->cosine;
}

static void
select_candidates(struct relate_index *x, struct query *q)
{
	float norm = q->norm > 0.0F ? q->norm : 1.0F;

	q->n_cands = 0;
	for (size_t i = 0; i < q->n_touched; i++) {
		uint32_t place = q->touched[i];
		struct candidate c = {.place = place};

		c.cosine = x->acc[place] * x->inverse[place] / norm;
		if (x->far[place] > 0.0F && c.cosine > 0.0F)
			c.far = x->far[place] / x->docs[place].signs;
		if (x->hits[place] > 0)
			c.contain =
			    containment(q, &x->docs[place], x->hits[place]);
		c.score = likeness(x, q, &c) + c.contain;
		if (c.cosine > 0.0F && (q->n_cands < CANDIDATES_MAX ||
					   c.score >= q->cands[0].score))
			offer(q, &c);
		x->acc[place] = x->far[place] = 0.0F;
		x->hits[place] = 0;
	}
}

/* Pairs that only the candidate and the newcomer have were not in the
 * candidate's vector when its length was reckoned: what they add. */
static float
new_pairs(const struct query *q, uint32_t place)
{
	float sum = 0.0F;

	for (size_t k = 0; k < q->n_terms; k++) {
		const struct query_term *t = q->order[k];
		float w;

		if (t->list.n > 1)
			break;
		if (!t->is_pair || t->list.n == 0 ||
		    posting_place(t->list.p[0]) != place)
			continue;
		w = index_tf_weight(posting_tf(t->list.p[0])) * t->idf;
		sum += w * w;
	}
	return sum;
}

/* The feed's weather, its market close, its links of the week: the title comes
 * again, with another figure or on another day, and the text is another. */
bool
query_recurs(int64_t seconds_apart, bool same_title, float contain)
{
	bool is_later =
	    seconds_apart > RECURRING_S || seconds_apart < -RECURRING_S;

	return !same_title || (is_later && contain < RECURRING_CONTAINS);
}

static bool
is_recurring(const struct query *q, const struct doc *d, float contain)
{
	return q->blob.n_title > 0 && q->art->feed_id == d->feed_id &&
	       q->blob.shape_hash == d->shape_hash &&
	       query_recurs(q->art->date - d->date,
		   q->blob.title_hash == d->title_hash, contain);
}

static void
table_cut(const struct relate_index *x, struct query *q)
{
	memset(q->cut, 0, sizeof(q->cut));
	for (size_t k = q->n_whole; k < q->n_terms; k++) {
		struct query_term *t = q->order[k];
		size_t i = t->tag / (POSTING_TF_MAX + 1) % CUT_SLOTS;

		t->seen = x->span;
		if (t->from < t->list.n)
			t->seen =
			    ring_offset(x, posting_place(t->list.p[t->from]));
		while (q->cut[i] != 0)
			i = (i + 1) % CUT_SLOTS;
		if (!t->is_pair)
			q->cut[i] = (uint16_t)(k + 1);
	}
}

/* Which of the words with cut lists the article holds. */
static void
match_cut(struct query *q, const struct doc *d, uint32_t age)
{
	for (size_t n = 0; n < d->n_held; n++) {
		uint32_t tag = held(d->held[n], 0);
		size_t i = tag / (POSTING_TF_MAX + 1) % CUT_SLOTS;

		for (; q->cut[i] != 0; i = (i + 1) % CUT_SLOTS) {
			size_t k = q->cut[i] - 1u;

			if (q->order[k]->tag == tag && age < q->order[k]->seen)
				q->cut_tf[k] = d->held[n] & POSTING_TF_MAX;
		}
	}
}

/* What the lists add where they were not scanned. */
static float
unscanned(const struct relate_index *x, struct query *q, uint32_t place)
{
	float dot = 0.0F;

	match_cut(q, &x->docs[place], ring_offset(x, place));
	for (size_t k = q->n_whole; k < q->n_terms; k++) {
		const struct query_term *t = q->order[k];
		unsigned tf = q->cut_tf[k];

		if (t->is_pair) {
			struct postings rest = {.p = t->list.p, .n = t->from};

			tf = posting_tf(look_up(x, &rest, place));
		}
		if (tf != 0)
			dot += t->weight * index_tf_weight(tf) / q->norm;
		q->cut_tf[k] = 0;
	}
	return dot;
}

/* What the unscanned part of the lists adds, and the exact length. */
static void
complete(struct relate_index *x, struct query *q)
{
	for (size_t i = 0; i < q->n_cands; i++)
		__builtin_prefetch(&x->docs[q->cands[i].place]);
	table_cut(x, q);
	for (size_t i = 0; i < q->n_cands; i++) {
		struct candidate *c = &q->cands[i];
		const struct doc *d = &x->docs[c->place];
		float dot = c->cosine * d->norm;

		if (i + 2 < q->n_cands) {
			const struct doc *next =
			    &x->docs[q->cands[i + 2].place];

			for (size_t k = 0; k < next->n_held; k += 16)
				__builtin_prefetch(&next->held[k]);
		}
		dot += unscanned(x, q, c->place);
		c->norm = sqrtf(d->norm * d->norm + new_pairs(q, c->place));
		c->cosine = dot / c->norm;
		c->cosine = likeness(x, q, c);
		if (c->cosine > 1.0F)
			c->cosine = 1.0F;
		c->time = query_time_factor(
		    q->art->date, q->art->is_dated, d->date, d->is_dated);
		c->is_recurring = is_recurring(q, d, c->contain);
		if (c->is_recurring)
			c->time *= RECURRING_LEAVES;
		c->score = c->cosine * c->time;
	}
}

static int
cand_cmp(const void *a, const void *b)
{
	return is_better(a, b) ? -1 : 1;
}

void
query_run(struct relate_index *x, struct query *q)
{
	query_weigh(x, q);
	scan(x, q);
	scan_shingles(x, q);
	across_scan(x, q);
	select_candidates(x, q);
	complete(x, q);
	qsort(q->cands, q->n_cands, sizeof(q->cands[0]), cand_cmp);
	judge_ties(x, q);
}

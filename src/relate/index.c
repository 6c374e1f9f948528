/* SPDX-License-Identifier: ISC */
/*
 * The index holds no text and no vectors: an article is a row in the ring and
 * its postings.  Weights are not stored but follow from frequency in the
 * article and in its language, as they stand when they are asked for.  Only
 * the length of each vector is kept; it is reckoned at insertion and again, in
 * one sweep over all lists, whenever the index has grown by a quarter or an
 * eighth of the window has passed, so that each article pays for a few visits
 * of its postings.  What lies in the index is thus decided by the live
 * articles alone, and a replay of their features rebuilds it.
 */
#include "relate/index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	KEEP_DEFAULT = 12,
	WINDOW_DEFAULT = 200000,
	SLEEP_DAYS_DEFAULT = 10,
	RING_BITS_FIRST = 10,
	COMMON_FROM = 200, /* articles in a language, before ... */
	COMMON_SHARE = 4,  /* ... a term in a quarter of them says nothing */
	LANG_SAMPLE = 32,  /* postings looked at */
};

#define IDF_LEAST 1.5F /* of a term that just says something */

static const char *const kind_names[] = {
    "listed", "duplicate", "story", "topic"};

const char *
relate_kind_name(enum relate_kind k)
{
	return kind_names[k];
}

bool
relate_kind_from_name(const char *name, enum relate_kind *ret)
{
	for (size_t i = 0; i < AK_COUNT(kind_names); i++) {
		if (strcmp(name, kind_names[i]) == 0) {
			*ret = (enum relate_kind)i;
			return true;
		}
	}
	return false;
}

/* --- life ---------------------------------------------------------------- */

static void
alloc_ring(struct relate_index *x, unsigned bits)
{
	size_t n = (size_t)1 << bits;

	x->docs = xreallocarray(x->docs, n, sizeof(*x->docs));
	x->langs = xreallocarray(x->langs, n, sizeof(*x->langs));
	x->hits = xreallocarray(x->hits, n, sizeof(*x->hits));
	x->inverse = xreallocarray(x->inverse, n, sizeof(*x->inverse));
	x->acc = xreallocarray(x->acc, n, sizeof(*x->acc));
	mem_random(x->docs, n * sizeof(*x->docs));
	memset(x->hits, 0, n * sizeof(*x->hits));
	memset(x->acc, 0, n * sizeof(*x->acc));
	x->ring_bits = bits;
}

struct relate_index *
relate_index_new(const struct relate_params *p)
{
	struct relate_index *x = xcalloc(1, sizeof(*x));

	x->keep = p != NULL && p->keep > 0 ? (size_t)p->keep : KEEP_DEFAULT;
	x->window =
	    p != NULL && p->window > 0 ? (size_t)p->window : WINDOW_DEFAULT;
	x->sleep_days = SLEEP_DAYS_DEFAULT;
	if (p != NULL && p->sleep_days > 0)
		x->sleep_days = (float)p->sleep_days;
	x->ring_bits_max = RING_BITS_FIRST;
	while ((size_t)1 << x->ring_bits_max < x->window + x->window / 8 + 16)
		x->ring_bits_max++;
	assert(x->ring_bits_max <= POSTING_PLACE_BITS);
	alloc_ring(x, RING_BITS_FIRST);
	terms_init(&x->words);
	terms_init(&x->shingles);
	terms_init(&x->lines);
	x->query = xcalloc(1, sizeof(*x->query));
	return x;
}

void
relate_index_free(struct relate_index *x)
{
	if (x == NULL)
		return;
	terms_release(&x->words);
	terms_release(&x->shingles);
	terms_release(&x->lines);
	free(x->query->touched);
	free(x->query);
	for (uint32_t i = 0; i < x->span; i++)
		free(x->docs[(x->base + i) & ring_mask(x)].held);
	free(x->docs);
	free(x->expected);
	free(x->langs);
	free(x->hits);
	free(x->inverse);
	free(x->acc);
	free(x->orphans);
	free(x->days);
	free(x->saved);
	free(x);
}

size_t
relate_count(const struct relate_index *x)
{
	return x->n_live;
}

size_t
relate_bytes(const struct relate_index *x)
{
	size_t per_place = sizeof(*x->docs) + sizeof(*x->langs) +
			   sizeof(*x->hits) + sizeof(*x->acc) +
			   sizeof(*x->inverse);

	return sizeof(*x) + sizeof(*x->query) + (per_place << x->ring_bits) +
	       terms_bytes(&x->words) + terms_bytes(&x->shingles) +
	       terms_bytes(&x->lines) + x->held_bytes +
	       x->query->cap_touched * sizeof(*x->query->touched) +
	       x->cap_orphans * sizeof(*x->orphans) +
	       x->n_saved * sizeof(*x->saved);
}

/* --- places -------------------------------------------------------------- */

uint32_t
index_find(const struct relate_index *x, int64_t id)
{
	uint32_t lo = 0, hi = x->span;

	while (lo < hi) { /* ids rise along the ring; dead ones keep theirs */
		uint32_t mid = lo + (hi - lo) / 2;
		uint32_t place = (x->base + mid) & ring_mask(x);
		int64_t at = x->docs[place].id;

		if (at == id)
			return place;
		if ((at < 0 ? -at : at) < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return UINT32_MAX;
}

bool
relate_has(const struct relate_index *x, int64_t id)
{
	return id > 0 && index_find(x, id) != UINT32_MAX;
}

void
index_trim(const struct relate_index *x, struct postings *list)
{
	size_t lo = 0, hi = list->n;

	if (hi == 0 || x->n_dead == 0 ||
	    ring_offset(x, posting_place(list->p[0])) < x->span)
		return;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ring_offset(x, posting_place(list->p[mid])) < x->span)
			hi = mid;
		else
			lo = mid + 1;
	}
	list->p += lo;
	list->n -= lo;
}

/* --- weights ------------------------------------------------------------- */

float
index_tf_weight(unsigned tf)
{
	static const float table[POSTING_TF_MAX + 1] = {0.0F, 1.0F, 1.6931F,
	    2.0986F, 2.3863F, 2.6094F, 2.7918F, 2.9459F, 3.0794F, 3.1972F,
	    3.3026F, 3.3979F, 3.4849F, 3.5649F, 3.6391F, 3.7081F, 3.7726F,
	    3.8332F, 3.8904F, 3.9444F, 3.9957F, 4.0445F, 4.0910F, 4.1355F,
	    4.1781F, 4.2189F, 4.2581F, 4.2958F, 4.3322F, 4.3673F, 4.4012F,
	    4.4340F}; /* 1 + ln tf */

	return table[tf < POSTING_TF_MAX ? tf : POSTING_TF_MAX];
}

float
index_idf(size_t n_lang, size_t n_articles)
{
	if (n_lang > COMMON_FROM && n_articles * COMMON_SHARE > n_lang)
		return 0.0F;
	if (n_articles > n_lang)
		n_articles = n_lang;
	return IDF_LEAST +
	       logf((1.0F + (float)n_lang) / (1.0F + (float)n_articles));
}

size_t
index_in_lang(
    const struct relate_index *x, const uint32_t *p, size_t n, unsigned lang)
{
	size_t hits = 0, step;

	if (lang == 0)
		return n;
	if (n <= LANG_SAMPLE) {
		for (size_t i = 0; i < n; i++)
			hits += x->langs[posting_place(p[i])] == lang;
		return hits;
	}
	step = n / LANG_SAMPLE;
	for (size_t i = 0; i < LANG_SAMPLE; i++)
		hits += x->langs[posting_place(p[i * step])] == lang;
	return n * hits / LANG_SAMPLE;
}

/* --- sweeping ------------------------------------------------------------ */

static size_t
prune_cb(void *arg, bool is_pair, uint32_t *p, size_t n)
{
	const struct relate_index *x = arg;
	size_t left = 0;

	(void)is_pair;
	for (size_t i = 0; i < n; i++) {
		uint32_t place = posting_place(p[i]);

		if (ring_offset(x, place) < x->span && x->docs[place].id > 0)
			p[left++] = p[i];
	}
	return left;
}

/* Squared lengths are summed in fixed point: the order of the tables depends
 * on their history, the sum must not. */
#define NORM_UNIT 65536.0F

struct norms {
	const struct relate_index *x;
	uint64_t *sums; /* by place */
};

/* Adds a term's share to the squared length of each vector it is in. */
static size_t
norm_cb(void *arg, bool is_pair, uint32_t *p, size_t n)
{
	const struct norms *norms = arg;
	const struct relate_index *x = norms->x;
	float weights[LANG_MAX];
	uint64_t known = 0;

	if (is_pair && n < 2)
		return n;
	for (size_t i = 0; i < n; i++) {
		uint32_t place = posting_place(p[i]);
		unsigned lang = x->langs[place];
		float w;

		if ((known >> lang & 1) == 0) {
			w = index_idf(index_lang_count(x, lang),
			    index_in_lang(x, p, n, lang));
			w *= is_pair ? PAIR_WEIGHT : 1.0F;
			weights[lang] = w * w * NORM_UNIT;
			known |= (uint64_t)1 << lang;
		}
		w = index_tf_weight(posting_tf(p[i]));
		norms->sums[place] += (uint64_t)(w * w * weights[lang]);
	}
	return n;
}

static void
set_inverse(struct relate_index *x, uint32_t place)
{
	const struct doc *d = &x->docs[place];

	x->inverse[place] = d->id > 0 && d->norm > 0.0F ? 1.0F / d->norm : 0.0F;
}

static void
reckon_norms(struct relate_index *x)
{
	struct norms norms = {.x = x,
	    .sums = xcalloc((size_t)1 << x->ring_bits, sizeof(uint64_t))};

	terms_sweep(&x->words, norm_cb, &norms);
	for (uint32_t i = 0; i < x->span; i++) {
		uint32_t place = (x->base + i) & ring_mask(x);

		x->docs[place].norm =
		    sqrtf((float)norms.sums[place] / NORM_UNIT);
		set_inverse(x, place);
	}
	free(norms.sums);
	x->swept_at = x->n_live;
}

void
index_sweep(struct relate_index *x)
{
	if (x->expected != NULL) { /* not without all terms */
		x->is_spent = true;
		return;
	}
	if (x->n_dead > 0) {
		terms_sweep(&x->words, prune_cb, x);
		terms_sweep(&x->shingles, prune_cb, x);
		terms_sweep(&x->lines, prune_cb, x);
		x->n_dead = 0;
	}
	reckon_norms(x);
}

static bool
wants_sweep(const struct relate_index *x)
{
	size_t spare = ((size_t)1 << x->ring_bits_max) - x->window;
	size_t often = x->window / 8 < spare / 2 ? x->window / 8 : spare / 2;

	if (x->at_saved < x->n_saved)
		return false; /* norms are on their way */
	return x->n_dead > often || x->n_dead > 64 + x->n_live / 4 ||
	       x->n_live > x->swept_at + x->swept_at / 4 + 8;
}

/* --- days ---------------------------------------------------------------- */

static size_t
find_day(const struct relate_index *x, int64_t day)
{
	size_t lo = 0, hi = x->n_days;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (x->days[mid].day < day)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
count_day(struct relate_index *x, const struct doc *d, int change)
{
	int64_t day = d->date / 86400;
	size_t at = find_day(x, day);

	if (!d->is_dated)
		return;
	if (at < x->n_days && x->days[at].day == day) {
		x->days[at].n += (uint32_t)change;
		if (x->days[at].n == 0)
			memmove(&x->days[at], &x->days[at + 1],
			    (--x->n_days - at) * sizeof(*x->days));
		return;
	}
	assert(change > 0);
	if (x->n_days == x->cap_days) {
		x->cap_days = x->cap_days * 2 + 64;
		x->days = xreallocarray(x->days, x->cap_days, sizeof(*x->days));
	}
	memmove(&x->days[at + 1], &x->days[at],
	    (x->n_days++ - at) * sizeof(*x->days));
	x->days[at].day = day;
	x->days[at].n = 1;
}

size_t
index_dated_near(const struct relate_index *x, int64_t date, int64_t days)
{
	int64_t day = date / 86400;
	size_t n = 0;

	for (size_t i = find_day(x, day - days);
	     i < x->n_days && x->days[i].day <= day + days; i++)
		n += x->days[i].n;
	return n;
}

/* --- coming and going ---------------------------------------------------- */

static void
drop_held(struct relate_index *x, struct doc *d)
{
	free(d->held);
	d->held = NULL;
	x->held_bytes -= index_held_size(d->n_held);
	d->n_held = 0;
}

void
index_empty(struct relate_index *x, uint32_t place)
{
	struct doc *d = &x->docs[place];

	drop_held(x, d);
	count_day(x, d, -1);
	x->n_lang[x->langs[place]]--;
	d->id = -d->id;
	x->n_dead++;
}

static void
bury(struct relate_index *x, uint32_t place)
{
	struct doc *d = &x->docs[place];

	thread_leave(x, place);
	drop_held(x, d);
	x->n_waiting -= d->is_waiting;
	if (!d->is_waiting)
		count_day(x, d, -1);
	d->id = -d->id;
	x->inverse[place] = 0.0F;
	x->n_lang[x->langs[place]]--;
	x->n_live--;
	x->n_dead++;
}

static void
drop_oldest(struct relate_index *x)
{
	if (x->docs[x->base].id > 0)
		bury(x, x->base);
	x->base = (x->base + 1) & ring_mask(x);
	x->span--;
}

void
relate_remove(struct relate_index *x, int64_t id)
{
	uint32_t place = id > 0 ? index_find(x, id) : UINT32_MAX;

	if (place == UINT32_MAX)
		return;
	bury(x, place);
	while (x->span > 0 && x->docs[x->base].id < 0)
		drop_oldest(x);
	if (wants_sweep(x))
		index_sweep(x);
}

/* A free place behind the newest. */
static uint32_t
take_place(struct relate_index *x)
{
	while (x->n_live >= x->window || x->span >= (uint32_t)1
							<< x->ring_bits_max)
		drop_oldest(x);
	/* The ring grows only before it first turns over: then it has its full
	 * size, since nothing is dropped before the window is full. */
	if (x->base + x->span >= (uint32_t)1 << x->ring_bits &&
	    x->ring_bits < x->ring_bits_max)
		alloc_ring(x, x->ring_bits + 1);
	return (x->base + x->span++) & ring_mask(x);
}

static bool
may_enter(const struct relate_index *x, const struct relate_article *art,
    struct blob *ret)
{
	int64_t newest = 0;

	if (x->span > 0)
		newest = x->docs[(x->base + x->span - 1) & ring_mask(x)].id;
	if (newest < 0)
		newest = -newest;
	return art->id > newest &&
	       blob_open(art->features.data, art->features.len, ret);
}

/* What a save has of this article, or NULL; ids come in order. */
static const struct saved *
find_saved(struct relate_index *x, int64_t id)
{
	while (x->at_saved < x->n_saved && x->saved[x->at_saved].id < id)
		x->at_saved++;
	if (x->at_saved < x->n_saved && x->saved[x->at_saved].id == id)
		return &x->saved[x->at_saved++];
	return NULL;
}

struct doc *
index_fill(struct relate_index *x, const struct query *q, uint32_t place,
    const struct near *near)
{
	const struct blob *b = &q->blob;
	struct doc *d = &x->docs[place];

	d->id = q->art->id;
	d->feed_id = q->art->feed_id;
	d->date = q->art->date;
	d->is_dated = q->art->is_dated;
	d->text_hash = b->text_hash;
	d->shape_hash = b->shape_hash;
	d->n_shingles = (uint16_t)b->n_shingles;
	d->n_words = (uint16_t)b->n_words;
	d->sketch_shift = (uint8_t)b->sketch_shift;
	d->title_hash = b->title_hash;
	d->norm = q->norm;
	d->near = *near;
	d->around = (struct near){0};
	d->is_waiting = false;
	count_day(x, d, 1);
	set_inverse(x, place);
	x->langs[place] = (uint8_t)b->lang;
	x->n_lang[b->lang]++;
	index_take_in(x, b, place);
	d->lines = q->lines;
	recur_add(x, q, place);
	return d;
}

static struct doc *
insert(struct relate_index *x, const struct query *q, int64_t thread,
    const struct near *near)
{
	uint32_t place = take_place(x);
	struct doc *d = index_fill(x, q, place, near);

	x->n_live++;
	thread_enter(x, place, thread);
	if (wants_sweep(x))
		index_sweep(x);
	return d;
}

void
relate_restore(
    struct relate_index *x, const struct relate_article *art, int64_t thread)
{
	struct query *q = x->query;
	const struct saved *saved;
	struct near near = {0}, around = {0};

	if (!may_enter(x, art, &q->blob))
		return;
	q->art = art;
	thread = thread > 0 ? thread : art->id;
	saved = find_saved(x, art->id);
	recur_strip(q, saved != NULL ? saved->lines : recur_find(x, q));
	if (saved != NULL) {
		q->norm = saved->norm;
		near = saved->near;
		around = saved->around;
	} else {
		x->is_spent = x->expected != NULL;
		query_run(x, q);
		judge_near(x, q, &near);
		judge_around(x, q, thread, &around);
	}
	insert(x, q, thread, &near)->around = around;
}

void
index_begin_waiting(struct relate_index *x, struct doc *d)
{
	d->is_waiting = true;
	count_day(x, d, -1); /* not part of the crowd yet */
	x->n_waiting++;
}

void
relate_announce(struct relate_index *x, const struct relate_article *art)
{
	struct query *q = x->query;
	struct near near = {0};

	if (!may_enter(x, art, &q->blob))
		return;
	q->art = art;
	recur_strip(q, recur_find(x, q));
	query_run(x, q);
	judge_near(x, q, &near);
	index_begin_waiting(x, insert(x, q, art->id, &near));
}

/* The place of an article that was announced, or UINT32_MAX. */
static uint32_t
find_waiting(const struct relate_index *x, const struct relate_article *art)
{
	uint32_t place = art->id > 0 ? index_find(x, art->id) : UINT32_MAX;

	return place != UINT32_MAX && x->docs[place].is_waiting ? place
								: UINT32_MAX;
}

/* It is in the index; only its thread is news. */
static struct doc *
end_waiting(struct relate_index *x, uint32_t place, int64_t thread)
{
	x->docs[place].is_waiting = false;
	count_day(x, &x->docs[place], 1);
	x->n_waiting--;
	if (x->docs[place].thread != thread) {
		thread_leave(x, place);
		thread_enter(x, place, thread);
	}
	return &x->docs[place];
}

void
relate_add(struct relate_index *x, const struct relate_article *art,
    struct relate_result *ret)
{
	struct query *q = x->query;
	uint32_t place = find_waiting(x, art);
	struct near near = {0}, around = {0};
	struct doc *d;

	ret->n_edges = ret->n_merged = 0;
	ret->thread = art->id;
	if (place == UINT32_MAX
		? !may_enter(x, art, &q->blob)
		: !blob_open(art->features.data, art->features.len, &q->blob))
		return;
	if (place != UINT32_MAX && x->swept_at != x->n_live)
		index_sweep(
		    x); /* the first of those announced: all are there now */
	q->art = art;
	recur_strip(q, recur_find(x, q));
	query_run(x, q);
	if (place != UINT32_MAX && x->docs[place].next != place)
		ret->thread = x->docs[place].thread; /* revised: it stays */
	else
		thread_choose(x, q, ret);
	judge_edges(x, q, ret);
	judge_around(x, q, ret->thread, &around);
	if (place == UINT32_MAX) {
		judge_near(x, q, &near);
		d = insert(x, q, ret->thread, &near);
	} else {
		d = end_waiting(x, place, ret->thread);
	}
	d->around = around;
}

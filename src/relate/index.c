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

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	KEEP_DEFAULT = 12,
	WINDOW_DEFAULT = 200000,
	SLEEP_DAYS_DEFAULT = 10,
	RING_BITS_FIRST = 10,
};

static const char *const kind_names[] = {
    "listed", "duplicate", "story", "topic"};

const char *
relate_kind_name(enum relate_kind k)
{
	return (size_t)k < AK_COUNT(kind_names) ? kind_names[k] : "unknown";
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
	x->far = xreallocarray(x->far, n, sizeof(*x->far));
	mem_random(x->docs, n * sizeof(*x->docs));
	memset(x->hits, 0, n * sizeof(*x->hits));
	memset(x->acc, 0, n * sizeof(*x->acc));
	memset(x->far, 0, n * sizeof(*x->far));
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
	terms_init(&x->signs);
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
	terms_release(&x->signs);
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
	free(x->far);
	free(x->orphans);
	free(x->days);
	free(x->saved);
	index_drop_late(x);
	settle_forget(x);
	free(x);
}

size_t
relate_count(const struct relate_index *x)
{
	return x->n_live;
}

static size_t
late_bytes(const struct relate_index *x)
{
	const struct late *late = x->late;

	return late == NULL
		   ? 0
		   : sizeof(*late) + late->words.bytes + late->shingles.bytes +
			 late->signs.bytes + late->lines.bytes;
}

size_t
relate_bytes(const struct relate_index *x)
{
	size_t per_place = sizeof(*x->docs) + sizeof(*x->langs) +
			   sizeof(*x->hits) + sizeof(*x->acc) +
			   sizeof(*x->far) + sizeof(*x->inverse);

	return sizeof(*x) + sizeof(*x->query) + (per_place << x->ring_bits) +
	       terms_bytes(&x->words) + terms_bytes(&x->shingles) +
	       terms_bytes(&x->signs) + terms_bytes(&x->lines) + late_bytes(x) +
	       x->held_bytes +
	       x->query->cap_touched * sizeof(*x->query->touched) +
	       x->cap_orphans * sizeof(*x->orphans) +
	       x->cap_saved * sizeof(*x->saved);
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
	index_count_day(x, d, -1);
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
		index_count_day(x, d, -1);
	index_unchanged(x, d);
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

static void
sweep_at_times(struct relate_index *x)
{
	if (index_wants_sweep(x))
		index_sweep(x);
}

void
relate_remove(struct relate_index *x, int64_t id)
{
	uint32_t place = id > 0 ? index_find(x, id) : UINT32_MAX;

	if (place == UINT32_MAX)
		return;
	index_restored(x);
	bury(x, place);
	while (x->span > 0 && x->docs[x->base].id < 0)
		drop_oldest(x);
	sweep_at_times(x);
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
	x->docs[(x->base + x->span) & ring_mask(x)].is_changed = false;
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

void
index_restored(struct relate_index *x)
{
	index_build(x);
	free(x->saved);
	x->saved = NULL;
	x->n_saved = x->cap_saved = x->at_saved = 0;
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
	d->signs = across_norm(b);
	d->near = *near;
	d->around = (struct near){0};
	d->ties = q->ties;
	d->is_waiting = d->is_announced = false;
	index_changed(x, d);
	index_count_day(x, d, 1);
	index_set_inverse(x, place);
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
	return d;
}

void
relate_restore(
    struct relate_index *x, const struct relate_article *art, int64_t thread)
{
	struct query *q = x->query;
	const struct saved *saved;
	struct near near = {0}, around = {0};
	struct doc *d;

	if (!may_enter(x, art, &q->blob))
		return;
	q->art = art;
	thread = thread > 0 ? thread : art->id;
	saved = find_saved(x, art->id);
	if (saved != NULL)
		index_take_in_later(x);
	else
		index_build(x);
	recur_strip(q, saved != NULL ? saved->lines : recur_find(x, q));
	if (saved != NULL) {
		q->norm = saved->norm;
		near = saved->near;
		around = saved->around;
		q->ties = saved->ties;
	} else {
		x->is_spent = x->expected != NULL;
		query_run(x, q);
		judge_near(x, q, &near);
		judge_around(x, q, thread, &around);
	}
	d = insert(x, q, thread, &near);
	d->around = around;
	if (saved != NULL)
		index_unchanged(x, d);
	sweep_at_times(x);
}

void
index_begin_waiting(struct relate_index *x, struct doc *d)
{
	d->is_waiting = true;
	index_set_inverse(x, (uint32_t)(d - x->docs));
	index_count_day(x, d, -1); /* not part of the crowd yet */
	x->n_waiting++;
}

void
relate_announce(struct relate_index *x, const struct relate_article *art)
{
	struct query *q = x->query;
	struct near near = {0};
	struct doc *d;

	if (!may_enter(x, art, &q->blob))
		return;
	index_restored(x);
	q->art = art;
	recur_strip(q, recur_find(x, q));
	q->norm = 0.0F; /* reckoned with that of all the others */
	x->is_announced = true;
	d = insert(x, q, art->id, &near);
	d->is_announced = true;
	index_begin_waiting(x, d);
	sweep_at_times(x);
}

/* The place of an article that was announced, or UINT32_MAX. */
static uint32_t
find_waiting(const struct relate_index *x, const struct relate_article *art)
{
	uint32_t place = art->id > 0 ? index_find(x, art->id) : UINT32_MAX;

	return place != UINT32_MAX && x->docs[place].is_waiting ? place
								: UINT32_MAX;
}

/* Its words are in the index; its neighbours and thread are news. */
static struct doc *
end_waiting(struct relate_index *x, const struct query *q, uint32_t place,
    int64_t thread, const struct near *near)
{
	struct doc *d = &x->docs[place];

	d->is_waiting = false;
	index_changed(x, d);
	d->near = *near;
	d->ties = q->ties;
	index_set_inverse(x, place);
	index_count_day(x, d, 1);
	x->n_waiting--;
	if (thread != 0 && d->thread != thread) {
		thread_leave(x, place);
		thread_enter(x, place, thread);
	}
	return d;
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
	index_restored(x);
	if (place != UINT32_MAX && x->is_announced)
		index_sweep(x); /* this is the first: all are there now */
	q->art = art;
	recur_strip(q, recur_find(x, q));
	query_run(x, q);
	if (place != UINT32_MAX && x->docs[place].is_announced)
		ret->thread = 0; /* settled with all others */
	else if (place != UINT32_MAX && x->docs[place].next != place)
		ret->thread = x->docs[place].thread; /* revised: it stays */
	else
		thread_choose(x, q, ret);
	judge_edges(x, q, ret);
	if (ret->thread != 0)
		judge_around(x, q, ret->thread, &around);
	judge_near(x, q, &near);
	d = place == UINT32_MAX ? insert(x, q, ret->thread, &near)
				: end_waiting(x, q, place, ret->thread, &near);
	d->around = around;
	if (place == UINT32_MAX)
		sweep_at_times(x);
	if (ret->thread == 0)
		settle_note(x, q, place);
}

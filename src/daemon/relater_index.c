/* SPDX-License-Identifier: ISC */
/*
 * The relater's index is built at the first article that needs it, from the
 * stored features of the window, so that a poll that brings nothing costs
 * nothing, and for the terms of a few newcomers alone where these are all, so
 * that they cost little.
 */
#include "daemon/relater.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/fulltext.h"

#define FEW 4096     /* that an index of their terms alone serves, ... */
#define FEW_OF 20    /* ... and for one of as many others at most */
#define FEW_TIMES 2  /* indexes of a few; the next is of all */
#define FEW_MS 10000 /* that a few may wait for others, if these never end */

bool
related_input(const struct store_related_input *in, struct relate_article *ret)
{
	*ret = (struct relate_article){.id = in->id,
	    .feed_id = in->feed_id,
	    .date = in->date,
	    .is_dated = in->is_dated,
	    .features = {in->features, in->features_len}};
	return in->features != NULL &&
	       relate_features_current(in->features, in->features_len);
}

bool
relater_article(struct relater *r, const struct store_related_input *in,
    struct relate_article *ret)
{
	if (related_input(in, ret))
		return true;
	if (in->features == NULL)
		return false;
	if (!r->said_stale)
		log_warn(
		    "relate", "features of an older version: run akin reindex");
	r->said_stale = true;
	return false;
}

struct restoring {
	struct relater *r;
	int64_t last, until;
	size_t n;
};

static void
restore_cb(const struct store_related_input *in, void *arg)
{
	struct restoring *rs = arg;
	struct relate_article art;

	rs->n++;
	rs->last = in->id;
	if (in->id <= rs->until && relater_article(rs->r, in, &art))
		relate_restore(rs->r->index, &art, in->thread);
}

struct expecting {
	struct gate gate;
	size_t n;
	int64_t last;
};

static void
expect(struct expecting *ex, const struct store_related_input *in)
{
	struct relate_article art;

	ex->n++;
	if (relater_article(ex->gate.r, in, &art))
		relate_expect(ex->gate.r->index, &art);
}

static void
expect_new_cb(const struct store_related_input *in, void *arg)
{
	struct expecting *ex = arg;

	if (!gate_passes(&ex->gate, ex->gate.r->mark, in->id))
		return;
	ex->last = in->id;
	expect(ex, in);
}

static void
expect_revised_cb(const struct store_related_input *in, void *arg)
{
	expect(arg, in);
}

/* What is there to relate, new or revised; false: no few, or nothing. */
static bool
expect_few(struct relater *r)
{
	struct expecting ex = {.last = r->mark};

	gate_open(&ex.gate, r, r->mark);
	if (store_relate_inputs(r->reader, r->mark, FEW, expect_new_cb, &ex) !=
		AK_OK ||
	    store_relate_revised(r->reader, 0, FEW, expect_revised_cb, &ex) !=
		AK_OK)
		return false;
	r->expected = ex.last;
	return ex.n > 0 && ex.n < FEW;
}

struct loading {
	struct relater *r;
	int64_t last;
	bool is_bad;
};

static void
load_cb(int64_t id, const void *data, size_t len, void *arg)
{
	struct loading *l = arg;

	l->last = id;
	l->is_bad |= relate_load(l->r->index, data, len) != AK_OK;
}

static void
fresh_index(struct relater *r)
{
	relate_index_free(r->index);
	r->index = relate_index_new(&r->params);
}

/* What the last index saved; false: nothing. */
static bool
load_state(struct relater *r)
{
	struct loading l = {.r = r};

	if (r->mark > 0 && /* else it is about relations that were reset */
	    store_state_get(r->reader, load_cb, &l) != AK_OK)
		l.is_bad = true;
	if (l.is_bad)
		log_warn(
		    "relate", "saved state is of no use; going on without");
	atomic_store(&r->kept, l.is_bad ? 0 : l.last);
	return !l.is_bad && l.last > 0;
}

/* Build the index of what was related before; `few`: for no others than what
 * is there now. */
static void
restore_index(struct relater *r, bool few)
{
	struct restoring rs = {.r = r, .until = r->mark};
	int64_t oldest;

	fresh_index(r);
	r->is_few = few && expect_few(r);
	if (few && !r->is_few)
		fresh_index(r);
	if (!load_state(r)) {
		fresh_index(r); /* one of a few would be spent at once */
		r->is_few = false;
	}
	rs.last = r->mark > r->params.window ? r->mark - r->params.window : 0;
	oldest = relate_oldest(r->index);
	if (oldest > 0 && oldest <= rs.last)
		rs.last = oldest - 1;
	while (rs.last < r->mark && !relater_is_stopping(r)) {
		rs.n = 0;
		if (store_relate_inputs(
			r->reader, rs.last, ROWS, restore_cb, &rs) != AK_OK ||
		    rs.n == 0)
			break;
	}
}

static bool
may_be_few(const struct relater *r)
{
	int64_t all = r->mark < r->params.window ? r->mark : r->params.window;

	return r->mark >= COLD && r->n_few < FEW_TIMES &&
	       relater_n_waiting(r) <= FEW &&
	       relater_n_waiting(r) <= all / FEW_OF &&
	       (r->index == NULL || !relate_is_spent(r->index));
}

/* An index for a few is worth waiting for those that are under way: another
 * would be as dear.  A sync ends, and relating after it. */
static void
await_others(struct relater *r)
{
	struct timespec ts = {.tv_nsec = 100000000L};

	for (int64_t until = clock_mono_ms() + FEW_MS;
	     may_be_few(r) && atomic_load(&r->w->n_flying) > 0 &&
	     (clock_mono_ms() < until || !atomic_load(&r->w->is_standing)) &&
	     !relater_is_stopping(r);)
		(void)nanosleep(&ts, NULL);
}

/*
 * To relate a handful, the terms of all would be read in for nothing.  The
 * state is what the index knows that the store does not, and goes on in the
 * next one, by way of the store.
 */
static void
load(struct relater *r, bool few)
{
	int64_t began = clock_mono_ms();

	if (r->n_unsaved > 0)
		relater_save(r);
	relater_await(r);
	restore_index(r, few);
	if (r->is_few && relate_is_spent(r->index))
		restore_index(r, false);
	r->n_few += r->is_few;
	log_debug("relate", "index articles=%zu of_a_few=%d bytes=%zu ms=%lld",
	    relate_count(r->index), r->is_few, relate_bytes(r->index),
	    (long long)(clock_mono_ms() - began));
}

void
relater_load(struct relater *r)
{
	await_others(r);
	load(r, may_be_few(r));
}

static bool
serves(const struct relater *r, const struct relate_article *arts, size_t n)
{
	bool yes = r->index != NULL && !relate_is_spent(r->index);

	while (yes && n > 0)
		yes = relate_expects(r->index, &arts[--n]);
	return yes;
}

void
relater_load_for(struct relater *r, const struct relate_article *arts, size_t n)
{
	if (serves(r, arts, n))
		return;
	relater_load(r);
	if (!serves(r, arts, n)) /* they changed again meanwhile */
		load(r, false);
}

bool
relater_wants_index(const struct relater *r)
{
	return r->index == NULL ||
	       (r->is_few &&
		   (r->mark >= r->expected || relate_is_spent(r->index)));
}

void
relater_drop_index(struct relater *r)
{
	relate_index_free(r->index);
	r->index = NULL;
	r->announced = 0;
	r->is_few = false;
	free(r->backlog.due);
	r->backlog = (struct backlog){0};
}

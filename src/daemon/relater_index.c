/* SPDX-License-Identifier: ISC */
/*
 * The relater's index is built at the first article that needs it, from the
 * stored features of the window, so that a poll that brings nothing costs
 * nothing, and for the terms of a few newcomers alone where these are all, so
 * that they cost little.
 */
#include "daemon/relater.h"

#include <stdlib.h>

#include "base/log.h"
#include "daemon/fulltext.h"

#define FEW_TIMES 2 /* indexes of a few; the next is of all */

bool
relater_article(struct relater *r, const struct store_related_input *in,
    struct relate_article *ret)
{
	*ret = (struct relate_article){.id = in->id,
	    .feed_id = in->feed_id,
	    .date = in->date,
	    .is_dated = in->is_dated,
	    .features = {in->features, in->features_len}};
	if (in->features == NULL)
		return false;
	if (relate_features_current(in->features, in->features_len))
		return true;
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
expect_cb(const struct store_related_input *in, void *arg)
{
	struct expecting *ex = arg;
	struct relate_article art;

	if (!gate_passes(&ex->gate, ex->gate.r->mark, in->id))
		return;
	ex->n++;
	ex->last = in->id;
	if (relater_article(ex->gate.r, in, &art))
		relate_expect(ex->gate.r->index, &art);
}

/* Build the index of what was related before; `few`: for no others than what
 * is there now. */
static void
restore_index(struct relater *r, bool few, const void *state, size_t len)
{
	struct restoring rs = {.r = r, .until = r->mark};
	struct expecting ex = {0};

	relate_index_free(r->index);
	r->index = relate_index_new(&r->params);
	r->expected = 0;
	if (len > 0 && relate_load(r->index, state, len) != AK_OK)
		log_warn(
		    "relate", "saved state is of no use; going on without");
	if (few) {
		gate_open(&ex.gate, r, r->mark);
		if (store_relate_inputs(
			r->reader, r->mark, FEW, expect_cb, &ex) == AK_OK)
			r->expected = ex.last;
		if (ex.n == FEW) {
			restore_index(r, false, state, len);
			return;
		}
	}
	rs.last = r->mark > r->params.window ? r->mark - r->params.window : 0;
	while (rs.last < r->mark && !relater_is_stopping(r)) {
		rs.n = 0;
		if (store_relate_inputs(
			r->reader, rs.last, ROWS, restore_cb, &rs) != AK_OK ||
		    rs.n == 0)
			break;
	}
}

bool
relater_may_be_few(const struct relater *r)
{
	return r->mark >= COLD && r->n_few < FEW_TIMES &&
	       relater_n_waiting(r) <= FEW;
}

/*
 * To relate a handful, the terms of all would be read in for nothing.  The
 * state is what the index knows that the store does not, and goes on in the
 * next one.
 */
void
relater_load(struct relater *r, bool few)
{
	void *state = NULL;
	size_t len = 0;

	few = few && relater_may_be_few(r);
	if (r->index != NULL) {
		relate_save(r->index, &state, &len);
		relater_await(r);
	} else if (store_blob_get(r->reader, STATE_NAME, &state, &len) !=
		   AK_OK) {
		len = 0;
	}
	restore_index(r, few, state, len);
	if (few && relate_is_spent(r->index))
		restore_index(r, false, state, len);
	r->n_few += r->expected != 0;
	free(state);
}

bool
relater_wants_index(const struct relater *r)
{
	return r->index == NULL ||
	       (r->expected != 0 &&
		   (r->mark >= r->expected || relate_is_spent(r->index)));
}

void
relater_drop_index(struct relater *r)
{
	relate_index_free(r->index);
	r->index = NULL;
	r->announced = 0;
	r->expected = 0;
	free(r->backlog.due);
	r->backlog = (struct backlog){0};
}

/* SPDX-License-Identifier: ISC */
/*
 * The relater's index lives in another thread, or in no process at all.  To
 * explain a few articles, one of their terms alone is made anew: a tenth of a
 * second, from the newest articles and what the relater saved.
 */
#include "daemon/why.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "daemon/relater.h"

#define AMONG 10000 /* articles that the terms are counted in */

struct filling {
	struct relate_index *x;
	int64_t last;
	size_t n;
	bool expects;
	bool is_bad;
};

static void
fill_cb(const struct store_related_input *in, void *arg)
{
	struct filling *f = arg;
	struct relate_article art;

	f->n++;
	f->last = in->id;
	if (!related_input(in, &art))
		return;
	if (f->expects)
		relate_expect(f->x, &art);
	else
		relate_restore(f->x, &art, in->thread);
}

/* In the order of ids, as the index takes them. */
static void
fill_with(struct store_reader *r, struct filling *f, const int64_t *ids,
    size_t n, int64_t below)
{
	for (int64_t last = 0;;) {
		int64_t next = INT64_MAX;

		for (size_t i = 0; i < n; i++) {
			if (ids[i] > last && ids[i] < next)
				next = ids[i];
		}
		if (next >= below ||
		    store_relate_inputs(r, next - 1, 1, fill_cb, f) != AK_OK)
			return;
		last = next;
	}
}

static void
load_cb(int64_t id, const void *data, size_t len, void *arg)
{
	struct filling *f = arg;

	(void)id;
	f->is_bad |= relate_load(f->x, data, len) != AK_OK;
}

struct relate_index *
why_index(struct store_reader *r, const int64_t *ids, size_t n)
{
	struct filling f = {.x = relate_index_new(NULL), .expects = true};
	int64_t mark = store_relate_watermark(r);

	if (store_state_get(r, load_cb, &f) != AK_OK || f.is_bad) {
		relate_index_free(f.x); /* what others repeat, and who is */
		f.x = relate_index_new(NULL); /* near, is found anew */
	}
	fill_with(r, &f, ids, n, INT64_MAX);
	f.expects = false;
	f.last = mark > AMONG ? mark - AMONG : 0;
	fill_with(r, &f, ids, n, f.last + 1);
	f.last = mark > AMONG ? mark - AMONG : 0;
	do {
		f.n = 0;
		if (store_relate_inputs(r, f.last, ROWS, fill_cb, &f) != AK_OK)
			break;
	} while (f.n == ROWS && f.last < mark);
	return f.x;
}

/* SPDX-License-Identifier: ISC */
/*
 * What is new is read from the store, in order of arrival, related, and goes to
 * the writer in batches.
 */
#include "daemon/relater.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "daemon/fulltext.h"

void
gate_open(struct gate *g, struct relater *r, int64_t above)
{
	*g = (struct gate){
	    .r = r, .limit = fulltext_first_held(r->w->fulltext, above)};
}

bool
gate_passes(struct gate *g, int64_t above, int64_t id)
{
	if (id >= g->limit ||
	    fulltext_first_held(g->r->w->fulltext, above) <= id)
		g->is_shut = true;
	return !g->is_shut;
}

void
batch_add(struct batch *b, int64_t id, int64_t revised,
    const struct relate_result *res)
{
	struct store_relations *rel = &b->rels[b->n];

	*rel = (struct store_relations){.article = id,
	    .thread = res->thread,
	    .n_merged = res->n_merged,
	    .keep = b->r->params.keep,
	    .is_again = b->is_again,
	    .revised = revised};
	b->items[b->n].edges = xcalloc(res->n_edges, sizeof(struct store_edge));
	for (size_t i = 0; i < res->n_edges; i++) {
		const struct relate_edge *e = &res->edges[i];

		b->items[b->n].edges[rel->n_edges++] = (struct store_edge){
		    .other = e->other,
		    .kind = (int)e->kind,
		    .score = e->score,
		    .parts = {e->parts.cosine, e->parts.time_factor,
			e->parts.usual, e->parts.common, e->parts.containment}};
	}
	b->items[b->n].ids = xcalloc(res->n_merged, sizeof(int64_t));
	for (size_t i = 0; i < res->n_merged; i++)
		b->items[b->n].ids[i] = res->merged[i];
	rel->edges = b->items[b->n].edges;
	rel->merged = b->items[b->n].ids;
	b->n++;
}

static void
batch_add_outcome(struct batch *b, const struct relate_outcome *out)
{
	struct store_relations *rel = &b->rels[b->n];
	int64_t *ids = xcalloc(out->n_merged + out->n_stories, sizeof(*ids));

	for (size_t i = 0; i < out->n_merged; i++)
		ids[i] = out->merged[i];
	for (size_t i = 0; i < out->n_stories; i++)
		ids[out->n_merged + i] = out->stories[i];
	*rel = (struct store_relations){.article = out->id,
	    .thread = out->thread,
	    .merged = ids,
	    .n_merged = out->n_merged,
	    .stories = ids + out->n_merged,
	    .n_stories = out->n_stories,
	    .keep = b->r->params.keep};
	b->items[b->n].edges = NULL;
	b->items[b->n++].ids = ids;
}

struct pulling {
	struct relater *r;
	struct batch *b;
	struct gate gate;
	bool is_due; /* of the backlog: this one only */
	int64_t due;
};

static void
pull_cb(const struct store_related_input *in, void *arg)
{
	struct pulling *pl = arg;
	struct relater *r = pl->r;
	struct batch *b = pl->b;
	struct relate_article art;
	struct relate_result res = {0};

	if (pl->is_due && in->id != pl->due)
		return; /* it is gone */
	if (!pl->is_due && (!gate_passes(&pl->gate, r->mark, in->id) ||
			       (r->is_few && (in->id > r->expected ||
						 relate_is_spent(r->index)))))
		return;
	if (!pl->is_due)
		r->mark = in->id;
	if (relater_article(r, in, &art))
		relate_add(r->index, &art, &res);
	batch_add(b, in->id, in->revised, &res);
}

static void
any_cb(const struct store_related_input *in, void *arg)
{
	struct gate *g = arg;

	g->is_open = gate_passes(g, g->r->mark, in->id);
}

struct announcing {
	struct gate gate;
	int64_t last;
	size_t n;
};

static void
add_due(struct backlog *bl, const struct store_related_input *in)
{
	if (bl->n == bl->cap) {
		bl->cap = bl->cap * 2 + 256;
		bl->due = xreallocarray(bl->due, bl->cap, sizeof(*bl->due));
	}
	bl->due[bl->n++] = (struct due){.date = in->date, .id = in->id};
}

static void
announce_cb(const struct store_related_input *in, void *arg)
{
	struct announcing *an = arg;
	struct relate_article art;

	if (!gate_passes(&an->gate, an->last, in->id))
		return;
	an->n++;
	an->last = in->id;
	add_due(&an->gate.r->backlog, in);
	if (relater_article(an->gate.r, in, &art))
		relate_announce(an->gate.r->index, &art);
}

static int
due_cmp(const void *a, const void *b)
{
	const struct due *x = a, *y = b;

	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* A first import comes feed by feed: what is in store is judged by all of it,
 * not by what happened to come before. */
static void
announce(struct relater *r)
{
	struct announcing an = {.last = r->mark};

	r->backlog.n = r->backlog.at = 0;
	gate_open(&an.gate, r, r->mark);
	do {
		an.n = 0;
		if (store_relate_inputs(
			r->reader, an.last, ROWS, announce_cb, &an) != AK_OK)
			break;
	} while (an.n > 0 && !an.gate.is_shut && an.last < r->mark + BACKLOG &&
		 !relater_is_stopping(r));
	r->announced = an.last;
	if (r->backlog.n > 0)
		qsort(r->backlog.due, r->backlog.n, sizeof(*r->backlog.due),
		    due_cmp);
}

/* --- a backlog's threads ---------------------------------------------------
 */

static struct batch *
settled_batch(struct relater *r)
{
	struct batch *b = xcalloc(1, sizeof(*b));

	b->r = r;
	b->is_settled = true;
	return b;
}

static void
outcome_cb(const struct relate_outcome *out, void *arg)
{
	struct batch **b = arg;
	struct relater *r = (*b)->r;

	if ((*b)->n == PULL) {
		relater_put(r, *b);
		*b = settled_batch(r);
	}
	batch_add_outcome(*b, out);
}

/* The last of the backlog raises the mark. */
static void
settle(struct relater *r)
{
	struct batch *b = settled_batch(r);

	relate_settle(r->index, outcome_cb, &b);
	r->mark = b->watermark = r->announced;
	r->backlog.n = r->backlog.at = 0;
	relater_put(r, b);
}

/* The next of the backlog into the batch. */
static enum ak_status
pull_backlog(struct relater *r, struct pulling *pl)
{
	struct backlog *bl = &r->backlog;
	enum ak_status st = AK_OK;

	pl->is_due = true;
	while (st == AK_OK && bl->at < bl->n && pl->b->n < PULL) {
		pl->due = bl->due[bl->at++].id;
		st =
		    store_relate_inputs(r->reader, pl->due - 1, 1, pull_cb, pl);
	}
	return st;
}

static enum ak_status
pull_new(struct relater *r, struct pulling *pl)
{
	enum ak_status st =
	    store_relate_inputs(r->reader, r->mark, PULL, pull_cb, pl);

	pl->b->watermark = pl->b->n > 0 ? r->mark : 0;
	return st;
}

bool
relater_pull(struct relater *r)
{
	struct pulling pl = {.r = r};
	int64_t began;

	gate_open(&pl.gate, r, r->mark);
	if (relater_wants_index(r)) {
		if (store_relate_inputs(
			r->reader, r->mark, 1, any_cb, &pl.gate) != AK_OK ||
		    !pl.gate.is_open)
			return false;
		relater_load(r);
		gate_open(&pl.gate, r, r->mark);
	}
	if (r->mark < COLD && r->announced <= r->mark)
		announce(r);
	began = clock_mono_ms();
	pl.b = xcalloc(1, sizeof(*pl.b));
	pl.b->r = r;
	if ((r->backlog.n > 0 ? pull_backlog(r, &pl) : pull_new(r, &pl)) !=
		AK_OK ||
	    (pl.b->n == 0 && r->backlog.n == 0)) {
		free(pl.b);
		return false;
	}
	times_add(&r->w->relate_times, clock_mono_ms() - began);
	r->n_unsaved += (int64_t)pl.b->n;
	relater_put(r, pl.b);
	if (r->backlog.n > 0 && r->backlog.at == r->backlog.n)
		settle(r);
	return true;
}

/* SPDX-License-Identifier: ISC */
/*
 * The relater: keeps the index of articles and relates what is new.
 *
 * It pulls: woken up, it reads the articles above its mark from the store, in
 * order of arrival, adds each to the index and hands the relations found to
 * the writer.  The index is built at the first article that needs it, from the
 * stored features of the window, so that a poll that brings nothing costs
 * nothing, and for the terms of a few newcomers alone where these are all, so
 * that they cost little.  Whoever resets the relations (a reindex, perhaps by
 * another process) lowers the store's watermark; seeing it below what was
 * committed, the relater begins anew.
 *
 * Articles whose page is awaited are not pulled yet, nor those behind them, so
 * that they are related by their full text; fulltext.c says for how long.
 *
 * After what is new comes what was revised: the store marks features that
 * changed since their article was related.
 *
 * A wake-up is a ticket; when all that was stored by then is related and
 * committed, the ticket goes to the loop.
 */
#include "daemon/relater.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/fulltext.h"

#define RESTORE_PULL 1024 /* rows read at a time while rebuilding */
#define REVISED 256	  /* articles related again at a time */
#define SAVE_EVERY 5000	  /* articles between two saves of the state */
#define COLD 5000    /* a store with fewer articles waits for its backlog */
#define QUIET_MS 300 /* that is there when nothing arrived for so long */
#define SLOW_MS 5000 /* ... or, while feeds are being polled, for so long */
#define FEW 256	     /* newcomers that an index of their terms alone serves */
#define FEW_TIMES 2  /* ... so often; then it is one of all */
#define FEW_MS 10000 /* that these may wait for others under way */

/* --- the index ------------------------------------------------------------ */

static bool
is_stopping(struct relater *r)
{
	bool stop;

	(void)pthread_mutex_lock(&r->lock);
	stop = r->is_stopping;
	(void)pthread_mutex_unlock(&r->lock);
	return stop;
}

static bool
to_article(struct relater *r, const struct store_related_input *in,
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

/*
 * Articles are related in order, so one whose page is awaited stops those
 * behind it.  What is released before a query began is in what it reads; what
 * is committed after that was held before.  So both moments are asked.
 */
struct gate {
	struct relater *r;
	int64_t limit;	       /* held when the query began */
	bool is_open, is_shut; /* something passed; something did not */
};

static void
gate_open(struct gate *g, struct relater *r, int64_t above)
{
	*g = (struct gate){
	    .r = r, .limit = fulltext_first_held(r->w->fulltext, above)};
}

static bool
gate_passes(struct gate *g, int64_t above, int64_t id)
{
	if (id >= g->limit ||
	    fulltext_first_held(g->r->w->fulltext, above) <= id)
		g->is_shut = true;
	return !g->is_shut;
}

static long long
n_waiting(const struct relater *r)
{
	return atomic_load(&r->w->n_arrived) - atomic_load(&r->w->n_related);
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
	if (in->id <= rs->until && to_article(rs->r, in, &art))
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
	if (to_article(ex->gate.r, in, &art))
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
	while (rs.last < r->mark && !is_stopping(r)) {
		rs.n = 0;
		if (store_relate_inputs(r->reader, rs.last, RESTORE_PULL,
			restore_cb, &rs) != AK_OK ||
		    rs.n == 0)
			break;
	}
}

/*
 * To relate a handful, the terms of all would be read in for nothing.  The
 * state is what the index knows that the store does not, and goes on in the
 * next one.
 */
static void
load_index(struct relater *r, bool few)
{
	void *state = NULL;
	size_t len = 0;

	few = few && r->mark >= COLD && r->n_few < FEW_TIMES &&
	      n_waiting(r) <= FEW;
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

/* Is the index none, or none for what comes next? */
static bool
wants_index(const struct relater *r)
{
	return r->index == NULL ||
	       (r->expected != 0 &&
		   (r->mark >= r->expected || relate_is_spent(r->index)));
}

static void
drop_index(struct relater *r)
{
	relate_index_free(r->index);
	r->index = NULL;
	r->announced = 0;
	r->expected = 0;
	free(r->backlog.due);
	r->backlog = (struct backlog){0};
}

static void
add_to_batch(struct batch *b, int64_t id, int64_t revised,
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
		    .other = e->other, .kind = (int)e->kind, .score = e->score};
	}
	for (size_t i = 0; i < res->n_merged; i++)
		b->items[b->n].merged[i] = res->merged[i];
	rel->edges = b->items[b->n].edges;
	rel->merged = b->items[b->n].merged;
	b->n++;
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
			       (r->expected != 0 && in->id > r->expected)))
		return;
	if (!pl->is_due)
		r->mark = in->id;
	if (to_article(r, in, &art))
		relate_add(r->index, &art, &res);
	add_to_batch(b, in->id, in->revised, &res);
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
	if (to_article(an->gate.r, in, &art))
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
		if (store_relate_inputs(r->reader, an.last, RESTORE_PULL,
			announce_cb, &an) != AK_OK)
			break;
	} while (an.n > 0 && !an.gate.is_shut && an.last < r->mark + COLD &&
		 !is_stopping(r));
	r->announced = an.last;
	if (r->backlog.n > 0)
		qsort(r->backlog.due, r->backlog.n, sizeof(*r->backlog.due),
		    due_cmp);
}

/* The next of the backlog into the batch; the last of it raises the mark. */
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
	if (st == AK_OK && bl->at == bl->n) {
		r->mark = pl->b->watermark = r->announced;
		bl->n = bl->at = 0;
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

/* An index for a few is worth waiting for those that are under way. */
static void
await_others(struct relater *r)
{
	struct timespec ts = {.tv_nsec = QUIET_MS / 3 * 1000000L};

	for (int64_t until = clock_mono_ms() + FEW_MS;
	     r->mark >= COLD && r->n_few < FEW_TIMES && n_waiting(r) <= FEW &&
	     atomic_load(&r->w->n_flying) > 0 && clock_mono_ms() < until &&
	     !is_stopping(r);)
		(void)nanosleep(&ts, NULL);
}

/* Relate what is above the mark; true: there was something. */
static bool
pull(struct relater *r)
{
	struct pulling pl = {.r = r};
	int64_t began;

	gate_open(&pl.gate, r, r->mark);
	if (wants_index(r)) {
		if (store_relate_inputs(
			r->reader, r->mark, 1, any_cb, &pl.gate) != AK_OK ||
		    !pl.gate.is_open)
			return false;
		await_others(r);
		load_index(r, true);
		gate_open(&pl.gate, r, r->mark);
	}
	if (r->mark < COLD && r->announced <= r->mark)
		announce(r);
	began = clock_mono_ms();
	pl.b = xcalloc(1, sizeof(*pl.b));
	pl.b->r = r;
	if ((r->backlog.n > 0 ? pull_backlog(r, &pl) : pull_new(r, &pl)) !=
		AK_OK ||
	    (pl.b->n == 0 && pl.b->watermark == 0)) {
		free(pl.b);
		return false;
	}
	times_add(&r->w->relate_times, clock_mono_ms() - began);
	r->n_unsaved += (int64_t)pl.b->n;
	relater_put(r, pl.b);
	return true;
}

/* --- what was revised ----------------------------------------------------- */

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

	(void)to_article(rv->r, in, art);
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
		add_to_batch(b, art->id, rv->marks[i], &res);
	}
	b->is_again = true;
}

/* Relate again what reads otherwise now; true: there may be more. */
static bool
pull_revised(struct relater *r, int64_t *above)
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
		if (r->index == NULL || r->expected != 0)
			load_index(r, false);
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

/* Is the index still about what the store holds? */
static void
look_at_watermark(struct relater *r, const struct poll_opts *opts)
{
	int64_t stored = store_relate_watermark(r->reader);

	if (r->index != NULL &&
	    (stored < atomic_load(&r->committed) ||
		opts->relate.keep != r->params.keep ||
		opts->relate.window != r->params.window ||
		opts->relate.sleep_days != r->params.sleep_days)) {
		drop_index(r);
		atomic_store(&r->committed, 0);
		r->mark = 0;
	}
	if (r->index == NULL && stored > r->mark)
		r->mark = stored;
	if (r->index == NULL)
		r->params = opts->relate;
}

/* Wait for a pause in what arrives, or for a backlog worth the name. */
static void
await_backlog(struct relater *r)
{
	long long seen = -1, n, waiting;
	int quiet_ms = 0;

	for (; !is_stopping(r); seen = n) {
		struct timespec ts = {.tv_nsec = QUIET_MS * 1000000L};
		bool flying = atomic_load(&r->w->n_flying) > 0;

		n = atomic_load(&r->w->n_arrived);
		waiting = n_waiting(r);
		quiet_ms = n == seen ? quiet_ms + QUIET_MS : 0;
		if (quiet_ms >= (flying ? SLOW_MS : QUIET_MS) || waiting <= 0 ||
		    waiting >= COLD)
			break;
		(void)nanosleep(&ts, NULL);
	}
}

static void
work(struct relater *r)
{
	struct poll_opts opts;
	int64_t above = 0;

	workers_opts(r->w, &opts);
	if (!opts.with_relations)
		return;
	look_at_watermark(r, &opts);
	if (r->mark < COLD)
		await_backlog(r);
	while (!is_stopping(r) && pull(r))
		if (r->n_unsaved >= SAVE_EVERY && r->backlog.n == 0)
			relater_save(r);
	while (!is_stopping(r) && r->backlog.n == 0 && pull_revised(r, &above))
		;
}

static void *
relater_main(void *arg)
{
	struct relater *r = arg;
	uint64_t done = 0;

	for (;;) {
		(void)pthread_mutex_lock(&r->lock);
		while (r->wanted == done && !r->is_stopping)
			(void)pthread_cond_wait(&r->wake, &r->lock);
		done = r->wanted;
		(void)pthread_mutex_unlock(&r->lock);
		if (is_stopping(r))
			break;
		work(r);
		relater_fence(r, done);
	}
	if (r->index != NULL && r->n_unsaved > 0 && r->backlog.n == 0)
		relater_save(r);
	return NULL;
}

/* --- interface ------------------------------------------------------------ */

enum ak_status
relater_start(struct workers *w, const char *path, struct relater **ret,
    struct diag *reterr)
{
	struct relater *r = xcalloc(1, sizeof(*r));
	enum ak_status st = store_reader_open(path, &r->reader, reterr);

	if (st != AK_OK) {
		free(r);
		return st;
	}
	r->w = w;
	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_cond_init(&r->wake, NULL);
	*ret = r;
	if (pthread_create(&r->thread, NULL, relater_main, r) != 0)
		abort();
	return AK_OK;
}

void
relater_stop(struct relater *r)
{
	if (r == NULL)
		return;
	(void)pthread_mutex_lock(&r->lock);
	r->is_stopping = true;
	(void)pthread_cond_signal(&r->wake);
	(void)pthread_mutex_unlock(&r->lock);
	(void)pthread_join(r->thread, NULL);
	drop_index(r);
	store_reader_close(r->reader);
}

void
relater_free(struct relater *r)
{
	if (r == NULL)
		return;
	(void)pthread_cond_destroy(&r->wake);
	(void)pthread_mutex_destroy(&r->lock);
	free(r);
}

uint64_t
relater_wake(struct relater *r)
{
	uint64_t ticket;

	(void)pthread_mutex_lock(&r->lock);
	ticket = ++r->wanted;
	(void)pthread_cond_signal(&r->wake);
	(void)pthread_mutex_unlock(&r->lock);
	return ticket;
}

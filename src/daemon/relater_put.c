/* SPDX-License-Identifier: ISC */
/*
 * What the relater found goes to the writer as calls, a batch each, in order;
 * edges wait in memory, so no more than a few batches are on their way.
 */
#include "daemon/relater.h"

#include <limits.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

#define MAX_BATCHES 2 /* that wait for the writer */

static enum ak_status
put_batch(struct store *s, void *arg)
{
	struct batch *b = arg;

	return store_put_relations(s, b->rels, b->n, b->watermark);
}

static void
batch_left(struct relater *r)
{
	(void)pthread_mutex_lock(&r->lock);
	r->n_batches--;
	(void)pthread_cond_signal(&r->wake);
	(void)pthread_mutex_unlock(&r->lock);
}

static void
batch_done(enum ak_status st, void *arg)
{
	struct batch *b = arg;
	struct relater *r = b->r;

	if (b->watermark > 0 && st == AK_OK)
		atomic_store(&r->committed, b->watermark);
	if (!b->is_again && !b->is_settled)
		(void)atomic_fetch_add(&r->w->n_related, (long long)b->n);
	batch_left(r);
	for (size_t i = 0; i < b->n; i++) {
		free(b->items[i].edges);
		free(b->items[i].ids);
	}
	free(b);
}

void
relater_await(struct relater *r)
{
	(void)pthread_mutex_lock(&r->lock);
	while (r->n_batches > 0 && !r->is_stopping)
		(void)pthread_cond_wait(&r->wake, &r->lock);
	(void)pthread_mutex_unlock(&r->lock);
}

/* On its way, beside so many others at most. */
static void
batch_goes(struct relater *r, int beside)
{
	(void)pthread_mutex_lock(&r->lock);
	while (r->n_batches > beside && !r->is_stopping)
		(void)pthread_cond_wait(&r->wake, &r->lock);
	r->n_batches++;
	(void)pthread_mutex_unlock(&r->lock);
}

static void
call_writer(struct relater *r, enum ak_status (*run)(struct store *, void *),
    void (*done)(enum ak_status, void *), void *arg)
{
	struct call *c = xcalloc(1, sizeof(*c));

	c->run = run;
	c->done = done;
	c->arg = arg;
	workers_call(r->w, c);
}

void
relater_put(struct relater *r, struct batch *b)
{
	batch_goes(r, MAX_BATCHES - 1); /* edges wait in memory */
	call_writer(r, put_batch, batch_done, b);
}

struct state {
	struct relater *r;
	void *data;
	size_t len;
	bool all;
};

static enum ak_status
put_state(struct store *s, void *arg)
{
	const struct state *state = arg;
	size_t n = 0, left = state->len, size;
	struct store_blob *pieces = NULL;
	const char *p = state->data;
	int64_t kept = state->all ? 0 : atomic_load(&state->r->kept);
	enum ak_status st = AK_EXISTS; /* what these are the news of is lost */

	for (; left > 0; p += size, left -= size) {
		size = relate_piece(p, left);
		assert(size > 0);
		pieces = xreallocarray(pieces, n + 1, sizeof(*pieces));
		pieces[n++] = (struct store_blob){p, size};
	}
	if (state->all || kept != 0)
		st = store_state_put(s, pieces, n, &kept);
	if (st == AK_OK)
		atomic_store(&state->r->kept, kept);
	free(pieces);
	return st;
}

static void
state_done(enum ak_status st, void *arg)
{
	struct state *state = arg;
	struct relater *r = state->r;

	if (st != AK_OK)
		atomic_store(&r->kept, 0); /* the next save is of all */
	batch_left(r);
	free(state->data);
	free(state);
}

void
relater_save(struct relater *r)
{
	struct state *state = xcalloc(1, sizeof(*state));

	state->r = r;
	state->all = atomic_load(&r->kept) == 0 || relate_save_is_due(r->index);
	if (state->all)
		relate_save(r->index, &state->data, &state->len);
	else
		relate_save_changes(r->index, &state->data, &state->len);
	relate_saved(r->index, state->all);
	log_debug("relate", "saved all=%d bytes=%zu", state->all, state->len);
	r->n_unsaved = 0;
	batch_goes(r, INT_MAX);
	call_writer(r, put_state, state_done, state);
}

struct fence {
	struct relater *r;
	uint64_t ticket;
};

static enum ak_status
pass_fence(struct store *s, void *arg)
{
	(void)s;
	(void)arg;
	return AK_OK;
}

static void
fence_done(enum ak_status st, void *arg)
{
	struct fence *f = arg;
	struct workers *w = f->r->w;

	(void)st;
	w->cbs.related(f->ticket, w->cbs.arg);
	free(f);
}

void
relater_fence(struct relater *r, uint64_t ticket)
{
	struct fence *f = xcalloc(1, sizeof(*f));

	f->r = r;
	f->ticket = ticket;
	call_writer(r, pass_fence, fence_done, f);
}

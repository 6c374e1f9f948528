/* SPDX-License-Identifier: ISC */
/*
 * The relater: keeps the index of articles and relates what is new.
 *
 * It pulls: woken up, it reads the articles above its mark from the store, in
 * order of arrival, adds each to the index and hands the relations found to
 * the writer.  Whoever resets the relations (a reindex, perhaps by another
 * process) lowers the store's watermark; seeing it below what was committed,
 * the relater begins anew.
 *
 * Articles whose page is awaited are not pulled yet, nor those behind them, so
 * that they are related by their full text; fulltext.c says for how long.
 *
 * A wake-up is a ticket; when all that was stored by then is related and
 * committed, the ticket goes to the loop.
 */
#include "daemon/relater.h"

#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/process.h"

#define SAVE_EVERY 5000 /* articles between two saves of the state */
#define QUIET_MS 300	/* a backlog is there when nothing came for so long */
#define SLOW_MS 5000	/* ... or, while feeds are being polled, for so long */

bool
relater_is_stopping(struct relater *r)
{
	bool stop;

	(void)pthread_mutex_lock(&r->lock);
	stop = r->is_stopping;
	(void)pthread_mutex_unlock(&r->lock);
	return stop;
}

long long
relater_n_waiting(const struct relater *r)
{
	return atomic_load(&r->w->n_arrived) - atomic_load(&r->w->n_related);
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
		relater_drop_index(r);
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

	for (; !relater_is_stopping(r); seen = n) {
		struct timespec ts = {.tv_nsec = QUIET_MS * 1000000L};
		bool flying = atomic_load(&r->w->n_flying) > 0;

		n = atomic_load(&r->w->n_arrived);
		waiting = relater_n_waiting(r);
		quiet_ms = n == seen ? quiet_ms + QUIET_MS : 0;
		if (quiet_ms >= (flying ? SLOW_MS : QUIET_MS) || waiting <= 0 ||
		    waiting >= BACKLOG)
			break;
		(void)nanosleep(&ts, NULL);
	}
}

/* Else what is to be related waits for the next wake-up. */
static bool
has_reader(struct relater *r)
{
	struct diag d = {{0}};

	if (r->reader == NULL &&
	    store_reader_open(r->path, &r->reader, &d) != AK_OK)
		log_err("relate", "cannot read error=%s", LOG_STR(d.text));
	return r->reader != NULL;
}

static void
work(struct relater *r)
{
	struct poll_opts opts;
	int64_t above = 0;

	workers_opts(r->w, &opts);
	if (!opts.with_relations || !has_reader(r))
		return;
	look_at_watermark(r, &opts);
	if (r->mark < COLD)
		await_backlog(r);
	while (!relater_is_stopping(r) && relater_pull(r))
		if (r->n_unsaved >= SAVE_EVERY && r->backlog.n == 0)
			relater_save(r);
	while (!relater_is_stopping(r) && r->backlog.n == 0 &&
	       relater_pull_revised(r, &above))
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
		if (relater_is_stopping(r))
			break;
		work(r);
		relater_fence(r, done);
	}
	if (r->index != NULL && r->n_unsaved > 0 && r->backlog.n == 0)
		relater_save(r);
	return NULL;
}

/* --- interface ------------------------------------------------------------ */

struct relater *
relater_new(struct workers *w, const char *path)
{
	struct relater *r = xcalloc(1, sizeof(*r));

	r->w = w;
	r->path = xstrdup(path);
	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_cond_init(&r->wake, NULL);
	return r;
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
	if (r->is_started)
		(void)pthread_join(r->thread, NULL);
	relater_drop_index(r);
	store_reader_close(r->reader);
}

void
relater_free(struct relater *r)
{
	if (r == NULL)
		return;
	(void)pthread_cond_destroy(&r->wake);
	(void)pthread_mutex_destroy(&r->lock);
	free(r->path);
	free(r);
}

uint64_t
relater_ticket(struct relater *r)
{
	uint64_t ticket;

	(void)pthread_mutex_lock(&r->lock);
	ticket = ++r->n_tickets;
	(void)pthread_mutex_unlock(&r->lock);
	return ticket;
}

uint64_t
relater_wake(struct relater *r)
{
	uint64_t ticket;

	(void)pthread_mutex_lock(&r->lock);
	ticket = r->wanted = ++r->n_tickets;
	if (!r->is_started && !r->is_stopping) {
		process_thread(&r->thread, relater_main, r);
		r->is_started = true;
	}
	(void)pthread_cond_signal(&r->wake);
	(void)pthread_mutex_unlock(&r->lock);
	return ticket;
}

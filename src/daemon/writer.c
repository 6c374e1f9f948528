/* SPDX-License-Identifier: ISC */
/*
 * The writer: one thread, one read-write connection, batches.
 *
 * A commit costs far more than a row, and the full-text index merges less when
 * it gets much at once.  So a transaction takes what comes: up to BATCH_DOCS
 * documents and calls, and BATCH_POLLS in all, which mostly brought nothing, as
 * long as the next one is there within LINGER_MS, and no longer than BATCH_MS,
 * since other processes wait for the same lock.  Most jobs are a few
 * microseconds of work, less than it takes to wake this thread, so it sleeps
 * on until LUMP of them are there, or parsers need the room.  The loop hears of
 * a poll only after its commit.
 *
 * A poll is no savepoint in the batch (D48).  Where the store fails in the
 * middle of a document, which nothing known does, the batch is undone and
 * alone the error of that feed is stored: it is left alone for a while, and
 * the others, which are still due, are polled again.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/process.h"
#include "daemon/fulltext.h"
#include "daemon/subscribe.h"
#include "daemon/workers.h"

#define BATCH_DOCS 100
#define BATCH_POLLS 256
#define LINGER_MS 50
#define LUMP 32
#define BATCH_MS 400

struct writer {
	struct workers *w;
	struct store *store;
	struct poll *culprit; /* undid its batch; or NULL */
	pthread_t thread;
};

/* Errors of the store itself, not of what was to be stored. */
static bool
is_fatal(enum ak_status st)
{
	return st == AK_IO || st == AK_FULL || st == AK_CORRUPT ||
	       st == AK_BUSY || st == AK_DENIED;
}

/* A document that the store cannot take is an error of its feed. */
static enum ak_status
commit_poll(struct writer *wr, struct poll *p, const struct poll_opts *opts)
{
	enum ak_status st;

	if (p->page != NULL) {
		st = fulltext_commit(p, wr->store);
		return is_fatal(st) ? st : AK_OK;
	}
	if (p->sub != NULL) {
		st = subscribe_commit(p, wr->store, &opts->sched);
		return is_fatal(st) ? st : AK_OK;
	}
	st = poll_commit(p, wr->store, &opts->sched);
	if (st == AK_OK)
		fulltext_hold(wr->w->fulltext, p->wanted, p->n_wanted);
	if (st == AK_OK)
		st = store_pages_want(
		    wr->store, p->feed_id, p->wanted, p->n_wanted, p->at);
	if (st == AK_NOTFOUND)
		p->is_gone = true;
	if (st == AK_OK || is_fatal(st) || p->is_gone)
		return is_fatal(st) ? st : AK_OK;
	poll_refuse(p, store_error(wr->store));
	st = poll_commit(p, wr->store, &opts->sched);
	if (st != AK_OK && !is_fatal(st))
		wr->culprit = p;
	return st;
}

/* The loop needs only words of it. */
static void
free_doc(struct writer *wr, struct poll *p)
{
	if (p->arena == NULL)
		return;
	workers_doc_freed(wr->w, arena_used(p->arena));
	arena_free(p->arena);
	p->arena = NULL;
	p->doc = NULL;
	p->features = NULL;
}

static enum ak_status
do_job(struct writer *wr, struct job *j, struct mail *m,
    const struct poll_opts *opts)
{
	enum ak_status st;

	if (j->poll != NULL) {
		STAILQ_INSERT_TAIL(&m->polls, j->poll, link);
		st = commit_poll(wr, j->poll, opts);
		free_doc(wr, j->poll);
	} else {
		STAILQ_INSERT_TAIL(&m->calls, j->call, link);
		st = j->call->st = j->call->run(wr->store, j->call->arg);
		if (!is_fatal(st))
			st = AK_OK;
	}
	free(j);
	return st;
}

/* One transaction, beginning with `j`. */
static enum ak_status
do_batch(struct writer *wr, struct job *j, struct mail *m)
{
	int64_t until = clock_mono_ms() + BATCH_MS;
	struct poll_opts opts;
	enum ak_status st;

	workers_opts(wr->w, &opts);
	store_set_quota(wr->store, opts.quota);
	store_set_schedule(wr->store, &opts.sched);
	if ((st = store_begin(wr->store)) != AK_OK) {
		/* Not done, but told: its sender waits. */
		if (j->poll != NULL) {
			STAILQ_INSERT_TAIL(&m->polls, j->poll, link);
			free_doc(wr, j->poll);
		} else {
			STAILQ_INSERT_TAIL(&m->calls, j->call, link);
		}
		free(j);
		return st;
	}
	for (int n = 1, n_docs = 0;; n++) {
		n_docs += j->poll == NULL || j->poll->doc != NULL;
		if ((st = do_job(wr, j, m, &opts)) != AK_OK)
			break;
		if (n == BATCH_POLLS || n_docs == BATCH_DOCS ||
		    clock_mono_ms() >= until)
			break;
		if ((j = chan_try_pop(wr->w->to_write)) == NULL &&
		    (j = chan_pop_many(wr->w->to_write, LUMP, LINGER_MS)) ==
			NULL)
			break;
	}
	return st == AK_OK ? store_commit(wr->store) : st;
}

/* The batch was undone; what made it so is stored by itself. */
static enum ak_status
undo_batch(struct writer *wr, struct mail *m, enum ak_status why)
{
	struct poll *p, *culprit = wr->culprit;
	struct poll_opts opts;
	struct call *c;
	enum ak_status st;

	store_rollback(wr->store);
	STAILQ_FOREACH (c, &m->calls, link)
		c->st = why;
	STAILQ_FOREACH (p, &m->polls, link) {
		p->is_committed = false;
		p->n_new_articles = 0;
	}
	wr->culprit = NULL;
	if (culprit == NULL)
		return why;
	log_err("store", "a batch was undone feed=%lld error=%s",
	    (long long)culprit->feed_id, LOG_STR(culprit->error));
	workers_opts(wr->w, &opts);
	if ((st = store_begin(wr->store)) != AK_OK)
		return st;
	st = poll_commit(culprit, wr->store, &opts.sched);
	if (st == AK_OK && (st = store_commit(wr->store)) == AK_OK)
		return AK_OK;
	culprit->is_committed = false;
	store_rollback(wr->store);
	return st;
}

/* Count what was stored, and have it related. */
static void
settle(struct writer *wr, struct mail *m)
{
	struct poll *p;
	int64_t n_new = 0, n_revised = 0;

	STAILQ_FOREACH (p, &m->polls, link) {
		n_new += p->n_new_articles;
		n_revised += p->n_revised;
	}
	if (n_new + n_revised > 0) {
		(void)atomic_fetch_add(&wr->w->n_arrived, n_new);
		(void)relater_wake(wr->w->relater);
	}
}

static void *
writer_main(void *arg)
{
	struct writer *wr = arg;
	struct job *j;

	while ((j = chan_pop(wr->w->to_write)) != NULL) {
		struct mail *m = xcalloc(1, sizeof(*m));
		int64_t began = clock_mono_ms();
		struct diag d = {{0}};
		enum ak_status st;

		m->kind = MAIL_COMMITTED;
		STAILQ_INIT(&m->polls);
		STAILQ_INIT(&m->calls);
		if ((st = do_batch(wr, j, m)) != AK_OK) {
			(void)diag_set(&d, st, "%s", store_error(wr->store));
			m->has_failed = undo_batch(wr, m, st) != AK_OK;
			m->diag = d;
		}
		times_add(&wr->w->batch_times, clock_mono_ms() - began);
		settle(wr, m);
		mailbox_post(wr->w->mailbox, m);
	}
	return NULL;
}

enum ak_status
writer_start(struct workers *w, const char *path, unsigned store_flags,
    struct writer **ret, struct diag *reterr)
{
	struct writer *wr = xcalloc(1, sizeof(*wr));
	enum ak_status st;

	wr->w = w;
	st = store_open(path, STORE_CREATE | store_flags, &wr->store, reterr);
	if (st != AK_OK) {
		free(wr);
		return st;
	}
	st = store_clock_back(wr->store, clock_now());
	if (st != AK_OK) {
		store_close(wr->store);
		free(wr);
		return diag_set(reterr, st, "the schedule cannot be written");
	}
	*ret = wr;
	process_thread(&wr->thread, writer_main, wr);
	return AK_OK;
}

void
writer_stop(struct writer *wr)
{
	if (wr == NULL)
		return;
	(void)pthread_join(wr->thread, NULL);
	store_close(wr->store);
	free(wr);
}

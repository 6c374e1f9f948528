/* SPDX-License-Identifier: ISC */
/*
 * Starting, feeding and stopping the threads; scout and parsers, which are
 * too small for files of their own.  Parsers and the relater begin with their
 * first work: most polls bring them none.
 *
 * Threads stop in the order of the data's way (parsers, relater, writer), each
 * after its inbox was closed and drained, so whatever was handed over is
 * stored.  Then the mailbox delivers the last answers.
 */
#include "daemon/workers.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/process.h"
#include "daemon/fulltext.h"
#include "daemon/subscribe.h"

#define WRITER_INBOX (2 * WORKERS_MAX_POLLS)
#define DOCS_BYTES ((size_t)2 << 20) /* past it no parser begins another */

/* --- scout ---------------------------------------------------------------- */

struct scout_job { /* one of the three */
	struct workers_list *list;
	struct workers_load *load;
	struct workers_ask ask;
};

static void
load_cb(const struct store_feed *f, void *arg)
{
	struct workers_load *l = arg;
	struct poll *p = poll_new(f);

	STAILQ_INSERT_TAIL(&l->polls, p, link);
}

static struct mail *
scout_work(struct workers *w, const struct scout_job *j)
{
	struct mail *m = xcalloc(1, sizeof(*m));

	if (j->list != NULL) {
		m->kind = MAIL_LISTED;
		m->list = j->list;
		(void)!store_due(w->scout_reader,
		    j->list->all ? INT64_MAX : j->list->now, j->list->limit,
		    &j->list->ids, &j->list->n_ids);
		j->list->next_due = store_next_due(w->scout_reader);
		return m;
	}
	if (j->ask.run != NULL) {
		m->kind = MAIL_ASKED;
		m->ask = j->ask;
		j->ask.run(w->scout_reader, j->ask.arg);
		return m;
	}
	m->kind = MAIL_LOADED;
	m->load = j->load;
	(void)!store_feeds_to_poll(
	    w->scout_reader, j->load->ids, j->load->n_ids, load_cb, j->load);
	return m;
}

static void *
scout_main(void *arg)
{
	struct workers *w = arg;
	struct scout_job *j;

	while ((j = chan_pop(w->to_scout)) != NULL) {
		mailbox_post(w->mailbox, scout_work(w, j));
		free(j);
	}
	return NULL;
}

/* --- parsers -------------------------------------------------------------- */

/* A document takes several times the memory of its body, so parsers wait for
 * the writer rather than make more of them. */
static void
wait_for_room(struct workers *w)
{
	(void)pthread_mutex_lock(&w->lock);
	if (w->docs > DOCS_BYTES)
		chan_nudge(w->to_write);
	while (w->docs > DOCS_BYTES)
		(void)pthread_cond_wait(&w->docs_shrunk, &w->lock);
	(void)pthread_mutex_unlock(&w->lock);
}

static void
count_doc(struct workers *w, const struct poll *p)
{
	if (p->arena == NULL)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->docs += arena_used(p->arena);
	(void)pthread_mutex_unlock(&w->lock);
}

void
workers_doc_freed(struct workers *w, size_t bytes)
{
	(void)pthread_mutex_lock(&w->lock);
	w->docs -= bytes;
	(void)pthread_cond_broadcast(&w->docs_shrunk);
	(void)pthread_mutex_unlock(&w->lock);
}

static void *
parser_main(void *arg)
{
	struct workers *w = arg;
	struct relate_lexer *lexer = NULL;
	struct poll *p;

	while ((p = chan_pop(w->to_parse)) != NULL) {
		struct poll_opts opts;
		size_t before = p->body_len;
		struct job *j = xcalloc(1, sizeof(*j));

		wait_for_room(w);
		workers_opts(w, &opts);
		if (lexer == NULL && opts.with_relations)
			lexer = relate_lexer_new();
		if (poll_is_file(p)) {
			poll_read_file(p, opts.max_body);
			before = 0;
		}
		if (p->page != NULL)
			fulltext_parse(
			    p, &opts, opts.with_relations ? lexer : NULL);
		else if (p->sub != NULL)
			subscribe_parse(
			    p, &opts, opts.with_relations ? lexer : NULL);
		else if (p->body != NULL && p->error == NULL &&
			 !poll_is_unchanged(p))
			poll_parse(
			    p, &opts, opts.with_relations ? lexer : NULL);
		count_doc(w, p);
		(void)atomic_fetch_sub(&w->held, before);
		j->poll = p;
		if (!chan_push(w->to_write, j))
			assert(!"the writer outlives the parsers");
	}
	relate_lexer_free(lexer);
	return NULL;
}

/* --- loop ----------------------------------------------------------------- */

static void
committed(struct workers *w, struct mail *m)
{
	struct call *c;

	if (m->has_failed)
		w->cbs.failed(m->diag.text, w->cbs.arg);
	w->cbs.committed(&m->polls, w->cbs.arg);
	while ((c = STAILQ_FIRST(&m->calls)) != NULL) {
		STAILQ_REMOVE_HEAD(&m->calls, link);
		if (c->done != NULL)
			c->done(c->st, c->arg);
		else
			free(c->arg);
		free(c);
	}
}

static void
mail_cb(void *msg, void *arg)
{
	struct workers *w = arg;
	struct mail *m = msg;

	switch (m->kind) {
	case MAIL_LISTED:
		w->cbs.listed(m->list, w->cbs.arg);
		break;
	case MAIL_LOADED:
		w->cbs.loaded(m->load, w->cbs.arg);
		break;
	case MAIL_ASKED:
		m->ask.done(m->ask.arg);
		break;
	case MAIL_COMMITTED:
		committed(w, m);
		break;
	}
	free(m);
}

void
workers_list(struct workers *w, struct workers_list *l)
{
	struct scout_job *j = xcalloc(1, sizeof(*j));

	j->list = l;
	if (!chan_try_push(w->to_scout, j))
		assert(!"the scout's inbox holds every feed and run");
}

void
workers_load(struct workers *w, struct workers_load *l)
{
	struct scout_job *j = xcalloc(1, sizeof(*j));

	STAILQ_INIT(&l->polls);
	j->load = l;
	if (!chan_try_push(w->to_scout, j))
		assert(!"the scout's inbox holds every feed and run");
}

bool
workers_ask(struct workers *w, const struct workers_ask *a)
{
	struct scout_job *j = xcalloc(1, sizeof(*j));

	j->ask = *a;
	if (chan_try_push(w->to_scout, j))
		return true;
	free(j);
	return false;
}

void
workers_parse(struct workers *w, struct poll *p)
{
	if (p->body != NULL)
		(void)atomic_fetch_add(&w->held, p->body_len);
	if (w->n_parsers < w->most_parsers)
		process_thread(&w->parsers[w->n_parsers++], parser_main, w);
	if (!chan_try_push(w->to_parse, p))
		assert(!"the parsers' inbox holds every poll, push and page");
}

void
workers_commit(struct workers *w, struct poll *p)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->poll = p;
	if (!chan_try_push(w->to_write, j))
		assert(!"the writer's inbox holds every poll");
}

void
workers_call(struct workers *w, struct call *c)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->call = c;
	if (!chan_push(w->to_write, j))
		assert(!"the writer outlives those who call it");
}

bool
workers_try_call(struct workers *w, struct call *c)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->call = c;
	if (chan_try_push(w->to_write, j))
		return true;
	free(j);
	return false;
}

struct look {
	struct workers *w;
	uint64_t ticket;
	bool found;
};

static void
look_run(struct store_reader *r, void *arg)
{
	struct look *l = arg;
	struct poll_opts opts;

	workers_opts(l->w, &opts);
	l->found = opts.with_relations && store_relate_waits(r);
}

static void
look_done(void *arg)
{
	struct look *l = arg;
	struct workers *w = l->w;

	if (l->found)
		(void)relater_wake(w->relater);
	else
		w->cbs.related(l->ticket, w->cbs.arg);
	free(l);
}

/* Mostly there is nothing to relate: the scout, who has the store open, looks
 * first, and the relater need not start. */
uint64_t
workers_relate(struct workers *w)
{
	struct look *l = xcalloc(1, sizeof(*l));
	struct workers_ask ask = {look_run, look_done, l};
	uint64_t ticket = relater_ticket(w->relater);

	l->w = w;
	l->ticket = ticket;
	if (!workers_ask(w, &ask)) {
		l->found = true;
		look_done(l);
	}
	return ticket;
}

void
workers_opts(struct workers *w, struct poll_opts *ret)
{
	(void)pthread_mutex_lock(&w->lock);
	*ret = w->opts;
	(void)pthread_mutex_unlock(&w->lock);
}

void
workers_reconfigure(struct workers *w, const struct poll_opts *opts)
{
	(void)pthread_mutex_lock(&w->lock);
	w->opts = *opts;
	(void)pthread_mutex_unlock(&w->lock);
}

/* --- start and stop ------------------------------------------------------- */

enum ak_status
workers_start(struct event_base *base, const struct poll_opts *opts,
    int64_t n_parsers, const char *path, unsigned store_flags,
    const struct workers_cbs *cbs, struct workers **ret, struct diag *reterr)
{
	struct workers *w = xcalloc(1, sizeof(*w));
	enum ak_status st;

	w->cbs = *cbs;
	w->opts = *opts;
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->docs_shrunk, NULL);
	w->mailbox = mailbox_new(base, mail_cb, w);
	w->to_scout = chan_new(2 * WORKERS_MAX_POLLS);
	w->to_parse =
	    chan_new(WORKERS_MAX_POLLS + LIMIT_PUSHES + LIMIT_FULLTEXT_AT_ONCE);
	w->to_write = chan_new(WRITER_INBOX);
	/* The writer first: it makes and migrates the file. */
	if ((st = writer_start(w, path, store_flags, &w->writer, reterr)) !=
	    AK_OK)
		goto undo;
	w->relater = relater_new(w, path);
	if ((st = store_reader_open(path, &w->scout_reader, reterr)) != AK_OK)
		goto undo;
	w->cbs.opened(w->scout_reader, w->cbs.arg);
	process_thread(&w->scout, scout_main, w);
	w->most_parsers = (size_t)n_parsers;
	w->parsers = xcalloc(w->most_parsers, sizeof(*w->parsers));
	*ret = w;
	return AK_OK;
undo:
	workers_stop(w);
	return st;
}

void
workers_stop(struct workers *w)
{
	if (w == NULL)
		return;
	chan_close(w->to_scout);
	if (w->scout_reader != NULL) {
		(void)pthread_join(w->scout, NULL);
		store_reader_close(w->scout_reader);
	}
	chan_close(w->to_parse);
	for (size_t i = 0; i < w->n_parsers; i++)
		(void)pthread_join(w->parsers[i], NULL);
	relater_stop(w->relater);
	chan_close(w->to_write);
	writer_stop(w->writer);
	mailbox_free(w->mailbox);
	relater_free(w->relater);
	chan_free(w->to_scout);
	chan_free(w->to_parse);
	chan_free(w->to_write);
	(void)pthread_cond_destroy(&w->docs_shrunk);
	(void)pthread_mutex_destroy(&w->lock);
	free(w->parsers);
	free(w);
}

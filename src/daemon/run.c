/* SPDX-License-Identifier: ISC */
/*
 * run.c - who asked for polls, and how far they are.
 *
 * A run is a list of feeds to poll: one `akin sync`, or the standing run of the
 * daemon, which asks the scout for due feeds again and again.  It ends when its
 * feeds are polled, the pages of their articles read, and all of it related
 * (and compared by embeddings, where there are such).
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "daemon/embed.h"
#include "daemon/fulltext.h"
#include "daemon/pipeline_int.h"
#include "daemon/websub.h"

#define SPREAD_MS 600000    /* overdue feeds at start: over ten minutes ... */
#define SPREAD_STEP_MS 1000 /* ... but no slower than one a second */

int64_t
pipeline_n_to_relate(const struct pipeline *p)
{
	long long n = atomic_load(&p->workers->n_arrived) -
		      atomic_load(&p->workers->n_related);

	return n > 0 ? n : 0;
}

void
run_free(struct run *r)
{
	LIST_REMOVE(r, link);
	free(r->ids);
	free(r);
}

void
run_finish(struct pipeline *p, struct run *r)
{
	r->now.is_done = true;
	r->now.n_to_relate = 0;
	r->now.fatal = p->fatal;
	if (r->cbs.done != NULL && !p->is_closing)
		r->cbs.done(&r->now, r->cbs.arg);
	run_free(r);
}

/* All its feeds are done: what is left is to read the pages of their articles
 * and to relate them. */
void
run_settle(struct pipeline *p, struct run *r)
{
	if (r->is_standing || r->is_listing || r->at < r->n_ids ||
	    r->n_flying > 0 || r->ticket != 0 || p->is_closing)
		return;
	if (r->pages == 0)
		r->pages = fulltext_mark(p->fulltext);
	if (p->fatal != NULL)
		run_finish(p, r);
	else if (fulltext_passed(p->fulltext, r->pages))
		r->ticket = workers_relate(p->workers);
}

/* Pages were read, or waited for long enough. */
void
run_pages_cb(void *arg)
{
	struct pipeline *p = arg;
	struct run *r, *next;

	for (r = LIST_FIRST(&p->runs); r != NULL; r = next) {
		next = LIST_NEXT(r, link);
		run_settle(p, r);
	}
}

void
run_related_cb(uint64_t ticket, void *arg)
{
	struct pipeline *p = arg;
	struct run *r, *next;
	bool wait = !p->is_closing && embed_wake(p->embed);

	for (r = LIST_FIRST(&p->runs); r != NULL; r = next) {
		next = LIST_NEXT(r, link);
		if (r->ticket == 0 || r->ticket > ticket)
			continue;
		if (wait)
			r->is_embedding = true;
		else
			run_finish(p, r);
	}
}

void
run_embedded_cb(void *arg)
{
	struct pipeline *p = arg;
	struct run *r, *next;

	for (r = LIST_FIRST(&p->runs); r != NULL; r = next) {
		next = LIST_NEXT(r, link);
		if (r->is_embedding)
			run_finish(p, r);
	}
}

void
run_show(struct pipeline *p, struct run *r)
{
	r->now.n_to_relate = pipeline_n_to_relate(p);
	if (r->cbs.progress != NULL && !p->is_closing)
		r->cbs.progress(&r->now, r->cbs.arg);
}

void
run_listed_cb(struct workers_list *l, void *arg)
{
	struct pipeline *p = arg;
	struct run *r = l->tag;

	r->is_listing = false;
	free(r->ids);
	r->ids = l->ids;
	r->n_ids = l->n_ids;
	r->at = 0;
	r->was_full = l->limit != 0 && (int64_t)l->n_ids >= l->limit;
	if (r->is_standing) {
		p->stats.next_due = l->next_due;
		p->pace_ms = 0;
		if (p->is_first_list && r->n_ids > 0) {
			p->pace_ms = SPREAD_MS / (int64_t)r->n_ids;
			if (p->pace_ms > SPREAD_STEP_MS)
				p->pace_ms = SPREAD_STEP_MS;
			log_info("schedule", "overdue feeds=%zu spread_ms=%lld",
			    r->n_ids, (long long)p->pace_ms);
		}
		p->is_first_list = false;
	} else {
		r->now.n_feeds = (int64_t)r->n_ids;
		run_show(p, r);
	}
	free(l);
	if (p->is_closing)
		return;
	pump(p);
	run_settle(p, r);
}

/* --- interface ------------------------------------------------------------ */

void
pipeline_sync(struct pipeline *p, const struct pipeline_which *which,
    const struct pipeline_cbs *cbs)
{
	struct run *r = xcalloc(1, sizeof(*r));
	size_t n_ids = which->n_ids;

	if (cbs != NULL)
		r->cbs = *cbs;
	r->is_manual = which->all || n_ids > 0;
	r->older = which->older;
	r->other_hosts = which->other_hosts;
	r->is_named = n_ids > 0;
	LIST_INSERT_HEAD(&p->runs, r, link);
	if (n_ids == 0) {
		fulltext_look(p->fulltext);
		pump_list(p, r, which->all, 0);
		return;
	}
	r->ids = xreallocarray(NULL, n_ids, sizeof(*r->ids));
	memcpy(r->ids, which->ids, n_ids * sizeof(*r->ids));
	r->n_ids = n_ids;
	r->now.n_feeds = (int64_t)n_ids;
	pump(p);
}

void
pipeline_relate(struct pipeline *p, const struct pipeline_cbs *cbs)
{
	struct run *r = xcalloc(1, sizeof(*r));

	r->cbs = *cbs;
	LIST_INSERT_HEAD(&p->runs, r, link);
	run_settle(p, r);
}

void
pipeline_progress(const struct pipeline *p, struct pipeline_progress *ret)
{
	const struct run *r;

	*ret = (struct pipeline_progress){.is_done = true};
	LIST_FOREACH(r, &p->runs, link)
	{
		if (r->is_standing)
			continue;
		ret->is_done = false;
		ret->n_feeds += r->now.n_feeds;
		ret->n_done += r->now.n_done;
		ret->n_failed += r->now.n_failed;
		ret->n_unchanged += r->now.n_unchanged;
		ret->n_new += r->now.n_new;
		ret->n_revised += r->now.n_revised;
		ret->wire_bytes += r->now.wire_bytes;
	}
	ret->n_to_relate = pipeline_n_to_relate(p);
}

void
pipeline_forget(struct pipeline *p, const void *arg)
{
	struct run *r;

	LIST_FOREACH(r, &p->runs, link)
	if (r->cbs.arg == arg)
		r->cbs = (struct pipeline_cbs){0};
}

void
pipeline_run(struct pipeline *p)
{
	struct run *r = xcalloc(1, sizeof(*r));

	assert(p->standing == NULL);
	r->is_standing = true;
	p->standing = r;
	atomic_store(&p->workers->is_standing, true);
	LIST_INSERT_HEAD(&p->runs, r, link);
	(void)workers_relate(p->workers); /* what an `akin add` has left */
	fulltext_look(p->fulltext);
	pump_list(p, r, false, 0);
	websubs_run(p->websubs, p->workers, p->fetcher);
}

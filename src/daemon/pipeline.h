/* SPDX-License-Identifier: ISC */
/*
 * pipeline.h - the stages wired together; the only part that knows them all.
 *
 * due feeds -> fetch -> | parse, clean, features -> | store -> | relate ->
 * store
 *
 * '|' is a thread boundary, crossed only by handing over a message.  `akin
 * sync` runs a pipeline until what was due is done; akind runs it for ever.
 */
#ifndef DAEMON_PIPELINE_H
#define DAEMON_PIPELINE_H

#include "base/ak.h"
#include "conf/conf.h"

struct event_base;
struct pipeline;

struct pipeline_report { /* one poll that ended */
	int64_t feed_id;
	const char *url, *title;
	const char *outcome; /* sched_outcome_name() */
	int status;
	const char *error; /* one line, or NULL */
	int64_t n_new, n_revised;
	int64_t due_at;
	const char *hint;
};

struct pipeline_progress {
	int64_t n_feeds; /* in this run */
	int64_t n_done, n_failed, n_unchanged, n_new, n_revised, wire_bytes;
	int64_t n_to_relate; /* articles waiting for the relater */
	bool is_done;
};

struct pipeline_cbs { /* called on the loop thread; any may be NULL */
	void (*report)(const struct pipeline_report *r, void *arg);
	void (*progress)(const struct pipeline_progress *p, void *arg);
	void (*done)(const struct pipeline_progress *p, void *arg);
	void *arg;
};

/* `path` is the store; the caller holds its lock file. */
enum ak_status pipeline_new(struct event_base *base, const struct conf *conf,
    const char *path, struct pipeline **ret, struct diag *reterr) AK_USE;
/* Lets the batch under way end, cancels fetches, joins all threads. */
void pipeline_free(struct pipeline *p);
void pipeline_reconfigure(struct pipeline *p, const struct conf *conf);

/*
 * Poll once: what is due, or `all` active feeds now (never against a running
 * Retry-After or the manual floor), or just `ids`.  cbs->done comes when all
 * of it is stored and related.
 */
void pipeline_sync(struct pipeline *p, bool all, const int64_t *ids,
    size_t n_ids, const struct pipeline_cbs *cbs);

/* Poll by due time until pipeline_free(). */
void pipeline_run(struct pipeline *p);
void pipeline_wake(struct pipeline *p); /* look for due feeds now */

#endif

/* SPDX-License-Identifier: ISC */
/*
 * pipeline_int.h - the state of the loop's side, for pipeline.c, run.c, pump.c
 * and flight.c.
 */
#ifndef DAEMON_PIPELINE_INT_H
#define DAEMON_PIPELINE_INT_H

#include <event2/event.h>
#include <sys/queue.h>
#include <uthash.h>

#include "daemon/pipeline.h"
#include "daemon/workers.h"

struct run {
	LIST_ENTRY(run) link;
	struct pipeline_cbs cbs;
	struct pipeline_progress now;
	int64_t *ids;
	size_t n_ids, at;
	int64_t n_flying;
	bool older, other_hosts;
	bool is_standing, is_manual, is_named, is_listing, was_full;
	uint64_t pages;	   /* fulltext_mark() once all is stored; 0: not yet */
	uint64_t ticket;   /* waits for the relater; 0: not yet */
	bool is_embedding; /* related, and waits for embeddings */
};

struct flight {
	int64_t id;
	struct pipeline *pipeline;
	struct poll *poll;
	struct fetch_job *job;
	struct run **runs;
	size_t n_runs;
	bool is_manual, is_named, wants_older, other_hosts;
	UT_hash_handle hh;
};

struct pipeline {
	struct event_base *base;
	struct workers *workers;
	struct fetcher *fetcher;
	struct fulltext *fulltext;
	struct embed *embed;
	char *user_agent;
	struct sched_params sched;
	int64_t concurrency;
	struct flight *flights; /* by id */
	int64_t n_fetching;	/* flights that have no answer yet */
	size_t body_bytes;	/* of an answer, a moving mean */
	LIST_HEAD(, run) runs;
	struct run *standing; /* or NULL */
	struct websubs *websubs;
	struct olders *olders;
	struct event *timer;
	bool is_first_list, is_closing;
	int64_t pace_ms, next_start_ms; /* of the standing run; 0: no pace */
	int64_t rest_until_ms;
	int64_t clock_ahead_s; /* of the monotonic one, when last looked at */
	char *fatal;	       /* words, while a batch failed */
	struct pipeline_stats stats;
};

/* --- run.c ---------------------------------------------------------------- */

void run_free(struct run *r);
void run_finish(struct pipeline *p, struct run *r); /* tells it, and frees it */
/* Go on, or finish, where all of its feeds are done. */
void run_settle(struct pipeline *p, struct run *r);
void run_show(struct pipeline *p, struct run *r); /* its progress */
void run_listed_cb(struct workers_list *l, void *pipeline);
void run_pages_cb(void *pipeline);
void run_related_cb(uint64_t ticket, void *pipeline);
void run_embedded_cb(void *pipeline);
int64_t pipeline_n_to_relate(const struct pipeline *p); /* articles */

/* --- flight.c ------------------------------------------------------------- */

struct flight *flight_find(struct pipeline *p, int64_t id); /* or NULL */
/* `r` waits for the flight too. */
void flight_join(struct flight *f, struct run *r);
/* It ended with `poll` (NULL: the feed was gone before it): every run that
 * waited is told; frees both. */
void flight_land(struct pipeline *p, struct flight *f, struct poll *poll);
void flight_loaded_cb(struct workers_load *l, void *pipeline);

/* --- pump.c --------------------------------------------------------------- */

/* Start what may be started now; sets the timer for the rest. */
void pump(struct pipeline *p);
void pump_timer_cb(evutil_socket_t fd, short what, void *pipeline);
void pump_set_timer(struct pipeline *p, int64_t ms);
int64_t pump_clock_ahead_s(void);

/* Ask the scout which feeds a run has to poll; limit 0: none. */
void pump_list(struct pipeline *p, struct run *r, bool all, int64_t limit);

#endif

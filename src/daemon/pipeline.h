/* SPDX-License-Identifier: ISC */
/*
 * pipeline.h - the stages wired together; the only part that knows them all.
 *
 * due feeds -> fetch -> | parse, clean, features -> | store -> | relate ->
 * store
 *
 * '|' is a thread boundary, crossed only by handing over a message.  `akin
 * sync` runs a pipeline until what was due is done; akind runs it for ever.
 * All functions are for the thread of `base`; evthread_use_pthreads() and
 * pipeline_global_init() come first.
 *
 * Where to read: pipeline.c, run.c, pump.c and flight.c are the loop's side;
 * workers.c has the threads, poll.c and poll_commit.c what each does with a
 * poll, writer.c and relater*.c the two that have files of their own.  Beside
 * polls: subscribe, older (RFC 5005), fulltext, websub, embed.  akind alone has
 * main.c, doors (serve's side), control, hooks, keeper.
 */
#ifndef DAEMON_PIPELINE_H
#define DAEMON_PIPELINE_H

#include "base/ak.h"
#include "base/str.h"
#include "conf/conf.h"
#include "daemon/times.h"
#include "fetch/fetch.h"

struct event_base;
struct pipeline;
struct serve_push;
struct store;

struct pipeline_report { /* one poll that ended */
	int64_t feed_id;
	const char *url, *title;
	const char *outcome; /* sched_outcome_name(), or "waiting": a
				Retry-After is running, nothing was asked */
	int status;
	const char *error;  /* one line, or NULL */
	const char *advice; /* what to do, or what is done, about it; or NULL */
	const char *step;   /* what becomes of the feed from now on, or NULL */
	bool has_failed;
	int64_t n_new, n_revised;
	const char *moved_to; /* its address from now on, or NULL */
	bool has_older;	      /* older entries are left: ask again */
	int64_t due_at;
	const char *hint;
};

struct pipeline_progress {
	int64_t n_feeds; /* in this run */
	int64_t n_done, n_failed, n_unchanged, n_new, n_revised, wire_bytes;
	int64_t n_to_relate; /* articles waiting for the relater */
	bool is_done;
	const char *fatal; /* the store refused: words; else NULL */
};

struct pipeline_cbs { /* called on the loop thread; any may be NULL */
	void (*report)(const struct pipeline_report *r, void *arg);
	void (*progress)(const struct pipeline_progress *p, void *arg);
	void (*done)(const struct pipeline_progress *p, void *arg);
	void *arg;
};

/* What the configuration says of schedules. */
void pipeline_schedule(const struct conf *conf, struct sched_params *ret);

/* libcurl's, once a process, before the first thread. */
void pipeline_global_init(void);

/* `path` is the store; the caller holds its lock file.  `conf` is read during
 * the call only. */
enum ak_status pipeline_new(struct event_base *base, const struct conf *conf,
    const char *path, struct pipeline **ret, struct diag *reterr) AK_USE;
/* Cancels fetches, stores what was fetched, joins all threads.  No callback
 * comes any more. */
void pipeline_free(struct pipeline *p);
enum ak_status pipeline_reconfigure(
    struct pipeline *p, const struct conf *conf, struct diag *reterr) AK_USE;

/*
 * Poll once: what is due, or `all` active feeds now (never against a running
 * Retry-After or the manual floor), or just `ids`.  cbs->done comes when all
 * of it is stored and related.
 */
struct pipeline_which {
	bool all;
	bool older, other_hosts; /* of these also what is behind "next" and
				    "prev-archive", on other hosts too */
	const int64_t *ids;
	size_t n_ids;
};
void pipeline_sync(struct pipeline *p, const struct pipeline_which *which,
    const struct pipeline_cbs *cbs);

/* All runs that were asked for and are under way, added up; is_done: there are
 * none.  What falls due is not among them. */
void pipeline_progress(const struct pipeline *p, struct pipeline_progress *ret);

/* Poll nothing; cbs->done comes when all that is stored is related. */
void pipeline_relate(struct pipeline *p, const struct pipeline_cbs *cbs);

/* Whoever asked for runs with this `arg` is gone: no more callbacks to it. */
void pipeline_forget(struct pipeline *p, const void *arg);

/* Poll by due time until pipeline_free(), and subscribe to what is pushed. */
void pipeline_run(struct pipeline *p);
void pipeline_wake(struct pipeline *p); /* look at the feeds now */

/* What came to /websub/: the status to answer, the body in `out`. */
int pipeline_websub(
    struct pipeline *p, const struct serve_push *push, struct buf *out);

/*
 * Run `fn` on the writer's connection, inside its transaction; then `done` on
 * the loop, after the commit (also when it failed), which frees `arg`.  With
 * the writer's queue full `done` is called at once, with AK_BUSY.
 */
void pipeline_call(struct pipeline *p,
    enum ak_status (*fn)(struct store *s, void *arg),
    void (*done)(enum ak_status st, void *arg), void *arg);

/* A request of the daemon's own through the fetcher that polls, with its
 * limits and guards; see fetch_start(). */
struct fetch_job *pipeline_fetch(
    struct pipeline *p, const struct fetch_req *req, fetch_cb cb, void *arg);
void pipeline_fetch_cancel(struct pipeline *p, struct fetch_job *job);

/* --- subscribing ---------------------------------------------------------- */

struct pipeline_add {
	const char *url;	      /* of a feed or a page; or file: */
	const char *title, *category; /* the user's, or NULL */
	int64_t pick; /* of the feeds that a page names, from 1; 0: the only */
	bool may_be_file; /* file: is taken: from the command line only */
	bool only_finds;  /* subscribe to nothing: say which feeds there are */
	bool older;	  /* read what is kept of older entries too ... */
	bool other_hosts; /* ... also where it is on another host */
};
struct pipeline_choice {
	const char *url, *title, *type; /* title and type may be NULL */
};
struct pipeline_added {
	/* AK_OK; AK_EXISTS; AK_UNSUPPORTED: a page with several feeds, choose;
	 * AK_BADINPUT: no feed; AK_DENIED; ... */
	enum ak_status status;
	int64_t feed_id;
	const char *url, *title, *format; /* of the feed; or NULL */
	int64_t n_new;
	/* One line, or NULL; with AK_OK: of the older entries. */
	const char *error;
	const char *advice; /* what to do about it, or NULL */
	bool has_older;	    /* older entries are left */
	const struct pipeline_choice *choices;
	size_t n_choices;
};
typedef void (*pipeline_added_cb)(const struct pipeline_added *r, void *arg);

/* Subscribe: the feed and the entries of the body that proved it are stored
 * together.  `cb` comes once, unless pipeline_free() comes first. */
void pipeline_subscribe(struct pipeline *p, const struct pipeline_add *add,
    pipeline_added_cb cb, void *arg);

struct pipeline_stats {
	int64_t next_due;
	int64_t n_polling;  /* feeds under way */
	int64_t n_fetching; /* requests under way */
	/* What waits before each stage: feeds, then articles. */
	int64_t n_to_load, n_to_fetch, n_to_parse, n_to_write, n_to_relate;
	/* Since the start: */
	int64_t n_polls, n_failed, n_new, n_revised, n_items, wire_bytes;
	int64_t n_by_outcome[SCHED_OUTCOMES];
	struct times *batch_times, *relate_times; /* the pipeline's */
	int64_t n_pushed_feeds; /* subscriptions at hubs that work */
	int64_t n_pushes, n_refused_pushes; /* since the start */
};
void pipeline_stats(const struct pipeline *p, struct pipeline_stats *ret);

#endif

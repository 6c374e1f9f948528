/* SPDX-License-Identifier: ISC */
/*
 * workers.h - the threads of a pipeline (private to daemon).
 *
 * scout:   read-only; lists due feeds, loads rows, reads what the loop asks.
 * parsers: body to document and features; local files.
 * writer:  the only read-write connection; batches of polls and calls.
 * relater: the index; reads what is new, hands relations to the writer.
 *
 * All functions but the _main's are for the loop thread unless said otherwise;
 * answers come back on the loop through the callbacks.
 */
#ifndef DAEMON_WORKERS_H
#define DAEMON_WORKERS_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/chan.h"
#include "base/mailbox.h"
#include "daemon/poll.h"
#include "daemon/times.h"

/* Feeds being polled at once, in any stage; so long are the queues that carry
 * them, and a push never fails. */
#define WORKERS_MAX_POLLS 1024

struct workers_list { /* which feeds: asked of the scout */
	void *tag;
	bool all;	    /* every active feed; else what is due at `now` */
	int64_t now, limit; /* limit 0: none */
	/* the answer: */
	int64_t *ids; /* malloc'ed, most overdue first */
	size_t n_ids;
	int64_t next_due;
};

struct workers_load { /* rows of feeds: asked of the scout */
	int64_t ids[64];
	size_t n_ids;
	struct poll_list polls; /* the answer; removed feeds are missing */
};

struct workers_ask { /* something to read, by the scout */
	void (*run)(struct store_reader *r, void *arg);
	void (*done)(void *arg); /* on the loop */
	void *arg;
};

/* Something to do on the writer's connection, in its transaction. */
struct call {
	STAILQ_ENTRY(call) link;
	enum ak_status (*run)(struct store *s, void *arg);
	/* After the commit, on the loop; frees `arg`.  NULL: free() does. */
	void (*done)(enum ak_status st, void *arg);
	void *arg;
	enum ak_status st;
};
STAILQ_HEAD(call_list, call);

struct workers_cbs { /* on the loop; the callee owns what it gets */
	void (*listed)(struct workers_list *l, void *arg);
	void (*loaded)(struct workers_load *l, void *arg);
	/* Polls of one batch; not is_committed: the store refused. */
	void (*committed)(struct poll_list *polls, void *arg);
	void (*related)(uint64_t ticket, void *arg);
	/* The store refused a batch; words for a person. */
	void (*failed)(const char *words, void *arg);
	/* By workers_start(), before any thread: what is to be known first. */
	void (*opened)(struct store_reader *r, void *arg);
	void *arg;
};

struct writer;
struct relater;

struct workers {
	struct workers_cbs cbs;
	struct mailbox *mailbox;
	struct chan *to_scout, *to_parse, *to_write;
	pthread_t scout, *parsers;
	size_t n_parsers, most_parsers; /* started so far; in all */
	struct store_reader *scout_reader;
	struct writer *writer;
	struct relater *relater;
	struct fulltext *fulltext; /* or NULL; the pipeline's */
	pthread_mutex_t lock;	   /* of opts */
	struct poll_opts opts;
	atomic_size_t held; /* bytes of bodies that wait for a parser */
	pthread_cond_t docs_shrunk;
	size_t docs; /* bytes of documents that wait for the writer; lock */
	struct times batch_times;  /* of the writer's transactions */
	struct times relate_times; /* of the relater's batches */
	atomic_llong n_related;	   /* articles related so far */
	atomic_llong n_arrived;	   /* articles stored so far */
	atomic_llong n_flying;	   /* the loop's: feeds being polled */
	atomic_bool is_standing;   /* ... and will be, for ever */
};

enum ak_status workers_start(struct event_base *base,
    const struct poll_opts *opts, int64_t n_parsers, const char *path,
    unsigned store_flags, const struct workers_cbs *cbs, struct workers **ret,
    struct diag *reterr) AK_USE;
void workers_stop(struct workers *w); /* drains, joins; NULL allowed */
void workers_reconfigure(struct workers *w, const struct poll_opts *opts);

/* These take what they are given. */
void workers_list(struct workers *w, struct workers_list *l);
void workers_load(struct workers *w, struct workers_load *l);
/* false: the queue is full. */
bool workers_ask(struct workers *w, const struct workers_ask *a);
void workers_parse(struct workers *w, struct poll *p);
void workers_commit(struct workers *w, struct poll *p);

/* Any thread: run a call on the writer (waits while its queue is full). */
void workers_call(struct workers *w, struct call *c);
/* The same for the loop, which must not wait; false: the queue is full. */
bool workers_try_call(struct workers *w, struct call *c);

/* Relate all that is stored by now; cbs.related() gets the ticket. */
uint64_t workers_relate(struct workers *w);

/* Writer: a document of so many bytes is stored and freed. */
void workers_doc_freed(struct workers *w, size_t bytes);

/* Any thread: a copy of what is in force. */
void workers_opts(struct workers *w, struct poll_opts *ret);

/* --- between the threads -------------------------------------------------- */

/* What the writer's inbox carries: one of the two. */
struct job {
	struct poll *poll;
	struct call *call;
};

enum ak_status writer_start(struct workers *w, const char *path,
    unsigned store_flags, struct writer **ret, struct diag *reterr) AK_USE;
void writer_stop(struct writer *wr); /* after to_write was closed */

/* Its thread and its connection begin with the first wake-up. */
struct relater *relater_new(struct workers *w, const char *path);
void relater_stop(struct relater *r); /* the last relations are handed over */
void relater_free(struct relater *r); /* after the writer's last answers */
/* Any thread: the ticket of all that is stored by now; without waking it, the
 * next wake-up answers it too. */
uint64_t relater_ticket(struct relater *r);
uint64_t relater_wake(struct relater *r);

/* Messages to the loop. */
enum mail_kind { MAIL_LISTED, MAIL_LOADED, MAIL_ASKED, MAIL_COMMITTED };
struct mail {
	enum mail_kind kind;
	struct workers_list *list;
	struct workers_load *load;
	struct workers_ask ask;
	struct poll_list polls;
	struct call_list calls;
	bool has_failed;
	struct diag diag;
};

#endif

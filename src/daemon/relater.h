/* SPDX-License-Identifier: ISC */
/*
 * relater.h - what the two files of the relater share: relater.c has the index,
 * relater_put.c hands what it finds to the writer.
 */
#ifndef DAEMON_RELATER_H
#define DAEMON_RELATER_H

#include "daemon/workers.h"
#include "relate/relate.h"

#define PULL 1024 /* articles of one batch to the writer */
#define STATE_NAME "relate-state"

/*
 * What the index was told of, in order of date: stories are told in that
 * order, while feeds of a first import come one after the other.  The watermark
 * stays below all of it until the last is committed.
 */
struct backlog {
	struct due {
		int64_t date, id;
	} * due;
	size_t n, at, cap;
};

struct relater {
	struct workers *w;
	struct store_reader *reader;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t wake;
	uint64_t wanted; /* ticket of the last wake-up */
	bool is_stopping;
	int n_batches; /* that the writer has not committed yet */

	atomic_llong committed; /* newest article whose relations are */

	/* Thread's own: */
	struct relate_index *index; /* NULL: not built yet */
	struct relate_params params;
	int64_t mark;	   /* newest article handed to the writer */
	int64_t announced; /* newest that the index was told of */
	int64_t expected;  /* newest that it serves; 0: all */
	int n_few;	   /* indexes of a few made so far */
	struct backlog backlog;
	int64_t n_unsaved;
	bool said_stale;
};

struct batch { /* relations of up to PULL articles */
	struct relater *r;
	size_t n;
	int64_t watermark; /* when all of it is there; 0: stays */
	bool is_again;	   /* nothing of it is new */
	struct store_relations rels[PULL];
	struct {
		struct store_edge *edges;
		int64_t merged[8];
	} items[PULL];
};

/* The batch goes to the writer; waits while too many are on their way. */
void relater_put(struct relater *r, struct batch *b);
/* Until all that was handed over is in the store. */
void relater_await(struct relater *r);
/* What the index knows beyond the store. */
void relater_save(struct relater *r);
/* The ticket goes to the loop when all before it is committed. */
void relater_fence(struct relater *r, uint64_t ticket);

#endif

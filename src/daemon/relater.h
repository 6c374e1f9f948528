/* SPDX-License-Identifier: ISC */
/*
 * relater.h - what the files of the relater share: relater.c has the thread,
 * relater_index.c the index, relater_pull.c and relater_revise.c relate what is
 * new and what reads otherwise now, relater_put.c hands it to the writer.
 */
#ifndef DAEMON_RELATER_H
#define DAEMON_RELATER_H

#include "daemon/workers.h"
#include "relate/relate.h"

#define PULL 1024     /* articles of one batch to the writer */
#define ROWS 1024     /* read at a time */
#define COLD 5000     /* a store with fewer articles waits for its backlog */
#define BACKLOG 20000 /* ... until so many are there */

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
	char *path;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t wake;
	uint64_t n_tickets, wanted; /* the last one; of the last wake-up */
	bool is_started, is_stopping;
	int n_batches; /* that the writer has not committed yet */

	atomic_llong committed; /* newest article whose relations are */
	atomic_llong kept; /* last piece of the saved state that the index goes
			    * on from; 0: it goes on from none */

	/* Thread's own: */
	struct store_reader *reader;
	struct relate_index *index; /* NULL: not built yet */
	struct relate_params params;
	int64_t mark;	   /* newest article handed to the writer */
	int64_t announced; /* newest that the index was told of */
	bool is_few;	   /* it serves no others than ... */
	int64_t expected;  /* ... newcomers up to this, and what was revised */
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
	bool is_settled;   /* nor was it counted: threads of a backlog */
	struct store_relations rels[PULL];
	struct {
		struct store_edge *edges;
		int64_t *ids; /* merged, then stories */
	} items[PULL];
};

/*
 * Articles are related in order, so one whose page is awaited stops those
 * behind it.  What is released before a query began is in what it reads; what
 * is committed after that was held before.  So both moments are asked.
 */
struct gate {
	struct relater *r;
	int64_t limit;	       /* held when the query began */
	bool is_open, is_shut; /* something passed; something did not */
};

/* --- relater.c ------------------------------------------------------------ */

bool relater_is_stopping(struct relater *r);
long long relater_n_waiting(const struct relater *r); /* stored, not related */

/* --- relater_index.c ------------------------------------------------------ */

/* As the index takes it; false: its features are of another version, or none.
 */
bool related_input(
    const struct store_related_input *in, struct relate_article *ret);
/* The same; another version is told once. */
bool relater_article(struct relater *r, const struct store_related_input *in,
    struct relate_article *ret);

/* Is the index none, or none for newcomers? */
bool relater_wants_index(const struct relater *r);
/* Make it the index for these, which were revised. */
void relater_load_for(
    struct relater *r, const struct relate_article *arts, size_t n);
void relater_load(struct relater *r);
void relater_drop_index(struct relater *r);

/* --- relater_pull.c ------------------------------------------------------- */

void gate_open(struct gate *g, struct relater *r, int64_t above);
bool gate_passes(struct gate *g, int64_t above, int64_t id);

/* Its relations into the batch, which goes to relater_put(). */
void batch_add(struct batch *b, int64_t id, int64_t revised,
    const struct relate_result *res);

/* Relate what is above the mark; true: there was something. */
bool relater_pull(struct relater *r);

/* --- relater_revise.c ----------------------------------------------------- */

/* Relate again what reads otherwise now; true: there may be more. */
bool relater_pull_revised(struct relater *r, int64_t *above);

/* --- relater_put.c -------------------------------------------------------- */

/* The batch goes to the writer; waits while too many are on their way. */
void relater_put(struct relater *r, struct batch *b);
/* Until all that was handed over is in the store. */
void relater_await(struct relater *r);
/* What the index knows beyond the store; of that, what is news. */
void relater_save(struct relater *r);
/* The ticket goes to the loop when all before it is committed. */
void relater_fence(struct relater *r, uint64_t ticket);

#endif

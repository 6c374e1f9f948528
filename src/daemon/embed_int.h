/* SPDX-License-Identifier: ISC */
/* embed_int.h - what embed.c (the loop's side) and embedder.c (the thread)
 * share (private to both). */
#ifndef DAEMON_EMBED_INT_H
#define DAEMON_EMBED_INT_H

#include "base/mailbox.h"
#include "relate/vectors.h"
#include "store/store.h"

enum { EMBED_BATCH = 64 };

struct embed_conf {
	int64_t model; /* hash of endpoint and name */
	char name[256];
	int64_t keep, window;
};

enum embed_kind {
	/* To the thread: */
	EMBED_LOOK, /* what is there to do? */
	EMBED_READ, /* the answer came */
	/* From it: */
	EMBED_NOTHING,
	EMBED_ASK,  /* `request` for ids[n] */
	EMBED_PUT,  /* vectors[n] to the writer */
	EMBED_FUSE, /* fused[n] to the writer */
	EMBED_FAILED
};

/* Whoever has it owns all of it. */
struct embed_step {
	struct embed *embed;
	enum embed_kind kind;
	struct embed_conf conf;
	size_t max; /* texts of a request */
	size_t n;
	struct store_vector vectors[EMBED_BATCH]; /* data is malloc'ed */
	char langs[EMBED_BATCH][3];
	struct embed_fused {
		int64_t article;
		struct store_edge edges[VECTORS_EDGES];
		size_t n_edges;
	} * fused; /* n, malloc'ed */
	char *request, *answer;
	size_t answer_len;
	struct diag diag; /* FAILED */
};

void embed_step_free(struct embed_step *s);
/* The endpoint takes none of its texts. */
void embed_step_refused(struct embed_step *s);
/* On the writer. */
enum ak_status embed_step_store(
    struct embed_step *s, struct store *store) AK_USE;

struct embedder;
struct embedder *embedder_start(const char *path, struct mailbox *to_loop);
void embedder_push(struct embedder *t, struct embed_step *s);
void embedder_stop(struct embedder *t); /* joins; NULL allowed */
void embedder_free(struct embedder *t); /* NULL allowed */

#endif

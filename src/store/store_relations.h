/* SPDX-License-Identifier: ISC */
/*
 * store_relations.h - which articles belong together: for the relater, who
 * finds it, and for those who show it; part of store.h, which says what holds
 * for all.
 */
#ifndef STORE_STORE_RELATIONS_H
#define STORE_STORE_RELATIONS_H

#include "base/ak.h"

struct store;
struct store_reader;

/* --- relations ------------------------------------------------------- */

/* For the relater: articles above a watermark, in order of id, which is that of
 * arrival, with features (NULL where they have none). */
struct store_related_input {
	int64_t id, feed_id, date;
	bool is_dated;
	int64_t thread;
	const void *features;
	size_t features_len;
	int64_t revised; /* times since it was related; 0: never */
};
typedef void (*store_input_cb)(const struct store_related_input *in, void *arg);
enum ak_status store_relate_inputs(struct store_reader *r, int64_t above_id,
    int64_t limit, store_input_cb cb, void *arg) AK_USE;
/* Of those up to the watermark what was revised since it was related. */
enum ak_status store_relate_revised(struct store_reader *r, int64_t above_id,
    int64_t limit, store_input_cb cb, void *arg) AK_USE;
/* Watermark: the newest article id that was related; 0: none. */
int64_t store_relate_watermark(struct store_reader *r);
/* Is there anything of the two above? */
bool store_relate_waits(struct store_reader *r);

/* What a computed score is made of; the relater's meaning.  All 0: unknown. */
struct store_parts {
	double cosine, time, usual, common, containment;
};

struct store_edge {
	int64_t other;
	int kind;	  /* enum relate_kind: 0 listed .. 3 topic */
	double score;	  /* 0..1 */
	double embedding; /* cosine, where it counted; else 0 */
	struct store_parts parts;
};
struct store_relations { /* of one newcomer */
	int64_t article;
	const struct store_edge *edges; /* with older articles, best first */
	size_t n_edges;
	int64_t thread; /* article id that names it; 0: none */
	const int64_t *merged;
	size_t n_merged;
	const int64_t *stories; /* of those that it has, these are of one story
				 * with it, not of one topic */
	size_t n_stories;
	int64_t keep;	 /* best so many of each side stay */
	bool is_again;	 /* in place of those that it has */
	int64_t revised; /* as it was read */
};
/* Of newcomers, all or none; raises the watermark, unless it is 0.  Who is gone
 * is left out. */
enum ak_status store_put_relations(struct store *s,
    const struct store_relations *rels, size_t n, int64_t watermark) AK_USE;

struct store_relation {
	int64_t article; /* the other one; 0: listed, not in the store */
	const char *guid, *title, *url;
	int kind; /* enum relate_kind */
	double score;
	const char *form; /* listed: where it stood; else NULL */
	int64_t rank;	  /* listed: place in the publisher's list, from 1 */
	int64_t published, feed_id;
	const char *feed_title;
	const char *language;
	double embedding; /* cosine, where it counted; else 0 */
	struct store_parts parts;
};
typedef void (*store_relation_cb)(const struct store_relation *rel, void *arg);
/* Best first: listed in the publisher's order, then by score; at most `keep`
 * computed ones. */
enum ak_status store_related(struct store_reader *r, int64_t article,
    int64_t keep, store_relation_cb cb, void *arg) AK_USE;

/* The earlier article that this one is most likely a copy of: its number,
 * title, feed and score; called once or not at all. */
enum ak_status store_copy_of(struct store_reader *r, int64_t article,
    store_relation_cb cb, void *arg) AK_USE;

/* A pair that a person took apart? */
enum ak_status store_is_wrong_pair(
    struct store_reader *r, int64_t a, int64_t b, bool *ret) AK_USE;

/* This pair is wrong: never shown, whoever finds it again; or right after all,
 * and shown as it was.  The relation itself stays. */
enum ak_status store_relation_wrong(
    struct store *s, int64_t a, int64_t b, bool is_wrong) AK_USE;

struct store_wrong { /* a pair that a person took apart */
	int64_t article[2];
	const char *title[2], *feed_title[2];
};
typedef void (*store_wrong_cb)(const struct store_wrong *w, void *arg);
/* Those of one article, or all (0). */
enum ak_status store_wrong_pairs(struct store_reader *r, int64_t article,
    store_wrong_cb cb, void *arg) AK_USE;

/* --- threads --------------------------------------------------------- */

struct store_thread {
	int64_t id;
	int64_t lead; /* article */
	const char *lead_title, *lead_url, *lead_feed;
	int64_t n_articles, n_feeds;
	int64_t first_at, last_at;
};
typedef void (*store_thread_cb)(const struct store_thread *t, void *arg);
struct store_thread_query {
	int64_t id; /* 0: any */
	int64_t since;
	int64_t min_articles; /* default 2 */
	int64_t limit, offset;
};
/* Most recently grown first.  A merged thread's old id finds the new one. */
enum ak_status store_threads(struct store_reader *r,
    const struct store_thread_query *q, store_thread_cb cb, void *arg) AK_USE;
/* How many articles it has; 0: there is none.  A row's callback may ask. */
enum ak_status store_thread_size(
    struct store_reader *r, int64_t id, int64_t *ret) AK_USE;

/* --- embeddings ------------------------------------------------------ */

struct store_vector {
	int64_t article;
	int64_t model;	  /* a hash that names it; others' vectors are stale */
	const char *lang; /* ISO 639-1, or "" */
	const void *data; /* int8; NULL: the endpoint takes no such text */
	size_t len;
	int64_t date; /* read only, as in store_related_input */
	bool is_dated;
};
typedef void (*store_vector_cb)(const struct store_vector *v, void *arg);
/* Articles that are gone are left out. */
enum ak_status store_vectors_put(
    struct store *s, const struct store_vector *v, size_t n) AK_USE;
/* Of the newest `window` articles, in order of id. */
enum ak_status store_vectors(struct store_reader *r, int64_t model,
    int64_t window, store_vector_cb cb, void *arg) AK_USE;
/* Those whose relations are still to be found, newest first; none above the
 * relater's watermark. */
enum ak_status store_vectors_unfused(struct store_reader *r, int64_t model,
    int64_t limit, store_vector_cb cb, void *arg) AK_USE;
/* Articles above an id, of the newest `window`, without a vector of `model`,
 * and all of these that were revised since; newest first. */
enum ak_status store_vectors_wanted(struct store_reader *r, int64_t model,
    int64_t above, int64_t window, int64_t limit,
    void (*cb)(int64_t article, void *arg), void *arg) AK_USE;
struct store_vector_input {
	int64_t article;
	const char *title, *text; /* plain, or NULL */
	const void *features;	  /* or NULL */
	size_t features_len;
};
typedef void (*store_text_of_cb)(
    const struct store_vector_input *in, void *arg);
enum ak_status store_vector_text(struct store_reader *r, int64_t article,
    store_text_of_cb cb, void *arg) AK_USE;
/* Relations found by the embedding of rel->article, among those that are
 * there; its thread is not read. */
enum ak_status store_put_fused(
    struct store *s, const struct store_relations *rel) AK_USE;

#endif

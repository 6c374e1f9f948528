/* SPDX-License-Identifier: ISC */
/*
 * relate.h - which articles belong together, and why.  Pure.
 *
 * Features are made per article (in a parser worker) and stored; the index
 * holds a window of them in memory and belongs to one thread.  Weights are
 * fixed at insertion, so replaying the stored features in order of arrival
 * rebuilds the same index: a restart changes nothing.
 */
#ifndef RELATE_RELATE_H
#define RELATE_RELATE_H

#include "base/ak.h"
#include "base/arena.h"

enum relate_kind { RELATE_LISTED, RELATE_DUPLICATE, RELATE_STORY, RELATE_TOPIC };

const char *relate_kind_name(enum relate_kind k); /* "listed", ... */
bool relate_kind_from_name(const char *name, enum relate_kind *ret);

/* --- features ----------------------------------------------------------- */

struct relate_text {
	const char *title; /* plain */
	const char *text;  /* plain, "\n" between paragraphs; may be "" */
	size_t text_len;
	const char *lang;	/* BCP 47 of entry or feed, or NULL */
	const char *feed_title; /* its words are taken out; or NULL */
};

/* Opaque, versioned, endian-fixed; at most a few kB; the store keeps it. */
struct relate_features {
	const void *data;
	size_t len;
};

/* Thread-safe; `a` owns the result.  Never fails on text. */
void relate_features(struct arena *a, const struct relate_text *t,
    struct relate_features *ret);

/* Is a stored blob of this version of the code?  Else: reindex. */
bool relate_features_current(const void *data, size_t len);

/* Canonical form of a title, for resolving `listed` titles: NFKC, case
 * folded, punctuation and spaces out.  In `a`; never NULL. */
const char *relate_title_key(struct arena *a, const char *title);

/* --- index --------------------------------------------------------------- */

struct relate_index;

struct relate_params {
	int64_t keep;	/* relations an article keeps, default 12 */
	int64_t window; /* articles in the index, default 200,000 */
};

struct relate_article {
	int64_t id;	 /* of the article, rising with arrival */
	int64_t feed_id; /* the first feed that carried it */
	int64_t date;	 /* published, else arrival; unix seconds */
	bool is_dated;	 /* the publisher gave a date */
	struct relate_features features;
};

/* One relation of the newcomer with an older article. */
struct relate_edge {
	int64_t other;
	enum relate_kind kind; /* DUPLICATE, STORY or TOPIC */
	double score;	       /* 0..1, the same meaning in every language */
};

struct relate_result {
	struct relate_edge edges[64]; /* best first */
	size_t n_edges;	    /* at least `keep` wide: the store keeps the
			       best of each side */
	int64_t thread;	    /* article id that names the thread, or 0: none */
	int64_t merged[8];  /* threads that are one with `thread` from now */
	size_t n_merged;
};

struct relate_index *relate_index_new(const struct relate_params *p);
void relate_index_free(struct relate_index *x);

/* Add the newcomer and find its relations among those before it. */
void relate_add(struct relate_index *x, const struct relate_article *art,
    struct relate_result *ret);

/* Put back an article that was added in an earlier run, with the thread that
 * it got then (0: none); in order of id, before any relate_add(). */
void relate_restore(struct relate_index *x, const struct relate_article *art,
    int64_t thread);

void relate_remove(struct relate_index *x, int64_t id);
bool relate_has(const struct relate_index *x, int64_t id);
size_t relate_count(const struct relate_index *x);
size_t relate_bytes(const struct relate_index *x); /* memory held */

/*
 * What cannot be replayed from features (document frequencies of articles that
 * left the window, learned boilerplate): saved now and then, loaded before
 * relate_restore().  malloc'ed by save, the caller's.  Load: AK_BADINPUT.
 */
void relate_save(const struct relate_index *x, void **ret, size_t *ret_len);
enum ak_status relate_load(
    struct relate_index *x, const void *data, size_t len) AK_USE;

/* --- why ------------------------------------------------------------------ */

struct relate_term {
	const char *text; /* as written in one of the two */
	double weight;	  /* its share of the score, 0..1 */
	bool in_titles;
};

struct relate_why {
	enum relate_kind kind;
	double score;
	double cosine;
	double time_factor;
	double containment; /* of shingles, 0..1 */
	struct relate_term terms[12]; /* strongest first */
	size_t n_terms;
	/* Lineage of duplicates: byte ranges of the longer text that the other
	 * lacks and the other way round; offsets into the given texts. */
	struct { size_t a_from, a_to, b_from, b_to; } spans[32];
	size_t n_spans;
	double shared; /* share of the shorter text that both have, 0..1 */
};

/* Explain a pair from the texts themselves; recomputable without an index
 * (`x` NULL: document frequencies are taken as equal). */
void relate_explain(struct arena *a, const struct relate_index *x,
    const struct relate_text *ta, int64_t date_a, const struct relate_text *tb,
    int64_t date_b, struct relate_why *ret);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * relate.h - which articles belong together, and why.  Pure.
 *
 * Features are made once per article (in a parser worker) and stored.  The
 * index holds a window of them in memory and belongs to one thread.  It is a
 * function of the features of its live articles, in order of id, and of what
 * relate_save() writes: restoring both gives the same index, so a restart
 * changes nothing.
 */
#ifndef RELATE_RELATE_H
#define RELATE_RELATE_H

#include "base/ak.h"
#include "base/arena.h"

enum relate_kind {
	RELATE_LISTED,
	RELATE_DUPLICATE,
	RELATE_STORY,
	RELATE_TOPIC
};

const char *relate_kind_name(enum relate_kind k); /* "listed"; "unknown" */

/* --- features ----------------------------------------------------------- */

/* Word breakers, stemmers and scratch memory; one a thread, kept open. */
struct relate_lexer;

struct relate_lexer *relate_lexer_new(void); /* never NULL */
void relate_lexer_free(struct relate_lexer *lx);

struct relate_text {
	const char *title; /* plain; or NULL */
	const char *text;  /* plain, "\n" between paragraphs; may be NULL, "" */
	size_t text_len;
	const char *lang;	/* BCP 47 of entry or feed, or NULL */
	const char *feed_title; /* taken out where it stands whole; or NULL */
};

/* Opaque, versioned, the same on every machine; a few hundred bytes to 3 kB;
 * the store keeps it. */
struct relate_features {
	const void *data;
	size_t len;
};

/* `a` owns the result; data is NULL where the arena is full (never else). */
void relate_features(struct relate_lexer *lx, struct arena *a,
    const struct relate_text *t, struct relate_features *ret);

/* Is a stored blob sound and of this version of the code?  Else: reindex. */
bool relate_features_current(const void *data, size_t len);

/* The language that the features were made for: ISO 639-1, or "". */
void relate_features_language(const void *data, size_t len, char ret[3]);

/* --- index --------------------------------------------------------------- */

struct relate_index;

struct relate_params {
	int64_t keep;	    /* relations an article keeps; 0: 12 */
	int64_t window;	    /* articles in the index; 0: 200,000 */
	int64_t sleep_days; /* a thread's, without a new article; 0: 10 */
};

struct relate_article {
	int64_t id;	 /* of the article, > 0, rising with arrival */
	int64_t feed_id; /* the first feed that carried it */
	int64_t date;	 /* published, else arrival; unix seconds */
	bool is_dated;	 /* the publisher gave a date */
	struct relate_features features;
};

enum { RELATE_EDGES = 64 };

/* What a score is made of. */
struct relate_parts {
	double cosine;	    /* of the weighted terms, 0..1 */
	double time_factor; /* what days apart leave of it, 0..1, and a title
			     * that the feed has again and again: a half */
	double usual;	    /* so much of both these two have with others */
	double common;	    /* of those that are nearest to each, 0..1 */
	double containment; /* share of the shorter text in both, 0..1 */
};

/* A duplicate: .9 + .1 containment.  A story or topic: x / (1 + x), where
 * x = cosine * time_factor / usual + common / 4. */
double relate_score(enum relate_kind kind, const struct relate_parts *p);

/* What scores less is left out: see the shares of right ones in D73. */
#define RELATE_SCORE_FROM 0.15

/* One relation of the newcomer with an older article. */
struct relate_edge {
	int64_t other;
	enum relate_kind kind; /* DUPLICATE, STORY or TOPIC */
	double score;	       /* 0..1, the same meaning in every language */
	struct relate_parts parts;
};

/*
 * The newcomer's relations with those before it, best first.  More than it
 * will keep: an edge may still be among the best of the older article, so the
 * store keeps each where it is among the best `keep` of either side.
 *
 * A thread is named by the id of its first article; one that stands alone
 * has its own id.  The articles of `merged` threads are in `thread` from now.
 */
struct relate_result {
	struct relate_edge edges[RELATE_EDGES];
	size_t n_edges;
	int64_t thread;
	int64_t merged[8];
	size_t n_merged;
};

struct relate_index *relate_index_new(const struct relate_params *p);
void relate_index_free(struct relate_index *x);

/*
 * Optional, for a backlog: let the index know articles before they are related
 * by relate_add(), so that the first of them are judged by the words of all.
 * They are nobody's neighbours until then.  In order of id, above those there;
 * then relate_add() each of them in any order, best that of their dates, before
 * any other, and relate_settle().
 */
void relate_announce(struct relate_index *x, const struct relate_article *art);

/*
 * What came together came in no order that means anything: the threads of those
 * that were announced are chosen from all that they have in common, so that
 * none depends on who was first.  Until then relate_add() says thread 0, and
 * none of their relations is a story.
 */
struct relate_outcome {
	int64_t id, thread;
	const int64_t *merged; /* threads that are part of this one from now */
	size_t n_merged;
	const int64_t *stories; /* its relations with these are of that kind,
				 * unless they are duplicates */
	size_t n_stories;
};
typedef void (*relate_outcome_cb)(const struct relate_outcome *out, void *arg);

/* Once for each that was announced and added. */
void relate_settle(struct relate_index *x, relate_outcome_cb cb, void *arg);

/* Add the newcomer and find its relations among those before it.  An id that
 * is there, not above the newest, or features not current: nothing is added
 * and the result is empty with thread = id. */
void relate_add(struct relate_index *x, const struct relate_article *art,
    struct relate_result *ret);

/* These are there and read otherwise now; others are passed over.  Then
 * relate_add() each that relate_has(), before any newcomer: its relations with
 * all others, older and newer; its thread stays, unless it is alone there.
 * Lengths are not reckoned anew, so an index of a few does as well. */
void relate_revise(
    struct relate_index *x, const struct relate_article *arts, size_t n);

/*
 * Optional, before the first relate_restore(): name all articles that will be
 * added or revised.  The index then takes in nothing but their terms, for a
 * fraction of the time and memory.  Expects: all that this one needs is there.
 * Spent: it cannot give what a whole one would, since lengths are to be
 * reckoned anew or an article was not in the save.
 */
void relate_expect(struct relate_index *x, const struct relate_article *art);
bool relate_expects(
    const struct relate_index *x, const struct relate_article *art);
bool relate_is_spent(const struct relate_index *x);

/* The first to restore of those that the save loaded has, or 0: ids have gaps,
 * so the window may begin earlier than its size says. */
int64_t relate_oldest(const struct relate_index *x);

/* Put back an article that was added in an earlier run, with the thread that
 * it is in by now; in order of id, before any relate_add(). */
void relate_restore(
    struct relate_index *x, const struct relate_article *art, int64_t thread);

void relate_remove(struct relate_index *x, int64_t id);
bool relate_has(const struct relate_index *x, int64_t id);
size_t relate_count(const struct relate_index *x);
size_t relate_bytes(const struct relate_index *x); /* memory held */

/*
 * What cannot be replayed from features: saved now and then (at the end, say),
 * loaded before the first relate_restore().  malloc'ed by save, the caller's.
 * All of it, or the articles that changed since it was kept last, which are few
 * where few came; these are loaded in the order in which they were saved.
 * Load: AK_BADINPUT leaves the index as it was; going on without is safe, only
 * scores may differ in the last digits.
 */
void relate_save(const struct relate_index *x, void **ret, size_t *ret_len);
void relate_save_changes(
    const struct relate_index *x, void **ret, size_t *ret_len);
/* It is kept; `all`: in place of what was. */
void relate_saved(struct relate_index *x, bool all);
/* What is kept has so much twice that all should be saved. */
bool relate_save_is_due(const struct relate_index *x);
/* A save is one piece or more, of some 300 KB at most, that may be kept and
 * loaded apart: bytes of the first, 0: damaged. */
size_t relate_piece(const void *data, size_t len);
enum ak_status relate_load(
    struct relate_index *x, const void *data, size_t len) AK_USE;

/* --- why ------------------------------------------------------------------ */

#define RELATE_NO_DATE INT64_MIN

struct relate_term {
	/* As written in the first article; words that stand side by side
	 * without a space in both are one. */
	const char *text;
	double share;	/* of the cosine, 0..1 */
	bool in_titles; /* in both */
};

/* Bytes of the two texts that differ; either may be empty. */
struct relate_span {
	size_t a_from, a_to, b_from, b_to;
};

struct relate_why {
	bool is_related;       /* by these parts */
	enum relate_kind kind; /* if so */
	double score; /* also if it is too little; 0: the likeness is */
	double floor; /* cosine * time_factor that a relation takes */
	struct relate_parts parts;
	struct relate_term terms[12]; /* strongest first; text in the arena */
	size_t n_terms;
	struct relate_span spans[32]; /* what each changed, in order */
	size_t n_spans;
	double shared; /* share of the shorter text that stands in both */
};

struct relate_side {
	int64_t id; /* in the index, else what its texts say must do */
	struct relate_text text;
	int64_t date; /* RELATE_NO_DATE: none */
};

/*
 * Explain a pair from the texts themselves, by how frequent their terms are in
 * the index, what the feeds repeat, and who else is near.  It may be one that
 * relate_expect()s these two alone, of a part of the articles; NULL: all terms
 * are taken as equally rare.  Nothing more is restored into it then.
 */
void relate_explain(struct relate_lexer *lx, struct arena *a,
    struct relate_index *x, const struct relate_side *sa,
    const struct relate_side *sb, struct relate_why *ret);

#endif

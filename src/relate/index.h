/* SPDX-License-Identifier: ISC */
/*
 * index.h - the parts of the index.  Private to relate.
 *
 * Articles stand in a ring in order of arrival; a place is a position in it.
 * One that left is dead: its postings stay until the next sweep, which comes
 * before its place is taken again.
 */
#ifndef RELATE_INDEX_H
#define RELATE_INDEX_H

#include "base/ak.h"
#include "relate/blob.h"
#include "relate/bulk.h"
#include "relate/lang.h"
#include "relate/near.h"
#include "relate/relate.h"
#include "relate/terms.h"

enum {
	QUERY_TERMS_MAX = BLOB_TERMS_MAX + 512,
	CUT_SLOTS = 1024,
	CANDIDATES_MAX = 128,
	THREAD_MAX = 200, /* articles */
};

struct doc {
	int64_t id; /* 0: dead */
	int64_t feed_id;
	int64_t date;
	int64_t thread; /* id of its first article */
	uint64_t text_hash;
	uint32_t title_hash;
	uint32_t shape_hash;
	uint32_t *held; /* its terms, as of held(), in order of its features */
	uint16_t n_held;
	float norm;    /* length of its vector when last reckoned */
	float signs;   /* length of that of its signs */
	uint32_t next; /* place of the next in its thread, a circle */
	uint16_t n_shingles;
	uint16_t n_words;
	uint16_t lines; /* left out: a bit each, of its features */
	uint8_t sketch_shift;
	bool is_dated;
	bool is_waiting;    /* its words are known, it is not related yet */
	bool is_changed;    /* what is saved of it, since that was */
	bool is_announced;  /* its thread is to be settled */
	struct near near;   /* to all that are here */
	struct near around; /* to those related, thread known */
	struct ties ties;   /* who is nearest of all */
};

struct day_count { /* of dated articles */
	int64_t day;
	uint32_t n;
};

struct thread_ref { /* a thread whose first article has left */
	int64_t id;
	uint32_t place;
};

struct relate_index {
	size_t keep, window;
	float sleep_days;
	struct doc *docs;
	uint8_t *langs; /* beside docs: looked up for each posting */
	float *inverse; /* beside docs: 1 / norm; 0: no candidate: dead, empty
			 * or waiting */
	float *acc;	/* by place, all zero between queries */
	float *far;	/* what is shared across languages, the same */
	uint16_t *hits; /* shared shingles, the same */
	unsigned ring_bits, ring_bits_max;
	uint32_t base;	       /* place of the oldest */
	uint32_t span;	       /* places from there to the newest */
	size_t n_live, n_dead; /* dead: since the last sweep */
	size_t n_waiting;
	size_t swept_at; /* n_live when norms were last reckoned */
	size_t n_lang[LANG_MAX];
	struct terms words, shingles, signs;
	struct terms lines; /* of a feed, by recur.c */
	struct late *late;  /* waits for these; NULL: nothing */
	size_t held_bytes;
	uint64_t *expected; /* bits by key; NULL: all terms are taken in */
	bool is_spent;
	bool is_announced;   /* some were, since lengths were reckoned */
	struct query *query; /* scratch */
	struct pairs *pairs; /* of the announced, by settle.c; NULL: none */
	struct thread_ref *orphans;
	size_t n_orphans, cap_orphans;
	struct day_count *days; /* ascending */
	size_t n_days, cap_days;
	struct saved *saved; /* loaded, waiting for restore */
	size_t n_saved, cap_saved, at_saved;
	size_t n_rows; /* in all that was saved, the same article again too */
	size_t n_changed; /* articles, since */
};

struct late {
	struct bulk words, shingles, signs, lines;
};

struct saved { /* what a save has of an article */
	int64_t id;
	float norm;
	struct near near, around;
	struct ties ties;
	uint16_t lines;
};

/* One term of the newcomer. */
struct query_term {
	struct postings list;
	size_t from;  /* position in the list: scanned from here on */
	float weight; /* to be multiplied by that of a posting's frequency */
	float own;    /* in the newcomer's vector */
	float idf;
	uint32_t tag;  /* as in held() */
	uint32_t seen; /* scanned in the articles of this age and newer */
	bool is_pair;
};

struct candidate {
	uint32_t place;
	float norm; /* the length of its vector */
	float cosine;
	float far; /* across languages: of the signs */
	float time;
	float contain;
	float score; /* cosine and time: likeness */
	float usual; /* as in struct relate_parts */
	float said;  /* as the score of a relation, whoever is near both */
	bool is_recurring;
};

struct query {
	struct blob blob;
	const struct relate_article *art;
	uint16_t lines; /* left out of the blob */
	struct {
		uint8_t terms[BLOB_TERMS_MAX * BLOB_TERM];
		uint8_t pairs[BLOB_PAIRS_MAX * BLOB_PAIR];
		uint8_t sketch[BLOB_SKETCH_MAX * BLOB_SHINGLE];
		uint8_t signs[BLOB_SIGNS_MAX * BLOB_SIGN];
	} stripped; /* what is left, where something was */
	struct query_term terms[QUERY_TERMS_MAX];
	struct query_term *order[QUERY_TERMS_MAX]; /* shortest list first */
	size_t n_terms;
	size_t n_whole;		 /* in order: the lists from here on were cut */
	uint16_t cut[CUT_SLOTS]; /* these by tag, as position in order + 1 */
	uint8_t cut_tf[QUERY_TERMS_MAX]; /* scratch, all zero */
	float norm;
	uint32_t *touched;
	size_t n_touched, cap_touched;
	struct candidate cands[CANDIDATES_MAX];
	size_t n_cands;
	struct ties ties; /* the strongest of these */
};

/* A term of an article and its frequency there.  Of the key 27 bits are kept:
 * of a million candidates a few dozen show a stranger's term. */
static inline uint32_t
held(uint64_t key, unsigned tf)
{
	return ((uint32_t)key & ~(uint32_t)POSTING_TF_MAX) |
	       (tf < POSTING_TF_MAX ? tf : POSTING_TF_MAX);
}

/* --- index.c -------------------------------------------------------------- */

static inline uint32_t
ring_mask(const struct relate_index *x)
{
	return ((uint32_t)1 << x->ring_bits) - 1;
}

/* Age in places; smaller than span for what the window holds. */
static inline uint32_t
ring_offset(const struct relate_index *x, uint32_t place)
{
	return (place - x->base) & ring_mask(x);
}

/* Cut what left the window off the front of a list. */
void index_trim(const struct relate_index *x, struct postings *list);

/* What is saved of it is out of date. */
static inline void
index_changed(struct relate_index *x, struct doc *d)
{
	x->n_changed += !d->is_changed;
	d->is_changed = true;
}

static inline void
index_unchanged(struct relate_index *x, struct doc *d)
{
	x->n_changed -= d->is_changed;
	d->is_changed = false;
}

/* Place of a live article, or UINT32_MAX. */
uint32_t index_find(const struct relate_index *x, int64_t id);

/* Nothing more is restored, also of what the save has and the store no longer:
 * before the first change. */
void index_restored(struct relate_index *x);

/* Fill a place with the newcomer, all but its thread. */
struct doc *index_fill(struct relate_index *x, const struct query *q,
    uint32_t place, const struct near *near);

/* Take an article out of the lists, at the next sweep; its place, thread and
 * count stay, for index_fill(). */
void index_empty(struct relate_index *x, uint32_t place);

/* Known by its words, not yet related. */
void index_begin_waiting(struct relate_index *x, struct doc *d);

/* --- sweep.c -------------------------------------------------------------- */

/* How much a term says in a language; 0: nothing.  `n_articles` hold it. */
float index_idf(size_t n_lang, size_t n_articles);
float index_tf_weight(unsigned tf);

/* Of the articles in this list, how many are in the language; reckoned from a
 * sample where they are many. */
size_t index_in_lang(
    const struct relate_index *x, const uint32_t *p, size_t n, unsigned lang);

static inline size_t
index_lang_count(const struct relate_index *x, unsigned lang)
{
	return lang == 0 ? x->n_live : x->n_lang[lang];
}

#define PAIR_WEIGHT 0.4F

/* Drop what is dead from the lists; and reckon all lengths. */
void index_prune(struct relate_index *x);
void index_sweep(struct relate_index *x);
bool index_wants_sweep(const struct relate_index *x);

/* The length of this vector is new. */
void index_set_inverse(struct relate_index *x, uint32_t place);

/* --- days.c --------------------------------------------------------------- */

/* A dated article comes (1) or goes (-1); others do not count. */
void index_count_day(struct relate_index *x, const struct doc *d, int change);

/* Dated articles of that day and so many before it. */
size_t index_dated_before(
    const struct relate_index *x, int64_t date, int64_t days);

/* --- enter.c -------------------------------------------------------------- */

/* The terms of an article, which is in the ring already. */
void index_take_in(
    struct relate_index *x, const struct blob *b, uint32_t place);
/* Is a term to be taken in, or a line? */
bool index_expects(const struct relate_index *x, uint64_t key);
size_t index_held_size(size_t n); /* memory of n terms, with malloc's part */

/* Until index_build(), which comes before the next look into the lists, terms
 * and lines only wait there. */
void index_take_in_later(struct relate_index *x);
void index_build(struct relate_index *x);
void index_drop_late(struct relate_index *x);

/* --- query.c -------------------------------------------------------------- */

/* Open the blob, weigh its terms, find and score the candidates: the best
 * CANDIDATES_MAX by cosine and time are left in q->cands, in that order. */
void query_run(struct relate_index *x, struct query *q);

/* Weigh the terms only. */
void query_weigh(struct relate_index *x, struct query *q);

float query_time_factor(int64_t a, bool a_dated, int64_t b, bool b_dated);

/* Something is found in this place. */
void query_touch(struct relate_index *x, struct query *q, uint32_t place);

/* Two of one feed, titled alike but for figures: do such come repeatedly? */
bool query_recurs(int64_t seconds_apart, bool same_title, float contain);

/* --- across.c ------------------------------------------------------------- */

static inline bool
across_is(unsigned lang_a, unsigned lang_b)
{
	return lang_a != 0 && lang_b != 0 && lang_a != lang_b;
}

/* The likeness of two by the cosines of their words and of their signs. */
float across_cosine(float words, float signs);

/* How much a sign says, 0..1, that so many of all articles have; the length of
 * those of one. */
float across_idf(size_t n_all, size_t n_articles);
float across_norm(const struct blob *b);

/* What articles of other languages share with the newcomer. */
void across_scan(struct relate_index *x, struct query *q);

/* --- judge.c -------------------------------------------------------------- */

struct pair_facts {
	struct relate_parts parts;
	bool same_text;
	bool same_thread;
	bool is_recurring;
	size_t n_known; /* articles in the language to compare with */
};

#define REACH_OFFSET 0.1F
#define RECURRING_LEAVES 0.5F /* of the likeness */

/* Of two articles, what they have with others on the mean. */
float judge_usual(float reach_a, float reach_b);

/* Likeness that a relation takes, in an index that knows so many articles of
 * the language. */
float judge_floor(size_t n_known);

/* What the two are to each other; false: nothing, and the score is too little,
 * or as it was if the likeness is. */
bool judge_pair(
    const struct pair_facts *f, enum relate_kind *ret_kind, double *ret_score);

/* How much each candidate says, and the newcomer's ties. */
void judge_ties(const struct relate_index *x, struct query *q);

/* Two of one thread that are so alike report the same story. */
bool judge_is_story(double likeness);

/* The edges of the newcomer, whose thread is chosen, or 0. */
void judge_edges(
    const struct relate_index *x, struct query *q, struct relate_result *ret);

/* Tell the candidates and the newcomer how near they are to each other: when
 * it enters, and when its thread is chosen. */
void judge_near(
    struct relate_index *x, const struct query *q, struct near *ret);
void judge_around(struct relate_index *x, const struct query *q, int64_t thread,
    struct near *ret);

/* --- recur.c -------------------------------------------------------------- */

enum { RECUR_REMEMBERED = 8 }; /* articles of a line */

/* Which lines of the newcomer its feed repeats: a bit each. */
uint16_t recur_find(const struct relate_index *x, const struct query *q);

/* Leave these out of the opened blob. */
void recur_strip(struct query *q, uint16_t lines);

/* Of a line in the index. */
uint64_t recur_key(int64_t feed_id, uint32_t hash);

/* The newcomer has entered: remember its lines. */
void recur_add(struct relate_index *x, const struct query *q, uint32_t place);
void recur_settle(struct relate_index *x, const struct query *q);

/* --- thread.c ------------------------------------------------------------- */

void thread_choose(
    struct relate_index *x, struct query *q, struct relate_result *ret);
void thread_enter(struct relate_index *x, uint32_t place, int64_t thread);
void thread_leave(struct relate_index *x, uint32_t place);
void thread_merge(struct relate_index *x, int64_t into, int64_t other);

struct thread_level {
	float from;    /* where nothing else happens */
	float unknown; /* the crowd of one without a date, as a logarithm */
};
extern const struct thread_level thread_level; /* of a newcomer alone */

#define THREAD_MERGE 2.0F /* times the threshold, for a second thread */

/* The parts of a score: the cosine against what both have with others, nearest
 * and mean in one, and what time leaves; and what it has to reach: the more
 * happens in these days, the likelier that strangers look alike; those of the
 * thread are none. */
float thread_likeness(float cosine, float background_a, float background_b);
float thread_blend(float nearest, float mean);
float thread_days(int64_t a, int64_t b);
float thread_time(float days);
bool thread_is_crowd(const struct doc *d, int64_t date);
size_t thread_around(const struct relate_index *x, int64_t date, bool is_dated);
float thread_threshold(
    const struct thread_level *l, size_t n_around, size_t own);

#define AROUND_UNKNOWN SIZE_MAX

/* --- settle.c ------------------------------------------------------------- */

/* What an announced one has with those before it, whose thread waits. */
void settle_note(struct relate_index *x, const struct query *q, uint32_t place);
void settle_forget(struct relate_index *x);

#endif

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
#include "relate/lang.h"
#include "relate/relate.h"
#include "relate/terms.h"

enum {
	QUERY_TERMS_MAX = BLOB_TERMS_MAX + 512,
	CANDIDATES_MAX = 256,
	THREAD_MAX = 200, /* articles */
};

struct doc {
	int64_t id; /* 0: dead */
	int64_t feed_id;
	int64_t date;
	int64_t thread; /* id of its first article */
	uint64_t text_hash;
	uint64_t shape_hash;
	float norm;    /* length of its vector when last reckoned */
	uint32_t next; /* place of the next in its thread, a circle */
	uint16_t n_shingles;
	uint16_t n_words;
	uint8_t sketch_shift;
	bool is_dated;
};

struct thread_ref { /* a thread whose first article has left */
	int64_t id;
	uint32_t place;
};

struct relate_index {
	size_t keep, window;
	struct doc *docs;
	uint8_t *langs; /* beside docs: looked up for each posting */
	float *acc;	/* by place, all zero between queries */
	uint16_t *hits; /* shared shingles, the same */
	unsigned ring_bits, ring_bits_max;
	uint32_t base;	       /* place of the oldest */
	uint32_t span;	       /* places from there to the newest */
	size_t n_live, n_dead; /* dead: since the last sweep */
	size_t swept_at;       /* n_live when norms were last reckoned */
	size_t n_lang[LANG_MAX];
	struct terms words, shingles;
	struct query *query; /* scratch */
	struct thread_ref *orphans;
	size_t n_orphans, cap_orphans;
	struct saved_norm *saved; /* loaded, waiting for restore */
	size_t n_saved, at_saved;
};

struct saved_norm {
	int64_t id;
	float norm;
};

/* One term of the newcomer. */
struct query_term {
	struct postings list;
	float weight;  /* to be multiplied by that of a posting's frequency */
	float own;     /* in the newcomer's vector */
	float idf;
	uint16_t term; /* position in the blob; the first of a pair */
	bool is_pair;
	bool in_title;
};

struct candidate {
	uint32_t place;
	float norm; /* the length of its vector */
	float cosine;
	float title; /* part of the cosine from terms in both titles */
	float time;
	float contain;
	float score;
};

struct query {
	struct blob blob;
	const struct relate_article *art;
	struct query_term terms[QUERY_TERMS_MAX];
	struct query_term *order[QUERY_TERMS_MAX]; /* shortest list first */
	size_t n_terms, n_scanned;
	float norm;
	uint32_t *touched;
	size_t n_touched, cap_touched;
	struct candidate cands[CANDIDATES_MAX];
	size_t n_cands;
};

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

/* Place of a live article, or UINT32_MAX. */
uint32_t index_find(const struct relate_index *x, int64_t id);

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

/* --- query.c -------------------------------------------------------------- */

/* Open the blob, weigh its terms, find and score the candidates: the best
 * CANDIDATES_MAX by cosine and time are left in q->cands, in that order. */
void query_run(struct relate_index *x, struct query *q);

/* Weigh the terms only. */
void query_weigh(struct relate_index *x, struct query *q);

float query_time_factor(int64_t a, bool a_dated, int64_t b, bool b_dated);

/* What the judgement needs beside the candidate's figures. */
struct pair_facts {
	bool same_text; /* word by word */
};

/* What the candidate is to the newcomer; false: nothing. */
bool query_judge(const struct candidate *c, const struct pair_facts *f,
    enum relate_kind *ret_kind, double *ret_score);

/* The shared words of the newcomer and the article at a place. */
size_t query_words(const struct relate_index *x, const struct query *q,
    const struct candidate *c, struct relate_word *ret, size_t max);

/* --- thread.c ------------------------------------------------------------- */

void thread_choose(
    struct relate_index *x, struct query *q, struct relate_result *ret);
void thread_enter(struct relate_index *x, uint32_t place, int64_t thread);
void thread_leave(struct relate_index *x, uint32_t place);

#endif

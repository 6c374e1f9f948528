/* SPDX-License-Identifier: ISC */
/*
 * near.h - how near an article's nearest neighbours are.  Private to relate.
 *
 * A likeness of .3 is much where nothing else is nearer than .1, and little
 * between two articles that each have a dozen at .4: reports of one long
 * campaign, pages made of the same phrases.  So each article remembers its
 * greatest likenesses, a byte each, and whether they are within its thread.
 */
#ifndef RELATE_NEAR_H
#define RELATE_NEAR_H

#include "base/ak.h"

enum { NEAR_MAX = 12, NEAR_BACKGROUND = 4, TIES_MAX = 8 };

struct near {
	uint8_t v[NEAR_MAX]; /* greatest first; lowest bit: same thread */
};

/*
 * Who they are: the articles that have most to do with it.  Two that are near
 * to the same others belong together more than their words alone say (Jarvis
 * and Patrick, "Clustering using a similarity measure based on shared near
 * neighbors", 1973).  Ids are of 32 bits; one of an article that left says as
 * much as before.
 */
struct ties {
	uint32_t id[TIES_MAX];
	uint8_t v[TIES_MAX]; /* strongest first; 0: none */
};

/* Add, or replace, where it is among the strongest; score is 0..1.  True: the
 * list is another now. */
bool ties_add(struct ties *t, int64_t id, float score);
float ties_common(const struct ties *a, const struct ties *b); /* 0..1 */

/* The same. */
bool near_add(struct near *n, float likeness, bool same_thread);
float near_reach(const struct near *n);	     /* mean of all */
float near_background(const struct near *n); /* of the first out of thread */

#endif

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

enum { NEAR_MAX = 12, NEAR_BACKGROUND = 4 };

struct near {
	uint8_t v[NEAR_MAX]; /* greatest first; lowest bit: same thread */
};

void near_add(struct near *n, float likeness, bool same_thread);
float near_reach(const struct near *n);	     /* mean of all */
float near_background(const struct near *n); /* of the first out of thread */

#endif

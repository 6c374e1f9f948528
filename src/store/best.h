/* SPDX-License-Identifier: ISC */
/*
 * best.h - the computed relations of articles, each on the lists of the best
 * of one end or both.  What the lists hold is remembered, and a batch is worked
 * out in memory before it is written.
 */
#ifndef STORE_BEST_H
#define STORE_BEST_H

#include "store/private.h"

void best_free(struct best *b); /* NULL allowed */

/* Before a batch: forget what another connection may have changed. */
enum ak_status best_begin(struct store *s) AK_USE;
/* Take in the relations of an article; *ret_found: it is there. */
enum ak_status best_put(
    struct store *s, const struct store_relations *rel, bool *ret_found) AK_USE;
/* Write what was taken in. */
enum ak_status best_flush(struct store *s) AK_USE;

#endif

/* SPDX-License-Identifier: ISC */
/* spans.h - what two versions of a text have in common.  Private to relate. */
#ifndef RELATE_SPANS_H
#define RELATE_SPANS_H

#include "base/ak.h"
#include "base/arena.h"
#include "relate/relate.h"

/*
 * Compare word by word (character by character where there are no spaces) and
 * give the stretches that differ, in order, at most `max`.  Returns the share
 * of the shorter text's units that stand in both.  Texts with too little in
 * common give one stretch between their common ends.
 */
double spans_compare(struct arena *a, const char *ta, size_t a_len,
    const char *tb, size_t b_len, struct relate_span *ret, size_t max,
    size_t *ret_n);

#endif

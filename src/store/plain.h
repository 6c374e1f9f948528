/* SPDX-License-Identifier: ISC */
/*
 * plain.h - the words of stored HTML.
 *
 * Storing an article's plain text beside its HTML would cost half as much
 * again; clean's canonical HTML gives it back in one easy pass.
 */
#ifndef STORE_PLAIN_H
#define STORE_PLAIN_H

#include "base/str.h"

/* An article's text: `text` where it is stored, else made of `html`, else the
 * summary; NULL where all are.  May lie in `scratch`. */
const char *plain_words(struct buf *scratch, const char *text, const char *html,
    const char *summary);

/* The same but for white space? */
bool plain_same(const char *a, const char *b);

/* Are the words of `html` those of `text`, but for white space? */
bool plain_is_of(const char *text, const char *html);

#endif

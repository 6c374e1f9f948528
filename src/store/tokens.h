/* SPDX-License-Identifier: ISC */
/*
 * tokens.h - text cut into the words of the search index, and folded titles.
 */
#ifndef STORE_TOKENS_H
#define STORE_TOKENS_H

#include "base/ak.h"
#include "base/arena.h"

struct tokens; /* one thread at a time */

struct tokens *tokens_new(void);
void tokens_free(struct tokens *t);

#define TOKENS_SAME_PLACE 1 /* at the position of the one before */
#define TOKENS_PAIR 2	    /* two characters, overlapping with the next */
#define TOKENS_PART 4	    /* may be the beginning of a longer token */

/* Non-zero stops and is handed through.  `start`, `end`: bytes of the text. */
typedef int (*token_cb)(void *arg, int flags, const char *token, size_t len,
    size_t start, size_t end);

/* `text` must be UTF-8; ill-formed bytes separate words. */
int tokens_run(struct tokens *t, bool is_query, const char *text, size_t len,
    token_cb cb, void *arg);

/* Letters and digits of a title, folded: equal for spellings that differ in
 * case, width, accents, punctuation and spaces.  In `a`; "" if none. */
const char *tokens_title_key(
    struct tokens *t, struct arena *a, const char *title);

#endif

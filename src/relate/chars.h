/* SPDX-License-Identifier: ISC */
/* chars.h - the kind of a character, its folded form.  Private to relate. */
#ifndef RELATE_CHARS_H
#define RELATE_CHARS_H

#include "base/ak.h"

#include <unicode/unorm2.h>

enum char_kind {
	CHAR_OTHER,
	CHAR_LETTER,
	CHAR_UPPER, /* a letter too */
	CHAR_DIGIT,
	CHAR_MARK,
	CHAR_HANGUL,
	CHAR_DICT /* of a script that writes no spaces */
};

/* Pages of 256 characters, filled when one is first asked for: a lookup in
 * ICU for each character of each article would cost more than all the rest. */
struct chars {
	const UNormalizer2 *folding; /* NFKC and case folding */
	struct chars_page {
		uint8_t kind[256];
		uint16_t fold[256]; /* 0: more than one, or none */
	} * pages[256];		    /* of the first plane */
};

void chars_init(struct chars *c);
void chars_release(struct chars *c);

enum char_kind chars_kind(struct chars *c, uint32_t cp);

/* One character that `cp` folds to; 0: ask chars_fold_word(). */
uint32_t chars_fold(struct chars *c, uint32_t cp);

/* Fold a word; at most `cap` bytes of UTF-8 are written, whole characters
 * only.  Returns their number. */
size_t chars_fold_word(
    const struct chars *c, const char *s, size_t len, char *out, size_t cap);

#endif

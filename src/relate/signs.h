/* SPDX-License-Identifier: ISC */
/*
 * signs.h - what articles of two languages can share.  Private to relate.
 *
 * Names by their sound, figures, and countries, whose names in all languages
 * are in ICU's data.  A sign is the same number in every language.
 */
#ifndef RELATE_SIGNS_H
#define RELATE_SIGNS_H

#include "base/ak.h"
#include "relate/chars.h"
#include "relate/lang.h"

struct lex_token;

struct signs {
	const UNormalizer2 *nfd;
	struct country *countries[LANG_MAX]; /* when first asked for */
};

void signs_release(struct signs *s);

/* Of a token that is not stemmed yet, and its folded form; 0: it is none. */
uint32_t signs_of(struct signs *s, const struct chars *chars, unsigned lang,
    const struct lex_token *t, const char *folded);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * lang.h - languages as relating needs them: which stemmer, which words carry
 * no meaning of their own.  Private to relate.
 */
#ifndef RELATE_LANG_H
#define RELATE_LANG_H

#include "base/ak.h"

struct lang {
	const char *code;     /* ISO 639-1 */
	const char *stemmer;  /* Snowball's name, or NULL */
	uint8_t cut;	      /* no stemmer: characters kept, 0: all */
	const char *function; /* function words, lower case, spaces between */
};

/* Position 0 is "unknown": no stemmer, no function words. */
#define LANG_MAX 64
extern const struct lang lang_table[];
extern const size_t lang_count; /* <= LANG_MAX */

/* Index by BCP 47 tag ("pt-BR" is pt); 0 where unknown.  NULL allowed. */
unsigned lang_from_tag(const char *tag);

#endif

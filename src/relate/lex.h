/* SPDX-License-Identifier: ISC */
/*
 * lex.h - from text to words, stems, pairs of neighbours and shingles.
 * Private to relate.
 *
 * A lexer is filled by lex_text() and read until the next call; nothing it
 * gives outlives that.
 */
#ifndef RELATE_LEX_H
#define RELATE_LEX_H

#include "base/ak.h"
#include "relate/lines.h"
#include "relate/relate.h"

enum {
	LEX_TITLE_TOKENS = 64, /* looked at ... */
	LEX_TEXT_TOKENS = 300, /* ... of title and text */
	LEX_PARTS = 128,
	LEX_TEXT_BYTES = 65536,
	LEX_SHINGLE_WORDS = 4,
	LEX_SHINGLE_CHARS = 5, /* in scripts without spaces */
};

enum {
	LEX_UPPER = 1,	   /* the first letter is upper case */
	LEX_NUMBER = 2,	   /* digits only */
	LEX_DICT = 4,	   /* found by dictionary: no spaces in this script */
	LEX_FUNCTION = 8,  /* a function word of the language */
	LEX_AFTER_GAP = 16 /* a sentence, line or clause ended before it */
};

struct lex_token {
	uint64_t hash; /* of the stem, 40 bits; never 0 */
	uint32_t from; /* bytes in the title or text */
	uint32_t fold; /* folded form in the scratch memory */
	uint16_t len;
	uint16_t fold_len;
	uint8_t flags;
	uint16_t line;	      /* of the text */
	uint64_t function_of; /* bit per language */
	uint32_t sign;	      /* as in signs.h; 0: none */
};

/* A Chinese character of the title, or two that stand side by side. */
struct lex_part {
	uint64_t hash; /* as of a token of these characters */
	uint16_t from; /* bytes in the title */
	uint8_t len;
};

struct lex_view {
	unsigned lang;			/* of lang.h; 0: unknown */
	const struct lex_token *tokens; /* the title's, then the text's */
	size_t n_title;
	size_t n_tokens; /* in all */
	const struct lex_part *parts;
	size_t n_parts;
	const uint64_t *shingles; /* of the whole text: a hash of 32 bits, the
				   * line in 16; by hash, which is distinct */
	size_t n_shingles;
	const struct lines *lines;
	uint64_t text_hash; /* of all words of title and text, in order */
	uint32_t title_hash;
	uint32_t shape_hash; /* of the title without its figures */
	size_t n_words;	     /* of the text, all */
};

void lex_text(
    struct relate_lexer *lx, const struct relate_text *t, struct lex_view *ret);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * lex_int.h - what the two files of the lexer share: scan.c finds units and
 * tokens, lex.c does the rest.
 */
#ifndef RELATE_LEX_INT_H
#define RELATE_LEX_INT_H

#include "relate/lex.h"

#include <unicode/ubrk.h>

#include <xxhash.h>

#include "relate/chars.h"
#include "relate/lang.h"
#include "relate/signs.h"

enum {
	TOKENS_MAX = LEX_TITLE_TOKENS + LEX_TEXT_TOKENS,
	FOLD_MAX = 64, /* bytes kept of a word */
	FUNCTION_SLOTS = 8192,
};

struct function_word {
	uint64_t hash;
	uint64_t of; /* bit per language */
};

struct relate_lexer {
	bool is_prepared; /* chars and functions are */
	struct chars chars;
	UBreakIterator *breaks; /* opened when first needed */
	struct sb_stemmer *stemmers[LANG_MAX];
	struct signs signs;
	struct function_word functions[FUNCTION_SLOTS];

	struct lex_token tokens[TOKENS_MAX];
	size_t n_tokens;
	struct lex_part parts[LEX_PARTS];
	size_t n_parts;
	char folded[TOKENS_MAX * FOLD_MAX];
	size_t n_folded;
	uint64_t *shingles;
	struct lines lines;
	size_t n_shingles, cap_shingles;
	uint64_t last[LEX_SHINGLE_CHARS]; /* newest units, last[0] newest */
	size_t n_units;			  /* of this text */
	bool counts_units;		  /* in the text, not the title */
	uint64_t text_hash;
	size_t n_words;
	bool after_gap;
	size_t n_kana, n_thai, n_dict, n_letter, n_hangul;
};

static inline uint64_t
word_hash(const char *s, size_t len)
{
	return XXH3_64bits(s, len);
}

static inline uint64_t
mix(uint64_t a, uint64_t b)
{
	return XXH64(&b, sizeof(b), a);
}

/* The function word, or the free slot where it would be. */
struct function_word *lex_function(struct relate_lexer *lx, uint64_t hash);

/* Units and tokens of a field behind those that are there; `limit` tokens in
 * all.  Lines are told apart in the text, not in the title. */
void lex_scan(struct relate_lexer *lx, const char *s, size_t len, size_t limit);

#endif

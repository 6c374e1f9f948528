/* SPDX-License-Identifier: ISC */
/* date_int.h - between date_lex.c (words) and date.c (what they mean). */
#ifndef PARSE_DATE_INT_H
#define PARSE_DATE_INT_H

#include "base/ak.h"

#define DATE_MAX_BYTES 128
#define DATE_MAX_TOKENS 40
#define DATE_ENDS 4 /* behind the last token: it may be looked past */
#define DATE_MAX_WORD 32

enum date_kind { DATE_NUMBER, DATE_WORD, DATE_SIGN, DATE_END };

struct date_token {
	enum date_kind kind;
	bool spaced;		  /* white space before it */
	char sign;		  /* DATE_SIGN: ASCII */
	int digits;		  /* NUMBER */
	int64_t value;		  /* NUMBER */
	size_t at;		  /* where it begins in the string */
	char word[DATE_MAX_WORD]; /* DATE_WORD: folded UTF-8 */
};

/*
 * Cut s[0..len), len <= DATE_MAX_BYTES, into tokens; DATE_ENDS with DATE_END
 * follow the last.  False: there are too many.
 */
bool date_tokenize(const char *s, size_t len,
    struct date_token ret[DATE_MAX_TOKENS + DATE_ENDS]);

bool date_is_sign(const struct date_token *t, char c);

/* Is it one of the words of `list`, which are separated by spaces? */
bool date_is_word(const struct date_token *t, const char *list);

/* 1..12; 0: a folded word that only looks like a month, or none at all. */
int date_month_of(const char *word);

bool date_zone_of(const char *word, int64_t *ret_s);

/* An RFC 822 or RFC 3339 date to the letter; false: read it with care. */
bool date_read_fast(const char *s, int64_t *ret);

#endif

/* SPDX-License-Identifier: ISC */
/* date_int.h - between date_lex.c (words), date.c (what they mean) and
 * date_numbers.c (what numbers without a unit mean). */
#ifndef PARSE_DATE_INT_H
#define PARSE_DATE_INT_H

#include "base/ak.h"

#define DATE_MAX_BYTES 128
#define DATE_MAX_TOKENS 40
#define DATE_ENDS 4 /* behind the last token: it may be looked past */
#define DATE_MAX_WORD 32
#define DATE_MAX_NUMBERS 4

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

/* --- date_numbers.c ------------------------------------------------------ */

/* A number of the date part, and the sign before it (or ' '). */
struct date_number {
	int64_t value;
	int digits;
	char before;
};

struct date {
	const char *s;
	int64_t year, month, day; /* -1: unknown */
	bool month_is_name;
	bool month_is_weak;	      /* may be a weekday's abbreviation */
	int weekday;		      /* 0: Monday; -1: unknown */
	int64_t hour, minute, second; /* hour -1: no time */
	int pm;			      /* 1: pm, 0: am, -1: unknown */
	bool has_zone;
	bool zone_is_number;
	int64_t zone_s;
	bool is_korean;
	struct date_number numbers[DATE_MAX_NUMBERS];
	size_t n_numbers;
	bool is_unreadable;
	bool has_units; /* 年, 월: no order to find out */
	struct date_token tokens[DATE_MAX_TOKENS + DATE_ENDS];
};

/* Seconds or milliseconds since 1970, as programs write them? */
bool date_is_epoch(const struct date *d);

bool date_valid_day(int64_t y, int64_t m, int64_t day);

/* Year, month and day from d->numbers. */
void date_read_numbers(struct date *d);

/* An RFC 822 or RFC 3339 date to the letter; false: read it with care. */
bool date_read_fast(const char *s, int64_t *ret);

#endif

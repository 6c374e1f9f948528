/* SPDX-License-Identifier: ISC */
/*
 * str.h - views of text, and a growing buffer with a ceiling.
 *
 * A buf is born with its maximum size.  Past it, it stops taking bytes and
 * remembers so: write freely, check buf_status() once at the end.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/ak.h"

struct buf {
	char *data; /* NUL-terminated once anything was written; else NULL */
	size_t len;
	size_t cap;
	size_t max;
	enum ak_status status; /* AK_OK or AK_TOOBIG */
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_clear(struct buf *b); /* empties it, keeps the memory */
void buf_add(struct buf *b, const void *p, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) AK_PRINTF(2, 3);
void buf_trunc(struct buf *b, size_t len); /* len <= b->len */
enum ak_status buf_status(const struct buf *b) AK_USE;
const char *buf_str(const struct buf *b); /* never NULL; "" when empty */
char *buf_steal(struct buf *b); /* malloc'ed, the caller's; buf is empty */

/* ASCII only, whatever the locale. */
bool ascii_space(unsigned char c); /* tab, LF, FF, CR, space (WHATWG) */
unsigned char ascii_lower(unsigned char c);
bool ascii_ieq(const char *a, const char *b);
bool ascii_ieq_n(const char *a, const char *b, size_t len);
bool ascii_istarts(const char *s, const char *prefix);
const char *ascii_istr(const char *hay, const char *needle); /* strcasestr */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
bool str_eq(const char *a, const char *b); /* NULL equals only NULL */
bool str_empty(const char *s);		   /* NULL or "" */

/* Copy strings behind one another into one piece of memory, the caller's; each
 * pointer points to its copy then, or to NULL as before. */
char *str_pack(const char **const strings[], size_t n);

/* Whole string as a number in lo..hi; false leaves *ret untouched. */
bool str_to_i64(const char *s, int64_t lo, int64_t hi, int64_t *ret);

#endif

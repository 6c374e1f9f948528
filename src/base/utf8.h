/* SPDX-License-Identifier: ISC */
/*
 * utf8.h - validate, repair and walk UTF-8 (RFC 3629).  Folding and word
 * breaks are ICU's.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdio.h>

#include "base/ak.h"
#include "base/str.h"

#define UTF8_REPLACEMENT 0xFFFDu

/*
 * Decode one character of s[0..len), len > 0.  Returns its length in bytes;
 * an ill-formed sequence gives U+FFFD and the length of its maximal subpart
 * (Unicode 15, 3.9), at least 1.
 */
size_t utf8_decode(const char *s, size_t len, uint32_t *ret_cp);

/* Encode; returns 1..4 bytes written.  Surrogates and > 10FFFF: U+FFFD. */
size_t utf8_encode(uint32_t cp, char out[4]);

bool utf8_valid(const char *s, size_t len);

/* Largest n <= max at which s[0..len) can be cut between characters. */
size_t utf8_cut(const char *s, size_t len, size_t max);

/*
 * Append s[0..len) to `out` as valid UTF-8 that XML 1.0 allows: ill-formed
 * bytes become U+FFFD; NUL, other C0 controls but tab, LF and CR, U+FFFE and
 * U+FFFF are dropped.
 */
void utf8_repair(struct buf *out, const char *s, size_t len);

/* Is `cp` one a terminal or log must not get raw: C0, DEL, C1, U+2028/9,
 * bidi embeddings, overrides and isolates? */
bool utf8_is_unsafe_on_terminal(uint32_t cp);

/*
 * Append s[0..len) as text or an attribute's value of XML and HTML: what is
 * markup there, and what is unsafe on a terminal, as references; the C0
 * controls that XML forbids are dropped.
 */
void utf8_add_xml(struct buf *out, const char *s, size_t len);

/* Write `s` with a '?' for each that is unsafe on a terminal. */
void utf8_put_safe(FILE *to, const char *s);

#endif

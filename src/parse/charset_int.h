/* SPDX-License-Identifier: ISC */
/* charset_int.h - between charset.c and utf8_count.c. */
#ifndef PARSE_CHARSET_INT_H
#define PARSE_CHARSET_INT_H

#include "base/ak.h"

struct utf8_counts {
	bool is_known;	    /* they have been counted */
	size_t n_sequences; /* well-formed ones beyond ASCII */
	size_t n_bad;
	size_t n_forbidden;
};

/* Forbidden in XML 1.0, and of no use in HTML or JSON. */
static inline bool
charset_forbids(uint32_t cp)
{
	return (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') ||
	       cp == 0xFFFE || cp == 0xFFFF;
}

/* Count the sequences of p[0..len), as if it were UTF-8, onto *n. */
void charset_count_utf8(const char *p, size_t len, struct utf8_counts *n);

#endif

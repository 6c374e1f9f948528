/* SPDX-License-Identifier: ISC */
/*
 * Is it UTF-8?  Every document is asked, so runs of ASCII and of plain two and
 * three byte sequences are passed over several bytes at a time.
 */
#include "parse/charset_int.h"

#include <string.h>

#include "base/utf8.h"

/* How many of the eight bytes at p come before one below 0x20 or above 0x7F. */
static size_t
plain_bytes(const char *p)
{
	const uint64_t high = 0x8080808080808080u, ones = high >> 7;
	uint64_t w;
	size_t n = 0;

	memcpy(&w, p, 8);
	w = ((w - ones * 0x20) | w) & high;
	if (w == 0)
		return 8;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	/* A borrow goes upwards only: the lowest mark is right. */
	n = (size_t)__builtin_ctzll(w) / 8;
#else
	while ((unsigned char)p[n] >= 0x20 && (unsigned char)p[n] < 0x80)
		n++;
#endif
	return n;
}

/* Well-formed three byte sequences begin so, but for E0, ED and EF. */
static bool
is_easy_lead(unsigned char c)
{
	return c >= 0xE1 && c <= 0xEE && c != 0xED;
}

/*
 * Past the two and three byte sequences at i that need no second look, most of
 * what is not ASCII; their number is added.
 */
static size_t
skip_easy(const char *s, size_t i, size_t len, size_t *n)
{
	static const unsigned char mask[8] = {
	    0xF0, 0xC0, 0xC0, 0xF0, 0xC0, 0xC0, 0, 0};
	static const unsigned char bits[8] = {
	    0xE0, 0x80, 0x80, 0xE0, 0x80, 0x80, 0, 0};
	const unsigned char *p = (const unsigned char *)s;
	uint64_t two_mask, two_bits, w;
	size_t found = 0;

	memcpy(&two_mask, mask, 8);
	memcpy(&two_bits, bits, 8);
	for (;;) {
		if (i + 8 <= len && is_easy_lead(p[i])) {
			memcpy(&w, p + i, 8);
			if ((w & two_mask) == two_bits &&
			    is_easy_lead(p[i + 3])) {
				i += 6;
				found += 2;
				continue;
			}
		}
		if (i + 3 <= len && is_easy_lead(p[i]) &&
		    (p[i + 1] & 0xC0) == 0x80 && (p[i + 2] & 0xC0) == 0x80)
			i += 3;
		else if (i + 2 <= len && p[i] >= 0xC2 && p[i] <= 0xDF &&
			 (p[i + 1] & 0xC0) == 0x80)
			i += 2;
		else
			break;
		found++;
	}
	*n += found;
	return i;
}

/* Past what is plain ASCII. */
static size_t
skip_ascii(const char *p, size_t i, size_t len)
{
	for (;;) {
		size_t n = 8;

		while (i + 8 <= len && (n = plain_bytes(p + i)) == 8)
			i += 8;
		i += n % 8;
		while (i + 8 > len && i < len && (unsigned char)p[i] >= 0x20 &&
		       (unsigned char)p[i] < 0x80)
			i++;
		if (i == len || (p[i] != '\n' && p[i] != '\t' && p[i] != '\r'))
			return i;
		i++;
	}
}

void
charset_count_utf8(const char *p, size_t len, struct utf8_counts *n)
{
	size_t i = 0;

	while (i < len) {
		size_t from = i, k;
		uint32_t cp;

		i = skip_ascii(p, i, len);
		i = skip_easy(p, i, len, &n->n_sequences);
		if (i > from)
			continue;
		k = utf8_decode(p + i, len - i, &cp);
		if (cp == UTF8_REPLACEMENT &&
		    !(k == 3 && memcmp(p + i, "\xEF\xBF\xBD", 3) == 0))
			n->n_bad++;
		else if (charset_forbids(cp))
			n->n_forbidden++;
		else
			n->n_sequences += k > 1;
		i += k;
	}
}

/* SPDX-License-Identifier: ISC */
#include "base/utf8.h"

#include <string.h>

static bool
is_cont(const char *s, size_t len, size_t i)
{
	return i < len && ((unsigned char)s[i] & 0xC0) == 0x80;
}

size_t
utf8_decode(const char *s, size_t len, uint32_t *ret_cp)
{
	unsigned char c = (unsigned char)s[0];
	unsigned char lo = 0x80, hi = 0xBF;
	uint32_t cp;
	size_t need;

	if (c < 0x80) {
		*ret_cp = c;
		return 1;
	}
	*ret_cp = UTF8_REPLACEMENT;
	if (c >= 0xC2 && c <= 0xDF) {
		need = 1;
		cp = c & 0x1Fu;
	} else if (c >= 0xE0 && c <= 0xEF) {
		need = 2;
		cp = c & 0x0Fu;
		if (c == 0xE0)
			lo = 0xA0;
		else if (c == 0xED)
			hi = 0x9F; /* surrogates */
	} else if (c >= 0xF0 && c <= 0xF4) {
		need = 3;
		cp = c & 0x07u;
		if (c == 0xF0)
			lo = 0x90;
		else if (c == 0xF4)
			hi = 0x8F;
	} else {
		return 1;
	}
	for (size_t i = 1; i <= need; i++) {
		unsigned char d;

		if (!is_cont(s, len, i))
			return i;
		d = (unsigned char)s[i];
		if (i == 1 && (d < lo || d > hi))
			return 1;
		cp = cp << 6 | (d & 0x3Fu);
	}
	*ret_cp = cp;
	return need + 1;
}

size_t
utf8_encode(uint32_t cp, char out[4])
{
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = UTF8_REPLACEMENT;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

/* Length of the run of plain ASCII text at s, eight bytes at a time. */
static size_t
ascii_run(const char *s, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t w;

		memcpy(&w, s + i, 8);
		if ((w & 0x8080808080808080u) != 0)
			break;
	}
	while (i < len && (unsigned char)s[i] < 0x80)
		i++;
	return i;
}

bool
utf8_valid(const char *s, size_t len)
{
	size_t i = 0;

	while ((i += ascii_run(s + i, len - i)) < len) {
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);

		if (cp == UTF8_REPLACEMENT &&
		    !(n == 3 && memcmp(s + i, "\xEF\xBF\xBD", 3) == 0))
			return false;
		i += n;
	}
	return true;
}

size_t
utf8_cut(const char *s, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)s[max] & 0xC0) == 0x80)
		max--;
	return max;
}

static bool
xml_forbids(uint32_t cp)
{
	return (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') ||
	       cp == 0xFFFE || cp == 0xFFFF;
}

void
utf8_repair(struct buf *out, const char *s, size_t len)
{
	size_t from = 0, i = 0;

	while (i < len) {
		uint32_t cp;
		size_t n;

		if ((unsigned char)s[i] >= 0x20 && (unsigned char)s[i] < 0x80) {
			i++;
			continue;
		}
		n = utf8_decode(s + i, len - i, &cp);
		if (xml_forbids(cp)) {
			buf_add(out, s + from, i - from);
			from = i + n;
		} else if (cp == UTF8_REPLACEMENT) {
			buf_add(out, s + from, i - from);
			buf_add(out, "\xEF\xBF\xBD", 3);
			from = i + n;
		}
		i += n;
	}
	buf_add(out, s + from, len - from);
}

bool
utf8_is_unsafe_on_terminal(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) ||
	       (cp >= 0x2028 && cp <= 0x202E) ||
	       (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200E || cp == 0x200F ||
	       cp == 0x061C;
}

static bool
is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x7F && strchr("&<>\"'", c) == NULL;
}

static const char *
xml_reference(uint32_t cp)
{
	switch (cp) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void
utf8_add_xml(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0, n; i < len; i += n) {
		const char *ref;
		uint32_t cp;

		for (n = 0; i + n < len && is_plain((unsigned char)s[i + n]);)
			n++;
		buf_add(out, s + i, n);
		if (n > 0)
			continue;
		n = utf8_decode(s + i, len - i, &cp);
		if ((ref = xml_reference(cp)) != NULL)
			buf_adds(out, ref);
		else if (cp >= 0x7F && utf8_is_unsafe_on_terminal(cp))
			buf_addf(out, "&#%u;", (unsigned)cp);
		else if (cp >= ' ' || ascii_space((unsigned char)cp))
			buf_add(out, s + i, n);
	}
}

void
utf8_put_safe(FILE *to, const char *s)
{
	size_t len = strlen(s), n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t cp;

		n = utf8_decode(s + i, len - i, &cp);
		/* A byte that is no UTF-8 may be a control of 8 bits. */
		if (utf8_is_unsafe_on_terminal(cp) || cp == UTF8_REPLACEMENT)
			(void)fputc('?', to);
		else
			(void)fwrite(s + i, 1, n, to);
	}
}

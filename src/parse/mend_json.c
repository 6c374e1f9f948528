/* SPDX-License-Identifier: ISC */
/*
 * Broken JSON made readable: raw control characters in strings, escapes that
 * are none, lone surrogates, commas before a closing bracket, and an end that
 * never came (the value in hand is dropped, all brackets are closed).
 */
#include "parse/parse_int.h"

#include <string.h>

static bool
is_hex4(const char *s, size_t len)
{
	if (len < 4)
		return false;
	for (size_t i = 0; i < 4; i++)
		if (!((s[i] >= '0' && s[i] <= '9') ||
			((s[i] | 32) >= 'a' && (s[i] | 32) <= 'f')))
			return false;
	return true;
}

/* What surrogate is the \uXXXX at s: 'h'igh, 'l'ow, or neither? */
static char
surrogate(const char *s, size_t len)
{
	char second;

	if (len < 6 || s[0] != '\\' || s[1] != 'u' || (s[2] | 32) != 'd' ||
	    !is_hex4(s + 2, len - 2))
		return '\0';
	second = (char)(s[3] | 32);
	if ((second >= '8' && second <= '9') || second == 'a' || second == 'b')
		return 'h';
	return second >= 'c' && second <= 'f' ? 'l' : '\0';
}

/* The escape at s: bytes read. */
static size_t
mend_escape(struct buf *out, const char *s, size_t len)
{
	char kind = surrogate(s, len);

	if (kind == 'h' && surrogate(s + 6, len - 6) == 'l') {
		buf_add(out, s, 12);
		return 12;
	}
	if (kind != '\0') {
		buf_adds(out, "\\ufffd");
		return 6;
	}
	if (len < 2)
		return len;
	if (strchr("\"\\/bfnrt", s[1]) != NULL && s[1] != '\0') {
		buf_add(out, s, 2);
		return 2;
	}
	if (s[1] == 'u' && is_hex4(s + 2, len - 2)) {
		buf_add(out, s, 6);
		return 6;
	}
	buf_adds(out, "\\\\");
	return 1;
}

/* The string whose quote is at s: bytes read. */
static size_t
mend_string(struct buf *out, const char *s, size_t len)
{
	size_t i = 1;

	buf_addc(out, '"');
	while (i < len && s[i] != '"') {
		if (s[i] == '\\') {
			i += mend_escape(out, s + i, len - i);
			continue;
		}
		if ((unsigned char)s[i] >= ' ')
			buf_addc(out, s[i]);
		else
			buf_adds(out, s[i] == '\n' ? "\\n" : " ");
		i++;
	}
	buf_addc(out, '"');
	return i < len ? i + 1 : len;
}

/* Drop what cannot stand before a closing bracket: commas, a key alone. */
static void
trim_tail(struct buf *out)
{
	while (out->len > 0 &&
	       (out->data[out->len - 1] == ',' ||
		   ascii_space((unsigned char)out->data[out->len - 1])))
		buf_trunc(out, out->len - 1);
	if (out->len > 0 && out->data[out->len - 1] == ':')
		buf_adds(out, "null");
}

void
mend_json(struct buf *out, const char *text, size_t len)
{
	char open[LIMIT_JSON_DEPTH + 1];
	size_t depth = 0, key_at = 0;
	bool is_key = false; /* the last thing was a string in an object ... */

	for (size_t i = 0; i < len;) {
		char c = text[i];

		if (c == '"') {
			/* ... where a name stands, so it needs a value. */
			is_key = depth > 0 && open[depth - 1] == '}' &&
				 out->len > 0 &&
				 strchr("{,", out->data[out->len - 1]) != NULL;
			key_at = out->len;
			i += mend_string(out, text + i, len - i);
			continue;
		}
		i++;
		if (ascii_space((unsigned char)c) || (unsigned char)c < ' ')
			continue;
		if ((c == '{' || c == '[') && depth < LIMIT_JSON_DEPTH) {
			open[depth++] = c == '{' ? '}' : ']';
		} else if (c == '}' || c == ']') {
			trim_tail(out);
			if (depth == 0 || open[depth - 1] != c)
				continue;
			depth--;
		}
		is_key = false;
		buf_addc(out, c);
		if (depth == 0)
			return;
	}
	if (is_key)
		buf_trunc(out, key_at);
	while (depth > 0) {
		trim_tail(out);
		buf_addc(out, open[--depth]);
	}
}

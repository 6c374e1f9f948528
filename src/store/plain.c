/* SPDX-License-Identifier: ISC */
#include "store/plain.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Elements that stay within a line; all others end one. */
static bool
is_inline(const char *name, size_t len)
{
	static const char *const names[] = {"a", "abbr", "b", "bdi", "bdo",
	    "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
	    "ins", "kbd", "mark", "q", "rb", "rp", "rt", "rtc", "ruby", "s",
	    "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
	    "tt", "u", "var", "wbr"};

	for (size_t k = 0; k < AK_COUNT(names); k++)
		if (strlen(names[k]) == len && memcmp(names[k], name, len) == 0)
			return true;
	return false;
}

/* Write the reference at `p` ('&'); returns what follows it. */
static const char *
put_reference(struct buf *out, const char *p)
{
	static const struct {
		const char *name, *text;
	} named[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"},
	    {"&quot;", "\""}, {"&nbsp;", " "}};
	unsigned long cp;
	char *end, utf8[4];

	for (size_t k = 0; k < AK_COUNT(named); k++)
		if (str_starts(p, named[k].name)) {
			buf_adds(out, named[k].text);
			return p + strlen(named[k].name);
		}
	if (p[1] == '#') {
		bool is_hex = (p[2] | 32) == 'x';

		cp = strtoul(p + (is_hex ? 3 : 2), &end, is_hex ? 16 : 10);
		if (*end == ';' && cp > 0 && cp <= 0x10FFFF) {
			buf_add(out, utf8, utf8_encode((uint32_t)cp, utf8));
			return end + 1;
		}
	}
	buf_addc(out, '&');
	return p + 1;
}

/* Skip the tag at `p` ('<'); a block's tag sets *ret_is_block. */
static const char *
skip_tag(const char *p, bool *ret_is_block)
{
	const char *name = p + 1 + (p[1] == '/');
	size_t len = strcspn(name, " \t\n/>");
	char quote = '\0';

	if (!is_inline(name, len))
		*ret_is_block = true;
	for (p = name + len; *p != '\0'; p++) {
		if (quote != '\0')
			quote = *p == quote ? '\0' : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (*p == '>')
			return p + 1;
	}
	return p;
}

void
plain_from_html(struct buf *out, const char *html)
{
	bool is_block = false, is_space = false;
	size_t start = out->len;

	for (const char *p = html; *p != '\0';) {
		size_t n;

		if (*p == '<') {
			p = skip_tag(p, &is_block);
			continue;
		}
		if (ascii_space((unsigned char)*p)) {
			is_space = true;
			p++;
			continue;
		}
		if ((is_block || is_space) && out->len > start)
			buf_addc(out, is_block ? '\n' : ' ');
		is_block = is_space = false;
		if (*p == '&') {
			p = put_reference(out, p);
			continue;
		}
		n = strcspn(p, "<& \t\r\n\f");
		buf_add(out, p, n);
		p += n;
	}
}

const char *
plain_words(struct buf *scratch, const char *text, const char *html,
    const char *summary)
{
	if (text != NULL)
		return text;
	if (html == NULL)
		return summary;
	buf_clear(scratch);
	plain_from_html(scratch, html);
	return buf_str(scratch);
}

/* Past ASCII white space, no-break and ideographic space. */
static const char *
skip_space(const char *p)
{
	for (;;) {
		if (*p != '\0' && ascii_space((unsigned char)*p))
			p++;
		else if (memcmp(p, "\xC2", 1) == 0 && p[1] == '\xA0')
			p += 2;
		else if (str_starts(p, "\xE3\x80\x80"))
			p += 3;
		else
			return p;
	}
}

bool
plain_same(const char *a, const char *b)
{
	for (;;) {
		a = skip_space(a);
		b = skip_space(b);
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
		a++;
		b++;
	}
}

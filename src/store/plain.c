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
		if (*names[k] == *name && strncmp(names[k], name, len) == 0 &&
		    names[k][len] == '\0')
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

/* Skip the tag at `p` ('<'); a block's tag sets *ret_is_block, or NULL. */
static const char *
skip_tag(const char *p, bool *ret_is_block)
{
	const char *name = p + 1 + (p[1] == '/');
	size_t len = strcspn(name, " \t\n/>");
	char quote = '\0';

	if (ret_is_block != NULL && !is_inline(name, len))
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

/* Plain text of canonical HTML, "\n" between blocks. */
static void
from_html(struct buf *out, const char *html)
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
	from_html(scratch, html);
	return buf_str(scratch);
}

/* Past ASCII white space, no-break and ideographic space. */
static const unsigned char *
skip_space(const unsigned char *p)
{
	for (;;) {
		if (*p > ' ' && *p != 0xC2 && *p != 0xE3)
			return p;
		if (ascii_space(*p))
			p++;
		else if (p[0] == 0xC2 && p[1] == 0xA0)
			p += 2;
		else if (p[0] == 0xE3 && p[1] == 0x80 && p[2] == 0x80)
			p += 3;
		else
			return p;
	}
}

/* Bytes that take a closer look: the end, markup, references, white space
 * other than ' ', what a no-break or an ideographic space begins with. */
static const bool is_special[256] = {[0] = true,
    ['\t'] = true,
    ['\n'] = true,
    ['\f'] = true,
    ['\r'] = true,
    ['<'] = true,
    ['&'] = true,
    [0xC2] = true,
    [0xE3] = true};

/* Past what is the same in both. */
static void
skip_same(const unsigned char **x, const unsigned char **y)
{
	const unsigned char *a = *x, *b = *y;

	for (; *a == *b; a++, b++)
		if (is_special[*a] && !(*a == 0xE3 && a[1] == b[1] &&
					  a[1] > 0x80 && a[2] == b[2]))
			break;
	*x = a;
	*y = b;
}

bool
plain_same(const char *a, const char *b)
{
	const unsigned char *x = (const unsigned char *)a;
	const unsigned char *y = (const unsigned char *)b;

	for (;;) {
		skip_same(&x, &y);
		x = skip_space(x);
		y = skip_space(y);
		if (*x != *y)
			return false;
		if (*x == '\0')
			return true;
		x++;
		y++;
	}
}

/* Past tags and white space of HTML. */
static const unsigned char *
skip_markup(const unsigned char *p)
{
	for (;;) {
		p = skip_space(p);
		if (*p != '<')
			return p;
		p = (const unsigned char *)skip_tag((const char *)p, NULL);
	}
}

/* A reference at *html against *text, both moved past it; false: another. */
static bool
match_reference(
    struct buf *scratch, const unsigned char **html, const unsigned char **text)
{
	const unsigned char *p;

	buf_clear(scratch);
	*html =
	    (const unsigned char *)put_reference(scratch, (const char *)*html);
	p = skip_space((const unsigned char *)buf_str(scratch));
	if (*p == '\0')
		return true; /* a space of some kind */
	if (strncmp((const char *)*text, (const char *)p,
		strlen((const char *)p)) != 0)
		return false;
	*text += strlen((const char *)p);
	return true;
}

bool
plain_is_of(const char *text, const char *html)
{
	const unsigned char *t = (const unsigned char *)text;
	const unsigned char *h = (const unsigned char *)html;
	struct buf scratch;
	bool same = false;

	buf_init(&scratch, 64);
	for (;;) {
		skip_same(&t, &h);
		h = skip_markup(h);
		t = skip_space(t);
		if (*h == '&') {
			if (!match_reference(&scratch, &h, &t))
				break;
			continue;
		}
		if (*h != *t)
			break;
		if (*h == '\0') {
			same = true;
			break;
		}
		h++;
		t++;
	}
	buf_release(&scratch);
	return same;
}

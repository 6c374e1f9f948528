/* SPDX-License-Identifier: ISC */
/*
 * The tree to canonical HTML and to plain text, in one walk.
 *
 * Text nodes still hold the bytes of the input: references are decoded and
 * escaped here, run by run.  The walk needs no recursion: a node's `prev`,
 * useless once the tree is built, is made its parent on the way down.
 *
 * Where the limit is reached, nothing more is written but the end tags of what
 * is open, which have been counted in advance (`closing`).
 */
#include "clean/clean_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

struct writer {
	struct cleaner *c;
	size_t limit;
	size_t closing; /* bytes of the end tags still owed */
	size_t depth;	/* of elements */
	unsigned pre;
	unsigned mute;	/* inside what is no plain text */
	bool after_pre; /* right behind <pre>, where a newline is dropped */
	bool full;
};

/* 1: not to be copied as it stands, see special(). */
static const uint8_t specials[256] = {
    /* C0 but tab and LF */
    [0] = 1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    0,
    0,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    ['&'] = 1,
    ['<'] = 1,
    ['>'] = 1,
    [0x7F] = 1,
    [0xC2] = 1 /* perhaps U+00A0 */
};

static void
reserve(struct wbuf *b, size_t more)
{
	size_t cap = b->cap != 0 ? b->cap : 4096;

	if (b->cap - b->len >= more)
		return;
	while (cap - b->len < more)
		cap *= 2;
	b->data = xreallocarray(b->data, cap, 1);
	b->cap = cap;
}

static void
put(struct wbuf *b, const char *s, size_t len)
{
	reserve(b, len);
	memcpy(b->data + b->len, s, len);
	b->len += len;
}

/* --- plain text --------------------------------------------------------- */

static void
text_newline(struct wbuf *b)
{
	if (b->len > 0 && b->data[b->len - 1] == ' ')
		b->len--;
	if (b->len > 0 && b->data[b->len - 1] != '\n')
		put(b, "\n", 1);
}

static void
text_space(struct wbuf *b)
{
	if (b->len > 0 && b->data[b->len - 1] != ' ' &&
	    b->data[b->len - 1] != '\n')
		put(b, " ", 1);
}

/* Bytes of `s`, of at least eight, before the first one up to ' ', or 8. */
static size_t
before_space(const char *s)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t ones = UINT64_MAX / 255;
	uint64_t w, low;

	memcpy(&w, s, sizeof(w));
	/* The lowest bit that is set marks a byte below 0x21. */
	low = (w - ones * 0x21) & ~w & ones * 0x80;
	return low == 0 ? 8 : (size_t)__builtin_ctzll(low) / 8;
#else
	size_t n = 0;

	while (n < 8 && (unsigned char)s[n] > ' ')
		n++;
	return n;
#endif
}

/* White space becomes one space, none at the start of a line. */
static void
text_run(struct wbuf *b, const char *s, size_t len)
{
	char *out, *from;
	bool spaced;

	reserve(b, len + 8);
	from = out = b->data + b->len;
	spaced = b->len == 0 || out[-1] == ' ' || out[-1] == '\n';
	for (const char *end = s + len; s < end; s++) {
		while (end - s >= 8) {
			size_t n = before_space(s);

			memcpy(out, s, 8);
			out += n;
			s += n;
			spaced &= n == 0;
			if (n < 8)
				break;
		}
		if (s == end)
			break;
		if ((unsigned char)*s > ' ') {
			*out++ = *s;
			spaced = false;
		} else if (!spaced) {
			*out++ = ' ';
			spaced = true;
		}
	}
	b->len += (size_t)(out - from);
}

static void
text_lines(struct wbuf *b, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t from = i;

		while (i < len && s[i] != '\n')
			i++;
		text_run(b, s + from, i - from);
		if (i < len) {
			text_newline(b);
			i++;
		}
	}
}

static void
text_put(struct writer *w, const char *s, size_t len)
{
	if (w->mute > 0)
		return;
	if (w->pre > 0)
		text_lines(&w->c->text, s, len);
	else
		text_run(&w->c->text, s, len);
}

/* --- html --------------------------------------------------------------- */

static bool
fits(struct writer *w, size_t more)
{
	if (!w->full && w->c->html.len + w->closing + more <= w->limit)
		return true;
	w->full = true;
	return false;
}

static void
html_put(struct writer *w, const char *s, size_t len)
{
	if (w->after_pre && len > 0) {
		w->after_pre = false;
		if (*s == '\n')
			put(&w->c->html, "\n", 1);
	}
	put(&w->c->html, s, len);
}

/* A run that is the same in HTML and in plain text, cut if it must be. */
static void
put_run(struct writer *w, const char *s, size_t len)
{
	size_t taken = w->c->html.len + w->closing;

	if (len == 0 || w->full)
		return;
	if (w->after_pre && *s == '\n')
		taken++; /* it is written twice */
	if (taken + len > w->limit) {
		w->full = true;
		if (taken >= w->limit ||
		    (len = utf8_cut(s, len, w->limit - taken)) == 0)
			return;
	}
	if (w->after_pre)
		html_put(w, s, len);
	else
		put(&w->c->html, s, len);
	text_put(w, s, len);
}

/* One character that is `html` in HTML. */
static void
put_char(struct writer *w, char c, const char *html, size_t len)
{
	if (!fits(w, len))
		return;
	html_put(w, html, len);
	text_put(w, &c, 1);
}

/* The decoded characters of a reference. */
static void
put_decoded(struct writer *w, const char *s, size_t len)
{
	if (len == 1 && *s == '&')
		put_char(w, '&', "&amp;", 5);
	else if (len == 1 && *s == '<')
		put_char(w, '<', "&lt;", 4);
	else if (len == 1 && *s == '>')
		put_char(w, '>', "&gt;", 4);
	else if (len == 2 && memcmp(s, "\xC2\xA0", 2) == 0)
		put_char(w, ' ', s, 2);
	else
		put_run(w, s, len);
}

/* What a byte of `specials` becomes; returns the bytes read. */
static size_t
special(struct writer *w, const char *s, size_t len)
{
	char out[8];
	size_t used, n;

	switch ((unsigned char)*s) {
	case '&':
		if ((used = clean_entity(s, len, false, out, &n)) == 0)
			break;
		put_decoded(w, out, n);
		return used;
	case '<':
	case '>':
		break;
	case 0xC2:
		n = len < 2 ? len : 2;
		put_decoded(w, s, n);
		return n;
	case '\r':
		if (len > 1 && s[1] == '\n')
			return 1;
		put_run(w, "\n", 1);
		return 1;
	default:
		return 1;
	}
	put_decoded(w, s, 1);
	return 1;
}

static void
write_text(struct writer *w, const struct node *n)
{
	const char *s = n->s, *end = s + n->len;

	while (s < end && !w->full) {
		const char *from = s;

		while (s < end && !specials[(unsigned char)*s])
			s++;
		put_run(w, from, (size_t)(s - from));
		if (s < end)
			s += special(w, s, (size_t)(end - s));
	}
}

static bool
is_mute(enum tag tag)
{
	return tag == TAG_RT || tag == TAG_RP || tag == TAG_RTC ||
	       tag == TAG_AUDIO || tag == TAG_VIDEO;
}

static void
text_break(struct writer *w, enum tag tag)
{
	if (w->mute > 0)
		return;
	if (tag == TAG_TD || tag == TAG_TH)
		text_space(&w->c->text);
	else if (tag == TAG_BR || (clean_tags[tag].flags & F_BLOCK) != 0)
		text_newline(&w->c->text);
}

/* An end tag's bytes: </name>. */
static size_t
end_cost(enum tag tag)
{
	return (clean_tags[tag].flags & F_VOID) != 0 ? 0
						     : clean_tags[tag].len + 3u;
}

/* False: neither it nor what is in it comes out. */
static bool
enter(struct writer *w, struct node *n)
{
	enum tag tag = (enum tag)n->tag;
	size_t cost = n->len + end_cost(tag);

	if ((n->flags & NODE_CUT) != 0)
		return false;
	text_break(w, tag);
	w->depth++;
	if (w->depth >= LIMIT_HTML_DEPTH &&
	    (clean_tags[tag].flags & F_VOID) == 0)
		return true;
	if (!fits(w, cost)) {
		w->depth--;
		return false;
	}
	w->after_pre = false;
	put(&w->c->html, n->s, n->len);
	w->closing += end_cost(tag);
	w->pre += tag == TAG_PRE;
	w->mute += is_mute(tag);
	w->after_pre = tag == TAG_PRE;
	if (tag == TAG_IMG && w->c->first_image == NULL && n->url != NULL &&
	    str_starts(n->url, "http"))
		w->c->first_image = n->url;
	return true;
}

static void
leave(struct writer *w, const struct node *n)
{
	enum tag tag = (enum tag)n->tag;
	const struct tag_info *info = &clean_tags[tag];
	char end[20] = "</";

	text_break(w, tag);
	if (w->depth-- >= LIMIT_HTML_DEPTH || (info->flags & F_VOID) != 0)
		return;
	memcpy(end + 2, info->open + 1, info->len + 1u);
	put(&w->c->html, end, info->len + 3u);
	w->closing -= end_cost(tag);
	w->pre -= tag == TAG_PRE;
	w->mute -= is_mute(tag);
	w->after_pre = false;
}

void
clean_write(struct cleaner *c, size_t limit)
{
	struct writer w = {.c = c, .limit = limit};
	struct node *parent = c->root, *n = parent->first;

	c->html.len = c->text.len = 0;
	reserve(&c->html, 1);
	reserve(&c->text, 1);
	for (;;) {
		if (n == NULL) {
			if (parent == c->root)
				break;
			leave(&w, parent);
			n = parent->next;
			parent = parent->prev;
			continue;
		}
		n->prev = parent;
		if (n->tag == TAG_NONE) {
			if ((n->flags & NODE_CUT) == 0)
				write_text(&w, n);
		} else if (!w.full && enter(&w, n)) {
			parent = n;
			n = n->first;
			continue;
		}
		n = n->next;
	}
	while (c->text.len > 0 &&
	       ascii_space((unsigned char)c->text.data[c->text.len - 1]))
		c->text.len--;
}

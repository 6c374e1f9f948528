/* SPDX-License-Identifier: ISC */
#include "base/tags.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

static bool
is_space(char c)
{
	return ascii_space((unsigned char)c);
}

static bool
is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static void
skip_spaces(const char **p, const char *end)
{
	while (*p < end && is_space(**p))
		(*p)++;
}

static void
skip_past(struct tags *t, const char *mark)
{
	size_t n = strlen(mark);
	const char *q = memmem(t->p, (size_t)(t->end - t->p), mark, n);

	t->p = q != NULL ? q + n : t->end;
}

/* At the character behind '<': is it something that is no tag? */
static bool
skip_other(struct tags *t)
{
	size_t left = (size_t)(t->end - t->p);

	if (left >= 3 && memcmp(t->p, "!--", 3) == 0) {
		skip_past(t, "-->");
	} else if (left >= 8 && memcmp(t->p, "![CDATA[", 8) == 0) {
		skip_past(t, "]]>");
	} else if (*t->p == '?') {
		skip_past(t, ">");
	} else if (*t->p == '!') {
		/* A DOCTYPE, perhaps with what it declares. */
		while (t->p < t->end && *t->p != '>' && *t->p != '[')
			t->p++;
		if (t->p < t->end && *t->p == '[')
			skip_past(t, "]");
	} else {
		return false;
	}
	return true;
}

static void
read_value(const char **p, const char *end, struct tag_attribute *ret)
{
	const char *q;

	skip_spaces(p, end);
	if (*p < end && (**p == '"' || **p == '\'')) {
		q = memchr(*p + 1, **p, (size_t)(end - *p) - 1);
		ret->value = *p + 1;
		if (q == NULL)
			q = end;
		ret->value_len = (size_t)(q - ret->value);
		*p = q < end ? q + 1 : q;
		return;
	}
	ret->value = *p;
	while (*p < end && **p != '>' && !is_space(**p))
		(*p)++;
	ret->value_len = (size_t)(*p - ret->value);
}

/* False at the end of the tag. */
static bool
read_attribute(const char **p, const char *end, struct tag_attribute *ret)
{
	const char *before;

	skip_spaces(p, end);
	while (*p < end && **p == '/' && !(end - *p >= 2 && (*p)[1] == '>')) {
		(*p)++;
		skip_spaces(p, end);
	}
	if (*p == end || **p == '>' || **p == '<' || **p == '/')
		return false;
	before = *p;
	*ret = (struct tag_attribute){.name = *p};
	while (*p < end && strchr("=>/<", **p) == NULL && !is_space(**p))
		(*p)++;
	ret->len = (size_t)(*p - before);
	skip_spaces(p, end);
	if (*p < end && **p == '=') {
		(*p)++;
		read_value(p, end, ret);
	}
	if (*p == before)
		(*p)++; /* a NUL, which strchr() finds too */
	return true;
}

bool
tags_next(struct tags *t, struct tag *ret)
{
	while ((t->p = memchr(t->p, '<', (size_t)(t->end - t->p))) != NULL) {
		struct tag tag = {0};
		struct tag_attribute at;

		if (++t->p == t->end)
			return false;
		if (skip_other(t))
			continue;
		if (*t->p == '/' && t->p + 1 < t->end) {
			tag.is_end = true;
			t->p++;
		}
		if (!is_letter(*t->p))
			continue;
		tag.name = t->p;
		while (t->p < t->end && strchr("></", *t->p) == NULL &&
		       !is_space(*t->p))
			t->p++;
		tag.len = (size_t)(t->p - tag.name);
		tag.attributes = t->p;
		while (read_attribute(&t->p, t->end, &at))
			;
		tag.end = t->p;
		if (t->p < t->end && *t->p == '/') {
			tag.is_closed = true;
			t->p++;
		}
		*ret = tag;
		return true;
	}
	t->p = t->end;
	return false;
}

void
tags_skip_raw(struct tags *t, const struct tag *tag)
{
	while (t->p < t->end) {
		const char *q = memmem(t->p, (size_t)(t->end - t->p), "</", 2);

		if (q == NULL || (size_t)(t->end - q) < tag->len + 2) {
			t->p = t->end;
			return;
		}
		t->p = q;
		if (ascii_ieq_n(q + 2, tag->name, tag->len))
			return;
		t->p += 2;
	}
}

bool
tag_is(const struct tag *tag, const char *name)
{
	return tag->len == strlen(name) &&
	       ascii_ieq_n(tag->name, name, tag->len);
}

bool
tag_next_attribute(struct tag *tag, struct tag_attribute *ret)
{
	return read_attribute(&tag->attributes, tag->end, ret);
}

bool
tag_attribute_is(const struct tag_attribute *at, const char *name)
{
	return at->len == strlen(name) && ascii_ieq_n(at->name, name, at->len);
}

/* One reference at s[0] == '&'; its length, 0: it is none. */
static size_t
read_reference(const char *s, size_t len, uint32_t *ret_cp)
{
	static const struct {
		const char *name;
		uint32_t cp;
	} named[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'},
	    {"&quot;", '"'}, {"&apos;", '\''}, {"&nbsp;", 0xA0},
	    {"&laquo;", 0xAB}, {"&raquo;", 0xBB}, {"&middot;", 0xB7},
	    {"&ndash;", 0x2013}, {"&mdash;", 0x2014}, {"&lsquo;", 0x2018},
	    {"&rsquo;", 0x2019}, {"&ldquo;", 0x201C}, {"&rdquo;", 0x201D},
	    {"&bull;", 0x2022}, {"&hellip;", 0x2026}};
	uint32_t cp = 0, base = 10;
	size_t i = 2;

	for (size_t n = 0; n < AK_COUNT(named); n++) {
		size_t k = strlen(named[n].name);

		if (len >= k && memcmp(s, named[n].name, k) == 0) {
			*ret_cp = named[n].cp;
			return k;
		}
	}
	if (len < 4 || s[1] != '#')
		return 0;
	if ((s[2] | 0x20) == 'x') {
		base = 16;
		i = 3;
	}
	for (; i < len && s[i] != ';'; i++) {
		unsigned char c = ascii_lower((unsigned char)s[i]);
		uint32_t v = c >= 'a' ? c - 'a' + 10u : (uint32_t)c - '0';

		if (v >= base || cp > 0x10FFFF)
			return 0;
		cp = cp * base + v;
	}
	if (i == len || cp < 0x20 || cp == 0xFFFE || cp == 0xFFFF)
		return 0;
	*ret_cp = cp;
	return i + 1;
}

const char *
tag_text(struct arena *a, const char *s, size_t len, size_t max)
{
	char *out;
	size_t n = 0, i = 0;

	while (len > 0 && is_space(s[0])) {
		s++;
		len--;
	}
	while (len > 0 && is_space(s[len - 1]))
		len--;
	len = utf8_cut(s, len, max);
	if (len == 0 || (out = arena_alloc_raw(a, len + 4)) == NULL)
		return NULL;
	while (i < len) {
		uint32_t cp;
		size_t k = 0;

		if (s[i] == '&')
			k = read_reference(s + i, len - i, &cp);
		if (k == 0) {
			out[n++] = is_space(s[i]) ? ' ' : s[i];
			i++;
			continue;
		}
		/* No reference is shorter than its character. */
		n += utf8_encode(cp, out + n);
		i += k;
	}
	out[n] = '\0';
	return out;
}

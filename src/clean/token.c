/* SPDX-License-Identifier: ISC */
/*
 * The tokenizer of HTML 13.2.5, without the states whose only purpose is an
 * error message.  It never fails and never looks back: the bytes of a token
 * are looked at once, and what a search for an end tag found is remembered
 * (next_end), so time is linear.
 *
 * It differs from the standard where that loses content: raw text elements
 * without an end tag, but script and style, do not swallow the rest of the
 * document; "<![CDATA[" and its end vanish, and what is between them stays;
 * and "if a <b then c", which looks like a tag to the end of the input but has
 * no value as one that was cut off would, is text.
 */
#include "clean/clean_int.h"

#include <string.h>

void
clean_tokens(struct tokenizer *t, const char *s, size_t len)
{
	memset(t, 0, sizeof(*t));
	t->at = s;
	t->end = s + len;
}

static bool
is_alpha(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool
is_space(char c)
{
	return ascii_space((unsigned char)c);
}

/* Behind the next "-->" or "--!>" from `p`, which may begin with "->". */
static const char *
comment_end(const char *p, const char *end)
{
	if (p < end && *p == '>')
		return p + 1;
	if (end - p >= 2 && p[0] == '-' && p[1] == '>')
		return p + 2;
	while ((p = memchr(p, '>', (size_t)(end - p))) != NULL) {
		if ((p[-1] == '-' && p[-2] == '-') ||
		    (p[-1] == '!' && p[-2] == '-' && p[-3] == '-'))
			return p + 1;
		p++;
	}
	return end;
}

/* Skip what begins with "<!", "<?" or "</" and is no tag. */
static const char *
skip_markup(struct tokenizer *t, const char *p)
{
	const char *close;
	size_t left = (size_t)(t->end - p);

	if (left >= 4 && memcmp(p, "<!--", 4) == 0)
		return comment_end(p + 4, t->end);
	if (left >= 9 && memcmp(p, "<![CDATA[", 9) == 0) {
		t->in_cdata = true;
		return p + 9;
	}
	close = memchr(p, '>', left);
	return close != NULL ? close + 1 : t->end;
}

/* Read the attribute at *at; false: there is none before the '>'. */
static bool
read_attr(struct tokenizer *t, const char **at, const char **name,
    size_t *name_len, const char **value, size_t *value_len)
{
	const char *p = *at, *end = t->end;

	while (p < end && (is_space(*p) || *p == '/'))
		p++;
	*name = p;
	if (p < end && *p == '=')
		p++; /* HTML 13.2.5.32: part of the name */
	while (p < end && !is_space(*p) && *p != '/' && *p != '>' && *p != '=')
		p++;
	*name_len = (size_t)(p - *name);
	*value = p;
	*value_len = 0;
	*at = p;
	if (*name_len == 0)
		return false;
	while (p < end && is_space(*p))
		p++;
	if (p == end || *p != '=')
		return true;
	p++;
	while (p < end && is_space(*p))
		p++;
	if (p < end && (*p == '"' || *p == '\'')) {
		const char *close = memchr(p + 1, *p, (size_t)(end - p - 1));

		*value = p + 1;
		*value_len = (size_t)((close != NULL ? close : end) - p - 1);
		*at = close != NULL ? close + 1 : end;
		return true;
	}
	*value = p;
	while (p < end && !is_space(*p) && *p != '>')
		p++;
	*value_len = (size_t)(p - *value);
	*at = p;
	return true;
}

/* The tag at p, "<x" or "</x"; false: it is cut off by the end of input.  Then
 * ret->kind is TEXT if it is none. */
static bool
read_tag(struct tokenizer *t, const char *p, struct token *ret)
{
	const char *name, *value, *from, *last;
	size_t name_len, value_len;
	bool is_prose;

	ret->kind = p[1] == '/' ? TOKEN_END : TOKEN_START;
	p += p[1] == '/' ? 2 : 1;
	from = p;
	while (p < t->end && !is_space(*p) && *p != '/' && *p != '>')
		p++;
	ret->tag = clean_tag_find(from, (size_t)(p - from));
	ret->n_attrs = 0;
	ret->seen = 0;
	last = p;
	is_prose = ret->kind == TOKEN_START && p < t->end && is_space(*p);
	while (read_attr(t, &p, &name, &name_len, &value, &value_len)) {
		enum attr a;

		last = p;
		is_prose &= value_len == 0;
		if (ret->tag == TAG_NONE || ret->kind == TOKEN_END ||
		    (a = clean_attr_find(name, name_len)) == ATTR_NONE ||
		    (ret->seen & (uint64_t)1 << a) != 0 ||
		    ret->n_attrs == MAX_ATTRS)
			continue;
		ret->seen |= (uint64_t)1 << a;
		ret->attrs[ret->n_attrs].attr = a;
		ret->attrs[ret->n_attrs].value = value;
		ret->attrs[ret->n_attrs++].len = value_len;
	}
	if (p == t->end) {
		if (is_prose)
			ret->kind = TOKEN_TEXT;
		return false;
	}
	ret->self_closing = p > last && p[-1] == '/';
	t->at = p + 1;
	return true;
}

/* End of the text from `p`: the next '<' that begins markup, or the end. */
static const char *
text_end(const struct tokenizer *t, const char *p)
{
	while ((p = memchr(p, '<', (size_t)(t->end - p))) != NULL) {
		if (p + 1 < t->end &&
		    (is_alpha(p[1]) || p[1] == '!' || p[1] == '?' ||
			(p[1] == '/' && p + 2 < t->end)))
			return p;
		p++;
	}
	return t->end;
}

/* Text up to the end of a CDATA section, if one is open and ends here. */
static bool
cut_cdata(struct tokenizer *t, const char *from, const char *end,
    const char **ret_end)
{
	const char *close = memmem(from, (size_t)(end - from), "]]>", 3);

	if (close == NULL)
		return false;
	t->in_cdata = false;
	t->at = close + 3;
	*ret_end = close;
	return true;
}

void
clean_token_next(struct tokenizer *t, struct token *ret)
{
	for (;;) {
		const char *p = t->at, *end;

		if (p == t->end) {
			ret->kind = TOKEN_END_OF_INPUT;
			return;
		}
		if ((end = text_end(t, p)) != p) {
			t->steps += (size_t)(end - p);
			t->at = end;
			if (t->in_cdata)
				(void)cut_cdata(t, p, end, &end);
			if (end == p)
				continue;
			ret->kind = TOKEN_TEXT;
			ret->text = p;
			ret->len = (size_t)(end - p);
			return;
		}
		if (is_alpha(p[1]) || (p[1] == '/' && is_alpha(p[2]))) {
			bool whole = read_tag(t, p, ret);

			if (!whole)
				t->at = t->end;
			t->steps += (size_t)(t->at - p);
			if (whole)
				return;
			if (ret->kind == TOKEN_TEXT) {
				ret->text = p;
				ret->len = (size_t)(t->end - p);
				return;
			}
		} else {
			t->at = skip_markup(t, p);
			t->steps += (size_t)(t->at - p);
		}
	}
}

/* The "</name" of `tag` from `p` on, or NULL. */
static const char *
find_end_tag(struct tokenizer *t, const char *p, enum tag tag)
{
	const struct tag_info *info = &clean_tags[tag];
	const char *from = p;

	if (t->next_end[tag] != NULL && t->next_end[tag] >= p)
		return t->next_end[tag] == t->end ? NULL : t->next_end[tag];
	while ((p = memchr(p, '<', (size_t)(t->end - p))) != NULL) {
		const char *after = p + 2 + info->len;

		if (after < t->end && p[1] == '/' &&
		    ascii_ieq_n(p + 2, info->name, info->len) &&
		    (is_space(*after) || *after == '/' || *after == '>')) {
			t->steps += (size_t)(p - from);
			t->next_end[tag] = p;
			return p;
		}
		p++;
	}
	t->steps += (size_t)(t->end - from);
	t->next_end[tag] = t->end;
	return NULL;
}

bool
clean_token_raw(
    struct tokenizer *t, enum tag tag, const char **ret, size_t *ret_len)
{
	const char *close = find_end_tag(t, t->at, tag);
	const char *gt;

	*ret = t->at;
	if (close == NULL) {
		if (tag != TAG_SCRIPT && tag != TAG_STYLE &&
		    tag != TAG_PLAINTEXT)
			return false;
		*ret_len = (size_t)(t->end - t->at);
		t->at = t->end;
		return true;
	}
	*ret_len = (size_t)(close - t->at);
	gt = memchr(close, '>', (size_t)(t->end - close));
	t->at = gt != NULL ? gt + 1 : t->end;
	return true;
}

bool
clean_token_skip(struct tokenizer *t, enum tag tag)
{
	struct tokenizer saved = *t;
	struct token tok;
	size_t depth = 1;

	if (find_end_tag(t, t->at, tag) == NULL)
		return false;
	for (;;) {
		const char *raw;
		unsigned flags;
		size_t raw_len;

		clean_token_next(t, &tok);
		if (tok.kind == TOKEN_END_OF_INPUT)
			break;
		if (tok.kind == TOKEN_TEXT)
			continue;
		flags = clean_tags[tok.tag].flags;
		if (tok.kind == TOKEN_START && (flags & F_RAW) != 0)
			(void)clean_token_raw(t, tok.tag, &raw, &raw_len);
		if (tok.tag != tag)
			continue;
		if (tok.kind == TOKEN_START)
			depth++;
		else if (tok.kind == TOKEN_END && --depth == 0)
			return true;
	}
	/* Nested ones ate all end tags: take the first one instead. */
	saved.steps = t->steps;
	*t = saved;
	t->next_end[tag] = t->end;
	return false;
}

const struct token_attr *
clean_token_attr(const struct token *t, enum attr a)
{
	if ((t->seen & (uint64_t)1 << a) == 0)
		return NULL;
	for (size_t i = 0; i < t->n_attrs; i++)
		if (t->attrs[i].attr == a)
			return &t->attrs[i];
	return NULL;
}

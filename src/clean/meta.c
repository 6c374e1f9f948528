/* SPDX-License-Identifier: ISC */
/*
 * What a page says of itself: <title>, <meta>, <link>, JSON-LD.  Of JSON-LD
 * only the strings of a few keys are wanted, so it is searched, not parsed:
 * the first "articleBody" is the article's on any page that has one.
 */
#include "clean/page.h"

#include <string.h>

#include "base/utf8.h"
#include "parse/parse.h"

/* --- JSON-LD ------------------------------------------------------------ */

/* Four hexadecimal digits; 0: there are none. */
static unsigned
hex4(const char *s, const char *end)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = s + i < end ? (unsigned char)s[i] : '!';

		v <<= 4;
		if (c >= '0' && c <= '9')
			v |= (unsigned)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v |= (unsigned)((c | 32) - 'a') + 10;
		else
			return 0;
	}
	return v;
}

/* The JSON string behind its opening quote, decoded; NULL: it has no end. */
static const char *
json_string(struct arena *a, const char *s, const char *end)
{
	struct buf out;
	const char *result = NULL;

	buf_init(&out, LIMIT_CONTENT_BYTES);
	for (; s < end && *s != '"'; s++) {
		char utf8[4];
		unsigned cp, low;

		if (*s != '\\' || s + 1 == end) {
			if ((unsigned char)*s >= ' ')
				buf_addc(&out, *s);
			continue;
		}
		switch (*++s) {
		case 'n':
			buf_addc(&out, '\n');
			break;
		case 'r':
		case 'b':
		case 'f':
			break;
		case 't':
			buf_addc(&out, ' ');
			break;
		case 'u':
			if ((cp = hex4(s + 1, end)) == 0)
				break;
			s += 4;
			if (cp >= 0xD800 && cp < 0xDC00 && end - s > 6 &&
			    s[1] == '\\' && s[2] == 'u' &&
			    (low = hex4(s + 3, end)) >= 0xDC00) {
				cp = 0x10000 + ((cp & 0x3FF) << 10) +
				     (low & 0x3FF);
				s += 6;
			}
			if (cp >= ' ')
				buf_add(&out, utf8, utf8_encode(cp, utf8));
			break;
		default:
			buf_addc(&out, *s);
			break;
		}
	}
	if (s < end && out.len > 0 && buf_status(&out) == AK_OK)
		result = arena_strndup(a, out.data, out.len);
	buf_release(&out);
	return result;
}

/* The string of `"key": "..."`, or, in an object or array behind the key, of
 * its `"inner": "..."`. */
static const char *
json_value(struct arena *a, const char *s, size_t len, const char *key,
    const char *inner)
{
	const char *end = s + len, *p = memmem(s, len, key, strlen(key));

	if (p == NULL)
		return NULL;
	p += strlen(key);
	while (p < end && (ascii_space((unsigned char)*p) || *p == ':'))
		p++;
	while (p < end && (*p == '[' || ascii_space((unsigned char)*p)))
		p++;
	if (p < end && *p == '"')
		return json_string(a, p + 1, end);
	if (inner == NULL || p == end || *p != '{')
		return NULL;
	return json_value(a, p, (size_t)(end - p), inner, NULL);
}

/* The same as one line of plain text. */
static const char *
json_line(struct arena *a, const char *s, size_t len, const char *key,
    const char *inner)
{
	struct doc_text t = {.value = json_value(a, s, len, key, inner)};

	return clean_text(a, &t, LIMIT_TITLE_BYTES);
}

static void
read_json(struct arena *a, const char *s, size_t len, struct meta *m)
{
	const char *date = json_value(a, s, len, "\"datePublished\"", NULL);

	if (m->body == NULL)
		m->body = json_value(a, s, len, "\"articleBody\"", NULL);
	if (m->title == NULL)
		m->title = json_line(a, s, len, "\"headline\"", NULL);
	if (m->author == NULL)
		m->author = json_line(a, s, len, "\"author\"", "\"name\"");
	if (m->image == NULL)
		m->image = json_line(a, s, len, "\"image\"", "\"url\"");
	if (m->published == DOC_NO_TIME && date != NULL)
		m->published = parse_date(date);
}

/* --- tags --------------------------------------------------------------- */

static bool
is_value(const struct token_attr *a, const char *word)
{
	return a != NULL && a->len == strlen(word) &&
	       ascii_ieq_n(a->value, word, a->len);
}

/* The value of an attribute as one line; NULL: absent or empty. */
static const char *
value(struct cleaner *c, struct arena *a, const struct token_attr *attr)
{
	struct doc_text t = {.type = DOC_TEXT_PLAIN};

	if (attr == NULL)
		return NULL;
	clean_decode(c, attr->value, attr->len);
	t.value = c->value.data;
	return clean_text(a, &t, LIMIT_TITLE_BYTES);
}

static void
read_meta(
    struct cleaner *c, struct arena *a, const struct token *t, struct meta *m)
{
	static const char *const dates[] = {"article:published_time",
	    "og:article:published_time", "datePublished", "pubdate",
	    "publish_date", "date", "dc.date", "dcterms.date"};
	const struct token_attr *name = clean_token_attr(t, ATTR_PROPERTY);
	const char *v = value(c, a, clean_token_attr(t, ATTR_CONTENT));

	if (name == NULL)
		name = clean_token_attr(t, ATTR_NAME);
	if (name == NULL || v == NULL)
		return;
	if (is_value(name, "og:title"))
		m->title = v;
	else if (is_value(name, "og:image") && m->image == NULL)
		m->image = v;
	else if (is_value(name, "author") ||
		 (is_value(name, "article:author") && strstr(v, "://") == NULL))
		m->author = v;
	for (size_t i = 0; i < AK_COUNT(dates); i++)
		if (is_value(name, dates[i]) && m->published == DOC_NO_TIME)
			m->published = parse_date(v);
}

static bool
is_next_rel(const struct token_attr *rel)
{
	return is_value(rel, "next");
}

static void
read_start(
    struct cleaner *c, struct arena *a, const struct token *t, struct meta *m)
{
	switch (t->tag) {
	case TAG_HTML:
		m->language = value(c, a, clean_token_attr(t, ATTR_LANG));
		break;
	case TAG_META:
		read_meta(c, a, t, m);
		break;
	case TAG_BASE:
		if (m->base == NULL)
			m->base = value(c, a, clean_token_attr(t, ATTR_HREF));
		break;
	case TAG_LINK:
	case TAG_A:
		if (m->next == NULL &&
		    is_next_rel(clean_token_attr(t, ATTR_REL)))
			m->next = value(c, a, clean_token_attr(t, ATTR_HREF));
		break;
	case TAG_TIME:
		if (m->published == DOC_NO_TIME &&
		    clean_token_attr(t, ATTR_DATETIME) != NULL) {
			const char *v =
			    value(c, a, clean_token_attr(t, ATTR_DATETIME));

			m->published = v != NULL ? parse_date(v) : DOC_NO_TIME;
		}
		break;
	default:
		break;
	}
}

/* <title> without the site's name behind " | " or " - ". */
static const char *
short_title(struct arena *a, const char *s)
{
	static const char *const seps[] = {" | ", "\uFF5C", " - ", " \u2013 ",
	    " \u2014 ", " :: ", " \u00BB ", " \u00B7 ", "_"};
	size_t len = strlen(s), best = len;

	for (size_t i = 0; i < AK_COUNT(seps); i++) {
		const char *at = NULL, *p = s;

		while ((p = strstr(p, seps[i])) != NULL)
			at = p++;
		if (at != NULL && (size_t)(at - s) < best &&
		    clean_weight(s, (size_t)(at - s)) >= 12)
			best = (size_t)(at - s);
	}
	return best < len ? arena_strndup(a, s, best) : s;
}

void
clean_meta(struct cleaner *c, struct arena *a, const char *html, size_t len,
    struct meta *ret)
{
	struct meta m = {.published = DOC_NO_TIME};
	struct doc_text title = {.type = DOC_TEXT_HTML};
	struct tokenizer t;

	clean_tokens(&t, html, len);
	for (;;) {
		const char *raw;
		size_t raw_len;
		bool is_json;

		clean_token_next(&t, &c->token);
		if (c->token.kind == TOKEN_END_OF_INPUT)
			break;
		if (c->token.kind != TOKEN_START)
			continue;
		if ((clean_tags[c->token.tag].flags & F_RAW) == 0) {
			read_start(c, a, &c->token, &m);
			continue;
		}
		is_json = is_value(clean_token_attr(&c->token, ATTR_TYPE),
		    "application/ld+json");
		if (!clean_token_raw(&t, c->token.tag, &raw, &raw_len))
			continue;
		if (is_json)
			read_json(a, raw, raw_len, &m);
		else if (c->token.tag == TAG_TITLE && title.value == NULL)
			title.value = arena_strndup(a, raw, raw_len);
	}
	if (m.title == NULL && title.value != NULL &&
	    (m.title = clean_text(a, &title, LIMIT_TITLE_BYTES)) != NULL)
		m.title = short_title(a, m.title);
	*ret = m;
}

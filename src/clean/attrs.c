/* SPDX-License-Identifier: ISC */
/*
 * Attributes: what may come out, and in which form.  tags.def says which
 * attribute an element may have, attrs.def how its value is judged; a value
 * that is not of its form is dropped, never repaired by guessing.
 */
#include "clean/clean_int.h"

#include <string.h>

#include "base/utf8.h"

#define MAX_TEXT_VALUE ((size_t)4096)
#define MAX_ID 128
#define MAX_NAMES 256

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

void
clean_decode(struct cleaner *c, const char *raw, size_t len)
{
	struct buf *out = &c->value;
	const char *end = raw + len;

	buf_clear(out);
	while (raw < end) {
		const char *from = raw;
		char utf8[8];
		size_t n, used;

		while (raw < end && *raw != '&' && *raw != '\r' &&
		       ((unsigned char)*raw >= ' ' || *raw == '\n' ||
			   *raw == '\t') &&
		       *raw != 0x7F)
			raw++;
		buf_add(out, from, (size_t)(raw - from));
		if (raw == end)
			break;
		if (*raw == '&' &&
		    (used = clean_entity(
			 raw, (size_t)(end - raw), true, utf8, &n)) > 0) {
			buf_add(out, utf8, n);
			raw += used;
			continue;
		}
		if (*raw == '&')
			buf_addc(out, '&');
		else if (*raw == '\r' && (raw + 1 == end || raw[1] != '\n'))
			buf_addc(out, '\n');
		raw++;
	}
	if (out->data == NULL)
		buf_add(out, "", 0);
}

void
clean_put_attr(
    struct cleaner *c, const char *name, const char *value, size_t len)
{
	struct buf *out = &c->tag;

	buf_addc(out, ' ');
	buf_adds(out, name);
	buf_add(out, "=\"", 2);
	for (size_t i = 0; i < len;) {
		size_t from = i;

		while (i < len && value[i] != '&' && value[i] != '<' &&
		       value[i] != '>' && value[i] != '"')
			i++;
		buf_add(out, value + from, i - from);
		if (i == len)
			break;
		switch (value[i++]) {
		case '&':
			buf_add(out, "&amp;", 5);
			break;
		case '<':
			buf_add(out, "&lt;", 4);
			break;
		case '>':
			buf_add(out, "&gt;", 4);
			break;
		default:
			buf_add(out, "&quot;", 6);
			break;
		}
	}
	buf_addc(out, '"');
}

bool
clean_set_tag(struct cleaner *c, struct node *n)
{
	buf_addc(&c->tag, '>');
	n->s = arena_strndup(c->scratch, c->tag.data, c->tag.len);
	n->len = (uint32_t)c->tag.len;
	return n->s != NULL;
}

/* --- the forms ---------------------------------------------------------- */

static bool
all_of(const char *s, size_t min, size_t max, const char *more)
{
	size_t len = strlen(s);

	if (len < min || len > max)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alnum(s[i]) && !is_one_of(s[i], more))
			return false;
	return true;
}

static const char *
one_word_of(struct cleaner *c, const char *const *words, size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		if (ascii_ieq(c->value.data, words[i]))
			return words[i];
	return NULL;
}

static const char *
form_word(struct cleaner *c, enum attr_form form)
{
	static const char *const dirs[] = {"ltr", "rtl", "auto"};
	static const char *const aligns[] = {
	    "left", "right", "center", "justify", "char"};
	static const char *const valigns[] = {
	    "top", "middle", "bottom", "baseline"};
	static const char *const scopes[] = {
	    "row", "col", "rowgroup", "colgroup"};
	static const char *const kinds[] = {
	    "subtitles", "captions", "descriptions", "chapters", "metadata"};

	switch (form) {
	case FORM_DIR:
		return one_word_of(c, dirs, AK_COUNT(dirs));
	case FORM_ALIGN:
		return one_word_of(c, aligns, AK_COUNT(aligns));
	case FORM_VALIGN:
		return one_word_of(c, valigns, AK_COUNT(valigns));
	case FORM_SCOPE:
		return one_word_of(c, scopes, AK_COUNT(scopes));
	default:
		return one_word_of(c, kinds, AK_COUNT(kinds));
	}
}

bool
clean_is_id(const char *s)
{
	return all_of(s, 1, MAX_ID, "_.:-");
}

/* "u-" and the id, unless it has that already. */
static const char *
form_id(struct cleaner *c)
{
	const char *s = c->value.data;
	size_t skip = str_starts(s, "u-") ? 2 : 0;

	if (!clean_is_id(s + skip))
		return NULL;
	return skip > 0 ? s : arena_printf(c->scratch, "u-%s", s);
}

static const char *
form_ids(struct cleaner *c)
{
	struct buf out;
	const char *result = NULL;
	char *save = NULL;

	buf_init(&out, LIMIT_URL_BYTES);
	for (char *id = strtok_r(c->value.data, " \t\n\f\r", &save); id != NULL;
	     id = strtok_r(NULL, " \t\n\f\r", &save)) {
		bool has = str_starts(id, "u-");

		if (!clean_is_id(id + (has ? 2 : 0)))
			continue;
		buf_adds(&out, out.len > 0 ? " " : "");
		buf_adds(&out, has ? "" : "u-");
		buf_adds(&out, id);
	}
	if (out.len > 0 && buf_status(&out) == AK_OK)
		result = arena_strdup(c->scratch, out.data);
	buf_release(&out);
	return result;
}

/* "640", "640px", "640.5", "50%" */
static const char *
form_size(struct cleaner *c)
{
	char *s = c->value.data;
	size_t i = 0, n;

	while (ascii_space((unsigned char)s[i]))
		i++;
	n = strspn(s + i, "0123456789");
	if (n == 0 || n > 5)
		return NULL;
	s += i;
	i = n;
	if (s[i] == '.')
		i += 1 + strspn(s + i + 1, "0123456789");
	if (s[i] == '%')
		s[n++] = '%';
	else if (s[i] != '\0' && !ascii_space((unsigned char)s[i]) &&
		 !ascii_istarts(s + i, "px"))
		return NULL;
	s[n] = '\0';
	return s;
}

const char *
clean_size(struct cleaner *c, const struct token_attr *in)
{
	clean_decode(c, in->value, in->len);
	return form_size(c);
}

static const char *
form_integer(struct cleaner *c, size_t max_digits, bool sign)
{
	char *s = c->value.data;
	size_t minus, n;

	while (ascii_space((unsigned char)*s))
		s++;
	minus = sign && *s == '-';
	n = strspn(s + minus, "0123456789");
	if (n == 0 || n > max_digits)
		return NULL;
	s[minus + n] = '\0';
	return s;
}

/* A media type with or without parameters. */
static bool
is_media_type(const char *s)
{
	const char *slash = strchr(s, '/');
	size_t n;

	if (slash == NULL || slash == s || strlen(s) > 200)
		return false;
	for (const char *p = s; p < slash; p++)
		if (!is_alnum(*p) && !is_one_of(*p, ".+-"))
			return false;
	for (n = 1; is_alnum(slash[n]) || is_one_of(slash[n], ".+-"); n++)
		continue;
	return n > 1 && (slash[n] == '\0' || slash[n] == ';') &&
	       strpbrk(slash, "<>\n") == NULL;
}

static const char *
form_type(struct cleaner *c, enum tag tag)
{
	static const char *const bullets[] = {"disc", "circle", "square"};
	const char *s = c->value.data;

	if (tag == TAG_UL)
		return one_word_of(c, bullets, AK_COUNT(bullets));
	if (tag == TAG_OL)
		return strlen(s) == 1 && is_one_of(*s, "1aAiI") ? s : NULL;
	return is_media_type(s) ? s : NULL;
}

/* The language-... among the classes of code. */
static const char *
form_class(struct cleaner *c)
{
	char *save = NULL;

	for (char *s = strtok_r(c->value.data, " \t\n\f\r", &save); s != NULL;
	     s = strtok_r(NULL, " \t\n\f\r", &save)) {
		const char *dash = strchr(s, '-');

		if ((str_starts(s, "language-") || str_starts(s, "lang-")) &&
		    all_of(dash + 1, 1, 40, "_+#.-"))
			return s;
	}
	return NULL;
}

static const char *
form_text(struct cleaner *c, enum tag tag)
{
	struct buf *v = &c->value;

	if (tag == TAG_LI)
		return form_integer(c, 9, true);
	if (tag == TAG_DATA &&
	    (v->len > 200 || strpbrk(v->data, "<>\t\n") != NULL))
		return NULL;
	if (v->len > MAX_TEXT_VALUE)
		buf_trunc(v, utf8_cut(v->data, v->len, MAX_TEXT_VALUE));
	return v->data;
}

/* The value in c->value in its form, or NULL. */
static const char *
form(struct cleaner *c, enum tag tag, enum attr_form f)
{
	const char *s = c->value.data;

	switch (f) {
	case FORM_TEXT:
		return form_text(c, tag);
	case FORM_ID:
		return form_id(c);
	case FORM_IDS:
		return form_ids(c);
	case FORM_LANG:
		return all_of(s, 1, 64, "-") ? s : NULL;
	case FORM_FLAG:
		return "";
	case FORM_SIZE:
		return form_size(c);
	case FORM_NUMBER:
		return form_integer(c, 4, false);
	case FORM_INTEGER:
		return form_integer(c, 9, true);
	case FORM_TYPE:
		return form_type(c, tag);
	case FORM_TIME:
		return all_of(s, 1, 64, ":+.- ") ? s : NULL;
	case FORM_MEDIA:
		return all_of(s, 1, 500, " ().,:%/+*-") ? s : NULL;
	case FORM_CLASS:
		return form_class(c);
	case FORM_DIR:
	case FORM_ALIGN:
	case FORM_VALIGN:
	case FORM_SCOPE:
	case FORM_KIND:
		return form_word(c, f);
	default:
		return NULL;
	}
}

/* --- start tags --------------------------------------------------------- */

/* Do class or id of this element speak of related articles? */
static bool
says_related(const char *s, size_t len)
{
	static const char *const words[] = {"relat", "recommend", "readmore",
	    "read-more", "read_more", "seealso", "see-also", "kanren", "yarpp",
	    "more-stories"};

	for (size_t i = 0; i + 4 < len; i++) {
		if ((s[i] | 32) != 'r' && (s[i] | 32) != 's' &&
		    (s[i] | 32) != 'k' && (s[i] | 32) != 'y' &&
		    (s[i] | 32) != 'm')
			continue;
		for (size_t w = 0; w < AK_COUNT(words); w++) {
			size_t n = strlen(words[w]);

			if (n <= len - i && ascii_ieq_n(s + i, words[w], n))
				return true;
		}
	}
	return false;
}

/* Keep class and id as " .class .class #id ", lower case; rel as a class. */
static void
add_name(struct cleaner *c, struct node *n, const struct token_attr *a)
{
	const char *old = n->names != NULL ? n->names : " ";
	size_t len = a->len < MAX_NAMES ? a->len : MAX_NAMES, at;
	char *p = arena_alloc_raw(c->scratch, strlen(old) + 2 * len + 3);

	if (p == NULL)
		return;
	at = strlen(old);
	memcpy(p, old, at);
	for (size_t i = 0; i < len; i++) {
		if (ascii_space((unsigned char)a->value[i]))
			continue;
		if (i == 0 || ascii_space((unsigned char)a->value[i - 1])) {
			if (p[at - 1] != ' ')
				p[at++] = ' ';
			p[at++] = a->attr == ATTR_ID ? '#' : '.';
		}
		p[at++] = (char)ascii_lower((unsigned char)a->value[i]);
	}
	p[at++] = ' ';
	p[at] = '\0';
	n->names = p;
}

/* What an attribute means to the cleaner beyond its place in the output. */
static void
note_attr(struct cleaner *c, struct node *n, const struct token_attr *a)
{
	if ((a->attr == ATTR_CLASS || a->attr == ATTR_ID) &&
	    says_related(a->value, a->len)) {
		n->flags |= NODE_RELATED;
		c->has_related = true;
	}
	if (c->is_page && a->len > 0 &&
	    (a->attr == ATTR_CLASS || a->attr == ATTR_ID ||
		a->attr == ATTR_REL))
		add_name(c, n, a);
	if (a->attr == ATTR_REL && n->tag == TAG_A &&
	    memmem(a->value, a->len, "sponsored", 9) != NULL)
		n->flags |= NODE_ADVERT;
}

static enum attr
alias(struct cleaner *c, enum tag tag, enum attr a)
{
	uint64_t seen = c->token.seen;

	if (a == ATTR_XML_LANG && (seen & (uint64_t)1 << ATTR_LANG) == 0)
		return ATTR_LANG;
	if (a == ATTR_NAME && tag == TAG_A &&
	    (seen & (uint64_t)1 << ATTR_ID) == 0)
		return ATTR_ID;
	if (a == ATTR_DATA_SRC && (seen & (uint64_t)1 << ATTR_SRC) == 0 &&
	    (tag == TAG_VIDEO || tag == TAG_AUDIO || tag == TAG_SOURCE))
		return ATTR_SRC;
	if (a == ATTR_DATA_SRCSET && tag == TAG_SOURCE &&
	    (seen & (uint64_t)1 << ATTR_SRCSET) == 0)
		return ATTR_SRCSET;
	return a;
}

void
clean_put_plain(struct cleaner *c, struct node *n, const struct token_attr *in)
{
	enum tag tag = (enum tag)n->tag;
	enum attr a = alias(c, tag, in->attr);
	enum attr_form f = (enum attr_form)clean_attrs[a].form;
	const char *value, *last;

	if ((clean_tags[tag].attrs & (uint64_t)1 << a) == 0)
		return;
	if (a == ATTR_SRCSET) {
		value = clean_srcset(c, in->value, in->len, &last);
	} else if (f == FORM_LINK || f == FORM_URL) {
		value = clean_url(c, in->value, in->len, f);
		if (a == ATTR_HREF || a == ATTR_SRC)
			n->url = value;
	} else {
		clean_decode(c, in->value, in->len);
		value = form(c, tag, f);
	}
	if (value != NULL)
		clean_put_attr(c, clean_attrs[a].name, value, strlen(value));
}

/* text-align of a cell as its align, which may come out. */
static void
put_style(struct cleaner *c, const struct node *n, const struct token_attr *in)
{
	const char *p;

	if ((clean_tags[n->tag].attrs & (uint64_t)1 << ATTR_ALIGN) == 0 ||
	    (c->token.seen & (uint64_t)1 << ATTR_ALIGN) != 0)
		return;
	clean_decode(c, in->value, in->len);
	if ((p = ascii_istr(c->value.data, "text-align:")) == NULL)
		return;
	p += strlen("text-align:");
	p += strspn(p, " ");
	for (size_t i = 0; i < 3; i++) {
		static const char *const ways[] = {"left", "right", "center"};

		if (ascii_istarts(p, ways[i]))
			clean_put_attr(c, "align", ways[i], strlen(ways[i]));
	}
}

bool
clean_start_tag(struct cleaner *c, struct node *n)
{
	const struct tag_info *info = &clean_tags[n->tag];
	const struct token *tok = &c->token;
	bool media = n->tag == TAG_VIDEO || n->tag == TAG_AUDIO;

	if (n->tag == TAG_IMG)
		return clean_image_tag(c, n);
	if (tok->n_attrs == 0 && !media) {
		n->s = info->open;
		n->len = info->len + 2u;
		return n->tag != TAG_SOURCE && n->tag != TAG_TRACK;
	}
	buf_clear(&c->tag);
	buf_add(&c->tag, info->open, info->len + 1u);
	for (size_t i = 0; i < tok->n_attrs; i++) {
		note_attr(c, n, &tok->attrs[i]);
		if (tok->attrs[i].attr == ATTR_STYLE)
			put_style(c, n, &tok->attrs[i]);
		else
			clean_put_plain(c, n, &tok->attrs[i]);
	}
	if (media) /* no sound, no request before the reader asks for it */
		buf_adds(&c->tag, " controls=\"\" preload=\"none\"");
	if ((n->tag == TAG_SOURCE || n->tag == TAG_TRACK) &&
	    c->tag.len == info->len + 1u)
		return false;
	if (c->tag.len == info->len + 1u) {
		n->s = info->open;
		n->len = info->len + 2u;
		return true;
	}
	return clean_set_tag(c, n);
}

/* SPDX-License-Identifier: ISC */
/*
 * Text constructs (RFC 4287, 3.1) as one line of plain text.
 *
 * RSS does not say whether a title is text or HTML, so DOC_TEXT_AUTO is taken
 * as HTML only if it holds something HTML knows: an element's tag or a
 * character reference.  Then "AT&amp;T" reads AT&T, and "1 < 2" stays.
 */
#include "clean/clean_int.h"

#include <string.h>

#include "base/utf8.h"

/* Elements HTML knows beside those of tags.def. */
static bool
is_known_name(const char *s, size_t len)
{
	static const char *const more[] = {"blink", "button", "fieldset",
	    "font", "input", "label", "legend", "marquee", "nobr", "option",
	    "body", "html", "strike", "frame", "frameset", "area", "map"};

	if (clean_tag_find(s, len) != TAG_NONE)
		return true;
	for (size_t i = 0; i < AK_COUNT(more); i++)
		if (strlen(more[i]) == len && ascii_ieq_n(more[i], s, len))
			return true;
	return false;
}

/* A tag of an element that HTML knows at s[0] == '<'? */
static bool
is_known_tag(const char *s, const char *end)
{
	const char *name = s + 1, *p;

	if (name < end && *name == '/')
		name++;
	for (p = name; p < end && (((*p | 32) >= 'a' && (*p | 32) <= 'z') ||
				      (*p >= '0' && *p <= '9') || *p == '-');
	     p++)
		continue;
	if (p == end ||
	    (*p != '>' && *p != '/' && !ascii_space((unsigned char)*p)) ||
	    memchr(p, '>', (size_t)(end - p)) == NULL)
		return false;
	return is_known_name(name, (size_t)(p - name));
}

bool
clean_looks_like_html(const char *s, size_t len)
{
	const char *end = s + len;
	char out[8];
	size_t n, used;

	for (; s < end; s++) {
		if (*s == '<' &&
		    (is_known_tag(s, end) ||
			(end - s > 4 && memcmp(s, "<!--", 4) == 0)))
			return true;
		if (*s == '&' &&
		    (used = clean_entity(s, (size_t)(end - s), true, out, &n)) >
			0 &&
		    s[used - 1] == ';')
			return true;
	}
	return false;
}

/* Append with white space collapsed, none at the beginning. */
static void
add_line(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		size_t from = i;

		while (c > ' ' && c != 0x7F && c != 0xC2 && ++i < len)
			c = (unsigned char)s[i];
		buf_add(out, s + from, i - from);
		if (i == len)
			break;
		if (c == 0xC2 && i + 1 < len &&
		    (unsigned char)s[i + 1] == 0xA0) {
			i++;
			c = ' ';
		}
		if (c > ' ' && c != 0x7F)
			buf_addc(out, (char)c);
		else if (c == ' ' || (c >= '\t' && c <= '\r'))
			if (out->len > 0 && out->data[out->len - 1] != ' ')
				buf_addc(out, ' ');
	}
}

static void
add_decoded(struct buf *out, const char *s, size_t len)
{
	const char *end = s + len;

	while (s < end) {
		const char *amp = memchr(s, '&', (size_t)(end - s));
		char utf8[8];
		size_t n, used;

		add_line(out, s, (size_t)((amp != NULL ? amp : end) - s));
		if (amp == NULL)
			return;
		used = clean_entity(amp, (size_t)(end - amp), false, utf8, &n);
		if (used > 0)
			add_line(out, utf8, n);
		else
			add_line(out, amp, 1);
		s = amp + (used > 0 ? used : 1);
	}
}

static void
add_html(struct buf *out, const char *s, size_t len, bool is_auto)
{
	struct tokenizer t;
	struct token tok;
	const char *raw, *before;
	size_t raw_len;

	clean_tokens(&t, s, len);
	for (;;) {
		unsigned f;

		before = t.at;
		clean_token_next(&t, &tok);
		if (tok.kind == TOKEN_END_OF_INPUT)
			break;
		if (tok.kind == TOKEN_TEXT) {
			add_decoded(out, tok.text, tok.len);
			continue;
		}
		f = clean_tags[tok.tag].flags;
		if (tok.tag == TAG_NONE) {
			/* A guess that it is HTML does not make <T> a tag. */
			if (is_auto && !is_known_tag(before, t.end))
				add_line(out, before, (size_t)(t.at - before));
			continue;
		}
		if ((f & F_BLOCK) != 0 || tok.tag == TAG_BR)
			add_line(out, " ", 1);
		if (tok.kind != TOKEN_START || (f & (F_DROP | F_RAW)) == 0 ||
		    tok.self_closing)
			continue;
		if ((f & F_RAW) != 0)
			(void)clean_token_raw(&t, tok.tag, &raw, &raw_len);
		else
			(void)clean_token_skip(&t, tok.tag);
	}
}

const char *
clean_text(struct arena *a, const struct doc_text *text, size_t max)
{
	const char *s = text->value, *result = NULL;
	struct buf out;
	size_t len;
	bool html;

	if (s == NULL)
		return NULL;
	len = strlen(s);
	/* Tags and references may take most of it, but not without end. */
	if (len > 8 * max + LIMIT_KIB)
		len = utf8_cut(s, len, 8 * max + LIMIT_KIB);
	html = text->type == DOC_TEXT_HTML || text->type == DOC_TEXT_XHTML ||
	       (text->type == DOC_TEXT_AUTO && clean_looks_like_html(s, len));
	buf_init(&out, 16 * max + 4 * LIMIT_KIB);
	if (html)
		add_html(&out, s, len, text->type == DOC_TEXT_AUTO);
	else
		add_line(&out, s, len);
	if (out.len > max)
		buf_trunc(&out, utf8_cut(out.data, out.len, max));
	while (out.len > 0 && out.data[out.len - 1] == ' ')
		buf_trunc(&out, out.len - 1);
	if (out.len > 0)
		result = arena_strndup(a, out.data, out.len);
	buf_release(&out);
	return result;
}

const char *
clean_text_to_html(struct arena *a, const char *s, size_t *ret_len)
{
	struct buf out;
	const char *html;
	bool paragraphs = strstr(s, "\n\n") != NULL;

	buf_init(&out, 8 * LIMIT_CONTENT_BYTES);
	while (ascii_space((unsigned char)*s))
		s++;
	buf_adds(&out, paragraphs ? "<p>" : "");
	for (; *s != '\0'; s++) {
		size_t lines = 0, plain = strcspn(s, "&<\n");
		const char *p;

		buf_add(&out, s, plain);
		p = s += plain;
		if (*s == '\0')
			break;
		if (*s == '&' || *s == '<') {
			buf_adds(&out, *s == '&' ? "&amp;" : "&lt;");
			continue;
		}
		while (ascii_space((unsigned char)*p))
			lines += *p++ == '\n';
		if (*p == '\0')
			break;
		buf_adds(&out, lines > 1 ? "</p>\n<p>" : "<br>\n");
		s = p - 1;
	}
	html = buf_status(&out) == AK_OK
		   ? arena_strndup(a, buf_str(&out), out.len)
		   : NULL;
	*ret_len = out.len;
	buf_release(&out);
	return html;
}

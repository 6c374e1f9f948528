/* SPDX-License-Identifier: ISC */
/*
 * libxml2's push parser with handlers of our own (D7).
 *
 * The text is UTF-8 and begins at the root element: declaration and DOCTYPE
 * never reach libxml2 (prolog.c), so that it knows no entities but the five
 * of XML.  The first pass takes well-formed documents only and gives up at the
 * first error; then mend.c rewrites the text and a second pass reads that.
 *
 * Each open element is a frame.  A frame that gathers has its text in
 * parser.text from text_at on; when it turns out to hold markup, what was
 * gathered is escaped and its children's tags are written behind it.
 */
#include "parse/parse_int.h"

#include <libxml/parserInternals.h>
#include <string.h>

#include "base/clock.h"
#include "base/url.h"
#include "base/utf8.h"

/* SAX2 hands attributes over in groups of these. */
enum { AT_LOCAL, AT_PREFIX, AT_URI, AT_VALUE, AT_END, AT_SIZE };

void
xml_stop(struct parser *p, enum ak_status st, const char *why)
{
	if (p->stopped != AK_OK)
		return;
	p->stopped = st;
	if (p->problem == NULL)
		p->problem = why;
	xmlStopParser(p->ctxt);
}

static bool
is_over(const struct parser *p)
{
	return p->is_broken || p->stopped != AK_OK;
}

/* --- attributes ----------------------------------------------------------- */

/*
 * libxml2 leaves '&' in values as "&#38;" unless it replaces entities, which
 * it must not; undo that.
 */
static const char *
attr_value(struct parser *p, const xmlChar *from, const xmlChar *end)
{
	const char *s = (const char *)from, *e = (const char *)end;
	char *out, *o;

	while (s < e && ascii_space((unsigned char)*s))
		s++;
	while (s < e && ascii_space((unsigned char)e[-1]))
		e--;
	if (s == e || memchr(s, '&', (size_t)(e - s)) == NULL)
		return keep(p, s, (size_t)(e - s), LIMIT_XML_TEXT);
	if ((o = out = arena_alloc_raw(p->a, (size_t)(e - s) + 1)) == NULL)
		return NULL;
	while (s < e) {
		*o++ = *s;
		s += e - s >= 5 && memcmp(s, "&#38;", 5) == 0 ? 5 : 1;
	}
	*o = '\0';
	return keep(p, out, (size_t)(o - out), LIMIT_XML_TEXT);
}

static const xmlChar **
attr_find(struct parser *p, const char *name)
{
	const xmlChar **found = NULL;

	for (int i = 0; i < p->n_attrs; i++) {
		const xmlChar **at = p->attrs + i * AT_SIZE;

		if (!ascii_ieq((const char *)at[AT_LOCAL], name))
			continue;
		if (at[AT_PREFIX] == NULL)
			return at;
		if (strcmp((const char *)at[AT_PREFIX], "xml") != 0)
			found = at;
	}
	return found;
}

bool
xml_has_attr(struct parser *p, const char *name)
{
	return attr_find(p, name) != NULL;
}

const char *
xml_attr(struct parser *p, const char *name)
{
	const xmlChar **at = attr_find(p, name);

	return at != NULL ? attr_value(p, at[AT_VALUE], at[AT_END]) : NULL;
}

bool
xml_attr_is(struct parser *p, const char *name, const char *value)
{
	const xmlChar **at = attr_find(p, name);
	size_t len = strlen(value);

	return at != NULL && (size_t)(at[AT_END] - at[AT_VALUE]) == len &&
	       ascii_ieq_n((const char *)at[AT_VALUE], value, len);
}

/* xml:base and xml:lang of the element at hand. */
static void
inherit(struct parser *p, struct frame *f)
{
	for (int i = 0; i < p->n_attrs; i++) {
		const xmlChar **at = p->attrs + i * AT_SIZE;
		const char *local = (const char *)at[AT_LOCAL], *value;

		if (at[AT_PREFIX] == NULL ||
		    strcmp((const char *)at[AT_PREFIX], "xml") != 0)
			continue;
		if (strcmp(local, "base") == 0) {
			value = attr_value(p, at[AT_VALUE], at[AT_END]);
			if (value != NULL)
				value = url_resolve(p->a, f->base, value);
			if (value != NULL)
				f->base = value;
		} else if (strcmp(local, "lang") == 0) {
			f->lang = attr_value(p, at[AT_VALUE], at[AT_END]);
		}
	}
}

/* --- markup --------------------------------------------------------------- */

static void
escape_text(struct buf *b, const char *s, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const char *to = s[i] == '&'   ? "&amp;"
				 : s[i] == '<' ? "&lt;"
				 : s[i] == '>' ? "&gt;"
					       : NULL;

		if (to == NULL)
			continue;
		buf_add(b, s + from, i - from);
		buf_adds(b, to);
		from = i + 1;
	}
	buf_add(b, s + from, len - from);
}

void
xml_begin_markup(struct parser *p, struct frame *f)
{
	size_t len = p->text.len - f->text_at;

	p->markup_at = (size_t)(f - p->frames);
	f->is_markup = true;
	if (len > 0 && f->type != DOC_TEXT_HTML) {
		char *plain =
		    arena_strndup(p->a, p->text.data + f->text_at, len);

		buf_trunc(&p->text, f->text_at);
		if (plain != NULL)
			escape_text(&p->text, plain, len);
	}
}

static bool
is_url_attr(const char *name)
{
	static const char *const names[] = {
	    "href", "src", "cite", "longdesc", "poster", "action", "data"};

	for (size_t i = 0; i < AK_COUNT(names); i++)
		if (ascii_ieq(name, names[i]))
			return true;
	return false;
}

/* Values carry '&' as "&#38;" and may stand as they are but for these. */
static void
write_attr(struct parser *p, const xmlChar **at, const char *base)
{
	const char *name = (const char *)at[AT_LOCAL];
	const char *s = (const char *)at[AT_VALUE];
	const char *end = (const char *)at[AT_END];
	const char *resolved = NULL;

	buf_addc(&p->text, ' ');
	buf_adds(&p->text, name);
	buf_adds(&p->text, "=\"");
	if (base != NULL && is_url_attr(name)) {
		const char *plain = attr_value(p, at[AT_VALUE], at[AT_END]);

		resolved = plain ? url_resolve(p->a, base, plain) : NULL;
	}
	if (resolved != NULL) {
		s = resolved;
		end = s + strlen(s);
	}
	for (; s < end; s++) {
		if (*s == '"')
			buf_adds(&p->text, "&quot;");
		else if (*s == '<')
			buf_adds(&p->text, "&lt;");
		else if (*s == '&' && resolved != NULL)
			buf_adds(&p->text, "&amp;");
		else
			buf_addc(&p->text, *s);
	}
	buf_addc(&p->text, '"');
}

static void
write_start_tag(struct parser *p, struct frame *f, const xmlChar *local)
{
	const struct frame *outer = &p->frames[p->markup_at];
	const char *base = f->base != outer->base ? f->base : NULL;

	/* RFC 4287, 3.1.1.3: the div of an xhtml construct is not of it. */
	if (p->depth == p->markup_at + 1 && outer->type == DOC_TEXT_XHTML &&
	    p->text.len == outer->text_at &&
	    strcmp((const char *)local, "div") == 0 && base == NULL) {
		f->is_silent = true;
		return;
	}
	buf_addc(&p->text, '<');
	buf_adds(&p->text, (const char *)local);
	for (int i = 0; i < p->n_attrs; i++)
		if (!str_eq((const char *)p->attrs[i * AT_SIZE + AT_PREFIX],
			"xml") ||
		    str_eq(
			(const char *)p->attrs[i * AT_SIZE + AT_LOCAL], "lang"))
			write_attr(p, p->attrs + i * AT_SIZE, base);
	buf_addc(&p->text, '>');
}

static bool
is_void(const char *name)
{
	static const char *const names[] = {"area", "base", "br", "col",
	    "embed", "hr", "img", "input", "link", "meta", "param", "source",
	    "track", "wbr"};

	for (size_t i = 0; i < AK_COUNT(names); i++)
		if (ascii_ieq(name, names[i]))
			return true;
	return false;
}

/* --- the handlers --------------------------------------------------------- */

static void
on_start(void *ctx, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, int n_namespaces, const xmlChar **namespaces,
    int n_attrs, int n_defaulted, const xmlChar **attrs)
{
	struct parser *p = ctx;
	struct frame *parent = &p->frames[p->depth], *f = parent + 1;

	(void)n_namespaces;
	(void)namespaces;
	(void)n_defaulted;
	if (is_over(p))
		return;
	if (!p->is_strict)
		p->ctxt->wellFormed = 1; /* else it forgets references */
	if (p->depth >= LIMIT_XML_DEPTH) {
		xml_stop(p, AK_TOOBIG, "elements nested too deeply");
		return;
	}
	p->depth++;
	p->attrs = attrs;
	p->n_attrs =
	    n_attrs < LIMIT_XML_ATTRIBUTES ? n_attrs : LIMIT_XML_ATTRIBUTES;
	*f = (struct frame){
	    .base = parent->base, .lang = parent->lang, .text_at = p->text.len};
	if (p->n_attrs > 0)
		inherit(p, f);
	if (p->markup_at != 0) {
		write_start_tag(p, f, local);
		return;
	}
	if (p->depth == 1)
		ns_set_root(p, local, uri);
	f->el = ns_find(p, parent->scope, local, prefix, uri, &f->ns);
	if (f->el != NULL) {
		f->scope = f->el->scope;
		f->gathers = (f->el->flags & (EL_TEXT | EL_MARKUP)) != 0;
		if (f->el->start != NULL)
			f->el->start(p, f);
		return;
	}
	f->gathers = parent->gathers;
	if (parent->scope & (IN_DOC | IN_FEED | IN_UNKNOWN))
		f->scope = IN_UNKNOWN;
	if (parent->el != NULL && (parent->el->flags & EL_MARKUP) != 0) {
		xml_begin_markup(p, parent);
		f->text_at = p->text.len;
		write_start_tag(p, f, local);
	}
}

static char *
trimmed(struct buf *b, size_t from, size_t *ret_len)
{
	size_t len = b->len;

	while (len > from && ascii_space((unsigned char)b->data[len - 1]))
		len--;
	while (from < len && ascii_space((unsigned char)b->data[from]))
		from++;
	*ret_len = len - from;
	buf_trunc(b, len);
	return b->data + from;
}

static void
on_end(
    void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct parser *p = ctx;
	struct frame *f = &p->frames[p->depth];

	(void)prefix;
	(void)uri;
	if (is_over(p) || p->depth == 0)
		return;
	if (p->markup_at != 0 && p->depth > p->markup_at) {
		if (!f->is_silent && !is_void((const char *)local)) {
			buf_adds(&p->text, "</");
			buf_adds(&p->text, (const char *)local);
			buf_addc(&p->text, '>');
		}
		p->depth--;
		return;
	}
	if (p->markup_at == p->depth)
		p->markup_at = 0;
	if (f->el != NULL) {
		if (f->el->end != NULL) {
			size_t len = 0;
			char none = '\0', *text = &none;

			if (p->text.len > f->text_at)
				text = trimmed(&p->text, f->text_at, &len);
			p->n_attrs = 0;
			f->el->end(p, f, text, len);
		}
		if (p->text.len > f->text_at)
			buf_trunc(&p->text, f->text_at);
		p->text.status = AK_OK;
	}
	p->depth--;
}

static void
on_text(void *ctx, const xmlChar *s, int len)
{
	struct parser *p = ctx;

	/* In type="html" even the text round tags is source. */
	if (p->markup_at != 0 && p->frames[p->markup_at].type != DOC_TEXT_HTML)
		escape_text(&p->text, (const char *)s, (size_t)len);
	else if (p->markup_at != 0 || p->frames[p->depth].gathers)
		buf_add(&p->text, s, (size_t)len);
}

static void
on_entity(void *ctx, const xmlChar *name, int type, const xmlChar *public_id,
    const xmlChar *system_id, xmlChar *content)
{
	(void)name;
	(void)type;
	(void)public_id;
	(void)system_id;
	(void)content;
	xml_stop(ctx, AK_BADINPUT, "an entity is declared inside");
}

static void
on_error(void *ctx, xmlErrorPtr e)
{
	struct parser *p = ctx;

	if (e->level != XML_ERR_FATAL || p->stopped != AK_OK)
		return;
	if (p->problem == NULL && e->message != NULL)
		set_problem(p, e->line, e->message);
	p->is_broken = p->is_strict;
}

void
xml_parse(struct parser *p, const char *text, size_t len, bool strict)
{
	static const xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
	    .startElementNs = on_start,
	    .endElementNs = on_end,
	    .characters = on_text,
	    .cdataBlock = on_text,
	    .ignorableWhitespace = on_text,
	    .entityDecl = on_entity,
	    .serror = on_error};
	xmlSAXHandler sax = handler;

	p->is_strict = strict;
	p->is_broken = false;
	p->ctxt = xmlCreatePushParserCtxt(&sax, p, NULL, 0, NULL);
	if (p->ctxt == NULL)
		return;
	(void)xmlCtxtUseOptions(p->ctxt, XML_PARSE_RECOVER | XML_PARSE_NONET |
					     XML_PARSE_NOERROR |
					     XML_PARSE_NOWARNING);
	(void)xmlSwitchEncoding(p->ctxt, XML_CHAR_ENCODING_UTF8);
	for (size_t at = 0; at < len && !is_over(p);) {
		size_t n =
		    len - at < LIMIT_XML_PIECE ? len - at : LIMIT_XML_PIECE;

		(void)xmlParseChunk(p->ctxt, text + at, (int)n, 0);
		at += n;
		if (is_over(p))
			break;
		if (at - (size_t)xmlByteConsumed(p->ctxt) > LIMIT_XML_UNREAD)
			xml_stop(p, AK_TOOBIG, "a tag or comment too long");
		else if (arena_full(p->a))
			xml_stop(p, AK_TOOBIG, "too large");
		else if (clock_cpu_ms() > p->deadline_ms)
			xml_stop(p, AK_TIMEOUT, "reading took too long");
	}
	if (!is_over(p))
		(void)xmlParseChunk(p->ctxt, NULL, 0, 1);
	if (p->ctxt->myDoc != NULL)
		xmlFreeDoc(p->ctxt->myDoc);
	xmlFreeParserCtxt(p->ctxt);
	p->ctxt = NULL;
}

/* SPDX-License-Identifier: ISC */
/* Atom 1.0 (RFC 4287) and 0.3, and their elements inside RSS. */
#include "parse/parse_int.h"

#include <string.h>

#include "base/url.h"
#include "base/utf8.h"

/* --- text constructs (RFC 4287, 3.1) -------------------------------------- */

static void title_end(struct parser *, struct frame *, char *, size_t);
static void summary_end(struct parser *, struct frame *, char *, size_t);

enum mode { MODE_XML, MODE_ESCAPED, MODE_BASE64 };

static bool
is_xml_type(const char *type)
{
	return ascii_ieq(type, "xhtml") || str_ends(type, "/xml") ||
	       str_ends(type, "+xml");
}

static bool
is_html_type(const char *type)
{
	return ascii_ieq(type, "html") || ascii_istarts(type, "text/html") ||
	       ascii_ieq(type, "text/xhtml");
}

static int
text_mode(struct parser *p)
{
	if (xml_attr_is(p, "mode", "base64"))
		return MODE_BASE64;
	return xml_attr_is(p, "mode", "escaped") ? MODE_ESCAPED : MODE_XML;
}

static void
text_start(struct parser *p, struct frame *f)
{
	const char *type = xml_attr(p, "type");
	int mode = text_mode(p);
	bool is_03 = p->doc->format == DOC_ATOM_03;

	f->obj = mode == MODE_BASE64 ? f : NULL;
	if (type == NULL) {
		/* Text by the book, but what people put there is often HTML;
		 * a title is taken at its word. */
		f->type = mode == MODE_BASE64 || f->el->end == title_end
			      ? DOC_TEXT_PLAIN
			      : DOC_TEXT_AUTO;
		return;
	}
	if (is_html_type(type)) {
		f->type = DOC_TEXT_HTML;
		if (is_03 && mode == MODE_XML && xml_attr(p, "mode") != NULL)
			xml_begin_markup(p, f);
	} else if (is_xml_type(type)) {
		f->type = mode == MODE_XML ? DOC_TEXT_XHTML : DOC_TEXT_HTML;
		if (mode == MODE_XML)
			xml_begin_markup(p, f);
	} else if (ascii_ieq(type, "text") || ascii_istarts(type, "text/")) {
		/* A media type says little where only content may have one. */
		f->type = is_03 || f->el->end != summary_end ||
				  ascii_ieq(type, "text")
			      ? DOC_TEXT_PLAIN
			      : DOC_TEXT_AUTO;
	} else if (ascii_istarts(type, "image/") ||
		   ascii_istarts(type, "audio/") ||
		   ascii_istarts(type, "video/")) {
		f->gathers = false;
	} else if (strchr(type, '/') != NULL) {
		f->obj = f; /* RFC 4287, 4.1.3.3, 6: base64 */
		f->type = DOC_TEXT_HTML;
	} else {
		f->type = DOC_TEXT_AUTO;
	}
}

static int
base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* In place; the length, or 0 where it is no base64 or no text. */
static size_t
decode_base64(char *s, size_t len)
{
	uint32_t bits = 0;
	size_t n = 0;
	int have = 0;

	for (size_t i = 0; i < len && s[i] != '='; i++) {
		int d = base64_digit(s[i]);

		if (ascii_space((unsigned char)s[i]))
			continue;
		if (d < 0)
			return 0;
		bits = bits << 6 | (uint32_t)d;
		if ((have += 6) >= 8) {
			have -= 8;
			s[n++] = (char)(bits >> have & 0xFF);
			if (s[n - 1] == '\0')
				return 0;
		}
	}
	s[n] = '\0';
	return n;
}

/* Decode the text of a base64 construct as UTF-8. */
static size_t
text_finish(struct parser *p, struct frame *f, char **text, size_t len)
{
	struct buf fixed;

	if (f->obj == NULL || (len = decode_base64(*text, len)) == 0)
		return len;
	buf_init(&fixed, LIMIT_XML_TEXT);
	utf8_repair(&fixed, *text, len);
	*text = arena_strndup(p->a, buf_str(&fixed), fixed.len);
	len = fixed.len;
	buf_release(&fixed);
	return *text != NULL ? len : 0;
}

static void
title_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	len = text_finish(p, f, &text, len);
	do_title(p, f, text, len);
}

static void
summary_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	len = text_finish(p, f, &text, len);
	do_summary(p, f, text, len);
}

static void
content_start(struct parser *p, struct frame *f)
{
	const char *src = resolve(p, f, xml_attr(p, "src"));

	text_start(p, f);
	if (src == NULL || p->entry == NULL)
		return;
	/* RFC 4287, 4.1.3.2: the content is elsewhere. */
	if (xml_attr(p, "type") == NULL || is_html_type(xml_attr(p, "type"))) {
		if (outranks(&p->entry_rank.url, 1))
			p->entry->url = src;
	} else {
		add_attachment(p, src, xml_attr(p, "type"));
	}
}

static void
content_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	len = text_finish(p, f, &text, len);
	if (len > 0 && p->entry != NULL &&
	    outranks(&p->entry_rank.content, (unsigned)f->el->arg))
		set_text(p, f, &p->entry->content, text, len, f->type);
}

/* --- links (RFC 4287, 4.2.7) ---------------------------------------------- */

static void
feed_link(struct parser *p, const char *rel, const char *type, const char *url)
{
	struct doc *d = p->doc;
	bool is_page = type == NULL || is_html_type(type) || is_xml_type(type);

	if (ascii_ieq(rel, "alternate")) {
		unsigned rank =
		    is_page && !str_ends(type ? type : "", "+xml") ? 5 : 2;

		if (outranks(&p->feed_rank.url, p->core == &ns_atom ? rank : 2))
			d->home_page_url = url;
	} else if (ascii_ieq(rel, "self")) {
		if (d->feed_url == NULL)
			d->feed_url = url;
	} else if (ascii_ieq(rel, "hub")) {
		add_hub(p, url);
	} else if (ascii_ieq(rel, "next")) {
		d->next_url = url;
	} else if (ascii_ieq(rel, "prev-archive")) {
		d->prev_archive_url = url;
	} else if (ascii_ieq(rel, "license")) {
		doc_ext_string(p->a, &d->ext, "license", url);
	}
}

static void
entry_link(struct parser *p, const char *rel, const char *type, const char *url)
{
	struct doc_entry *e = p->entry;
	bool is_html = type != NULL && is_html_type(type);
	bool is_page = type == NULL || is_html;
	struct doc_attachment *at;

	if (ascii_ieq(rel, "alternate")) {
		if (outranks(&p->entry_rank.url, is_page ? 5 : 4))
			e->url = url;
	} else if (ascii_ieq(rel, "self")) {
		if (outranks(&p->entry_rank.url, 1))
			e->url = url;
	} else if (ascii_ieq(rel, "related") || ascii_ieq(rel, "via")) {
		related_add(p, url, xml_attr(p, "title"), "atom:link");
	} else if (ascii_ieq(rel, "enclosure")) {
		at = add_attachment(p, url, type);
		if (at == NULL)
			return;
		if (at->title == NULL)
			at->title = xml_attr(p, "title");
		if (at->size_bytes < 0)
			at->size_bytes = read_size(xml_attr(p, "length"));
	} else if (ascii_ieq(rel, "replies")) {
		/* RFC 4685, 4: without a type it is a feed. */
		if (url_is_http(url) && is_html &&
		    outranks(&p->entry_rank.comments, 5))
			e->comments_url = url;
	} else if (ascii_ieq(rel, "license")) {
		if (doc_ext_find(e->ext, "license") == NULL)
			doc_ext_string(p->a, &e->ext, "license", url);
	}
}

static void
do_link(struct parser *p, const char *rel, const char *type, const char *url)
{
	static const char iana[] = "http://www.iana.org/assignments/relation/";

	if (url == NULL)
		return;
	if (rel == NULL)
		rel = "alternate";
	else if (ascii_istarts(rel, iana))
		rel += sizeof(iana) - 1;
	if (p->entry != NULL)
		entry_link(p, rel, type, url);
	else
		feed_link(p, rel, type, url);
}

void
atom_link(struct parser *p, struct frame *f)
{
	const char *href = xml_attr(p, "href");

	f->obj = (void *)(uintptr_t)xml_attr(p, "rel");
	if (href == NULL && xml_has_attr(p, "href") &&
	    !xml_attr_is(p, "rel", "enclosure"))
		href = ""; /* the base itself */
	if (href != NULL)
		do_link(p, f->obj, xml_attr(p, "type"), resolve(p, f, href));
}

/* <link rel="...">URL</link>: RSS's form in Atom. */
static void
link_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0)
		do_link(p, f->obj, NULL, resolve(p, f, text));
}

/* --- persons (RFC 4287, 3.2) ---------------------------------------------- */

void
person_start(struct parser *p, struct frame *f)
{
	p->person = arena_alloc(p->a, sizeof(*p->person));
	f->obj = p->person;
	if (p->person != NULL) {
		p->person->url = resolve(p, f, xml_attr(p, "href"));
		if (p->person->url == NULL)
			p->person->url = resolve(p, f, xml_attr(p, "url"));
	}
}

bool
person_close(struct parser *p, struct frame *f)
{
	const struct doc_person *person = f->obj;
	struct doc_person *added;

	p->person = NULL;
	if (person == NULL || (person->name == NULL && person->email == NULL &&
				  person->url == NULL))
		return false;
	added = add_person(
	    p, (unsigned)f->el->arg, person->name, person->email, person->url);
	if (added != NULL && added->avatar == NULL)
		added->avatar = person->avatar;
	return true;
}

static void
person_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (!person_close(p, f))
		do_creator(p, f, text, len);
}

void
person_name(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)f;
	if (p->person != NULL && p->person->name == NULL)
		p->person->name = keep_line(p, text, len, LIMIT_AUTHOR_BYTES);
}

void
person_url(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (p->person != NULL && len > 0)
		p->person->url = resolve(p, f, text);
}

static void
person_email(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)f;
	if (ascii_istarts(text, "mailto:")) {
		text += 7;
		len -= 7;
	}
	if (p->person != NULL)
		p->person->email = keep_line(p, text, len, LIMIT_AUTHOR_BYTES);
}

/* --- the rest ------------------------------------------------------------- */

static void
feed_start(struct parser *p, struct frame *f)
{
	const char *v = xml_attr(p, "version");
	const char *uri = (const char *)p->core_uri;

	inherit_language(p, f);
	p->core = &ns_atom;
	p->doc->format = DOC_ATOM_10;
	if ((v != NULL && str_starts(v, "0.")) ||
	    (uri != NULL && ascii_istr(uri, "purl.org/atom/ns") != NULL))
		p->doc->format = DOC_ATOM_03;
}

static void
entry_start(struct parser *p, struct frame *f)
{
	if ((p->frames[p->depth - 1].scope & IN_DOC) != 0)
		feed_start(p, f);
	entry_begin(p);
	f->obj = p->entry;
	if (p->entry != NULL)
		inherit_language(p, f);
}

static void
entry_close(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)text;
	(void)len;
	if (f->obj != NULL && f->obj == p->entry)
		entry_end(p);
}

static void
category_start(struct parser *p, struct frame *f)
{
	const char *term = xml_attr(p, "term"), *label = xml_attr(p, "label");

	f->obj = term != NULL || label != NULL ? f : NULL;
	add_tag(p, term, label, xml_attr(p, "scheme"));
}

static void
category_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (f->obj == NULL)
		add_tag(
		    p, keep_line(p, text, len, LIMIT_TITLE_BYTES), NULL, NULL);
}

static void
icon_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0)
		p->doc->favicon = resolve(p, f, text);
}

static void
logo_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0)
		set_image(p, resolve(p, f, text), 5);
}

/* What an entry's atom:source tells of the feed it came from. */
static void
source_member(struct parser *p, struct frame *f, char *text, size_t len)
{
	struct doc_ext *source = ext_object(p, "source");

	if (source == NULL || len == 0 ||
	    doc_ext_find(source->children, f->el->name) != NULL)
		return;
	doc_ext_string(p->a, &source->children, f->el->name,
	    keep_line(p, text, len, LIMIT_TITLE_BYTES));
}

static void
source_link(struct parser *p, struct frame *f)
{
	const char *url = resolve(p, f, xml_attr(p, "href"));
	const char *name = xml_attr_is(p, "rel", "self") ? "feed_url" : "url";
	struct doc_ext *source = ext_object(p, "source");

	if (source != NULL && url != NULL &&
	    doc_ext_find(source->children, name) == NULL)
		doc_ext_string(p->a, &source->children, name, url);
}

static const struct element atom_elements[] = {
    {"feed", IN_DOC, IN_FEED, 0, feed_start, NULL, 0},
    {"entry", IN_DOC | IN_FEED | IN_UNKNOWN | IN_ENTRY, IN_ENTRY, 0,
	entry_start, entry_close, 0},
    {"title", IN_BOTH, 0, EL_MARKUP, text_start, title_end, 4},
    {"title", IN_SOURCE, 0, EL_TEXT, NULL, source_member, 0},
    {"subtitle", IN_FEED, 0, EL_MARKUP, text_start, summary_end, 4},
    {"tagline", IN_FEED, 0, EL_MARKUP, text_start, summary_end, 4},
    {"info", IN_FEED, 0, EL_MARKUP, text_start, summary_end, 1},
    {"summary", IN_BOTH, 0, EL_MARKUP, text_start, summary_end, RANK_SUMMARY},
    {"content", IN_ENTRY, 0, EL_MARKUP, content_start, content_end, 4},
    {"link", IN_BOTH, 0, EL_TEXT, atom_link, link_end, 0},
    {"link", IN_SOURCE, 0, 0, source_link, NULL, 0},
    {"id", IN_BOTH, 0, EL_TEXT, NULL, do_identifier, 4},
    {"id", IN_SOURCE, 0, EL_TEXT, NULL, source_member, 0},
    {"updated", IN_BOTH, 0, EL_TEXT, NULL, do_modified, 5},
    {"modified", IN_BOTH, 0, EL_TEXT, NULL, do_modified, 4},
    {"published", IN_BOTH, 0, EL_TEXT, NULL, do_published, 4},
    {"issued", IN_BOTH, 0, EL_TEXT, NULL, do_published, 4},
    {"created", IN_BOTH, 0, EL_TEXT, NULL, do_published, 3},
    {"author", IN_BOTH, IN_PERSON, EL_TEXT, person_start, person_end, 4},
    {"author", IN_SOURCE, IN_PERSON, EL_TEXT, person_start, person_end, 2},
    {"contributor", IN_BOTH, IN_PERSON, EL_TEXT, person_start, person_end, 1},
    {"name", IN_PERSON, 0, EL_TEXT, NULL, person_name, 0},
    {"uri", IN_PERSON, 0, EL_TEXT, NULL, person_url, 0},
    {"url", IN_PERSON, 0, EL_TEXT, NULL, person_url, 0},
    {"homepage", IN_PERSON, 0, EL_TEXT, NULL, person_url, 0},
    {"email", IN_PERSON, 0, EL_TEXT, NULL, person_email, 0},
    {"category", IN_BOTH, 0, EL_TEXT, category_start, category_end, 0},
    {"generator", IN_FEED, 0, EL_TEXT, NULL, do_generator, 0},
    {"icon", IN_FEED, 0, EL_TEXT, NULL, icon_end, 0},
    {"logo", IN_FEED, 0, EL_TEXT, NULL, logo_end, 0},
    {"rights", IN_BOTH, 0, EL_TEXT, NULL, do_rights, 4},
    {"copyright", IN_BOTH, 0, EL_TEXT, NULL, do_rights, 4},
    {"source", IN_ENTRY, IN_SOURCE, 0, NULL, NULL, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const atom_uris[] = {"http://www.w3.org/2005/Atom",
    "http://purl.org/atom/ns#", "http://purl.org/atom/1.0",
    "http://www.w3.org/2005/Atom/", "http://purl.org/net/rss1.1/payload#",
    "http://example.com/newformat#", "http://example.com/necho",
    "http://purl.org/echo/", "uri/of/echo/namespace#", "http://purl.org/pie/",
    "http://purl.org/syndication/atom/ns", "http://www.w3.org/2005/Atom/ns#",
    NULL};

const struct ns ns_atom = {"atom", atom_uris, atom_elements};

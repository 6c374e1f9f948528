/* SPDX-License-Identifier: ISC */
/*
 * What stands before the root element: declaration, comments, DOCTYPE, and in
 * the wild blank lines, warnings of scripts and whole pages of HTML.
 *
 * The internal subset is read here and never by libxml2, whose handling of
 * entities can be made to run for ever.  Plain internal entities are kept for
 * mend.c, at most LIMIT_XML_ENTITIES; all others are as if undeclared.
 */
#include "parse/parse_int.h"

#include <string.h>

#define SEARCH_BYTES (256 * LIMIT_KIB) /* for a root behind other things */

struct cursor {
	const char *text;
	size_t at, len;
};

static bool
at_word(const struct cursor *c, const char *word)
{
	size_t n = strlen(word);

	return c->len - c->at >= n && ascii_ieq_n(c->text + c->at, word, n);
}

/* Past the next `end`, or to the end of the text. */
static void
skip_past(struct cursor *c, const char *end)
{
	const char *hit =
	    memmem(c->text + c->at, c->len - c->at, end, strlen(end));

	c->at = hit != NULL ? (size_t)(hit - c->text) + strlen(end) : c->len;
}

static void
skip_space(struct cursor *c)
{
	while (c->at < c->len && ascii_space((unsigned char)c->text[c->at]))
		c->at++;
}

static bool
is_name_byte(unsigned char b)
{
	return (b | 32) >= 'a' ? (b | 32) <= 'z' || b >= 0x80
			       : (b >= '0' && b <= ':') || b == '-' || b == '.';
}

static size_t
name_len(const struct cursor *c)
{
	size_t n = 0;

	while (c->at + n < c->len &&
	       (is_name_byte((unsigned char)c->text[c->at + n]) ||
		   c->text[c->at + n] == '_'))
		n++;
	return n;
}

/* At '<': is it the start tag of a feed?  Strictly: with a sign of its own. */
static bool
is_root(const struct cursor *c, bool strictly)
{
	static const char *const roots[] = {"rss", "feed", "rdf"};
	struct cursor name = {c->text, c->at + 1, c->len};
	size_t n = name_len(&name);
	const char *s = c->text + name.at;
	const char *colon = memchr(s, ':', n), *end;

	if (colon != NULL) {
		n -= (size_t)(colon + 1 - s);
		s = colon + 1;
	}
	for (size_t i = 0; i < AK_COUNT(roots); i++) {
		if (n != strlen(roots[i]) || !ascii_ieq_n(s, roots[i], n))
			continue;
		if (!strictly)
			return true;
		end = memchr(s, '>', c->len - (size_t)(s - c->text));
		return end != NULL &&
		       (memmem(s, (size_t)(end - s), "xmlns", 5) != NULL ||
			   memmem(s, (size_t)(end - s), "version", 7) != NULL);
	}
	return !strictly && ((n == 7 && ascii_ieq_n(s, "channel", 7)) ||
				(n == 5 && ascii_ieq_n(s, "entry", 5)));
}

/* "<!ENTITY name 'value'>" with `c` behind the word. */
static void
read_entity(struct cursor *c, struct prolog *ret)
{
	struct entity e = {0};
	const char *end;
	char quote;

	skip_space(c);
	e.name = c->text + c->at;
	e.name_len = name_len(c);
	c->at += e.name_len;
	skip_space(c);
	quote = c->at < c->len ? c->text[c->at] : '\0';
	if (e.name_len == 0 || (quote != '"' && quote != '\'')) {
		ret->has_bad_entities = true; /* parameter or external */
		return;
	}
	e.value = c->text + ++c->at;
	end = memchr(e.value, quote, c->len - c->at);
	if (end == NULL) {
		c->at = c->len;
		return;
	}
	e.value_len = (size_t)(end - e.value);
	c->at += e.value_len + 1;
	if (e.value_len > LIMIT_XML_ENTITY_BYTES ||
	    memchr(e.value, '<', e.value_len) != NULL ||
	    memchr(e.value, '%', e.value_len) != NULL ||
	    ret->n_entities == LIMIT_XML_ENTITIES)
		ret->has_bad_entities = true;
	else
		ret->entities[ret->n_entities++] = e;
}

/* `c` behind "<!DOCTYPE". */
static void
read_doctype(struct cursor *c, struct prolog *ret)
{
	bool inside = false;

	while (c->at < c->len) {
		char b = c->text[c->at];

		if (b == '>' && !inside) {
			c->at++;
			return;
		}
		if (b == '"' || b == '\'') {
			c->at++;
			skip_past(c, b == '"' ? "\"" : "'");
		} else if (inside && at_word(c, "<!--")) {
			skip_past(c, "-->");
		} else if (inside && at_word(c, "<!ENTITY")) {
			c->at += 8;
			read_entity(c, ret);
		} else {
			if (b == '[')
				inside = true;
			else if (b == ']')
				inside = false;
			else if (b == '<' && !inside)
				return; /* it was never closed */
			c->at++;
		}
	}
}

/* The next "<rss", "<feed" or "<rdf:RDF" behind something else. */
static size_t
search_root(struct cursor c)
{
	if (c.len - c.at > SEARCH_BYTES)
		c.len = c.at + SEARCH_BYTES;
	while (c.at < c.len) {
		const char *lt = memchr(c.text + c.at, '<', c.len - c.at);

		if (lt == NULL)
			break;
		c.at = (size_t)(lt - c.text);
		if (is_root(&c, true))
			return c.at;
		c.at++;
	}
	return SIZE_MAX;
}

static const char *
name_what_it_seems(const struct cursor *c)
{
	static const struct {
		const char *tag, *seems;
	} known[] = {{"html", "an HTML page"}, {"head", "an HTML page"},
	    {"body", "an HTML page"}, {"div", "an HTML page"},
	    {"script", "an HTML page"},
	    {"opml", "an OPML list; import takes these"},
	    {"urlset", "a sitemap"}, {"sitemapindex", "a sitemap"},
	    {"svg", "an SVG image"}, {"kml", "a KML file"},
	    {"opensearchdescription", "an OpenSearch description"},
	    {"error", "an error message in XML"}};
	struct cursor name = {c->text, c->at + 1, c->len};
	size_t n = name_len(&name);

	for (size_t i = 0; i < AK_COUNT(known); i++)
		if (n == strlen(known[i].tag) &&
		    ascii_ieq_n(c->text + name.at, known[i].tag, n))
			return known[i].seems;
	return "XML of another kind";
}

const char *
prolog_name_bytes(const char *bytes, size_t len)
{
	size_t odd = 0, n = len < 512 ? len : 512;

	if (len == 0)
		return "an empty document";
	for (size_t i = 0; i < n; i++)
		odd += (unsigned char)bytes[i] < ' ' &&
		       !ascii_space((unsigned char)bytes[i]);
	if (odd > 0)
		return "binary data";
	return "plain text";
}

void
prolog_read(const char *text, size_t len, struct prolog *ret)
{
	struct cursor c = {text, 0, len};
	bool is_html = false;

	ret->root = SIZE_MAX;
	ret->is_clean = true;
	ret->n_entities = 0;
	ret->has_bad_entities = false;
	ret->seems = NULL;
	for (;;) {
		skip_space(&c);
		if (c.at == c.len)
			break;
		if (at_word(&c, "<?")) {
			skip_past(&c, "?>");
		} else if (at_word(&c, "<!--")) {
			skip_past(&c, "-->");
		} else if (at_word(&c, "<!DOCTYPE")) {
			c.at += 9;
			skip_space(&c);
			is_html = at_word(&c, "html");
			read_doctype(&c, ret);
		} else if (c.text[c.at] == '<' && is_root(&c, false)) {
			ret->root = c.at;
			return;
		} else if (c.text[c.at] == '<' &&
			   name_len(&(struct cursor){text, c.at + 1, len})) {
			ret->seems =
			    is_html ? "an HTML page" : name_what_it_seems(&c);
			break;
		} else {
			ret->is_clean = false;
			c.at++;
		}
	}
	ret->is_clean = false;
	ret->root = search_root(c);
}

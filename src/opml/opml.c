/* SPDX-License-Identifier: ISC */
/*
 * opml.c - read a subscription list.
 *
 * Everything that matters stands in the attributes of <outline>, so the text is
 * scanned for tags rather than parsed: lists in the wild are often no XML
 * (bare ampersands in URLs, names in any case, tags left open), and a parser
 * that recovers drops the ampersand with the name behind it.  There are no
 * entities but the five of XML and numbers, so nothing can grow; each byte is
 * looked at once or twice.
 *
 * A stack of the open outlines, limited in depth, gives the category.
 */
#include "opml/opml.h"

#include <string.h>

#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"
#include "parse/parse.h"

struct scan {
	struct arena *arena;
	const char *p, *end;
	struct opml *opml;
	struct opml_feed **tail;
	const char *open[LIMIT_OPML_DEPTH]; /* path so far, or NULL */
	size_t depth;			    /* may be over the limit */
	size_t n_outlines;
	bool is_opml;
	bool in_body;
};

/* The attributes of one outline that are of use; all may be NULL. */
struct attributes {
	const char *xml_url, *html_url, *title, *text, *category;
};

struct slice {
	const char *p;
	size_t len;
};

/* --- text -------------------------------------------------------------- */

/* One reference at s[0] == '&'; its length, 0: it is none. */
static size_t
read_reference(const char *s, size_t len, uint32_t *ret_cp)
{
	static const struct {
		const char *name;
		uint32_t cp;
	} named[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'},
	    {"&quot;", '"'}, {"&apos;", '\''}};
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
	if (i == len || cp < 0x20)
		return 0;
	*ret_cp = cp;
	return i + 1;
}

/* The text of an attribute or element, trimmed; NULL: nothing. */
static const char *
unescape(struct scan *s, struct slice v, size_t max)
{
	char *out;
	size_t n = 0, i = 0;

	while (v.len > 0 && ascii_space((unsigned char)v.p[0])) {
		v.p++;
		v.len--;
	}
	while (v.len > 0 && ascii_space((unsigned char)v.p[v.len - 1]))
		v.len--;
	v.len = utf8_cut(v.p, v.len, max);
	if (v.len == 0 || (out = arena_alloc_raw(s->arena, v.len + 4)) == NULL)
		return NULL;
	while (i < v.len) {
		uint32_t cp;
		size_t k = 0;

		if (v.p[i] == '&')
			k = read_reference(v.p + i, v.len - i, &cp);
		if (k == 0) {
			out[n++] =
			    ascii_space((unsigned char)v.p[i]) ? ' ' : v.p[i];
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

/* --- categories -------------------------------------------------------- */

/* `parent` with one more name, of which '/' and '\' are escaped. */
static const char *
join_path(struct scan *s, const char *parent, const char *name)
{
	size_t plen = parent != NULL ? strlen(parent) + 1 : 0;
	size_t n = plen, len = strlen(name);
	char *path = arena_alloc_raw(s->arena, plen + 2 * len + 1);

	if (path == NULL)
		return NULL;
	if (plen > 0) {
		memcpy(path, parent, plen - 1);
		path[plen - 1] = '/';
	}
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '/' || name[i] == '\\')
			path[n++] = '\\';
		path[n++] = name[i];
	}
	path[n] = '\0';
	return path;
}

static const char *
parent_path(const struct scan *s)
{
	size_t d = s->depth < LIMIT_OPML_DEPTH ? s->depth : LIMIT_OPML_DEPTH;

	return d > 0 ? s->open[d - 1] : NULL;
}

static void
push(struct scan *s, const char *path)
{
	if (s->depth < LIMIT_OPML_DEPTH)
		s->open[s->depth] = path;
	s->depth++;
}

/* The attribute of OPML 2.0, "/a/b,/c": the first path, where no outline
 * stands around the feed. */
static const char *
category_of(struct scan *s, const char *list)
{
	const char *path = NULL;

	if (list == NULL)
		return NULL;
	for (size_t i = 0; *list != '\0' && *list != ','; i++) {
		size_t n = strcspn(list, "/,");
		struct slice name = {list, n};
		const char *text;

		if (i > LIMIT_OPML_DEPTH)
			break;
		if ((text = unescape(s, name, LIMIT_TITLE_BYTES)) != NULL)
			path = join_path(s, path, text);
		list += n;
		list += *list == '/';
	}
	return path;
}

/* --- outlines ---------------------------------------------------------- */

/* An http, https or file URL, absolute; NULL: it is none. */
static const char *
feed_url(struct scan *s, const char *raw)
{
	const char *url;

	if (ascii_istarts(raw, "feed:")) {
		raw += 5;
		if (str_starts(raw, "//"))
			raw = arena_printf(s->arena, "http:%s", raw);
		if (raw == NULL)
			return NULL;
	}
	url = url_resolve(s->arena, NULL, raw);
	if (url == NULL || !(url_is_http(url) || str_starts(url, "file:///")))
		return NULL;
	return url;
}

static enum ak_status
add_feed(struct scan *s, const struct attributes *at)
{
	const char *url = feed_url(s, at->xml_url), *home = NULL;
	struct opml_feed *f;

	if (url == NULL) {
		if (arena_full(s->arena))
			return AK_TOOBIG;
		s->opml->n_refused++;
		if (s->opml->first_refused == NULL)
			s->opml->first_refused = at->xml_url;
		return AK_OK;
	}
	if (at->html_url != NULL)
		home = url_resolve(s->arena, NULL, at->html_url);
	if ((f = arena_alloc(s->arena, sizeof(*f))) == NULL)
		return AK_TOOBIG;
	f->url = url;
	f->title = at->title != NULL ? at->title : at->text;
	f->home_page_url = home != NULL && url_is_http(home) ? home : NULL;
	f->category = parent_path(s);
	if (f->category == NULL)
		f->category = category_of(s, at->category);
	*s->tail = f;
	s->tail = &f->next;
	s->opml->n_feeds++;
	return AK_OK;
}

static void
keep(struct scan *s, struct slice name, struct slice value,
    struct attributes *at)
{
	const struct {
		const char *name;
		const char **where;
		size_t max;
	} rows[] = {
	    {"xmlurl", &at->xml_url, LIMIT_URL_BYTES},
	    {"htmlurl", &at->html_url, LIMIT_URL_BYTES},
	    {"title", &at->title, LIMIT_TITLE_BYTES},
	    {"text", &at->text, LIMIT_TITLE_BYTES},
	    {"category", &at->category, LIMIT_TITLE_BYTES},
	};

	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		if (name.len == strlen(rows[i].name) &&
		    ascii_ieq_n(name.p, rows[i].name, name.len) &&
		    *rows[i].where == NULL)
			*rows[i].where = unescape(s, value, rows[i].max);
	}
}

/* From behind the tag's name to behind its '>'; is it closed by "/>"? */
static bool
read_attributes(struct scan *s, struct attributes *at)
{
	while (s->p < s->end && *s->p != '>') {
		struct slice name = {s->p, 0}, value = {NULL, 0};

		if (ascii_space((unsigned char)*s->p) || *s->p == '/') {
			bool closed = *s->p == '/';

			s->p++;
			if (closed && s->p < s->end && *s->p == '>') {
				s->p++;
				return true;
			}
			continue;
		}
		if (*s->p == '<')
			return false; /* the tag was never ended */
		while (s->p < s->end && strchr("=>/<", *s->p) == NULL &&
		       !ascii_space((unsigned char)*s->p))
			s->p++;
		name.len = (size_t)(s->p - name.p);
		while (s->p < s->end && ascii_space((unsigned char)*s->p))
			s->p++;
		if (s->p == s->end || *s->p != '=')
			continue;
		s->p++;
		while (s->p < s->end && ascii_space((unsigned char)*s->p))
			s->p++;
		if (s->p < s->end && (*s->p == '"' || *s->p == '\'')) {
			const char *q = memchr(
			    s->p + 1, *s->p, (size_t)(s->end - s->p) - 1);

			value.p = s->p + 1;
			if (q == NULL)
				q = s->end;
			value.len = (size_t)(q - value.p);
			s->p = q < s->end ? q + 1 : q;
		} else {
			value.p = s->p;
			while (s->p < s->end && *s->p != '>' &&
			       !ascii_space((unsigned char)*s->p))
				s->p++;
			value.len = (size_t)(s->p - value.p);
		}
		keep(s, name, value, at);
	}
	if (s->p < s->end)
		s->p++;
	return false;
}

static enum ak_status
read_outline(struct scan *s)
{
	struct attributes at = {0};
	bool closed = read_attributes(s, &at);
	const char *name = at.title != NULL ? at.title : at.text;
	const char *path = parent_path(s);
	enum ak_status st;

	s->is_opml = true;
	if (++s->n_outlines > LIMIT_OPML_OUTLINES)
		return AK_TOOBIG;
	if (at.xml_url != NULL && (st = add_feed(s, &at)) != AK_OK)
		return st;
	if (closed)
		return AK_OK;
	if (at.xml_url == NULL && name != NULL && s->depth < LIMIT_OPML_DEPTH)
		path = join_path(s, path, name);
	push(s, path);
	return arena_full(s->arena) ? AK_TOOBIG : AK_OK;
}

/* --- tags -------------------------------------------------------------- */

static bool
at_tag(const struct scan *s, const char *name)
{
	size_t n = strlen(name), left = (size_t)(s->end - s->p);

	return left > n && ascii_ieq_n(s->p, name, n) &&
	       (ascii_space((unsigned char)s->p[n]) || s->p[n] == '>' ||
		   s->p[n] == '/');
}

static void
skip_past(struct scan *s, const char *mark)
{
	size_t n = strlen(mark);
	const char *q = memmem(s->p, (size_t)(s->end - s->p), mark, n);

	s->p = q != NULL ? q + n : s->end;
}

/* Comments, CDATA, instructions, a DOCTYPE with what it declares. */
static bool
skip_other(struct scan *s)
{
	size_t left = (size_t)(s->end - s->p);

	if (left >= 3 && memcmp(s->p, "!--", 3) == 0) {
		skip_past(s, "-->");
	} else if (left >= 8 && memcmp(s->p, "![CDATA[", 8) == 0) {
		skip_past(s, "]]>");
	} else if (*s->p == '?') {
		skip_past(s, "?>");
	} else if (*s->p == '!') {
		while (s->p < s->end && *s->p != '>' && *s->p != '[')
			s->p++;
		if (s->p < s->end && *s->p == '[')
			skip_past(s, "]");
	} else {
		return false;
	}
	return true;
}

static void
read_title(struct scan *s)
{
	const char *from;

	skip_past(s, ">");
	from = s->p;
	while (s->p < s->end && *s->p != '<')
		s->p++;
	if (s->opml->title == NULL)
		s->opml->title =
		    unescape(s, (struct slice){from, (size_t)(s->p - from)},
			LIMIT_TITLE_BYTES);
}

static enum ak_status
read_tags(struct scan *s)
{
	enum ak_status st;

	while ((s->p = memchr(s->p, '<', (size_t)(s->end - s->p))) != NULL) {
		if (++s->p == s->end)
			break;
		if (skip_other(s))
			continue;
		if (at_tag(s, "outline")) {
			s->p += strlen("outline");
			if ((st = read_outline(s)) != AK_OK)
				return st;
		} else if (at_tag(s, "/outline")) {
			s->depth -= s->depth > 0;
		} else if (at_tag(s, "opml")) {
			s->is_opml = true;
		} else if (at_tag(s, "body")) {
			s->in_body = true;
		} else if (at_tag(s, "title") && !s->in_body) {
			read_title(s);
		}
	}
	return AK_OK;
}

enum ak_status
opml_parse(struct arena *a, const char *bytes, size_t len, struct opml *ret,
    struct diag *reterr)
{
	struct opml opml = {0};
	struct parse_decoded d;
	struct scan s = {.arena = a, .opml = &opml, .tail = &opml.feeds};
	enum ak_status st;

	if (len > LIMIT_OPML_BYTES)
		return diag_set(reterr, AK_TOOBIG,
		    "a subscription list of %zu bytes is too large", len);
	if ((st = parse_decode_xml(a, bytes, len, NULL, &d)) != AK_OK)
		return diag_set(
		    reterr, st, "the subscription list is too large");
	s.p = d.text;
	s.end = d.text + d.len;
	if ((st = read_tags(&s)) != AK_OK || arena_full(a))
		return diag_set(reterr, AK_TOOBIG,
		    "a subscription list of over %d outlines, or too large",
		    LIMIT_OPML_OUTLINES);
	if (!s.is_opml)
		return diag_set(
		    reterr, AK_BADINPUT, "it has neither opml nor outline");
	*ret = opml;
	return AK_OK;
}

/* SPDX-License-Identifier: ISC */
/*
 * opml.c - read a subscription list.
 *
 * Everything that matters stands in the attributes of <outline>, so the text is
 * scanned for tags (base/tags.h) rather than parsed: lists in the wild are
 * often no XML (bare ampersands in URLs, names in any case, tags left open),
 * and a parser that recovers drops the ampersand with the name behind it.
 * Declared entities do not exist, so nothing can grow.
 *
 * A stack of the open outlines, limited in depth, gives the category.
 */
#include "opml/opml.h"

#include <string.h>

#include "base/limits.h"
#include "base/tags.h"
#include "base/url.h"
#include "parse/parse.h"

struct scan {
	struct arena *arena;
	struct tags tags;
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
		const char *text;

		if (i > LIMIT_OPML_DEPTH)
			break;
		text = tag_text(s->arena, list, n, LIMIT_TITLE_BYTES);
		if (text != NULL)
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
keep(struct scan *s, const struct tag_attribute *raw, struct attributes *at)
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

	for (size_t i = 0; raw->value != NULL && i < AK_COUNT(rows); i++) {
		if (tag_attribute_is(raw, rows[i].name) &&
		    *rows[i].where == NULL)
			*rows[i].where = tag_text(
			    s->arena, raw->value, raw->value_len, rows[i].max);
	}
}

static enum ak_status
read_outline(struct scan *s, struct tag *tag)
{
	struct attributes at = {0};
	struct tag_attribute raw;
	const char *name, *path = parent_path(s);
	enum ak_status st;

	while (tag_next_attribute(tag, &raw))
		keep(s, &raw, &at);
	name = at.title != NULL ? at.title : at.text;
	s->is_opml = true;
	if (++s->n_outlines > LIMIT_OPML_OUTLINES)
		return AK_TOOBIG;
	if (at.xml_url != NULL && (st = add_feed(s, &at)) != AK_OK)
		return st;
	if (tag->is_closed)
		return AK_OK;
	if (at.xml_url == NULL && name != NULL && s->depth < LIMIT_OPML_DEPTH)
		path = join_path(s, path, name);
	push(s, path);
	return arena_full(s->arena) ? AK_TOOBIG : AK_OK;
}

/* --- tags -------------------------------------------------------------- */

static void
read_title(struct scan *s)
{
	const char *from = s->tags.p, *to;
	size_t left = (size_t)(s->tags.end - from);

	/* Behind the '>' of the tag, up to the next one. */
	if (left == 0 || s->opml->title != NULL)
		return;
	from++;
	to = memchr(from, '<', left - 1);
	if (to == NULL)
		to = s->tags.end;
	s->opml->title =
	    tag_text(s->arena, from, (size_t)(to - from), LIMIT_TITLE_BYTES);
}

static enum ak_status
read_tags(struct scan *s)
{
	enum ak_status st;
	struct tag tag;

	while (tags_next(&s->tags, &tag)) {
		if (tag_is(&tag, "outline") && tag.is_end) {
			s->depth -= s->depth > 0;
		} else if (tag_is(&tag, "outline")) {
			if ((st = read_outline(s, &tag)) != AK_OK)
				return st;
		} else if (tag_is(&tag, "opml")) {
			s->is_opml = true;
		} else if (tag_is(&tag, "body")) {
			s->in_body = true;
		} else if (tag_is(&tag, "title") && !tag.is_end &&
			   !s->in_body) {
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
	s.tags = (struct tags){d.text, d.text + d.len};
	if (read_tags(&s) != AK_OK || arena_full(a))
		return diag_set(reterr, AK_TOOBIG,
		    "a subscription list of over %d outlines, or too large",
		    LIMIT_OPML_OUTLINES);
	if (!s.is_opml)
		return diag_set(reterr, AK_BADINPUT,
		    "no OPML: it has neither opml nor outline");
	*ret = opml;
	return AK_OK;
}

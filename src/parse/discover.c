/* SPDX-License-Identifier: ISC */
/*
 * discover.c - the feeds that a page names.
 *
 * No tree is needed: the tags of the first half megabyte are walked over once
 * (base/tags.h), and only <base>, <link> and <a> are looked at.  Three lists
 * are kept in the page's order: named feeds, links that look like feeds, and
 * feeds of comments; joined, doubles left out, they are the answer.
 */
#include "parse/parse.h"

#include <string.h>

#include "base/limits.h"
#include "base/link.h"
#include "base/str.h"
#include "base/tags.h"
#include "base/url.h"

enum list { NAMED, GUESSED, COMMENTS, N_LISTS };

struct found {
	struct arena *arena;
	const char *base;
	const char *host; /* of the page */
	struct parse_link *first[N_LISTS], **tail[N_LISTS];
	size_t n;
	size_t n_tried; /* anchors that look like feeds */
};

/* --- what is a feed ---------------------------------------------------- */

/* The media type without parameters; application/json only where the address
 * says that it is a feed: content systems announce their APIs so. */
static bool
is_feed_type(const char *type, const char *url)
{
	static const char *const types[] = {"application/rss+xml",
	    "application/atom+xml", "application/feed+json",
	    "application/rdf+xml", "application/x.atom+xml",
	    "application/x-atom+xml", "application/rss", "application/atom",
	    "text/xml", "text/rss+xml", "text/rss", "text/atom"};
	size_t len;

	if (type == NULL)
		return false;
	while (ascii_space((unsigned char)*type))
		type++;
	len = strcspn(type, "; \t");
	for (size_t i = 0; i < AK_COUNT(types); i++) {
		if (len == strlen(types[i]) && ascii_ieq_n(type, types[i], len))
			return true;
	}
	return len == 16 && ascii_ieq_n(type, "application/json", 16) &&
	       ascii_istr(url, "feed") != NULL &&
	       strstr(url, "wp-json") == NULL;
}

static bool
ends_in(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && ascii_ieq_n(s + len - n, end, n);
}

/* Does an address end like a feed's?  Maps of sites and the like do not. */
static bool
looks_like_feed(const char *url)
{
	static const char *const ends[] = {
	    "rss", "atom", "feed", ".xml", ".rdf", ".json"};
	static const char *const others[] = {"sitemap", "manifest.json",
	    "opensearch", "wp-json", "browserconfig", "package.json"};
	size_t lens[2] = {strcspn(url, "#"), strcspn(url, "?#")};

	for (size_t i = 0; i < AK_COUNT(others); i++) {
		if (ascii_istr(url, others[i]) != NULL)
			return false;
	}
	for (size_t k = 0; k < AK_COUNT(lens); k++) {
		if (lens[k] > 0 && url[lens[k] - 1] == '/')
			lens[k]--;
		for (size_t i = 0; i < AK_COUNT(ends); i++) {
			if (ends_in(url, lens[k], ends[i]))
				return true;
		}
	}
	return false;
}

static bool
is_of_comments(const char *url, const char *title)
{
	static const char *const words[] = {"comment", "kommentar",
	    "comentario", "commenti", "komment", "комментар", "Комментар",
	    "コメント", "评论", "댓글"};

	if (ascii_istr(url, "/comments") != NULL ||
	    ascii_istr(url, "comments=") != NULL)
		return true;
	for (size_t i = 0; title != NULL && i < AK_COUNT(words); i++) {
		if (ascii_istr(title, words[i]) != NULL)
			return true;
	}
	return false;
}

/* --- collecting -------------------------------------------------------- */

static bool
is_known(const struct found *f, const char *url)
{
	for (int i = 0; i < N_LISTS; i++) {
		for (const struct parse_link *l = f->first[i]; l != NULL;
		     l = l->next) {
			if (strcmp(l->url, url) == 0)
				return true;
		}
	}
	return false;
}

static const char *
absolute(struct found *f, const char *href)
{
	const char *url;

	if (href == NULL)
		return NULL;
	if (ascii_istarts(href, "feed:")) {
		href += 5;
		if (str_starts(href, "//"))
			href = arena_printf(f->arena, "http:%s", href);
	}
	if (href == NULL || *href == '\0')
		return NULL;
	url = url_resolve(f->arena, f->base, href);
	return url != NULL && url_is_http(url) ? url : NULL;
}

static void
add(struct found *f, const char *url, const struct link *from, bool is_guess)
{
	enum list list = is_guess ? GUESSED : NAMED;
	struct parse_link *l;

	if (f->n >= LIMIT_DISCOVER_LINKS || is_known(f, url))
		return;
	if (is_of_comments(url, from->title))
		list = COMMENTS;
	if ((l = arena_alloc(f->arena, sizeof(*l))) == NULL)
		return;
	l->url = url;
	l->title = from->title;
	l->type = from->type;
	l->is_guess = is_guess;
	*f->tail[list] = l;
	f->tail[list] = &l->next;
	f->n++;
}

static void
take_named(struct found *f, const struct link *l)
{
	const char *url;

	if (!(link_has_rel(l->rel, "alternate") ||
		link_has_rel(l->rel, "feed")) ||
	    link_has_rel(l->rel, "stylesheet"))
		return;
	url = absolute(f, l->url);
	if (url != NULL &&
	    (is_feed_type(l->type, url) ||
		(l->type == NULL && link_has_rel(l->rel, "feed"))))
		add(f, url, l, false);
}

static void
take_anchor(struct found *f, const struct link *l)
{
	const char *url, *host;

	if (l->url == NULL || !looks_like_feed(l->url) ||
	    f->n_tried++ >= 10 * LIMIT_DISCOVER_LINKS ||
	    (url = absolute(f, l->url)) == NULL)
		return;
	host = url_host(f->arena, url);
	if (str_eq(host, f->host))
		add(f, url, l, true);
}

static void
take_headers(struct found *f, const char *const *headers)
{
	for (; headers != NULL && *headers != NULL; headers++) {
		const char *p = *headers;
		struct link l;

		while (
		    f->n < LIMIT_DISCOVER_LINKS && link_next(f->arena, &p, &l))
			take_named(f, &l);
	}
}

/* --- the page ---------------------------------------------------------- */

static void
read_link(struct arena *a, struct tag *tag, struct link *ret)
{
	const struct {
		const char *name;
		const char **where;
	} rows[] = {{"href", &ret->url}, {"rel", &ret->rel},
	    {"type", &ret->type}, {"title", &ret->title}};
	struct tag_attribute at;

	while (tag_next_attribute(tag, &at)) {
		for (size_t i = 0; i < AK_COUNT(rows); i++) {
			if (at.value != NULL && *rows[i].where == NULL &&
			    tag_attribute_is(&at, rows[i].name))
				*rows[i].where = tag_text(a, at.value,
				    at.value_len, LIMIT_TITLE_BYTES);
		}
	}
}

static bool
holds_no_tags(const struct tag *tag)
{
	return tag_is(tag, "script") || tag_is(tag, "style") ||
	       tag_is(tag, "textarea") || tag_is(tag, "title") ||
	       tag_is(tag, "template");
}

/*
 * Anchors come after all links, whatever the page's order: two walks, and the
 * second only where there is room left.
 */
static void
walk(struct found *f, const char *text, size_t len, bool anchors)
{
	struct tags t = {text, text + len};
	bool has_base = anchors; /* found by the first walk */
	struct tag tag;

	while (f->n < LIMIT_DISCOVER_LINKS && tags_next(&t, &tag)) {
		struct link l = {0};

		if (tag.is_end)
			continue;
		if (holds_no_tags(&tag)) {
			tags_skip_raw(&t, &tag);
		} else if (!has_base && tag_is(&tag, "base")) {
			const char *base = NULL;

			read_link(f->arena, &tag, &l);
			if (l.url != NULL)
				base = url_resolve(f->arena, f->base, l.url);
			if (base != NULL && url_is_http(base)) {
				f->base = base;
				has_base = true;
			}
		} else if (!anchors && tag_is(&tag, "link")) {
			read_link(f->arena, &tag, &l);
			take_named(f, &l);
		} else if (anchors && tag_is(&tag, "a")) {
			read_link(f->arena, &tag, &l);
			take_anchor(f, &l);
		}
	}
}

struct parse_link *
parse_discover(struct arena *a, const char *bytes, size_t len,
    const char *content_type, const char *url, const char *const *link_headers)
{
	struct found f = {.arena = a, .base = url};
	struct parse_decoded d;

	if ((f.host = url_host(a, url)) == NULL)
		return NULL;
	for (int i = 0; i < N_LISTS; i++)
		f.tail[i] = &f.first[i];
	take_headers(&f, link_headers);
	if (len > LIMIT_DISCOVER_BYTES)
		len = LIMIT_DISCOVER_BYTES;
	if (parse_decode_html(a, bytes, len, content_type, &d) == AK_OK) {
		walk(&f, d.text, d.len, false);
		walk(&f, d.text, d.len, true);
	}
	*f.tail[GUESSED] = f.first[COMMENTS];
	*f.tail[NAMED] = f.first[GUESSED];
	return f.first[NAMED];
}

/* SPDX-License-Identifier: ISC */
/*
 * sites.c - the feed of a known site's page, by a table of patterns and without
 * a request.  What a site says itself in its pages is not repeated here; the
 * rows are for pages that name no feed, or not the one that is meant.
 */
#include "parse/parse.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/url.h"

#define MAX_CAPTURES 6

struct piece {
	const char *p;
	size_t len;
};

struct match {
	struct piece captures[MAX_CAPTURES]; /* [0]: of the host */
	size_t n;
};

struct page {
	const char *host, *path, *query; /* query: "" if none */
	size_t path_len, query_len;
};

static const struct site {
	const char *host, *path, *feed;
} sites[] = {
#define SITE(host, path, feed) {host, path, feed},
#include "parse/sites.def"
#undef SITE
};

static bool
capture(struct match *m, const char *p, size_t len)
{
	if (len == 0 || m->n == MAX_CAPTURES)
		return false;
	m->captures[m->n++] = (struct piece){p, len};
	return true;
}

/* "*.example.org", "example.*" or a whole name. */
static bool
match_host(const char *pattern, const char *host, struct match *m)
{
	const char *star = strchr(pattern, '*');
	size_t len = strlen(host), before, after;

	m->captures[0] = (struct piece){host, 0};
	m->n = 1;
	if (star == NULL)
		return strcmp(pattern, host) == 0;
	before = (size_t)(star - pattern);
	after = strlen(star + 1);
	if (len <= before + after || strncmp(host, pattern, before) != 0 ||
	    strcmp(host + len - after, star + 1) != 0)
		return false;
	m->captures[0] = (struct piece){host + before, len - before - after};
	/* One label before a domain; no www.example.com/x of the site itself.
	 */
	return after == 0 || (memchr(host, '.', len - after) == NULL &&
				 strncmp(host, "www.", 4) != 0);
}

/* A feed's own address, or a file: no name of a person or project. */
static bool
is_name(const char *p, size_t len)
{
	static const char *const ends[] = {
	    ".atom", ".rss", ".xml", ".rdf", ".json", ".html", ".php"};

	if (len == 0 || p[0] == '.' || p[0] == '@')
		return false;
	for (size_t i = 0; i < AK_COUNT(ends); i++) {
		size_t n = strlen(ends[i]);

		if (len >= n && ascii_ieq_n(p + len - n, ends[i], n))
			return false;
	}
	return true;
}

/* "a|b" against one segment; alternatives are captured, a single word not. */
static bool
match_words(const char *words, size_t len, struct piece seg, struct match *m)
{
	bool several = memchr(words, '|', len) != NULL;
	const char *end = words + len;

	while (words < end) {
		const char *bar = memchr(words, '|', (size_t)(end - words));
		size_t n = (size_t)((bar != NULL ? bar : end) - words);

		if (n == seg.len && ascii_ieq_n(words, seg.p, n))
			return !several || capture(m, seg.p, seg.len);
		words += n + 1;
	}
	return false;
}

static bool
match_query(const char *key, const struct page *page, struct match *m)
{
	const char *p = page->query, *end = p + page->query_len;
	size_t n = strlen(key); /* with its '=' */

	while (p < end) {
		const char *amp = memchr(p, '&', (size_t)(end - p));
		size_t len = (size_t)((amp != NULL ? amp : end) - p);

		if (len > n && strncmp(p, key, n) == 0)
			return capture(m, p + n, len - n);
		p += len + 1;
	}
	return false;
}

static bool
match_path(const char *pattern, const struct page *page, struct match *m)
{
	const char *p = page->path, *end = p + page->path_len;

	while (*pattern == '/') {
		size_t n = strcspn(++pattern, "/&");
		const char *slash;
		struct piece seg;

		p += p < end; /* its slash */
		if (n == 0)
			break;
		if (n == 1 && *pattern == '*')
			return capture(m, p, (size_t)(end - p));
		slash = memchr(p, '/', (size_t)(end - p));
		seg = (struct piece){
		    p, (size_t)((slash != NULL ? slash : end) - p)};
		if (n == 1 && *pattern == '?') {
			if (!is_name(seg.p, seg.len) ||
			    !capture(m, seg.p, seg.len))
				return false;
		} else if (n == 2 && strncmp(pattern, "@?", 2) == 0) {
			if (seg.len < 2 || seg.p[0] != '@' ||
			    !is_name(seg.p + 1, seg.len - 1) ||
			    !capture(m, seg.p + 1, seg.len - 1))
				return false;
		} else if (!match_words(pattern, n, seg, m)) {
			return false;
		}
		p += seg.len;
		pattern += n;
	}
	if (p != end)
		return false;
	return *pattern != '&' || match_query(pattern + 1, page, m);
}

static const char *
fill(struct arena *a, const char *feed, const struct match *m)
{
	const char *out;
	struct buf b;

	buf_init(&b, LIMIT_URL_BYTES);
	for (; *feed != '\0'; feed++) {
		size_t i;

		if (*feed != '$') {
			buf_addc(&b, *feed);
			continue;
		}
		i = (size_t)(*++feed - '0');
		assert(i < m->n);
		buf_add(&b, m->captures[i].p, m->captures[i].len);
	}
	out = buf_status(&b) == AK_OK ? arena_strndup(a, b.data, b.len) : NULL;
	buf_release(&b);
	return out;
}

static bool
split(struct arena *a, const char *url, struct page *page)
{
	const char *host = url_host(a, url), *p;

	if (host == NULL || (p = strstr(url, "://")) == NULL)
		return false;
	if (str_starts(host, "www."))
		host += 4;
	else if (str_starts(host, "m."))
		host += 2;
	page->host = host;
	p += 3;
	page->path = p + strcspn(p, "/?#");
	page->path_len = strcspn(page->path, "?#");
	page->query = page->path + page->path_len;
	page->query += *page->query == '?';
	page->query_len = strcspn(page->query, "#");
	/* A slash at the end says nothing. */
	if (page->path_len > 0 && page->path[page->path_len - 1] == '/')
		page->path_len--;
	return true;
}

const char *
parse_known_site(struct arena *a, const char *url)
{
	struct page page;

	if ((url = url_resolve(a, NULL, url)) == NULL || !url_is_http(url) ||
	    !split(a, url, &page))
		return NULL;
	for (size_t i = 0; i < AK_COUNT(sites); i++) {
		struct match m;

		if (match_host(sites[i].host, page.host, &m) &&
		    match_path(sites[i].path, &page, &m))
			return sites[i].feed[0] != '\0'
				   ? fill(a, sites[i].feed, &m)
				   : NULL;
	}
	return NULL;
}

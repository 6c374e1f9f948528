/* SPDX-License-Identifier: ISC */
/*
 * Images: the real one of a lazily loaded one, and none of those that are
 * there to count readers.
 */
#include "clean/clean_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/url.h"

/* Where scripts find the real address, most trusted first. */
static const enum attr lazy_src[] = {ATTR_DATA_SRC, ATTR_DATA_LAZY_SRC,
    ATTR_DATA_ORIGINAL, ATTR_DATA_ORIGINAL_SRC, ATTR_DATA_ACTUALSRC,
    ATTR_DATA_LAZYLOAD, ATTR_DATA_LAZY, ATTR_DATA_ECHO, ATTR_DATA_HI_RES_SRC};
/* Other copies of it, for an image that has no address of its own. */
static const enum attr spare_src[] = {
    ATTR_DATA_ORIG_FILE, ATTR_DATA_FULL_URL, ATTR_DATA_IMAGE, ATTR_DATA_URL};

/* The first of `from` that holds an address, not a flag such as "true". */
static const char *
first_src(struct cleaner *c, const enum attr *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct token_attr *a =
		    clean_token_attr(&c->token, from[i]);
		const char *url;

		if (a == NULL || a->value == NULL ||
		    (memchr(a->value, '/', a->len) == NULL &&
			memchr(a->value, '.', a->len) == NULL))
			continue;
		if ((url = clean_image_url(c, a->value, a->len)) != NULL &&
		    url_is_http(url))
			return url;
	}
	return NULL;
}

/* A drawn nothing that holds the place of a lazily loaded image. */
static bool
is_placeholder(const char *url)
{
	return str_starts(url, "data:image/gif;base64,R0lGODlhAQAB") ||
	       (str_starts(url, "data:image/gif") && strlen(url) < 100);
}

/* Width or height in pixels as it would come out; -1: not at all. */
static long
dimension(struct cleaner *c, enum attr a)
{
	const struct token_attr *v = clean_token_attr(&c->token, a);
	const char *size;

	if (v == NULL || (size = clean_size(c, v)) == NULL ||
	    strchr(size, '%') != NULL)
		return -1;
	return strtol(size, NULL, 10);
}

/* "width:1px" and the like in a style without spaces, lower case. */
static bool
is_tiny_style(const char *style, const char *prop)
{
	const char *p = style;

	while ((p = strstr(p, prop)) != NULL) {
		const char *v = p + strlen(prop);

		if ((p == style || p[-1] == ';') && (*v == '0' || *v == '1') &&
		    (v[1] < '0' || v[1] > '9') && v[1] != '.' && v[1] != '%' &&
		    v[1] != 'e')
			return true;
		p = v;
	}
	return false;
}

static bool
is_hidden(struct cleaner *c)
{
	const struct token_attr *a = clean_token_attr(&c->token, ATTR_STYLE);
	char *s;
	size_t n = 0;

	if (a == NULL || a->value == NULL)
		return false;
	clean_decode(c, a->value, a->len);
	s = c->value.data;
	for (size_t i = 0; i < c->value.len; i++)
		if (!ascii_space((unsigned char)s[i]))
			s[n++] = (char)ascii_lower((unsigned char)s[i]);
	s[n] = '\0';
	return strstr(s, "display:none") != NULL ||
	       strstr(s, "visibility:hidden") != NULL ||
	       (is_tiny_style(s, "width:") && is_tiny_style(s, "height:"));
}

/* Hosts whose images only count. */
static bool
is_counter(const char *url)
{
	static const struct {
		const char *host; /* it or a host below it */
		const char *path; /* begins so */
	} counters[] = {{"google-analytics.com", "/"}, {"doubleclick.net", "/"},
	    {"pixel.wp.com", "/"}, {"stats.wordpress.com", "/"},
	    {"feeds.feedburner.com", "/~r/"}, {"feeds.wordpress.com", "/1.0/"},
	    {"feedsportal.com", "/"}, {"quantserve.com", "/"},
	    {"scorecardresearch.com", "/"}, {"www.facebook.com", "/tr"},
	    {"analytics.twitter.com", "/"}, {"px.ads.linkedin.com", "/"},
	    {"statcounter.com", "/"}, {"mc.yandex.ru", "/"},
	    {"counter.yadro.ru", "/"}, {"hm.baidu.com", "/"},
	    {"bat.bing.com", "/"}, {"ads.pheedo.com", "/"},
	    {"rss.buysellads.com", "/"}, {"medium.com", "/_/stat"},
	    {"ad.jp.ap.valuecommerce.com", "/"}, {"a8.net", "/0.gif"},
	    {"count.carrierzone.com", "/"}, {"pixel.quantcount.com", "/"}};
	const char *host = strstr(url, "://");
	size_t len;

	if (host == NULL)
		return false;
	host += 3;
	len = strcspn(host, ":/?#");
	for (size_t i = 0; i < AK_COUNT(counters); i++) {
		size_t n = strlen(counters[i].host);

		if (n <= len &&
		    ascii_ieq_n(host + len - n, counters[i].host, n) &&
		    (n == len || host[len - n - 1] == '.') &&
		    ascii_istarts(host + len, counters[i].path))
			return true;
	}
	return false;
}

static void
put_others(struct cleaner *c, struct node *n, bool with_size)
{
	const struct token *t = &c->token;

	for (size_t i = 0; i < t->n_attrs; i++) {
		enum attr a = t->attrs[i].attr;

		if (a == ATTR_SRC || a == ATTR_SRCSET ||
		    ((a == ATTR_WIDTH || a == ATTR_HEIGHT) && !with_size))
			continue;
		clean_put_plain(c, n, &t->attrs[i]);
	}
}

bool
clean_image_tag(struct cleaner *c, struct node *n)
{
	const struct token *t = &c->token;
	const char *lazy = first_src(c, lazy_src, AK_COUNT(lazy_src));
	const struct token_attr *a;
	const char *src = lazy, *set = NULL, *last = NULL;
	long w = dimension(c, ATTR_WIDTH), h = dimension(c, ATTR_HEIGHT);
	bool tiny = w == 0 || h == 0 || (w <= 1 && h <= 1 && w + h > -2);

	if (lazy == NULL && (tiny || is_hidden(c)))
		return false;
	if (((a = clean_token_attr(t, ATTR_DATA_SRCSET)) == NULL ||
		(set = clean_srcset(c, a->value, a->len, &last)) == NULL) &&
	    ((a = clean_token_attr(t, ATTR_DATA_LAZY_SRCSET)) == NULL ||
		(set = clean_srcset(c, a->value, a->len, &last)) == NULL) &&
	    (a = clean_token_attr(t, ATTR_SRCSET)) != NULL)
		set = clean_srcset(c, a->value, a->len, &last);
	if (src == NULL && (a = clean_token_attr(t, ATTR_SRC)) != NULL) {
		src = clean_image_url(c, a->value, a->len);
		if (src != NULL && is_placeholder(src))
			src = NULL;
	}
	if (src == NULL)
		src = last;
	if (src == NULL)
		src = first_src(c, spare_src, AK_COUNT(spare_src));
	if (src == NULL || is_counter(src))
		return false;
	n->url = src;
	buf_clear(&c->tag);
	buf_adds(&c->tag, "<img");
	clean_put_attr(c, "src", src, strlen(src));
	if (set != NULL)
		clean_put_attr(c, "srcset", set, strlen(set));
	put_others(c, n, !tiny);
	return clean_set_tag(c, n);
}

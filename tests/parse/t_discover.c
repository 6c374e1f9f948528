/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "base/limits.h"
#include "base/str.h"
#include "parse/parse.h"

#define PAGE "https://a.example/blog/"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(16 * LIMIT_MIB);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* What is found, as "url url? ...", guesses with a question mark. */
static char *
found(const char *html, const char *const *headers)
{
	struct parse_link *l = parse_discover(
	    arena, html, strlen(html), "text/html", PAGE, headers);
	char *out = arena_strdup(arena, "");

	for (; l != NULL; l = l->next)
		out = arena_printf(arena, "%s%s%s%s", out, *out ? " " : "",
		    l->url, l->is_guess ? "?" : "");
	return out;
}

static void
test_frb_104_105_links_of_a_page(void **state)
{
	static const struct {
		const char *html, *want;
	} rows[] = {
	    {"<link rel=alternate type=application/rss+xml href=/rss>",
		"https://a.example/rss"},
	    {"<LINK HREF='feed.xml?a=1&amp;b=2' TYPE='Application/Atom+XML; "
	     "charset=utf-8' REL='home ALTERNATE'/>",
		"https://a.example/blog/feed.xml?a=1&b=2"},
	    {"<link rel=alternate type=application/feed+json "
	     "href=//b.example/>",
		"https://b.example/"},
	    {"<link rel=alternate type=application/json href=/feed.json>",
		"https://a.example/feed.json"},
	    {"<link rel=alternate type=application/json href=/wp-json/wp/1>",
		""},
	    {"<link rel=alternate type=application/json+oembed href=/feed>",
		""},
	    {"<link rel=feed href=/f>", "https://a.example/f"},
	    {"<link rel=alternate hreflang=de href=/de/>", ""},
	    {"<link rel='alternate stylesheet' type=text/xml href=/x>", ""},
	    {"<link rel=stylesheet type=application/rss+xml href=/x>", ""},
	    {"<link rel=alternate type=text/xml href='javascript:x'>", ""},
	    {"<link rel=alternate type=text/xml href=''>", ""},
	    {"<link rel=alternate type=text/xml>", ""},
	    {"<link rel=alternate type=text/xml href=feed://c.example/x>",
		"http://c.example/x"},
	    {"<link rel=alternate type=text/xml href=feed:https://c.example/x>",
		"https://c.example/x"},
	    {"<base href=/other/><base href=/no/>"
	     "<link rel=alternate type=text/xml href=x>",
		"https://a.example/other/x"},
	    /* not in comments and scripts */
	    {"<!-- <link rel=alternate type=text/xml href=/x> -->"
	     "<script>'<link rel=alternate type=text/xml href=/y>'</script>"
	     "<link rel=alternate type=text/xml href=/z>",
		"https://a.example/z"},
	    /* once each, comments last */
	    {"<link rel=alternate type=text/xml href=/comments/feed>"
	     "<link rel=alternate type=text/xml title='A &raquo; Comments "
	     "Feed' href=/b>"
	     "<link rel=alternate type=text/xml href=/a>"
	     "<link rel=alternate type=text/xml href=/a>"
	     "<a href=/c.rss>c</a>",
		"https://a.example/a https://a.example/c.rss? "
		"https://a.example/comments/feed https://a.example/b"},
	    /* anchors: like feeds, on the same host, after all links */
	    {"<a href=/x/atom>x</a><a href=/feed/>y</a><a href=/?f=rss>z</a>"
	     "<a href=//b.example/rss>b</a><a href=/sitemap.xml>m</a>"
	     "<a href=/feedback>n</a><a href='#rss'>o</a>"
	     "<link rel=alternate type=text/xml href=/first>",
		"https://a.example/first https://a.example/x/atom? "
		"https://a.example/feed/? https://a.example/?f=rss?"},
	    {"", ""},
	    {"<", ""},
	    {"<link rel=alternate type=text/xml href=/a",
		"https://a.example/a"},
	    {"<link rel=alternate type=text/xml href='/a",
		"https://a.example/a"},
	    {"<svg><link rel=alternate type=text/xml href=/a /></svg>",
		"https://a.example/a"},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++)
		assert_string_equal(found(rows[i].html, NULL), rows[i].want);
}

static void
test_titles_and_types(void **state)
{
	static const char html[] =
	    "<link rel=alternate type='application/rss+xml' "
	    "title=' A &amp; B\n&raquo; &#x65E5;' href=/a>";
	struct parse_link *l =
	    parse_discover(arena, html, sizeof(html) - 1, NULL, PAGE, NULL);

	(void)state;
	assert_non_null(l);
	assert_string_equal(l->title, "A & B » 日");
	assert_string_equal(l->type, "application/rss+xml");
	assert_null(l->next);
}

static void
test_limits(void **state)
{
	struct buf b;
	struct parse_link *l;
	size_t n = 0;

	(void)state;
	buf_init(&b, 4 * LIMIT_MIB);
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "<link rel=alternate type=text/xml href=/%d>", i);
	for (l = parse_discover(arena, b.data, b.len, NULL, PAGE, NULL);
	     l != NULL; l = l->next)
		n++;
	assert_int_equal(n, LIMIT_DISCOVER_LINKS);

	buf_clear(&b);
	while (b.len < LIMIT_DISCOVER_BYTES)
		buf_adds(&b, "<p>");
	buf_adds(&b, "<link rel=alternate type=text/xml href=/late>");
	assert_null(parse_discover(arena, b.data, b.len, NULL, PAGE, NULL));
	buf_release(&b);
}

static void
test_headers(void **state)
{
	static const char *const headers[] = {
	    "</h1>; rel=\"x Alternate\"; type=\"application/rss+xml\"; "
	    "title=\"a, \\\"b\\\"; c\", </no>; rel=alternate; type=text/html",
	    "<https://b.example/h2>;type=application/atom+xml;rel=alternate,"
	    "</style>;rel=stylesheet",
	    "</other>; rel=alternate; type=text/xml; anchor=\"/elsewhere\"",
	    "garbage", "<", "<x", "<x>;;;=\"", "", NULL};

	(void)state;
	assert_string_equal(
	    found("<link rel=alternate type=text/xml href=/p>", headers),
	    "https://a.example/h1 https://b.example/h2 https://a.example/p");
}

static void
test_known_sites(void **state)
{
	static const struct {
		const char *url, *want;
	} rows[] = {
	    {"https://www.youtube.com/channel/UCabc_-1",
		"https://www.youtube.com/feeds/videos.xml?channel_id=UCabc_-1"},
	    {"https://m.youtube.com/channel/UCabc/videos?view=0",
		"https://www.youtube.com/feeds/videos.xml?channel_id=UCabc"},
	    {"https://youtube.com/playlist?si=x&list=PL1",
		"https://www.youtube.com/feeds/videos.xml?playlist_id=PL1"},
	    {"https://www.youtube.com/user/someone/",
		"https://www.youtube.com/feeds/videos.xml?user=someone"},
	    {"https://www.youtube.com/playlist", NULL},
	    {"https://www.youtube.com/watch?v=x&list=PL1", NULL},
	    {"https://www.youtube.com/@handle", NULL}, /* its page names it */
	    {"https://github.com/o/r.js",
		"https://github.com/o/r.js/releases.atom"},
	    {"https://github.com/o/r/tags", "https://github.com/o/r/tags.atom"},
	    {"https://github.com/o/r/commits",
		"https://github.com/o/r/commits.atom"},
	    {"https://github.com/o/r/commits/main/src",
		"https://github.com/o/r/commits/main/src.atom"},
	    {"https://github.com/o/r/tree/dev",
		"https://github.com/o/r/commits/dev.atom"},
	    {"https://github.com/o", "https://github.com/o.atom"},
	    {"https://github.com/o/r/issues", NULL},
	    {"https://github.com/topics/rss", NULL},
	    {"https://github.com/features", NULL},
	    {"https://github.com/o/r/releases.atom", NULL},
	    {"https://github.com/o.atom", NULL},
	    {"https://gitlab.com/g/p/-/commits/main",
		"https://gitlab.com/g/p/-/commits/main?format=atom"},
	    {"https://gitlab.com/g/p/-/tags",
		"https://gitlab.com/g/p/-/tags?format=atom"},
	    {"https://www.reddit.com/r/x/", "https://www.reddit.com/r/x/.rss"},
	    {"https://old.reddit.com/u/me",
		"https://www.reddit.com/user/me/.rss"},
	    {"https://www.reddit.com/r/x/top?t=day",
		"https://www.reddit.com/r/x/top/.rss"},
	    {"https://mastodon.social/@someone",
		"https://mastodon.social/@someone.rss"},
	    {"https://mastodon.social/@someone/1234", NULL},
	    {"https://mastodon.social/@someone.rss", NULL},
	    {"https://bsky.app/profile/a.bsky.social",
		"https://bsky.app/profile/a.bsky.social/rss"},
	    {"https://medium.com/@me", "https://medium.com/feed/@me"},
	    {"https://medium.com/pub", "https://medium.com/feed/pub"},
	    {"https://me.medium.com/", "https://me.medium.com/feed"},
	    {"https://x.substack.com", "https://x.substack.com/feed"},
	    {"https://x.substack.com/p/post", NULL},
	    {"https://www.substack.com/", NULL},
	    {"http://x.tumblr.com/", "https://x.tumblr.com/rss"},
	    {"https://x.wordpress.com/category/c/",
		"https://x.wordpress.com/category/c/feed/"},
	    {"https://x.blogspot.com/#top",
		"https://x.blogspot.com/feeds/posts/default"},
	    {"https://stackoverflow.com/questions/tagged/c",
		"https://stackoverflow.com/feeds/tag/c"},
	    {"https://arxiv.org/list/cs.IR/recent",
		"https://rss.arxiv.org/rss/cs.IR"},
	    {"https://a.example/channel/UCabc", NULL},
	    {"https://evil-youtube.com/channel/UCabc", NULL},
	    {"ftp://github.com/o/r", NULL},
	    {"github.com/o/r", NULL},
	    {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		const char *got = parse_known_site(arena, rows[i].url);

		if ((got == NULL) != (rows[i].want == NULL) ||
		    (got != NULL && strcmp(got, rows[i].want) != 0))
			fail_msg("%s: %s", rows[i].url,
			    got != NULL ? got : "nothing");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_frb_104_105_links_of_a_page, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_titles_and_types, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_headers, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_known_sites, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

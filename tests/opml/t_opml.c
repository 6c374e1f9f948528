/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include <time.h>

#include "base/limits.h"
#include "opml/opml.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(LIMIT_DOC_ARENA);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct opml
read_text(const char *text)
{
	struct opml o;
	struct diag d = {{0}};

	if (opml_parse(arena, text, strlen(text), &o, &d) != AK_OK)
		fail_msg("%s", d.text);
	return o;
}

static void
assert_feed(const struct opml_feed *f, const char *url, const char *title,
    const char *category)
{
	assert_non_null(f);
	assert_string_equal(f->url, url);
	if (title == NULL)
		assert_null(f->title);
	else
		assert_string_equal(f->title, title);
	if (category == NULL)
		assert_null(f->category);
	else
		assert_string_equal(f->category, category);
}

static void
test_a_proper_list(void **state)
{
	struct opml o = read_text(
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<!DOCTYPE opml [<!ENTITY x \"<outline xmlUrl='http://x/'/>\">]>\n"
	    "<opml version='2.0'><head><title>My &amp; feeds</title></head>"
	    "<body><!-- <outline xmlUrl='http://no/'/> -->\n"
	    "<outline text='News'>\n"
	    " <outline type='rss' text='A' title='A &#38; B' "
	    "xmlUrl='http://a.example/?x=1&amp;y=2' "
	    "htmlUrl='http://a.example/'/>\n"
	    " <outline text='W/orld'><outline text='B' "
	    "xmlUrl='https://b.example/feed'></outline></outline>\n"
	    "</outline>\n"
	    "<outline xmlUrl='https://c.example/' category='/x y/z,/q'/>"
	    "</body></opml>");
	const struct opml_feed *f = o.feeds;

	(void)state;
	assert_string_equal(o.title, "My & feeds");
	assert_int_equal(o.n_feeds, 3);
	assert_int_equal(o.n_refused, 0);
	assert_feed(f, "http://a.example/?x=1&y=2", "A & B", "News");
	assert_string_equal(f->home_page_url, "http://a.example/");
	assert_feed(f->next, "https://b.example/feed", "B", "News/W\\/orld");
	assert_feed(f->next->next, "https://c.example/", NULL, "x y/z");
}

static void
test_broken_lists(void **state)
{
	static const struct {
		const char *text, *url, *title, *category;
	} rows[] = {
	    {"<opml><body><outline xmlUrl=\"http://a.example/?b=1&c=2&d\"/>",
		"http://a.example/?b=1&c=2&d", NULL, NULL},
	    {"<OPML><Body><Outline TEXT=x XMLURL=http://a.example/f /></BODY>",
		"http://a.example/f", "x", NULL},
	    {"\xEF\xBB\xBF<opml><outline title='' text=' A\n B '"
	     " xmlurl='  http://a.example/ '></opml>",
		"http://a.example/", "A  B", NULL},
	    {"<outline xmlUrl='http://a.example/'", "http://a.example/", NULL,
		NULL},
	    {"<?xml version='1.0' encoding='iso-8859-1'?><opml><outline "
	     "text='caf\xE9' xmlUrl='http://a.example/'/>",
		"http://a.example/", "café", NULL},
	    {"<opml><outline text='\xC3\xA9\xE9' xmlUrl='http://a.example/'/>",
		"http://a.example/", "Ã©é", NULL},
	    {"<opml></outline></outline><outline text='c'><outline "
	     "xmlUrl='http://a.example/'/>",
		"http://a.example/", NULL, "c"},
	    {"<opml><outline xmlUrl='feed://a.example/f'/>",
		"http://a.example/f", NULL, NULL},
	    {"<opml><outline xmlUrl='feed:https://a.example/f'/>",
		"https://a.example/f", NULL, NULL},
	    {"<opml><outline xmlUrl='file:///srv/feed.xml'/>",
		"file:///srv/feed.xml", NULL, NULL},
	    {"<opml><outline text='a &lt;b&gt; &eacute; &#0; &#xZ;' "
	     "xmlUrl='http://a.example/'/>",
		"http://a.example/", "a <b> &eacute; &#0; &#xZ;", NULL},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		struct opml o = read_text(rows[i].text);

		assert_int_equal(o.n_feeds, 1);
		assert_feed(
		    o.feeds, rows[i].url, rows[i].title, rows[i].category);
	}
}

static void
test_commands_and_other_urls_are_refused(void **state)
{
	struct opml o = read_text(
	    "<opml><body>"
	    "<outline xmlUrl='|rm -rf /'/>"
	    "<outline xmlUrl='exec:/bin/sh'/>"
	    "<outline xmlUrl='filter:x:http://a.example/'/>"
	    "<outline xmlUrl='query:unread'/>"
	    "<outline xmlUrl='javascript:alert(1)'/>"
	    "<outline xmlUrl='file:etc/passwd'/>"
	    "<outline xmlUrl='/relative'/>"
	    "<outline xmlUrl='ftp://a.example/'/>"
	    "<outline xmlUrl='http://good.example/' filtercmd='rm -rf /'/>"
	    "<outline xmlUrl=''/>"
	    "</body></opml>");

	(void)state;
	assert_int_equal(o.n_feeds, 1);
	assert_feed(o.feeds, "http://good.example/", NULL, NULL);
	assert_int_equal(o.n_refused, 8);
	assert_string_equal(o.first_refused, "|rm -rf /");
}

static void
test_what_is_no_list(void **state)
{
	static const char *const texts[] = {"", " ", "plain text",
	    "<html><title>x</title></html>", "<rss><channel/></rss>",
	    "<outlines/>"};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(texts); i++) {
		struct opml o = {.n_feeds = 77};
		struct diag d;

		assert_int_equal(
		    opml_parse(arena, texts[i], strlen(texts[i]), &o, &d),
		    AK_BADINPUT);
		assert_int_equal(o.n_feeds, 77);
	}
}

static void
test_limits(void **state)
{
	struct buf b;
	struct opml o;

	(void)state;
	buf_init(&b, 64 * LIMIT_MIB);
	buf_adds(&b, "<opml>");
	for (int i = 0; i < 1000; i++)
		buf_adds(&b, "<outline text='d'>");
	buf_adds(&b, "<outline xmlUrl='http://a.example/'/>");
	o = read_text(buf_str(&b));
	assert_int_equal(o.n_feeds, 1);
	assert_int_equal(strlen(o.feeds->category), 2 * LIMIT_OPML_DEPTH - 1);

	buf_clear(&b);
	for (int i = 0; i <= LIMIT_OPML_OUTLINES; i++)
		buf_adds(&b, "<outline/>");
	assert_int_equal(opml_parse(arena, b.data, b.len, &o, NULL), AK_TOOBIG);
	buf_release(&b);
}

static void
test_written_lists_read_the_same(void **state)
{
	struct opml_feed f[] = {{.url = "http://user:secret@a.example/?b=1&c=2",
				    .title = "A <b> \"q\" & 'x'",
				    .home_page_url = "http://a.example/",
				    .category = "News/W\\/orld"},
	    {.url = "http://b.example/", .category = "News/W\\/orld/Deep"},
	    {.url = "http://c.example/", .category = "News"},
	    {.url = "http://d.example/",
		.title = "日本語",
		.category = "Back\\\\slash"},
	    {.url = "http://e.example/"}};
	const struct opml_feed *g;
	struct opml o;
	struct buf b;

	(void)state;
	for (size_t i = 0; i + 1 < AK_COUNT(f); i++)
		f[i].next = &f[i + 1];
	buf_init(&b, LIMIT_MIB);
	opml_write(&b, "Mine & yours", f, 784111777);
	o = read_text(buf_str(&b));
	assert_string_equal(o.title, "Mine & yours");
	assert_null(strstr(buf_str(&b), "secret"));
	assert_non_null(strstr(buf_str(&b), "06 Nov 1994 08:49:37 GMT"));
	assert_int_equal(o.n_feeds, AK_COUNT(f));
	f[0].url = "http://a.example/?b=1&c=2";
	g = o.feeds;
	for (size_t i = 0; i < AK_COUNT(f); i++, g = g->next)
		assert_feed(g, f[i].url,
		    f[i].title != NULL ? f[i].title : f[i].url, f[i].category);
	buf_release(&b);
}

static void
test_full_arena_is_too_big(void **state)
{
	static const char text[] =
	    "<opml><head><title>t</title></head><outline text='a'>"
	    "<outline title='b' xmlUrl='http://a.example/'/></outline></opml>";

	(void)state;
	for (size_t limit = 1; limit < 4096; limit += 16) {
		struct arena *a = arena_new(limit);
		struct opml o;
		enum ak_status st =
		    opml_parse(a, text, sizeof(text) - 1, &o, NULL);

		assert_true(st == AK_OK || st == AK_TOOBIG);
		arena_free(a);
	}
}

static void
test_large_lists_take_no_time(void **state)
{
	struct buf b;
	struct opml o;
	clock_t before;
	double s;

	(void)state;
	buf_init(&b, 64 * LIMIT_MIB);
	buf_adds(&b, "<opml><body>");
	for (int i = 0; i < 100000; i++)
		buf_addf(&b,
		    "<outline type=\"rss\" text=\"Feed %d\" title=\"Feed %d\" "
		    "xmlUrl=\"https://h%d.example/feed.xml?a=1&amp;b=%d\" "
		    "htmlUrl=\"https://h%d.example/\"/>\n",
		    i, i, i, i, i);
	before = clock();
	assert_int_equal(opml_parse(arena, b.data, b.len, &o, NULL), AK_OK);
	buf_clear(&b);
	opml_write(&b, "t", o.feeds, 0);
	s = (double)(clock() - before) / CLOCKS_PER_SEC;
	assert_int_equal(o.n_feeds, 100000);
	print_message("# 100,000 feeds read and written: %.2f s\n", s);
	/* a second is the bar; sanitizers are slower */
	assert_true(s < 20);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_a_proper_list, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_broken_lists, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_commands_and_other_urls_are_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_what_is_no_list, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_written_lists_read_the_same, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_full_arena_is_too_big, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_large_lists_take_no_time, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

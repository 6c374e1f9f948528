/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "base/str.h"
#include "base/url.h"
#include "base/utf8.h"
#include "clean/clean_int.h"
#include "tests/clean/canonical.h"

#define MIB ((size_t)1 << 20)

static const struct clean_opts with_base = {.base = "https://ex.example/d/p"};

static struct clean_result
run(struct arena *a, const char *html, const struct clean_opts *opts)
{
	struct clean_result r;

	assert_int_equal(clean_html(a, html, strlen(html), opts, &r), AK_OK);
	assert_int_equal(strlen(r.html), r.html_len);
	assert_int_equal(strlen(r.text), r.text_len);
	assert_null(canonical_error(r.html));
	return r;
}

static void
check(const char *html, const char *want)
{
	struct arena *a = arena_new(16 * MIB);
	struct clean_result r = run(a, html, &with_base);

	assert_string_equal(r.html, want);
	assert_string_equal(run(a, r.html, &with_base).html, want);
	arena_free(a);
}

static void
check_text(const char *html, const char *want)
{
	struct arena *a = arena_new(16 * MIB);

	assert_string_equal(run(a, html, &with_base).text, want);
	arena_free(a);
}

static void
test_end_tags_are_implied(void **state)
{
	(void)state;
	check("<p>a<p>b<div>c", "<p>a</p><p>b</p><div>c</div>");
	check("<ul><li>a<li>b<ul><li>c</ul></ul>",
	    "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>");
	check("<dl><dt>a<dd>b<dt>c</dl>",
	    "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>");
	check("<ruby>a<rp>(<rt>b<rp>)</ruby>",
	    "<ruby>a<rp>(</rp><rt>b</rt><rp>)</rp></ruby>");
	check("<table><tr><td>a<td>b<tr><th>c</table>d",
	    "<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>d");
}

static void
test_formatting_is_reopened(void **state)
{
	(void)state;
	check("<b>a<p>b</b>c", "<b>a</b><p><b>b</b>c</p>");
	check("<p><i>a<p>b</i>c", "<p><i>a</i></p><p><i>b</i>c</p>");
	check("<b><i>a</b>b</i>", "<b><i>a</i></b><i>b</i>");
	check("<a href=/1>a<a href=/2>b",
	    "<a href=\"https://ex.example/1\">a</a>"
	    "<a href=\"https://ex.example/2\">b</a>");
	check("<h1><a><h6></a>x", "<h1><a></a></h1><h6>x</h6>");
}

static void
test_tables_take_cells_only(void **state)
{
	(void)state;
	check("<td>a</td>b", "ab");
	check("<table>a<tr><td>b</table>",
	    "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>");
	check("<table><col><tr><td>x<caption>c</table>",
	    "<table><colgroup><col></colgroup><tr><td>x</td></tr>"
	    "<caption>c</caption></table>");
}

static void
test_cells_bound_formatting_however_deep(void **state)
{
	struct arena *a = arena_new(16 * MIB);
	struct clean_result one, two;
	struct buf html;

	(void)state;
	buf_init(&html, MIB);
	for (int i = 0; i < 60; i++)
		buf_adds(&html, "<table><td>x<p><a><table><td>y");
	one = run(a, buf_str(&html), &with_base);
	two = run(a, one.html, &with_base);
	assert_string_equal(one.html, two.html);
	buf_release(&html);
	arena_free(a);
}

static void
test_what_only_begins_like_a_tag_is_text(void **state)
{
	(void)state;
	check("if a <b then c", "if a &lt;b then c");
	check("it begins with <a href=\n", "it begins with &lt;a href=");
	check("<p>x <y", "<p>x </p>");
	check("cut off <a href=\"http://ex", "cut off");
	check("cut off <a title=x href", "cut off");
	check("cut off </b and c", "cut off");
	check("if a <b then <i>c</i>", "if a <b>c</b>");
}

static void
test_there_is_no_space_at_the_ends(void **state)
{
	(void)state;
	check("\n <p>x</p>\t\r\n\f", "<p>x</p>");
	check(" a <i>b</i> ", "a <i>b</i>");
	check("\n<script>x</script>\n", "");
	check("<pre>\n\n x\n</pre>", "<pre>\n\n x\n</pre>");
	check("&nbsp;x&nbsp;", "\xc2\xa0x\xc2\xa0");
}

static void
test_fragments_point_into_the_content_or_at_its_page(void **state)
{
	struct clean_opts opts = {.base = "https://ex.example/feed.xml",
	    .page = "https://ex.example/posts/1"};
	struct arena *a = arena_new(16 * MIB);

	(void)state;
	check("<a href=#n1>1</a><p id=n1>note",
	    "<a href=\"#u-n1\">1</a><p id=\"u-n1\">note</p>");
	check("<a href=#n1>1</a><p><a name=n1>note",
	    "<a href=\"#u-n1\">1</a><p><a id=\"u-n1\">note</a></p>");
	check("<a href=#u-x>1</a>", "<a href=\"#u-x\">1</a>");
	check("<a href=#>up</a>", "<a href=\"#\">up</a>");
	/* What hides in a script or a comment is not in the content. */
	check("<a href=#n1>1</a><script><p id=n1></script><!-- id=n1 -->",
	    "<a href=\"https://ex.example/d/p#n1\">1</a>");
	/* An id that may not come out. */
	check("<p id=\u6CE8><a href=#\u6CE8>l</a>",
	    "<p><a href=\"https://ex.example/d/p#%E6%B3%A8\">l</a></p>");
	assert_string_equal(run(a, "<a href=#comments>3</a>", &opts).html,
	    "<a href=\"https://ex.example/posts/1#comments\">3</a>");
	opts.page = "urn:x"; /* no page to go to */
	assert_string_equal(run(a, "<a href=#comments>3</a>", &opts).html,
	    "<a href=\"#u-comments\">3</a>");
	opts.page = opts.base = NULL;
	assert_string_equal(run(a, "<a href=#comments>3</a>", &opts).html,
	    "<a href=\"#u-comments\">3</a>");
	arena_free(a);
}

static void
test_addresses_become_absolute_or_go(void **state)
{
	(void)state;
	check("<a href=\"x?a=1&b=2\">l</a>",
	    "<a href=\"https://ex.example/d/x?a=1&amp;b=2\">l</a>");
	check("<a href=' java\nscript:alert(1)'>l</a>", "<a>l</a>");
	check("<a href=https://u:p@h.example/>l</a>",
	    "<a href=\"https://h.example/\">l</a>");
	check("<a href=#f id=f>l</a>", "<a href=\"#u-f\" id=\"u-f\">l</a>");
	check("<a href=mailto:a@b.example>m</a>",
	    "<a href=\"mailto:a@b.example\">m</a>");
	check("<img src=data:text/html;base64,AAAA>", "");
	check("<a href=http://h.example:99999/>l</a>", "<a>l</a>");
}

static void
test_names_are_found(void **state)
{
	(void)state;
	for (unsigned i = 1; i < TAG_COUNT; i++)
		assert_int_equal(
		    clean_tag_find(clean_tags[i].name, clean_tags[i].len), i);
	for (unsigned i = 1; i < ATTR_COUNT; i++)
		assert_int_equal(
		    clean_attr_find(clean_attrs[i].name, clean_attrs[i].len),
		    i);
}

/* The short way and the long way come to the same. */
static void
test_addresses_are_those_of_url_resolve(void **state)
{
	static const char *const bases[] = {"https://h.example/",
	    "http://h.example:8080/a/b/c.html?q=1/2#f", "https://h.example/a/",
	    "https://H.example/a/../b", "https://h.example",
	    "https://h/a//b/c"};
	static const char *const refs[] = {"x", "x/y", "/x", "/", "?a=b",
	    "x?a=b#c", "../x", "./x", "x/../y", "x/./y", "//o.example/x", "x y",
	    "\u65E5", "x:y", "x/y:z", "a//b", "..", ".x", "x/.y", "?a=/../b",
	    "http://o.example/../x", "x;y", "x%20y", "{x}"};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(bases); i++)
		for (size_t k = 0; k < AK_COUNT(refs); k++) {
			struct arena *a = arena_new(MIB);
			struct clean_opts opts = {.base = bases[i]};
			const char *url = url_resolve(a, bases[i], refs[k]);
			const char *html = arena_printf(
			    a, "<blockquote cite=\"%s\">", refs[k]);
			const char *want = url_is_http(url)
					       ? arena_printf(a,
						     "<blockquote cite=\"%s\">"
						     "</blockquote>",
						     url)
					       : "<blockquote></blockquote>";

			assert_string_equal(run(a, html, &opts).html, want);
			arena_free(a);
		}
}

static void
test_images_are_real_ones(void **state)
{
	(void)state;
	check("<img src=s.gif data-src=/i.jpg width=1 height=1>",
	    "<img src=\"https://ex.example/i.jpg\">");
	check("<img src=p.gif width=1 height=1>", "");
	check("<img src=p.gif style='Display: none'>", "");
	check("<img src='data:image/gif;base64,R0lGODlhAQABAA=='"
	      " data-lazy-src=/i.jpg><noscript><img src=/i.jpg></noscript>",
	    "<img src=\"https://ex.example/i.jpg\">");
	check("<img srcset='a.jpg 1x, b,c.jpg 2x, java:x 3x'>",
	    "<img src=\"https://ex.example/d/b,c.jpg\" srcset=\""
	    "https://ex.example/d/a.jpg 1x, https://ex.example/d/b,c.jpg "
	    "2x\">");
}

static void
test_frames_of_known_hosts(void **state)
{
	struct arena *a = arena_new(16 * MIB);
	struct clean_opts keep = with_base;

	(void)state;
	check("<iframe src=//www.youtube.com/embed/abcdefghijk></iframe>",
	    "<a href=\"https://www.youtube.com/watch?v=abcdefghijk\">"
	    "<img src=\"https://i.ytimg.com/vi/abcdefghijk/hqdefault.jpg\""
	    " alt=\"YouTube\"></a>");
	check("a<iframe src=https://evil.example/>b</iframe>c", "ac");
	keep.keep_frames = true;
	assert_non_null(strstr(
	    run(a, "<iframe src=https://player.vimeo.com/video/1></iframe>",
		&keep)
		.html,
	    "src=\"https://player.vimeo.com/video/1\" sandbox=\"allow-"));
	arena_free(a);
}

static void
test_content_is_not_swallowed(void **state)
{
	(void)state;
	check("a<iframe src=x>b", "ab");
	check("a<object>b", "ab");
	check("<video><rp>x<source src=/v type=video/mp4>y</rp></video>",
	    "<video controls=\"\" preload=\"none\"><rp>xy</rp></video>");
	check("a<title>b", "ab");
	check("a<![CDATA[<b>b</b>]]>c", "a<b>b</b>c");
	check("<p>a</p><script src=x /><p>b</p>", "<p>a</p><p>b</p>");
	check("<math><mi>x</mi><mo>+</mo><mn>1</mn></math>", "x+1");
	check("<pre>\n\nx</pre>", "<pre>\n\nx</pre>");
	check("&#147;x&#148; &copy=1 &notin; &amp;amp; &bogus; &",
	    "\u201Cx\u201D \u00A9=1 \u2209 &amp;amp; &amp;bogus; &amp;");
	check("1 < 2 <- 3", "1 &lt; 2 &lt;- 3");
}

static void
test_text_has_lines_and_no_markup(void **state)
{
	(void)state;
	check_text("<p>a  b\n c</p><p>d<br>e</p>", "a b c\nd\ne");
	check_text("<table><tr><td>1<td>2<tr><td>3</table>", "1 2\n3");
	check_text(
	    "<ruby>\u6F22<rp>(</rp><rt>\u304B\u3093</rt></ruby>", "\u6F22");
	check_text("<pre>a\n  b</pre>", "a\nb");
	check_text("x<script>y</script><img src=/i alt=z>&nbsp;&lt;w", "x <w");
}

static void
test_link_parameters_go_when_asked(void **state)
{
	struct clean_opts strip = with_base;
	struct arena *a = arena_new(16 * MIB);

	(void)state;
	strip.strip_params = true;
	assert_string_equal(
	    run(a, "<a href=\"https://h.example/?utm_source=x&q=1\">l</a>",
		&strip)
		.html,
	    "<a href=\"https://h.example/?q=1\">l</a>");
	arena_free(a);
}

static const char sample[] =
    "<h1>\u65E5\u672C &amp; more</h1><p>one <b>two <i>three</i></b> &lt; "
    "\u00E9<pre>\n\nx</pre><ul><li><a href=/x>l</a><li>m</ul><table><tr><td>"
    "c</table>";

static void
test_any_limit_leaves_it_canonical(void **state)
{
	struct arena *a = arena_new(64 * MIB);
	struct clean_opts opts = with_base;
	size_t whole = run(a, sample, &opts).html_len;

	(void)state;
	for (opts.limit = 1; opts.limit <= whole + 1; opts.limit++) {
		struct clean_result r = run(a, sample, &opts);

		assert_true(r.html_len <= opts.limit);
		assert_true(utf8_valid(r.html, r.html_len));
		assert_string_equal(run(a, r.html, &opts).html, r.html);
	}
	assert_int_equal(run(a, sample, &opts).html_len, whole);
	arena_free(a);
}

static void
test_small_arenas_are_too_small_and_no_more(void **state)
{
	enum ak_status st = AK_TOOBIG;

	(void)state;
	for (size_t limit = 1; limit < MIB && st != AK_OK; limit *= 2) {
		struct arena *a = arena_new(limit);
		struct clean_result r;

		st = clean_html(a, sample, strlen(sample), &with_base, &r);
		assert_true(st == AK_OK || st == AK_TOOBIG);
		arena_free(a);
	}
	assert_int_equal(st, AK_OK);
}

static void
test_depth_ends_and_text_stays(void **state)
{
	struct arena *a = arena_new(64 * MIB);
	struct buf html;
	struct clean_result r;

	(void)state;
	buf_init(&html, MIB);
	for (int i = 0; i < 5000; i++)
		buf_adds(&html, i % 2 == 0 ? "<div>" : "<b>");
	buf_adds(&html, "deep");
	r = run(a, html.data, &with_base);
	assert_string_equal(r.text, "deep");
	assert_string_equal(run(a, r.html, &with_base).html, r.html);
	buf_release(&html);
	arena_free(a);
}

/* Steps of tokenizer and tree builder over `times` times the pattern. */
static size_t
steps(const char *pattern, size_t times)
{
	struct arena *a = arena_new(256 * MIB);
	struct clean_opts opts = with_base;
	struct cleaner c;
	struct clean_result r;
	struct buf html;
	size_t n;

	opts.split_related = true;
	buf_init(&html, 16 * MIB);
	for (size_t i = 0; i < times; i++)
		buf_adds(&html, pattern);
	cleaner_init(&c);
	assert_int_equal(
	    cleaner_run(&c, a, html.data, html.len, &opts, &r), AK_OK);
	n = c.tok.steps + c.steps;
	cleaner_release(&c);
	buf_release(&html);
	arena_free(a);
	return n;
}

static void
test_time_is_linear(void **state)
{
	static const char *const patterns[] = {"<b><p>", "<b></i>", "</b>",
	    "<a href=x>", "<table><td>", "<table><b>", "<svg><p>", "<math>x",
	    "<object>", "<template><object>", "<!--", "<!-- x ", "<iframe>",
	    "<title>x", "<li><ul>", "<p><b><i><u>", "<font><b></font>",
	    "<h1><a>", "<ruby><rt>", "<dl><dd><dt>", "&amp", "&#x", "<",
	    "<a b='", "<a b=\"x\">", "<![CDATA[", "]]>", "<pre>\n", "<br>",
	    "<b><div></b>", "<i><b><p></i></b>", "<td></table>",
	    "<noscript><img src=x>", "<img srcset='a,b, c 1x,'>",
	    "\u95A2\u9023\u8A18\u4E8B<br>",
	    "<p>Related articles</p><p><a href=/x>t</a></p>"};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(patterns); i++) {
		size_t one = steps(patterns[i], 10000);
		size_t two = steps(patterns[i], 20000);

		if (two > one * 5 / 2 + 1000)
			fail_msg("%s: %zu, then %zu", patterns[i], one, two);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_end_tags_are_implied),
	    cmocka_unit_test(test_formatting_is_reopened),
	    cmocka_unit_test(test_tables_take_cells_only),
	    cmocka_unit_test(test_cells_bound_formatting_however_deep),
	    cmocka_unit_test(test_what_only_begins_like_a_tag_is_text),
	    cmocka_unit_test(test_there_is_no_space_at_the_ends),
	    cmocka_unit_test(
		test_fragments_point_into_the_content_or_at_its_page),
	    cmocka_unit_test(test_addresses_become_absolute_or_go),
	    cmocka_unit_test(test_addresses_are_those_of_url_resolve),
	    cmocka_unit_test(test_names_are_found),
	    cmocka_unit_test(test_images_are_real_ones),
	    cmocka_unit_test(test_frames_of_known_hosts),
	    cmocka_unit_test(test_content_is_not_swallowed),
	    cmocka_unit_test(test_text_has_lines_and_no_markup),
	    cmocka_unit_test(test_link_parameters_go_when_asked),
	    cmocka_unit_test(test_any_limit_leaves_it_canonical),
	    cmocka_unit_test(test_small_arenas_are_too_small_and_no_more),
	    cmocka_unit_test(test_depth_ends_and_text_stays),
	    cmocka_unit_test(test_time_is_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "base/str.h"
#include "clean/clean.h"

static void
check(enum doc_text_type type, const char *value, const char *want)
{
	struct arena *a = arena_new((size_t)1 << 20);
	const struct doc_text t = {.value = value, .type = type};
	const char *got = clean_text(a, &t, 100);

	if (want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, want);
	arena_free(a);
}

static void
test_rss_text_is_html_if_it_looks_like_it(void **state)
{
	(void)state;
	check(DOC_TEXT_AUTO, "AT&amp;T", "AT&T");
	check(DOC_TEXT_AUTO, "<b>x</b>", "x");
	check(DOC_TEXT_AUTO, "1 < 2", "1 < 2");
	check(DOC_TEXT_AUTO, "AT&T", "AT&T");
	check(DOC_TEXT_AUTO, "vector<int> and map", "vector<int> and map");
	check(DOC_TEXT_AUTO, "vector<int> &amp; map", "vector<int> & map");
	check(DOC_TEXT_AUTO, "a<script>b</script>c", "ac");
	check(DOC_TEXT_AUTO, "fish &amp;amp; chips", "fish &amp; chips");
}

static void
test_atom_text_is_what_it_says(void **state)
{
	(void)state;
	check(DOC_TEXT_PLAIN, "Use <b> tags &amp;", "Use <b> tags &amp;");
	check(DOC_TEXT_HTML, "Use &lt;b> <i>tags</i>", "Use <b> tags");
	check(DOC_TEXT_XHTML, "<div>a<br/>b</div>", "a b");
}

static void
test_white_space_is_collapsed(void **state)
{
	(void)state;
	check(DOC_TEXT_PLAIN, "  a\n\t b\u00A0 c ", "a b c");
	check(DOC_TEXT_PLAIN, " \n ", NULL);
	check(DOC_TEXT_HTML, "<p></p>", NULL);
	check(DOC_TEXT_PLAIN, NULL, NULL);
}

static void
test_cut_at_a_character(void **state)
{
	struct arena *a = arena_new((size_t)1 << 20);
	const struct doc_text t = {
	    .value = "\u65E5\u672C", .type = DOC_TEXT_PLAIN};

	(void)state;
	assert_string_equal(clean_text(a, &t, 5), "\u65E5");
	arena_free(a);
}

static struct doc *
one_entry(struct arena *a, struct doc_entry **ret)
{
	struct doc *doc = doc_new(a);

	doc->format = DOC_RSS_20;
	*ret = arena_alloc(a, sizeof(**ret));
	(*ret)->published = (*ret)->modified = DOC_NO_TIME;
	doc->entries = *ret;
	doc->n_entries = 1;
	return doc;
}

static void
test_a_lone_description_is_the_content(void **state)
{
	const struct clean_opts opts = {.base = "https://ex.example/"};
	struct arena *a = arena_new((size_t)4 << 20);
	struct doc_entry *e;
	struct doc *doc = one_entry(a, &e);

	(void)state;
	e->title.value = "AT&amp;T";
	e->summary.value = "<p>\u3053\u308C\u306F<b>\u672C\u6587</b>";
	e->url = "javascript:alert(1)";
	assert_int_equal(clean_doc(doc, &opts), AK_OK);
	assert_string_equal(e->title_text, "AT&T");
	assert_string_equal(
	    e->content_html, "<p>\u3053\u308C\u306F<b>\u672C\u6587</b></p>");
	assert_string_equal(e->text, "\u3053\u308C\u306F\u672C\u6587");
	assert_string_equal(e->language, "ja");
	assert_null(e->url);
	arena_free(a);
}

static void
test_the_entry_itself_and_repeats_are_not_related(void **state)
{
	const struct clean_opts opts = {
	    .base = "https://ex.example/", .split_related = true};
	struct arena *a = arena_new((size_t)4 << 20);
	struct doc_related listed = {.url = "https://ex.example/1?utm_source=x",
	    .title = "The first one",
	    .form = "atom:link"};
	struct doc_entry *e;
	struct doc *doc = one_entry(a, &e);

	(void)state;
	e->title.value = "The story itself";
	e->url = "https://ex.example/self";
	e->related = &listed;
	e->content.value = "<p>Body.</p><h3>Related articles</h3><ul>"
			   "<li><a href=/self>The story itself</a>"
			   "<li><a href=/1>The first one</a>"
			   "<li><a href=/2>The second one</a></ul>";
	assert_int_equal(clean_doc(doc, &opts), AK_OK);
	assert_string_equal(e->text, "Body.");
	assert_string_equal(e->related->form, "atom:link");
	assert_string_equal(e->related->next->url, "https://ex.example/2");
	assert_null(e->related->next->next);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rss_text_is_html_if_it_looks_like_it),
	    cmocka_unit_test(test_atom_text_is_what_it_says),
	    cmocka_unit_test(test_white_space_is_collapsed),
	    cmocka_unit_test(test_cut_at_a_character),
	    cmocka_unit_test(test_a_lone_description_is_the_content),
	    cmocka_unit_test(test_the_entry_itself_and_repeats_are_not_related),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "base/tags.h"

/* Every tag as "name", "/name" or "name/", with "[attribute=value]". */
static char *
tags_of(struct arena *a, const char *text)
{
	struct tags t = {text, text + strlen(text)};
	char *out = arena_strdup(a, "");
	struct tag tag;

	while (tags_next(&t, &tag)) {
		struct tag_attribute at;

		out = arena_printf(a, "%s%s%s%.*s", out, *out ? " " : "",
		    tag.is_end ? "/" : "", (int)tag.len, tag.name);
		while (tag_next_attribute(&tag, &at))
			out = arena_printf(a, "%s[%.*s%s%.*s]", out,
			    (int)at.len, at.name, at.value != NULL ? "=" : "",
			    (int)at.value_len,
			    at.value != NULL ? at.value : "");
		if (tag.is_closed)
			out = arena_printf(a, "%s/", out);
		if (tag_is(&tag, "script") && !tag.is_end)
			tags_skip_raw(&t, &tag);
	}
	return out;
}

static void
test_tags(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"", ""},
	    {"text < 3 & > 4", ""},
	    {"<a><B/></c >", "a B/ /c"},
	    {"<a b=c d='e f' g=\"h\" i j = k>", "a[b=c][d=e f][g=h][i][j=k]"},
	    {"<a href=/x/>", "a[href=/x/]"},
	    {"<a b='>'c=d/>", "a[b=>][c=d/]"},
	    {"<a/b/c>", "a[b][c]"},
	    {"<a b='unended><c>", "a[b=unended><c>]"},
	    {"<a b <c>", "a[b] c"},
	    {"<a =b>", "a[=b]"},
	    {"<!-- <a> --><![CDATA[<b>]]><?c <d> ?><!E [<f>]><g>", "g"},
	    {"<!-- <a>", ""},
	    {"<1><-><g>", "g"},
	    {"<script>'<a>'</scrip></SCRIPT x><b>", "script /SCRIPT[x] b"},
	    {"<script><a>", "script"},
	    {"<", ""},
	    {"</", ""},
	    {"<a", "a"},
	    {"<a b=", "a[b=]"},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		struct arena *a = arena_new(1 << 16);

		assert_string_equal(tags_of(a, rows[i].text), rows[i].want);
		arena_free(a);
	}
}

static void
test_nul_bytes_end(void **state)
{
	static const char text[] = "<a \0 b\0=c\0><\0><d\0>";
	struct tags t = {text, text + sizeof(text) - 1};
	struct tag tag;
	int n = 0;

	(void)state;
	while (tags_next(&t, &tag)) {
		struct tag_attribute at;

		while (tag_next_attribute(&tag, &at))
			n++;
		n++;
	}
	assert_in_range(n, 2, 20);
}

static void
test_text(void **state)
{
	static const struct {
		const char *raw, *want;
	} rows[] = {
	    {" a\n\tb ", "a  b"},
	    {"&amp;&lt;&gt;&quot;&apos;", "&<>\"'"},
	    {"&#65;&#x42;&#X43;&#x1F600;", "ABC\xF0\x9F\x98\x80"},
	    {"a&b=c&&amp", "a&b=c&&amp"},
	    {"&#0;&#9;&#xFFFE;&#;&#x;&#99999999;&#65", "&#0;&#9;&#xFFFE;&#;"
						       "&#x;&#99999999;&#65"},
	    {"&#xD800;", "\xEF\xBF\xBD"},
	    {"&raquo;&eacute;", "»&eacute;"},
	    {"", NULL},
	    {" \n", NULL},
	};
	struct arena *a = arena_new(1 << 16);

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		const char *got =
		    tag_text(a, rows[i].raw, strlen(rows[i].raw), 1000);

		if (rows[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, rows[i].want);
	}
	assert_string_equal(tag_text(a, "日本語", 9, 7), "日本");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tags),
	    cmocka_unit_test(test_nul_bytes_end),
	    cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

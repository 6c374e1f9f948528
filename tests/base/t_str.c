/* SPDX-License-Identifier: ISC */
/* Strings, UTF-8 and the clock's formats. */
#include "tests/testing.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/utf8.h"

static void
test_buf_stops_at_its_ceiling(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_adds(&b, "12345");
	buf_addf(&b, "%d", 67890);
	assert_int_equal(buf_status(&b), AK_OK);
	buf_addc(&b, 'x');
	assert_int_equal(buf_status(&b), AK_TOOBIG);
	buf_adds(&b, "");
	assert_string_equal(buf_str(&b), "1234567890");
	buf_clear(&b);
	assert_int_equal(buf_status(&b), AK_OK);
	assert_string_equal(buf_str(&b), "");
	buf_release(&b);
}

static void
test_numbers_are_whole_strings(void **state)
{
	int64_t v = 7;

	(void)state;
	assert_true(str_to_i64("-12", -20, 20, &v));
	assert_int_equal(v, -12);
	assert_false(str_to_i64("12x", 0, 20, &v));
	assert_false(str_to_i64(" 12", 0, 20, &v));
	assert_false(str_to_i64("21", 0, 20, &v));
	assert_false(str_to_i64("", 0, 20, &v));
	assert_false(str_to_i64("99999999999999999999", 0, INT64_MAX, &v));
	assert_int_equal(v, -12);
}

static void
test_strings_are_packed_behind_one_another(void **state)
{
	char one[] = "one", empty[] = "", two[] = "two";
	const char *a = one, *none = NULL, *b = empty, *c = two;
	const char **const all[] = {&a, &none, &b, &c};
	char *block = str_pack(all, AK_COUNT(all));

	(void)state;
	assert_ptr_equal(a, block);
	memset(one, 'x', 3);
	memset(two, 'x', 3);
	assert_string_equal(a, "one");
	assert_null(none);
	assert_string_equal(b, "");
	assert_string_equal(c, "two");
	free(block);
}

static void
test_utf8_decodes_and_replaces(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t cp;
		size_t len;
	} rows[] = {
	    {"a", 'a', 1}, {"\xC3\xA9", 0xE9, 2}, {"\xE4\xBA\xAC", 0x4EAC, 3},
	    {"\xF0\x9F\x90\x88", 0x1F408, 4},
	    {"\x80", 0xFFFD, 1},	     /* a stray continuation */
	    {"\xC0\xAF", 0xFFFD, 1},	     /* overlong */
	    {"\xE0\x80\x80", 0xFFFD, 1},     /* overlong */
	    {"\xED\xA0\x80", 0xFFFD, 1},     /* a surrogate */
	    {"\xF4\x90\x80\x80", 0xFFFD, 1}, /* past 10FFFF */
	    {"\xE4\xBA", 0xFFFD, 2},	     /* cut: its maximal subpart */
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		uint32_t cp;
		size_t n =
		    utf8_decode(rows[i].bytes, strlen(rows[i].bytes), &cp);

		assert_int_equal(cp, rows[i].cp);
		assert_int_equal(n, rows[i].len);
	}
}

static void
test_utf8_repair_gives_what_xml_allows(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	utf8_repair(&b,
	    "a\0b\x01\tc\xFF"
	    "d\xEF\xBF\xBE",
	    11);
	assert_string_equal(buf_str(&b), "ab\tc\xEF\xBF\xBD"
					 "d");
	assert_true(utf8_valid(b.data, b.len));
	assert_false(utf8_valid("12345678\xFF", 9));
	assert_true(utf8_valid("12345678\xEF\xBF\xBD", 11));
	buf_release(&b);
}

static void
test_utf8_add_xml_escapes_markup_and_controls(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {{"plain", "plain"}, {"", ""},
	    {"<a b=\"c\" d='e'>&",
		"&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;"},
	    {"京<都", "京&lt;都"},
	    {"a\tb\nc\x01\x1b"
	     "d",
		"a\tb\ncd"},
	    {"\xE2\x80\xAEx\xC2\x9By", "&#8238;x&#155;y"}};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		buf_clear(&b);
		utf8_add_xml(&b, rows[i].in, strlen(rows[i].in));
		assert_string_equal(buf_str(&b), rows[i].out);
	}
	buf_release(&b);
}

static void
test_utf8_cut_never_splits(void **state)
{
	(void)state;
	assert_int_equal(utf8_cut("a京b", 5, 1), 1);
	assert_int_equal(utf8_cut("a京b", 5, 2), 1);
	assert_int_equal(utf8_cut("a京b", 5, 3), 1);
	assert_int_equal(utf8_cut("a京b", 5, 4), 4);
	assert_int_equal(utf8_cut("a京b", 5, 9), 5);
}

static void
test_clock_formats(void **state)
{
	char r[CLOCK_RFC3339_SIZE], h[CLOCK_HTTP_SIZE];

	(void)state;
	assert_string_equal(clock_http(784111777, h),
	    "Sun, 06 Nov 1994 08:49:37 GMT"); /* RFC 9110, 5.6.7 */
	assert_string_equal(
	    clock_rfc3339(951782400, r), "2000-02-29T00:00:00Z");
	assert_string_equal(clock_rfc3339(-1, r), "1969-12-31T23:59:59Z");
	assert_string_equal(
	    clock_rfc3339(INT64_MAX, r), "9999-12-31T23:59:59Z");
	assert_int_equal(clock_days(1970, 1, 1), 0);
	assert_int_equal(clock_days(2000, 2, 29) * 86400, 951782400);
	assert_int_equal(clock_days(1969, 12, 31), -1);
}

static void
test_log_quotes_what_a_terminal_must_not_get(void **state)
{
	struct log_quoted q;
	char longer[600];

	(void)state;
	assert_string_equal(log_quote("a\"b\\c\n\x1b[1m", &q),
	    "\"a\\\"b\\\\c\\u000A\\u001B[1m\"");
	assert_string_equal(log_quote("x\xE2\x80\xAEy", &q), "\"x\\u202Ey\"");
	assert_string_equal(log_quote(NULL, &q), "\"\"");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(strlen(log_quote(longer, &q)), 256 + 3 + 2);
	memset(longer, 1, sizeof(longer) - 1);
	assert_true(strlen(log_quote(longer, &q)) < sizeof(q.text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_buf_stops_at_its_ceiling),
	    cmocka_unit_test(test_numbers_are_whole_strings),
	    cmocka_unit_test(test_strings_are_packed_behind_one_another),
	    cmocka_unit_test(test_utf8_decodes_and_replaces),
	    cmocka_unit_test(test_utf8_repair_gives_what_xml_allows),
	    cmocka_unit_test(test_utf8_add_xml_escapes_markup_and_controls),
	    cmocka_unit_test(test_utf8_cut_never_splits),
	    cmocka_unit_test(test_clock_formats),
	    cmocka_unit_test(test_log_quotes_what_a_terminal_must_not_get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

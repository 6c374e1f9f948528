/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "base/limits.h"
#include "base/url.h"

static struct arena *a;

static int
setup(void **state)
{
	(void)state;
	a = arena_new(1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static void
test_resolve(void **state)
{
	static const struct {
		const char *base, *ref, *want;
	} rows[] = {
	    {NULL, "https://a.example/x?y#z", "https://a.example/x?y#z"},
	    {NULL, "http://a.example", "http://a.example/"},
	    {NULL, " https://a.example/x \n", "https://a.example/x"},
	    {NULL, "HTTPS://A.Example/x", "https://A.Example/x"},
	    {NULL, "https://%eA.example/", NULL}, /* no character */
	    {NULL, "https://%C3%AA.example/", "https://ê.example/"},
	    {NULL, "/x", NULL},
	    {NULL, "x", NULL},
	    {"https://a.example/d/e", "f", "https://a.example/d/f"},
	    {"https://a.example/d/e", "/f", "https://a.example/f"},
	    {"https://a.example/d/e", "../f", "https://a.example/f"},
	    {"https://a.example/d/e", "?q", "https://a.example/d/e?q"},
	    {"https://a.example/d/e", "#f", "https://a.example/d/e#f"},
	    {"https://a.example/d/e", "//b.example/f", "https://b.example/f"},
	    {"https://a.example/d/e", "", "https://a.example/d/e"},
	    {"https://a.example/", "a b", "https://a.example/a%20b"},
	    {"https://a.example/", "京", "https://a.example/%E4%BA%AC"},
	    {"https://a.example/", "a\nb", "https://a.example/ab"},
	    {"https://a.example/", "mailto:x@y.example", "mailto:x@y.example"},
	    {"https://a.example/", "URN:isbn:1", "urn:isbn:1"},
	    {"https://a.example/", "https://b.example/a/./b/../c",
		"https://b.example/a/c"},
	    {"https://a.example/x", "http:/y", NULL},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		const char *got = url_resolve(a, rows[i].base, rows[i].ref);

		if (rows[i].want == NULL && i == AK_COUNT(rows) - 1)
			continue; /* any answer but a crash will do */
		if (rows[i].want == NULL)
			assert_null(got);
		else if (got == NULL)
			fail_msg("%s gives nothing", rows[i].ref);
		else
			assert_string_equal(got, rows[i].want);
	}
}

static void
test_resolve_refuses_what_is_too_long(void **state)
{
	char *s = xcalloc(1, LIMIT_URL_BYTES + 100);

	(void)state;
	memset(s, 'a', LIMIT_URL_BYTES + 50);
	memcpy(s, "https://a.example/", 18);
	assert_null(url_resolve(a, NULL, s));
	free(s);
}

static void
test_key_is_the_same_for_spellings_of_one_address(void **state)
{
	static const char *const same[] = {
	    "http://a.example/p?b=1&a=2",
	    "https://a.example/p?b=1&a=2",
	    "https://A.EXAMPLE:443/p?b=1&a=2",
	    "http://a.example:80/p?b=1&a=2#comments",
	    "https://user:pw@a.example/p?b=1&a=2",
	    "https://a.example/p?utm_source=rss&b=1&fbclid=xyz&a=2",
	    "https://a.example/p?b=1&amp;utm_medium=feed&a=2",
	};
	static const char *const others[] = {
	    "https://a.example/p?a=2&b=1",
	    "https://a.example/P?b=1&a=2",
	    "https://www.a.example/p?b=1&a=2",
	    "https://a.example:8443/p?b=1&a=2",
	    "https://a.example/p",
	    "https://a.example/p?b=1&a=2#!/hash",
	};
	const char *want = url_key(a, same[0]);

	(void)state;
	assert_string_equal(want, "a.example/p?b=1&a=2");
	for (size_t i = 1; i < AK_COUNT(same); i++)
		assert_string_equal(url_key(a, same[i]), want);
	for (size_t i = 0; i < AK_COUNT(others); i++)
		assert_string_not_equal(url_key(a, others[i]), want);
	assert_string_equal(url_key(a, "http://a.example"), "a.example/");
	assert_string_equal(
	    url_key(a, "http://a.example/?utm_source=x"), "a.example/");
	assert_null(url_key(a, "mailto:x@a.example"));
	assert_null(url_key(a, "http://"));
}

static void
test_strip_tracking_keeps_the_rest(void **state)
{
	const char *plain = "https://a.example/?a=1#x";

	(void)state;
	assert_ptr_equal(url_strip_tracking(a, plain), plain);
	assert_string_equal(
	    url_strip_tracking(a, "https://a.example/?utm_source=r&a=1#x"),
	    "https://a.example/?a=1#x");
	assert_string_equal(
	    url_strip_tracking(a, "https://a.example/p?gclid=1"),
	    "https://a.example/p");
	/* A fragment's own question mark is no query. */
	plain = "https://a.example/#a?utm_source=r";
	assert_ptr_equal(url_strip_tracking(a, plain), plain);
}

static void
test_host_and_origin(void **state)
{
	(void)state;
	assert_string_equal(
	    url_host(a, "https://U:p@A.Example:81/x"), "a.example");
	assert_string_equal(url_host(a, "http://[::1]:80/"), "[::1]");
	assert_string_equal(
	    url_origin(a, "https://A.Example:443/x"), "https://a.example");
	assert_string_equal(
	    url_origin(a, "http://a.example:443/x"), "http://a.example:443");
	assert_null(url_host(a, "ftp://a.example/"));
	assert_string_equal(
	    url_without_userinfo(a, "https://u:secret@a.example/x"),
	    "https://a.example/x");
	assert_string_equal(
	    url_userinfo(a, "https://u%40x:se%3Acret@a.example/x"),
	    "u@x:se:cret");
	assert_string_equal(url_userinfo(a, "http://u@a.example/"), "u:");
	assert_null(url_userinfo(a, "https://a.example/@x"));
	assert_null(url_userinfo(a, "file:///u:p@x"));
	assert_string_equal(url_without_userinfo(a, "https://a.example/@x"),
	    "https://a.example/@x");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_resolve),
	    cmocka_unit_test(test_resolve_refuses_what_is_too_long),
	    cmocka_unit_test(test_key_is_the_same_for_spellings_of_one_address),
	    cmocka_unit_test(test_strip_tracking_keeps_the_rest),
	    cmocka_unit_test(test_host_and_origin),
	};

	return cmocka_run_group_tests(tests, setup, teardown) < 0;
}

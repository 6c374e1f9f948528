/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "fetch/robots.h"

static bool
allow(const char *text, const char *path)
{
	return robots_allow(text, strlen(text), "akin", path);
}

static void
test_own_group_goes_before_the_general_one(void **state)
{
	const char *text = "User-agent: *\nDisallow: /\n\n"
			   "User-Agent: Akin/2.0\nDisallow: /private\n";

	(void)state;
	assert_true(allow(text, "/a"));
	assert_false(allow(text, "/private/x"));
	assert_false(robots_allow(text, strlen(text), "other", "/a"));
	assert_false(robots_allow(text, strlen(text), "aki", "/a"));
}

static void
test_longest_rule_wins_and_allow_breaks_a_tie(void **state)
{
	const char *text = "user-agent: a\nuser-agent: akin # two names\n"
			   "disallow: /news\nallow: /news/open\n"
			   "disallow: /tie\nallow: /tie\n";

	(void)state;
	assert_false(allow(text, "/news/1"));
	assert_true(allow(text, "/news/open/1"));
	assert_true(allow(text, "/tie"));
	assert_true(allow(text, "/"));
}

static void
test_patterns(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool is_match;
	} rows[] = {
	    {"/a", "/abc", true},
	    {"/a$", "/abc", false},
	    {"/a$", "/a", true},
	    {"/*.php", "/x/y.php?q", true},
	    {"/*.php$", "/x/y.php?q", false},
	    {"/*.php$", "/x.php/y.php", true},
	    {"*", "/", true},
	    {"/a*b*c", "/axxbyyc", true},
	    {"/a*b*c", "/acb", false},
	    {"/a*", "/", false},
	    {"/x/*$", "/x/", true},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		char *text = xasprintf(
		    "User-agent: *\r\nDisallow: %s\r\n", rows[i].pattern);

		assert_int_equal(allow(text, rows[i].path), !rows[i].is_match);
		free(text);
	}
}

static void
test_nothing_said_is_allowed(void **state)
{
	(void)state;
	assert_true(allow("", "/x"));
	assert_true(allow("<html>no robots here</html>", "/x"));
	assert_true(allow("User-agent: *\nDisallow:\n", "/x"));
	assert_true(allow("Disallow: /\n", "/x"));
	assert_true(
	    allow("\xEF\xBB\xBFUser-agent: *\nDisallow: /", "/robots.txt"));
	assert_false(allow("\xEF\xBB\xBFUser-agent: *\nDisallow: /", "/x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_own_group_goes_before_the_general_one),
	    cmocka_unit_test(test_longest_rule_wins_and_allow_breaks_a_tie),
	    cmocka_unit_test(test_patterns),
	    cmocka_unit_test(test_nothing_said_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

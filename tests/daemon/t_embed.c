/* SPDX-License-Identifier: ISC */
#include "daemon/embed.h"

#include "tests/testing.h"

static void
check_text(const char *title, const char *text, const char *want)
{
	char *got = embed_text(title, text);

	assert_string_equal(got, want);
	free(got);
}

static void
test_text_is_title_and_beginning(void **state)
{
	char *text = xmalloc(100000), *got;
	size_t n = 0;

	(void)state;
	check_text("Title", "Some  words.", "Title\nSome  words.");
	check_text(NULL, "Some words.", "Some words.");
	check_text("Title", NULL, "Title");
	check_text(NULL, NULL, "");
	for (n = 0; n < 5000; n++)
		memcpy(text + 2 * n, "w ", 3);
	got = embed_text(NULL, text);
	assert_int_equal(strlen(got), 400); /* two hundred words */
	free(got);
	for (n = 0; n < 5000; n++)
		memcpy(text + 3 * n, "震", 4);
	got = embed_text(NULL, text);
	assert_int_equal(strlen(got) % 3, 0); /* whole characters */
	assert_in_range(strlen(got), 1000, 1400);
	free(got);
	free(text);
}

static void
test_request(void **state)
{
	char *texts[] = {(char[]){"a \"b\""}, (char[]){"c"}}, *got;

	(void)state;
	got = embed_request("m", texts, 2);
	assert_string_equal(
	    got, "{\"model\":\"m\",\"input\":[\"a \\\"b\\\"\",\"c\"]}");
	free(got);
	got = embed_request("", texts + 1, 1);
	assert_string_equal(got, "{\"input\":[\"c\"]}");
	free(got);
}

static void
test_answer_by_index(void **state)
{
	static const char body[] =
	    "{\"data\":[{\"index\":1,\"embedding\":[3,4.5]},"
	    "{\"index\":0,\"embedding\":[1,2]}],\"usage\":{}}";
	struct embed_answer a;
	struct diag d;

	(void)state;
	assert_int_equal(embed_read(body, strlen(body), 2, &a, &d), AK_OK);
	assert_int_equal(a.dim, 2);
	assert_true(a.values[0] == 1 && a.values[1] == 2 && a.values[2] == 3 &&
		    a.values[3] == 4.5);
	free(a.values);
}

static void
test_answers_that_are_none(void **state)
{
	static const char *const bodies[] = {"", "{", "[]", "{\"data\":[]}",
	    "{\"data\":{}}", "{\"data\":[{\"embedding\":[1]}]}",
	    "{\"data\":[{\"embedding\":[1]},{\"embedding\":[1,2]}]}",
	    "{\"data\":[{\"embedding\":[1]},{\"embedding\":[]}]}",
	    "{\"data\":[{\"embedding\":[1]},{\"embedding\":\"AAAA\"}]}",
	    "{\"data\":[{\"index\":1,\"embedding\":[1]},"
	    "{\"index\":1,\"embedding\":[2]}]}",
	    "{\"data\":[{\"index\":-1,\"embedding\":[1]},"
	    "{\"index\":2,\"embedding\":[2]}]}"};
	struct embed_answer a;
	struct diag d;

	(void)state;
	for (size_t i = 0; i < AK_COUNT(bodies); i++)
		assert_int_equal(
		    embed_read(bodies[i], strlen(bodies[i]), 2, &a, &d),
		    AK_BADINPUT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text_is_title_and_beginning),
	    cmocka_unit_test(test_request),
	    cmocka_unit_test(test_answer_by_index),
	    cmocka_unit_test(test_answers_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

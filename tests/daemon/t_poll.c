/* SPDX-License-Identifier: ISC */
/* What of a feed's row goes into its request. */
#include "daemon/poll.h"

#include "tests/testing.h"

static struct fetch_req
request_of(const struct store_feed *row, struct arena *a, struct poll **ret)
{
	struct fetch_req req;

	*ret = poll_new(row);
	poll_request(*ret, a, &req);
	return req;
}

static void
test_deltas_are_asked_for_unless_they_were_refused(void **state)
{
	struct store_feed row = {.url = "https://a.example/f"};
	struct arena *a = arena_new(4096);
	struct poll *p;

	(void)state;
	assert_false(request_of(&row, a, &p).want_delta); /* nothing to */
	poll_free(p);
	row.etag = "\"v\"";
	assert_true(request_of(&row, a, &p).want_delta);
	poll_free(p);
	row.sched.last_outcome = SCHED_BAD_REQUEST;
	assert_false(request_of(&row, a, &p).want_delta);
	poll_free(p);
	arena_free(a);
}

static void
test_header_lines(void **state)
{
	struct store_feed row = {
	    .url = "http://a.example/f", .headers = "A: 1\n\nB: 2\n"};
	struct arena *a = arena_new(4096);
	struct fetch_req req;
	struct poll *p;

	(void)state;
	req = request_of(&row, a, &p);
	assert_string_equal(req.headers[0], "A: 1");
	assert_string_equal(req.headers[1], "B: 2");
	assert_null(req.headers[2]);
	assert_false(req.https_only);
	poll_free(p);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_deltas_are_asked_for_unless_they_were_refused),
	    cmocka_unit_test(test_header_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "daemon/poll.h"

#define DAY 86400
#define NOT_MODIFIED (-1)

/* A poll of `url` that ended at `to` by permanent redirects, with a document;
 * `seen` times before, since `since`. */
static struct moved
judge(const char *url, const char *to, int64_t seen, int64_t since,
    int64_t n_known, bool all_permanent)
{
	struct arena *a = arena_new(1 << 20);
	struct doc *doc = doc_new(a);
	struct poll p = {.url = xstrdup(url),
	    .final_url = xstrdup(to),
	    .moved_to = seen > 0 ? xstrdup(to) : NULL,
	    .n_moved = seen,
	    .moved_since = since,
	    .at = 100 * DAY,
	    .n_hops = 1,
	    .all_permanent = all_permanent,
	    .doc = doc};
	struct moved m;

	doc->n_entries = 5;
	if (n_known == NOT_MODIFIED) {
		p.doc = NULL;
		p.answer.outcome = SCHED_NOT_MODIFIED;
	}
	poll_judge_move(&p, n_known, &m);
	free(p.url);
	free(p.final_url);
	free(p.moved_to);
	arena_free(a);
	return m;
}

static void
test_a_move_is_learned_after_three_times_and_a_day(void **state)
{
	const char *from = "http://old.example/f", *to = "http://new.example/f";

	(void)state;
	assert_true(judge(from, to, 0, 0, 5, true).is_known);
	assert_false(judge(from, to, 0, 0, 5, true).adopt);
	assert_false(judge(from, to, 1, 98 * DAY, 5, true).adopt);
	assert_false(judge(from, to, 2, 100 * DAY - 10, 5, true).adopt);
	assert_true(judge(from, to, 2, 99 * DAY, 5, true).adopt);
}

static void
test_a_304_of_the_new_address_counts(void **state)
{
	const char *from = "http://old.example/f", *to = "http://new.example/f";

	(void)state;
	assert_non_null(judge(from, to, 0, 0, NOT_MODIFIED, true).to);
	assert_true(judge(from, to, 2, 99 * DAY, NOT_MODIFIED, true).adopt);
	assert_null(judge(from, to, 2, 99 * DAY, NOT_MODIFIED, false).to);
}

static void
test_frb_130_134_only_permanent_redirects_to_the_same_feed_count(void **state)
{
	const char *from = "http://old.example/f", *to = "http://new.example/f";

	(void)state;
	assert_null(judge(from, to, 2, 90 * DAY, 5, false).to);
	assert_true(judge(from, to, 2, 90 * DAY, 5, false).is_known);
	assert_false(judge(from, to, 2, 90 * DAY, 0, true).is_known);
}

static void
test_https_is_taken_at_once_and_never_given_up(void **state)
{
	(void)state;
	assert_true(
	    judge("http://a.example/f", "https://a.example/f", 0, 0, 1, true)
		.adopt);
	assert_false(
	    judge("http://a.example/f", "https://a.example/g", 0, 0, 1, true)
		.adopt);
	assert_null(judge(
	    "https://a.example/f", "http://a.example/f", 9, 1 * DAY, 1, true)
			.to);
}

static void
test_an_address_with_credentials_is_refused(void **state)
{
	(void)state;
	assert_null(judge(
	    "http://a.example/f", "http://u:p@b.example/f", 2, 1 * DAY, 1, true)
			.to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_a_move_is_learned_after_three_times_and_a_day),
	    cmocka_unit_test(test_a_304_of_the_new_address_counts),
	    cmocka_unit_test(
		test_frb_130_134_only_permanent_redirects_to_the_same_feed_count),
	    cmocka_unit_test(test_https_is_taken_at_once_and_never_given_up),
	    cmocka_unit_test(test_an_address_with_credentials_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

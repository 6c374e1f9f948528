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
	struct poll p = {.url = url,
	    .final_url = to,
	    .moved_to = seen > 0 ? to : NULL,
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

/* A poll of `url` whose document names `to`; a 304 has no document. */
static struct moved
judge_claim(const char *url, const char *to, const char *seen, bool has_doc)
{
	struct arena *a = arena_new(1 << 20);
	struct doc *doc = doc_new(a);
	struct poll p = {.url = url,
	    .final_url = url,
	    .moved_to = seen,
	    .new_url = to,
	    .at = 100 * DAY};
	struct moved m;

	doc->n_entries = 5;
	doc->new_feed_url = to;
	if (has_doc)
		p.doc = doc;
	else
		p.answer.outcome = SCHED_NOT_MODIFIED;
	poll_judge_move(&p, 5, &m);
	arena_free(a);
	return m;
}

static void
test_what_a_document_calls_its_new_address_counts_only(void **state)
{
	const char *from = "http://old.example/f", *to = "http://new.example/f";

	(void)state;
	assert_string_equal(judge_claim(from, to, NULL, true).to, to);
	assert_non_null(judge_claim(from, to, to, false).to); /* a 304 */
	assert_false(judge_claim(from, to, to, true).adopt);
	/* Itself, a step down, credentials, another scheme: no claim, and an
	 * older one is forgotten. */
	assert_false(judge_claim(from, from, NULL, true).is_known);
	assert_null(judge_claim("https://o.example/f", to, to, true).to);
	assert_true(judge_claim("https://o.example/f", to, to, true).is_known);
	assert_null(judge_claim(from, "http://u@n.example/f", NULL, true).to);
	assert_null(judge_claim(from, "file:///etc/passwd", NULL, true).to);
	assert_non_null(
	    judge_claim(from, "https://old.example/f", NULL, true).to);
}

static bool
tries(const char *url, const char *claim, const char *seen, int64_t n,
    int64_t since)
{
	struct poll p = {.url = url,
	    .new_url = claim,
	    .moved_to = seen,
	    .n_moved = n,
	    .moved_since = since};

	poll_try_move(&p, 100 * DAY);
	return p.is_trial;
}

static void
test_a_claim_is_tried_after_three_times_and_a_day(void **state)
{
	const char *from = "http://old.example/f", *to = "http://new.example/f";

	(void)state;
	assert_true(tries(from, to, to, 3, 99 * DAY));
	assert_false(tries(from, to, to, 2, 90 * DAY));
	assert_false(tries(from, to, to, 3, 100 * DAY - 10));
	/* A redirect was seen, not a claim; or another claim. */
	assert_false(tries(from, NULL, to, 3, 90 * DAY));
	assert_false(tries(from, "http://x.example/", to, 3, 90 * DAY));
	assert_true(tries(from, "https://old.example/f",
	    "https://old.example/f", 1, 100 * DAY));
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
	    cmocka_unit_test(
		test_what_a_document_calls_its_new_address_counts_only),
	    cmocka_unit_test(test_a_claim_is_tried_after_three_times_and_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

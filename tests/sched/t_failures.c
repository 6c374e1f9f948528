/* SPDX-License-Identifier: ISC */
/* t_failures.c - when a feed that fails is polled again, and given up. */
#include "tests/sched/feed.h"

/* --- failures (C6, C13) ------------------------------------------------ */

static void
test_backoff_doubles_to_a_day_and_success_resets(void **state)
{
	static const int64_t min[] = {
	    15, 30, 60, 120, 240, 480, 960, 1440, 1440};
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_TIMEOUT, 0);
	int64_t now = T0;

	(void)state;
	for (size_t i = 0; i < AK_COUNT(min); i++) {
		int64_t want = min[i] * MIN;

		now = s.due_at;
		sched_next(&params, FEED, now, &a, &s);
		assert_int_equal(s.n_errors, (int64_t)i + 1);
		/* never shorter than the feed's own rhythm */
		if (want > 3 * HOUR) {
			assert_wait(&s, now, want, 0.5);
			assert_int_equal(s.hint, SCHED_HINT_BACKOFF);
		} else {
			assert_wait(&s, now, 9524, 0.6);
		}
	}
	a = answer(SCHED_NOT_MODIFIED, 304);
	sched_next(&params, FEED, s.due_at, &a, &s);
	assert_int_equal(s.n_errors, 0);
	assert_int_equal(s.first_error_at, 0);
	assert_int_equal(s.hint, SCHED_HINT_RHYTHM);
}

static void
test_failing_for_months_is_weekly_then_dead(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_SERVER_ERROR, 500);
	int64_t now = T0;
	int n;

	(void)state;
	poll_until(&s, &now, T0 + 8 * DAY, &a);
	n = poll_until(&s, &now, T0 + 28 * DAY, &a);
	assert_in_range(n, 13, 20); /* once a day, stretched by jitter */
	poll_until(&s, &now, T0 + 40 * DAY, &a);
	n = poll_until(&s, &now, T0 + 170 * DAY, &a);
	assert_in_range(n, 12, 19); /* once a week */
	assert_int_equal(s.life, SCHED_ACTIVE);
	poll_until(&s, &now, T0 + 200 * DAY, &a);
	assert_int_equal(s.life, SCHED_DEAD);
	assert_int_equal(s.due_at, SCHED_NEVER);
	assert_true(now - T0 >= 180 * DAY);
	/* asked by hand, it is there again */
	a = answer(SCHED_OK, 200);
	sched_next(&params, FEED, now + DAY, &a, &s);
	assert_int_equal(s.life, SCHED_ACTIVE);
	assert_true(s.due_at < now + 2 * DAY);
}

static void
test_a_late_look_keeps_quiet_hours(void **state)
{
	struct sched_state s = known_feed();
	int64_t midnight = T0 / DAY * DAY;

	(void)state;
	s.skip_hours = 0xFFF; /* 0 to 11 */
	s.due_at = midnight - 10 * MIN;
	assert_false(sched_postpone(&s, FEED, midnight - 1));
	assert_int_equal(s.due_at, midnight - 10 * MIN);
	assert_true(sched_postpone(&s, FEED, midnight + 5));
	assert_in_range(
	    s.due_at, midnight + 12 * HOUR, midnight + 12 * HOUR + 59);
	assert_int_equal(s.hint, SCHED_HINT_SKIP_HOURS);
}

static void
test_410_twice_a_day_apart_stops(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_GONE, 410);
	struct sched_answer ok = answer(SCHED_OK, 200);

	(void)state;
	sched_next(&params, FEED, T0 + HOUR, &a, &s);
	assert_int_equal(s.life, SCHED_ACTIVE);
	assert_wait(&s, T0 + HOUR, 7 * DAY, 0.5); /* then one last look */
	assert_int_equal(s.hint, SCHED_HINT_GONE);
	sched_next(&params, FEED, T0 + 2 * HOUR, &a, &s); /* by hand */
	assert_int_equal(s.life, SCHED_ACTIVE);
	sched_next(&params, FEED, T0 + 3 * HOUR, &ok, &s); /* a mistake */
	sched_next(&params, FEED, T0 + 26 * HOUR, &a, &s);
	assert_int_equal(s.life, SCHED_ACTIVE);
	sched_next(&params, FEED, T0 + 50 * HOUR, &a, &s);
	assert_int_equal(s.life, SCHED_STOPPED_GONE);
	assert_int_equal(s.due_at, SCHED_NEVER);
	assert_int_equal(s.hint, SCHED_HINT_GONE);
}

static void
test_404_is_daily_and_dead_after_30_days(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_NOT_FOUND, 404);
	int64_t now = T0;
	int n;

	(void)state;
	poll_until(&s, &now, T0 + DAY, &a);
	assert_true(s.n_errors >= 3);
	n = poll_until(&s, &now, T0 + 29 * DAY, &a);
	assert_in_range(n, 18, 29);
	assert_int_equal(s.life, SCHED_ACTIVE);
	poll_until(&s, &now, T0 + 33 * DAY, &a);
	assert_int_equal(s.life, SCHED_DEAD);
	assert_true(now - T0 >= 30 * DAY);
}

static void
test_statuses(void **state)
{
	static const struct {
		enum sched_outcome outcome;
		int64_t retry, want;
		enum sched_hint hint;
	} rows[] = {
	    {SCHED_BAD_REQUEST, -1, DAY, SCHED_HINT_STATUS},
	    {SCHED_UNAUTHORIZED, -1, DAY, SCHED_HINT_STATUS},
	    {SCHED_DENIED, -1, DAY, SCHED_HINT_STATUS},
	    {SCHED_TOO_MANY, -1, 4 * HOUR, SCHED_HINT_STATUS},
	    {SCHED_TOO_MANY, 5 * HOUR, 5 * HOUR, SCHED_HINT_RETRY_AFTER},
	    {SCHED_UNAVAILABLE, 12 * HOUR, 12 * HOUR, SCHED_HINT_RETRY_AFTER},
	    {SCHED_UNAVAILABLE, -1, 15 * MIN, SCHED_HINT_FLOOR},
	    {SCHED_REFUSED, -1, 15 * MIN, SCHED_HINT_FLOOR},
	    {SCHED_NOT_A_FEED, -1, 15 * MIN, SCHED_HINT_FLOOR},
	    {SCHED_TLS, -1, 15 * MIN, SCHED_HINT_FLOOR},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		struct sched_state s = known_feed();
		struct sched_answer a = answer(rows[i].outcome, 0);
		int64_t wait = 0;

		s.interval_s = 1;
		a.retry_after_s = rows[i].retry;
		sched_next(&params, FEED, T0 + HOUR, &a, &s);
		assert_int_equal(s.n_errors, 1);
		/* The 429 has doubled the interval already. */
		assert_wait(&s, T0 + HOUR, rows[i].want, 0.5);
		assert_int_equal(s.hint, rows[i].hint);
		if (rows[i].retry > 0 || rows[i].outcome == SCHED_TOO_MANY) {
			assert_false(sched_may_refresh(
			    &params, &s, T0 + 2 * HOUR, &wait));
			assert_int_equal(wait, rows[i].want - HOUR);
		}
	}
}

static void
test_429_doubles_the_interval_until_a_day_without(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_TOO_MANY, 429);
	struct sched_answer ok = answer(SCHED_NOT_MODIFIED, 304);

	(void)state;
	s.interval_s = HOUR;
	a.retry_after_s = 60;
	sched_next(&params, FEED, T0 + HOUR, &a, &s);
	assert_wait(&s, T0 + HOUR, 2 * HOUR, 0.5);
	sched_next(&params, FEED, T0 + 4 * HOUR, &ok, &s);
	assert_wait(&s, T0 + 4 * HOUR, 2 * HOUR, 0.1);
	sched_next(&params, FEED, T0 + 7 * HOUR, &a, &s);
	assert_wait(&s, T0 + 7 * HOUR, 4 * HOUR, 0.5);
	sched_next(&params, FEED, T0 + 32 * HOUR, &ok, &s);
	assert_wait(&s, T0 + 32 * HOUR, HOUR, 0.1);
}

static void
test_empty_answers_are_an_error_from_the_third(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_NO_CONTENT, 204);

	(void)state;
	sched_next(&params, FEED, T0 + HOUR, &a, &s);
	sched_next(&params, FEED, T0 + 2 * HOUR, &a, &s);
	assert_int_equal(s.n_errors, 0);
	sched_next(&params, FEED, T0 + 3 * HOUR, &a, &s);
	assert_int_equal(s.n_errors, 1);
}

static void
test_expired_twice_a_day_apart_stops(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_OK, 200);
	struct sched_answer same = answer(SCHED_NOT_MODIFIED, 304);

	(void)state;
	a.is_expired = true;
	sched_next(&params, FEED, T0 + HOUR, &a, &s);
	assert_wait(&s, T0 + HOUR, DAY, 0.1);
	sched_next(&params, FEED, T0 + 26 * HOUR, &same, &s);
	assert_int_equal(s.life, SCHED_STOPPED_GONE);
}

static void
test_our_network_moves_no_counter(void **state)
{
	struct sched_state s = known_feed(), before;
	struct sched_answer a = answer(SCHED_TIMEOUT, 0);

	(void)state;
	sched_next(&params, FEED, T0 + HOUR, &a, &s);
	before = s;
	a = answer(SCHED_NETWORK_DOWN, 0);
	for (int i = 0; i < 100; i++)
		sched_next(&params, FEED, T0 + 2 * HOUR, &a, &s);
	assert_wait(&s, T0 + 2 * HOUR, 5 * MIN, 1);
	assert_int_equal(s.hint, SCHED_HINT_NETWORK);
	s.due_at = before.due_at;
	s.hint = before.hint;
	s.hint_s = before.hint_s;
	assert_memory_equal(&s, &before, sizeof(s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_backoff_doubles_to_a_day_and_success_resets),
	    cmocka_unit_test(test_failing_for_months_is_weekly_then_dead),
	    cmocka_unit_test(test_a_late_look_keeps_quiet_hours),
	    cmocka_unit_test(test_410_twice_a_day_apart_stops),
	    cmocka_unit_test(test_404_is_daily_and_dead_after_30_days),
	    cmocka_unit_test(test_statuses),
	    cmocka_unit_test(test_429_doubles_the_interval_until_a_day_without),
	    cmocka_unit_test(test_empty_answers_are_an_error_from_the_third),
	    cmocka_unit_test(test_expired_twice_a_day_apart_stops),
	    cmocka_unit_test(test_our_network_moves_no_counter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

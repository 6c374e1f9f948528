/* SPDX-License-Identifier: ISC */
/* t_sched.c - hints, rhythm, people: when a feed that answers is polled. */
#include "tests/sched/feed.h"

#include "base/str.h"

/* --- hints (C3, C4, C9) ------------------------------------------------ */

static void
test_frb_024_hints_lengthen_and_never_shorten(void **state)
{
	static const struct {
		int64_t fresh, retry, ttl, sy, want;
		enum sched_hint hint;
	} rows[] = {
	    /* a new feed's own rhythm: one entry a week, 2.6 h */
	    {-1, -1, 0, 0, 9524, SCHED_HINT_RHYTHM},
	    {0, 0, 0, 0, 9524, SCHED_HINT_RHYTHM},
	    {60, 60, 60, 60, 9524, SCHED_HINT_RHYTHM},
	    {4 * HOUR, -1, 0, 0, 4 * HOUR, SCHED_HINT_MAX_AGE},
	    {-1, 4 * HOUR, 0, 0, 4 * HOUR, SCHED_HINT_RETRY_AFTER},
	    {-1, -1, 4 * HOUR, 0, 4 * HOUR, SCHED_HINT_TTL},
	    {-1, -1, 0, 4 * HOUR, 4 * HOUR, SCHED_HINT_SY},
	    {5 * HOUR, 4 * HOUR, 6 * HOUR, 7 * HOUR, 7 * HOUR, SCHED_HINT_SY},
	    {2 * DAY, -1, 0, 0, 2 * DAY, SCHED_HINT_MAX_AGE},
	    {365 * DAY, -1, 0, 0, 7 * DAY, SCHED_HINT_MAX_AGE},
	    {-1, INT32_MAX, 0, 0, 7 * DAY, SCHED_HINT_RETRY_AFTER},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		struct sched_state s;
		struct sched_answer a = answer(SCHED_OK, 200);

		sched_init(&s, T0);
		a.fresh_s = rows[i].fresh;
		a.retry_after_s = rows[i].retry;
		a.ttl_s = rows[i].ttl;
		a.sy_s = rows[i].sy;
		sched_next(&params, FEED, T0, &a, &s);
		assert_wait(&s, T0, rows[i].want, 0.1);
		assert_int_equal(s.hint, rows[i].hint);
	}
}

static void
test_hints_of_the_document_outlive_304(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_OK, 200);

	(void)state;
	a.ttl_s = 6 * HOUR;
	a.skip_hours = 1u << 3;
	sched_next(&params, FEED, T0, &a, &s);
	a = answer(SCHED_NOT_MODIFIED, 304);
	sched_next(&params, FEED, T0 + DAY, &a, &s);
	assert_wait(&s, T0 + DAY, 6 * HOUR, 0.1);
	assert_int_equal(s.hint, SCHED_HINT_TTL);
	assert_int_equal(s.skip_hours, 1u << 3);
	a = answer(SCHED_OK, 200);
	sched_next(&params, FEED, T0 + 2 * DAY, &a, &s);
	assert_int_equal(s.hint, SCHED_HINT_RHYTHM);
	assert_int_equal(s.skip_hours, 0);
}

static void
test_absurd_hints_can_be_ignored(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_OK, 200);

	(void)state;
	a.fresh_s = 365 * DAY;
	sched_next(&params, FEED, T0, &a, &s);
	s.ignore_hints = true;
	sched_next(&params, FEED, T0, &a, &s);
	assert_int_equal(s.hint, SCHED_HINT_RHYTHM);
	/* but not Retry-After */
	a.retry_after_s = 2 * DAY;
	sched_next(&params, FEED, T0, &a, &s);
	assert_wait(&s, T0, 2 * DAY, 0.1);
}

static void
test_quiet_hours_and_days(void **state)
{
	/* T0 is Wednesday 0:00; a new feed is next due from 2:38 to 2:55. */
	static const struct {
		uint32_t hours, days;
		int64_t want; /* seconds after T0; -1: not moved */
		enum sched_hint hint;
	} rows[] = {
	    {0, 0, -1, SCHED_HINT_RHYTHM},
	    {1u << 3, 0, -1, SCHED_HINT_RHYTHM},
	    {1u << 2, 0, 3 * HOUR, SCHED_HINT_SKIP_HOURS},
	    {1u << 2 | 1u << 3 | 1u << 4, 0, 5 * HOUR, SCHED_HINT_SKIP_HOURS},
	    {0xFFFFFCu, 0, DAY, SCHED_HINT_SKIP_HOURS},
	    {0xFFFFFFu, 0, -1, SCHED_HINT_RHYTHM}, /* a mistake */
	    {0, 1u << 1, -1, SCHED_HINT_RHYTHM},
	    {0, 1u << 2, DAY, SCHED_HINT_SKIP_DAYS},
	    {0, 1u << 2 | 1u << 3, 2 * DAY, SCHED_HINT_SKIP_DAYS},
	    {0, 0x7Fu & ~(1u << 1), 6 * DAY, SCHED_HINT_SKIP_DAYS},
	    {0, 0x7Fu, -1, SCHED_HINT_RHYTHM},
	    {1u << 0, 1u << 2, DAY + HOUR, SCHED_HINT_SKIP_HOURS},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		struct sched_state s;
		struct sched_answer a = answer(SCHED_OK, 200);
		int64_t late;

		sched_init(&s, T0);
		a.skip_hours = rows[i].hours;
		a.skip_days = rows[i].days;
		sched_next(&params, FEED, T0, &a, &s);
		assert_int_equal(s.hint, rows[i].hint);
		if (rows[i].want < 0) {
			assert_wait(&s, T0, 9524, 0.1);
			continue;
		}
		late = s.due_at - T0 - rows[i].want;
		assert_true(late >= 0 && late < MIN);
	}
}

/* --- the feed's own rhythm --------------------------------------------- */

static void
test_frb_023_rhythm_follows_the_rate(void **state)
{
	/* entries a day, and the wait in minutes that it settles at; no
	 * whole days, so that no hour stands out */
	static const struct {
		double per_day;
		int64_t lo, hi;
	} rows[] = {{96, 15, 17}, {15.9, 15, 22}, {3.93, 25, 42},
	    {0.97, 45, 85}, {0.23, 110, 190}};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		struct sched_state s = known_feed();
		double seen = 0;
		int64_t now = T0, wait;

		while (now < T0 + 120 * DAY) {
			struct sched_answer a;
			double there = (double)(s.due_at - T0) / (double)DAY *
				       rows[i].per_day;
			int64_t n = (int64_t)(there - seen);

			now = s.due_at;
			a = answer(n > 0 ? SCHED_OK : SCHED_NOT_MODIFIED,
			    n > 0 ? 200 : 304);
			a.n_new_events = n;
			seen += (double)n;
			sched_next(&params, FEED, now, &a, &s);
		}
		wait = (s.due_at - now) / MIN;
		if (wait < rows[i].lo || wait > rows[i].hi)
			fail_msg("%.2f a day: %lld min", rows[i].per_day,
			    (long long)wait);
	}
}

static void
test_silence_goes_to_the_ceiling_and_an_entry_back(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_NOT_MODIFIED, 304);
	int64_t now = T0, before = 0;

	(void)state;
	for (int day = 0; day < 400; day += 20) {
		poll_until(&s, &now, T0 + day * DAY, &a);
		assert_true(s.due_at - now >= before * 9 / 10);
		before = s.due_at - now;
	}
	assert_wait(&s, now, DAY, 0.1);
	a = answer(SCHED_OK, 200);
	a.n_new_events = 1;
	now = s.due_at;
	sched_next(&params, FEED, now, &a, &s);
	assert_true(s.due_at - now < 6 * HOUR);
}

static void
test_a_backlog_is_no_news(void **state)
{
	struct sched_state s;
	struct sched_answer a = answer(SCHED_OK, 200);

	(void)state;
	sched_init(&s, T0);
	a.n_new_events = 500;
	sched_next(&params, FEED, T0, &a, &s);
	assert_wait(&s, T0, 9524, 0.1);
}

static void
test_hours_of_arrival_shift_polls(void **state)
{
	struct sched_state s = known_feed();
	int64_t now = T0, n_day = 0, n_night = 0;
	double seen = 0;

	(void)state;
	/* Two entries an hour from 8 to 20, none by night. */
	while (now < T0 + 40 * DAY) {
		struct sched_answer a;
		int64_t in_day = (s.due_at - T0) % DAY - 8 * HOUR, n;

		in_day = in_day < 0	      ? 0
			 : in_day > 12 * HOUR ? 12 * HOUR
					      : in_day;
		n = (int64_t)((double)((s.due_at - T0) / DAY * 24) +
			      (double)in_day / 1800 - seen);
		now = s.due_at;
		a = answer(n > 0 ? SCHED_OK : SCHED_NOT_MODIFIED, 200);
		a.n_new_events = n;
		seen += (double)n;
		sched_next(&params, FEED, now, &a, &s);
		if (now > T0 + 20 * DAY) {
			int64_t hour = (now - T0) % DAY / HOUR;

			n_day += hour >= 9 && hour < 19;
			n_night += hour < 7 || hour >= 21;
		}
	}
	assert_true(n_day > n_night * 5 / 4);
}

static void
test_fixed_interval_replaces_the_rhythm_alone(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_OK, 200);

	(void)state;
	s.interval_s = 2 * DAY;
	sched_next(&params, FEED, T0, &a, &s);
	assert_wait(&s, T0, 2 * DAY, 0.1);
	assert_int_equal(s.hint, SCHED_HINT_FIXED);
	s.interval_s = MIN;
	sched_next(&params, FEED, T0, &a, &s);
	assert_wait(&s, T0, 15 * MIN, 0.1);
	assert_int_equal(s.hint, SCHED_HINT_FLOOR);
	a.retry_after_s = HOUR;
	sched_next(&params, FEED, T0, &a, &s);
	assert_wait(&s, T0, HOUR, 0.1);
}

static void
test_floors_without_validators(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_OK, 200);

	(void)state;
	s.interval_s = MIN;
	a.had_validators = a.was_conditional = false;
	sched_next(&params, FEED, T0, &a, &s);
	assert_wait(&s, T0, HOUR, 0.1);
	a.outcome = SCHED_NOT_MODIFIED; /* the same bytes */
	for (int i = 0; i < 9; i++)
		sched_next(&params, FEED, T0, &a, &s);
	assert_wait(&s, T0, HOUR, 0.1);
	sched_next(&params, FEED, T0, &a, &s);
	assert_wait(&s, T0, DAY, 0.1);
	a.outcome = SCHED_OK;
	sched_next(&params, FEED, T0, &a, &s);
	assert_wait(&s, T0, HOUR, 0.1);
}

static void
test_websub_thins_polls(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_NOT_MODIFIED, 304);

	(void)state;
	a.websub_active = true;
	sched_next(&params, FEED, T0, &a, &s);
	assert_wait(&s, T0, DAY, 0.1);
	assert_int_equal(s.hint, SCHED_HINT_WEBSUB);
}

static void
test_jitter_is_stable_and_only_later(void **state)
{
	int64_t first = 0;
	bool differ = false;

	(void)state;
	for (int64_t id = 1; id <= 1000; id++) {
		struct sched_state s, again;
		struct sched_answer a = answer(SCHED_OK, 200);

		sched_init(&s, T0);
		again = s;
		a.ttl_s = 10 * HOUR;
		sched_next(&params, id, T0, &a, &s);
		sched_next(&params, id, T0, &a, &again);
		assert_int_equal(s.due_at, again.due_at);
		assert_wait(&s, T0, 10 * HOUR, 0.1);
		if (id == 1)
			first = s.due_at;
		differ = differ || s.due_at > first + 10 * MIN ||
			 s.due_at < first - 10 * MIN;
	}
	assert_true(differ);
}

/* --- people and moves ------------------------------------- */

static void
test_frb_070_071_refresh_by_hand(void **state)
{
	struct sched_state s = known_feed();
	int64_t wait = 0, now = T0 + HOUR;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(sched_may_refresh(&params, &s, now, &wait));
		sched_count_refresh(&params, &s, now);
	}
	assert_false(sched_may_refresh(&params, &s, now, &wait));
	assert_int_equal(wait, 5 * MIN);
	assert_false(sched_may_refresh(&params, &s, now + 5 * MIN - 1, &wait));
	assert_true(sched_may_refresh(&params, &s, now + 5 * MIN, &wait));
	sched_count_refresh(&params, &s, now + 5 * MIN);
	assert_false(sched_may_refresh(&params, &s, now + 6 * MIN, &wait));
	assert_int_equal(wait, 4 * MIN);
	/* the burst is there again after a rest; a clock set back is no lock */
	assert_true(sched_may_refresh(&params, &s, now + HOUR, &wait));
	assert_true(sched_may_refresh(&params, &s, now - 30 * DAY, &wait));
}

/* A user's new interval counts from the last poll, and lifts no other rule. */
static void
test_an_interval_is_planned_at_once(void **state)
{
	struct sched_state s = known_feed(), before;
	struct sched_answer a = answer(SCHED_OK, 200);

	(void)state;
	s.interval_s = 12 * HOUR;
	sched_replan(&params, FEED, true, &s);
	assert_wait(&s, T0, 12 * HOUR, .1);
	assert_int_equal(s.hint, SCHED_HINT_FIXED);
	s.interval_s = 1;
	sched_replan(&params, FEED, true, &s);
	assert_wait(&s, T0, 15 * MIN, .1);
	sched_replan(&params, FEED, false, &s);
	assert_wait(&s, T0, HOUR, .1);
	/* What the last answer asked for holds, unless it is to be ignored. */
	s = known_feed();
	s.interval_s = 12 * HOUR;
	a.fresh_s = 3 * HOUR;
	a.ttl_s = 2 * HOUR;
	sched_next(&params, FEED, T0 + DAY, &a, &s);
	assert_wait(&s, T0 + DAY, 12 * HOUR, .1);
	s.interval_s = HOUR;
	sched_replan(&params, FEED, true, &s);
	assert_wait(&s, T0 + DAY, 3 * HOUR, .1);
	assert_int_equal(s.hint, SCHED_HINT_MAX_AGE);
	s.ignore_hints = true;
	sched_replan(&params, FEED, true, &s);
	assert_wait(&s, T0 + DAY, HOUR, .1);
	/* Nor is a failure's wait, or a new feed's. */
	a = answer(SCHED_SERVER_ERROR, 500);
	sched_next(&params, FEED, T0 + 2 * DAY, &a, &s);
	before = s;
	s.interval_s = before.interval_s = 20 * HOUR;
	sched_replan(&params, FEED, true, &s);
	assert_memory_equal(&s, &before, sizeof(s));
	sched_init(&s, T0);
	before = s;
	sched_replan(&params, FEED, true, &s);
	assert_memory_equal(&s, &before, sizeof(s));
}

static void
test_many_feeds_of_an_origin_are_spread_over_the_interval(void **state)
{
	struct sched_answer a = answer(SCHED_OK, 200);
	struct sched_state s, plain;
	int64_t wait = 0;
	int tenths[10] = {0};

	(void)state;
	a.is_crowded = true;
	for (int64_t id = 501; id <= 560; id++) {
		sched_init(&plain, T0);
		assert_true(sched_is_adrift(&plain, T0));
		s = plain;
		a.is_crowded = false;
		sched_next(&params, id, T0, &a, &plain);
		a.is_crowded = true;
		sched_next(&params, id, T0, &a, &s);
		wait = s.hint_s;
		assert_true(s.due_at >= T0 + wait);
		assert_true(s.due_at < T0 + 2 * wait);
		tenths[(s.due_at - T0 - wait) * 10 / wait]++;
		/* From then on it keeps its place. */
		assert_false(sched_is_adrift(&s, s.due_at + 5 * MIN));
		assert_true(plain.due_at <= T0 + wait + wait / 10);
	}
	for (size_t i = 0; i < 10; i++)
		assert_in_range(tenths[i], 5, 7);
	/* What loses its place: a suspend, an outage, a parked host, by hand.
	 */
	assert_true(sched_is_adrift(&s, s.due_at + 3 * HOUR));
	assert_true(sched_is_adrift(&s, s.due_at - 5 * MIN));
	s.hint = SCHED_HINT_NETWORK;
	assert_true(sched_is_adrift(&s, s.due_at));
	s.hint = SCHED_HINT_HOST;
	assert_true(sched_is_adrift(&s, s.due_at));
}

static void
test_moves(void **state)
{
	(void)state;
	assert_false(sched_may_move(2, T0, T0 + 2 * DAY));
	assert_false(sched_may_move(3, T0, T0 + DAY - 1));
	assert_true(sched_may_move(3, T0, T0 + DAY));
}

static void
test_paused_stays_so(void **state)
{
	struct sched_state s = known_feed();
	struct sched_answer a = answer(SCHED_OK, 200);

	(void)state;
	s.life = SCHED_PAUSED;
	sched_next(&params, FEED, T0 + HOUR, &a, &s);
	assert_int_equal(s.life, SCHED_PAUSED);
	assert_int_equal(s.due_at, SCHED_NEVER);
}

static void
assert_explains(const struct sched_state *s, int64_t now, const char *want)
{
	struct buf b;

	buf_init(&b, 1024);
	sched_explain(s, now, &b);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void
test_words(void **state)
{
	struct sched_state s = {.due_at = T0 + HOUR,
	    .hint = SCHED_HINT_RETRY_AFTER,
	    .hint_s = HOUR};

	(void)state;
	assert_explains(&s, T0,
	    "the server asked (Retry-After), 60 min; next poll "
	    "2023-11-15T01:00:00Z, in 60 min");
	s.n_errors = 3;
	s.last_outcome = SCHED_UNAVAILABLE;
	assert_explains(&s, T0 + DAY,
	    "the server asked (Retry-After), 60 min; 3 failures in a row, "
	    "last: unavailable; due now");
	s.life = SCHED_DEAD;
	s.first_error_at = T0;
	assert_explains(&s, T0 + DAY,
	    "dead: nothing but failures since 2023-11-15T00:00:00Z (last: "
	    "unavailable); polled by hand only");
	for (int i = SCHED_OK; i < SCHED_OUTCOMES; i++)
		assert_non_null(sched_outcome_name((enum sched_outcome)i));
	for (int i = SCHED_HINT_NEW; i <= SCHED_HINT_NETWORK; i++)
		assert_non_null(sched_hint_name((enum sched_hint)i));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_frb_024_hints_lengthen_and_never_shorten),
	    cmocka_unit_test(test_hints_of_the_document_outlive_304),
	    cmocka_unit_test(test_absurd_hints_can_be_ignored),
	    cmocka_unit_test(test_quiet_hours_and_days),
	    cmocka_unit_test(test_frb_023_rhythm_follows_the_rate),
	    cmocka_unit_test(
		test_silence_goes_to_the_ceiling_and_an_entry_back),
	    cmocka_unit_test(test_a_backlog_is_no_news),
	    cmocka_unit_test(test_hours_of_arrival_shift_polls),
	    cmocka_unit_test(test_fixed_interval_replaces_the_rhythm_alone),
	    cmocka_unit_test(test_floors_without_validators),
	    cmocka_unit_test(test_websub_thins_polls),
	    cmocka_unit_test(test_jitter_is_stable_and_only_later),
	    cmocka_unit_test(test_frb_070_071_refresh_by_hand),
	    cmocka_unit_test(test_an_interval_is_planned_at_once),
	    cmocka_unit_test(
		test_many_feeds_of_an_origin_are_spread_over_the_interval),
	    cmocka_unit_test(test_moves),
	    cmocka_unit_test(test_paused_stays_so),
	    cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

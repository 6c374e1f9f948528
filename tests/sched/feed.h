/* SPDX-License-Identifier: ISC */
/* feed.h - a feed, its answers and its waits, for the tests of the schedule. */
#ifndef TESTS_SCHED_FEED_H
#define TESTS_SCHED_FEED_H

#include "tests/testing.h"

#include "sched/sched.h"

#define MIN ((int64_t)60)
#define HOUR (60 * MIN)
#define DAY (24 * HOUR)
#define T0 ((int64_t)1700006400) /* Wed 2023-11-15T00:00:00Z */
#define FEED 42

static const struct sched_params params = {.floor_s = 15 * MIN,
    .floor_unconditional_s = HOUR,
    .ceiling_s = DAY,
    .websub_s = DAY,
    .hint_max_s = 7 * DAY};

static inline struct sched_answer
answer(enum sched_outcome o, int status)
{
	return (struct sched_answer){.outcome = o,
	    .status = status,
	    .had_validators = true,
	    .was_conditional = true,
	    .fresh_s = -1,
	    .retry_after_s = -1};
}

/* A feed that has been read once, at T0. */
static inline struct sched_state
known_feed(void)
{
	struct sched_state s;
	struct sched_answer a = answer(SCHED_OK, 200);

	sched_init(&s, T0);
	assert_int_equal(s.due_at, T0);
	assert_int_equal(s.hint, SCHED_HINT_NEW);
	sched_next(&params, FEED, T0, &a, &s);
	return s;
}

/* The wait in `s` is from lo to lo * (1 + by). */
static inline void
assert_wait(const struct sched_state *s, int64_t now, int64_t lo, double by)
{
	int64_t wait = s->due_at - now;

	if (wait < lo || (double)wait > (double)lo * (1 + by))
		fail_msg("waits %lld s, not %lld..%.0f (hint %s)",
		    (long long)wait, (long long)lo, (double)lo * (1 + by),
		    sched_hint_name(s->hint));
}

/* Poll at each due time, with one answer, until `end` or it stops. */
static inline int
poll_until(struct sched_state *s, int64_t *now, int64_t end,
    const struct sched_answer *a)
{
	int n = 0;

	while (s->due_at <= end) {
		assert_true(s->due_at > *now);
		*now = s->due_at;
		sched_next(&params, FEED, *now, a, s);
		n++;
	}
	return n;
}

#endif

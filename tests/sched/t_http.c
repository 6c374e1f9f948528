/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "base/clock.h"
#include "sched/sched.h"

#define NOW ((int64_t)784111777) /* Sun, 06 Nov 1994 08:49:37 GMT */
#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"
#define HOUR_ON "Sun, 06 Nov 1994 09:49:37 GMT"

static void
test_freshness(void **state)
{
	static const struct {
		const char *cache_control, *expires, *date, *age;
		int64_t elapsed, want;
	} rows[] = {
	    {NULL, NULL, NULL, NULL, 0, -1},
	    {"", NULL, DATE, NULL, 0, -1},
	    {"private", NULL, DATE, NULL, 0, -1},
	    {"max-age=3600", NULL, NULL, NULL, 0, 3600},
	    {"Max-Age = 3600", NULL, NULL, NULL, 0, 3600},
	    {"max-age=\"3600\"", NULL, NULL, NULL, 0, 3600},
	    {"public, max-age=3600", NULL, NULL, "600", 0, 3000},
	    {"max-age=3600", NULL, NULL, "600", 10, 2990},
	    {"max-age=3600", NULL, NULL, "9999", 0, 0},
	    {"max-age=3600", NULL, NULL, "-5", 0, 3600},
	    {"max-age=3600", NULL, NULL, "many", 0, 3600},
	    {"max-age=0", NULL, NULL, NULL, 0, 0},
	    {"max-age=99999999999999999999", NULL, NULL, NULL, 0, INT32_MAX},
	    /* shared caches' is not ours */
	    {"s-maxage=3600", NULL, NULL, NULL, 0, -1},
	    {"max-age=60, s-maxage=3600", NULL, NULL, NULL, 0, 60},
	    /* several: the smallest valid one */
	    {"max-age=3600, max-age=60", NULL, NULL, NULL, 0, 60},
	    {"max-age=-1, max-age=60", NULL, NULL, NULL, 0, 60},
	    {"max-age=soon", NULL, NULL, NULL, 0, -1},
	    {"max-age=soon", HOUR_ON, DATE, NULL, 0, 3600},
	    {"ext=\"a, max-age=5\", max-age=60", NULL, NULL, NULL, 0, 60},
	    /* nothing may be kept */
	    {"no-cache", HOUR_ON, DATE, NULL, 0, 0},
	    {"max-age=3600, No-Store", NULL, NULL, NULL, 0, 0},
	    {"must-revalidate, max-age=3600", NULL, NULL, NULL, 0, 3600},
	    {"no-cache=\"set-cookie\", max-age=3600", NULL, NULL, NULL, 0,
		3600},
	    /* Expires against Date, not against our clock */
	    {NULL, HOUR_ON, DATE, NULL, 0, 3600},
	    {NULL, HOUR_ON, "Sun, 06 Nov 1994 09:19:37 GMT", NULL, 0, 1800},
	    {NULL, HOUR_ON, NULL, NULL, 0, 3600},
	    {NULL, HOUR_ON, "today", NULL, 0, 3600},
	    {NULL, HOUR_ON, DATE, "600", 1, 2999},
	    {NULL, DATE, HOUR_ON, NULL, 0, 0},
	    {NULL, "0", DATE, NULL, 0, 0},
	    {NULL, "-1", DATE, NULL, 0, 0},
	    {NULL, "never", DATE, NULL, 0, 0},
	    {"max-age=60", HOUR_ON, DATE, NULL, 0, 60},
	    {NULL, "Sunday, 06-Nov-94 09:49:37 GMT", DATE, NULL, 0, 3600},
	    {NULL, "Sun Nov  6 09:49:37 1994", DATE, NULL, 0, 3600},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		int64_t got =
		    sched_freshness(rows[i].cache_control, rows[i].expires,
			rows[i].date, rows[i].age, rows[i].elapsed, NOW);

		if (got != rows[i].want)
			fail_msg("row %zu: %lld, not %lld", i, (long long)got,
			    (long long)rows[i].want);
	}
}

static void
test_retry_after(void **state)
{
	static const struct {
		const char *value, *date;
		int64_t want;
	} rows[] = {
	    {NULL, DATE, -1},
	    {"", DATE, -1},
	    {"120", DATE, 120},
	    {" 120 ", DATE, 120},
	    {"0", DATE, 0},
	    {"-120", DATE, -1},
	    {"12.5", DATE, -1},
	    {"soon", DATE, -1},
	    {"99999999999999999999", DATE, INT32_MAX},
	    {HOUR_ON, DATE, 3600},
	    {HOUR_ON, NULL, 3600},
	    {HOUR_ON, "Sun, 06 Nov 1994 09:19:37 GMT", 1800},
	    {DATE, HOUR_ON, 0},
	    {"Sunday, 06-Nov-94 09:49:37 GMT", DATE, 3600},
	    {"Sun Nov  6 09:49:37 1994", DATE, 3600},
	    {"Sun, 06 Foo 1994 09:49:37 GMT", DATE, -1},
	    {"Sun, 06 Nov 1994 29:49:37 GMT", DATE, -1},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		int64_t got =
		    sched_retry_after(rows[i].value, rows[i].date, NOW);

		if (got != rows[i].want)
			fail_msg("row %zu: %lld, not %lld", i, (long long)got,
			    (long long)rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_freshness),
	    cmocka_unit_test(test_retry_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

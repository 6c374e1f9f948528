/* SPDX-License-Identifier: ISC */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/str.h"

static atomic_llong offset_s;

void
clock_init(void)
{
	int64_t v = 0;
	const char *env = getenv("AKIN_CLOCK_OFFSET");

	if (env != NULL && str_to_i64(env, -(1LL << 40), 1LL << 40, &v))
		atomic_store(&offset_s, v);
}

void
clock_shift(int64_t s)
{
	(void)atomic_fetch_add(&offset_s, s);
}

static int64_t
offset(void)
{
	return atomic_load_explicit(&offset_s, memory_order_relaxed);
}

static int64_t
read_clock(clockid_t id, int64_t per_second)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * per_second +
	       (int64_t)ts.tv_nsec / (1000000000 / per_second);
}

int64_t
clock_now(void)
{
	return read_clock(CLOCK_REALTIME, 1) + offset();
}

int64_t
clock_now_us(void)
{
	return read_clock(CLOCK_REALTIME, 1000000) + offset() * 1000000;
}

int64_t
clock_mono_ms(void)
{
	return read_clock(CLOCK_MONOTONIC, 1000);
}

int64_t
clock_cpu_ms(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID, 1000);
}

static struct tm
broken_down(int64_t t)
{
	struct tm tm;
	time_t tt;

	if (t < -62167219200)
		t = -62167219200; /* 0000-01-01 */
	if (t > 253402300799)
		t = 253402300799; /* 9999-12-31T23:59:59Z */
	tt = (time_t)t;
	(void)gmtime_r(&tt, &tm);
	return tm;
}

const char *
clock_rfc3339(int64_t t, char out[CLOCK_RFC3339_SIZE])
{
	struct tm tm = broken_down(t);

	(void)snprintf(out, CLOCK_RFC3339_SIZE,
	    "%04u-%02u-%02uT%02u:%02u:%02uZ",
	    (unsigned)(tm.tm_year + 1900) % 10000u,
	    (unsigned)(tm.tm_mon + 1) % 100u, (unsigned)tm.tm_mday % 100u,
	    (unsigned)tm.tm_hour % 100u, (unsigned)tm.tm_min % 100u,
	    (unsigned)tm.tm_sec % 100u);
	return out;
}

const char *
clock_http(int64_t t, char out[CLOCK_HTTP_SIZE])
{
	static const char days[7][4] = {
	    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm tm = broken_down(t);

	(void)snprintf(out, CLOCK_HTTP_SIZE,
	    "%s, %02u %s %04u %02u:%02u:%02u GMT", days[tm.tm_wday],
	    (unsigned)tm.tm_mday % 100u, months[tm.tm_mon],
	    (unsigned)(tm.tm_year + 1900) % 10000u, (unsigned)tm.tm_hour % 100u,
	    (unsigned)tm.tm_min % 100u, (unsigned)tm.tm_sec % 100u);
	return out;
}

int64_t
clock_days(int64_t year, int month, int day)
{
	/* March-based years: a leap day ends its year. */
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t in_era = y - era * 400;
	int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 +
	       in_year - 719469;
}

/* SPDX-License-Identifier: ISC */
/*
 * clock.h - time.  Pure modules get the time as an argument; only the stages
 * that act on the world ask here.
 *
 * $AKIN_CLOCK_OFFSET (seconds, read at clock_init) moves the wall clock of the
 * whole program, for tests that cover days; it does not move the others.
 * clock_shift() moves it further while the program runs, as an administrator
 * does, or a night in suspend.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/ak.h"

void clock_init(void);	     /* once, before threads */
void clock_shift(int64_t s); /* for tests; any thread */
int64_t clock_now(void);     /* unix seconds */
int64_t clock_now_us(void);  /* unix microseconds */
int64_t clock_mono_ms(void); /* monotonic milliseconds */
int64_t clock_cpu_ms(void);  /* CPU time of this thread, milliseconds */

/* RFC 3339 in UTC, "2026-11-23T14:05:00Z"; years 0000..9999, else clamped. */
#define CLOCK_RFC3339_SIZE 24
const char *clock_rfc3339(int64_t t, char out[CLOCK_RFC3339_SIZE]);

/* IMF-fixdate of RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT". */
#define CLOCK_HTTP_SIZE 32
const char *clock_http(int64_t t, char out[CLOCK_HTTP_SIZE]);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar;
 * month 1..12; day may lie outside its month. */
int64_t clock_days(int64_t year, int month, int day);

#endif

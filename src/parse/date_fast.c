/* SPDX-License-Identifier: ISC */
/*
 * The two forms that nearly all dates have, read without looking round:
 * "Mon, 23 Nov 2026 14:05:00 +0000" (RFC 822) and "2026-11-23T14:05:00Z"
 * (RFC 3339).  What differs in the least is left to date.c.
 */
#include "parse/date_int.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"

/* `n` digits at *s as a number in lo..hi; -1: they are not. */
static int
digits(const char **s, int n, int lo, int hi)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + (*(*s)++ - '0');
	}
	return v >= lo && v <= hi ? v : -1;
}

static bool
skip(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static int
month_of(const char *s)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++)
		if (ascii_ieq_n(s, names + i * 3, 3))
			return i + 1;
	return -1;
}

/* "HH:MM" and, where `s` goes on with a colon, ":SS": seconds, or -1. */
static int
clock_time(const char **s)
{
	int hour = digits(s, 2, 0, 23), minute, second = 0;

	if (hour < 0 || !skip(s, ':') || (minute = digits(s, 2, 0, 59)) < 0)
		return -1;
	if (skip(s, ':') && (second = digits(s, 2, 0, 59)) < 0)
		return -1;
	return hour * 3600 + minute * 60 + second;
}

/* "+HHMM" or "+HH:MM" up to the end of the string. */
static bool
offset(const char *s, bool with_colon, int *ret)
{
	int sign = *s == '-' ? -1 : 1, hours, minutes;

	if (*s != '+' && *s != '-')
		return false;
	s++;
	if ((hours = digits(&s, 2, 0, 14)) < 0 ||
	    (with_colon && !skip(&s, ':')) ||
	    (minutes = digits(&s, 2, 0, 59)) < 0 || *s != '\0')
		return false;
	*ret = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool
put_together(int year, int month, int day, int seconds, int zone, int64_t *ret)
{
	int64_t days = clock_days(year, month, day);
	int64_t next = month == 12 ? clock_days(year + 1, 1, 1)
				   : clock_days(year, month + 1, 1);

	if (days >= next)
		return false;
	*ret = days * 86400 + seconds - zone;
	return true;
}

static bool
read_rfc822(const char *s, int64_t *ret)
{
	int year, month, day, seconds, zone = 0;

	if (s[0] > '9') {
		/* A weekday says nothing that the date does not. */
		if (strchr("MTWFSmtwfs", s[0]) == NULL || s[1] < 'a' ||
		    s[2] < 'a' || s[3] != ',' || s[4] != ' ')
			return false;
		s += 5;
	}
	day = s[0] != '\0' && s[1] == ' ' ? digits(&s, 1, 1, 9)
					  : digits(&s, 2, 1, 31);
	if (day < 0 || !skip(&s, ' ') || (month = month_of(s)) < 0)
		return false;
	s += 3;
	if (!skip(&s, ' ') || (year = digits(&s, 4, 1971, 2200)) < 0 ||
	    !skip(&s, ' ') || (seconds = clock_time(&s)) < 0 || !skip(&s, ' '))
		return false;
	if (strcmp(s, "GMT") != 0 && strcmp(s, "UTC") != 0 &&
	    strcmp(s, "Z") != 0 && !offset(s, false, &zone))
		return false;
	return put_together(year, month, day, seconds, zone, ret);
}

static bool
read_rfc3339(const char *s, int64_t *ret)
{
	int year = digits(&s, 4, 1971, 2200), month, day, seconds, zone = 0;

	if (year < 0 || !skip(&s, '-') || (month = digits(&s, 2, 1, 12)) < 0 ||
	    !skip(&s, '-') || (day = digits(&s, 2, 1, 31)) < 0 ||
	    !skip(&s, 'T') || (seconds = clock_time(&s)) < 0)
		return false;
	if (skip(&s, '.')) {
		const char *first = s;

		while (*s >= '0' && *s <= '9')
			s++;
		if (s == first)
			return false;
	}
	if (strcmp(s, "Z") != 0 && !offset(s, true, &zone))
		return false;
	return put_together(year, month, day, seconds, zone, ret);
}

bool
date_read_fast(const char *s, int64_t *ret)
{
	return read_rfc822(s, ret) || read_rfc3339(s, ret);
}

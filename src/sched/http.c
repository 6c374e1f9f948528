/* SPDX-License-Identifier: ISC */
/* http.c - what headers say about time (RFC 9110, RFC 9111). */
#include "sched/sched.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

#define NO_DATE INT64_MIN
#define MOST_S ((int64_t)INT32_MAX) /* RFC 9111, 1.2.2 */

/* An HTTP-date in any of its three forms (RFC 9110, 5.6.7). */
static int64_t
http_date(const char *s)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	int day, year, h, m, sec, month = 0;
	char name[4] = "";
	int64_t t;

	if (s == NULL)
		return NO_DATE;
	/* NOLINTBEGIN(cert-err34-c): the widths keep numbers in range */
	if (sscanf(s, "%*[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d", &day, name,
		&year, &h, &m, &sec) != 6 &&
	    sscanf(s, "%*[A-Za-z], %2d-%3[A-Za-z]-%4d %2d:%2d:%2d", &day, name,
		&year, &h, &m, &sec) != 6 &&
	    sscanf(s, "%*[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d", name, &day,
		&h, &m, &sec, &year) != 6)
		return NO_DATE;
	/* NOLINTEND(cert-err34-c) */
	for (int i = 0; i < 12; i++) {
		if (ascii_ieq_n(names + 3 * i, name, 3))
			month = i + 1;
	}
	if (year < 100) /* RFC 850's */
		year += year < 70 ? 2000 : 1900;
	if (month == 0 || day < 1 || day > 31 || h < 0 || h > 23 || m < 0 ||
	    m > 59 || sec < 0 || sec > 60 || year < 1900)
		return NO_DATE;
	t = clock_days(year, month, day) * 86400;
	return t + h * 3600 + m * 60 + sec;
}

/* Digits alone, too large ones cut; -1: no such number. */
static int64_t
delta_seconds(const char *s, size_t len)
{
	int64_t v = 0;

	if (len == 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
		if (v > MOST_S)
			v = MOST_S;
	}
	return v;
}

static size_t
trimmed(const char **s, size_t len)
{
	while (len > 0 && ascii_space((unsigned char)**s)) {
		(*s)++;
		len--;
	}
	while (len > 0 && ascii_space((unsigned char)(*s)[len - 1]))
		len--;
	return len;
}

/* One directive of Cache-Control. */
static void
take_directive(const char *s, size_t len, bool *no_cache, int64_t *max_age)
{
	static const char age[] = "max-age";
	const size_t n = sizeof(age) - 1;
	int64_t v;

	len = trimmed(&s, len);
	if ((len == 8 && ascii_ieq_n(s, "no-store", 8)) ||
	    (len == 8 && ascii_ieq_n(s, "no-cache", 8)))
		*no_cache = true;
	if (len <= n || !ascii_ieq_n(s, age, n))
		return;
	s += n;
	len = trimmed(&s, len - n);
	if (len == 0 || *s != '=')
		return;
	s++;
	len = trimmed(&s, len - 1);
	if (len >= 2 && s[0] == '"' && s[len - 1] == '"') {
		s++;
		len -= 2;
	}
	v = delta_seconds(s, len);
	if (v >= 0 && (*max_age < 0 || v < *max_age))
		*max_age = v;
}

static void
read_cache_control(const char *s, bool *no_cache, int64_t *max_age)
{
	while (s != NULL && *s != '\0') {
		size_t len = 0;
		bool quoted = false;

		while (s[len] != '\0' && (quoted || s[len] != ',')) {
			if (s[len] == '"')
				quoted = !quoted;
			len++;
		}
		take_directive(s, len, no_cache, max_age);
		s += len;
		s += *s == ',';
	}
}

int64_t
sched_freshness(const char *cache_control, const char *expires,
    const char *date, const char *age, int64_t elapsed_s, int64_t now)
{
	int64_t fresh = -1, until, from, aged;
	bool no_cache = false;
	size_t len;

	read_cache_control(cache_control, &no_cache, &fresh);
	if (no_cache)
		return 0;
	if (fresh < 0 && expires != NULL) {
		until = http_date(expires);
		from = http_date(date);
		fresh = until == NO_DATE
			    ? 0
			    : until - (from == NO_DATE ? now : from);
	} else if (fresh < 0) {
		return -1;
	}
	if (age != NULL) {
		len = trimmed(&age, strlen(age));
		aged = delta_seconds(age, len);
		fresh -= aged > 0 ? aged : 0;
	}
	fresh -= elapsed_s > 0 ? elapsed_s : 0;
	return fresh > 0 ? fresh : 0;
}

int64_t
sched_retry_after(const char *value, const char *date, int64_t now)
{
	int64_t v, until, from;
	size_t len;

	if (value == NULL)
		return -1;
	len = strlen(value);
	len = trimmed(&value, len);
	if ((v = delta_seconds(value, len)) >= 0)
		return v;
	if ((until = http_date(value)) == NO_DATE)
		return -1;
	if ((from = http_date(date)) == NO_DATE)
		from = now;
	return until > from ? until - from : 0;
}

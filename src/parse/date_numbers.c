/* SPDX-License-Identifier: ISC */
/*
 * What the plain numbers of a date mean: day, month and year by their count,
 * their digits and the signs between them.
 */
#include "parse/date_int.h"

#include <string.h>

#include "base/clock.h"

static int64_t
full_year(struct date_number n)
{
	if (n.digits <= 2)
		return n.value + (n.value < 50 ? 2000 : 1900);
	if (n.digits == 3)
		return n.value + 1900;
	return n.value;
}

bool
date_valid_day(int64_t y, int64_t m, int64_t day)
{
	if (y < 0 || y > 9999 || m < 1 || m > 12 || day < 1 || day > 31)
		return false;
	return clock_days(y, (int)m, (int)day) <
	       (m < 12 ? clock_days(y, (int)m + 1, 1)
		       : clock_days(y + 1, 1, 1));
}

static void
set_ymd(struct date *d, struct date_number y, int64_t month, int64_t day)
{
	d->year = full_year(y);
	d->month = month;
	d->day = day;
}

static void
set_ordinal(struct date *d, struct date_number y, int64_t day_of_year)
{
	int month = 12;
	int64_t year = full_year(y), first;

	if (day_of_year < 1 || day_of_year > 366 || year > 9999)
		return;
	while ((first = clock_days(year, month, 1) - clock_days(year, 1, 1)) >=
	       day_of_year)
		month--;
	set_ymd(d, y, month, day_of_year - first);
}

/* One run of digits: 20031231, 031231, 2003365, 20031231101455, 2003, -0312. */
static void
read_one(struct date *d)
{
	struct date_number n = d->numbers[0], y = {.digits = 4};
	int64_t v = n.value;

	if (n.digits == 14 || n.digits == 12) {
		if (n.digits == 14) {
			d->second = v % 100;
			v /= 100;
		}
		d->hour = v / 100 % 100;
		d->minute = v % 100;
		v /= 10000;
		n.digits = 8;
	}
	if (n.digits == 4 && n.before == '-') {
		y = (struct date_number){v / 100, 2, ' '};
		set_ymd(d, y, v % 100, 1);
	} else if (n.digits == 4) {
		set_ymd(d, n, 1, 1);
	} else if (n.digits == 5 || n.digits == 7) {
		y = (struct date_number){v / 1000, n.digits - 3, ' '};
		set_ordinal(d, y, v % 1000);
	} else if (n.digits == 6 || n.digits == 8) {
		y = (struct date_number){v / 10000, n.digits - 4, ' '};
		set_ymd(d, y, v / 100 % 100, v % 100);
	}
}

static void
read_two(struct date *d)
{
	struct date_number a = d->numbers[0], b = d->numbers[1];

	if (a.digits == 4 && b.digits == 3)
		set_ordinal(d, a, b.value);
	else if (a.digits == 4 || (a.digits == 2 && a.before == '-'))
		set_ymd(d, a, b.value, 1);
	else if (b.digits == 4 && strchr("/.-", b.before) != NULL)
		set_ymd(d, b, a.value, 1);
}

static bool
falls_on(const struct date *d, int64_t y, int64_t m, int64_t day)
{
	/* 1970-01-01 was a Thursday. */
	return date_valid_day(y, m, day) &&
	       (clock_days(y, (int)m, (int)day) % 7 + 10) % 7 == d->weekday;
}

/* Day and month of x/y/year: the weekday knows, or only one order fits, or
 * the sign tells: America's slash. */
static void
order_day_month(struct date *d, struct date_number x, struct date_number y,
    struct date_number year)
{
	int64_t full = full_year(year);
	bool month_first = y.before == '/';

	if (d->weekday >= 0 && falls_on(d, full, x.value, y.value) !=
				   falls_on(d, full, y.value, x.value))
		month_first = falls_on(d, full, x.value, y.value);
	else if (x.value > 12)
		month_first = false;
	else if (y.value > 12)
		month_first = true;
	if (month_first)
		set_ymd(d, year, x.value, y.value);
	else
		set_ymd(d, year, y.value, x.value);
}

static void
read_three(struct date *d)
{
	const struct date_number *n = d->numbers;

	if (n[0].digits >= 4 ||
	    (n[0].digits == 2 && n[2].digits <= 2 && n[1].before == '-' &&
		(n[0].value > 31 ||
		    date_valid_day(full_year(n[0]), n[1].value, n[2].value))))
		set_ymd(d, n[0], n[1].value, n[2].value);
	else
		order_day_month(d, n[0], n[1], n[2]);
}

/* Numbers beside a month's name: a day, a year, or both. */
static void
read_named(struct date *d)
{
	const struct date_number *n = d->numbers;

	if (d->n_numbers == 0)
		return;
	if (d->n_numbers == 1) {
		if (n[0].digits == 4)
			set_ymd(d, n[0], d->month, 1);
	} else if (n[0].digits >= 3 || n[0].value > 31) {
		set_ymd(d, n[0], d->month, n[1].value);
	} else {
		set_ymd(d, n[1], d->month, n[0].value);
	}
}

bool
date_is_epoch(const struct date *d)
{
	return (d->n_numbers == 1 ||
		   (d->n_numbers == 2 && d->numbers[1].before == '.')) &&
	       d->hour < 0 && !d->month_is_name && !d->has_units &&
	       (d->numbers[0].digits == 10 || d->numbers[0].digits == 13);
}

void
date_read_numbers(struct date *d)
{
	if (d->has_units) {
		if (d->day < 0)
			d->day = 1;
		return;
	}
	if (d->month_is_name && !(d->month_is_weak && d->n_numbers > 2))
		read_named(d);
	else if (d->n_numbers == 1)
		read_one(d);
	else if (d->n_numbers == 2)
		read_two(d);
	else if (d->n_numbers >= 3)
		read_three(d);
}

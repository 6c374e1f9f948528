/* SPDX-License-Identifier: ISC */
/*
 * date.c - a date in any form seen in feeds.
 *
 * The string is cut into tokens: numbers, folded words, single signs.  One
 * walk over them takes what says for itself what it is: times (a colon, am or
 * pm, "Uhr", units such as 时), zones (only behind a time or a full date),
 * names of months, numbers with a unit (年, 월).  The other numbers are the
 * date; their count, digits and separators tell the order.  A field out of its
 * range makes the whole unreadable; a zone that means nothing counts as UTC,
 * and so does a missing one (but Korean words: Korea has one zone).
 *
 * Two-digit years by RFC 2822, 4.3; 24:00 is the next day's 0:00; a leap
 * second is the next second.
 */
#include "parse/parse.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/zone.h"
#include "parse/date_int.h"

static void
take_weekday(struct date *d, const char *word)
{
	static const char names[7][4] = {
	    "mon", "tue", "wed", "thu", "fri", "sat", "sun"};

	for (int i = 0; i < 7; i++) {
		if (strncmp(word, names[i], 3) == 0)
			d->weekday = i;
	}
}

/* --- times and zones --------------------------------------------------- */

/* "+0100", "-8", "+5:30" at `i`; its end, or `i` if it is none. */
static size_t
take_offset(struct date *d, size_t i)
{
	const struct date_token *t = &d->tokens[i];
	int64_t h, m = 0;
	size_t end = i + 2;

	if (!date_is_sign(t, '+') && !date_is_sign(t, '-'))
		return i;
	if (t[1].kind != DATE_NUMBER || t[1].spaced)
		return i;
	h = t[1].value;
	if (date_is_sign(&t[2], ':') && t[3].kind == DATE_NUMBER) {
		m = t[3].value;
		end = i + 4;
	} else if (t[1].digits > 2) {
		m = h % 100;
		h /= 100;
	}
	if (t[1].digits > 4 ||
	    (t->sign == '-' && t[1].digits <= 2 && end == i + 2 && h > 14))
		return i;
	d->has_zone = d->zone_is_number = true;
	d->zone_s = h > 15 || m > 59 ? 0 : (h * 60 + m) * 60;
	if (t->sign == '-')
		d->zone_s = -d->zone_s;
	return end;
}

/* "Europe/Brussels" at `i`: its offset needs the date, so it is taken last.
 * Its end, or `i` if it is none. */
static size_t
skip_region(const struct date *d, size_t i)
{
	const struct date_token *t = d->tokens;

	if (t[i].kind != DATE_WORD || !date_is_sign(&t[i + 1], '/') ||
	    t[i + 2].kind != DATE_WORD || t[i + 1].spaced || t[i + 2].spaced)
		return i;
	for (i += 3; t[i].kind != DATE_END && !t[i].spaced; i++)
		;
	return i;
}

static size_t
take_zone(struct date *d, size_t i)
{
	size_t end = skip_region(d, i);
	int64_t s = 0;

	if (end > i)
		return end;
	if (!d->zone_is_number && d->tokens[i].kind == DATE_WORD &&
	    date_zone_of(d->tokens[i].word, &s)) {
		d->has_zone = true;
		d->zone_s = s;
		i++;
	}
	return d->zone_is_number ? i : take_offset(d, i);
}

static size_t
take_half(struct date *d, size_t i)
{
	const struct date_token *t = &d->tokens[i];

	if (date_is_word(t, "pm μμ 午後 下午 오후"))
		d->pm = 1;
	else if (date_is_word(t, "am πμ 午前 上午 오전"))
		d->pm = 0;
	else
		return i;
	d->is_korean = d->is_korean || date_is_word(t, "오후 오전");
	return i + 1;
}

static bool
has_date(const struct date *d)
{
	size_t known = d->n_numbers + (d->month_is_name ? 1 : 0);

	return known >= 3 || (d->has_units && d->day >= 0) ||
	       (d->n_numbers == 1 && d->numbers[0].digits >= 6);
}

/* "10:14", "10:14:55.123", and behind a date "10.14", at a number; `i` if it
 * is none. */
static size_t
take_clock(struct date *d, size_t i)
{
	const struct date_token *t = &d->tokens[i];
	char sep = t[1].kind == DATE_SIGN ? t[1].sign : ' ';

	if (d->hour >= 0 || t[2].kind != DATE_NUMBER)
		return i;
	if (sep != ':' && (sep != '.' || !has_date(d) || t[0].digits > 2 ||
			      t[1].spaced || t[2].spaced || t[2].digits != 2))
		return i;
	d->hour = t[0].value;
	d->minute = t[2].value;
	i += 3;
	t += 3;
	if (date_is_sign(t, sep) && t[1].kind == DATE_NUMBER) {
		d->second = t[1].value;
		i += 2;
		t += 2;
		if ((date_is_sign(t, '.') || date_is_sign(t, ',') ||
			date_is_sign(t, ':')) &&
		    t[1].kind == DATE_NUMBER && !t[0].spaced && !t[1].spaced)
			i += 2;
	}
	i = take_half(d, i);
	return take_zone(d, i);
}

/* "9h30", "9 Uhr", "5 pm" at a number; `i` if it is none. */
static size_t
take_hour(struct date *d, size_t i)
{
	const struct date_token *t = &d->tokens[i];

	if (d->hour >= 0 || t->digits > 2)
		return i;
	if (date_is_word(&t[1], "h uhr hs")) {
		d->hour = t->value;
		i += 2;
		if (t[2].kind == DATE_NUMBER && t[2].digits == 2) {
			d->minute = t[2].value;
			i += t[3].kind == DATE_WORD &&
				     date_is_word(&t[3], "m min")
				 ? 2
				 : 1;
		}
		return take_zone(d, i);
	}
	if (date_is_word(&t[1], "am pm") && take_half(d, i + 1) > i + 1) {
		d->hour = t->value;
		return take_zone(d, i + 2);
	}
	return i;
}

/* "T101455" at the T: digits without colons. */
static size_t
take_compact(struct date *d, size_t i)
{
	const struct date_token *t = &d->tokens[i + 1];

	if (d->hour >= 0 || t->kind != DATE_NUMBER || date_is_sign(&t[1], ':'))
		return i;
	if (t->digits == 2) {
		d->hour = t->value;
	} else if (t->digits == 4) {
		d->hour = t->value / 100;
		d->minute = t->value % 100;
	} else if (t->digits == 6) {
		d->hour = t->value / 10000;
		d->minute = t->value / 100 % 100;
		d->second = t->value % 100;
	} else {
		return i;
	}
	i += 2;
	if ((date_is_sign(&t[1], '.') || date_is_sign(&t[1], ',')) &&
	    t[2].kind == DATE_NUMBER)
		i += 2;
	return take_zone(d, i);
}

/* --- the walk ---------------------------------------------------------- */

/* 2024年, 5월, 令和6年: a number with its unit; `i` if it has none. */
static size_t
take_unit(struct date *d, size_t i)
{
	static const struct {
		const char *name;
		int64_t before;
	} eras[] = {{"令和", 2018}, {"平成", 1988}, {"昭和", 1925}};
	const struct date_token *t = &d->tokens[i];

	if (date_is_word(&t[1], "年 년")) {
		d->year = t->value;
		for (size_t e = 0; i > 0 && e < AK_COUNT(eras); e++) {
			if (date_is_word(&t[-1], eras[e].name))
				d->year += eras[e].before;
		}
	} else if (date_is_word(&t[1], "月 월")) {
		d->month = t->value;
	} else if (date_is_word(&t[1], "日 일 号")) {
		d->day = t->value;
	} else if (date_is_word(&t[1], "時 时 시 點 点")) {
		d->hour = t->value;
	} else if (date_is_word(&t[1], "分 분")) {
		d->minute = t->value;
	} else if (date_is_word(&t[1], "秒 초")) {
		d->second = t->value;
	} else {
		return i;
	}
	d->has_units = true;
	d->is_korean = d->is_korean || date_is_word(&t[1], "년 월 일 시 분 초");
	return i + 2;
}

static size_t
take_number(struct date *d, size_t i)
{
	const struct date_token *t = &d->tokens[i];
	size_t end;

	if ((end = take_clock(d, i)) > i || (end = take_hour(d, i)) > i ||
	    (end = take_unit(d, i)) > i)
		return end;
	if (d->n_numbers < DATE_MAX_NUMBERS) {
		char before =
		    i > 0 && t[-1].kind == DATE_SIGN ? t[-1].sign : ' ';

		d->numbers[d->n_numbers++] =
		    (struct date_number){t->value, t->digits, before};
	}
	return i + 1;
}

static size_t
take_word(struct date *d, size_t i)
{
	const struct date_token *t = &d->tokens[i];
	size_t end;
	int month;

	if (date_is_word(t, "t") && (end = take_compact(d, i)) > i)
		return end;
	/* "at" is Atlantic time behind a time, else only English. */
	if (d->hour >= 0 || (has_date(d) && !date_is_word(t, "at"))) {
		if ((end = take_half(d, i)) > i)
			return take_zone(d, end);
		if ((end = take_zone(d, i)) > i)
			return end;
	}
	if ((end = take_half(d, i)) > i)
		return end;
	take_weekday(d, t->word);
	/* A week of ISO 8601: not read, and not to be taken for a month. */
	if (date_is_word(t, "w") && t[1].kind == DATE_NUMBER && !t[1].spaced)
		d->is_unreadable = true;
	month = date_month_of(t->word);
	if (month > 0 && (!d->month_is_name || d->month_is_weak)) {
		d->month = month;
		d->month_is_name = true;
		d->month_is_weak = date_is_word(t, "mar paz");
	}
	return i + 1;
}

static void
walk(struct date *d)
{
	size_t i = 0, end;

	while (d->tokens[i].kind != DATE_END) {
		switch (d->tokens[i].kind) {
		case DATE_NUMBER:
			i = take_number(d, i);
			break;
		case DATE_WORD:
			i = take_word(d, i);
			break;
		default:
			/* A zone right behind a whole date: 2003-12-31+02:00.
			 */
			end = i;
			if (!d->has_zone && has_date(d) && i > 0 &&
			    d->tokens[i + 1].kind == DATE_NUMBER &&
			    date_is_sign(&d->tokens[i + 2], ':') &&
			    !date_is_sign(&d->tokens[i + 4], ':'))
				end = take_offset(d, i);
			i = end > i ? end : i + 1;
		}
	}
}

/* --- the result -------------------------------------------------------- */

static int64_t
offset_of(const struct date *d, int64_t t)
{
	if (d->has_zone)
		return d->zone_s;
	for (size_t i = 0; d->tokens[i].kind != DATE_END; i++) {
		size_t end = skip_region(d, i), from = d->tokens[i].at;

		if (end > i) {
			size_t to = d->tokens[end].at;

			while (d->s[to - 1] == ' ')
				to--;
			return zone_offset(d->s + from, to - from, t);
		}
	}
	return d->is_korean ? 9 * 3600 : 0;
}

static int64_t
finish(struct date *d)
{
	int64_t t;

	if (d->hour < 0) {
		d->hour = d->minute = d->second = 0;
	} else if (d->pm == 1 && d->hour < 12) {
		d->hour += 12;
	} else if (d->pm == 0 && d->hour == 12) {
		d->hour = 0;
	}
	if (d->is_unreadable || !date_valid_day(d->year, d->month, d->day) ||
	    d->minute > 59 || d->second > 60 || d->hour > 24 ||
	    (d->hour == 24 && d->minute + d->second > 0))
		return DOC_NO_TIME;
	t = clock_days(d->year, (int)d->month, (int)d->day) * 86400 +
	    d->hour * 3600 + d->minute * 60 + d->second;
	return t - offset_of(d, t);
}

int64_t
parse_date(const char *s)
{
	struct date d;
	int64_t t;
	size_t len;

	if (s == NULL || (len = strlen(s)) == 0 || len > DATE_MAX_BYTES)
		return DOC_NO_TIME;
	if (date_read_fast(s, &t))
		return t;
	memset(&d, 0, offsetof(struct date, tokens));
	d.s = s;
	d.year = d.month = d.day = d.hour = d.pm = d.weekday = -1;
	if (!date_tokenize(s, len, d.tokens))
		return DOC_NO_TIME;
	walk(&d);
	if (date_is_epoch(&d))
		return d.numbers[0].digits == 10 ? d.numbers[0].value
						 : d.numbers[0].value / 1000;
	date_read_numbers(&d);
	return finish(&d);
}

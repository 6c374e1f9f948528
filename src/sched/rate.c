/* SPDX-License-Identifier: ISC */
/*
 * rate.c - a feed's own rhythm.
 *
 * With a budget of requests, the mean delay of entries is least when a feed is
 * asked in proportion to the square root of its rate (a Lagrange multiplier on
 * sum(rate / polls)); one entry a day makes one poll an hour.  The rate is a
 * count that halves every 14 days, with a prior of one entry a week that weighs
 * a week.
 *
 * The same holds from hour to hour: a feed that publishes by day is asked by
 * day.  Where enough entries are known the rate is spread over the hours as
 * they came, smoothed, and the wait ends when the integral of the root of the
 * rate reaches one.  Silence of eight mean gaps and more stretches the wait.
 */
#include "sched/sched_int.h"

#include <math.h>

#define HALF_LIFE_DAYS 14.0
#define PRIOR_EVENTS 1.0
#define PRIOR_DAYS 7.0
#define SILENT_GAPS 8.0
#define SILENT_FACTOR 1.5
#define SILENT_YEAR_DAYS 365.0
#define HOURS_KNOWN 30	 /* entries, before their hours are believed */
#define HOURS_SMOOTH 0.5 /* weight of the flat profile in the mix */
#define COUNTER_BITS 5
#define COUNTER_MAX 31

/* --- hours ------------------------------------------------------------- */

static int
hour_get(const struct sched_state *s, int hour)
{
	int64_t half = hour < 12 ? s->hours_am : s->hours_pm;

	return (int)(half >> (hour % 12 * COUNTER_BITS) & COUNTER_MAX);
}

static void
hour_set(struct sched_state *s, int hour, int n)
{
	int64_t *half = hour < 12 ? &s->hours_am : &s->hours_pm;
	int shift = hour % 12 * COUNTER_BITS;

	*half = (*half & ~((int64_t)COUNTER_MAX << shift)) | (int64_t)n
								 << shift;
}

static int
hours_sum(const struct sched_state *s)
{
	int sum = 0;

	for (int h = 0; h < 24; h++)
		sum += hour_get(s, h);
	return sum;
}

static int
hour_of(int64_t t)
{
	return (int)((t % DAY_S + DAY_S) % DAY_S / HOUR_S);
}

static void
learn_hour(struct sched_state *s, int64_t now)
{
	int h = hour_of(now);

	if (hour_get(s, h) == COUNTER_MAX) {
		/* Old hours fade, but never below what makes them known. */
		if (hours_sum(s) < 2 * HOURS_KNOWN)
			return;
		for (int i = 0; i < 24; i++)
			hour_set(s, i, hour_get(s, i) / 2);
	}
	hour_set(s, h, hour_get(s, h) + 1);
}

/* Rate in hour `h` as a multiple of the day's mean. */
static double
hour_weight(const struct sched_state *s, int h, int sum)
{
	double share;

	if (sum < HOURS_KNOWN)
		return 1;
	/* Neighbours count by half: entries do not keep to the hour. */
	share = (hour_get(s, h) + 0.5 * hour_get(s, (h + 1) % 24) +
		    0.5 * hour_get(s, (h + 23) % 24)) /
		2 / sum * 24;
	return HOURS_SMOOTH * 1 + (1 - HOURS_SMOOTH) * share;
}

/* --- rate -------------------------------------------------------------- */

void
sched_rate_learn(struct sched_state *s, int64_t now, int64_t n_new)
{
	double elapsed = 0, decay;

	if (s->last_ok_at > 0 && now > s->last_ok_at)
		elapsed = (double)(now - s->last_ok_at) / (double)DAY_S;
	decay = exp2(-elapsed / HALF_LIFE_DAYS);
	s->rate_t_days = s->rate_t_days * decay + elapsed;
	s->rate_n = s->rate_n * decay;
	if (s->last_ok_at == 0) {
		/* The first document's entries are a backlog, not news. */
		s->last_new_at = now;
		return;
	}
	if (n_new <= 0)
		return;
	s->rate_n += (double)n_new;
	s->last_new_at = now;
	learn_hour(s, now);
}

/* Stretch for silence: 1 up to eight mean gaps, then 1.5 to the power. */
static double
silence_factor(double silent_days, double per_day)
{
	double gaps = silent_days * per_day / SILENT_GAPS;

	return gaps <= 1 ? 1 : pow(SILENT_FACTOR, floor(gaps));
}

double
sched_rate_wait(const struct sched_state *s, int64_t now, int64_t pace_s)
{
	double per_day =
	    (s->rate_n + PRIOR_EVENTS) / (s->rate_t_days + PRIOR_DAYS);
	double silent = 0, need, wait = 0;
	int sum = hours_sum(s);

	if (s->last_new_at > 0 && now > s->last_new_at)
		silent = (double)(now - s->last_new_at) / (double)DAY_S;
	if (silent > SILENT_YEAR_DAYS)
		return (double)DAY_S;
	need = (double)(pace_s > 0 ? pace_s : HOUR_S) *
	       silence_factor(silent, per_day);
	while (need > 0 && wait < (double)DAY_S) {
		int64_t at = now + (int64_t)wait;
		double left = (double)(HOUR_S - (at % HOUR_S));
		double speed = sqrt(per_day * hour_weight(s, hour_of(at), sum));

		if (need <= left * speed)
			return wait + need / speed;
		need -= left * speed;
		wait += left;
	}
	return wait;
}

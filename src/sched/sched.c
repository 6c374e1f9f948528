/* SPDX-License-Identifier: ISC */
/*
 * sched.c - from an answer to the time of the next poll.
 *
 * One way through: remember (counters, hints, rhythm), find the wait of this
 * kind of answer, lengthen it by what the server asked, add jitter, move it out
 * of the publisher's quiet hours.  Each step may only make the poll later.  The
 * step that decided last leaves its name as the hint.
 *
 * A failure waits 15 minutes, doubled each time, to a day; after 30 days of
 * nothing else a week; after 180 days the feed is dead and only a person asks
 * for it again.  Our own network's trouble moves nothing.
 */
#include "sched/sched_int.h"

#include <string.h>

#define BACKOFF_FIRST_S (15 * (int64_t)60)
#define WEEKLY_AFTER_S (30 * DAY_S)
#define DEAD_AFTER_S (180 * DAY_S)
#define MISSING_DEAD_AFTER_S (30 * DAY_S)
#define MISSING_DAILY_FROM 3	 /* 404s */
#define GONE_AGAIN_S (7 * DAY_S) /* a last look, should it be a mistake */
#define TOO_MANY_S (4 * HOUR_S)
#define SAME_BODIES 10
#define PENALTY_MAX 6
#define NETWORK_S ((int64_t)300)
#define REFRESH_S ((int64_t)300)
#define REFRESH_BURST 3
#define MOVE_TIMES 3
#define LATE_S (2 * HOUR_S)
#define EARLY_S ((int64_t)60)

/* The wait so far, and what decided it. */
struct wait {
	int64_t s;
	enum sched_hint hint;
};

/* --- jitter ------------------------------------------------------------ */

/* The same number in [0, 1) for a feed, for ever (splitmix64). */
static double
jitter(int64_t feed_id)
{
	uint64_t x = (uint64_t)feed_id + 0x9E3779B97F4A7C15u;

	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
	x = (x ^ x >> 27) * 0x94D049BB133111EBu;
	x ^= x >> 31;
	return (double)(x >> 11) / 9007199254740992.0;
}

/* Of feeds with numbers in a row no two get near each other (multiples of the
 * golden ratio). */
static double
place(int64_t feed_id)
{
	double x = (double)(feed_id % 100000) * 0.6180339887498949;

	return x - (double)(int64_t)x;
}

static int64_t
stretched(int64_t s, double by)
{
	return s + (int64_t)((double)s * by);
}

/* --- the wait ---------------------------------------------------------- */

static bool
is_success(const struct sched_state *s, const struct sched_answer *a)
{
	return a->outcome == SCHED_OK || a->outcome == SCHED_NOT_MODIFIED ||
	       (a->outcome == SCHED_NO_CONTENT &&
		   s->n_no_content < SCHED_NO_CONTENT_ERRORS);
}

static void
at_least(struct wait *w, int64_t s, enum sched_hint hint)
{
	if (s > w->s)
		*w = (struct wait){s, hint};
}

static struct wait
own_wait(const struct sched_params *p, const struct sched_state *s,
    const struct sched_answer *a, int64_t now)
{
	struct wait w = {
	    (int64_t)sched_rate_wait(s, now, p->pace_s), SCHED_HINT_RHYTHM};
	int64_t floor_s = p->floor_s;

	if (is_success(s, a) && !a->had_validators && !a->was_conditional)
		floor_s = s->n_same_body >= SAME_BODIES
			      ? p->ceiling_s
			      : p->floor_unconditional_s;
	if (s->interval_s > 0)
		w = (struct wait){s->interval_s, SCHED_HINT_FIXED};
	at_least(&w, floor_s, SCHED_HINT_FLOOR);
	if (s->penalty > 0)
		at_least(&w, w.s << s->penalty, SCHED_HINT_STATUS);
	if (w.s > p->ceiling_s && w.hint != SCHED_HINT_FIXED)
		w = (struct wait){p->ceiling_s, SCHED_HINT_CEILING};
	if (a->websub_active)
		at_least(&w, p->websub_s, SCHED_HINT_WEBSUB);
	return w;
}

static int64_t
backoff(int64_t n_errors)
{
	if (n_errors < 1)
		return 0;
	if (n_errors > 7)
		return DAY_S;
	return BACKOFF_FIRST_S << (n_errors - 1);
}

bool
sched_is_weekly(const struct sched_state *s)
{
	return s->n_errors > 0 &&
	       s->last_poll_at - s->first_error_at >= WEEKLY_AFTER_S;
}

/* What the kind of failure asks for. */
static struct wait
error_wait(const struct sched_state *s, const struct sched_answer *a)
{
	struct wait w = {backoff(s->n_errors), SCHED_HINT_BACKOFF};

	if (sched_is_weekly(s))
		at_least(&w, 7 * DAY_S, SCHED_HINT_BACKOFF);
	switch (a->outcome) {
	case SCHED_BAD_REQUEST:
	case SCHED_UNAUTHORIZED:
	case SCHED_DENIED:
		at_least(&w, DAY_S, SCHED_HINT_STATUS);
		break;
	case SCHED_GONE:
		at_least(&w, GONE_AGAIN_S, SCHED_HINT_GONE);
		break;
	case SCHED_NOT_FOUND:
		if (s->n_errors >= MISSING_DAILY_FROM)
			at_least(&w, DAY_S, SCHED_HINT_STATUS);
		break;
	case SCHED_TOO_MANY:
		if (a->retry_after_s < 0)
			at_least(&w, TOO_MANY_S, SCHED_HINT_STATUS);
		break;
	default:
		break;
	}
	return w;
}

/* What server and publisher asked for; *ret_hint says which. */
static void
add_hints(const struct sched_params *p, const struct sched_state *s,
    const struct sched_answer *a, struct wait *w)
{
	const struct wait hints[] = {
	    {s->ignore_hints ? 0 : a->fresh_s, SCHED_HINT_MAX_AGE},
	    {s->ignore_hints ? 0 : s->ttl_s, SCHED_HINT_TTL},
	    {s->ignore_hints ? 0 : s->sy_s, SCHED_HINT_SY},
	    {a->retry_after_s, SCHED_HINT_RETRY_AFTER},
	};

	for (size_t i = 0; i < AK_COUNT(hints); i++)
		at_least(w,
		    hints[i].s < p->hint_max_s ? hints[i].s : p->hint_max_s,
		    hints[i].hint);
}

/* --- quiet hours and days ---------------------------------------------- */

/* The first moment at or after `t` outside them (RSS 2.0, in GMT). */
static int64_t
skip_windows(const struct sched_state *s, int64_t t, enum sched_hint *hint)
{
	uint32_t hours = s->skip_hours & 0xFFFFFFu, days = s->skip_days & 0x7Fu;

	if (hours == 0xFFFFFFu)
		hours = 0; /* a mistake: the feed would never be read */
	if (days == 0x7Fu)
		days = 0;
	for (int i = 0; i < 8 * 24; i++) {
		/* 1970-01-01 was a Thursday. */
		int64_t day = (t / DAY_S + 3) % 7, hour = t % DAY_S / HOUR_S;

		if ((days >> day & 1) != 0) {
			t = (t / DAY_S + 1) * DAY_S;
			*hint = SCHED_HINT_SKIP_DAYS;
		} else if ((hours >> hour & 1) != 0) {
			t = (t / HOUR_S + 1) * HOUR_S;
			*hint = SCHED_HINT_SKIP_HOURS;
		} else {
			break;
		}
	}
	return t;
}

static void
set_due(struct sched_state *s, int64_t feed_id, int64_t now, struct wait w,
    double later)
{
	enum sched_hint hint = w.hint;
	int64_t due = now + stretched(w.s, later);
	int64_t free_at = skip_windows(s, due, &hint);

	/* Many feeds leave the same window: spread them over its minute. */
	s->due_at =
	    free_at == due ? due : free_at + (int64_t)(60 * jitter(feed_id));
	s->hint = hint;
	s->hint_s = hint == w.hint ? w.s : s->due_at - now;
}

bool
sched_postpone(struct sched_state *s, int64_t feed_id, int64_t now)
{
	enum sched_hint hint = s->hint;
	int64_t free_at = skip_windows(s, now, &hint);

	if (free_at == now)
		return false;
	s->due_at = free_at + (int64_t)(60 * jitter(feed_id));
	s->hint = hint;
	s->hint_s = s->due_at - now;
	return true;
}

static void
stop(struct sched_state *s, enum sched_life life, enum sched_hint hint)
{
	s->life = life;
	s->due_at = SCHED_NEVER;
	s->hint = hint;
	s->hint_s = 0;
}

/* --- remembering ------------------------------------------------------- */

static void
learn_success(struct sched_state *s, int64_t now, const struct sched_answer *a)
{
	bool unconditional = !a->had_validators && !a->was_conditional;

	sched_rate_learn(s, now, a->n_new_events);
	s->last_ok_at = now;
	s->n_errors = 0;
	s->first_error_at = s->first_gone_at = s->first_missing_at = 0;
	s->retry_until = 0;
	if (s->life == SCHED_DEAD || s->life == SCHED_STOPPED_GONE)
		s->life = SCHED_ACTIVE;
	if (unconditional && a->outcome == SCHED_NOT_MODIFIED)
		s->n_same_body++;
	else
		s->n_same_body = 0;
	if (a->outcome != SCHED_OK)
		return;
	s->ttl_s = a->ttl_s > 0 ? a->ttl_s : 0;
	s->sy_s = a->sy_s > 0 ? a->sy_s : 0;
	s->skip_hours = a->skip_hours;
	s->skip_days = a->skip_days;
	if (!a->is_expired)
		s->first_expired_at = 0;
	else if (s->first_expired_at == 0)
		s->first_expired_at = now;
}

static void
learn_failure(struct sched_state *s, int64_t now, const struct sched_answer *a)
{
	s->n_errors++;
	if (s->first_error_at == 0)
		s->first_error_at = now;
	if (a->outcome == SCHED_GONE && s->first_gone_at == 0)
		s->first_gone_at = now;
	if (a->outcome == SCHED_NOT_FOUND && s->first_missing_at == 0)
		s->first_missing_at = now;
	if (a->outcome == SCHED_TOO_MANY) {
		s->last_429_at = now;
		if (s->penalty < PENALTY_MAX)
			s->penalty++;
	}
}

/* Seconds that the server wants to be left alone, whoever asks; or less than
 * one. */
static int64_t
stay_away(const struct sched_answer *a)
{
	return a->outcome == SCHED_TOO_MANY && a->retry_after_s < 0
		   ? TOO_MANY_S
		   : a->retry_after_s;
}

static bool
a_day_since(int64_t first, int64_t now)
{
	return first > 0 && now - first >= DAY_S;
}

/* Is this the end?  Then it stops. */
static bool
ends(struct sched_state *s, int64_t now, const struct sched_answer *a)
{
	if ((a->outcome == SCHED_GONE && a_day_since(s->first_gone_at, now)) ||
	    (s->n_errors == 0 && a_day_since(s->first_expired_at, now))) {
		stop(s, SCHED_STOPPED_GONE, SCHED_HINT_GONE);
		return true;
	}
	if (s->n_errors > 0 &&
	    (now - s->first_error_at >= DEAD_AFTER_S ||
		(a->outcome == SCHED_NOT_FOUND &&
		    now - s->first_missing_at >= MISSING_DEAD_AFTER_S))) {
		stop(s, SCHED_DEAD, SCHED_HINT_BACKOFF);
		return true;
	}
	return false;
}

void
sched_next(const struct sched_params *p, int64_t feed_id, int64_t now,
    const struct sched_answer *a, struct sched_state *s)
{
	struct wait w;
	int64_t ask_s;
	bool ok;

	if (a->outcome == SCHED_NETWORK_DOWN) {
		/* Nothing was learnt of the feed; due again soon. */
		s->due_at = now + stretched(NETWORK_S, jitter(feed_id));
		if (s->due_at < s->retry_until)
			s->due_at = s->retry_until;
		s->hint = SCHED_HINT_NETWORK;
		s->hint_s = NETWORK_S;
		return;
	}
	s->last_poll_at = now;
	s->last_outcome = a->outcome;
	s->fresh_until = a->fresh_s > 0 ? now + a->fresh_s : 0;
	s->n_no_content =
	    a->outcome == SCHED_NO_CONTENT ? s->n_no_content + 1 : 0;
	if (s->penalty > 0 && now - s->last_429_at >= DAY_S)
		s->penalty = 0;
	if ((ok = is_success(s, a)))
		learn_success(s, now, a);
	else
		learn_failure(s, now, a);
	if ((ask_s = stay_away(a)) > 0)
		s->retry_until =
		    now + (ask_s < p->hint_max_s ? ask_s : p->hint_max_s);
	if (s->life == SCHED_PAUSED || ends(s, now, a)) {
		s->due_at = SCHED_NEVER;
		return;
	}
	w = own_wait(p, s, a, now);
	if (!ok) {
		struct wait e = error_wait(s, a);

		at_least(&w, e.s, e.hint);
	} else if (s->first_expired_at > 0) {
		at_least(&w, DAY_S, SCHED_HINT_GONE);
	}
	add_hints(p, s, a, &w);
	if (ok && a->is_crowded)
		set_due(s, feed_id, now, w, place(feed_id));
	else
		set_due(s, feed_id, now, w, (ok ? 0.1 : 0.5) * jitter(feed_id));
}

void
sched_replan(const struct sched_params *p, int64_t feed_id, bool had_validators,
    struct sched_state *s)
{
	int64_t at = s->last_poll_at;
	struct sched_answer a = {.outcome = SCHED_NOT_MODIFIED,
	    .had_validators = had_validators,
	    .fresh_s = s->fresh_until - at,
	    .retry_after_s = s->retry_until - at,
	    .websub_active = s->hint == SCHED_HINT_WEBSUB};
	struct wait w;

	if (s->life != SCHED_ACTIVE || at == 0 || s->n_errors > 0 ||
	    s->hint == SCHED_HINT_NEW || s->hint == SCHED_HINT_HOST ||
	    s->hint == SCHED_HINT_NETWORK)
		return;
	w = own_wait(p, s, &a, at);
	if (s->first_expired_at > 0)
		at_least(&w, DAY_S, SCHED_HINT_GONE);
	add_hints(p, s, &a, &w);
	set_due(s, feed_id, at, w, 0.1 * jitter(feed_id));
}

bool
sched_is_adrift(const struct sched_state *s, int64_t now)
{
	return s->last_poll_at == 0 || s->hint == SCHED_HINT_NETWORK ||
	       s->hint == SCHED_HINT_HOST || now - s->due_at > LATE_S ||
	       s->due_at - now > EARLY_S;
}

/* --- around it --------------------------------------------------------- */

void
sched_init(struct sched_state *s, int64_t now)
{
	*s = (struct sched_state){.due_at = now, .hint = SCHED_HINT_NEW};
}

static int64_t
refresh_s(const struct sched_params *p)
{
	return p->refresh_s > 0 ? p->refresh_s : REFRESH_S;
}

/* refresh_at runs ahead of the clock by refresh_s for each that went out. */
bool
sched_may_refresh(const struct sched_params *p, const struct sched_state *s,
    int64_t now, int64_t *ret_wait_s)
{
	int64_t each = refresh_s(p);
	int64_t free_at = s->refresh_at - (REFRESH_BURST - 1) * each;

	if (free_at - now > each)
		free_at = now; /* the clock was set back */
	if (s->retry_until > free_at)
		free_at = s->retry_until;
	if (free_at <= now)
		return true;
	*ret_wait_s = free_at - now;
	return false;
}

void
sched_count_refresh(
    const struct sched_params *p, struct sched_state *s, int64_t now)
{
	if (s->refresh_at < now ||
	    s->refresh_at - now > REFRESH_BURST * refresh_s(p))
		s->refresh_at = now;
	s->refresh_at += refresh_s(p);
}

bool
sched_may_move(int64_t n, int64_t since, int64_t now)
{
	return n >= MOVE_TIMES && now - since >= DAY_S;
}

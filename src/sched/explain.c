/* SPDX-License-Identifier: ISC */
/* explain.c - names of outcomes and hints, and the verdict in words. */
#include "sched/sched_int.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"

static const char *const outcome_names[] = {
    [SCHED_OK] = "ok",
    [SCHED_NOT_MODIFIED] = "not-modified",
    [SCHED_NO_CONTENT] = "no-content",
    [SCHED_MOVED_BAD] = "bad-redirect",
    [SCHED_UNAUTHORIZED] = "unauthorized",
    [SCHED_REFUSED] = "refused",
    [SCHED_NOT_FOUND] = "not-found",
    [SCHED_GONE] = "gone",
    [SCHED_BAD_REQUEST] = "bad-request",
    [SCHED_TOO_MANY] = "too-many-requests",
    [SCHED_UNAVAILABLE] = "unavailable",
    [SCHED_SERVER_ERROR] = "server-error",
    [SCHED_DNS] = "dns",
    [SCHED_CONNECT] = "connect",
    [SCHED_TLS] = "tls",
    [SCHED_TIMEOUT] = "timeout",
    [SCHED_CUT] = "cut",
    [SCHED_TOO_BIG] = "too-big",
    [SCHED_NOT_A_FEED] = "not-a-feed",
    [SCHED_DENIED] = "denied",
    [SCHED_NETWORK_DOWN] = "network-down",
    [SCHED_OTHER_ERROR] = "other",
};

static const char by_itself[] = "it is tried again by itself";
static const char later[] = "try again later";
static const char address[] = "akin edit --url takes another address";

static const struct {
	const char *feed, *new_one;
} advice[SCHED_OUTCOMES] = {
    [SCHED_NO_CONTENT] = {by_itself, later},
    [SCHED_MOVED_BAD] = {address, "try the address where a browser ends"},
    [SCHED_UNAUTHORIZED] = {"akin edit --user-file or --bearer-file gives them",
	"a name and a password may stand in the URL"},
    [SCHED_REFUSED] = {"ask whoever runs it; it is tried ever less often",
	"ask whoever runs it"},
    [SCHED_NOT_FOUND] = {address, "is the address right?"},
    [SCHED_GONE] = {"akin remove ends it; one more look comes in a week", NULL},
    [SCHED_BAD_REQUEST] = {"it is tried once a day", "ask whoever runs it"},
    [SCHED_TOO_MANY] = {"it and all of its domain are left alone for now",
	later},
    [SCHED_UNAVAILABLE] = {by_itself, later},
    [SCHED_SERVER_ERROR] = {by_itself, later},
    [SCHED_DNS] = {address, "is the address right?"},
    [SCHED_CONNECT] = {by_itself, later},
    [SCHED_TLS] = {"whoever runs it can mend it; [fetch] ca_file adds "
		   "authorities",
	"whoever runs it can mend it; [fetch] ca_file adds authorities"},
    [SCHED_TIMEOUT] = {by_itself, later},
    [SCHED_CUT] = {by_itself, later},
    [SCHED_TOO_BIG] = {"the limits are in akin.conf(5)",
	"the limits are in akin.conf(5)"},
    [SCHED_NOT_A_FEED] = {"akin add lists the feeds that a page names",
	"no feed was found in it"},
    [SCHED_OTHER_ERROR] = {by_itself, later},
};

const char *
sched_outcome_advice(enum sched_outcome o, bool is_new)
{
	assert((size_t)o < AK_COUNT(advice));
	return is_new ? advice[o].new_one : advice[o].feed;
}

const char *
sched_step(const struct sched_state *was, const struct sched_state *is)
{
	if (is->life != was->life && is->life == SCHED_DEAD)
		return "it is not polled any more";
	if (is->life != was->life && is->life == SCHED_STOPPED_GONE)
		return "the publisher ended it; it is not polled any more";
	if (is->life == SCHED_ACTIVE && sched_is_weekly(is) &&
	    !sched_is_weekly(was))
		return "it has failed for a month: once a week from now on";
	return NULL;
}

/* A name for machines, and what it says to a person. */
static const struct {
	const char *name, *words;
} hints[] = {
    [SCHED_HINT_NEW] = {"new", "it was not polled yet"},
    [SCHED_HINT_RHYTHM] = {"rhythm", "its own rhythm"},
    [SCHED_HINT_FIXED] = {"fixed", "the interval set for it"},
    [SCHED_HINT_FLOOR] = {"floor", "the shortest wait allowed"},
    [SCHED_HINT_CEILING] = {"ceiling", "the longest wait akin chooses"},
    [SCHED_HINT_MAX_AGE] = {"max-age",
	"the server asked (Cache-Control or Expires)"},
    [SCHED_HINT_RETRY_AFTER] = {"retry-after",
	"the server asked (Retry-After)"},
    [SCHED_HINT_TTL] = {"ttl", "the publisher asked (ttl)"},
    [SCHED_HINT_SY] = {"sy", "the publisher asked (sy:updatePeriod)"},
    [SCHED_HINT_SKIP_HOURS] = {"skip-hours", "the publisher asked (skipHours)"},
    [SCHED_HINT_SKIP_DAYS] = {"skip-days", "the publisher asked (skipDays)"},
    [SCHED_HINT_BACKOFF] = {"backoff", "it keeps failing"},
    [SCHED_HINT_HOST] = {"host", "its host is left alone"},
    [SCHED_HINT_WEBSUB] = {"websub", "its hub pushes; this is the safety poll"},
    [SCHED_HINT_STATUS] = {"status", "the rule for this answer"},
    [SCHED_HINT_GONE] = {"gone", "the publisher ended it"},
    [SCHED_HINT_NETWORK] = {"network", "our own network was down"},
};

static const char *const life_names[] = {[SCHED_ACTIVE] = "active",
    [SCHED_DEAD] = "dead",
    [SCHED_STOPPED_GONE] = "gone",
    [SCHED_PAUSED] = "paused"};

const char *
sched_life_name(enum sched_life life)
{
	assert((size_t)life < AK_COUNT(life_names));
	return life_names[life];
}

const char *
sched_outcome_name(enum sched_outcome o)
{
	assert((size_t)o < AK_COUNT(outcome_names));
	return outcome_names[o];
}

const char *
sched_hint_name(enum sched_hint h)
{
	assert((size_t)h < AK_COUNT(hints));
	return hints[h].name;
}

/* "90 s", "15 min", "2.5 h", "7 d" */
static void
add_duration(struct buf *out, int64_t s)
{
	if (s < 120)
		buf_addf(out, "%lld s", (long long)s);
	else if (s < 7200)
		buf_addf(out, "%lld min", (long long)((s + 30) / 60));
	else if (s < 2 * 86400)
		buf_addf(out, "%.1f h", (double)s / 3600);
	else
		buf_addf(out, "%.1f d", (double)s / 86400);
}

void
sched_explain(const struct sched_state *s, int64_t now, struct buf *out)
{
	char text[CLOCK_RFC3339_SIZE];

	assert((size_t)s->hint < AK_COUNT(hints));
	switch (s->life) {
	case SCHED_PAUSED:
		buf_adds(out, "paused: polled by hand only");
		return;
	case SCHED_DEAD:
		buf_addf(out, "dead: nothing but failures since %s",
		    clock_rfc3339(s->first_error_at, text));
		buf_addf(out, " (last: %s); polled by hand only",
		    sched_outcome_name(s->last_outcome));
		return;
	case SCHED_STOPPED_GONE:
		buf_adds(out, "stopped: the publisher ended it; polled by "
			      "hand only");
		return;
	case SCHED_ACTIVE:
		break;
	}
	buf_adds(out, hints[s->hint].words);
	if (s->hint_s > 0) {
		buf_adds(out, ", ");
		add_duration(out, s->hint_s);
	}
	if (s->n_errors == 1)
		buf_addf(out, "; failed once: %s",
		    sched_outcome_name(s->last_outcome));
	else if (s->n_errors > 1)
		buf_addf(out, "; %lld failures in a row, last: %s",
		    (long long)s->n_errors,
		    sched_outcome_name(s->last_outcome));
	if (s->due_at <= now) {
		buf_adds(out, "; due now");
		return;
	}
	buf_addf(out, "; next poll %s, in ", clock_rfc3339(s->due_at, text));
	add_duration(out, s->due_at - now);
}

/* SPDX-License-Identifier: ISC */
/*
 * sched.h - when a feed is polled next.  Pure: the clock is an argument.
 *
 * The rules are those of RFC 9110/9111 (freshness, Retry-After), RSS 2.0 (ttl,
 * skipHours, skipDays), the syndication module (sy:), and a feed's own rhythm:
 * a decayed rate of new entries, base = 1/sqrt(rate).  Hints lengthen a wait,
 * they never shorten it; jitter only ever makes it later.
 */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include "base/ak.h"

/* How the last attempt ended; also what the store keeps as error kind. */
enum sched_outcome {
	SCHED_OK,	    /* 200 that parsed, 226 */
	SCHED_NOT_MODIFIED, /* 304, or the same bytes */
	SCHED_NO_CONTENT,   /* 204, 205: an error from the third in a row */
	SCHED_MOVED_BAD,    /* redirect refused, loop, too many */
	SCHED_UNAUTHORIZED, /* 401, 407 */
	SCHED_REFUSED,	    /* 402, 403, 451 */
	SCHED_NOT_FOUND,    /* 404 */
	SCHED_GONE,	    /* 410 */
	SCHED_BAD_REQUEST,  /* 400, 405, 406, 411, 414, 431, 501, 505 */
	SCHED_TOO_MANY,	    /* 429 */
	SCHED_UNAVAILABLE,  /* 503 */
	SCHED_SERVER_ERROR, /* other 5xx, 408, 425, 421 twice */
	SCHED_DNS,
	SCHED_CONNECT,
	SCHED_TLS,
	SCHED_TIMEOUT,
	SCHED_CUT,	    /* truncated, reset, bad coding */
	SCHED_TOO_BIG,	    /* a limit was reached */
	SCHED_NOT_A_FEED,   /* HTML, empty, unparsable */
	SCHED_DENIED,	    /* our own rule: private address, bad URL */
	SCHED_NETWORK_DOWN, /* our side: no feed is to blame */
	SCHED_OTHER_ERROR   /* <sched.h> has a macro SCHED_OTHER */
};
#define SCHED_OUTCOMES (SCHED_OTHER_ERROR + 1)

const char *sched_outcome_name(enum sched_outcome o); /* "not-modified" */

/* The hint that decided the due time. */
enum sched_hint {
	SCHED_HINT_NEW,	   /* never polled */
	SCHED_HINT_RHYTHM, /* the feed's own rate */
	SCHED_HINT_FIXED,  /* the user's interval for this feed */
	SCHED_HINT_FLOOR,
	SCHED_HINT_CEILING,
	SCHED_HINT_MAX_AGE, /* Cache-Control or Expires */
	SCHED_HINT_RETRY_AFTER,
	SCHED_HINT_TTL,
	SCHED_HINT_SY,
	SCHED_HINT_SKIP_HOURS,
	SCHED_HINT_SKIP_DAYS,
	SCHED_HINT_BACKOFF,
	SCHED_HINT_HOST, /* the host or domain is parked */
	SCHED_HINT_WEBSUB,
	SCHED_HINT_STATUS, /* a rule for the status: once a day, ... */
	SCHED_HINT_GONE,   /* it stopped */
	SCHED_HINT_NETWORK /* our own network was down */
};

const char *sched_hint_name(enum sched_hint h); /* "retry-after" */

#define SCHED_NEVER INT64_MAX
#define SCHED_NO_CONTENT_ERRORS 3 /* 204s in a row are an error */

enum sched_life {
	SCHED_ACTIVE,
	SCHED_DEAD,	    /* failed for 180 days, 404 for 30: no more polls */
	SCHED_STOPPED_GONE, /* 410 twice, a day apart; expired JSON Feed */
	SCHED_PAUSED	    /* by the user */
};

const char *sched_life_name(enum sched_life life); /* "active" */

struct sched_params { /* all in seconds; from conf */
	int64_t floor_s, floor_unconditional_s, ceiling_s, websub_s;
	int64_t hint_max_s; /* 7 days */
	int64_t pace_s;	    /* wait of a feed with one entry a day; 0: 1 h */
	int64_t refresh_s;  /* between refreshes by hand; 0: 5 min */
};

/* What is remembered of a feed between polls; the store keeps it as it is. */
struct sched_state {
	enum sched_life life;
	int64_t last_poll_at;	/* 0: never */
	int64_t last_ok_at;	/* 200, 226 or 304; 0: never */
	int64_t last_new_at;	/* a new entry was seen; 0: never */
	double rate_n;		/* decayed count of events of new entries */
	double rate_t_days;	/* decayed time watched */
	int64_t n_errors;	/* failures in a row */
	int64_t first_error_at; /* of this row; 0: none */
	enum sched_outcome last_outcome;
	int64_t first_gone_at;	  /* first 410 since the last success; 0 */
	int64_t first_missing_at; /* the same of 404; 0 */
	int64_t first_expired_at; /* first document that said so; 0 */
	int64_t n_no_content;	  /* 204 and 205 in a row */
	int64_t n_same_body;	  /* unconditional 200s in a row, same bytes */
	int64_t penalty; /* doublings after a 429, until a day without */
	int64_t last_429_at;
	int64_t retry_until;	    /* a Retry-After runs until then, or what
				       a 429 without one means; 0 */
	int64_t refresh_at;	    /* when refreshes by hand are all used up */
	int64_t hours_am, hours_pm; /* new entries by hour of the day, GMT: 12
				       counters of 5 bits each */
	int64_t fresh_until;	    /* the last answer is (RFC 9111); 0 */
	int64_t interval_s;	    /* the user's fixed interval; 0: adaptive */
	bool ignore_hints;	    /* per-feed switch for absurd hints */
	/* Hints that hold until the next good answer: */
	int64_t ttl_s, sy_s; /* 0: none */
	uint32_t skip_hours, skip_days;
	/* The verdict: */
	int64_t due_at; /* SCHED_NEVER: by hand only */
	enum sched_hint hint;
	int64_t hint_s; /* how long that hint asked for */
};

/* One answer, as the scheduler sees it; fetch fills the header part. */
struct sched_answer {
	enum sched_outcome outcome;
	int status;	       /* HTTP, 0: none */
	bool had_validators;   /* the answer gave ETag or Last-Modified */
	bool was_conditional;  /* the request carried one */
	int64_t fresh_s;       /* freshness left (RFC 9111, 4.2); -1: none */
	int64_t retry_after_s; /* -1: none */
	/* From the document, when it parsed: */
	int64_t ttl_s, sy_s;
	uint32_t skip_hours, skip_days;
	int64_t n_new_events; /* new entries; dates within 10 min: one */
	bool is_expired;
	bool websub_active;
	bool is_crowded; /* one of many feeds of its origin, asked with them */
};

/*
 * State after `answer` at `now`: everything above the verdict and the verdict.
 * `feed_id` seeds the stable jitter.
 */
void sched_next(const struct sched_params *p, int64_t feed_id, int64_t now,
    const struct sched_answer *answer, struct sched_state *state);

/*
 * A user's wish changed (interval_s, ignore_hints): plan the next poll anew,
 * from the last one on, by what it told.  Failures and the like keep their
 * wait.
 */
void sched_replan(const struct sched_params *p, int64_t feed_id,
    bool had_validators, struct sched_state *state);

/*
 * Is it asked at another time than it was planned for?  Then it is asked at the
 * same time as others, and of an origin with SCHED_CROWD feeds all might be
 * from now on: `is_crowded` has it wait once for up to twice as long, so that
 * they are spread evenly over the interval.
 */
#define SCHED_CROWD 20
bool sched_is_adrift(const struct sched_state *state, int64_t now);

/* A due feed may be looked at late, by cron or after a suspend: is `now` in its
 * quiet hours?  Then it is due after them. */
bool sched_postpone(struct sched_state *state, int64_t feed_id, int64_t now);

/* State of a feed just added: due now. */
void sched_init(struct sched_state *state, int64_t now);

/*
 * May a person's own refresh go out now?  *ret_wait_s: else in how long.
 * Three at once, then one in `refresh_s`; never while a Retry-After runs.
 * sched_count_refresh() says that one went out.
 */
bool sched_may_refresh(const struct sched_params *p,
    const struct sched_state *state, int64_t now, int64_t *ret_wait_s);
void sched_count_refresh(
    const struct sched_params *p, struct sched_state *state, int64_t now);

/* Is a permanent redirect, seen `n` times running since `since`, to be kept? */
bool sched_may_move(int64_t n, int64_t since, int64_t now);

/* What a person can do about it, as the end of a line; NULL: its own words say
 * so.  Of a feed, or (`is_new`) of an address that is to become one. */
const char *sched_outcome_advice(enum sched_outcome o, bool is_new);

/* Did this poll change what becomes of the feed: stopped, dead, asked once a
 * week?  In words; else NULL. */
const char *sched_step(
    const struct sched_state *was, const struct sched_state *is);

/* One line for a person: what decided, and when, e.g. "the server asked
 * (Retry-After 3600 s); next poll 2026-11-23T15:00:00Z". */
struct buf;
void sched_explain(
    const struct sched_state *state, int64_t now, struct buf *out);

/* Freshness left from raw header values (RFC 9111, 4.2.1); any may be NULL.
 * -1: none given. */
int64_t sched_freshness(const char *cache_control, const char *expires,
    const char *date, const char *age, int64_t elapsed_s, int64_t now);

/* Retry-After in either form against the response's Date; -1: none. */
int64_t sched_retry_after(const char *value, const char *date, int64_t now);

#endif

/* SPDX-License-Identifier: ISC */
/* public: fetch's second header, for the daemon that serves the callbacks. */
/*
 * websub.h - the subscriber's side of WebSub (W3C, 23 January 2018).
 *
 * One struct websub a feed holds all that is known of its subscription; the
 * functions move it from stage to stage and do no I/O: the caller sends the
 * POST that websub_ask() writes, hands over what comes to the callback, and
 * stores the struct (websub_save) after each call that may change it.  The
 * clock is an argument; only tokens and secrets come from the system.
 *
 *   after a fetch:       websub_find(), websub_offer()
 *   at w->next_at:       websub_ask() -> FETCH_POST -> websub_answered()
 *   GET at the callback: websub_verify()      POST: websub_check()
 *   after a poll:        websub_polled()      removal: websub_leave()
 */
#ifndef FETCH_WEBSUB_H
#define FETCH_WEBSUB_H

#include "base/ak.h"
#include "base/arena.h"
#include "base/str.h"

#define WEBSUB_HUBS 3
#define WEBSUB_TOKEN_SIZE 33  /* 128 random bits as hex */
#define WEBSUB_SECRET_SIZE 65 /* 256 */
#define WEBSUB_CHALLENGE_BYTES ((size_t)4096)
#define WEBSUB_MIN_LEASE_S 60
#define WEBSUB_NEVER INT64_MAX

enum websub_stage {
	WEBSUB_OFF,	/* no subscription; none tried before next_at */
	WEBSUB_WANTED,	/* to be asked for at next_at */
	WEBSUB_PENDING, /* asked for; verified before next_at, or asked again */
	WEBSUB_ACTIVE,	/* verified until lease_until; renewed at next_at */
	WEBSUB_LEAVING, /* the feed is gone: to be ended at next_at */
	WEBSUB_GONE	/* ended: 410 for all comers, forgotten at next_at */
};

struct websub {
	enum websub_stage stage;
	char token[WEBSUB_TOKEN_SIZE];	 /* callback: BASE/websub/TOKEN */
	char secret[WEBSUB_SECRET_SIZE]; /* of the request under way, or "" */
	char active_secret[WEBSUB_SECRET_SIZE]; /* of the verified one */
	char *topic;		 /* malloc'ed; NULL: nothing was found yet */
	char *hubs[WEBSUB_HUBS]; /* in order of trial; malloc'ed or NULL */
	int64_t hub;		 /* the one in use */
	int64_t next_at;	 /* unix seconds; WEBSUB_NEVER: nothing to do */
	int64_t asked_at, lease_until, last_push_at; /* 0: never */
	int64_t n_tries;	  /* requests without a verification */
	int64_t n_bad, bad_since; /* wrong signatures of a day */
	int64_t n_missed;	  /* entries a poll found before a push */
	bool is_pending;	  /* a request was accepted by the hub */
	bool saw_strong;	  /* a method better than sha1 came */
	bool asked_leave;	  /* an unsubscription is under way */
};

struct websub_params {
	const char *callback; /* public base URL, "https://host"; NULL: off */
	int64_t min_lease_s;  /* WEBSUB_MIN_LEASE_S but in tests */
};

void websub_init(struct websub *w);
void websub_release(struct websub *w);

/* One line of JSON, and back.  AK_BADINPUT leaves *ret as it was. */
void websub_save(const struct websub *w, struct buf *out);
enum ak_status websub_load(const char *text, struct websub *ret) AK_USE;

/* Hub and topic, absolute, in the arena. */
struct websub_found {
	const char *topic;
	const char *hubs[WEBSUB_HUBS]; /* https first */
	size_t n_hubs;		       /* 0: the feed has none */
};

/*
 * Links of the header first, those of the document only where the header names
 * no hub.  `links` as in fetch_result; `final_url` answered; `doc_self` and
 * `doc_hubs` may be NULL.
 */
void websub_find(struct arena *a, const char *const *links,
    const char *final_url, const char *doc_self, const char *const *doc_hubs,
    size_t n_doc_hubs, struct websub_found *ret);

/* After a good fetch: subscribe where it can be, again where it moved. */
void websub_offer(
    struct websub *w, const struct websub_found *found, int64_t now);

/*
 * At next_at: what to POST (application/x-www-form-urlencoded) where.  NULL:
 * nothing now (a lease ended, a 410 was forgotten: look at the stage).  The
 * URL is `w`'s; send it with https_only, as any other request.
 */
const char *websub_ask(struct websub *w, const struct websub_params *p,
    int64_t now, struct buf *ret_body);

/* The end of that POST: `status` 0 for a failure below HTTP; `moved_to`: the
 * last hop of a redirect by 308 alone, else NULL. */
void websub_answered(
    struct websub *w, int64_t now, int status, const char *moved_to);

/* GET at the callback.  Returns the status; the body for text/plain (with
 * nosniff) in `out`.  `query` raw, may be NULL. */
int websub_verify(struct websub *w, const struct websub_params *p, int64_t now,
    const char *query, struct buf *out);

/* POST at the callback: the status to answer.  *ret_accepted: the body is the
 * topic's and may be parsed; else it is to be dropped. */
int websub_check(struct websub *w, int64_t now, const char *signature,
    const void *body, size_t len, bool *ret_accepted);

/* A safety poll ended: `n_missed` new entries older than an hour that no push
 * had brought. */
void websub_polled(struct websub *w, size_t n_missed);

/* Do pushes come, so that polling may be thinned? */
bool websub_is_active(const struct websub *w, int64_t now);

/* The feed was removed. */
void websub_leave(struct websub *w, int64_t now);

#endif

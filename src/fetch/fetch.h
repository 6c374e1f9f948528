/* SPDX-License-Identifier: ISC */
/*
 * fetch.h - every request akin makes: polite, bounded, guarded.
 *
 * One fetcher lives on one event loop and is used by that thread alone.  It
 * owns the queue: requests wait their turn per host, registrable domain and
 * address, and in all; inside `allow` only two requests for one URL wait for
 * each other.  Every hop of every request goes through the URL and address
 * rules (address.c); nothing else in akin opens a connection outward.
 * curl_global_init() is the program's to call, before the first fetch_new().
 */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "base/ak.h"
#include "base/arena.h"
#include "sched/sched.h"

struct event_base;
struct fetcher;
struct fetch_job;

struct fetch_params {		/* from conf; strings borrowed for the call */
	const char *user_agent; /* "akin/0.1.0 (+URL)" */
	const char *allow;	/* networks, "127.0.0.0/8, ::1/128"; NULL */
	const char *proxy;	/* or NULL: none, never the environment's */
	const char *ca_file;	/* or NULL: the system's */
	int64_t max_total, max_per_host, max_per_domain, max_per_address;
	int64_t host_interval_ms; /* between requests to a public host */
	int64_t connect_ms, first_byte_ms, transfer_ms;
	int64_t body_bytes, wire_bytes;
	int64_t redirects;
	/* For tests: */
	bool private_redirects; /* a public URL may redirect into `allow` */
	bool private_as_public; /* spacing and parking hold in `allow` too */
	const char *const *resolve; /* "HOST:PORT:ADDR[,ADDR]", or NULL; then
				       no other name is found */
};

enum fetch_method { FETCH_GET, FETCH_POST };

struct fetch_req { /* all strings are copied by fetch_start() */
	const char *url;
	enum fetch_method method;
	/* Sent as they came, on the hop to validators_url only: */
	const char *etag, *last_modified;
	const char *validators_url; /* final_url that gave them; NULL: url */
	bool want_delta;	    /* A-IM: feed (only with an etag) */
	const char *accept;	    /* NULL: the feed default */
	/* To the origin of `url` only, on no hop to another: */
	const char *userinfo; /* "user:password", or NULL: url's own if any */
	const char *bearer;   /* or NULL */
	const char *const *headers; /* "Name: value", up to NULL; or NULL */
	const char *client_cert, *client_key; /* files, or NULL */
	const char *proxy;		      /* of this feed, or NULL */
	/* Ask this one instead, as if `url` had answered 301 with it: what
	 * holds for redirects holds for it.  Or NULL. */
	const char *leads_to;
	bool cookies_once; /* kept from hop to hop of this fetch */
	const void *body;  /* POST */
	size_t body_len;
	const char *body_type;
	int64_t max_body_bytes; /* 0: the fetcher's */
	bool urgent;		/* a person waits: to the head of its host */
	bool https_only;	/* refuse a redirect down to http */
	bool is_trusted; /* a URL of the config, never of a feed: it may be
			    private, and no redirect is followed */
};

struct fetch_hop { /* one redirect that was followed */
	int status;
	const char *url; /* where it led */
};

struct fetch_result { /* the callee's to read, freed after the callback */
	/*
	 * AK_OK: an HTTP answer came, whatever its status.  AK_BUSY: the host
	 * is parked, nothing was asked; not this feed's error, try again in
	 * retry_after_s (SCHED_HINT_HOST).  AK_CANCELED: the fetcher closes.
	 */
	enum ak_status st;
	enum sched_outcome outcome; /* by status or failure; OK for 2xx */
	int status;
	struct diag diag; /* one line for a person when st or outcome is bad */
	const char *url;  /* asked for; no URL here has a userinfo */
	const char *final_url; /* that answered, or was to */
	const struct fetch_hop *hops;
	size_t n_hops;
	bool all_permanent; /* every hop was 301 or 308; false without hops */
	char *body; /* of a 2xx, decoded, malloc'ed; take it, set NULL */
	size_t body_len;
	int64_t wire_bytes;
	const char *content_type;
	const char *etag, *last_modified; /* of the final answer, or NULL */
	const char *const *links;	  /* Link: values, NULL-terminated */
	bool is_delta;			  /* 226 with IM: feed, asked for */
	bool was_conditional;
	int64_t fresh_s, retry_after_s; /* -1: none */
	int64_t elapsed_ms;		/* from the first byte sent */
	const char *address;		/* of the peer, or NULL */
};

typedef void (*fetch_cb)(struct fetch_result *r, void *arg);

struct fetcher *fetch_new(struct event_base *base,
    const struct fetch_params *params, struct diag *reterr); /* NULL: bad */
void fetch_free(struct fetcher *f); /* calls back what is under way: CANCELED;
				       not from within a callback */
enum ak_status fetch_reconfigure(struct fetcher *f,
    const struct fetch_params *params, struct diag *reterr) AK_USE;

/*
 * Queue a request.  The callback comes once, always later, on the loop, also
 * for a URL that is refused.  Never NULL.
 */
struct fetch_job *fetch_start(
    struct fetcher *f, const struct fetch_req *req, fetch_cb cb, void *arg);
void fetch_cancel(struct fetcher *f, struct fetch_job *job); /* no callback */

/* The scheduler's view of a result: all but what only the document tells. */
void fetch_answer(const struct fetch_result *r, struct sched_answer *ret);

/* May `url` be fetched, by its scheme, port and literal address alone?  The
 * verdict for URLs from feeds, redirects, the API and imports; no DNS. */
enum ak_status fetch_judge_url(
    const char *url, const char *allow, struct diag *reterr) AK_USE;

struct fetch_stats {
	int64_t n_queued;
	int64_t n_running; /* that count against max_total */
	int64_t n_stalled; /* silent for 3 s: they gave their slot away */
	bool has_ready;	   /* some may start: the next turn of the loop tries */
	int64_t n_requests, n_connections, wire_bytes; /* since fetch_new() */
};
void fetch_stats(const struct fetcher *f, struct fetch_stats *ret);

/*
 * Leave a server alone until `until` (unix seconds), as answers do by
 * themselves: a 429 parks the registrable domain, anything else (503, no
 * connection, TLS) the host alone, and longer each time.  This is for what
 * another process was told.  Hosts inside `allow` are never parked.  The second
 * tells until when, 0: not parked.
 */
void fetch_park(
    struct fetcher *f, const char *url, enum sched_outcome by, int64_t until);
/* The clock was set, by so many seconds: what is parked stays so as long as
 * before. */
void fetch_clock_moved(struct fetcher *f, int64_t by_s);
int64_t fetch_parked_until(const struct fetcher *f, const char *url);

#endif

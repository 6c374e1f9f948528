/* SPDX-License-Identifier: ISC */
/*
 * fetch_int.h - what the files of src/fetch share.
 *
 * A job is one fetch_start(): it waits in the lane of its origin, runs as a
 * transfer, comes back to another lane for each redirect, and ends by one
 * callback.  fetch.c owns jobs, queue.c lanes and limits, multi.c libcurl's
 * handles on the loop, transfer.c one request (request.c what it sends, wire.c
 * what it receives, answer.c what that means), redirect.c the next hop,
 * tls.c the sessions that are kept, outage.c the doubt whether the network is
 * there.
 */
#ifndef FETCH_FETCH_INT_H
#define FETCH_FETCH_INT_H

#include <curl/curl.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/queue.h>
#include <uthash.h>

#include "base/limits.h"
#include "base/str.h"
#include "fetch/address.h"
#include "fetch/decode.h"
#include "fetch/fetch.h"

#define FETCH_LINKS 32	       /* Link: values kept of one answer */
#define FETCH_ROTATE 500       /* transfers a multi handle lives for */
#define FETCH_STALLED_MS 3000  /* silent that long: gives its slot away */
#define FETCH_STALLED_FACTOR 4 /* so many times max_total with those */
#define FETCH_SWEEP_MS 500
#define FETCH_IDLE_MS 60000 /* then idle connections are closed */

TAILQ_HEAD(job_list, fetch_job);
TAILQ_HEAD(lane_list, lane);
TAILQ_HEAD(transfer_list, transfer);
TAILQ_HEAD(session_list, session);
LIST_HEAD(gen_list, gen);

/* A registrable domain, or a public address. */
struct domain {
	UT_hash_handle hh;
	struct lane_list blocked; /* lanes that wait for a slot here */
	int64_t n_lanes;
	int64_t n_running;
	int64_t next_ms;
	int64_t parked_until; /* unix seconds; by a 429 */
	char key[];
};

/* An origin: scheme, host, port. */
struct lane {
	UT_hash_handle hh;
	struct job_list jobs;
	struct lane_list *in; /* the list it stands in, or NULL */
	TAILQ_ENTRY(lane) link;
	struct fetcher *f;
	struct domain *domain; /* NULL: inside `allow`, limits per URL */
	struct event *wake;    /* made when first needed */
	int64_t n_jobs, n_running;
	int64_t next_ms;
	int64_t parked_until; /* unix seconds */
	enum sched_outcome parked_by;
	int64_t n_failures; /* that parked it, in a row */
	char key[];
};

/* A peer that public transfers are connected to. */
struct peer {
	UT_hash_handle hh;
	struct net_addr addr;
	int64_t n_running;
	struct lane_list blocked;
};

struct fetch_job {
	TAILQ_ENTRY(fetch_job) link; /* in its lane, done or doubted */
	struct fetcher *f;
	struct lane *lane;	   /* while it waits or runs */
	struct transfer *transfer; /* while it runs */
	struct job_list *in;	   /* the list it stands in */
	fetch_cb cb;
	void *arg;

	/* Of the request; they point into text[] below. */
	const char *url, *origin;
	const char *etag, *last_modified, *validators_url, *accept;
	const char *userinfo, *bearer, *proxy, *body_type;
	const char *client_cert, *client_key;
	const char *headers; /* each ended by NUL, the last by two */
	const char *body;
	size_t body_len;
	int64_t max_body_bytes;
	enum fetch_method method;
	bool want_delta, urgent, https_only, cookies_once, is_trusted;

	/* Of the hop: */
	char *hop_url; /* NULL: url; else malloc'ed */
	bool is_own_origin, is_https, is_literal, is_private;
	bool entered_private; /* its first URL led into `allow` */
	bool retried_421, wants_digest;
	bool all_permanent;
	struct fetch_hop *hops;
	size_t n_hops;
	int64_t wire_bytes;    /* of the hops before */
	int64_t retry_after_s; /* the longest that a hop asked for; 0 */
	int64_t first_ms;      /* when the first hop began; 0: not yet */
	struct curl_slist *cookies;

	struct fetch_result *early; /* an end without an answer to read */
	char text[];
};

/* Why we ended a transfer ourselves. */
enum stop_reason {
	STOP_NONE,
	STOP_ENOUGH, /* the rest of the body is of no interest */
	STOP_DENIED,
	STOP_PEER_BUSY,
	STOP_NO_SOCKET, /* by the limits of this machine */
	STOP_BODY,
	STOP_WIRE,
	STOP_RATIO,
	STOP_HEADERS,
	STOP_CODING, /* one that we did not offer */
	STOP_DAMAGED,
	STOP_FIRST_BYTE,
	STOP_SLOW
};

struct answer_headers { /* strings in the transfer's arena */
	const char *etag, *last_modified, *content_type, *location;
	const char *content_encoding, *authenticate;
	const char *cache_control, *expires, *date, *age, *retry_after, *im;
	const char *links[FETCH_LINKS + 1];
	size_t n_links;
};

/* One request under way, and a slot that is used again. */
struct transfer {
	TAILQ_ENTRY(transfer) link; /* running or spare */
	struct fetcher *f;
	struct fetch_job *job;
	struct gen *gen;
	CURL *easy;
	struct arena *arena;
	struct answer_headers h;
	struct buf body;
	struct decoder decoder;
	struct peer *peer;
	struct net_addr busy_addr; /* of STOP_PEER_BUSY */
	int64_t started_ms, window_ms, window_bytes;
	int64_t n_header_bytes, n_fields, n_wire;
	int n_slow; /* windows in a row */
	enum stop_reason why;
	struct diag denied; /* or no socket to be had */
	bool heard;	    /* a first line came */
	bool has_body;	    /* its first byte came */
	bool is_wanted;	    /* the body is */
	bool is_stalled;    /* does not count against max_total */
	unsigned epoch;	    /* of the fetcher's params it was made with */
	bool is_special;    /* options that no other may inherit */
	bool was_conditional, sent_delta;
	char error[CURL_ERROR_SIZE];
};

/* A multi handle; the newest takes transfers, older ones run dry. */
struct gen {
	LIST_ENTRY(gen) link;
	struct fetcher *f;
	CURLM *multi;
	struct event *timer;
	int64_t n_started, n_running;
};

struct fetcher {
	struct event_base *base;
	struct fetch_params p; /* strings are ours */
	struct net_list allow;
	struct curl_slist *resolve;
	bool knows_all_names; /* in a test: those of resolve */
	char *accept_line, *coding_line;
	struct arena *scratch;
	unsigned epoch; /* goes up with each fetch_reconfigure() */

	struct lane *lanes;	/* by key */
	struct domain *domains; /* by key */
	struct peer *peers;	/* by address */
	struct lane_list ready;
	struct job_list done;	 /* to be called back */
	struct job_list doubted; /* perhaps the network is down */
	struct transfer_list running, spare;
	int64_t n_active, n_stalled, n_spare;

	struct session *sessions; /* TLS, by origin */
	struct session_list session_age;
	bool keeps_sessions;

	struct gen_list gens; /* newest first */
	struct event *kick;   /* something to do soon */
	struct event *sweep;  /* deadlines, every FETCH_SWEEP_MS */
	struct event *doubt;  /* the verdict on `doubted` */
	bool sweeping;
	int64_t idle_since_ms;
	bool in_callback;
	bool is_down; /* the network, by the last verdict */
	struct fetch_stats stats;
};

/* fetch.c */
void job_end_early(struct fetch_job *job, enum ak_status st,
    enum sched_outcome outcome, int64_t retry_after_s, const char *text);
void job_deliver(struct fetch_job *job, struct fetch_result *r);
const char *job_url(const struct fetch_job *job); /* of the hop */
/* Private networks that it may ask. */
const struct net_list *job_allow(const struct fetch_job *job);
/* Through which proxy, or NULL: the peer is the host itself. */
const char *job_proxy(const struct fetch_job *job);
void fetch_kick(struct fetcher *f);

/* queue.c */
void queue_add(struct fetch_job *job, const struct target *t, bool at_head);
void queue_remove(struct fetch_job *job); /* waits or runs */
void queue_requeue_peer(struct fetch_job *job, const struct net_addr *addr);
void queue_pump(struct fetcher *f);
void queue_cancel(struct fetcher *f, const char *text); /* what waits */
void queue_park(struct fetcher *f, const struct target *t,
    enum sched_outcome by, int64_t until);
int64_t queue_parked_until(const struct fetcher *f, const struct target *t);
void queue_park_lane(struct lane *l, enum sched_outcome by, int64_t after_s);
void queue_park_domain(struct lane *l, int64_t after_s);
void queue_forgive(struct lane *l); /* it answered */
/* End what waits for public hosts: NETWORK_DOWN. */
void queue_fail_public(struct fetcher *f, const char *text);
void queue_collect(struct fetcher *f, bool all); /* frees idle lanes */
void queue_peer_set(struct transfer *t, const struct net_addr *addr);
bool queue_peer_full(struct transfer *t, const struct net_addr *addr);
void queue_peer_release(struct transfer *t);

/* multi.c */
void multi_start(struct transfer *t);
void multi_stop(struct transfer *t);
/* Free handles that have run dry; `idle`: the newest with its connections. */
void multi_collect(struct fetcher *f, bool idle);

/* transfer.c */
void transfer_start(struct fetch_job *job);
void transfer_done(struct transfer *t, CURLcode rc);
void transfer_drop(struct transfer *t); /* canceled */
void transfer_sweep(struct fetcher *f);
void transfer_free_spare(struct fetcher *f);

/* request.c */
void request_init(struct transfer *t);
void request_set(struct transfer *t);

/* wire.c: libcurl's callbacks */
curl_socket_t transfer_on_open(
    void *arg, curlsocktype purpose, struct curl_sockaddr *sa);
int transfer_on_prereq(
    void *arg, char *peer, char *self, int peer_port, int self_port);
size_t transfer_on_body(char *p, size_t size, size_t n, void *arg);

/* answer.c */
size_t answer_on_header(char *p, size_t size, size_t n, void *arg);
void answer_read(
    struct transfer *t, CURLcode rc, int64_t now, struct fetch_result *r);

/* redirect.c: true when the job went on to another hop; else *r is the end. */
bool redirect_follow(struct transfer *t, struct fetch_result *r);
/* A job that was asked nothing yet begins at `to`, as by a 301; *ret is to be
 * queued. */
bool redirect_begin(struct fetch_job *job, const char *to, struct target *ret,
    struct fetch_result *r);

/* tls.c */
void tls_init(struct fetcher *f);
void tls_set(struct transfer *t);
void tls_forget(struct fetcher *f);

/* outage.c */
bool outage_doubts(struct fetch_job *job, const struct fetch_result *r);
void outage_deny(struct fetcher *f); /* a name was found, a peer answered */
void outage_verdict_cb(evutil_socket_t fd, short what, void *arg);

#endif

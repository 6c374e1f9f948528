/* SPDX-License-Identifier: ISC */
/*
 * serve_run.h - private to serve: the service itself, loop thread only.
 */
#ifndef SERVE_SERVE_RUN_H
#define SERVE_SERVE_RUN_H

#include <event2/http.h>
#include <pthread.h>
#include <sys/queue.h>
#include <uthash.h>

#include "base/chan.h"
#include "base/mailbox.h"
#include "base/net.h"
#include "serve/conns.h"
#include "serve/serve_int.h"

struct ticket {
	uint64_t number;
	struct evhttp_request *evreq;
	UT_hash_handle hh;
};

struct worker {
	pthread_t thread;
	struct chan *inbox;
	struct mailbox *done;
	struct store_reader *reader;
	struct store *store; /* the writer's; NULL in a reader */
	struct side *side;
};

/* What /metrics says of serve itself. */
#define METRICS_BUCKETS 8
struct metrics {
	uint64_t by_class[6]; /* answers by status / 100 */
	uint64_t bucket[METRICS_BUCKETS + 1];
	uint64_t total_ms;
	uint64_t bytes;
};

struct serve {
	struct serve_ops ops;
	char *path;
	char *base_url, *hosts, *listen; /* of [http] */
	struct net_list proxies;
	enum images images;
	char image_key[TOKEN_SECRET_SIZE];
	struct evhttp *http;
	struct conns *conns;
	int port;
	int ports[32]; /* of all TCP listeners, for the Host check */
	size_t n_ports;
	struct ticket *tickets;
	uint64_t last_ticket;
	struct chan *reads, *writes;
	struct mailbox *done;
	struct worker *workers; /* the first one writes */
	size_t n_workers;
	struct side *side;
	int64_t n_queued;
	TAILQ_HEAD(, job) asking;  /* wait for ops.add to answer */
	TAILQ_HEAD(, job) imaging; /* ops.image fetches for these ... */
	TAILQ_HEAD(, job) queuing; /* ... and then for these */
	int64_t n_imaging;
	LIST_HEAD(, icon) icons; /* ops.image fetches these too */
	int64_t n_icons;
	struct throttle *throttle;
	struct metrics counts;
	bool is_stopping;
};

/* A job for a worker that no client asked for, the handler of `route`. */
struct job *errand_new(struct serve *s, const struct route *route);
/* Takes it; false: the queue is full. */
bool errand_send(struct serve *s, struct job *j);

/* listen.c */
enum ak_status listen_all(struct serve *s, struct event_base *base,
    const char *list, struct diag *reterr) AK_USE;

/* request.c: fill j->req and j->route.  false: j->reply has the answer. */
bool request_read(struct serve *s, struct evhttp_request *evreq, struct job *j);

/* send.c: the job stays the caller's. */
void send_reply(struct serve *s, struct job *j, struct evhttp_request *evreq);
/* A conns_refuse_cb; `arg` is the serve. */
void send_refusal(struct evbuffer *out, int status, void *arg);

/* metrics.c */
void metrics_count(struct metrics *m, const struct job *j, int64_t now_ms);
void metrics_count_refusal(struct metrics *m, int status);
void metrics_get(struct job *j);
void metrics_ask(
    struct serve *s, struct job *j); /* before it leaves the loop */

/* touch.c: keep a token's time of last use, at most once an hour. */
void touch_later(struct serve *s, struct job *j);

#endif

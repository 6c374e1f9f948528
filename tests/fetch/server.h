/* SPDX-License-Identifier: ISC */
/*
 * server.h - an HTTP server that answers what a test tells it to, byte for
 * byte, on the test's own event loop; and one fetch with its result copied.
 */
#ifndef TESTS_FETCH_SERVER_H
#define TESTS_FETCH_SERVER_H

#include "tests/testing.h"

#include <event2/event.h>

#include "fetch/fetch.h"

struct srv;

/* One request that came; the strings live as long as the server. */
struct srv_req {
	struct srv *srv;
	struct bufferevent *bev; /* NULL once the connection is gone */
	int connection;		 /* 1, 2, ... */
	int64_t at_ms;
	const char *path; /* with the query */
	const char *head; /* request line and header lines */
	size_t index;	  /* 0, 1, ... */
};

/* Answers, now or later, by srv_send() and srv_close(); or never. */
typedef void (*srv_handler)(struct srv_req *r, void *arg);

struct srv {
	struct event_base *base;
	struct evconnlistener *listener;
	uint16_t port;
	srv_handler handler;
	void *arg;
	struct srv_req **reqs;
	size_t n_reqs;
	int n_connections;
	int n_open, n_open_most; /* requests not yet answered */
};

void srv_start(struct srv *s, struct event_base *base, const char *address,
    uint16_t port, srv_handler handler, void *arg); /* port 0: any */
void srv_stop(struct srv *s);

void srv_send(struct srv_req *r, const void *p, size_t len);
void srv_text(struct srv_req *r, const char *text);
void srv_close(struct srv_req *r); /* after what was sent */
void srv_reset(struct srv_req *r);
/* Status line, these header lines (each with CRLF, or ""), length, body. */
void srv_answer(
    struct srv_req *r, int status, const char *headers, const char *body);

/* The value of a header line of a request, malloc'ed; NULL: not there. */
char *srv_header(const struct srv_req *r, const char *name);
#define assert_header(r, name, value)                                          \
	do {                                                                   \
		char *value_ = srv_header(r, name);                            \
		assert_non_null(value_);                                       \
		assert_string_equal(value_, value);                            \
		free(value_);                                                  \
	} while (0)
#define assert_no_header(r, name) assert_null(srv_header(r, name))

/* What a fetch ended with; strings malloc'ed. */
struct got {
	bool done;
	int64_t at_ms;
	enum ak_status st;
	enum sched_outcome outcome;
	int status;
	char *diag, *final_url, *body, *content_type, *etag, *last_modified;
	size_t body_len, n_hops, n_links;
	int hop_status[8];
	char *hop_url[8], *link[8];
	int64_t wire_bytes, fresh_s, retry_after_s;
	bool all_permanent, is_delta, was_conditional;
	struct sched_answer answer;
};

/* A loop, a server on 127.0.0.1, a fetcher that may ask loopback. */
struct fix {
	struct event_base *base;
	struct srv srv;
	struct fetch_params p;
	struct fetcher *f;
	struct got got;
};

void fix_open(struct fix *x, srv_handler handler, void *arg);
void fix_params(struct fix *x); /* f again, by x->p */
void fix_close(struct fix *x);
char *fix_url(struct fix *x, const char *path); /* malloc'ed */

void got_cb(struct fetch_result *r, void *got);
void got_clear(struct got *g);
/* Start `req` and run the loop until it is done; x->got has the end. */
void fix_fetch(struct fix *x, const struct fetch_req *req);
void fix_get(struct fix *x, const char *path);
void fix_run(struct fix *x, struct got *g, size_t n); /* until all are done */

#endif

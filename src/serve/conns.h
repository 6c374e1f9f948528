/* SPDX-License-Identifier: ISC */
/*
 * conns.h - how many clients, how long they may take to ask, how many may ask
 * at length, and what is said to those who ask for nothing that evhttp knows.
 */
#ifndef SERVE_CONNS_H
#define SERVE_CONNS_H

#include "base/ak.h"

struct evbuffer;
struct event_base;
struct evhttp;
struct evhttp_bound_socket;
struct evhttp_request;
struct conns;

/* An answer of evhttp's own with this status was taken back: put a better one
 * into `out`. */
typedef void (*conns_refuse_cb)(struct evbuffer *out, int status, void *arg);

/* Installs itself as the maker of `http`'s connections. */
struct conns *conns_new(struct event_base *base, struct evhttp *http,
    conns_refuse_cb refuse, void *arg);
void conns_free(struct conns *c); /* after evhttp_free() */
void conns_add_listener(struct conns *c, struct evhttp_bound_socket *b);
/* A whole request has come: its clock stops until it is answered. */
void conns_asked(struct conns *c, struct evhttp_request *evreq);
/* Its answer, through evhttp; its clock starts again. */
void conns_answer(struct conns *c, struct evhttp_request *evreq, int status,
    struct evbuffer *body);
size_t conns_count(const struct conns *c);

#endif

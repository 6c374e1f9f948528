/* SPDX-License-Identifier: ISC */
/*
 * conns.h - how many clients, how long they may take to ask, and how many may
 * ask at length.
 */
#ifndef SERVE_CONNS_H
#define SERVE_CONNS_H

#include "base/ak.h"

struct bufferevent;
struct event_base;
struct evhttp;
struct evhttp_bound_socket;
struct evhttp_request;
struct conns;

/* Installs itself as the maker of `http`'s connections. */
struct conns *conns_new(struct event_base *base, struct evhttp *http);
void conns_free(struct conns *c); /* after evhttp_free() */
void conns_add_listener(struct conns *c, struct evhttp_bound_socket *b);
/* A whole request has come: its clock stops until it is answered. */
void conns_asked(struct conns *c, struct evhttp_request *evreq);
void conns_answered(struct conns *c, struct evhttp_request *evreq);
size_t conns_count(const struct conns *c);

#endif

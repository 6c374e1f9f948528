/* SPDX-License-Identifier: ISC */
/*
 * conns.c - a ceiling on connections and on large bodies, and a clock on slow
 * requests.
 *
 * libevent 2.1 has neither: its timeouts are between two reads, so a client
 * that drips a byte a second holds a connection for ever, and nothing limits
 * how many there are.  We make the bufferevents, keep a reference to each, and
 * look at them now and then: one whose callbacks are gone was freed by evhttp.
 * At the ceiling the listeners pause; the kernel's backlog then holds clients.
 *
 * evhttp has one limit for all bodies, and reads them before it asks us.  So
 * the bytes that come are counted: few requests may be larger than the most
 * need at a time, and one more is cut.
 *
 * evhttp answers by itself what it cannot read (400, 413, 501), in HTML and
 * with no header that could be set.  Whatever gets into a connection's output
 * without us is such an answer; before the socket is looked at again it is
 * taken back and a better one put in its place.
 */
#include "serve/conns.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"

struct conn {
	struct conns *conns;
	struct bufferevent *bev; /* a reference of ours */
	size_t n_bytes;		 /* of the request that comes */
	bool is_large, is_refused;
	int64_t since_ms; /* waiting for a request since; 0: being
			     answered */
	TAILQ_ENTRY(conn) entry;
};

#define MAX_LISTENERS 32

struct conns {
	struct event_base *base;
	TAILQ_HEAD(, conn) all;
	size_t n, n_large;
	struct evconnlistener *listeners[MAX_LISTENERS];
	size_t n_listeners;
	bool is_paused, is_answering;
	struct event *sweep, *mend;
	conns_refuse_cb refuse;
	void *arg;
};

/* The next request begins. */
static void
restart(struct conn *k)
{
	k->n_bytes = 0;
	k->conns->n_large -= k->is_large;
	k->is_large = false;
}

static void
count_cb(struct evbuffer *in, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *k = arg;
	struct conns *c = k->conns;

	(void)in;
	k->n_bytes += info->n_added;
	if (k->is_large || info->n_added == 0 ||
	    k->n_bytes <= LIMIT_HTTP_BODY_BYTES + LIMIT_HTTP_HEADER_BYTES)
		return;
	if (c->n_large < LIMIT_HTTP_LARGE) {
		k->is_large = true;
		c->n_large++;
	} else {
		bufferevent_trigger_event(k->bev,
		    BEV_EVENT_READING | BEV_EVENT_EOF,
		    BEV_TRIG_DEFER_CALLBACKS);
	}
}

static void
output_cb(struct evbuffer *out, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *k = arg;

	(void)out;
	if (info->n_added == 0 || k->conns->is_answering || k->is_refused)
		return;
	k->is_refused = true; /* it is not whole yet */
	event_active(k->conns->mend, EV_TIMEOUT, 0);
}

static void
mend(struct conns *c, struct conn *k)
{
	static const char version[] = "HTTP/1.";
	struct evbuffer *out = bufferevent_get_output(k->bev);
	char head[13] = {0};
	int64_t status;

	k->is_refused = false;
	(void)evbuffer_copyout(out, head, sizeof(head) - 1);
	/* An invitation to go on stays. */
	if (!str_starts(head, version) ||
	    !str_to_i64(head + sizeof("HTTP/1.1"), 400, 599, &status))
		return;
	c->is_answering = true;
	/* The bufferevent alone takes from it otherwise. */
	(void)evbuffer_unfreeze(out, 1);
	(void)evbuffer_drain(out, evbuffer_get_length(out));
	c->refuse(out, (int)status, c->arg);
	(void)evbuffer_freeze(out, 1);
	c->is_answering = false;
}

static void
mend_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conns *c = arg;
	struct conn *k;

	(void)fd;
	(void)what;
	TAILQ_FOREACH (k, &c->all, entry) {
		if (k->is_refused)
			mend(c, k);
	}
}

static void
drop(struct conns *c, struct conn *k)
{
	TAILQ_REMOVE(&c->all, k, entry);
	c->n--;
	restart(k);
	(void)evbuffer_remove_cb(bufferevent_get_input(k->bev), count_cb, k);
	(void)evbuffer_remove_cb(bufferevent_get_output(k->bev), output_cb, k);
	(void)bufferevent_decref(k->bev);
	free(k);
}

static bool
is_freed(struct bufferevent *bev)
{
	bufferevent_event_cb cb = NULL;

	bufferevent_getcb(bev, NULL, NULL, &cb, NULL);
	return cb == NULL;
}

static void
pause_listeners(struct conns *c, bool pause)
{
	if (c->is_paused == pause)
		return;
	c->is_paused = pause;
	for (size_t i = 0; i < c->n_listeners; i++) {
		if (pause)
			(void)evconnlistener_disable(c->listeners[i]);
		else
			(void)evconnlistener_enable(c->listeners[i]);
	}
}

static void
sweep(struct conns *c)
{
	int64_t now = clock_mono_ms();
	struct conn *k, *next;

	for (k = TAILQ_FIRST(&c->all); k != NULL; k = next) {
		next = TAILQ_NEXT(k, entry);
		if (is_freed(k->bev)) {
			drop(c, k);
		} else if (k->since_ms != 0 &&
			   now - k->since_ms > LIMIT_HTTP_REQUEST_S * 1000) {
			k->since_ms = now;
			bufferevent_trigger_event(k->bev,
			    BEV_EVENT_READING | BEV_EVENT_TIMEOUT,
			    BEV_TRIG_DEFER_CALLBACKS);
		}
	}
	pause_listeners(c, c->n >= LIMIT_HTTP_CONNECTIONS);
}

static void
schedule(struct conns *c)
{
	struct timeval soon = {0, 20000}, later = {1, 0};

	(void)event_add(c->sweep, c->is_paused ? &soon : &later);
}

static void
sweep_cb(evutil_socket_t fd, short what, void *arg)
{
	struct conns *c = arg;

	(void)fd;
	(void)what;
	sweep(c);
	if (c->n > 0)
		schedule(c);
}

static struct bufferevent *
make(struct event_base *base, void *arg)
{
	struct conns *c = arg;
	struct conn *k = xcalloc(1, sizeof(*k));

	k->bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (k->bev == NULL)
		mem_none();
	bufferevent_incref(k->bev);
	k->conns = c;
	(void)evbuffer_add_cb(bufferevent_get_input(k->bev), count_cb, k);
	(void)evbuffer_add_cb(bufferevent_get_output(k->bev), output_cb, k);
	k->since_ms = clock_mono_ms();
	TAILQ_INSERT_TAIL(&c->all, k, entry);
	c->n++;
	/* Not sweep(): evhttp has not set this one's callbacks yet. */
	if (c->n >= LIMIT_HTTP_CONNECTIONS)
		pause_listeners(c, true);
	schedule(c);
	return k->bev;
}

struct conns *
conns_new(struct event_base *base, struct evhttp *http, conns_refuse_cb refuse,
    void *arg)
{
	struct conns *c = xcalloc(1, sizeof(*c));

	c->base = base;
	TAILQ_INIT(&c->all);
	c->sweep = evtimer_new(base, sweep_cb, c);
	c->mend = evtimer_new(base, mend_cb, c);
	assert(c->sweep != NULL && c->mend != NULL);
	c->refuse = refuse;
	c->arg = arg;
	evhttp_set_bevcb(http, make, c);
	return c;
}

void
conns_free(struct conns *c)
{
	struct conn *k;

	if (c == NULL)
		return;
	event_free(c->sweep);
	event_free(c->mend);
	while ((k = TAILQ_FIRST(&c->all)) != NULL)
		drop(c, k);
	free(c);
}

void
conns_add_listener(struct conns *c, struct evhttp_bound_socket *b)
{
	if (c->n_listeners < MAX_LISTENERS)
		c->listeners[c->n_listeners++] =
		    evhttp_bound_socket_get_listener(b);
}

static struct conn *
find(struct conns *c, struct evhttp_request *evreq)
{
	struct bufferevent *bev = evhttp_connection_get_bufferevent(
	    evhttp_request_get_connection(evreq));
	struct conn *k;

	TAILQ_FOREACH (k, &c->all, entry) {
		if (k->bev == bev)
			return k;
	}
	return NULL;
}

void
conns_asked(struct conns *c, struct evhttp_request *evreq)
{
	struct conn *k = find(c, evreq);

	if (k != NULL)
		k->since_ms = 0;
}

void
conns_answer(struct conns *c, struct evhttp_request *evreq, int status,
    struct evbuffer *body)
{
	struct conn *k = find(c, evreq);

	if (k != NULL) {
		k->since_ms = clock_mono_ms();
		restart(k);
		/* The next sweep soon frees what this answer closes. */
		if (c->n > LIMIT_HTTP_CONNECTIONS / 2)
			schedule(c);
	}
	c->is_answering = true;
	evhttp_send_reply(evreq, status, NULL, body);
	c->is_answering = false;
}

size_t
conns_count(const struct conns *c)
{
	return c->n;
}

/* SPDX-License-Identifier: ISC */
#include "tests/fetch/server.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/str.h"

struct conn {
	struct srv *srv;
	struct bufferevent *bev;
	int number;
	bool closing;
};

static void
conn_free(struct conn *c)
{
	for (size_t i = 0; i < c->srv->n_reqs; i++)
		if (c->srv->reqs[i]->bev == c->bev)
			c->srv->reqs[i]->bev = NULL;
	bufferevent_free(c->bev);
	free(c);
}

static void
take_request(struct conn *c, char *head)
{
	struct srv *s = c->srv;
	struct srv_req *r = xcalloc(1, sizeof(*r));
	char *path = strchr(head, ' ');

	assert_non_null(path);
	r->srv = s;
	r->bev = c->bev;
	r->connection = c->number;
	r->at_ms = clock_mono_ms();
	r->head = head;
	r->path = xstrndup(path + 1, strcspn(path + 1, " \r"));
	r->index = s->n_reqs;
	s->reqs = xreallocarray(s->reqs, s->n_reqs + 1, sizeof(*s->reqs));
	s->reqs[s->n_reqs++] = r;
	if (++s->n_open > s->n_open_most)
		s->n_open_most = s->n_open;
	s->handler(r, s->arg);
}

/* Bytes of a body that follow this head. */
static size_t
body_length(const char *head)
{
	const char *p = ascii_istr(head, "\r\nContent-Length:");

	return p != NULL ? strtoul(p + 17, NULL, 10) : 0;
}

static void
read_cb(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	struct evbuffer_ptr end;

	for (;;) {
		size_t len, body;
		char *head;

		end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
		if (end.pos < 0)
			return;
		len = (size_t)end.pos + 4;
		head = xcalloc(1, len + 1);
		(void)evbuffer_copyout(in, head, len);
		body = body_length(head);
		if (evbuffer_get_length(in) < len + body) {
			free(head);
			return;
		}
		/* The body is kept with the head. */
		head = xreallocarray(head, len + body + 1, 1);
		(void)evbuffer_remove(in, head, len + body);
		head[len + body] = '\0';
		take_request(c, head);
	}
}

static void
write_cb(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;

	if (c->closing && evbuffer_get_length(bufferevent_get_output(bev)) == 0)
		conn_free(c);
}

static void
event_cb(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		conn_free(arg);
}

static void
accept_cb(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa,
    int len, void *arg)
{
	struct srv *s = arg;
	struct conn *c = xcalloc(1, sizeof(*c));

	(void)l;
	(void)sa;
	(void)len;
	c->srv = s;
	c->number = ++s->n_connections;
	c->bev = bufferevent_socket_new(s->base, fd, BEV_OPT_CLOSE_ON_FREE);
	assert_non_null(c->bev);
	bufferevent_setcb(c->bev, read_cb, write_cb, event_cb, c);
	(void)bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

void
srv_start(struct srv *s, struct event_base *base, const char *address,
    uint16_t port, srv_handler handler, void *arg)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	socklen_t len = sizeof(in);

	*s = (struct srv){.base = base, .handler = handler, .arg = arg};
	in.sin_port = htons(port);
	assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
	s->listener = evconnlistener_new_bind(base, accept_cb, s,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, 64,
	    (struct sockaddr *)&in, sizeof(in));
	assert_non_null(s->listener);
	assert_int_equal(getsockname(evconnlistener_get_fd(s->listener),
			     (struct sockaddr *)&in, &len),
	    0);
	s->port = ntohs(in.sin_port);
}

void
srv_stop(struct srv *s)
{
	evconnlistener_free(s->listener);
	for (size_t i = 0; i < s->n_reqs; i++) {
		struct bufferevent *bev = s->reqs[i]->bev;
		bufferevent_data_cb read, write;
		bufferevent_event_cb event;
		void *conn;

		if (bev != NULL) {
			bufferevent_getcb(bev, &read, &write, &event, &conn);
			conn_free(conn);
		}
	}
	for (size_t i = 0; i < s->n_reqs; i++) {
		free((char *)(uintptr_t)s->reqs[i]->path);
		free((char *)(uintptr_t)s->reqs[i]->head);
		free(s->reqs[i]);
	}
	free(s->reqs);
}

void
srv_send(struct srv_req *r, const void *p, size_t len)
{
	if (r->bev != NULL)
		(void)bufferevent_write(r->bev, p, len);
}

void
srv_text(struct srv_req *r, const char *text)
{
	srv_send(r, text, strlen(text));
}

void
srv_close(struct srv_req *r)
{
	bufferevent_data_cb read, write;
	bufferevent_event_cb event;
	struct conn *c;
	void *arg;

	if (r->bev == NULL)
		return;
	r->srv->n_open--;
	bufferevent_getcb(r->bev, &read, &write, &event, &arg);
	c = arg;
	c->closing = true;
	if (evbuffer_get_length(bufferevent_get_output(r->bev)) == 0)
		conn_free(c);
}

void
srv_reset(struct srv_req *r)
{
	struct linger l = {1, 0};

	if (r->bev == NULL)
		return;
	(void)setsockopt(
	    bufferevent_getfd(r->bev), SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	srv_close(r);
}

void
srv_answer(struct srv_req *r, int status, const char *headers, const char *body)
{
	char *head = xasprintf("HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n",
	    status, headers, strlen(body));

	srv_text(r, head);
	srv_text(r, body);
	free(head);
	r->srv->n_open--;
}

char *
srv_header(const struct srv_req *r, const char *name)
{
	char *key = xasprintf("\r\n%s: ", name);
	const char *p = ascii_istr(r->head, key);
	char *value = NULL;

	if (p != NULL) {
		p += strlen(key);
		value = xstrndup(p, strcspn(p, "\r"));
	}
	free(key);
	return value;
}

/* -------------------------------------------------------------- a fetch */

static char *
copy(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

void
got_cb(struct fetch_result *r, void *arg)
{
	struct got *g = arg;

	assert_false(g->done);
	*g = (struct got){.done = true,
	    .at_ms = clock_mono_ms(),
	    .st = r->st,
	    .outcome = r->outcome,
	    .status = r->status,
	    .diag = copy(r->diag.text),
	    .final_url = copy(r->final_url),
	    .content_type = copy(r->content_type),
	    .etag = copy(r->etag),
	    .last_modified = copy(r->last_modified),
	    .body = r->body,
	    .body_len = r->body_len,
	    .n_hops = r->n_hops,
	    .wire_bytes = r->wire_bytes,
	    .fresh_s = r->fresh_s,
	    .retry_after_s = r->retry_after_s,
	    .all_permanent = r->all_permanent,
	    .is_delta = r->is_delta,
	    .was_conditional = r->was_conditional};
	r->body = NULL;
	fetch_answer(r, &g->answer);
	for (size_t i = 0; i < r->n_hops && i < 8; i++) {
		g->hop_status[i] = r->hops[i].status;
		g->hop_url[i] = copy(r->hops[i].url);
	}
	for (; r->links[g->n_links] != NULL && g->n_links < 8; g->n_links++)
		g->link[g->n_links] = copy(r->links[g->n_links]);
}

void
got_clear(struct got *g)
{
	free(g->diag);
	free(g->final_url);
	free(g->body);
	free(g->content_type);
	free(g->etag);
	free(g->last_modified);
	for (size_t i = 0; i < 8; i++) {
		free(g->hop_url[i]);
		free(g->link[i]);
	}
	*g = (struct got){0};
}

void
fix_open(struct fix *x, srv_handler handler, void *arg)
{
	*x = (struct fix){.p = {.user_agent = "akin/test (+https://a.example/)",
			      .allow = "127.0.0.1/32",
			      .max_total = 8,
			      .max_per_host = 1,
			      .max_per_domain = 2,
			      .max_per_address = 4,
			      .host_interval_ms = 1000,
			      .connect_ms = 2000,
			      .first_byte_ms = 5000,
			      .transfer_ms = 10000,
			      .body_bytes = 32 << 20,
			      .wire_bytes = 16 << 20,
			      .redirects = 5}};
	(void)curl_global_init(CURL_GLOBAL_ALL);
	clock_init();
	x->base = event_base_new();
	assert_non_null(x->base);
	srv_start(&x->srv, x->base, "127.0.0.1", 0, handler, arg);
	fix_params(x);
}

void
fix_params(struct fix *x)
{
	struct diag d;

	fetch_free(x->f);
	x->f = fetch_new(x->base, &x->p, &d);
	assert_non_null(x->f);
}

void
fix_close(struct fix *x)
{
	fetch_free(x->f);
	srv_stop(&x->srv);
	got_clear(&x->got);
	event_base_free(x->base);
}

char *
fix_url(struct fix *x, const char *path)
{
	return xasprintf("http://127.0.0.1:%d%s", x->srv.port, path);
}

void
fix_run(struct fix *x, struct got *g, size_t n)
{
	int64_t end = clock_mono_ms() + 120000;

	for (size_t i = 0; i < n; i++) {
		while (!g[i].done) {
			assert_true(clock_mono_ms() < end);
			(void)event_base_loop(x->base, EVLOOP_ONCE);
		}
	}
}

void
fix_fetch(struct fix *x, const struct fetch_req *req)
{
	got_clear(&x->got);
	(void)fetch_start(x->f, req, got_cb, &x->got);
	fix_run(x, &x->got, 1);
}

void
fix_get(struct fix *x, const char *path)
{
	char *url = fix_url(x, path);
	struct fetch_req req = {.url = url};

	fix_fetch(x, &req);
	free(url);
}

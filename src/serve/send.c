/* SPDX-License-Identifier: ISC */
/*
 * send.c - a reply as evhttp sends it, with the headers that all have; and the
 * one that stands for evhttp's own.
 */
#include "serve/serve_run.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

#define SANDBOX "default-src 'none'; sandbox"

static const struct {
	const char *name, *value;
} common[] = {{"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"}};

static void
add_security_headers(const struct job *j, struct evkeyvalq *h)
{
	const struct reply *r = &j->reply;

	(void)evhttp_add_header(h, "Content-Security-Policy",
	    r->is_sandboxed ? SANDBOX
	    : j->images == IMAGES_DIRECT
		? "default-src 'none'; script-src 'self'; style-src 'self'; "
		  "img-src 'self' https: http: data:; media-src https: http:; "
		  "connect-src 'self'; form-action 'self'; base-uri 'none'; "
		  "frame-ancestors 'none'"
		: "default-src 'none'; script-src 'self'; style-src 'self'; "
		  "img-src 'self' data:; connect-src 'self'; "
		  "form-action 'self'; base-uri 'none'; "
		  "frame-ancestors 'none'");
	for (size_t i = 0; i < AK_COUNT(common); i++)
		(void)evhttp_add_header(h, common[i].name, common[i].value);
	(void)evhttp_add_header(
	    h, "Cache-Control", r->cache != NULL ? r->cache : "no-store");
}

void
send_refusal(struct evbuffer *out, int status, void *arg)
{
	struct serve *s = arg;
	char body[256];
	int len;

	/* No path was read that would say which dress it wants. */
	len = snprintf(body, sizeof(body),
	    "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,"
	    "\"detail\":\"%s\"}",
	    status_title(status), status,
	    status == 413   ? "the request is too big"
	    : status == 501 ? "this method is not known here"
			    : "this is no request that can be read");
	(void)evbuffer_add_printf(out,
	    "HTTP/1.1 %d %s\r\nContent-Type: " TYPE_PROBLEM
	    "\r\nContent-Length: %d\r\nConnection: close\r\n"
	    "Cache-Control: no-store\r\nContent-Security-Policy: " SANDBOX
	    "\r\n",
	    status, status_title(status), len);
	for (size_t i = 0; i < AK_COUNT(common); i++)
		(void)evbuffer_add_printf(
		    out, "%s: %s\r\n", common[i].name, common[i].value);
	(void)evbuffer_add_printf(out, "\r\n%s", body);
	metrics_count_refusal(&s->counts, status);
}

static void
free_body(const void *data, size_t len, void *extra)
{
	(void)len;
	(void)extra;
	free((void *)(uintptr_t)data);
}

void
send_reply(struct serve *s, struct job *j, struct evhttp_request *evreq)
{
	struct evkeyvalq *h = evhttp_request_get_output_headers(evreq);
	struct reply *r = &j->reply;
	struct evbuffer *body = evbuffer_new();
	char len[24];

	add_security_headers(j, h);
	for (size_t i = 0; i < r->n_headers; i++)
		(void)evhttp_add_header(
		    h, r->headers[i].name, r->headers[i].value);
	/* Else evhttp says that nothing is HTML in Latin-1. */
	if (r->type != NULL || (r->status != 204 && r->status != 304))
		(void)evhttp_add_header(
		    h, "Content-Type", r->type != NULL ? r->type : TYPE_TEXT);
	if (r->is_gzipped)
		(void)evhttp_add_header(h, "Content-Encoding", "gzip");
	if (r->type != NULL && !j->req.is_head)
		(void)evhttp_add_header(h, "Vary", "Accept-Encoding");
	(void)snprintf(len, sizeof(len), "%zu", r->body.len);
	if (r->status != 204 && r->status != 304)
		(void)evhttp_add_header(h, "Content-Length", len);
	if (r->body.len > 0 && !j->req.is_head) {
		size_t n = r->body.len;

		(void)evbuffer_add_reference(
		    body, buf_steal(&r->body), n, free_body, NULL);
	}
	metrics_count(&s->counts, j, clock_mono_ms());
	conns_answer(s->conns, evreq, r->status, body);
	evbuffer_free(body);
}

/* SPDX-License-Identifier: ISC */
/*
 * send.c - a reply as evhttp sends it, with the headers that all have.
 *
 * libevent's own answers, to what is no HTTP, have none of them: it clears the
 * headers and offers no hook.  They hold nothing that was sent.
 */
#include "serve/serve_run.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

static void
add_security_headers(const struct job *j, struct evkeyvalq *h)
{
	const struct reply *r = &j->reply;

	(void)evhttp_add_header(h, "Content-Security-Policy",
	    r->is_sandboxed ? "default-src 'none'; sandbox"
	    : j->images == IMAGES_DIRECT
		? "default-src 'none'; script-src 'self'; style-src 'self'; "
		  "img-src 'self' https: http: data:; media-src https: http:; "
		  "connect-src 'self'; form-action 'self'; base-uri 'none'; "
		  "frame-ancestors 'none'"
		: "default-src 'none'; script-src 'self'; style-src 'self'; "
		  "img-src 'self' data:; connect-src 'self'; "
		  "form-action 'self'; base-uri 'none'; "
		  "frame-ancestors 'none'");
	(void)evhttp_add_header(h, "X-Content-Type-Options", "nosniff");
	(void)evhttp_add_header(h, "Referrer-Policy", "no-referrer");
	(void)evhttp_add_header(h, "Cross-Origin-Opener-Policy", "same-origin");
	(void)evhttp_add_header(
	    h, "Cross-Origin-Resource-Policy", "same-origin");
	(void)evhttp_add_header(
	    h, "Cache-Control", r->cache != NULL ? r->cache : "no-store");
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
	if (r->type != NULL)
		(void)evhttp_add_header(h, "Content-Type", r->type);
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
	conns_answered(s->conns, evreq);
	evhttp_send_reply(evreq, r->status, NULL, body);
	evbuffer_free(body);
}

/* SPDX-License-Identifier: ISC */
/*
 * feedd DIR [LOG]: a small feed server for tests, on a free port of 127.0.0.1
 * that it prints.  It ends when its standard input does, or after ten minutes.
 *
 *   /NAME              DIR/NAME with an ETag; If-None-Match is honoured;
 *                      the status of DIR/NAME.status, where there is one
 *   /status/CODE/NAME  that status; 429 and 503 with Retry-After: 3600
 *   /redir/CODE/NAME   to /NAME
 *   /lead/REST         301 to http://REST, another host
 *   /slow/MS/NAME      DIR/NAME, MS milliseconds later; at once where there is
 *                      DIR/hurry
 *   /fresh/S/NAME      DIR/NAME, fresh for so many seconds
 *   /odd/NAME          DIR/NAME with validators that look like none
 *   /plain/NAME        DIR/NAME without validators
 *   /coded/NAME        DIR/NAME in a coding whose name is no text
 *   /cookie/NAME       DIR/NAME for whoever brings the cookie back, which a
 *                      redirect to itself sets
 *   /auth/NAME         DIR/NAME for whoever sends some password
 *
 * As a proxy it is every host, so that names of public hosts can be asked for
 * without any of them: the log has the whole URL then.
 *
 * LOG gets "METHOD URI STATUS IF-NONE-MATCH USER-AGENT", a line a request; then
 * what it was asked with ("auth=...", "key=..."), of a POST also the event, the
 * signature and the body.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "tests/e2e/stub.h"
#include "tests/testing.h"

struct feedd {
	struct event_base *base;
	const char *dir;
	FILE *log;
};

struct late { /* an answer that waits */
	struct feedd *d;
	struct evhttp_request *req;
	char *name;
	struct event *timer;
};

static void
log_post(struct feedd *d, struct evhttp_request *req)
{
	struct evkeyvalq *in = evhttp_request_get_input_headers(req);
	struct evbuffer *body = evhttp_request_get_input_buffer(req);
	const char *event = evhttp_find_header(in, "X-Akin-Event");
	const char *mac = evhttp_find_header(in, "X-Akin-Signature");
	size_t len = evbuffer_get_length(body);

	(void)fprintf(d->log, " %s %s %.*s", event != NULL ? event : "-",
	    mac != NULL ? mac : "-", (int)len,
	    (const char *)evbuffer_pullup(body, -1));
}

static void
log_field(
    struct feedd *d, struct evkeyvalq *in, const char *field, const char *name)
{
	const char *value = evhttp_find_header(in, field);

	if (value != NULL)
		(void)fprintf(d->log, " %s=%s", name, value);
}

static void
answer(struct feedd *d, struct evhttp_request *req, int status)
{
	struct evkeyvalq *in = evhttp_request_get_input_headers(req);
	const char *etag = evhttp_find_header(in, "If-None-Match");
	const char *ua = evhttp_find_header(in, "User-Agent");
	static const char *const unwanted[] = {"Cookie", "Referer", "Pragma",
	    "Cache-Control", "Range", "DNT", "X-Forwarded-For"};

	if (d->log != NULL) {
		bool is_post =
		    evhttp_request_get_command(req) == EVHTTP_REQ_POST;
		bool is_head =
		    evhttp_request_get_command(req) == EVHTTP_REQ_HEAD;

		(void)fprintf(d->log, "%s %s %d %s %s",
		    is_post   ? "POST"
		    : is_head ? "HEAD"
			      : "GET",
		    evhttp_request_get_uri(req), status,
		    etag != NULL ? etag : "-", ua != NULL ? ua : "-");
		log_field(d, in, "Authorization", "auth");
		log_field(d, in, "X-Key", "key");
		for (size_t i = 0; i < AK_COUNT(unwanted); i++)
			log_field(d, in, unwanted[i], unwanted[i]);
		log_field(d, in, "If-Modified-Since", "since");
		if (is_post)
			log_post(d, req);
		(void)fputc('\n', d->log);
		(void)fflush(d->log);
	}
	evhttp_send_reply(req, status, "is what it is", NULL);
}

static void
put_header(struct evhttp_request *req, const char *name, const char *value)
{
	(void)evhttp_add_header(
	    evhttp_request_get_output_headers(req), name, value);
}

/* What DIR/NAME.status says; 0: nothing. */
static int
set_status(struct feedd *d, const char *name)
{
	char path[512];
	FILE *f;
	int status = 0;

	(void)snprintf(path, sizeof(path), "%s/%.*s.status", d->dir,
	    (int)strcspn(name, "?"), name);
	if ((f = fopen(path, "re")) == NULL)
		return 0;
	if (fscanf(f, "%d", &status) != 1)
		status = 500;
	(void)fclose(f);
	return status;
}

static void
send_file(struct feedd *d, struct evhttp_request *req, const char *name,
    bool with_validators)
{
	char path[512], etag[64], piece[16384];
	const char *known = evhttp_find_header(
	    evhttp_request_get_input_headers(req), "If-None-Match");
	struct stat sb;
	int status;
	FILE *f;
	size_t n;

	if (strstr(name, "..") == NULL && (status = set_status(d, name)) != 0) {
		answer(d, req, status);
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/%.*s", d->dir,
	    (int)strcspn(name, "?"), name);
	if (strstr(name, "..") != NULL || (f = fopen(path, "re")) == NULL) {
		answer(d, req, 404);
		return;
	}
	(void)fstat(fileno(f), &sb);
	(void)snprintf(etag, sizeof(etag), "\"%lld-%ld-%lld\"",
	    (long long)sb.st_mtim.tv_sec, sb.st_mtim.tv_nsec,
	    (long long)sb.st_size);
	if (with_validators) {
		put_header(req, "ETag", etag);
		if (str_eq(known, etag)) {
			(void)fclose(f);
			answer(d, req, 304);
			return;
		}
	}
	put_header(req, "Content-Type",
	    str_ends(path, ".html")  ? "text/html"
	    : str_ends(path, ".png") ? "image/png"
				     : "application/xml");
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		(void)evbuffer_add(
		    evhttp_request_get_output_buffer(req), piece, n);
	(void)fclose(f);
	answer(d, req, 200);
}

static void
late_cb(evutil_socket_t fd, short what, void *arg)
{
	struct late *l = arg;

	(void)fd;
	(void)what;
	send_file(l->d, l->req, l->name, true);
	event_free(l->timer);
	free(l->name);
	free(l);
}

static void
send_late(
    struct feedd *d, struct evhttp_request *req, const char *name, long ms)
{
	struct late *l = xcalloc(1, sizeof(*l));
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};
	char hurry[512];

	(void)snprintf(hurry, sizeof(hurry), "%s/hurry", d->dir);
	if (access(hurry, F_OK) == 0)
		tv = (struct timeval){0};
	l->d = d;
	l->req = req;
	l->name = xstrdup(name);
	l->timer = event_new(d->base, -1, 0, late_cb, l);
	(void)event_add(l->timer, &tv);
}

static void
request_cb(struct evhttp_request *req, void *arg)
{
	struct feedd *d = arg;
	const char *uri = evhttp_request_get_uri(req);
	char name[256] = "";
	int n = 0;

	if (str_starts(uri, "http://"))
		uri += 7 + strcspn(uri + 7, "/");
	if (sscanf(uri, "/status/%d/%255s", &n, name) == 2) {
		if (n == 429 || n == 503)
			put_header(req, "Retry-After", "3600");
		answer(d, req, n);
	} else if (sscanf(uri, "/redir/%d/%254s", &n, name + 1) == 2) {
		name[0] = '/';
		put_header(req, "Location", name);
		answer(d, req, n);
	} else if (sscanf(uri, "/fresh/%d/%255s", &n, name) == 2) {
		char age[32];

		(void)snprintf(age, sizeof(age), "max-age=%d", n);
		put_header(req, "Cache-Control", age);
		send_file(d, req, name, true);
	} else if (sscanf(uri, "/odd/%255s", name) == 1) {
		put_header(req, "ETag", "W/\"a b\"-gzip");
		put_header(req, "Last-Modified", "2024-01-01 (about noon)");
		put_header(req, "Set-Cookie", "id=1; Path=/");
		send_file(d, req, name, false);
	} else if (str_starts(uri, "/lead/")) {
		(void)snprintf(name, sizeof(name), "http://%s", uri + 6);
		put_header(req, "Location", name);
		answer(d, req, 301);
	} else if (sscanf(uri, "/slow/%d/%255s", &n, name) == 2) {
		send_late(d, req, name, n);
	} else if (sscanf(uri, "/cookie/%255s", name) == 1) {
		if (evhttp_find_header(evhttp_request_get_input_headers(req),
			"Cookie") != NULL) {
			send_file(d, req, name, true);
			return;
		}
		put_header(req, "Set-Cookie", "seen=1; Path=/");
		put_header(req, "Location", uri);
		answer(d, req, 302);
	} else if (sscanf(uri, "/auth/%255s", name) == 1 &&
		   evhttp_find_header(evhttp_request_get_input_headers(req),
		       "Authorization") == NULL) {
		put_header(req, "WWW-Authenticate", "Basic realm=\"x\"");
		answer(d, req, 401);
	} else if (sscanf(uri, "/auth/%255s", name) == 1 ||
		   sscanf(uri, "/plain/%255s", name) == 1) {
		send_file(d, req, name, false);
	} else if (sscanf(uri, "/coded/%255s", name) == 1) {
		put_header(req, "Content-Encoding", "\x1b[31m\xff\x9b");
		send_file(d, req, name, false);
	} else {
		send_file(d, req, uri + 1, true);
	}
}

int
main(int argc, char **argv)
{
	struct feedd d = {0};
	struct evhttp *http;
	int rc;

	if (argc < 2)
		return 2;
	d.dir = argv[1];
	d.log = argc > 2 ? fopen(argv[2], "ae") : NULL;
	d.base = event_base_new();
	http = evhttp_new(d.base);
	evhttp_set_allowed_methods(
	    http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST);
	evhttp_set_gencb(http, request_cb, &d);
	rc = stub_run(d.base, http, 0);
	if (d.log != NULL)
		(void)fclose(d.log);
	return rc;
}

/* SPDX-License-Identifier: ISC */
/*
 * reply.c - bodies, errors in each API's dress, ETag, compression.
 *
 * Errors of /api/v1 are RFC 9457 problem documents; Miniflux clients want
 * {"error_message"}; clients of the Google Reader API show the body to a
 * person, so there it is one line of text; the page gets a page.
 */
#include "serve/serve_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "serve/page.h"

struct buf *
reply_begin(struct job *j, int status, const char *type)
{
	j->reply.status = status;
	j->reply.type = type;
	buf_clear(&j->reply.body);
	return &j->reply.body;
}

void
reply_header(struct job *j, const char *name, const char *value)
{
	struct reply *r = &j->reply;

	/* A line break here would be a header of the client's choosing. */
	if (r->n_headers == REPLY_HEADERS || strpbrk(value, "\r\n") != NULL)
		return;
	r->headers[r->n_headers].name = name;
	r->headers[r->n_headers].value = xstrdup(value);
	r->n_headers++;
}

void
reply_text(struct job *j, int status, const char *text)
{
	buf_adds(reply_begin(j, status, TYPE_TEXT), text);
}

void
reply_empty(struct job *j, int status)
{
	(void)reply_begin(j, status, NULL);
}

void
reply_redirect(struct job *j, const char *path)
{
	reply_empty(j, 303);
	reply_header(j, "Location", job_printf(j, "%s%s", j->req.root, path));
}

static int
put_bytes(const char *p, size_t len, void *arg)
{
	buf_add(arg, p, len);
	return 0;
}

void
buf_add_json(struct buf *out, json_t *value)
{
	(void)json_dump_callback(value, put_bytes, out,
	    JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	json_decref(value);
}

void
reply_json(struct job *j, int status, json_t *value)
{
	buf_add_json(reply_begin(j, status, TYPE_JSON), value);
}

json_t *
json_text(const char *s)
{
	return s != NULL ? json_string(s) : json_null();
}

json_t *
json_time(int64_t t)
{
	char text[CLOCK_RFC3339_SIZE];

	return t != 0 ? json_string(clock_rfc3339(t, text)) : json_null();
}

const char *
status_title(int status)
{
	switch (status) {
	case 400:
		return "Bad Request";
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 409:
		return "Conflict";
	case 413:
		return "Content Too Large";
	case 415:
		return "Unsupported Media Type";
	case 421:
		return "Misdirected Request";
	case 429:
		return "Too Many Requests";
	case 501:
		return "Not Implemented";
	case 503:
		return "Service Unavailable";
	case 507:
		return "Insufficient Storage";
	default:
		return status < 500 ? "Bad Request" : "Internal Server Error";
	}
}

void
reply_problem(struct job *j, int status, const char *detail)
{
	reply_json(j, status,
	    json_pack("{s:s, s:s, s:i, s:s%}", "type", "about:blank", "title",
		status_title(status), "status", status, "detail", detail,
		strlen(detail)));
	j->reply.type = TYPE_PROBLEM;
}

void
reply_error(struct job *j, int status, const char *fmt, ...)
{
	enum family family = j->route != NULL ? j->route->family : FAM_TEXT;
	char detail[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	detail[utf8_cut(detail, strlen(detail), sizeof(detail) - 4)] = '\0';
	switch (family) {
	case FAM_API:
		reply_problem(j, status, detail);
		break;
	case FAM_MINIFLUX:
		reply_json(
		    j, status, json_pack("{s:s}", "error_message", detail));
		break;
	case FAM_FEVER:
		reply_json(j, status,
		    json_pack("{s:i, s:i}", "api_version", 3, "auth", 0));
		break;
	case FAM_PAGE:
		page_error(j, status, status_title(status), detail);
		break;
	case FAM_TEXT:
	case FAM_FEED:
		reply_text(j, status, detail);
		break;
	}
	if (status == 401 && family != FAM_PAGE)
		reply_header(j, "WWW-Authenticate", "Bearer realm=\"akin\"");
}

void
reply_status(struct job *j, enum ak_status st, const char *what)
{
	int status = 500;

	switch (st) {
	case AK_NOTFOUND:
		status = 404;
		break;
	case AK_EXISTS:
		status = 409;
		break;
	case AK_BADINPUT:
	case AK_UNSUPPORTED:
	case AK_TOOBIG:
		status = 400;
		break;
	case AK_DENIED:
		status = 403;
		break;
	case AK_BUSY:
	case AK_TIMEOUT:
		status = 503;
		break;
	case AK_FULL:
		status = 507;
		break;
	default:
		break;
	}
	reply_error(j, status, "%s: %s", what,
	    st == AK_NOTFOUND ? "it is not there" : ak_status_name(st));
}

/* Is the tag among those of If-None-Match?  Weakly compared, RFC 9110, 8.8. */
static bool
etag_matches(const char *header, const char *etag)
{
	const char *hit;

	if (header == NULL)
		return false;
	if (strcmp(header, "*") == 0)
		return true;
	hit = strstr(header, etag);
	return hit != NULL;
}

static void
compress_body(struct reply *r)
{
	z_stream z = {0};
	uLong bound;
	char *out;

	/* 15 + 16: the widest window, gzip's wrapping. */
	if (deflateInit2(&z, 5, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return;
	bound = deflateBound(&z, r->body.len);
	out = xmalloc(bound);
	z.next_in = (Bytef *)r->body.data;
	z.avail_in = (uInt)r->body.len;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)bound;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
		buf_clear(&r->body);
		buf_add(&r->body, out, z.total_out);
		r->is_gzipped = true;
	}
	(void)deflateEnd(&z);
	free(out);
}

void
reply_finish(struct job *j)
{
	struct reply *r = &j->reply;

	if (r->status == 0)
		reply_error(j, 500, "no answer");
	if (buf_status(&r->body) != AK_OK || arena_full(j->arena)) {
		buf_release(&r->body);
		buf_init(&r->body, LIMIT_HTTP_REPLY_BYTES);
		reply_text(j, 400, "too big: ask for less");
	}
	if (r->status == 200 && r->has_etag && j->req.method == M_GET) {
		char etag[24];

		(void)snprintf(etag, sizeof(etag), "\"%016llx\"",
		    (unsigned long long)XXH3_64bits(
			buf_str(&r->body), r->body.len));
		/* Compressed and plain form share it, so it is a weak one. */
		reply_header(j, "ETag", job_printf(j, "W/%s", etag));
		if (etag_matches(j->req.if_none_match, etag))
			reply_empty(j, 304);
	}
	if (j->req.takes_gzip && r->body.len >= 1024 && r->type != NULL &&
	    !str_starts(r->type, "image/"))
		compress_body(r);
}

json_t *
body_json(struct job *j)
{
	json_error_t why;
	json_t *value;

	/* A form of another site cannot send this type without asking first. */
	if (j->who.cred == CRED_SESSION &&
	    (j->req.content_type == NULL ||
		!ascii_istarts(j->req.content_type, "application/json"))) {
		reply_error(j, 415, "the body must be application/json");
		return NULL;
	}
	value = json_loadb(
	    j->req.body, j->req.body_len, JSON_REJECT_DUPLICATES, &why);
	if (!json_is_object(value)) {
		reply_error(j, 400, "the body is no JSON object: %s",
		    value != NULL ? "another kind of value" : why.text);
		json_decref(value);
		return NULL;
	}
	return value;
}

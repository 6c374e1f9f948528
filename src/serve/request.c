/* SPDX-License-Identifier: ISC */
/*
 * request.c - an evhttp request made into a job: copied, checked, routed.
 *
 * The Host header is checked before anything else: a page of another name that
 * resolves to this machine (DNS rebinding) gets 421.  A change that a browser
 * says comes from elsewhere gets 403.
 */
#include "serve/serve_run.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "serve/page.h"

static const char *
header(struct job *j, struct evhttp_request *evreq, const char *name)
{
	return arena_strdup(j->arena,
	    evhttp_find_header(evhttp_request_get_input_headers(evreq), name));
}

static bool
is_proxy(const struct serve *s, const char *address)
{
	struct net_addr addr;

	if (strcmp(address, "unix") == 0)
		return s->proxies.has_unix;
	return net_addr_parse(address, &addr) &&
	       net_list_has(&s->proxies, &addr);
}

/* Cut "NAME:PORT" or "[V6]:PORT"; *ret_port -1 where there is none. */
static bool
split_host(char *host, int64_t *ret_port)
{
	char *end = *host == '[' ? strchr(host, ']') : host;
	char *colon = end != NULL ? strchr(end, ':') : NULL;

	*ret_port = -1;
	if (end == NULL || strpbrk(host, "/@?#\\ ") != NULL)
		return false;
	if (colon == NULL)
		return *host != '\0';
	*colon = '\0';
	return str_to_i64(colon + 1, 1, 65535, ret_port) && *host != '\0';
}

static bool
is_our_port(const struct serve *s, int64_t port)
{
	if (port == -1)
		port = 80;
	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i] == port)
			return true;
	}
	return false;
}

/* Does one entry of the list ("name", "name:port", or a URL) name the host? */
static bool
entry_matches(const char *entry, const char *name, int64_t port)
{
	const char *p = strstr(entry, "://");
	char *copy = xstrdup(p != NULL ? p + 3 : entry);
	int64_t want;
	bool same;

	copy[strcspn(copy, "/")] = '\0';
	same = split_host(copy, &want) && ascii_ieq(copy, name) &&
	       (want == -1 || want == port);
	free(copy);
	return same;
}

/* In a list of hosts, or of addresses, which have a port each. */
static bool
in_list(const char *list, bool has_ports, const char *name, int64_t port)
{
	char *copy = xstrdup(list), *save = NULL, *one;
	bool found = false;

	for (one = strtok_r(copy, ", \t", &save); one != NULL && !found;
	     one = strtok_r(NULL, ", \t", &save))
		found = (!has_ports || strchr(one, ':') != NULL) &&
			entry_matches(one, name, port);
	free(copy);
	return found;
}

static bool
host_allowed(const struct serve *s, const char *host, bool is_unix)
{
	static const char *const local[] = {"localhost", "127.0.0.1", "[::1]"};
	char *name;
	int64_t port;
	bool ok = false;

	if (host == NULL)
		return false;
	name = xstrdup(host);
	if (split_host(name, &port)) {
		for (size_t i = 0; i < AK_COUNT(local); i++)
			ok |= ascii_ieq(name, local[i]) &&
			      (is_unix || is_our_port(s, port));
		ok |= *s->base_url != '\0' &&
		      entry_matches(s->base_url, name, port);
		ok |= in_list(s->hosts, false, name, port) ||
		      in_list(s->listen, true, name, port);
	}
	free(name);
	return ok;
}

/* The last address that the nearest trusted proxy appended. */
static const char *
forwarded_address(struct job *j, const char *list)
{
	const char *comma = strrchr(list, ',');
	const char *s = comma != NULL ? comma + 1 : list;

	s += strspn(s, " \t[");
	return arena_strndup(j->arena, s, strcspn(s, " \t]"));
}

static bool
is_unix_socket(struct evhttp_request *evreq)
{
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof(ss);
	evutil_socket_t fd =
	    bufferevent_getfd(evhttp_connection_get_bufferevent(
		evhttp_request_get_connection(evreq)));

	return getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
	       ss.ss_family == AF_UNIX;
}

/* Who and where; false: answered. */
static bool
read_origin(struct serve *s, struct evhttp_request *evreq, struct job *j)
{
	struct req *q = &j->req;
	const char *host = header(j, evreq, "Host"), *value, *path;
	char *peer = NULL;
	uint16_t port;
	bool is_proxied;

	evhttp_connection_get_peer(
	    evhttp_request_get_connection(evreq), &peer, &port);
	q->address = is_unix_socket(evreq) || peer == NULL
			 ? "unix"
			 : job_strdup(j, peer);
	is_proxied = is_proxy(s, q->address);
	if (is_proxied &&
	    (value = header(j, evreq, "X-Forwarded-Host")) != NULL)
		host = value;
	if (!host_allowed(s, host, strcmp(q->address, "unix") == 0)) {
		reply_text(j, 421,
		    "this name is not answered here; [http] hosts lists those "
		    "that are");
		return false;
	}
	if (is_proxied) {
		if ((value = header(j, evreq, "X-Forwarded-For")) != NULL)
			q->address = forwarded_address(j, value);
		value = header(j, evreq, "X-Forwarded-Proto");
		q->is_tls = value != NULL && ascii_ieq(value, "https");
	}
	q->base =
	    *s->base_url != '\0'
		? job_strdup(j, s->base_url)
		: job_printf(j, "%s://%s", q->is_tls ? "https" : "http", host);
	q->is_tls |= str_starts(q->base, "https://");
	path = strchr(strstr(q->base, "://") + 3, '/');
	q->root = path != NULL ? path : "";
	return true;
}

/* Would a browser say that this change was made by another site's page? */
static bool
is_cross_site(struct job *j, struct evhttp_request *evreq)
{
	const char *origin = header(j, evreq, "Origin");
	const char *site = header(j, evreq, "Sec-Fetch-Site");
	size_t len = strlen(j->req.base) - strlen(j->req.root);

	if (site != NULL && strcmp(site, "cross-site") == 0)
		return true;
	/* Our own forms say "null", as we forbid them to send a referrer; so
	 * do sandboxed pages, which have no form's token. */
	j->req.has_null_origin = origin != NULL && strcmp(origin, "null") == 0;
	if (origin == NULL || j->req.has_null_origin)
		return false;
	return strlen(origin) != len || !ascii_ieq_n(origin, j->req.base, len);
}

static enum method
method_of(struct evhttp_request *evreq, bool *ret_head)
{
	*ret_head = false;
	switch (evhttp_request_get_command(evreq)) {
	case EVHTTP_REQ_HEAD:
		*ret_head = true;
		return M_GET;
	case EVHTTP_REQ_POST:
		return M_POST;
	case EVHTTP_REQ_PUT:
		return M_PUT;
	case EVHTTP_REQ_PATCH:
		return M_PATCH;
	case EVHTTP_REQ_DELETE:
		return M_DELETE;
	case EVHTTP_REQ_OPTIONS:
		return M_OPTIONS;
	default:
		return M_GET;
	}
}

/* Path and query of the request line, below our base URL. */
static bool
read_target(struct job *j, struct evhttp_request *evreq)
{
	const char *uri = evhttp_request_get_uri(evreq), *query;
	struct req *q = &j->req;
	size_t root = strlen(q->root);

	if (ascii_istarts(uri, "http://") || ascii_istarts(uri, "https://")) {
		uri = strchr(strstr(uri, "://") + 3, '/');
		if (uri == NULL)
			uri = "/";
	}
	if (*uri != '/' || strlen(uri) > LIMIT_HTTP_HEADER_BYTES) {
		reply_text(j, 400, "the request names no path");
		return false;
	}
	query = strchr(uri, '?');
	q->query = query != NULL ? job_strdup(j, query + 1) : "";
	q->path = arena_strndup(
	    j->arena, uri, query != NULL ? (size_t)(query - uri) : strlen(uri));
	/* A proxy may keep the prefix of base_url or take it off. */
	if (root > 0 && strncmp(q->path, q->root, root) == 0 &&
	    (q->path[root] == '/' || q->path[root] == '\0'))
		q->path = q->path[root] != '\0' ? q->path + root : "/";
	q->path = route_normal_path(q->path);
	return true;
}

static void
read_headers(struct job *j, struct evhttp_request *evreq)
{
	struct req *q = &j->req;
	const char *coding = header(j, evreq, "Accept-Encoding");

	q->content_type = header(j, evreq, "Content-Type");
	q->authorization = header(j, evreq, "Authorization");
	q->x_auth_token = header(j, evreq, "X-Auth-Token");
	q->cookie = header(j, evreq, "Cookie");
	q->if_none_match = header(j, evreq, "If-None-Match");
	q->csrf_header = header(j, evreq, "X-CSRF-Token");
	q->signature = header(j, evreq, "X-Hub-Signature");
	q->link = header(j, evreq, "Link");
	q->takes_gzip = coding != NULL && strstr(coding, "gzip") != NULL &&
			strstr(coding, "gzip;q=0") == NULL;
}

static void
read_body(struct job *j, struct evhttp_request *evreq)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(evreq);
	struct req *q = &j->req;
	size_t len = evbuffer_get_length(in);
	char *body = arena_alloc_raw(j->arena, len + 1);

	q->body = "";
	if (body != NULL) {
		(void)evbuffer_copyout(in, body, len);
		body[len] = '\0';
		q->body = body;
		q->body_len = len;
	}
	req_add_form(j->arena, q, q->query, strlen(q->query));
	if (j->route->flags & ROUTE_RAW_BODY)
		return;
	if (q->content_type == NULL ||
	    ascii_istarts(q->content_type, "application/x-www-form-urlencoded"))
		req_add_form(j->arena, q, q->body, q->body_len);
	else if (ascii_istarts(q->content_type, "multipart/form-data"))
		req_add_multipart(j->arena, q);
}

static bool
refuse_method(struct job *j, struct evhttp_request *evreq, unsigned methods)
{
	static const char *const names[] = {
	    "GET, HEAD", "POST", "PUT", "PATCH", "DELETE"};
	struct buf allow;

	if (methods == 0) {
		const char *accept = evhttp_find_header(
		    evhttp_request_get_input_headers(evreq), "Accept");

		if (str_starts(j->req.path, "/api/v1/"))
			reply_problem(j, 404, "no such path");
		else if (accept != NULL && strstr(accept, "text/html") != NULL)
			page_error(
			    j, 404, "Not Found", "There is no such page.");
		else
			reply_error(j, 404, "no such page");
		return false;
	}
	buf_init(&allow, 128);
	buf_adds(&allow, "OPTIONS");
	for (size_t i = 0; i < AK_COUNT(names); i++) {
		if (methods & 1u << i)
			buf_addf(&allow, ", %s", names[i]);
	}
	if (j->req.method == M_OPTIONS)
		reply_empty(j, 204);
	else
		reply_error(j, 405, "this method is not allowed here");
	reply_header(j, "Allow", buf_str(&allow));
	buf_release(&allow);
	return false;
}

bool
request_read(struct serve *s, struct evhttp_request *evreq, struct job *j)
{
	struct req *q = &j->req;
	unsigned methods = 0;

	q->path = q->query = q->body = q->base = q->root = "";
	q->address = "";
	q->method = method_of(evreq, &q->is_head);
	if (!read_origin(s, evreq, j) || !read_target(j, evreq))
		return false;
	read_headers(j, evreq);
	j->route = route_find(j->arena, q, &methods);
	if (j->route == NULL)
		return refuse_method(j, evreq, methods);
	if (q->method != M_GET && is_cross_site(j, evreq)) {
		reply_error(j, 403, "the request comes from another site");
		return false;
	}
	if (evbuffer_get_length(evhttp_request_get_input_buffer(evreq)) >
		LIMIT_HTTP_BODY_BYTES &&
	    (j->route->flags & ROUTE_LARGE) == 0) {
		reply_error(j, 413, "the request is too big");
		return false;
	}
	read_body(j, evreq);
	if (req_param(q, "mark") != NULL)
		j->route = route_of_mark(j->route);
	if (arena_full(j->arena)) {
		reply_error(j, 413, "the request is too big");
		return false;
	}
	return true;
}

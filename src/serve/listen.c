/* SPDX-License-Identifier: ISC */
/*
 * listen.c - the sockets: [http] listen, or what the service manager passed
 * (sd_listen_fds(3), by hand: it is two variables).
 */
#include "serve/serve_run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#define FIRST_PASSED_FD 3 /* SD_LISTEN_FDS_START */

static void
note_port(struct serve *s, evutil_socket_t fd)
{
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof(ss);
	int port = 0;

	if (getsockname(fd, (struct sockaddr *)&ss, &len) != 0)
		return;
	if (ss.ss_family == AF_INET)
		port = ntohs(((struct sockaddr_in *)&ss)->sin_port);
	else if (ss.ss_family == AF_INET6)
		port = ntohs(((struct sockaddr_in6 *)&ss)->sin6_port);
	if (port == 0 || s->n_ports == AK_COUNT(s->ports))
		return;
	s->ports[s->n_ports++] = port;
	if (s->port == 0)
		s->port = port;
}

static void
add_bound(struct serve *s, struct evhttp_bound_socket *b)
{
	evutil_socket_t fd = evhttp_bound_socket_get_fd(b);
	int on = 1;

	conns_add_listener(s->conns, b);
	note_port(s, fd);
	/* Connections inherit it.  evhttp writes head and body apart, and the
	 * second would wait 40 ms for the client's delayed acknowledgement. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* How many descriptors were passed to this very process; they are ours once. */
static int
passed_fds(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	int64_t n = 0, id = 0;

	if (pid == NULL || fds == NULL || !str_to_i64(pid, 1, INT32_MAX, &id) ||
	    id != (int64_t)getpid() || !str_to_i64(fds, 1, 32, &n))
		return 0;
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	return (int)n;
}

static bool
is_listening(evutil_socket_t fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 &&
	       on != 0;
}

static enum ak_status
listen_unix(struct serve *s, struct event_base *base, const char *path,
    struct diag *reterr)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct evconnlistener *l;
	struct stat st;

	if (strlen(path) >= sizeof(sun.sun_path))
		return diag_set(
		    reterr, AK_BADINPUT, "socket path too long: %s", path);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path); /* left by a run that was killed */
	l = evconnlistener_new_bind(base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 128,
	    (struct sockaddr *)&sun, (int)sizeof(sun));
	if (l == NULL)
		return diag_set(reterr, AK_IO, "cannot listen on %s: %s", path,
		    strerrordesc_np(errno));
	(void)chmod(path, 0660);
	add_bound(s, evhttp_bind_listener(s->http, l));
	return AK_OK;
}

/* "HOST:PORT", "[V6]:PORT", "PORT" or "unix:PATH". */
static enum ak_status
listen_one(
    struct serve *s, struct event_base *base, char *where, struct diag *reterr)
{
	struct evhttp_bound_socket *b;
	char *host = where, *colon = strrchr(where, ':');
	const char *port = colon != NULL ? colon + 1 : where;
	int64_t n;

	if (str_starts(where, "unix:"))
		return listen_unix(s, base, where + 5, reterr);
	if (!str_to_i64(port, 0, 65535, &n))
		return diag_set(reterr, AK_BADINPUT,
		    "http.listen: no port in \"%s\"", where);
	if (colon == NULL) {
		host = NULL;
	} else {
		*colon = '\0';
		if (*host == '[' && str_ends(host, "]")) {
			host++;
			host[strlen(host) - 1] = '\0';
		}
	}
	b = evhttp_bind_socket_with_handle(
	    s->http, host != NULL ? host : "127.0.0.1", (uint16_t)n);
	if (b == NULL)
		return diag_set(reterr, AK_IO,
		    "cannot listen on %s port %lld: %s",
		    host != NULL ? host : "127.0.0.1", (long long)n,
		    strerrordesc_np(errno));
	add_bound(s, b);
	return AK_OK;
}

enum ak_status
listen_all(struct serve *s, struct event_base *base, const char *list,
    struct diag *reterr)
{
	int n_passed = passed_fds();
	char *copy, *save = NULL, *one;
	enum ak_status st = AK_OK;

	for (int i = 0; i < n_passed; i++) {
		struct evhttp_bound_socket *b;
		evutil_socket_t fd = FIRST_PASSED_FD + i;

		if (!is_listening(fd))
			return diag_set(reterr, AK_BADINPUT,
			    "descriptor %d from LISTEN_FDS is no listening "
			    "socket",
			    fd);
		(void)evutil_make_socket_nonblocking(fd);
		(void)evutil_make_socket_closeonexec(fd);
		b = evhttp_accept_socket_with_handle(s->http, fd);
		if (b == NULL)
			return diag_set(reterr, AK_IO,
			    "cannot serve on the passed descriptor %d", fd);
		add_bound(s, b);
	}
	if (n_passed > 0 || strcmp(list, "off") == 0)
		return AK_OK;
	copy = xstrdup(list);
	for (one = strtok_r(copy, ", \t", &save); one != NULL && st == AK_OK;
	     one = strtok_r(NULL, ", \t", &save))
		st = listen_one(s, base, one, reterr);
	free(copy);
	if (st == AK_OK && s->port != 0)
		log_info("serve", "listening port=%d", s->port);
	return st;
}

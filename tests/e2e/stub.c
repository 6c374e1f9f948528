/* SPDX-License-Identifier: ISC */
#include "tests/e2e/stub.h"

#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

static void
stdin_cb(evutil_socket_t fd, short what, void *arg)
{
	char c;

	(void)what;
	if (read(fd, &c, 1) <= 0)
		(void)event_base_loopbreak(arg);
}

int
stub_run(struct event_base *base, struct evhttp *http, long port)
{
	struct evhttp_bound_socket *sock = evhttp_bind_socket_with_handle(
	    http, "127.0.0.1", (ev_uint16_t)port);
	struct timeval life = {600, 0};
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	struct event *end;

	if (sock == NULL)
		return 1;
	(void)getsockname(
	    evhttp_bound_socket_get_fd(sock), (struct sockaddr *)&sin, &len);
	(void)printf("%d\n", ntohs(sin.sin_port));
	(void)fflush(stdout);
	end =
	    event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, stdin_cb, base);
	(void)event_add(end, NULL);
	(void)event_base_loopexit(base, &life);
	(void)event_base_dispatch(base);
	evhttp_free(http);
	event_free(end);
	event_base_free(base);
	return 0;
}

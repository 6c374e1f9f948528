/* SPDX-License-Identifier: ISC */
#include "daemon/notify.h"

#include <event2/event.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

void
notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t len;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@') ||
	    (len = strlen(path)) >= sizeof(sun.sun_path))
		return;
	memcpy(sun.sun_path, path, len);
	if (path[0] == '@') /* abstract: its name begins with NUL */
		sun.sun_path[0] = '\0';
	if ((fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL,
	    (struct sockaddr *)&sun,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	(void)close(fd);
}

static void
watchdog_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	notify_send("WATCHDOG=1");
}

struct event *
notify_watchdog(struct event_base *base)
{
	const char *usec = getenv("WATCHDOG_USEC"),
		   *pid = getenv("WATCHDOG_PID");
	int64_t us, owner;
	struct timeval tv;
	struct event *e;

	if (usec == NULL || !str_to_i64(usec, 1000, INT64_MAX / 2, &us))
		return NULL;
	if (pid != NULL &&
	    (!str_to_i64(pid, 1, INT32_MAX, &owner) || owner != getpid()))
		return NULL;
	tv.tv_sec = (time_t)(us / 2 / 1000000);
	tv.tv_usec = us / 2 % 1000000;
	e = event_new(base, -1, EV_PERSIST, watchdog_cb, NULL);
	if (e != NULL)
		(void)event_add(e, &tv);
	return e;
}

/* SPDX-License-Identifier: ISC */
/* notifyd PATH: prints what a service says to its NOTIFY_SOCKET, a line each,
 * for at most two minutes. */
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	char buf[4096];
	ssize_t n;
	int fd;

	if (argc != 2)
		return 2;
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", argv[1]);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0)
		return 1;
	(void)alarm(120);
	while ((n = recv(fd, buf, sizeof(buf) - 1, 0)) > 0) {
		buf[n] = '\0';
		(void)puts(buf);
		(void)fflush(stdout);
	}
	return 0;
}

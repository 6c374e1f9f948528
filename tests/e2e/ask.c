/* SPDX-License-Identifier: ISC */
/* ask SOCKET: standard input to a unix socket, its answer to standard output.
 */
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void
copy(int from, int to)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, (size_t)n) != n)
			return;
}

int
main(int argc, char **argv)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd;

	if (argc != 2)
		return 2;
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", argv[1]);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0)
		return 1;
	(void)alarm(20);
	copy(STDIN_FILENO, fd);
	copy(fd, STDOUT_FILENO);
	return 0;
}

/* SPDX-License-Identifier: ISC */
#include "base/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/*
 * Whoever starts us may have closed 0, 1 or 2.  The next file that is opened
 * would be given that number, and what is meant for a person be written into
 * the store's lock or sent to a server.  Reading and printing still fail, as
 * they did; what goes to stderr is lost.
 */
static void
fill_descriptors(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};

	for (int fd = 0; fd < (int)AK_COUNT(modes); fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", modes[fd]);
}

void
process_begin(void)
{
	fill_descriptors();
	(void)umask(077);
	(void)signal(SIGXFSZ, SIG_IGN); /* a full store is an error, no death */
	clock_init();
}

int64_t
process_files(int64_t want)
{
	struct rlimit l;
	rlim_t was;

	if (getrlimit(RLIMIT_NOFILE, &l) != 0)
		return want;
	was = l.rlim_cur;
	if (was < (rlim_t)want) {
		l.rlim_cur =
		    l.rlim_max < (rlim_t)want ? l.rlim_max : (rlim_t)want;
		if (setrlimit(RLIMIT_NOFILE, &l) != 0)
			l.rlim_cur = was;
	}
	return l.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)l.rlim_cur;
}

void
process_thread(pthread_t *ret, void *(*main_fn)(void *), void *arg)
{
	/* It is for memory that it fails, or for ulimit -u. */
	if (pthread_create(ret, NULL, main_fn, arg) != 0)
		mem_none();
}

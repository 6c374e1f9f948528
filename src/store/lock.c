/* SPDX-License-Identifier: ISC */
/*
 * Who polls a store: a lock of PATH.lock's open file description (fcntl(2)), so
 * that it ends with its process however that ends, and can be looked at without
 * being taken: whoever looks must not stand in the way of whoever takes it.
 * The file stays; its text tells who holds the lock, and means nothing while
 * nobody does.
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/private.h"

#define SIGN_TRIES 100 /* of 10 ms */

struct store_lock {
	int fd;
};

/* "pid program socket\n" */
static bool
read_owner(int fd, struct store_lock_owner *ret)
{
	struct store_lock_owner o = {0};
	char text[256], *program, *socket, *end;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return false;
	text[n] = '\0';
	if ((end = strchr(text, '\n')) == NULL ||
	    (program = strchr(text, ' ')) == NULL)
		return false;
	*end = *program++ = '\0';
	if ((socket = strchr(program, ' ')) == NULL)
		return false;
	*socket++ = '\0';
	if (!str_to_i64(text, 1, INT32_MAX, &o.pid))
		return false;
	(void)snprintf(o.program, sizeof(o.program), "%s", program);
	(void)snprintf(o.socket, sizeof(o.socket), "%s", socket);
	*ret = o;
	return true;
}

static enum ak_status
write_owner(int fd, const char *program, const char *socket)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "%lld %s %s\n",
	    (long long)getpid(), program, socket != NULL ? socket : "");

	assert(n > 0 && (size_t)n < sizeof(text));
	return ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n
		   ? AK_IO
		   : AK_OK;
}

static int
open_lock(const char *path, int flags)
{
	char *lock = xasprintf("%s.lock", path);
	int fd = open(lock, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
	int err = errno;

	free(lock);
	errno = err;
	return fd;
}

/* Take the lock, or hear who has it: who took it this instant may not have
 * signed yet. */
static bool
try_lock(int fd, struct store_lock_owner *owner)
{
	const struct timespec nap = {.tv_nsec = 10000000};

	for (int i = 0; i < SIGN_TRIES; i++) {
		struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

		if (fcntl(fd, F_OFD_SETLK, &l) == 0)
			return true;
		if (read_owner(fd, owner))
			return false;
		(void)nanosleep(&nap, NULL);
	}
	*owner = (struct store_lock_owner){0};
	return false;
}

static bool
is_locked(int fd)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

enum ak_status
store_lock_take(const char *path, const char *program, const char *socket,
    struct store_lock **ret, struct store_lock_owner *owner,
    struct diag *reterr)
{
	int fd = open_lock(path, O_RDWR | O_CREAT);
	struct store_lock *l;
	enum ak_status made;

	if (fd < 0 && errno == ENOENT) {
		if ((made = make_parents(path, reterr)) != AK_OK)
			return made;
		fd = open_lock(path, O_RDWR | O_CREAT);
	}
	if (fd < 0) {
		int err = errno;
		char *lock = xasprintf("%s.lock", path);
		enum ak_status st = fail_errno(reterr, lock, err);

		free(lock);
		return st;
	}
	if (!try_lock(fd, owner)) {
		(void)close(fd);
		return diag_set(reterr, AK_BUSY,
		    "%s: %s (process %lld) is polling this store", path,
		    owner->program[0] != '\0' ? owner->program : "somebody",
		    (long long)owner->pid);
	}
	if (write_owner(fd, program, socket) != AK_OK) {
		(void)close(fd);
		return diag_set(
		    reterr, AK_FULL, "%s.lock: cannot be written", path);
	}
	l = xcalloc(1, sizeof(*l));
	l->fd = fd;
	*ret = l;
	return AK_OK;
}

void
store_lock_release(struct store_lock *l)
{
	if (l == NULL)
		return;
	(void)!ftruncate(l->fd, 0);
	(void)close(l->fd);
	free(l);
}

enum ak_status
store_lock_owner(const char *path, struct store_lock_owner *ret)
{
	int fd = open_lock(path, O_RDONLY);
	enum ak_status st = AK_NOTFOUND;

	if (fd < 0)
		return AK_NOTFOUND;
	if (is_locked(fd)) {
		if (!read_owner(fd, ret))
			*ret = (struct store_lock_owner){0};
		st = AK_OK;
	}
	(void)close(fd);
	return st;
}

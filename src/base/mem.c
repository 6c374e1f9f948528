/* SPDX-License-Identifier: ISC */
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

void
mem_none(void)
{
	static const char why[] =
	    ": memory: no more is to be had (see ulimit -v, MemoryMax)\n";
	const char *who = program_invocation_short_name;

	/* Not by stdio, which may want some. */
	(void)!write(STDERR_FILENO, who, strlen(who));
	(void)!write(STDERR_FILENO, why, sizeof(why) - 1);
	_exit(EX_UNAVAILABLE);
}

static void *
check(void *p)
{
	if (p == NULL)
		mem_none();
	return p;
}

void *
xmalloc(size_t size)
{
	return check(malloc(size != 0 ? size : 1));
}

void *
xcalloc(size_t n, size_t size)
{
	return check(calloc(n != 0 ? n : 1, size != 0 ? size : 1));
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	if (n == 0 || size == 0)
		n = size = 1;
	return check(reallocarray(p, n, size));
}

void
mem_random(void *p, size_t size)
{
#ifdef MADV_HUGEPAGE
	const uintptr_t huge = (uintptr_t)2 << 20;
	uintptr_t from = ((uintptr_t)p + huge - 1) / huge * huge;
	uintptr_t to = ((uintptr_t)p + size) / huge * huge;

	if (from < to)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
	(void)p;
	(void)size;
#endif
}

char *
xstrdup(const char *s)
{
	return check(strdup(s));
}

char *
xstrndup(const char *s, size_t len)
{
	return check(strndup(s, len));
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return check(s);
}

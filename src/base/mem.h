/* SPDX-License-Identifier: ISC */
/*
 * mem.h - allocators that never return NULL.
 *
 * When the system has no memory the process says so and ends.  Sizes that
 * hostile input decides go through an arena or a buf, which have ceilings.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/ak.h"

/* One line on stderr and exit status 69, at once: for whatever cannot go on
 * because a library got no memory.  The store is as after a kill. */
_Noreturn void mem_none(void);

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size); /* checks n * size */
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *fmt, ...) AK_PRINTF(1, 2);

/* A hint: these bytes of one allocation will be looked up at random, so where
 * there are huge pages they are worth it. */
void mem_random(void *p, size_t size);

#endif

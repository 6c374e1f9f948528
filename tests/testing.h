/* SPDX-License-Identifier: ISC */
/* testing.h - cmocka with the headers that it wants before it, and the paths
 * of source and build tree. */
#ifndef TESTS_TESTING_H
#define TESTS_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* malloc'ed path below the source tree: tests find their data by it. */
static inline char *
test_src_path(const char *rel)
{
	const char *dir = getenv("AKIN_SRCDIR");

	return xasprintf("%s/%s", dir != NULL ? dir : ".", rel);
}

#endif

/* SPDX-License-Identifier: ISC */
/* times.h - how long things took: a histogram that threads may share. */
#ifndef DAEMON_TIMES_H
#define DAEMON_TIMES_H

#include <stdatomic.h>

#include "base/ak.h"
#include "base/str.h"

#define TIMES_BUCKETS 12

struct times {
	atomic_llong bucket[TIMES_BUCKETS + 1]; /* the last one: longer */
	atomic_llong sum_ms;
};

/* Any thread. */
void times_add(struct times *t, int64_t ms);

/* Append it as a histogram of Prometheus, in seconds. */
void times_put(
    struct times *t, const char *name, const char *help, struct buf *out);

#endif

/* SPDX-License-Identifier: ISC */
#include "daemon/times.h"

static const int bounds_ms[TIMES_BUCKETS] = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20000};

void
times_add(struct times *t, int64_t ms)
{
	size_t i = 0;

	while (i < TIMES_BUCKETS && ms > bounds_ms[i])
		i++;
	(void)atomic_fetch_add(&t->bucket[i], 1);
	(void)atomic_fetch_add(&t->sum_ms, ms);
}

void
times_put(struct times *t, const char *name, const char *help, struct buf *out)
{
	long long n = 0;

	buf_addf(out, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name);
	for (size_t i = 0; i < TIMES_BUCKETS; i++) {
		n += atomic_load(&t->bucket[i]);
		buf_addf(out, "%s_bucket{le=\"%g\"} %lld\n", name,
		    bounds_ms[i] / 1000.0, n);
	}
	n += atomic_load(&t->bucket[TIMES_BUCKETS]);
	buf_addf(out, "%s_bucket{le=\"+Inf\"} %lld\n%s_sum %g\n%s_count %lld\n",
	    name, n, name, (double)atomic_load(&t->sum_ms) / 1000.0, name, n);
}

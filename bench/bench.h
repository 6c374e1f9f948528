/* SPDX-License-Identifier: ISC */
/*
 * bench.h - rounds and figures for the benches: CPU seconds of this thread,
 * one warm-up round, BENCH_ROUNDS counted ones, a TSV line a figure:
 * name, unit, median, min, max, rounds.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BENCH_ROUNDS 9

static inline double
bench_cpu(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static inline int
bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts `samples`. */
static inline void
bench_report(const char *name, const char *unit, double *samples, size_t n)
{
	qsort(samples, n, sizeof(*samples), bench_compare);
	(void)printf("%s\t%s\t%.4g\t%.4g\t%.4g\t%zu\n", name, unit,
	    samples[n / 2], samples[0], samples[n - 1], n);
	(void)fflush(stdout);
}

#endif

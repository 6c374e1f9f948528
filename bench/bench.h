/* SPDX-License-Identifier: ISC */
/*
 * bench.h - rounds and figures for the benches: CPU seconds of this thread,
 * one warm-up round, BENCH_ROUNDS counted ones, a TSV line a figure:
 * name, unit, median, min, max, rounds.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/mem.h"
#include "base/str.h"

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

/* The bytes of a file, malloc'ed; without it there is no bench. */
static inline char *
bench_read(const char *name, size_t *ret_len)
{
	FILE *f = fopen(name, "rb");
	struct stat sb;
	char *data;

	if (f == NULL || fstat(fileno(f), &sb) != 0) {
		perror(name);
		exit(1);
	}
	data = xmalloc((size_t)sb.st_size + 1);
	*ret_len = fread(data, 1, (size_t)sb.st_size, f);
	(void)fclose(f);
	return data;
}

/* Call `fn` for each file of the folder `name` that ends in .xml or in `also`
 * (NULL: .xml alone), in order of name; for `name` itself if it is no folder.
 */
static inline void
bench_each_file(const char *name, const char *also, void (*fn)(const char *))
{
	struct dirent **list;
	int n = scandir(name, &list, NULL, alphasort);

	if (n < 0) {
		fn(name);
		return;
	}
	for (int i = 0; i < n; i++) {
		const char *file = list[i]->d_name;

		if (str_ends(file, ".xml") ||
		    (also != NULL && str_ends(file, also))) {
			char *path = xasprintf("%s/%s", name, file);

			fn(path);
			free(path);
		}
		free(list[i]);
	}
	free(list);
}

#endif

/* SPDX-License-Identifier: ISC */
/*
 * b_fetch - src/fetch alone over a list of URLs: bodies are dropped.
 *
 * usage: b_fetch [-c N] [-n ROUNDS] [-e FILE] [-a NETWORKS] [-v] URLS
 *   -c N  requests at once (64)     -n N  rounds over the list (1)
 *   -e F  keep the ETags in F       -a    networks allowed (127.0.0.0/8)
 *   -v    a line a URL: outcome, status, bytes, milliseconds, words
 * A line a round: answers by kind, bytes, CPU seconds, peak memory.
 */
#include <curl/curl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "bench/bench.h"
#include "fetch/fetch.h"

struct list {
	struct event_base *base;
	char **urls, **etags;
	size_t n_urls, n_left;
	size_t n_ok, n_same, n_bad;
	int64_t bytes, wire;
	bool verbose;
};

struct slot {
	struct list *list;
	size_t i;
};

static void
print_result(const struct fetch_result *r)
{
	(void)printf("%-15s %3d %9zu %6lld %s%s%s\n",
	    sched_outcome_name(r->outcome), r->status, r->body_len,
	    (long long)r->elapsed_ms, r->url,
	    r->diag.text[0] != '\0' ? ": " : "", r->diag.text);
}

static void
done_cb(struct fetch_result *r, void *arg)
{
	struct slot *s = arg;
	struct list *l = s->list;

	if (r->outcome == SCHED_NOT_MODIFIED)
		l->n_same++;
	else if (r->outcome == SCHED_OK)
		l->n_ok++;
	else
		l->n_bad++;
	l->bytes += (int64_t)r->body_len;
	l->wire += r->wire_bytes;
	if (r->etag != NULL) {
		free(l->etags[s->i]);
		l->etags[s->i] = xstrdup(r->etag);
	}
	if (l->verbose)
		print_result(r);
	if (--l->n_left == 0)
		(void)event_base_loopbreak(l->base);
}

static size_t
read_lines(const char *path, char ***ret)
{
	FILE *fp = fopen(path, "r");
	char **lines = NULL, *line = NULL;
	size_t n = 0, cap = 0, room = 0;
	ssize_t len;

	while (fp != NULL && (len = getline(&line, &cap, fp)) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (n == room)
			lines = xreallocarray(
			    lines, room = room * 2 + 64, sizeof(*lines));
		lines[n++] = line[0] != '\0' ? xstrdup(line) : NULL;
	}
	free(line);
	if (fp != NULL)
		(void)fclose(fp);
	*ret = lines;
	return n;
}

static void
write_lines(const char *path, char *const *lines, size_t n)
{
	FILE *fp = fopen(path, "w");

	for (size_t i = 0; fp != NULL && i < n; i++)
		(void)fprintf(fp, "%s\n", lines[i] != NULL ? lines[i] : "");
	if (fp != NULL)
		(void)fclose(fp);
}

static void
run_round(struct list *l, struct fetcher *f, struct slot *slots, int round)
{
	double before = bench_cpu();
	struct rusage ru;

	l->n_ok = l->n_same = l->n_bad = 0;
	l->bytes = l->wire = 0;
	l->n_left = l->n_urls;
	for (size_t i = 0; i < l->n_urls; i++) {
		struct fetch_req req = {
		    .url = l->urls[i],
		    .etag = l->etags[i],
		};

		slots[i] = (struct slot){l, i};
		(void)fetch_start(f, &req, done_cb, &slots[i]);
	}
	(void)event_base_dispatch(l->base);
	(void)getrusage(RUSAGE_SELF, &ru);
	(void)printf("fetch round=%d ok=%zu notmodified=%zu failed=%zu "
		     "bytes=%lld wire=%lld cpu=%.3f rss_kb=%ld\n",
	    round, l->n_ok, l->n_same, l->n_bad, (long long)l->bytes,
	    (long long)l->wire, bench_cpu() - before, ru.ru_maxrss);
	(void)fflush(stdout);
}

static const struct fetch_params defaults = {
    .user_agent = "akin-bench/1.0 (+https://akin.example/)",
    .allow = "127.0.0.0/8",
    .max_total = 64,
    .max_per_host = 1,
    .max_per_domain = 2,
    .max_per_address = 4,
    .host_interval_ms = 1000,
    .connect_ms = 10000,
    .first_byte_ms = 20000,
    .transfer_ms = 60000,
    .body_bytes = 32 << 20,
    .wire_bytes = 16 << 20,
    .redirects = 5,
};

int
main(int argc, char **argv)
{
	struct fetch_params p = defaults;
	const char *etag_file = NULL;
	struct list l = {0};
	struct slot *slots;
	struct fetcher *f;
	struct diag d;
	int64_t n, rounds = 1;
	size_t n_etags = 0;
	int c;

	while ((c = getopt(argc, argv, "a:c:e:n:v")) != -1) {
		if (c == 'a')
			p.allow = optarg;
		else if (c == 'c' && str_to_i64(optarg, 1, 10000, &n))
			p.max_total = n;
		else if (c == 'e')
			etag_file = optarg;
		else if (c == 'n' && str_to_i64(optarg, 1, 1000, &n))
			rounds = n;
		else if (c == 'v')
			l.verbose = true;
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	(void)curl_global_init(CURL_GLOBAL_ALL);
	clock_init();
	l.n_urls = read_lines(argv[optind], &l.urls);
	l.base = event_base_new();
	f = fetch_new(l.base, &p, &d);
	if (f == NULL || l.n_urls == 0)
		return 1;
	if (etag_file != NULL)
		n_etags = read_lines(etag_file, &l.etags);
	l.etags = xreallocarray(l.etags, l.n_urls + n_etags, sizeof(char *));
	for (size_t i = n_etags; i < l.n_urls; i++)
		l.etags[i] = NULL;
	slots = xcalloc(l.n_urls, sizeof(*slots));
	for (int r = 1; r <= rounds; r++)
		run_round(&l, f, slots, r);
	if (etag_file != NULL)
		write_lines(etag_file, l.etags, l.n_urls);
	fetch_free(f);
	event_base_free(l.base);
	for (size_t i = 0; i < l.n_urls; i++) {
		free(l.urls[i]);
		free(l.etags[i]);
	}
	free(l.urls);
	free(l.etags);
	free(slots);
	return 0;
}

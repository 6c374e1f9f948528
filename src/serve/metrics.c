/* SPDX-License-Identifier: ISC */
/*
 * metrics.c - /metrics in Prometheus' text format 0.0.4, and /healthz.
 *
 * serve counts its answers here; the daemon appends what it knows of polls,
 * queues and relating through serve_ops.metrics; the store is asked by the
 * worker that has the request.
 */
#include "serve/serve_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static const int bucket_ms[METRICS_BUCKETS] = {
    1, 5, 10, 50, 100, 500, 1000, 5000};

void
metrics_count(struct metrics *m, const struct job *j, int64_t now_ms)
{
	int64_t took = now_ms - j->came_ms;
	int class = j->reply.status / 100;
	size_t i = 0;

	while (i < METRICS_BUCKETS && took > bucket_ms[i])
		i++;
	m->bucket[i]++;
	m->total_ms += (uint64_t)took;
	m->bytes += j->reply.body.len;
	m->by_class[class >= 1 && class <= 5 ? class : 0]++;
}

void
metrics_count_refusal(struct metrics *m, int status)
{
	m->by_class[status / 100]++;
}

static void
put_own(struct buf *out, struct serve *s)
{
	const struct metrics *m = &s->counts;
	uint64_t sum = 0;

	buf_adds(out,
	    "# HELP akin_http_requests_total Answers by class of status.\n"
	    "# TYPE akin_http_requests_total counter\n");
	for (int i = 1; i <= 5; i++)
		buf_addf(out, "akin_http_requests_total{class=\"%dxx\"} %llu\n",
		    i, (unsigned long long)m->by_class[i]);
	buf_adds(out,
	    "# HELP akin_http_request_seconds Time from request to answer.\n"
	    "# TYPE akin_http_request_seconds histogram\n");
	for (size_t i = 0; i < METRICS_BUCKETS; i++) {
		sum += m->bucket[i];
		buf_addf(out,
		    "akin_http_request_seconds_bucket{le=\"%g\"} %llu\n",
		    bucket_ms[i] / 1000.0, (unsigned long long)sum);
	}
	sum += m->bucket[METRICS_BUCKETS];
	buf_addf(out,
	    "akin_http_request_seconds_bucket{le=\"+Inf\"} %llu\n"
	    "akin_http_request_seconds_sum %g\n"
	    "akin_http_request_seconds_count %llu\n",
	    (unsigned long long)sum, (double)m->total_ms / 1000.0,
	    (unsigned long long)sum);
	buf_addf(out,
	    "# HELP akin_http_connections Open connections.\n"
	    "# TYPE akin_http_connections gauge\n"
	    "akin_http_connections %zu\n"
	    "# HELP akin_http_queue Requests at or before a worker.\n"
	    "# TYPE akin_http_queue gauge\n"
	    "akin_http_queue %lld\n",
	    conns_count(s->conns), (long long)s->n_queued);
}

void
metrics_ask(struct serve *s, struct job *j)
{
	struct buf out;

	buf_init(&out, LIMIT_MIB);
	put_own(&out, s);
	if (s->ops.metrics != NULL)
		s->ops.metrics(s->ops.arg, &out);
	j->metrics = buf_steal(&out);
}

static void
gauge(struct buf *out, const char *name, const char *help, int64_t value)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %lld\n", name, help,
	    name, name, (long long)value);
}

void
metrics_get(struct job *j)
{
	struct store_stats st;
	struct buf *out =
	    reply_begin(j, 200, "text/plain; version=0.0.4; charset=utf-8");

	if (j->metrics != NULL)
		buf_adds(out, j->metrics);
	if (store_stats(j->reader, &st) != AK_OK)
		return;
	buf_addf(out,
	    "# HELP akin_feeds Feeds by state.\n# TYPE akin_feeds gauge\n"
	    "akin_feeds{state=\"active\"} %lld\n"
	    "akin_feeds{state=\"failing\"} %lld\n"
	    "akin_feeds{state=\"stopped\"} %lld\n",
	    (long long)(st.n_active - st.n_failing), (long long)st.n_failing,
	    (long long)(st.n_feeds - st.n_active));
	gauge(out, "akin_articles", "Articles in the store.", st.n_articles);
	gauge(out, "akin_articles_unread", "Unread articles.", st.n_unread);
	gauge(out, "akin_articles_starred", "Starred articles.", st.n_starred);
	gauge(out, "akin_relations", "Relations in the store.", st.n_relations);
	gauge(out, "akin_threads", "Stories in the store.", st.n_threads);
	gauge(out, "akin_store_bytes", "Size of the store.", st.file_bytes);
}

/* SPDX-License-Identifier: ISC */
#include "daemon/metrics.h"

#include "sched/sched.h"

static void
put(struct buf *out, const char *type, const char *name, const char *help,
    int64_t value)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", name, help, name,
	    type, name, (long long)value);
}

static void
put_outcomes(struct buf *out, const struct pipeline_stats *s)
{
	buf_adds(out,
	    "# HELP akin_polls_total Polls since the start, by outcome.\n"
	    "# TYPE akin_polls_total counter\n");
	for (int i = 0; i < SCHED_OUTCOMES; i++)
		buf_addf(out, "akin_polls_total{outcome=\"%s\"} %lld\n",
		    sched_outcome_name((enum sched_outcome)i),
		    (long long)s->n_by_outcome[i]);
}

static void
put_queues(struct buf *out, const struct pipeline_stats *s)
{
	const struct {
		const char *name;
		int64_t n;
	} queues[] = {
	    {"load", s->n_to_load},
	    {"fetch", s->n_to_fetch},
	    {"parse", s->n_to_parse},
	    {"write", s->n_to_write},
	    {"relate", s->n_to_relate},
	};

	buf_adds(out,
	    "# HELP akin_queue What waits before each stage: feeds, then "
	    "articles to relate.\n# TYPE akin_queue gauge\n");
	for (size_t i = 0; i < AK_COUNT(queues); i++)
		buf_addf(out, "akin_queue{stage=\"%s\"} %lld\n", queues[i].name,
		    (long long)queues[i].n);
}

void
metrics_put(const struct pipeline *p, struct buf *out)
{
	struct pipeline_stats s;

	pipeline_stats(p, &s);
	put_outcomes(out, &s);
	put(out, "counter", "akin_poll_errors_total",
	    "Polls that failed since the start.", s.n_failed);
	put(out, "counter", "akin_poll_bytes_total",
	    "Bytes of answers as they came over the wire.", s.wire_bytes);
	put(out, "counter", "akin_items_total",
	    "Items in the documents that were parsed.", s.n_items);
	put(out, "counter", "akin_articles_new_total",
	    "New articles since the start.", s.n_new);
	put(out, "counter", "akin_articles_revised_total",
	    "Articles edited by their publishers since the start.",
	    s.n_revised);
	put(out, "gauge", "akin_polling", "Feeds being polled.", s.n_polling);
	put(out, "gauge", "akin_fetching", "Requests under way.", s.n_fetching);
	put_queues(out, &s);
	put(out, "gauge", "akin_pushed_feeds", "Feeds whose hub pushes.",
	    s.n_pushed_feeds);
	buf_addf(out,
	    "# HELP akin_pushes_total Deliveries of hubs, by result.\n"
	    "# TYPE akin_pushes_total counter\n"
	    "akin_pushes_total{result=\"ok\"} %lld\n"
	    "akin_pushes_total{result=\"refused\"} %lld\n",
	    (long long)s.n_pushes, (long long)s.n_refused_pushes);
	times_put(s.batch_times, "akin_batch_seconds",
	    "Transactions of the writer, from first job to commit.", out);
	times_put(s.relate_times, "akin_relate_seconds",
	    "Time to relate up to 64 new articles.", out);
}

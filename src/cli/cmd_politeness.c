/* SPDX-License-Identifier: ISC */
/*
 * akin politeness: what was asked of each host, by the log of polls.  For
 * whoever wants to know, and for answering an operator who asks.
 */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/article_json.h"
#include "cli/term.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin politeness [--json] [HOST]\n"
    "What was asked of each host in the last 30 days, what conditional\n"
    "requests saved, and whether each rule of good behaviour was kept.\n";

#define DAYS 30
#define EARLY_S 900 /* two polls of a feed closer than the floor */

struct row {
	char *host;
	int64_t feed_id, at;
	int status;
	int64_t wire_bytes;
	bool was_conditional;
};

struct rows {
	struct row *rows;
	size_t n, cap;
};

struct host {
	const char *name;
	int64_t n, n_304, n_conditional, n_failed, bytes, n_200, bytes_200;
	int64_t n_early, n_feeds, n_unconditional_again;
};

static void
poll_cb(const struct store_poll *p, void *arg)
{
	struct rows *r = arg;

	if (p->host == NULL || p->status == 0)
		return; /* a file, or nobody was reached */
	if (r->n == r->cap) {
		r->cap = r->cap != 0 ? r->cap * 2 : 1024;
		r->rows = xreallocarray(r->rows, r->cap, sizeof(*r->rows));
	}
	r->rows[r->n++] = (struct row){.host = xstrdup(p->host),
	    .feed_id = p->feed_id,
	    .at = p->at,
	    .status = p->status,
	    .wire_bytes = p->wire_bytes,
	    .was_conditional = p->was_conditional};
}

static int
by_host_feed_time(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;
	int d = strcmp(a->host, b->host);

	if (d != 0)
		return d;
	if (a->feed_id != b->feed_id)
		return a->feed_id < b->feed_id ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static void
add_row(struct host *h, const struct row *r, const struct row *before)
{
	bool same_feed = before != NULL && before->feed_id == r->feed_id;

	h->n++;
	h->bytes += r->wire_bytes;
	h->n_304 += r->status == 304;
	h->n_conditional += r->was_conditional;
	h->n_failed += r->status >= 400;
	h->n_feeds += !same_feed;
	if (r->status == 200) {
		h->n_200++;
		h->bytes_200 += r->wire_bytes;
	}
	if (!same_feed)
		return;
	h->n_early += r->at - before->at < EARLY_S;
	h->n_unconditional_again += !r->was_conditional;
}

static void
print_host(const struct host *h, const struct term *t, bool as_json)
{
	int64_t saved = h->n_200 > 0 ? h->n_304 * (h->bytes_200 / h->n_200) : 0;

	if (as_json) {
		(void)json_line(json_pack("{ss sI sI sI sI sI sI sI sI sI}",
		    "host", h->name, "feeds", (json_int_t)h->n_feeds,
		    "requests", (json_int_t)h->n, "not_modified",
		    (json_int_t)h->n_304, "conditional",
		    (json_int_t)h->n_conditional, "unconditional_again",
		    (json_int_t)h->n_unconditional_again, "failed",
		    (json_int_t)h->n_failed, "wire_bytes", (json_int_t)h->bytes,
		    "saved_bytes", (json_int_t)saved, "early",
		    (json_int_t)h->n_early));
		return;
	}
	if (t->is_tty)
		term_cell(t, TERM_BOLD, h->name, 32);
	else
		term_put(t, TERM_PLAIN, h->name);
	(void)printf(t->is_tty
			 ? " %5lld feeds %6lld requests %6lld not modified"
			   " %8lld kB, %8lld kB saved %4lld failed "
			   "%4lld early\n"
			 : "\t%lld\t%lld\t%lld\t%lld\t%lld\t%lld\t%lld\n",
	    (long long)h->n_feeds, (long long)h->n, (long long)h->n_304,
	    (long long)h->bytes / 1024, (long long)saved / 1024,
	    (long long)h->n_failed, (long long)h->n_early);
}

static void
print_hosts(struct rows *r, bool as_json)
{
	struct term t;

	term_init(&t, stdout);
	if (r->n > 0)
		qsort(r->rows, r->n, sizeof(*r->rows), by_host_feed_time);
	for (size_t i = 0; i < r->n;) {
		struct host h = {.name = r->rows[i].host};
		size_t from = i;

		for (; i < r->n && strcmp(r->rows[i].host, h.name) == 0; i++)
			add_row(
			    &h, &r->rows[i], i > from ? &r->rows[i - 1] : NULL);
		print_host(&h, &t, as_json);
	}
}

int
cmd_politeness(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	struct rows rows = {0};
	struct store_reader *r = NULL;
	bool as_json = false;
	enum ak_status st;
	int c, rc;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c != 'j')
			return cli_usage(usage, c == '?');
		as_json = true;
	}
	if (argc - optind > 1) {
		cli_error("politeness", "one HOST at most");
		return CLI_USAGE;
	}
	if ((rc = cli_open_reader(cli, &r)) != CLI_OK)
		return rc;
	st = store_polls(r, 0, optind < argc ? argv[optind] : NULL,
	    clock_now() - DAYS * 86400, 0, poll_cb, &rows);
	if (st == AK_OK)
		print_hosts(&rows, as_json);
	else
		rc = cli_store_failed(cli, st, store_reader_error(r));
	for (size_t i = 0; i < rows.n; i++)
		free(rows.rows[i].host);
	free(rows.rows);
	store_reader_close(r);
	return rc;
}

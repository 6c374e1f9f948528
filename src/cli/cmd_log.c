/* SPDX-License-Identifier: ISC */
/* akin log: the polls of one feed, to answer an operator who asks. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/article_json.h"
#include "cli/term.h"
#include "sched/sched.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin log [--json] FEED\n"
    "The requests made for a feed, newest first: when, status, outcome,\n"
    "whether validators were sent, bytes received, new articles, error.\n";

struct listing {
	bool as_json;
	struct term term;
};

static json_t *
poll_json(const struct store_poll *p)
{
	json_t *o = json_object();

	json_put_time(o, "at", p->at);
	json_put(o, "host", p->host);
	if (p->status != 0)
		(void)json_object_set_new(o, "status", json_integer(p->status));
	json_put(
	    o, "outcome", sched_outcome_name((enum sched_outcome)p->outcome));
	(void)json_object_set_new(
	    o, "conditional", json_boolean(p->was_conditional));
	(void)json_object_set_new(o, "bytes", json_integer(p->wire_bytes));
	(void)json_object_set_new(
	    o, "milliseconds", json_integer(p->elapsed_ms));
	(void)json_object_set_new(o, "new", json_integer(p->n_new));
	json_put(o, "error", p->error);
	return o;
}

static void
poll_cb(const struct store_poll *p, void *arg)
{
	const struct listing *l = arg;
	char at[CLOCK_RFC3339_SIZE];

	if (l->as_json) {
		(void)json_line(poll_json(p));
		return;
	}
	(void)printf(l->term.is_tty ? "%s  %3d  %-12s  %-13s  %8lld  %4lld  "
				    : "%s\t%d\t%s\t%s\t%lld\t%lld\t",
	    clock_rfc3339(p->at, at), p->status,
	    sched_outcome_name((enum sched_outcome)p->outcome),
	    p->was_conditional ? "conditional" : "unconditional",
	    (long long)p->wire_bytes, (long long)p->n_new);
	term_put(&l->term, TERM_PLAIN, p->error != NULL ? p->error : "");
	(void)putchar('\n');
}

int
cmd_log(struct cli *cli, int argc, char **argv)
{
	struct listing l = {0};
	struct store_reader *r = NULL;
	enum ak_status st;
	int64_t feed;
	int rc;

	rc =
	    cli_args(argc, argv, usage, &l.as_json, 1, 1, "one FEED is wanted");
	if (rc >= 0)
		return rc;
	if ((rc = cli_open_reader(cli, &r)) != CLI_OK)
		return rc;
	if ((rc = cli_feed_id(r, argv[optind], &feed)) == CLI_OK) {
		term_init(&l.term, stdout);
		st = store_polls(r, feed, NULL, 0, INT64_MAX, poll_cb, &l);
		if (st != AK_OK)
			rc = cli_store_failed(cli, st, store_reader_error(r));
	}
	store_reader_close(r);
	return rc;
}

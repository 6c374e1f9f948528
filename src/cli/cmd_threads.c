/* SPDX-License-Identifier: ISC */
/* akin threads: the stories that several articles report. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/article_json.h"
#include "cli/term.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin threads [--since TIME] [--limit N] [--json]\n"
    "The stories that several articles report, the latest grown first.\n";

struct listing {
	bool as_json;
	struct term term;
};

static void
thread_cb(const struct store_thread *h, void *arg)
{
	const struct listing *l = arg;
	char last[TERM_TIME_SIZE], utc[CLOCK_RFC3339_SIZE];
	json_t *o;

	if (l->as_json) {
		o = json_object();
		(void)json_object_set_new(o, "thread", json_integer(h->id));
		(void)json_object_set_new(o, "article", json_integer(h->lead));
		json_put(o, "title", h->lead_title);
		json_put(o, "url", h->lead_url);
		json_put(o, "feed", h->lead_feed);
		(void)json_object_set_new(
		    o, "articles", json_integer(h->n_articles));
		(void)json_object_set_new(o, "feeds", json_integer(h->n_feeds));
		json_put_time(o, "first", h->first_at);
		json_put_time(o, "last", h->last_at);
		json_line(o);
		return;
	}
	(void)printf(l->term.is_tty ? "%6lld  %s  %3lld articles %3lld feeds  "
				    : "%lld\t%s\t%lld\t%lld\t",
	    (long long)h->id,
	    l->term.is_tty ? term_time(h->last_at, last)
			   : clock_rfc3339(h->last_at, utc),
	    (long long)h->n_articles, (long long)h->n_feeds);
	if (l->term.is_tty)
		term_cell(&l->term, TERM_BOLD,
		    h->lead_title ? h->lead_title : "",
		    l->term.columns > 90 ? l->term.columns - 54 : 36);
	else
		term_put(
		    &l->term, TERM_PLAIN, h->lead_title ? h->lead_title : "");
	(void)putchar('\n');
}

int
cmd_threads(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"since", required_argument, NULL, 's'},
	    {"limit", required_argument, NULL, 'n'},
	    {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	struct store_thread_query q = {.min_articles = 2};
	struct listing l = {0};
	struct store_reader *r = NULL;
	enum ak_status st;
	int c, rc;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?')
			return cli_usage(usage, c == '?');
		l.as_json |= c == 'j';
		if (c == 's' && !cli_time(optarg, clock_now(), &q.since))
			return cli_bad_value("--since", CLI_TIME);
		if (c == 'n' && !str_to_i64(optarg, 1, INT64_MAX, &q.limit))
			return cli_bad_value("--limit", CLI_NUMBER);
	}
	if (optind < argc) {
		cli_error("threads", "takes options only");
		return CLI_USAGE;
	}
	if ((rc = cli_open_reader(cli, &r)) != CLI_OK)
		return rc;
	term_init(&l.term, stdout);
	if (q.limit == 0 && l.term.is_tty && !l.as_json)
		q.limit = 30;
	st = store_threads(r, &q, thread_cb, &l);
	if (st != AK_OK)
		rc = cli_store_failed(cli, st, store_reader_error(r));
	store_reader_close(r);
	return rc;
}

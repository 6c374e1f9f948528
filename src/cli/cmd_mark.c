/* SPDX-License-Identifier: ISC */
/* akin mark: the reader's state of articles. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/article_json.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin mark read|unread|star|unstar [--json] ID ...\n"
    "       akin mark read|unread|star|unstar [--json] [--feed FEED]\n"
    "                 [--before TIME]\n"
    "Set the reader's state, of articles or of all of a feed or a time.\n";

static bool
mark_from_name(const char *name, enum store_mark *ret)
{
	static const struct {
		const char *name;
		enum store_mark mark;
	} marks[] = {{"read", STORE_READ}, {"unread", STORE_UNREAD},
	    {"star", STORE_STAR}, {"unstar", STORE_UNSTAR}};

	for (size_t i = 0; i < AK_COUNT(marks); i++)
		if (strcmp(marks[i].name, name) == 0) {
			*ret = marks[i].mark;
			return true;
		}
	return false;
}

struct marking {
	struct cli *cli;
	enum store_mark mark;
	const char *feed;
	bool as_json;
	struct store_mark_query q;
	int64_t *ids;
};

static int
resolve(struct marking *m, struct store_reader *r, int n, char **specs)
{
	int rc = CLI_OK;

	if (m->feed != NULL)
		rc = cli_feed_id(r, m->feed, &m->q.feed_id);
	m->ids = xcalloc((size_t)n, sizeof(*m->ids));
	for (int i = 0; i < n; i++) {
		int one = cli_article_id(r, specs[i], &m->ids[m->q.n_ids]);

		if (one == CLI_OK)
			m->q.n_ids++;
		else
			rc = one;
	}
	m->q.ids = m->ids;
	return rc;
}

static int
run(struct marking *m, int n, char **specs)
{
	struct store_reader *r = NULL;
	struct store *s = NULL;
	int64_t changed = 0;
	enum ak_status st;
	int rc = cli_open_reader(m->cli, &r), found;

	if (rc != CLI_OK)
		return rc;
	found = resolve(m, r, n, specs);
	store_reader_close(r);
	if (found != CLI_OK && m->q.n_ids == 0)
		return found;
	if ((rc = cli_open_store(m->cli, &s)) != CLI_OK)
		return rc;
	st = store_mark(s, m->mark, &m->q, &changed);
	if (st != AK_OK)
		rc = cli_store_failed(m->cli, st, store_error(s));
	else if (m->as_json)
		json_line(json_pack("{sI}", "changed", (json_int_t)changed));
	else if (m->cli->verbosity > 0)
		(void)printf("%lld articles changed\n", (long long)changed);
	store_close(s);
	return rc != CLI_OK ? rc : found;
}

int
cmd_mark(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"feed", required_argument, NULL, 'f'},
	    {"before", required_argument, NULL, 'b'},
	    {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	struct marking m = {.cli = cli};
	int c, rc;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?')
			return cli_usage(usage, c == '?');
		m.as_json |= c == 'j';
		if (c == 'f')
			m.feed = optarg;
		if (c == 'b' && !cli_time(optarg, clock_now(), &m.q.before))
			return cli_bad_value("--before", CLI_TIME);
	}
	if (optind == argc || !mark_from_name(argv[optind], &m.mark)) {
		cli_error("mark", "read, unread, star or unstar is wanted");
		return CLI_USAGE;
	}
	optind++;
	if ((optind == argc) == (m.feed == NULL && m.q.before == 0)) {
		cli_error("mark", "IDs, or --feed or --before, are wanted");
		return CLI_USAGE;
	}
	rc = run(&m, argc - optind, argv + optind);
	free(m.ids);
	return rc;
}

/* SPDX-License-Identifier: ISC */
/* akin check, backup, gc: looking after the store. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "cli/article_json.h"
#include "cli/progress.h"
#include "conf/conf.h"
#include "store/store.h"

static const char check_usage[] = "usage: akin check [--json]\n"
				  "Check the store; every finding is a line.\n";
static const char backup_usage[] =
    "usage: akin backup [--json] FILE\n"
    "Copy the store to a new file while it is in use.\n";
static const char gc_usage[] =
    "usage: akin gc [--json]\n"
    "Apply the retention of akin.conf(5) now. What goes does not come back.\n";

struct checking {
	struct progress bar;
	bool as_json;
	json_t *findings;
};

static void
finding_cb(const char *line, void *arg)
{
	struct checking *k = arg;

	if (k->as_json) {
		(void)json_array_append_new(k->findings, json_string(line));
		return;
	}
	progress_clear(&k->bar);
	cli_error("check", "%s", line);
}

static void
checked_cb(int64_t done, int64_t all, void *arg)
{
	struct checking *k = arg;

	progress_show(&k->bar, done, all, "");
}

int
cmd_check(struct cli *cli, int argc, char **argv)
{
	struct checking k = {0};
	struct store_reader *r = NULL;
	struct store_stats stats = {0};
	enum ak_status st;
	int rc = cli_args(
	    argc, argv, check_usage, &k.as_json, 0, 0, "takes no arguments");

	if (rc >= 0)
		return rc;
	if ((rc = cli_open_reader(cli, &r)) != CLI_OK)
		return rc;
	k.findings = json_array();
	progress_begin(&k.bar, "articles", !cli->is_quiet);
	st = store_check(r, finding_cb, checked_cb, &k);
	progress_end(&k.bar);
	if (st == AK_OK)
		st = store_stats(r, &stats);
	if (k.as_json)
		json_line(json_pack("{sb sO sI sI sI}", "ok", st == AK_OK,
		    "findings", k.findings, "feeds", (json_int_t)stats.n_feeds,
		    "articles", (json_int_t)stats.n_articles, "bytes",
		    (json_int_t)stats.file_bytes));
	else if (st == AK_OK && !cli->is_quiet)
		(void)printf("ok: %lld feeds, %lld articles, %lld relations\n",
		    (long long)stats.n_feeds, (long long)stats.n_articles,
		    (long long)stats.n_relations);
	json_decref(k.findings);
	if (st == AK_CORRUPT)
		rc = CLI_PARTLY; /* its findings are told */
	else if (st != AK_OK)
		rc = cli_store_failed(cli, st, store_reader_error(r));
	store_reader_close(r);
	return rc;
}

static void
pages_cb(int64_t done, int64_t all, void *arg)
{
	progress_show(arg, done, all, "");
}

static void
print_copy(const char *file)
{
	json_t *o = json_object();
	struct stat sb;

	json_put(o, "file", file);
	if (stat(file, &sb) == 0)
		(void)json_object_set_new(o, "bytes", json_integer(sb.st_size));
	json_line(o);
}

int
cmd_backup(struct cli *cli, int argc, char **argv)
{
	struct progress bar;
	struct store_reader *r = NULL;
	struct diag d = {{0}};
	bool as_json = false;
	enum ak_status st;
	int rc = cli_args(
	    argc, argv, backup_usage, &as_json, 1, 1, "one FILE is wanted");

	if (rc >= 0)
		return rc;
	if ((rc = cli_open_reader(cli, &r)) != CLI_OK)
		return rc;
	progress_begin(&bar, "pages", !cli->is_quiet);
	st = store_backup(r, argv[optind], pages_cb, &bar, &d);
	progress_end(&bar);
	if (st != AK_OK) {
		cli_error_about(argv[optind],
		    d.text[0] != '\0' ? d.text : ak_status_name(st));
		rc = st == AK_EXISTS ? CLI_USAGE : CLI_UNAVAILABLE;
	} else if (as_json) {
		print_copy(argv[optind]);
	}
	store_reader_close(r);
	return rc;
}

static bool
gone_cb(int64_t done, int64_t all, void *arg)
{
	progress_show(arg, done, all, "");
	return true;
}

int
cmd_gc(struct cli *cli, int argc, char **argv)
{
	struct store_gc_result res = {0};
	struct progress bar;
	struct store *s = NULL;
	bool as_json = false;
	enum ak_status st;
	int rc = cli_args(
	    argc, argv, gc_usage, &as_json, 0, 0, "takes no arguments");

	if (rc >= 0)
		return rc;
	if ((rc = cli_open_store(cli, &s)) != CLI_OK)
		return rc;
	progress_begin(&bar, "articles", !cli->is_quiet);
	st = store_gc(s,
	    &(struct store_gc){.now = clock_now(),
		.keep_days = cli->conf->store_keep_days,
		.keep_items = cli->conf->store_keep_items,
		.keep_revisions = cli->conf->store_keep_revisions,
		.go_on = gone_cb,
		.arg = &bar},
	    &res);
	progress_end(&bar);
	if (st != AK_OK)
		rc = cli_store_failed(cli, st, store_error(s));
	else if (as_json)
		json_line(json_pack("{sI sI sI}", "articles",
		    (json_int_t)res.n_articles, "polls",
		    (json_int_t)res.n_polls, "revisions",
		    (json_int_t)res.n_revisions));
	else if (!cli->is_quiet)
		(void)printf("%lld articles, %lld revisions, %lld polls gone\n",
		    (long long)res.n_articles, (long long)res.n_revisions,
		    (long long)res.n_polls);
	store_close(s);
	return rc;
}

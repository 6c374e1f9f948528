/* SPDX-License-Identifier: ISC */
/* What most verbs begin with: configuration, store, feeds by name. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "conf/conf.h"
#include "daemon/control.h"
#include "parse/parse.h"
#include "store/store.h"

int
cli_usage(const char *usage, bool is_mistake)
{
	if (is_mistake)
		return CLI_USAGE; /* getopt(3) said which option */
	(void)fputs(usage, stdout);
	return CLI_OK;
}

int
cli_args(int argc, char **argv, const char *usage, bool *as_json, int least,
    int most, const char *wanted)
{
	static const struct option options[] = {
	    {"help", no_argument, NULL, 'h'}, {"json", no_argument, NULL, 'j'},
	    {NULL, 0, NULL, 0}};
	static const struct option no_json[] = {
	    {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h",
		    as_json != NULL ? options : no_json, NULL)) != -1) {
		if (c != 'j')
			return cli_usage(usage, c == '?');
		assert(as_json != NULL);
		*as_json = true;
	}
	if (argc - optind >= least && argc - optind <= most)
		return -1;
	cli_error(argv[0] + strlen("akin: "), "%s", wanted);
	return CLI_USAGE;
}

int
cli_conf(struct cli *cli)
{
	struct diag d;

	if (cli->conf != NULL)
		return CLI_OK;
	if (conf_load(cli->config_file, &cli->conf, &d) != AK_OK) {
		cli_error("configuration", "%s", d.text);
		return CLI_USAGE;
	}
	if (conf_store_path(cli->conf, cli->db, false, &cli->path, &d) == AK_OK)
		return CLI_OK;
	cli_error("store", "%s", d.text);
	return CLI_USAGE;
}

int
cli_store_failed(struct cli *cli, enum ak_status st, const char *why)
{
	cli_error_about(cli->path, str_empty(why) ? ak_status_name(st) : why);
	return CLI_UNAVAILABLE;
}

static int
no_store(struct cli *cli)
{
	return cli_store_failed(
	    cli, AK_NOTFOUND, "no store there yet; akin add makes one");
}

int
cli_open_reader(struct cli *cli, struct store_reader **ret)
{
	struct diag d = {{0}};
	enum ak_status st;
	int rc = cli_conf(cli);

	if (rc != CLI_OK)
		return rc;
	st = store_reader_open(cli->path, ret, &d);
	if (st == AK_OK)
		return CLI_OK;
	return st == AK_NOTFOUND ? no_store(cli)
				 : cli_store_failed(cli, st, d.text);
}

static int
open_store(struct cli *cli, unsigned flags, struct store **ret)
{
	struct diag d = {{0}};
	enum ak_status st;
	int rc = cli_conf(cli);

	if (rc != CLI_OK)
		return rc;
	if (cli->conf->store_search == 0)
		flags |= STORE_NO_SEARCH;
	st = store_open(cli->path, flags, ret, &d);
	if (st == AK_NOTFOUND && (flags & STORE_CREATE) == 0)
		return no_store(cli);
	return st == AK_OK ? CLI_OK : cli_store_failed(cli, st, d.text);
}

int
cli_open_store(struct cli *cli, struct store **ret)
{
	return open_store(cli, 0, ret);
}

int
cli_make_store(struct cli *cli, struct store **ret)
{
	return open_store(cli, STORE_CREATE, ret);
}

char *
cli_daemon_socket(struct cli *cli)
{
	struct store_lock_owner owner;

	if (store_lock_owner(cli->path, &owner) != AK_OK ||
	    owner.socket[0] == '\0')
		return NULL;
	return xstrdup(owner.socket);
}

void
cli_poke(struct cli *cli)
{
	char *socket = cli_daemon_socket(cli);

	/* Unheard, it finds out by itself within minutes. */
	if (socket != NULL)
		(void)!control_ask(socket, "wake", NULL, NULL);
	free(socket);
}

int
cli_feed_id(struct store_reader *r, const char *spec, int64_t *ret)
{
	struct diag d = {{0}};
	enum ak_status st = store_feed_resolve(r, spec, ret, &d);

	if (st == AK_OK)
		return CLI_OK;
	cli_error_about(spec, d.text[0] != '\0' ? d.text : "no such feed");
	return st == AK_NOTFOUND || st == AK_BADINPUT ? CLI_PARTLY
						      : CLI_UNAVAILABLE;
}

int
cli_article_id(struct store_reader *r, const char *spec, int64_t *ret)
{
	enum ak_status st = store_article_resolve(r, spec, ret);

	if (st == AK_OK)
		return CLI_OK;
	cli_error(spec, "%s", store_reader_error(r));
	return st == AK_NOTFOUND ? CLI_PARTLY : CLI_UNAVAILABLE;
}

bool
cli_span(const char *s, int64_t *ret)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = {
	    {"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
	char *end;
	long long n = strtoll(s, &end, 10);

	if (end == s || n < 0 || n >= 1000000000)
		return false;
	for (size_t i = 0; i < AK_COUNT(units); i++)
		if (strcmp(units[i].unit, end) == 0) {
			*ret = n * units[i].seconds;
			return true;
		}
	return false;
}

bool
cli_time(const char *s, int64_t now, int64_t *ret)
{
	int64_t t;

	if (cli_span(s, &t)) {
		*ret = now - t;
		return true;
	}
	if ((t = parse_date(s)) == DOC_NO_TIME)
		return false;
	*ret = t;
	return true;
}

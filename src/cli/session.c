/* SPDX-License-Identifier: ISC */
/* What most verbs begin with: configuration, store, feeds by name. */
#include <stdlib.h>
#include <stdio.h>
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
cli_conf(struct cli *cli)
{
	struct diag d;

	if (cli->conf != NULL)
		return CLI_OK;
	if (conf_load(cli->config_file, &cli->conf, &d) != AK_OK) {
		cli_error("configuration", "%s", d.text);
		return CLI_USAGE;
	}
	cli->path = conf_store_path(cli->conf, cli->db, false);
	return CLI_OK;
}

/* Words of a lower layer may begin with what they are about already. */
static void
error_about(const char *what, const char *why)
{
	const char *colon = strstr(why, ": ");
	size_t len = strlen(what);
	char *about;

	if (colon != NULL &&
	    (why[0] == '/' || ((size_t)(colon - why) == len &&
				  strncmp(why, what, len) == 0))) {
		about = xstrndup(why, (size_t)(colon - why));
		cli_error(about, "%s", colon + 2);
		free(about);
	} else {
		cli_error(what, "%s", why);
	}
}

int
cli_store_failed(struct cli *cli, enum ak_status st, const char *why)
{
	error_about(cli->path, str_empty(why) ? ak_status_name(st) : why);
	return CLI_UNAVAILABLE;
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
	if (st == AK_NOTFOUND)
		return cli_store_failed(
		    cli, st, "no store there yet; akin add makes one");
	return cli_store_failed(cli, st, d.text);
}

int
cli_open_store(struct cli *cli, struct store **ret)
{
	struct diag d = {{0}};
	enum ak_status st;
	int rc = cli_conf(cli);

	if (rc != CLI_OK)
		return rc;
	st = store_open(cli->path,
	    STORE_CREATE | (cli->conf->store_search != 0 ? 0 : STORE_NO_SEARCH),
	    ret, &d);
	return st == AK_OK ? CLI_OK : cli_store_failed(cli, st, d.text);
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
	error_about(spec, d.text[0] != '\0' ? d.text : "no such feed");
	return st == AK_NOTFOUND || st == AK_BADINPUT ? CLI_PARTLY
						      : CLI_UNAVAILABLE;
}

int
cli_article_id(struct store_reader *r, const char *spec, int64_t *ret)
{
	enum ak_status st = store_article_resolve(r, spec, ret);

	if (st == AK_OK)
		return CLI_OK;
	cli_error(spec, "no such article");
	return CLI_PARTLY;
}

bool
cli_time(const char *s, int64_t now, int64_t *ret)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = {
	    {"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
	char *end;
	long long n = strtoll(s, &end, 10);
	int64_t t;

	if (end != s && n >= 0 && n < 1000000000)
		for (size_t i = 0; i < AK_COUNT(units); i++)
			if (strcmp(units[i].unit, end) == 0) {
				*ret = now - n * units[i].seconds;
				return true;
			}
	if ((t = parse_date(s)) == DOC_NO_TIME)
		return false;
	*ret = t;
	return true;
}

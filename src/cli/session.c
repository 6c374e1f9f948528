/* SPDX-License-Identifier: ISC */
/* What most verbs begin with: configuration, store, feeds by name. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
cli_feed_failed(
    struct cli *cli, const char *spec, enum ak_status st, const char *why)
{
	if (st != AK_NOTFOUND)
		return cli_store_failed(cli, st, why);
	cli_error(spec, "no such feed"); /* any more */
	return CLI_PARTLY;
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

struct seeking {
	const char *path;
	bool is_found;
};

static void
seek_cb(const struct store_category *c, void *arg)
{
	struct seeking *s = arg;

	size_t len = strlen(s->path);

	/* Those above a category are there by name alone. */
	s->is_found |= strncmp(c->path, s->path, len) == 0 &&
		       (c->path[len] == '\0' || c->path[len] == '/');
}

int
cli_category(struct store_reader *r, const char *path)
{
	struct seeking s = {.path = path};

	if (store_categories(r, false, seek_cb, &s) != AK_OK) {
		cli_error(path, "%s", store_reader_error(r));
		return CLI_UNAVAILABLE;
	}
	if (s.is_found)
		return CLI_OK;
	cli_error(path, "no such category");
	return CLI_PARTLY;
}

static void
thread_cb(const struct store_thread *t, void *arg)
{
	int64_t *id = arg;

	*id = t->id;
}

int
cli_thread_id(struct store_reader *r, int64_t spec, int64_t *ret)
{
	struct store_thread_query q = {.id = spec, .min_articles = 1};
	int64_t id = 0;
	char name[24];

	(void)snprintf(name, sizeof(name), "%lld", (long long)spec);
	if (store_threads(r, &q, thread_cb, &id) != AK_OK) {
		cli_error(name, "%s", store_reader_error(r));
		return CLI_UNAVAILABLE;
	}
	if (id == 0) {
		cli_error(name, "no such thread");
		return CLI_PARTLY;
	}
	*ret = id;
	return CLI_OK;
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

/* A date alone is the day of who types it, as listings show it. */
static bool
local_midnight(const char *s, int64_t *ret)
{
	struct tm tm = {.tm_isdst = -1};
	const char *end = strptime(s, "%Y-%m-%d", &tm);
	int day = tm.tm_mday;

	if (end == NULL || *end != '\0')
		return false;
	*ret = mktime(&tm);
	return tm.tm_mday == day;
}

bool
cli_time(const char *s, int64_t now, int64_t *ret)
{
	int64_t t;

	if (cli_span(s, &t)) {
		*ret = now - t;
		return true;
	}
	if (local_midnight(s, ret))
		return true;
	if ((t = parse_date(s)) == DOC_NO_TIME)
		return false;
	*ret = t;
	return true;
}

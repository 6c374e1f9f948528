/* SPDX-License-Identifier: ISC */
/* akin edit: change a subscription. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/term.h"
#include "conf/conf.h"
#include "daemon/pipeline.h"
#include "fetch/fetch.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin edit OPTION ... [--json] FEED\n"
    "Change a subscription; an empty value takes a setting away.\n"
    "  --title TITLE           --category NAME\n"
    "  --url URL               another address\n"
    "  --interval TIME         poll at this interval (30min, 2h); 0: by "
    "itself\n"
    "  --pause, --resume       stop polling, go on\n"
    "  --full-text on|off      fetch the pages of its articles\n"
    "  --cookies once|off      keep them from hop to hop of one fetch\n"
    "  --ignore-hints on|off   do not wait as long as the server asks\n"
    "  --user NAME:PASSWORD    --user-file FILE     --bearer-file FILE\n"
    "  --header FIELD\n"
    "  --proxy URL             --client-cert FILE   --client-key FILE\n"
    "  --page-rules FILE       what is content on its pages\n";

enum {
	OPT_TITLE = 1000,
	OPT_CATEGORY,
	OPT_URL,
	OPT_INTERVAL,
	OPT_PAUSE,
	OPT_RESUME,
	OPT_FULL_TEXT,
	OPT_IGNORE_HINTS,
	OPT_COOKIES,
	OPT_USER,
	OPT_USER_FILE,
	OPT_BEARER_FILE,
	OPT_HEADER,
	OPT_PROXY,
	OPT_CLIENT_CERT,
	OPT_CLIENT_KEY,
	OPT_PAGE_RULES,
	OPT_JSON
};

struct editing {
	struct store_feed_edit e;
	struct buf headers;
	char *user, *bearer, *rules; /* read from files */
	bool has_any, as_json;
};

static bool
on_off(bool *ret)
{
	*ret = strcmp(optarg, "on") == 0;
	if (*ret || strcmp(optarg, "off") == 0)
		return true;
	cli_error(optarg, "on or off is wanted");
	return false;
}

/* "" stands for none. */
static const char *
value(const char *s)
{
	return *s != '\0' ? s : NULL;
}

static bool
read_text(const char *file, size_t max, char **ret)
{
	char *data = NULL;
	size_t len = 0;

	if (*file == '\0')
		return true;
	if (cli_read_file(file, max, &data, &len) != AK_OK)
		return false;
	free(*ret);
	*ret = xstrndup(data, len);
	free(data);
	return true;
}

/* The first line of a file. */
static bool
read_secret(const char *file, char **ret)
{
	if (!read_text(file, 64 << 10, ret))
		return false;
	if (*ret != NULL)
		(*ret)[strcspn(*ret, "\r\n")] = '\0';
	return true;
}

static bool
take_secret(struct editing *ed, int c)
{
	struct store_feed_edit *e = &ed->e;

	switch (c) {
	case OPT_USER:
		e->has_userinfo = true;
		e->userinfo = value(optarg);
		return true;
	case OPT_USER_FILE:
		e->has_userinfo = true;
		if (!read_secret(optarg, &ed->user))
			return false;
		e->userinfo = ed->user;
		return true;
	case OPT_BEARER_FILE:
		e->has_bearer = true;
		if (!read_secret(optarg, &ed->bearer))
			return false;
		e->bearer = ed->bearer;
		return true;
	case OPT_HEADER:
		e->has_headers = true;
		if (*optarg != '\0' && (strchr(optarg, ':') == NULL ||
					   strpbrk(optarg, "\r\n") != NULL)) {
			cli_error(optarg, "a header is NAME: VALUE");
			return false;
		}
		if (*optarg != '\0')
			buf_addf(&ed->headers, "%s\n", optarg);
		e->headers = ed->headers.len > 0 ? ed->headers.data : NULL;
		return true;
	case OPT_CLIENT_CERT:
		e->has_client_cert = true;
		e->client_cert = value(optarg);
		return true;
	case OPT_CLIENT_KEY:
		e->has_client_cert = true;
		e->client_key = value(optarg);
		return true;
	default:
		return false;
	}
}

static bool
take_interval(struct store_feed_edit *e)
{
	e->has_interval = true;
	e->interval_s = 0;
	if (*optarg == '\0' || strcmp(optarg, "0") == 0)
		return true;
	if (!cli_span(optarg, &e->interval_s)) {
		(void)cli_bad_value("--interval", "a time such as 30min or 2h");
		return false;
	}
	if (e->interval_s <= LIMIT_INTERVAL_S)
		return true;
	cli_error("--interval", "takes at most %lld days, not '%s'",
	    LIMIT_INTERVAL_S / 86400, optarg);
	return false;
}

static bool
take_option(struct editing *ed, int c)
{
	struct store_feed_edit *e = &ed->e;

	ed->has_any |= c != OPT_JSON;
	switch (c) {
	case OPT_JSON:
		ed->as_json = true;
		return true;
	case OPT_TITLE:
		e->has_title = true;
		e->title = value(optarg);
		return true;
	case OPT_CATEGORY:
		e->has_category = true;
		e->category = value(optarg);
		return true;
	case OPT_URL:
		e->has_url = true;
		e->url = optarg;
		return true;
	case OPT_INTERVAL:
		return take_interval(e);
	case OPT_PAUSE:
	case OPT_RESUME:
		e->has_paused = true;
		e->paused = c == OPT_PAUSE;
		return true;
	case OPT_FULL_TEXT:
		e->has_full_text = true;
		return on_off(&e->full_text);
	case OPT_IGNORE_HINTS:
		e->has_ignore_hints = true;
		return on_off(&e->ignore_hints);
	case OPT_COOKIES:
		e->has_cookies_once = true;
		e->cookies_once = strcmp(optarg, "once") == 0;
		if (e->cookies_once || strcmp(optarg, "off") == 0)
			return true;
		cli_error(optarg, "once or off is wanted");
		return false;
	case OPT_PROXY:
		e->has_proxy = true;
		e->proxy = value(optarg);
		return true;
	case OPT_PAGE_RULES:
		e->has_page_rules = true;
		if (!read_text(optarg, 64 << 10, &ed->rules))
			return false;
		e->page_rules = ed->rules;
		return true;
	default:
		return take_secret(ed, c);
	}
}

static int
apply(struct cli *cli, const struct editing *ed, const char *spec)
{
	struct store_reader *r = NULL;
	struct store *s = NULL;
	struct diag d = {{0}};
	enum ak_status st;
	int64_t id = 0;
	int rc = cli_conf(cli);

	if (rc == CLI_OK && ed->e.has_url &&
	    fetch_judge_url(ed->e.url, cli->conf->fetch_allow, &d) != AK_OK) {
		cli_error(ed->e.url, "%s", d.text);
		return CLI_USAGE;
	}
	if (rc == CLI_OK)
		rc = cli_open_reader(cli, &r);
	if (rc == CLI_OK)
		rc = cli_feed_id(r, spec, &id);
	if (rc == CLI_OK)
		rc = cli_open_store(cli, &s);
	if (rc == CLI_OK) {
		struct sched_params params;

		pipeline_schedule(cli->conf, &params);
		store_set_schedule(s, &params);
		st = store_feed_edit(s, id, &ed->e);
		if (st == AK_EXISTS) {
			cli_error(ed->e.url, "subscribed already");
			rc = CLI_PARTLY;
		} else if (st != AK_OK) {
			rc = cli_feed_failed(cli, spec, st, store_error(s));
		} else if (ed->as_json && cli_print_feed(r, id) != AK_OK) {
			rc =
			    cli_store_failed(cli, AK_IO, store_reader_error(r));
		}
	}
	store_close(s);
	store_reader_close(r);
	if (rc == CLI_OK)
		cli_poke(cli);
	return rc;
}

int
cmd_edit(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"title", required_argument, NULL, OPT_TITLE},
	    {"category", required_argument, NULL, OPT_CATEGORY},
	    {"url", required_argument, NULL, OPT_URL},
	    {"interval", required_argument, NULL, OPT_INTERVAL},
	    {"pause", no_argument, NULL, OPT_PAUSE},
	    {"resume", no_argument, NULL, OPT_RESUME},
	    {"full-text", required_argument, NULL, OPT_FULL_TEXT},
	    {"cookies", required_argument, NULL, OPT_COOKIES},
	    {"ignore-hints", required_argument, NULL, OPT_IGNORE_HINTS},
	    {"user", required_argument, NULL, OPT_USER},
	    {"user-file", required_argument, NULL, OPT_USER_FILE},
	    {"bearer-file", required_argument, NULL, OPT_BEARER_FILE},
	    {"header", required_argument, NULL, OPT_HEADER},
	    {"proxy", required_argument, NULL, OPT_PROXY},
	    {"client-cert", required_argument, NULL, OPT_CLIENT_CERT},
	    {"client-key", required_argument, NULL, OPT_CLIENT_KEY},
	    {"page-rules", required_argument, NULL, OPT_PAGE_RULES},
	    {"json", no_argument, NULL, OPT_JSON},
	    {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	struct editing ed = {0};
	int c, rc = CLI_OK;

	buf_init(&ed.headers, 64 << 10);
	optind = 0;
	while (rc == CLI_OK &&
	       (c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h')
			return cli_usage(usage, false);
		if (!take_option(&ed, c))
			rc = CLI_USAGE;
	}
	if (rc == CLI_OK && (argc - optind != 1 || !ed.has_any)) {
		cli_error("edit", ed.has_any ? "one FEED is wanted"
					     : "what is to be changed?");
		rc = CLI_USAGE;
	}
	if (rc == CLI_OK)
		rc = apply(cli, &ed, argv[optind]);
	buf_release(&ed.headers);
	free(ed.user);
	free(ed.bearer);
	free(ed.rules);
	return rc;
}

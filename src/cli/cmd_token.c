/* SPDX-License-Identifier: ISC */
/* akin token: credentials of API clients. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/token.h"
#include "cli/article_json.h"
#include "cli/term.h"
#include "daemon/login.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin token add [--scope read|write|admin] [--json] NAME\n"
    "       akin token list [--json]\n"
    "       akin token revoke NAME\n"
    "Credentials for reader apps and the web page. The secret is shown once;\n"
    "in an app NAME is the user and the secret the password. The link logs a\n"
    "browser in, once.\n";

static int
add(struct cli *cli, const char *name, const char *scope, bool as_json)
{
	struct store_token t = {
	    .name = name, .scope = scope, .created_at = clock_now()};
	unsigned char digest[TOKEN_DIGEST_SIZE], fever[TOKEN_DIGEST_SIZE];
	char secret[TOKEN_SECRET_SIZE];
	struct store *s = NULL;
	char *login = NULL;
	enum ak_status st;
	int rc;

	if (!token_name_ok(name)) {
		cli_error(name, "a name is 1 to 64 letters, digits and ._@-");
		return CLI_USAGE;
	}
	if ((rc = cli_make_store(cli, &s)) != CLI_OK)
		return rc;
	token_make(secret);
	token_digest(secret, digest);
	token_fever_digest(name, secret, fever);
	st = store_token_add(s, &t, digest, fever);
	if (st == AK_OK)
		(void)!login_make_url(s, cli->conf, scope, &login);
	if (st == AK_EXISTS) {
		cli_error(
		    name, "there is a token of that name; revoke it first");
		rc = CLI_PARTLY;
	} else if (st != AK_OK) {
		rc = cli_store_failed(cli, st, store_error(s));
	} else if (as_json) {
		json_line(json_pack("{ss ss ss ss*}", "name", name, "secret",
		    secret, "scope", scope, "login", login));
	} else {
		(void)printf("%s\n", secret);
		if (login != NULL && !cli->is_quiet)
			(void)fprintf(stderr,
			    "log in once, within %d min: %s\n",
			    TOKEN_LOGIN_S / 60, login);
	}
	free(login);
	explicit_bzero(secret, sizeof(secret));
	store_close(s);
	return rc;
}

struct listing {
	bool as_json;
	struct term term;
};

static void
token_cb(const struct store_token *t, void *arg)
{
	const struct listing *l = arg;
	char used[TERM_TIME_SIZE], utc[CLOCK_RFC3339_SIZE];
	const char *when;
	json_t *o;

	if (strchr(t->name, ':') != NULL)
		return; /* sessions and login links are no one's to see */
	if (!l->as_json) {
		if (l->term.is_tty)
			when = term_time(t->last_used_at, used);
		else if (t->last_used_at != 0)
			when = clock_rfc3339(t->last_used_at, utc);
		else
			when = "";
		term_put(&l->term, TERM_BOLD, t->name);
		(void)printf("\t%s\t%s\n", t->scope, when);
		return;
	}
	o = json_pack("{ss ss}", "name", t->name, "scope", t->scope);
	json_put_time(o, "created", t->created_at);
	json_put_time(o, "last_used", t->last_used_at);
	json_put_time(o, "expires", t->expires_at);
	json_line(o);
}

static int
list(struct cli *cli, bool as_json)
{
	struct listing l = {.as_json = as_json};
	struct store_reader *r = NULL;
	enum ak_status st;
	int rc = cli_open_reader(cli, &r);

	if (rc != CLI_OK)
		return rc;
	term_init(&l.term, stdout);
	st = store_tokens(r, token_cb, &l);
	if (st != AK_OK)
		rc = cli_store_failed(cli, st, store_reader_error(r));
	store_reader_close(r);
	return rc;
}

static int
revoke(struct cli *cli, const char *name, bool as_json)
{
	struct store *s = NULL;
	enum ak_status st;
	int rc = cli_open_store(cli, &s);

	if (rc != CLI_OK)
		return rc;
	st = store_token_revoke(s, name);
	if (st == AK_NOTFOUND) {
		cli_error(name, "no such token");
		rc = CLI_PARTLY;
	} else if (st != AK_OK) {
		rc = cli_store_failed(cli, st, store_error(s));
	} else if (as_json) {
		json_line(json_pack("{ss sb}", "name", name, "revoked", 1));
	}
	store_close(s);
	return rc;
}

int
cmd_token(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"scope", required_argument, NULL, 's'},
	    {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	const char *scope = "write";
	bool as_json = false;
	int c, n;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?')
			return cli_usage(usage, c == '?');
		as_json |= c == 'j';
		if (c == 's')
			scope = optarg;
	}
	n = argc - optind;
	if (strcmp(scope, "read") != 0 && strcmp(scope, "write") != 0 &&
	    strcmp(scope, "admin") != 0) {
		cli_error(scope, "a scope is read, write or admin");
		return CLI_USAGE;
	}
	if (n == 2 && strcmp(argv[optind], "add") == 0)
		return add(cli, argv[optind + 1], scope, as_json);
	if (n == 1 && strcmp(argv[optind], "list") == 0)
		return list(cli, as_json);
	if (n == 2 && strcmp(argv[optind], "revoke") == 0)
		return revoke(cli, argv[optind + 1], as_json);
	cli_error("token", "add NAME, list or revoke NAME is wanted");
	return CLI_USAGE;
}

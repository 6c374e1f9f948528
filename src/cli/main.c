/* SPDX-License-Identifier: ISC */
/*
 * akin: one table of verbs.  To add one: a line here, cmd_VERB() in a file of
 * its own, a paragraph in akin(1), a test in tests/cli.
 */
#include "config.h"

#include "cli/cli.h"

#include <getopt.h>
#include <libxml/parser.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/process.h"
#include "base/str.h"
#include "conf/conf.h"

struct verb {
	const char *name;
	const char *args;
	const char *help;
	int (*fn)(struct cli *cli, int argc, char **argv);
	bool talks; /* to servers or akind: a closed pipe is no death */
};

/* clang-format off */
static const struct verb verbs[] = {
    {"add", "URL ...", "subscribe to a feed, or to the feed of a page", cmd_add, true},
    {"remove", "FEED ...", "unsubscribe", cmd_remove, true},
    {"edit", "FEED", "change a subscription", cmd_edit, true},
    {"feeds", "", "list the subscriptions and how they do", cmd_feeds, false},
    {"why-next", "FEED", "when a feed is polled next, and why then", cmd_why_next, false},
    {"import", "FILE|-", "subscribe to the feeds of an OPML file", cmd_import, true},
    {"export", "[FILE]", "write the subscriptions as OPML", cmd_export, false},
    {"sync", "[FEED ...]", "poll what is due", cmd_sync, true},
    {"list", "", "list articles, newest first", cmd_list, false},
    {"show", "ID", "show an article, or what was changed in it", cmd_show, false},
    {"search", "QUERY", "find articles by words", cmd_search, false},
    {"threads", "", "the stories that several articles report", cmd_threads, false},
    {"related", "ID", "the related articles of one article, or of all", cmd_related, false},
    {"why", "ID ID", "why two articles are related", cmd_why, false},
    {"mark", "HOW ID ...", "mark articles read, unread, star or unstar", cmd_mark, false},
    {"parse", "FILE|-", "parse one document; needs no store", cmd_parse, false},
    {"clean", "", "sanitise HTML; needs no store", cmd_clean, false},
    {"token", "HOW NAME", "credentials for reader apps", cmd_token, false},
    {"log", "FEED", "the requests made for a feed", cmd_log, false},
    {"politeness", "[HOST]", "what was asked of each host", cmd_politeness, false},
    {"check", "", "check the store", cmd_check, false},
    {"backup", "FILE", "copy the store while it is in use", cmd_backup, false},
    {"reindex", "", "rebuild the search index and the relations", cmd_reindex, true},
    {"gc", "", "apply the retention now", cmd_gc, false},
    {"help", "[VERB]", "print a summary", cmd_help, false},
};
/* clang-format on */

static const char usage_line[] =
    "usage: akin [-c FILE] [--db FILE] [-q] [-v] VERB ...\n";

static void
print_summary(FILE *f)
{
	(void)fprintf(f, "%s\n", usage_line);
	for (size_t i = 0; i < AK_COUNT(verbs); i++) {
		char head[48];

		(void)snprintf(
		    head, sizeof(head), "%s %s", verbs[i].name, verbs[i].args);
		(void)fprintf(f, "  %-18s %s\n", head, verbs[i].help);
	}
	(void)fputs("\nakin help VERB says more; akin(1) says all.\n", f);
}

/* Edits that make `b` of `a`, for telling what was meant. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[32], n = strlen(b);

	if (n >= AK_COUNT(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t swap = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (row[j] + 1 < swap)
				swap = row[j] + 1;
			if (row[j - 1] + 1 < swap)
				swap = row[j - 1] + 1;
			row[j] = swap;
		}
	}
	return row[n];
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < AK_COUNT(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int
unknown_verb(const char *name)
{
	const struct verb *best = NULL;
	/* Half of a short name changed is another name. */
	size_t best_d = strlen(name) < 4 ? 2 : 3;

	for (size_t i = 0; i < AK_COUNT(verbs); i++) {
		size_t d = distance(name, verbs[i].name);

		if (d < best_d || (strlen(name) >= 2 && best == NULL &&
				      str_starts(verbs[i].name, name))) {
			best = &verbs[i];
			best_d = d < best_d ? d : best_d;
		}
	}
	if (best != NULL)
		cli_error(
		    name, "no such verb; did you mean \"%s\"?", best->name);
	else
		cli_error(name, "no such verb; akin help lists them");
	return CLI_USAGE;
}

int
cmd_help(struct cli *cli, int argc, char **argv)
{
	char help[] = "--help", *args[] = {NULL, help, NULL};
	const struct verb *v;

	if (argc < 2 || strcmp(argv[1], "help") == 0 ||
	    strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_summary(stdout);
		return CLI_OK;
	}
	if ((v = find_verb(argv[1])) == NULL)
		return unknown_verb(argv[1]);
	args[0] = argv[1];
	return v->fn(cli, 2, args);
}

/* What was printed has to be out; a full disk is told like any failure. */
static int
finish(int rc)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return rc;
	cli_error("standard output", "cannot be written");
	return rc == CLI_OK ? CLI_PARTLY : rc;
}

/* Options before the verb; >= 0: stop with that status. */
static int
global_options(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"db", required_argument, NULL, 'd'},
	    {"version", no_argument, NULL, 'V'},
	    {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, "+c:qvh", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			cli->config_file = optarg;
			break;
		case 'd':
			cli->db = optarg;
			break;
		case 'q':
			cli->is_quiet = true;
			break;
		case 'v':
			cli->verbosity++;
			break;
		case 'V':
			(void)printf("akin %s\nISC licence\n", PACKAGE_VERSION);
			return CLI_OK;
		case 'h':
			print_summary(stdout);
			return CLI_OK;
		default:
			return cli_usage(usage_line, true);
		}
	}
	return -1;
}

/* -q and -v are understood after the verb too (a search may look for -v). */
static int
take_globals(struct cli *cli, int argc, char **argv)
{
	int n = 1;

	if (strcmp(argv[0], "search") == 0)
		return argc;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			while (i < argc)
				argv[n++] = argv[i++];
		} else if (strcmp(argv[i], "-v") == 0) {
			cli->verbosity++;
		} else if (strcmp(argv[i], "-q") == 0) {
			cli->is_quiet = true;
		} else {
			argv[n++] = argv[i];
		}
	}
	argv[n] = NULL;
	return n;
}

int
main(int argc, char **argv)
{
	static char name[] = "akin";
	struct cli cli = {0};
	const struct verb *v;
	char prefix[32];
	int rc;

	process_begin();
	/* As akind has it: few arenas, so that memory goes back. */
	(void)mallopt(M_ARENA_MAX, 2);
	(void)setlocale(LC_CTYPE, "");
	/* Lines are put together of pieces; each would be a system call. */
	(void)setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	/* So getopt(3) begins its errors as we do ours. */
	argv[0] = name;
	if ((rc = global_options(&cli, argc, argv)) >= 0)
		return finish(rc);
	if (optind == argc) {
		cli_error("usage", "akin VERB ...; akin help lists the verbs");
		return CLI_USAGE;
	}
	/* A verb sets optind to 0: getopt(3) begins anew with its argv. */
	argv += optind;
	argc = take_globals(&cli, argc - optind, argv);
	/* What goes wrong is told by the verbs; -v -v shows how it is done. */
	log_init(cli.verbosity > 1 ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERR);
	xmlInitParser();
	if ((v = find_verb(argv[0])) == NULL)
		return unknown_verb(argv[0]);
	(void)snprintf(prefix, sizeof(prefix), "akin: %s", v->name);
	argv[0] = prefix;
	if (v->talks)
		(void)signal(SIGPIPE, SIG_IGN);
	rc = finish(v->fn(&cli, argc, argv));
	conf_free(cli.conf);
	free(cli.path);
	return rc;
}

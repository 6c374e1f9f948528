/* SPDX-License-Identifier: ISC */
/* akin parse: one document as JSON Feed 1.1, without a store. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/url.h"
#include "clean/clean.h"
#include "cli/doc_json.h"
#include "parse/parse.h"

static const char usage[] =
    "usage: akin parse [--url BASE] [--content-type TYPE] FILE|-\n"
    "Parse one feed and print it as JSON Feed 1.1.\n"
    "  --url BASE           the address the document came from\n"
    "  --content-type TYPE  the Content-Type it came with\n";

static enum ak_status
parse_and_clean(struct arena *a, const char *bytes, size_t len,
    const struct parse_opts *opts, struct doc **ret, struct diag *reterr)
{
	struct clean_opts clean = {.base = opts->url, .split_related = true};
	enum ak_status st = parse_feed(a, bytes, len, opts, ret, reterr);

	if (st == AK_OK && (st = clean_doc(*ret, &clean)) != AK_OK)
		return diag_set(reterr, st, "the document is too large");
	return st;
}

static int
parse_file(const char *name, const struct parse_opts *opts)
{
	struct arena *a;
	struct diag why = {{0}};
	struct doc *doc = NULL;
	char *bytes;
	size_t len;
	int status = CLI_BADDATA;

	if (cli_read_file(name, LIMIT_PARSE_FILE_BYTES, &bytes, &len) != AK_OK)
		return CLI_BADDATA;
	a = arena_new(LIMIT_DOC_ARENA);
	if (parse_and_clean(a, bytes, len, opts, &doc, &why) != AK_OK) {
		cli_error(name, "%s", why.text);
	} else {
		doc_json_print(doc);
		status = CLI_OK;
	}
	arena_free(a);
	free(bytes);
	return status;
}

int
cmd_parse(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"url", required_argument, NULL, 'u'},
	    {"content-type", required_argument, NULL, 't'},
	    {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	struct parse_opts opts = {0};
	int c;

	(void)cli;
	optind = 0;
	while ((c = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		switch (c) {
		case 'u':
			opts.url = optarg;
			break;
		case 't':
			opts.content_type = optarg;
			break;
		default:
			return cli_usage(usage, c == '?');
		}
	}
	if (argc - optind != 1) {
		cli_error("parse", "one FILE or - is wanted");
		return CLI_USAGE;
	}
	return parse_file(argv[optind], &opts);
}

/* SPDX-License-Identifier: ISC */
/* akin clean: HTML from standard input, safe and canonical to standard output.
 */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "clean/clean.h"

static const char usage[] =
    "usage: akin clean [--base URL]\n"
    "Sanitise the HTML of standard input.\n"
    "  --base URL  what relative links are resolved against\n";

static int
clean_stdin(const struct clean_opts *opts)
{
	struct clean_result result = {0};
	struct arena *a;
	char *bytes;
	size_t len;
	int status = CLI_OK;

	if (cli_read_file("-", LIMIT_PARSE_FILE_BYTES, &bytes, &len) != AK_OK)
		return CLI_BADDATA;
	a = arena_new(LIMIT_DOC_ARENA);
	if (clean_html(a, bytes, len, opts, &result) != AK_OK) {
		cli_error("clean", "the input is too large");
		status = CLI_BADDATA;
	} else if (fwrite(result.html, 1, result.html_len, stdout) !=
		       result.html_len ||
		   fflush(stdout) != 0) {
		cli_error("standard output", "cannot write");
		status = CLI_PARTLY;
	}
	arena_free(a);
	free(bytes);
	return status;
}

int
cmd_clean(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"base", required_argument, NULL, 'b'},
	    {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	struct clean_opts opts = {0};
	int c;

	(void)cli;
	optind = 1;
	while ((c = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		switch (c) {
		case 'b':
			opts.base = optarg;
			break;
		case 'h':
			return fputs(usage, stdout) < 0 ? CLI_PARTLY : CLI_OK;
		default:
			(void)fputs(usage, stderr);
			return CLI_USAGE;
		}
	}
	if (argc != optind) {
		cli_error(
		    "clean", "takes no file: HTML comes by standard input");
		return CLI_USAGE;
	}
	return clean_stdin(&opts);
}

/* SPDX-License-Identifier: ISC */
/* akin: options that hold for every verb, and the table of verbs. */
#include "config.h"

#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const struct verb {
	const char *name;
	int (*run)(struct cli *cli, int argc, char **argv);
	const char *words;
} verbs[] = {
    {"clean", cmd_clean, "make HTML safe"},
};

static int
usage(FILE *f)
{
	(void)fputs(
	    "usage: akin [-c FILE] [--db FILE] [-q] [-v] VERB ...\n", f);
	for (size_t i = 0; i < AK_COUNT(verbs); i++)
		(void)fprintf(f, "  %-10s %s\n", verbs[i].name, verbs[i].words);
	return f == stdout ? 0 : CLI_USAGE;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"db", required_argument, NULL, 'd'},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}};
	struct cli cli = {0};
	int c;

	while ((c = getopt_long(argc, argv, "+c:hqv", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			cli.config_file = optarg;
			break;
		case 'd':
			cli.db = optarg;
			break;
		case 'h':
			return usage(stdout);
		case 'q':
			cli.is_quiet = true;
			break;
		case 'v':
			cli.verbosity++;
			break;
		case 'V':
			return printf("akin %s\n", PACKAGE_VERSION) < 0;
		default:
			return usage(stderr);
		}
	}
	for (size_t i = 0; optind < argc && i < AK_COUNT(verbs); i++)
		if (strcmp(verbs[i].name, argv[optind]) == 0)
			return verbs[i].run(&cli, argc - optind, argv + optind);
	if (optind < argc && strcmp(argv[optind], "help") == 0)
		return usage(stdout);
	if (optind < argc)
		(void)fprintf(stderr, "akin: %s: no such verb\n", argv[optind]);
	return usage(stderr);
}

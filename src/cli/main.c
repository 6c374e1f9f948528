/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/ak.h"
#include "cli/cli.h"

static const struct verb {
	const char *name;
	int (*fn)(struct cli *cli, int argc, char **argv);
} verbs[] = {
    {"parse", cmd_parse},
    {"clean", cmd_clean},
};

int
main(int argc, char **argv)
{
	struct cli cli = {0};

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return printf("akin %s\n", PACKAGE_VERSION) < 0;
	for (size_t i = 0; argc >= 2 && i < AK_COUNT(verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].fn(&cli, argc - 1, argv + 1);
	if (argc < 2)
		cli_error("usage", "akin VERB ...");
	else
		cli_error(argv[1], "no such verb");
	return CLI_USAGE;
}

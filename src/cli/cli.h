/* SPDX-License-Identifier: ISC */
/* cli.h - the verbs of akin(1): each is one function that returns its exit
 * status.  argv[0] is the verb. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/ak.h"

/* sysexits.h has names for these; the contract names the numbers. */
#define CLI_USAGE 2
#define CLI_BADINPUT 65
#define CLI_UNAVAILABLE 69

struct cli {
	const char *config_file; /* -c, or NULL */
	const char *db;		 /* --db, or NULL */
	int verbosity;		 /* -v */
	bool is_quiet;		 /* -q */
};

int cmd_clean(struct cli *cli, int argc, char **argv);

#endif

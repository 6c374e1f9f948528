/* SPDX-License-Identifier: ISC */
/*
 * cli.h - what the verbs of `akin` share.
 *
 * A verb is a function cmd_VERB(cli, argc, argv), argv[0] being its name; it
 * returns the exit status.  It writes errors with cli_error(), one line each.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/ak.h"

/* Exit statuses of the manual. */
enum {
	CLI_OK = 0,
	CLI_PARTLY = 1,	 /* some of it failed */
	CLI_USAGE = 2,	 /* usage or configuration */
	CLI_BADDATA = 65 /* the input is not what it should be */
};

struct cli {
	const char *config_file; /* -c, or NULL */
	const char *db;		 /* --db, or NULL */
	int verbosity;		 /* number of -v */
	bool is_quiet;		 /* -q */
};

/* "akin: WHAT: WHY" on stderr, control characters replaced. */
void cli_error(const char *what, const char *fmt, ...) AK_PRINTF(2, 3);

/*
 * Read a file, or standard input where `name` is "-", of at most `max` bytes;
 * *ret is malloc'ed.  Says what went wrong by cli_error().
 */
enum ak_status cli_read_file(
    const char *name, size_t max, char **ret, size_t *ret_len) AK_USE;

int cmd_parse(struct cli *cli, int argc, char **argv);
int cmd_clean(struct cli *cli, int argc, char **argv);

#endif

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
	CLI_PARTLY = 1,	      /* some of it failed */
	CLI_USAGE = 2,	      /* usage or configuration */
	CLI_BADDATA = 65,     /* the input is not what it should be */
	CLI_UNAVAILABLE = 69, /* no store, no service */
	CLI_LOCKED = 75	      /* another sync is at work */
};

struct conf;
struct store;
struct store_reader;

struct cli {
	const char *config_file; /* -c, or NULL */
	const char *db;		 /* --db, or NULL */
	int verbosity;		 /* number of -v */
	bool is_quiet;		 /* -q */
	struct conf *conf;	 /* once cli_conf() was called */
	char *path;		 /* of the store; the same */
};

/* --- what a verb begins with (session.c) ---------------------------------- */

/* These say what went wrong and return an exit status, CLI_OK if nothing. */
int cli_conf(struct cli *cli);
int cli_open_reader(struct cli *cli, struct store_reader **ret);
int cli_open_store(struct cli *cli, struct store **ret);
int cli_make_store(struct cli *cli, struct store **ret); /* if need be */

/* "akin: PATH: WHY" for a failed call on an open store; its exit status. */
int cli_store_failed(struct cli *cli, enum ak_status st, const char *why);

/* After a change: a running akind looks what there is to do. */
void cli_poke(struct cli *cli);
/* Control socket of the akind at work on this store, malloc'ed, or NULL. */
char *cli_daemon_socket(struct cli *cli);

/* A feed as a person names it: number, URL, title. */
int cli_feed_id(struct store_reader *r, const char *spec, int64_t *ret);
int cli_article_id(struct store_reader *r, const char *spec, int64_t *ret);
/* A feed as `akin feeds --json` prints it (cmd_feeds.c). */
enum ak_status cli_print_feed(struct store_reader *r, int64_t id);
/* Is there a category of that path? */
int cli_category(struct store_reader *r, const char *path);
/* A thread, or the one that it was merged into. */
int cli_thread_id(struct store_reader *r, int64_t spec, int64_t *ret);
/* A change of it failed: told; the exit status, which is that of a feed that
 * never was where it was removed meanwhile. */
int cli_feed_failed(
    struct cli *cli, const char *spec, enum ak_status st, const char *why);

/* "90s", "30min", "2h", "7d", "2w" in seconds; false: none of them. */
bool cli_span(const char *s, int64_t *ret);

/* "2026-11-23", "2026-11-23T08:00:00Z", "2d" ago; false: none of them. */
bool cli_time(const char *s, int64_t now, int64_t *ret);

/* An option whose value, optarg, is not what it takes; returns CLI_USAGE. */
#define CLI_NUMBER "a number from 1 on"
#define CLI_TIME "a time: 2d, 2026-11-01 or 2026-11-01T08:00:00Z"
int cli_bad_value(const char *option, const char *takes);

/* --help prints the usage; a mistake in an option was told by getopt(3).
 * Returns the exit status. */
int cli_usage(const char *usage, bool is_mistake);

/*
 * The command line of a verb with no option but --json (`as_json` NULL: nor
 * that) and `least` to `most` arguments, which begin at argv[optind]; `wanted`
 * is the error where there are others.  >= 0: stop with that exit status.
 */
int cli_args(int argc, char **argv, const char *usage, bool *as_json, int least,
    int most, const char *wanted);

/* "akin: WHAT: WHY" on stderr, control characters replaced. */
void cli_error(const char *what, const char *fmt, ...) AK_PRINTF(2, 3);
/* The same where `why` may begin with what it is about already. */
void cli_error_about(const char *what, const char *why);

/*
 * Read a file, or standard input where `name` is "-", of at most `max` bytes;
 * *ret is malloc'ed.  Says what went wrong by cli_error().
 */
enum ak_status cli_read_file(
    const char *name, size_t max, char **ret, size_t *ret_len) AK_USE;

/* --- verbs ---------------------------------------------------------------- */

int cmd_add(struct cli *cli, int argc, char **argv);
int cmd_remove(struct cli *cli, int argc, char **argv);
int cmd_edit(struct cli *cli, int argc, char **argv);
int cmd_feeds(struct cli *cli, int argc, char **argv);
int cmd_why_next(struct cli *cli, int argc, char **argv);
int cmd_politeness(struct cli *cli, int argc, char **argv);
int cmd_import(struct cli *cli, int argc, char **argv);
int cmd_export(struct cli *cli, int argc, char **argv);
int cmd_sync(struct cli *cli, int argc, char **argv);
int cmd_list(struct cli *cli, int argc, char **argv);
int cmd_show(struct cli *cli, int argc, char **argv);
int cmd_search(struct cli *cli, int argc, char **argv);
int cmd_threads(struct cli *cli, int argc, char **argv);
int cmd_related(struct cli *cli, int argc, char **argv);
int cmd_why(struct cli *cli, int argc, char **argv);
int cmd_log(struct cli *cli, int argc, char **argv);
int cmd_mark(struct cli *cli, int argc, char **argv);
int cmd_parse(struct cli *cli, int argc, char **argv);
int cmd_clean(struct cli *cli, int argc, char **argv);
int cmd_token(struct cli *cli, int argc, char **argv);
int cmd_check(struct cli *cli, int argc, char **argv);
int cmd_backup(struct cli *cli, int argc, char **argv);
int cmd_reindex(struct cli *cli, int argc, char **argv);
int cmd_gc(struct cli *cli, int argc, char **argv);
int cmd_help(struct cli *cli, int argc, char **argv);

#endif

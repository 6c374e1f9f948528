/* SPDX-License-Identifier: ISC */
/*
 * ak.h - what every file may rely on: status codes, diagnostics, attributes.
 *
 * Three kinds of error, never mixed.  (1) What input, network or disk can
 * cause is an enum ak_status, 0 being success; words for a person go into an
 * optional struct diag.  (2) A bug is an assert, kept in release builds.
 * (3) No memory left ends the process (mem.h); the service manager restarts it.
 */
#ifndef BASE_AK_H
#define BASE_AK_H

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AK_USE __attribute__((warn_unused_result))
#define AK_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define AK_NORETURN __attribute__((noreturn))
#define AK_COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum ak_status {
	AK_OK = 0,
	AK_NOTFOUND,	/* no such feed, article, file, key */
	AK_EXISTS,	/* it is there already */
	AK_BADINPUT,	/* the input is not what it should be */
	AK_TOOBIG,	/* a limit of limits.h was reached */
	AK_UNSUPPORTED, /* understood, but not done here */
	AK_DENIED,	/* a rule or a permission forbids it */
	AK_BUSY,	/* somebody else holds it; try later */
	AK_TIMEOUT,	/* it took too long */
	AK_CANCELED,	/* the caller gave up */
	AK_IO,		/* the system refused; errno is in the diag */
	AK_FULL,	/* no space left on disk */
	AK_CORRUPT,	/* the store is damaged or not ours */
	AK_NEWER	/* the store was written by a newer akin */
};

/* A short lower-case name such as "not-found", for logs and JSON. */
const char *ak_status_name(enum ak_status st);

/* Words for a person: one line, no full stop, what failed first. */
struct diag {
	char text[512];
};

/* Set the words; `d` may be NULL.  Returns `st`, so callers can return it. */
enum ak_status diag_set(struct diag *d, enum ak_status st, const char *fmt, ...)
    AK_PRINTF(3, 4);

#endif

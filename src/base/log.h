/* SPDX-License-Identifier: ISC */
/*
 * log.h - one event a line on stderr: `LEVEL AREA MESSAGE key=value ...`.
 *
 * err: a person must act.  warn: akin coped.  info: what it did.  debug: how.
 * Under systemd ($JOURNAL_STREAM) lines begin with the journal's <priority>;
 * else with the local time.  Foreign strings are given with LOG_STR() and come
 * out quoted, escaped and cut at 256 bytes; no credentials, ever.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/ak.h"

enum log_level {
	LOG_LEVEL_ERR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

void log_init(enum log_level max); /* once, before threads */
void log_set_level(enum log_level max);
bool log_on(enum log_level level);

/* `fmt` gives message and keys: "fetched feed=%lld status=%d".  Thread-safe:
 * one write(2) a line. */
void log_line(enum log_level level, const char *area, const char *fmt, ...)
    AK_PRINTF(3, 4);

#define log_err(...) log_line(LOG_LEVEL_ERR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)                                                         \
	do {                                                                   \
		if (log_on(LOG_LEVEL_DEBUG))                                   \
			log_line(LOG_LEVEL_DEBUG, __VA_ARGS__);                \
	} while (0)

/* A foreign string in quotes, escaped, for one log call's lifetime. */
struct log_quoted {
	char text[800];
};
const char *log_quote(const char *s, struct log_quoted *q);
#define LOG_STR(s) log_quote((s), &(struct log_quoted){{0}})

#endif

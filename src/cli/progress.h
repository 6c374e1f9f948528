/* SPDX-License-Identifier: ISC */
/* progress.h - one line on a terminal's standard error that says how far it
 * is; nothing where there is no terminal. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "base/ak.h"

struct progress {
	bool is_on;
	size_t columns;
	int64_t began_ms, drawn_ms;
	const char *unit; /* "feeds", "articles" */
};

void progress_begin(struct progress *p, const char *unit, bool is_wanted);
/* `more`: further words, or "".  Draws a few times a second. */
void progress_show(
    struct progress *p, int64_t done, int64_t all, const char *more);
/* Before another line is written; the bar comes again. */
void progress_clear(struct progress *p);
void progress_end(struct progress *p); /* wipes the line */

#endif

/* SPDX-License-Identifier: ISC */
/*
 * lines.h - the lines and sentences at the ends of a text.  Private to relate.
 *
 * What a feed puts round its articles (a byline, "The post ... appeared first
 * on ...", a request to share) stands in their first or last lines and comes
 * again word for word but for the title and figures.  So a line is known by a
 * hash of its words without these.
 */
#ifndef RELATE_LINES_H
#define RELATE_LINES_H

#include "base/ak.h"

enum {
	LINES_FIRST = 4,
	LINES_LAST = 8,
	LINES_MAX = LINES_FIRST + LINES_LAST,
	LINE_UNITS = 64,
};

struct lines {
	uint64_t title[LINE_UNITS];
	size_t n_title;
	uint64_t units[LINE_UNITS]; /* of the line under way; 0: a figure */
	size_t n_units;
	size_t n_chars; /* of these, characters without spaces */
	uint32_t hashes[LINES_MAX];
	size_t n; /* lines so far: the number of the one under way */
};

void lines_begin(struct lines *l);
void lines_title(struct lines *l, uint64_t hash);
void lines_unit(struct lines *l, uint64_t hash, bool is_char);
void lines_end(struct lines *l); /* of a line; one without words is none */

/* Where a line's hash is, or -1: it is in the middle, or no line to know. */
int lines_slot(const struct lines *l, size_t number);

#endif

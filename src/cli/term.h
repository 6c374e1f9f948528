/* SPDX-License-Identifier: ISC */
/*
 * term.h - text for people: columns, colours, nothing dangerous.
 *
 * Feeds are written by strangers: no control character of theirs and no
 * direction override reaches the terminal.  Widths are those of East Asian
 * terminals.  Into a pipe everything is plain.
 */
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include <stdio.h>

#include "base/ak.h"

enum term_style {
	TERM_PLAIN,
	TERM_BOLD,
	TERM_DIM,
	TERM_RED,
	TERM_GREEN,
	TERM_YELLOW,
	TERM_BLUE
};

struct term {
	FILE *f;
	bool is_tty;
	bool has_colour;
	size_t columns; /* of the terminal; 80 where unknown */
};

void term_init(struct term *t, FILE *f);

/* Columns that `s` takes once it is made safe. */
size_t term_width(const char *s);

/* All of it, made safe; newlines become spaces. */
void term_put(const struct term *t, enum term_style style, const char *s);

/* In exactly `width` columns: cut with an ellipsis, or padded. */
void term_cell(
    const struct term *t, enum term_style style, const char *s, size_t width);

/* Text with its line breaks, each line made safe, broken at `columns`. */
void term_paragraphs(const struct term *t, const char *s);

/* Local date and time, "2026-11-23 14:05"; "-" for 0. */
#define TERM_TIME_SIZE 32
const char *term_time(int64_t t, char out[TERM_TIME_SIZE]);

#endif

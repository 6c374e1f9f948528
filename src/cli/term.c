/* SPDX-License-Identifier: ISC */
#include "cli/term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unicode/uchar.h>
#include <unistd.h>

#include "base/str.h"
#include "base/utf8.h"

void
term_init(struct term *t, FILE *f)
{
	struct winsize ws;
	const char *name = getenv("TERM"), *no = getenv("NO_COLOR");

	*t = (struct term){.f = f, .columns = 80};
	t->is_tty = isatty(fileno(f)) == 1;
	t->has_colour = t->is_tty && str_empty(no) && name != NULL &&
			strcmp(name, "dumb") != 0;
	if (t->is_tty && ioctl(fileno(f), TIOCGWINSZ, &ws) == 0 &&
	    ws.ws_col >= 20)
		t->columns = ws.ws_col;
}

static size_t
char_width(uint32_t cp)
{
	int8_t type;

	if (cp < 0x300)
		return 1;
	type = u_charType((UChar32)cp);
	if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK ||
	    type == U_FORMAT_CHAR)
		return 0;
	switch (u_getIntPropertyValue((UChar32)cp, UCHAR_EAST_ASIAN_WIDTH)) {
	case U_EA_WIDE:
	case U_EA_FULLWIDTH:
		return 2;
	default:
		return 1;
	}
}

/* Next character as it may be shown: controls become spaces. */
static size_t
next_safe(const char *s, size_t len, uint32_t *ret_cp)
{
	size_t n = utf8_decode(s, len, ret_cp);

	if (utf8_is_unsafe_on_terminal(*ret_cp))
		*ret_cp = ' ';
	return n;
}

size_t
term_width(const char *s)
{
	size_t len = strlen(s), width = 0;

	for (size_t i = 0; i < len;) {
		uint32_t cp;

		i += next_safe(s + i, len - i, &cp);
		width += char_width(cp);
	}
	return width;
}

static void
put_char(FILE *f, uint32_t cp)
{
	char out[4];

	(void)fwrite(out, 1, utf8_encode(cp, out), f);
}

/* As much of s[0..len) as fits `width`; returns the bytes taken. */
static size_t
put_fitting(FILE *f, const char *s, size_t len, size_t width, size_t *ret_used)
{
	size_t i = 0, used = 0;

	while (i < len) {
		uint32_t cp;
		size_t n = next_safe(s + i, len - i, &cp);
		size_t w = char_width(cp);

		if (used + w > width)
			break;
		put_char(f, cp);
		used += w;
		i += n;
	}
	*ret_used = used;
	return i;
}

static void
style_on(const struct term *t, enum term_style style)
{
	static const char *const codes[] = {[TERM_BOLD] = "1",
	    [TERM_DIM] = "2",
	    [TERM_RED] = "31",
	    [TERM_GREEN] = "32",
	    [TERM_YELLOW] = "33",
	    [TERM_BLUE] = "34"};

	if (t->has_colour && style != TERM_PLAIN)
		(void)fprintf(t->f, "\033[%sm", codes[style]);
}

static void
style_off(const struct term *t, enum term_style style)
{
	if (t->has_colour && style != TERM_PLAIN)
		(void)fputs("\033[0m", t->f);
}

void
term_put(const struct term *t, enum term_style style, const char *s)
{
	size_t used;

	style_on(t, style);
	(void)put_fitting(t->f, s, strlen(s), SIZE_MAX / 2, &used);
	style_off(t, style);
}

void
term_cell(
    const struct term *t, enum term_style style, const char *s, size_t width)
{
	size_t full = term_width(s), used;

	style_on(t, style);
	if (full <= width) {
		(void)put_fitting(t->f, s, strlen(s), width, &used);
	} else {
		(void)put_fitting(t->f, s, strlen(s), width - 1, &used);
		(void)fputs("…", t->f);
		used++;
	}
	style_off(t, style);
	for (; used < width; used++)
		(void)fputc(' ', t->f);
}

/* Bytes of s[0..len) for one line: broken at a space where there is one. */
static size_t
line_break(const char *s, size_t len, size_t columns)
{
	size_t i = 0, used = 0, space = 0;

	while (i < len) {
		uint32_t cp;
		size_t n = next_safe(s + i, len - i, &cp);

		used += char_width(cp);
		if (used > columns)
			return space > 0 ? space : (i > 0 ? i : n);
		i += n;
		if (cp == ' ')
			space = i;
	}
	return len;
}

void
term_paragraphs(const struct term *t, const char *s)
{
	size_t columns = t->is_tty ? t->columns : SIZE_MAX / 2, used;

	while (*s != '\0') {
		size_t len = strcspn(s, "\n");

		for (size_t at = 0; at < len;) {
			size_t n = line_break(s + at, len - at, columns);

			(void)put_fitting(t->f, s + at, n, SIZE_MAX / 2, &used);
			(void)fputc('\n', t->f);
			at += n;
		}
		if (len == 0)
			(void)fputc('\n', t->f);
		s += len + (s[len] == '\n');
	}
}

const char *
term_time(int64_t t, char out[TERM_TIME_SIZE])
{
	struct tm tm;
	time_t tt = (time_t)t;

	if (t == 0 || localtime_r(&tt, &tm) == NULL ||
	    strftime(out, TERM_TIME_SIZE, "%Y-%m-%d %H:%M", &tm) == 0)
		(void)snprintf(out, TERM_TIME_SIZE, "-");
	return out;
}

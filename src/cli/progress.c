/* SPDX-License-Identifier: ISC */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/term.h"

#define DRAW_MS 100
#define BAR 24

void
progress_begin(struct progress *p, const char *unit, bool is_wanted)
{
	struct term t;

	term_init(&t, stderr);
	*p = (struct progress){.is_on = is_wanted && t.is_tty,
	    .columns = t.columns,
	    .began_ms = clock_mono_ms(),
	    .unit = unit};
}

void
progress_show(struct progress *p, int64_t done, int64_t all, const char *more)
{
	int64_t now = clock_mono_ms(), ms = now - p->began_ms;
	double share = all > 0 ? (double)done / (double)all : 0;
	char bar[BAR + 1], line[512];
	size_t filled;

	if (!p->is_on || now - p->drawn_ms < DRAW_MS)
		return;
	p->drawn_ms = now;
	filled = (size_t)((share > 1 ? 1 : share) * BAR);
	memset(bar, ' ', BAR);
	memset(bar, '=', filled);
	bar[BAR] = '\0';
	(void)snprintf(line, sizeof(line), "[%s] %lld/%lld %s%s%s, %.0f/s", bar,
	    (long long)done, (long long)all, p->unit,
	    more[0] != '\0' ? ", " : "", more,
	    ms > 0 ? (double)done * 1000 / (double)ms : 0.0);
	(void)fprintf(stderr, "\r\033[K%.*s", (int)(p->columns - 1), line);
	(void)fflush(stderr);
}

void
progress_clear(struct progress *p)
{
	if (p->is_on && p->drawn_ms != 0) {
		(void)fputs("\r\033[K", stderr);
		(void)fflush(stderr); /* stdout may be next */
	}
	p->drawn_ms = 0;
}

void
progress_end(struct progress *p)
{
	progress_clear(p);
	p->is_on = false;
}

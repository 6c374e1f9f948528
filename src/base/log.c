/* SPDX-License-Identifier: ISC */
#include "base/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

#define QUOTE_MAX 256

static atomic_int max_level = LOG_LEVEL_INFO;
static bool under_journal;

void
log_init(enum log_level max)
{
	under_journal = getenv("JOURNAL_STREAM") != NULL;
	log_set_level(max);
}

void
log_set_level(enum log_level max)
{
	atomic_store_explicit(&max_level, (int)max, memory_order_relaxed);
}

bool
log_on(enum log_level level)
{
	return (int)level <=
	       atomic_load_explicit(&max_level, memory_order_relaxed);
}

static size_t
put_prefix(char *line, size_t size, enum log_level level)
{
	static const struct {
		int priority; /* syslog(3) */
		const char *name;
	} levels[] = {{3, "err"}, {4, "warn"}, {6, "info"}, {7, "debug"}};
	char stamp[CLOCK_RFC3339_SIZE];
	int n;

	if (under_journal)
		n = snprintf(line, size, "<%d>%s ", levels[level].priority,
		    levels[level].name);
	else
		n = snprintf(line, size, "%s %s ",
		    clock_rfc3339(clock_now(), stamp), levels[level].name);
	return n > 0 ? (size_t)n : 0;
}

void
log_line(enum log_level level, const char *area, const char *fmt, ...)
{
	char line[2048];
	size_t len;
	va_list ap;
	int n;

	if (!log_on(level))
		return;
	len = put_prefix(line, sizeof(line), level);
	n = snprintf(line + len, sizeof(line) - len, "%s ", area);
	len += n > 0 ? (size_t)n : 0;
	va_start(ap, fmt);
	n = vsnprintf(line + len, sizeof(line) - len, fmt, ap);
	va_end(ap);
	len += n > 0 ? (size_t)n : 0;
	if (len > sizeof(line) - 2)
		len = sizeof(line) - 2;
	line[len++] = '\n';
	(void)!write(STDERR_FILENO, line, len);
}

const char *
log_quote(const char *s, struct log_quoted *q)
{
	if (s == NULL)
		s = "";
	size_t len = strlen(s);
	size_t at = 0, end = utf8_cut(s, len, QUOTE_MAX);
	char *out = q->text;

	*out++ = '"';
	while (at < end) {
		uint32_t cp;
		size_t n = utf8_decode(s + at, end - at, &cp);
		size_t room = (size_t)(q->text + sizeof(q->text) - out);

		if (room < 16)
			break;
		if (cp == '"' || cp == '\\') {
			*out++ = '\\';
			*out++ = (char)cp;
		} else if (utf8_is_unsafe_on_terminal(cp) ||
			   cp == UTF8_REPLACEMENT) {
			int w = snprintf(out, room, "\\u%04X", (unsigned)cp);

			out += w > 0 ? w : 0;
		} else {
			memcpy(out, s + at, n);
			out += n;
		}
		at += n;
	}
	if (at < len) {
		memcpy(out, "...", 3);
		out += 3;
	}
	*out++ = '"';
	*out = '\0';
	return q->text;
}

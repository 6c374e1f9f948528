/* SPDX-License-Identifier: ISC */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/utf8.h"

#define READ_PIECE ((size_t)1 << 16)

void
cli_error(const char *what, const char *fmt, ...)
{
	char why[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	(void)fputs("akin: ", stderr);
	utf8_put_safe(stderr, what);
	(void)fputs(": ", stderr);
	utf8_put_safe(stderr, why);
	(void)fputc('\n', stderr);
}

int
cli_bad_value(const char *option, const char *takes)
{
	cli_error(option, "takes %s, not '%s'", takes, optarg);
	return CLI_USAGE;
}

void
cli_error_about(const char *what, const char *why)
{
	const char *colon = strstr(why, ": ");
	size_t len = strlen(what);
	char *about;

	if (colon != NULL &&
	    (why[0] == '/' || ((size_t)(colon - why) == len &&
				  strncmp(why, what, len) == 0))) {
		about = xstrndup(why, (size_t)(colon - why));
		cli_error(about, "%s", colon + 2);
		free(about);
	} else {
		cli_error(what, "%s", why);
	}
}

static enum ak_status
fail(const char *name, FILE *f, char *data)
{
	char words[128];
	const char *why = strerror_r(errno, words, sizeof(words));

	cli_error(name, "%s", why);
	if (f != NULL && f != stdin)
		(void)fclose(f);
	free(data);
	return AK_IO;
}

enum ak_status
cli_read_file(const char *name, size_t max, char **ret, size_t *ret_len)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "rbe");
	size_t len = 0, cap = 0;
	struct stat sb;
	char *data = NULL;

	if (f == NULL)
		return fail(name, NULL, NULL);
	if (fstat(fileno(f), &sb) == 0 && S_ISDIR(sb.st_mode)) {
		errno = EISDIR;
		return fail(name, f, NULL);
	}
	for (;;) {
		size_t n;

		if (cap - len < READ_PIECE) {
			cap = cap < READ_PIECE ? 2 * READ_PIECE : cap * 2;
			data = xreallocarray(data, cap, 1);
		}
		n = fread(data + len, 1, READ_PIECE, f);
		len += n;
		if (n == 0 || len > max)
			break;
	}
	if (ferror(f))
		return fail(name, f, data);
	if (f != stdin)
		(void)fclose(f);
	if (len > max) {
		cli_error(name, "larger than %zu MiB", max >> 20);
		free(data);
		return AK_TOOBIG;
	}
	*ret = data;
	*ret_len = len;
	return AK_OK;
}

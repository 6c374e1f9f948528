/* SPDX-License-Identifier: ISC */
/*
 * inih splits lines of the file; it does not say which line it is on, so its
 * reader is ours and counts.  It folds an indented line into another call with
 * the same key, which is how a list goes over several lines.
 *
 * Debian's inih takes 200 bytes of a line, but the URL of a webhook may be
 * longer: the value of a longer line goes round it.
 */
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/conf_int.h"

struct reading { /* one file being read */
	struct conf *c;
	FILE *f;
	const char *path;
	int line;
	char *text; /* of the line */
	size_t text_size;
	char *value;	      /* of a line that is too long for inih, or NULL */
	bool has_key;	      /* an indented line goes on with the one before */
	bool seen[N_OPTIONS]; /* a further line of a list adds to it */
	enum ak_status st;
	struct diag *reterr;
};

static void AK_PRINTF(2, 3) fail(struct reading *r, const char *fmt, ...)
{
	char what[384];
	va_list ap;

	if (r->st != AK_OK)
		return; /* the first error is the one to tell */
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	r->st = diag_set(
	    r->reterr, AK_BADINPUT, "%s:%d: %s", r->path, r->line, what);
}

static void
take(struct reading *r, const char *section, const char *key, const char *value)
{
	const char *why;
	char range[160];

	if (strncmp(section, "hook ", 5) == 0) {
		why = hook_set(
		    hook_named(r->c, section + 5, r->line), key, value);
		if (why != NULL && *why == '\0')
			fail(r, "unknown key \"%s\" in [%s]", key, section);
		else if (why != NULL)
			fail(r, "%s: \"%.160s\" %s", key, value, why);
		return;
	}
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option *o = &conf_options[i];

		if (strcmp(o->section, section) != 0 ||
		    strcmp(o->key, key) != 0)
			continue;
		why = option_set(r->c, o, value, r->seen[i]);
		r->seen[i] = true;
		if (why != NULL) {
			option_say_range(o, range, sizeof(range));
			fail(r, "%s: \"%.160s\" %s; it takes %s", key, value,
			    why, range);
		}
		return;
	}
	fail(r, "unknown key \"%s\" in [%s]", key, section);
}

static int
handler(void *arg, const char *section, const char *key, const char *value)
{
	struct reading *r = arg;

	r->has_key = true;
	take(r, section, key, r->value != NULL ? r->value : value);
	free(r->value);
	r->value = NULL;
	return 1;
}

/* Where a comment at the end of a line begins, else its end: inih's rule. */
static char *
end_of_value(char *s)
{
	char *end = s;

	while (*end != '\0' && !(*end == ';' && end > s && end[-1] <= ' '))
		end++;
	while (end > s && end[-1] <= ' ' && end[-1] != '\0')
		end--;
	return end;
}

/* Keep the value of a long line aside; what inih is given has "@" for it. */
static void
shorten(struct reading *r, char *line, char *out, size_t size)
{
	size_t indent = strspn(line, " \t"), head = strcspn(line, "=:");
	bool is_more = indent > 0 && r->has_key;
	char *value;

	(void)snprintf(out, size, "\n");
	if (strchr(";#", line[indent]) != NULL)
		return;
	if (!is_more && (line[head] == '\0' || head + sizeof("=@\n") > size)) {
		fail(r, "the line is too long for what it is");
		return;
	}
	value = line + (is_more ? 0 : head + 1);
	*end_of_value(value) = '\0';
	value += strspn(value, " \t");
	free(r->value);
	r->value = xstrdup(value);
	(void)snprintf(out, size, "%.*s%s@\n", is_more ? 1 : (int)head, line,
	    is_more ? "" : "=");
}

static char *
read_line(char *out, int size, void *arg)
{
	struct reading *r = arg;
	size_t indent;

	if (getline(&r->text, &r->text_size, r->f) < 0)
		return NULL;
	r->line++;
	indent = strspn(r->text, " \t");
	if (r->text[indent] == '[')
		r->has_key = false; /* no line goes on over a section's head */
	if (strlen(r->text) < (size_t)size)
		(void)snprintf(out, (size_t)size, "%s", r->text);
	else
		shorten(r, r->text, out, (size_t)size);
	return out;
}

bool
conf_is_private(int fd, const char *path)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	mode_t others = 077;
	struct stat sb;

	if (dir != NULL && dir[0] != '\0' && str_starts(path, dir) &&
	    path[strlen(dir)] == '/')
		others = 007;
	return fstat(fd, &sb) == 0 && (sb.st_mode & others) == 0;
}

/* Secrets only in a file nobody else can read; commands only in one that
 * nobody else could have written (specified for exec hooks). */
static enum ak_status
check_owner(const struct conf *c, int fd, const char *path, struct diag *reterr)
{
	bool has_secret = strchr(c->fetch_proxy, '@') != NULL;
	bool has_exec = false;
	struct stat sb;

	for (const struct conf_hook *h = c->hooks; h != NULL; h = h->next) {
		has_secret |= h->url != NULL;
		has_exec |= h->exec != NULL;
	}
	if (fstat(fd, &sb) != 0)
		return diag_set(
		    reterr, AK_IO, "%s: %s", path, strerrordesc_np(errno));
	if (has_secret && !conf_is_private(fd, path))
		return diag_set(reterr, AK_DENIED,
		    "%s: it holds secrets, but others can read it (chmod 600)",
		    path);
	if (has_exec && ((sb.st_mode & 022) != 0 ||
			    (sb.st_uid != 0 && sb.st_uid != geteuid())))
		return diag_set(reterr, AK_DENIED,
		    "%s: it names commands, but others can write it", path);
	return AK_OK;
}

enum ak_status
file_read(struct conf *c, FILE *f, const char *path, struct diag *reterr)
{
	struct reading r = {.c = c, .f = f, .path = path, .reterr = reterr};
	int rc = ini_parse_stream(read_line, &r, handler, &r);

	free(r.text);
	free(r.value);

	if (r.st != AK_OK)
		return r.st;
	if (ferror(f))
		return diag_set(
		    reterr, AK_IO, "%s: %s", path, strerrordesc_np(errno));
	if (rc > 0)
		return diag_set(reterr, AK_BADINPUT,
		    "%s:%d: neither [section] nor key = value", path, rc);
	for (const struct conf_hook *h = c->hooks; h != NULL; h = h->next)
		if (h->exec == NULL && h->url == NULL)
			return diag_set(reterr, AK_BADINPUT,
			    "%s:%d: exec or url is missing in [hook %s]", path,
			    h->line, h->name);
	return check_owner(c, fileno(f), path, reterr);
}

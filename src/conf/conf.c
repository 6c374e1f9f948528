/* SPDX-License-Identifier: ISC */
/*
 * One table of options (options.def) makes the members, their defaults, the
 * reader, the printer and the names in the environment.  A value goes three
 * ways, the later one winning: default, file, environment; all three through
 * set_option(), so that each is checked by the same rule.
 *
 * inih splits lines of the file; it does not say which line it is on, so its
 * reader is ours and counts.  It folds an indented line into another call with
 * the same key, which is how a list goes over several lines.
 */
#include "conf/conf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/net.h"
#include "base/url.h"

enum opt_type { STR, LIST, NETS, LISTEN, URL, CHOICE, INT, BOOL, TIME, SIZE };

struct option {
	const char *section, *key;
	enum opt_type type;
	const char *def;
	intptr_t min; /* CHOICE: the address of "a|b|c" */
	int64_t max;
	size_t offset; /* of its member in struct conf */
};

/* clang-format off */
static const struct option options[] = {
#define OPT(section, key, type, def, min, max, text)                           \
	{#section, #key, type, def, (intptr_t)(min), max,                      \
	    offsetof(struct conf, section##_##key)},
#include "conf/options.def"
#undef OPT
};
/* clang-format on */

struct reading { /* one file being read */
	struct conf *c;
	FILE *f;
	const char *path;
	int line;
	bool seen[AK_COUNT(options)]; /* a further line of a list adds to it */
	enum ak_status st;
	struct diag *reterr;
};

/* --- values --------------------------------------------------------------- */

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit time_units[] = {{"", 1}, {"s", 1}, {"min", 60},
    {"h", 3600}, {"d", 86400}, {"w", 604800}, {NULL, 0}};
static const struct unit size_units[] = {{"", 1}, {"B", 1}, {"K", 1LL << 10},
    {"M", 1LL << 20}, {"G", 1LL << 30}, {"T", 1LL << 40}, {NULL, 0}};

/* A number and its unit; false with a reason. */
static bool
read_quantity(
    const char *s, const struct unit *units, int64_t *ret, const char **ret_why)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(s, &end, 10);
	if (end == s || errno != 0) {
		*ret_why = "is not a number";
		return false;
	}
	while (*end == ' ')
		end++;
	for (; units->name != NULL; units++) {
		if (strcmp(units->name, end) != 0)
			continue;
		if (__builtin_mul_overflow((int64_t)v, units->factor, ret)) {
			*ret_why = "is too large";
			return false;
		}
		return true;
	}
	*ret_why = "has an unknown unit";
	return false;
}

static bool
read_bool(const char *s, int64_t *ret)
{
	static const char *const words[] = {
	    "no", "yes", "false", "true", "off", "on", "0", "1"};

	for (size_t i = 0; i < AK_COUNT(words); i++)
		if (ascii_ieq(s, words[i])) {
			*ret = (int64_t)(i & 1);
			return true;
		}
	return false;
}

static bool
is_choice(const char *choices, const char *s)
{
	size_t len = strlen(s);

	for (const char *p = choices; p != NULL; p = strchr(p, '|')) {
		p += *p == '|';
		if (strncmp(p, s, len) == 0 &&
		    (p[len] == '|' || p[len] == '\0'))
			return len > 0;
	}
	return false;
}

static bool
is_nets(const char *s, bool with_unix)
{
	struct net_list l;
	struct diag d;
	bool ok = net_list_parse(s, &l, &d) == AK_OK;

	if (ok) {
		ok = with_unix || !l.has_unix;
		net_list_release(&l);
	}
	return ok;
}

/* "off", or a list of "HOST:PORT", "[V6]:PORT", "PORT" and "unix:PATH". */
static bool
is_listen(const char *s)
{
	char *copy = xstrdup(s), *save = NULL;
	int64_t n;
	bool ok = true;

	for (char *one = strtok_r(copy, ", \t", &save); one != NULL && ok;
	     one = strtok_r(NULL, ", \t", &save)) {
		const char *colon = strrchr(one, ':');

		ok =
		    strcmp(s, "off") == 0 ||
		    (str_starts(one, "unix:") && one[5] != '\0') ||
		    (colon != one && str_to_i64(colon != NULL ? colon + 1 : one,
					 0, 65535, &n));
	}
	free(copy);
	return ok;
}

static bool
is_string(const struct option *o)
{
	return o->type <= CHOICE;
}

static char **
string_member(struct conf *c, const struct option *o)
{
	return (char **)(void *)((char *)c + o->offset);
}

static int64_t *
number_member(struct conf *c, const struct option *o)
{
	return (int64_t *)(void *)((char *)c + o->offset);
}

static void
set_string(struct conf *c, const struct option *o, const char *s, bool append)
{
	char **p = string_member(c, o);
	char *was = *p;

	*p = append && !str_empty(was) ? xasprintf("%s, %s", was, s)
				       : xstrdup(s);
	free(was);
}

/* NULL: done; else why not. */
static const char *
set_option(struct conf *c, const struct option *o, const char *s, bool append)
{
	const char *why = NULL;
	int64_t v = 0;

	switch (o->type) {
	case NETS:
		if (!is_nets(s, o->min != 0))
			return "is no list of networks";
		break;
	case LISTEN:
		if (!is_listen(s))
			return "is no list of addresses with ports";
		break;
	case URL:
		if (*s != '\0' && !url_is_http(s))
			return "is no URL";
		break;
	case STR:
	case LIST:
		break;
	case CHOICE:
		if (!is_choice((const char *)o->min, s))
			return "is none of the choices";
		break;
	case BOOL:
		if (!read_bool(s, &v))
			return "is neither yes nor no";
		*number_member(c, o) = v;
		return NULL;
	case INT:
		if (!str_to_i64(s, INT64_MIN, INT64_MAX, &v))
			why = "is not a number";
		break;
	case TIME:
		(void)read_quantity(s, time_units, &v, &why);
		break;
	case SIZE:
		(void)read_quantity(s, size_units, &v, &why);
		break;
	}
	if (is_string(o)) {
		set_string(c, o, s,
		    append && (o->type == LIST || o->type == NETS ||
				  o->type == LISTEN));
		return NULL;
	}
	if (why == NULL && v < (int64_t)o->min)
		why = "is too small";
	if (why == NULL && v > o->max)
		why = "is too large";
	if (why == NULL)
		*number_member(c, o) = v;
	return why;
}

/* What a value may be, for the error. */
static void
say_range(const struct option *o, char *out, size_t size)
{
	static const char *const forms[] = {[INT] = "a number",
	    [TIME] = "a time such as 90, 15min, 2h, 7d",
	    [SIZE] = "a size such as 4096, 64K, 16M, 1G"};

	switch (o->type) {
	case CHOICE:
		(void)snprintf(out, size, "one of %s", (const char *)o->min);
		break;
	case BOOL:
		(void)snprintf(out, size, "yes or no");
		break;
	case INT:
	case TIME:
	case SIZE:
		(void)snprintf(out, size, "%s, from %lld to %lld",
		    forms[o->type], (long long)o->min, (long long)o->max);
		break;
	case NETS:
		(void)snprintf(out, size, "networks such as 10.1.0.0/16, ::1");
		break;
	case LISTEN:
		(void)snprintf(out, size,
		    "off, or addresses such as 127.0.0.1:2546, unix:/PATH");
		break;
	case URL:
		(void)snprintf(out, size, "an http or https URL");
		break;
	case STR:
	case LIST:
		(void)snprintf(out, size, "text");
	}
}

/* --- hooks ---------------------------------------------------------------- */

static struct conf_hook *
hook_named(struct conf *c, const char *name, int line)
{
	struct conf_hook **p = &c->hooks;

	while (*p != NULL && strcmp((*p)->name, name) != 0)
		p = &(*p)->next;
	if (*p == NULL) {
		*p = xcalloc(1, sizeof(**p));
		(*p)->name = xstrdup(name);
		(*p)->line = line;
		(*p)->min_outlets = 3;
		(*p)->timeout_s = 10;
	}
	return *p;
}

/* A list of events; NULL: as it should be. */
static const char *
check_events(const char *list)
{
	static const char *const events[] = {
	    "article", "story", "grown", "failing"};
	size_t n_known = 0, n = 0;

	for (const char *p = list; *(p += strspn(p, ", \t")) != '\0'; n++) {
		size_t len = strcspn(p, ", \t");

		for (size_t i = 0; i < AK_COUNT(events); i++)
			n_known += strlen(events[i]) == len &&
				   strncmp(events[i], p, len) == 0;
		p += len;
	}
	return n > 0 && n == n_known
		   ? NULL
		   : "is no list of article, story, grown and failing";
}

static const char *
set_hook(struct conf_hook *h, const char *key, const char *value)
{
	const struct {
		const char *key;
		char **member;
	} strings[] = {{"on", &h->on}, {"exec", &h->exec}, {"url", &h->url},
	    {"secret_file", &h->secret_file}, {"category", &h->category},
	    {"feed", &h->feed}, {"query", &h->query}};
	const char *why = NULL;
	int64_t v;

	for (size_t i = 0; i < AK_COUNT(strings); i++)
		if (strcmp(strings[i].key, key) == 0) {
			free(*strings[i].member);
			*strings[i].member = xstrdup(value);
			if (strcmp(key, "exec") == 0 && value[0] != '/')
				return "is not an absolute path";
			if (strcmp(key, "url") == 0 && !url_is_http(value))
				return "is no http or https URL";
			return strcmp(key, "on") == 0 ? check_events(value)
						      : NULL;
		}
	if (strcmp(key, "min_outlets") == 0)
		return str_to_i64(value, 2, 1000, &h->min_outlets)
			   ? NULL
			   : "is not a number from 2 to 1000";
	if (strcmp(key, "timeout") == 0) {
		if (!read_quantity(value, time_units, &v, &why))
			return why;
		if (v < 1 || v > 3600)
			return "is not a time from 1 to 3600 seconds";
		h->timeout_s = v;
		return NULL;
	}
	return "";
}

/* --- file ----------------------------------------------------------------- */

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

static int
handler(void *arg, const char *section, const char *key, const char *value)
{
	struct reading *r = arg;
	const char *why;
	char range[160];

	if (strncmp(section, "hook ", 5) == 0) {
		why = set_hook(
		    hook_named(r->c, section + 5, r->line), key, value);
		if (why != NULL && *why == '\0')
			fail(r, "unknown key \"%s\" in [%s]", key, section);
		else if (why != NULL)
			fail(r, "%s: \"%s\" %s", key, value, why);
		return 1;
	}
	for (size_t i = 0; i < AK_COUNT(options); i++) {
		const struct option *o = &options[i];

		if (strcmp(o->section, section) != 0 ||
		    strcmp(o->key, key) != 0)
			continue;
		why = set_option(r->c, o, value, r->seen[i]);
		r->seen[i] = true;
		if (why != NULL) {
			say_range(o, range, sizeof(range));
			fail(r, "%s: \"%s\" %s; it takes %s", key, value, why,
			    range);
		}
		return 1;
	}
	fail(r, "unknown key \"%s\" in [%s]", key, section);
	return 1;
}

static char *
read_line(char *out, int size, void *arg)
{
	struct reading *r = arg;
	char *s;
	size_t len;

	if ((s = fgets(out, size, r->f)) == NULL)
		return NULL;
	r->line++;
	len = strlen(s);
	if (len + 1 == (size_t)size && s[len - 1] != '\n')
		fail(r, "the line is longer than %d bytes", size - 2);
	return s;
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

static enum ak_status
read_file(struct conf *c, FILE *f, const char *path, struct diag *reterr)
{
	struct reading r = {.c = c, .f = f, .path = path, .reterr = reterr};
	int rc = ini_parse_stream(read_line, &r, handler, &r);

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

/* --- environment ---------------------------------------------------------- */

static enum ak_status
read_environment(struct conf *c, struct diag *reterr)
{
	for (size_t i = 0; i < AK_COUNT(options); i++) {
		const struct option *o = &options[i];
		char *name = xasprintf("AKIN_%s_%s", o->section, o->key);
		const char *value, *why = NULL;
		char range[160];

		for (char *p = name; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
		if ((value = getenv(name)) != NULL)
			why = set_option(c, o, value, false);
		if (why != NULL) {
			say_range(o, range, sizeof(range));
			(void)diag_set(reterr, AK_BADINPUT,
			    "$%s: \"%s\" %s; it takes %s", name, value, why,
			    range);
		}
		free(name);
		if (why != NULL)
			return AK_BADINPUT;
	}
	return AK_OK;
}

/* --- interface ------------------------------------------------------------ */

/* The file to read by default, or NULL. */
static char *
default_file(void)
{
	const char *dir = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	char *path = NULL;

	if (!str_empty(dir))
		path = xasprintf("%s/akin/akin.conf", dir);
	else if (!str_empty(home))
		path = xasprintf("%s/.config/akin/akin.conf", home);
	if (path != NULL && access(path, F_OK) == 0)
		return path;
	free(path);
	if (access(AK_SYSCONFDIR "/akin/akind.conf", F_OK) == 0)
		return xstrdup(AK_SYSCONFDIR "/akin/akind.conf");
	if (access("/etc/akin/akind.conf", F_OK) == 0)
		return xstrdup("/etc/akin/akind.conf");
	return NULL;
}

enum ak_status
conf_load(const char *file, struct conf **ret, struct diag *reterr)
{
	struct conf *c = xcalloc(1, sizeof(*c));
	enum ak_status st = AK_OK;
	FILE *f = NULL;

	for (size_t i = 0; i < AK_COUNT(options); i++) {
		const char *why =
		    set_option(c, &options[i], options[i].def, false);

		assert(why == NULL);
	}
	c->file = file != NULL ? xstrdup(file) : default_file();
	if (c->file != NULL) {
		if ((f = fopen(c->file, "re")) == NULL)
			st = diag_set(reterr,
			    errno == ENOENT ? AK_NOTFOUND : AK_IO, "%s: %s",
			    c->file, strerrordesc_np(errno));
		else
			st = read_file(c, f, c->file, reterr);
	}
	if (f != NULL)
		(void)fclose(f);
	if (st == AK_OK)
		st = read_environment(c, reterr);
	if (st != AK_OK) {
		conf_free(c);
		return st;
	}
	*ret = c;
	return AK_OK;
}

void
conf_free(struct conf *c)
{
	struct conf_hook *h;

	if (c == NULL)
		return;
	for (size_t i = 0; i < AK_COUNT(options); i++)
		if (is_string(&options[i]))
			free(*string_member(c, &options[i]));
	while ((h = c->hooks) != NULL) {
		c->hooks = h->next;
		free(h->name);
		free(h->on);
		free(h->exec);
		free(h->url);
		free(h->secret_file);
		free(h->category);
		free(h->feed);
		free(h->query);
		free(h);
	}
	free(c->file);
	free(c);
}

static void
print_hook(const struct conf_hook *h, struct buf *out)
{
	const char *const keys[] = {
	    "on", "exec", "url", "secret_file", "category", "feed", "query"};
	const char *const values[] = {h->on, h->exec,
	    h->url != NULL ? "(set)" : NULL, h->secret_file, h->category,
	    h->feed, h->query};

	buf_addf(out, "\n[hook %s]\n", h->name);
	for (size_t i = 0; i < AK_COUNT(keys); i++)
		if (values[i] != NULL)
			buf_addf(out, "%s = %s\n", keys[i], values[i]);
	buf_addf(out, "min_outlets = %lld\ntimeout = %lld\n",
	    (long long)h->min_outlets, (long long)h->timeout_s);
}

/* A value without the password of a URL. */
static void
print_string(const char *key, const char *value, struct buf *out)
{
	const char *rest = strstr(value, "://"), *at = strrchr(value, '@');
	int shown = rest != NULL && at != NULL && at > rest
			? (int)(rest + 3 - value)
			: 0;

	if (shown > 0)
		buf_addf(out, "%s = %.*s(set)%s\n", key, shown, value, at);
	else
		buf_addf(out, "%s = %s\n", key, value);
}

void
conf_print(const struct conf *c, struct buf *out)
{
	const char *section = "";

	for (size_t i = 0; i < AK_COUNT(options); i++) {
		const struct option *o = &options[i];
		const void *p = (const char *)c + o->offset;

		if (strcmp(section, o->section) != 0)
			buf_addf(out, "%s[%s]\n", *section != '\0' ? "\n" : "",
			    o->section);
		section = o->section;
		if (is_string(o))
			print_string(o->key, *(const char *const *)p, out);
		else if (o->type == BOOL)
			buf_addf(out, "%s = %s\n", o->key,
			    *(const int64_t *)p != 0 ? "yes" : "no");
		else
			buf_addf(out, "%s = %lld\n", o->key,
			    (long long)*(const int64_t *)p);
	}
	for (const struct conf_hook *h = c->hooks; h != NULL; h = h->next)
		print_hook(h, out);
}

enum ak_status
conf_store_path(const struct conf *c, const char *arg, bool is_service,
    char **ret, struct diag *reterr)
{
	const char *const said[] = {arg, getenv("AKIN_DB"), c->store_path};
	const char *dir;

	for (size_t i = 0; i < AK_COUNT(said); i++)
		if (!str_empty(said[i])) {
			*ret = xstrdup(said[i]);
			return AK_OK;
		}
	if (is_service) {
		dir = getenv("STATE_DIRECTORY"); /* systemd's StateDirectory= */
		*ret = xasprintf(
		    "%s/akin.db", !str_empty(dir) ? dir : "/var/lib/akin");
	} else if (!str_empty(dir = getenv("XDG_DATA_HOME"))) {
		*ret = xasprintf("%s/akin/akin.db", dir);
	} else if (!str_empty(dir = getenv("HOME"))) {
		*ret = xasprintf("%s/.local/share/akin/akin.db", dir);
	} else {
		return diag_set(reterr, AK_BADINPUT,
		    "there is no $HOME to keep it in; --db or $AKIN_DB names "
		    "another place");
	}
	return AK_OK;
}

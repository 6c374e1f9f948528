/* SPDX-License-Identifier: ISC */
/*
 * The values of options: one table (options.def) makes the members, and says
 * of each what it takes.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/net.h"
#include "base/url.h"
#include "conf/conf_int.h"

/* clang-format off */
const struct option conf_options[N_OPTIONS] = {
#define OPT(section, key, type, def, min, max, text)                           \
	{#section, #key, type, def, (intptr_t)(min), max,                      \
	    offsetof(struct conf, section##_##key)},
#include "conf/options.def"
#undef OPT
};
/* clang-format on */

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

bool
option_is_string(const struct option *o)
{
	return o->type <= CHOICE;
}

char **
option_string(struct conf *c, const struct option *o)
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
	char **p = option_string(c, o);
	char *was = *p;

	*p = append && !str_empty(was) ? xasprintf("%s, %s", was, s)
				       : xstrdup(s);
	free(was);
}

const char *
option_set(struct conf *c, const struct option *o, const char *s, bool append)
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
	if (option_is_string(o)) {
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

void
option_say_range(const struct option *o, char *out, size_t size)
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

bool
option_seconds(const char *s, int64_t *ret, const char **ret_why)
{
	return read_quantity(s, time_units, ret, ret_why);
}

/* SPDX-License-Identifier: ISC */
/*
 * Link: header values (RFC 8288, 3).  A comma or semicolon inside <...> or
 * inside quotes separates nothing; parameter names are case-insensitive; the
 * first rel counts.
 */
#include <string.h>

#include "base/str.h"
#include "fetch/fetch.h"

static const char *
skip_space(const char *p)
{
	return p + strspn(p, " \t");
}

/* A token or quoted string, unquoted; *at moves behind it. */
static const char *
read_value(struct arena *a, const char **at)
{
	const char *p = *at;
	size_t n = 0;
	char *out;

	if (*p != '"') {
		n = strcspn(p, " \t;,");
		*at = p + n;
		return arena_strndup(a, p, n);
	}
	if ((out = arena_alloc_raw(a, strlen(p) + 1)) == NULL)
		return NULL;
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		out[n++] = *p;
	}
	out[n] = '\0';
	*at = *p == '"' ? p + 1 : p;
	return out;
}

/* The parameters up to the comma; true when the link has an anchor. */
static bool
read_params(struct arena *a, const char **at, struct fetch_link *l)
{
	const char *p = *at, *rel = NULL;
	bool is_foreign = false;

	while (*p != '\0' && *p != ',') {
		const char *name = p = skip_space(p), *value = NULL;
		size_t len = strcspn(p, " \t=;,");

		p = skip_space(p + len);
		if (*p == '=') {
			p = skip_space(p + 1);
			value = read_value(a, &p);
		}
		if (len == 3 && ascii_ieq_n(name, "rel", 3) && rel == NULL)
			rel = value;
		else if (len == 4 && ascii_ieq_n(name, "type", 4))
			l->type = value;
		else if (len == 5 && ascii_ieq_n(name, "title", 5))
			l->title = value;
		else if (len == 6 && ascii_ieq_n(name, "anchor", 6))
			is_foreign = true;
		p += strcspn(p, ";,");
		if (*p == ';')
			p++;
	}
	l->rel = rel != NULL ? rel : "";
	*at = p;
	return is_foreign;
}

bool
fetch_link_next(struct arena *a, const char **at, struct fetch_link *ret)
{
	const char *p = *at;

	for (;;) {
		struct fetch_link l = {0};
		const char *end;

		p += strspn(p, " \t,");
		if (*p != '<' || (end = strchr(p, '>')) == NULL)
			return false; /* the end, or nothing to be made of it */
		l.url = arena_strndup(a, p + 1, (size_t)(end - p) - 1);
		if (l.url == NULL)
			return false;
		p = end + 1;
		p += strcspn(p, ";,");
		if (*p == ';')
			p++;
		if (!read_params(a, &p, &l)) {
			*ret = l;
			*at = p;
			return true;
		}
	}
}

bool
fetch_link_has_rel(const struct fetch_link *l, const char *rel)
{
	size_t len = strlen(rel);

	for (const char *p = l->rel; *p != '\0';) {
		size_t n = strcspn(p, " \t");

		if (n == len && ascii_ieq_n(p, rel, len))
			return true;
		p += n;
		p += strspn(p, " \t");
	}
	return false;
}

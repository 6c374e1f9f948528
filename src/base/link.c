/* SPDX-License-Identifier: ISC */
#include "base/link.h"

#include <string.h>

#include "base/str.h"

static const char *
skip_space(const char *p)
{
	while (ascii_space((unsigned char)*p))
		p++;
	return p;
}

/* A token or a quoted string without its quotes; *at moves behind it. */
static const char *
read_value(struct arena *a, const char **at)
{
	const char *p = *at;
	char *out;
	size_t n = 0;

	if (*p != '"') {
		n = strcspn(p, ";, \t");
		*at = p + n;
		return arena_strndup(a, p, n);
	}
	out = arena_alloc_raw(a, strlen(p));
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		if (out != NULL)
			out[n++] = *p;
	}
	if (out != NULL)
		out[n] = '\0';
	*at = *p == '"' ? p + 1 : p;
	return out;
}

static const char *
read_parameter(
    struct arena *a, const char *p, struct link *l, bool *ret_has_anchor)
{
	const char *name = p, *value = "";
	size_t len = strcspn(p, "=;, \t");

	p = skip_space(p + len);
	if (*p == '=') {
		p = skip_space(p + 1);
		value = read_value(a, &p);
	}
	if (len == 3 && ascii_ieq_n(name, "rel", 3) && l->rel == NULL)
		l->rel = value;
	else if (len == 4 && ascii_ieq_n(name, "type", 4) && l->type == NULL)
		l->type = value;
	else if (len == 5 && ascii_ieq_n(name, "title", 5) && l->title == NULL)
		l->title = value;
	else if (len == 6 && ascii_ieq_n(name, "anchor", 6))
		*ret_has_anchor = true;
	return p;
}

bool
link_next(struct arena *a, const char **at, struct link *ret)
{
	const char *from, *to, *p = *at;

	while ((from = strchr(p, '<')) != NULL &&
	       (to = strchr(from, '>')) != NULL) {
		struct link l = {
		    .url = arena_strndup(a, from + 1, (size_t)(to - from) - 1)};
		bool has_anchor = false;

		for (p = skip_space(to + 1); *p == ';'; p = skip_space(p))
			p = read_parameter(
			    a, skip_space(p + 1), &l, &has_anchor);
		p += strcspn(p, ",");
		if (l.url == NULL)
			return false;
		if (!has_anchor) {
			*at = p;
			*ret = l;
			return true;
		}
	}
	return false;
}

bool
link_has_rel(const char *rels, const char *rel)
{
	size_t len = strlen(rel);

	for (const char *p = rels; p != NULL && *p != '\0';) {
		size_t n = strcspn(p, " \t\r\n\f");

		if (n == len && ascii_ieq_n(p, rel, n))
			return true;
		p = skip_space(p + n);
	}
	return false;
}

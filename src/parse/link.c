/* SPDX-License-Identifier: ISC */
/* link.c - Link: headers (RFC 8288, 3). */
#include "parse/link_int.h"

#include <string.h>

#include "base/str.h"
#include "base/url.h"

static void
skip_spaces(const char **p)
{
	while (ascii_space((unsigned char)**p))
		(*p)++;
}

/* A token or a quoted string, in the arena; *p is behind it. */
static const char *
read_value(struct arena *a, const char **p)
{
	char *out;
	size_t n, len;

	if (**p != '"') {
		n = strcspn(*p, ";, \t");
		out = arena_strndup(a, *p, n);
		*p += n;
		return out;
	}
	(*p)++;
	for (len = 0; (*p)[len] != '\0' && (*p)[len] != '"'; len++)
		len += (*p)[len] == '\\' && (*p)[len + 1] != '\0';
	out = arena_alloc_raw(a, len + 1);
	for (n = 0; **p != '\0' && **p != '"'; (*p)++) {
		if (**p == '\\' && (*p)[1] != '\0')
			(*p)++;
		if (out != NULL)
			out[n++] = **p;
	}
	*p += **p == '"';
	if (out != NULL)
		out[n] = '\0';
	return out;
}

static void
read_parameter(struct arena *a, const char **p, struct link_value *ret)
{
	const char *name, *value = "";
	size_t n;

	skip_spaces(p);
	name = *p;
	n = strcspn(*p, "=;, \t");
	*p += n;
	skip_spaces(p);
	if (**p == '=') {
		(*p)++;
		skip_spaces(p);
		value = read_value(a, p);
	}
	/* Of repeated ones the first counts (RFC 8288, 3.3). */
	if (n == 3 && ascii_ieq_n(name, "rel", 3) && ret->rel == NULL)
		ret->rel = value;
	else if (n == 4 && ascii_ieq_n(name, "type", 4) && ret->type == NULL)
		ret->type = value;
	else if (n == 5 && ascii_ieq_n(name, "title", 5) && ret->title == NULL)
		ret->title = value;
	else if (n == 6 && ascii_ieq_n(name, "anchor", 6))
		ret->has_anchor = true;
}

bool
link_next(struct arena *a, const char **p, struct link_value *ret)
{
	const char *from, *to;

	if ((from = strchr(*p, '<')) == NULL ||
	    (to = strchr(from, '>')) == NULL)
		return false;
	*ret = (struct link_value){
	    .target = arena_strndup(a, from + 1, (size_t)(to - from - 1))};
	*p = to + 1;
	for (;;) {
		skip_spaces(p);
		if (**p != ';')
			break;
		(*p)++;
		read_parameter(a, p, ret);
	}
	*p += strcspn(*p, ",");
	return ret->target != NULL;
}

bool
link_has_rel(const char *rels, const char *rel)
{
	size_t len = strlen(rel);

	if (rels == NULL)
		return false;
	while (*rels != '\0') {
		size_t n = strcspn(rels, " \t\r\n\f");

		if (n == len && ascii_ieq_n(rels, rel, n))
			return true;
		rels += n;
		while (ascii_space((unsigned char)*rels))
			rels++;
	}
	return false;
}

const char *
parse_link_header(struct arena *a, const char *const *headers, const char *rel,
    const char *url)
{
	for (; headers != NULL && *headers != NULL; headers++) {
		const char *p = *headers;
		struct link_value v;

		while (link_next(a, &p, &v)) {
			const char *target;

			if (v.has_anchor || !link_has_rel(v.rel, rel))
				continue;
			if ((target = url_resolve(a, url, v.target)) != NULL)
				return target;
		}
	}
	return NULL;
}

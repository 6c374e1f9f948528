/* SPDX-License-Identifier: ISC */
/* link_int.h - Link: headers, for discover.c. */
#ifndef PARSE_LINK_INT_H
#define PARSE_LINK_INT_H

#include "parse/parse.h"

struct link_value {
	const char *target;		/* as written */
	const char *rel, *type, *title; /* or NULL */
	bool has_anchor;		/* it speaks of another resource */
};

/* The next link of one header value; *p is advanced. */
bool link_next(struct arena *a, const char **p, struct link_value *ret);

/* Is `rel` one of the words of `rels` (or NULL), in any case? */
bool link_has_rel(const char *rels, const char *rel);

#endif

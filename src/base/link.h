/* SPDX-License-Identifier: ISC */
/*
 * link.h - the links of HTTP's Link: headers (RFC 8288, 3).
 *
 * A comma or semicolon inside <...> or inside quotes separates nothing, names
 * of parameters are in any case, and of repeated ones the first counts (3.3).
 * Links about another resource (with an anchor) are passed over.
 */
#ifndef BASE_LINK_H
#define BASE_LINK_H

#include "base/ak.h"
#include "base/arena.h"

struct link {		 /* strings in the arena */
	const char *url; /* as written: to be resolved against the final URL */
	const char *rel, *type, *title; /* or NULL */
};

/*
 * The next link of one header's value; *at begins as the value and is
 * advanced.  What is no link is passed over.  False: there is none, or the
 * arena is full.
 */
bool link_next(struct arena *a, const char **at, struct link *ret);

/* Is `rel` one of the words of `rels` (or NULL), in any case? */
bool link_has_rel(const char *rels, const char *rel);

#endif

/* SPDX-License-Identifier: ISC */
/* public: */
/*
 * robots.h - may akin fetch this page by itself? (RFC 9309.)  Pure.
 *
 * robots.txt speaks to programs that follow links, so it is not asked before a
 * feed that a person subscribed to; it is before everything akin fetches on
 * its own: pages of articles, archives.
 */
#ifndef FETCH_ROBOTS_H
#define FETCH_ROBOTS_H

#include "base/ak.h"

/* RFC 9309, 2.5: at least 500 KiB have to be read; what is past is not. */
#define ROBOTS_BYTES ((size_t)500 << 10)

/*
 * Does the robots.txt `text` allow `agent` ("akin") to fetch `path`, which is
 * path and query, "/a?b"?  The group of the agent counts, else that of "*";
 * the longest matching rule wins, allow before disallow (2.2.2).
 */
bool robots_allow(
    const char *text, size_t len, const char *agent, const char *path);

#endif

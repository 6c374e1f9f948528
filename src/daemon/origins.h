/* SPDX-License-Identifier: ISC */
/*
 * origins.h - what the robots.txt of each origin allows; asked for once a day
 * at most (private to daemon; loop thread).
 */
#ifndef DAEMON_ORIGINS_H
#define DAEMON_ORIGINS_H

#include "fetch/fetch.h"

struct origins;

enum origins_verdict {
	ORIGINS_ALLOWED,
	ORIGINS_FORBIDDEN,  /* robots.txt says so */
	ORIGINS_UNREACHABLE /* nobody knows: RFC 9309, 2.3.1.4: forbidden */
};
typedef void (*origins_cb)(enum origins_verdict v, void *arg);

struct origins *origins_new(struct fetcher *f);
/* After fetch_free(), which has called back whoever waited. */
void origins_free(struct origins *o);

/* May `url` be fetched?  The callback comes once, maybe at once; `url` and
 * `proxy` (or NULL) are copied. */
void origins_ask(struct origins *o, const char *url, const char *proxy,
    origins_cb cb, void *arg);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * url.h - read, resolve and compare URLs (RFC 3986), on libcurl's URL API.
 *
 * Results live in the caller's arena; NULL means "no URL can be made of it".
 * Nothing here touches the network.
 */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/ak.h"
#include "base/arena.h"

/*
 * `ref` made absolute against `base` (NULL: none).  White space around it is
 * dropped, inside it is escaped; bytes outside ASCII are escaped.  Any scheme
 * may come out: what may be fetched or linked is for the caller to judge.
 * A relative reference without a base gives NULL; over LIMIT_URL_BYTES too.
 */
const char *url_resolve(struct arena *a, const char *base, const char *ref);

/* Is it an absolute http or https URL with a host? */
bool url_is_http(const char *url);

/*
 * The key under which two spellings of one document's address compare equal:
 * no scheme, userinfo or fragment (but "#!..." stays), host in lower case
 * without default port, "www." kept, tracking parameters gone (utm_*, fbclid,
 * gclid, ...), the rest of the query in its order, no trailing "?".
 * Not a URL to fetch.  NULL when `url` is not http or https.
 */
const char *url_key(struct arena *a, const char *url);

/* `url` without its tracking parameters; `url` itself when it has none. */
const char *url_strip_tracking(struct arena *a, const char *url);

/* Host in lower case (punycode as written), or NULL. */
const char *url_host(struct arena *a, const char *url);

/* "scheme://host[:port]" in lower case without a default port, or NULL. */
const char *url_origin(struct arena *a, const char *url);

/* The "user:password" of an http URL, decoded, or NULL. */
const char *url_userinfo(struct arena *a, const char *url);

/* `url` without user:password@, for logs and output. */
const char *url_without_userinfo(struct arena *a, const char *url);

/* Is `name` (of `len` bytes) a query parameter that only tracks readers? */
bool url_is_tracking_param(const char *name, size_t len);

#endif

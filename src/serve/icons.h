/* SPDX-License-Identifier: ISC */
/*
 * icons.h - pictures of feeds as data, which Fever and Miniflux clients want.
 *
 * They are fetched when a client first asks, kept in the store, and asked for
 * again after a month, with what the server gave then; also where there was
 * none.
 */
#ifndef SERVE_ICONS_H
#define SERVE_ICONS_H

#include "serve/serve_int.h"

struct serve;

/* "image/png;base64,..." appended. */
void icons_put(struct buf *out, const char *type, const void *data, size_t len);

/* Is it time to ask for this one? */
bool icons_is_due(const struct job *j, const struct store_icon *icon);
/* If it is, the loop does when the job is done; what is too much at once is
 * left to the next request. */
void icons_want(struct job *j, const struct store_icon *icon);

/* On the loop: fetch what the job wants, and keep it. */
void icons_fetch(struct serve *s, struct job *j);
/* On the loop: keep what was fetched for a client. */
void icons_keep(struct serve *s, int64_t feed_id, const char *url,
    const struct serve_image *image);
void icons_free(struct serve *s); /* those that were never answered */

#endif

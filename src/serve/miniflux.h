/* SPDX-License-Identifier: ISC */
/* miniflux.h - private to serve: the part of Miniflux' API v1 clients call. */
#ifndef SERVE_MINIFLUX_H
#define SERVE_MINIFLUX_H

#include "serve/serve_int.h"

/* miniflux.c */
void mf_me(struct job *j);
void mf_version(struct job *j);
void mf_import(struct job *j);
json_t *mf_time(int64_t t); /* RFC 3339; 0: the epoch */
json_t *mf_category(int64_t id, const char *title);
/* A number that a {} of the path holds; false: answered. */
bool mf_id(struct job *j, int64_t *ret);

/* miniflux_find.c */
void mf_icon(struct job *j);
void mf_discover(struct job *j);

/* miniflux_feeds.c */
void mf_categories(struct job *j);
void mf_category_add(struct job *j);
void mf_category_edit(struct job *j);
void mf_category_delete(struct job *j);
void mf_feeds(struct job *j);
void mf_feed(struct job *j);
void mf_feed_add(struct job *j);
void mf_feed_edit(struct job *j);
void mf_feed_delete(struct job *j);
void mf_feed_refresh(struct job *j);
void mf_feeds_refresh(struct job *j);
void mf_counters(struct job *j);
json_t *mf_feed_json(const struct store_feed *f);

/* miniflux_entries.c */
void mf_entries(struct job *j);
void mf_feed_entries(struct job *j);
void mf_category_entries(struct job *j);
void mf_entry(struct job *j);
void mf_entries_mark(struct job *j);
void mf_bookmark(struct job *j);
void mf_feed_read(struct job *j);
void mf_category_read(struct job *j);
void mf_all_read(struct job *j);

#endif

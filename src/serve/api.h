/* SPDX-License-Identifier: ISC */
/* api.h - private to serve: /api/v1, one resource a file. */
#ifndef SERVE_API_H
#define SERVE_API_H

#include "serve/serve_int.h"

/* Number in a {} of the path, 0-based; false: answered. */
bool api_id(struct job *j, size_t arg, int64_t *ret);
/* The same of an article that there is. */
bool api_known(struct job *j, size_t arg, int64_t *ret);
/* Filters of a list of articles; false: answered. */
bool api_article_filters(struct job *j, struct store_article_query *q);

/* api_feeds.c */
void api_feeds(struct job *j);
void api_feed_add(struct job *j);
void api_feed(struct job *j);
void api_feed_edit(struct job *j);
void api_feed_delete(struct job *j);
void api_feed_sync(struct job *j);
void api_feed_polls(struct job *j);
void api_categories(struct job *j);
void api_category_add(struct job *j);
void api_category_edit(struct job *j);
void api_category_delete(struct job *j);
void api_opml_get(struct job *j);
void api_opml_post(struct job *j);

/* api_articles.c */
void api_articles(struct job *j);
void api_search(struct job *j);
void api_article(struct job *j);
void api_article_delete(struct job *j);
void api_related(struct job *j);
void api_related_delete(struct job *j);
void api_related_put(struct job *j);
void api_why(struct job *j);
void api_revisions(struct job *j);
void api_threads(struct job *j);
void api_thread(struct job *j);
void api_marks(struct job *j);

/* api_misc.c */
void api_sync(struct job *j);
void api_sync_state(struct job *j);
void api_health(struct job *j);
void api_tokens(struct job *j);
void api_token_add(struct job *j);
void api_token_delete(struct job *j);
void api_openapi(struct job *j);

#endif

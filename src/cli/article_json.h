/* SPDX-License-Identifier: ISC */
/* article_json.h - stored articles as items of JSON Feed 1.1. */
#ifndef CLI_ARTICLE_JSON_H
#define CLI_ARTICLE_JSON_H

#include <jansson.h>

#include "store/store.h"

/* One item; what the standard has no member for stands below `_akin`. */
json_t *article_json(const struct store_article *a);

/* "id": the guid, or what stands in for it where a feed gives none. */
void json_put_id(json_t *o, const char *guid, int64_t article);
/* A member, unless the value is absent. */
void json_put(json_t *o, const char *name, const char *value);
void json_put_time(json_t *o, const char *name, int64_t t); /* 0: absent */

/* On stdout, with a line end; takes `o`.  Flags are those of json_dumps(3);
 * control characters that JSON allows are escaped. */
void json_print(json_t *o, size_t flags);

/* One object a line. */
void json_line(json_t *o);

#endif

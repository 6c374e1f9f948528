/* SPDX-License-Identifier: ISC */
/*
 * column.h - private to serve: the columns of an article that hold JSON.
 */
#ifndef SERVE_COLUMN_H
#define SERVE_COLUMN_H

#include <jansson.h>

#include "base/ak.h"

/* A column as an array, for json_decref(); empty for NULL and what is none. */
json_t *column_array(const char *json);
/* A column as it is; null for NULL. */
json_t *column_value(const char *json);

struct attachment { /* borrowed from the array */
	const char *url;
	const char *type;   /* media type, or NULL */
	int64_t size_bytes; /* 0: unknown */
};

/* An element of article.attachments; false: it has no URL. */
bool column_attachment(const json_t *value, struct attachment *ret);

#endif

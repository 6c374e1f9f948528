/* SPDX-License-Identifier: ISC */
/*
 * json_list.h - private to serve: an answer with one long JSON array, written
 * element by element, so that 200,000 of them are never a tree in memory.
 */
#ifndef SERVE_JSON_LIST_H
#define SERVE_JSON_LIST_H

#include <stdlib.h>

#include "base/mem.h"
#include "serve/serve_int.h"

struct json_list {
	struct job *j;
	struct buf *out;
	size_t n;
};

/* `before`: all up to and with the '['. */
void json_list_begin(struct json_list *l, struct job *j, const char *before);
void json_list_put(struct json_list *l, json_t *value); /* takes it */
void json_list_puts(struct json_list *l, const char *json);
void json_list_end(struct json_list *l, const char *after);

#endif

/* SPDX-License-Identifier: ISC */
#include "serve/json_list.h"

void
json_list_begin(struct json_list *l, struct job *j, const char *before)
{
	l->j = j;
	l->out = reply_begin(j, 200, TYPE_JSON);
	l->n = 0;
	buf_adds(l->out, before);
}

void
json_list_put(struct json_list *l, json_t *value)
{
	if (l->n++ > 0)
		buf_addc(l->out, ',');
	buf_add_json(l->out, value);
}

void
json_list_puts(struct json_list *l, const char *json)
{
	if (l->n++ > 0)
		buf_addc(l->out, ',');
	buf_adds(l->out, json);
}

void
json_list_end(struct json_list *l, const char *after)
{
	buf_adds(l->out, after);
}

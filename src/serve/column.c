/* SPDX-License-Identifier: ISC */
#include "serve/column.h"

json_t *
column_array(const char *json)
{
	json_t *list = json != NULL ? json_loads(json, 0, NULL) : NULL;

	if (json_is_array(list))
		return list;
	json_decref(list);
	return json_array();
}

json_t *
column_value(const char *json)
{
	json_t *value = json != NULL ? json_loads(json, 0, NULL) : NULL;

	return value != NULL ? value : json_null();
}

bool
column_attachment(const json_t *value, struct attachment *ret)
{
	*ret = (struct attachment){
	    .url = json_string_value(json_object_get(value, "url")),
	    .type = json_string_value(json_object_get(value, "mime_type")),
	    .size_bytes =
		json_integer_value(json_object_get(value, "size_in_bytes"))};
	return ret->url != NULL;
}

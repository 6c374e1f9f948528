/* SPDX-License-Identifier: ISC */
/* The kept state of a subscription, as a line of JSON and back. */
#include "base/mem.h"
#include "fetch/websub_int.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *key;
	size_t offset;
	enum { NUMBER, FLAG, TOKEN, SECRET } kind;
} fields[] = {
    {"token", offsetof(struct websub, token), TOKEN},
    {"secret", offsetof(struct websub, secret), SECRET},
    {"active_secret", offsetof(struct websub, active_secret), SECRET},
    {"hub", offsetof(struct websub, hub), NUMBER},
    {"next_at", offsetof(struct websub, next_at), NUMBER},
    {"asked_at", offsetof(struct websub, asked_at), NUMBER},
    {"lease_until", offsetof(struct websub, lease_until), NUMBER},
    {"last_push_at", offsetof(struct websub, last_push_at), NUMBER},
    {"n_tries", offsetof(struct websub, n_tries), NUMBER},
    {"n_bad", offsetof(struct websub, n_bad), NUMBER},
    {"bad_since", offsetof(struct websub, bad_since), NUMBER},
    {"n_missed", offsetof(struct websub, n_missed), NUMBER},
    {"is_pending", offsetof(struct websub, is_pending), FLAG},
    {"saw_strong", offsetof(struct websub, saw_strong), FLAG},
    {"asked_leave", offsetof(struct websub, asked_leave), FLAG},
};

void
websub_save(const struct websub *w, struct buf *out)
{
	json_t *o = json_object(), *hubs = json_array();
	char *text;

	for (size_t i = 0; i < AK_COUNT(fields); i++) {
		const char *at = (const char *)w + fields[i].offset;
		int64_t n;
		bool b;

		if (fields[i].kind == NUMBER) {
			memcpy(&n, at, sizeof(n));
			(void)json_object_set_new(
			    o, fields[i].key, json_integer(n));
		} else if (fields[i].kind == FLAG) {
			memcpy(&b, at, sizeof(b));
			(void)json_object_set_new(
			    o, fields[i].key, json_boolean(b));
		} else {
			(void)json_object_set_new(
			    o, fields[i].key, json_string(at));
		}
	}
	(void)json_object_set_new(o, "stage", json_integer((int)w->stage));
	if (w->topic != NULL)
		(void)json_object_set_new(o, "topic", json_string(w->topic));
	for (size_t i = 0; i < WEBSUB_HUBS && w->hubs[i] != NULL; i++)
		(void)json_array_append_new(hubs, json_string(w->hubs[i]));
	(void)json_object_set_new(o, "hubs", hubs);
	text = json_dumps(o, JSON_COMPACT);
	if (text == NULL)
		mem_none();
	buf_adds(out, text);
	free(text);
	json_decref(o);
}

static bool
load_field(const json_t *o, size_t i, struct websub *w)
{
	const json_t *v = json_object_get(o, fields[i].key);
	char *at = (char *)w + fields[i].offset;
	size_t size =
	    fields[i].kind == TOKEN ? WEBSUB_TOKEN_SIZE : WEBSUB_SECRET_SIZE;
	int64_t n = json_integer_value(v);
	bool b = json_is_true(v);

	if (fields[i].kind == NUMBER) {
		memcpy(at, &n, sizeof(n));
		return json_is_integer(v);
	}
	if (fields[i].kind == FLAG) {
		memcpy(at, &b, sizeof(b));
		return json_is_boolean(v);
	}
	if (!json_is_string(v) || json_string_length(v) >= size)
		return false;
	memcpy(at, json_string_value(v), json_string_length(v) + 1);
	return true;
}

static bool
load(const json_t *o, struct websub *w)
{
	const json_t *hubs = json_object_get(o, "hubs");
	int64_t stage = json_integer_value(json_object_get(o, "stage"));

	for (size_t i = 0; i < AK_COUNT(fields); i++)
		if (!load_field(o, i, w))
			return false;
	if (stage < WEBSUB_OFF || stage > WEBSUB_GONE || w->hub < 0 ||
	    w->hub >= WEBSUB_HUBS || json_array_size(hubs) > WEBSUB_HUBS)
		return false;
	w->stage = (enum websub_stage)stage;
	websub_set_str(
	    &w->topic, json_string_value(json_object_get(o, "topic")));
	for (size_t i = 0; i < json_array_size(hubs); i++)
		websub_set_str(
		    &w->hubs[i], json_string_value(json_array_get(hubs, i)));
	return true;
}

enum ak_status
websub_load(const char *text, struct websub *ret)
{
	struct websub w;
	json_t *o = json_loads(text, 0, NULL);
	bool ok;

	websub_init(&w);
	ok = o != NULL && load(o, &w);
	json_decref(o);
	if (!ok) {
		websub_release(&w);
		return AK_BADINPUT;
	}
	*ret = w;
	return AK_OK;
}

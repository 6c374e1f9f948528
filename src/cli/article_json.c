/* SPDX-License-Identifier: ISC */
#include "cli/article_json.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"

void
json_put(json_t *o, const char *name, const char *value)
{
	if (!str_empty(value))
		(void)json_object_set_new(o, name, json_string(value));
}

void
json_put_time(json_t *o, const char *name, int64_t t)
{
	char out[CLOCK_RFC3339_SIZE];

	if (t != 0)
		json_put(o, name, clock_rfc3339(t, out));
}

void
json_put_id(json_t *o, const char *guid, int64_t article)
{
	char own[48];

	(void)snprintf(
	    own, sizeof(own), "akin:article:%lld", (long long)article);
	json_put(o, "id", str_empty(guid) ? own : guid);
}

static void
put_raw(json_t *o, const char *name, const char *text)
{
	json_t *v =
	    text != NULL ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

	if (json_array_size(v) > 0 || json_object_size(v) > 0)
		(void)json_object_set(o, name, v);
	json_decref(v);
}

json_t *
article_json(const struct store_article *a)
{
	json_t *o = json_object(), *ours;

	json_put_id(o, a->guid, a->id);
	json_put(o, "url", a->url);
	json_put(o, "external_url", a->external_url);
	json_put(o, "title", a->title);
	if (a->content_html != NULL)
		json_put(o, "content_html", a->content_html);
	json_put(o, "summary", a->summary);
	json_put(o, "image", a->image);
	json_put_time(o, "date_published", a->published);
	json_put_time(o, "date_modified", a->modified);
	if (!str_empty(a->author))
		(void)json_object_set_new(
		    o, "authors", json_pack("[{ss}]", "name", a->author));
	put_raw(o, "tags", a->tags);
	json_put(o, "language", a->language);
	put_raw(o, "attachments", a->attachments);

	ours = a->extra != NULL ? json_loads(a->extra, 0, NULL) : NULL;
	if (!json_is_object(ours)) {
		json_decref(ours);
		ours = json_object();
	}
	(void)json_object_set_new(ours, "article", json_integer(a->id));
	(void)json_object_set_new(ours, "feed", json_integer(a->feed_id));
	json_put(ours, "feed_title", a->feed_title);
	put_raw(ours, "feeds", a->feeds);
	json_put_time(ours, "arrived", a->arrived_us / 1000000);
	(void)json_object_set_new(ours, "read", json_boolean(a->is_read));
	(void)json_object_set_new(ours, "starred", json_boolean(a->is_starred));
	if (a->thread != 0)
		(void)json_object_set_new(
		    ours, "thread", json_integer(a->thread));
	if (a->n_revisions > 0)
		(void)json_object_set_new(
		    ours, "revisions", json_integer(a->n_revisions));
	json_put_time(ours, "gone", a->gone_at);
	json_put(ours, "comments_url", a->comments_url);
	(void)json_object_set_new(o, "_akin", ours);
	if (json_object_get(o, "content_html") == NULL)
		(void)json_object_set_new(o, "content_text",
		    json_string(a->text != NULL	     ? a->text
				: a->summary != NULL ? a->summary
						     : ""));
	return o;
}

/*
 * jansson escapes what JSON must; what else a terminal must not get raw is
 * escaped here.  Beyond ASCII all of it stands in strings, and jansson never
 * cuts a character in two.
 */
static int
put_safe(const char *p, size_t len, void *arg)
{
	size_t from = 0, n;

	(void)arg;
	for (size_t i = 0; i < len; i += n) {
		uint32_t cp = (unsigned char)p[i];

		n = cp < 0x7F ? 1 : utf8_decode(p + i, len - i, &cp);
		if (cp < 0x7F || !utf8_is_unsafe_on_terminal(cp))
			continue;
		(void)fwrite(p + from, 1, i - from, stdout);
		(void)printf("\\u%04x", (unsigned)cp);
		from = i + n;
	}
	(void)fwrite(p + from, 1, len - from, stdout);
	return ferror(stdout) ? -1 : 0;
}

void
json_print(json_t *o, size_t flags)
{
	(void)json_dump_callback(
	    o, put_safe, NULL, flags | JSON_REAL_PRECISION(15));
	(void)putchar('\n');
	json_decref(o);
}

void
json_line(json_t *o)
{
	json_print(o, JSON_COMPACT);
}

/* SPDX-License-Identifier: ISC */
#include "cli/doc_json.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/article_json.h"

/* Absent values are left out; jansson owns the new ones. */
static void
put_time(json_t *obj, const char *name, int64_t t)
{
	char text[CLOCK_RFC3339_SIZE];

	if (t != DOC_NO_TIME)
		json_put(obj, name, clock_rfc3339(t, text));
}

static void
put_number(json_t *obj, const char *name, int64_t n)
{
	if (n >= 0)
		(void)json_object_set_new(obj, name, json_integer(n));
}

/* An object or array, unless it is empty. */
static void
put_filled(json_t *obj, const char *name, json_t *value)
{
	if (json_object_size(value) > 0 || json_array_size(value) > 0)
		(void)json_object_set_new(obj, name, value);
	else
		json_decref(value);
}

static json_t *
number(double n)
{
	if (n == floor(n) && fabs(n) < 9e15)
		return json_integer((json_int_t)n);
	return json_real(n);
}

static json_t *
ext_value(const struct doc_ext *e)
{
	json_t *v;

	switch (e->kind) {
	case DOC_EXT_STRING:
		return json_string(e->string);
	case DOC_EXT_NUMBER:
		return number(e->number);
	case DOC_EXT_BOOL:
		return json_boolean(e->number != 0);
	case DOC_EXT_OBJECT:
		v = json_object();
		for (e = e->children; e != NULL; e = e->next)
			(void)json_object_set_new(v, e->name, ext_value(e));
		return v;
	case DOC_EXT_ARRAY:
		v = json_array();
		for (e = e->children; e != NULL; e = e->next)
			(void)json_array_append_new(v, ext_value(e));
		return v;
	}
	return json_null();
}

static void
put_ext(json_t *obj, const struct doc_ext *ext)
{
	for (; ext != NULL; ext = ext->next)
		if (json_object_get(obj, ext->name) == NULL)
			(void)json_object_set_new(
			    obj, ext->name, ext_value(ext));
}

static json_t *
persons(const struct doc_person *p)
{
	json_t *list = json_array();

	for (; p != NULL; p = p->next) {
		json_t *one = json_object(), *more = json_object();

		json_put(one, "name", p->name);
		json_put(one, "url", p->url);
		json_put(one, "avatar", p->avatar);
		json_put(more, "email", p->email);
		put_filled(one, "_akin", more);
		(void)json_array_append_new(list, one);
	}
	return list;
}

static json_t *
tags(const struct doc_tag *t)
{
	json_t *list = json_array();

	for (; t != NULL; t = t->next)
		(void)json_array_append_new(
		    list, json_string(t->label != NULL ? t->label : t->term));
	return list;
}

static json_t *
attachments(const struct doc_attachment *a)
{
	json_t *list = json_array();

	for (; a != NULL; a = a->next) {
		json_t *one = json_object();

		json_put(one, "url", a->url);
		/* The standard requires it. */
		json_put(one, "mime_type",
		    a->mime_type != NULL ? a->mime_type
					 : "application/octet-stream");
		json_put(one, "title", a->title);
		put_number(one, "size_in_bytes", a->size_bytes);
		if (a->duration_s >= 0)
			(void)json_object_set_new(
			    one, "duration_in_seconds", number(a->duration_s));
		(void)json_array_append_new(list, one);
	}
	return list;
}

static json_t *
related(const struct doc_related *r)
{
	json_t *list = json_array();

	for (; r != NULL; r = r->next) {
		json_t *one = json_object();

		json_put(one, "url", r->url);
		json_put(one, "title", r->title);
		json_put(one, "form", r->form);
		(void)json_array_append_new(list, one);
	}
	return list;
}

static json_t *
item(const struct doc_entry *e)
{
	json_t *obj = json_object(), *more = json_object();

	json_put(obj, "id", e->id);
	json_put(obj, "url", e->url);
	json_put(obj, "external_url", e->external_url);
	json_put(obj, "title", e->title_text);
	if (e->content_html != NULL && e->content_html_len > 0)
		(void)json_object_set_new(obj, "content_html",
		    json_stringn(e->content_html, e->content_html_len));
	json_put(obj, "summary", e->summary_text);
	json_put(obj, "image", e->image);
	json_put(obj, "banner_image", e->banner_image);
	put_time(obj, "date_published", e->published);
	put_time(obj, "date_modified", e->modified);
	put_filled(obj, "authors", persons(e->authors));
	put_filled(obj, "tags", tags(e->tags));
	json_put(obj, "language", e->language);
	put_filled(obj, "attachments", attachments(e->attachments));
	json_put(more, "comments_url", e->comments_url);
	put_filled(more, "related", related(e->related));
	if (e->is_draft)
		(void)json_object_set_new(more, "draft", json_true());
	put_ext(more, e->ext);
	put_filled(obj, "_akin", more);
	return obj;
}

static json_t *
hubs(const struct doc *d)
{
	json_t *list = json_array();

	for (size_t i = 0; i < d->n_hubs; i++)
		(void)json_array_append_new(
		    list, json_pack("{s:s, s:s}", "type", "WebSub", "url",
			      d->hubs[i]));
	return list;
}

/* How often the publisher wants to be asked, and when not. */
static void
put_schedule(json_t *obj, const struct doc *d)
{
	static const char *const days[] = {"Monday", "Tuesday", "Wednesday",
	    "Thursday", "Friday", "Saturday", "Sunday"};
	json_t *list = json_array();

	put_number(obj, "ttl", d->ttl_minutes);
	put_number(obj, "update_period_seconds", d->update_period_seconds);
	for (int i = 0; i < 24; i++)
		if (d->skip_hours >> i & 1)
			(void)json_array_append_new(list, json_integer(i));
	put_filled(obj, "skip_hours", list);
	list = json_array();
	for (size_t i = 0; i < AK_COUNT(days); i++)
		if (d->skip_days >> i & 1)
			(void)json_array_append_new(list, json_string(days[i]));
	put_filled(obj, "skip_days", list);
}

static json_t *
feed_more(const struct doc *d)
{
	json_t *more = json_object();

	json_put(more, "format", doc_format_name(d->format));
	json_put(more, "encoding", d->encoding);
	(void)json_object_set_new(
	    more, "wellformed", json_boolean(d->wellformed));
	json_put(more, "problem", d->problem);
	json_put(more, "id", d->id);
	json_put(more, "image", d->image);
	json_put(more, "rights", d->rights);
	json_put(more, "generator", d->generator);
	json_put(more, "prev_archive_url", d->prev_archive_url);
	json_put(more, "new_feed_url", d->new_feed_url);
	put_time(more, "date_published", d->published);
	put_time(more, "date_modified", d->modified);
	put_filled(more, "tags", tags(d->tags));
	put_schedule(more, d);
	if (d->is_complete)
		(void)json_object_set_new(more, "complete", json_true());
	if (d->is_archive)
		(void)json_object_set_new(more, "archive", json_true());
	put_ext(more, d->ext);
	return more;
}

void
doc_json_print(const struct doc *doc)
{
	json_t *obj = json_object(), *items = json_array();

	json_put(obj, "version", "https://jsonfeed.org/version/1.1");
	json_put(obj, "title", doc->title_text);
	json_put(obj, "description", doc->description_text);
	json_put(obj, "home_page_url", doc->home_page_url);
	json_put(obj, "feed_url", doc->feed_url);
	json_put(obj, "next_url", doc->next_url);
	json_put(obj, "icon", doc->icon != NULL ? doc->icon : doc->image);
	json_put(obj, "favicon", doc->favicon);
	put_filled(obj, "authors", persons(doc->authors));
	json_put(obj, "language", doc->language);
	if (doc->is_expired)
		(void)json_object_set_new(obj, "expired", json_true());
	put_filled(obj, "hubs", hubs(doc));
	(void)json_object_set_new(obj, "_akin", feed_more(doc));
	for (const struct doc_entry *e = doc->entries; e != NULL; e = e->next)
		(void)json_array_append_new(items, item(e));
	(void)json_object_set_new(obj, "items", items);
	json_print(obj, JSON_INDENT(1));
}

/* SPDX-License-Identifier: ISC */
/* feedout_json.c - output feeds as JSON Feed 1.1. */
#include "serve/feedout.h"

#include "serve/column.h"

static void
set_text(json_t *o, const char *name, const char *value)
{
	if (value != NULL)
		(void)json_object_set_new(o, name, json_string(value));
}

static json_t *
related_json(const struct out_item *o)
{
	json_t *list = json_array();

	for (const struct out_link *l = o->related; l != NULL; l = l->next)
		(void)json_array_append_new(
		    list, json_pack("{s:s, s:o, s:s, s:f}", "url", l->url,
			      "title", json_text(l->title), "kind", l->kind,
			      "score", l->score));
	return list;
}

static json_t *
item_json(const struct out_item *o)
{
	json_t *item = json_pack("{s:s, s:o, s:o}", "id", o->key,
	    "date_published", json_time(o->published), "date_modified",
	    json_time(o->modified));

	set_text(item, "url", o->url);
	set_text(item, "external_url", o->external_url);
	set_text(item, "title", o->title);
	if (o->html != NULL)
		set_text(item, "content_html", o->html);
	else /* one of the two must be there */
		set_text(
		    item, "content_text", o->summary != NULL ? o->summary : "");
	set_text(item, "summary", o->summary);
	set_text(item, "image", o->image);
	set_text(item, "language", o->language);
	if (o->author != NULL)
		(void)json_object_set_new(
		    item, "authors", json_pack("[{s:s}]", "name", o->author));
	if (o->tags != NULL)
		(void)json_object_set_new(item, "tags", column_array(o->tags));
	if (o->attachments != NULL)
		(void)json_object_set_new(
		    item, "attachments", column_array(o->attachments));
	(void)json_object_set_new(item, "_akin",
	    json_pack("{s:o, s:o, s:o}", "related", related_json(o),
		"feed_title", json_text(o->feed_title), "feed_url",
		json_text(o->feed_url)));
	return item;
}

void
out_json(struct buf *out, const struct out_feed *f)
{
	json_t *items = json_array();

	for (const struct out_item *o = f->items; o != NULL; o = o->next)
		(void)json_array_append_new(items, item_json(o));
	buf_add_json(out,
	    json_pack("{s:s, s:s, s:s, s:s, s:o}", "version",
		"https://jsonfeed.org/version/1.1", "title", f->title,
		"home_page_url", f->home, "feed_url", f->self, "items", items));
}

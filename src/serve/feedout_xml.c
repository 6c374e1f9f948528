/* SPDX-License-Identifier: ISC */
/* feedout_xml.c - output feeds as Atom (RFC 4287) and RSS 2.0. */
#include "serve/feedout.h"

#include "base/clock.h"
#include "serve/column.h"
#include "serve/page.h"

static void
element(struct buf *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_addf(out, "<%s>", name);
	put_text(out, text);
	buf_addf(out, "</%s>\n", name);
}

static void
attribute(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_addf(out, " %s=\"", name);
	put_text(out, value);
	buf_addc(out, '"');
}

static void
atom_time(struct buf *out, const char *name, int64_t t)
{
	char text[CLOCK_RFC3339_SIZE];

	element(out, name, clock_rfc3339(t, text));
}

/* <link>, or <atom:link> inside RSS. */
static void
related_links(struct buf *out, const char *tag, const struct out_item *o)
{
	for (const struct out_link *l = o->related; l != NULL; l = l->next) {
		buf_addf(out, "<%s rel=\"related\"", tag);
		attribute(out, "href", l->url);
		attribute(out, "title", l->title);
		buf_adds(out, "/>\n");
	}
}

static void
categories(struct buf *out, const struct out_item *o, bool is_atom)
{
	json_t *tags = column_array(o->tags), *tag;
	size_t i;

	json_array_foreach(tags, i, tag)
	{
		const char *text = json_string_value(tag);

		if (text == NULL)
			continue;
		if (is_atom) {
			buf_adds(out, "<category");
			attribute(out, "term", text);
			buf_adds(out, "/>\n");
		} else {
			element(out, "category", text);
		}
	}
	json_decref(tags);
}

static void
enclosures(struct buf *out, const struct out_item *o, bool is_atom)
{
	json_t *list = column_array(o->attachments), *one;
	struct attachment at;
	size_t i;

	json_array_foreach(list, i, one)
	{
		/* RSS 2.0 has one enclosure, with type and length. */
		if (!column_attachment(one, &at) ||
		    (!is_atom && (at.type == NULL || i > 0)))
			continue;
		buf_adds(
		    out, is_atom ? "<link rel=\"enclosure\"" : "<enclosure");
		attribute(out, is_atom ? "href" : "url", at.url);
		attribute(out, "type", at.type);
		if (at.size_bytes > 0 || !is_atom)
			buf_addf(
			    out, " length=\"%lld\"", (long long)at.size_bytes);
		buf_adds(out, "/>\n");
	}
	json_decref(list);
}

static void
atom_entry(struct buf *out, const struct out_item *o)
{
	buf_adds(out, "<entry");
	attribute(out, "xml:lang", o->language);
	buf_adds(out, ">\n");
	element(out, "id", o->key);
	element(out, "title", o->title != NULL ? o->title : "");
	if (o->url != NULL) {
		buf_adds(out, "<link rel=\"alternate\" type=\"text/html\"");
		attribute(out, "href", o->url);
		buf_adds(out, "/>\n");
	}
	atom_time(out, "published", o->published);
	atom_time(out, "updated", o->modified);
	if (o->author != NULL) {
		buf_adds(out, "<author>");
		element(out, "name", o->author);
		buf_adds(out, "</author>\n");
	}
	categories(out, o, true);
	element(out, "summary", o->summary);
	if (o->html != NULL) {
		buf_adds(out, "<content type=\"html\">");
		put_text(out, o->html);
		buf_adds(out, "</content>\n");
	}
	enclosures(out, o, true);
	related_links(out, "link", o);
	if (o->feed_url != NULL) {
		buf_adds(out, "<source>\n");
		element(out, "id", o->feed_url);
		element(out, "title", o->feed_title);
		buf_adds(out, "</source>\n");
	}
	buf_adds(out, "</entry>\n");
}

void
out_atom(struct buf *out, const struct out_feed *f)
{
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
	element(out, "id", f->self);
	element(out, "title", f->title);
	atom_time(out, "updated", f->updated);
	buf_adds(out, "<author><name>akin</name></author>\n");
	buf_adds(out, "<generator>akin</generator>\n<link rel=\"self\"");
	attribute(out, "href", f->self);
	buf_adds(out, "/>\n<link rel=\"alternate\" type=\"text/html\"");
	attribute(out, "href", f->home);
	buf_adds(out, "/>\n");
	for (const struct out_item *o = f->items; o != NULL; o = o->next)
		atom_entry(out, o);
	buf_adds(out, "</feed>\n");
}

static void
rss_item(struct buf *out, const struct out_item *o)
{
	char date[CLOCK_HTTP_SIZE];

	buf_adds(out, "<item>\n");
	element(out, "title", o->title != NULL ? o->title : "");
	element(out, "link", o->url);
	buf_adds(out, "<guid isPermaLink=\"false\">");
	put_text(out, o->key);
	buf_adds(out, "</guid>\n");
	element(out, "pubDate", clock_http(o->published, date));
	element(out, "dc:creator", o->author);
	categories(out, o, false);
	element(out, "description", o->html != NULL ? o->html : o->summary);
	enclosures(out, o, false);
	related_links(out, "atom:link", o);
	if (o->feed_url != NULL) {
		buf_adds(out, "<source");
		attribute(out, "url", o->feed_url);
		buf_addc(out, '>');
		put_text(out, o->feed_title);
		buf_adds(out, "</source>\n");
	}
	buf_adds(out, "</item>\n");
}

void
out_rss(struct buf *out, const struct out_feed *f)
{
	char date[CLOCK_HTTP_SIZE];

	buf_adds(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" "
	    "xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n");
	element(out, "title", f->title);
	element(out, "link", f->home);
	element(out, "description", f->title);
	element(out, "generator", "akin");
	element(out, "lastBuildDate", clock_http(f->updated, date));
	buf_adds(out, "<atom:link rel=\"self\" type=\"application/rss+xml\"");
	attribute(out, "href", f->self);
	buf_adds(out, "/>\n");
	for (const struct out_item *o = f->items; o != NULL; o = o->next)
		rss_item(out, o);
	buf_adds(out, "</channel>\n</rss>\n");
}

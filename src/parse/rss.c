/* SPDX-License-Identifier: ISC */
/*
 * RSS 0.90 to 2.0 and RSS 1.0 (RDF), as rssboard.org/rss-specification and
 * web.resource.org/rss/1.0/spec have them, read with one table: feeds mix the
 * versions' elements anyway.
 */
#include "parse/parse_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/url.h"

/* Ranks: what a format itself says; its extensions stand below. */
#define OWN 5

static void
rss_start(struct parser *p, struct frame *f)
{
	const char *v = xml_attr(p, "version");

	inherit_language(p, f);
	p->doc->format = DOC_RSS_20;
	if (v == NULL)
		return;
	if (strcmp(v, "0.9") == 0 || str_starts(v, "0.90"))
		p->doc->format = DOC_RSS_090;
	else if (str_starts(v, "0.91"))
		p->doc->format = DOC_RSS_091;
	else if (str_starts(v, "0.92"))
		p->doc->format = DOC_RSS_092;
	else if (str_starts(v, "0.93") || str_starts(v, "0.94"))
		p->doc->format = DOC_RSS_093;
	else if (str_starts(v, "1."))
		p->doc->format = DOC_RSS_10;
}

static void
rdf_start(struct parser *p, struct frame *f)
{
	inherit_language(p, f);
	p->core = &ns_rss;
	p->doc->format = DOC_RSS_10;
}

static void
channel_start(struct parser *p, struct frame *f)
{
	const char *about = xml_attr(p, "about");

	inherit_language(p, f);
	if (about != NULL && outranks(&p->feed_rank.id, 1))
		p->doc->id = keep_id(p, about, strlen(about));
}

static void
item_start(struct parser *p, struct frame *f)
{
	const char *about = xml_attr(p, "about"), *url;

	entry_begin(p);
	if (p->entry == NULL)
		return;
	f->obj = p->entry;
	inherit_language(p, f);
	if (about != NULL && outranks(&p->entry_rank.id, 2)) {
		p->entry->id = keep_id(p, about, strlen(about));
		if (url_is_http(about) && outranks(&p->entry_rank.url, 1))
			p->entry->url = resolve(p, f, about);
	}
	/* CDF */
	if ((url = resolve(p, f, xml_attr(p, "href"))) != NULL &&
	    outranks(&p->entry_rank.url, OWN))
		p->entry->url = url;
	if ((url = xml_attr(p, "lastmod")) != NULL) {
		p->entry->modified = read_date(p, url);
		p->entry_rank.modified = OWN;
	}
}

static void
item_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)text;
	(void)len;
	if (f->obj == p->entry)
		entry_end(p);
}

static void
link_start(struct parser *p, struct frame *f)
{
	/* Atom's link without its namespace. */
	if (xml_has_attr(p, "href"))
		atom_link(p, f);
}

/* The page of the open entry, or the feed's home page. */
static void
set_page(struct parser *p, const char *url, unsigned rank)
{
	if (url == NULL || !outranks(&ranks(p)->url, rank))
		return;
	if (p->entry != NULL)
		p->entry->url = url;
	else
		p->doc->home_page_url = url;
}

static void
link_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0)
		set_page(p, resolve(p, f, text), (unsigned)f->el->arg);
}

/* <body> and <fullitem>, without the namespace they should have. */
static void
body_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0 && outranks(&p->entry_rank.content, 1))
		set_text(p, f, &p->entry->content, text, len, DOC_TEXT_HTML);
}

static void
guid_start(struct parser *p, struct frame *f)
{
	(void)p;
	bool is_link = !xml_has_attr(p, "isPermaLink") ||
		       xml_attr_is(p, "isPermaLink", "true");

	f->obj = is_link ? NULL : f;
}

static void
guid_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	bool is_link = f->obj == NULL;

	if (p->entry == NULL || len == 0 || !outranks(&p->entry_rank.id, OWN))
		return;
	p->entry->id = keep_id(p, text, len);
	p->entry->id_is_link = is_link;
}

static void
author_start(struct parser *p, struct frame *f)
{
	person_start(p, f);
}

static void
author_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (f->obj == NULL || !person_close(p, f))
		do_creator(p, f, text, len);
}

static void
category_start(struct parser *p, struct frame *f)
{
	f->obj = (void *)(uintptr_t)xml_attr(p, "domain");
	/* Atom's form without its namespace. */
	add_tag(p, xml_attr(p, "term"), xml_attr(p, "label"),
	    xml_attr(p, "scheme"));
}

static void
category_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	add_tag(p, keep_line(p, text, len, LIMIT_TITLE_BYTES), NULL, f->obj);
}

static void
enclosure_start(struct parser *p, struct frame *f)
{
	const char *url = xml_attr(p, "url");
	struct doc_attachment *at;

	if (url == NULL)
		url = xml_attr(p, "href");
	at = add_attachment(p, resolve(p, f, url), xml_attr(p, "type"));
	if (at != NULL && at->size_bytes < 0)
		at->size_bytes = read_size(xml_attr(p, "length"));
	if (at != NULL && at->duration_s < 0)
		at->duration_s = read_duration(xml_attr(p, "duration"));
	f->obj = at;
}

/* <enclosure>URL</enclosure>: seen. */
static void
enclosure_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (f->obj == NULL && len > 0 && url_is_http(text))
		add_attachment(p, resolve(p, f, text), NULL);
}

static void
source_start(struct parser *p, struct frame *f)
{
	f->obj = (void *)(uintptr_t)resolve(p, f, xml_attr(p, "url"));
}

static void
source_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	struct doc_ext *source;

	if (p->entry == NULL || (len == 0 && f->obj == NULL))
		return;
	source = ext_object(p, "source");
	if (source == NULL || source->children != NULL)
		return;
	doc_ext_string(p->a, &source->children, "title",
	    keep_line(p, text, len, LIMIT_TITLE_BYTES));
	doc_ext_string(p->a, &source->children, "url", f->obj);
}

static void
image_start(struct parser *p, struct frame *f)
{
	const char *url = xml_attr(p, "href");

	if (url == NULL)
		url = xml_attr(p, "url");
	set_image(p, resolve(p, f, url), OWN - 1);
}

static void
image_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0 && url_is_http(text))
		set_image(p, resolve(p, f, text), OWN - 1);
}

static void
image_url_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0)
		set_image(p, resolve(p, f, text), OWN);
}

static void
ttl_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	int64_t n;

	(void)f;
	(void)len;
	if (str_to_i64(text, 0, 1000000, &n))
		p->doc->ttl_minutes = n;
}

static void
hour_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	int64_t n;

	(void)f;
	(void)len;
	/* 24 is how RSS 0.91 wrote midnight. */
	if (str_to_i64(text, 0, 24, &n))
		p->doc->skip_hours |= UINT32_C(1) << n % 24;
}

static void
day_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	static const char *const days[] = {"Monday", "Tuesday", "Wednesday",
	    "Thursday", "Friday", "Saturday", "Sunday"};

	(void)f;
	for (size_t i = 0; i < AK_COUNT(days); i++)
		if (len >= 3 && ascii_istarts(days[i], text))
			p->doc->skip_days |= UINT32_C(1) << i;
}

static const struct element rss_elements[] = {
    {"rss", IN_DOC, IN_FEED, 0, rss_start, NULL, 0},
    {"rdf", IN_DOC, IN_FEED, 0, rdf_start, NULL, 0},
    {"channel", IN_DOC | IN_FEED, IN_FEED, 0, channel_start, NULL, 0},
    {"item", IN_FEED | IN_UNKNOWN | IN_ENTRY, IN_ENTRY, 0, item_start, item_end,
	0},
    {"title", IN_BOTH, 0, EL_MARKUP, NULL, do_title, OWN},
    {"title", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"link", IN_BOTH, 0, EL_TEXT, link_start, link_end, OWN},
    {"link", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {"url", IN_IMAGE, 0, EL_TEXT, NULL, image_url_end, 0},
    {"url", IN_RELATED, 0, EL_TEXT, NULL, related_url, 0},
    {"url", IN_ENTRY, 0, EL_TEXT, NULL, link_end, 1},
    {"uri", IN_ENTRY, 0, EL_TEXT, NULL, link_end, 1},
    {"uri", IN_PERSON, 0, EL_TEXT, NULL, person_url, 0},
    {"uri", IN_RELATED, 0, EL_TEXT, NULL, related_url, 0},
    {"description", IN_BOTH, 0, EL_MARKUP, NULL, do_summary, OWN},
    {"body", IN_ENTRY, 0, EL_MARKUP, NULL, body_end, 0},
    {"fullitem", IN_ENTRY, 0, EL_MARKUP, NULL, body_end, 0},
    {"language", IN_BOTH, 0, EL_TEXT, NULL, do_language, OWN},
    {"copyright", IN_BOTH, 0, EL_TEXT, NULL, do_rights, OWN},
    {"managingEditor", IN_BOTH, 0, EL_TEXT, NULL, do_creator, 3},
    {"webMaster", IN_FEED, 0, EL_TEXT, NULL, do_creator, 1},
    {"pubDate", IN_BOTH, 0, EL_TEXT, NULL, do_published, OWN},
    {"lastBuildDate", IN_BOTH, 0, EL_TEXT, NULL, do_modified, OWN},
    {"date", IN_BOTH, 0, EL_TEXT, NULL, do_published, 1},
    {"category", IN_BOTH, 0, EL_TEXT, category_start, category_end, 0},
    {"generator", IN_FEED, 0, EL_TEXT, NULL, do_generator, 0},
    {"ttl", IN_FEED, 0, EL_TEXT, NULL, ttl_end, 0},
    {"skipHours", IN_FEED, IN_SKIP, 0, NULL, NULL, 0},
    {"hour", IN_SKIP, 0, EL_TEXT, NULL, hour_end, 0},
    {"skipDays", IN_FEED, IN_SKIP, 0, NULL, NULL, 0},
    {"day", IN_SKIP, 0, EL_TEXT, NULL, day_end, 0},
    {"image", IN_BOTH, IN_IMAGE, EL_TEXT, image_start, image_end, 0},
    {"cloud", IN_FEED, 0, 0, ext_start, ext_end, 0},
    {"author", IN_BOTH, IN_PERSON, EL_TEXT, author_start, author_end, 3},
    {"comments", IN_ENTRY, 0, EL_TEXT, NULL, do_comments, OWN},
    {"enclosure", IN_ENTRY, 0, EL_TEXT, enclosure_start, enclosure_end, 0},
    {"guid", IN_ENTRY, 0, EL_TEXT, guid_start, guid_end, OWN},
    {"source", IN_ENTRY, IN_SOURCE, EL_TEXT, source_start, source_end, 0},
    /* Publishers' lists that are seen without their namespace, or in that of
     * an aggregator nobody knows. */
    {"relatedLinks", IN_ENTRY, IN_ENTRY, 0, NULL, NULL, 0},
    {"relatedLink", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end,
	0},
    {"relatedItem", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end,
	0},
    {"reflink", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end, 0},
    {"refTitle", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"refUrl", IN_RELATED, 0, EL_TEXT, NULL, related_url, 0},
    {"caption", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const rss_uris[] = {"http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://channel.netscape.com/rdf/simple/0.9/",
    "http://purl.org/net/rss1.1#", "http://backend.userland.com/rss",
    "http://backend.userland.com/rss2", "http://backend.userland.com/rss091",
    "http://backend.userland.com/rss092", "http://backend.userland.com/rss093",
    "http://blogs.law.harvard.edu/tech/rss",
    "http://cyber.law.harvard.edu/rss/rss.html",
    "http://my.netscape.com/publish/formats/rss-0.91.dtd", NULL};

const struct ns ns_rss = {"rss", rss_uris, rss_elements};

static const struct element rdf_elements[] = {
    {"rdf", IN_DOC, IN_FEED, 0, rdf_start, NULL, 0},
    {"value", IN_ENTRY, 0, EL_MARKUP, NULL, do_summary, 1},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const rdf_uris[] = {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#", NULL};

const struct ns ns_rdf = {"rdf", rdf_uris, rdf_elements};

/* CDF 1.0 (www.w3.org/TR/NOTE-CDFsubmit): RSS's elder; upper case, and links
 * and dates in attributes. */
static void
cdf_channel_start(struct parser *p, struct frame *f)
{
	const char *url = xml_attr(p, "href");

	if ((p->frames[p->depth - 1].scope & IN_DOC) != 0)
		p->doc->format = DOC_CDF;
	if (url != NULL && outranks(&p->feed_rank.url, OWN))
		p->doc->home_page_url = resolve(p, f, url);
	if ((url = xml_attr(p, "lastmod")) != NULL)
		p->doc->modified = read_date(p, url);
}

static void
cdf_a_start(struct parser *p, struct frame *f)
{
	set_page(p, resolve(p, f, xml_attr(p, "href")), OWN);
}

static void
cdf_logo_start(struct parser *p, struct frame *f)
{
	set_image(p, resolve(p, f, xml_attr(p, "href")), OWN);
}

static const struct element cdf_elements[] = {
    {"channel", IN_DOC | IN_FEED, IN_FEED, 0, cdf_channel_start, NULL, 0},
    {"abstract", IN_BOTH, 0, EL_MARKUP, NULL, do_summary, OWN},
    {"a", IN_BOTH, 0, 0, cdf_a_start, NULL, 0},
    {"logo", IN_BOTH, 0, 0, cdf_logo_start, NULL, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const cdf_uris[] = {
    "http://www.w3.org/TR/NOTE-CDFsubmit.html", NULL};

const struct ns ns_cdf = {"cdf", cdf_uris, cdf_elements};

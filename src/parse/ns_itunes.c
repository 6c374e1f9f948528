/* SPDX-License-Identifier: ISC */
/* Apple's podcast tags, and Google's copy of them. */
#include "parse/parse_int.h"

#include "base/url.h"

static void
owner_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)text;
	(void)len;
	(void)person_close(p, f);
}

static void
owner_email(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)f;
	if (p->person != NULL)
		p->person->email = keep_line(p, text, len, LIMIT_AUTHOR_BYTES);
}

static void
itunes_image(struct parser *p, struct frame *f)
{
	const char *url = xml_attr(p, "href");

	if (url == NULL)
		url = xml_attr(p, "url");
	set_image(p, resolve(p, f, url), (unsigned)f->el->arg);
}

static void
itunes_image_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0)
		set_image(p, resolve(p, f, text), (unsigned)f->el->arg);
}

static void
itunes_link(struct parser *p, struct frame *f)
{
	if (xml_attr_is(p, "rel", "image"))
		set_image(p, resolve(p, f, xml_attr(p, "href")), 2);
}

static void
itunes_duration(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)f;
	(void)len;
	if (p->duration_s < 0)
		p->duration_s = read_duration(text);
}

static void
itunes_keywords(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)f;
	add_tag_list(p, text, len);
}

static void
itunes_category(struct parser *p, struct frame *f)
{
	(void)f;
	add_tag(p, xml_attr(p, "text"), NULL,
	    "http://www.itunes.com/dtds/podcast-1.0.dtd");
}

static void
itunes_new_feed(struct parser *p, struct frame *f, char *text, size_t len)
{
	const char *url = len > 0 ? resolve(p, f, text) : NULL;

	if (url_is_http(url))
		p->doc->new_feed_url = url;
}

static void
itunes_explicit(struct parser *p, struct frame *f, char *text, size_t len)
{
	struct doc_ext *group = ext_object(p, "itunes"), *e;
	bool yes = ascii_ieq(text, "yes") || ascii_ieq(text, "true") ||
		   ascii_ieq(text, "explicit");

	(void)f;
	if (len == 0 || group == NULL ||
	    doc_ext_find(group->children, "explicit") != NULL)
		return;
	e = doc_ext_add(p->a, &group->children, "explicit", DOC_EXT_BOOL);
	if (e != NULL)
		e->number = yes;
}

static const struct element itunes_elements[] = {
    {"author", IN_BOTH, 0, EL_TEXT, NULL, do_creator, 2},
    {"owner", IN_FEED, IN_PERSON, 0, person_start, owner_end, 1},
    {"name", IN_PERSON, 0, EL_TEXT, NULL, person_name, 0},
    {"email", IN_PERSON, 0, EL_TEXT, NULL, owner_email, 0},
    {"image", IN_BOTH, IN_IMAGE, EL_TEXT, itunes_image, itunes_image_end, 4},
    {"link", IN_BOTH, 0, 0, itunes_link, NULL, 0},
    {"duration", IN_ENTRY, 0, EL_TEXT, NULL, itunes_duration, 0},
    {"subtitle", IN_BOTH, 0, EL_MARKUP, NULL, do_summary, 1},
    {"summary", IN_BOTH, 0, EL_MARKUP, NULL, do_summary, 2},
    {"title", IN_BOTH, 0, EL_TEXT, NULL, do_title, 1},
    {"keywords", IN_BOTH, 0, EL_TEXT, NULL, itunes_keywords, 0},
    {"category", IN_BOTH, IN_BOTH, 0, itunes_category, NULL, 0},
    {"new-feed-url", IN_FEED, 0, EL_TEXT, NULL, itunes_new_feed, 0},
    {"explicit", IN_BOTH, 0, EL_TEXT, NULL, itunes_explicit, 0},
    {"block", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"complete", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"episode", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"season", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"episodeType", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"order", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"type", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"isClosedCaptioned", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"pubDate", IN_ENTRY, 0, EL_TEXT, NULL, do_published, 1},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const itunes_uris[] = {
    "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "http://www.itunes.com/dtds/podcast-1.0.dtd/",
    "http://example.com/DTDs/PodCast-1.0.dtd",
    "http://www.itunes.com/DTDs/Podcast-1.0", NULL};

const struct ns ns_itunes = {"itunes", itunes_uris, itunes_elements};

static const struct element googleplay_elements[] = {
    {"author", IN_BOTH, 0, EL_TEXT, NULL, do_creator, 1},
    {"image", IN_BOTH, 0, 0, itunes_image, NULL, 3},
    {"description", IN_BOTH, 0, EL_MARKUP, NULL, do_summary, 1},
    {"explicit", IN_BOTH, 0, EL_TEXT, NULL, itunes_explicit, 0},
    {"category", IN_BOTH, 0, 0, itunes_category, NULL, 0},
    {"block", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"email", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"new-feed-url", IN_FEED, 0, EL_TEXT, NULL, itunes_new_feed, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const googleplay_uris[] = {
    "http://www.google.com/schemas/play-podcasts/1.0",
    "http://www.google.com/schemas/play-podcasts/1.0/play-podcasts.xsd", NULL};

const struct ns ns_googleplay = {
    "googleplay", googleplay_uris, googleplay_elements};

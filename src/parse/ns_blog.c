/* SPDX-License-Identifier: ISC */
/* Small vocabularies of blogs: comments, threads, software, rights. */
#include "parse/parse_int.h"

#include "base/url.h"

static void
orig_link(struct parser *p, struct frame *f, char *text, size_t len)
{
	const char *url = len > 0 ? resolve(p, f, text) : NULL;

	if (url_is_http(url))
		p->entry->external_url = url;
}

static void
orig_enclosure(struct parser *p, struct frame *f, char *text, size_t len)
{
	const char *url = len > 0 ? resolve(p, f, text) : NULL;

	if (url_is_http(url) && p->entry->attachments != NULL &&
	    p->entry->attachments->next == NULL)
		p->entry->attachments->url = url;
}

static void
generator_agent(struct parser *p, struct frame *f)
{
	(void)f;
	if (p->doc->generator == NULL)
		p->doc->generator = xml_attr(p, "resource");
}

static void
license_start(struct parser *p, struct frame *f)
{
	const char *url = resolve(p, f, xml_attr(p, "resource"));

	if (url != NULL && doc_ext_find(*ext_list(p), "license") == NULL)
		doc_ext_string(p->a, ext_list(p), "license", url);
}

static void
license(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)f;
	if (doc_ext_find(*ext_list(p), "license") == NULL)
		doc_ext_string(p->a, ext_list(p), "license",
		    keep_line(p, text, len, LIMIT_URL_BYTES));
}

static void
cover(struct parser *p, struct frame *f)
{
	set_image(p, resolve(p, f, xml_attr(p, "image")), (unsigned)f->el->arg);
}

static void
web_image(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0)
		set_image(p, resolve(p, f, text), (unsigned)f->el->arg);
}

static const struct element slash_elements[] = {
    {"comments", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"section", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"department", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"hit_parade", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const slash_uris[] = {
    "http://purl.org/rss/1.0/modules/slash/", NULL};

const struct ns ns_slash = {"slash", slash_uris, slash_elements};

static const struct element thr_elements[] = {
    {"in-reply-to", IN_ENTRY, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"total", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const thr_uris[] = {
    "http://purl.org/syndication/thread/1.0", NULL};

const struct ns ns_thr = {"thr", thr_uris, thr_elements};

static const struct element wfw_elements[] = {
    {"commentRss", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"comment", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const wfw_uris[] = {"http://wellformedweb.org/CommentAPI/",
    "http://wellformedweb.org/CommentAPI", NULL};

const struct ns ns_wfw = {"wfw", wfw_uris, wfw_elements};

static const struct element pingback_elements[] = {
    {"server", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"target", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const pingback_uris[] = {
    "http://madskills.com/public/xml/rss/module/pingback/", NULL};

const struct ns ns_pingback = {"pingback", pingback_uris, pingback_elements};

static const struct element feedburner_elements[] = {
    {"origLink", IN_ENTRY, 0, EL_TEXT, NULL, orig_link, 0},
    {"origEnclosureLink", IN_ENTRY, 0, EL_TEXT, NULL, orig_enclosure, 0},
    {"info", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"emailServiceId", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"awareness", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const feedburner_uris[] = {
    "http://rssnamespace.org/feedburner/ext/1.0", NULL};

const struct ns ns_feedburner = {
    "feedburner", feedburner_uris, feedburner_elements};

static const struct element admin_elements[] = {
    {"generatorAgent", IN_FEED, 0, 0, generator_agent, NULL, 0},
    {"errorReportsTo", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const admin_uris[] = {"http://webns.net/mvcb/", NULL};

const struct ns ns_admin = {"admin", admin_uris, admin_elements};

static const struct element cc_elements[] = {
    {"license", IN_BOTH, 0, EL_TEXT, license_start, license, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const cc_uris[] = {"http://web.resource.org/cc/",
    "http://backend.userland.com/creativeCommonsRssModule",
    "http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html",
    "http://creativecommons.org/ns#", NULL};

const struct ns ns_cc = {"cc", cc_uris, cc_elements};

static const struct element source_elements[] = {
    {"markdown", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"account", IN_BOTH, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"likes", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"archive", IN_FEED, IN_EXT, EL_TEXT, ext_start, ext_end, 0},
    {"outline", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"blogroll", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"localTime", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"cloud", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"self", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"linkFull", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"url", IN_EXT, 0, EL_TEXT, ext_start, ext_end, 0},
    {"filename", IN_EXT, 0, EL_TEXT, ext_start, ext_end, 0},
    {"startDay", IN_EXT, 0, EL_TEXT, ext_start, ext_end, 0},
    {"endDay", IN_EXT, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const source_uris[] = {"http://source.scripting.com/",
    "http://source.smallpict.com/2014/07/12/theSource.html", NULL};

const struct ns ns_source = {"source", source_uris, source_elements};

static const struct element webfeeds_elements[] = {
    {"cover", IN_FEED, 0, 0, cover, NULL, 1},
    {"icon", IN_BOTH, 0, EL_TEXT, NULL, web_image, 2},
    {"logo", IN_FEED, 0, EL_TEXT, NULL, web_image, 3},
    {"accentColor", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"related", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"analytics", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"featuredImage", IN_ENTRY, 0, EL_TEXT, NULL, web_image, 2},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const webfeeds_uris[] = {
    "http://webfeeds.org/rss/1.0", NULL};

const struct ns ns_webfeeds = {"webfeeds", webfeeds_uris, webfeeds_elements};

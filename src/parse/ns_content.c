/* SPDX-License-Identifier: ISC */
/* RDF Site Summary content module: the body of an item. */
#include "parse/parse_int.h"

static void
content_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0 && p->entry != NULL &&
	    outranks(&p->entry_rank.content, (unsigned)f->el->arg))
		set_text(p, f, &p->entry->content, text, len, DOC_TEXT_HTML);
}

/* xhtml:body, xhtml:div right in an item. */
static void
xhtml_start(struct parser *p, struct frame *f)
{
	xml_begin_markup(p, f);
}

static const struct element content_elements[] = {
    {"encoded", IN_ENTRY, 0, EL_MARKUP, NULL, content_end, 5},
    {"items", IN_ENTRY, IN_ENTRY, 0, NULL, NULL, 0},
    {"item", IN_ENTRY, IN_ENTRY, 0, NULL, NULL, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const content_uris[] = {
    "http://purl.org/rss/1.0/modules/content/",
    "http://purl.org/rss/1.0/modules/content",
    "http://purl.org/rss/modules/content/",
    "http://xmlns.com/rss/1.0/modules/content/", NULL};

const struct ns ns_content = {"content", content_uris, content_elements};

static const struct element xhtml_elements[] = {
    {"body", IN_ENTRY, 0, EL_MARKUP, xhtml_start, content_end, 3},
    {"div", IN_ENTRY, 0, EL_MARKUP, xhtml_start, content_end, 3},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const xhtml_uris[] = {"http://www.w3.org/1999/xhtml", NULL};

const struct ns ns_xhtml = {"xhtml", xhtml_uris, xhtml_elements};

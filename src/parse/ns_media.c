/* SPDX-License-Identifier: ISC */
/* Media RSS (rssboard.org/media-rss). */
#include "parse/parse_int.h"

#include "base/url.h"

static void
media_content(struct parser *p, struct frame *f)
{
	const char *url = resolve(p, f, xml_attr(p, "url"));
	const char *type = xml_attr(p, "type");
	const char *medium = xml_attr(p, "medium");
	struct doc_attachment *at;
	bool is_image = (type != NULL && ascii_istarts(type, "image/")) ||
			(medium != NULL && ascii_ieq(medium, "image"));

	f->obj = p->media;
	if (url == NULL)
		return;
	if (is_image)
		set_image(p, url, 3);
	if ((at = add_attachment(p, url, type)) == NULL)
		return;
	p->media = at;
	if (at->size_bytes < 0)
		at->size_bytes = read_size(xml_attr(p, "fileSize"));
	if (at->duration_s < 0)
		at->duration_s = read_duration(xml_attr(p, "duration"));
}

static void
media_content_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)text;
	(void)len;
	p->media = f->obj;
}

static void
media_peer(struct parser *p, struct frame *f)
{
	add_attachment(
	    p, resolve(p, f, xml_attr(p, "href")), xml_attr(p, "type"));
}

static void
media_thumbnail(struct parser *p, struct frame *f)
{
	set_image(p, resolve(p, f, xml_attr(p, "url")), (unsigned)f->el->arg);
}

static void
media_thumbnail_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0 && url_is_http(text))
		set_image(p, resolve(p, f, text), (unsigned)f->el->arg);
}

static void
media_text(struct parser *p, struct frame *f)
{
	if (xml_attr_is(p, "type", "html"))
		f->type = DOC_TEXT_HTML;
}

static void
media_title(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (p->media != NULL && p->media->title == NULL)
		p->media->title = keep_line(p, text, len, LIMIT_TITLE_BYTES);
	if (p->entry != NULL)
		do_title(p, f, text, len);
}

static void
media_description(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (p->entry != NULL && len > 0 &&
	    outranks(&p->entry_rank.summary, (unsigned)f->el->arg))
		set_text(p, f, &p->entry->summary, text, len, f->type);
}

static void
media_keywords(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)f;
	add_tag_list(p, text, len);
}

static void
media_category_start(struct parser *p, struct frame *f)
{
	f->obj = (void *)(uintptr_t)xml_attr(p, "scheme");
}

static void
media_category(struct parser *p, struct frame *f, char *text, size_t len)
{
	add_tag(p, keep_line(p, text, len, LIMIT_TITLE_BYTES), NULL, f->obj);
}

static void
media_credit_start(struct parser *p, struct frame *f)
{
	const char *role = xml_attr(p, "role");

	f->obj = role == NULL || ascii_ieq(role, "author") ? f : NULL;
	if (role == NULL)
		return;
	f->obj = ascii_ieq(role, "author") || ascii_ieq(role, "writer")
		     ? f
		     : (void *)(uintptr_t)role;
}

/* Authors are authors; others are named below `_akin`. */
static void
media_credit(struct parser *p, struct frame *f, char *text, size_t len)
{
	const char *name = keep_line(p, text, len, LIMIT_AUTHOR_BYTES);
	struct doc_ext *group, *list, *e;

	if (name == NULL || f->obj == NULL)
		return;
	if (f->obj == f) {
		add_person(p, 1, name, NULL, NULL);
		return;
	}
	if ((group = ext_object(p, "media")) == NULL)
		return;
	list = doc_ext_find(group->children, "credit");
	if (list == NULL)
		list = doc_ext_add(
		    p->a, &group->children, "credit", DOC_EXT_ARRAY);
	if (list == NULL || (e = doc_ext_add(p->a, &list->children, NULL,
				 DOC_EXT_OBJECT)) == NULL)
		return;
	doc_ext_string(p->a, &e->children, "role", f->obj);
	doc_ext_string(p->a, &e->children, "name", name);
}

static void
media_player(struct parser *p, struct frame *f)
{
	const char *url = resolve(p, f, xml_attr(p, "url"));
	struct doc_ext *group;

	if (p->entry == NULL || url == NULL ||
	    (group = ext_object(p, "media")) == NULL ||
	    doc_ext_find(group->children, "player") != NULL)
		return;
	doc_ext_string(p->a, &group->children, "player", url);
}

static void
media_player_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)p;
	(void)f;
	(void)text;
	(void)len;
}

static const struct element media_elements[] = {
    {"group", IN_ENTRY | IN_MEDIA, IN_MEDIA, 0, NULL, NULL, 0},
    {"content", IN_ENTRY | IN_MEDIA, IN_MEDIA, 0, media_content,
	media_content_end, 0},
    {"peerLink", IN_ENTRY | IN_MEDIA, 0, 0, media_peer, NULL, 0},
    {"thumbnail", IN_BOTH | IN_MEDIA, 0, EL_TEXT, media_thumbnail,
	media_thumbnail_end, 5},
    {"title", IN_BOTH | IN_MEDIA, 0, EL_MARKUP, media_text, media_title, 2},
    {"description", IN_BOTH | IN_MEDIA, 0, EL_MARKUP, media_text,
	media_description, 1},
    {"keywords", IN_BOTH | IN_MEDIA, 0, EL_TEXT, NULL, media_keywords, 0},
    {"category", IN_BOTH | IN_MEDIA, 0, EL_TEXT, media_category_start,
	media_category, 0},
    {"credit", IN_BOTH | IN_MEDIA, 0, EL_TEXT, media_credit_start, media_credit,
	0},
    {"player", IN_ENTRY | IN_MEDIA, 0, EL_TEXT, media_player, media_player_end,
	0},
    {"copyright", IN_BOTH | IN_MEDIA, 0, EL_TEXT, ext_start, ext_end, 0},
    {"rating", IN_BOTH | IN_MEDIA, 0, EL_TEXT, ext_start, ext_end, 0},
    {"text", IN_ENTRY | IN_MEDIA, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"restriction", IN_ENTRY | IN_MEDIA, 0, EL_TEXT | EL_MANY, ext_start,
	ext_end, 0},
    {"community", IN_ENTRY | IN_MEDIA, IN_EXT, EL_TEXT, ext_start, ext_end, 0},
    {"starRating", IN_EXT, 0, EL_TEXT, ext_start, ext_end, 0},
    {"statistics", IN_EXT, 0, EL_TEXT, ext_start, ext_end, 0},
    {"license", IN_ENTRY | IN_MEDIA, 0, EL_TEXT, ext_start, ext_end, 0},
    {"location", IN_ENTRY | IN_MEDIA, 0, EL_TEXT, ext_start, ext_end, 0},
    {"hash", IN_ENTRY | IN_MEDIA, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const media_uris[] = {"http://search.yahoo.com/mrss/",
    "http://search.yahoo.com/mrss", "http://www.rssboard.org/media-rss",
    "http://video.search.yahoo.com/mrss", "http://video.search.yahoo.com/mrss/",
    "http://tools.search.yahoo.com/mrss/", NULL};

const struct ns ns_media = {"media", media_uris, media_elements};

/* SPDX-License-Identifier: ISC */
/*
 * Publishers' own lists of related articles, in the forms that Japanese
 * aggregators ask for and others.  All are a container with a title and an
 * address, as attributes, as children or as its text, so one set of functions
 * reads them; only names differ (ns_jp.c, rss.c).
 */
#include "parse/parse_int.h"

#include <string.h>

#include "base/url.h"

/* Does the title or an attribute mark an advertisement? */
static bool
is_advert(const char *title)
{
	static const char *const marks[] = {"[PR]", "(PR)", "【PR】", "［PR］",
	    "（PR）", "【ＰＲ】", "［ＰＲ］", "（ＰＲ）", "PR:", "PR：",
	    "ＰＲ：", "【広告】", "[広告]", "［広告］", "（広告）", "広告：",
	    "広告:", "【AD】", "[AD]", "(AD)", "AD:", "[Ad]", "[Anzeige]",
	    "Anzeige:", "[Sponsored]", "Sponsored:", "(Sponsored)", "【广告】",
	    "[广告]", "[광고]", "(광고)", "【提供】", NULL};

	if (title == NULL)
		return false;
	for (size_t i = 0; marks[i] != NULL; i++) {
		size_t n = strlen(marks[i]), len = strlen(title);

		if (ascii_ieq_n(title, marks[i], n) ||
		    (marks[i][n - 1] != ':' && marks[i][n - 1] != ' ' &&
			len > n && ascii_ieq_n(title + len - n, marks[i], n)))
			return true;
	}
	return false;
}

void
related_add(
    struct parser *p, const char *url, const char *title, const char *form)
{
	struct doc_related **list, *r;
	size_t n = 0;

	if (p->entry == NULL || (url == NULL && title == NULL) ||
	    is_advert(title))
		return;
	for (list = &p->entry->related; *list != NULL; list = &(*list)->next)
		n++;
	if (n >= LIMIT_RELATED_LISTED ||
	    (r = arena_alloc(p->a, sizeof(*r))) == NULL)
		return;
	r->url = url;
	r->title = title;
	r->form = form;
	*list = r;
}

/* Give what was gathered to the entry and begin anew. */
static void
flush(struct parser *p)
{
	struct doc_related *r = p->related;

	if (r != NULL && !p->related_is_ad)
		related_add(p, r->url, r->title, r->form);
	if (r != NULL)
		r->url = r->title = NULL;
	p->related_is_ad = p->related_all_ads;
}

static const char *
first_attr(struct parser *p, const char *const *names)
{
	const char *value = NULL;

	for (; *names != NULL && value == NULL; names++)
		value = xml_attr(p, *names);
	return value;
}

/* The container, or a child of it that is a line by itself. */
void
related_start(struct parser *p, struct frame *f)
{
	static const char *const urls[] = {"href", "link", "url", "src", NULL};
	static const char *const titles[] = {"title", "caption", "text", NULL};
	const char *url = resolve(p, f, first_attr(p, urls));
	const char *title = first_attr(p, titles);
	bool is_inner = ((f - 1)->scope & IN_RELATED) != 0;
	bool is_ad =
	    xml_attr_is(p, "type", "ad") || xml_attr_is(p, "type", "pr") ||
	    xml_attr_is(p, "pr", "1") || xml_attr_is(p, "pr", "true") ||
	    xml_attr_is(p, "sponsored", "true");

	f->obj = (void *)(uintptr_t)url;
	if (!is_inner) {
		p->related = arena_alloc(p->a, sizeof(*p->related));
		p->related_all_ads = p->related_is_ad = is_ad;
		if (p->related == NULL)
			return;
		p->related->form = f->ns == &ns_rss || f->ns->prefix[0] == '\0'
				       ? f->el->name
				       : arena_printf(p->a, "%s:%s",
					     f->ns->prefix, f->el->name);
	}
	if (p->related == NULL)
		return;
	if (is_inner && p->related->url != NULL && url != NULL)
		flush(p);
	p->related_is_ad |= is_ad;
	if (url != NULL)
		p->related->url = url;
	if (title != NULL)
		p->related->title = title;
}

void
related_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (p->related == NULL)
		return;
	if (len > 0 && url_is_http(text) && p->related->url == NULL)
		p->related->url = resolve(p, f, text);
	else if (len > 0 && p->related->title == NULL)
		p->related->title = keep_line(p, text, len, LIMIT_TITLE_BYTES);
	flush(p);
	p->related = NULL;
}

void
related_url(struct parser *p, struct frame *f, char *text, size_t len)
{
	const char *url;

	/* <yj:link yj:url="URL">TITLE</yj:link> */
	if (f->obj != NULL) {
		if (p->related != NULL && p->related->title == NULL)
			p->related->title =
			    keep_line(p, text, len, LIMIT_TITLE_BYTES);
		return;
	}
	url = len > 0 ? resolve(p, f, text) : NULL;
	if (p->related == NULL || url == NULL)
		return;
	if (p->related->url != NULL)
		flush(p);
	p->related->url = url;
}

void
related_title(struct parser *p, struct frame *f, char *text, size_t len)
{
	const char *title = keep_line(p, text, len, LIMIT_TITLE_BYTES);

	(void)f;
	if (p->related == NULL || title == NULL)
		return;
	if (p->related->title != NULL)
		flush(p);
	p->related->title = title;
}

static bool
is_repeat(const struct doc_related *list, const struct doc_related *r,
    struct arena *a)
{
	const char *key = r->url != NULL ? url_key(a, r->url) : NULL;

	for (; list != r; list = list->next) {
		const char *other =
		    list->url != NULL ? url_key(a, list->url) : NULL;

		if (key != NULL && other != NULL
			? strcmp(key, other) == 0
			: str_eq(list->url, r->url) &&
			      str_eq(list->title, r->title))
			return true;
	}
	return false;
}

/* Drop the article itself and repeats. */
void
related_finish(struct doc_entry *e, struct arena *a)
{
	const char *own;

	if (e->related == NULL)
		return;
	own = e->url != NULL ? url_key(a, e->url) : NULL;
	for (struct doc_related **at = &e->related; *at != NULL;) {
		const char *key =
		    (*at)->url != NULL ? url_key(a, (*at)->url) : NULL;

		if ((own != NULL && key != NULL && strcmp(own, key) == 0) ||
		    is_repeat(e->related, *at, a))
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
}

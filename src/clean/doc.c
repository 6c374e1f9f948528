/* SPDX-License-Identifier: ISC */
/*
 * A whole document: every text of it plain or canonical, every list within
 * its limit, every address one that may be followed.
 */
#include "clean/clean_int.h"

#include <string.h>

#include "base/url.h"
#include "base/utf8.h"
#include "clean/related.h"

#define LIMIT_SUMMARY_BYTES (64 * LIMIT_KIB)

/* What a reader can open or a daemon fetch; the rest is dropped. */
static const char *
safe_url(const char *url)
{
	static const char *const schemes[] = {"http:", "https:", "ftp:",
	    "mailto:", "magnet:", "tel:", "gemini:", "gopher:", "urn:", "tag:",
	    "doi:", "acct:", "news:", "nntp:", "irc:", "xmpp:", "rtsp:",
	    "rtmp:", "mms:", "ed2k:", "feed:", "ipfs:", "nostr:", "geo:"};

	size_t head;

	if (url == NULL)
		return NULL;
	for (size_t i = 0; i < AK_COUNT(schemes); i++)
		if (ascii_istarts(url, schemes[i]))
			return url;
	/* Relative, for want of a base; a scheme in disguise is none. */
	for (head = 0; url[head] != '\0'; head++)
		if ((unsigned char)url[head] <= ' ' || url[head] == '\\')
			return NULL;
	return url[strcspn(url, ":/?#")] != ':' ? url : NULL;
}

/* A title or a line of small print: RSS may mean HTML. */
static const char *
plain(const struct doc *doc, const char *s, size_t max)
{
	bool is_auto = doc->format <= DOC_RSS_20 || doc->format == DOC_CDF;
	struct doc_text t = {
	    .value = s, .type = is_auto ? DOC_TEXT_AUTO : DOC_TEXT_PLAIN};

	return clean_text(doc->arena, &t, max);
}

/* Names of persons and tags are text in every format, never HTML. */
static const char *
name(const struct doc *doc, const char *s)
{
	struct doc_text t = {.value = s, .type = DOC_TEXT_PLAIN};

	return clean_text(doc->arena, &t, LIMIT_AUTHOR_BYTES);
}

static void
clean_persons(const struct doc *doc, struct doc_person **list)
{
	size_t n = 0;

	while (*list != NULL) {
		struct doc_person *p = *list;

		p->name = name(doc, p->name);
		p->email = name(doc, p->email);
		p->url = safe_url(p->url);
		p->avatar = safe_url(p->avatar);
		if (n == LIMIT_AUTHORS ||
		    (p->name == NULL && p->email == NULL && p->url == NULL &&
			p->avatar == NULL)) {
			*list = p->next;
			continue;
		}
		n++;
		list = &p->next;
	}
}

static void
clean_tag_list(const struct doc *doc, struct doc_tag **list)
{
	size_t n = 0;

	while (*list != NULL) {
		struct doc_tag *t = *list;

		t->term = name(doc, t->term);
		t->label = name(doc, t->label);
		if (t->term == NULL) {
			t->term = t->label;
			t->label = NULL;
		}
		if (n == LIMIT_TAGS || t->term == NULL) {
			*list = t->next;
			continue;
		}
		n++;
		list = &t->next;
	}
}

static void
clean_attachments(const struct doc *doc, struct doc_attachment **list)
{
	size_t n = 0;

	while (*list != NULL) {
		struct doc_attachment *at = *list;

		at->title = plain(doc, at->title, LIMIT_TITLE_BYTES);
		at->url = safe_url(at->url);
		if (n == LIMIT_ATTACHMENTS || at->url == NULL) {
			*list = at->next;
			continue;
		}
		n++;
		list = &at->next;
	}
}

/* The HTML of a text construct of the page at `url`, cleaned. */
static enum ak_status
clean_construct(struct cleaner *c, struct arena *a, const struct doc_text *text,
    const char *url, const struct clean_opts *opts, struct clean_result *ret)
{
	struct clean_opts o = *opts;
	struct arena *own = NULL;
	const char *html = text->value;
	size_t len = strlen(html);
	enum ak_status st;

	if (text->base != NULL)
		o.base = text->base;
	/* An address of the publisher's own says more than the entry's. */
	if (text->base == NULL || str_eq(text->base, opts->base))
		o.page = url;
	if (text->type == DOC_TEXT_PLAIN ||
	    (text->type == DOC_TEXT_AUTO &&
		!clean_looks_like_html(html, len))) {
		own = arena_new(16 * LIMIT_MIB);
		if ((html = clean_text_to_html(own, html, &len)) == NULL) {
			arena_free(own);
			return AK_TOOBIG;
		}
	}
	st = cleaner_run(c, a, html, len, &o, ret);
	arena_free(own);
	return st;
}

/* The same article: by address, or by title where one has no address. */
static bool
is_same(const char *key, const char *title, const char *other_key,
    const char *other_title)
{
	if (key != NULL && other_key != NULL)
		return strcmp(key, other_key) == 0;
	return title != NULL && other_title != NULL &&
	       strcmp(title, other_title) == 0;
}

/* Drop adverts, repeats, the entry itself, and what is over the limit. */
static void
filter_related(struct arena *a, struct doc_entry *e)
{
	const char *keys[LIMIT_RELATED_LISTED], *titles[LIMIT_RELATED_LISTED];
	const char *self = e->url != NULL ? url_key(a, e->url) : NULL;
	size_t n = 0;

	for (struct doc_related **at = &e->related; *at != NULL;) {
		struct doc_related *r = *at;
		const char *key;
		bool drop;

		r->url = safe_url(r->url);
		key = r->url != NULL ? url_key(a, r->url) : NULL;
		drop = n == LIMIT_RELATED_LISTED ||
		       (r->url == NULL && r->title == NULL) ||
		       (r->title != NULL &&
			   clean_is_advert(r->title, strlen(r->title))) ||
		       is_same(self, e->title_text, key, r->title);
		for (size_t i = 0; i < n && !drop; i++)
			drop = is_same(keys[i], titles[i], key, r->title);
		if (drop) {
			*at = r->next;
			continue;
		}
		keys[n] = key;
		titles[n++] = r->title;
		at = &r->next;
	}
}

/* The feed's own list first, then that of the content. */
static void
merge_related(
    const struct doc *doc, struct doc_entry *e, struct doc_related *more)
{
	struct doc_related **end = &e->related;

	for (; *end != NULL; end = &(*end)->next)
		(*end)->title = plain(doc, (*end)->title, LIMIT_TITLE_BYTES);
	*end = more;
	if (e->related != NULL)
		filter_related(doc->arena, e);
}

static enum ak_status
clean_content(struct cleaner *c, struct doc *doc, struct doc_entry *e,
    const struct clean_opts *opts)
{
	struct arena *a = doc->arena;
	struct clean_result r = {0};
	bool has_body = e->content.value != NULL;
	const struct doc_text *body = has_body ? &e->content : &e->summary;
	enum ak_status st;

	if (has_body)
		e->summary_text =
		    clean_text(a, &e->summary, LIMIT_SUMMARY_BYTES);
	if (body->value != NULL &&
	    (st = clean_construct(c, a, body, e->url, opts, &r)) != AK_OK)
		return st;
	if (r.html_len > 0) {
		e->content_html = r.html;
		e->content_html_len = r.html_len;
	}
	if (r.text_len > 0) {
		e->text = r.text;
		e->text_len = r.text_len;
	} else if (e->summary_text != NULL) {
		e->text = e->summary_text;
		e->text_len = strlen(e->summary_text);
	}
	if (e->image == NULL)
		e->image = r.first_image;
	merge_related(doc, e, r.related);
	return AK_OK;
}

static void
guess_language(struct doc *doc, struct doc_entry *e)
{
	const char *s = e->text != NULL ? e->text : e->title_text;
	const char *guess;

	if (e->language == NULL && e->content.lang != NULL)
		e->language = e->content.lang;
	if (e->language != NULL || s == NULL ||
	    (guess = clean_language(s, strlen(s))) == NULL)
		return;
	if (doc->language == NULL || !ascii_istarts(doc->language, guess))
		e->language = guess;
}

static enum ak_status
clean_entry(struct cleaner *c, struct doc *doc, struct doc_entry *e,
    const struct clean_opts *opts)
{
	struct arena *a = doc->arena;
	enum ak_status st;

	e->title_text = clean_text(a, &e->title, LIMIT_TITLE_BYTES);
	e->url = safe_url(e->url);
	e->external_url = safe_url(e->external_url);
	e->comments_url = safe_url(e->comments_url);
	e->image = safe_url(e->image);
	e->banner_image = safe_url(e->banner_image);
	clean_persons(doc, &e->authors);
	clean_tag_list(doc, &e->tags);
	clean_attachments(doc, &e->attachments);
	if ((st = clean_content(c, doc, e, opts)) != AK_OK)
		return st;
	guess_language(doc, e);
	return AK_OK;
}

enum ak_status
clean_doc(struct doc *doc, const struct clean_opts *opts)
{
	struct arena *a = doc->arena;
	struct cleaner c;
	enum ak_status st = AK_OK;

	doc->title_text = clean_text(a, &doc->title, LIMIT_TITLE_BYTES);
	doc->description_text =
	    clean_text(a, &doc->description, LIMIT_SUMMARY_BYTES);
	doc->rights = plain(doc, doc->rights, LIMIT_TITLE_BYTES);
	doc->generator = plain(doc, doc->generator, LIMIT_TITLE_BYTES);
	doc->home_page_url = safe_url(doc->home_page_url);
	doc->icon = safe_url(doc->icon);
	doc->favicon = safe_url(doc->favicon);
	doc->image = safe_url(doc->image);
	clean_persons(doc, &doc->authors);
	clean_tag_list(doc, &doc->tags);
	cleaner_init(&c);
	for (struct doc_entry *e = doc->entries; e != NULL && st == AK_OK;
	     e = e->next)
		st = clean_entry(&c, doc, e, opts);
	cleaner_release(&c);
	return st == AK_OK && arena_full(a) ? AK_TOOBIG : st;
}

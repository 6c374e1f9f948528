/* SPDX-License-Identifier: ISC */
/*
 * JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1).  A member of the wrong
 * type is as if absent: it must not cost the others.  Extensions (members
 * that begin with '_') go below `_akin` as they are, but for lists of related
 * articles.
 */
#include "parse/parse_int.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/url.h"
#include "base/utf8.h"

#define EXT_MEMBERS 64 /* of one object or array */
#define EXT_DEPTH 6

/* Deeper than jansson should be let go?  Brackets outside of strings count. */
static bool
is_too_deep(const char *s, size_t len)
{
	size_t depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		if (in_string) {
			if (s[i] == '\\')
				i++;
			else if (s[i] == '"')
				in_string = false;
		} else if (s[i] == '"') {
			in_string = true;
		} else if (s[i] == '{' || s[i] == '[') {
			if (++depth > LIMIT_JSON_DEPTH)
				return true;
		} else if ((s[i] == '}' || s[i] == ']') && depth > 0) {
			depth--;
		}
	}
	return false;
}

/* A string, or a number as text; trimmed; NULL: none. */
static const char *
member(struct parser *p, const json_t *obj, const char *name, size_t max)
{
	const json_t *v = json_object_get(obj, name);
	const char *s;
	size_t len;

	if (json_is_integer(v))
		return arena_printf(
		    p->a, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	if (json_is_real(v))
		return arena_printf(p->a, "%.15g", json_real_value(v));
	if (!json_is_string(v))
		return NULL;
	s = json_string_value(v);
	len = strlen(s);
	while (len > 0 && ascii_space((unsigned char)*s)) {
		s++;
		len--;
	}
	while (len > 0 && ascii_space((unsigned char)s[len - 1]))
		len--;
	return keep(p, s, len, max);
}

static const char *
url_member(struct parser *p, const json_t *obj, const char *name)
{
	const char *s = member(p, obj, name, LIMIT_URL_BYTES);

	return s != NULL ? resolve(p, &p->frames[0], s) : NULL;
}

static void
read_text(struct parser *p, struct doc_text *t, const json_t *obj,
    const char *name, enum doc_text_type type)
{
	t->value = member(p, obj, name, LIMIT_CONTENT_BYTES);
	t->type = type;
	t->base = p->frames[0].base;
}

static void
read_author(struct parser *p, const json_t *obj)
{
	struct doc_person *person;

	if (json_is_string(obj)) {
		add_person(p, 5,
		    keep_line(p, json_string_value(obj),
			json_string_length(obj), LIMIT_AUTHOR_BYTES),
		    NULL, NULL);
		return;
	}
	person = add_person(p, 5, member(p, obj, "name", LIMIT_AUTHOR_BYTES),
	    NULL, url_member(p, obj, "url"));
	if (person != NULL)
		person->avatar = url_member(p, obj, "avatar");
}

static void
read_authors(struct parser *p, const json_t *obj)
{
	const json_t *list = json_object_get(obj, "authors"), *one;
	size_t i;

	if (json_is_object(list)) {
		read_author(p, list); /* seen: one, not in a list */
	} else if (json_array_size(list) > 0) {
		json_array_foreach(list, i, one) read_author(p, one);
	} else {
		read_author(p, json_object_get(obj, "author"));
	}
}

static void
read_attachments(struct parser *p, const json_t *list)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		struct doc_attachment *at =
		    add_attachment(p, url_member(p, one, "url"),
			member(p, one, "mime_type", LIMIT_TITLE_BYTES));

		if (at == NULL)
			continue;
		at->title = member(p, one, "title", LIMIT_TITLE_BYTES);
		at->size_bytes = read_size(member(p, one, "size_in_bytes", 64));
		at->duration_s =
		    read_duration(member(p, one, "duration_in_seconds", 64));
	}
}

static void
read_related(struct parser *p, const json_t *list, const char *form)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *url, *title;

		if (json_is_string(one)) {
			related_add(p,
			    resolve(p, &p->frames[0], json_string_value(one)),
			    NULL, form);
			continue;
		}
		url = url_member(p, one, "url");
		if (url == NULL)
			url = url_member(p, one, "link");
		title = member(p, one, "title", LIMIT_TITLE_BYTES);
		related_add(p, url, title, form);
	}
}

static bool
is_related_name(const char *name)
{
	return ascii_istr(name, "related") != NULL;
}

static void
copy_ext(struct parser *p, struct doc_ext **list, const char *name, json_t *v,
    int depth)
{
	struct doc_ext *e;
	const char *key;
	json_t *one;
	size_t i, n = 0;

	if (json_is_string(v)) {
		if ((e = doc_ext_add(p->a, list, name, DOC_EXT_STRING)))
			e->string = arena_strdup(p->a, json_string_value(v));
	} else if (json_is_number(v)) {
		doc_ext_number(p->a, list, name, json_number_value(v));
	} else if (json_is_boolean(v)) {
		if ((e = doc_ext_add(p->a, list, name, DOC_EXT_BOOL)))
			e->number = json_is_true(v);
	} else if (json_is_object(v) && depth > 0) {
		if (!(e = doc_ext_add(p->a, list, name, DOC_EXT_OBJECT)))
			return;
		json_object_foreach(v, key, one) if (n++ < EXT_MEMBERS)
		    copy_ext(p, &e->children, key, one, depth - 1);
	} else if (json_is_array(v) && depth > 0) {
		if (!(e = doc_ext_add(p->a, list, name, DOC_EXT_ARRAY)))
			return;
		json_array_foreach(v, i, one) if (i < EXT_MEMBERS)
		    copy_ext(p, &e->children, NULL, one, depth - 1);
	}
}

/* Members beginning with '_', and lists of related articles. */
static void
read_extensions(struct parser *p, json_t *obj)
{
	const char *name, *inner;
	json_t *v, *w;
	size_t n = 0;

	json_object_foreach(obj, name, v)
	{
		if (p->entry != NULL && json_is_array(v) &&
		    is_related_name(name)) {
			read_related(p, v, arena_strdup(p->a, name));
			continue;
		}
		if (name[0] != '_' || n++ >= EXT_MEMBERS)
			continue;
		json_object_foreach(v, inner, w)
		{
			if (p->entry != NULL && json_is_array(w) &&
			    is_related_name(inner))
				read_related(p, w,
				    arena_printf(p->a, "%s.%s", name, inner));
		}
		copy_ext(p, ext_list(p), name, v, EXT_DEPTH);
	}
}

static void
read_dates(struct parser *p, const json_t *item, struct doc_entry *e)
{
	const char *s;

	if ((s = member(p, item, "date_published", 256)) != NULL)
		e->published = read_date(p, s);
	if ((s = member(p, item, "date_modified", 256)) != NULL)
		e->modified = read_date(p, s);
}

static void
read_tags(struct parser *p, const json_t *list)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one) if (json_is_string(one)) add_tag(p,
	    keep_line(p, json_string_value(one), json_string_length(one),
		LIMIT_TITLE_BYTES),
	    NULL, NULL);
}

static void
read_item(struct parser *p, json_t *item)
{
	struct doc_entry *e;
	const char *id;

	if (!json_is_object(item))
		return;
	entry_begin(p);
	if ((e = p->entry) == NULL)
		return;
	if ((id = member(p, item, "id", LIMIT_XML_TEXT)) != NULL)
		e->id = keep_id(p, id, strlen(id));
	e->url = url_member(p, item, "url");
	e->external_url = url_member(p, item, "external_url");
	if (e->url == NULL && e->id != NULL && url_is_http(e->id))
		e->id_is_link = true;
	read_text(p, &e->title, item, "title", DOC_TEXT_PLAIN);
	read_text(p, &e->summary, item, "summary", DOC_TEXT_PLAIN);
	read_text(p, &e->content, item, "content_html", DOC_TEXT_HTML);
	if (e->content.value == NULL)
		read_text(p, &e->content, item, "content_text", DOC_TEXT_PLAIN);
	e->image = url_member(p, item, "image");
	e->banner_image = url_member(p, item, "banner_image");
	e->language = member(p, item, "language", 64);
	read_dates(p, item, e);
	read_authors(p, item);
	read_tags(p, json_object_get(item, "tags"));
	read_attachments(p, json_object_get(item, "attachments"));
	read_extensions(p, item);
	entry_end(p);
}

static void
read_feed(struct parser *p, json_t *root)
{
	struct doc *d = p->doc;
	json_t *one, *hubs = json_object_get(root, "hubs");
	const char *version = member(p, root, "version", 256);
	size_t i;

	d->format = version != NULL && str_ends(version, "/1") ? DOC_JSON_10
							       : DOC_JSON_11;
	d->home_page_url = url_member(p, root, "home_page_url");
	d->feed_url = url_member(p, root, "feed_url");
	d->next_url = url_member(p, root, "next_url");
	d->icon = url_member(p, root, "icon");
	d->favicon = url_member(p, root, "favicon");
	d->language = member(p, root, "language", 64);
	d->is_expired = json_is_true(json_object_get(root, "expired"));
	read_text(p, &d->title, root, "title", DOC_TEXT_PLAIN);
	read_text(p, &d->description, root, "description", DOC_TEXT_PLAIN);
	doc_ext_string(p->a, &d->ext, "user_comment",
	    member(p, root, "user_comment", LIMIT_TITLE_BYTES));
	json_array_foreach(hubs, i, one) add_hub(p, url_member(p, one, "url"));
	read_authors(p, root);
	read_extensions(p, root);
	json_array_foreach(json_object_get(root, "items"), i, one)
	{
		if (p->stopped != AK_OK || arena_full(p->a))
			break;
		read_item(p, one);
	}
}

static bool
is_feed(const json_t *root)
{
	const char *version =
	    json_string_value(json_object_get(root, "version"));

	return (version != NULL &&
		   ascii_istr(version, "jsonfeed.org") != NULL) ||
	       (json_is_array(json_object_get(root, "items")) &&
		   (json_object_get(root, "title") != NULL ||
		       json_object_get(root, "feed_url") != NULL ||
		       json_object_get(root, "home_page_url") != NULL));
}

enum ak_status
json_feed_parse(
    struct parser *p, const char *text, size_t len, struct diag *reterr)
{
	const size_t flags = JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL;
	json_error_t err;
	json_t *root;

	if (is_too_deep(text, len))
		return diag_set(reterr, AK_TOOBIG, "JSON nested too deeply");
	root = json_loadb(text, len, flags, &err);
	if (root == NULL &&
	    json_error_code(&err) == json_error_numeric_overflow)
		root = json_loadb(
		    text, len, flags | JSON_DECODE_INT_AS_REAL, &err);
	if (root == NULL) {
		struct buf fixed;

		set_problem(p, err.line, err.text);
		p->doc->wellformed = false;
		buf_init(&fixed, len + 4 * LIMIT_KIB);
		mend_json(&fixed, text, len);
		root = json_loadb(buf_str(&fixed), fixed.len,
		    flags | JSON_DECODE_INT_AS_REAL, &err);
		buf_release(&fixed);
	}
	if (root == NULL)
		return diag_set(reterr, AK_BADINPUT,
		    "no feed: broken JSON (%s)", p->problem);
	if (!json_is_object(root) || !is_feed(root)) {
		json_decref(root);
		return diag_set(
		    reterr, AK_BADINPUT, "no feed: JSON of another kind");
	}
	read_feed(p, root);
	json_decref(root);
	return AK_OK;
}

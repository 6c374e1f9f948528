/* SPDX-License-Identifier: ISC */
#include "store/form.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/limits.h"
#include "store/identity.h"
#include "store/plain.h"

int64_t
form_date(int64_t t)
{
	return t == DOC_NO_TIME ? 0 : t;
}

/* Dump and drop; NULL for an empty array or object. */
static char *
dump(json_t *j)
{
	char *text = NULL;

	if (json_array_size(j) + json_object_size(j) > 0)
		text = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(j);
	return text;
}

static void
set_string(json_t *o, const char *name, const char *value)
{
	if (value != NULL)
		(void)json_object_set_new(o, name, json_string(value));
}

static char *
make_author(const struct doc_entry *e)
{
	struct buf b;

	if (e->authors == NULL)
		return NULL;
	buf_init(&b, LIMIT_AUTHORS * LIMIT_AUTHOR_BYTES);
	for (const struct doc_person *p = e->authors; p != NULL; p = p->next) {
		const char *name = p->name != NULL    ? p->name
				   : p->email != NULL ? p->email
						      : p->url;

		if (name == NULL)
			continue;
		buf_adds(&b, b.len > 0 ? ", " : "");
		buf_adds(&b, name);
	}
	return b.len > 0 ? buf_steal(&b) : NULL;
}

static char *
make_tags(const struct doc_entry *e)
{
	json_t *list;

	if (e->tags == NULL)
		return NULL;
	list = json_array();
	for (const struct doc_tag *t = e->tags; t != NULL; t = t->next)
		(void)json_array_append_new(
		    list, json_string(t->label != NULL ? t->label : t->term));
	return dump(list);
}

static char *
make_attachments(const struct doc_entry *e)
{
	json_t *list;

	if (e->attachments == NULL)
		return NULL;
	list = json_array();
	for (const struct doc_attachment *t = e->attachments; t != NULL;
	     t = t->next) {
		json_t *o = json_object();

		set_string(o, "url", t->url);
		set_string(o, "mime_type", t->mime_type);
		set_string(o, "title", t->title);
		if (t->size_bytes >= 0)
			(void)json_object_set_new(
			    o, "size_in_bytes", json_integer(t->size_bytes));
		if (t->duration_s >= 0)
			(void)json_object_set_new(
			    o, "duration_in_seconds", json_real(t->duration_s));
		(void)json_array_append_new(list, o);
	}
	return dump(list);
}

static json_t *
ext_value(const struct doc_ext *x)
{
	json_t *j;

	switch (x->kind) {
	case DOC_EXT_STRING:
		return x->string != NULL ? json_string(x->string) : json_null();
	case DOC_EXT_NUMBER:
		return x->number > -9e15 && x->number < 9e15 &&
			       x->number == (double)(int64_t)x->number
			   ? json_integer((json_int_t)x->number)
			   : json_real(x->number);
	case DOC_EXT_BOOL:
		return json_boolean(x->number != 0);
	case DOC_EXT_OBJECT:
		j = json_object();
		for (const struct doc_ext *c = x->children; c != NULL;
		     c = c->next)
			if (c->name != NULL)
				(void)json_object_set_new(
				    j, c->name, ext_value(c));
		return j;
	case DOC_EXT_ARRAY:
		j = json_array();
		for (const struct doc_ext *c = x->children; c != NULL;
		     c = c->next)
			(void)json_array_append_new(j, ext_value(c));
		return j;
	}
	return json_null();
}

static char *
make_extra(const struct doc_entry *e)
{
	json_t *o;

	if (e->ext == NULL)
		return NULL;
	o = json_object();
	for (const struct doc_ext *x = e->ext; x != NULL; x = x->next)
		if (x->name != NULL)
			(void)json_object_set_new(o, x->name, ext_value(x));
	return dump(o);
}

/* Which of text and summary the HTML already says. */
static void
leave_out(const struct doc_entry *e, struct form *f)
{
	const char *words = ident_text(e);

	f->summary = e->summary_text;
	f->text = e->text;
	if (words == NULL)
		return;
	if (e->content_html == NULL) {
		if (f->summary != NULL && plain_same(words, f->summary))
			f->text = NULL;
		return;
	}
	if (f->summary != NULL && plain_same(words, f->summary))
		f->summary = "";
	f->text = plain_is_of(words, e->content_html) ? NULL : words;
}

void
form_make(struct store *s, const struct doc *doc, const struct doc_entry *e,
    struct form *ret)
{
	*ret = (struct form){
	    .title_hash = ident_title_hash(&s->c, s->scratch, ident_title(e)),
	    .image = e->image != NULL ? e->image : e->banner_image,
	    .language = e->language != NULL ? e->language : doc->language,
	    .author = make_author(e),
	    .tags = make_tags(e),
	    .attachments = make_attachments(e),
	    .extra = make_extra(e)};
	leave_out(e, ret);
}

void
form_release(struct form *f)
{
	free(f->author);
	free(f->tags);
	free(f->attachments);
	free(f->extra);
}

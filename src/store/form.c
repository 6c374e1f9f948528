/* SPDX-License-Identifier: ISC */
#include "store/form.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "store/identity.h"
#include "store/plain.h"

int64_t
form_date(int64_t t)
{
	/* What cannot be sorted by is not shown either: nobody published a feed
	 * before 1970. */
	return t == DOC_NO_TIME || t < 0 ? 0 : t;
}

/*
 * JSON is written here, not by jansson, which takes two copies and a hash
 * table with printed pointers for each value: a twentieth of a cold sync.
 */
static void
put_string(struct buf *b, const char *s)
{
	size_t n = strlen(s);

	if (!utf8_valid(s, n))
		n = 0; /* no parser leaves that */
	buf_addc(b, '"');
	for (size_t k = 0, from = 0; k <= n; k++) {
		unsigned char c = k < n ? (unsigned char)s[k] : '"';

		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		buf_add(b, s + from, k - from);
		from = k + 1;
		if (k < n)
			buf_addf(b, c < ' ' ? "\\u%04x" : "\\%c", c);
	}
	buf_addc(b, '"');
}

static void
put_number(struct buf *b, double x)
{
	if (x > -9e15 && x < 9e15 && x == (double)(int64_t)x)
		buf_addf(b, "%lld", (long long)x);
	else if (isfinite(x))
		buf_addf(b, "%.17g", x);
	else
		buf_adds(b, "null");
}

/* Before a value of an object or (name NULL) an array. */
static void
put_name(struct buf *b, const char *name)
{
	char last = b->len > 0 ? b->data[b->len - 1] : '[';

	if (last != '[' && last != '{')
		buf_addc(b, ',');
	if (name == NULL)
		return;
	put_string(b, name);
	buf_addc(b, ':');
}

static void
put_member(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	put_name(b, name);
	put_string(b, value);
}

/* What was written; NULL where that is "[]", "{}" or too much. */
static char *
finish(struct buf *b)
{
	if (buf_status(b) == AK_OK && b->len > 2)
		return buf_steal(b);
	buf_release(b);
	return NULL;
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
	struct buf b;

	if (e->tags == NULL)
		return NULL;
	buf_init(&b, LIMIT_SQL_VALUE_BYTES);
	buf_addc(&b, '[');
	for (const struct doc_tag *t = e->tags; t != NULL; t = t->next)
		put_member(&b, NULL, t->label != NULL ? t->label : t->term);
	buf_addc(&b, ']');
	return finish(&b);
}

static char *
make_attachments(const struct doc_entry *e)
{
	struct buf b;

	if (e->attachments == NULL)
		return NULL;
	buf_init(&b, LIMIT_SQL_VALUE_BYTES);
	buf_addc(&b, '[');
	for (const struct doc_attachment *t = e->attachments; t != NULL;
	     t = t->next) {
		put_name(&b, NULL);
		buf_addc(&b, '{');
		put_member(&b, "url", t->url);
		put_member(&b, "mime_type", t->mime_type);
		put_member(&b, "title", t->title);
		if (t->size_bytes >= 0) {
			put_name(&b, "size_in_bytes");
			buf_addf(&b, "%lld", (long long)t->size_bytes);
		}
		if (t->duration_s >= 0) {
			put_name(&b, "duration_in_seconds");
			put_number(&b, t->duration_s);
		}
		buf_addc(&b, '}');
	}
	buf_addc(&b, ']');
	return finish(&b);
}

static void
put_ext(struct buf *b, const struct doc_ext *x)
{
	bool is_array = x->kind == DOC_EXT_ARRAY;

	switch (x->kind) {
	case DOC_EXT_STRING:
		if (x->string != NULL)
			put_string(b, x->string);
		else
			buf_adds(b, "null");
		break;
	case DOC_EXT_NUMBER:
		put_number(b, x->number);
		break;
	case DOC_EXT_BOOL:
		buf_adds(b, x->number != 0 ? "true" : "false");
		break;
	case DOC_EXT_OBJECT:
	case DOC_EXT_ARRAY:
		buf_addc(b, is_array ? '[' : '{');
		for (const struct doc_ext *c = x->children; c != NULL;
		     c = c->next) {
			if (!is_array && c->name == NULL)
				continue;
			put_name(b, is_array ? NULL : c->name);
			put_ext(b, c);
		}
		buf_addc(b, is_array ? ']' : '}');
		break;
	}
}

static char *
make_extra(const struct doc_entry *e)
{
	struct doc_ext all = {.kind = DOC_EXT_OBJECT, .children = e->ext};
	struct buf b;

	if (e->ext == NULL)
		return NULL;
	buf_init(&b, LIMIT_SQL_VALUE_BYTES);
	put_ext(&b, &all);
	return finish(&b);
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
form_make(struct store *s, const struct doc *doc, const struct ident *i,
    struct form *ret)
{
	const struct doc_entry *e = i->entry;

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

/* SPDX-License-Identifier: ISC */
/* What rows of several namespaces do with an element. */
#include "parse/parse_int.h"

#include <string.h>

#include "base/url.h"

void
do_published(struct parser *p, struct frame *f, char *text, size_t len)
{
	int64_t t = len > 0 ? read_date(p, text) : DOC_NO_TIME;

	if (t == DOC_NO_TIME ||
	    !outranks(&ranks(p)->published, (unsigned)f->el->arg))
		return;
	if (p->entry != NULL)
		p->entry->published = t;
	else
		p->doc->published = t;
}

void
do_modified(struct parser *p, struct frame *f, char *text, size_t len)
{
	int64_t t = len > 0 ? read_date(p, text) : DOC_NO_TIME;

	/* Of several the last: whoever adds one appends it. */
	if (t == DOC_NO_TIME || f->el->arg < ranks(p)->modified)
		return;
	ranks(p)->modified = (unsigned char)f->el->arg;
	if (p->entry != NULL)
		p->entry->modified = t;
	else
		p->doc->modified = t;
}

void
do_title(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0 && outranks(&ranks(p)->title, (unsigned)f->el->arg))
		set_text(p, f, p->entry ? &p->entry->title : &p->doc->title,
		    text, len, f->type);
}

/*
 * Atom's <summary> beside RSS's <description> is seen, and nothing says which
 * is the fuller one: as the usual parsers have it, the first is the summary
 * and the second the content.
 */
void
do_summary(struct parser *p, struct frame *f, char *text, size_t len)
{
	unsigned rank = (unsigned)f->el->arg;
	unsigned have = ranks(p)->summary;

	if (len == 0)
		return;
	if (p->entry != NULL && have != rank && have >= RANK_SUMMARY &&
	    rank >= RANK_SUMMARY) {
		if (outranks(&p->entry_rank.content, 1))
			set_text(p, f, &p->entry->content, text, len, f->type);
	} else if (outranks(&ranks(p)->summary, rank)) {
		set_text(p, f,
		    p->entry ? &p->entry->summary : &p->doc->description, text,
		    len, f->type);
	}
}

void
do_creator(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len > 0)
		add_person_text(p, (unsigned)f->el->arg, text);
}

void
do_subject(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)f;
	add_tag(p, keep_line(p, text, len, LIMIT_TITLE_BYTES), NULL, NULL);
}

void
do_language(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len == 0 || len > 64 ||
	    !outranks(&ranks(p)->language, (unsigned)f->el->arg))
		return;
	if (p->entry != NULL)
		p->entry->language = keep_line(p, text, len, len);
	else
		p->doc->language = keep_line(p, text, len, len);
}

void
inherit_language(struct parser *p, const struct frame *f)
{
	if (f->lang == NULL || f->lang == (f - 1)->lang ||
	    !outranks(&ranks(p)->language, 1))
		return;
	if (p->entry != NULL)
		p->entry->language = f->lang;
	else
		p->doc->language = f->lang;
}

void
do_generator(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)f;
	if (p->doc->generator == NULL)
		p->doc->generator = keep_line(p, text, len, LIMIT_TITLE_BYTES);
}

void
do_rights(struct parser *p, struct frame *f, char *text, size_t len)
{
	const char *rights = keep_line(p, text, len, LIMIT_TITLE_BYTES);

	if (rights == NULL ||
	    !outranks(&ranks(p)->rights, (unsigned)f->el->arg))
		return;
	if (p->entry != NULL)
		doc_ext_string(p->a, &p->entry->ext, "rights", rights);
	else
		p->doc->rights = rights;
}

void
do_identifier(struct parser *p, struct frame *f, char *text, size_t len)
{
	if (len == 0 || !outranks(&ranks(p)->id, (unsigned)f->el->arg))
		return;
	if (p->entry != NULL) {
		p->entry->id = keep_id(p, text, len);
		p->entry->id_is_link = false;
	} else {
		p->doc->id = keep_id(p, text, len);
	}
}

void
do_comments(struct parser *p, struct frame *f, char *text, size_t len)
{
	const char *url;

	if (p->entry == NULL || len == 0)
		return;
	url = strpbrk(text, " \t\n") == NULL ? resolve(p, f, text) : NULL;
	if (url_is_http(url) &&
	    outranks(&p->entry_rank.comments, (unsigned)f->el->arg))
		p->entry->comments_url = url;
}

/* SPDX-License-Identifier: ISC */
/*
 * Everything goes into one stream, each string behind its length and each list
 * behind a mark, so that two documents never make the same stream.  A member
 * that is missing here would be stored late: with the next other change.
 */
#include "daemon/doc_hash.h"

#include <string.h>
#include <xxhash.h>

enum mark { END, NEXT };

/* Most pieces are a few bytes long: they are gathered before they are hashed,
 * which a call for each would make twice as dear. */
struct sink {
	XXH3_state_t *state;
	size_t n;
	unsigned char bytes[1024];
};

static void
flush(struct sink *h)
{
	(void)XXH3_64bits_update(h->state, h->bytes, h->n);
	h->n = 0;
}

static void
add(struct sink *h, const void *p, size_t len)
{
	if (len > sizeof(h->bytes) - h->n) {
		flush(h);
		if (len > sizeof(h->bytes)) {
			(void)XXH3_64bits_update(h->state, p, len);
			return;
		}
	}
	memcpy(h->bytes + h->n, p, len);
	h->n += len;
}

static void
add_int(struct sink *h, int64_t v)
{
	add(h, &v, sizeof(v));
}

static void
add_mark(struct sink *h, enum mark m)
{
	unsigned char c = (unsigned char)m;

	add(h, &c, 1);
}

static void
add_str(struct sink *h, const char *s)
{
	uint32_t len = s != NULL ? (uint32_t)strlen(s) : UINT32_MAX;

	add(h, &len, sizeof(len));
	if (s != NULL)
		add(h, s, len);
}

static void
add_text(struct sink *h, const struct doc_text *t)
{
	add_str(h, t->value);
	if (t->value == NULL)
		return;
	add_int(h, (int64_t)t->type);
	add_str(h, t->base);
	add_str(h, t->lang);
}

static void
add_persons(struct sink *h, const struct doc_person *p)
{
	for (; p != NULL; p = p->next) {
		add_mark(h, NEXT);
		add_str(h, p->name);
		add_str(h, p->url);
		add_str(h, p->email);
		add_str(h, p->avatar);
	}
	add_mark(h, END);
}

static void
add_tags(struct sink *h, const struct doc_tag *t)
{
	for (; t != NULL; t = t->next) {
		add_mark(h, NEXT);
		add_str(h, t->term);
		add_str(h, t->label);
		add_str(h, t->scheme);
	}
	add_mark(h, END);
}

static void
add_attachments(struct sink *h, const struct doc_attachment *t)
{
	for (; t != NULL; t = t->next) {
		add_mark(h, NEXT);
		add_str(h, t->url);
		add_str(h, t->mime_type);
		add_str(h, t->title);
		add_int(h, t->size_bytes);
		add(h, &t->duration_s, sizeof(t->duration_s));
	}
	add_mark(h, END);
}

static void
add_related(struct sink *h, const struct doc_related *r)
{
	for (; r != NULL; r = r->next) {
		add_mark(h, NEXT);
		add_str(h, r->url);
		add_str(h, r->title);
		add_str(h, r->form);
	}
	add_mark(h, END);
}

/* As deep as the parser lets it be. */
static void
add_ext(struct sink *h, const struct doc_ext *x)
{
	for (; x != NULL; x = x->next) {
		add_mark(h, NEXT);
		add_str(h, x->name);
		add_int(h, (int64_t)x->kind);
		add_str(h, x->string);
		add(h, &x->number, sizeof(x->number));
		add_ext(h, x->children);
	}
	add_mark(h, END);
}

static void
add_entry(struct sink *h, const struct doc_entry *e)
{
	add_mark(h, NEXT);
	add_str(h, e->id);
	add_str(h, e->url);
	add_str(h, e->external_url);
	add_text(h, &e->title);
	add_text(h, &e->summary);
	add_text(h, &e->content);
	add_int(h, e->published);
	add_int(h, e->modified);
	add_persons(h, e->authors);
	add_tags(h, e->tags);
	add_attachments(h, e->attachments);
	add_related(h, e->related);
	add_str(h, e->image);
	add_str(h, e->banner_image);
	add_str(h, e->language);
	add_str(h, e->comments_url);
	add_int(h, e->id_is_link + 2 * e->is_draft);
	add_ext(h, e->ext);
}

uint64_t
doc_hash(const struct doc *d, uint64_t seed)
{
	struct sink sink = {.state = XXH3_createState()}, *h = &sink;
	uint64_t hash;

	assert(sink.state != NULL); /* no memory */
	(void)XXH3_64bits_reset_withSeed(sink.state, seed);
	add_text(h, &d->title);
	add_text(h, &d->description);
	add_str(h, d->home_page_url);
	add_str(h, d->icon);
	add_str(h, d->favicon);
	add_str(h, d->image);
	add_str(h, d->language);
	add_persons(h, d->authors);
	for (const struct doc_entry *e = d->entries; e != NULL; e = e->next)
		add_entry(h, e);
	flush(h);
	hash = XXH3_64bits_digest(sink.state) | 1;
	(void)XXH3_freeState(sink.state);
	return hash;
}

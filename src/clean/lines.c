/* SPDX-License-Identifier: ISC */
/*
 * The tree as lines: what a reader sees between two line breaks.  Lists,
 * paragraphs, table rows and text between <br>s all become the same, so that
 * related.c need not know how a publisher marks up his list.
 */
#include "clean/related.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

struct reader {
	struct lines *l;
	struct line *line;   /* the open one */
	struct link *link;   /* the open one */
	struct node *anchor; /* the <a> we are in, maybe over several lines */
	size_t cap, cap_leaves, cap_links;
	size_t from; /* of the line's text */
	unsigned bold, quiet, mute;
	size_t weight_bold;
	bool full;
};

static void *
more(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap > 0 ? *cap * 2 : 64;
	return xreallocarray(v, *cap, size);
}

static void
open_link(struct reader *r)
{
	struct lines *l = r->l;
	struct node *n = r->anchor;

	l->links = more(l->links, l->n_links, &r->cap_links, sizeof(*l->links));
	r->link = &l->links[l->n_links++];
	*r->link = (struct link){.url = n->url,
	    .from = (uint32_t)(l->text.len - r->from),
	    .is_advert = (n->flags & NODE_ADVERT) != 0,
	    .node = n};
	if (n->url != NULL && !str_starts(n->url, "http"))
		r->link->url = NULL;
	r->line->n_links++;
}

/* Content is coming that stands in `block`. */
static void
open_line(struct reader *r, struct node *block)
{
	struct lines *l = r->l;

	if (r->line != NULL)
		return;
	l->v = more(l->v, l->n, &r->cap, sizeof(*l->v));
	r->line = &l->v[l->n++];
	while ((clean_tags[block->tag].flags & F_BLOCK) == 0 &&
	       block->prev != NULL)
		block = block->prev;
	*r->line = (struct line){.block = block,
	    .first_leaf = (uint32_t)l->n_leaves,
	    .is_heading = (clean_tags[block->tag].flags & F_HEADING) != 0,
	    .is_quiet = r->quiet > 0};
	r->from = l->text.len;
	r->weight_bold = 0;
	if (r->anchor != NULL)
		open_link(r);
}

static void
add_leaf(struct reader *r, struct node *n)
{
	struct lines *l = r->l;

	l->leaves =
	    more(l->leaves, l->n_leaves, &r->cap_leaves, sizeof(struct node *));
	l->leaves[l->n_leaves++] = n;
	r->line->n_leaves++;
}

static void
close_link(struct reader *r)
{
	if (r->link == NULL)
		return;
	r->link->to = (uint32_t)(r->l->text.len - r->from);
	r->line->link_weight +=
	    (uint32_t)clean_weight(r->l->text.data + r->from + r->link->from,
		r->link->to - r->link->from);
	r->link = NULL;
}

static void
close_line(struct reader *r)
{
	struct lines *l = r->l;
	struct line *line = r->line;

	if (line == NULL)
		return;
	close_link(r);
	while (l->text.len > r->from && l->text.data[l->text.len - 1] == ' ')
		buf_trunc(&l->text, l->text.len - 1);
	/* Pointers are set when the buffers no longer move. */
	line->len = (uint32_t)(l->text.len - r->from);
	line->weight = line->len > 0 ? (uint32_t)clean_weight(
					   l->text.data + r->from, line->len)
				     : 0;
	if (line->weight > 0 && r->weight_bold >= line->weight)
		line->is_heading = true;
	buf_addc(&l->text, '\0');
	r->line = NULL;
}

static void
add_char_run(struct reader *r, const char *s, size_t len)
{
	struct buf *b = &r->l->text;
	size_t before = b->len;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == 0xC2 && i + 1 < len &&
		    (unsigned char)s[i + 1] == 0xA0) {
			c = ' ';
			i++;
		}
		if (c > ' ' && c != 0x7F)
			buf_addc(b, (char)c);
		else if (b->len > r->from && b->data[b->len - 1] != ' ')
			buf_addc(b, ' ');
	}
	if (r->bold > 0)
		r->weight_bold +=
		    clean_weight(b->data + before, b->len - before);
}

static bool
is_blank(const struct node *n)
{
	for (uint32_t i = 0; i < n->len; i++)
		if (!ascii_space((unsigned char)n->s[i]))
			return false;
	return true;
}

static void
add_text(struct reader *r, struct node *n)
{
	const char *s = n->s, *end = s + n->len;

	if (r->line == NULL && is_blank(n))
		return;
	open_line(r, n->prev);
	add_leaf(r, n);
	if (r->mute > 0)
		return;
	while (s < end) {
		const char *amp = memchr(s, '&', (size_t)(end - s));
		char utf8[8];
		size_t used, k;

		add_char_run(r, s, (size_t)((amp != NULL ? amp : end) - s));
		if (amp == NULL)
			break;
		used = clean_entity(amp, (size_t)(end - amp), false, utf8, &k);
		add_char_run(r, used > 0 ? utf8 : "&", used > 0 ? k : 1);
		s = amp + (used > 0 ? used : 1);
	}
}

static bool
is_quiet(enum tag tag)
{
	return tag == TAG_PRE || tag == TAG_CODE;
}

static bool
is_bold(const struct node *n)
{
	return n->tag == TAG_B || n->tag == TAG_STRONG;
}

static void
enter(struct reader *r, struct node *n)
{
	enum tag tag = (enum tag)n->tag;

	if ((clean_tags[tag].flags & F_BLOCK) != 0)
		close_line(r);
	r->bold += is_bold(n);
	r->quiet += is_quiet(tag);
	r->mute += tag == TAG_RT || tag == TAG_RP;
	if (tag == TAG_A) {
		r->anchor = n;
		if (r->line != NULL)
			open_link(r);
	} else if (tag == TAG_BR) {
		if (r->line != NULL)
			add_leaf(r, n);
		close_line(r);
	} else if (tag == TAG_IMG) {
		open_line(r, n->prev);
		add_leaf(r, n);
		r->line->has_image = true;
	} else if ((clean_tags[tag].flags & F_VOID) != 0 && r->line != NULL) {
		add_leaf(r, n);
	}
}

static void
leave(struct reader *r, struct node *n)
{
	enum tag tag = (enum tag)n->tag;

	r->bold -= is_bold(n);
	r->quiet -= is_quiet(tag);
	r->mute -= tag == TAG_RT || tag == TAG_RP;
	if (tag == TAG_A) {
		close_link(r);
		r->anchor = NULL;
	}
	if ((clean_tags[tag].flags & F_BLOCK) != 0)
		close_line(r);
}

/* Texts and links were kept as places in buffers that grew. */
static void
fix_pointers(struct lines *l)
{
	const char *text = l->text.data;
	struct link *link = l->links;

	for (size_t i = 0; i < l->n; i++) {
		l->v[i].text = text;
		text += l->v[i].len + 1;
		if (l->v[i].n_links == 0)
			continue;
		l->v[i].links = link;
		link += l->v[i].n_links;
	}
}

enum ak_status
clean_lines(struct cleaner *c, struct lines *ret)
{
	struct lines l = {.c = c};
	struct reader r = {.l = &l};
	struct node *parent = c->root, *n = parent->first;

	buf_init(&l.text, 2 * LIMIT_PAGE_BYTES);
	buf_add(&l.text, "", 0); /* so that there is something to point into */
	c->root->prev = NULL;
	for (;;) {
		if (n == NULL) {
			if (parent == c->root)
				break;
			leave(&r, parent);
			n = parent->next;
			parent = parent->prev;
			continue;
		}
		n->prev = parent;
		if (n->tag == TAG_NONE) {
			add_text(&r, n);
		} else {
			enter(&r, n);
			if (n->first != NULL) {
				parent = n;
				n = n->first;
				continue;
			}
			leave(&r, n);
		}
		n = n->next;
	}
	close_line(&r);
	if (buf_status(&l.text) != AK_OK) {
		clean_lines_release(&l);
		return AK_TOOBIG;
	}
	fix_pointers(&l);
	*ret = l;
	return AK_OK;
}

void
clean_lines_release(struct lines *l)
{
	free(l->v);
	free(l->leaves);
	free(l->links);
	buf_release(&l->text);
}

void
clean_lines_cut(struct lines *l, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		for (uint32_t k = 0; k < l->v[i].n_leaves; k++)
			l->leaves[l->v[i].first_leaf + k]->flags |= NODE_CUT;
}

/* A cut node, or white space between such. */
static bool
is_gone(const struct node *n)
{
	return (n->flags & NODE_CUT) != 0 ||
	       (n->tag == TAG_NONE && is_blank(n));
}

static void
prune(struct node *n)
{
	bool cut = false;

	for (const struct node *k = n->first; k != NULL; k = k->next) {
		if (!is_gone(k))
			return;
		cut |= (k->flags & NODE_CUT) != 0;
	}
	if (cut)
		n->flags |= NODE_CUT;
}

void
clean_prune(struct cleaner *c)
{
	struct node *parent = c->root, *n = parent->first;

	for (;;) {
		if (n == NULL) {
			if (parent == c->root)
				return;
			prune(parent);
			n = parent->next;
			parent = parent->prev;
			continue;
		}
		if (n->first != NULL) {
			parent = n;
			n = n->first;
			continue;
		}
		n = n->next;
	}
}

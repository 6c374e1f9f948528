/* SPDX-License-Identifier: ISC */
/*
 * Tree construction: HTML 13.2.6 for a fragment inside a <div>, with the
 * elements of tags.def alone.  Others vanish before they have any effect, so
 * that what is built depends on the output's own elements only, and building
 * a tree from the output gives the same tree again.
 *
 * Two liberties.  Content between a table's rows gets a cell of its own
 * instead of being moved before the table.  Formatting elements are reopened
 * only as long as the document can pay for it (`credit`), since a few bytes
 * could otherwise write thousands.
 *
 * A node on the stack is always the last child of the one below it, which
 * makes every move of the adoption agency O(1).
 */
#include "clean/tree.h"

#include <string.h>

#define NODE_BATCH 32

struct node *
clean_node(struct cleaner *c, enum tag tag)
{
	struct node *n;

	if (c->n_spare == 0) {
		c->spare = arena_alloc(c->scratch, NODE_BATCH * sizeof(*n));
		if (c->spare == NULL)
			return NULL;
		c->n_spare = NODE_BATCH;
	}
	c->n_spare--;
	n = c->spare++;
	n->tag = (uint8_t)tag;
	return n;
}

void
tree_push(struct tree *t, struct node *n)
{
	tree_append(tree_current(t), n);
	t->stack[t->depth++] = n;
	t->open[n->tag]++;
	n->flags |= NODE_OPEN;
}

static void
tree_pop(struct tree *t)
{
	struct node *n = t->stack[--t->depth];

	t->c->steps++;
	t->open[n->tag]--;
	n->flags &= (uint8_t)~NODE_OPEN;
	if ((tree_flags(n) & F_MARKER) != 0)
		tree_clear_formatting(t);
}

void
tree_pop_to(struct tree *t, size_t depth)
{
	while (t->depth > depth)
		tree_pop(t);
}

/* Index on the stack of the open `tag` that nothing of `barrier` hides, or 0
 * (the root, which is no element). */
static size_t
in_scope(const struct tree *t, enum tag tag, unsigned barrier)
{
	if (t->open[tag] == 0)
		return 0;
	for (size_t i = t->depth; --i > 0;) {
		t->c->steps++;
		if (t->stack[i]->tag == tag)
			return i;
		if ((tree_flags(t->stack[i]) & barrier) != 0)
			return 0;
	}
	return 0;
}

static void
close_p(struct tree *t)
{
	size_t i = in_scope(t, TAG_P, F_SCOPE);

	if (i > 0)
		tree_pop_to(t, i);
}

/* --- end tags ----------------------------------------------------------- */

static void
end_other(struct tree *t, enum tag tag)
{
	if (t->open[tag] == 0)
		return;
	for (size_t i = t->depth; --i > 0;) {
		t->c->steps++;
		if (t->stack[i]->tag == tag) {
			tree_pop_to(t, i);
			return;
		}
		if ((tree_flags(t->stack[i]) & F_SPECIAL) != 0)
			return;
	}
}

static void
end_format(struct tree *t, enum tag tag)
{
	if (tree_current(t)->tag == tag &&
	    tree_find_listed(t, tree_current(t)) == MAX_FORMATTING) {
		tree_pop(t);
		return;
	}
	if (tree_find_formatting(t, tag) == MAX_FORMATTING) {
		end_other(t, tag);
		return;
	}
	for (unsigned round = 0; round < 8 && tree_adopt(t, tag); round++)
		continue;
}

static void
end_heading(struct tree *t)
{
	for (size_t i = t->depth; --i > 0;) {
		t->c->steps++;
		if ((tree_flags(t->stack[i]) & F_HEADING) != 0) {
			tree_pop_to(t, i);
			return;
		}
		if ((tree_flags(t->stack[i]) & F_SCOPE) != 0)
			return;
	}
}

/* </table>, </tr>, </td> ...: within the innermost table. */
static void
end_table_part(struct tree *t, enum tag tag)
{
	for (size_t i = t->depth; t->open[tag] > 0 && --i > 0;) {
		t->c->steps++;
		if (t->stack[i]->tag == tag) {
			tree_pop_to(t, i);
			return;
		}
		if (t->stack[i]->tag == TAG_TABLE)
			return;
	}
}

static void
end_block(struct tree *t, enum tag tag)
{
	size_t i;

	if (tag == TAG_LI) {
		size_t ul = in_scope(t, TAG_UL, F_SCOPE);
		size_t ol = in_scope(t, TAG_OL, F_SCOPE);

		i = in_scope(t, TAG_LI, F_SCOPE);
		if (i < ul || i < ol)
			return;
	} else {
		i = in_scope(t, tag, F_SCOPE);
	}
	if (i > 0)
		tree_pop_to(t, i);
}

static void
end_tag(struct tree *t, enum tag tag)
{
	unsigned f = clean_tags[tag].flags;

	if (tag == TAG_NOSCRIPT && t->noscript > 0)
		t->noscript--;
	if ((f & (F_UNWRAP | F_DROP | F_RAW | F_VOID | F_FOREIGN)) != 0)
		return;
	if ((f & F_FORMAT) != 0)
		end_format(t, tag);
	else if ((f & F_HEADING) != 0)
		end_heading(t);
	else if ((f & (F_TABLE | F_MARKER)) != 0)
		end_table_part(t, tag);
	else if ((f & F_BLOCK) != 0)
		end_block(t, tag);
	else
		end_other(t, tag);
}

/* --- start tags --------------------------------------------------------- */

/* A structural element that the document left out. */
static bool
imply(struct tree *t, enum tag tag)
{
	struct node *n;

	if (t->depth == LIMIT_HTML_DEPTH || (n = clean_node(t->c, tag)) == NULL)
		return false;
	n->s = clean_tags[tag].open;
	n->len = clean_tags[tag].len + 2u;
	tree_push(t, n);
	if ((clean_tags[tag].flags & F_MARKER) != 0)
		t->formatting[t->n_formatting++] = NULL;
	return true;
}

/* Is the current node one that takes only parts of a table? */
static bool
in_table(const struct tree *t)
{
	return (tree_flags(tree_current(t)) & F_TABLE) != 0;
}

static unsigned
table_level(enum tag tag)
{
	switch (tag) {
	case TAG_TABLE:
		return 1;
	case TAG_CAPTION:
	case TAG_COLGROUP:
	case TAG_TBODY:
	case TAG_THEAD:
	case TAG_TFOOT:
		return 2;
	case TAG_COL:
	case TAG_TR:
		return 3;
	case TAG_TD:
	case TAG_TH:
		return 4;
	default:
		return 9;
	}
}

/* May a child of `level` stand in `parent`? */
static bool
fits_table(enum tag parent, enum tag child)
{
	if (child == TAG_COL)
		return parent == TAG_TABLE || parent == TAG_COLGROUP;
	if (parent == TAG_CAPTION || parent == TAG_COLGROUP)
		return false;
	return table_level(parent) < table_level(child);
}

/* Make room for a part of a table; false: there is no table. */
static bool
open_table_part(struct tree *t, enum tag tag)
{
	if (t->open[TAG_TABLE] == 0)
		return false;
	while (!fits_table((enum tag)tree_current(t)->tag, tag))
		tree_pop(t);
	if (tag == TAG_COL && tree_current(t)->tag == TAG_TABLE)
		return imply(t, TAG_COLGROUP);
	if ((tag == TAG_TD || tag == TAG_TH) && tree_current(t)->tag != TAG_TR)
		return imply(t, TAG_TR);
	return true;
}

/* Content is coming: where only parts of a table may stand, open a cell. */
static bool
open_flow(struct tree *t)
{
	if (!in_table(t))
		return true;
	return open_table_part(t, TAG_TD) && imply(t, TAG_TD);
}

static void
close_item(struct tree *t, enum tag a, enum tag b)
{
	for (size_t i = t->depth; --i > 0;) {
		t->c->steps++;
		enum tag tag = (enum tag)t->stack[i]->tag;

		if (tag == a || tag == b) {
			tree_pop_to(t, i);
			return;
		}
		if ((tree_flags(t->stack[i]) & F_SPECIAL) != 0 &&
		    tag != TAG_ADDRESS && tag != TAG_DIV && tag != TAG_P)
			return;
	}
}

/*
 * A heading ends an open one, even through formatting elements: the standard
 * looks at the current node alone, and then moves one heading into another
 * when the formatting ends, which reads differently the second time.
 */
static void
close_heading(struct tree *t)
{
	for (size_t i = t->depth; --i > 0;) {
		t->c->steps++;
		if ((tree_flags(t->stack[i]) & F_HEADING) != 0) {
			tree_pop_to(t, i);
			return;
		}
		if ((tree_flags(t->stack[i]) & F_SPECIAL) != 0)
			return;
	}
}

/* <rt> and its kind end each other inside their <ruby>. */
static void
close_ruby(struct tree *t, enum tag tag)
{
	if (in_scope(t, TAG_RUBY, F_SCOPE) == 0)
		return;
	while ((tree_flags(tree_current(t)) & F_IMPLIED) != 0 &&
	       !(tree_current(t)->tag == TAG_RTC &&
		   (tag == TAG_RT || tag == TAG_RP)))
		tree_pop(t);
}

/* Of a video, a sound, a picture; deeper down in it they mean nothing. */
static bool
is_of_media(enum tag tag)
{
	return tag == TAG_SOURCE || tag == TAG_TRACK;
}

/* Close what the new element may not stand in; false: it may not come. */
static bool
make_room(struct tree *t, enum tag tag)
{
	unsigned f = clean_tags[tag].flags;

	if (tag != TAG_TABLE &&
	    ((f & (F_TABLE | F_MARKER)) != 0 || tag == TAG_COL))
		return open_table_part(t, tag);
	if (tag == TAG_TABLE && in_table(t))
		end_table_part(t, TAG_TABLE);
	if ((tag == TAG_BR && in_table(t)) || !open_flow(t))
		return false;
	if (tag == TAG_LI)
		close_item(t, TAG_LI, TAG_LI);
	else if (tag == TAG_DD || tag == TAG_DT)
		close_item(t, TAG_DD, TAG_DT);
	else if (tag >= TAG_RB && tag <= TAG_RTC)
		close_ruby(t, tag);
	if ((f & F_BLOCK) != 0)
		close_p(t);
	if ((f & F_HEADING) != 0)
		close_heading(t);
	if (tag == TAG_A && tree_find_formatting(t, TAG_A) != MAX_FORMATTING) {
		size_t at;

		/* All the way: an anchor must not stand in another. */
		while (tree_adopt(t, TAG_A))
			continue;
		if ((at = tree_find_formatting(t, TAG_A)) != MAX_FORMATTING) {
			struct node *old = t->formatting[at];

			tree_unlist(t, at);
			if ((old->flags & NODE_OPEN) != 0)
				return false;
		}
	}
	if (is_of_media(tag)) {
		enum tag in = tree_current(t)->tag;

		return in == TAG_VIDEO || in == TAG_AUDIO || in == TAG_PICTURE;
	}
	if ((f & F_FORMAT) != 0 && t->n_formatting >= MAX_FORMATTING)
		return false;
	return true;
}

void
tree_add_frame(struct tree *t)
{
	struct node *n, *child;

	if (!open_flow(t) || t->depth == LIMIT_HTML_DEPTH ||
	    (n = clean_frame_node(t->c, &child)) == NULL)
		return;
	if (child != NULL) {
		if (!make_room(t, TAG_A))
			return;
		tree_append(n, child);
	}
	tree_reopen(t);
	tree_append(tree_current(t), n);
}

void
tree_add_text(struct tree *t, const char *s, size_t len)
{
	struct node *n;

	if (in_table(t)) {
		size_t i = 0;

		while (i < len && ascii_space((unsigned char)s[i]))
			i++;
		if (i == len || !open_flow(t))
			return;
	}
	tree_reopen(t);
	if ((n = clean_node(t->c, TAG_NONE)) == NULL)
		return;
	n->s = s;
	n->len = (uint32_t)len;
	tree_append(tree_current(t), n);
}

static bool
is_twin(struct tree *t, const struct node *n)
{
	if (n->tag != TAG_IMG || n->url == NULL)
		return false;
	if (t->noscript > 0 && t->last_image != NULL &&
	    strcmp(t->last_image, n->url) == 0)
		return true;
	t->last_image = n->url;
	return false;
}

static void
start_tag(struct tree *t, enum tag tag)
{
	unsigned f = clean_tags[tag].flags;
	struct node *n;

	if ((f & F_UNWANTED) != 0 && tree_unwanted(t, tag))
		return;
	if ((f & F_VOID) == 0 && t->depth == LIMIT_HTML_DEPTH)
		return;
	if ((n = clean_node(t->c, tag)) == NULL || !clean_start_tag(t->c, n) ||
	    is_twin(t, n) || !make_room(t, tag))
		return;
	if ((f & F_VOID) != 0) {
		if ((f & F_BLOCK) == 0 && !in_table(t) && !is_of_media(tag))
			tree_reopen(t);
		tree_append(tree_current(t), n);
		return;
	}
	if ((f & F_BLOCK) == 0)
		tree_reopen(t);
	if (t->depth == LIMIT_HTML_DEPTH)
		return;
	if (t->c->token.self_closing) {
		tree_append(tree_current(t), n); /* XHTML's way to say empty */
		return;
	}
	tree_push(t, n);
	if ((f & F_FORMAT) != 0 && t->n_formatting < MAX_FORMATTING)
		tree_list(t, n);
	else if ((f & F_MARKER) != 0)
		t->formatting[t->n_formatting++] = NULL;
	t->skip_newline = tag == TAG_PRE;
}

static void
token(struct tree *t)
{
	const struct token *tok = &t->c->token;
	const char *s = tok->text;
	size_t len = tok->len;
	bool skip = t->skip_newline;

	t->skip_newline = false;
	switch (tok->kind) {
	case TOKEN_START:
	case TOKEN_END:
		if (t->foreign != TAG_NONE && tree_foreign_tag(t))
			break;
		if (tok->kind == TOKEN_START)
			start_tag(t, tok->tag);
		else
			end_tag(t, tok->tag);
		break;
	case TOKEN_TEXT:
		if (skip && len > 0 && *s == '\r')
			s++, len--;
		if (skip && len > 0 && *s == '\n')
			s++, len--;
		if (len > 0)
			tree_add_text(t, s, len);
		break;
	default:
		break;
	}
}

enum ak_status
clean_tree(struct cleaner *c, const char *html, size_t len)
{
	struct tree t;

	memset(&t, 0, offsetof(struct tree, stack));
	c->input = html;
	c->input_len = len;
	c->has_ids = false;
	t.c = c;
	t.credit = 4096 + 2 * len;
	if ((c->root = clean_node(c, TAG_NONE)) == NULL)
		return AK_TOOBIG;
	t.stack[0] = c->root;
	t.depth = 1;
	clean_tokens(&c->tok, html, len);
	for (;;) {
		clean_token_next(&c->tok, &c->token);
		if (c->token.kind == TOKEN_END_OF_INPUT)
			break;
		token(&t);
		if (arena_full(c->scratch))
			return AK_TOOBIG;
	}
	return AK_OK;
}

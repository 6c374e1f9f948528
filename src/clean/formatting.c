/* SPDX-License-Identifier: ISC */
/*
 * Formatting elements: what <b>, <a> and their kind do when they are closed
 * in another order than they were opened (HTML 13.2.4.3, 13.2.6.4.7).
 */
#include "clean/tree.h"

#include <string.h>

void
tree_clear_formatting(struct tree *t)
{
	while (t->n_formatting > 0 && t->formatting[--t->n_formatting] != NULL)
		continue;
}

static void
remove_last(struct node *parent)
{
	parent->last = parent->last->prev;
	if (parent->last != NULL)
		parent->last->next = NULL;
	else
		parent->first = NULL;
}

size_t
tree_find_formatting(const struct tree *t, enum tag tag)
{
	for (size_t i = t->n_formatting; i-- > 0;) {
		if (t->formatting[i] == NULL)
			break;
		if (t->formatting[i]->tag == tag)
			return i;
	}
	return MAX_FORMATTING;
}

size_t
tree_find_listed(const struct tree *t, const struct node *n)
{
	for (size_t i = t->n_formatting; i-- > 0;)
		if (t->formatting[i] == n)
			return i;
	return MAX_FORMATTING;
}

void
tree_unlist(struct tree *t, size_t i)
{
	memmove(&t->formatting[i], &t->formatting[i + 1],
	    (--t->n_formatting - i) * sizeof(t->formatting[0]));
}

static void
list_at(struct tree *t, size_t i, struct node *n)
{
	memmove(&t->formatting[i + 1], &t->formatting[i],
	    (t->n_formatting++ - i) * sizeof(t->formatting[0]));
	t->formatting[i] = n;
}

static bool
same_element(const struct node *a, const struct node *b)
{
	return a->tag == b->tag && a->len == b->len &&
	       memcmp(a->s, b->s, a->len) == 0;
}

/* List a new element; at most three alike, as HTML 13.2.4.3 has it. */
void
tree_list(struct tree *t, struct node *n)
{
	size_t alike = 0, first = 0;

	for (size_t i = t->n_formatting; i-- > 0;) {
		if (t->formatting[i] == NULL)
			break;
		if (same_element(t->formatting[i], n)) {
			alike++;
			first = i;
		}
	}
	if (alike >= 3)
		tree_unlist(t, first);
	t->formatting[t->n_formatting++] = n;
}

static struct node *
clone(struct tree *t, const struct node *n)
{
	size_t cost = n->len + clean_tags[n->tag].len + 3u;
	struct node *copy;

	if (t->credit < cost)
		return NULL;
	t->credit -= cost;
	if ((copy = clean_node(t->c, (enum tag)n->tag)) != NULL) {
		copy->s = n->s;
		copy->len = n->len;
		copy->url = n->url;
	}
	return copy;
}

/* Open again what was closed by a block's end (HTML 13.2.4.3). */
void
tree_reopen(struct tree *t)
{
	size_t i = t->n_formatting;

	if (i == 0 || t->formatting[i - 1] == NULL ||
	    (t->formatting[i - 1]->flags & NODE_OPEN) != 0)
		return;
	while (i > 0 && t->formatting[i - 1] != NULL &&
	       (t->formatting[i - 1]->flags & NODE_OPEN) == 0)
		i--;
	for (; i < t->n_formatting; i++) {
		struct node *n;

		t->c->steps++;
		if (t->depth == LIMIT_HTML_DEPTH ||
		    (n = clone(t, t->formatting[i])) == NULL) {
			tree_unlist(t, i--);
			continue;
		}
		tree_push(t, n);
		t->formatting[i] = n;
	}
}

static void
remove_from_stack(struct tree *t, size_t i)
{
	struct node *n = t->stack[i];

	t->open[n->tag]--;
	n->flags &= (uint8_t)~NODE_OPEN;
	memmove(&t->stack[i], &t->stack[i + 1],
	    (--t->depth - i) * sizeof(t->stack[0]));
}

/* Put `n` in `old`'s place on the stack. */
static void
replace_on_stack(struct tree *t, size_t i, struct node *n)
{
	t->stack[i]->flags &= (uint8_t)~NODE_OPEN;
	t->stack[i] = n;
	n->flags |= NODE_OPEN;
}

/*
 * The inner loop of the adoption agency: between the formatting element at
 * `from` and the block at *block, clone what is listed, drop the rest from the
 * stack, and rehang each on the next.  Returns the outermost, detached from
 * where it was; *bookmark may move.
 */
static struct node *
adopt_between(struct tree *t, size_t from, size_t *block, size_t *bookmark)
{
	struct node *last = t->stack[*block];
	unsigned count = 0;

	remove_last(t->stack[*block - 1]);
	for (size_t i = *block - 1; i > from; i--) {
		size_t at = tree_find_listed(t, t->stack[i]);
		struct node *n;

		if (++count > 3 && at != MAX_FORMATTING) {
			tree_unlist(t, at);
			if (at < *bookmark)
				(*bookmark)--;
			at = MAX_FORMATTING;
		}
		if (at == MAX_FORMATTING ||
		    (n = clone(t, t->stack[i])) == NULL) {
			/* Its place among its parent's children stays. */
			remove_from_stack(t, i);
			(*block)--;
			continue;
		}
		t->formatting[at] = n;
		replace_on_stack(t, i, n);
		if (last == t->stack[*block])
			*bookmark = at + 1;
		tree_append(n, last);
		last = n;
	}
	return last;
}

/* One round of the adoption agency (HTML 13.2.6.4.7); false: it is done. */
bool
tree_adopt(struct tree *t, enum tag tag)
{
	size_t at = tree_find_formatting(t, tag), from, block, bookmark;
	struct node *element, *last, *copy;

	if (at == MAX_FORMATTING)
		return false;
	element = t->formatting[at];
	if ((element->flags & NODE_OPEN) == 0) {
		tree_unlist(t, at);
		return false;
	}
	for (from = t->depth - 1; t->stack[from] != element; from--) {
		t->c->steps++;
		if ((tree_flags(t->stack[from]) & F_SCOPE) != 0)
			return false;
	}
	t->c->steps += t->depth - from;
	for (block = from + 1; block < t->depth; block++)
		if ((tree_flags(t->stack[block]) & F_SPECIAL) != 0)
			break;
	if (block == t->depth || (copy = clone(t, element)) == NULL) {
		tree_unlist(t, at);
		tree_pop_to(t, from);
		return false;
	}
	bookmark = at;
	last = adopt_between(t, from, &block, &bookmark);
	tree_append(t->stack[from - 1], last);
	copy->first = t->stack[block]->first;
	copy->last = t->stack[block]->last;
	t->stack[block]->first = t->stack[block]->last = NULL;
	tree_append(t->stack[block], copy);
	at = tree_find_listed(t, element);
	tree_unlist(t, at);
	if (at < bookmark)
		bookmark--;
	list_at(t, bookmark, copy);
	/* element leaves the stack, copy enters it behind the block. */
	t->open[tag]--;
	element->flags &= (uint8_t)~NODE_OPEN;
	memmove(&t->stack[from], &t->stack[from + 1],
	    (block - from) * sizeof(t->stack[0]));
	t->stack[block] = copy;
	t->open[tag]++;
	copy->flags |= NODE_OPEN;
	return true;
}

/* SPDX-License-Identifier: ISC */
/*
 * The publisher's list of related articles, cut off the content.
 *
 * It is found by what stands above it: a line that says "関連記事", "Related
 * articles", "Lesen Sie auch" (heading.c), or a container whose class says so.
 * What follows is taken only while it looks like a list: lines that are links,
 * or, under a heading that leaves no doubt, titles alone, or items of a <ul>
 * some of which are links and some titles.  A single line such as "Read more:
 * <a>..." is a list of one.
 *
 * Taking too little costs a relation; taking too much costs the reader a part
 * of the article.  So whatever does not fit stops or forbids the cut.
 */
#include "clean/related.h"

#include <string.h>

#include "base/url.h"
#include "base/utf8.h"

#define MAX_HEADINGS 64 /* tried in one content */

struct finder {
	struct lines l;
	struct arena *a;
	const char *form;
	struct doc_related *first;
	struct doc_related **end;
	size_t n;
	unsigned headings;
	bool cut;
};

/* Which lines without a link are titles. */
enum titles {
	TITLES_NONE,
	TITLES_BARE, /* those that a bullet or an <li> sets apart */
	TITLES_ALL
};

static bool
is_inside(const struct node *n, const struct node *top)
{
	while (n != NULL && n != top)
		n = n->prev;
	return n == top;
}

/* --- what was found ----------------------------------------------------- */

static bool
is_listed(struct finder *f, const char *url, const char *title)
{
	for (const struct doc_related *r = f->first; r != NULL; r = r->next)
		if ((url != NULL && str_eq(r->url, url)) ||
		    (url == NULL && title != NULL && str_eq(r->title, title)))
			return true;
	return false;
}

/* A title without the bullets before it. */
static const char *
tidy_title(struct arena *a, const char *s, size_t len)
{
	size_t skip = list_bullets(s, len);

	s += skip;
	len -= skip;
	while (len > 0 && s[len - 1] == ' ')
		len--;
	len = utf8_cut(s, len, LIMIT_TITLE_BYTES);
	return len > 0 ? arena_strndup(a, s, len) : NULL;
}

static void
add(struct finder *f, const char *url, const char *s, size_t len)
{
	struct doc_related *r;
	const char *title = tidy_title(f->a, s, len);

	if (f->n >= LIMIT_RELATED_LISTED || (url == NULL && title == NULL))
		return;
	for (r = f->first; r != NULL && url != NULL; r = r->next)
		if (str_eq(r->url, url)) {
			/* An image's link and its caption's: one article. */
			if (title != NULL &&
			    (r->title == NULL || strlen(r->title) < len))
				r->title = title;
			return;
		}
	if (is_listed(f, url, title) ||
	    (r = arena_alloc(f->a, sizeof(*r))) == NULL)
		return;
	r->url = url != NULL ? arena_strdup(f->a, url) : NULL;
	r->title = title;
	r->form = f->form;
	*f->end = r;
	f->end = &r->next;
	f->n++;
}

/* Every usable link of a line, or the line itself as a title. */
static void
add_line(struct finder *f, const struct line *line, size_t from, bool titles)
{
	const struct link *best = list_main_link(line);
	bool advert = clean_is_advert(line->text + from, line->len - from);

	if (best == NULL) {
		if (titles && !advert && list_title_weight(line->weight))
			add(f, NULL, line->text + from, line->len - from);
		return;
	}
	for (uint32_t i = 0; i < line->n_links; i++) {
		const struct link *k = &line->links[i];
		size_t start = k->from > from ? k->from : from;
		size_t len = k->to > start ? k->to - start : 0;
		size_t weight = clean_weight(line->text + start, len);

		if (k->url == NULL || k->is_advert || advert ||
		    clean_is_advert(line->text + start, len))
			continue;
		if (weight >= LIST_MIN_TITLE)
			add(f, k->url, line->text + start, len);
		else if (k == best && line->weight - weight <= LIST_MAX_TITLE &&
			 line->n_links == 1)
			/* "Title ... <a>more</a>", or an image alone */
			add(f, k->url, line->text + from, line->len - from);
	}
}

/* --- containers --------------------------------------------------------- */

static bool
is_list(const struct node *n)
{
	return n->tag == TAG_UL || n->tag == TAG_OL || n->tag == TAG_DL ||
	       n->tag == TAG_DIR || n->tag == TAG_TABLE;
}

/* A list whose items are <li>. */
static bool
has_items(const struct node *n)
{
	return n->tag == TAG_UL || n->tag == TAG_OL || n->tag == TAG_DIR;
}

static bool
is_container(const struct node *n)
{
	return is_list(n) || n->tag == TAG_DIV || n->tag == TAG_SECTION ||
	       n->tag == TAG_ASIDE || n->tag == TAG_NAV ||
	       n->tag == TAG_DETAILS || n->tag == TAG_ARTICLE ||
	       n->tag == TAG_BLOCKQUOTE || n->tag == TAG_FIGURE;
}

/* The widest block round line `i` that the line `heading` is not in. */
static struct node *
next_container(struct finder *f, size_t heading, size_t i)
{
	struct node *h = f->l.v[heading].block, *n = f->l.v[i].block,
		    *top = NULL;

	for (; n != NULL && n->prev != NULL && !is_inside(h, n); n = n->prev)
		if (is_container(n))
			top = n;
	return top;
}

/* The end of the lines from `i` that stand in `top`. */
static size_t
container_end(struct finder *f, size_t i, const struct node *top)
{
	size_t to = i;

	while (to < f->l.n && to - i <= LIST_MAX_BLOCK &&
	       is_inside(f->l.v[to].block, top))
		to++;
	return to;
}

/* --- where lists begin and end ------------------------------------------ */

static bool
starts_list(struct finder *f, size_t i)
{
	size_t end;
	bool alone;

	return clean_heading_find(f->l.v[i].text, f->l.v[i].len, &end,
		   &alone) != HEADING_NONE &&
	       alone;
}

/* Lines from `i` on that are links one by one, as far as they go; with
 * `titles`, bulleted ones of the heading's paragraph as well. */
static size_t
loose_links(struct finder *f, size_t i, bool titles)
{
	const struct node *block = f->l.v[i].block;
	/* Where they share the heading's paragraph, they end with it. */
	bool inside = i > 0 && f->l.v[i - 1].block == block;
	size_t to = i, last = i;
	bool any = false;

	for (; to < f->l.n && to - i < LIST_MAX_BLOCK; to++) {
		const struct line *line = &f->l.v[to];

		if (line->block != block &&
		    (inside || line->block->prev != block->prev))
			break;
		if (line->weight == 0 && list_main_link(line) == NULL &&
		    !line->has_image)
			continue;
		if (list_article_line(line)) {
			last = to + 1;
			any = true;
			continue;
		}
		if (titles && inside && line->n_links == 0 &&
		    list_bulleted(line)) {
			last = to + 1;
			continue;
		}
		/* A date or a source between two links. */
		if (line->weight <= LIST_MAX_META && line->n_links == 0 &&
		    last > i && !line->is_heading &&
		    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		    line->block->tag != TAG_P && to + 1 < f->l.n &&
		    list_article_line(&f->l.v[to + 1]))
			continue;
		break;
	}
	return any ? last : i;
}

/* The same for titles alone, which must go on to the end. */
static size_t
loose_titles(struct finder *f, size_t i)
{
	for (size_t to = i; to < f->l.n; to++)
		if (f->l.v[to].n_links > 0 || f->l.v[to].is_heading ||
		    f->l.v[to].has_image || to - i >= 24)
			return i;
	return f->l.n;
}

/* Is `next` of the same kind as `top`, and does it stand beside it? */
static bool
is_another(const struct node *top, const struct node *next)
{
	return (is_list(top) && is_list(next)) ||
	       (top->tag == next->tag && top->prev == next->prev &&
		   str_eq(top->names, next->names));
}

/* Where the list under the heading at `h` ends; `h` + 1: there is none. */
static size_t
list_end(
    struct finder *f, size_t h, enum heading strength, enum titles *ret_titles)
{
	bool may_list = strength >= HEADING_LIST;
	size_t i = h + 1, to;
	struct node *top, *next;
	struct tally t;

	while (i < f->l.n && f->l.v[i].weight == 0 && f->l.v[i].n_links == 0)
		i++;
	*ret_titles = TITLES_NONE;
	if (i == f->l.n)
		return h + 1;
	if ((top = next_container(f, h, i)) != NULL) {
		to = container_end(f, i, top);
		t = list_tally(&f->l, i, to);
		if (list_has_links(&t)) {
			/* A list in several parts, or a card for each. */
			while (to < f->l.n &&
			       (next = next_container(f, h, to)) != NULL &&
			       is_another(top, next)) {
				size_t more = container_end(f, to, next);

				t = list_tally(&f->l, to, more);
				if (!list_has_links(&t))
					break;
				to = more;
			}
			*ret_titles = may_list ? TITLES_BARE : TITLES_NONE;
			return to;
		}
		if (may_list && is_list(top) &&
		    (list_has_titles(&t) ||
			(has_items(top) && list_has_both(&t)))) {
			*ret_titles = t.links > 0 ? TITLES_BARE : TITLES_ALL;
			return to;
		}
	}
	if ((to = loose_links(f, i, may_list)) > i) {
		*ret_titles = may_list ? TITLES_BARE : TITLES_NONE;
		return to;
	}
	if (strength == HEADING_SURE && f->l.v[h].is_heading) {
		to = loose_titles(f, i);
		t = list_tally(&f->l, i, to);
		if (to > i && list_has_titles(&t)) {
			*ret_titles = TITLES_ALL;
			return to;
		}
	}
	return h + 1;
}

static const struct node *
item_of(const struct line *line)
{
	const struct node *n = line->block;

	while (n != NULL && n->tag != TAG_LI)
		n = n->prev;
	return n;
}

/* May this line be a title without a link?  In a list with items it leads one
 * that has no link: what stands beside a link is its date or its summary. */
static bool
is_bare(const struct finder *f, size_t from, size_t to, size_t i,
    enum titles titles)
{
	const struct node *item = item_of(&f->l.v[i]);

	if (titles == TITLES_NONE)
		return false;
	if (item == NULL)
		return titles == TITLES_ALL || list_bulleted(&f->l.v[i]);
	if (i > from && item_of(&f->l.v[i - 1]) == item)
		return false;
	for (; i < to && item_of(&f->l.v[i]) == item; i++)
		if (f->l.v[i].n_links > 0 || f->l.v[i].has_image)
			return false;
	return true;
}

static void
take(struct finder *f, size_t cut_from, size_t from, size_t to,
    enum titles titles)
{
	for (size_t i = from; i < to; i++)
		if (!starts_list(f, i))
			add_line(
			    f, &f->l.v[i], 0, is_bare(f, from, to, i, titles));
	clean_lines_cut(&f->l, cut_from, to);
	f->cut = true;
}

/* A heading on a line of its own; returns the line to go on with. */
static size_t
try_heading(struct finder *f, size_t i, enum heading strength)
{
	const struct line *line = &f->l.v[i];
	enum titles titles;
	size_t to;

	/* "<a>Read more</a>" is a link, not a heading. */
	if (line->n_links > 0 && !line->is_heading)
		return i + 1;
	to = list_end(f, i, strength, &titles);
	if (to > i + 1)
		take(f, i, i + 1, to, titles);
	return to;
}

/* "Read more: <a>...</a>" and, behind it, further lines of links. */
static size_t
try_inline(struct finder *f, size_t i, enum heading strength, size_t end)
{
	const struct line *line = &f->l.v[i];
	const struct link *k = list_main_link(line);
	size_t before, to = i + 1;
	bool marked = end > 0 &&
		      (strchr(":>]-|/", line->text[end - 1]) != NULL ||
			  (unsigned char)line->text[end - 1] >= 0x80 ||
			  (end > 1 && line->text[end - 1] == ' ' &&
			      (strchr(":>]-|/", line->text[end - 2]) != NULL ||
				  (unsigned char)line->text[end - 2] >= 0x80)));

	if (k == NULL || line->is_quiet)
		return i + 1;
	before = line->links[0].from;
	/* Nothing but the heading before the first link, or it is inside. */
	if (before > end || (before < end && before > 0 && !marked) ||
	    (strength == HEADING_MAYBE && !marked) || (before == 0 && !marked))
		return i + 1;
	if (line->weight - line->link_weight >
		LIST_MAX_META + clean_weight(line->text, before) ||
	    clean_weight(line->text + end, line->len - end) < LIST_MIN_TITLE ||
	    line->weight > 2 * LIST_MAX_TITLE)
		return i + 1;
	for (; to < f->l.n && f->l.v[to].block == line->block &&
	       list_article_line(&f->l.v[to]);
	     to++)
		continue;
	add_line(f, line, end, false);
	for (size_t n = i + 1; n < to; n++)
		add_line(f, &f->l.v[n], 0, false);
	clean_lines_cut(&f->l, i, to);
	f->cut = true;
	return to;
}

/* A container whose class says "related", with or without a known heading. */
static size_t
try_container(struct finder *f, size_t i)
{
	struct node *top = NULL;
	struct tally t;
	size_t to, from = i;

	for (struct node *n = f->l.v[i].block; n != NULL; n = n->prev)
		if ((n->flags & NODE_RELATED) != 0 && is_container(n))
			top = n;
	if (top == NULL || (i > 0 && is_inside(f->l.v[i - 1].block, top)))
		return i;
	to = container_end(f, i, top);
	/* Its first line may be a heading of any words. */
	if (to > i + 1 && f->l.v[i].n_links == 0 && f->l.v[i].weight <= 80)
		from++;
	t = list_tally(&f->l, from, to);
	if (!list_has_links(&t) || t.plain > 2 * t.links ||
	    t.link_weight < LIST_MIN_TITLE || (t.links < 2 && from == i))
		return i;
	take(f, i, from, to, TITLES_BARE);
	return to;
}

static void
find(struct finder *f)
{
	for (size_t i = 0; i < f->l.n && f->headings < MAX_HEADINGS;) {
		const struct line *line = &f->l.v[i];
		enum heading strength;
		size_t end, next;
		bool alone;

		if ((next = try_container(f, i)) > i) {
			i = next;
			continue;
		}
		if (line->len == 0 || line->is_quiet ||
		    (strength = clean_heading_find(line->text, line->len, &end,
			 &alone)) == HEADING_NONE) {
			i++;
			continue;
		}
		f->headings++;
		i = alone ? try_heading(f, i, strength)
			  : try_inline(f, i, strength, end);
	}
}

/* Might there be anything to find?  Looks at the beginnings of texts. */
static bool
may_have_related(struct cleaner *c)
{
	struct node *n = c->root;

	if (c->has_related)
		return true;
	for (;;) {
		if (n->tag == TAG_NONE && n->s != NULL && n->len < 4096 &&
		    clean_heading_begins(&c->sieve, n->s, n->len))
			return true;
		if (n->first != NULL) {
			n->first->prev = n;
			n = n->first;
			continue;
		}
		while (n != c->root && n->next == NULL)
			n = n->prev;
		if (n == c->root)
			return false;
		n->next->prev = n->prev;
		n = n->next;
	}
}

enum ak_status
clean_related(struct cleaner *c, struct arena *a, const char *form,
    struct doc_related **ret)
{
	struct finder f = {.a = a, .form = form};
	enum ak_status st;

	*ret = NULL;
	if (!may_have_related(c))
		return AK_OK;
	if ((st = clean_lines(c, &f.l)) != AK_OK)
		return st;
	f.end = &f.first;
	find(&f);
	clean_lines_release(&f.l);
	if (f.cut)
		clean_prune(c);
	*ret = f.first;
	return arena_full(a) ? AK_TOOBIG : AK_OK;
}

/* SPDX-License-Identifier: ISC */
/*
 * The article of a page, by what every page has: paragraphs.
 *
 * The page becomes the same tree as a feed's content, with class names kept.
 * What is no article is cut first: navigation, comments, share bars, and the
 * list of related articles, which is returned.  Then every line of prose gives
 * points to the blocks round it, half as many with each step outwards, so that
 * the block that holds the paragraphs wins over its parts and over the page.
 * Names of classes only tip the scales.  Where a site's own rules name the
 * content, they decide; where the page's JSON-LD holds far more text than was
 * found, that is taken.
 */
#include "clean/page.h"

#include <string.h>

#include "base/url.h"
#include "base/utf8.h"

#define PROSE 40   /* weight of a line that counts as prose */
#define ENOUGH 160 /* weight of an article */
#define MAX_CANDIDATES 4096

struct page {
	struct cleaner *c;
	struct arena *a;
	const char *rules;
	struct meta meta;
	struct clean_opts opts;
	double *scores; /* by node->mark - 1 */
	struct node **candidates;
	size_t n_candidates;
	size_t weight;	      /* of all text */
	struct node *heading; /* the first <h1> */
	double best_score, all_score;
};

static double
bias(const struct node *n)
{
	static const char *const good[] = {"article", "content", "entry",
	    "post", "story", "text", "body", "main", "detail", "honbun",
	    "news"};
	static const char *const bad[] = {"side", "head", "foot", "list",
	    "meta", "info", "caption", "hidden", "summary", "teaser", "index"};
	double b = 1;

	if (n->tag == TAG_ARTICLE)
		b *= 1.3;
	else if (n->tag == TAG_MAIN)
		b *= 1.15;
	if (clean_says(n, good, AK_COUNT(good)))
		b *= 1.25;
	if (clean_says(n, bad, AK_COUNT(bad)))
		b *= 0.6;
	return b;
}

/* --- cutting ------------------------------------------------------------ */

static void
link_parents(struct node *root)
{
	struct node *parent = root, *n = root->first;

	root->prev = NULL;
	while (n != NULL || parent != root) {
		if (n == NULL) {
			n = parent->next;
			parent = parent->prev;
			continue;
		}
		n->prev = parent;
		if (n->first != NULL) {
			parent = n;
			n = n->first;
		} else {
			n = n->next;
		}
	}
}

/* Remove every element that `drop` names, with what is in it. */
static void
remove_if(struct page *p, bool (*drop)(struct page *p, struct node *n))
{
	struct node *top = p->c->root, *parent = top, **at = &top->first;

	for (;;) {
		struct node *n = *at;

		if (n == NULL) {
			if (parent == top)
				return;
			at = &parent->next;
			parent = parent->prev;
			continue;
		}
		if (n->tag != TAG_NONE && drop(p, n)) {
			*at = n->next;
			continue;
		}
		if (n->first != NULL) {
			parent = n;
			at = &n->first;
		} else {
			at = &n->next;
		}
	}
}

static bool
drop_by_rule(struct page *p, struct node *n)
{
	const char *selector;
	size_t at = 0, len;

	while (clean_rule(p->rules, "drop", &at, &selector, &len))
		if (clean_select(n, selector, len))
			return true;
	return false;
}

/* How much text, and how much of it in links, a subtree has. */
static void
measure(const struct node *top, size_t *ret_weight, size_t *ret_links)
{
	const struct node *link = NULL;

	*ret_weight = *ret_links = 0;
	for (struct node *n = top->first; n != NULL;
	     n = clean_next(n, top, false)) {
		size_t w;

		while (link != NULL) {
			const struct node *up = n;

			while (up != top && up != link)
				up = up->prev;
			if (up == link)
				break;
			link = NULL;
		}
		if (n->tag == TAG_A)
			link = n;
		if (n->tag != TAG_NONE)
			continue;
		w = clean_weight(n->s, n->len);
		*ret_weight += w;
		if (link != NULL)
			*ret_links += w;
	}
}

/*
 * Blocks that are no article by their names.  A name tells little about a
 * block that holds most of the page, or that is named after the article too:
 * "page has-sidebar", "article-share".
 */
static bool
drop_unlikely(struct page *p, struct node *n)
{
	static const char *const never[] = {
	    "comment", "disqus", "#respond", "breadcrumb", "cookie"};
	static const char *const words[] = {"sidebar", "side-bar", "side_bar",
	    "#side", ".side", "footer", "bread-crumb", "share", "social", "sns",
	    "consent", "banner", "sponsor", "popup", "modal", "newsletter",
	    "subscribe", "menu", "navi", ".nav", "#nav", "pager", "pagination",
	    "page-nav", "tags", "taglist", "widget", "promo", "advert", ".ad-",
	    "-ad ", ".ad ", "#ad ", ".ads", "#ads", "adsense", "ranking",
	    "popular", "trending", "author-bio", "author-box", "profile",
	    "masthead", "toolbar", "outbrain", "taboola", "login", "signup",
	    "search", "toc ", "copyright", "legal", "most-read", "mostread",
	    "byline", "meta ", "-meta"};
	static const char *const likely[] = {
	    "article", "content", "entry", "post", "main", "body", "story"};
	size_t weight, links;

	if (n->tag == TAG_NAV || n->tag == TAG_FOOTER || n->tag == TAG_ASIDE)
		return true;
	if (n->tag == TAG_ARTICLE || n->tag == TAG_MAIN || n->tag == TAG_H1 ||
	    n->tag == TAG_A || n->tag == TAG_IMG || n->names == NULL)
		return false;
	if (clean_says(n, never, AK_COUNT(never)))
		return true;
	if (!clean_says(n, words, AK_COUNT(words)))
		return false;
	measure(n, &weight, &links);
	if (clean_says(n, likely, AK_COUNT(likely)))
		return weight < 400 || links * 2 > weight;
	return weight * 2 < p->weight;
}

static bool
has_image(const struct node *top)
{
	for (struct node *n = top->first; n != NULL;
	     n = clean_next(n, top, false))
		if (n->tag == TAG_IMG || n->tag == TAG_VIDEO ||
		    n->tag == TAG_IFRAME)
			return true;
	return false;
}

/* --- scoring ------------------------------------------------------------ */

static double *
score_of(struct page *p, struct node *n)
{
	if (n->mark == 0) {
		if (p->n_candidates == MAX_CANDIDATES)
			return NULL;
		p->candidates[p->n_candidates++] = n;
		n->mark = (uint16_t)p->n_candidates;
	}
	return &p->scores[n->mark - 1];
}

static bool
is_candidate(const struct node *n)
{
	return n->prev == NULL || n->tag == TAG_DIV || n->tag == TAG_ARTICLE ||
	       n->tag == TAG_SECTION || n->tag == TAG_MAIN ||
	       n->tag == TAG_TD || n->tag == TAG_CENTER ||
	       n->tag == TAG_BLOCKQUOTE || n->tag == TAG_DD;
}

static void
score_line(struct page *p, const struct line *line)
{
	double points;
	struct node *n = line->block;

	if (line->weight < PROSE || line->is_heading ||
	    line->link_weight * 2 > line->weight)
		return;
	points = 1 + (line->weight < 600 ? line->weight : 600) / 100.0;
	for (uint32_t i = 0; i < line->len; i++)
		if (line->text[i] == ',')
			points += 0.3;
	points *= 1 - (double)line->link_weight / line->weight;
	p->all_score += points;
	for (unsigned steps = 0; n != NULL && steps < 5; n = n->prev) {
		double *score;

		if (!is_candidate(n))
			continue;
		if ((score = score_of(p, n)) != NULL)
			*score += points;
		points *= n->prev != NULL && n->prev->prev == NULL ? 0.5 : 0.6;
		steps++;
	}
}

static struct node *
best_candidate(struct page *p)
{
	struct node *best = NULL;

	for (size_t i = 0; i < p->n_candidates; i++) {
		double s = p->scores[i] * bias(p->candidates[i]);

		if (s > p->best_score) {
			p->best_score = s;
			best = p->candidates[i];
		}
	}
	return best;
}

/* The node that a site's rule calls the content, or NULL. */
static struct node *
by_rule(struct page *p)
{
	const char *selector;
	size_t at = 0, len;

	if (!clean_rule(p->rules, "content", &at, &selector, &len))
		return NULL;
	for (struct node *n = p->c->root->first; n != NULL;
	     n = clean_next(n, p->c->root, false))
		if (clean_select(n, selector, len))
			return n;
	return NULL;
}

/* --- inside the article -------------------------------------------------- */

/* A few words that say they were paid for. */
static bool
is_advert(struct page *p, const struct node *n)
{
	size_t weight, links;
	const char *s;

	measure(n, &weight, &links);
	return weight > 0 && weight < ENOUGH && !has_image(n) &&
	       (s = clean_node_text(p->a, n)) != NULL &&
	       clean_is_advert(s, strlen(s));
}

/* Inside the article: boxes of links and the heading that repeats the title. */
static bool
drop_inside(struct page *p, struct node *n)
{
	size_t weight, links;

	if (n == p->heading)
		return true;
	if ((n->tag == TAG_P || n->tag == TAG_DIV) && is_advert(p, n))
		return true;
	if (n->tag != TAG_UL && n->tag != TAG_OL && n->tag != TAG_DIV &&
	    n->tag != TAG_SECTION && n->tag != TAG_TABLE && n->tag != TAG_DL &&
	    n->tag != TAG_HEADER)
		return false;
	if (n->prev == p->c->root && n->next == NULL && n->prev->first == n)
		return false; /* it is all there is */
	measure(n, &weight, &links);
	if (n->tag == TAG_HEADER)
		return weight < PROSE * 4 && !has_image(n);
	return weight > 0 && links * 10 > weight * 7 && weight < 2000 &&
	       !has_image(n);
}

/* --- the whole ---------------------------------------------------------- */

/* The tree with `n` alone in it. */
static void
make_root(struct page *p, struct node *n)
{
	struct node *root = p->c->root;

	if (n == root)
		return;
	root->first = root->last = n;
	n->next = NULL;
	n->prev = root;
}

static enum ak_status
choose(struct page *p)
{
	struct lines l;
	struct node *best;
	size_t links;
	enum ak_status st;

	if ((best = by_rule(p)) != NULL) {
		p->best_score = p->all_score = 1;
		make_root(p, best);
		return AK_OK;
	}
	measure(p->c->root, &p->weight, &links);
	remove_if(p, drop_unlikely);
	if ((st = clean_lines(p->c, &l)) != AK_OK)
		return st;
	p->scores =
	    arena_alloc(p->c->scratch, MAX_CANDIDATES * sizeof(*p->scores));
	p->candidates =
	    arena_alloc(p->c->scratch, MAX_CANDIDATES * sizeof(struct node *));
	if (p->scores == NULL || p->candidates == NULL) {
		clean_lines_release(&l);
		return AK_TOOBIG;
	}
	for (size_t i = 0; i < l.n; i++)
		score_line(p, &l.v[i]);
	clean_lines_release(&l);
	if ((best = best_candidate(p)) != NULL)
		make_root(p, best);
	return AK_OK;
}

static bool
is_cut(struct page *p, struct node *n)
{
	(void)p;
	return (n->flags & NODE_CUT) != 0;
}

static enum ak_status
copy_result(struct page *p, struct clean_page *ret)
{
	struct cleaner *c = p->c;
	struct clean_result *r = &ret->content;

	c->first_image = NULL;
	clean_write(c, p->opts.limit > 0 ? p->opts.limit : LIMIT_CONTENT_BYTES);
	r->html_len = c->html.len;
	r->text_len = c->text.len;
	r->html = arena_strndup(p->a, c->html.data, c->html.len);
	r->text = arena_strndup(p->a, c->text.data, c->text.len);
	r->first_image =
	    c->first_image != NULL ? arena_strdup(p->a, c->first_image) : NULL;
	return r->html != NULL && r->text != NULL ? AK_OK : AK_TOOBIG;
}

/* JSON-LD's text instead of what was found. */
static enum ak_status
use_body(struct page *p, struct clean_page *ret)
{
	struct doc_related *related = ret->content.related;
	size_t len;
	const char *html = clean_text_to_html(p->a, p->meta.body, &len);
	enum ak_status st;

	if (html == NULL)
		return AK_TOOBIG;
	p->c->is_page = false;
	st = cleaner_run(p->c, p->a, html, len, &p->opts, &ret->content);
	ret->content.related = related;
	return st;
}

static const char *
page_url(struct page *p, const char *url)
{
	const char *abs =
	    url != NULL ? url_resolve(p->a, p->opts.base, url) : NULL;

	return url_is_http(abs) ? abs : NULL;
}

static void
copy_meta(struct page *p, const char *url, struct clean_page *ret)
{
	const char *key = url_key(p->a, url != NULL ? url : "");

	ret->title = p->meta.title;
	ret->author = p->meta.author;
	ret->published = p->meta.published;
	ret->language = p->meta.language;
	if (ret->language == NULL)
		ret->language =
		    clean_language(ret->content.text, ret->content.text_len);
	ret->lead_image = page_url(p, p->meta.image);
	if (ret->lead_image == NULL)
		ret->lead_image = ret->content.first_image;
	ret->next_url = page_url(p, p->meta.next);
	if (ret->next_url != NULL && str_eq(key, url_key(p->a, ret->next_url)))
		ret->next_url = NULL;
}

static enum ak_status
extract(struct page *p, const char *html, size_t len, const char *url,
    struct clean_page *ret)
{
	struct clean_page r = {0};
	enum ak_status st;
	size_t weight, body;

	clean_meta(p->c, p->a, html, len, &p->meta);
	if (p->meta.base != NULL)
		p->opts.base = url_resolve(p->a, url, p->meta.base);
	clean_base(p->c);
	if ((st = clean_tree(p->c, html, len)) != AK_OK)
		return st;
	link_parents(p->c->root);
	remove_if(p, drop_by_rule);
	clean_shown(p->c, p->a, &p->meta, &p->heading);
	if ((st = clean_related(p->c, p->a, "page", &r.content.related)) !=
	    AK_OK)
		return st;
	remove_if(p, is_cut);
	if ((st = choose(p)) != AK_OK)
		return st;
	link_parents(p->c->root);
	remove_if(p, drop_inside);
	if ((st = copy_result(p, &r)) != AK_OK)
		return st;
	weight = clean_weight(r.content.text, r.content.text_len);
	body = p->meta.body != NULL
		   ? clean_weight(p->meta.body, strlen(p->meta.body))
		   : 0;
	r.score = p->all_score > 0 ? p->best_score / (p->all_score * 1.7) : 0;
	if (body > ENOUGH && weight * 10 < body * 6) {
		if ((st = use_body(p, &r)) != AK_OK)
			return st;
		weight = body;
		r.score = 0.8;
	}
	if (weight < ENOUGH)
		return AK_NOTFOUND;
	r.score = r.score > 1 ? 1 : r.score;
	copy_meta(p, url, &r);
	*ret = r;
	return arena_full(p->a) ? AK_TOOBIG : AK_OK;
}

enum ak_status
clean_page_extract(struct arena *a, const char *html, size_t len,
    const char *url, const char *rules, struct clean_page *ret)
{
	struct cleaner c;
	struct page p = {.c = &c, .a = a, .rules = rules, .opts.base = url};
	enum ak_status st;

	cleaner_init(&c);
	c.opts = &p.opts;
	c.is_page = true;
	if (len > LIMIT_PAGE_BYTES)
		len = utf8_cut(html, len, LIMIT_PAGE_BYTES);
	st = extract(&p, html, len, url, ret);
	cleaner_release(&c);
	return st;
}

/* SPDX-License-Identifier: ISC */
/*
 * The stages of a page off the loop: the scout reads its article, a parser
 * makes the text, the writer stores it.
 *
 * An article in several pages is stored as far as it is read, after each page.
 * A page that has less than half of the words that the feed gave is not the
 * article (a teaser, a consent form), and changes nothing.  The publisher's
 * list in the feed comes first, then what the pages list.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "clean/clean.h"
#include "daemon/fulltext.h"
#include "parse/parse.h"

#define PAGE_ARENA (16 * LIMIT_MIB) /* strings of one article */

void
fulltext_page_free(struct page *pg)
{
	buf_release(&pg->html);
	arena_free(pg->arena);
	free(pg);
}

/* --- scout ---------------------------------------------------------------- */

static void
article_cb(const struct store_article *art, void *arg)
{
	struct page_list *list = arg;
	struct page *pg;

	if (art->url == NULL || !url_is_http(art->url))
		return;
	pg = xcalloc(1, sizeof(*pg));
	pg->arena = arena_new(PAGE_ARENA);
	pg->id = art->id;
	pg->url = arena_strdup(pg->arena, art->url);
	pg->title = arena_strdup(pg->arena, art->title);
	pg->language = arena_strdup(pg->arena, art->language);
	pg->feed_title = arena_strdup(pg->arena, art->feed_title);
	pg->had = art->text != NULL ? strlen(art->text) : 0;
	buf_init(&pg->html, LIMIT_CONTENT_BYTES);
	STAILQ_INSERT_TAIL(list, pg, link);
}

/* Append a line, unless its URL, or its title where it has none, is there. */
static void
add_related(
    struct page *pg, const char *url, const char *title, const char *form)
{
	struct doc_related **at = &pg->related, *line;

	for (; *at != NULL; at = &(*at)->next)
		if (url != NULL ? str_eq((*at)->url, url)
				: str_eq((*at)->title, title))
			return;
	if ((line = arena_alloc(pg->arena, sizeof(*line))) == NULL)
		return;
	line->url = arena_strdup(pg->arena, url);
	line->title = arena_strdup(pg->arena, title);
	line->form = arena_strdup(pg->arena, form);
	*at = line;
}

static void
listed_cb(const struct store_relation *rel, void *arg)
{
	/* What an earlier form of the page listed is read anew. */
	if (rel->form != NULL && strcmp(rel->form, "page") != 0)
		add_related(arg, rel->url, rel->title, rel->form);
}

void
fulltext_load(
    struct store_reader *r, const int64_t *ids, size_t n, struct page_list *ret)
{
	const struct store_article_query q = {.ids = ids,
	    .n_ids = n,
	    .order = STORE_NEWEST,
	    .limit = LIMIT_FULLTEXT_ARTICLES,
	    .with_text = true};
	struct page *pg;

	(void)!store_articles(r, &q, article_cb, ret);
	STAILQ_FOREACH (pg, ret, link)
		(void)!store_related(r, pg->id, 0, listed_cb, pg);
}

/* --- parser --------------------------------------------------------------- */

static void
fail(struct poll *p, const char *words)
{
	free(p->error);
	p->error = xstrdup(words);
}

static bool
is_read(const struct page *pg, const char *key)
{
	for (size_t i = 0; i < pg->n_urls; i++)
		if (str_eq(pg->urls[i], key))
			return true;
	return false;
}

static void
note_url(struct page *pg, const char *url)
{
	const char *key = url_key(pg->arena, url);

	if (key != NULL && pg->n_urls < AK_COUNT(pg->urls) && !is_read(pg, key))
		pg->urls[pg->n_urls++] = key;
}

/* The next page is of the same site, and not one that was read. */
static const char *
next_page(struct page *pg, const char *base, const char *next)
{
	const char *url, *key;

	if (next == NULL || pg->n_read >= LIMIT_FULLTEXT_PAGES)
		return NULL;
	url = url_resolve(pg->arena, base, next);
	key = url != NULL ? url_key(pg->arena, url) : NULL;
	if (key == NULL || is_read(pg, key) ||
	    !str_eq(url_origin(pg->arena, url), url_origin(pg->arena, base)))
		return NULL;
	return url;
}

static void
make_features(struct poll *p, const char *language, struct relate_lexer *lexer)
{
	struct page *pg = p->page;
	struct relate_text t = {.title = pg->title,
	    .text = pg->out_text,
	    .text_len = strlen(pg->out_text),
	    .lang = pg->language != NULL ? pg->language : language,
	    .feed_title = pg->feed_title};
	struct relate_features f = {0};

	relate_features(lexer, p->arena, &t, &f);
	pg->out_features = (struct store_blob){f.data, f.len};
}

static enum ak_status
extract(struct poll *p, struct clean_page *ret)
{
	struct parse_decoded dec;
	enum ak_status st;

	p->arena = arena_new(LIMIT_DOC_ARENA);
	st = parse_decode_html(
	    p->arena, p->body, p->body_len, p->content_type, &dec);
	if (st == AK_OK)
		st = clean_page_extract(p->arena, dec.text, dec.len,
		    p->final_url, p->page->rules, ret);
	return st;
}

/* A content type that is none of HTML's; absent ones may be anything. */
static bool
is_other_type(const char *type)
{
	return !str_empty(type) && ascii_istr(type, "html") == NULL;
}

void
fulltext_parse(
    struct poll *p, const struct poll_opts *opts, struct relate_lexer *lexer)
{
	struct page *pg = p->page;
	struct clean_opts co = {.base = p->final_url,
	    .strip_params = opts->strip_params,
	    .keep_frames = opts->keep_frames};
	struct clean_page page = {0};
	struct clean_result res = {0};
	enum ak_status st;

	if (is_other_type(p->content_type)) {
		fail(p, "the page is no HTML");
		return;
	}
	st = extract(p, &page);
	if (st == AK_OK) {
		buf_add(&pg->html, page.content.html, page.content.html_len);
		st = clean_html(
		    p->arena, buf_str(&pg->html), pg->html.len, &co, &res);
	}
	free(p->body);
	p->body = NULL;
	if (st != AK_OK || res.text_len == 0) {
		fail(p, st == AK_TOOBIG ? "the page is over the limits"
					: "no article is found in the page");
		return;
	}
	if (pg->n_read == 0 && res.text_len < pg->had / 2) {
		fail(p, "the page has less than the feed");
		return;
	}
	pg->n_read++;
	note_url(pg, pg->url);
	note_url(pg, p->final_url);
	for (const struct doc_related *l = page.content.related; l != NULL;
	     l = l->next)
		add_related(pg, l->url, l->title, l->form);
	pg->out_html = res.html;
	pg->out_text = res.text;
	pg->out_features = (struct store_blob){0};
	if (lexer != NULL)
		make_features(p, page.language, lexer);
	pg->next = buf_status(&pg->html) == AK_OK
		       ? next_page(pg, p->final_url, page.next_url)
		       : NULL;
}

/* --- writer --------------------------------------------------------------- */

enum ak_status
fulltext_commit(struct poll *p, struct store *s)
{
	struct page *pg = p->page;
	enum ak_status st;

	if (p->error != NULL)
		return AK_OK; /* nothing to store */
	st = store_article_full_text(s, pg->id, pg->out_html, pg->out_text,
	    pg->related,
	    pg->out_features.data != NULL ? &pg->out_features : NULL);
	if (st == AK_OK)
		st = store_page_done(s, pg->id);
	if (st == AK_OK)
		p->is_committed = true;
	else
		fail(p, store_error(s));
	return st;
}

/* SPDX-License-Identifier: ISC */
/* page_search.c - search, best or newest first, with the hits marked. */
#include "serve/page.h"

#include <string.h>

#include "base/limits.h"

#define ROWS 40

struct hits {
	struct job *j;
	int64_t n;
	bool has_more;
};

static void
put_hit(const struct store_article *a, void *arg)
{
	struct hits *x = arg;

	if (x->n == ROWS) {
		x->has_more = true;
		return;
	}
	x->n++;
	page_row(x->j, a, 0);
}

void
page_search(struct job *j)
{
	const char *text = req_param(&j->req, "q");
	bool newest = str_eq(req_param(&j->req, "order"), "newest");
	int64_t page = req_param_i64(&j->req, "page", 0, 1000, 0);
	struct store_article_query q = {.query = text,
	    .limit = ROWS + 1,
	    .offset = page * ROWS,
	    .order = newest ? STORE_NEWEST : STORE_BEST};
	struct hits hits = {.j = j};

	page_begin(j, 200, "Search", "Search");
	h(j, "<div class=\"col single\"><div class=\"head\"><h1>Search</h1>");
	if (!str_empty(text))
		h(j,
		    "<div class=\"tools\"><a class=\"button\" "
		    "href=\"%r/search?q=%u%h\">%h first</a>"
		    "<a class=\"button\" href=\"%r/feeds/search.atom?q=%u\">"
		    "As a feed</a></div>",
		    text, newest ? "" : "&amp;order=newest",
		    newest ? "Best" : "Newest", text);
	h(j,
	    "</div><form class=\"find wide\" role=\"search\" "
	    "action=\"%r/search\"><input type=\"search\" name=\"q\" "
	    "value=\"%s\" aria-label=\"Search for\"%h>"
	    "<button>Search</button></form><div class=\"river\">",
	    text, str_empty(text) ? " autofocus" : "");
	if (str_empty(text))
		h(j, "<dl class=\"measures\">"
		     "<dt>tokyo earthquake</dt><dd>both words</dd>"
		     "<dt>tokyo OR osaka</dt><dd>either</dd>"
		     "<dt>\"interest rates\"</dt><dd>a phrase</dd>"
		     "<dt>jaguar -car</dt><dd>without a word</dd>"
		     "<dt>quant*</dt><dd>words that begin so</dd></dl>");
	if (!str_empty(text) && strlen(text) > LIMIT_QUERY_BYTES) {
		h(j, "<p class=\"empty\">This search is too long.</p>");
	} else if (!str_empty(text) && !store_query_has_words(text)) {
		h(j, "<p class=\"empty\">At least one word that must be there "
		     "is needed.</p>");
	} else if (!str_empty(text)) {
		if (store_articles(j->reader, &q, put_hit, &hits) != AK_OK)
			h(j, "<p class=\"empty\">This search could not be "
			     "understood.</p>");
		else if (hits.n == 0)
			h(j, "<p class=\"empty\">No article has these "
			     "words.</p>");
	}
	h(j, "</div>");
	if (hits.has_more)
		h(j,
		    "<p class=\"more\"><a rel=\"next\" "
		    "href=\"%r/search?q=%u%h&amp;page=%d\">More</a></p>",
		    text, newest ? "&amp;order=newest" : "", page + 1);
	h(j, "</div>");
	page_end(j);
}

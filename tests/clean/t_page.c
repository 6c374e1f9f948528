/* SPDX-License-Identifier: ISC */
/*
 * The article of a page: tests/data/page/pages.jsonl says what each page there
 * holds.  Prints precision and recall, of text by the weight of whole lines,
 * of related articles by their addresses or titles.
 */
#include "tests/testing.h"

#include <jansson.h>
#include <time.h>

#include "base/str.h"
#include "clean/clean.h"
#include "tests/clean/canonical.h"

struct score {
	double hit, got, want;
};

static struct score text, related;
static unsigned wrong;

static const char *
get(const json_t *c, const char *key)
{
	return json_string_value(json_object_get(c, key));
}

static char *
slurp(const char *name, size_t *ret_len)
{
	char *rel = xasprintf("tests/data/page/%s", name);
	char *path = test_src_path(rel), *data = xmalloc((1 << 18) + 1);
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	*ret_len = fread(data, 1, 1 << 18, f);
	(void)fclose(f);
	free(path);
	free(rel);
	return data;
}

static bool
has_line(const json_t *lines, const char *s, size_t len)
{
	size_t i;
	json_t *line;

	json_array_foreach(lines, i, line)
	{
		if (json_string_length(line) == len &&
		    memcmp(json_string_value(line), s, len) == 0)
			return true;
	}
	return false;
}

static void
score_text(const json_t *c, const struct clean_page *p)
{
	const json_t *want = json_object_get(c, "text");
	double hit = 0, all = 0;
	size_t i;
	json_t *line;

	json_array_foreach(want, i, line)
	{
		all += (double)json_string_length(line);
	}
	for (const char *s = p->content.text; *s != '\0';) {
		size_t len = strcspn(s, "\n");

		text.got += (double)len;
		if (has_line(want, s, len))
			hit += (double)len;
		else
			print_message("# %s: too much: %.*s\n", get(c, "file"),
			    (int)len, s);
		s += len + (s[len] == '\n');
	}
	if (hit < all)
		print_message("# %s: too little: %.0f of %.0f bytes\n",
		    get(c, "file"), hit, all);
	text.hit += hit;
	text.want += all;
}

static bool
is_wanted(const json_t *want, const struct doc_related *r)
{
	size_t i;
	json_t *w;

	json_array_foreach(want, i, w)
	{
		if (str_eq(get(w, "url"), r->url) &&
		    str_eq(get(w, "title"), r->title))
			return true;
	}
	return false;
}

static void
score_related(const json_t *c, const struct clean_page *p)
{
	const json_t *want = json_object_get(c, "related");
	double hit = 0;

	for (const struct doc_related *r = p->content.related; r != NULL;
	     r = r->next) {
		assert_string_equal(r->form, "page");
		related.got++;
		if (is_wanted(want, r))
			hit++;
		else
			print_message("# %s: not related: %s %s\n",
			    get(c, "file"), r->url, r->title);
	}
	if (hit < (double)json_array_size(want))
		print_message("# %s: %.0f of %zu related\n", get(c, "file"),
		    hit, json_array_size(want));
	related.hit += hit;
	related.want += (double)json_array_size(want);
}

static void
expect(const json_t *c, const char *key, const char *got)
{
	const char *want = get(c, key);

	if (want == NULL || str_eq(want, got))
		return;
	print_message("# %s: %s is \"%s\"\n", get(c, "file"), key, got);
	wrong++;
}

static void
run(const json_t *c)
{
	struct arena *a = arena_new((size_t)16 << 20);
	struct clean_page p;
	char date[32] = "";
	struct tm tm;
	time_t when;
	size_t len;
	char *html = slurp(get(c, "file"), &len);

	if (clean_page_extract(a, html, len, "https://paper.example/a/106",
		get(c, "rules"), &p) != AK_OK) {
		print_message("# %s: nothing\n", get(c, "file"));
		wrong++;
	} else {
		assert_null(canonical_error(p.content.html));
		score_text(c, &p);
		score_related(c, &p);
		when = (time_t)p.published;
		if (p.published != DOC_NO_TIME && gmtime_r(&when, &tm) != NULL)
			(void)strftime(
			    date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
		expect(c, "title", p.title);
		expect(c, "author", p.author);
		expect(c, "published", date);
		expect(c, "next", p.next_url);
		expect(c, "lang", p.language);
		assert_true(p.score > 0 && p.score <= 1);
	}
	free(html);
	arena_free(a);
}

static void
test_pages_give_their_article(void **state)
{
	size_t len, n = 0;
	char *list = slurp("pages.jsonl", &len);

	(void)state;
	list[len] = '\0';
	for (char *line = list, *end; (end = strchr(line, '\n')) != NULL;
	     line = end + 1) {
		json_t *c = json_loadb(line, (size_t)(end - line), 0, NULL);

		assert_non_null(c);
		run(c);
		json_decref(c);
		n++;
	}
	free(list);
	print_message("# %zu pages; text: precision %.3f, recall %.3f; "
		      "related: precision %.3f, recall %.3f; %u other values "
		      "wrong\n",
	    n, text.hit / text.got, text.hit / text.want,
	    related.hit / related.got, related.hit / related.want, wrong);
	assert_true(n >= 30);
	assert_true(text.hit >= 0.95 * text.got);
	assert_true(text.hit >= 0.95 * text.want);
	assert_true(related.hit >= 0.95 * related.got);
	assert_true(related.hit >= 0.95 * related.want);
	assert_int_equal(wrong, 0);
}

static void
test_a_page_without_an_article_is_none(void **state)
{
	static const char html[] = "<html><body><ul><li><a href=/1>One</a><li>"
				   "<a href=/2>Two</a></ul></body></html>";
	struct arena *a = arena_new((size_t)16 << 20);
	struct clean_page p;

	(void)state;
	assert_int_equal(clean_page_extract(a, html, strlen(html),
			     "https://paper.example/", NULL, &p),
	    AK_NOTFOUND);
	arena_free(a);
}

/* The article is JSON-LD's, the link is the page's, whose tree is gone by the
 * time that the link is resolved. */
static void
test_the_next_link_of_an_article_in_json(void **state)
{
	static const char head[] =
	    "<html><head><script type=\"application/ld+json\">"
	    "{\"@context\": \"https://schema.org\", \"@type\": "
	    "\"NewsArticle\", \"headline\": \"The harbour bridge\", "
	    "\"articleBody\": \"";
	static const char *const ends[] = {"<a class=next href=/a/106/2>2</a>",
	    "<a href=/a/106/2>Next page</a>"};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(ends); i++) {
		struct arena *a = arena_new((size_t)16 << 20);
		struct clean_page p;
		struct buf html;

		buf_init(&html, 1 << 16);
		buf_addf(&html, "%s", head);
		for (int n = 0; n < 40; n++)
			buf_addf(&html, "Divers found pile %d of oak. ", n);
		buf_addf(&html, "\"}</script></head><body><p>%s</body></html>",
		    ends[i]);
		assert_int_equal(clean_page_extract(a, buf_str(&html),
				     strlen(buf_str(&html)),
				     "https://paper.example/a/106", NULL, &p),
		    AK_OK);
		assert_non_null(strstr(p.content.text, "pile 39 of oak"));
		assert_string_equal(
		    p.next_url, "https://paper.example/a/106/2");
		buf_release(&html);
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pages_give_their_article),
	    cmocka_unit_test(test_a_page_without_an_article_is_none),
	    cmocka_unit_test(test_the_next_link_of_an_article_in_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

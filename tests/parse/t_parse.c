/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include <dirent.h>
#include <libxml/parser.h>

#include "base/limits.h"
#include "base/str.h"
#include "parse/parse.h"

#define HEAD "<rss version=\"2.0\"><channel><title>T</title>"
#define ITEM "<item><title>one</title><link>http://a.example/1</link></item>"
#define TAIL "</channel></rss>"

static enum ak_status
parse(struct arena *a, const char *text, struct doc **ret, struct diag *why)
{
	return parse_feed(a, text, strlen(text), NULL, ret, why);
}

/* A document of `head`, `n` times `unit`, and `tail`, must be read. */
static struct doc *
parse_repeated(struct arena *a, const char *head, const char *unit, size_t n,
    const char *tail)
{
	struct doc *doc = NULL;
	struct buf text;

	buf_init(&text, 64 * LIMIT_MIB);
	buf_adds(&text, head);
	for (size_t i = 0; i < n; i++)
		buf_adds(&text, unit);
	buf_adds(&text, tail);
	assert_int_equal(parse(a, buf_str(&text), &doc, NULL), AK_OK);
	buf_release(&text);
	return doc;
}

static void
test_what_is_no_feed_is_named(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
	    {"", "an empty document"},
	    {"<!DOCTYPE html><html><title>x</title></html>", "an HTML page"},
	    {"<html><body>x</body></html>", "an HTML page"},
	    {"<?xml version='1.0'?><opml version='2.0'/>", "OPML"},
	    {"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"},
	    {"<urlset/>", "a sitemap"},
	    {"<catalog/>", "XML of another kind"},
	    {"{\"error\":404}", "JSON of another kind"},
	    {"[1, 2]", "JSON of another kind"},
	    {"{\"version\": ", "JSON"},
	    {"not found", "plain text"},
	    {"GIF89a\x01\x02\x03", "binary data"},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		struct arena *a = arena_new(LIMIT_DOC_ARENA);
		struct doc *doc = NULL;
		struct diag why = {{0}};

		assert_int_equal(
		    parse(a, rows[i].text, &doc, &why), AK_BADINPUT);
		assert_null(doc);
		if (strstr(why.text, rows[i].words) == NULL)
			fail_msg("\"%s\" in \"%s\"", rows[i].words, why.text);
		arena_free(a);
	}
}

static void
test_limits_keep_what_was_read(void **state)
{
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	struct doc *doc;

	(void)state;
	doc = parse_repeated(a, HEAD ITEM, "<a>", 100000, "");
	assert_int_equal(doc->n_entries, 1);
	assert_false(doc->wellformed);
	arena_reset(a);
	doc = parse_repeated(a, HEAD ITEM "<a ", "a='' ", 1 << 19, ">" TAIL);
	assert_int_equal(doc->n_entries, 1);
	arena_reset(a);
	doc = parse_repeated(a, HEAD, "<item/>", LIMIT_ITEMS_READ + 5, TAIL);
	assert_int_equal(doc->n_entries, LIMIT_ITEMS_READ);
	arena_free(a);
}

static void
test_lists_end_at_their_limit(void **state)
{
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	struct doc *doc;
	struct buf text;
	size_t n_tags = 0, n_files = 0;

	(void)state;
	buf_init(&text, 64 * LIMIT_MIB);
	buf_adds(&text, HEAD "<item>");
	for (int i = 0; i < 1000; i++)
		buf_addf(&text,
		    "<category>c%d</category>"
		    "<enclosure url='http://a.example/%d'/>",
		    i, i);
	buf_adds(&text, "</item>" TAIL);
	assert_int_equal(parse(a, buf_str(&text), &doc, NULL), AK_OK);
	for (struct doc_tag *t = doc->entries->tags; t; t = t->next)
		n_tags++;
	for (struct doc_attachment *at = doc->entries->attachments; at;
	     at = at->next)
		n_files++;
	assert_int_equal(n_tags, LIMIT_TAGS);
	assert_int_equal(n_files, LIMIT_ATTACHMENTS);
	buf_release(&text);
	arena_free(a);
}

static void
test_entities_cannot_blow_up(void **state)
{
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	struct doc *doc;

	(void)state;
	doc = parse_repeated(a,
	    "<!DOCTYPE rss [<!ENTITY a '1234567890'><!ENTITY b '&a;&a;'>"
	    "<!ENTITY % p SYSTEM 'http://x.example/'>%p;]>" HEAD
	    "<item><title>",
	    "&a;&b;", 100000, "</title></item>" TAIL);
	assert_int_equal(doc->n_entries, 1);
	/* Past 64 KiB of expansions they stay as they are written. */
	assert_true(strlen(doc->entries->title.value) < 900000);
	assert_true(str_starts(doc->entries->title.value, "1234567890"));
	arena_free(a);
}

static void
test_dates_ahead_are_unreadable(void **state)
{
	static const char text[] = HEAD "<item><pubDate>2026-01-03T00:00:00Z"
					"</pubDate></item>" TAIL;
	const struct parse_opts opts = {.now = 1767225600}; /* 2026-01-01 */
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	struct doc *doc;

	(void)state;
	assert_int_equal(
	    parse_feed(a, text, sizeof(text) - 1, &opts, &doc, NULL), AK_OK);
	assert_true(doc->entries->published == DOC_NO_TIME);
	assert_int_equal(parse(a, text, &doc, NULL), AK_OK);
	assert_int_equal(doc->entries->published, 1767398400);
	arena_free(a);
}

/* --- with the arena's ceiling at 1, 2, 4 ... bytes ----------------------- */

static char *
read_file(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");
	char *data = xmalloc(LIMIT_MIB);

	assert_non_null(f);
	*ret_len = fread(data, 1, LIMIT_MIB, f);
	(void)fclose(f);
	return data;
}

static void
sweep(const char *data, size_t len)
{
	const struct parse_opts opts = {.url = "http://feed.example/"};
	enum ak_status full = AK_TOOBIG;

	for (size_t limit = 1; limit <= LIMIT_DOC_ARENA && full == AK_TOOBIG;
	     limit *= 2) {
		for (size_t more = 0; more < 4; more++) {
			struct arena *a = arena_new(limit + more * limit / 4);
			struct doc *doc = NULL;

			full = parse_feed(a, data, len, &opts, &doc, NULL);
			assert_true(full == AK_OK || full == AK_TOOBIG);
			assert_int_equal(doc != NULL, full == AK_OK);
			arena_free(a);
		}
	}
	assert_int_equal(full, AK_OK);
}

static void
test_small_arenas(void **state)
{
	char *dir = test_src_path("tests/data/parse");
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t n = 0;

	(void)state;
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		char *path, *data;
		size_t len;

		if (!str_ends(e->d_name, ".xml") &&
		    !str_ends(e->d_name, ".jsonfeed"))
			continue;
		path = xasprintf("%s/%s", dir, e->d_name);
		data = read_file(path, &len);
		sweep(data, len);
		free(data);
		free(path);
		n++;
	}
	(void)closedir(d);
	free(dir);
	assert_true(n >= 30);
}

static int
init(void **state)
{
	(void)state;
	xmlInitParser();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_no_feed_is_named),
	    cmocka_unit_test(test_limits_keep_what_was_read),
	    cmocka_unit_test(test_lists_end_at_their_limit),
	    cmocka_unit_test(test_entities_cannot_blow_up),
	    cmocka_unit_test(test_dates_ahead_are_unreadable),
	    cmocka_unit_test(test_small_arenas),
	};

	return cmocka_run_group_tests(tests, init, NULL) < 0;
}

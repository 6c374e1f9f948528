/* SPDX-License-Identifier: ISC */
/*
 * Related blocks in many languages: tests/data/clean/related.jsonl holds one
 * case a line, html and what must come of it.  A case with no `related` is
 * content that only resembles a list; not a word of it may go.
 */
#include "tests/testing.h"

#include <jansson.h>

#include "base/str.h"
#include "clean/clean.h"
#include "tests/clean/canonical.h"

static struct clean_result
run(struct arena *a, const char *html, bool split)
{
	const struct clean_opts opts = {
	    .base = "https://ex.example/self", .split_related = split};
	struct clean_result r;

	assert_int_equal(clean_html(a, html, strlen(html), &opts, &r), AK_OK);
	return r;
}

static bool
same_related(const struct doc_related *r, const json_t *want)
{
	size_t i;
	json_t *w;

	json_array_foreach(want, i, w)
	{
		const char *url = json_string_value(json_object_get(w, "url"));
		const char *title =
		    json_string_value(json_object_get(w, "title"));

		if (r == NULL || !str_eq(r->url, url) ||
		    !str_eq(r->title, title) || !str_eq(r->form, "content"))
			return false;
		r = r->next;
	}
	return r == NULL;
}

static void
print_result(const char *name, const struct clean_result *r)
{
	print_message("# %s: text \"%s\"\n", name, r->text);
	for (const struct doc_related *k = r->related; k != NULL; k = k->next)
		print_message("#   %s | %s\n", k->url != NULL ? k->url : "-",
		    k->title != NULL ? k->title : "-");
}

static bool
case_holds(const json_t *c)
{
	struct arena *a = arena_new((size_t)16 << 20);
	const char *html = json_string_value(json_object_get(c, "html"));
	const char *text = json_string_value(json_object_get(c, "text"));
	struct clean_result whole = run(a, html, false);
	struct clean_result r = run(a, html, true);
	bool ok = same_related(r.related, json_object_get(c, "related"));

	ok = ok && strcmp(r.text, text != NULL ? text : whole.text) == 0 &&
	     canonical_error(r.html) == NULL;
	if (!ok)
		print_result(json_string_value(json_object_get(c, "name")), &r);
	arena_free(a);
	return ok;
}

static void
test_blocks_are_found_and_nothing_else(void **state)
{
	char *path = test_src_path("tests/data/clean/related.jsonl");
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0, n = 0, failed = 0, positive = 0;
	ssize_t len;

	(void)state;
	assert_non_null(f);
	while ((len = getline(&line, &cap, f)) > 0) {
		json_t *c = json_loadb(line, (size_t)len, 0, NULL);

		assert_non_null(c);
		positive += json_array_size(json_object_get(c, "related")) > 0;
		failed += !case_holds(c);
		n++;
		json_decref(c);
	}
	free(line);
	(void)fclose(f);
	free(path);
	assert_int_equal(failed, 0);
	assert_true(positive >= 40 && n - positive >= 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_blocks_are_found_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
/* Bytes to items, all formats; what comes out must be what doc.h promises. */
#include <libxml/parser.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "parse/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check(const char *s)
{
	if (s != NULL)
		assert(*s != '\0' && utf8_valid(s, strlen(s)));
}

static void
check_ext(const struct doc_ext *e)
{
	for (; e != NULL; e = e->next) {
		check(e->name);
		check(e->string);
		check_ext(e->children);
	}
}

static void
check_entry(const struct doc_entry *e)
{
	check(e->id);
	check(e->url);
	check(e->title.value);
	check(e->summary.value);
	check(e->content.value);
	check(e->image);
	check_ext(e->ext);
	for (const struct doc_tag *t = e->tags; t != NULL; t = t->next)
		check(t->term);
	for (const struct doc_person *p = e->authors; p != NULL; p = p->next)
		check(p->name);
	for (const struct doc_related *r = e->related; r != NULL; r = r->next)
		assert(r->url != NULL || r->title != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct parse_opts opts = {
	    .url = "http://feed.example/a/b.xml"};
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	struct doc *doc = NULL;
	struct diag why;
	size_t n = 0;

	xmlInitParser();
	if (parse_feed(a, (const char *)data, len, &opts, &doc, &why) ==
	    AK_OK) {
		check(doc->title.value);
		check(doc->problem);
		for (const struct doc_entry *e = doc->entries; e; e = e->next) {
			check_entry(e);
			n++;
		}
		assert(n == doc->n_entries && n <= LIMIT_ITEMS_READ);
	}
	arena_free(a);
	return 0;
}

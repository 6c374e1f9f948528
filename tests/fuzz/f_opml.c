/* SPDX-License-Identifier: ISC */
/* A list that is read can be written, and is then read the same. */
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"
#include "opml/opml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check(const struct opml *o)
{
	size_t n = 0;

	for (const struct opml_feed *f = o->feeds; f != NULL; f = f->next) {
		assert(url_is_http(f->url) || strncmp(f->url, "file:", 5) == 0);
		assert(
		    f->title == NULL || utf8_valid(f->title, strlen(f->title)));
		assert(f->category == NULL || *f->category != '\0');
		n++;
	}
	assert(n == o->n_feeds);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	struct opml o, again;
	struct buf b;

	buf_init(&b, 4 * LIMIT_OPML_BYTES);
	if (opml_parse(a, (const char *)data, len, &o, NULL) == AK_OK) {
		check(&o);
		opml_write(&b, "t", o.feeds, 0);
		if (buf_status(&b) == AK_OK &&
		    opml_parse(a, b.data, b.len, &again, NULL) == AK_OK) {
			const struct opml_feed *f = o.feeds, *g = again.feeds;

			check(&again);
			assert(again.n_feeds == o.n_feeds);
			for (; f != NULL; f = f->next, g = g->next)
				assert(str_eq(f->category, g->category));
		}
	}
	buf_release(&b);
	arena_free(a);
	return 0;
}

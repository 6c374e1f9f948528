/* SPDX-License-Identifier: ISC */
/* The cleaner over any bytes: its output is canonical, and cleaning it again
 * changes nothing. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "clean/clean.h"
#include "tests/clean/canonical.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
once(const char *html, size_t len, const struct clean_opts *opts)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct clean_opts again = *opts;
	struct clean_result one, two;

	again.split_related = false; /* what is left is content */
	if (clean_html(a, html, len, opts, &one) == AK_OK) {
		size_t limit = opts->limit > 0 ? opts->limit : (size_t)1 << 20;

		assert(one.html_len <= limit);
		assert(utf8_valid(one.html, one.html_len));
		assert(utf8_valid(one.text, one.text_len));
		assert(canonical_error(one.html) == NULL);
		if (clean_html(a, one.html, one.html_len, &again, &two) ==
		    AK_OK)
			assert(strcmp(one.html, two.html) == 0);
		else
			assert(arena_full(a));
	}
	arena_free(a);
}

static void
page(const char *html, size_t len)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct clean_page p;

	if (clean_page_extract(a, html, len, "https://base.example/p",
		"drop: .x div, #y\ncontent: div.z", &p) == AK_OK) {
		assert(canonical_error(p.content.html) == NULL);
		assert(utf8_valid(p.content.text, p.content.text_len));
	}
	arena_free(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct clean_opts opts = {0};
	struct buf text;

	if (size == 0)
		return 0;
	if ((data[0] & 1) != 0)
		opts.base = "https://base.example/a/b.html?q";
	opts.keep_frames = (data[0] & 2) != 0;
	opts.strip_params = (data[0] & 4) != 0;
	opts.split_related = (data[0] & 16) != 0;
	if ((data[0] & 8) != 0)
		opts.limit = 16 + (size_t)(data[0] >> 4) * 16;
	buf_init(&text, 4 * size);
	utf8_repair(&text, (const char *)data + 1, size - 1);
	if ((data[0] & 0x60) == 0x60)
		page(buf_str(&text), text.len);
	else
		once(buf_str(&text), text.len, &opts);
	buf_release(&text);
	return 0;
}

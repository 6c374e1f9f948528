/* SPDX-License-Identifier: ISC */
/* Features of any text are sound and the same twice; the index takes them, and
 * any other bytes in their place, and explains any pair of texts. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "relate/relate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const langs[] = {
    NULL, "en", "ja-JP", "zh", "de", "ar", "th", "x"};

static void
check_features(struct relate_lexer *lx, struct arena *a,
    const struct relate_text *t, struct relate_features *ret)
{
	struct relate_features again;

	relate_features(lx, a, t, ret);
	relate_features(lx, a, t, &again);
	if (ret->data == NULL || again.data == NULL) {
		assert(arena_full(a));
		*ret = (struct relate_features){0};
		return;
	}
	assert(relate_features_current(ret->data, ret->len));
	assert(ret->len == again.len);
	assert(memcmp(ret->data, again.data, ret->len) == 0);
}

static void
check_edges(const struct relate_result *r)
{
	assert(r->n_edges <= RELATE_EDGES && r->thread > 0);
	for (size_t i = 0; i < r->n_edges; i++) {
		assert(r->edges[i].other > 0);
		assert(r->edges[i].score >= 0.0 && r->edges[i].score <= 1.0);
	}
}

/* One after the other: the text's halves, the bytes as they came. */
static void
check_index(const struct relate_features *f, size_t n, size_t n_sound)
{
	struct relate_index *x = relate_index_new(NULL);

	for (size_t i = 0; i < n; i++) {
		struct relate_article art = {.id = (int64_t)i + 1,
		    .feed_id = 1,
		    .date = (int64_t)i * 3600,
		    .is_dated = i % 2 == 0,
		    .features = f[i]};
		struct relate_result r;

		relate_add(x, &art, &r);
		check_edges(&r);
	}
	assert(relate_count(x) >= n_sound);
	for (size_t i = 0; i < n; i++)
		relate_remove(x, (int64_t)i + 1);
	assert(relate_count(x) == 0);
	relate_index_free(x);
}

static void
check_why(struct relate_lexer *lx, struct arena *a, const struct relate_text *t)
{
	struct relate_side sa = {.text = t[0], .date = RELATE_NO_DATE};
	struct relate_side sb = {.text = t[1]};
	struct relate_why why;

	relate_explain(lx, a, NULL, &sa, &sb, &why);
	for (size_t i = 0; i < why.n_spans; i++) {
		assert(why.spans[i].a_from <= why.spans[i].a_to);
		assert(why.spans[i].b_from <= why.spans[i].b_to);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct relate_lexer *lx = relate_lexer_new();
	struct relate_features f[4] = {{0}};
	struct relate_text t[2] = {{0}};
	size_t half = size / 2, n_sound = 0;
	struct buf text[2];

	for (size_t i = 0; i < 2; i++) {
		buf_init(&text[i], 4 * size + 16);
		utf8_repair(&text[i], (const char *)data + i * half,
		    i == 0 ? half : size - half);
		t[i].title = i == 0 ? "A title of 12 words, 東京 & more" : NULL;
		t[i].text = buf_str(&text[i]);
		t[i].text_len = text[i].len;
		t[i].lang = langs[size > 0 ? data[0] % AK_COUNT(langs) : 0];
		t[i].feed_title = "title of";
		check_features(lx, a, &t[i], &f[i]);
		n_sound += f[i].data != NULL;
	}
	f[2] = f[0];
	n_sound += f[2].data != NULL;
	f[3] = (struct relate_features){.data = data, .len = size};
	check_index(f, AK_COUNT(f), n_sound);
	check_why(lx, a, t);
	for (size_t i = 0; i < 2; i++)
		buf_release(&text[i]);
	relate_lexer_free(lx);
	arena_free(a);
	return 0;
}

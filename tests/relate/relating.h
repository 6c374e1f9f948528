/* SPDX-License-Identifier: ISC */
/* relating.h - an index with a lexer, and news to put into it. */
#ifndef TESTS_RELATING_H
#define TESTS_RELATING_H

#include "tests/testing.h"

#include "relate/relate.h"

struct news {
	const char *title, *text, *lang;
};

struct bench {
	struct arena *arena;
	struct relate_lexer *lx;
};

static inline void
bench_init(struct bench *b)
{
	b->arena = arena_new((size_t)256 << 20);
	b->lx = relate_lexer_new();
}

static inline void
bench_release(struct bench *b)
{
	relate_lexer_free(b->lx);
	arena_free(b->arena);
}

static inline struct relate_text
text_of(const struct news *n)
{
	struct relate_text t = {.title = n->title,
	    .text = n->text,
	    .text_len = n->text != NULL ? strlen(n->text) : 0,
	    .lang = n->lang};

	return t;
}

static inline struct relate_features
features_of(struct bench *b, const struct news *n)
{
	struct relate_text t = text_of(n);
	struct relate_features f;

	relate_features(b->lx, b->arena, &t, &f);
	return f;
}

enum { DAY_0 = 1700000000, DAY = 86400 };

static inline struct relate_article
article_of(struct bench *b, int64_t id, const struct news *n, int64_t date)
{
	struct relate_article art = {.id = id,
	    .feed_id = 1 + id % 7,
	    .date = date,
	    .is_dated = true,
	    .features = features_of(b, n)};

	return art;
}

/* An article of made-up words: `topic` decides some of them. */
static inline char *
made_up(uint64_t seed, unsigned topic, size_t n_words)
{
	char *s = xmalloc(n_words * 16 + 1), *p = s;

	for (size_t i = 0; i < n_words; i++) {
		unsigned w;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		w = (unsigned)(seed >> 40) % 4000;
		if (i % 4 == 0)
			w = 10000 + topic * 20 + w % 20;
		p += snprintf(p, 16, "%c%c%c%u ", 'b' + (char)(w % 7),
		    'a' + (char)(w % 5), 'k' + (char)(w % 11), w);
	}
	*p = '\0';
	return s;
}

#endif

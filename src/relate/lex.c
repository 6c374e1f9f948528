/* SPDX-License-Identifier: ISC */
/*
 * What scan.c found in title and text is finished here: the language is
 * chosen, words are stemmed by it, the feed's own name goes.
 */
#include "relate/lex_int.h"

#include <stdlib.h>
#include <string.h>

#include <libstemmer.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { FEED_WORDS = 8 };

struct function_word *
lex_function(struct relate_lexer *lx, uint64_t hash)
{
	size_t i = hash % FUNCTION_SLOTS;

	while (lx->functions[i].of != 0 && lx->functions[i].hash != hash)
		i = (i + 1) % FUNCTION_SLOTS;
	return &lx->functions[i];
}

static void
load_functions(struct relate_lexer *lx)
{
	size_t n = 0;

	for (unsigned l = 1; l < lang_count; l++) {
		const char *s = lang_table[l].function;

		for (;;) {
			size_t len = strcspn(s, " ");
			struct function_word *f;
			char fold[FOLD_MAX];
			uint64_t hash;

			hash = word_hash(fold, chars_fold_word(&lx->chars, s,
						   len, fold, sizeof(fold)));
			f = lex_function(lx, hash);
			f->hash = hash;
			n += f->of == 0;
			assert(n < FUNCTION_SLOTS / 2);
			f->of |= (uint64_t)1 << l;
			if (s[len] == '\0')
				break;
			s += len + 1;
		}
	}
}

struct relate_lexer *
relate_lexer_new(void)
{
	return xcalloc(1, sizeof(struct relate_lexer));
}

/* Dear, and many a poll brings no text after all. */
static void
prepare(struct relate_lexer *lx)
{
	chars_init(&lx->chars);
	load_functions(lx);
	lx->is_prepared = true;
}

void
relate_lexer_free(struct relate_lexer *lx)
{
	if (lx == NULL)
		return;
	if (lx->breaks != NULL)
		ubrk_close(lx->breaks);
	for (size_t i = 0; i < LANG_MAX; i++) {
		if (lx->stemmers[i] != NULL)
			sb_stemmer_delete(lx->stemmers[i]);
	}
	chars_release(&lx->chars);
	signs_release(&lx->signs);
	free(lx->shingles);
	free(lx);
}

/* --- the language -------------------------------------------------------- */

static unsigned
lang_by_words(const struct relate_lexer *lx, unsigned declared)
{
	size_t hits[LANG_MAX] = {0};
	unsigned best = 0;

	for (size_t i = 0; i < lx->n_tokens; i++) {
		uint64_t of = lx->tokens[i].function_of;

		for (; of != 0; of &= of - 1)
			hits[__builtin_ctzll(of)]++;
	}
	for (unsigned l = 1; l < lang_count; l++) {
		if (hits[l] > hits[best])
			best = l;
	}
	/* A declared language stands unless the words speak against it. */
	if (declared != 0 && hits[best] < 3 + 2 * hits[declared])
		return declared;
	return hits[best] >= 2 ? best : declared;
}

static unsigned
find_lang(const struct relate_lexer *lx, const char *tag)
{
	unsigned declared = lang_from_tag(tag);

	if (lx->n_hangul > lx->n_dict + lx->n_letter / 2)
		return lang_from_tag("ko");
	if (lx->n_dict > lx->n_letter / 2) {
		if (lx->n_thai > lx->n_dict / 2)
			return lang_from_tag("th");
		if (lx->n_kana > lx->n_dict / 20)
			return lang_from_tag("ja");
		/* A headline may do without kana. */
		return declared == lang_from_tag("ja") && lx->n_dict < 40
			   ? declared
			   : lang_from_tag("zh");
	}
	return lang_by_words(lx, declared);
}

static uint64_t
token_hash(uint64_t hash)
{
	hash &= ((uint64_t)1 << 40) - 1;
	return hash + (hash == 0);
}

static uint64_t
stem_hash(struct relate_lexer *lx, unsigned lang, const struct lex_token *t)
{
	const char *s = lx->folded + t->fold;
	const struct lang *l = &lang_table[lang];
	size_t len = t->fold_len;

	if (t->flags & (LEX_DICT | LEX_NUMBER))
		return t->hash;
	if (l->stemmer != NULL) {
		const sb_symbol *stem;

		if (lx->stemmers[lang] == NULL)
			lx->stemmers[lang] = sb_stemmer_new(l->stemmer, NULL);
		if (lx->stemmers[lang] == NULL)
			return t->hash;
		stem = sb_stemmer_stem(
		    lx->stemmers[lang], (const sb_symbol *)s, (int)len);
		assert(stem != NULL); /* else: no memory */
		return word_hash((const char *)stem,
		    (size_t)sb_stemmer_length(lx->stemmers[lang]));
	}
	if (l->cut != 0) {
		size_t at = 0, chars = 0;
		uint32_t cp;

		while (at < len && chars++ < l->cut)
			at += utf8_decode(s + at, len - at, &cp);
		len = at;
	}
	return word_hash(s, len);
}

static void
finish_tokens(struct relate_lexer *lx, unsigned lang)
{
	for (size_t i = 0; i < lx->n_tokens; i++) {
		struct lex_token *t = &lx->tokens[i];

		t->sign = 0;
		if (lang != 0 && t->function_of >> lang & 1) {
			t->flags |= LEX_FUNCTION;
		} else {
			t->sign = signs_of(&lx->signs, &lx->chars, lang, t,
			    lx->folded + t->fold);
			t->hash = stem_hash(lx, lang, t);
		}
		t->hash = token_hash(t->hash);
	}
}

/* --- the feed's own name ------------------------------------------------- */

static bool
matches(const struct lex_token *t, const uint64_t *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (t[i].hash != words[i])
			return false;
	}
	return true;
}

/*
 * "Title - Feed": take the feed's name out of the title's ends and, where it
 * has two words or more, out of the text.  A name in one word may be what the
 * article is about.
 */
static void
drop_feed_name(struct relate_lexer *lx, size_t *n_title, const uint64_t *words,
    size_t n_words)
{
	size_t kept = 0, title = *n_title;

	for (size_t i = 0; i < lx->n_tokens;) {
		size_t end = i < title ? title : lx->n_tokens;

		if (n_words > 0 && i + n_words <= end &&
		    (i >= title ? n_words > 1
				: (i == 0 || i + n_words == title) &&
				      n_words < title) &&
		    matches(&lx->tokens[i], words, n_words)) {
			*n_title -= i < title ? n_words : 0;
			i += n_words;
			continue;
		}
		lx->tokens[kept++] = lx->tokens[i++];
	}
	lx->n_tokens = kept;
}

/* --- characters of the title ---------------------------------------------- */

static void
add_part(struct relate_lexer *lx, const char *title, size_t from, size_t len)
{
	struct lex_part *p = &lx->parts[lx->n_parts];

	if (lx->n_parts == LEX_PARTS || from > UINT16_MAX)
		return;
	p->hash = token_hash(word_hash(title + from, len));
	p->from = (uint16_t)from;
	p->len = (uint8_t)len;
	lx->n_parts++;
}

/*
 * A dictionary cuts one name now so and now so, and a headline is too short to
 * make up for it.  So its Chinese characters, and each two side by side, stand
 * beside its words.
 */
static void
find_parts(struct relate_lexer *lx, const char *title, size_t n_title)
{
	size_t before = 0, ends = SIZE_MAX; /* of the character before */

	lx->n_parts = 0;
	for (size_t i = 0; i < n_title; i++) {
		const struct lex_token *t = &lx->tokens[i];
		size_t at = t->from, end = at + t->len, next;
		uint32_t cp;

		for (; t->flags & LEX_DICT && at < end; at = next) {
			next = at + utf8_decode(title + at, end - at, &cp);
			if (cp < 0x3400 || cp > 0x9FFF)
				continue;
			add_part(lx, title, at, next - at);
			if (ends == at)
				add_part(lx, title, before, next - before);
			before = at;
			ends = next;
		}
	}
}

/* --- all of it ----------------------------------------------------------- */

static int
shingle_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
reset(struct relate_lexer *lx)
{
	lx->n_tokens = lx->n_folded = lx->n_shingles = lx->n_units = 0;
	lx->n_kana = lx->n_thai = lx->n_dict = lx->n_letter = lx->n_hangul = 0;
	lx->n_words = 0;
	lx->text_hash = 0;
	lx->counts_units = false;
}

static uint32_t
title_hash(const struct relate_lexer *lx, size_t n_title, bool with_figures)
{
	uint64_t h = 0;

	for (size_t i = 0; i < n_title; i++) {
		if (with_figures || (lx->tokens[i].flags & LEX_NUMBER) == 0)
			h = mix(h, lx->tokens[i].hash);
	}
	return (uint32_t)(h >> 32);
}

static size_t
distinct(uint64_t *v, size_t n)
{
	size_t kept = 0;

	if (n > 0)
		qsort(v, n, sizeof(*v), shingle_cmp);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || v[kept - 1] >> 16 != v[i] >> 16)
			v[kept++] = v[i];
	}
	return kept;
}

static size_t
feed_words(struct relate_lexer *lx, const char *name, uint64_t *ret)
{
	size_t n = 0;

	if (name == NULL)
		return 0;
	lex_scan(lx, name, strnlen(name, 1024), FEED_WORDS);
	for (; n < lx->n_tokens; n++)
		ret[n] = lx->tokens[n].hash;
	return n;
}

void
lex_text(
    struct relate_lexer *lx, const struct relate_text *t, struct lex_view *ret)
{
	uint64_t name[FEED_WORDS];
	size_t n_name, n_title, len;

	if (!lx->is_prepared)
		prepare(lx);
	reset(lx);
	n_name = feed_words(lx, t->feed_title, name);
	reset(lx);
	lines_begin(&lx->lines);
	if (t->title != NULL)
		lex_scan(lx, t->title, strnlen(t->title, LEX_TEXT_BYTES),
		    LEX_TITLE_TOKENS);
	n_title = lx->n_tokens;
	lx->counts_units = true;
	if (t->text != NULL) {
		len = utf8_cut(t->text, t->text_len, LEX_TEXT_BYTES);
		lex_scan(lx, t->text, len, n_title + LEX_TEXT_TOKENS);
		lines_end(&lx->lines);
	}
	drop_feed_name(lx, &n_title, name, n_name);
	ret->lang = find_lang(lx, t->lang);
	finish_tokens(lx, ret->lang);
	find_parts(lx, t->title, n_title);
	ret->tokens = lx->tokens;
	ret->n_tokens = lx->n_tokens;
	ret->n_title = n_title;
	ret->parts = lx->parts;
	ret->n_parts = lx->n_parts;
	ret->n_shingles = lx->n_shingles =
	    distinct(lx->shingles, lx->n_shingles);
	ret->shingles = lx->shingles;
	ret->lines = &lx->lines;
	ret->text_hash = lx->text_hash;
	ret->title_hash = title_hash(lx, n_title, true);
	ret->shape_hash = title_hash(lx, n_title, false);
	ret->n_words = lx->n_words;
}

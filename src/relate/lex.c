/* SPDX-License-Identifier: ISC */
/*
 * One hand-written pass finds words of alphabetic scripts, figures and runs
 * of scripts that write no spaces; only those runs go to ICU's dictionaries.
 * Korean, whose words carry their particles, is cut into pairs of syllables.
 * Words are folded (NFKC, case) by table, counted towards the language, and
 * stemmed once that is known.  Shingles are taken from the same pass over the
 * whole text: four words, or five characters where there are no spaces.
 */
#include "relate/lex.h"

#include <stdlib.h>
#include <string.h>

#include <libstemmer.h>
#include <unicode/ubrk.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "relate/chars.h"
#include "relate/lang.h"

enum {
	TOKENS_MAX = LEX_TITLE_TOKENS + LEX_TEXT_TOKENS,
	FOLD_MAX = 64,	 /* bytes kept of a word */
	RUN_UNITS = 512, /* given to a dictionary at a time */
	FUNCTION_SLOTS = 8192,
	FEED_WORDS = 8,
	SHINGLES_MAX = 16384,
};

struct function_word {
	uint64_t hash;
	uint64_t of; /* bit per language */
};

struct relate_lexer {
	struct chars chars;
	UBreakIterator *breaks; /* opened when first needed */
	struct sb_stemmer *stemmers[LANG_MAX];
	struct function_word functions[FUNCTION_SLOTS];

	struct lex_token tokens[TOKENS_MAX];
	size_t n_tokens;
	struct lex_part parts[LEX_PARTS];
	size_t n_parts;
	char folded[TOKENS_MAX * FOLD_MAX];
	size_t n_folded;
	uint64_t *shingles;
	struct lines lines;
	size_t n_shingles, cap_shingles;
	uint64_t last[LEX_SHINGLE_CHARS]; /* newest units, last[0] newest */
	size_t n_units;			  /* of this text */
	bool counts_units;		  /* in the text, not the title */
	uint64_t text_hash;
	size_t n_words;
	bool after_gap;
	size_t n_kana, n_thai, n_dict, n_letter, n_hangul;
};

static uint64_t
word_hash(const char *s, size_t len)
{
	return XXH3_64bits(s, len);
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	return XXH64(&b, sizeof(b), a);
}

static struct function_word *
function_slot(struct relate_lexer *lx, uint64_t hash)
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

			f = function_slot(
			    lx, word_hash(fold, chars_fold_word(&lx->chars, s,
						    len, fold, sizeof(fold))));
			f->hash = word_hash(fold, chars_fold_word(&lx->chars, s,
						      len, fold, sizeof(fold)));
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
	struct relate_lexer *lx = xcalloc(1, sizeof(*lx));

	chars_init(&lx->chars);
	load_functions(lx);
	return lx;
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
	free(lx->shingles);
	free(lx);
}

const char *
lex_folded(const struct relate_lexer *lx, const struct lex_token *tok)
{
	return lx->folded + tok->fold;
}

/* --- units and tokens ---------------------------------------------------- */

static uint16_t
line_number(const struct relate_lexer *lx)
{
	return lx->lines.n < UINT16_MAX ? (uint16_t)lx->lines.n : UINT16_MAX;
}

static void
add_shingle(struct relate_lexer *lx, size_t width)
{
	uint64_t h = 0;

	if (lx->n_units < width || lx->n_shingles == SHINGLES_MAX)
		return;
	for (size_t i = 0; i < width; i++)
		h = h * 0x9E3779B97F4A7C15u + lx->last[i];
	if (lx->n_shingles == lx->cap_shingles) {
		lx->cap_shingles = lx->cap_shingles * 2 + 256;
		lx->shingles = xreallocarray(
		    lx->shingles, lx->cap_shingles, sizeof(*lx->shingles));
	}
	lx->shingles[lx->n_shingles++] =
	    mix(1, h) >> 32 << 16 | line_number(lx);
}

/* A word, or a character where there are no spaces. */
static void
add_unit(struct relate_lexer *lx, uint64_t hash, size_t width, bool is_number)
{
	uint64_t in_line = is_number ? 0 : hash;

	lx->text_hash = mix(lx->text_hash, hash);
	if (!lx->counts_units) {
		lines_title(&lx->lines, in_line);
		return;
	}
	lines_unit(&lx->lines, in_line, width == LEX_SHINGLE_CHARS);
	memmove(lx->last + 1, lx->last,
	    (LEX_SHINGLE_CHARS - 1) * sizeof(lx->last[0]));
	lx->last[0] = hash;
	lx->n_units++;
	add_shingle(lx, width);
}

static void
add_token(struct relate_lexer *lx, size_t limit, size_t from, size_t len,
    const char *fold, size_t fold_len, uint64_t hash, unsigned flags)
{
	struct lex_token *t;

	lx->n_words += lx->counts_units;
	if (lx->n_tokens >= limit) {
		lx->after_gap = false;
		return;
	}
	t = &lx->tokens[lx->n_tokens++];
	t->hash = hash;
	t->from = (uint32_t)from;
	t->len = (uint16_t)len;
	t->fold = (uint32_t)lx->n_folded;
	t->fold_len = (uint16_t)fold_len;
	t->line = line_number(lx);
	t->flags = (uint8_t)(flags | (lx->after_gap ? LEX_AFTER_GAP : 0));
	t->function_of = function_slot(lx, hash)->of;
	memcpy(lx->folded + lx->n_folded, fold, fold_len);
	lx->n_folded += fold_len;
	lx->after_gap = false;
}

/* Longest prefix of whole characters with at most `cap` bytes once folded. */
static size_t
fold_run(
    struct relate_lexer *lx, const char *s, size_t len, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t at = 0; at < len;) {
		uint32_t cp, to;
		char enc[4];
		size_t bytes;

		at += utf8_decode(s + at, len - at, &cp);
		to = chars_fold(&lx->chars, cp);
		if (to == 0)
			return chars_fold_word(&lx->chars, s, len, out, cap);
		bytes = utf8_encode(to, enc);
		if (n + bytes > cap)
			break;
		memcpy(out + n, enc, bytes);
		n += bytes;
	}
	return n;
}

/* --- the pass ------------------------------------------------------------ */

struct scan {
	struct relate_lexer *lx;
	const char *s;
	size_t len;
	size_t limit; /* tokens in all */
};

static enum char_kind
peek(const struct scan *sc, size_t at, uint32_t *ret_cp, size_t *ret_next)
{
	unsigned char c = (unsigned char)sc->s[at];

	if (c < 0x80) {
		*ret_cp = c;
		*ret_next = at + 1;
	} else {
		*ret_next = at + utf8_decode(sc->s + at, sc->len - at, ret_cp);
	}
	return chars_kind(&sc->lx->chars, *ret_cp);
}

/* Is this a separator between digits that belongs to the figure?  In 10,000
 * and 10.000 it only groups, and goes. */
static bool
joins_digits(const struct scan *sc, size_t at, bool *ret_groups)
{
	size_t n = 0;

	if (at + 1 >= sc->len || (sc->s[at] != '.' && sc->s[at] != ','))
		return false;
	while (n < 4 && at + 1 + n < sc->len && sc->s[at + 1 + n] >= '0' &&
	       sc->s[at + 1 + n] <= '9')
		n++;
	*ret_groups = n == 3;
	return n > 0;
}

/* A word of an alphabetic script, or a figure; `at` is its first byte. */
static size_t
scan_word(struct scan *sc, size_t at)
{
	struct relate_lexer *lx = sc->lx;
	char fold[FOLD_MAX];
	size_t from = at, next, n = 0, chars = 0;
	unsigned flags = LEX_NUMBER;
	bool slow = false, groups;
	uint64_t hash;
	uint32_t cp, to;

	for (; at < sc->len; at = next, chars++) {
		enum char_kind k = peek(sc, at, &cp, &next);
		char enc[4];
		size_t bytes;

		if (k == CHAR_OTHER && chars > 0 && flags & LEX_NUMBER &&
		    joins_digits(sc, at, &groups)) {
			if (!groups && n < FOLD_MAX)
				fold[n++] = '.';
			continue;
		}
		if (k == CHAR_OTHER || k == CHAR_DICT || k == CHAR_HANGUL)
			break;
		if (k != CHAR_DIGIT)
			flags &= ~(unsigned)LEX_NUMBER;
		to = chars_fold(&lx->chars, cp);
		slow |= to == 0;
		bytes = utf8_encode(to, enc);
		if (!slow && n + bytes <= FOLD_MAX) {
			memcpy(fold + n, enc, bytes);
			n += bytes;
		}
	}
	if (slow)
		n = chars_fold_word(
		    &lx->chars, sc->s + from, at - from, fold, FOLD_MAX);
	lx->n_letter += chars;
	if (n == 0 || (chars == 1 && (flags & LEX_NUMBER) == 0))
		return at; /* initials, what an apostrophe leaves */
	hash = word_hash(fold, n);
	add_unit(lx, hash, LEX_SHINGLE_WORDS, (flags & LEX_NUMBER) != 0);
	if (at - from <= UINT16_MAX)
		add_token(lx, sc->limit, from, at - from, fold, n, hash, flags);
	return at;
}

/* Syllables in pairs; a word of one or two is one token. */
static size_t
scan_hangul(struct scan *sc, size_t at)
{
	struct relate_lexer *lx = sc->lx;
	size_t from = at, next, prev = at, chars = 0;
	uint32_t cp;

	for (; at < sc->len; prev = at, at = next, chars++) {
		if (peek(sc, at, &cp, &next) != CHAR_HANGUL)
			break;
		if (chars > 0)
			add_token(lx, sc->limit, prev, next - prev,
			    sc->s + prev, next - prev,
			    word_hash(sc->s + prev, next - prev), LEX_DICT);
	}
	if (chars == 1)
		add_token(lx, sc->limit, from, at - from, sc->s + from,
		    at - from, word_hash(sc->s + from, at - from), LEX_DICT);
	lx->n_hangul += chars;
	add_unit(
	    lx, word_hash(sc->s + from, at - from), LEX_SHINGLE_WORDS, false);
	return at;
}

static void
count_script(struct relate_lexer *lx, uint32_t cp)
{
	lx->n_dict++;
	lx->n_kana += cp >= 0x3040 && cp <= 0x30FF;
	lx->n_thai += cp >= 0x0E00 && cp <= 0x0E7F;
}

/* Hiragana alone, one or two: endings and particles. */
static bool
is_particle(const UChar *u, int32_t n)
{
	if (n > 2)
		return false;
	for (int32_t i = 0; i < n; i++) {
		if (u[i] < 0x3040 || u[i] > 0x309F)
			return false;
	}
	return true;
}

static void
break_run(struct scan *sc, const UChar *units, const uint32_t *bytes, int32_t n)
{
	struct relate_lexer *lx = sc->lx;
	UErrorCode err = U_ZERO_ERROR;
	int32_t from, to;

	if (lx->breaks == NULL)
		lx->breaks = ubrk_open(UBRK_WORD, "", NULL, 0, &err);
	assert(U_SUCCESS(err)); /* ICU's data holds the rules */
	ubrk_setText(lx->breaks, units, n, &err);
	if (U_FAILURE(err))
		return;
	from = ubrk_first(lx->breaks);
	while ((to = ubrk_next(lx->breaks)) != UBRK_DONE) {
		char fold[FOLD_MAX];
		size_t at = bytes[from], len = bytes[to] - at, f;

		if (!is_particle(units + from, to - from)) {
			f = fold_run(lx, sc->s + at, len, fold, FOLD_MAX);
			add_token(lx, sc->limit, at, len, fold, f,
			    word_hash(fold, f), LEX_DICT);
		} else {
			lx->after_gap = true;
		}
		from = to;
	}
}

/* A run of a script without spaces. */
static size_t
scan_dict(struct scan *sc, size_t at)
{
	struct relate_lexer *lx = sc->lx;
	UChar units[RUN_UNITS + 2];
	uint32_t bytes[RUN_UNITS + 3], cp;
	int32_t n = 0;
	size_t next;

	for (; at < sc->len && n < RUN_UNITS; at = next) {
		enum char_kind k = peek(sc, at, &cp, &next);

		if (k != CHAR_DICT && !(k == CHAR_MARK && n > 0))
			break;
		count_script(lx, cp);
		add_unit(lx, cp, LEX_SHINGLE_CHARS, false);
		bytes[n] = (uint32_t)at;
		if (cp > 0xFFFF)
			bytes[n + 1] = (uint32_t)at;
		U16_APPEND_UNSAFE(units, n, cp);
	}
	bytes[n] = (uint32_t)at;
	if (lx->n_tokens < sc->limit)
		break_run(sc, units, bytes, n);
	else
		lx->n_words += lx->counts_units;
	return at;
}

static bool
ends_line(const struct scan *sc, uint32_t cp, size_t next)
{
	switch (cp) {
	case '\n':
	case 0x3002: /* ideographic full stop */
	case 0xFF01: /* and marks */
	case 0xFF1F:
		return true;
	case '.':
	case '!':
	case '?':
		return next == sc->len || sc->s[next] == ' ' ||
		       sc->s[next] == '\n';
	default:
		return false;
	}
}

static void
scan_field(struct relate_lexer *lx, const char *s, size_t len, size_t limit)
{
	struct scan sc = {.lx = lx, .s = s, .len = len, .limit = limit};
	size_t at = 0, next;
	uint32_t cp;

	lx->after_gap = true;
	while (at < len) {
		switch (peek(&sc, at, &cp, &next)) {
		case CHAR_OTHER:
		case CHAR_MARK:
			if (cp != ' ' && cp != '-' && cp != 0xA0)
				lx->after_gap = true;
			if (lx->counts_units && ends_line(&sc, cp, next))
				lines_end(&lx->lines);
			at = next;
			break;
		case CHAR_HANGUL:
			at = scan_hangul(&sc, at);
			break;
		case CHAR_DICT:
			at = scan_dict(&sc, at);
			break;
		default:
			at = scan_word(&sc, at);
		}
	}
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

		if (lang != 0 && t->function_of >> lang & 1)
			t->flags |= LEX_FUNCTION;
		else
			t->hash = stem_hash(lx, lang, t);
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
	scan_field(lx, name, strnlen(name, 1024), FEED_WORDS);
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

	reset(lx);
	n_name = feed_words(lx, t->feed_title, name);
	reset(lx);
	lines_begin(&lx->lines);
	if (t->title != NULL)
		scan_field(lx, t->title, strnlen(t->title, LEX_TEXT_BYTES),
		    LEX_TITLE_TOKENS);
	n_title = lx->n_tokens;
	lx->counts_units = true;
	if (t->text != NULL) {
		len = utf8_cut(t->text, t->text_len, LEX_TEXT_BYTES);
		scan_field(lx, t->text, len, n_title + LEX_TEXT_TOKENS);
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

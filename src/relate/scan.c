/* SPDX-License-Identifier: ISC */
/*
 * One hand-written pass finds words of alphabetic scripts, figures and runs
 * of scripts that write no spaces; only those runs go to ICU's dictionaries.
 * Korean, whose words carry their particles, is cut into pairs of syllables.
 * Words are folded (NFKC, case) by table and counted towards the language.
 * Shingles are taken from the same pass over the whole text: four words, or
 * five characters where there are no spaces.
 */
#include "relate/lex_int.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum {
	RUN_UNITS = 512, /* given to a dictionary at a time */
	SHINGLES_MAX = 16384,
};

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
	t->function_of = lex_function(lx, hash)->of;
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
		if (k == CHAR_UPPER && chars == 0)
			flags |= LEX_UPPER;
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

void
lex_scan(struct relate_lexer *lx, const char *s, size_t len, size_t limit)
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

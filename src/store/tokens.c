/* SPDX-License-Identifier: ISC */
/*
 * Words by script.  Where words are letters between spaces (Latin, Greek,
 * Cyrillic, Arabic, Indic, ...) a run of letters, marks and digits is a word,
 * NFKC, case and accents folded.  Thai, Lao, Khmer and Burmese are cut by
 * ICU's dictionaries.  Han, kana and Hangul become overlapping pairs: a
 * dictionary cuts the same characters differently in different sentences, so
 * that what a person types would not be found; pairs find every run of two
 * characters or more wherever it stands.  So that one character can be found
 * too, each character begins exactly one token: the last of a run stands alone
 * at the place of its last pair, and a lone character is asked for as a prefix.
 */
#include "store/tokens.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"

enum {
	WORD_BYTES = 128, /* of a word; what is longer is cut */
	WORD_UNITS = 512, /* room for it folded, in UTF-16 */
	RUN_UNITS = 1024, /* of a dictionary script at a time */
	TABLE_FROM = 0xC0,
	TABLE_TO = 0x530
};

struct tokens {
	const UNormalizer2 *nfkc_fold, *nfd;
	UBreakIterator *breaker; /* opened when first needed */
	/* One character folded to one; 0: not known yet; 0xFFFF: not one. */
	uint16_t table[TABLE_TO - TABLE_FROM];
};

enum char_class { BREAK, LETTER, MARK, PAIRED, DICTIONARY };

struct tokens *
tokens_new(void)
{
	struct tokens *t = xcalloc(1, sizeof(*t));
	UErrorCode err = U_ZERO_ERROR;

	t->nfkc_fold = unorm2_getNFKCCasefoldInstance(&err);
	t->nfd = unorm2_getNFDInstance(&err);
	assert(U_SUCCESS(err)); /* built into ICU */
	return t;
}

void
tokens_free(struct tokens *t)
{
	if (t == NULL)
		return;
	if (t->breaker != NULL)
		ubrk_close(t->breaker);
	free(t);
}

/* --- classes ------------------------------------------------------------- */

/* Han, kana and Hangul that NFKC and case folding leave as they are: nearly
 * all there is of them. */
static bool
is_stable(uint32_t cp)
{
	return (cp >= 0x4E00 && cp <= 0x9FFF) ||
	       (cp >= 0x3041 && cp <= 0x3096) ||
	       (cp >= 0x30A1 && cp <= 0x30FE) ||
	       (cp >= 0xAC00 && cp <= 0xD7A3) || cp == 0x3005 ||
	       (cp >= 0x3400 && cp <= 0x4DBF);
}

/* Scripts whose words touch: Han, kana, bopomofo, Hangul, Yi. */
static bool
is_paired(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {{0x1100, 0x11FF}, {0x2E80, 0x2FDF}, {0x3005, 0x3007},
	    {0x3021, 0x3029}, {0x3031, 0x3035}, {0x3038, 0x303C},
	    {0x3041, 0x3096}, {0x309D, 0x309F}, {0x30A1, 0x30FA},
	    {0x30FC, 0x318F}, {0x31A0, 0x31BF}, {0x31F0, 0x31FF},
	    {0x3200, 0x4DBF}, {0x4E00, 0xA4CF}, {0xA960, 0xA97F},
	    {0xAC00, 0xD7FF}, {0xF900, 0xFAFF}, {0xFF66, 0xFF9D},
	    {0xFFA1, 0xFFDC}, {0x1AFF0, 0x1B16F}, {0x20000, 0x3FFFF}};

	if (cp < 0x1100)
		return false;
	if (is_stable(cp))
		return true;
	for (size_t k = 0; k < AK_COUNT(ranges); k++)
		if (cp <= ranges[k].to)
			return cp >= ranges[k].from;
	return false;
}

/* Voiced and semi-voiced marks of kana. */
static bool
is_kana_mark(uint32_t cp)
{
	return cp == 0x3099 || cp == 0x309A || cp == 0xFF9E || cp == 0xFF9F;
}

static bool
is_ascii_letter(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static enum char_class
class_of(uint32_t cp)
{
	uint32_t mask;

	if (cp < 0x80)
		return is_ascii_letter((unsigned char)cp) ? LETTER : BREAK;
	if (is_paired(cp))
		return PAIRED;
	mask = U_GET_GC_MASK((UChar32)cp);
	if ((mask & (U_GC_L_MASK | U_GC_N_MASK)) != 0)
		return cp >= 0xE00 &&
			       u_getIntPropertyValue((UChar32)cp,
				   UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT
			   ? DICTIONARY
			   : LETTER;
	/* Marks, soft hyphen and joiners go on with a word, but begin none. */
	if ((mask & U_GC_M_MASK) != 0 || cp == 0xAD || cp == 0x200C ||
	    cp == 0x200D)
		return MARK;
	return BREAK;
}

/* --- folding --------------------------------------------------------- */

/* The character at s[*at], *at < n; moves past it. */
static uint32_t
next_char(const UChar *s, int32_t n, int32_t *at)
{
	uint32_t lead = s[(*at)++];

	if (lead < 0xD800 || lead > 0xDBFF || *at == n)
		return lead;
	return 0x10000 + ((lead - 0xD800) << 10) + (s[(*at)++] - 0xDC00u);
}

/* May the marks over this letter be dropped?  In Indic scripts they are
 * vowels. */
static bool
drops_marks(UChar32 base)
{
	UErrorCode err = U_ZERO_ERROR;
	UScriptCode script = uscript_getScript(base, &err);

	return script == USCRIPT_LATIN || script == USCRIPT_GREEK ||
	       script == USCRIPT_CYRILLIC || script == USCRIPT_HEBREW ||
	       script == USCRIPT_ARABIC || script == USCRIPT_COMMON;
}

/* NFKC, case and accents folded; UTF-8 into out[WORD_UNITS * 3]. */
static size_t
fold_slowly(const struct tokens *t, const char *s, size_t len, char *out)
{
	UChar a[WORD_UNITS], b[WORD_UNITS];
	UErrorCode err = U_ZERO_ERROR;
	int32_t n = 0, kept = 0, bytes = 0;
	bool drop = true;

	u_strFromUTF8WithSub(
	    a, WORD_UNITS, &n, s, (int32_t)len, UTF8_REPLACEMENT, NULL, &err);
	n = unorm2_normalize(t->nfkc_fold, a, n, b, WORD_UNITS, &err);
	n = unorm2_normalize(t->nfd, b, n, a, WORD_UNITS, &err);
	if (U_FAILURE(err))
		return 0; /* a character that grew beyond all measure */
	for (int32_t k = 0; k < n;) {
		int32_t from = k;
		UChar32 cp = (UChar32)next_char(a, n, &k);

		if (u_charType(cp) == U_NON_SPACING_MARK) {
			if (drop)
				continue;
		} else {
			drop = drops_marks(cp);
		}
		memmove(b + kept, a + from, (size_t)(k - from) * sizeof(*a));
		kept += k - from;
	}
	u_strToUTF8(out, WORD_UNITS * 3, &bytes, b, kept, &err);
	return U_FAILURE(err) ? 0 : (size_t)bytes;
}

/* What the table holds for `cp`, filling it in. */
static uint16_t
table_get(struct tokens *t, uint32_t cp)
{
	uint16_t *slot = &t->table[cp - TABLE_FROM];

	if (*slot == 0) {
		char utf8[4], out[WORD_UNITS * 3];
		size_t n = fold_slowly(t, utf8, utf8_encode(cp, utf8), out);
		uint32_t folded = 0;

		*slot = n > 0 && utf8_decode(out, n, &folded) == n &&
				folded < 0xFFFF
			    ? (uint16_t)folded
			    : 0xFFFF;
	}
	return *slot;
}

/* Fold a word; letters of the table need no ICU call. */
static size_t
fold(struct tokens *t, const char *s, size_t len, char *out)
{
	size_t n = 0;

	for (size_t k = 0; k < len;) {
		unsigned char c = (unsigned char)s[k];
		uint32_t cp;
		uint16_t folded;
		size_t step;

		if (c < 0x80) {
			out[n++] = (char)ascii_lower(c);
			k++;
			continue;
		}
		step = utf8_decode(s + k, len - k, &cp);
		if (cp < TABLE_FROM || cp >= TABLE_TO ||
		    (folded = table_get(t, cp)) == 0xFFFF)
			return fold_slowly(t, s, len, out);
		n += utf8_encode(folded, out + n);
		k += step;
	}
	return n;
}

/* --- runs ------------------------------------------------------------ */

struct run { /* one call of tokens_run() */
	struct tokens *t;
	bool is_query;
	const char *text;
	size_t len;
	token_cb cb;
	void *arg;
	char *out; /* WORD_UNITS * 3 */
};

/* A run of letters and marks from `at`; sets *ret_end behind it. */
static int
put_word(struct run *r, size_t at, size_t *ret_end)
{
	size_t end = at, n = 0;

	while (end < r->len && is_ascii_letter((unsigned char)r->text[end])) {
		unsigned char c = (unsigned char)r->text[end++];

		if (n < WORD_BYTES)
			r->out[n++] = (char)ascii_lower(c);
	}
	if (end == r->len || (unsigned char)r->text[end] < 0x80) {
		*ret_end = end;
		return r->cb(r->arg, 0, r->out, n, at, end);
	}
	while (end < r->len) {
		uint32_t cp = (unsigned char)r->text[end];
		size_t step = 1;
		enum char_class class;

		if (cp >= 0x80)
			step = utf8_decode(r->text + end, r->len - end, &cp);
		class = class_of(cp);
		if (class != LETTER && class != MARK)
			break;
		end += step;
	}
	*ret_end = end;
	n = end - at;
	if (n > WORD_BYTES)
		n = utf8_cut(r->text + at, n, WORD_BYTES);
	n = fold(r->t, r->text + at, n, r->out);
	return n == 0 ? 0 : r->cb(r->arg, 0, r->out, n, at, end);
}

struct unit { /* one folded character and where it came from */
	char bytes[4];
	size_t len, start, end;
};

struct pairs {
	struct unit last;
	size_t n;
};

static int
put_unit(struct run *r, struct pairs *p, const struct unit *u)
{
	char pair[8];
	int rc = 0;

	if (p->n > 0) {
		memcpy(pair, p->last.bytes, p->last.len);
		memcpy(pair + p->last.len, u->bytes, u->len);
		rc = r->cb(r->arg, TOKENS_PAIR, pair, p->last.len + u->len,
		    p->last.start, u->end);
	}
	p->last = *u;
	p->n++;
	return rc;
}

/* Characters that folding changes: half-width kana, radicals, squares, ... */
static int
put_odd_unit(struct run *r, struct pairs *p, size_t start, size_t end)
{
	struct unit u = {.start = start, .end = end};
	UChar a[16], b[64];
	UErrorCode err = U_ZERO_ERROR;
	int32_t n = 0;
	int rc = 0;

	u_strFromUTF8WithSub(a, 16, &n, r->text + start, (int32_t)(end - start),
	    UTF8_REPLACEMENT, NULL, &err);
	n = unorm2_normalize(r->t->nfkc_fold, a, n, b, 64, &err);
	for (int32_t k = 0; U_SUCCESS(err) && k < n && rc == 0;) {
		uint32_t cp = next_char(b, n, &k);

		if (class_of(cp) == BREAK)
			continue;
		u.len = utf8_encode(cp, u.bytes);
		rc = put_unit(r, p, &u);
	}
	return rc;
}

static int
put_pairs(struct run *r, size_t at, size_t *ret_end)
{
	struct pairs p = {.n = 0};
	int rc = 0;

	while (at < r->len && rc == 0) {
		uint32_t cp, next;
		size_t end = at + utf8_decode(r->text + at, r->len - at, &cp);
		bool is_odd = !is_stable(cp);

		if (!is_paired(cp))
			break;
		for (int marks = 0; end < r->len && marks < 2; marks++) {
			size_t step =
			    utf8_decode(r->text + end, r->len - end, &next);

			if (!is_kana_mark(next))
				break;
			end += step;
			is_odd = true;
		}
		if (is_odd) {
			rc = put_odd_unit(r, &p, at, end);
		} else {
			struct unit u = {
			    .len = end - at, .start = at, .end = end};

			memcpy(u.bytes, r->text + at, u.len);
			rc = put_unit(r, &p, &u);
		}
		at = end;
	}
	*ret_end = at;
	if (rc != 0 || p.n == 0 || (p.n > 1 && r->is_query))
		return rc;
	return r->cb(r->arg, TOKENS_PART | (p.n > 1 ? TOKENS_SAME_PLACE : 0),
	    p.last.bytes, p.last.len, p.last.start, p.last.end);
}

/* A run of a script that ICU cuts by dictionary. */
static int
put_dictionary(struct run *r, size_t at, size_t *ret_end)
{
	UChar units[RUN_UNITS];
	size_t offsets[RUN_UNITS + 1];
	UErrorCode err = U_ZERO_ERROR;
	int32_t n = 0, from, to;
	int rc = 0;

	while (at < r->len && n < RUN_UNITS - 2) {
		uint32_t cp;
		size_t step = utf8_decode(r->text + at, r->len - at, &cp);
		enum char_class class = class_of(cp);
		int32_t before = n;

		if (class != DICTIONARY && class != MARK)
			break;
		if (cp > 0xFFFF)
			units[n++] = (UChar)(0xD7C0 + (cp >> 10));
		units[n++] = (UChar)(cp > 0xFFFF ? 0xDC00 + (cp & 0x3FF) : cp);
		for (int32_t k = before; k < n; k++)
			offsets[k] = at;
		at += step;
	}
	offsets[n] = at;
	*ret_end = at;
	if (r->t->breaker == NULL)
		r->t->breaker = ubrk_open(UBRK_WORD, "th", NULL, 0, &err);
	if (U_SUCCESS(err))
		ubrk_setText(r->t->breaker, units, n, &err);
	if (U_FAILURE(err))
		return 0; /* ICU without its data: these words are lost */
	from = ubrk_first(r->t->breaker);
	while (rc == 0 && (to = ubrk_next(r->t->breaker)) != UBRK_DONE) {
		size_t start = offsets[from], end = offsets[to];
		size_t len = fold_slowly(r->t, r->text + start,
		    utf8_cut(r->text + start, end - start, WORD_BYTES), r->out);

		if (len > 0)
			rc =
			    r->cb(r->arg, TOKENS_PART, r->out, len, start, end);
		from = to;
	}
	return rc;
}

int
tokens_run(struct tokens *t, bool is_query, const char *text, size_t len,
    token_cb cb, void *arg)
{
	char out[WORD_UNITS * 3];
	struct run r = {.t = t,
	    .out = out,
	    .is_query = is_query,
	    .text = text,
	    .len = len,
	    .cb = cb,
	    .arg = arg};
	int rc = 0;

	for (size_t at = 0; at < len && rc == 0;) {
		uint32_t cp = (unsigned char)text[at];
		size_t step = 1;

		if (cp >= 0x80)
			step = utf8_decode(text + at, len - at, &cp);
		switch (class_of(cp)) {
		case LETTER:
			rc = put_word(&r, at, &at);
			break;
		case PAIRED:
			rc = put_pairs(&r, at, &at);
			break;
		case DICTIONARY:
			rc = put_dictionary(&r, at, &at);
			break;
		case BREAK:
		case MARK:
			at += step;
			break;
		}
	}
	return rc;
}

/* --- titles ---------------------------------------------------------- */

static int
add_to_key(void *arg, int flags, const char *token, size_t len, size_t start,
    size_t end)
{
	struct buf *key = arg;
	uint32_t cp;

	(void)start;
	(void)end;
	if ((flags & TOKENS_PAIR) != 0) /* its second begins the next token */
		len = utf8_decode(token, len, &cp);
	buf_add(key, token, len);
	return 0;
}

const char *
tokens_title_key(struct tokens *t, struct arena *a, const char *title)
{
	struct buf key;
	const char *ret;

	buf_init(&key, 8 * strlen(title) + 64);
	(void)tokens_run(t, false, title, strlen(title), add_to_key, &key);
	ret = arena_strndup(a, buf_str(&key), key.len);
	buf_release(&key);
	return ret;
}

/* SPDX-License-Identifier: ISC */
#include "relate/chars.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { WORD_UNITS = 256 };

void
chars_init(struct chars *c)
{
	UErrorCode err = U_ZERO_ERROR;

	memset(c, 0, sizeof(*c));
	c->folding = unorm2_getNFKCCasefoldInstance(&err);
	assert(U_SUCCESS(err)); /* compiled into ICU */
}

void
chars_release(struct chars *c)
{
	for (size_t i = 0; i < AK_COUNT(c->pages); i++)
		free(c->pages[i]);
}

static bool
writes_no_spaces(uint32_t cp)
{
	UErrorCode err = U_ZERO_ERROR;

	/* Sound marks of kana, whose script is Common. */
	if (cp == 0x30FC || cp == 0xFF70 || cp == 0xFF9E || cp == 0xFF9F)
		return true;
	switch (uscript_getScript((UChar32)cp, &err)) {
	case USCRIPT_HAN:
	case USCRIPT_HIRAGANA:
	case USCRIPT_KATAKANA:
	case USCRIPT_THAI:
	case USCRIPT_LAO:
	case USCRIPT_KHMER:
	case USCRIPT_MYANMAR:
		return true;
	default:
		return false;
	}
}

static enum char_kind
kind_of(uint32_t cp)
{
	int8_t type = u_charType((UChar32)cp);

	if (type == U_DECIMAL_DIGIT_NUMBER)
		return CHAR_DIGIT;
	if (type == U_UPPERCASE_LETTER || type == U_TITLECASE_LETTER)
		return CHAR_UPPER;
	if ((U_MASK(type) & (U_GC_L_MASK | U_GC_M_MASK)) == 0)
		return CHAR_OTHER;
	if (writes_no_spaces(cp))
		return CHAR_DICT;
	if ((U_MASK(type) & U_GC_M_MASK) != 0)
		return CHAR_MARK;
	return cp >= 0xAC00 && cp <= 0xD7A3 ? CHAR_HANGUL : CHAR_LETTER;
}

/* Marks compose with what stands before them, so they are never alone. */
static uint16_t
fold_of(const struct chars *c, uint32_t cp)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar in[2], out[8];
	int32_t n = 0, m;

	if ((U_MASK(u_charType((UChar32)cp)) & U_GC_M_MASK) != 0 ||
	    (cp >= 0xD800 && cp <= 0xDFFF) || cp == 0xFF9E || cp == 0xFF9F)
		return 0;
	U16_APPEND_UNSAFE(in, n, cp);
	m = unorm2_normalize(c->folding, in, n, out, 8, &err);
	return U_SUCCESS(err) && m == 1 ? out[0] : 0;
}

static const struct chars_page *
page_of(struct chars *c, uint32_t cp)
{
	struct chars_page *p = c->pages[cp >> 8];

	if (p == NULL) {
		p = c->pages[cp >> 8] = xmalloc(sizeof(*p));
		for (uint32_t i = 0; i < 256; i++) {
			p->kind[i] = (uint8_t)kind_of((cp & 0xFF00) | i);
			p->fold[i] = fold_of(c, (cp & 0xFF00) | i);
		}
	}
	return p;
}

enum char_kind
chars_kind(struct chars *c, uint32_t cp)
{
	if (cp > 0xFFFF)
		return kind_of(cp);
	return (enum char_kind)page_of(c, cp)->kind[cp & 0xFF];
}

uint32_t
chars_fold(struct chars *c, uint32_t cp)
{
	return cp > 0xFFFF ? 0 : page_of(c, cp)->fold[cp & 0xFF];
}

size_t
chars_fold_word(
    const struct chars *c, const char *s, size_t len, char *out, size_t cap)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar in[WORD_UNITS], folded[WORD_UNITS * 4];
	char bytes[WORD_UNITS * 4 * 3];
	int32_t n = 0, m;

	for (size_t at = 0; at < len && n < WORD_UNITS - 2;) {
		uint32_t cp;

		at += utf8_decode(s + at, len - at, &cp);
		U16_APPEND_UNSAFE(in, n, cp);
	}
	m = unorm2_normalize(c->folding, in, n, folded, WORD_UNITS * 4, &err);
	u_strToUTF8(bytes, sizeof(bytes), &n, folded, m, &err);
	if (U_FAILURE(err))
		return 0;
	cap = utf8_cut(bytes, (size_t)n, cap);
	memcpy(out, bytes, cap);
	return cap;
}

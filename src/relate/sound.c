/* SPDX-License-Identifier: ISC */
#include "relate/sound.h"

#include <string.h>

#include "base/utf8.h"

/* A class for each character; "a": a vowel; ".": silent. */
static const struct {
	uint32_t first;
	const char *classes;
} tables[] = {
    {'a', "aBKDaFGHaJKRNNaPKRSTaBBKaS"},
    {0x3B1, "aBGDaSaTaKRNNKaPRSSTaFHPa"},	 /* alpha */
    {0x430, "aBBGDaJSaaKRNNaPRSTaFHSKSS.a.aaa"}, /* Cyrillic a */
    {0x30A1, "aaaaaaaaaaKGKGKGKGKG"		 /* small a; ka */
	     "SSSJSSSSSSTDKJ.TSTDTDNNNNN"	 /* sa; ta; na */
	     "HBPHBPFBPHBPHBPNNNNN"		 /* ha; ma */
	     "......RRRRRaaaaaNBKK"		 /* ya; ra; wa; n, vu */
	     "BBBB"},
};

/* Letters that stand alone: neither in a row nor made of another and a mark. */
static const struct {
	uint16_t letter;
	char class;
} others[] = {
    {0xE6, 'a'}, {0xF0, 'D'}, {0xF8, 'a'}, {0xFE, 'T'}, /* ae, eth, o, thorn */
    {0x111, 'D'}, {0x131, 'a'}, {0x142, 'R'}, {0x153, 'a'}, /* d, i, l, oe */
    {0x259, 'a'},					    /* schwa */
    {0x452, 'D'}, {0x454, 'a'}, {0x456, 'a'}, {0x458, '.'}, /* Cyrillic */
    {0x459, 'R'}, {0x45A, 'N'}, {0x45B, 'K'}, {0x45F, 'D'}, {0x491, 'G'},
    {0x30FC, '.'}, /* a long vowel */
};

static char
class_of(uint32_t c)
{
	for (size_t i = 0; i < AK_COUNT(tables); i++) {
		size_t at = c - tables[i].first;

		if (c >= tables[i].first && at < strlen(tables[i].classes))
			return tables[i].classes[at];
	}
	for (size_t i = 0; i < AK_COUNT(others); i++) {
		if (others[i].letter == c)
			return others[i].class;
	}
	return '\0';
}

/* The letter without its marks; a kana's marks are part of it. */
static uint32_t
bare(const UNormalizer2 *nfd, uint32_t c)
{
	UErrorCode err = U_ZERO_ERROR;
	UChar out[8];

	if (c < 0x80 || c >= 0x3000 || c == 0xE7) /* c with cedilla */
		return c;
	if (unorm2_getDecomposition(nfd, (UChar32)c, out, 8, &err) > 0 &&
	    U_SUCCESS(err))
		return out[0];
	return c;
}

/* What depends on the place in the word. */
static char
class_in_word(uint32_t c, uint32_t next, bool is_first)
{
	bool is_soft = next == 'e' || next == 'i';

	switch (c) {
	case 'c':
		return is_soft ? 'S' : 'K';
	case 'd':
		return next == 'j' ? '.' : 'D';
	case 0x434: /* d before zh */
		return next == 0x436 ? '.' : 'D';
	case 'g':
		return is_soft ? 'J' : 'G';
	case 'h':
		return is_first ? 'H' : '.';
	case 'p':
		return next == 'h' ? 'F' : 'P';
	case 'y':
		return is_first ? '.' : 'a';
	case 0xDF:
	case 0xE7:
		return 'S';
	default:
		return class_of(c);
	}
}

size_t
sound_of(
    const UNormalizer2 *nfd, const char *word, size_t len, char ret[SOUND_MOST])
{
	size_t n = 0, next;
	bool is_first = true;
	char last = '\0';

	for (size_t at = 0; at < len && n < SOUND_MOST; at = next) {
		uint32_t c, after = 0;
		char class;

		next = at + utf8_decode(word + at, len - at, &c);
		if (next < len)
			(void)utf8_decode(word + next, len - next, &after);
		class = class_in_word(bare(nfd, c), after, is_first);
		if (class == '\0')
			return 0;
		if (class == '.' || class == last) {
			is_first = is_first && class == '.';
			continue;
		}
		if (class != 'a' || is_first)
			ret[n++] = class;
		last = class;
		is_first = false;
	}
	return n >= SOUND_LEAST ? n : 0;
}

/* SPDX-License-Identifier: ISC */
/*
 * The language of a text by its script, where the script tells: a feed that
 * says nothing, or says "en" because its software does, may still be read
 * right.  Latin script tells nothing.
 */
#include "clean/clean_int.h"

#include <string.h>

#include "base/utf8.h"

#define SAMPLE ((size_t)512)   /* tells the script */
#define LETTERS ((size_t)2048) /* and the language among those of a script */

enum script {
	SCRIPT_NONE,
	SCRIPT_LATIN,
	SCRIPT_HAN,
	SCRIPT_KANA,
	SCRIPT_HANGUL,
	SCRIPT_CYRILLIC,
	SCRIPT_GREEK,
	SCRIPT_HEBREW,
	SCRIPT_ARABIC,
	SCRIPT_DEVANAGARI,
	SCRIPT_BENGALI,
	SCRIPT_TAMIL,
	SCRIPT_THAI,
	SCRIPT_GEORGIAN,
	SCRIPT_ARMENIAN,
	SCRIPT_COUNT
};

static const struct {
	uint32_t from, to;
	enum script script;
} ranges[] = {{'A', 'Z', SCRIPT_LATIN}, {'a', 'z', SCRIPT_LATIN},
    {0xC0, 0x24F, SCRIPT_LATIN}, {0x370, 0x3FF, SCRIPT_GREEK},
    {0x400, 0x52F, SCRIPT_CYRILLIC}, {0x531, 0x58F, SCRIPT_ARMENIAN},
    {0x591, 0x5F4, SCRIPT_HEBREW}, {0x600, 0x6FF, SCRIPT_ARABIC},
    {0x900, 0x97F, SCRIPT_DEVANAGARI}, {0x980, 0x9FF, SCRIPT_BENGALI},
    {0xB80, 0xBFF, SCRIPT_TAMIL}, {0xE00, 0xE7F, SCRIPT_THAI},
    {0x10A0, 0x10FF, SCRIPT_GEORGIAN}, {0x1E00, 0x1EFF, SCRIPT_LATIN},
    {0x3041, 0x30FA, SCRIPT_KANA}, {0x30FC, 0x30FF, SCRIPT_KANA},
    {0x3400, 0x4DBF, SCRIPT_HAN}, {0x4E00, 0x9FFF, SCRIPT_HAN},
    {0xAC00, 0xD7A3, SCRIPT_HANGUL}, {0x20000, 0x2FA1F, SCRIPT_HAN}};

/* *at is the row of the character before, most often this one's as well. */
static enum script
script_of(uint32_t cp, size_t *at)
{
	if (cp >= ranges[*at].from && cp <= ranges[*at].to)
		return ranges[*at].script;
	for (size_t i = AK_COUNT(ranges); i-- > 0 && cp <= ranges[i].to;)
		if (cp >= ranges[i].from) {
			*at = i;
			return ranges[i].script;
		}
	return SCRIPT_NONE;
}

/* A character beyond ASCII of text that is known to be UTF-8. */
static size_t
decode(const char *s, size_t len, uint32_t *ret)
{
	const unsigned char *p = (const unsigned char *)s;

	if ((p[0] & 0xF0) == 0xE0 && len >= 3) {
		*ret =
		    (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
		return 3;
	}
	if ((p[0] & 0xE0) == 0xC0 && len >= 2) {
		*ret = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
		return 2;
	}
	return utf8_decode(s, len, ret);
}

/* Past the ASCII that begins at i. */
static size_t
skip_ascii(const char *s, size_t i, size_t len)
{
	uint64_t w;

	for (; i + sizeof(w) <= len; i += sizeof(w)) {
		memcpy(&w, s + i, sizeof(w));
		if ((w & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	while (i < len && (unsigned char)s[i] < 0x80)
		i++;
	return i;
}

/* Letters of each script; those of ASCII only where there are others. */
static size_t
count_letters(const char *s, size_t len, size_t count[SCRIPT_COUNT])
{
	size_t all = 0, at = 0;
	uint32_t cp;

	for (size_t i = 0; (i = skip_ascii(s, i, len)) < len;)
		do {
			i += decode(s + i, len - i, &cp);
			count[script_of(cp, &at)]++;
		} while (i < len && (unsigned char)s[i] >= 0x80);
	count[SCRIPT_NONE] = 0;
	for (size_t i = 0; i < SCRIPT_COUNT; i++)
		all += count[i];
	if (all == count[SCRIPT_LATIN])
		return 0;
	for (size_t i = 0; i < len; i++)
		if ((unsigned)((s[i] | 32) - 'a') < 26) {
			count[SCRIPT_LATIN]++;
			all++;
		}
	return all;
}

/* Letters that one language of a script has and its neighbours have not. */
static const char *
by_letter(const char *s, size_t len, enum script script)
{
	static const struct {
		enum script script;
		uint32_t cp;
		const char *language;
	} letters[] = {{SCRIPT_CYRILLIC, 0x457, "uk"},
	    {SCRIPT_CYRILLIC, 0x454, "uk"}, {SCRIPT_CYRILLIC, 0x491, "uk"},
	    {SCRIPT_CYRILLIC, 0x45E, "be"}, {SCRIPT_CYRILLIC, 0x452, "sr"},
	    {SCRIPT_CYRILLIC, 0x45B, "sr"}, {SCRIPT_CYRILLIC, 0x453, "mk"},
	    {SCRIPT_CYRILLIC, 0x4D9, "kk"}, {SCRIPT_CYRILLIC, 0x44B, "ru"},
	    {SCRIPT_CYRILLIC, 0x44D, "ru"}, {SCRIPT_ARABIC, 0x6BE, "ur"},
	    {SCRIPT_ARABIC, 0x679, "ur"}, {SCRIPT_ARABIC, 0x67E, "fa"},
	    {SCRIPT_ARABIC, 0x6AF, "fa"}, {SCRIPT_ARABIC, 0x6CC, "fa"}};
	size_t best = AK_COUNT(letters);
	uint32_t cp;

	for (size_t i = 0; i < len; i += utf8_decode(s + i, len - i, &cp)) {
		(void)utf8_decode(s + i, len - i, &cp);
		for (size_t k = 0; k < best; k++)
			if (letters[k].script == script && letters[k].cp == cp)
				best = k;
	}
	if (best < AK_COUNT(letters))
		return letters[best].language;
	return script == SCRIPT_ARABIC ? "ar" : NULL;
}

const char *
clean_language(const char *s, size_t full)
{
	static const char *const alone[SCRIPT_COUNT] = {[SCRIPT_GREEK] = "el",
	    [SCRIPT_HEBREW] = "he",
	    [SCRIPT_DEVANAGARI] = "hi",
	    [SCRIPT_BENGALI] = "bn",
	    [SCRIPT_TAMIL] = "ta",
	    [SCRIPT_THAI] = "th",
	    [SCRIPT_GEORGIAN] = "ka",
	    [SCRIPT_ARMENIAN] = "hy",
	    [SCRIPT_HANGUL] = "ko"};
	size_t count[SCRIPT_COUNT] = {0}, all, len;
	enum script best = SCRIPT_LATIN;

	len = utf8_cut(s, full, SAMPLE);
	if ((all = count_letters(s, len, count)) == 0)
		return NULL;
	/* A word of Latin takes more letters than one of Han. */
	if (count[SCRIPT_HAN] + count[SCRIPT_KANA] > all / 4)
		return count[SCRIPT_KANA] * 20 >
			       count[SCRIPT_HAN] + count[SCRIPT_KANA]
			   ? "ja"
			   : "zh";
	for (enum script i = SCRIPT_HANGUL; i < SCRIPT_COUNT; i++)
		if (count[i] > count[best])
			best = i;
	if (count[best] * 2 < all || best == SCRIPT_LATIN)
		return NULL;
	if (alone[best] != NULL)
		return alone[best];
	return by_letter(s, utf8_cut(s, full, LETTERS), best);
}

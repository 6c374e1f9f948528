/* SPDX-License-Identifier: ISC */
#include "relate/signs.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/uloc.h>
#include <unicode/ustring.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "relate/lex_int.h"
#include "relate/sound.h"

enum {
	COUNTRY_SLOTS = 1024, /* some 250 countries */
	NAME_UNITS = 128,
	FIGURE_LEAST = 2,   /* digits */
	KANA_LEAST = 3 * 3, /* bytes of three characters */
};

enum { SIGN_NAME = 1, SIGN_FIGURE, SIGN_COUNTRY };

struct country {
	uint64_t name; /* hash; 0: a free slot */
	uint32_t sign;
};

void
signs_release(struct signs *s)
{
	for (size_t i = 0; i < AK_COUNT(s->countries); i++)
		free(s->countries[i]);
}

static uint32_t
make_sign(uint64_t kind, const char *s, size_t len)
{
	uint32_t sign = (uint32_t)(mix(kind, word_hash(s, len)) >> 32);

	return sign + (sign == 0);
}

/* --- countries ------------------------------------------------------------ */

static struct country *
find_country(struct country *slots, uint64_t name)
{
	size_t i = name % COUNTRY_SLOTS;

	while (slots[i].name != 0 && slots[i].name != name)
		i = (i + 1) % COUNTRY_SLOTS;
	return &slots[i];
}

/* The name in a language as one folded word; 0: it has more, or is unknown. */
static size_t
country_name(const struct chars *chars, const char *code, const char *lang,
    char ret[FOLD_MAX])
{
	char tag[16], name[NAME_UNITS * 3];
	UErrorCode err = U_ZERO_ERROR;
	UChar units[NAME_UNITS];
	int32_t n, len;

	(void)snprintf(tag, sizeof(tag), "und_%s", code);
	n = uloc_getDisplayCountry(tag, lang, units, NAME_UNITS, &err);
	if (U_FAILURE(err) || err == U_USING_DEFAULT_WARNING)
		return 0;
	u_strToUTF8(name, sizeof(name), &len, units, n, &err);
	if (U_FAILURE(err) || memchr(name, ' ', (size_t)len) != NULL)
		return 0;
	return chars_fold_word(chars, name, (size_t)len, ret, FOLD_MAX);
}

static struct country *
load_countries(const struct chars *chars, unsigned lang)
{
	struct country *ret = xcalloc(COUNTRY_SLOTS, sizeof(*ret));
	const char *const *code = uloc_getISOCountries();

	for (size_t n = 0; n < COUNTRY_SLOTS / 2 && code[n] != NULL; n++) {
		char name[FOLD_MAX];
		size_t len =
		    country_name(chars, code[n], lang_table[lang].code, name);
		uint64_t hash = word_hash(name, len);
		struct country *c = find_country(ret, hash);

		if (len == 0)
			continue;
		c->name = hash;
		c->sign = make_sign(SIGN_COUNTRY, code[n], strlen(code[n]));
	}
	return ret;
}

static uint32_t
country_of(
    struct signs *s, const struct chars *chars, unsigned lang, uint64_t name)
{
	if (s->countries[lang] == NULL)
		s->countries[lang] = load_countries(chars, lang);
	return find_country(s->countries[lang], name)->sign;
}

/* --- names ---------------------------------------------------------------- */

static bool
is_katakana(const char *s, size_t len)
{
	uint32_t cp;

	for (size_t at = 0; at < len;) {
		at += utf8_decode(s + at, len - at, &cp);
		if (cp < 0x30A1 || cp > 0x30FC)
			return false;
	}
	return len >= KANA_LEAST;
}

static uint32_t
name_of(struct signs *s, const char *word, size_t len)
{
	UErrorCode err = U_ZERO_ERROR;
	char sound[SOUND_MOST];
	size_t n;

	if (s->nfd == NULL)
		s->nfd = unorm2_getNFDInstance(&err);
	assert(U_SUCCESS(err)); /* compiled into ICU */
	n = sound_of(s->nfd, word, len, sound);
	return n > 0 ? make_sign(SIGN_NAME, sound, n) : 0;
}

uint32_t
signs_of(struct signs *s, const struct chars *chars, unsigned lang,
    const struct lex_token *t, const char *folded)
{
	uint32_t sign;

	if (t->flags & LEX_NUMBER)
		return t->fold_len >= FIGURE_LEAST
			   ? make_sign(SIGN_FIGURE, folded, t->fold_len)
			   : 0;
	if ((t->flags & (LEX_DICT | LEX_UPPER)) == 0)
		return 0;
	sign = lang != 0 ? country_of(s, chars, lang, t->hash) : 0;
	if (sign != 0)
		return sign;
	if (t->flags & LEX_DICT && !is_katakana(folded, t->fold_len))
		return 0;
	return name_of(s, folded, t->fold_len);
}

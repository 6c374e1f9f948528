/* SPDX-License-Identifier: ISC */
/*
 * date_lex.c - the words of a date: numbers in any script's digits, single
 * signs, and words folded so that one table of names serves every spelling.
 * CJK units (年, 시) stand alone, whatever they are written against.
 */
#include "parse/date_int.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/str.h"
#include "base/utf8.h"

#define CJK_FROM 0x2E80
#define UNITS "年년月월日일号時时시點点分분秒초"

/* Lower case, no accents, dotless i as i; false: it does not fit. */
static bool
fold_word(const char *s, size_t len, char out[DATE_MAX_WORD])
{
	UChar u[DATE_MAX_BYTES], v[DATE_MAX_BYTES * 2];
	int32_t n, k, i;
	size_t used = 0;
	UErrorCode err = U_ZERO_ERROR;
	uint32_t first;

	(void)utf8_decode(s, len, &first);
	if (first >= CJK_FROM) { /* no case; and Hangul would fall apart */
		if (len >= DATE_MAX_WORD)
			return false;
		memcpy(out, s, len);
		out[len] = '\0';
		return true;
	}
	u_strFromUTF8(u, AK_COUNT(u), &n, s, (int32_t)len, &err);
	n = u_strFoldCase(v, AK_COUNT(v), u, n, U_FOLD_CASE_DEFAULT, &err);
	if (U_FAILURE(err) || n > (int32_t)AK_COUNT(u))
		return false;
	u_memcpy(u, v, n);
	k = unorm2_normalize(
	    unorm2_getNFKDInstance(&err), u, n, v, AK_COUNT(v), &err);
	if (U_FAILURE(err))
		return false;
	for (i = 0; i < k; i++) {
		if (u_charType(v[i]) == U_NON_SPACING_MARK)
			continue;
		if (used + 4 >= DATE_MAX_WORD)
			return false;
		/* Turkish dotless i; surrogates are in no name. */
		used += utf8_encode(v[i] == 0x131 ? 'i' : v[i], out + used);
	}
	out[used] = '\0';
	return true;
}

static bool
is_letter(uint32_t cp)
{
	return cp < 0x80 ? (cp | 0x20) >= 'a' && (cp | 0x20) <= 'z'
			 : u_isalpha((UChar32)cp) || cp == 0xAA || cp == 0xBA;
}

/* Hyphens and full-width forms that stand for an ASCII sign. */
static char
sign_of(uint32_t cp)
{
	if (cp < 0x80)
		return (char)cp;
	if ((cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212)
		return '-';
	if (cp >= 0xFF01 && cp <= 0xFF5E)
		return (char)(cp - 0xFF01 + '!');
	return '?';
}

static size_t
read_number(const char *s, size_t len, struct date_token *t)
{
	size_t i = 0;

	while (i < len) {
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);
		int32_t v = cp < 0x80 ? (int32_t)cp - '0'
				      : u_charDigitValue((UChar32)cp);

		if (v < 0 || v > 9 || (cp < 0x80 && (cp < '0' || cp > '9')))
			break;
		if (t->digits < 18)
			t->value = t->value * 10 + v;
		t->digits++;
		i += n;
	}
	return i;
}

/* 年, 시 and the like stand for themselves, whatever follows. */
static bool
is_unit(const char *s, size_t n)
{
	return n == 3 && memmem(UNITS, sizeof(UNITS) - 1, s, n) != NULL;
}

/* A word; "a.m." is one. */
static size_t
read_word(const char *s, size_t len, struct date_token *t)
{
	size_t i = 0;

	if (len >= 3 && s[1] == '.' && (s[2] | 0x20) == 'm' &&
	    strchr("apAP", s[0]) != NULL) {
		t->word[0] = (char)(s[0] | 0x20);
		t->word[1] = 'm';
		return 3;
	}
	while (i < len) {
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);
		bool unit = is_unit(s + i, n);

		if (unit && i > 0)
			break;
		if (!is_letter(cp) &&
		    u_charType((UChar32)cp) != U_NON_SPACING_MARK)
			break;
		i += n;
		if (unit)
			break;
	}
	if (!fold_word(s, i, t->word))
		t->word[0] = '\0';
	return i;
}

bool
date_tokenize(const char *s, size_t len,
    struct date_token ret[DATE_MAX_TOKENS + DATE_ENDS])
{
	size_t n = 0, i = 0;
	bool spaced = true;

	while (i < len) {
		struct date_token *t = &ret[n];
		uint32_t cp;
		size_t k = utf8_decode(s + i, len - i, &cp);

		if (cp <= 0x20 ||
		    (cp >= 0x80 && u_isUWhiteSpace((UChar32)cp))) {
			spaced = true;
			i += k;
			continue;
		}
		if (n == DATE_MAX_TOKENS)
			return false;
		*t = (struct date_token){.spaced = spaced, .at = i};
		spaced = false;
		if ((k = read_number(s + i, len - i, t)) > 0) {
			t->kind = DATE_NUMBER;
		} else if (is_letter(cp)) {
			t->kind = DATE_WORD;
			k = read_word(s + i, len - i, t);
		} else {
			k = utf8_decode(s + i, len - i, &cp);
			t->kind = DATE_SIGN;
			t->sign = sign_of(cp);
		}
		i += k;
		n++;
	}
	for (size_t k = 0; k < DATE_ENDS; k++)
		ret[n + k] = (struct date_token){
		    .kind = DATE_END, .spaced = true, .at = len};
	return true;
}

bool
date_is_sign(const struct date_token *t, char c)
{
	return t->kind == DATE_SIGN && t->sign == c;
}

bool
date_is_word(const struct date_token *t, const char *list)
{
	size_t len;

	if (t->kind != DATE_WORD || (len = strlen(t->word)) == 0)
		return false;
	while (*list != '\0') {
		size_t n = strcspn(list, " ");

		if (n == len && memcmp(list, t->word, n) == 0)
			return true;
		list += n;
		list += *list == ' ';
	}
	return false;
}

/* --- names ------------------------------------------------------------- */

int
date_month_of(const char *word)
{
	static const struct {
		const char *stem;
		int month;
	} months[] = {
#define MONTH(stem, month) {stem, month},
#include "parse/date_names.def"
#undef MONTH
	};
	size_t best = 0;
	int month = 0;

	for (size_t i = 0; i < AK_COUNT(months); i++) {
		size_t n;

		if (months[i].stem[0] != word[0])
			continue;
		n = strlen(months[i].stem);
		if (n > best && str_starts(word, months[i].stem)) {
			best = n;
			month = months[i].month;
		}
	}
	return month;
}

bool
date_zone_of(const char *word, int64_t *ret_s)
{
	static const struct {
		const char *name;
		int minutes;
	} zones[] = {
#define ZONE(name, minutes) {name, minutes},
#include "parse/date_zones.def"
#undef ZONE
	};

	for (size_t i = 0; i < AK_COUNT(zones); i++) {
		if (strcmp(zones[i].name, word) == 0) {
			*ret_s = 60 * (int64_t)zones[i].minutes;
			return true;
		}
	}
	return false;
}

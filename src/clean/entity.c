/* SPDX-License-Identifier: ISC */
/* Character references, HTML 13.2.5.72 and on. */
#include "clean/clean_int.h"

#include <string.h>

#include "base/utf8.h"

#define NAME_MAX_LEN 31
#define LEGACY_MAX_LEN 6

struct entity {
	char name[NAME_MAX_LEN + 1];
	char utf8[7];
	bool legacy; /* known without its semicolon */
};

static const struct entity entities[] = {
#define ENTITY(name, utf8, legacy) {name, utf8, legacy},
#include "clean/entities.def"
#undef ENTITY
};

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static const struct entity *
find(const char *name, size_t len)
{
	size_t lo = 0, hi = AK_COUNT(entities);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int diff = strncmp(entities[mid].name, name, len);

		if (diff == 0 && entities[mid].name[len] != '\0')
			diff = 1;
		if (diff == 0)
			return &entities[mid];
		if (diff < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* What windows-1252 has at 80..9F, as HTML reads such numbers. */
static const uint16_t c1[32] = {0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026,
    0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
    0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
    0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178};

static size_t
put_number(uint32_t cp, char out[8])
{
	if (cp >= 0x80 && cp < 0xA0)
		cp = c1[cp - 0x80];
	if (cp == 0)
		cp = UTF8_REPLACEMENT;
	if (cp == '\r')
		cp = '\n';
	if ((cp < 0x20 && cp != '\t' && cp != '\n') ||
	    (cp >= 0x7F && cp < 0xA0) || cp == 0xFFFE || cp == 0xFFFF)
		return 0;
	return utf8_encode(cp, out);
}

static size_t
number(const char *s, size_t len, char out[8], size_t *ret_len)
{
	bool hex = len > 2 && (s[2] | 32) == 'x';
	size_t i = hex ? 3 : 2, from = i;
	uint32_t cp = 0;

	for (; i < len; i++) {
		char c = s[i];
		uint32_t digit;

		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if (hex && (c | 32) >= 'a' && (c | 32) <= 'f')
			digit = (uint32_t)((c | 32) - 'a') + 10;
		else
			break;
		if (cp <= 0x10FFFF)
			cp = cp * (hex ? 16 : 10) + digit;
	}
	if (i == from)
		return 0;
	*ret_len = put_number(cp, out);
	return i < len && s[i] == ';' ? i + 1 : i;
}

static size_t
put_entity(const struct entity *e, char out[8])
{
	size_t n = strnlen(e->utf8, sizeof(e->utf8));

	memcpy(out, e->utf8, n);
	return n;
}

size_t
clean_entity(
    const char *s, size_t len, bool in_attr, char out[8], size_t *ret_len)
{
	const struct entity *e;
	size_t n = 1;

	if (len < 3)
		return 0;
	if (s[1] == '#')
		return number(s, len, out, ret_len);
	while (n < len && n <= NAME_MAX_LEN && is_alnum(s[n]))
		n++;
	if (n < len && s[n] == ';' && (e = find(s + 1, n - 1)) != NULL) {
		*ret_len = put_entity(e, out);
		return n + 1;
	}
	if (n > LEGACY_MAX_LEN + 1)
		n = LEGACY_MAX_LEN + 1;
	for (; n > 2; n--) {
		if ((e = find(s + 1, n - 1)) == NULL || !e->legacy)
			continue;
		if (in_attr && n < len && (s[n] == '=' || is_alnum(s[n])))
			return 0;
		*ret_len = put_entity(e, out);
		return n;
	}
	return 0;
}

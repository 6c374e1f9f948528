/* SPDX-License-Identifier: ISC */
/*
 * canonical.h - is this the canonical HTML that clean.h promises?  Written
 * apart from the cleaner and as strictly as the promise reads.
 */
#ifndef TESTS_CLEAN_CANONICAL_H
#define TESTS_CLEAN_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define CANONICAL_DEPTH 1024

static inline bool
canonical_is_void(const char *name, size_t len)
{
	static const char *const voids[] = {
	    "br", "col", "hr", "img", "source", "track", "wbr"};

	for (size_t i = 0; i < sizeof(voids) / sizeof(voids[0]); i++)
		if (strlen(voids[i]) == len && memcmp(voids[i], name, len) == 0)
			return true;
	return false;
}

static inline size_t
canonical_name(const char *s)
{
	size_t n = 0;

	while ((s[n] >= 'a' && s[n] <= 'z') ||
	       (n > 0 && ((s[n] >= '0' && s[n] <= '9') || s[n] == '-')))
		n++;
	return n;
}

/* Bytes of the reference at `s`, 0: it is none. */
static inline size_t
canonical_reference(const char *s)
{
	static const char *const known[] = {
	    "&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(s, known[i], strlen(known[i])) == 0)
			return strlen(known[i]);
	return 0;
}

static inline bool
canonical_is_control(unsigned char c)
{
	return (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

/* The attributes up to the '>', whose place is returned; NULL: bad. */
static inline const char *
canonical_attributes(const char *s)
{
	while (*s == ' ') {
		size_t n = canonical_name(++s);

		if (n == 0 || strncmp(s, "on", 2) == 0 || s[n] != '=' ||
		    s[n + 1] != '"')
			return NULL;
		for (s += n + 2; *s != '"'; s++) {
			size_t ref;

			if (*s == '\0' || *s == '<' || *s == '>' ||
			    canonical_is_control((unsigned char)*s))
				return NULL;
			if (*s != '&')
				continue;
			if ((ref = canonical_reference(s)) == 0)
				return NULL;
			s += ref - 1;
		}
		s++;
	}
	return *s == '>' ? s : NULL;
}

/* NULL, or the place where `s` is not canonical. */
static inline const char *
canonical_error(const char *s)
{
	struct {
		const char *name;
		size_t len;
	} open[CANONICAL_DEPTH];
	size_t depth = 0, n;

	for (; *s != '\0'; s++) {
		const char *at = s;

		if (*s == '>' || canonical_is_control((unsigned char)*s))
			return at;
		if (*s == '&') {
			if ((n = canonical_reference(s)) == 0)
				return at;
			s += n - 1;
		}
		if (*s != '<')
			continue;
		if (s[1] == '/') {
			n = canonical_name(s + 2);
			if (n == 0 || s[2 + n] != '>' || depth == 0 ||
			    open[--depth].len != n ||
			    memcmp(open[depth].name, s + 2, n) != 0)
				return at;
			s += 2 + n;
			continue;
		}
		n = canonical_name(s + 1);
		if (n == 0)
			return at;
		if (!canonical_is_void(s + 1, n)) {
			if (depth == CANONICAL_DEPTH)
				return at;
			open[depth].name = s + 1;
			open[depth++].len = n;
		}
		if ((s = canonical_attributes(s + 1 + n)) == NULL)
			return at;
	}
	return depth == 0 ? NULL : s;
}

#endif

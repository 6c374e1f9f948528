/* SPDX-License-Identifier: ISC */
#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void
buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf){.max = b->max};
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->status = AK_OK;
	if (b->data != NULL)
		b->data[0] = '\0';
}

/* Make room for `more` bytes and a NUL. */
static bool
reserve(struct buf *b, size_t more)
{
	size_t cap;

	if (b->status != AK_OK)
		return false;
	if (more > b->max || b->len > b->max - more) {
		b->status = AK_TOOBIG;
		return false;
	}
	if (b->len + more < b->cap)
		return true;
	cap = b->cap != 0 ? b->cap : 64;
	while (cap <= b->len + more)
		cap *= 2;
	b->data = xreallocarray(b->data, cap, 1);
	b->cap = cap;
	return true;
}

void
buf_add(struct buf *b, const void *p, size_t len)
{
	if (!reserve(b, len))
		return;
	if (len > 0)
		memcpy(b->data + b->len, p, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addc(struct buf *b, char c)
{
	if (!reserve(b, 1))
		return;
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void
buf_trunc(struct buf *b, size_t len)
{
	assert(len <= b->len);
	b->len = len;
	if (b->data != NULL)
		b->data[len] = '\0';
}

enum ak_status
buf_status(const struct buf *b)
{
	return b->status;
}

const char *
buf_str(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

char *
buf_steal(struct buf *b)
{
	char *p = b->data != NULL ? b->data : xstrdup("");

	*b = (struct buf){.max = b->max};
	return p;
}

bool
ascii_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

unsigned char
ascii_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

bool
ascii_ieq_n(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char ca = ascii_lower((unsigned char)a[i]);

		if (ca != ascii_lower((unsigned char)b[i]))
			return false;
		if (ca == '\0')
			return true;
	}
	return true;
}

bool
ascii_ieq(const char *a, const char *b)
{
	return ascii_ieq_n(a, b, SIZE_MAX);
}

bool
ascii_istarts(const char *s, const char *prefix)
{
	return ascii_ieq_n(s, prefix, strlen(prefix));
}

const char *
ascii_istr(const char *hay, const char *needle)
{
	size_t len = strlen(needle);

	for (; *hay != '\0'; hay++)
		if (ascii_ieq_n(hay, needle, len))
			return hay;
	return len == 0 ? hay : NULL;
}

bool
str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

bool
str_eq(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

bool
str_empty(const char *s)
{
	return s == NULL || *s == '\0';
}

char *
str_pack(const char **const strings[], size_t n)
{
	size_t len[64], size = 1;
	char *all, *at;

	assert(n <= AK_COUNT(len));
	for (size_t i = 0; i < n; i++) {
		len[i] = *strings[i] != NULL ? strlen(*strings[i]) + 1 : 0;
		size += len[i];
	}
	all = at = xmalloc(size);
	for (size_t i = 0; i < n; i++) {
		if (len[i] == 0)
			continue;
		memcpy(at, *strings[i], len[i]);
		*strings[i] = at;
		at += len[i];
	}
	return all;
}

bool
str_to_i64(const char *s, int64_t lo, int64_t hi, int64_t *ret)
{
	char *end;
	long long v;

	if (str_empty(s) || ascii_space((unsigned char)*s))
		return false;
	errno = 0;
	v = strtoll(s, &end, 10);
	if (errno != 0 || *end != '\0' || v < lo || v > hi)
		return false;
	*ret = v;
	return true;
}

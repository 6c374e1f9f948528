/* SPDX-License-Identifier: ISC */
/*
 * Blocks double from 16 KiB, less where little may come, to 1 MiB; what is
 * larger than a quarter of a block gets one of its own size, so nothing is
 * wasted on large strings.
 */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LEAST_BLOCK ((size_t)512)
#define FIRST_BLOCK ((size_t)16 << 10)
#define LAST_BLOCK ((size_t)1 << 20)
#define ALIGN ((size_t)16)

struct block {
	struct block *next;
	size_t size; /* of data[] */
	_Alignas(16) unsigned char data[];
};

struct arena {
	struct block *blocks; /* newest first; the last one is the first */
	unsigned char *at;    /* free space of the current block */
	unsigned char *end;
	size_t limit;
	size_t used;
	size_t next_size;
	bool full;
};

/* Malloc has small pieces at hand, and searches for large ones.  Of ALIGN, as
 * all blocks: what fits the free space unrounded fits it rounded. */
static size_t
first_block(size_t limit)
{
	size_t size = limit / 32 & ~(ALIGN - 1);

	return size < LEAST_BLOCK   ? LEAST_BLOCK
	       : size > FIRST_BLOCK ? FIRST_BLOCK
				    : size;
}

struct arena *
arena_new(size_t limit)
{
	struct arena *a = xcalloc(1, sizeof(*a));

	a->limit = limit;
	a->next_size = first_block(limit);
	return a;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	for (struct block *b = a->blocks, *next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

void
arena_reset(struct arena *a)
{
	struct block *b = a->blocks;

	while (b != NULL && b->next != NULL) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
	a->blocks = b;
	a->at = b != NULL ? b->data : NULL;
	a->end = b != NULL ? b->data + b->size : NULL;
	a->used = 0;
	a->next_size = first_block(a->limit);
	a->full = false;
}

static struct block *
add_block(struct arena *a, size_t size)
{
	struct block *b = xmalloc(sizeof(*b) + size);

	b->size = size;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

void *
arena_alloc_raw(struct arena *a, size_t size)
{
	unsigned char *p;

	if (size > a->limit || a->used > a->limit - size) {
		a->full = true;
		return NULL;
	}
	size = (size + ALIGN - 1) & ~(ALIGN - 1);
	if (size == 0)
		size = ALIGN;
	a->used += size;
	if (size <= (size_t)(a->end - a->at)) {
		p = a->at;
		a->at += size;
		return p;
	}
	if (size > a->next_size / 4 && a->blocks != NULL) {
		/* One of its own, behind the current block, which goes on. */
		struct block *b = xmalloc(sizeof(*b) + size);

		b->size = size;
		b->next = a->blocks->next;
		a->blocks->next = b;
		return b->data;
	}
	if (a->next_size < size)
		a->next_size = size;
	struct block *b = add_block(a, a->next_size);

	if (a->next_size < LAST_BLOCK)
		a->next_size *= 2;
	a->at = b->data + size;
	a->end = b->data + b->size;
	return b->data;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	void *p = arena_alloc_raw(a, size);

	if (p != NULL)
		memset(p, 0, size);
	return p;
}

void *
arena_grow(struct arena *a, void *p, size_t size, size_t new_size)
{
	size_t held = (size + ALIGN - 1) & ~(ALIGN - 1);
	void *q;

	if (new_size <= held && p != NULL)
		return p;
	if (p != NULL && (unsigned char *)p + held == a->at) {
		size_t more = ((new_size + ALIGN - 1) & ~(ALIGN - 1)) - held;

		if (more <= (size_t)(a->end - a->at) &&
		    a->used <= a->limit - (more < a->limit ? more : a->limit)) {
			a->at += more;
			a->used += more;
			return p;
		}
	}
	if ((q = arena_alloc_raw(a, new_size)) != NULL && p != NULL)
		memcpy(q, p, size);
	return q;
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc_raw(a, len + 1);

	if (p != NULL) {
		memcpy(p, s, len);
		p[len] = '\0';
	}
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s != NULL ? arena_strndup(a, s, strlen(s)) : NULL;
}

/* Printed once where it fits the free space, which most does. */
char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	size_t room = (size_t)(a->end - a->at);
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf((char *)a->at, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (p = arena_alloc_raw(a, (size_t)n + 1)) == NULL)
		return NULL;
	if ((size_t)n < room)
		return p;
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}

bool
arena_full(const struct arena *a)
{
	return a->full;
}

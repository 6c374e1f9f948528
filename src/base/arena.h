/* SPDX-License-Identifier: ISC */
/*
 * arena.h - memory for one document, freed all at once.
 *
 * A feed, its entries and all their strings live in one arena, so a document
 * is handed to another thread by handing over one pointer and freed by one
 * call.  An arena belongs to one thread at a time; it takes no locks.
 *
 * Untrusted input decides how much is asked for, so an arena has a ceiling.
 * Past it arena_alloc() returns NULL and the arena stays usable; the caller
 * reports AK_TOOBIG.  arena_full() stays true from then on, so that a builder
 * may write on freely and check once.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/ak.h"

struct arena;

struct arena *arena_new(size_t limit); /* never NULL */
void arena_free(struct arena *a);      /* NULL allowed */
void arena_reset(struct arena *a);     /* empties it, keeps its first block */

void *arena_alloc(struct arena *a, size_t size);     /* aligned to 16, zeroed */
void *arena_alloc_raw(struct arena *a, size_t size); /* aligned, not zeroed */

/* Enlarge the block `p` of `size` bytes to `new_size`; in place where `p` is
 * the newest block.  `p` may be NULL with `size` 0.  New bytes not zeroed. */
void *arena_grow(struct arena *a, void *p, size_t size, size_t new_size);

char *arena_strdup(struct arena *a, const char *s); /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) AK_PRINTF(2, 3);

size_t arena_used(const struct arena *a); /* bytes handed out */
bool arena_full(const struct arena *a);	  /* an allocation was refused */

#endif

/* SPDX-License-Identifier: ISC */
/*
 * chan.h - a bounded queue of pointers between threads.
 *
 * A push gives the pointer away.  chan_close() lets readers drain what is
 * there; then chan_pop() answers NULL.  Blocking pushes must form no cycle
 * (docs/threads.md has the order).
 */
#ifndef BASE_CHAN_H
#define BASE_CHAN_H

#include "base/ak.h"

struct chan;

struct chan *chan_new(size_t capacity);	 /* never NULL; capacity > 0 */
void chan_free(struct chan *c);		 /* NULL allowed; must be empty */
bool chan_push(struct chan *c, void *p); /* waits; false: closed, still yours */
bool chan_try_push(struct chan *c, void *p); /* false: full or closed */
void *chan_pop(struct chan *c);		     /* waits; NULL: closed and empty */
void *chan_try_pop(struct chan *c);	     /* NULL: empty now */

/*
 * Wait up to `timeout_ms` for an element; NULL: none came, or closed.  For a
 * lone reader that would rather sleep until `many` are there than be woken for
 * each: they need not all come.  chan_nudge() wakes it for as many as there
 * are.
 */
void *chan_pop_many(struct chan *c, size_t many, int64_t timeout_ms);
void chan_nudge(struct chan *c);

void chan_close(struct chan *c);
size_t chan_len(struct chan *c);

#endif

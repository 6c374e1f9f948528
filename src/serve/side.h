/* SPDX-License-Identifier: ISC */
/*
 * side.h - private to serve: the column of categories beside each list, with
 * its unread counts.
 *
 * Counting the unread of a large store takes a while, so that the counts are
 * kept, one copy for all workers.  They are never older than the last change
 * that came through serve; what polls bring shows up some seconds late.
 */
#ifndef SERVE_SIDE_H
#define SERVE_SIDE_H

#include "serve/serve_run.h"

struct side *side_new(void);
void side_free(struct side *s); /* NULL allowed */

/* Something was changed; any thread. */
void side_changed(struct side *s);
/* Append the column to a page; a worker. */
void side_put(struct job *j);
/* After a page that showed old counts: have a worker count; the loop. */
void side_refresh(struct serve *s);

#endif

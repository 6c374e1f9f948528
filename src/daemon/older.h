/* SPDX-License-Identifier: ISC */
/*
 * older.h - what the publisher keeps of a feed's past (RFC 5005: "next" pages,
 * "prev-archive" documents; JSON Feed: next_url), only when a person asks
 * (private to daemon).
 *
 * A page goes through the stages as a poll with `older` set.  It brings entries
 * and says nothing of the feed.  Loop thread unless said otherwise.
 */
#ifndef DAEMON_OLDER_H
#define DAEMON_OLDER_H

#include "daemon/poll.h"

struct event_base;
struct olders;
struct workers;

/* `done` gives back the poll that a walk began with, and what it brought is
 * counted there. */
struct olders *olders_new(struct event_base *base, struct workers *w,
    struct fetcher *f, void (*done)(struct poll *first, void *arg), void *arg);
void olders_close(struct olders *o); /* before fetch_free() */
void olders_free(struct olders *o);  /* after workers_stop() */

/* `first` was polled just now. */
void older_start(struct olders *o, struct poll *first, bool other_hosts);

/* Where a document says that older entries are; or NULL. */
const char *older_link(const struct doc *d);

/* In the writer. */
enum ak_status older_commit(struct poll *p, struct store *s) AK_USE;
/* After it. */
void older_landed(struct poll *p);

#endif

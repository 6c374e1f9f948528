/* SPDX-License-Identifier: ISC */
/*
 * websub.h - the subscriptions at hubs, wired (private to daemon).
 *
 * fetch/websub.h knows the protocol; this asks the hubs, answers them, keeps
 * the subscriptions in the store and sends what is pushed through the stages.
 * Loop thread, but for the two that the writer calls.
 */
#ifndef DAEMON_WEBSUB_H
#define DAEMON_WEBSUB_H

#include "conf/conf.h"
#include "daemon/poll.h"

struct event_base;
struct serve_push;
struct websubs;
struct workers;

/* `due`: feeds have become due in the store. */
struct websubs *websubs_new(
    struct event_base *base, void (*due)(void *arg), void *arg);
void websubs_free(struct websubs *ws); /* after the workers stopped */

/* Does nothing before this, and nothing while [websub] callback is empty. */
void websubs_run(struct websubs *ws, struct workers *w, struct fetcher *f);
void websubs_stop(struct websubs *ws); /* the last changes go to the writer */
void websubs_reconfigure(struct websubs *ws, const struct conf *conf);

/* Look for feeds that came or went in the store. */
void websubs_look(struct websubs *ws);

/* Do pushes of this feed come, so that its polls may be thinned? */
bool websubs_is_active(const struct websubs *ws, int64_t feed_id);

/* The clock was set back by so many seconds. */
void websubs_clock_moved(struct websubs *ws, int64_t by_s);

/* A poll was committed. */
void websubs_polled(struct websubs *ws, const struct poll *p);

/* A delivery ended; takes it. */
void websubs_landed(struct websubs *ws, struct poll *p);

/* What came to the callback.  Returns the status, the body in `out`. */
int websubs_answer(
    struct websubs *ws, const struct serve_push *push, struct buf *out);

struct websubs_stats {
	int64_t n_active, n_pushed, n_refused; /* the latter since the start */
};
void websubs_stats(const struct websubs *ws, struct websubs_stats *ret);

/* --- writer --------------------------------------------------------------- */

/* The first poll that finds hubs leaves a subscription to be taken up by the
 * daemon, whichever program it is of. */
enum ak_status websubs_offer(const struct poll *p, struct store *s) AK_USE;

/* Commit a delivery. */
enum ak_status websubs_commit(struct poll *p, struct store *s) AK_USE;

#endif

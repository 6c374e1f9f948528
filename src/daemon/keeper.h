/* SPDX-License-Identifier: ISC */
/*
 * keeper.h - what akind does for its store besides polling: it applies the
 * retention once a day, and notices when the file is no longer the one that it
 * opened.
 *
 * A store that was removed or put in place of another goes on under its old
 * name in no folder: all that is written to it is lost.  So akind ends then,
 * and the service manager starts it anew on what lies there now.
 */
#ifndef DAEMON_KEEPER_H
#define DAEMON_KEEPER_H

#include "base/ak.h"
#include "conf/conf.h"

struct event_base;
struct keeper;

/* `lost` is called once, on the loop.  The store is there already. */
struct keeper *keeper_new(struct event_base *base, const struct conf *conf,
    const char *store_path, void (*lost)(void *arg), void *arg);
void keeper_reconfigure(struct keeper *k, const struct conf *conf);
void keeper_free(struct keeper *k); /* waits for a batch; NULL allowed */

#endif

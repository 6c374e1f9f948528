/* SPDX-License-Identifier: ISC */
/*
 * hooks.h - programs and URLs told of what happens ([hook NAME] sections of
 * akin.conf(5)).  Loop thread.
 *
 * Every few seconds the store is scanned for what is new to a hook; events wait
 * in the store's outbox until a program ended with 0 or a server said 2xx.  At
 * most HOOKS_AT_ONCE deliveries run at a time; a failed one is tried again,
 * later each time, for a week.
 */
#ifndef DAEMON_HOOKS_H
#define DAEMON_HOOKS_H

#include "daemon/pipeline.h"

#define HOOKS_AT_ONCE 2

struct hooks;

/* `conf` is read during the call only. */
struct hooks *hooks_new(
    struct event_base *base, const struct conf *conf, struct pipeline *p);
/* What is under way ends as it began. */
void hooks_reconfigure(struct hooks *h, const struct conf *conf);
/* Ends the programs under way; their events stay in the outbox.  Before
 * pipeline_free(); NULL allowed. */
void hooks_free(struct hooks *h);

#endif

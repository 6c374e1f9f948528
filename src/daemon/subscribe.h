/* SPDX-License-Identifier: ISC */
/*
 * subscribe.h - from what a person typed to a feed in the store (private to
 * daemon; pipeline_subscribe() is the way in).
 */
#ifndef DAEMON_SUBSCRIBE_H
#define DAEMON_SUBSCRIBE_H

#include "daemon/pipeline.h"
#include "daemon/workers.h"

struct subscription;

void subscribe_start(struct workers *w, struct fetcher *f,
    const struct pipeline_add *add, pipeline_added_cb cb, void *arg);

/* In a parser: is the body a feed, or what feeds does the page name? */
void subscribe_parse(
    struct poll *p, const struct poll_opts *opts, struct relate_lexer *lexer);

/* In the writer: add the feed and what the body holds. */
enum ak_status subscribe_commit(
    struct poll *p, struct store *s, const struct sched_params *params) AK_USE;

/* On the loop: is it subscribed to, and are older entries to be read now? */
bool subscribe_wants_older(const struct poll *p, bool *ret_other_hosts);

/* On the loop: the next step, or the end; takes the poll.  `refused`: why the
 * store took nothing, or NULL. */
void subscribe_landed(struct poll *p, const char *refused, bool is_closing);

#endif

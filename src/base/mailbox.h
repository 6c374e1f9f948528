/* SPDX-License-Identifier: ISC */
/*
 * mailbox.h - messages from any thread to the event loop.
 *
 * Unbounded on purpose: what is posted answers something the loop asked for,
 * so the loop's own limits bound it.  Needs evthread_use_pthreads() first.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include "base/ak.h"

struct event_base;
struct mailbox;

/* Called on the loop, once a message, in order; the message is the callee's. */
typedef void (*mailbox_cb)(void *msg, void *arg);

struct mailbox *mailbox_new(struct event_base *base, mailbox_cb cb, void *arg);
void mailbox_free(struct mailbox *m); /* on the loop; delivers what is left */
void mailbox_post(struct mailbox *m, void *msg); /* any thread */

#endif

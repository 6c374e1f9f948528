/* SPDX-License-Identifier: ISC */
/*
 * notify.h - telling the service manager, sd_notify(3)'s protocol by hand: a
 * datagram of KEY=VALUE lines to $NOTIFY_SOCKET (private to daemon).
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include "base/ak.h"

struct event_base;
struct event;

/* "READY=1", "RELOADING=1", "STOPPING=1", "STATUS=words"; nothing where nobody
 * listens. */
void notify_send(const char *state);

/* Answers the watchdog from the loop, at half of $WATCHDOG_USEC: a loop that
 * hangs is restarted.  NULL: none is wanted.  event_free() ends it. */
struct event *notify_watchdog(struct event_base *base);

#endif

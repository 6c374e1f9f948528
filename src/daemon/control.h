/* SPDX-License-Identifier: ISC */
/* public: for the command too */
/*
 * control.h - asking a running akind: a unix socket beside the store.
 *
 * One request a connection, a JSON object on a line; answers are JSON objects,
 * a line each, until the connection ends:
 *
 *   {"cmd":"sync","all":BOOL,"feeds":[ID,..],
 *    "older":BOOL,"other_hosts":BOOL}          "report"s, "progress", "done"
 *   {"cmd":"wake"}     something was changed in the store: look for due feeds
 *   {"cmd":"reload"}   read the configuration again
 *   {"cmd":"status"}   "status" with counters
 *
 * Each answer has a "type"; {"type":"error","error":TEXT} ends it badly.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "base/ak.h"
#include "daemon/pipeline.h"

struct event_base;
struct control;

/* PATH.sock, absolute; where that is too long for a socket, one in
 * $XDG_RUNTIME_DIR or a private folder of /tmp.  malloc'ed. */
char *control_path(const char *store_path);

/* --- daemon --------------------------------------------------------------- */

struct control_ops {
	enum ak_status (*reload)(void *arg, struct diag *reterr);
	void *arg;
	int silent_ms; /* who asks for nothing is let go; 0: the usual time */
};
/* The caller holds the store's lock: a socket that is there is a dead one's. */
enum ak_status control_new(struct event_base *base, const char *path,
    struct pipeline *pipeline, const struct control_ops *ops,
    struct control **ret, struct diag *reterr) AK_USE;
void control_free(struct control *c); /* removes the socket; NULL allowed */

/* --- command (blocks) ----------------------------------------------------- */

/* AK_NOTFOUND: nobody listens there; AK_IO: the answer broke off. */
enum ak_status control_sync(const char *socket,
    const struct pipeline_which *which, const struct pipeline_cbs *cbs,
    struct diag *reterr) AK_USE;
/* "wake", "reload", "status"; the answer's line is malloc'ed, ret may be
 * NULL. */
enum ak_status control_ask(const char *socket, const char *cmd, char **ret,
    struct diag *reterr) AK_USE;

#endif

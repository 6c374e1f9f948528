/* SPDX-License-Identifier: ISC */
/* public: for the tests of serve too */
/*
 * doors.h - serve and the pipeline, made known to each other.  Loop thread.
 */
#ifndef DAEMON_DOORS_H
#define DAEMON_DOORS_H

#include "daemon/pipeline.h"

struct doors;

enum ak_status doors_new(struct event_base *base, const struct conf *conf,
    const char *store_path, struct pipeline *p, struct doors **ret,
    struct diag *reterr) AK_USE;
void doors_free(struct doors *d); /* before pipeline_free(); NULL allowed */
void doors_reconfigure(struct doors *d, const struct conf *conf);

/* Make a link that logs a browser in once, and print it on stderr. */
void doors_print_login(struct doors *d);

#endif

/* SPDX-License-Identifier: ISC */
/* websub_int.h - what the files of the WebSub subscriber share. */
#ifndef FETCH_WEBSUB_INT_H
#define FETCH_WEBSUB_INT_H

#include "fetch/websub.h"

#define HOUR 3600
#define DAY (24 * HOUR)
#define PENDING_S HOUR /* a request that is not verified by then */
#define DENIED_S (7 * DAY)
#define GONE_S (30 * DAY)
#define MAX_LEAVE 3

/* No secret, no lease, no request: on to `stage` until next_at. */
void websub_end(struct websub *w, enum websub_stage stage, int64_t next_at);
void websub_set_str(char **at, const char *s); /* a copy, or NULL */

#endif

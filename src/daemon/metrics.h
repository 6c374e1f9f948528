/* SPDX-License-Identifier: ISC */
/* metrics.h - what /metrics says of polls, queues and relating. */
#ifndef DAEMON_METRICS_H
#define DAEMON_METRICS_H

#include "base/str.h"
#include "daemon/pipeline.h"

/* Append it in Prometheus' text format; on the pipeline's thread. */
void metrics_put(const struct pipeline *p, struct buf *out);

#endif

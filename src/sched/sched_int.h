/* SPDX-License-Identifier: ISC */
/* sched_int.h - between the files of sched. */
#ifndef SCHED_SCHED_INT_H
#define SCHED_SCHED_INT_H

#include "sched/sched.h"

#define HOUR_S ((int64_t)3600)
#define DAY_S (24 * HOUR_S)

/* Has it failed for so long that it is asked once a week? */
bool sched_is_weekly(const struct sched_state *state);

/* Count `n_new` events seen now; the answer before was at state->last_ok_at. */
void sched_rate_learn(struct sched_state *state, int64_t now, int64_t n_new);

/* The wait that a feed's own rhythm asks for at `now`, unclamped, seconds;
 * one entry a day asks for `pace_s` (0: an hour). */
double sched_rate_wait(
    const struct sched_state *state, int64_t now, int64_t pace_s);

#endif

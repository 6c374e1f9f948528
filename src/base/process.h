/* SPDX-License-Identifier: ISC */
/* process.h - what akin and akind begin with, and how much they may open. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <pthread.h>

#include "base/ak.h"

/* First in main(), before any file is opened: descriptors 0 to 2, signals, the
 * umask, the clock. */
void process_begin(void);

/* Descriptors that may be open at once: the limit (ulimit -n), raised towards
 * `want` as far as the system lets us. */
int64_t process_files(int64_t want);

/* Start a thread.  Where none is to be had the process says so and ends, as
 * without memory (mem_none()). */
void process_thread(pthread_t *ret, void *(*main_fn)(void *), void *arg);

#endif

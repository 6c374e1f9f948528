/* SPDX-License-Identifier: ISC */
/* hooks_int.h - what the files of the hooks share; loop thread. */
#ifndef DAEMON_HOOKS_INT_H
#define DAEMON_HOOKS_INT_H

#include <sys/types.h>

#include "daemon/hooks.h"
#include "store/store.h"

struct hook { /* a copy of its section */
	struct store_hook what;
	char *name, *exec, *url, *secret, *category, *feed, *query;
	int64_t timeout_s;
	bool lacks_secret; /* so it tells nobody anything */
	size_t n_refs;	   /* the list's, and those of what is under way */
	struct hook *next;
};

struct delivery { /* one event on its way */
	struct hooks *hooks;
	struct hook *hook; /* NULL: its section is gone */
	int64_t id, created_at, n_tries;
	char *event, *payload;
	pid_t pid;
	int in;
	size_t n_written;
	struct event *timer, *writable;
	struct fetch_job *job;
	int64_t until_ms;
	struct delivery *next;
};

struct hooks {
	struct pipeline *pipeline;
	struct event_base *base;
	struct hook *list;
	struct hook *next_list; /* once the scan is back, if has_next */
	struct event *tick;
	struct delivery *under_way;
	size_t n_under_way;
	bool is_scanning, is_closing, has_begun, has_next;
};

/* --- hooks.c -------------------------------------------------------------- */

/* Look at the store again in so long. */
void hooks_plan(struct hooks *h, int64_t wait_ms);

/* --- hooks_list.c --------------------------------------------------------- */

struct hook *hooks_list_new(const struct conf *conf); /* NULL: no sections */
void hooks_list_free(struct hook *list);
void hook_unref(struct hook *k); /* NULL allowed */

/* --- hooks_deliver.c ------------------------------------------------------ */

/* Begin; it ends by itself, and its event stays in the outbox until it was
 * taken. */
void delivery_start(struct delivery *d);
/* It was taken (`error` NULL), or has to be tried again. */
void delivery_end(struct delivery *d, const char *error);
void delivery_free(struct delivery *d);

#endif

/* SPDX-License-Identifier: ISC */
/* websub_int.h - what the files of the subscriptions share. */
#ifndef DAEMON_WEBSUB_INT_H
#define DAEMON_WEBSUB_INT_H

#include <sys/queue.h>
#include <uthash.h>

#include "daemon/websub.h"
#include "daemon/workers.h"

struct sub {
	int64_t feed_id;
	struct websubs *all;
	struct websub w;
	char *url;	   /* base of what is pushed */
	int64_t poll_at;   /* when it were due if nothing was pushed; 0 */
	int64_t found_at;  /* a poll found what was not pushed; 0 */
	bool was_active;   /* when it was last looked at */
	bool falls_back;   /* its due time is to be set back by the next save */
	bool is_asking;	   /* a request to a hub is under way */
	bool is_pushing;   /* a delivery is; in order, so one at a time */
	bool is_dirty;	   /* in all->dirty, to be saved */
	bool is_forgotten; /* in all->dirty and nowhere else */
	char key[WEBSUB_TOKEN_SIZE];
	struct poll_list pushes; /* further deliveries */
	STAILQ_ENTRY(sub) dirty;
	UT_hash_handle hh;	 /* by feed_id */
	UT_hash_handle by_token; /* by key */
};

struct websubs {
	struct event_base *base;
	struct workers *workers;
	struct fetcher *fetcher;
	void (*due)(void *arg);
	void *arg;
	struct websub_params params; /* callback is malloc'ed */
	struct sub *subs, *tokens;
	STAILQ_HEAD(, sub) dirty;
	struct event *timer;
	int64_t wake_at, look_at;
	int64_t n_asking;
	int64_t n_pushes;
	size_t push_bytes;
	struct websubs_stats stats;
	bool is_started, is_closing;
	bool is_loaded, is_looking, looks_again, is_saving;
};

struct sub *sub_new(struct websubs *ws, int64_t feed_id);
void sub_free(struct sub *s);

/* It changed: save it, and wake for it. */
void sub_changed(struct sub *s);
void sub_leave(struct sub *s);			   /* its feed was removed */
void websubs_wake(struct websubs *ws, int64_t at); /* at the latest */

/* websub_keep.c */
void websubs_save(struct websubs *ws); /* what is dirty, unless one is saving */
void websubs_load(struct websubs *ws); /* see websubs_look() */

#endif

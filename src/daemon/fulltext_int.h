/* SPDX-License-Identifier: ISC */
/* fulltext_int.h - what the files of the full text share. */
#ifndef DAEMON_FULLTEXT_INT_H
#define DAEMON_FULLTEXT_INT_H

#include <pthread.h>

#include "daemon/fulltext.h"

struct batch {
	TAILQ_ENTRY(batch) link;
	struct fulltext *ft;
	int64_t feed_id;
	int64_t *ids;
	size_t n_ids;
	struct poll *origin; /* the feed; NULL: it wants no pages */
	char *rules;
	struct page_list pages;
	bool is_loading;
	bool is_busy; /* its first page is under way */
	bool has_failed;
};

struct held {
	int64_t id, until_ms;
	uint64_t seq;
};

struct fulltext {
	struct workers *w;
	struct fetcher *fetcher;
	struct origins *origins;
	void (*passed)(void *arg);
	void *arg;
	struct event *timer, *look;
	TAILQ_HEAD(, batch) batches;
	size_t n_pages, n_busy;
	bool is_looking, is_pumping, wants_pump, is_closing;

	pthread_mutex_t lock; /* of what follows */
	struct held *held;
	size_t n_held, cap_held;
	uint64_t seq;
};

/* Forget one hold of `id`; 0: of those that are over their time. */
size_t fulltext_release(struct fulltext *ft, int64_t id);

#endif

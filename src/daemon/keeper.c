/* SPDX-License-Identifier: ISC */
/*
 * The retention runs on a thread and a connection of its own, as `akin gc`
 * would beside us (D54): in transactions that the writer's polls fit between.
 * When it ran last is in the store, so that restarts do not repeat it.
 */
#include "daemon/keeper.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/process.h"
#include "store/store.h"

#define LOOK_S 5 /* at the file */
#define TRY_S 3600
#define DAY_S 86400
#define RAN_AT "retention" /* name of the blob: unix seconds */

struct keeper {
	char *path;
	struct stat file; /* as it was at the start */
	void (*lost)(void *arg);
	void *arg;
	struct event *timer;
	int64_t try_at_ms;
	unsigned store_flags;
	struct store_gc how; /* of the run to come or under way */
	pthread_t thread;
	bool is_running;
	atomic_bool is_done, is_stopping;
};

/* --- retention (thread) --------------------------------------------------- */

static bool
go_on(int64_t done, int64_t all, void *arg)
{
	const struct keeper *k = arg;

	(void)done;
	(void)all;
	return !atomic_load(&k->is_stopping);
}

static bool
is_due(struct keeper *k)
{
	struct store_reader *r = NULL;
	int64_t ran_at = 0;
	void *data = NULL;
	struct diag d;
	size_t len = 0;

	if (store_reader_open(k->path, &r, &d) != AK_OK)
		return false;
	if (store_blob_get(r, RAN_AT, &data, &len) == AK_OK &&
	    len == sizeof(ran_at))
		memcpy(&ran_at, data, len);
	free(data);
	store_reader_close(r);
	return ran_at > k->how.now || k->how.now - ran_at >= DAY_S;
}

static void
run_gc(struct keeper *k)
{
	struct store_gc_result n = {0};
	struct store *s = NULL;
	struct diag d = {{0}};
	enum ak_status st;

	if ((st = store_open(k->path, k->store_flags, &s, &d)) == AK_OK) {
		st = store_gc(s, &k->how, &n);
		if (st == AK_OK)
			st = store_blob_put(
			    s, RAN_AT, &k->how.now, sizeof(k->how.now));
		(void)diag_set(&d, st, "%s", store_error(s));
	}
	if (st != AK_OK && st != AK_CANCELED)
		log_warn("keeper", "no retention error=%s", LOG_STR(d.text));
	if (n.n_articles > 0)
		log_info("keeper", "retention articles=%lld revisions=%lld",
		    (long long)n.n_articles, (long long)n.n_revisions);
	store_close(s);
}

static void *
gc_main(void *arg)
{
	struct keeper *k = arg;

	if (is_due(k))
		run_gc(k);
	atomic_store(&k->is_done, true);
	return NULL;
}

/* --- the loop ------------------------------------------------------------ */

static void
start_gc(struct keeper *k)
{
	k->how.now = clock_now();
	atomic_store(&k->is_done, false);
	process_thread(&k->thread, gc_main, k);
	k->is_running = true;
}

static void
end_gc(struct keeper *k)
{
	(void)pthread_join(k->thread, NULL);
	k->is_running = false;
	k->try_at_ms = clock_mono_ms() + TRY_S * INT64_C(1000);
}

static void
stop_gc(struct keeper *k)
{
	if (!k->is_running)
		return;
	atomic_store(&k->is_stopping, true);
	end_gc(k);
	atomic_store(&k->is_stopping, false);
}

static bool
is_there(const struct keeper *k)
{
	struct stat now;

	return stat(k->path, &now) == 0 && now.st_dev == k->file.st_dev &&
	       now.st_ino == k->file.st_ino;
}

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	struct keeper *k = arg;

	(void)fd;
	(void)what;
	if (!is_there(k)) {
		log_err("keeper", "the store was removed or replaced path=%s",
		    LOG_STR(k->path));
		(void)event_del(k->timer);
		k->lost(k->arg);
		return;
	}
	if (k->is_running && atomic_load(&k->is_done))
		end_gc(k);
	if (!k->is_running && clock_mono_ms() >= k->try_at_ms)
		start_gc(k);
}

/* --- start and stop ------------------------------------------------------- */

struct keeper *
keeper_new(struct event_base *base, const struct conf *conf,
    const char *store_path, void (*lost)(void *arg), void *arg)
{
	struct keeper *k = xcalloc(1, sizeof(*k));
	struct timeval tv = {.tv_sec = LOOK_S};

	k->path = xstrdup(store_path);
	k->lost = lost;
	k->arg = arg;
	keeper_reconfigure(k, conf);
	(void)stat(store_path, &k->file);
	k->timer = event_new(base, -1, EV_PERSIST, timer_cb, k);
	assert(k->timer != NULL);
	(void)event_add(k->timer, &tv);
	return k;
}

void
keeper_reconfigure(struct keeper *k, const struct conf *conf)
{
	stop_gc(k); /* it begins anew by the new rules */
	k->try_at_ms = 0;
	k->store_flags = conf->store_search != 0 ? 0 : STORE_NO_SEARCH;
	k->how = (struct store_gc){.keep_days = conf->store_keep_days,
	    .keep_items = conf->store_keep_items,
	    .keep_revisions = conf->store_keep_revisions,
	    .go_on = go_on,
	    .arg = k};
}

void
keeper_free(struct keeper *k)
{
	if (k == NULL)
		return;
	stop_gc(k);
	event_free(k->timer);
	free(k->path);
	free(k);
}

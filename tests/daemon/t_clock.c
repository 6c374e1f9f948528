/* SPDX-License-Identifier: ISC */
/*
 * The clock is set while the daemon's pipeline runs: nobody is asked in a
 * burst, nothing waits for a time that is far away now.
 */
#include "daemon/pipeline.h"

#include "tests/fetch/server.h"

#include <event2/thread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "store/store.h"

#define N_FEEDS 3
#define HOUR ((int64_t)3600)
#define DAY (24 * HOUR)

struct world {
	struct event_base *base;
	struct srv srv;
	struct conf *conf;
	struct pipeline *p;
	char *dir, *path;
};

static void
handle_feed(struct srv_req *r, void *arg)
{
	(void)arg;
	if (str_starts(r->path, "/busy"))
		srv_answer(r, 429, "Retry-After: 7200\r\n", "");
	else
		srv_answer(r, 200, "ETag: \"v\"\r\n",
		    "<rss version=\"2.0\"><channel><title>t</title><item>"
		    "<guid>1</guid><title>One</title></item></channel></rss>");
}

/* Feeds that are due in so many seconds. */
static void
add_feeds(struct world *w, const char *name, size_t n, int64_t in_s)
{
	struct store *s;
	int64_t id;

	assert_int_equal(store_open(w->path, STORE_CREATE, &s, NULL), AK_OK);
	for (size_t i = 0; i < n; i++) {
		char *url = xasprintf(
		    "http://127.0.0.1:%d/%s%zu", w->srv.port, name, i);

		assert_int_equal(store_feed_add(s,
				     &(struct store_feed_new){.url = url,
					 .due_at = clock_now() + in_s},
				     &id),
		    AK_OK);
		free(url);
	}
	store_close(s);
}

static void
open_world(struct world *w)
{
	struct diag d;

	*w = (struct world){.dir = xstrdup("/tmp/akin-clock-XXXXXX")};
	assert_non_null(mkdtemp(w->dir));
	w->path = xasprintf("%s/t.db", w->dir);
	(void)setenv("XDG_CONFIG_HOME", w->dir, 1);
	(void)setenv("AKIN_FETCH_ALLOW", "127.0.0.1", 1);
	assert_int_equal(conf_load(NULL, &w->conf, &d), AK_OK);
	w->base = event_base_new();
	srv_start(&w->srv, w->base, "127.0.0.1", 0, handle_feed, NULL);
}

static void
start(struct world *w)
{
	struct diag d;

	assert_int_equal(
	    pipeline_new(w->base, w->conf, w->path, &w->p, &d), AK_OK);
	pipeline_run(w->p);
}

static void
close_world(struct world *w)
{
	static const char *const names[] = {"", "-wal", "-shm"};

	pipeline_free(w->p);
	srv_stop(&w->srv);
	event_base_free(w->base);
	conf_free(w->conf);
	for (size_t i = 0; i < AK_COUNT(names); i++) {
		char *path = xasprintf("%s%s", w->path, names[i]);

		(void)unlink(path);
		free(path);
	}
	(void)rmdir(w->dir);
	free(w->dir);
	free(w->path);
}

static void
run_for(struct world *w, int64_t ms)
{
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};

	(void)event_base_loopexit(w->base, &tv);
	(void)event_base_dispatch(w->base);
}

static void
run_until_polled(struct world *w, int64_t n)
{
	int64_t end = clock_mono_ms() + 120000;
	struct pipeline_stats stats;

	do {
		run_for(w, 50);
		pipeline_stats(w->p, &stats);
		assert_true(clock_mono_ms() < end);
	} while (stats.n_polls < n || stats.n_polling > 0);
}

struct due {
	int64_t first, last, retry_until;
};

static void
due_cb(const struct store_feed *f, void *arg)
{
	struct due *d = arg;

	if (d->first == 0 || f->sched.due_at < d->first)
		d->first = f->sched.due_at;
	if (f->sched.due_at > d->last)
		d->last = f->sched.due_at;
	if (f->sched.retry_until > d->retry_until)
		d->retry_until = f->sched.retry_until;
}

/* From now, in seconds. */
static struct due
when_due(struct world *w)
{
	struct store_feed_query q = {0};
	struct store_reader *r;
	struct due d = {0};

	assert_int_equal(store_reader_open(w->path, &r, NULL), AK_OK);
	assert_int_equal(store_feeds(r, &q, due_cb, &d), AK_OK);
	store_reader_close(r);
	d.first -= clock_now();
	d.last -= clock_now();
	d.retry_until -= clock_now();
	return d;
}

/* A night in suspend: all is overdue at once. */
static void
test_ahead(void **state)
{
	struct world w;

	(void)state;
	open_world(&w);
	add_feeds(&w, "f", N_FEEDS, HOUR);
	start(&w);
	run_for(&w, 300);
	assert_int_equal(w.srv.n_reqs, 0);
	clock_shift(8 * HOUR);
	pipeline_wake(w.p); /* stands for the look every five minutes */
	run_until_polled(&w, N_FEEDS);
	assert_int_equal(w.srv.n_reqs, N_FEEDS);
	for (size_t i = 1; i < N_FEEDS; i++)
		assert_true(
		    w.srv.reqs[i]->at_ms - w.srv.reqs[i - 1]->at_ms > 900);
	close_world(&w);
}

/* Back by some days, as when a wrong clock is put right. */
static void
check_back(int64_t by_s)
{
	struct due before, after;
	struct world w;

	open_world(&w);
	add_feeds(&w, "f", 2, 0);
	add_feeds(&w, "busy", 1, 0);
	clock_shift(by_s);
	start(&w);
	run_until_polled(&w, 3);
	before = when_due(&w);
	assert_true(before.first > 0 && before.retry_until > HOUR);
	/* What was polled some time ago, by the wrong clock. */
	clock_shift(20 * 60);
	pipeline_wake(w.p);
	run_for(&w, 300);
	clock_shift(-by_s - 20 * 60);
	pipeline_wake(w.p);
	run_for(&w, 1500);
	assert_int_equal(w.srv.n_reqs, 3);
	after = when_due(&w);
	assert_in_range(after.first, before.first - 1210, before.first);
	assert_in_range(after.last, before.last - 1210, before.last);
	assert_in_range(
	    after.retry_until, before.retry_until - 1210, before.retry_until);
	close_world(&w);
}

static void
test_back(void **state)
{
	(void)state;
	check_back(6 * HOUR);
	check_back(100 * DAY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ahead),
	    cmocka_unit_test(test_back),
	};

	(void)evthread_use_pthreads();
	clock_init();
	pipeline_global_init();
	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

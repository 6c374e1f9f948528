/* SPDX-License-Identifier: ISC */
/*
 * A document that the store fails on half way, as none should: its batch is
 * undone, its feed is to blame, and the others come through at the next sync.
 */
#include "daemon/pipeline.h"

#include "tests/fetch/server.h"

#include <event2/thread.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/store.h"

#define N_FEEDS 3

struct world {
	struct event_base *base;
	struct srv srv;
	struct conf *conf;
	struct pipeline *p;
	char *dir, *path;
	struct pipeline_progress result;
	bool was_fatal;
	int64_t n_articles, n_with_error;
};

/* The second feed has two items of one title. */
static void
handle_feed(struct srv_req *r, void *arg)
{
	char body[512];

	(void)arg;
	(void)snprintf(body, sizeof(body),
	    "<rss version=\"2.0\"><channel><title>t</title>"
	    "<item><guid>1</guid><title>%s</title></item>"
	    "<item><guid>2</guid><title>%s</title></item></channel></rss>",
	    r->path, strcmp(r->path, "/2") == 0 ? r->path : "Other");
	srv_answer(r, 200, "", body);
}

static void
make_store(struct world *w)
{
	struct store *s;
	sqlite3 *db;
	int64_t id;

	assert_int_equal(store_open(w->path, STORE_CREATE, &s, NULL), AK_OK);
	for (int i = 1; i <= N_FEEDS; i++) {
		char *url = xasprintf("http://127.0.0.1:%d/%d", w->srv.port, i);

		assert_int_equal(store_feed_add(s,
				     &(struct store_feed_new){.url = url}, &id),
		    AK_OK);
		free(url);
	}
	store_close(s);
	assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "CREATE UNIQUE INDEX odd ON article (feed, title)",
		NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
done_cb(const struct pipeline_progress *n, void *arg)
{
	struct world *w = arg;

	w->result = *n;
	w->was_fatal = n->fatal != NULL;
	(void)event_base_loopbreak(w->base);
}

static void
count_cb(const struct store_feed *f, void *arg)
{
	struct world *w = arg;

	w->n_articles += f->n_articles;
	w->n_with_error += f->error != NULL;
}

static void
sync_all(struct world *w)
{
	struct pipeline_cbs cbs = {.done = done_cb, .arg = w};
	struct store_feed_query q = {.counts = true};
	struct store_reader *r;
	struct diag d;

	assert_int_equal(
	    pipeline_new(w->base, w->conf, w->path, &w->p, &d), AK_OK);
	pipeline_sync(w->p, &(struct pipeline_which){0}, &cbs);
	(void)event_base_dispatch(w->base);
	pipeline_free(w->p);
	w->n_articles = w->n_with_error = 0;
	assert_int_equal(store_reader_open(w->path, &r, NULL), AK_OK);
	assert_int_equal(store_feeds(r, &q, count_cb, w), AK_OK);
	store_reader_close(r);
}

static void
test_a_culprit_sinks_its_batch_once(void **state)
{
	static const char *const names[] = {"", "-wal", "-shm"};
	struct world w = {.dir = xstrdup("/tmp/akin-batch-XXXXXX")};
	struct diag d;

	(void)state;
	assert_non_null(mkdtemp(w.dir));
	w.path = xasprintf("%s/t.db", w.dir);
	(void)setenv("XDG_CONFIG_HOME", w.dir, 1);
	(void)setenv("AKIN_FETCH_ALLOW", "127.0.0.1", 1);
	assert_int_equal(conf_load(NULL, &w.conf, &d), AK_OK);
	w.base = event_base_new();
	srv_start(&w.srv, w.base, "127.0.0.1", 0, handle_feed, NULL);
	make_store(&w);

	sync_all(&w);
	assert_false(w.was_fatal);
	assert_int_equal(w.result.n_done, N_FEEDS);
	assert_int_equal(w.n_with_error, 1);
	/* Whether the others were in its batch is for the scheduler to say. */
	assert_in_range(w.n_articles, 0, 4);

	/* It waits; who was in its batch is due. */
	sync_all(&w);
	assert_false(w.was_fatal);
	assert_int_equal(w.result.n_failed, 0);
	assert_int_equal(w.n_with_error, 1);
	assert_int_equal(w.n_articles, 4);

	srv_stop(&w.srv);
	event_base_free(w.base);
	conf_free(w.conf);
	for (size_t i = 0; i < AK_COUNT(names); i++) {
		char *path = xasprintf("%s%s", w.path, names[i]);

		(void)unlink(path);
		free(path);
	}
	(void)rmdir(w.dir);
	free(w.dir);
	free(w.path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_culprit_sinks_its_batch_once),
	};

	(void)evthread_use_pthreads();
	pipeline_global_init();
	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/* The write-ahead log while there is no moment without a reader. */
#include "tests/store/kit.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define N_COMMITS 400
#define COMMIT_BYTES ((size_t)512 << 10) /* 200 MiB in all */
#define MOST_BYTES ((off_t)110 << 20)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int turn;
static bool is_over;

/* In the middle of reading: ends when the other one has begun. */
static void
reading(const struct store_feed *f, void *arg)
{
	int mine;

	(void)f;
	(void)arg;
	(void)pthread_mutex_lock(&lock);
	mine = ++turn;
	(void)pthread_cond_broadcast(&turned);
	while (turn == mine && !is_over)
		(void)pthread_cond_wait(&turned, &lock);
	(void)pthread_mutex_unlock(&lock);
	(void)usleep(5000);
}

static void *
reader_main(void *arg)
{
	struct store_feed_query q = {0};
	struct store_reader *r = NULL;
	struct diag d;
	bool go_on = true;

	if (store_reader_open(arg, &r, &d) != AK_OK)
		return arg;
	while (go_on) {
		if (store_feeds(r, &q, reading, NULL) != AK_OK)
			return arg;
		(void)pthread_mutex_lock(&lock);
		go_on = !is_over;
		(void)pthread_mutex_unlock(&lock);
	}
	store_reader_close(r);
	return NULL;
}

static void
test_readers_who_overlap_do_not_make_it_grow(void **state)
{
	struct kit *k = *state;
	pthread_t readers[2];
	char *data = xcalloc(1, COMMIT_BYTES), *log;
	off_t most = 0;
	void *failed;

	(void)kit_feed(k, "http://feed.example/");
	log = xasprintf("%s-wal", k->path);
	for (size_t i = 0; i < AK_COUNT(readers); i++)
		assert_int_equal(
		    pthread_create(&readers[i], NULL, reader_main, k->path), 0);
	for (int i = 0; i < N_COMMITS; i++) {
		struct stat st;

		memset(data, i, COMMIT_BYTES);
		assert_int_equal(
		    store_blob_put(k->s, "b", data, COMMIT_BYTES), AK_OK);
		assert_int_equal(stat(log, &st), 0);
		if (st.st_size > most)
			most = st.st_size;
	}
	(void)pthread_mutex_lock(&lock);
	is_over = true;
	(void)pthread_cond_broadcast(&turned);
	(void)pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < AK_COUNT(readers); i++) {
		assert_int_equal(pthread_join(readers[i], &failed), 0);
		assert_null(failed);
	}
	print_message("# %lld MiB at most\n", (long long)most >> 20);
	assert_true(most < MOST_BYTES);
	free(data);
	free(log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_readers_who_overlap_do_not_make_it_grow, kit_setup,
		kit_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/*
 * A child stores batches of polls and tells of each commit; it is killed at a
 * random moment, again and again.  What it told of must be there, whole.
 */
#include "tests/store/kit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

enum { ROUNDS = 24, FEEDS = 4, ITEMS = 8 };

static void
fail_line(const char *line, void *arg)
{
	(void)arg;
	print_error("check: %s\n", line);
}

/* Batch `n`: each feed gets ITEMS new entries, and its state says so. */
static void
put_batch(struct kit *k, int64_t n)
{
	assert_int_equal(store_begin(k->s), AK_OK);
	for (int64_t feed = 1; feed <= FEEDS; feed++) {
		struct sched_state sched = {.due_at = n};
		struct store_fetch f = {.feed_id = feed,
		    .at = KIT_NOW + n,
		    .sched = &sched,
		    .doc = kit_doc(k)};

		for (int e = 0; e < ITEMS; e++) {
			const char *name = arena_printf(k->a, "%lld-%lld-%d",
			    (long long)feed, (long long)n, e);

			kit_entry(k, (struct doc *)(uintptr_t)f.doc, name,
			    arena_printf(k->a, "https://e.example/%s", name),
			    name, "Words that the index takes: 東京都京都市.");
		}
		store_delta_release(&k->delta);
		assert_int_equal(store_put_fetch(k->s, &f, &k->delta), AK_OK);
	}
	assert_int_equal(store_commit(k->s), AK_OK);
	arena_reset(k->a);
}

static void
child(struct kit *k, int64_t first, int out)
{
	struct diag d;

	/* The parent's connections are not to be used across fork(). */
	if (store_open(k->path, 0, &k->s, &d) != AK_OK)
		_exit(1);
	for (int64_t n = first;; n++) {
		put_batch(k, n);
		if (write(out, &n, sizeof(n)) != (ssize_t)sizeof(n))
			_exit(2);
	}
}

/* Let a child tell of a batch or more, and kill it `delay_us` later; the last
 * batch it told of. */
static int64_t
run_and_kill(struct kit *k, int64_t first, useconds_t delay_us)
{
	int64_t n, last = first - 1;
	int fd[2], status;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	if ((pid = fork()) == 0)
		child(k, first, fd[1]);
	(void)close(fd[1]);
	if (read(fd[0], &n, sizeof(n)) == (ssize_t)sizeof(n))
		last = n;
	(void)usleep(delay_us);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	while (read(fd[0], &n, sizeof(n)) == (ssize_t)sizeof(n))
		last = n;
	(void)close(fd[0]);
	return last;
}

static void
test_a_kill_loses_nothing(void **state)
{
	struct kit *k = *state;
	int64_t told = 0, n_articles;
	unsigned seed = 12345;

	for (int f = 1; f <= FEEDS; f++)
		(void)kit_feed(k, arena_printf(k->a, "https://%d.example/", f));
	for (int round = 0; round < ROUNDS; round++) {
		store_reader_close(k->r);
		store_close(k->s);
		k->r = NULL;
		k->s = NULL;
		seed = seed * 1103515245 + 12345;
		told = run_and_kill(k, told + 1, seed / 65536 % 20000);
		kit_reopen(k, 0);
		assert_int_equal(
		    store_check(k->r, fail_line, NULL, NULL), AK_OK);
		/* The batch under way may have been committed untold. */
		n_articles = kit_n_articles(k, 0);
		assert_int_equal(n_articles % (FEEDS * ITEMS), 0);
		n_articles /= FEEDS * ITEMS;
		assert_in_range(n_articles, told, told + 1);
		told = n_articles;
		/* Entries, state and index are of one transaction. */
		if (told > 0)
			assert_int_equal(store_next_due(k->r), told);
		assert_int_equal(
		    kit_count(
			k, &(struct store_article_query){.query = "京都"}),
		    told * FEEDS * ITEMS);
	}
	assert_true(told >= ROUNDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_a_kill_loses_nothing, kit_setup, kit_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

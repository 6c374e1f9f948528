/* SPDX-License-Identifier: ISC */
#include "tests/store/kit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_one_holds_it_and_is_named(void **state)
{
	struct kit *k = *state;
	struct store_lock *l = NULL, *other = NULL;
	struct store_lock_owner o;
	struct diag d;

	assert_int_equal(store_lock_owner(k->path, &o), AK_NOTFOUND);
	assert_int_equal(
	    store_lock_take(k->path, "akind", "/run/akin.sock", &l, &o, &d),
	    AK_OK);
	assert_int_equal(
	    store_lock_take(k->path, "akin", NULL, &other, &o, &d), AK_BUSY);
	assert_null(other);
	assert_int_equal(o.pid, getpid());
	assert_string_equal(o.program, "akind");
	assert_string_equal(o.socket, "/run/akin.sock");
	assert_non_null(strstr(d.text, "akind"));
	assert_int_equal(store_lock_owner(k->path, &o), AK_OK);
	assert_string_equal(o.program, "akind");
	store_lock_release(l);
	assert_int_equal(store_lock_owner(k->path, &o), AK_NOTFOUND);
	assert_int_equal(
	    store_lock_take(k->path, "akin", NULL, &l, &o, &d), AK_OK);
	assert_int_equal(store_lock_owner(k->path, &o), AK_OK);
	assert_string_equal(o.socket, "");
	store_lock_release(l);
}

static void
test_it_ends_with_its_process(void **state)
{
	struct kit *k = *state;
	struct store_lock_owner o;
	struct store_lock *l = NULL;
	struct diag d;
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	if ((pid = fork()) == 0) {
		if (store_lock_take(k->path, "akin", NULL, &l, &o, &d) !=
			AK_OK ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(store_lock_owner(k->path, &o), AK_OK);
	assert_int_equal(o.pid, pid);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(store_lock_owner(k->path, &o), AK_NOTFOUND);
	assert_int_equal(
	    store_lock_take(k->path, "akin", NULL, &l, &o, &d), AK_OK);
	store_lock_release(l);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

/* Who only looks who has it never keeps anybody from taking it, and who finds
 * it taken is told by whom. */
static void
test_looking_is_no_hindrance(void **state)
{
	struct kit *k = *state;
	struct store_lock *l = NULL;
	struct store_lock_owner o;
	struct diag d;
	pid_t looker, taker;
	int status;

	if ((looker = fork()) == 0)
		for (;;)
			(void)!store_lock_owner(k->path, &o);
	for (int i = 0; i < 2000; i++) {
		assert_int_equal(
		    store_lock_take(k->path, "akin", NULL, &l, &o, &d), AK_OK);
		store_lock_release(l);
	}
	assert_int_equal(kill(looker, SIGKILL), 0);
	assert_int_equal(waitpid(looker, NULL, 0), looker);
	if ((taker = fork()) == 0) {
		for (int i = 0; i < 2000; i++) {
			if (store_lock_take(
				k->path, "akin", NULL, &l, &o, &d) == AK_OK)
				store_lock_release(l);
			else if (o.pid != getppid())
				_exit(1);
		}
		_exit(0);
	}
	while (waitpid(taker, &status, WNOHANG) == 0) {
		if (store_lock_take(k->path, "akin", NULL, &l, &o, &d) == AK_OK)
			store_lock_release(l);
		else
			assert_int_equal(o.pid, taker);
	}
	assert_int_equal(status, 0);
}

/* Writers of several processes wait for each other. */
static void
test_writers_take_turns(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/feed");
	struct doc *d = kit_doc(k);
	struct store_stats stats;
	pid_t pids[3];

	kit_entry(k, d, "1", "https://example.org/1", "One", "Text.");
	kit_poll(k, feed, d);
	for (size_t n = 0; n < AK_COUNT(pids); n++) {
		if ((pids[n] = fork()) != 0)
			continue;
		struct store *s;
		struct diag e;
		int64_t id = 1, changed;

		if (store_open(k->path, 0, &s, &e) != AK_OK)
			_exit(1);
		for (int m = 0; m < 100; m++)
			if (store_mark(s,
				m % 2 == 0 ? STORE_STAR : STORE_UNSTAR,
				&(struct store_mark_query){
				    .ids = &id, .n_ids = 1},
				&changed) != AK_OK)
				_exit(2);
		store_close(s);
		_exit(0);
	}
	for (int m = 0; m < 50; m++) {
		assert_int_equal(store_begin(k->s), AK_OK);
		kit_poll(k, feed, d);
		assert_int_equal(store_stats(k->r, &stats), AK_OK);
		assert_int_equal(store_commit(k->s), AK_OK);
	}
	for (size_t n = 0; n < AK_COUNT(pids); n++) {
		int status = -1;

		assert_int_equal(waitpid(pids[n], &status, 0), pids[n]);
		assert_int_equal(status, 0);
	}
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_one_holds_it_and_is_named),
	    TEST(test_it_ends_with_its_process),
	    TEST(test_looking_is_no_hindrance),
	    TEST(test_writers_take_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

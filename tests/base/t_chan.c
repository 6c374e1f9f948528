/* SPDX-License-Identifier: ISC */
/* Queues and mailboxes between threads; run under TSan too. */
#include "tests/testing.h"

#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <unistd.h>

#include "base/chan.h"
#include "base/clock.h"
#include "base/mailbox.h"

#define N_EACH 20000
#define N_THREADS 4

static void *
pusher(void *arg)
{
	for (intptr_t i = 1; i <= N_EACH; i++)
		if (!chan_push(arg, (void *)i))
			break;
	return NULL;
}

static void
test_everything_pushed_is_popped_once(void **state)
{
	struct chan *c = chan_new(7);
	pthread_t t[N_THREADS];
	int64_t sum = 0;

	(void)state;
	for (int i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, pusher, c), 0);
	for (int i = 0; i < N_THREADS * N_EACH; i++)
		sum += (intptr_t)chan_pop(c);
	for (int i = 0; i < N_THREADS; i++)
		(void)pthread_join(t[i], NULL);
	assert_int_equal(sum, (int64_t)N_THREADS * N_EACH * (N_EACH + 1) / 2);
	assert_null(chan_try_pop(c));
	chan_free(c);
}

static void
test_close_drains_then_ends(void **state)
{
	struct chan *c = chan_new(2);
	int x = 0;

	(void)state;
	assert_true(chan_try_push(c, &x));
	assert_true(chan_try_push(c, &x));
	assert_false(chan_try_push(c, &x));
	chan_close(c);
	assert_false(chan_push(c, &x));
	assert_ptr_equal(chan_pop(c), &x);
	assert_ptr_equal(chan_pop_many(c, 1, 1000), &x);
	assert_null(chan_pop(c));
	chan_free(c);
}

static void
test_pop_timed_gives_up(void **state)
{
	struct chan *c = chan_new(1);
	int64_t start = clock_mono_ms();

	(void)state;
	assert_null(chan_pop_many(c, 1, 30));
	assert_true(clock_mono_ms() - start >= 29);
	chan_free(c);
}

static void *
late_pusher(void *arg)
{
	struct chan *c = arg;

	for (intptr_t i = 1; i <= 3; i++) {
		(void)usleep(20000);
		(void)chan_push(c, (void *)i);
	}
	(void)usleep(20000);
	chan_nudge(c);
	return NULL;
}

static void
test_pop_many_sleeps_on(void **state)
{
	struct chan *c = chan_new(8);
	int64_t start = clock_mono_ms();
	pthread_t t;

	(void)state;
	assert_int_equal(pthread_create(&t, NULL, late_pusher, c), 0);
	/* Three come, the second is enough. */
	assert_int_equal((intptr_t)chan_pop_many(c, 2, 600000), 1);
	assert_true(clock_mono_ms() - start >= 39);
	/* The other one never comes, but a nudge. */
	assert_int_equal((intptr_t)chan_pop_many(c, 3, 600000), 2);
	assert_true(clock_mono_ms() - start < 300000);
	assert_int_equal((intptr_t)chan_pop_many(c, 2, 1), 3);
	assert_null(chan_pop_many(c, 2, 1));
	(void)pthread_join(t, NULL);
	/* Who waits for one is woken by one. */
	assert_true(chan_try_push(c, c));
	assert_ptr_equal(chan_pop(c), c);
	chan_free(c);
}

struct box_test {
	struct event_base *base;
	struct mailbox *box;
	int64_t sum, n;
};

static void
got_cb(void *msg, void *arg)
{
	struct box_test *t = arg;

	t->sum += (intptr_t)msg;
	if (++t->n == N_THREADS * N_EACH)
		(void)event_base_loopbreak(t->base);
}

static void *
poster(void *arg)
{
	struct box_test *t = arg;

	for (intptr_t i = 1; i <= N_EACH; i++)
		mailbox_post(t->box, (void *)i);
	return NULL;
}

static void
test_mailbox_wakes_the_loop_for_every_message(void **state)
{
	struct box_test t = {0};
	pthread_t threads[N_THREADS];

	(void)state;
	assert_int_equal(evthread_use_pthreads(), 0);
	t.base = event_base_new();
	t.box = mailbox_new(t.base, got_cb, &t);
	for (int i = 0; i < N_THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, poster, &t), 0);
	assert_int_equal(event_base_loop(t.base, EVLOOP_NO_EXIT_ON_EMPTY), 0);
	for (int i = 0; i < N_THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	assert_int_equal(t.sum, (int64_t)N_THREADS * N_EACH * (N_EACH + 1) / 2);
	mailbox_free(t.box);
	event_base_free(t.base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_everything_pushed_is_popped_once),
	    cmocka_unit_test(test_close_drains_then_ends),
	    cmocka_unit_test(test_pop_timed_gives_up),
	    cmocka_unit_test(test_pop_many_sleeps_on),
	    cmocka_unit_test(test_mailbox_wakes_the_loop_for_every_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

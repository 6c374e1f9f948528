/* SPDX-License-Identifier: ISC */
/* The control socket beside clients who ask for nothing or read nothing.  The
 * pipeline behind it is a stand-in. */
#include "tests/testing.h"

#include <event2/event.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "daemon/control.h"

static struct pipeline_cbs asked; /* by the last sync */
static int n_syncs;

void
pipeline_sync(struct pipeline *p, const struct pipeline_which *which,
    const struct pipeline_cbs *cbs)
{
	(void)p;
	(void)which;
	asked = *cbs;
	n_syncs++;
}

void
pipeline_forget(struct pipeline *p, const void *arg)
{
	(void)p;
	if (asked.arg == arg)
		asked = (struct pipeline_cbs){0};
}

void
pipeline_wake(struct pipeline *p)
{
	(void)p;
}

void
pipeline_progress(const struct pipeline *p, struct pipeline_progress *ret)
{
	(void)p;
	*ret = (struct pipeline_progress){.is_done = true};
}

void
pipeline_stats(const struct pipeline *p, struct pipeline_stats *ret)
{
	(void)p;
	*ret = (struct pipeline_stats){0};
}

static struct event_base *base;
static struct control *control;
static char path[64];

static void
start(int silent_ms)
{
	struct control_ops ops = {.silent_ms = silent_ms};
	struct diag d;

	(void)snprintf(path, sizeof(path), "/tmp/control-of-akin-%ld.sock",
	    (long)getpid());
	base = event_base_new();
	assert_int_equal(
	    control_new(base, path, NULL, &ops, &control, &d), AK_OK);
	asked = (struct pipeline_cbs){0};
	n_syncs = 0;
}

static void
stop(void)
{
	control_free(control);
	event_base_free(base);
}

static int
client(const char *line)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct timeval patience = {60, 0};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (*line != '\0')
		assert_true(write(fd, line, strlen(line)) > 0);
	for (int i = 0; i < 4; i++)
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
	return fd;
}

/* All that comes until the end. */
static const char *
answer(int fd)
{
	static char all[65536];
	size_t len = 0;

	for (;;) {
		ssize_t n;

		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		n = recv(fd, all + len, sizeof(all) - 1 - len, MSG_DONTWAIT);
		if (n == 0 || len == sizeof(all) - 1)
			break;
		if (n > 0)
			len += (size_t)n;
		else
			(void)usleep(1000);
	}
	all[len] = '\0';
	(void)close(fd);
	return all;
}

static void
test_the_silent_do_not_block_who_asks(void **state)
{
	int silent[LIMIT_CONTROL_REQUESTS + 8];

	(void)state;
	start(0);
	for (size_t i = 0; i < AK_COUNT(silent); i++)
		silent[i] = client("");
	assert_non_null(
	    strstr(answer(client("{\"cmd\":\"wake\"}\n")), "\"ok\""));
	for (size_t i = 0; i < AK_COUNT(silent); i++)
		(void)close(silent[i]);
	stop();
}

static void
test_the_silent_are_told_and_let_go(void **state)
{
	(void)state;
	start(20);
	assert_string_equal(answer(client("")),
	    "{\"type\":\"error\",\"error\":\"nothing was asked\"}\n");
	stop();
}

static void
test_a_long_poll_is_not_silence(void **state)
{
	struct pipeline_progress done = {.is_done = true};
	int fd;

	(void)state;
	start(1);
	fd = client("{\"cmd\":\"sync\",\"all\":true}\n");
	(void)usleep(20000);
	(void)event_base_loop(base, EVLOOP_NONBLOCK);
	assert_non_null(asked.done);
	asked.done(&done, asked.arg);
	assert_non_null(strstr(answer(fd), "\"done\""));
	stop();
}

static void
test_one_too_many_is_told(void **state)
{
	int busy[LIMIT_CONTROL_REQUESTS];

	(void)state;
	start(0);
	for (size_t i = 0; i < AK_COUNT(busy); i++)
		busy[i] = client("{\"cmd\":\"sync\"}\n");
	assert_int_equal(n_syncs, LIMIT_CONTROL_REQUESTS);
	assert_non_null(
	    strstr(answer(client("{\"cmd\":\"sync\"}\n")), "too many others"));
	assert_int_equal(n_syncs, LIMIT_CONTROL_REQUESTS);
	(void)close(busy[0]);
	for (int i = 0; i < 4; i++)
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
	busy[0] = client("{\"cmd\":\"sync\"}\n");
	assert_int_equal(n_syncs, LIMIT_CONTROL_REQUESTS + 1);
	for (size_t i = 0; i < AK_COUNT(busy); i++)
		(void)close(busy[i]);
	stop();
}

static void
test_who_does_not_read_is_cut_off(void **state)
{
	struct pipeline_report r = {.url = "http://feed.example/",
	    .title = "A feed",
	    .outcome = "ok",
	    .hint = "rate"};
	int fd;

	(void)state;
	start(0);
	fd = client("{\"cmd\":\"sync\",\"all\":true}\n");
	for (int i = 0; i < 200000 && asked.report != NULL; i++) {
		asked.report(&r, asked.arg);
		if (i % 1000 == 0)
			(void)event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_null(asked.report);
	(void)close(fd);
	stop();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_silent_do_not_block_who_asks),
	    cmocka_unit_test(test_the_silent_are_told_and_let_go),
	    cmocka_unit_test(test_a_long_poll_is_not_silence),
	    cmocka_unit_test(test_one_too_many_is_told),
	    cmocka_unit_test(test_who_does_not_read_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

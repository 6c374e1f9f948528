/* SPDX-License-Identifier: ISC */
/*
 * Whose turn it is: spacing, limits, parking, outages.  Names are resolved to
 * the test's own server, and loopback counts as public (private_as_public)
 * where the rules of public hosts are looked at.
 */
#include "tests/fetch/server.h"

#include "base/clock.h"
#include "base/str.h"

#define N_NAMES 8
#define INTERVAL_MS 300

struct net {
	struct fix x;
	char *resolve[N_NAMES + 1];
};

/* Answers 150 ms later, so that requests would overlap if they could. */
static void
answer_later_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	srv_answer(arg, 200, "", "BODY");
}

static void
handle_later(struct srv_req *r, void *arg)
{
	struct timeval tv = {0, 150000};

	(void)arg;
	(void)event_base_once(
	    r->srv->base, -1, EV_TIMEOUT, answer_later_cb, r, &tv);
}

static const char *answer_headers = "";

/* A path of digits is the status. */
static void
handle_status(struct srv_req *r, void *arg)
{
	int status = (int)strtol(r->path + 1, NULL, 10);

	(void)arg;
	srv_answer(r, status != 0 ? status : 200, answer_headers, "BODY");
}

static void
net_open(struct net *n, srv_handler handler, const char *const *names,
    size_t n_names)
{
	memset(n, 0, sizeof(*n));
	fix_open(&n->x, handler, NULL);
	for (size_t i = 0; i < n_names; i++)
		n->resolve[i] =
		    xasprintf("%s:%d:127.0.0.1", names[i], n->x.srv.port);
	n->x.p.resolve = (const char *const *)n->resolve;
	n->x.p.private_as_public = true;
	n->x.p.host_interval_ms = INTERVAL_MS;
	fix_params(&n->x);
}

static void
net_close(struct net *n)
{
	fix_close(&n->x);
	for (size_t i = 0; n->resolve[i] != NULL; i++)
		free(n->resolve[i]);
}

static void
start(struct net *n, const char *host, const char *path, bool urgent,
    struct got *g)
{
	char *url = xasprintf("http://%s:%d%s", host, n->x.srv.port, path);

	(void)fetch_start(n->x.f,
	    &(struct fetch_req){.url = url, .urgent = urgent}, got_cb, g);
	free(url);
}

static void
clear(struct got *g, size_t n)
{
	for (size_t i = 0; i < n; i++)
		got_clear(&g[i]);
}

static void
test_one_at_a_time_and_spaced_for_a_host(void **state)
{
	static const char *const names[] = {"a.test"};
	struct got g[4] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_later, names, 1);
	for (size_t i = 0; i < 4; i++)
		start(&n, "a.test", "/same", false, &g[i]);
	fix_run(&n.x, g, 4);
	assert_int_equal(n.x.srv.n_open_most, 1);
	assert_int_equal(n.x.srv.n_reqs, 4);
	for (size_t i = 1; i < 4; i++)
		assert_true(
		    n.x.srv.reqs[i]->at_ms - n.x.srv.reqs[i - 1]->at_ms >=
		    INTERVAL_MS);
	/* One connection did for all of them. */
	assert_int_equal(n.x.srv.n_connections, 1);
	clear(g, 4);
	net_close(&n);
}

static void
test_two_at_once_for_a_domain(void **state)
{
	static const char *const names[] = {
	    "a.dom.test", "b.dom.test", "c.dom.test", "d.dom.test"};
	struct got g[4] = {{0}};
	int64_t began = clock_mono_ms();
	struct net n;

	(void)state;
	net_open(&n, handle_later, names, 4);
	for (size_t i = 0; i < 4; i++)
		start(&n, names[i], "/", false, &g[i]);
	fix_run(&n.x, g, 4);
	assert_true(n.x.srv.n_open_most <= 2);
	/* They start so far apart; each may be long on its way. */
	for (size_t i = 1; i < 4; i++)
		assert_true(n.x.srv.reqs[i]->at_ms - began >=
			    (int64_t)i * (INTERVAL_MS / 2) - 20);
	clear(g, 4);
	net_close(&n);
}

static void
test_four_at_once_for_an_address(void **state)
{
	static const char *const names[] = {"a.test", "b.example", "c.test",
	    "d.test", "e.test", "f.test", "g.test"};
	struct got g[7] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_later, names, 7);
	for (size_t i = 0; i < 7; i++)
		start(&n, names[i], "/", false, &g[i]);
	fix_run(&n.x, g, 7);
	assert_int_equal(n.x.srv.n_open_most, 4);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(g[i].outcome, SCHED_OK);
	clear(g, 7);
	net_close(&n);
}

static void
test_private_hosts_have_limits_per_url_only(void **state)
{
	struct got g[8] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_later, NULL, 0);
	n.x.p.private_as_public = false;
	n.x.p.host_interval_ms = 3600000; /* is for public hosts */
	n.x.p.max_total = 6;
	fix_params(&n.x);
	for (size_t i = 0; i < 6; i++) {
		char path[8] = {'/', (char)('a' + i), '\0'};

		start(&n, "127.0.0.1", path, false, &g[i]);
	}
	start(&n, "127.0.0.1", "/a", false, &g[6]);
	start(&n, "127.0.0.1", "/a", false, &g[7]);
	fix_run(&n.x, g, 8);
	assert_int_equal(n.x.srv.n_open_most, 6);
	/* The three for /a came one after another. */
	for (size_t i = 0, last = 0; i < n.x.srv.n_reqs; i++) {
		if (strcmp(n.x.srv.reqs[i]->path, "/a") != 0)
			continue;
		if (i > 0)
			assert_true(n.x.srv.reqs[i]->at_ms -
					n.x.srv.reqs[last]->at_ms >=
				    140);
		last = i;
	}
	clear(g, 8);
	net_close(&n);
}

static void
test_a_name_inside_allow_is_private_once_it_is_known(void **state)
{
	static const char *const names[] = {"nas.example"};
	struct got g[4] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_later, names, 1);
	n.x.p.private_as_public = false;
	fix_params(&n.x);
	start(&n, "nas.example", "/0", false, &g[0]);
	fix_run(&n.x, g, 1);
	for (size_t i = 1; i < 4; i++) {
		char path[8] = {'/', (char)('a' + i), '\0'};

		start(&n, "nas.example", path, false, &g[i]);
	}
	fix_run(&n.x, g, 4);
	assert_int_equal(g[3].outcome, SCHED_OK);
	clear(g, 4);
	net_close(&n);
}

static void
test_the_total_holds(void **state)
{
	struct got g[10] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_later, NULL, 0);
	n.x.p.private_as_public = false;
	n.x.p.max_total = 3;
	fix_params(&n.x);
	for (size_t i = 0; i < 10; i++) {
		char path[8] = {'/', (char)('a' + i), '\0'};

		start(&n, "127.0.0.1", path, false, &g[i]);
	}
	fix_run(&n.x, g, 10);
	assert_int_equal(n.x.srv.n_open_most, 3);
	clear(g, 10);
	net_close(&n);
}

static void
test_an_urgent_one_goes_first(void **state)
{
	static const char *const names[] = {"a.test"};
	struct got g[3] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_status, names, 1);
	start(&n, "a.test", "/1st", false, &g[0]);
	start(&n, "a.test", "/2nd", false, &g[1]);
	start(&n, "a.test", "/urgent", true, &g[2]);
	fix_run(&n.x, g, 3);
	assert_string_equal(n.x.srv.reqs[0]->path, "/urgent");
	assert_string_equal(n.x.srv.reqs[2]->path, "/2nd");
	clear(g, 3);
	net_close(&n);
}

static int64_t
parked(struct net *n, const char *host)
{
	char *url = xasprintf("http://%s:%d/x", host, n->x.srv.port);
	int64_t until = fetch_parked_until(n->x.f, url);

	free(url);
	return until != 0 ? until - clock_now() : 0;
}

static void
test_a_429_parks_the_domain(void **state)
{
	static const char *const names[] = {
	    "a.dom.test", "b.dom.test", "c.other.test"};
	struct got g[5] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_status, names, 3);
	answer_headers = "Retry-After: 1000\r\n";
	start(&n, "a.dom.test", "/429", false, &g[0]);
	start(&n, "a.dom.test", "/feed", false, &g[1]);
	fix_run(&n.x, g, 2);
	start(&n, "b.dom.test", "/feed", false, &g[2]);
	start(&n, "b.dom.test", "/feed", true, &g[3]);
	start(&n, "c.other.test", "/feed", false, &g[4]);
	fix_run(&n.x, g, 5);
	answer_headers = "";
	assert_int_equal(g[0].outcome, SCHED_TOO_MANY);
	assert_int_equal(g[0].retry_after_s, 1000);
	for (size_t i = 1; i < 4; i++) {
		assert_int_equal(g[i].st, AK_BUSY);
		assert_int_equal(g[i].outcome, SCHED_TOO_MANY);
		assert_int_equal(g[i].status, 0);
		assert_true(g[i].retry_after_s > 990);
		assert_true(g[i].retry_after_s <= 1000);
	}
	assert_int_equal(g[4].outcome, SCHED_OK);
	assert_int_equal(n.x.srv.n_reqs, 2);
	assert_true(parked(&n, "b.dom.test") > 990);
	assert_int_equal(parked(&n, "c.other.test"), 0);
	clear(g, 5);
	net_close(&n);
}

static void
test_a_429_without_a_hint_and_with_an_absurd_one(void **state)
{
	static const char *const names[] = {"a.test", "b.example"};
	struct got g[2] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_status, names, 2);
	start(&n, "a.test", "/429", false, &g[0]);
	fix_run(&n.x, g, 1);
	assert_true(parked(&n, "a.test") > 4 * 3600 - 10);
	answer_headers = "Retry-After: 999999999999999999\r\n";
	start(&n, "b.example", "/429", false, &g[1]);
	fix_run(&n.x, g, 2);
	answer_headers = "";
	assert_true(parked(&n, "b.example") <= 7 * 86400);
	clear(g, 2);
	net_close(&n);
}

static void
test_a_503_parks_the_host_and_lets_one_in_who_waits(void **state)
{
	static const char *const names[] = {"a.dom.test", "b.dom.test"};
	struct got g[5] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_status, names, 2);
	start(&n, "a.dom.test", "/503", false, &g[0]);
	start(&n, "a.dom.test", "/feed", false, &g[1]);
	start(&n, "b.dom.test", "/feed", false, &g[2]);
	fix_run(&n.x, g, 3);
	assert_int_equal(g[0].outcome, SCHED_UNAVAILABLE);
	assert_int_equal(g[1].st, AK_BUSY);
	assert_int_equal(g[1].outcome, SCHED_UNAVAILABLE);
	assert_int_equal(g[2].outcome, SCHED_OK);
	assert_true(parked(&n, "a.dom.test") > 14 * 60);
	/* A person may probe; what answers is forgiven. */
	start(&n, "a.dom.test", "/feed", true, &g[3]);
	fix_run(&n.x, g, 4);
	assert_int_equal(g[3].outcome, SCHED_OK);
	assert_int_equal(parked(&n, "a.dom.test"), 0);
	start(&n, "a.dom.test", "/feed", false, &g[4]);
	fix_run(&n.x, g, 5);
	assert_int_equal(g[4].outcome, SCHED_OK);
	clear(g, 5);
	net_close(&n);
}

static void
test_parking_is_restored_and_never_private(void **state)
{
	static const char *const names[] = {"a.dom.test", "b.dom.test"};
	struct got g[2] = {{0}};
	struct net n;
	char *url;

	(void)state;
	net_open(&n, handle_status, names, 2);
	url = xasprintf("http://a.dom.test:%d/", n.x.srv.port);
	fetch_park(n.x.f, url, SCHED_TOO_MANY, clock_now() + 500);
	free(url);
	assert_true(parked(&n, "b.dom.test") > 490);
	start(&n, "b.dom.test", "/", false, &g[0]);
	fix_run(&n.x, g, 1);
	assert_int_equal(g[0].st, AK_BUSY);
	n.x.p.private_as_public = false;
	fix_params(&n.x);
	start(&n, "127.0.0.1", "/429", false, &g[1]);
	fix_run(&n.x, g, 2);
	assert_int_equal(parked(&n, "127.0.0.1"), 0);
	clear(g, 2);
	net_close(&n);
}

static void
test_a_redirect_waits_its_turn_too(void **state)
{
	static const char *const names[] = {"a.test"};
	struct got g[1] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_status, names, 1);
	answer_headers = "Location: /end\r\n";
	start(&n, "a.test", "/302", false, &g[0]);
	fix_run(&n.x, g, 1);
	answer_headers = "";
	assert_int_equal(g[0].outcome, SCHED_OK);
	assert_int_equal(n.x.srv.n_reqs, 2);
	assert_true(
	    n.x.srv.reqs[1]->at_ms - n.x.srv.reqs[0]->at_ms >= INTERVAL_MS);
	clear(g, 1);
	net_close(&n);
}

/* ---------------------------------------------------------------- outages */

static void
start_unknown(struct net *n, size_t i, struct got *g)
{
	char *url = xasprintf("http://x%zu.invalid/", i);

	(void)fetch_start(n->x.f, &(struct fetch_req){.url = url}, got_cb, g);
	free(url);
}

static void
test_when_no_name_is_found_no_feed_is_to_blame(void **state)
{
	struct got g[6] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_status, NULL, 0);
	for (size_t i = 0; i < 5; i++)
		start_unknown(&n, i, &g[i]);
	/* That a private host answers says nothing about the way out. */
	n.x.p.private_as_public = false;
	start(&n, "127.0.0.1", "/", false, &g[5]);
	fix_run(&n.x, g, 6);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(g[i].outcome, SCHED_NETWORK_DOWN);
	assert_int_equal(g[5].outcome, SCHED_OK);
	clear(g, 6);
	net_close(&n);
}

static void
test_a_name_that_is_found_blames_the_others(void **state)
{
	static const char *const names[] = {"a.test"};
	struct got g[6] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_later, names, 1);
	for (size_t i = 0; i < 5; i++)
		start_unknown(&n, i, &g[i]);
	start(&n, "a.test", "/", false, &g[5]);
	fix_run(&n.x, g, 6);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(g[i].outcome, SCHED_DNS);
	clear(g, 6);
	net_close(&n);
}

static void
test_the_network_comes_back(void **state)
{
	static const char *const names[] = {"a.test"};
	struct got g[8] = {{0}};
	struct net n;

	(void)state;
	net_open(&n, handle_status, names, 1);
	for (size_t i = 0; i < 4; i++)
		start_unknown(&n, i, &g[i]);
	fix_run(&n.x, g, 4);
	assert_int_equal(g[0].outcome, SCHED_NETWORK_DOWN);
	/* Down: further ones are told at once. */
	start_unknown(&n, 4, &g[4]);
	fix_run(&n.x, g, 5);
	assert_int_equal(g[4].outcome, SCHED_NETWORK_DOWN);
	start(&n, "a.test", "/", false, &g[5]);
	fix_run(&n.x, g, 6);
	assert_int_equal(g[5].outcome, SCHED_OK);
	/* Up again: one that is not found beside one that is, is its own. */
	start_unknown(&n, 5, &g[6]);
	fix_run(&n.x, g, 6);
	start(&n, "a.test", "/", false, &g[7]);
	fix_run(&n.x, g, 8);
	assert_int_equal(g[6].outcome, SCHED_DNS);
	clear(g, 8);
	net_close(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_at_a_time_and_spaced_for_a_host),
	    cmocka_unit_test(test_two_at_once_for_a_domain),
	    cmocka_unit_test(test_four_at_once_for_an_address),
	    cmocka_unit_test(test_private_hosts_have_limits_per_url_only),
	    cmocka_unit_test(
		test_a_name_inside_allow_is_private_once_it_is_known),
	    cmocka_unit_test(test_the_total_holds),
	    cmocka_unit_test(test_an_urgent_one_goes_first),
	    cmocka_unit_test(test_a_429_parks_the_domain),
	    cmocka_unit_test(test_a_429_without_a_hint_and_with_an_absurd_one),
	    cmocka_unit_test(
		test_a_503_parks_the_host_and_lets_one_in_who_waits),
	    cmocka_unit_test(test_parking_is_restored_and_never_private),
	    cmocka_unit_test(test_a_redirect_waits_its_turn_too),
	    cmocka_unit_test(test_when_no_name_is_found_no_feed_is_to_blame),
	    cmocka_unit_test(test_a_name_that_is_found_blames_the_others),
	    cmocka_unit_test(test_the_network_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

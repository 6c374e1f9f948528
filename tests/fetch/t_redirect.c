/* SPDX-License-Identifier: ISC */
#include "tests/fetch/server.h"

#include <event2/listener.h>

#include "base/str.h"

/* Answers by a table: path, status, header lines. */
struct rule {
	const char *path;
	int status;
	const char *headers;
};

static void
handle_rules(struct srv_req *r, void *arg)
{
	const struct rule *rule = arg;

	for (; rule->path != NULL; rule++) {
		if (strcmp(rule->path, r->path) == 0) {
			srv_answer(r, rule->status, rule->headers, "");
			return;
		}
	}
	srv_answer(r, 200, "ETag: \"end\"\r\n", "BODY");
}

static void
handle_canary(struct srv_req *r, void *arg)
{
	(void)arg;
	srv_answer(r, 200, "", "canary");
}

static void
check_end(const struct rule *rules, const char *path, enum sched_outcome want)
{
	struct fix x;

	fix_open(&x, handle_rules, (void *)(uintptr_t)rules);
	fix_get(&x, path);
	if (x.got.outcome != want)
		fail_msg("%s: %s", path, x.got.diag);
	assert_int_equal(x.got.st, AK_OK);
	fix_close(&x);
}

static void
test_a_chain_is_followed_and_told(void **state)
{
	static const struct rule rules[] = {{"/a", 301, "Location: /b/c?x\r\n"},
	    {"/b/c?x", 308, "Location: ../d#frag\r\n"},
	    {"/d", 301, "Location: ?q=1\r\n"}, {NULL, 0, NULL}};
	struct fix x;
	char *want;

	(void)state;
	fix_open(&x, handle_rules, (void *)(uintptr_t)rules);
	fix_get(&x, "/a");
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_int_equal(x.got.n_hops, 3);
	assert_true(x.got.all_permanent);
	assert_int_equal(x.got.hop_status[1], 308);
	want = fix_url(&x, "/b/c?x");
	assert_string_equal(x.got.hop_url[0], want);
	free(want);
	want = fix_url(&x, "/d?q=1");
	assert_string_equal(x.got.final_url, want);
	assert_string_equal(x.got.hop_url[2], want);
	free(want);
	assert_string_equal(x.srv.reqs[2]->path, "/d");
	assert_no_header(x.srv.reqs[2], "Referer");
	assert_no_header(x.srv.reqs[2], "Cookie");
	assert_string_equal(x.got.etag, "\"end\"");
	fix_close(&x);
}

static void
test_what_a_hop_asks_for_holds_for_the_next_poll(void **state)
{
	static const struct rule rules[] = {
	    {"/a", 302, "Location: /b\r\nRetry-After: 900\r\n"},
	    {"/b", 302, "Location: /c\r\nRetry-After: 60\r\n"},
	    {"/m", 302, "Location: /n\r\nRetry-After: 60\r\n"}, {"/n", 429, ""},
	    {NULL, 0, NULL}};
	struct fix x;

	(void)state;
	fix_open(&x, handle_rules, (void *)(uintptr_t)rules);
	fix_get(&x, "/a");
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_int_equal(x.got.retry_after_s, 900);
	fix_get(&x, "/c");
	assert_int_equal(x.got.retry_after_s, -1);
	fix_get(&x, "/m"); /* hours */
	assert_int_equal(x.got.outcome, SCHED_TOO_MANY);
	assert_int_equal(x.got.retry_after_s, -1);
	fix_close(&x);
}

static void
test_one_temporary_hop_makes_the_chain_so(void **state)
{
	static const int temporary[] = {300, 302, 303, 307};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(temporary); i++) {
		const struct rule rules[] = {{"/a", 301, "Location: /b\r\n"},
		    {"/b", temporary[i], "Location: /c\r\n"},
		    {"/c", 301, "Location: /d\r\n"}, {NULL, 0, NULL}};
		struct fix x;

		fix_open(&x, handle_rules, (void *)(uintptr_t)rules);
		fix_get(&x, "/a");
		assert_int_equal(x.got.outcome, SCHED_OK);
		assert_int_equal(x.got.n_hops, 3);
		assert_false(x.got.all_permanent);
		fix_close(&x);
	}
}

static void
test_without_a_hop_nothing_is_permanent(void **state)
{
	static const struct rule rules[] = {{NULL, 0, NULL}};
	struct fix x;

	(void)state;
	fix_open(&x, handle_rules, (void *)(uintptr_t)rules);
	fix_get(&x, "/a");
	assert_false(x.got.all_permanent);
	assert_int_equal(x.got.n_hops, 0);
	fix_close(&x);
}

static void
test_bad_chains(void **state)
{
	static const struct rule rules[] = {
	    {"/self", 302, "Location: /self\r\n"},
	    {"/l1", 301, "Location: /l2\r\n"},
	    {"/l2", 301, "Location: /l1\r\n"}, {"/none", 301, ""},
	    {"/empty", 301, "Location: \r\n"},
	    {"/file", 302, "Location: file:///etc/passwd\r\n"},
	    {"/gopher", 302, "Location: gopher://127.0.0.1:70/x\r\n"},
	    {"/false", 301, "Location: ht!tp:// [bad\r\n"},
	    {"/js", 302, "Location: javascript:alert(1)\r\n"},
	    {"/private", 301, "Location: http://10.0.0.1/x\r\n"},
	    {"/meta", 301, "Location: http://169.254.169.254/x\r\n"},
	    {"/port", 301, "Location: http://127.0.0.1:25/x\r\n"},
	    {"/304", 302, "Location: /then304\r\n"}, {"/then304", 304, ""},
	    {NULL, 0, NULL}};

	(void)state;
	check_end(rules, "/self", SCHED_MOVED_BAD);
	check_end(rules, "/l1", SCHED_MOVED_BAD);
	check_end(rules, "/none", SCHED_MOVED_BAD);
	check_end(rules, "/empty", SCHED_MOVED_BAD);
	check_end(rules, "/file", SCHED_DENIED);
	check_end(rules, "/gopher", SCHED_DENIED);
	check_end(rules, "/false", SCHED_MOVED_BAD);
	check_end(rules, "/js", SCHED_DENIED);
	check_end(rules, "/private", SCHED_DENIED);
	check_end(rules, "/meta", SCHED_DENIED);
	check_end(rules, "/port", SCHED_DENIED);
	check_end(rules, "/304", SCHED_OTHER_ERROR);
}

/* /0 leads to /1 leads to /2 ... */
static void
handle_endless(struct srv_req *r, void *arg)
{
	char *h = xasprintf(
	    "Location: /%d\r\n", (int)strtol(r->path + 1, NULL, 10) + 1);

	(void)arg;
	srv_answer(r, 301, h, "");
	free(h);
}

static void
test_five_hops_and_no_more(void **state)
{
	struct fix x;

	(void)state;
	fix_open(&x, handle_endless, NULL);
	fix_get(&x, "/0");
	assert_int_equal(x.got.outcome, SCHED_MOVED_BAD);
	assert_int_equal(x.got.n_hops, 5);
	assert_int_equal(x.srv.n_reqs, 6);
	fix_close(&x);
}

/* ---------------------------------------------------------- credentials */

static void
handle_other_host(struct srv_req *r, void *arg)
{
	char *h = xasprintf(
	    "Location: http://%s:%d/end\r\n", (char *)arg, r->srv->port);

	if (strcmp(r->path, "/end") == 0)
		srv_answer(r, 200, "", "BODY");
	else
		srv_answer(r, 302, h, "");
	free(h);
}

static void
fetch_with_secrets(struct fix *x, const char *path)
{
	static const char *const headers[] = {
	    "X-Api-Key: k3y", "Bad\r\nLine: x", NULL};
	char *url = fix_url(x, path);
	struct fetch_req req = {
	    .url = url, .bearer = "t0ken", .headers = headers};

	fix_fetch(x, &req);
	free(url);
}

static void
test_credentials_stay_at_their_origin(void **state)
{
	char *resolve[2] = {NULL, NULL};
	struct fix x;

	(void)state;
	/* Another name of the same server, so only the origin differs. */
	fix_open(&x, handle_other_host, (void *)(uintptr_t) "other.test");
	resolve[0] = xasprintf("other.test:%d:127.0.0.1", x.srv.port);
	x.p.resolve = (const char *const *)resolve;
	fix_params(&x);
	fetch_with_secrets(&x, "/a");
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_int_equal(x.srv.n_reqs, 2);
	assert_header(x.srv.reqs[0], "Authorization", "Bearer t0ken");
	assert_header(x.srv.reqs[0], "X-Api-Key", "k3y");
	assert_no_header(x.srv.reqs[0], "Line");
	assert_no_header(x.srv.reqs[1], "Authorization");
	assert_no_header(x.srv.reqs[1], "X-Api-Key");
	free(resolve[0]);
	fix_close(&x);
}

static void
test_credentials_stay_with_hops_at_home(void **state)
{
	static const struct rule rules[] = {
	    {"/a", 302, "Location: /b\r\n"}, {NULL, 0, NULL}};
	struct fix x;

	(void)state;
	fix_open(&x, handle_rules, (void *)(uintptr_t)rules);
	fetch_with_secrets(&x, "/a");
	assert_int_equal(x.srv.n_reqs, 2);
	assert_header(x.srv.reqs[1], "Authorization", "Bearer t0ken");
	assert_header(x.srv.reqs[1], "X-Api-Key", "k3y");
	/* And the next feed of that host has none of them. */
	fix_get(&x, "/b");
	assert_no_header(x.srv.reqs[2], "Authorization");
	assert_no_header(x.srv.reqs[2], "X-Api-Key");
	fix_close(&x);
}

/* Asks for a password, and redirects who has it. */
static void
handle_basic(struct srv_req *r, void *arg)
{
	char *auth = srv_header(r, "Authorization");

	if (strcmp(r->path, "/end") == 0)
		srv_answer(r, 200, "", "BODY");
	else if (auth == NULL)
		srv_answer(r, 401,
		    "WWW-Authenticate: Basic realm=\"x\"\r\n"
		    "WWW-Authenticate: Negotiate\r\n"
		    "WWW-Authenticate: NTLM\r\n",
		    "");
	else
		handle_other_host(r, arg);
	free(auth);
}

static void
test_a_password_in_the_url(void **state)
{
	char *resolve[2] = {NULL, NULL}, *url;
	struct fix x;
	size_t last;

	(void)state;
	fix_open(
	    &x, handle_basic, (void *)(uintptr_t) "u2:other-pw@other.test");
	resolve[0] = xasprintf("other.test:%d:127.0.0.1", x.srv.port);
	x.p.resolve = (const char *const *)resolve;
	fix_params(&x);
	url = xasprintf("http://user:s3cret@127.0.0.1:%d/a", x.srv.port);
	fix_fetch(&x, &(struct fetch_req){.url = url});
	assert_int_equal(x.got.outcome, SCHED_OK);
	last = x.srv.n_reqs - 1;
	assert_header(
	    x.srv.reqs[last - 1], "Authorization", "Basic dXNlcjpzM2NyZXQ=");
	/* Neither ours nor those of the Location go to the other host. */
	assert_string_equal(x.srv.reqs[last]->path, "/end");
	assert_no_header(x.srv.reqs[last], "Authorization");
	assert_null(strstr(x.got.final_url, "s3cret"));
	assert_null(strstr(x.got.hop_url[0], "other-pw"));
	assert_false(x.got.all_permanent);
	free(url);
	/* Without a password nothing ambient is tried. */
	last = x.srv.n_reqs;
	fix_get(&x, "/a");
	assert_int_equal(x.got.outcome, SCHED_UNAUTHORIZED);
	assert_int_equal(x.srv.n_reqs, last + 1);
	free(resolve[0]);
	fix_close(&x);
}

/* ------------------------------------------------------------- validators */

static void
test_validators_go_to_their_own_url_only(void **state)
{
	static const struct rule rules[] = {
	    {"/a", 302, "Location: /b\r\n"}, {NULL, 0, NULL}};
	struct fetch_req req = {.etag = "\"v\"", .last_modified = "then"};
	char *url, *end;
	struct fix x;

	(void)state;
	fix_open(&x, handle_rules, (void *)(uintptr_t)rules);
	req.url = url = fix_url(&x, "/a");
	end = fix_url(&x, "/b");
	req.validators_url = end;
	fix_fetch(&x, &req);
	assert_no_header(x.srv.reqs[0], "If-None-Match");
	assert_header(x.srv.reqs[1], "If-None-Match", "\"v\"");
	assert_header(x.srv.reqs[1], "If-Modified-Since", "then");
	assert_true(x.got.was_conditional);
	req.validators_url = NULL;
	fix_fetch(&x, &req);
	assert_header(x.srv.reqs[2], "If-None-Match", "\"v\"");
	assert_no_header(x.srv.reqs[3], "If-None-Match");
	assert_false(x.got.was_conditional);
	free(url);
	free(end);
	fix_close(&x);
}

/* ------------------------------------------------------------- addresses */

static void
test_a_canary_is_never_reached(void **state)
{
	static const char *const hosts[] = {"127.0.0.2", "2130706434",
	    "0x7f000002", "0177.0.0.2", "127.2", "[::ffff:127.0.0.2]",
	    "[::ffff:7f00:2]", "ok.example@127.0.0.2", "127.0.0.2.",
	    "%31%32%37.0.0.2"};
	struct srv canary;
	struct fix x;

	(void)state;
	for (size_t i = 0; i < AK_COUNT(hosts); i++) {
		fix_open(&x, handle_other_host, (void *)(uintptr_t)hosts[i]);
		srv_start(&canary, x.base, "127.0.0.2", x.srv.port,
		    handle_canary, NULL);
		fix_get(&x, "/a");
		assert_int_equal(x.got.outcome, SCHED_DENIED);
		assert_int_equal(canary.n_connections, 0);
		srv_stop(&canary);
		fix_close(&x);
	}
}

static void
check_rebind(const char *addresses, enum sched_outcome want)
{
	char *resolve[2] = {NULL, NULL}, *url;
	struct srv canary;
	struct fix x;

	fix_open(&x, handle_canary, NULL);
	srv_start(
	    &canary, x.base, "127.0.0.2", x.srv.port, handle_canary, NULL);
	resolve[0] = xasprintf("rebind.test:%d:%s", x.srv.port, addresses);
	x.p.resolve = (const char *const *)resolve;
	fix_params(&x);
	url = xasprintf("http://rebind.test:%d/", x.srv.port);
	fix_fetch(&x, &(struct fetch_req){.url = url});
	assert_int_equal(x.got.outcome, want);
	assert_int_equal(canary.n_connections, 0);
	free(url);
	free(resolve[0]);
	srv_stop(&canary);
	fix_close(&x);
}

static void
test_a_name_that_lies(void **state)
{
	(void)state;
	check_rebind("127.0.0.2", SCHED_DENIED);
	check_rebind("127.0.0.2,127.0.0.1", SCHED_OK);
	check_rebind("127.0.0.1,127.0.0.2", SCHED_OK);
	check_rebind("::1", SCHED_DENIED);
}

static void
handle_to_private(struct srv_req *r, void *arg)
{
	char *h = xasprintf(
	    "Location: http://%s:%d/end\r\n", (char *)arg, r->srv->port);

	if (str_ends(r->path, "/end"))
		srv_answer(r, 200, "", "BODY");
	else
		srv_answer(r, 302, h, "");
	free(h);
}

/* The first URL is public: only its proxy is on loopback. */
static void
test_a_public_url_does_not_lead_inside(void **state)
{
	char *proxy;
	struct fix x;

	(void)state;
	fix_open(&x, handle_to_private, (void *)(uintptr_t) "127.0.0.1");
	proxy = fix_url(&x, "");
	fix_fetch(&x, &(struct fetch_req){
			  .url = "http://feeds.example/f", .proxy = proxy});
	assert_int_equal(x.got.outcome, SCHED_DENIED);
	assert_int_equal(x.srv.n_reqs, 1);
	x.p.private_redirects = true;
	fix_params(&x);
	fix_fetch(&x, &(struct fetch_req){
			  .url = "http://feeds.example/f", .proxy = proxy});
	assert_int_equal(x.got.outcome, SCHED_OK);
	free(proxy);
	fix_close(&x);
}

/* What a document calls its new address is a hop like any other. */
static void
test_an_address_to_begin_at_is_judged_as_a_redirect(void **state)
{
	static const char *const bad[] = {"http://10.0.0.1/f", "file:///etc/p",
	    "ht!tp://x", "http://127.0.0.1/", "gopher://a.example/"};
	static const struct rule rules[] = {
	    {"/b", 308, "Location: /c\r\n"}, {NULL, 0, NULL}};
	char *url, *to;
	struct fix x;

	(void)state;
	fix_open(&x, handle_rules, (void *)(uintptr_t)rules);
	url = fix_url(&x, "/a");
	to = fix_url(&x, "/b");
	fix_fetch(&x, &(struct fetch_req){.url = url,
			  .leads_to = to,
			  .etag = "\"1\"",
			  .bearer = "t0ken"});
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_int_equal(x.srv.n_reqs, 2);
	assert_string_equal(x.srv.reqs[0]->path, "/b");
	assert_no_header(x.srv.reqs[0], "If-None-Match");
	assert_header(x.srv.reqs[0], "Authorization", "Bearer t0ken");
	assert_int_equal(x.got.n_hops, 2);
	assert_true(x.got.all_permanent);
	/* From a public address into [fetch] allow, and worse. */
	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		fix_fetch(&x, &(struct fetch_req){.url = "http://a.example/f",
				  .leads_to = bad[i]});
		assert_int_not_equal(x.got.st, AK_OK);
		assert_true(x.got.diag[0] != '\0');
	}
	fix_fetch(&x, &(struct fetch_req){.url = url, .leads_to = url});
	assert_int_equal(x.got.outcome, SCHED_MOVED_BAD);
	fix_fetch(&x, &(struct fetch_req){.url = "https://a.example/f",
			  .leads_to = "http://a.example/f",
			  .https_only = true});
	assert_int_equal(x.got.outcome, SCHED_MOVED_BAD);
	assert_int_equal(x.srv.n_reqs, 2);
	free(url);
	free(to);
	fix_close(&x);
}

/* ------------------------------------------------------------------- rest */

static void
test_post_is_repeated_or_not_at_all(void **state)
{
	static const struct rule rules[] = {{"/307", 307, "Location: /b\r\n"},
	    {"/308", 308, "Location: /b\r\n"},
	    {"/302", 302, "Location: /b\r\n"}, {NULL, 0, NULL}};
	struct fetch_req req = {
	    .method = FETCH_POST, .body = "a=b", .body_len = 3};
	static const char *const paths[] = {"/307", "/308"};
	struct fix x;
	char *url;

	(void)state;
	fix_open(&x, handle_rules, (void *)(uintptr_t)rules);
	for (size_t i = 0; i < 2; i++) {
		req.url = url = fix_url(&x, paths[i]);
		fix_fetch(&x, &req);
		assert_int_equal(x.got.outcome, SCHED_OK);
		assert_true(
		    str_starts(x.srv.reqs[x.srv.n_reqs - 1]->head, "POST /b "));
		assert_true(str_ends(
		    x.srv.reqs[x.srv.n_reqs - 1]->head, "\r\n\r\na=b"));
		assert_int_equal(x.got.all_permanent, i == 1);
		free(url);
	}
	req.url = url = fix_url(&x, "/302");
	fix_fetch(&x, &req);
	assert_int_equal(x.got.outcome, SCHED_MOVED_BAD);
	assert_int_equal(x.srv.n_reqs, 5);
	free(url);
	fix_close(&x);
}

/* Lets in only who brings the cookie back. */
static void
handle_cookie(struct srv_req *r, void *arg)
{
	char *cookie = srv_header(r, "Cookie");

	(void)arg;
	if (cookie != NULL)
		srv_answer(r, 200, "", cookie);
	else
		srv_answer(
		    r, 302, "Set-Cookie: seen=1\r\nLocation: /a\r\n", "");
	free(cookie);
}

static void
test_cookies_only_where_asked_for_and_once(void **state)
{
	struct fetch_req req = {.cookies_once = true};
	struct fix x;
	char *url;

	(void)state;
	fix_open(&x, handle_cookie, NULL);
	fix_get(&x, "/a");
	assert_int_equal(x.got.outcome, SCHED_MOVED_BAD);
	assert_int_equal(x.srv.n_reqs, 1);
	req.url = url = fix_url(&x, "/a");
	for (int i = 0; i < 2; i++) {
		fix_fetch(&x, &req);
		assert_int_equal(x.got.outcome, SCHED_OK);
		assert_string_equal(x.got.body, "seen=1");
	}
	/* Each fetch begins without any. */
	assert_int_equal(x.srv.n_reqs, 5);
	assert_no_header(x.srv.reqs[3], "Cookie");
	free(url);
	fix_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_chain_is_followed_and_told),
	    cmocka_unit_test(test_what_a_hop_asks_for_holds_for_the_next_poll),
	    cmocka_unit_test(test_one_temporary_hop_makes_the_chain_so),
	    cmocka_unit_test(test_without_a_hop_nothing_is_permanent),
	    cmocka_unit_test(test_bad_chains),
	    cmocka_unit_test(test_five_hops_and_no_more),
	    cmocka_unit_test(test_credentials_stay_at_their_origin),
	    cmocka_unit_test(test_credentials_stay_with_hops_at_home),
	    cmocka_unit_test(test_a_password_in_the_url),
	    cmocka_unit_test(test_validators_go_to_their_own_url_only),
	    cmocka_unit_test(test_a_canary_is_never_reached),
	    cmocka_unit_test(test_a_name_that_lies),
	    cmocka_unit_test(test_a_public_url_does_not_lead_inside),
	    cmocka_unit_test(
		test_an_address_to_begin_at_is_judged_as_a_redirect),
	    cmocka_unit_test(test_post_is_repeated_or_not_at_all),
	    cmocka_unit_test(test_cookies_only_where_asked_for_and_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

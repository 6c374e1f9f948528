/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include <curl/curl.h>
#include <jansson.h>

#include "fetch/address.h"
#include "fetch/fetch.h"

static void
check(const char *url, const char *allow, bool may)
{
	struct diag d = {""};
	enum ak_status st = fetch_judge_url(url, allow, &d);

	if ((st == AK_OK) != may)
		fail_msg("%s: %s (%s)", url, ak_status_name(st), d.text);
	if (!may)
		assert_true(d.text[0] != '\0');
}

static void
test_public_urls_pass(void **state)
{
	(void)state;
	check("http://ok.example/feed", NULL, true);
	check("HTTPS://Ok.Example:8443/feed?a=b#c", NULL, true);
	check("feed://ok.example/feed", NULL, true);
	check("feed:https://ok.example/feed", NULL, true);
	check("https://b\xc3\xbc"
	      "cher.example/",
	    NULL, true);
	check("http://[2606:4700::1111]/", NULL, true);
	check("http://1.1.1.1./", NULL, true);
}

static void
test_every_spelling_of_loopback_is_refused(void **state)
{
	static const char *const spellings[] = {"127.0.0.1", "127.1", "127.0.1",
	    "2130706433", "0x7f000001", "017700000001", "0177.0.0.1",
	    "0x7f.0.0.1", "127.0.0.1.", "%31%32%37.0.0.1", "[::1]",
	    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
	    "[64:ff9b::7f00:1]", "[2002:7f00:1::1]", "localhost", "LOCALHOST.",
	    "a.localhost", "user:pw@127.0.0.1",
	    "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1"};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(spellings); i++) {
		char *url = xasprintf("http://%s/", spellings[i]);

		check(url, NULL, false);
		free(url);
	}
}

static void
test_what_is_no_url_to_fetch(void **state)
{
	(void)state;
	check("", NULL, false);
	check("ok.example/feed", NULL, false);
	check("//ok.example/feed", NULL, false);
	check("file:///etc/passwd", NULL, false);
	check("gopher://ok.example/", NULL, false);
	check("feed:javascript:alert(1)", NULL, false);
	check("http:///1.1.1.1/", NULL, false);
	check("http:/1.1.1.1/", NULL, false);
	check("http://ok.example\\@127.0.0.1/", NULL, false);
	check("http://ok.example/a b", NULL, false);
	check("http://ok.example/\r\nHost: x", NULL, false);
	check("http://ok.example:22/", NULL, false);
	check("http://ok.example:0/", NULL, false);
	check("http://ok.example:99999/", NULL, false);
	check("http://256.256.256.256/", NULL, false);
	check("http://1.2.3.4.5/", NULL, false);
	check("http://a..example/", NULL, false);
	check("http://[fe80::1%25lo]/", NULL, false);
	check("http://x.onion/", "0.0.0.0/0, ::/0", false);
}

static void
test_the_list_allows_networks_not_names(void **state)
{
	(void)state;
	check("http://10.1.2.3/", "10.1.0.0/16", true);
	check("http://10.2.2.3/", "10.1.0.0/16", false);
	check("http://127.0.0.1:8900/", "127.0.0.1", true);
	check("http://127.0.0.2:8900/", "127.0.0.1", false);
	check("http://[::ffff:127.0.0.1]/", "127.0.0.0/8", true);
	check("http://localhost/", "127.0.0.0/8", true);
	check("http://localhost/", "10.0.0.0/8", false);
	check("http://nas.local/", "10.0.0.0/8", true);
	check("http://[fd00::1]/", "fd00::/8 ,10.0.0.0/8", true);
	check("http://[64:ff9b::7f00:1]/", "127.0.0.0/8", false);
	check("http://127.0.0.1:25/", "127.0.0.0/8", false);
	check("http://ok.example/", "nas.local", false);
	check("http://ok.example/", "10.0.0.0/33", false);
	check("http://ok.example/", "10.0.0.0/", false);
}

static void
test_no_message_holds_a_password(void **state)
{
	struct diag d;

	(void)state;
	assert_int_equal(
	    fetch_judge_url("http://u:hunter2@10.0.0.1/", NULL, &d), AK_DENIED);
	assert_null(strstr(d.text, "hunter2"));
	assert_non_null(strstr(d.text, "[fetch] allow"));
}

static void
test_target_takes_the_url_apart(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct net_list none = {0};
	struct target t;

	(void)state;
	assert_int_equal(
	    target_parse(a, "HTTP://u%40x:p%3A@Ok.Example./a?b=c&a=1#frag",
		&none, &t, NULL),
	    AK_OK);
	assert_string_equal(t.url, "http://Ok.Example./a?b=c&a=1");
	assert_string_equal(t.origin, "http://ok.example:80");
	assert_string_equal(t.userinfo, "u@x:p:");
	assert_false(t.is_https);
	assert_false(t.is_literal);
	assert_int_equal(target_parse(a,
			     "https://b\xc3\xbc"
			     "cher.example/\xc3\xa9",
			     &none, &t, NULL),
	    AK_OK);
	assert_string_equal(t.host, "xn--bcher-kva.example");
	assert_string_equal(t.origin, "https://xn--bcher-kva.example:443");
	assert_string_equal(t.url, "https://xn--bcher-kva.example/%c3%a9");
	arena_free(a);
}

/* "host:port" as libcurl reads it; freed by the caller. */
static char *
read_by_libcurl(const char *url)
{
	char *host = NULL, *port = NULL, *both;
	CURLU *u = curl_url();

	assert_int_equal(
	    curl_url_set(u, CURLUPART_URL, url, CURLU_URLENCODE), CURLUE_OK);
	assert_int_equal(curl_url_get(u, CURLUPART_HOST, &host, 0), CURLUE_OK);
	assert_int_equal(
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT),
	    CURLUE_OK);
	both = xasprintf("%s:%s", host, port);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return both;
}

/* Most are not handed to libcurl before the request is made. */
static void
test_plain_urls_are_read_as_libcurl_reads_them(void **state)
{
	static const char *const urls[] = {
	    "http://a.example",
	    "https://a.example",
	    "http://a.example?b",
	    "https://a.example?https://b.example/",
	    "http://a.example/b:81/c",
	    "http://a.example:81",
	    "https://a.example:8443/b",
	    "http://a.example:81?b",
	    "http://a.example:080/",
	    "http://a.example:00080/",
	    "http://a.example:/",
	    "http://a-b.c-d.example/",
	    "http://1e100.example/",
	    "http://1.2.3.example/",
	    "http://example.1a/",
	    "http://1.1.1.1/",
	    "http://1.1.1.1:81/",
	    "http://1.1/",
	    "http://1.1.1.01/",
	    "http://0x1.1.1.1/",
	    "http://16843009/",
	    "http://a_b.example/",
	    "http://a.example//b/../c",
	};
	struct net_list none = {0};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(urls); i++) {
		struct arena *a = arena_new(1 << 16);
		char *want = read_by_libcurl(urls[i]);
		struct target t;
		struct diag d;

		if (target_parse(a, urls[i], &none, &t, &d) == AK_OK)
			assert_string_equal(strstr(t.origin, "//") + 2, want);
		else
			fail_msg("%s: %s", urls[i], d.text);
		free(want);
		arena_free(a);
	}
}

/* The same list that `attacks check-addr` runs, through the same function. */
static void
test_corpus_of_addresses(void **state)
{
	char *path = test_src_path("../shared/corpora/attacks/addresses.jsonl");
	FILE *fp = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0, n = 0;

	(void)state;
	free(path);
	if (fp == NULL) {
		/* cmocka's own skip() is a failure to automake's driver. */
		print_message("# skipped: no corpus of addresses here\n");
		return;
	}
	while (getline(&line, &cap, fp) > 0) {
		json_t *o = json_loads(line, JSON_ALLOW_NUL, NULL);

		assert_non_null(o);
		check(json_string_value(json_object_get(o, "url")), NULL,
		    strcmp(json_string_value(json_object_get(o, "verdict")),
			"allow") == 0);
		json_decref(o);
		n++;
	}
	assert_true(n > 100);
	free(line);
	(void)fclose(fp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_public_urls_pass),
	    cmocka_unit_test(test_every_spelling_of_loopback_is_refused),
	    cmocka_unit_test(test_what_is_no_url_to_fetch),
	    cmocka_unit_test(test_the_list_allows_networks_not_names),
	    cmocka_unit_test(test_no_message_holds_a_password),
	    cmocka_unit_test(test_target_takes_the_url_apart),
	    cmocka_unit_test(test_plain_urls_are_read_as_libcurl_reads_them),
	    cmocka_unit_test(test_corpus_of_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

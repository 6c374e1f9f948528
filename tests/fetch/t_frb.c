/* SPDX-License-Identifier: ISC */
/*
 * The rules of the Feed Reader Behavior list (Rachel Kroll, 2024/25) that lie
 * in fetching, by its numbers.  Each asks as the daemon does, poll after poll,
 * and then reads the server's log.  When to poll is the scheduler's, what a
 * restart keeps the store's: their tests have the other numbers.
 */
#include "tests/fetch/server.h"

#include "base/clock.h"
#include "base/str.h"

/* A feed as the daemon keeps it between polls. */
struct feed {
	struct fix x;
	char *url, *etag, *last_modified, *validators_url;
};

static int answer_status = 200;
static char *answer_headers;

static void
set_answer(int status, const char *headers)
{
	answer_status = status;
	free(answer_headers);
	answer_headers = xstrdup(headers);
}

static void
handle(struct srv_req *r, void *arg)
{
	(void)arg;
	if (str_starts(r->path, "/moved"))
		srv_answer(r, 200, "", "MOVED");
	else
		srv_answer(r, answer_status, answer_headers,
		    answer_status == 304 ? "" : "BODY");
}

static void
feed_open(struct feed *f, const char *path)
{
	memset(f, 0, sizeof(*f));
	set_answer(200, "");
	fix_open(&f->x, handle, NULL);
	f->url = fix_url(&f->x, path);
}

static void
keep(char **at, const char *value)
{
	free(*at);
	*at = value != NULL ? xstrdup(value) : NULL;
}

static struct srv_req *
poll(struct feed *f)
{
	struct fetch_req req = {.url = f->url,
	    .etag = f->etag,
	    .last_modified = f->last_modified,
	    .validators_url = f->validators_url};
	struct got *g = &f->x.got;

	fix_fetch(&f->x, &req);
	if (g->outcome == SCHED_OK) {
		keep(&f->etag, g->etag);
		keep(&f->last_modified, g->last_modified);
		keep(&f->validators_url, g->final_url);
	} else if (g->outcome == SCHED_NOT_MODIFIED) {
		if (g->etag != NULL)
			keep(&f->etag, g->etag);
		if (g->last_modified != NULL)
			keep(&f->last_modified, g->last_modified);
	}
	return f->x.srv.reqs[f->x.srv.n_reqs - 1];
}

static void
feed_close(struct feed *f)
{
	fix_close(&f->x);
	free(f->url);
	free(f->etag);
	free(f->last_modified);
	free(f->validators_url);
	free(answer_headers);
	answer_headers = NULL;
}

static void
test_frb_001_004_validators_are_sent_back(void **state)
{
	struct srv_req *r;
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	set_answer(200,
	    "ETag: \"1\"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n");
	r = poll(&f);
	assert_no_header(r, "If-None-Match");
	assert_no_header(r, "If-Modified-Since");
	set_answer(304, "");
	for (int i = 0; i < 3; i++) {
		r = poll(&f);
		assert_header(r, "If-None-Match", "\"1\"");
		assert_header(
		    r, "If-Modified-Since", "Mon, 01 Jan 2024 00:00:00 GMT");
	}
	feed_close(&f);
}

static void
test_frb_010_013_opaque_and_never_made_anew(void **state)
{
	struct srv_req *r;
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	set_answer(200,
	    "ETag: W/\"a b\"-gzip\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
	    "Last-Modified: 2024-01-01 00:00 (server time)\r\n");
	(void)poll(&f);
	r = poll(&f);
	assert_header(r, "If-None-Match", "W/\"a b\"-gzip");
	assert_header(r, "If-Modified-Since", "2024-01-01 00:00 (server time)");
	/* Nothing is made up where there was nothing. */
	set_answer(200, "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\n");
	(void)poll(&f);
	r = poll(&f);
	assert_no_header(r, "If-None-Match");
	assert_no_header(r, "If-Modified-Since");
	feed_close(&f);
}

static void
test_frb_014_one_pair_replaced_together(void **state)
{
	struct srv_req *r;
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	set_answer(200, "ETag: \"1\"\r\nLast-Modified: one\r\n");
	(void)poll(&f);
	/* The same body, other validators; then only one of them. */
	set_answer(200, "ETag: \"2\"\r\nLast-Modified: two\r\n");
	(void)poll(&f);
	set_answer(200, "Last-Modified: three\r\n");
	r = poll(&f);
	assert_header(r, "If-None-Match", "\"2\"");
	assert_header(r, "If-Modified-Since", "two");
	r = poll(&f);
	assert_no_header(r, "If-None-Match");
	assert_header(r, "If-Modified-Since", "three");
	feed_close(&f);
}

static void
test_frb_015_016_errors_do_not_cost_the_pair(void **state)
{
	static const int errors[] = {304, 404, 429, 500, 503};
	struct srv_req *r;
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	set_answer(200, "ETag: \"1\"\r\nLast-Modified: one\r\n");
	(void)poll(&f);
	for (size_t i = 0; i < AK_COUNT(errors); i++) {
		set_answer(errors[i], "");
		(void)poll(&f);
		r = poll(&f);
		assert_header(r, "If-None-Match", "\"1\"");
		assert_header(r, "If-Modified-Since", "one");
	}
	feed_close(&f);
}

static void
test_frb_020_021_slows_down_on_429(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	set_answer(429, "Retry-After: 3600\r\n");
	(void)poll(&f);
	assert_int_equal(f.x.got.answer.outcome, SCHED_TOO_MANY);
	assert_int_equal(f.x.got.answer.retry_after_s, 3600);
	set_answer(429, "");
	(void)poll(&f);
	assert_int_equal(f.x.got.answer.retry_after_s, -1);
	/* The server alone decides; nothing is tried again by itself. */
	assert_int_equal(f.x.srv.n_reqs, 2);
	feed_close(&f);
}

static void
test_frb_022_max_age_is_handed_on(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	set_answer(200, "Cache-Control: max-age=43200\r\n");
	(void)poll(&f);
	assert_int_equal(f.x.got.answer.fresh_s, 43200);
	set_answer(304, "Cache-Control: max-age=7200\r\nAge: 200\r\n"
			"ETag: \"1\"\r\n");
	keep(&f.etag, "\"1\"");
	(void)poll(&f);
	assert_int_equal(f.x.got.answer.fresh_s, 7000);
	feed_close(&f);
}

/* Many feeds of one server, many names of one address: t_queue.c has the
 * cases; here the log of a dozen feeds at once. */
static void
test_frb_030_037_no_hammering(void **state)
{
	struct got g[6] = {{0}};
	char *resolve[2] = {NULL, NULL};
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	resolve[0] = xasprintf("a.test:%d:127.0.0.1", f.x.srv.port);
	f.x.p.resolve = (const char *const *)resolve;
	f.x.p.private_as_public = true;
	f.x.p.host_interval_ms = 250;
	fix_params(&f.x);
	for (size_t i = 0; i < 6; i++) {
		char *url = xasprintf("http://a.test:%d/%zu", f.x.srv.port, i);

		(void)fetch_start(
		    f.x.f, &(struct fetch_req){.url = url}, got_cb, &g[i]);
		free(url);
	}
	fix_run(&f.x, g, 6);
	assert_int_equal(f.x.srv.n_reqs, 6);
	assert_int_equal(f.x.srv.n_open_most, 1);
	for (size_t i = 1; i < 6; i++)
		assert_true(
		    f.x.srv.reqs[i]->at_ms - f.x.srv.reqs[i - 1]->at_ms >= 250);
	for (size_t i = 0; i < 6; i++)
		got_clear(&g[i]);
	free(resolve[0]);
	feed_close(&f);
}

static void
test_frb_050_051_get_and_no_head(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	for (int i = 0; i < 3; i++)
		assert_true(str_starts(poll(&f)->head, "GET /feed HTTP/1.1\r"));
	assert_int_equal(f.x.srv.n_reqs, 3);
	feed_close(&f);
}

static void
test_frb_060_066_asks_for_what_was_given(void **state)
{
	struct srv_req *r;
	struct feed f;

	(void)state;
	feed_open(&f, "/Feed.XML?z=1&a=2&a=1&utm_source=x&empty=&q=%7e+%20");
	set_answer(200, "Set-Cookie: id=1\r\nETag: \"1\"\r\n");
	for (int i = 0; i < 3; i++) {
		r = poll(&f);
		assert_string_equal(r->path,
		    "/Feed.XML?z=1&a=2&a=1&utm_source=x&empty=&q=%7e+%20");
		assert_no_header(r, "Cookie");
		assert_no_header(r, "Referer");
		assert_no_header(r, "Cache-Control");
		assert_no_header(r, "Pragma");
	}
	feed_close(&f);
}

static void
test_frb_080_090_one_honest_user_agent(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	set_answer(302, "Location: /moved\r\n");
	(void)poll(&f);
	set_answer(403, "");
	(void)poll(&f);
	(void)poll(&f);
	assert_int_equal(f.x.srv.n_reqs, 4);
	for (size_t i = 0; i < 4; i++)
		assert_header(f.x.srv.reqs[i], "User-Agent",
		    "akin/test (+https://a.example/)");
	/* Without one there is no fetcher at all. */
	f.x.p.user_agent = "";
	assert_null(fetch_new(f.x.base, &f.x.p, NULL));
	feed_close(&f);
}

static void
test_frb_100_102_bad_urls_are_refused_with_the_reason(void **state)
{
	static const char *const bad[] = {"", "feed", "file:///etc/passwd",
	    "ftp://a.example/f", "http://", "http://a b.example/",
	    "http://10.0.0.1/", "javascript:alert(1)"};
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		fix_fetch(&f.x, &(struct fetch_req){.url = bad[i]});
		assert_int_equal(f.x.got.outcome, SCHED_DENIED);
		assert_true(f.x.got.diag[0] != '\0');
	}
	assert_int_equal(f.x.srv.n_reqs, 0);
	feed_close(&f);
}

static void
test_frb_106_secrets_stay_secret(void **state)
{
	struct feed f;
	char *url;

	(void)state;
	feed_open(&f, "/feed");
	url = xasprintf("http://me:s3cret@127.0.0.1:%d/feed", f.x.srv.port);
	set_answer(404, "");
	fix_fetch(&f.x, &(struct fetch_req){.url = url});
	assert_null(strstr(f.x.got.final_url, "s3cret"));
	assert_null(strstr(f.x.got.diag, "s3cret"));
	free(url);
	feed_close(&f);
}

static void
test_frb_110_120_each_failure_is_told_apart(void **state)
{
	static const struct {
		int status;
		enum sched_outcome want;
	} cases[] = {{403, SCHED_REFUSED}, {404, SCHED_NOT_FOUND},
	    {410, SCHED_GONE}, {418, SCHED_OTHER_ERROR},
	    {500, SCHED_SERVER_ERROR}, {503, SCHED_UNAVAILABLE}};
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		set_answer(cases[i].status, "");
		(void)poll(&f);
		assert_int_equal(f.x.got.outcome, cases[i].want);
		assert_true(f.x.got.diag[0] != '\0');
		/* Asked once: trying again is for another day. */
		assert_int_equal(f.x.srv.n_reqs, i + 1);
	}
	feed_close(&f);
}

static void
test_frb_130_133_what_moved_for_good_and_what_did_not(void **state)
{
	static const int statuses[] = {301, 302, 307, 308};
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	for (size_t i = 0; i < AK_COUNT(statuses); i++) {
		set_answer(statuses[i], "Location: /moved\r\n");
		(void)poll(&f);
		assert_int_equal(f.x.got.outcome, SCHED_OK);
		assert_int_equal(f.x.got.hop_status[0], statuses[i]);
		assert_true(str_ends(f.x.got.final_url, "/moved"));
		assert_int_equal(f.x.got.all_permanent,
		    statuses[i] == 301 || statuses[i] == 308);
	}
	feed_close(&f);
}

static void
test_frb_140_141_compression_is_offered_and_decoded(void **state)
{
	struct feed f;

	(void)state;
	feed_open(&f, "/feed");
	assert_header(poll(&f), "Accept-Encoding", "gzip, deflate, br, zstd");
	feed_close(&f); /* t_decode.c decodes each of them */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_frb_001_004_validators_are_sent_back),
	    cmocka_unit_test(test_frb_010_013_opaque_and_never_made_anew),
	    cmocka_unit_test(test_frb_014_one_pair_replaced_together),
	    cmocka_unit_test(test_frb_015_016_errors_do_not_cost_the_pair),
	    cmocka_unit_test(test_frb_020_021_slows_down_on_429),
	    cmocka_unit_test(test_frb_022_max_age_is_handed_on),
	    cmocka_unit_test(test_frb_030_037_no_hammering),
	    cmocka_unit_test(test_frb_050_051_get_and_no_head),
	    cmocka_unit_test(test_frb_060_066_asks_for_what_was_given),
	    cmocka_unit_test(test_frb_080_090_one_honest_user_agent),
	    cmocka_unit_test(
		test_frb_100_102_bad_urls_are_refused_with_the_reason),
	    cmocka_unit_test(test_frb_106_secrets_stay_secret),
	    cmocka_unit_test(test_frb_110_120_each_failure_is_told_apart),
	    cmocka_unit_test(
		test_frb_130_133_what_moved_for_good_and_what_did_not),
	    cmocka_unit_test(
		test_frb_140_141_compression_is_offered_and_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

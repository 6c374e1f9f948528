/* SPDX-License-Identifier: ISC */
#include "tests/fetch/server.h"

#include "base/limits.h"
#include "base/str.h"

#include <zlib.h>

/* Answers "BODY" with these header lines; a path of digits is the status. */
static const char *answer_headers = "";

static void
handle_plain(struct srv_req *r, void *arg)
{
	int status = (int)strtol(r->path + 1, NULL, 10);

	(void)arg;
	srv_answer(r, status != 0 ? status : 200, answer_headers, "BODY");
}

/* Sends the bytes that the test set, then closes. */
struct raw {
	const char *bytes;
	size_t len;
	bool reset, open;
};

static void
handle_raw(struct srv_req *r, void *arg)
{
	const struct raw *raw = arg;

	srv_send(r, raw->bytes, raw->len);
	if (raw->reset)
		srv_reset(r);
	else if (!raw->open)
		srv_close(r);
}

static void
check_raw(const char *bytes, size_t len, enum sched_outcome want)
{
	struct raw raw = {bytes, len, false, false};
	struct fix x;

	fix_open(&x, handle_raw, &raw);
	fix_get(&x, "/");
	if (x.got.outcome != want)
		fail_msg("%.40s: %s (%s)", bytes,
		    sched_outcome_name(x.got.outcome), x.got.diag);
	if (want != SCHED_OK) {
		assert_true(x.got.diag[0] != '\0');
		assert_null(x.got.body);
	}
	for (const char *p = x.got.diag; *p != '\0'; p++)
		assert_true((unsigned char)*p >= ' ' && *p != 0x7F);
	assert_int_equal(x.srv.n_reqs, 1);
	fix_close(&x);
}

static void
check_text(const char *text, enum sched_outcome want)
{
	check_raw(text, strlen(text), want);
}

static void
test_the_request_is_the_table(void **state)
{
	struct fix x;
	struct srv_req *r;

	(void)state;
	fix_open(&x, handle_plain, NULL);
	fix_get(&x, "/feed?b=2&a=1");
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_string_equal(x.got.body, "BODY");
	r = x.srv.reqs[0];
	assert_true(str_starts(r->head, "GET /feed?b=2&a=1 HTTP/1.1\r\n"));
	assert_header(r, "User-Agent", "akin/test (+https://a.example/)");
	assert_header(r, "Accept",
	    "application/atom+xml, application/rss+xml, application/feed+json, "
	    "application/rdf+xml;q=0.9, application/xml;q=0.8, "
	    "text/xml;q=0.7, text/html;q=0.3, */*;q=0.1");
	assert_header(r, "Accept-Encoding", "gzip, deflate, br, zstd");
	assert_no_header(r, "If-None-Match");
	assert_no_header(r, "If-Modified-Since");
	assert_no_header(r, "A-IM");
	assert_no_header(r, "Referer");
	assert_no_header(r, "Cookie");
	assert_no_header(r, "Range");
	assert_no_header(r, "Cache-Control");
	assert_no_header(r, "Pragma");
	assert_no_header(r, "Authorization");
	assert_no_header(r, "DNT");
	fix_close(&x);
}

static void
test_validators_go_back_byte_for_byte(void **state)
{
	static const char *const etags[] = {"\"a\"", "W/\"a\"", "bare", "\"\"",
	    "\"with space\"", "W/\"abc-gzip\"", "\"a;gzip\"", "\"caf\xe9\"",
	    "\"a\", \"b\"", "0"};
	struct fix x;
	char *url, *headers;

	(void)state;
	fix_open(&x, handle_plain, NULL);
	url = fix_url(&x, "/feed");
	for (size_t i = 0; i < AK_COUNT(etags); i++) {
		struct fetch_req req = {.url = url,
		    .etag = etags[i],
		    .last_modified = "yesterday at noon"};
		struct srv_req *r;

		headers = xasprintf(
		    "ETag: %s\r\nLast-Modified: yesterday at noon\r\n",
		    etags[i]);
		answer_headers = headers;
		fix_fetch(&x, &req);
		answer_headers = "";
		free(headers);
		r = x.srv.reqs[x.srv.n_reqs - 1];
		assert_header(r, "If-None-Match", etags[i]);
		assert_header(r, "If-Modified-Since", "yesterday at noon");
		assert_string_equal(x.got.etag, etags[i]);
		assert_string_equal(x.got.last_modified, "yesterday at noon");
		assert_true(x.got.was_conditional);
		assert_true(x.got.answer.had_validators);
	}
	free(url);
	fix_close(&x);
}

static void
test_validators_that_cannot_be_kept(void **state)
{
	char big[600], *headers;
	struct fix x;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	fix_open(&x, handle_plain, NULL);
	/* Over 512 bytes or with a control character: neither is kept. */
	headers = xasprintf("ETag: %s\r\nLast-Modified: x\r\n", big);
	answer_headers = headers;
	fix_get(&x, "/");
	assert_null(x.got.etag);
	assert_null(x.got.last_modified);
	answer_headers = "ETag: \"a\"\r\nLast-Modified: a\033[2Jb\r\n";
	fix_get(&x, "/");
	assert_null(x.got.etag);
	assert_null(x.got.last_modified);
	/* Just short enough. */
	free(headers);
	big[512] = '\0';
	headers = xasprintf("ETag: %s\r\n", big);
	answer_headers = headers;
	fix_get(&x, "/");
	assert_string_equal(x.got.etag, big);
	answer_headers = "";
	free(headers);
	fix_close(&x);
}

static void
test_a_304(void **state)
{
	struct fix x;
	char *url;
	struct fetch_req req = {.etag = "\"a\""};

	(void)state;
	fix_open(&x, handle_plain, NULL);
	req.url = url = fix_url(&x, "/304");
	answer_headers = "ETag: \"b\"\r\nCache-Control: max-age=60\r\n";
	fix_fetch(&x, &req);
	assert_int_equal(x.got.outcome, SCHED_NOT_MODIFIED);
	assert_string_equal(x.got.etag, "\"b\"");
	assert_null(x.got.body);
	/* Not asked for: the server's error. */
	req.etag = NULL;
	fix_fetch(&x, &req);
	assert_int_equal(x.got.st, AK_OK);
	assert_int_equal(x.got.outcome, SCHED_OTHER_ERROR);
	answer_headers = "";
	free(url);
	fix_close(&x);
}

static void
test_each_status_has_its_outcome(void **state)
{
	static const struct {
		const char *path;
		enum sched_outcome want;
	} cases[] = {{"/200", SCHED_OK}, {"/203", SCHED_OK},
	    {"/204", SCHED_NO_CONTENT}, {"/205", SCHED_NO_CONTENT},
	    {"/206", SCHED_OTHER_ERROR}, {"/226", SCHED_OK},
	    {"/300", SCHED_MOVED_BAD}, {"/301", SCHED_MOVED_BAD},
	    {"/305", SCHED_OTHER_ERROR}, {"/400", SCHED_BAD_REQUEST},
	    {"/401", SCHED_UNAUTHORIZED}, {"/402", SCHED_REFUSED},
	    {"/403", SCHED_REFUSED}, {"/404", SCHED_NOT_FOUND},
	    {"/405", SCHED_BAD_REQUEST}, {"/406", SCHED_BAD_REQUEST},
	    {"/407", SCHED_UNAUTHORIZED}, {"/408", SCHED_SERVER_ERROR},
	    {"/410", SCHED_GONE}, {"/411", SCHED_BAD_REQUEST},
	    {"/414", SCHED_BAD_REQUEST}, {"/418", SCHED_OTHER_ERROR},
	    {"/425", SCHED_SERVER_ERROR}, {"/429", SCHED_TOO_MANY},
	    {"/431", SCHED_BAD_REQUEST}, {"/451", SCHED_REFUSED},
	    {"/500", SCHED_SERVER_ERROR}, {"/501", SCHED_BAD_REQUEST},
	    {"/502", SCHED_SERVER_ERROR}, {"/503", SCHED_UNAVAILABLE},
	    {"/504", SCHED_SERVER_ERROR}, {"/505", SCHED_BAD_REQUEST},
	    {"/599", SCHED_SERVER_ERROR}, {"/999", SCHED_OTHER_ERROR}};
	struct fix x;

	(void)state;
	fix_open(&x, handle_plain, NULL);
	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		fix_get(&x, cases[i].path);
		if (x.got.outcome != cases[i].want)
			fail_msg("%s: %s", cases[i].path,
			    sched_outcome_name(x.got.outcome));
		assert_int_equal(x.got.st, AK_OK);
		assert_int_equal(
		    x.got.status, (int)strtol(cases[i].path + 1, NULL, 10));
		assert_int_equal(x.got.body != NULL, x.got.outcome == SCHED_OK);
	}
	fix_close(&x);
}

static void
test_a_421_is_tried_once_more(void **state)
{
	struct fix x;

	(void)state;
	fix_open(&x, handle_plain, NULL);
	fix_get(&x, "/421");
	assert_int_equal(x.got.outcome, SCHED_SERVER_ERROR);
	assert_int_equal(x.srv.n_reqs, 2);
	assert_int_not_equal(
	    x.srv.reqs[0]->connection, x.srv.reqs[1]->connection);
	fix_close(&x);
}

static void
test_deltas(void **state)
{
	struct fix x;
	char *url;
	struct fetch_req req = {.want_delta = true};

	(void)state;
	fix_open(&x, handle_plain, NULL);
	answer_headers = "IM: feed\r\nETag: \"b\"\r\n";
	req.url = url = fix_url(&x, "/226");
	fix_fetch(&x, &req); /* without an ETag nothing can be asked */
	assert_no_header(x.srv.reqs[0], "A-IM");
	assert_false(x.got.is_delta);
	req.etag = "\"a\"";
	fix_fetch(&x, &req);
	assert_header(x.srv.reqs[1], "A-IM", "feed");
	assert_true(x.got.is_delta);
	answer_headers = "";
	fix_fetch(&x, &req); /* a 226 that does not say how */
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_false(x.got.is_delta);
	free(url);
	fix_close(&x);
}

static void
test_hints_of_the_header(void **state)
{
	struct fix x;

	(void)state;
	fix_open(&x, handle_plain, NULL);
	answer_headers = "Cache-Control: public\r\nCache-Control: "
			 "max-age=600\r\nLink: </h>; rel=hub\r\nLink: </s>; "
			 "rel=self\r\nContent-Type:  text/xml \r\n";
	fix_get(&x, "/");
	assert_int_equal(x.got.fresh_s, 600);
	assert_int_equal(x.got.n_links, 2);
	assert_string_equal(x.got.link[0], "</h>; rel=hub");
	assert_string_equal(x.got.link[1], "</s>; rel=self");
	assert_string_equal(x.got.content_type, "text/xml");
	answer_headers = "Retry-After: 120\r\n";
	fix_get(&x, "/429");
	assert_int_equal(x.got.retry_after_s, 120);
	assert_int_equal(x.got.answer.retry_after_s, 120);
	answer_headers = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
			 "Retry-After: Sun, 06 Nov 1994 08:50:37 GMT\r\n";
	fix_get(&x, "/503");
	assert_int_equal(x.got.retry_after_s, 60);
	answer_headers = "";
	fix_close(&x);
}

static void
test_what_is_no_answer(void **state)
{
	(void)state;
	check_text("", SCHED_CUT);
	check_text("SSH-2.0-OpenSSH_9.2\r\n", SCHED_OTHER_ERROR);
	check_text("<rss/>", SCHED_OTHER_ERROR);
	check_text(
	    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<rss/>", SCHED_CUT);
	check_text("HTTP/1.1 200 OK\r\nContent-Length: -9\r\n\r\n<rss/>",
	    SCHED_OTHER_ERROR);
	check_text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		   "6\r\n<rss/>\r\n",
	    SCHED_CUT);
	check_text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		   "zz\r\n<rss/>\r\n",
	    SCHED_CUT);
	check_text("HTTP/1.1 200 OK\r\n\r\n<rss/>", SCHED_OK);
	check_text(
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", SCHED_NOT_A_FEED);
	check_text("HTTP/1.1 200 OK\r\nContent-Encoding: x-secret\r\n\r\nx",
	    SCHED_CUT);
	check_text("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n<rss/>",
	    SCHED_CUT);
	check_text("HTTP/1.1 404 \033[31mred\a\r\nX: \033[0m\r\n\r\nno",
	    SCHED_NOT_FOUND);
}

static void
test_limits_of_the_header(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_adds(&b, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 300; i++)
		buf_addf(&b, "X-%d: y\r\n", i);
	buf_adds(&b, "\r\n<rss/>");
	check_raw(b.data, b.len, SCHED_TOO_BIG);
	buf_clear(&b);
	buf_adds(&b, "HTTP/1.1 200 OK\r\nX: ");
	for (int i = 0; i < 70000; i++)
		buf_addc(&b, 'y');
	buf_adds(&b, "\r\n\r\n<rss/>");
	check_raw(b.data, b.len, SCHED_TOO_BIG);
	buf_clear(&b);
	for (int i = 0; i < 2000; i++)
		buf_adds(&b, "HTTP/1.1 100 Continue\r\n\r\n");
	check_raw(b.data, b.len, SCHED_TOO_BIG);
	buf_release(&b);
}

static void
test_limits_of_the_body(void **state)
{
	struct raw raw = {NULL, 0, false, true};
	struct buf b;
	struct fix x;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_adds(&b, "HTTP/1.1 200 OK\r\n\r\n");
	for (int i = 0; i < 50000; i++)
		buf_addc(&b, 'y');
	raw.bytes = b.data;
	raw.len = b.len;
	fix_open(&x, handle_raw, &raw);
	x.p.body_bytes = 20000;
	fix_params(&x);
	/* The server keeps the connection open: we have to hang up. */
	fix_get(&x, "/");
	assert_int_equal(x.got.outcome, SCHED_TOO_BIG);
	assert_int_equal(x.got.st, AK_TOOBIG);
	x.p.body_bytes = 1 << 20;
	x.p.wire_bytes = 20000;
	fix_params(&x);
	fix_get(&x, "/");
	assert_int_equal(x.got.outcome, SCHED_TOO_BIG);
	fix_close(&x);
	/* One that says so beforehand is not even begun. */
	check_text("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx",
	    SCHED_TOO_BIG);
	buf_release(&b);
}

static void
test_a_request_may_lower_the_limit(void **state)
{
	struct fix x;
	struct fetch_req req = {.max_body_bytes = 3};
	char *url;

	(void)state;
	fix_open(&x, handle_plain, NULL);
	req.url = url = fix_url(&x, "/");
	fix_fetch(&x, &req);
	assert_int_equal(x.got.outcome, SCHED_TOO_BIG);
	req.max_body_bytes = 4;
	fix_fetch(&x, &req);
	assert_int_equal(x.got.outcome, SCHED_OK);
	free(url);
	fix_close(&x);
}

static size_t
gzip_of_blanks(size_t len, unsigned char *out, size_t max)
{
	char *blanks = xmalloc(len);
	z_stream z = {0};

	memset(blanks, ' ', len);
	assert_int_equal(
	    deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)blanks;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)max;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	(void)deflateEnd(&z);
	free(blanks);
	return z.total_out;
}

static void
test_a_bomb_and_a_cut_gzip(void **state)
{
	unsigned char *z = xmalloc(1 << 16);
	size_t n = gzip_of_blanks((size_t)8 << 20, z, 1 << 16);
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_addf(&b,
	    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    n);
	buf_add(&b, z, n);
	check_raw(b.data, b.len, SCHED_TOO_BIG);
	/* Half of a smaller one, framed as if it were whole. */
	n = gzip_of_blanks(5000, z, 1 << 16);
	buf_clear(&b);
	buf_addf(&b,
	    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    n / 2);
	buf_add(&b, z, n / 2);
	check_raw(b.data, b.len, SCHED_CUT);
	buf_release(&b);
	free(z);
}

static void
test_a_long_error_page_is_not_read_to_its_end(void **state)
{
	struct raw raw = {NULL, 0, false, true};
	struct buf b;
	struct fix x;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_adds(&b, "HTTP/1.1 404 X\r\nContent-Length: 500000\r\n\r\n");
	for (int i = 0; i < 100000; i++)
		buf_addc(&b, 'y');
	raw.bytes = b.data;
	raw.len = b.len;
	fix_open(&x, handle_raw, &raw);
	fix_get(&x, "/");
	assert_int_equal(x.got.outcome, SCHED_NOT_FOUND);
	assert_int_equal(x.got.status, 404);
	assert_true(x.got.wire_bytes < 50000);
	fix_close(&x);
	buf_release(&b);
}

static void
test_deadlines(void **state)
{
	struct raw silent = {"", 0, false, true};
	struct raw stalls = {"HTTP/1.1 200 OK\r\n\r\n<rss>", 24, false, true};
	struct fix x;

	(void)state;
	fix_open(&x, handle_raw, &silent);
	x.p.first_byte_ms = 500;
	fix_params(&x);
	fix_get(&x, "/");
	assert_int_equal(x.got.outcome, SCHED_TIMEOUT);
	assert_int_equal(x.got.st, AK_TIMEOUT);
	fix_close(&x);
	fix_open(&x, handle_raw, &stalls);
	x.p.transfer_ms = 700;
	fix_params(&x);
	fix_get(&x, "/");
	assert_int_equal(x.got.outcome, SCHED_TIMEOUT);
	fix_close(&x);
}

static void
test_connect_and_reset(void **state)
{
	struct raw raw = {"HTTP/1.1 200 OK\r\n", 17, true, false};
	struct fix x;

	(void)state;
	fix_open(&x, handle_raw, &raw);
	fix_get(&x, "/");
	assert_int_equal(x.got.outcome, SCHED_CUT);
	fix_close(&x);
	fix_open(&x, handle_plain, NULL);
	got_clear(&x.got);
	/* Nobody listens on port 2: a good stand-in for a dead server. */
	(void)fetch_start(x.f,
	    &(struct fetch_req){.url = "http://127.0.0.1:2/"}, got_cb, &x.got);
	fix_run(&x, &x.got, 1);
	assert_int_equal(x.got.outcome, SCHED_CONNECT);
	fix_close(&x);
}

static void
test_refused_urls_call_back_later(void **state)
{
	struct fix x;

	(void)state;
	fix_open(&x, handle_plain, NULL);
	(void)fetch_start(x.f,
	    &(struct fetch_req){.url = "http://user:hunter2@10.0.0.1/x"},
	    got_cb, &x.got);
	assert_false(x.got.done);
	fix_run(&x, &x.got, 1);
	assert_int_equal(x.got.st, AK_DENIED);
	assert_int_equal(x.got.outcome, SCHED_DENIED);
	assert_null(strstr(x.got.final_url, "hunter2"));
	assert_null(strstr(x.got.diag, "hunter2"));
	fix_close(&x);
}

static void
test_cancel_and_close(void **state)
{
	struct raw silent = {"", 0, false, true};
	struct got g[3] = {{0}};
	struct fetch_job *job[3];
	struct fix x;
	char *url;

	(void)state;
	fix_open(&x, handle_raw, &silent);
	url = fix_url(&x, "/");
	for (size_t i = 0; i < 3; i++)
		job[i] = fetch_start(
		    x.f, &(struct fetch_req){.url = url}, got_cb, &g[i]);
	while (x.srv.n_reqs == 0)
		(void)event_base_loop(x.base, EVLOOP_ONCE);
	/* The same URL: the second waits for the first. */
	assert_int_equal(x.srv.n_reqs, 1);
	fetch_cancel(x.f, job[0]);
	while (x.srv.n_reqs == 1)
		(void)event_base_loop(x.base, EVLOOP_ONCE);
	fetch_free(x.f);
	x.f = NULL;
	assert_false(g[0].done);
	assert_int_equal(g[1].st, AK_CANCELED);
	assert_int_equal(g[2].st, AK_CANCELED);
	for (size_t i = 0; i < 3; i++)
		got_clear(&g[i]);
	free(url);
	fix_close(&x);
}

static void
test_post(void **state)
{
	struct fix x;
	char *url;
	struct srv_req *r;

	(void)state;
	fix_open(&x, handle_plain, NULL);
	url = fix_url(&x, "/202");
	fix_fetch(&x, &(struct fetch_req){.url = url,
			  .method = FETCH_POST,
			  .body = "a=b",
			  .body_len = 3,
			  .body_type = "application/x-www-form-urlencoded"});
	assert_int_equal(x.got.outcome, SCHED_OK);
	r = x.srv.reqs[0];
	assert_true(str_starts(r->head, "POST /202 "));
	assert_header(r, "Content-Type", "application/x-www-form-urlencoded");
	assert_header(r, "Content-Length", "3");
	assert_no_header(r, "Expect");
	assert_true(str_ends(r->head, "\r\n\r\na=b"));
	/* Nothing of it is left in the handle. */
	fix_get(&x, "/");
	assert_true(str_starts(x.srv.reqs[1]->head, "GET / "));
	assert_no_header(x.srv.reqs[1], "Content-Type");
	free(url);
	fix_close(&x);
}

static void
test_the_environment_has_no_proxy(void **state)
{
	struct fix x;

	(void)state;
	(void)setenv("http_proxy", "http://127.0.0.1:2/", 1);
	(void)setenv("all_proxy", "http://127.0.0.1:2/", 1);
	fix_open(&x, handle_plain, NULL);
	fix_get(&x, "/");
	assert_int_equal(x.got.outcome, SCHED_OK);
	(void)unsetenv("http_proxy");
	(void)unsetenv("all_proxy");
	fix_close(&x);
}

static void
test_a_proxy_of_the_feed(void **state)
{
	struct fix x;
	char *proxy;

	(void)state;
	fix_open(&x, handle_plain, NULL);
	proxy = fix_url(&x, "");
	fix_fetch(&x, &(struct fetch_req){
			  .url = "http://feeds.example/f", .proxy = proxy});
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_true(str_starts(
	    x.srv.reqs[0]->head, "GET http://feeds.example/f HTTP/1.1"));
	free(proxy);
	fix_close(&x);
}

/* The administrator's proxy may be where feeds may not; when it is dead, no
 * feed is to blame. */
static void
test_the_proxy_of_the_config(void **state)
{
	struct fetch_req req = {.url = "http://feeds.example/f"};
	struct fix x;
	char *proxy;

	(void)state;
	fix_open(&x, handle_plain, NULL);
	proxy = fix_url(&x, "");
	x.p.allow = NULL;
	x.p.proxy = proxy;
	fix_params(&x);
	fix_fetch(&x, &req);
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_true(str_starts(
	    x.srv.reqs[0]->head, "GET http://feeds.example/f HTTP/1.1"));
	/* Private literals are refused all the same. */
	req.url = "http://10.0.0.1/f";
	fix_fetch(&x, &req);
	assert_int_equal(x.got.outcome, SCHED_DENIED);
	assert_int_equal(x.srv.n_reqs, 1);
	x.p.proxy = "http://127.0.0.1:2/";
	fix_params(&x);
	req.url = "http://feeds.example/f";
	fix_fetch(&x, &req);
	assert_int_equal(x.got.outcome, SCHED_NETWORK_DOWN);
	free(proxy);
	fix_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_request_is_the_table),
	    cmocka_unit_test(test_validators_go_back_byte_for_byte),
	    cmocka_unit_test(test_validators_that_cannot_be_kept),
	    cmocka_unit_test(test_a_304),
	    cmocka_unit_test(test_each_status_has_its_outcome),
	    cmocka_unit_test(test_a_421_is_tried_once_more),
	    cmocka_unit_test(test_deltas),
	    cmocka_unit_test(test_hints_of_the_header),
	    cmocka_unit_test(test_what_is_no_answer),
	    cmocka_unit_test(test_limits_of_the_header),
	    cmocka_unit_test(test_limits_of_the_body),
	    cmocka_unit_test(test_a_request_may_lower_the_limit),
	    cmocka_unit_test(test_a_bomb_and_a_cut_gzip),
	    cmocka_unit_test(test_a_long_error_page_is_not_read_to_its_end),
	    cmocka_unit_test(test_deadlines),
	    cmocka_unit_test(test_connect_and_reset),
	    cmocka_unit_test(test_refused_urls_call_back_later),
	    cmocka_unit_test(test_cancel_and_close),
	    cmocka_unit_test(test_post),
	    cmocka_unit_test(test_the_environment_has_no_proxy),
	    cmocka_unit_test(test_a_proxy_of_the_feed),
	    cmocka_unit_test(test_the_proxy_of_the_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

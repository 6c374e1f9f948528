/* SPDX-License-Identifier: ISC */
/*
 * Passwords against servers that check them: Basic (RFC 7617) and Digest (RFC
 * 7616, computed here), over http and, by t_tls.c, over TLS.
 */
#include "tests/fetch/server.h"

#include <openssl/evp.h>

#include "base/str.h"

#define NONCE "dcd98b7102dd2f0e8b11d0f600bfb0c093"

struct digest_server {
	const char *algorithm, *password;
	const EVP_MD *(*md)(void);
	int n_challenges;
};

static void
hex(const EVP_MD *md, char out[EVP_MAX_MD_SIZE * 2 + 1], const char *text)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	assert_int_equal(EVP_Digest(text, strlen(text), mac, &n, md, NULL), 1);
	for (unsigned i = 0; i < n; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", mac[i]);
}

/* The value of `name` in an Authorization header, quoted or not. */
static char *
param(const char *auth, const char *name)
{
	char *key = xasprintf(" %s=", name);
	const char *p = strstr(auth, key);
	char *value;

	assert_non_null(p);
	p += strlen(key);
	value = *p == '"' ? xstrndup(p + 1, strcspn(p + 1, "\""))
			  : xstrndup(p, strcspn(p, ","));
	free(key);
	return value;
}

static bool
is_right(const struct digest_server *d, const char *auth, const char *path)
{
	static const char *const names[] = {
	    "username", "uri", "cnonce", "nc", "response"};
	char *v[AK_COUNT(names)], *text;
	char a1[EVP_MAX_MD_SIZE * 2 + 1], a2[EVP_MAX_MD_SIZE * 2 + 1];
	char all[EVP_MAX_MD_SIZE * 2 + 1];
	bool ok;

	for (size_t i = 0; i < AK_COUNT(names); i++)
		v[i] = param(auth, names[i]);
	text = xasprintf("%s:feeds:%s", v[0], d->password);
	hex(d->md(), a1, text);
	free(text);
	text = xasprintf("GET:%s", v[1]);
	hex(d->md(), a2, text);
	free(text);
	text = xasprintf("%s:" NONCE ":%s:%s:auth:%s", a1, v[3], v[2], a2);
	hex(d->md(), all, text);
	free(text);
	ok = strcmp(all, v[4]) == 0 && strcmp(v[1], path) == 0;
	for (size_t i = 0; i < AK_COUNT(names); i++)
		free(v[i]);
	return ok;
}

static void
handle_digest(struct srv_req *r, void *arg)
{
	struct digest_server *d = arg;
	char *auth = srv_header(r, "Authorization");

	if (auth != NULL && str_starts(auth, "Digest ") &&
	    is_right(d, auth, r->path)) {
		srv_answer(r, 200, "ETag: \"v\"\r\n", "BODY");
	} else {
		char *ask = xasprintf(
		    "WWW-Authenticate: Digest realm=\"feeds\", qop=\"auth\", "
		    "algorithm=%s, nonce=\"" NONCE "\"\r\n",
		    d->algorithm);

		d->n_challenges++;
		srv_answer(r, 401, ask, "");
		free(ask);
	}
	free(auth);
}

static void
check_digest(const char *algorithm, const EVP_MD *(*md)(void))
{
	struct digest_server d = {algorithm, "open sesame", md, 0};
	struct fix x;
	char *url;

	fix_open(&x, handle_digest, &d);
	url = fix_url(&x, "/feed?a=b");
	fix_fetch(
	    &x, &(struct fetch_req){.url = url, .userinfo = "ali:open sesame"});
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_string_equal(x.got.body, "BODY");
	assert_string_equal(x.got.etag, "\"v\"");
	/* In clear nothing is sent before the server has asked. */
	assert_int_equal(d.n_challenges, 1);
	assert_int_equal(x.srv.n_reqs, 2);
	assert_no_header(x.srv.reqs[0], "Authorization");
	assert_null(strstr(x.srv.reqs[1]->head, "sesame"));
	/* The validators go along to the end. */
	fix_fetch(&x,
	    &(struct fetch_req){
		.url = url, .userinfo = "ali:open sesame", .etag = "\"v\""});
	assert_header(x.srv.reqs[3], "If-None-Match", "\"v\"");
	free(url);
	fix_close(&x);
}

static void
test_digest(void **state)
{
	(void)state;
	check_digest("MD5", EVP_md5);
	check_digest("SHA-256", EVP_sha256);
}

static void
test_a_wrong_password_is_tried_once(void **state)
{
	struct digest_server d = {"MD5", "open sesame", EVP_md5, 0};
	struct fix x;
	char *url;

	(void)state;
	fix_open(&x, handle_digest, &d);
	url = fix_url(&x, "/feed");
	fix_fetch(&x, &(struct fetch_req){.url = url, .userinfo = "ali:baba"});
	assert_int_equal(x.got.outcome, SCHED_UNAUTHORIZED);
	assert_string_equal(
	    x.got.diag, "the server answered 401: it needs credentials");
	assert_int_equal(x.srv.n_reqs, 2);
	free(url);
	fix_close(&x);
}

static void
handle_basic(struct srv_req *r, void *arg)
{
	char *auth = srv_header(r, "Authorization");

	/* "ali:a:b", the second colon being the password's. */
	if (str_eq(auth, arg))
		srv_answer(r, 200, "", "BODY");
	else
		srv_answer(
		    r, 401, "WWW-Authenticate: Basic realm=\"x\"\r\n", "");
	free(auth);
}

static void
test_basic(void **state)
{
	static char want[] = "Basic YWxpOmE6Yg==";
	struct fix x;
	char *url;

	(void)state;
	fix_open(&x, handle_basic, want);
	url = fix_url(&x, "/feed");
	fix_fetch(&x, &(struct fetch_req){.url = url, .userinfo = "ali:a:b"});
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_int_equal(x.srv.n_reqs, 2);
	assert_no_header(x.srv.reqs[0], "Authorization");
	/* The next feed of that server has no part in it. */
	fix_get(&x, "/feed");
	assert_int_equal(x.got.outcome, SCHED_UNAUTHORIZED);
	free(url);
	fix_close(&x);
}

/* A proxy's password is the proxy's alone. */
static void
handle_proxy(struct srv_req *r, void *arg)
{
	char *auth = srv_header(r, "Proxy-Authorization");

	(void)arg;
	if (str_eq(auth, "Basic cDpxdw=="))
		srv_answer(r, 200, "", "BODY");
	else
		srv_answer(
		    r, 407, "Proxy-Authenticate: Basic realm=\"p\"\r\n", "");
	free(auth);
}

static void
test_a_password_of_the_proxy(void **state)
{
	struct fix x;
	char *proxy;

	(void)state;
	fix_open(&x, handle_proxy, NULL);
	proxy = xasprintf("http://p:qw@127.0.0.1:%d/", x.srv.port);
	fix_fetch(&x, &(struct fetch_req){
			  .url = "http://feeds.example/f", .proxy = proxy});
	assert_int_equal(x.got.outcome, SCHED_OK);
	assert_no_header(x.srv.reqs[0], "Authorization");
	free(proxy);
	proxy = xasprintf("http://p:wrong@127.0.0.1:%d/", x.srv.port);
	fix_fetch(&x, &(struct fetch_req){
			  .url = "http://feeds.example/f", .proxy = proxy});
	assert_int_equal(x.got.outcome, SCHED_UNAUTHORIZED);
	assert_null(strstr(x.got.diag, "wrong"));
	free(proxy);
	/* Not even when it cannot be reached. */
	fix_fetch(&x, &(struct fetch_req){.url = "http://feeds.example/f",
			  .proxy = "http://p:wrong@127.0.0.1:2/"});
	assert_int_equal(x.got.outcome, SCHED_CONNECT);
	assert_null(strstr(x.got.diag, "wrong"));
	fix_close(&x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_digest),
	    cmocka_unit_test(test_a_wrong_password_is_tried_once),
	    cmocka_unit_test(test_basic),
	    cmocka_unit_test(test_a_password_of_the_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

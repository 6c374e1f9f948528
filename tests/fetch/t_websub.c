/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "fetch/fetch.h"
#include "fetch/websub.h"

#define NOW ((int64_t)1800000000)
#define HOUR 3600
#define DAY (24 * HOUR)

static const struct websub_params params = {
    "https://me.example", WEBSUB_MIN_LEASE_S};

/* ------------------------------------------------------------- discovery */

static void
test_links_of_the_header(void **state)
{
	static const char *const values[] = {
	    "</x,y>; rel=prev; title=\"a, \\\"b\\\"; rel=hub\", </hub>; "
	    "foo=bar; REL=\"alternate HUB\"",
	    "</t>;rel=self;type=\"application/atom+xml\"",
	    "<http://other/>; rel=hub; anchor=\"#x\", <https://s.example/h> ; "
	    "rel = \"hub\"",
	    "nonsense", "<unended", "", NULL};
	static const char *const doc[] = {"http://doc.example/hub"};
	struct arena *a = arena_new(1 << 16);
	struct websub_found f;

	(void)state;
	websub_find(a, values, "http://a.example/f?x", "http://doc.example/s",
	    doc, 1, &f);
	assert_string_equal(f.topic, "http://a.example/t");
	assert_int_equal(f.n_hubs, 2);
	assert_string_equal(f.hubs[0], "https://s.example/h");
	assert_string_equal(f.hubs[1], "http://a.example/hub");
	arena_free(a);
}

static void
test_links_of_the_document(void **state)
{
	static const char *const none[] = {"</s>; rel=self", NULL};
	static const char *const doc[] = {"/h1", "https://h2.example/",
	    "ftp://h/", "/h1", "http://h3.example/", "http://h4.example/"};
	struct arena *a = arena_new(1 << 16);
	struct websub_found f;

	(void)state;
	websub_find(a, none, "http://a.example/f", "/doc-self", doc, 6, &f);
	assert_string_equal(f.topic, "http://a.example/doc-self");
	assert_int_equal(f.n_hubs, 3);
	assert_string_equal(f.hubs[0], "https://h2.example/");
	assert_string_equal(f.hubs[1], "http://a.example/h1");
	assert_string_equal(f.hubs[2], "http://h3.example/");
	websub_find(a, none, "http://a.example/f", NULL, NULL, 0, &f);
	assert_int_equal(f.n_hubs, 0);
	assert_string_equal(f.topic, "http://a.example/f");
	arena_free(a);
}

/* ------------------------------------------------------------ the request */

static const struct websub_found found = {"https://a.example/f?a=b&c",
    {"https://h1.example/", "https://h2.example/"}, 2};

/* Offered, asked; the hub's answer is still to come. */
static void
ask(struct websub *w, struct buf *body)
{
	websub_init(w);
	websub_offer(w, &found, NOW);
	buf_init(body, 1 << 16);
	assert_string_equal(
	    websub_ask(w, &params, NOW, body), "https://h1.example/");
}

/* The query of a verification by the hub. */
static int
verify(struct websub *w, int64_t now, const char *mode, const char *topic,
    const char *rest, struct buf *out)
{
	char *q = xasprintf("hub.mode=%s&hub.topic=%s%s", mode, topic, rest);
	int status;

	buf_init(out, 1 << 16);
	status = websub_verify(w, &params, now, q, out);
	free(q);
	return status;
}

#define TOPIC "https%3A%2F%2Fa.example%2Ff%3Fa%3Db%26c"
#define CHALLENGE "&hub.challenge=xyz&hub.lease_seconds=86400"

static void
make_active(struct websub *w)
{
	struct buf b;

	ask(w, &b);
	buf_release(&b);
	websub_answered(w, NOW, 202, NULL);
	assert_int_equal(
	    verify(w, NOW, "subscribe", TOPIC, CHALLENGE, &b), 200);
	buf_release(&b);
	assert_int_equal(w->stage, WEBSUB_ACTIVE);
}

static void
test_the_form_of_the_request(void **state)
{
	struct websub w, other;
	struct buf body, body2;
	char *want;

	(void)state;
	ask(&w, &body);
	assert_int_equal(strlen(w.token), 32);
	assert_int_equal(strlen(w.secret), 64);
	want = xasprintf("hub.mode=subscribe&hub.topic=%s&hub.callback="
			 "https%%3A%%2F%%2Fme.example%%2Fwebsub%%2F%s"
			 "&hub.lease_seconds=864000&hub.secret=%s",
	    TOPIC, w.token, w.secret);
	assert_string_equal(buf_str(&body), want);
	assert_int_equal(w.stage, WEBSUB_PENDING);
	ask(&other, &body2);
	assert_string_not_equal(w.token, other.token);
	assert_string_not_equal(w.secret, other.secret);
	free(want);
	buf_release(&body);
	buf_release(&body2);
	websub_release(&w);
	websub_release(&other);
}

static void
test_nothing_without_hub_or_callback(void **state)
{
	static const struct websub_params off = {NULL, 60};
	struct websub_found none = {.topic = "https://a.example/"};
	struct websub w;
	struct buf b;

	(void)state;
	websub_init(&w);
	websub_offer(&w, &none, NOW);
	assert_int_equal(w.stage, WEBSUB_OFF);
	websub_offer(&w, &found, NOW);
	buf_init(&b, 1 << 16);
	assert_null(websub_ask(&w, &off, NOW, &b));
	assert_int_equal(b.len, 0);
	websub_release(&w);
}

static void
test_a_failing_hub_is_followed_by_the_next(void **state)
{
	struct websub w;
	struct buf b;

	(void)state;
	ask(&w, &b);
	websub_answered(&w, NOW, 500, NULL);
	assert_true(w.next_at <= NOW);
	assert_string_equal(
	    websub_ask(&w, &params, NOW, &b), "https://h2.example/");
	websub_answered(&w, NOW, 0, NULL);
	/* All have failed: an hour or two, then from the first again. */
	assert_true(w.next_at >= NOW + HOUR);
	assert_null(websub_ask(&w, &params, NOW + HOUR - 1, &b));
	assert_string_equal(
	    websub_ask(&w, &params, w.next_at, &b), "https://h1.example/");
	buf_release(&b);
	websub_release(&w);
}

static void
test_backoff_grows_to_a_day(void **state)
{
	static const struct websub_found one = {
	    "https://a.example/", {"https://h.example/"}, 1};
	struct websub w;
	int64_t now = NOW, before = 0, wait = 0;
	struct buf b;

	(void)state;
	websub_init(&w);
	websub_offer(&w, &one, now);
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 10; i++) {
		assert_non_null(websub_ask(&w, &params, now, &b));
		websub_answered(&w, now, 503, NULL);
		wait = w.next_at - now;
		assert_true(wait >= before && wait >= HOUR && wait <= DAY);
		before = wait;
		now = w.next_at;
	}
	assert_int_equal(wait, DAY);
	buf_release(&b);
	websub_release(&w);
}

static void
test_a_refusal_ends_it_for_a_week(void **state)
{
	static const struct websub_found one = {
	    "https://a.example/", {"https://h.example/"}, 1};
	struct websub w;
	struct buf b;

	(void)state;
	websub_init(&w);
	websub_offer(&w, &one, NOW);
	buf_init(&b, 1 << 16);
	(void)websub_ask(&w, &params, NOW, &b);
	websub_answered(&w, NOW, 403, NULL);
	assert_int_equal(w.stage, WEBSUB_OFF);
	websub_offer(&w, &one, NOW + 6 * DAY);
	assert_int_equal(w.stage, WEBSUB_OFF);
	websub_offer(&w, &one, NOW + 7 * DAY);
	assert_int_equal(w.stage, WEBSUB_WANTED);
	buf_release(&b);
	websub_release(&w);
}

static void
test_a_hub_that_moved_for_good(void **state)
{
	struct websub w;
	struct buf b;

	(void)state;
	ask(&w, &b);
	websub_answered(&w, NOW, 202, "https://moved.example/");
	assert_string_equal(w.hubs[0], "https://moved.example/");
	buf_release(&b);
	websub_release(&w);
}

/* ----------------------------------------------------------- verification */

static void
test_the_challenge_comes_back_byte_for_byte(void **state)
{
	struct websub w;
	struct buf b, out;

	(void)state;
	ask(&w, &b);
	assert_int_equal(
	    verify(&w, NOW, "subscribe", TOPIC,
		"&hub.challenge=%3Cs%3E%2541+%2B%26%3D%C3%A9&hub.lease_seconds="
		"1000&hub.verify_token=ignored",
		&out),
	    200);
	assert_string_equal(buf_str(&out), "<s>%41 +&=\xc3\xa9");
	assert_int_equal(w.lease_until, NOW + 1000);
	assert_true(w.next_at >= NOW + 700 && w.next_at <= NOW + 850);
	assert_string_equal(w.secret, "");
	assert_int_equal(strlen(w.active_secret), 64);
	assert_true(websub_is_active(&w, NOW));
	assert_false(websub_is_active(&w, NOW + 1000));
	buf_release(&b);
	buf_release(&out);
	websub_release(&w);
}

static void
check_404(struct websub *w, int64_t now, const char *mode, const char *topic,
    const char *rest)
{
	struct buf out;

	assert_int_equal(verify(w, now, mode, topic, rest, &out), 404);
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void
test_what_nobody_asked_for_is_404(void **state)
{
	char *big = xmalloc(6000);
	struct websub w;
	struct buf b;

	(void)state;
	ask(&w, &b);
	check_404(&w, NOW, "subscribe", "https%3A%2F%2Fother", CHALLENGE);
	check_404(&w, NOW, "unsubscribe", TOPIC, CHALLENGE);
	check_404(&w, NOW, "publish", TOPIC, CHALLENGE);
	check_404(&w, NOW, "subscribe", TOPIC, "");
	check_404(&w, NOW, "subscribe", TOPIC, "&hub.challenge=");
	check_404(&w, NOW, "subscribe", TOPIC, "&hub.challenge=a%00b");
	memset(big, 'x', 5999);
	big[5999] = '\0';
	memcpy(big, "&hub.challenge=", 15);
	check_404(&w, NOW, "subscribe", TOPIC, big);
	/* Pending requests end after an hour. */
	check_404(&w, NOW + HOUR + 1, "subscribe", TOPIC, CHALLENGE);
	buf_release(&b);
	assert_int_equal(websub_verify(&w, &params, NOW, NULL, &b), 404);
	free(big);
	websub_release(&w);
}

static void
test_strange_leases(void **state)
{
	static const struct {
		const char *value;
		int64_t want;
	} cases[] = {{"1000", 1000}, {"1", 60}, {"0", DAY}, {"-5", DAY},
	    {"soon", DAY}, {"", DAY}, {"2592001", 30 * DAY},
	    {"99999999999999999999", 30 * DAY}};
	struct websub w;
	struct buf b, out;

	(void)state;
	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		char *rest = xasprintf(
		    "&hub.challenge=x&hub.lease_seconds=%s", cases[i].value);

		ask(&w, &b);
		assert_int_equal(
		    verify(&w, NOW, "subscribe", TOPIC, rest, &out), 200);
		assert_int_equal(w.lease_until - NOW, cases[i].want);
		free(rest);
		buf_release(&b);
		buf_release(&out);
		websub_release(&w);
	}
}

static void
test_a_denial(void **state)
{
	struct websub w;
	struct buf out;

	(void)state;
	make_active(&w);
	assert_int_equal(
	    verify(&w, NOW, "denied", TOPIC, "&hub.reason=%3Cb%3E", &out), 200);
	assert_int_equal(out.len, 0);
	assert_int_equal(w.stage, WEBSUB_OFF);
	assert_false(websub_is_active(&w, NOW));
	websub_offer(&w, &found, NOW + DAY);
	assert_int_equal(w.stage, WEBSUB_OFF);
	websub_release(&w);
}

static void
test_a_renewal_keeps_the_old_secret_until_verified(void **state)
{
	char old[WEBSUB_SECRET_SIZE], token[WEBSUB_TOKEN_SIZE];
	struct websub w;
	struct buf b, out;
	int64_t at;

	(void)state;
	make_active(&w);
	memcpy(old, w.active_secret, sizeof(old));
	memcpy(token, w.token, sizeof(token));
	at = w.next_at;
	buf_init(&b, 1 << 16);
	assert_null(websub_ask(&w, &params, at - 1, &b));
	assert_non_null(websub_ask(&w, &params, at, &b));
	assert_int_equal(w.stage, WEBSUB_ACTIVE);
	assert_string_equal(w.active_secret, old);
	assert_string_not_equal(w.secret, old);
	assert_string_equal(w.token, token);
	websub_answered(&w, at, 202, NULL);
	assert_int_equal(
	    verify(&w, at, "subscribe", TOPIC, CHALLENGE, &out), 200);
	assert_string_not_equal(w.active_secret, old);
	assert_int_equal(w.lease_until, at + DAY);
	buf_release(&b);
	buf_release(&out);
	websub_release(&w);
}

static void
test_a_lease_that_ends(void **state)
{
	struct websub w;
	struct buf b;

	(void)state;
	make_active(&w);
	buf_init(&b, 1 << 16);
	(void)websub_ask(&w, &params, w.next_at, &b);
	websub_answered(&w, w.asked_at, 500, NULL);
	assert_true(w.next_at <= w.lease_until);
	assert_false(websub_is_active(&w, w.lease_until));
	assert_non_null(websub_ask(&w, &params, w.lease_until + 1, &b));
	assert_int_equal(w.stage, WEBSUB_PENDING);
	assert_string_equal(w.active_secret, "");
	buf_release(&b);
	websub_release(&w);
}

/* --------------------------------------------------------------- delivery */

static char *
sign(const char *method, const EVP_MD *md, const char *key, const char *body)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct buf b;

	assert_non_null(HMAC(md, key, (int)strlen(key),
	    (const unsigned char *)body, strlen(body), mac, &n));
	buf_init(&b, 1024);
	buf_addf(&b, "%s=", method);
	for (unsigned i = 0; i < n; i++)
		buf_addf(&b, "%02x", mac[i]);
	return buf_steal(&b);
}

static bool
push(struct websub *w, int64_t now, const char *signature, int want)
{
	bool accepted = true;

	assert_int_equal(
	    websub_check(w, now, signature, "<rss/>", 6, &accepted), want);
	return accepted;
}

static void
test_each_method_of_signing(void **state)
{
	const struct {
		const char *name;
		const EVP_MD *md;
	} methods[] = {{"sha1", EVP_sha1()}, {"sha256", EVP_sha256()},
	    {"sha384", EVP_sha384()}, {"SHA512", EVP_sha512()}};
	struct websub w;

	(void)state;
	for (size_t i = 0; i < AK_COUNT(methods); i++) {
		char *sig;

		make_active(&w);
		sig = sign(
		    methods[i].name, methods[i].md, w.active_secret, "<rss/>");
		assert_true(push(&w, NOW, sig, 202));
		assert_int_equal(w.last_push_at, NOW);
		/* One bit of the body, of the signature, or the length. */
		sig[strlen(sig) - 1] ^= 1;
		assert_false(push(&w, NOW, sig, 202));
		sig[strlen(sig) - 1] = '\0';
		assert_false(push(&w, NOW, sig, 202));
		free(sig);
		websub_release(&w);
	}
}

static void
test_no_sha1_after_a_better_one(void **state)
{
	struct websub w;
	char *weak, *strong;

	(void)state;
	make_active(&w);
	weak = sign("sha1", EVP_sha1(), w.active_secret, "<rss/>");
	strong = sign("sha256", EVP_sha256(), w.active_secret, "<rss/>");
	assert_true(push(&w, NOW, weak, 202));
	assert_true(push(&w, NOW, strong, 202));
	assert_false(push(&w, NOW, weak, 202));
	free(weak);
	free(strong);
	websub_release(&w);
}

static void
test_forgeries_are_ignored_and_counted(void **state)
{
	static const char *const bad[] = {"md5=00", "none=", "sha256", "=",
	    "sha256=", "sha256=zz", "sha0=00", ""};
	struct websub w;
	char *sig;
	struct buf b;

	(void)state;
	make_active(&w);
	for (size_t i = 0; i < AK_COUNT(bad); i++)
		assert_false(push(&w, NOW, bad[i], 202));
	assert_false(push(&w, NOW, NULL, 202));
	sig = sign("sha256", EVP_sha256(), "", "<rss/>");
	assert_false(push(&w, NOW, sig, 202));
	free(sig);
	sig = sign("sha256", EVP_sha256(), w.token, "<rss/>");
	assert_false(push(&w, NOW, sig, 202));
	free(sig);
	/* A new secret is asked for, once; the true hub still counts. */
	assert_true(w.next_at <= NOW);
	sig = sign("sha256", EVP_sha256(), w.active_secret, "<rss/>");
	buf_init(&b, 1 << 16);
	assert_non_null(websub_ask(&w, &params, NOW, &b));
	assert_true(push(&w, NOW, sig, 202));
	assert_false(push(&w, NOW, bad[0], 202));
	assert_true(w.next_at > NOW);
	free(sig);
	buf_release(&b);
	websub_release(&w);
}

static void
test_nothing_is_taken_unverified_or_late(void **state)
{
	struct websub w;
	struct buf b;
	char *sig;

	(void)state;
	ask(&w, &b);
	sig = sign("sha256", EVP_sha256(), w.secret, "<rss/>");
	assert_false(push(&w, NOW, sig, 404));
	free(sig);
	buf_release(&b);
	websub_release(&w);
	make_active(&w);
	sig = sign("sha256", EVP_sha256(), w.active_secret, "<rss/>");
	assert_false(push(&w, w.lease_until, sig, 404));
	free(sig);
	websub_release(&w);
}

static void
test_leaving(void **state)
{
	struct websub w;
	struct buf b, out;

	(void)state;
	make_active(&w);
	buf_init(&b, 1 << 16);
	websub_leave(&w, NOW);
	assert_non_null(websub_ask(&w, &params, NOW, &b));
	assert_non_null(strstr(buf_str(&b), "hub.mode=unsubscribe&"));
	assert_null(strstr(buf_str(&b), "hub.secret"));
	assert_false(push(&w, NOW, "sha256=00", 410));
	websub_answered(&w, NOW, 202, NULL);
	assert_int_equal(
	    verify(&w, NOW, "unsubscribe", TOPIC, "&hub.challenge=bye", &out),
	    200);
	assert_string_equal(buf_str(&out), "bye");
	assert_int_equal(w.stage, WEBSUB_GONE);
	assert_int_equal(w.next_at, NOW + 30 * DAY);
	buf_release(&out);
	assert_int_equal(
	    verify(&w, NOW, "subscribe", TOPIC, CHALLENGE, &out), 410);
	assert_false(push(&w, NOW, "sha256=00", 410));
	buf_release(&b);
	buf_release(&out);
	websub_release(&w);
}

static void
test_a_deaf_hub_is_left_after_a_while(void **state)
{
	struct websub w;
	int64_t now = NOW;
	struct buf b;

	(void)state;
	make_active(&w);
	buf_init(&b, 1 << 16);
	websub_leave(&w, now);
	for (int i = 0; i < 10 && w.stage == WEBSUB_LEAVING; i++) {
		if (websub_ask(&w, &params, now, &b) != NULL)
			websub_answered(&w, now, i % 2 == 0 ? 500 : 202, NULL);
		now = w.next_at;
	}
	assert_int_equal(w.stage, WEBSUB_GONE);
	buf_release(&b);
	websub_release(&w);
}

static void
test_two_misses_bring_polling_back(void **state)
{
	struct websub w;
	char *sig;

	(void)state;
	make_active(&w);
	websub_polled(&w, 0);
	websub_polled(&w, 2);
	assert_true(websub_is_active(&w, NOW));
	websub_polled(&w, 1);
	assert_false(websub_is_active(&w, NOW));
	sig = sign("sha256", EVP_sha256(), w.active_secret, "<rss/>");
	assert_true(push(&w, NOW, sig, 202));
	assert_true(websub_is_active(&w, NOW));
	free(sig);
	websub_release(&w);
}

static void
test_another_hub_gets_another_callback(void **state)
{
	static const struct websub_found moved = {
	    "https://a.example/f?a=b&c", {"https://h9.example/"}, 1};
	char token[WEBSUB_TOKEN_SIZE];
	struct websub w;

	(void)state;
	make_active(&w);
	memcpy(token, w.token, sizeof(token));
	websub_offer(&w, &found, NOW);
	assert_int_equal(w.stage, WEBSUB_ACTIVE);
	websub_offer(&w, &moved, NOW);
	assert_int_equal(w.stage, WEBSUB_WANTED);
	assert_string_not_equal(w.token, token);
	assert_null(w.hubs[1]);
	websub_release(&w);
}

static void
test_state_survives_a_restart(void **state)
{
	struct websub w, r;
	struct buf a, b;

	(void)state;
	make_active(&w);
	w.n_bad = 2;
	w.saw_strong = true;
	buf_init(&a, 1 << 16);
	buf_init(&b, 1 << 16);
	websub_save(&w, &a);
	assert_int_equal(websub_load(buf_str(&a), &r), AK_OK);
	websub_save(&r, &b);
	assert_string_equal(buf_str(&a), buf_str(&b));
	assert_int_equal(r.stage, WEBSUB_ACTIVE);
	assert_string_equal(r.active_secret, w.active_secret);
	assert_string_equal(r.hubs[1], w.hubs[1]);
	/* Damaged ones are refused. */
	for (size_t i = 0; i < a.len; i += 7) {
		struct websub x;

		buf_clear(&b);
		buf_add(&b, a.data, i);
		assert_int_equal(websub_load(buf_str(&b), &x), AK_BADINPUT);
	}
	buf_release(&a);
	buf_release(&b);
	websub_release(&w);
	websub_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_links_of_the_header),
	    cmocka_unit_test(test_links_of_the_document),
	    cmocka_unit_test(test_the_form_of_the_request),
	    cmocka_unit_test(test_nothing_without_hub_or_callback),
	    cmocka_unit_test(test_a_failing_hub_is_followed_by_the_next),
	    cmocka_unit_test(test_backoff_grows_to_a_day),
	    cmocka_unit_test(test_a_refusal_ends_it_for_a_week),
	    cmocka_unit_test(test_a_hub_that_moved_for_good),
	    cmocka_unit_test(test_the_challenge_comes_back_byte_for_byte),
	    cmocka_unit_test(test_what_nobody_asked_for_is_404),
	    cmocka_unit_test(test_strange_leases),
	    cmocka_unit_test(test_a_denial),
	    cmocka_unit_test(
		test_a_renewal_keeps_the_old_secret_until_verified),
	    cmocka_unit_test(test_a_lease_that_ends),
	    cmocka_unit_test(test_each_method_of_signing),
	    cmocka_unit_test(test_no_sha1_after_a_better_one),
	    cmocka_unit_test(test_forgeries_are_ignored_and_counted),
	    cmocka_unit_test(test_nothing_is_taken_unverified_or_late),
	    cmocka_unit_test(test_leaving),
	    cmocka_unit_test(test_a_deaf_hub_is_left_after_a_while),
	    cmocka_unit_test(test_two_misses_bring_polling_back),
	    cmocka_unit_test(test_another_hub_gets_another_callback),
	    cmocka_unit_test(test_state_survives_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

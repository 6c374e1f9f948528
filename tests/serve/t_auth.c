/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include <unistd.h>

#include "base/clock.h"
#include "serve/serve_int.h"

struct fixture {
	char dir[64], path[96];
	struct store *s;
	struct store_reader *r;
	char secret[TOKEN_SECRET_SIZE];
};

static void
add_token(struct fixture *f, const char *name, const char *scope,
    const char *secret, int64_t expires_at)
{
	unsigned char digest[TOKEN_DIGEST_SIZE], fever[TOKEN_DIGEST_SIZE];
	struct store_token t = {.name = name,
	    .scope = scope,
	    .created_at = 1,
	    .expires_at = expires_at};

	token_digest(secret, digest);
	token_fever_digest(name, secret, fever);
	assert_int_equal(store_token_add(f->s, &t, digest, fever), AK_OK);
}

static int
setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct diag why;

	clock_init();
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/akin-auth-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/a.db", f->dir);
	assert_int_equal(store_open(f->path, STORE_CREATE, &f->s, &why), AK_OK);
	assert_int_equal(store_reader_open(f->path, &f->r, &why), AK_OK);
	token_make(f->secret);
	add_token(f, "ann", "write", f->secret, 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char *rm = xasprintf("%s-wal", f->path), *shm;

	store_reader_close(f->r);
	store_close(f->s);
	shm = xasprintf("%s-shm", f->path);
	(void)unlink(f->path);
	(void)unlink(rm);
	(void)unlink(shm);
	(void)rmdir(f->dir);
	free(rm);
	free(shm);
	free(f);
	return 0;
}

static bool
check(struct fixture *f, enum cred cred, const char *name, const char *secret)
{
	struct who who = {0};

	return auth_check(f->r, cred, name, secret, &who);
}

static void
test_tokens(void **state)
{
	struct fixture *f = *state;
	struct who who = {0};

	assert_true(auth_check(f->r, CRED_TOKEN, NULL, f->secret, &who));
	assert_string_equal(who.name, "ann");
	assert_int_equal(who.scope, SCOPE_WRITE);
	assert_true(check(f, CRED_PASSWORD, "ann", f->secret));
	assert_false(check(f, CRED_PASSWORD, "bob", f->secret));
	assert_false(check(f, CRED_TOKEN, NULL, "ann"));
	assert_false(check(f, CRED_TOKEN, NULL, ""));
	assert_int_equal(store_token_revoke(f->s, "ann"), AK_OK);
	assert_false(check(f, CRED_TOKEN, NULL, f->secret));
}

/* Each kind of secret opens its own door only. */
static void
test_kinds(void **state)
{
	struct fixture *f = *state;
	char session[TOKEN_SECRET_SIZE], login[TOKEN_SECRET_SIZE];

	token_make(session);
	token_make(login);
	add_token(f, TOKEN_SESSION_PREFIX "1", "write", session, 0);
	add_token(f, TOKEN_LOGIN_PREFIX "1", "write", login, 0);
	assert_true(check(f, CRED_SESSION, NULL, session));
	assert_false(check(f, CRED_TOKEN, NULL, session));
	assert_false(check(f, CRED_SESSION, NULL, f->secret));
	assert_true(check(f, CRED_NONE, NULL, login));
	assert_false(check(f, CRED_TOKEN, NULL, login));
	assert_false(check(f, CRED_SESSION, NULL, login));
}

static void
test_expired(void **state)
{
	struct fixture *f = *state;

	add_token(f, "old", "read", "older", clock_now() - 1);
	add_token(f, "new", "read", "newer", clock_now() + 60);
	assert_false(check(f, CRED_TOKEN, NULL, "older"));
	assert_true(check(f, CRED_TOKEN, NULL, "newer"));
}

static void
test_csrf(void **state)
{
	char a[CSRF_SIZE], b[CSRF_SIZE];

	(void)state;
	csrf_make("session", a);
	csrf_make("session", b);
	assert_string_not_equal(a, b);
	assert_true(csrf_check("session", a));
	assert_true(csrf_check("session", b));
	assert_false(csrf_check("other", a));
	assert_false(csrf_check("session", NULL));
	assert_false(csrf_check("session", ""));
	a[3] = a[3] == '0' ? '1' : '0';
	assert_false(csrf_check("session", a));
	a[3] = 'x';
	assert_false(csrf_check("session", a));
}

static void
test_throttle(void **state)
{
	struct throttle *t = throttle_new();
	int64_t now = 1000;

	(void)state;
	for (int i = 0; i < 4; i++)
		throttle_failed(t, "1.2.3.4", "ann", now);
	assert_int_equal(throttle_wait(t, "1.2.3.4", "ann", now), 0);
	throttle_failed(t, "1.2.3.4", "ann", now);
	assert_int_equal(throttle_wait(t, "1.2.3.4", "ann", now), 60);
	/* Nobody else is locked out. */
	assert_int_equal(throttle_wait(t, "1.2.3.5", "ann", now), 0);
	assert_int_equal(throttle_wait(t, "1.2.3.4", "bob", now), 0);
	now += 60;
	assert_int_equal(throttle_wait(t, "1.2.3.4", "ann", now), 0);
	throttle_failed(t, "1.2.3.4", "ann", now);
	assert_int_equal(throttle_wait(t, "1.2.3.4", "ann", now), 120);
	for (int i = 0; i < 10; i++)
		throttle_failed(t, "1.2.3.4", "ann", now);
	assert_int_equal(throttle_wait(t, "1.2.3.4", "ann", now), 900);
	throttle_passed(t, "1.2.3.4", "ann");
	assert_int_equal(throttle_wait(t, "1.2.3.4", "ann", now), 0);
	/* Slow failures never add up. */
	for (int i = 0; i < 20; i++)
		throttle_failed(t, "5.6.7.8", "", now + i * 61);
	assert_int_equal(throttle_wait(t, "5.6.7.8", "", now + 20 * 61), 0);
	/* A flood of names stays within bounds. */
	for (int i = 0; i < 5000; i++) {
		char *name = xasprintf("n%d", i);

		throttle_failed(t, "9.9.9.9", name, now);
		free(name);
	}
	throttle_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_tokens, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_expired, setup, teardown),
	    cmocka_unit_test(test_csrf),
	    cmocka_unit_test(test_throttle),
	};

	return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}

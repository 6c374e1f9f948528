/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "base/token.h"

static void
test_secret(void **state)
{
	char a[TOKEN_SECRET_SIZE], b[TOKEN_SECRET_SIZE];

	(void)state;
	token_make(a);
	token_make(b);
	assert_int_equal(strlen(a), TOKEN_SECRET_SIZE - 1);
	assert_int_equal(strspn(a, "abcdefghijklmnopqrstuvwxyz234567"),
	    TOKEN_SECRET_SIZE - 1);
	assert_string_not_equal(a, b);
}

static void
test_digests(void **state)
{
	unsigned char d[TOKEN_DIGEST_SIZE], key[TOKEN_DIGEST_SIZE];

	(void)state;
	token_digest("abc", d); /* FIPS 180-4, the example of one block */
	assert_int_equal(d[0], 0xba);
	assert_int_equal(d[31], 0xad);
	token_fever_digest("ann", "secret", d);
	token_digest("5bdf88162a706752a8ca6fe5eab3a60f", key); /* md5sum */
	assert_true(token_digest_eq(d, key));
	token_digest("0", key);
	assert_false(token_digest_eq(d, key));
}

static void
test_names(void **state)
{
	(void)state;
	assert_true(token_name_ok("ann@phone.example"));
	assert_false(token_name_ok(""));
	assert_false(token_name_ok("session:x"));
	assert_false(token_name_ok("a b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_secret),
	    cmocka_unit_test(test_digests),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}

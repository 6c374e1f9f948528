/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "base/arena.h"

static void
test_limit_is_kept_and_remembered(void **state)
{
	struct arena *a = arena_new(1000);

	(void)state;
	assert_non_null(arena_alloc(a, 600));
	assert_false(arena_full(a));
	assert_null(arena_alloc(a, 600));
	assert_true(arena_full(a));
	assert_non_null(arena_alloc(a, 100));
	arena_free(a);
}

static void
test_grow_keeps_the_bytes(void **state)
{
	struct arena *a = arena_new(1 << 20);
	char *p = arena_strndup(a, "abcdef", 6);
	char *other, *q;

	(void)state;
	p = arena_grow(a, p, 7, 5000);
	assert_string_equal(p, "abcdef");
	other = arena_strdup(a, "between");
	q = arena_grow(a, p, 5000, 90000);
	assert_string_equal(q, "abcdef");
	assert_string_equal(other, "between");
	arena_free(a);
}

static void
test_large_blocks_leave_the_current_one_in_use(void **state)
{
	struct arena *a = arena_new(1 << 24);
	char *first = arena_alloc(a, 16), *big = arena_alloc(a, 1 << 20);
	char *second = arena_alloc(a, 16);

	(void)state;
	assert_non_null(big);
	assert_ptr_equal(second, first + 16);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	arena_free(a);
}

/* Whatever the limit, and however little is left of a block. */
static void
test_printed_strings_are_whole(void **state)
{
	(void)state;
	for (size_t limit = 16384; limit < 16384 + 1024; limit++) {
		struct arena *a = arena_new(limit);

		for (int len = 1; len < 70; len++) {
			char *s = arena_printf(a, "%0*d", len, 7);

			assert_non_null(s);
			assert_int_equal(strlen(s), len);
			assert_int_equal(s[len - 1], '7');
		}
		arena_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_limit_is_kept_and_remembered),
	    cmocka_unit_test(test_grow_keeps_the_bytes),
	    cmocka_unit_test(test_large_blocks_leave_the_current_one_in_use),
	    cmocka_unit_test(test_printed_strings_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

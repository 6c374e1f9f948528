/* SPDX-License-Identifier: ISC */
/* Postings that enter a table at once: the lists are those of one by one. */
#include "tests/testing.h"

#include "relate/bulk.h"

enum { ROUNDS = 3, PLACES = 40000, PER_PLACE = 4 };

static uint64_t
mixed(uint64_t h)
{
	h = (h ^ h >> 31) * 0x9E3779B97F4A7C15u;
	h = (h ^ h >> 29) * 0xBF58476D1CE4E5B9u;
	return h ^ h >> 32;
}

/* Few are in many articles, many in one. */
static uint64_t
key_of(uint64_t n)
{
	uint64_t h = mixed(n), rank = h >> 44;

	return mixed(h % 3 == 0 ? n : rank * rank >> 22);
}

static void
assert_same(
    const struct terms *a, const struct terms *b, uint64_t key, size_t most)
{
	struct postings x, y;

	terms_get(a, key, &x);
	terms_get(b, key, &y);
	assert_int_equal(x.n, y.n);
	assert_true(x.n <= most);
	assert_memory_equal(x.p, y.p, x.n * sizeof(*x.p));
}

static void
fill(size_t most)
{
	struct terms one, many;
	struct bulk *bulk = xcalloc(1, sizeof(*bulk));
	uint64_t n = 0;

	terms_init(&one);
	terms_init(&many);
	for (int r = 0; r < ROUNDS; r++) {
		for (uint64_t end = n + PLACES * PER_PLACE; n < end; n++) {
			uint32_t p = posting((uint32_t)(n / PER_PLACE),
			    1 + (unsigned)(mixed(n) % 40));

			terms_add(&one, key_of(n), p, most);
			bulk_put(bulk, key_of(n), p);
		}
		assert_int_equal(bulk->n, PLACES * PER_PLACE);
		bulk_build(bulk, &many, most);
		assert_int_equal(bulk->n, 0);
		assert_int_equal(bulk->bytes, 0);
	}
	for (uint64_t i = 0; i < n; i++)
		assert_same(&one, &many, key_of(i), most);
	assert_int_equal(one.n_slots, many.n_slots);
	assert_int_equal(one.n_once, many.n_once);
	assert_int_equal(one.list_bytes, many.list_bytes);
	/* Room that was made is not more than what comes one by one takes. */
	assert_true(many.slot_bits <= one.slot_bits + 1);
	assert_true(many.once_bits <= one.once_bits + 1);
	terms_release(&one);
	terms_release(&many);
	free(bulk);
}

static void
test_lists_are_those_of_one_by_one(void **state)
{
	(void)state;
	fill(SIZE_MAX);
}

static void
test_a_full_list_takes_no_more(void **state)
{
	(void)state;
	fill(21);
}

static void
test_what_waits_may_be_dropped(void **state)
{
	struct bulk *bulk = xcalloc(1, sizeof(*bulk));

	(void)state;
	for (uint64_t n = 0; n < 100000; n++)
		bulk_put(bulk, key_of(n), posting((uint32_t)n, 1));
	assert_true(bulk->bytes >= 100000 * sizeof(uint64_t));
	bulk_release(bulk);
	assert_int_equal(bulk->bytes, 0);
	free(bulk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lists_are_those_of_one_by_one),
	    cmocka_unit_test(test_a_full_list_takes_no_more),
	    cmocka_unit_test(test_what_waits_may_be_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

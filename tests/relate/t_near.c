/* SPDX-License-Identifier: ISC */
#include "tests/relate/relating.h"

#include <math.h>

#include "relate/index.h"

static void
test_the_strongest_ties_are_kept(void **state)
{
	struct ties t = {0};

	(void)state;
	for (int i = 1; i <= TIES_MAX + 3; i++)
		ties_add(&t, i, (float)i / 20.0F);
	assert_int_equal(t.id[0], TIES_MAX + 3);
	assert_int_equal(t.id[TIES_MAX - 1], 4);
	for (int i = 1; i < TIES_MAX; i++)
		assert_true(t.v[i] <= t.v[i - 1]);
	ties_add(&t, 2, 0.01F);
	assert_int_equal(t.id[TIES_MAX - 1], 4);
}

static void
test_one_article_is_one_tie(void **state)
{
	struct ties t = {0};

	(void)state;
	ties_add(&t, 1, 0.9F);
	ties_add(&t, 2, 0.5F);
	ties_add(&t, 1, 0.1F); /* revised */
	assert_int_equal(t.id[0], 2);
	assert_int_equal(t.id[1], 1);
	assert_int_equal(t.v[2], 0);
}

static void
test_what_is_common_counts_by_its_strength(void **state)
{
	struct ties a = {0}, b = {0}, c = {0};

	(void)state;
	assert_true(ties_common(&a, &b) == 0.0F);
	ties_add(&a, 1, 0.8F);
	ties_add(&a, 2, 0.2F);
	assert_true(ties_common(&a, &b) == 0.0F);
	assert_true(fabsf(ties_common(&a, &a) - 1.0F) < 1e-5F);
	ties_add(&b, 1, 0.8F); /* the strong one in common */
	ties_add(&b, 3, 0.2F);
	ties_add(&c, 2, 0.2F); /* the weak one */
	ties_add(&c, 3, 0.8F);
	assert_true(ties_common(&a, &b) > 0.9F);
	assert_true(ties_common(&a, &c) < 0.1F);
}

static struct relate_edge
edge_to(const struct relate_result *r, int64_t id)
{
	size_t i = 0;

	while (i < r->n_edges && r->edges[i].other != id)
		i++;
	assert_true(i < r->n_edges);
	return r->edges[i];
}

enum { MATES = 9, STRANGER = 90, NEWCOMER = 91 };

/* Words that these share, and some that nobody else has. */
static void
add_text(struct bench *b, struct relate_index *x, int64_t id,
    const char *shared, struct relate_result *ret)
{
	char *own = made_up((uint64_t)id * 7919, (unsigned)id, 30);
	struct news n = {"", NULL, "en"};
	struct relate_article art;
	char *text = NULL;

	assert_true(asprintf(&text, "%s. %s", shared, own) > 0);
	n.text = text;
	art = article_of(b, id, &n, DAY_0);
	relate_add(x, &art, ret);
	free(text);
	free(own);
}

/* The stranger has more words of the newcomer than any of the mates, but knows
 * nobody that the newcomer knows. */
static void
test_nearest_in_common_count(void **state)
{
	static const char mates[] = "harbour ferry tide";
	static const char stranger[] = "piano concert";
	struct relate_index *x = relate_index_new(NULL);
	struct relate_edge mate, other;
	struct relate_result r;
	struct bench b;

	(void)state;
	bench_init(&b);
	for (int i = 1; i <= 80; i++)
		add_text(&b, x, i, i <= MATES ? mates : "", &r);
	add_text(&b, x, STRANGER, stranger, &r);
	add_text(&b, x, NEWCOMER, "harbour ferry tide. piano concert", &r);
	mate = edge_to(&r, 1);
	other = edge_to(&r, STRANGER);
	assert_true(mate.parts.cosine < other.parts.cosine);
	assert_true(mate.score > other.score);
	relate_index_free(x);
	bench_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_strongest_ties_are_kept),
	    cmocka_unit_test(test_one_article_is_one_tie),
	    cmocka_unit_test(test_what_is_common_counts_by_its_strength),
	    cmocka_unit_test(test_nearest_in_common_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
#include "tests/relate/relating.h"

#include <math.h>

static const struct news wire = {"Ferry runs aground off Harwich",
    "A passenger ferry ran aground on a sandbank off Harwich early on Monday. "
    "Nobody was hurt. The coastguard said tugs would pull the vessel free at "
    "high tide. The operator apologised to 312 passengers.",
    "en"};
static const struct news copy = {"Ferry aground off Harwich",
    "HARWICH (Wire) - A passenger ferry ran aground on a sandbank off Harwich "
    "early on Monday. Nobody was hurt. The coastguard said tugs would pull the "
    "vessel free at high tide. The operator apologised to 298 passengers.",
    "en"};

static void
explain(struct bench *b, const struct relate_index *x, struct relate_why *ret)
{
	struct relate_text ta = text_of(&wire), tb = text_of(&copy);

	relate_explain(b->lx, b->arena, x, &ta, DAY_0, &tb, DAY_0 + DAY, ret);
}

static void
test_lineage_shows_what_changed(void **state)
{
	struct relate_why why;
	struct bench b;
	bool has_figure = false;

	(void)state;
	bench_init(&b);
	explain(&b, NULL, &why);
	assert_int_equal(why.kind, RELATE_DUPLICATE);
	assert_true(why.shared > 0.9);
	assert_int_equal(why.n_spans, 2);
	assert_int_equal(why.spans[0].a_from, why.spans[0].a_to);
	assert_memory_equal(
	    copy.text + why.spans[0].b_from, "HARWICH (Wire", 13);
	has_figure = memcmp(wire.text + why.spans[1].a_from, "312", 3) == 0 &&
		     memcmp(copy.text + why.spans[1].b_from, "298", 3) == 0;
	assert_true(has_figure);
	bench_release(&b);
}

static void
test_terms_are_as_written(void **state)
{
	struct relate_why why;
	struct bench b;
	bool has_name = false;
	double sum = 0;

	(void)state;
	bench_init(&b);
	explain(&b, NULL, &why);
	assert_true(why.n_terms > 5);
	for (size_t i = 0; i < why.n_terms; i++) {
		has_name |= strcmp(why.terms[i].text, "Harwich") == 0 &&
			    why.terms[i].in_titles;
		sum += why.terms[i].share;
		if (i > 0)
			assert_true(
			    why.terms[i].share <= why.terms[i - 1].share);
	}
	assert_true(has_name);
	assert_true(sum <= 1.0001);
	bench_release(&b);
}

static void
test_same_figures_as_the_index(void **state)
{
	struct relate_index *x = relate_index_new(NULL);
	struct relate_article art;
	struct relate_result r;
	const struct relate_edge *e;
	struct relate_why why;
	struct bench b;

	(void)state;
	bench_init(&b);
	for (int i = 0; i < 40; i++) {
		char *text = made_up((uint64_t)i, (unsigned)i % 5, 50);
		struct news n = {"", text, "en"};

		art = article_of(&b, i + 1, &n, DAY_0);
		relate_add(x, &art, &r);
		free(text);
	}
	art = article_of(&b, 50, &wire, DAY_0);
	relate_add(x, &art, &r);
	art = article_of(&b, 51, &copy, DAY_0 + DAY);
	relate_add(x, &art, &r);
	assert_int_equal(r.n_edges, 1);
	e = &r.edges[0];
	assert_int_equal(e->other, 50);
	explain(&b, x, &why);
	assert_true(fabs(why.cosine - e->cosine) < 0.1);
	assert_true(why.containment == e->containment);
	assert_true(why.time_factor == e->time_factor);
	assert_int_equal(why.kind, e->kind);
	relate_index_free(x);
	bench_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lineage_shows_what_changed),
	    cmocka_unit_test(test_terms_are_as_written),
	    cmocka_unit_test(test_same_figures_as_the_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
#include "relate/vectors.h"

#include <math.h>

#include "base/mem.h"
#include "tests/testing.h"

#define DIM 70 /* not a multiple of anything */
#define DAY 86400

/* The same numbers on every machine, in -1..1. */
static double
noise(uint64_t *state)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return (double)(int64_t)*state / 9223372036854775808.0;
}

static void
fill(double *v, uint64_t seed)
{
	for (size_t i = 0; i < DIM; i++)
		v[i] = noise(&seed);
}

static void
put(struct vectors *x, int64_t id, const char *lang, const double *v)
{
	struct vector_about about = {.id = id, .date = DAY, .is_dated = true};
	int8_t q[DIM];

	memcpy(about.lang, lang, strlen(lang) + 1);
	assert_true(vector_quantise(v, DIM, q));
	vectors_put(x, &about, q);
}

static void
test_quantising_keeps_the_direction(void **state)
{
	double a[DIM], b[DIM], ab = 0, aa = 0, bb = 0;
	int8_t qa[DIM], qb[DIM];

	(void)state;
	for (uint64_t seed = 1; seed < 50; seed++) {
		fill(a, seed);
		fill(b, seed + 100);
		ab = aa = bb = 0;
		for (size_t i = 0; i < DIM; i++) {
			b[i] = a[i] + b[i] * (double)seed / 25;
			a[i] *= 1e-6; /* length is nothing */
			ab += a[i] * b[i];
			aa += a[i] * a[i];
			bb += b[i] * b[i];
		}
		assert_true(vector_quantise(a, DIM, qa));
		assert_true(vector_quantise(b, DIM, qb));
		assert_true(fabs(vector_cosine(qa, qb, DIM) -
				 ab / sqrt(aa * bb)) < .01);
	}
	assert_true(vector_cosine(qa, qa, DIM) > .999999);
}

static void
test_no_direction(void **state)
{
	double v[DIM] = {0};
	int8_t q[DIM] = {0}, one[DIM] = {1};

	(void)state;
	assert_false(vector_quantise(v, DIM, q));
	v[3] = NAN;
	assert_false(vector_quantise(v, DIM, q));
	v[3] = INFINITY;
	assert_false(vector_quantise(v, DIM, q));
	assert_true(vector_cosine(q, one, DIM) == 0);
}

/* All neighbours by the plain definition, against the search. */
static void
test_nearest_are_exact(void **state)
{
	static const char *const langs[] = {"en", "ja", "de", ""};
	struct vectors *x = vectors_new(DIM, 1000);
	struct vector_about about = {.id = 7, .lang = "en"};
	struct vector_hit hits[10];
	double v[DIM], bound, mean, best = 2;
	int8_t q[DIM], other[DIM];
	size_t n, better = 0;

	(void)state;
	for (int64_t id = 1; id <= 300; id++) {
		fill(v, (uint64_t)id);
		put(x, id, langs[id % 4], v);
	}
	fill(v, 7);
	assert_true(vector_quantise(v, DIM, q));
	n = vectors_nearest(x, &about, q, hits, 10, &bound, &mean);
	assert_int_equal(n, 10);
	for (size_t i = 0; i < n; i++) {
		fill(v, (uint64_t)hits[i].about.id);
		assert_true(vector_quantise(v, DIM, other));
		assert_true(
		    fabs(hits[i].cosine - vector_cosine(q, other, DIM)) < 1e-6);
		assert_true(hits[i].cosine <= best);
		best = hits[i].cosine;
		assert_string_not_equal(hits[i].about.lang, "en");
		assert_string_not_equal(hits[i].about.lang, "");
	}
	for (int64_t id = 1; id <= 300; id++) {
		fill(v, (uint64_t)id);
		assert_true(vector_quantise(v, DIM, other));
		better += (id % 4 == 1 || id % 4 == 2) &&
			  vector_cosine(q, other, DIM) > best + 1e-6;
	}
	assert_true(better <= 9);
	/* Of chance alone nothing is near. */
	assert_true(hits[0].cosine < bound + .1);
	assert_true(mean < .05);
	vectors_free(x);
}

static void
test_removal_and_window(void **state)
{
	struct vectors *x = vectors_new(DIM, 80);
	struct vector_about about = {.id = 1000, .lang = "ja"};
	struct vector_hit hit;
	double v[DIM], bound, mean;
	int8_t q[DIM];

	(void)state;
	for (int64_t id = 1; id <= 60; id++) {
		fill(v, (uint64_t)id);
		put(x, id, "en", v);
	}
	fill(v, 5);
	assert_true(vector_quantise(v, DIM, q));
	assert_int_equal(
	    vectors_nearest(x, &about, q, &hit, 1, &bound, &mean), 1);
	assert_int_equal(hit.about.id, 5);
	vectors_remove(x, 5);
	vectors_remove(x, 5);
	assert_int_equal(vectors_count(x), 59);
	assert_null(vectors_about(x, 5));
	assert_int_equal(
	    vectors_nearest(x, &about, q, &hit, 1, &bound, &mean), 1);
	assert_int_not_equal(hit.about.id, 5);
	/* What took its place is still found as itself. */
	fill(v, 60);
	assert_true(vector_quantise(v, DIM, q));
	assert_int_equal(
	    vectors_nearest(x, &about, q, &hit, 1, &bound, &mean), 1);
	assert_int_equal(hit.about.id, 60);
	/* Replaced, it is there once. */
	put(x, 60, "en", v);
	assert_int_equal(vectors_count(x), 59);
	for (int64_t id = 61; id <= 200; id++)
		put(x, id, "en", v);
	assert_in_range(vectors_count(x), 80, 90);
	assert_null(vectors_about(x, 60));
	assert_non_null(vectors_about(x, 200));
	vectors_free(x);
}

/* a is near 1 and 2 by the embedding; words say 2 and 3. */
static void
test_fusion_by_reciprocal_ranks(void **state)
{
	struct vectors *x = vectors_new(DIM, 100);
	struct vector_about about = {
	    .id = 9, .date = DAY, .is_dated = true, .lang = "en"};
	struct vector_known known[] = {
	    {2, RELATE_DUPLICATE, .6}, {3, RELATE_TOPIC, .2}};
	struct vector_edge edges[VECTORS_EDGES];
	double a[DIM] = {1}, far[DIM] = {0, 1}, near[DIM] = {1, .3};
	int8_t q[DIM];
	size_t n;

	(void)state;
	put(x, 1, "ja", a);
	put(x, 2, "ja", near);
	put(x, 3, "ja", far);
	put(x, 4, "en", a); /* within a language words lead */
	assert_true(vector_quantise(a, DIM, q));
	n = vectors_relate(x, &about, q, known, 2, edges);
	assert_int_equal(n, 3);
	/* In both lists, it comes first, with the best evidence's score. */
	assert_int_equal(edges[0].other, 2);
	assert_int_equal(edges[0].kind, RELATE_DUPLICATE);
	assert_true(edges[0].score > .99 && edges[0].cosine > .9);
	assert_int_equal(edges[1].other, 1);
	assert_int_equal(edges[1].kind, RELATE_STORY);
	assert_true(edges[1].score <= edges[0].score);
	assert_int_equal(edges[2].other, 3);
	assert_true(edges[2].score == .2 && edges[2].cosine == 0);
	/* Of a language that is not known, nothing is said. */
	about.lang[0] = '\0';
	assert_int_equal(vectors_relate(x, &about, q, NULL, 0, edges), 0);
	vectors_free(x);
}

static void
test_days_apart_count(void **state)
{
	struct vectors *x = vectors_new(DIM, 100);
	struct vector_about about = {.id = 9, .is_dated = true, .lang = "en"};
	struct vector_edge edges[VECTORS_EDGES];
	double a[DIM] = {1};
	int8_t q[DIM];

	(void)state;
	put(x, 1, "ja", a);
	assert_true(vector_quantise(a, DIM, q));
	about.date = DAY;
	assert_int_equal(vectors_relate(x, &about, q, NULL, 0, edges), 1);
	assert_true(edges[0].score > .99);
	about.date = (int64_t)400 * DAY;
	assert_int_equal(vectors_relate(x, &about, q, NULL, 0, edges), 1);
	assert_true(edges[0].score > .49 && edges[0].score < .51);
	about.is_dated = false;
	assert_int_equal(vectors_relate(x, &about, q, NULL, 0, edges), 1);
	assert_true(edges[0].score > .99);
	vectors_free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_quantising_keeps_the_direction),
	    cmocka_unit_test(test_no_direction),
	    cmocka_unit_test(test_nearest_are_exact),
	    cmocka_unit_test(test_removal_and_window),
	    cmocka_unit_test(test_fusion_by_reciprocal_ranks),
	    cmocka_unit_test(test_days_apart_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

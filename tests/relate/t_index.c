/* SPDX-License-Identifier: ISC */
#include "tests/relate/relating.h"

static const struct news quake = {"Strong earthquake shakes northern Chile",
    "A magnitude 6.9 earthquake struck off the coast of northern Chile on "
    "Tuesday, rattling Antofagasta and Calama. No tsunami warning was issued. "
    "The national seismology centre said the tremor was felt across the "
    "Atacama region; power failed in parts of Antofagasta.",
    "en"};
static const struct news quake_too = {
    "Chile: quake of magnitude 6.9 hits Antofagasta",
    "Residents of Antofagasta ran into the streets when an earthquake of "
    "magnitude 6.9 hit northern Chile. The seismology centre in Santiago "
    "counted nine aftershocks in Calama and along the Atacama coast. The navy "
    "ruled out a tsunami.",
    "en"};
static const struct news bread = {"How to bake rye bread without a starter",
    "Mix the flour with warm water and a spoon of honey, let the dough rest "
    "overnight in a bowl, then bake it in a hot oven for an hour.",
    "en"};

static void
test_first_article_is_alone(void **state)
{
	struct bench b;
	struct relate_index *x = relate_index_new(NULL);
	struct relate_article art;
	struct relate_result r;

	(void)state;
	bench_init(&b);
	art = article_of(&b, 1, &quake, DAY_0);
	relate_add(x, &art, &r);
	assert_int_equal(r.n_edges, 0);
	assert_int_equal(r.thread, 1);
	assert_int_equal(relate_count(x), 1);
	assert_true(relate_has(x, 1));
	relate_index_free(x);
	bench_release(&b);
}

static void
test_one_event_makes_a_thread(void **state)
{
	struct bench b;
	struct relate_index *x = relate_index_new(NULL);
	struct relate_article art[3];
	struct relate_result r;

	(void)state;
	bench_init(&b);
	art[0] = article_of(&b, 10, &quake, DAY_0);
	art[1] = article_of(&b, 11, &bread, DAY_0 + 60);
	art[2] = article_of(&b, 12, &quake_too, DAY_0 + 3600);
	relate_add(x, &art[0], &r);
	relate_add(x, &art[1], &r);
	assert_int_equal(r.n_edges, 0);
	assert_int_equal(r.thread, 11);
	relate_add(x, &art[2], &r);
	assert_int_equal(r.n_edges, 1);
	assert_int_equal(r.edges[0].other, 10);
	assert_int_equal(r.thread, 10);
	relate_index_free(x);
	bench_release(&b);
}

/* Threads by id - 1. */
static void
settle_cb(const struct relate_outcome *out, void *arg)
{
	int64_t *threads = arg;

	threads[out->id - 1] = out->thread;
}

static void
never_cb(const struct relate_outcome *out, void *arg)
{
	(void)out;
	(void)arg;
	fail();
}

static void
test_announced_backlog_is_related_once(void **state)
{
	const struct news *all[] = {&quake, &bread, &quake_too};
	struct bench b;
	struct relate_index *x = relate_index_new(NULL);
	struct relate_article art[3];
	struct relate_result r[3];
	int64_t threads[3] = {0};
	void *saved;
	size_t len;

	(void)state;
	bench_init(&b);
	for (int i = 0; i < 3; i++) {
		art[i] = article_of(&b, i + 1, all[i], DAY_0 + i);
		relate_announce(x, &art[i]);
	}
	relate_save(x, &saved, &len);
	assert_int_equal(relate_load(x, saved, len), AK_OK);
	free(saved);
	for (int i = 0; i < 3; i++)
		relate_add(x, &art[i], &r[i]);
	assert_int_equal(relate_count(x), 3);
	assert_int_equal(r[0].n_edges, 0); /* the later ones wait */
	assert_int_equal(r[1].n_edges, 0);
	assert_int_equal(r[2].n_edges, 1);
	assert_int_equal(r[2].edges[0].kind, RELATE_TOPIC);
	assert_int_equal(r[2].thread, 0);
	relate_settle(x, settle_cb, threads);
	assert_int_equal(threads[0], 1);
	assert_int_equal(threads[1], 2);
	assert_int_equal(threads[2], 1);
	relate_settle(x, never_cb, NULL);
	relate_add(x, &art[2], &r[0]);
	assert_int_equal(r[0].n_edges, 0); /* it is no news any more */
	relate_index_free(x);
	bench_release(&b);
}

static void
test_a_backlog_in_order_of_date_may_name_a_thread_by_a_later_id(void **state)
{
	const struct news *all[] = {&quake_too, &quake, &bread};
	struct bench b;
	struct relate_index *x = relate_index_new(NULL), *y;
	struct relate_article art[3], news;
	struct relate_result r, again;
	int64_t threads[3];

	(void)state;
	bench_init(&b);
	for (int i = 0; i < 3; i++) {
		art[i] = article_of(&b, i + 1, all[i], DAY_0 - i);
		relate_announce(x, &art[i]);
	}
	for (int i = 3; i-- > 0;)
		relate_add(x, &art[i], &r);
	relate_settle(x, settle_cb, threads);
	assert_int_equal(threads[0], 2);
	assert_int_equal(threads[1], 2);
	assert_int_equal(threads[2], 3);
	y = relate_index_new(NULL);
	for (int i = 0; i < 3; i++)
		relate_restore(y, &art[i], threads[i]);
	relate_remove(x, 1); /* one that joined, then one of the same words */
	relate_remove(y, 1);
	news = article_of(&b, 4, &quake_too, DAY_0 + 9);
	relate_add(x, &news, &r);
	relate_add(y, &news, &again);
	assert_int_equal(r.thread, 2);
	assert_int_equal(again.thread, 2);
	relate_index_free(x);
	relate_index_free(y);
	bench_release(&b);
}

/* Threads of two reports, so many days apart. */
static bool
is_one_story(struct bench *b, int64_t sleep_days, int days)
{
	struct relate_params p = {.sleep_days = sleep_days};
	struct relate_index *x = relate_index_new(&p);
	struct relate_article art;
	struct relate_result r;

	for (int i = 0; i < 2; i++) {
		art = article_of(b, i + 1, i == 0 ? &quake : &quake_too,
		    DAY_0 + (int64_t)i * days * DAY);
		relate_add(x, &art, &r);
	}
	assert_int_equal(r.n_edges, 1); /* asleep or not, they are alike */
	relate_index_free(x);
	return r.thread == 1;
}

static void
test_a_quiet_thread_sleeps(void **state)
{
	struct bench b;

	(void)state;
	bench_init(&b);
	assert_true(is_one_story(&b, 0, 1));
	assert_true(is_one_story(&b, 4, 4));
	assert_false(is_one_story(&b, 4, 5));
	assert_true(is_one_story(&b, 4, -4)); /* it came late */
	assert_false(is_one_story(&b, 4, -5));
	assert_false(is_one_story(&b, 0, 11));
	bench_release(&b);
}

static void
test_a_revised_article_is_related_anew(void **state)
{
	const struct news *all[] = {&quake, &bread, &quake_too};
	struct bench b;
	struct relate_index *x = relate_index_new(NULL), *y;
	struct relate_article art[4], news;
	struct relate_result r, again;
	void *saved;
	size_t len;

	(void)state;
	bench_init(&b);
	for (int i = 0; i < 3; i++) {
		art[i] = article_of(&b, i + 1, all[i], DAY_0 + i);
		relate_add(x, &art[i], &r);
	}
	art[1].features = features_of(&b, &quake);
	art[3] = article_of(&b, 9, &bread, DAY_0); /* not there */
	relate_revise(x, art + 1, 1);
	relate_revise(x, art + 3, 1);
	assert_int_equal(relate_count(x), 3);
	relate_add(x, &art[1], &r);
	assert_int_equal(r.n_edges, 2); /* one is newer */
	assert_int_equal(r.thread, 1);
	art[0].features = features_of(&b, &bread);
	relate_revise(x, art, 1);
	relate_add(x, &art[0], &r);
	assert_int_equal(r.n_edges, 0);
	assert_int_equal(r.thread, 1); /* threads are kept */

	/* It is the index that a restart builds. */
	relate_save(x, &saved, &len);
	y = relate_index_new(NULL);
	assert_int_equal(relate_load(y, saved, len), AK_OK);
	free(saved);
	for (int i = 0; i < 3; i++)
		relate_restore(y, &art[i], 1);
	news = article_of(&b, 4, &quake_too, DAY_0 + 9);
	relate_add(x, &news, &r);
	relate_add(y, &news, &again);
	assert_int_equal(r.n_edges, 2);
	assert_int_equal(again.n_edges, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(r.edges[i].other, again.edges[i].other);
		assert_true(r.edges[i].score == again.edges[i].score);
	}
	relate_index_free(x);
	relate_index_free(y);
	bench_release(&b);
}

static void
test_same_text_is_a_duplicate(void **state)
{
	struct bench b;
	struct relate_index *x = relate_index_new(NULL);
	struct relate_article art;
	struct relate_result r;

	(void)state;
	bench_init(&b);
	art = article_of(&b, 1, &quake, DAY_0);
	relate_add(x, &art, &r);
	art = article_of(&b, 2, &quake, DAY_0 + 3 * DAY);
	relate_add(x, &art, &r);
	assert_int_equal(r.n_edges, 1);
	assert_int_equal(r.edges[0].kind, RELATE_DUPLICATE);
	assert_true(r.edges[0].score > 0.9 && r.edges[0].score <= 1.0);
	relate_index_free(x);
	bench_release(&b);
}

static void
test_removed_and_unknown_are_left_out(void **state)
{
	struct bench b;
	struct relate_index *x = relate_index_new(NULL);
	struct relate_article art;
	struct relate_result r;

	(void)state;
	bench_init(&b);
	art = article_of(&b, 1, &quake, DAY_0);
	relate_add(x, &art, &r);
	relate_add(x, &art, &r); /* again: not above the newest */
	assert_int_equal(relate_count(x), 1);
	relate_remove(x, 1);
	relate_remove(x, 77);
	assert_false(relate_has(x, 1));
	art = article_of(&b, 2, &quake_too, DAY_0);
	relate_add(x, &art, &r);
	assert_int_equal(r.n_edges, 0);
	assert_int_equal(r.thread, 2);
	art.id = 3;
	art.features.len--; /* damaged */
	relate_add(x, &art, &r);
	assert_int_equal(r.thread, 3);
	assert_int_equal(relate_count(x), 1);
	relate_index_free(x);
	bench_release(&b);
}

/* --- a restart ----------------------------------------------------------- */

enum { RUN = 900, MORE = 120 };

static void
fill(struct bench *b, struct relate_article *art)
{
	for (int i = 0; i < RUN + MORE; i++) {
		char *text = made_up((uint64_t)i * 77, (unsigned)i % 90, 60);
		struct news n = {"", text, "en"};

		art[i] = article_of(b, i + 1, &n, DAY_0 + i * 900);
		free(text);
	}
}

static bool
same_result(const struct relate_result *a, const struct relate_result *b)
{
	if (a->n_edges != b->n_edges || a->thread != b->thread ||
	    a->n_merged != b->n_merged)
		return false;
	for (size_t i = 0; i < a->n_edges; i++) {
		if (a->edges[i].other != b->edges[i].other ||
		    a->edges[i].kind != b->edges[i].kind ||
		    a->edges[i].score != b->edges[i].score)
			return false;
	}
	return true;
}

static void
follow_merges(int64_t *threads, size_t n, const struct relate_result *r)
{
	for (size_t m = 0; m < r->n_merged; m++) {
		for (size_t i = 0; i < n; i++) {
			if (threads[i] == r->merged[m])
				threads[i] = r->thread;
		}
	}
}

/* The first RUN articles, and the threads they are in at the end. */
static void
add_run(
    struct relate_index *x, const struct relate_article *art, int64_t *threads)
{
	for (int i = 0; i < RUN; i++) {
		struct relate_result r;

		relate_add(x, &art[i], &r);
		threads[i] = r.thread;
		follow_merges(threads, RUN, &r);
	}
}

enum restart { WITHOUT_SAVE, SAVED, SAVED_FOR_FEW };

static void
check_restart(int64_t window, enum restart how)
{
	struct relate_article *art = xcalloc(RUN + MORE, sizeof(*art));
	int64_t threads[RUN + MORE] = {0};
	struct relate_params p = {.window = window};
	struct relate_index *x = relate_index_new(&p);
	struct relate_index *y = relate_index_new(&p);
	struct relate_result r, s;
	struct bench b;
	size_t n_edges = 0, len;
	void *saved;

	bench_init(&b);
	fill(&b, art);
	add_run(x, art, threads);
	if (how != WITHOUT_SAVE) {
		relate_save(x, &saved, &len);
		assert_int_equal(relate_load(y, saved, len), AK_OK);
		free(saved);
		assert_true(relate_has(x, relate_oldest(y)));
		assert_false(relate_has(x, relate_oldest(y) - 1));
	}
	for (int i = RUN; how == SAVED_FOR_FEW && i < RUN + MORE; i++)
		relate_expect(y, &art[i]);
	for (int i = 0; i < RUN; i++) {
		if (relate_has(x, art[i].id))
			relate_restore(y, &art[i], threads[i]);
	}
	assert_int_equal(relate_count(x), relate_count(y));
	for (int i = RUN; i < RUN + MORE; i++) {
		relate_add(x, &art[i], &r);
		relate_add(y, &art[i], &s);
		assert_true(same_result(&r, &s));
		n_edges += r.n_edges;
		if (relate_is_spent(y)) { /* its lengths are not renewed */
			assert_true(how == SAVED_FOR_FEW && i > RUN + 10);
			break;
		}
	}
	assert_true(n_edges > MORE);
	if (how == SAVED_FOR_FEW)
		assert_true(relate_bytes(y) < relate_bytes(x));
	relate_index_free(x);
	relate_index_free(y);
	bench_release(&b);
	free(art);
}

static void
test_restart_changes_nothing(void **state)
{
	(void)state;
	check_restart(0, WITHOUT_SAVE);
	check_restart(0, SAVED);
	check_restart(0, SAVED_FOR_FEW);
}

/* The articles of a run in an index of a few, or of all, from its save. */
static struct relate_index *
restored(const struct relate_article *art, const int64_t *threads, int n,
    const void *saved, size_t len, const int *few, int n_few)
{
	struct relate_index *x = relate_index_new(NULL);

	assert_int_equal(relate_load(x, saved, len), AK_OK);
	for (int i = 0; i < n_few; i++)
		relate_expect(x, &art[few[i]]);
	for (int i = 0; i < n; i++)
		relate_restore(x, &art[i], threads[i]);
	return x;
}

static void
assert_same_save(const struct relate_index *x, const struct relate_index *y)
{
	void *a, *b;
	size_t n, m;

	relate_save(x, &a, &n);
	relate_save(y, &b, &m);
	assert_int_equal(n, m);
	assert_memory_equal(a, b, n);
	free(a);
	free(b);
}

enum { REVISED = 5 };

static void
test_an_index_of_a_few_takes_what_was_revised(void **state)
{
	static const int few[] = {3, 100, 101, 404, RUN - 1, RUN, RUN + 1};
	struct relate_article *art = xcalloc(RUN + MORE, sizeof(*art));
	struct relate_article again[REVISED], other;
	int64_t threads[RUN] = {0};
	struct relate_index *x = relate_index_new(NULL), *y;
	struct relate_result r, s;
	size_t n_edges = 0, len;
	struct bench b;
	void *saved;

	(void)state;
	bench_init(&b);
	fill(&b, art);
	add_run(x, art, threads);
	relate_save(x, &saved, &len);
	relate_index_free(x);
	for (int i = 0; i < REVISED; i++) {
		char *text =
		    made_up(99 + (uint64_t)i, 7 + 11 * (unsigned)i, 80);
		struct news n = {"", text, "en"};

		art[few[i]].features = features_of(&b, &n);
		again[i] = art[few[i]];
		free(text);
	}
	other = article_of(&b, 1, &quake, DAY_0);
	x = restored(art, threads, RUN, saved, len, few, 0);
	y = restored(art, threads, RUN, saved, len, few, AK_COUNT(few));
	assert_false(relate_is_spent(y));
	assert_true(relate_expects(x, &other));
	assert_false(relate_expects(y, &other));
	relate_revise(x, again, REVISED);
	relate_revise(y, again, REVISED);
	for (size_t i = 0; i < AK_COUNT(few); i++) {
		assert_true(relate_expects(y, &art[few[i]]));
		relate_add(x, &art[few[i]], &r);
		relate_add(y, &art[few[i]], &s);
		assert_true(same_result(&r, &s));
		n_edges += r.n_edges;
	}
	assert_true(n_edges > 2 * AK_COUNT(few));
	assert_false(relate_is_spent(y));
	assert_same_save(x, y);
	assert_true(relate_bytes(y) < relate_bytes(x));
	relate_index_free(x);
	relate_index_free(y);
	free(saved);
	free(art);
	bench_release(&b);
}

static void
test_a_restart_may_miss_what_was_saved(void **state)
{
	struct relate_article *art = xcalloc(RUN + MORE, sizeof(*art));
	int64_t threads[RUN] = {0};
	struct relate_index *x = relate_index_new(NULL), *y[2];
	struct relate_result r, s;
	struct bench b;

	(void)state;
	bench_init(&b);
	fill(&b, art);
	add_run(x, art, threads);
	for (int i = 0; i < 2; i++) {
		size_t len;
		void *saved;

		relate_save(x, &saved, &len);
		y[i] = restored(art, threads, RUN - 1, saved, len, NULL, 0);
		free(saved);
		relate_remove(x, art[RUN - 1].id);
	}
	for (int i = RUN; i < RUN + MORE; i++) { /* lengths are renewed */
		relate_add(y[0], &art[i], &r);
		relate_add(y[1], &art[i], &s);
		assert_true(same_result(&r, &s));
	}
	relate_index_free(x);
	relate_index_free(y[0]);
	relate_index_free(y[1]);
	free(art);
	bench_release(&b);
}

/* Pieces one by one, as a store keeps them. */
static size_t
load_pieces(struct relate_index *x, const void *saved, size_t len)
{
	const char *p = saved;
	size_t n = 0, size;

	for (; len > 0; p += size, len -= size, n++) {
		size = relate_piece(p, len);
		assert_true(size > 0 && size < (size_t)400 << 10);
		assert_int_equal(relate_load(x, p, size), AK_OK);
	}
	return n;
}

static void
test_what_changed_is_saved_beside_the_rest(void **state)
{
	struct relate_article *art = xcalloc(RUN + MORE, sizeof(*art));
	int64_t threads[RUN + MORE] = {0};
	struct relate_index *x = relate_index_new(NULL), *y;
	struct relate_result r;
	void *all, *news[2], *rest;
	size_t len, lens[2], none;
	struct bench b;

	(void)state;
	bench_init(&b);
	fill(&b, art);
	add_run(x, art, threads);
	relate_save(x, &all, &len);
	relate_saved(x, true);
	for (int i = 0; i < 6; i++) { /* lengths are not reckoned anew */
		relate_add(x, &art[RUN + i], &r);
		threads[RUN + i] = r.thread;
		if (i % 3 < 2)
			continue;
		relate_save_changes(x, &news[i / 3], &lens[i / 3]);
		relate_saved(x, false);
		assert_true(lens[i / 3] < len / 2);
	}
	relate_save_changes(x, &rest, &none);
	assert_true(none < 20); /* nothing is */

	y = relate_index_new(NULL);
	load_pieces(y, all, len);
	load_pieces(y, news[0], lens[0]);
	load_pieces(y, news[1], lens[1]);
	for (int i = 0; i < RUN + 6; i++)
		relate_restore(y, &art[i], threads[i]);
	assert_same_save(x, y);
	for (int i = 6; i < MORE; i++) {
		struct relate_result s;

		relate_add(x, &art[RUN + i], &r);
		relate_add(y, &art[RUN + i], &s);
		assert_true(same_result(&r, &s));
	}
	relate_index_free(x);
	relate_index_free(y);
	free(all);
	free(news[0]);
	free(news[1]);
	free(rest);
	free(art);
	bench_release(&b);
}

static void
test_what_is_saved_twice_is_saved_anew(void **state)
{
	struct relate_article *art = xcalloc(RUN + MORE, sizeof(*art));
	int64_t threads[RUN] = {0};
	struct relate_index *x = relate_index_new(NULL);
	size_t len, n_saves = 0;
	struct bench b;
	void *saved;

	(void)state;
	bench_init(&b);
	fill(&b, art);
	add_run(x, art, threads);
	relate_save(x, &saved, &len);
	assert_int_equal(load_pieces(x, saved, len), 1);
	relate_saved(x, true);
	while (!relate_save_is_due(x)) { /* each time a few rows more */
		assert_true(++n_saves < 1000);
		for (int i = 0; i < 8; i++) {
			struct relate_article again = art[i];
			struct relate_result r;

			relate_revise(x, &again, 1);
			relate_add(x, &again, &r);
		}
		relate_saved(x, false);
	}
	assert_true(n_saves > 3);
	relate_saved(x, true);
	assert_false(relate_save_is_due(x));
	free(saved);
	relate_index_free(x);
	free(art);
	bench_release(&b);
}

/* What is not in the save has neighbours that only a whole index knows. */
static void
test_index_of_a_few_says_when_it_is_spent(void **state)
{
	struct relate_article art[2];
	struct relate_index *x = relate_index_new(NULL);
	struct bench b;

	(void)state;
	bench_init(&b);
	art[0] = article_of(&b, 10, &quake, DAY_0);
	art[1] = article_of(&b, 11, &bread, DAY_0 + 60);
	relate_expect(x, &art[1]);
	assert_false(relate_is_spent(x));
	relate_restore(x, &art[0], 0);
	assert_true(relate_is_spent(x));
	relate_index_free(x);
	bench_release(&b);
}

static void
test_restart_with_a_full_window_changes_nothing(void **state)
{
	(void)state;
	check_restart(500, SAVED);
}

static void
test_window_forgets_the_oldest(void **state)
{
	struct relate_params p = {.window = 50};
	struct relate_index *x = relate_index_new(&p);
	struct relate_article *art = xcalloc(RUN + MORE, sizeof(*art));
	struct relate_result r;
	struct bench b;

	(void)state;
	bench_init(&b);
	fill(&b, art);
	for (int i = 0; i < RUN + MORE; i++) {
		relate_add(x, &art[i], &r);
		for (size_t k = 0; k < r.n_edges; k++)
			assert_true(r.edges[k].other > art[i].id - 51);
	}
	assert_int_equal(relate_count(x), 50);
	assert_false(relate_has(x, 1));
	assert_true(relate_bytes(x) < (size_t)4 << 20);
	relate_index_free(x);
	bench_release(&b);
	free(art);
}

static void
test_damaged_save_is_refused(void **state)
{
	struct relate_index *x = relate_index_new(NULL);
	void *saved;
	size_t len;

	(void)state;
	relate_save(x, &saved, &len);
	assert_int_equal(relate_load(x, saved, len), AK_OK);
	assert_int_equal(relate_load(x, saved, len - 1), AK_BADINPUT);
	((char *)saved)[4] = 9;
	assert_int_equal(relate_load(x, saved, len), AK_BADINPUT);
	free(saved);
	relate_index_free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_first_article_is_alone),
	    cmocka_unit_test(test_one_event_makes_a_thread),
	    cmocka_unit_test(test_announced_backlog_is_related_once),
	    cmocka_unit_test(
		test_a_backlog_in_order_of_date_may_name_a_thread_by_a_later_id),
	    cmocka_unit_test(test_a_quiet_thread_sleeps),
	    cmocka_unit_test(test_a_revised_article_is_related_anew),
	    cmocka_unit_test(test_same_text_is_a_duplicate),
	    cmocka_unit_test(test_removed_and_unknown_are_left_out),
	    cmocka_unit_test(test_restart_changes_nothing),
	    cmocka_unit_test(test_an_index_of_a_few_takes_what_was_revised),
	    cmocka_unit_test(test_a_restart_may_miss_what_was_saved),
	    cmocka_unit_test(test_what_changed_is_saved_beside_the_rest),
	    cmocka_unit_test(test_what_is_saved_twice_is_saved_anew),
	    cmocka_unit_test(test_index_of_a_few_says_when_it_is_spent),
	    cmocka_unit_test(test_restart_with_a_full_window_changes_nothing),
	    cmocka_unit_test(test_window_forgets_the_oldest),
	    cmocka_unit_test(test_damaged_save_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

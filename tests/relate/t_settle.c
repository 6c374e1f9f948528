/* SPDX-License-Identifier: ISC */
/* Threads of a backlog: chosen at its end, whatever the order in which it came.
 */
#include "tests/relate/relating.h"

enum { STORIES = 24, REPORTS = 9, N = STORIES * REPORTS, WORDS = 70 };

static uint64_t
mixed(uint64_t h)
{
	h = (h ^ h >> 31) * 0x9E3779B97F4A7C15u;
	h = (h ^ h >> 29) * 0xBF58476D1CE4E5B9u;
	return h ^ h >> 32;
}

/* A report: every other word is of its story, of which two and two are about
 * one subject and share a part of their words; each report has its own angle,
 * so some have more to do with the story next to theirs. */
static char *
report(int story, int nr)
{
	char *s = xmalloc(WORDS * 16 + 1), *p = s;

	for (int i = 0; i < WORDS; i++) {
		uint64_t h =
		    mixed((uint64_t)(story * REPORTS + nr) << 16 | (unsigned)i);
		unsigned w = (unsigned)(h % 3000);

		if (h >> 32 & 1)
			w = 10000 + (unsigned)story * 40 +
			    (unsigned)(nr * 2 + (int)(h >> 40 & 15));
		else if ((h >> 33 & 3) == 0)
			w = 20000 + (unsigned)(story / 2) * 20 +
			    (unsigned)(h >> 50 & 15);
		p += snprintf(p, 16, "%c%c%c%u ", 'b' + (char)(w % 7),
		    'a' + (char)(w % 5), 'k' + (char)(w % 11), w);
	}
	*p = '\0';
	return s;
}

struct reports {
	struct relate_features of[N];
	int order[N];
};

static void
make_reports(struct bench *b, struct reports *all)
{
	for (int i = 0; i < N; i++) {
		char *text = report(i / REPORTS, i % REPORTS);
		struct news n = {"", text, "en"};

		all->of[i] = features_of(b, &n);
		all->order[i] = i;
		free(text);
	}
}

static void
shuffle(struct reports *all, uint64_t seed)
{
	for (int i = N; i-- > 1;) {
		int k =
		    (int)(mixed(seed << 16 | (unsigned)i) % (unsigned)(i + 1));
		int swap = all->order[i];

		all->order[i] = all->order[k];
		all->order[k] = swap;
	}
}

static struct relate_article
undated(const struct reports *all, int at)
{
	return (struct relate_article){.id = at + 1,
	    .feed_id = 1 + at % 7,
	    .date = DAY_0,
	    .features = all->of[all->order[at]]};
}

struct told {
	int64_t threads[N + 2]; /* by id */
	int64_t merged;
	size_t n, n_merged, n_stories;
};

static void
tell(const struct relate_outcome *out, void *arg)
{
	struct told *t = arg;

	t->n++;
	t->threads[out->id] = out->thread;
	t->n_stories += out->n_stories;
	t->n_merged += out->n_merged;
	if (out->n_merged > 0)
		t->merged = out->merged[0];
}

static void
announce(struct relate_index *x, const struct reports *all, int from, int to)
{
	for (int i = from; i < to; i++) {
		struct relate_article art = undated(all, i);

		relate_announce(x, &art);
	}
}

static void
add(struct relate_index *x, const struct reports *all, int from, int to)
{
	struct relate_result r;

	for (int i = from; i < to; i++) {
		struct relate_article art = undated(all, i);

		relate_add(x, &art, &r);
		assert_int_equal(r.thread, 0);
		for (size_t k = 0; k < r.n_edges; k++)
			assert_int_not_equal(r.edges[k].kind, RELATE_STORY);
	}
}

/* Of each report, the first with which it is in one thread. */
static void
threads_of(const struct reports *all, const struct told *t, int *ret)
{
	int at[N];

	for (int i = 0; i < N; i++)
		at[all->order[i]] = i + 1;
	for (int i = 0; i < N; i++) {
		ret[i] = 0;
		while (t->threads[at[ret[i]]] != t->threads[at[i]])
			ret[i]++;
	}
}

static void
test_the_order_of_arrival_does_not_matter(void **state)
{
	struct reports *all = xcalloc(1, sizeof(*all));
	int first[N], now[N], n_threads = 0;
	struct bench b;

	(void)state;
	bench_init(&b);
	make_reports(&b, all);
	for (uint64_t seed = 0; seed < 6; seed++) {
		struct relate_index *x = relate_index_new(NULL);
		struct told t = {0};

		announce(x, all, 0, N);
		add(x, all, 0, N);
		relate_settle(x, tell, &t);
		assert_int_equal(t.n, N);
		assert_true(t.n_stories > N);
		threads_of(all, &t, now);
		if (seed == 0)
			memcpy(first, now, sizeof(first));
		assert_memory_equal(first, now, sizeof(first));
		relate_index_free(x);
		shuffle(all, seed);
	}
	for (int i = 0; i < N; i++)
		n_threads += first[i] == i;
	assert_true(n_threads >= STORIES / 2 && n_threads <= 2 * STORIES);
	bench_release(&b);
	free(all);
}

/* The first `n`, each alone in its thread. */
static void
restore_apart(struct relate_index *x, const struct reports *all, int n)
{
	for (int i = 0; i < n; i++) {
		struct relate_article art = undated(all, i);

		relate_restore(x, &art, 0);
	}
}

static void
test_threads_that_were_there_keep_their_names(void **state)
{
	struct reports *all = xcalloc(1, sizeof(*all));
	struct relate_index *x = relate_index_new(NULL);
	struct relate_article art;
	struct relate_result r;
	struct told t = {0};
	struct bench b;

	(void)state;
	bench_init(&b);
	make_reports(&b, all);
	all->order[2] = 0; /* copies of those that are there */
	all->order[3] = 1;
	for (int i = 4; i < 9; i++)
		all->order[i] = REPORTS + i;
	restore_apart(x, all, 2);
	announce(x, all, 2, 8);
	add(x, all, 2, 8);
	relate_settle(x, tell, &t);
	assert_int_equal(t.n, 6);
	assert_int_equal(t.threads[3], 1);
	assert_int_equal(t.threads[4], 1);
	assert_int_equal(t.n_merged, 1); /* the second is part of the first */
	assert_int_equal(t.merged, 2);
	for (int i = 4; i < 8; i++)
		assert_int_equal(t.threads[i + 1], 5);
	art = undated(all, 8); /* and the index goes by these names */
	relate_add(x, &art, &r);
	assert_int_equal(r.thread, 5);
	assert_int_equal(r.edges[0].kind, RELATE_STORY);
	relate_index_free(x);
	bench_release(&b);
	free(all);
}

static void
test_what_is_gone_by_then_is_not_told(void **state)
{
	struct reports *all = xcalloc(1, sizeof(*all));
	struct relate_index *x = relate_index_new(NULL);
	struct told t = {0};
	struct bench b;

	(void)state;
	bench_init(&b);
	make_reports(&b, all);
	announce(x, all, 0, REPORTS);
	add(x, all, 0, REPORTS - 1); /* the last one was deleted */
	relate_remove(x, 1);
	relate_remove(x, 4);
	relate_settle(x, tell, &t);
	assert_int_equal(t.n, REPORTS - 3);
	assert_int_equal(t.threads[1], 0);
	assert_int_equal(t.threads[2], 2);
	assert_int_equal(t.threads[3], 2);
	assert_int_equal(t.threads[4], 0);
	assert_int_equal(t.threads[REPORTS - 1], 2);
	assert_int_equal(t.threads[REPORTS], 0);
	relate_index_free(x);
	bench_release(&b);
	free(all);
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

static void
test_a_restart_behind_a_backlog_changes_nothing(void **state)
{
	struct reports *all = xcalloc(1, sizeof(*all));
	struct relate_index *x = relate_index_new(NULL);
	struct relate_index *y = relate_index_new(NULL);
	struct relate_result r, s;
	struct told t = {0};
	struct bench b;
	void *saved;
	size_t len;

	(void)state;
	bench_init(&b);
	make_reports(&b, all);
	shuffle(all, 99);
	announce(x, all, 0, N - 20);
	add(x, all, 0, N - 20);
	relate_save(x, &saved, &len);
	relate_saved(x, true);
	assert_int_equal(relate_load(y, saved, len), AK_OK);
	free(saved);
	relate_settle(x, tell, &t);
	relate_save_changes(x, &saved, &len);
	assert_int_equal(relate_load(y, saved, len), AK_OK);
	free(saved);
	for (int i = 0; i < N - 20; i++) {
		struct relate_article art = undated(all, i);

		relate_restore(y, &art, t.threads[i + 1]);
	}
	assert_same_save(x, y);
	for (int i = N - 20; i < N; i++) {
		struct relate_article art = undated(all, i);

		relate_add(x, &art, &r);
		relate_add(y, &art, &s);
		assert_int_equal(r.thread, s.thread);
		assert_int_equal(r.n_edges, s.n_edges);
		for (size_t k = 0; k < r.n_edges; k++) {
			assert_int_equal(r.edges[k].other, s.edges[k].other);
			assert_int_equal(r.edges[k].kind, s.edges[k].kind);
		}
	}
	relate_index_free(x);
	relate_index_free(y);
	bench_release(&b);
	free(all);
}

/* --- a large story ------------------------------------------------------- */

enum { LARGE = 60, OTHERS = 600, ALL = LARGE + OTHERS };

/* Half of its words are of its story: the first or one of its own. */
static struct relate_features
one_of_many(struct bench *b, int nr)
{
	char text[150 * 16], *p = text;
	unsigned story = nr < LARGE ? 0 : (unsigned)nr;
	struct news n = {"", text, "en"};

	for (unsigned i = 0; i < 150; i++) {
		uint64_t h = mixed((uint64_t)(nr + 1) << 32 | i);
		unsigned w = (unsigned)(h % 4000);

		if ((h >> 40) % 10 < 5)
			w = 10000 + story * 60 + (unsigned)(h % 60);
		p += snprintf(p, 16, "w%uk ", w);
	}
	return features_of(b, &n);
}

static void
tell_thread(const struct relate_outcome *out, void *arg)
{
	((int64_t *)arg)[out->id] = out->thread;
}

/* All are as alike, and each has more that it is like than can be looked at:
 * none of them is background to two others. */
static void
test_a_story_of_many_reports_is_one_thread(void **state)
{
	struct relate_index *x = relate_index_new(NULL);
	struct relate_article art[ALL];
	int64_t threads[ALL + 1] = {0};
	struct relate_result r;
	struct bench b;

	(void)state;
	bench_init(&b);
	for (int i = 0; i < ALL; i++) {
		int nr = i % 11 == 0 ? i / 11 : LARGE + i - i / 11 - 1;

		art[i] = (struct relate_article){.id = i + 1,
		    .feed_id = 1 + i % 7,
		    .date = DAY_0 + i * 150,
		    .is_dated = true,
		    .features = one_of_many(&b, nr)};
		relate_announce(x, &art[i]);
	}
	for (int i = 0; i < ALL; i++)
		relate_add(x, &art[i], &r);
	relate_settle(x, tell_thread, threads);
	for (int i = 0; i < ALL; i++) {
		if (i % 11 == 0)
			assert_int_equal(threads[i + 1], threads[1]);
		else
			assert_int_not_equal(threads[i + 1], threads[1]);
	}
	relate_index_free(x);
	bench_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_order_of_arrival_does_not_matter),
	    cmocka_unit_test(test_threads_that_were_there_keep_their_names),
	    cmocka_unit_test(test_what_is_gone_by_then_is_not_told),
	    cmocka_unit_test(test_a_restart_behind_a_backlog_changes_nothing),
	    cmocka_unit_test(test_a_story_of_many_reports_is_one_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

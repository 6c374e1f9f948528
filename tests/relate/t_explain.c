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
explain(struct bench *b, struct relate_index *x, struct relate_why *ret)
{
	struct relate_side sa = {
	    .id = 50, .text = text_of(&wire), .date = DAY_0};
	struct relate_side sb = {
	    .id = 51, .text = text_of(&copy), .date = DAY_0 + DAY};

	relate_explain(b->lx, b->arena, x, &sa, &sb, ret);
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

/* A dictionary cuts a name that it does not know; both have it whole. */
static void
test_words_without_spaces_are_told_together(void **state)
{
	static const struct news here = {"青嶺電子が東川市に新工場",
	    "青嶺電子は17日、東川市に半導体の新工場を建てると発表した。", "ja"};
	static const struct news there = {"東川市に新工場 青嶺電子が発表",
	    "投資額は8200億円。青嶺電子は半導体を東川市でつくる。", "ja"};
	struct relate_side sa = {
	    .id = 50, .text = text_of(&here), .date = DAY_0};
	struct relate_side sb = {
	    .id = 51, .text = text_of(&there), .date = DAY_0 + DAY};
	bool has_name = false, has_piece = false;
	struct relate_why why;
	struct bench b;
	double sum = 0;

	(void)state;
	bench_init(&b);
	relate_explain(b.lx, b.arena, NULL, &sa, &sb, &why);
	for (size_t i = 0; i < why.n_terms; i++) {
		has_name |= strcmp(why.terms[i].text, "青嶺電子") == 0 &&
			    why.terms[i].in_titles;
		has_piece |= strcmp(why.terms[i].text, "青") == 0 ||
			     strcmp(why.terms[i].text, "電子") == 0;
		sum += why.terms[i].share;
	}
	assert_true(has_name);
	assert_false(has_piece);
	assert_true(sum <= 1.0001);
	bench_release(&b);
}

static void
test_same_figures_as_the_index(void **state)
{
	struct relate_index *x = relate_index_new(NULL), *y;
	struct relate_article art[42];
	struct relate_result r;
	const struct relate_edge *e;
	struct relate_why why, again;
	struct bench b;
	void *saved;
	size_t len;

	(void)state;
	bench_init(&b);
	for (int i = 0; i < 40; i++) {
		char *text = made_up((uint64_t)i, (unsigned)i % 5, 50);
		struct news n = {"", text, "en"};

		art[i] = article_of(&b, i + 1, &n, DAY_0);
		relate_add(x, &art[i], &r);
		free(text);
	}
	art[40] = article_of(&b, 50, &wire, DAY_0);
	relate_add(x, &art[40], &r);
	art[41] = article_of(&b, 51, &copy, DAY_0 + DAY);
	relate_add(x, &art[41], &r);
	assert_int_equal(r.n_edges, 1);
	e = &r.edges[0];
	assert_int_equal(e->other, 50);
	explain(&b, x, &why);
	assert_true(fabs(why.parts.cosine - e->parts.cosine) < 0.1);
	assert_true(why.parts.containment == e->parts.containment);
	assert_true(why.parts.time_factor == e->parts.time_factor);
	assert_int_equal(why.kind, e->kind);

	/* And as one restored for these two. */
	relate_save(x, &saved, &len);
	y = relate_index_new(NULL);
	assert_int_equal(relate_load(y, saved, len), AK_OK);
	free(saved);
	relate_expect(y, &art[40]);
	relate_expect(y, &art[41]);
	for (int i = 0; i < 42; i++)
		relate_restore(y, &art[i], i < 41 ? art[i].id : r.thread);
	explain(&b, y, &again);
	assert_true(again.parts.cosine == why.parts.cosine);
	assert_true(again.terms[0].share == why.terms[0].share);
	assert_true(again.score == why.score);
	relate_index_free(y);
	relate_index_free(x);
	bench_release(&b);
}

static void
test_parts_give_the_score(void **state)
{
	struct relate_index *x = relate_index_new(NULL);
	struct relate_result r;
	struct bench b;
	size_t n = 0;

	(void)state;
	bench_init(&b);
	for (int i = 0; i < 60; i++) {
		char *text = made_up((uint64_t)i, (unsigned)i % 5, 50);
		struct news news = {"", text, "en"};
		struct relate_article art =
		    article_of(&b, i + 1, &news, DAY_0 + i * DAY);

		relate_add(x, &art, &r);
		for (size_t k = 0; k < r.n_edges; k++, n++)
			assert_true(fabs(relate_score(r.edges[k].kind,
					     &r.edges[k].parts) -
					 r.edges[k].score) < 1e-9);
		free(text);
	}
	assert_true(n > 100);
	relate_index_free(x);
	bench_release(&b);
}

/* One character of each pair of texts is another. */
static void
test_changes_are_whole_characters(void **state)
{
	static const struct {
		const char *lang, *a, *b, *was, *is;
	} cases[] = {
	    {"ja", "台風の接近で鉄道各社は十二日の列車を運休にする。",
		"台風の接近で鉄道各社は十三日の列車を運休にする。", "二", "三"},
	    {"zh", "市政府宣布周五起恢复全部航班和列车运行。",
		"市政府宣布周六起恢复全部航班和列车运行。", "五", "六"},
	    {"ja", "カタカナの名前ジョンさんが会見した。",
		"カタカナの名前ジャンさんが会見した。", "ョ", "ャ"},
	    {"zh", "𠮷野家在城里开了三家店。", "𠮷野家在城里开了四家店。", "三",
		"四"},
	    {"ko", "배가 모래톱에 걸려 승객 마흔 명이 구조됐다.",
		"배가 모래톱에 걸려 승객 서른 명이 구조됐다.", "마흔", "서른"},
	    {"en", "Forty passengers were brought ashore.",
		"Fifty passengers were brought ashore.", "Forty", "Fifty"},
	};
	struct bench b;

	(void)state;
	bench_init(&b);
	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		struct news na = {"", cases[i].a, cases[i].lang};
		struct news nb = {"", cases[i].b, cases[i].lang};
		struct relate_side sa = {.text = text_of(&na)};
		struct relate_side sb = {.text = text_of(&nb)};
		struct relate_why why;

		relate_explain(b.lx, b.arena, NULL, &sa, &sb, &why);
		assert_int_equal(why.n_spans, 1);
		assert_int_equal(why.spans[0].a_to - why.spans[0].a_from,
		    strlen(cases[i].was));
		assert_memory_equal(cases[i].a + why.spans[0].a_from,
		    cases[i].was, strlen(cases[i].was));
		assert_int_equal(why.spans[0].b_to - why.spans[0].b_from,
		    strlen(cases[i].is));
		assert_memory_equal(cases[i].b + why.spans[0].b_from,
		    cases[i].is, strlen(cases[i].is));
	}
	bench_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lineage_shows_what_changed),
	    cmocka_unit_test(test_terms_are_as_written),
	    cmocka_unit_test(test_words_without_spaces_are_told_together),
	    cmocka_unit_test(test_same_figures_as_the_index),
	    cmocka_unit_test(test_parts_give_the_score),
	    cmocka_unit_test(test_changes_are_whole_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

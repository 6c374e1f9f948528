/* SPDX-License-Identifier: ISC */
#include "tests/relate/relating.h"

/* Cosine of two articles, by what the index says of them; 0: no relation. */
static double
cosine(const struct news *a, const struct news *b)
{
	struct relate_index *x = relate_index_new(NULL);
	struct relate_article art;
	struct relate_result r;
	struct bench bench;
	double c;

	bench_init(&bench);
	art = article_of(&bench, 1, a, DAY_0);
	relate_add(x, &art, &r);
	art = article_of(&bench, 2, b, DAY_0);
	relate_add(x, &art, &r);
	c = r.n_edges == 1 ? r.edges[0].parts.cosine : 0.0;
	relate_index_free(x);
	bench_release(&bench);
	return c;
}

static double
titles(const char *a, const char *b, const char *lang)
{
	struct news na = {a, "", lang}, nb = {b, "", lang};

	return cosine(&na, &nb);
}

static void
test_words_are_found_in_every_script(void **state)
{
	(void)state;
	assert_true(titles("東京都知事選挙の投票が始まった",
			"知事選挙、東京で投票始まる", "ja") > 0.4);
	assert_true(titles("北京发生五级地震", "地震袭击北京", "zh") > 0.3);
	assert_true(titles("นายกรัฐมนตรีเยือนประเทศญี่ปุ่น",
			"ประเทศญี่ปุ่นต้อนรับนายกรัฐมนตรี", "th") > 0.4);
	assert_true(titles("대통령이 서울에서 연설했다", "서울, 대통령의 연설",
			"ko") > 0.3);
	assert_true(titles("выборы президента в России",
			"президент России выбран", "ru") > 0.3);
	assert_true(titles("انتخابات الرئاسة في مصر",
			"مصر تستعد لانتخابات الرئاسة", "ar") > 0.3);
	assert_true(titles("Häuser in München werden teurer",
			"Haus in München zu verkaufen", "de") > 0.3);
}

static void
test_width_case_and_form_are_folded(void **state)
{
	(void)state;
	assert_true(
	    titles("ＧＯＯＧＬＥ Ｃｌｏｕｄ", "google cloud", "en") > 0.99);
	assert_true(titles("ｶﾞｽ料金の値上げ", "ガス料金の値上げ", "ja") > 0.99);
	assert_true(titles("Caf\u00e9 Mu\u00f1oz", "cafe\u0301 mun\u0303oz",
			"es") > 0.99);
	assert_true(titles("10,000 euros", "10.000 euros", "en") > 0.99);
}

static void
test_function_words_relate_nothing(void **state)
{
	(void)state;
	assert_true(titles("What to do if it is not for you",
			"It is not what you do", "en") == 0.0);
	assert_true(titles("これはそのためのものです", "それはこのためです",
			"ja") == 0.0);
}

static void
test_titles_cut_into_other_words_share_their_characters(void **state)
{
	(void)state;
	assert_true(titles("女足晋级", "中国女子足球", "zh") > 0.05);
	assert_true(titles("国足出线", "女足夺冠", "zh") > 0.05);
	assert_true(titles("都知事選", "新知事が就任", "ja") > 0.05);
	assert_true(titles("女足晋级", "房价上涨", "zh") == 0.0);
}

static void
test_language_is_found_where_the_feed_is_silent_or_wrong(void **state)
{
	static const struct news a = {"Die Regierung und der Bundestag",
	    "Die Abgeordneten haben sich auf einen Haushalt für das nächste "
	    "Jahr "
	    "geeinigt, und die Minister sind mit dem Ergebnis zufrieden.",
	    "en"};
	static const struct news b = {"Haushalte: Minister geeinigt",
	    "Der Bundestag und die Regierungen der Länder haben über den "
	    "Haushalt "
	    "des nächsten Jahres beraten, sich aber nicht mit allen geeinigt.",
	    NULL};

	(void)state;
	assert_true(cosine(&a, &b) > 0.4); /* only if stemmed alike */
}

static void
test_own_name_of_a_feed_is_left_out(void **state)
{
	struct relate_text t = {.title = "Rain tomorrow - Daily Harbour News",
	    .text = "",
	    .lang = "en",
	    .feed_title = "Daily Harbour News"};
	struct relate_text u = {
	    .title = "Rain tomorrow", .text = "", .lang = "en"};
	struct relate_features f, g;
	struct bench b;

	(void)state;
	bench_init(&b);
	relate_features(b.lx, b.arena, &t, &f);
	relate_features(b.lx, b.arena, &u, &g);
	assert_int_equal(f.len, g.len);
	bench_release(&b);
}

static void
test_blobs_are_checked(void **state)
{
	struct news n = {"Title of an article", "Words of its text.", "en"};
	struct relate_features f;
	struct bench b;
	char *copy;

	(void)state;
	bench_init(&b);
	f = features_of(&b, &n);
	assert_true(relate_features_current(f.data, f.len));
	for (size_t len = 0; len < f.len; len++)
		assert_false(relate_features_current(f.data, len));
	copy = xmalloc(f.len);
	memcpy(copy, f.data, f.len);
	copy[0]++;
	assert_false(relate_features_current(copy, f.len));
	free(copy);
	assert_false(relate_features_current(NULL, 0));
	bench_release(&b);
}

static void
test_odd_texts_and_limits(void **state)
{
	struct relate_text t = {0};
	struct relate_features f;
	struct bench b;
	char *big = xmalloc((size_t)1 << 20);
	struct arena *small = arena_new(64);

	(void)state;
	bench_init(&b);
	relate_features(b.lx, b.arena, &t, &f);
	assert_true(relate_features_current(f.data, f.len));
	memset(big, 'x', (size_t)1 << 20); /* one word */
	t.text = big;
	t.text_len = (size_t)1 << 20;
	relate_features(b.lx, b.arena, &t, &f);
	assert_true(relate_features_current(f.data, f.len));
	for (size_t i = 0; i + 3 <= (size_t)1 << 20; i += 3)
		memcpy(big + i, "\xE6\x9D\xB1", 3); /* one run */
	relate_features(b.lx, b.arena, &t, &f);
	assert_true(relate_features_current(f.data, f.len));
	for (size_t i = 0; i < (size_t)1 << 20; i++)
		big[i] = (char)(i * 37 % 256); /* not even text */
	relate_features(b.lx, b.arena, &t, &f);
	assert_true(relate_features_current(f.data, f.len));
	assert_true(f.len < 8192);
	relate_features(b.lx, small, &t, &f);
	assert_null(f.data);
	arena_free(small);
	free(big);
	bench_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words_are_found_in_every_script),
	    cmocka_unit_test(test_width_case_and_form_are_folded),
	    cmocka_unit_test(test_function_words_relate_nothing),
	    cmocka_unit_test(
		test_titles_cut_into_other_words_share_their_characters),
	    cmocka_unit_test(
		test_language_is_found_where_the_feed_is_silent_or_wrong),
	    cmocka_unit_test(test_own_name_of_a_feed_is_left_out),
	    cmocka_unit_test(test_blobs_are_checked),
	    cmocka_unit_test(test_odd_texts_and_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

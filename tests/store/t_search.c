/* SPDX-License-Identifier: ISC */
#include "tests/store/kit.h"

#include "store/tokens.h"

/* Articles 1, 2, 3 ... of these texts; "title|text". */
static void
put(struct kit *k, const char *const *texts, size_t n)
{
	int64_t feed = kit_feed(k, "https://example.org/feed");
	struct doc *d = kit_doc(k);

	for (size_t e = n; e-- > 0;) {
		const char *bar = strchr(texts[e], '|');
		const char *title = bar != NULL ? arena_strndup(k->a, texts[e],
						      (size_t)(bar - texts[e]))
						: "-";

		kit_entry(k, d, arena_printf(k->a, "%zu", e), NULL, title,
		    bar != NULL ? bar + 1 : texts[e]);
	}
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, n);
}

static void
test_cjk_words_are_found_wherever_they_stand(void **state)
{
	struct kit *k = *state;
	static const char *const texts[] = {"東京都京都市の天気",
	    "京都に行った", "東京へ", "北京奥运会开幕了", "서울특별시에서",
	    "ﾃﾞｼﾞﾀﾙ庁の発表", "東 京 都", "iPhone発売日が2026年に決定"};

	put(k, texts, AK_COUNT(texts));
	assert_string_equal(kit_search(k, "京都"), "1 2");
	assert_string_equal(kit_search(k, "東京"), "1 3");
	assert_string_equal(kit_search(k, "京"), "1 2 3 4 7");
	assert_string_equal(kit_search(k, "市"), "1");
	assert_string_equal(kit_search(k, "奥运会"), "4");
	assert_string_equal(kit_search(k, "奥运 开幕"), "4");
	assert_string_equal(kit_search(k, "奥开"), "");
	assert_string_equal(kit_search(k, "서울"), "5");
	assert_string_equal(kit_search(k, "デジタル"), "6");
	assert_string_equal(kit_search(k, "ﾃﾞｼﾞﾀﾙ"), "6");
	assert_string_equal(kit_search(k, "iphone発売"), "8");
	assert_string_equal(kit_search(k, "2026年"), "8");
	assert_string_equal(kit_search(k, "発売日が2026"), "8");
	assert_string_equal(kit_search(k, "了"), "4");
}

static void
test_case_width_and_accents_fold(void **state)
{
	struct kit *k = *state;
	static const char *const texts[] = {"Crème brûlée à la carte",
	    "ＦＵＬＬ width", "Straße und Gruß", "Ёлка и йод",
	    "Ελληνική γλώσσα", "naive cafe\xCC\x81", "İstanbul", "ΟΔΥΣΣΕΥΣ",
	    "l'été indien"};

	put(k, texts, AK_COUNT(texts));
	assert_string_equal(kit_search(k, "creme BRULEE"), "1");
	assert_string_equal(kit_search(k, "brûlée"), "1");
	assert_string_equal(kit_search(k, "full"), "2");
	assert_string_equal(kit_search(k, "ｗｉｄｔｈ"), "2");
	assert_string_equal(kit_search(k, "STRASSE gruss"), "3");
	assert_string_equal(kit_search(k, "елка"), "4");
	assert_string_equal(kit_search(k, "ελληνικη"), "5");
	assert_string_equal(kit_search(k, "café"), "6");
	assert_string_equal(kit_search(k, "istanbul"), "7");
	assert_string_equal(kit_search(k, "οδυσσευς"), "8");
	assert_string_equal(kit_search(k, "ete"), "9");
}

static void
test_dictionary_scripts_are_cut(void **state)
{
	struct kit *k = *state;
	static const char *const texts[] = {
	    "ประเทศไทยมีอากาศร้อน", "अंतरराष्ट्रीय समाचार", "الأخبار العَرَبِيّة"};

	put(k, texts, AK_COUNT(texts));
	assert_string_equal(kit_search(k, "ประเทศ"), "1");
	assert_string_equal(kit_search(k, "อากาศ"), "1");
	assert_string_equal(kit_search(k, "समाचार"), "2");
	assert_string_equal(kit_search(k, "العربية"), "3");
}

static void
test_operators(void **state)
{
	struct kit *k = *state;
	static const char *const texts[] = {"apple pie recipe",
	    "apple cider and a pie", "pear pie", "applesauce"};

	put(k, texts, AK_COUNT(texts));
	assert_string_equal(kit_search(k, "apple pie"), "1 2");
	assert_string_equal(kit_search(k, "\"apple pie\""), "1");
	assert_string_equal(kit_search(k, "pie -apple"), "3");
	assert_string_equal(kit_search(k, "cider OR pear"), "2 3");
	assert_string_equal(kit_search(k, "pie cider OR pear"), "2 3");
	assert_string_equal(kit_search(k, "apple*"), "1 2 4");
	assert_string_equal(kit_search(k, "apple-pie"), "1");
	assert_string_equal(kit_search(k, "pie -\"apple pie\" -pear"), "2");
}

static void
test_no_query_is_an_error(void **state)
{
	struct kit *k = *state;
	static const char *const texts[] = {"apple pie recipe near me"};
	static const char *const queries[] = {"", " ", "\"", "\"\"", "-", "--",
	    "*", "OR", "OR OR", "apple OR", "OR apple", "NOT", "AND",
	    "apple AND", "NEAR(apple pie)", "title:apple", "{title text}:x",
	    "^apple", "a+b", "apple -", "(apple", ")", "'", "';--", "\xFF\xFE",
	    "\"apple", "-\"apple", "\\", "col : x", "!!!", "…", "apple*pie*",
	    "* *", "-*", "ー", "\xE3\x82\x99"};
	char *longest = arena_alloc(k->a, 60001);
	int64_t n;

	put(k, texts, AK_COUNT(texts));
	for (size_t q = 0; q < AK_COUNT(queries); q++)
		assert_int_equal(
		    store_article_count(k->r,
			&(struct store_article_query){.query = queries[q]}, &n),
		    AK_OK);
	assert_string_equal(kit_search(k, "OR apple"), "1");
	assert_string_equal(kit_search(k, "apple OR"), "1");
	assert_string_equal(kit_search(k, "-apple"), "");
	assert_string_equal(kit_search(k, "\"apple"), "1");
	for (size_t q = 0; q < 60000; q += 2)
		memcpy(longest + q, "a ", 2);
	assert_int_equal(
	    store_article_count(
		k->r, &(struct store_article_query){.query = longest}, &n),
	    AK_OK);
}

static void
copy_snippet(const struct store_article *a, void *arg)
{
	char *to = arg;

	(void)snprintf(to, 500, "%s", a->snippet);
}

static void
test_titles_weigh_more_and_snippets_mark(void **state)
{
	struct kit *k = *state;
	static const char *const texts[] = {
	    "Weather|About the harvest and the vote of the harvest.",
	    "Harvest|About the weather.", "Other|Nothing of it here."};
	char snippet[500];

	put(k, texts, AK_COUNT(texts));
	assert_string_equal(
	    kit_ids(k, &(struct store_article_query){.query = "harvest",
			   .order = STORE_BEST}),
	    "2 1");
	assert_int_equal(store_articles(k->r,
			     &(struct store_article_query){
				 .query = "vote", .order = STORE_BEST},
			     copy_snippet, snippet),
	    AK_OK);
	assert_non_null(strstr(snippet, "\x02vote\x03"));
}

static void
test_search_goes_off_and_on(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/feed");
	struct doc *d = kit_doc(k);
	struct doc_entry *e = kit_entry(k, d, "1", NULL, "Apple", "Red fruit.");

	kit_poll(k, feed, d);
	kit_reopen(k, STORE_NO_SEARCH);
	e->title_text = "Pear";
	kit_entry(k, d, "2", NULL, "Plum", "Blue fruit.");
	kit_poll(k, feed, d);
	assert_string_equal(kit_search(k, "apple"), "");
	assert_string_equal(kit_search(k, "plum"), "");
	kit_reopen(k, 0);
	kit_entry(k, d, "3", NULL, "Fig", "Green fruit.");
	kit_poll(k, feed, d);
	assert_string_equal(kit_search(k, "fruit"), "1 2 3");
	assert_string_equal(kit_search(k, "pear"), "1");
	assert_int_equal(store_reindex_search(k->s, NULL, NULL), AK_OK);
	assert_string_equal(kit_search(k, "fruit"), "1 2 3");
}

static void
test_title_keys_are_equal_for_spellings(void **state)
{
	struct tokens *t = tokens_new();
	struct kit *k = *state;
	static const char *const pairs[][2] = {
	    {"The “Big” Story!", "the big story"},
	    {"ＡＩ、東京で「発表」", "AI東京で発表"},
	    {"Café—au lait", "CAFE AU LAIT"}, {"ﾃﾞｼﾞﾀﾙ", "デジタル"}};

	for (size_t n = 0; n < AK_COUNT(pairs); n++)
		assert_string_equal(tokens_title_key(t, k->a, pairs[n][0]),
		    tokens_title_key(t, k->a, pairs[n][1]));
	assert_string_equal(tokens_title_key(t, k->a, "!?"), "");
	assert_string_not_equal(tokens_title_key(t, k->a, "東京"),
	    tokens_title_key(t, k->a, "京都"));
	tokens_free(t);
}

/* At the number that begins a merge, FTS5 would do all of it in one commit. */
static void
test_large_merges_are_spread_over_commits(void **state)
{
	struct kit *k = *state;

	assert_true(kit_sql_int(k,
			"SELECT v FROM search_config WHERE k = 'crisismerge'") >
		    kit_sql_int(k,
			"SELECT v FROM search_config WHERE k = 'automerge'"));
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_cjk_words_are_found_wherever_they_stand),
	    TEST(test_case_width_and_accents_fold),
	    TEST(test_dictionary_scripts_are_cut),
	    TEST(test_operators),
	    TEST(test_no_query_is_an_error),
	    TEST(test_titles_weigh_more_and_snippets_mark),
	    TEST(test_search_goes_off_and_on),
	    TEST(test_title_keys_are_equal_for_spellings),
	    TEST(test_large_merges_are_spread_over_commits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

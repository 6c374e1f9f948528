/* SPDX-License-Identifier: ISC */
#include "tests/relate/relating.h"

#include <math.h>

#include "relate/sound.h"

static const struct news english = {"Marchetti meets Kowalenko in Norway",
    "The talks between Marchetti and Kowalenko in Norway lasted 47 hours, an "
    "aide named Bergstrom said on Monday. Nothing was signed.",
    "en"};
static const struct news russian = {
    "Маркетти и Коваленко провели переговоры в стране Норвегия",
    "Встреча, о которой рассказал Бергстром, длилась 47 часов. Документов "
    "Маркетти и Коваленко не подписали; принимала их Норвегия.",
    "ru"};
static const struct news japanese = {
    "マルケッティ氏とコワレンコ氏、ノルウェーで会談",
    "マルケッティ氏とコワレンコ氏のノルウェーでの会談は47時間に及んだと、"
    "ベルグストローム補佐官が述べた。合意文書への署名はなかった。",
    "ja"};
/* Names that sound the same, and nothing else. */
static const struct news other = {"Morketto visits Kavalinka",
    "Tourists like what Morketto writes about gardens, and Kavalinka sells "
    "the flowers there; Burgstram paints them.",
    "en"};

enum { STRANGERS = 60 };

static void
assert_sounds(const char *word, const char *sound)
{
	UErrorCode err = U_ZERO_ERROR;
	char got[SOUND_MOST + 1] = "";
	size_t n =
	    sound_of(unorm2_getNFDInstance(&err), word, strlen(word), got);

	got[n] = '\0';
	assert_string_equal(got, sound);
}

static void
test_a_name_sounds_alike_in_all_scripts(void **state)
{
	(void)state;
	assert_sounds("trump", "TRNP");
	assert_sounds("трамп", "TRNP");
	assert_sounds("τραμπ", "TRNP");
	assert_sounds("トランプ", "TRNP");
	assert_sounds("clinton", "KRNTN");
	assert_sounds("клинтон", "KRNTN");
	assert_sounds("クリントン", "KRNTN");
	assert_sounds("obama", "aBN");
	assert_sounds("обама", "aBN");
	assert_sounds("オバマ", "aBN");
	assert_sounds("erdoğan", "aRDGN");
	assert_sounds("erdogan", "aRDGN");
	assert_sounds("wałęsa", "BRS");
	assert_sounds("philadelphia", "FRDRF");
	assert_sounds("çelik", "SRK");
	assert_sounds("yemen", "aNN");
	assert_sounds("йемен", "aNN");
	assert_sounds("джонсон", "JNSN");
	assert_sounds("johnson", "JNSN");
}

static void
test_no_sound_of_little_or_of_other_scripts(void **state)
{
	(void)state;
	assert_sounds("", "");
	assert_sounds("xi", "");
	assert_sounds("習近平", "");
	assert_sounds("ترامب", "");
	assert_sounds("a4b7c9", "");
}

/* Strangers in three languages, so that a store knows them. */
static void
add_strangers(
    struct bench *b, struct relate_index *x, struct relate_article *ret)
{
	static const char *const langs[] = {"en", "ru", "ja"};
	struct relate_result r;

	for (int i = 0; i < STRANGERS; i++) {
		char *text = made_up((uint64_t)i, (unsigned)i % 5, 50);
		struct news n = {"", text, langs[i % 3]};

		ret[i] = article_of(b, i + 1, &n, DAY_0);
		relate_add(x, &ret[i], &r);
		free(text);
	}
}

/* The relation with an article; of none, all is 0. */
static struct relate_edge
edge_to(const struct relate_result *r, int64_t id)
{
	for (size_t i = 0; i < r->n_edges; i++) {
		if (r->edges[i].other == id)
			return r->edges[i];
	}
	return (struct relate_edge){0};
}

static void
test_names_relate_two_languages(void **state)
{
	struct relate_article strangers[STRANGERS];
	struct relate_index *x = relate_index_new(NULL);
	struct relate_article art[4];
	struct relate_result r;
	struct bench b;

	(void)state;
	bench_init(&b);
	add_strangers(&b, x, strangers);
	art[0] = article_of(&b, 101, &english, DAY_0);
	art[1] = article_of(&b, 102, &other, DAY_0);
	art[2] = article_of(&b, 103, &russian, DAY_0);
	art[3] = article_of(&b, 104, &japanese, DAY_0);
	relate_add(x, &art[0], &r);
	relate_add(x, &art[1], &r);
	assert_true(
	    edge_to(&r, 101).score <= 0); /* one language: words count */
	relate_add(x, &art[2], &r);
	assert_true(edge_to(&r, 101).score > 0);
	assert_true(r.n_edges == 1 || r.edges[0].other == 101);
	relate_add(x, &art[3], &r);
	assert_true(edge_to(&r, 101).score > 0);
	assert_true(edge_to(&r, 103).score > 0);
	assert_true(edge_to(&r, 101).parts.common > 0); /* the Russian one */
	relate_index_free(x);
	bench_release(&b);
}

static void
test_reasons_are_the_names(void **state)
{
	struct relate_article strangers[STRANGERS];
	struct relate_index *x = relate_index_new(NULL);
	struct relate_side sa = {
	    .id = 101, .text = text_of(&english), .date = DAY_0};
	struct relate_side sb = {
	    .id = 103, .text = text_of(&russian), .date = DAY_0};
	struct relate_article art[2];
	struct relate_result r;
	struct relate_why why;
	struct relate_edge e;
	struct bench b;
	size_t seen = 0;

	(void)state;
	bench_init(&b);
	add_strangers(&b, x, strangers);
	art[0] = article_of(&b, 101, &english, DAY_0);
	art[1] = article_of(&b, 103, &russian, DAY_0);
	relate_add(x, &art[0], &r);
	relate_add(x, &art[1], &r);
	e = edge_to(&r, 101);
	assert_true(e.score > 0);
	relate_explain(b.lx, b.arena, x, &sa, &sb, &why);
	assert_true(why.is_related);
	assert_true(fabs(why.parts.cosine - e.parts.cosine) < 1e-5);
	for (size_t i = 0; i < why.n_terms; i++)
		seen += strcmp(why.terms[i].text, "Marchetti") == 0 ||
			strcmp(why.terms[i].text, "Kowalenko") == 0 ||
			strcmp(why.terms[i].text, "Norway") == 0 ||
			strcmp(why.terms[i].text, "47") == 0;
	assert_int_equal(seen, 4);
	relate_index_free(x);
	bench_release(&b);
}

/* One article of a set, revised, and a restart with the newcomer's terms alone:
 * what is shared across languages is found as before. */
static void
test_restart_and_revision_keep_names(void **state)
{
	struct relate_article strangers[STRANGERS];
	struct relate_index *x = relate_index_new(NULL), *y;
	struct relate_article art[3];
	struct relate_result r, again;
	struct bench b;
	void *saved;
	size_t len;

	(void)state;
	bench_init(&b);
	add_strangers(&b, x, strangers);
	art[0] = article_of(&b, 101, &other, DAY_0);
	art[1] = article_of(&b, 102, &other, DAY_0);
	relate_add(x, &art[0], &r);
	relate_add(x, &art[1], &r);
	art[0] = article_of(&b, 101, &english, DAY_0);
	relate_revise(x, &art[0], 1);
	relate_add(x, &art[0], &r);
	relate_save(x, &saved, &len);
	art[2] = article_of(&b, 103, &russian, DAY_0);
	relate_add(x, &art[2], &r);
	assert_true(edge_to(&r, 101).score > 0);
	y = relate_index_new(NULL);
	assert_int_equal(relate_load(y, saved, len), AK_OK);
	free(saved);
	relate_expect(y, &art[2]);
	for (int i = 0; i < STRANGERS; i++)
		relate_restore(y, &strangers[i], i + 1);
	relate_restore(y, &art[0], 101);
	relate_restore(y, &art[1], 102);
	relate_add(y, &art[2], &again);
	assert_int_equal(again.n_edges, r.n_edges);
	assert_true(edge_to(&again, 101).score == edge_to(&r, 101).score);
	relate_index_free(y);
	relate_index_free(x);
	bench_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_name_sounds_alike_in_all_scripts),
	    cmocka_unit_test(test_no_sound_of_little_or_of_other_scripts),
	    cmocka_unit_test(test_names_relate_two_languages),
	    cmocka_unit_test(test_reasons_are_the_names),
	    cmocka_unit_test(test_restart_and_revision_keep_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

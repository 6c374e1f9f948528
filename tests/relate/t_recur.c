/* SPDX-License-Identifier: ISC */
/* What a feed puts round all its articles. */
#include "tests/relate/relating.h"

enum { ITEMS = 5 };

struct feed {
	const char *lang, *footer; /* %s: the title */
	struct {
		const char *title, *text;
	} items[ITEMS];
};

static const struct feed feeds[] = {
    {"en",
	"\nThe post %s appeared first on Harbour Street Journal.\n"
	"If you liked this column, tell your friends and subscribe to our "
	"weekly letter.",
	{{"Bakers raise prices", "Flour costs twice what it did in March."},
	    {"Old tram returns", "Volunteers restored the carriage by hand."},
	    {"Otters in the river", "Biologists counted eleven animals."},
	    {"School wins at chess", "The final lasted seven hours."},
	    {"Library closes early", "Heating is too expensive at night."}}},
    {"ja",
	"\n「%s」は港町新聞の公式サイトで最初に公開されました。\n"
	"この記事が気に入ったら、友達に知らせて週刊メールを購読してください。",
	{{"パン屋が値上げ", "小麦粉の価格が三月の二倍になった。"},
	    {"路面電車が復活", "有志が車両を手作業で修復した。"},
	    {"川にカワウソ", "生物学者が十一頭を確認した。"},
	    {"将棋で高校が優勝", "決勝戦は七時間に及んだ。"},
	    {"図書館が早じまい", "夜間の暖房費が高すぎるという。"}}},
    {"zh",
	"\n《%s》一文首发于海港日报官方网站。\n"
	"如果您喜欢这篇文章，请转发给朋友并订阅我们的每周通讯。",
	{{"面包涨价", "面粉价格比三月翻了一番。"},
	    {"老电车重返街头", "志愿者手工修复了车厢。"},
	    {"河里出现水獭", "生物学家数到十一只。"},
	    {"中学夺得象棋冠军", "决赛持续了七个小时。"},
	    {"图书馆提前闭馆", "夜间供暖过于昂贵。"}}},
};

static struct relate_article
item_of(struct bench *b, const struct feed *f, int i, bool one_feed)
{
	char text[1024], foot[512];
	struct news n = {f->items[i].title, text, f->lang};
	struct relate_article art;
	int len = 0;

	for (const char *p = f->footer; *p != '\0'; p++) {
		if (p[0] == '%' && p[1] == 's') {
			len += snprintf(foot + len, sizeof(foot) - (size_t)len,
			    "%s", f->items[i].title);
			p++;
		} else {
			foot[len++] = *p;
		}
	}
	foot[len] = '\0';
	(void)snprintf(text, sizeof(text), "%s%s", f->items[i].text, foot);
	art = article_of(b, i + 1, &n, DAY_0 + i * 3600);
	art.feed_id = one_feed ? 7 : 7 + i;
	return art;
}

/* The likeness of the last item to the one most like it. */
static double
last_of(const struct feed *f, bool one_feed, bool with_restart)
{
	struct relate_index *x = relate_index_new(NULL), *y;
	struct bench b;
	struct relate_result r;
	double most = 0.0;

	bench_init(&b);
	for (int i = 0; i < ITEMS; i++) {
		struct relate_article art = item_of(&b, f, i, one_feed);

		if (i == ITEMS - 1 && with_restart) {
			void *saved;
			size_t len;

			relate_remove(x, 1);
			y = relate_index_new(NULL);
			relate_save(x, &saved, &len);
			assert_int_equal(relate_load(y, saved, len), AK_OK);
			free(saved);
			for (int k = 1; k < i; k++) {
				struct relate_article old =
				    item_of(&b, f, k, one_feed);

				relate_restore(y, &old, k + 1);
			}
			relate_index_free(x);
			x = y;
		} else if (i == ITEMS - 1) {
			relate_remove(x, 1);
		}
		relate_add(x, &art, &r);
	}
	for (size_t i = 0; i < r.n_edges; i++) {
		if (one_feed)
			assert_int_not_equal(r.edges[i].kind, RELATE_DUPLICATE);
		if (r.edges[i].parts.cosine > most)
			most = r.edges[i].parts.cosine;
	}
	if (one_feed)
		assert_int_equal(r.thread, ITEMS);
	relate_index_free(x);
	bench_release(&b);
	return most;
}

static void
test_what_a_feed_repeats_relates_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < AK_COUNT(feeds); i++) {
		assert_true(last_of(&feeds[i], false, false) > 0.15);
		assert_true(last_of(&feeds[i], true, false) < 0.02);
	}
}

static void
test_a_restart_knows_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < AK_COUNT(feeds); i++)
		assert_true(last_of(&feeds[i], true, false) ==
			    last_of(&feeds[i], true, true));
}

/* The words that a pair of items shares, as explained. */
static double
explained(struct bench *b, const struct feed *f, struct relate_index *x)
{
	char text[2][1024];
	struct relate_side s[2];
	struct relate_why why;

	for (int i = 0; i < 2; i++) {
		const char *foot = strchr(f->footer + 1, '\n');

		(void)snprintf(text[i], sizeof(text[i]), "%s%s",
		    f->items[3 + i].text, foot);
		s[i] = (struct relate_side){.id = 4 + i,
		    .text = {.title = f->items[3 + i].title,
			.text = text[i],
			.text_len = strlen(text[i]),
			.lang = f->lang},
		    .date = DAY_0};
	}
	relate_explain(b->lx, b->arena, x, &s[0], &s[1], &why);
	assert_true(why.is_related == (x == NULL));
	return why.parts.cosine;
}

static void
test_why_leaves_it_out_too(void **state)
{
	(void)state;
	for (size_t i = 0; i < AK_COUNT(feeds); i++) {
		struct relate_index *x = relate_index_new(NULL);
		struct relate_result r;
		struct bench b;

		bench_init(&b);
		for (int k = 0; k < ITEMS; k++) {
			char text[1024];
			struct news n = {
			    feeds[i].items[k].title, text, feeds[i].lang};
			struct relate_article art;

			(void)snprintf(text, sizeof(text), "%s%s",
			    feeds[i].items[k].text,
			    strchr(feeds[i].footer + 1, '\n'));
			art = article_of(&b, k + 1, &n, DAY_0);
			art.feed_id = 7;
			relate_add(x, &art, &r);
		}
		assert_true(explained(&b, &feeds[i], NULL) > 0.15);
		assert_true(explained(&b, &feeds[i], x) < 0.05);
		relate_index_free(x);
		bench_release(&b);
	}
}

static void
test_versions_of_one_article_are_no_boilerplate(void **state)
{
	static const char text[] =
	    "The ferry to the island stood still for three hours.\n"
	    "A rope had caught in the propeller, the company said.\n"
	    "Forty passengers were brought ashore by fishing boats.\n"
	    "Nobody was hurt, and the next crossing leaves on time.%s";
	static const char *const ends[] = {"", "\nA diver cut the rope.",
	    "\nA diver cut the rope at noon.", "\nTwo divers were needed."};
	struct relate_index *x = relate_index_new(NULL);
	struct bench b;
	struct relate_result r;

	(void)state;
	bench_init(&b);
	for (int i = 0; i < 4; i++) {
		char all[512];
		struct news n = {"Ferry stands still for hours", all, "en"};
		struct relate_article art;

		(void)snprintf(all, sizeof(all), text, ends[i]);
		art = article_of(&b, i + 1, &n, DAY_0 + i * 60);
		art.feed_id = 7;
		relate_add(x, &art, &r);
	}
	assert_int_equal(r.n_edges, 3);
	for (size_t i = 0; i < r.n_edges; i++)
		assert_int_equal(r.edges[i].kind, RELATE_DUPLICATE);
	relate_index_free(x);
	bench_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_a_feed_repeats_relates_nothing),
	    cmocka_unit_test(test_a_restart_knows_it),
	    cmocka_unit_test(test_why_leaves_it_out_too),
	    cmocka_unit_test(test_versions_of_one_article_are_no_boilerplate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
/* t_match.c - which entries of several feeds are one article. */
#include "tests/store/kit.h"

#define SITE "https://example.org"

/* --- articles over feeds --------------------------------------------- */

static void
test_one_article_in_three_feeds(void **state)
{
	struct kit *k = *state;
	static const char *const feeds[] = {
	    SITE "/all.xml", SITE "/world.xml", SITE "/top.xml"};
	static const char *const links[] = {SITE "/a/1",
	    "http://example.org/a/1?utm_source=w", SITE "/a/1#rss"};
	struct kit_article a;
	int64_t id[3], n;

	for (int f = 0; f < 3; f++) {
		struct doc *d = kit_doc(k);

		id[f] = kit_feed(k, feeds[f]);
		kit_entry(k, d, arena_printf(k->a, "guid-%d", f), links[f],
		    f == 1 ? "The story, as the world page has it"
			   : "The story",
		    "Text.");
		kit_poll(k, id[f], d);
		assert_int_equal(k->delta.n_new, f == 0);
		assert_int_equal(k->delta.n_joined, f != 0);
	}
	assert_int_equal(kit_n_articles(k, 0), 1);
	for (int f = 0; f < 3; f++)
		assert_int_equal(kit_n_articles(k, id[f]), 1);
	kit_get(k, 1, &a);
	assert_string_equal(a.title, "The story");
	assert_non_null(strstr(a.feeds, "all.xml"));
	assert_non_null(strstr(a.feeds, "world.xml"));
	assert_non_null(strstr(a.feeds, "top.xml"));
	assert_int_equal(store_mark(k->s, STORE_READ,
			     &(struct store_mark_query){.feed_id = id[2]}, &n),
	    AK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(
	    kit_count(k, &(struct store_article_query){.feed_id = id[0],
			     .unread = true}),
	    0);
}

static void
test_the_same_guid_on_a_host_under_other_links(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, SITE "/1.xml"),
		two = kit_feed(k, SITE "/2.xml");
	int64_t far = kit_feed(k, "https://example.net/feed");
	struct doc *d = kit_doc(k);

	kit_entry(k, d, "4711 at site", SITE "/sport/4711", "Win", "Text.");
	kit_poll(k, one, d);
	d = kit_doc(k);
	kit_entry(k, d, "4711 at site", SITE "/local/4711", "Win", "Text.");
	kit_poll(k, two, d);
	assert_int_equal(k->delta.n_joined, 1);
	/* Elsewhere the same number means nothing, nor does it for another
	 * title. */
	d = kit_doc(k);
	kit_entry(k, d, "4711 at site", "https://example.net/1", "Win", "T.");
	kit_poll(k, far, d);
	assert_int_equal(k->delta.n_new, 1);
	d = kit_doc(k);
	kit_entry(k, d, "1", SITE "/n/1", "News", "Text.");
	kit_poll(k, one, d);
	d = kit_doc(k);
	kit_entry(k, d, "1", SITE "/e/1", "Event", "Text.");
	kit_poll(k, two, d);
	assert_int_equal(k->delta.n_new, 1);
	assert_int_equal(kit_n_articles(k, 0), 4);
}

static void
test_comments_are_not_the_article(void **state)
{
	struct kit *k = *state;
	int64_t blog = kit_feed(k, SITE "/feed");
	int64_t comments = kit_feed(k, SITE "/comments/feed");
	struct doc *d = kit_doc(k);

	kit_entry(k, d, "1", SITE "/post", "A post", "Text.");
	kit_poll(k, blog, d);
	d = kit_doc(k);
	kit_entry(k, d, "c1", SITE "/post#comment-1", "By: Ann", "I agree.");
	kit_poll(k, comments, d);
	assert_int_equal(k->delta.n_new, 1);
	/* Neither when all comments link to the bare page. */
	d = kit_doc(k);
	kit_entry(k, d, "c2", SITE "/post", "By: Bob", "I do not.");
	kit_entry(k, d, "c3", SITE "/post", "By: Eve", "Why?");
	kit_poll(k, comments, d);
	assert_int_equal(k->delta.n_new, 2);
	assert_int_equal(kit_n_articles(k, 0), 4);
}

/* --- aggregators ----------------------------------------------------- */

#define NEWS "https://news.example"

static struct doc *
publisher_doc(struct kit *k)
{
	struct doc *d = kit_doc(k);

	d->home_page_url = SITE "/";
	kit_entry(k, d, "tag:p,1", SITE "/story", "The original title",
	    "The whole text of the story, as its author wrote it.");
	return d;
}

static void
check_joined(struct kit *k, int64_t publisher, int64_t aggregator)
{
	struct kit_article a;

	assert_int_equal(kit_n_articles(k, 0), 1);
	assert_int_equal(kit_n_articles(k, publisher), 1);
	assert_int_equal(kit_n_articles(k, aggregator), 1);
	kit_get(k, 1, &a);
	assert_string_equal(a.title, "The original title");
	assert_string_equal(
	    a.text, "The whole text of the story, as its author wrote it.");
	assert_string_equal(a.url, SITE "/story");
	assert_string_equal(kit_search(k, "author"), "1");
	assert_string_equal(kit_search(k, "comments"), "");
}

static void
test_a_link_aggregator_joins(void **state)
{
	struct kit *k = *state;
	int64_t publisher = kit_feed(k, SITE "/feed");
	int64_t aggregator = kit_feed(k, NEWS "/rss");
	struct doc *d = kit_doc(k);
	struct kit_article a;

	kit_poll(k, publisher, publisher_doc(k));
	kit_entry(
	    k, d, "77", SITE "/story", "Somebody's headline (2026)", "Comments")
	    ->comments_url = NEWS "/item?id=77";
	kit_poll(k, aggregator, d);
	assert_int_equal(k->delta.n_joined, 1);
	check_joined(k, publisher, aggregator);
	kit_get(k, 1, &a);
	assert_string_equal(a.comments_url, NEWS "/item?id=77");
	/* Its edits are not the article's. */
	d->entries->title_text = "Another headline";
	kit_poll(k, aggregator, d);
	assert_int_equal(k->delta.n_revised, 0);
	check_joined(k, publisher, aggregator);
}

static void
test_a_link_aggregator_is_first(void **state)
{
	struct kit *k = *state;
	int64_t aggregator = kit_feed(k, NEWS "/rss");
	int64_t publisher = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct kit_article a;

	kit_entry(
	    k, d, "77", SITE "/story", "Somebody's headline (2026)", "Comments")
	    ->comments_url = NEWS "/item?id=77";
	kit_poll(k, aggregator, d);
	kit_poll(k, publisher, publisher_doc(k));
	assert_int_equal(k->delta.n_joined, 1);
	assert_int_equal(k->delta.n_changed_articles, 1);
	check_joined(k, publisher, aggregator);
	kit_get(k, 1, &a);
	assert_string_equal(a.comments_url, NEWS "/item?id=77");
	kit_poll(k, aggregator, d);
	kit_poll(k, publisher, publisher_doc(k));
	assert_int_equal(k->delta.n_revised, 0);
	check_joined(k, publisher, aggregator);
}

/* Two sites that write about a third one's page, each under its own name. */
static void
test_what_two_sites_name_apart_stays_apart(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, NEWS "/rss");
	int64_t other = kit_feed(k, "https://blog.example/rss");
	struct doc *d = kit_doc(k);

	kit_entry(k, d, "a-1", SITE "/story", "Why this matters", "Because.");
	kit_poll(k, one, d);
	d = kit_doc(k);
	kit_entry(k, d, "b-1", SITE "/story", "Link of the day", "Look here.");
	kit_poll(k, other, d);
	assert_int_equal(kit_n_articles(k, 0), 2);
	/* The same title too: the same thing said twice. */
	d = kit_doc(k);
	kit_entry(k, d, "c-1", SITE "/story", "Link of the day", "Look here.");
	kit_poll(k, kit_feed(k, "https://planet.example/rss"), d);
	assert_int_equal(k->delta.n_joined, 1);
	assert_int_equal(kit_n_articles(k, 0), 2);
}

/* Where the entry's own page is the aggregator's. */
static void
check_pointer(struct kit *k, bool aggregator_first)
{
	int64_t aggregator = kit_feed(k, NEWS "/r/rss");
	int64_t publisher = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct kit_article a;

	kit_entry(k, d, "t3_1", NEWS "/r/comments/1", "I found this",
	    "submitted by ann, comments")
	    ->external_url = SITE "/story?utm_source=reddit";
	if (!aggregator_first)
		kit_poll(k, publisher, publisher_doc(k));
	kit_poll(k, aggregator, d);
	if (aggregator_first)
		kit_poll(k, publisher, publisher_doc(k));
	assert_int_equal(k->delta.n_joined, 1);
	check_joined(k, publisher, aggregator);
	kit_get(k, 1, &a);
	assert_string_equal(a.comments_url, NEWS "/r/comments/1");
}

static void
test_a_pointer_joins(void **state)
{
	check_pointer(*state, false);
}

static void
test_a_pointer_is_first(void **state)
{
	check_pointer(*state, true);
}

static void
test_a_post_with_a_text_of_its_own_is_no_pointer(void **state)
{
	struct kit *k = *state;
	int64_t publisher = kit_feed(k, SITE "/feed");
	int64_t blog = kit_feed(k, "https://blog.example/feed");
	struct doc *d = kit_doc(k);
	char *text = arena_alloc(k->a, 2000);

	memset(text, 'x', 1500);
	kit_poll(k, publisher, publisher_doc(k));
	kit_entry(
	    k, d, "1", "https://blog.example/1", "What I make of it", text)
	    ->external_url = SITE "/story";
	kit_poll(k, blog, d);
	assert_int_equal(k->delta.n_new, 1);
	assert_int_equal(kit_n_articles(k, 0), 2);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_one_article_in_three_feeds),
	    TEST(test_the_same_guid_on_a_host_under_other_links),
	    TEST(test_comments_are_not_the_article),
	    TEST(test_what_two_sites_name_apart_stays_apart),
	    TEST(test_a_link_aggregator_joins),
	    TEST(test_a_link_aggregator_is_first),
	    TEST(test_a_pointer_joins),
	    TEST(test_a_pointer_is_first),
	    TEST(test_a_post_with_a_text_of_its_own_is_no_pointer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

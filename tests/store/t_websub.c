/* SPDX-License-Identifier: ISC */
#include "tests/store/kit.h"

#define HUB_STATE "{\"stage\":1}"

struct seen {
	int n;
	int64_t feed_id, poll_at, found_at;
	bool has_feed;
	char url[64], state[64];
};

static void
see(const struct store_websub *w, void *arg)
{
	struct seen *s = arg;

	s->n++;
	s->feed_id = w->feed_id;
	s->poll_at = w->poll_at;
	s->found_at = w->found_at;
	s->has_feed = w->has_feed;
	(void)snprintf(s->url, sizeof(s->url), "%s", w->url);
	(void)snprintf(s->state, sizeof(s->state), "%s", w->state);
}

static struct seen
look(struct kit *k, bool only_news)
{
	struct seen s = {0};

	assert_int_equal(store_websubs(k->s, only_news, see, &s), AK_OK);
	return s;
}

static void
test_an_offer_is_news_until_it_is_taken_up(void **state)
{
	struct kit *k = *state;
	struct store_websub w = {.feed_id = kit_feed(k, "http://a.example/"),
	    .poll_at = 7,
	    .url = "http://a.example/",
	    .state = HUB_STATE};
	struct seen s;
	bool has = true;

	assert_int_equal(store_websub_has(k->s, w.feed_id, &has), AK_OK);
	assert_false(has);
	assert_int_equal(store_websub_offer(k->s, &w), AK_OK);
	assert_int_equal(store_websub_has(k->s, w.feed_id, &has), AK_OK);
	assert_true(has);
	s = look(k, true);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.feed_id, w.feed_id);
	assert_int_equal(s.poll_at, 7);
	assert_true(s.has_feed);
	assert_string_equal(s.url, w.url);
	assert_string_equal(s.state, HUB_STATE);

	w.state = "taken up";
	w.found_at = 8;
	assert_int_equal(store_websub_put(k->s, &w), AK_OK);
	assert_int_equal(look(k, true).n, 0);
	/* A second offer changes nothing. */
	w.state = HUB_STATE;
	assert_int_equal(store_websub_offer(k->s, &w), AK_OK);
	kit_reopen(k, 0);
	s = look(k, false);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.found_at, 8);
	assert_string_equal(s.state, "taken up");
}

static void
test_it_outlives_its_feed(void **state)
{
	struct kit *k = *state;
	struct store_websub w = {.feed_id = kit_feed(k, "http://a.example/"),
	    .url = "http://a.example/",
	    .state = HUB_STATE};
	struct seen s;

	assert_int_equal(store_websub_put(k->s, &w), AK_OK);
	assert_int_equal(store_feed_remove(k->s, w.feed_id), AK_OK);
	s = look(k, true);
	assert_int_equal(s.n, 1);
	assert_false(s.has_feed);
	assert_int_equal(store_websub_forget(k->s, w.feed_id), AK_OK);
	assert_int_equal(look(k, false).n, 0);
}

static void
test_falling_back_only_hastens(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "http://a.example/");

	kit_sql(k, "UPDATE feed_poll SET due_at = 1000, last_poll_at = 100");
	assert_int_equal(store_websub_fallen_back(k->s, feed, 2000), AK_OK);
	assert_int_equal(kit_sql_int(k, "SELECT due_at FROM feed_poll"), 1000);
	assert_int_equal(store_websub_fallen_back(k->s, feed, 400), AK_OK);
	assert_int_equal(kit_sql_int(k, "SELECT due_at FROM feed_poll"), 400);
	assert_int_equal(kit_sql_int(k, "SELECT hint_s FROM feed_poll"), 300);
	kit_sql(k, "UPDATE feed_poll SET life = 3");
	assert_int_equal(store_websub_fallen_back(k->s, feed, 300), AK_OK);
	assert_int_equal(kit_sql_int(k, "SELECT due_at FROM feed_poll"), 400);
}

static void
test_a_push_brings_entries_alone(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "http://a.example/");
	struct doc *d = kit_doc(k);
	struct store_fetch f = {.feed_id = feed,
	    .at = KIT_NOW + 9000,
	    .is_delta = true,
	    .is_push = true};
	struct store_delta delta = {0};

	kit_entry(k, d, "1", "http://a.example/1", "One", "Words.");
	kit_poll(k, feed, d);
	kit_sql(k, "UPDATE feed SET etag = 'e'");
	kit_sql(k, "UPDATE feed_poll SET due_at = 77, rate_n = 1");
	f.doc = d = kit_doc(k);
	d->title_text = "Another title";
	kit_entry(k, d, "2", "http://a.example/2", "Two", "More words.");
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_OK);
	assert_int_equal(delta.n_new, 1);
	store_delta_release(&delta);
	assert_int_equal(kit_n_articles(k, feed), 2);
	assert_int_equal(
	    kit_sql_int(k, "SELECT etag = 'e' AND due_at = 77 "
			   "FROM feed JOIN feed_poll ON feed = id"),
	    1);
	assert_int_equal(kit_sql_int(k, "SELECT feed_title IS "
					"'Another title' FROM feed"),
	    0);
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM poll"), 1);
	/* It counts for the feed's rhythm. */
	assert_int_equal(kit_sql_int(k, "SELECT rate_n FROM feed_poll"), 2);
	assert_int_equal(kit_sql_int(k, "SELECT last_new_at FROM feed"), f.at);
	f.feed_id = 99;
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_NOTFOUND);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_an_offer_is_news_until_it_is_taken_up),
	    TEST(test_it_outlives_its_feed),
	    TEST(test_falling_back_only_hastens),
	    TEST(test_a_push_brings_entries_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

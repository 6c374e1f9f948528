/* SPDX-License-Identifier: ISC */
/* t_gone.c - what was removed, and feeds that move or meet another. */
#include "tests/store/kit.h"

#define SITE "https://example.org"

/* --- removal --------------------------------------------------------- */

static void
test_what_was_removed_does_not_come_back(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, SITE "/1.xml"),
		two = kit_feed(k, SITE "/2.xml");
	struct doc *d = kit_doc(k), *other = kit_doc(k);
	struct store_gc_result gc;
	int64_t n;

	kit_entry(k, d, "1", SITE "/hand", "By hand", "Text.");
	kit_entry(k, d, "2", SITE "/age", "By age", "Text.");
	kit_entry(k, d, "3", SITE "/stay", "Stays", "Text.");
	kit_poll(k, one, d);
	assert_int_equal(
	    store_article_remove(k->s, kit_by_title(k, "By hand")), AK_OK);
	n = kit_by_title(k, "By age");
	assert_int_equal(
	    store_mark(k->s, STORE_READ,
		&(struct store_mark_query){.ids = &n, .n_ids = 1}, &n),
	    AK_OK);
	assert_int_equal(
	    store_gc(k->s,
		&(struct store_gc){.now = k->now + 90 * 86400, .keep_days = 30},
		&gc),
	    AK_OK);
	assert_int_equal(gc.n_articles, 1);
	assert_int_equal(kit_n_articles(k, 0), 1);

	/* Not by the same feed, edited or not, under a new guid or not, ... */
	kit_poll(k, one, d);
	assert_int_equal(k->delta.n_new, 0);
	d->entries->title_text = "By hand, edited";
	kit_poll(k, one, d);
	d->entries->id = "new";
	kit_poll(k, one, d);
	assert_int_equal(k->delta.n_new, 0);
	/* ... nor by another that carries it. */
	kit_entry(k, other, "x", "http://example.org/age?utm_source=x",
	    "By age", "Text.");
	kit_poll(k, two, other);
	assert_int_equal(k->delta.n_new, 0);
	assert_int_equal(kit_n_articles(k, 0), 1);
	assert_int_equal(store_article_remove(k->s, 99), AK_NOTFOUND);
}

static void
test_another_port_is_another_server(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, "http://127.0.0.1:8001/feed"),
		two = kit_feed(k, "http://127.0.0.1:8002/feed");
	struct doc *d = kit_doc(k), *other = kit_doc(k);

	kit_entry(k, d, "1", "http://127.0.0.1:8001/1", "One", "Text.");
	kit_poll(k, one, d);
	kit_entry(k, other, "1", "http://127.0.0.1:8002/1", "One", "Text.");
	kit_poll(k, two, other);
	assert_int_equal(k->delta.n_new, 1);
	assert_int_equal(kit_n_articles(k, 0), 2);
	/* Nor does what was removed of one say anything about the other. */
	assert_int_equal(store_feed_remove(k->s, one), AK_OK);
	assert_int_equal(store_feed_remove(k->s, two), AK_OK);
	d->entries->url = "http://127.0.0.1:8003/1";
	kit_poll(k, kit_feed(k, "http://127.0.0.1:8003/feed"), d);
	assert_int_equal(k->delta.n_new, 1);
}

static void
test_removal_without_a_link_of_its_own_buries_only_that_item(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);

	kit_entry(k, d, "1", SITE "/", "One", "Text.");
	kit_entry(k, d, "2", SITE "/", "Two", "Text.");
	kit_poll(k, feed, d);
	assert_int_equal(
	    store_article_remove(k->s, kit_by_title(k, "One")), AK_OK);
	assert_int_equal(
	    store_article_remove(k->s, kit_by_title(k, "Two")), AK_OK);
	kit_entry(k, d, "3", SITE "/", "Three", "Text.");
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, 1);
	assert_int_equal(kit_n_articles(k, 0), 1);
}

/* --- the feed's address ---------------------------------------------- */

static void
count_finding(const char *line, void *arg)
{
	print_message("# %s\n", line);
	++*(int *)arg;
}

static void
test_frb_137_a_merged_feed_leaves_no_orphan(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, "http://old.example/feed");
	int64_t two = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct sched_state s = {0};
	struct store_fetch f = {.feed_id = one,
	    .at = KIT_NOW,
	    .sched = &s,
	    .moved_to = SITE "/feed",
	    .adopt_url = true};
	int findings = 0;

	/* The same guid for two things. */
	kit_entry(k, d, "1", "http://old.example/9", "Old", "One text.");
	kit_entry(k, d, "2", "http://old.example/8", "Mine", "Two text.");
	kit_poll(k, one, d);
	d = kit_doc(k);
	kit_entry(k, d, "1", SITE "/1", "New", "Quite another text.");
	kit_poll(k, two, d);
	assert_int_equal(kit_n_articles(k, 0), 3);
	store_delta_release(&k->delta);
	assert_int_equal(store_put_fetch(k->s, &f, &k->delta), AK_OK);
	assert_int_equal(k->delta.merged_into, two);
	assert_int_equal(kit_n_articles(k, two), 3);
	assert_int_equal(
	    store_check(k->r, count_finding, NULL, &findings), AK_OK);
	assert_int_equal(findings, 0);
}

static void
test_a_feed_moves_and_meets_another(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, "http://old.example/feed"), id = 0;
	int64_t two = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct sched_state s = {0};
	struct store_fetch f = {.feed_id = one,
	    .at = KIT_NOW,
	    .sched = &s,
	    .has_moved = true,
	    .moved_to = "https://new.example/feed",
	    .adopt_url = true,
	    .doc = d};
	struct store_delta delta;

	kit_entry(k, d, "1", SITE "/1", "One", "Text.");
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_OK);
	assert_int_equal(delta.merged_into, 0);
	store_delta_release(&delta);
	/* Both addresses are the feed. */
	assert_int_equal(
	    store_feed_resolve(k->r, "https://new.example/feed", &id, NULL),
	    AK_OK);
	assert_int_equal(id, one);
	assert_int_equal(
	    store_feed_resolve(k->r, "http://old.example/feed", &id, NULL),
	    AK_OK);
	assert_int_equal(id, one);

	f.moved_to = SITE "/feed";
	f.at += 10;
	kit_entry(k, d, "2", SITE "/2", "Two", "Text.");
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_OK);
	assert_int_equal(delta.merged_into, two);
	assert_int_equal(delta.n_new, 1);
	store_delta_release(&delta);
	assert_int_equal(kit_n_articles(k, two), 2);
	assert_int_equal(kit_n_articles(k, 0), 2);
	assert_int_equal(
	    store_feed_resolve(k->r, "http://old.example/feed", &id, NULL),
	    AK_OK);
	assert_int_equal(id, two);
	assert_int_equal(
	    store_feeds(
		k->r, &(struct store_feed_query){.spec = "1"}, NULL, NULL),
	    AK_NOTFOUND);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_what_was_removed_does_not_come_back),
	    TEST(test_another_port_is_another_server),
	    TEST(test_removal_without_a_link_of_its_own_buries_only_that_item),
	    TEST(test_frb_137_a_merged_feed_leaves_no_orphan),
	    TEST(test_a_feed_moves_and_meets_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
/* t_store.c - statements, polls, and lists of articles. */
#include "tests/store/kit.h"

#include "store/private.h"

static void
test_every_statement_prepares(void **state)
{
	struct kit *k = *state;

	for (int id = 0; id < Q_COUNT; id++) {
		sqlite3_stmt *st =
		    conn_prepare(&k->s->c, conn_sql((enum stmt_id)id));

		if (st == NULL)
			fail_msg("%s: %s", conn_sql((enum stmt_id)id),
			    store_error(k->s));
		(void)sqlite3_finalize(st);
	}
}

static void
test_the_whole_fetch_state_comes_back(void **state)
{
	struct kit *k = *state;
	int64_t id = kit_feed(k, "https://example.org/feed");
	struct sched_state s = {.life = SCHED_DEAD,
	    .last_poll_at = 1,
	    .last_ok_at = 2,
	    .last_new_at = 3,
	    .rate_n = 4.5,
	    .rate_t_days = 5.5,
	    .n_errors = 6,
	    .first_error_at = 7,
	    .last_outcome = SCHED_TLS,
	    .first_gone_at = 8,
	    .first_missing_at = 16,
	    .first_expired_at = 17,
	    .n_no_content = 18,
	    .retry_until = 19,
	    .refresh_at = 20,
	    .hours_am = INT64_MAX >> 3,
	    .hours_pm = 21,
	    .n_same_body = 9,
	    .penalty = 10,
	    .last_429_at = 11,
	    .ttl_s = 12,
	    .sy_s = 13,
	    .skip_hours = 0xABCDEF,
	    .skip_days = 0x7F,
	    .due_at = 14,
	    .hint = SCHED_HINT_BACKOFF,
	    .hint_s = 15};
	struct store_fetch f = {.feed_id = id,
	    .at = KIT_NOW,
	    .sched = &s,
	    .replace_validators = true,
	    .etag = "W/\"x\"",
	    .body_hash = UINT64_MAX - 1,
	    .items_hash = UINT64_MAX - 2,
	    .error = "no certificate",
	    .has_moved = true,
	    .moved_to = "https://example.net/feed"};
	struct store_delta d;
	struct store_feed got;

	assert_int_equal(store_put_fetch(k->s, &f, &d), AK_OK);
	store_delta_release(&d);
	f.at += 10;
	f.replace_validators = false;
	f.etag = NULL;
	f.body_hash = f.items_hash = 0;
	assert_int_equal(store_put_fetch(k->s, &f, &d), AK_OK);
	store_delta_release(&d);
	kit_get_feed(k, id, &got);
	assert_memory_equal(&got.sched, &s, sizeof(s));
	assert_string_equal(got.etag, "W/\"x\"");
	assert_string_equal(got.error, "no certificate");
	assert_true(got.body_hash == UINT64_MAX - 1);
	assert_true(got.items_hash == UINT64_MAX - 2);
	assert_int_equal(got.n_moved, 2);
	assert_int_equal(got.moved_since, KIT_NOW);
	kit_free_feed(&got);
}

/* Another process may have changed what the poll did not. */
static void
test_a_poll_writes_what_it_changed(void **state)
{
	struct kit *k = *state;
	int64_t id = kit_feed(k, "https://example.org/feed");
	struct sched_state was = {.last_poll_at = 5}, now = was;
	struct store_fetch f = {.feed_id = id,
	    .sched = &now,
	    .sched_was = &was,
	    .error = "words",
	    .error_was = "words"};
	struct store_delta d;
	struct store_feed got;

	kit_sql(k, "UPDATE feed SET retry_until = 77, error = 'words'");
	now.last_poll_at = 8;
	now.due_at = 9;
	now.fresh_until = 10;
	assert_int_equal(store_put_fetch(k->s, &f, &d), AK_OK);
	kit_get_feed(k, id, &got);
	assert_int_equal(got.sched.last_poll_at, 8);
	assert_int_equal(got.sched.due_at, 9);
	assert_int_equal(got.sched.retry_until, 77);
	kit_free_feed(&got);
	now.n_errors = 1;
	assert_int_equal(store_put_fetch(k->s, &f, &d), AK_OK);
	kit_get_feed(k, id, &got);
	assert_int_equal(got.sched.n_errors, 1);
	assert_int_equal(got.sched.retry_until, 0);
	kit_free_feed(&got);
	was = now;
	f.error = NULL;
	assert_int_equal(store_put_fetch(k->s, &f, &d), AK_OK);
	assert_int_equal(kit_sql_int(k, "SELECT count(error) FROM feed"), 0);
	f.feed_id = 99;
	assert_int_equal(store_put_fetch(k->s, &f, &d), AK_NOTFOUND);
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM poll"), 3);
}

static void
test_reading_and_stars(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/feed"), n = 0, id;
	struct store_article_query unread = {.unread = true};
	struct store_article_query starred = {.starred = true};
	struct doc *d = kit_doc(k);

	for (int e = 0; e < 4; e++)
		kit_entry(k, d, arena_printf(k->a, "g%d", e),
		    arena_printf(k->a, "https://example.org/%d", e),
		    arena_printf(k->a, "Title %d", e), "Text.");
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, 4);
	assert_int_equal(kit_count(k, &unread), 4);
	id = kit_by_title(k, "Title 2");
	assert_int_equal(
	    store_mark(k->s, STORE_READ,
		&(struct store_mark_query){.ids = &id, .n_ids = 1}, &n),
	    AK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(kit_count(k, &unread), 3);
	assert_int_equal(
	    store_mark(k->s, STORE_STAR,
		&(struct store_mark_query){.ids = &id, .n_ids = 1}, &n),
	    AK_OK);
	assert_int_equal(kit_count(k, &starred), 1);
	assert_int_equal(store_mark(k->s, STORE_READ,
			     &(struct store_mark_query){.feed_id = feed}, &n),
	    AK_OK);
	assert_int_equal(n, 3);
	assert_int_equal(kit_count(k, &unread), 0);
	assert_int_equal(
	    store_mark(k->s, STORE_READ, &(struct store_mark_query){0}, &n),
	    AK_OK);
	assert_int_equal(n, 0);
	assert_int_equal(store_mark(k->s, STORE_UNREAD,
			     &(struct store_mark_query){.all = true}, &n),
	    AK_OK);
	assert_int_equal(n, 4);
	assert_int_equal(kit_count(k, &unread), 4);
	assert_int_equal(kit_count(k, &starred), 1);
}

static void
test_lists_page_by_date_and_by_arrival(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/feed");
	struct store_article_query q = {.limit = 2};
	struct doc *d = kit_doc(k);

	/* Newest first in the document: ids rise with the dates. */
	for (int e = 5; e > 0; e--)
		kit_entry(k, d, arena_printf(k->a, "g%d", e),
		    arena_printf(k->a, "https://example.org/%d", e),
		    arena_printf(k->a, "Title %d", e), "Text.")
		    ->published = KIT_NOW + e;
	kit_poll(k, feed, d);
	assert_string_equal(kit_ids(k, &q), "5 4");
	q.before_sort = KIT_NOW + 4;
	q.before_sort_id = 4;
	assert_string_equal(kit_ids(k, &q), "3 2");
	q.order = STORE_OLDEST;
	assert_string_equal(kit_ids(k, &q), "5");
	q = (struct store_article_query){
	    .by_arrival = true, .after_id = 2, .order = STORE_OLDEST};
	assert_string_equal(kit_ids(k, &q), "3 4 5");
	q = (struct store_article_query){
	    .unread = true, .since = KIT_NOW + 2, .until = KIT_NOW + 4};
	assert_string_equal(kit_ids(k, &q), "3 2");
	q = (struct store_article_query){
	    .unread = true, .by_arrival = true, .before_id = 4, .limit = 2};
	assert_string_equal(kit_ids(k, &q), "3 2");
	q = (struct store_article_query){.unread = true,
	    .by_arrival = true,
	    .after_id = 3,
	    .order = STORE_OLDEST};
	assert_string_equal(kit_ids(k, &q), "4 5");
	q = (struct store_article_query){.feed_id = feed, .unread = true};
	assert_string_equal(kit_ids(k, &q), "5 4 3 2 1");
	q = (struct store_article_query){.feed_id = feed + 1};
	assert_string_equal(kit_ids(k, &q), "");
}

static void
test_a_bad_poll_does_not_sink_its_neighbours(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/1");
	struct doc *d = kit_doc(k);
	struct store_fetch bad = {.feed_id = 99, .at = KIT_NOW, .doc = d};
	struct store_delta delta;

	kit_entry(k, d, "1", "https://example.org/a", "Alpha", "Text.");
	assert_int_equal(store_begin(k->s), AK_OK);
	kit_poll(k, feed, d);
	assert_int_equal(store_put_fetch(k->s, &bad, &delta), AK_NOTFOUND);
	d = kit_doc(k);
	kit_entry(k, d, "2", "https://example.org/b", "Beta", "Text.");
	kit_poll(k, feed, d);
	assert_int_equal(kit_n_articles(k, 0), 0); /* not committed yet */
	assert_int_equal(store_commit(k->s), AK_OK);
	assert_int_equal(kit_n_articles(k, 0), 2);
	assert_string_equal(kit_search(k, "beta"), "2");

	assert_int_equal(store_begin(k->s), AK_OK);
	d = kit_doc(k);
	kit_entry(k, d, "3", "https://example.org/c", "Gamma", "Text.");
	kit_poll(k, feed, d);
	store_rollback(k->s);
	assert_int_equal(kit_n_articles(k, 0), 2);
	assert_string_equal(kit_search(k, "gamma"), "");
}

static void
test_a_poll_that_fails_half_way_undoes_the_batch(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/1");
	struct store_fetch f = {.feed_id = feed, .at = KIT_NOW};
	struct store_delta delta;
	struct doc *d = kit_doc(k);

	/* No document does that to a store of ours. */
	kit_sql(k, "CREATE UNIQUE INDEX odd ON article (title)");
	kit_entry(k, d, "1", "https://example.org/a", "Alpha", "Text.");
	assert_int_equal(store_begin(k->s), AK_OK);
	kit_poll(k, feed, d);
	f.doc = d = kit_doc(k);
	kit_entry(k, d, "2", "https://example.org/b", "Beta", "Text.");
	kit_entry(k, d, "3", "https://example.net/c", "Beta", "Other text.");
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_EXISTS);
	f.doc = NULL;
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_EXISTS);
	assert_int_equal(store_commit(k->s), AK_EXISTS);
	assert_int_equal(kit_n_articles(k, 0), 0);

	/* A long one may hold too much, and is a savepoint. */
	assert_int_equal(store_begin(k->s), AK_OK);
	f.doc = d;
	f.body_bytes = 2 << 20;
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_EXISTS);
	f.doc = d = kit_doc(k);
	kit_entry(k, d, "1", "https://example.org/a", "Alpha", "Text.");
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_OK);
	store_delta_release(&delta);
	assert_int_equal(store_commit(k->s), AK_OK);
	assert_int_equal(kit_n_articles(k, 0), 1);
}

/* Both ways of finding a category's articles: by all of its entries, and, for
 * few of many, by all articles. */
static void
assert_starts_alike(struct kit *k, struct store_article_query q)
{
	const char *all, *few;

	q.limit = 0;
	all = kit_ids(k, &q);
	q.limit = 3;
	few = kit_ids(k, &q);
	assert_true(strlen(few) > 4);
	assert_memory_equal(few, all, strlen(few));
}

static void
test_a_large_category_lists_as_a_small_one(void **state)
{
	struct kit *k = *state;
	struct store_article_query q = {.category = "Large"};
	int64_t small, n;

	for (int f = 0; f < 4; f++) {
		struct store_feed_new new = {
		    .category = f < 3 ? "Large/A" : "B",
		    .url = arena_printf(k->a, "https://s%d.example/", f)};
		struct doc *d = kit_doc(k);

		assert_int_equal(store_feed_add(k->s, &new, &small), AK_OK);
		for (int e = 0; e < (f < 3 ? 1400 : 5); e++) {
			const char *id =
			    arena_printf(k->a, "https://s%d.example/%d", f, e);

			kit_entry(k, d, id, id, id, "Text.")->published =
			    KIT_NOW - e % 7 * 1000 - f;
		}
		kit_poll(k, small, d);
	}
	for (int v = 0; v < 8; v++) {
		q.order = v & 1 ? STORE_OLDEST : STORE_NEWEST;
		q.by_arrival = (v & 2) != 0;
		q.unread = (v & 4) != 0;
		assert_starts_alike(k, q);
		assert_int_equal(kit_count(k, &q), 4200);
	}
	assert_int_equal(store_mark(k->s, STORE_READ,
			     &(struct store_mark_query){.feed_id = 1}, &n),
	    AK_OK);
	assert_starts_alike(k, q);
	q = (struct store_article_query){.category = "B", .limit = 9};
	assert_string_equal(kit_ids(k, &q), "4205 4204 4203 4202 4201");
	q.unread = true;
	assert_int_equal(kit_count(k, &q), 5);
	q.starred = true;
	assert_string_equal(kit_ids(k, &q), "");
}

static int64_t
n_ids(struct kit *k, const struct store_article_query *q)
{
	const char *ids = kit_ids(k, q);
	int64_t n = *ids != '\0';

	for (; *ids != '\0'; ids++)
		n += *ids == ' ';
	return n;
}

static void
test_what_is_counted_is_what_is_listed(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/feed"), n, one = 3;
	struct doc *d = kit_doc(k);

	for (int e = 0; e < 9; e++)
		kit_entry(k, d, arena_printf(k->a, "g%d", e),
		    arena_printf(k->a, "https://example.org/%d", e), "T",
		    "Text.")
		    ->published = KIT_NOW - e * 1000;
	kit_poll(k, feed, d);
	assert_int_equal(
	    store_mark(k->s, STORE_STAR,
		&(struct store_mark_query){.ids = &one, .n_ids = 1}, &n),
	    AK_OK);
	one = 5;
	assert_int_equal(
	    store_mark(k->s, STORE_READ,
		&(struct store_mark_query){.ids = &one, .n_ids = 1}, &n),
	    AK_OK);
	for (unsigned v = 0; v < 256; v++) {
		struct store_article_query q = {.unread = v & 1,
		    .starred = v & 2,
		    .since = v & 4 ? KIT_NOW - 6500 : 0,
		    .until = v & 8 ? KIT_NOW - 1500 : 0,
		    .after_id = v & 16 ? 2 : 0,
		    .before_id = v & 32 ? 8 : 0,
		    .feed_id = v & 64 ? feed : 0,
		    .read = (v & 129) == 128};

		assert_int_equal(kit_count(k, &q), n_ids(k, &q));
	}
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_every_statement_prepares),
	    TEST(test_the_whole_fetch_state_comes_back),
	    TEST(test_a_poll_writes_what_it_changed),
	    TEST(test_reading_and_stars),
	    TEST(test_lists_page_by_date_and_by_arrival),
	    TEST(test_a_large_category_lists_as_a_small_one),
	    TEST(test_what_is_counted_is_what_is_listed),
	    TEST(test_a_bad_poll_does_not_sink_its_neighbours),
	    TEST(test_a_poll_that_fails_half_way_undoes_the_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
/* t_feeds.c - subscriptions, their categories, and when they are due. */
#include "tests/store/kit.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"

static void
test_a_feed_too_large_does_not_sink_its_neighbours(void **state)
{
	struct kit *k = *state;
	size_t len = LIMIT_SQL_VALUE_BYTES + 1;
	char *url = xmalloc(len + 1);
	struct store_feed_new first = {.url = "https://a.example/"};
	struct store_feed_new large = {.url = url, .category = "Empty"};
	struct store_feed_new last = {.url = "https://c.example/"};
	int64_t id;

	memset(url, 'x', len);
	memcpy(url, "https://b.example/", 18);
	url[len] = '\0';
	assert_int_equal(store_begin(k->s), AK_OK);
	assert_int_equal(store_feed_add(k->s, &first, &id), AK_OK);
	assert_true(store_feed_add(k->s, &large, &id) != AK_OK);
	assert_int_equal(store_feed_add(k->s, &last, &id), AK_OK);
	assert_int_equal(store_commit(k->s), AK_OK);
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM feed"), 2);
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM category"), 0);
	free(url);
}

static void
test_a_feed_is_added_once(void **state)
{
	struct kit *k = *state;
	struct store_feed_new f = {.url = "https://example.org/feed",
	    .title = "Mine",
	    .category = "News/World",
	    .due_at = 5};
	struct store_feed got;
	int64_t id = 0, again = 0;

	assert_int_equal(store_feed_add(k->s, &f, &id), AK_OK);
	assert_int_equal(store_feed_add(k->s, &f, &again), AK_EXISTS);
	assert_int_equal(again, id);
	f.url = "http://example.org/feed";
	assert_int_equal(store_feed_add(k->s, &f, &again), AK_EXISTS);
	assert_int_equal(again, id);

	kit_get_feed(k, id, &got);
	assert_string_equal(got.title, "Mine");
	assert_string_equal(got.category, "News/World");
	assert_int_equal(got.sched.due_at, 5);
	kit_free_feed(&got);
	assert_int_equal(store_next_due(k->r), 5);
	again = 0;
	assert_int_equal(store_feed_resolve(k->r, "mine", &again, NULL), AK_OK);
	assert_int_equal(again, id);
	assert_int_equal(
	    store_feed_resolve(k->r, "http://example.org/feed", &again, NULL),
	    AK_OK);
	assert_int_equal(
	    store_feed_resolve(k->r, "other", &again, NULL), AK_NOTFOUND);
}

static void
add_id_cb(const struct store_feed *f, void *arg)
{
	int64_t *sum = arg;

	*sum = *sum * 10 + f->id;
}

static void
test_feeds_are_read_by_the_lump(void **state)
{
	struct kit *k = *state;
	int64_t ids[] = {3, 1, 99}, next[] = {5, 1, 2, 3, 4, 5, 6, 1}, seen = 0;

	for (int i = 1; i <= 6; i++)
		(void)kit_feed(
		    k, arena_printf(k->a, "https://example.org/%d", i));
	assert_int_equal(
	    store_feeds_to_poll(k->r, ids, AK_COUNT(ids), add_id_cb, &seen),
	    AK_OK);
	assert_int_equal(seen, 31);
	/* Numbers in a row are read as one, with those that are gone. */
	assert_int_equal(store_feed_remove(k->s, 4), AK_OK);
	seen = 0;
	assert_int_equal(
	    store_feeds_to_poll(k->r, next, AK_COUNT(next), add_id_cb, &seen),
	    AK_OK);
	assert_int_equal(seen, 5123561);
}

static void
add_retry_cb(const char *url, enum sched_outcome by, int64_t until, void *arg)
{
	buf_addf(arg, "%s:%d:%lld ", url, (int)by, (long long)until);
}

static void
test_who_wants_to_be_left_alone(void **state)
{
	struct kit *k = *state;
	struct buf b;

	for (int i = 1; i <= 3; i++)
		(void)kit_feed(
		    k, arena_printf(k->a, "https://example.org/%d", i));
	kit_sql(k, "UPDATE feed SET retry_until = 40 + id WHERE id > 1");
	kit_sql(k, "UPDATE feed SET parked_url = 'https://example.net/' "
		   "WHERE id = 3");
	kit_sql(k, "UPDATE feed_poll SET last_outcome = 10 + feed");
	buf_init(&b, 1000);
	assert_int_equal(store_retries(k->r, 41, add_retry_cb, &b), AK_OK);
	assert_string_equal(buf_str(&b),
	    "https://example.org/2:12:42 https://example.net/:13:43 ");
	buf_clear(&b);
	assert_int_equal(store_retries(k->r, 42, add_retry_cb, &b), AK_OK);
	assert_string_equal(buf_str(&b), "https://example.net/:13:43 ");
	buf_release(&b);
}

static void
test_who_is_due(void **state)
{
	struct kit *k = *state;
	struct sched_state s = {.due_at = 50};
	struct store_fetch f = {.at = KIT_NOW, .sched = &s};
	struct store_delta d;
	int64_t *ids = NULL;
	size_t n = 0;

	for (f.feed_id = 1; f.feed_id <= 4; f.feed_id++) {
		(void)kit_feed(k, arena_printf(k->a, "https://example.org/%d",
				      (int)f.feed_id));
		assert_int_equal(store_put_fetch(k->s, &f, &d), AK_OK);
		s.due_at -= 10; /* 50, 40, 30, 20 */
		s.life = f.feed_id == 2 ? SCHED_DEAD : SCHED_ACTIVE;
	}
	assert_int_equal(store_due(k->r, 45, 0, &ids, &n), AK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(ids[0], 2);
	assert_int_equal(ids[1], 4);
	free(ids);
	assert_int_equal(store_due(k->r, INT64_MAX, 2, &ids, &n), AK_OK);
	assert_int_equal(n, 2); /* the most overdue ones */
	assert_int_equal(ids[0], 2);
	assert_int_equal(ids[1], 4);
	free(ids);
	assert_int_equal(store_due(k->r, 19, 0, &ids, &n), AK_OK);
	assert_int_equal(n, 0);
	free(ids);
}

static void
test_a_clock_set_back_makes_all_due(void **state)
{
	struct kit *k = *state;
	int64_t id = kit_feed(k, "https://example.org/feed");
	struct sched_state s = {.last_poll_at = KIT_NOW,
	    .last_ok_at = KIT_NOW,
	    .first_gone_at = 7,
	    .retry_until = KIT_NOW + 50,
	    .due_at = KIT_NOW + 100};
	struct store_fetch f = {.feed_id = id, .at = KIT_NOW, .sched = &s};
	struct store_delta d;
	struct store_feed got;
	int64_t back = KIT_NOW - 40 * 86400;

	assert_int_equal(store_put_fetch(k->s, &f, &d), AK_OK);
	store_delta_release(&d);
	assert_int_equal(store_clock_back(k->s, KIT_NOW - 3600), AK_OK);
	kit_get_feed(k, id, &got);
	assert_int_equal(got.sched.due_at, KIT_NOW + 100);
	kit_free_feed(&got);
	assert_int_equal(store_clock_back(k->s, back), AK_OK);
	kit_get_feed(k, id, &got);
	assert_in_range(got.sched.due_at, back, back + 600);
	assert_int_equal(got.sched.last_ok_at, back);
	assert_int_equal(got.sched.first_gone_at, 7);
	assert_int_equal(got.sched.retry_until, 0);
	kit_free_feed(&got);
}

/* Hooks and pages to be tried again wait no longer than they would have. */
static void
test_a_clock_set_back_moves_what_waits(void **state)
{
	struct kit *k = *state;
	int64_t id = kit_feed(k, "https://example.org/feed");
	struct doc *d = kit_doc(k);
	char sql[400];

	kit_entry(k, d, "1", "https://example.org/1", "One", "words");
	kit_poll(k, id, d);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT INTO outbox (hook, event, payload, created_at, due_at) "
	    "VALUES ('h', 'article', '{}', %lld, %lld); "
	    "INSERT INTO page (article, feed, due_at, n_tries) "
	    "VALUES (1, %lld, %lld, 0)",
	    (long long)KIT_NOW, (long long)KIT_NOW + 600, (long long)id,
	    (long long)KIT_NOW + 600);
	kit_sql(k, sql);
	assert_int_equal(
	    store_clock_moved(k->s, KIT_NOW - 86400, 86400), AK_OK);
	assert_int_equal(
	    kit_sql_int(k, "SELECT due_at FROM outbox"), KIT_NOW - 86400 + 600);
	assert_int_equal(
	    kit_sql_int(k, "SELECT created_at FROM outbox"), KIT_NOW - 86400);
	assert_int_equal(
	    kit_sql_int(k, "SELECT due_at FROM page"), KIT_NOW - 86400 + 600);
	/* A start cannot know by how much: they are due. */
	assert_int_equal(store_clock_back(k->s, KIT_NOW - 40 * 86400), AK_OK);
	assert_int_equal(
	    kit_sql_int(k, "SELECT due_at FROM outbox"), KIT_NOW - 40 * 86400);
	assert_int_equal(
	    kit_sql_int(k, "SELECT due_at FROM page"), KIT_NOW - 40 * 86400);
}

static void
test_what_the_user_sets_outlives_a_poll_under_way(void **state)
{
	struct kit *k = *state;
	int64_t id = kit_feed(k, "https://example.org/feed");
	struct store_feed_edit e = {.has_paused = true,
	    .paused = true,
	    .has_interval = true,
	    .interval_s = 777,
	    .has_ignore_hints = true,
	    .ignore_hints = true};
	struct store_feed got;

	assert_int_equal(store_feed_edit(k->s, id, &e), AK_OK);
	kit_poll(k, id, NULL);
	kit_get_feed(k, id, &got);
	assert_int_equal(got.sched.life, SCHED_PAUSED);
	assert_int_equal(got.sched.interval_s, 777);
	assert_true(got.sched.ignore_hints);
	kit_free_feed(&got);
}

static void
test_other_credentials_drop_the_validators(void **state)
{
	const struct store_feed_edit edits[] = {
	    {.has_userinfo = true, .userinfo = "a:b"},
	    {.has_bearer = true, .bearer = "t"},
	    {.has_headers = true, .headers = "X: y"},
	    {.has_client_cert = true, .client_cert = "c", .client_key = "k"}};
	const struct store_feed_edit other = {
	    .has_title = true, .title = "Mine"};
	struct kit *k = *state;
	int64_t id = kit_feed(k, "https://example.org/feed");

	for (size_t i = 0; i < AK_COUNT(edits); i++) {
		kit_sql(k, "UPDATE feed SET etag = 'e', last_modified = 'd', "
			   "validators_url = 'u'");
		assert_int_equal(store_feed_edit(k->s, id, &other), AK_OK);
		assert_int_equal(
		    kit_sql_int(k, "SELECT count(etag) FROM feed"), 1);
		assert_int_equal(store_feed_edit(k->s, id, &edits[i]), AK_OK);
		assert_int_equal(
		    kit_sql_int(k, "SELECT count(etag) + count(last_modified) "
				   "+ count(validators_url) FROM feed"),
		    0);
	}
}

static void
count_cb(const struct store_feed *f, void *arg)
{
	(void)f;
	++*(int *)arg;
}

/* A day's hint is common, more is odd; a person's own interval is not. */
static void
test_odd_hints_are_problems(void **state)
{
	static const struct {
		enum sched_hint hint;
		int hint_s, want;
	} rows[] = {{SCHED_HINT_MAX_AGE, 86400, 0},
	    {SCHED_HINT_MAX_AGE, 90000, 1}, {SCHED_HINT_TTL, 604800, 1},
	    {SCHED_HINT_SY, 604800, 1}, {SCHED_HINT_RETRY_AFTER, 604800, 1},
	    {SCHED_HINT_FIXED, 604800, 0}, {SCHED_HINT_WEBSUB, 604800, 0}};
	const struct store_feed_query q = {.problems = true};
	struct kit *k = *state;

	(void)kit_feed(k, "https://example.org/feed");
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		char *sql =
		    xasprintf("UPDATE feed_poll SET hint = %d, hint_s = %d",
			(int)rows[i].hint, rows[i].hint_s);
		int n = 0;

		kit_sql(k, sql);
		free(sql);
		assert_int_equal(store_feeds(k->r, &q, count_cb, &n), AK_OK);
		assert_int_equal(n, rows[i].want);
	}
}

static void
count_categories(const struct store_category *c, void *arg)
{
	struct buf *b = arg;

	buf_addf(b, "%s=%lld/%lld ", c->path, (long long)c->n_feeds,
	    (long long)c->n_unread);
}

static const char *
categories(struct kit *k)
{
	const char *ret;
	struct buf b;

	buf_init(&b, 10000);
	assert_int_equal(
	    store_categories(k->r, true, count_categories, &b), AK_OK);
	ret = arena_strdup(k->a, buf_str(&b));
	buf_release(&b);
	return ret;
}

static void
test_categories_nest_move_and_merge(void **state)
{
	struct kit *k = *state;
	struct store_feed_new f = {
	    .url = "https://example.org/1", .category = "A/B"};
	struct doc *d = kit_doc(k);
	int64_t one, two;

	assert_int_equal(store_feed_add(k->s, &f, &one), AK_OK);
	f = (struct store_feed_new){
	    .url = "https://example.org/2", .category = "A"};
	assert_int_equal(store_feed_add(k->s, &f, &two), AK_OK);
	kit_entry(k, d, "x", "https://example.org/x", "X", "Text.");
	kit_poll(k, one, d);
	assert_string_equal(categories(k), "A=1/0 A/B=1/1 ");
	assert_int_equal(
	    kit_count(k, &(struct store_article_query){.category = "A"}), 1);
	assert_int_equal(store_category_rename(k->s, "A", "C"), AK_OK);
	assert_string_equal(categories(k), "C=1/0 C/B=1/1 ");
	assert_int_equal(store_category_rename(k->s, "C/B", "C"), AK_OK);
	assert_string_equal(categories(k), "C=2/1 ");
	assert_int_equal(
	    store_category_rename(k->s, "nowhere", "D"), AK_NOTFOUND);
	assert_int_equal(store_category_remove(k->s, "C"), AK_OK);
	assert_string_equal(categories(k), "");
	assert_int_equal(kit_n_articles(k, one), 1);
}

static void
test_a_feed_goes_with_its_own_articles(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, "https://example.org/1");
	int64_t two = kit_feed(k, "https://example.org/2");
	int64_t id, n;
	struct kit_article a;
	struct doc *d = kit_doc(k);

	kit_entry(k, d, "1", "https://example.org/a", "Both", "Text.");
	kit_poll(k, two, d);
	kit_entry(k, d, "2", "https://example.org/b", "Own", "Text.");
	kit_entry(k, d, "3", "https://example.org/c", "Starred", "Text.");
	kit_poll(k, one, d);
	id = kit_by_title(k, "Starred");
	assert_int_equal(
	    store_mark(k->s, STORE_STAR,
		&(struct store_mark_query){.ids = &id, .n_ids = 1}, &n),
	    AK_OK);
	assert_int_equal(store_feed_remove(k->s, one), AK_OK);
	assert_int_equal(store_feed_remove(k->s, one), AK_NOTFOUND);
	assert_int_equal(
	    kit_sql_int(k, "SELECT count(*) FROM poll WHERE feed = 1"), 0);
	assert_int_equal(kit_n_articles(k, 0), 2);
	assert_int_equal(kit_by_title(k, "Own"), 0);
	assert_string_equal(kit_search(k, "own"), "");
	kit_get(k, id, &a);
	assert_int_equal(a.feed_id, 0);
	kit_get(k, kit_by_title(k, "Both"), &a);
	assert_int_equal(a.feed_id, two);
	/* Subscribed again, it is there again, and the star is the same. */
	one = kit_feed(k, "https://example.org/1");
	kit_poll(k, one, d);
	assert_int_equal(kit_n_articles(k, one), 3);
	assert_int_equal(kit_n_articles(k, 0), 3);
	kit_get(k, id, &a);
	assert_true(a.is_starred);
	assert_int_equal(a.feed_id, one);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_feeds_are_read_by_the_lump),
	    TEST(test_who_wants_to_be_left_alone),
	    TEST(test_who_is_due),
	    TEST(test_a_clock_set_back_makes_all_due),
	    TEST(test_a_clock_set_back_moves_what_waits),
	    TEST(test_a_feed_is_added_once),
	    TEST(test_a_feed_too_large_does_not_sink_its_neighbours),
	    TEST(test_what_the_user_sets_outlives_a_poll_under_way),
	    TEST(test_other_credentials_drop_the_validators),
	    TEST(test_odd_hints_are_problems),
	    TEST(test_categories_nest_move_and_merge),
	    TEST(test_a_feed_goes_with_its_own_articles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

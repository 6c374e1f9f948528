/* SPDX-License-Identifier: ISC */
#include "tests/store/kit.h"

#include "base/limits.h"
#include "base/mem.h"
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
copy_feed(const struct store_feed *f, void *arg)
{
	struct store_feed *to = arg;

	*to = *f;
	to->url = xstrdup(f->url);
	to->title = xstrdup(f->title);
	to->category = f->category != NULL ? xstrdup(f->category) : NULL;
	to->etag = f->etag != NULL ? xstrdup(f->etag) : NULL;
	to->error = f->error != NULL ? xstrdup(f->error) : NULL;
	to->moved_to = f->moved_to != NULL ? xstrdup(f->moved_to) : NULL;
}

static void
free_feed(struct store_feed *f)
{
	free((void *)(uintptr_t)f->url);
	free((void *)(uintptr_t)f->title);
	free((void *)(uintptr_t)f->category);
	free((void *)(uintptr_t)f->etag);
	free((void *)(uintptr_t)f->error);
	free((void *)(uintptr_t)f->moved_to);
	*f = (struct store_feed){0};
}

static void
get_feed(struct kit *k, int64_t id, struct store_feed *ret)
{
	*ret = (struct store_feed){0};
	assert_int_equal(
	    store_feeds(k->r,
		&(struct store_feed_query){.id = id, .counts = true}, copy_feed,
		ret),
	    AK_OK);
}

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

	get_feed(k, id, &got);
	assert_string_equal(got.title, "Mine");
	assert_string_equal(got.category, "News/World");
	assert_int_equal(got.sched.due_at, 5);
	free_feed(&got);
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
	get_feed(k, id, &got);
	assert_memory_equal(&got.sched, &s, sizeof(s));
	assert_string_equal(got.etag, "W/\"x\"");
	assert_string_equal(got.error, "no certificate");
	assert_true(got.body_hash == UINT64_MAX - 1);
	assert_true(got.items_hash == UINT64_MAX - 2);
	assert_int_equal(got.n_moved, 2);
	assert_int_equal(got.moved_since, KIT_NOW);
	free_feed(&got);
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
	get_feed(k, id, &got);
	assert_int_equal(got.sched.due_at, KIT_NOW + 100);
	free_feed(&got);
	assert_int_equal(store_clock_back(k->s, back), AK_OK);
	get_feed(k, id, &got);
	assert_in_range(got.sched.due_at, back, back + 600);
	assert_int_equal(got.sched.last_ok_at, back);
	assert_int_equal(got.sched.first_gone_at, 7);
	assert_int_equal(got.sched.retry_until, 0);
	free_feed(&got);
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
	get_feed(k, id, &got);
	assert_int_equal(got.sched.last_poll_at, 8);
	assert_int_equal(got.sched.due_at, 9);
	assert_int_equal(got.sched.retry_until, 77);
	free_feed(&got);
	now.n_errors = 1;
	assert_int_equal(store_put_fetch(k->s, &f, &d), AK_OK);
	get_feed(k, id, &got);
	assert_int_equal(got.sched.n_errors, 1);
	assert_int_equal(got.sched.retry_until, 0);
	free_feed(&got);
	was = now;
	f.error = NULL;
	assert_int_equal(store_put_fetch(k->s, &f, &d), AK_OK);
	assert_int_equal(kit_sql_int(k, "SELECT count(error) FROM feed"), 0);
	f.feed_id = 99;
	assert_int_equal(store_put_fetch(k->s, &f, &d), AK_NOTFOUND);
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM poll"), 3);
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
	get_feed(k, id, &got);
	assert_int_equal(got.sched.life, SCHED_PAUSED);
	assert_int_equal(got.sched.interval_s, 777);
	assert_true(got.sched.ignore_hints);
	free_feed(&got);
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
	    TEST(test_every_statement_prepares),
	    TEST(test_a_feed_is_added_once),
	    TEST(test_a_feed_too_large_does_not_sink_its_neighbours),
	    TEST(test_the_whole_fetch_state_comes_back),
	    TEST(test_a_poll_writes_what_it_changed),
	    TEST(test_what_the_user_sets_outlives_a_poll_under_way),
	    TEST(test_other_credentials_drop_the_validators),
	    TEST(test_odd_hints_are_problems),
	    TEST(test_reading_and_stars),
	    TEST(test_lists_page_by_date_and_by_arrival),
	    TEST(test_a_large_category_lists_as_a_small_one),
	    TEST(test_categories_nest_move_and_merge),
	    TEST(test_a_feed_goes_with_its_own_articles),
	    TEST(test_a_bad_poll_does_not_sink_its_neighbours),
	    TEST(test_a_poll_that_fails_half_way_undoes_the_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
#include "tests/store/kit.h"

#include <unistd.h>

#include "base/str.h"

static void
add_line(const char *line, void *arg)
{
	buf_addf(arg, "%s\n", line);
}

/* The findings of a check, "" when there is none. */
static const char *
check(struct kit *k)
{
	enum ak_status st;
	const char *ret;
	struct buf b;

	buf_init(&b, 100000);
	st = store_check(k->r, add_line, NULL, &b);
	assert_int_equal(st, b.len > 0 ? AK_CORRUPT : AK_OK);
	ret = arena_strdup(k->a, buf_str(&b));
	buf_release(&b);
	return ret;
}

/* Five articles 1 .. 5, one a day, and some of all else. */
static int64_t
fill(struct kit *k)
{
	int64_t feed = kit_feed(k, "https://example.org/feed");
	struct doc *d = kit_doc(k);
	struct store_edge edges[] = {{.other = 2, .kind = 2, .score = .5},
	    {.other = 4, .kind = 1, .score = .9}};
	struct store_relations rel = {.article = 5,
	    .edges = edges,
	    .n_edges = 2,
	    .thread = 4,
	    .keep = 12};
	struct doc_entry *e = NULL;

	for (int n = 5; n > 0; n--) {
		e = kit_entry(k, d, arena_printf(k->a, "%d", n),
		    arena_printf(k->a, "https://example.org/%d", n),
		    arena_printf(k->a, "Title %d", n),
		    arena_printf(k->a, "Words of %d. 京都", n));
		e->published = KIT_NOW - (6 - n) * 86400;
	}
	kit_related(k, e, "https://example.org/2", NULL);
	kit_related(k, e, NULL, "Title 3");
	kit_related(k, e, NULL, "Not here");
	kit_poll(k, feed, d);
	assert_int_equal(
	    store_put_relations(k->s, &rel, 1, rel.article), AK_OK);
	return feed;
}

static void
test_a_sound_store_has_no_findings(void **state)
{
	struct kit *k = *state;

	assert_string_equal(check(k), "");
	(void)fill(k);
	assert_string_equal(check(k), "");
}

static void
test_damage_is_found(void **state)
{
	struct kit *k = *state;
	static const struct {
		const char *damage, *words, *repair;
	} cases[] = {
	    {"INSERT INTO relation (a, b, kind, score, in_a, in_b) "
	     "VALUES (1, 99, 1, 1, 1, 1)",
		"article 1: has a relation to none",
		"DELETE FROM relation WHERE b = 99"},
	    {"INSERT INTO relation (a, b, kind, score, in_a, in_b) "
	     "VALUES (1, 2, 1, 1, 0, 0)",
		"article 1: has a relation on no list",
		"DELETE FROM relation WHERE a = 1"},
	    {"UPDATE listed SET target = 1 WHERE rank = 3",
		"article 1: lists itself",
		"UPDATE listed SET target = NULL WHERE rank = 3"},
	    {"UPDATE article SET feed = 9 WHERE id = 2",
		"article 2: names a feed",
		"UPDATE article SET feed = 1 WHERE id = 2"},
	    {"UPDATE article SET title = 'Other words here' WHERE id = 3",
		"article 3: has other words",
		"UPDATE article SET title = 'Title 3' WHERE id = 3"},
	    {"UPDATE thread SET n_articles = 3", "thread 4: has other",
		"UPDATE thread SET n_articles = 2"},
	    {"UPDATE entry SET article = NULL WHERE article = 4",
		"article 4: in no feed",
		"UPDATE entry SET article = 4 WHERE article IS NULL"},
	    {"UPDATE reader_state SET sort = 1 WHERE article = 2",
		"article 2: its reading",
		"UPDATE reader_state SET sort = (SELECT sort FROM article "
		"WHERE id = 2) WHERE article = 2"},
	    {"INSERT INTO search (search, rowid, title, text) "
	     "VALUES ('delete', 2, 'Title 2', 'Words of 2. 京都')",
		"article 2: not in the search",
		"INSERT INTO search (rowid, title, text) "
		"VALUES (2, 'Title 2', 'Words of 2. 京都')"},
	    {"INSERT INTO search (rowid, title, text) VALUES (77, 'a', 'b')",
		"article 77: in the search index only",
		"INSERT INTO search (search, rowid, title, text) "
		"VALUES ('delete', 77, 'a', 'b')"},
	    {"UPDATE search_data SET block = zeroblob(20) WHERE id > 10",
		"search", NULL},
	};

	(void)fill(k);
	for (size_t n = 0; n < AK_COUNT(cases); n++) {
		const char *found;

		kit_sql(k, cases[n].damage);
		found = check(k);
		if (strstr(found, cases[n].words) == NULL)
			fail_msg("%s: found \"%s\"", cases[n].damage, found);
		if (cases[n].repair != NULL) {
			kit_sql(k, cases[n].repair);
			assert_string_equal(check(k), "");
		}
	}
	assert_int_equal(store_reindex_search(k->s, NULL, NULL), AK_OK);
	assert_string_equal(check(k), "");
}

static void
count_progress(int64_t done, int64_t all, void *arg)
{
	assert_true(done <= all);
	++*(int *)arg;
}

static void
test_a_backup_is_a_whole_store(void **state)
{
	struct kit *k = *state;
	char *path = xasprintf("%s/copy.db", k->dir), *wal, *shm, *part;
	struct store_reader *r = NULL;
	struct store_stats stats;
	struct diag d;
	int calls = 0;

	(void)fill(k);
	assert_int_equal(
	    store_backup(k->r, path, count_progress, &calls, &d), AK_OK);
	assert_true(calls > 0);
	part = xasprintf("%s.part", path);
	assert_int_equal(access(part, F_OK), -1);
	assert_int_equal(store_backup(k->r, path, NULL, NULL, &d), AK_EXISTS);
	/* What a killed one left is no hindrance, and no link is followed. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/nonexistent", part), 0);
	assert_int_equal(store_backup(k->r, path, NULL, NULL, &d), AK_OK);
	assert_int_equal(symlink("/nonexistent", part), 0);
	assert_int_equal(store_backup(k->r, part, NULL, NULL, &d), AK_EXISTS);
	assert_int_equal(unlink(part), 0);
	free(part);
	assert_int_equal(store_backup(k->r, path, NULL, NULL, &d), AK_EXISTS);
	assert_non_null(strstr(d.text, path));
	assert_int_equal(store_reader_open(path, &r, &d), AK_OK);
	assert_int_equal(store_stats(r, &stats), AK_OK);
	assert_int_equal(stats.n_articles, 5);
	assert_int_equal(stats.n_relations, 2);
	assert_int_equal(stats.n_threads, 1);
	store_reader_close(r);
	wal = xasprintf("%s-wal", path);
	shm = xasprintf("%s-shm", path);
	(void)unlink(path);
	(void)unlink(wal);
	(void)unlink(shm);
	free(path);
	path = xasprintf("%s.none/x", k->path);
	assert_int_equal(store_backup(k->r, path, NULL, NULL, &d), AK_NOTFOUND);
	free(path);
	free(wal);
	free(shm);
}

static void
test_a_check_tells_how_far_it_is(void **state)
{
	struct kit *k = *state;
	int calls = 0;

	(void)fill(k);
	assert_int_equal(
	    store_check(k->r, NULL, count_progress, &calls), AK_OK);
	assert_int_equal(calls, 5);
}

static void
mark_all_read_but(struct kit *k, int64_t unread, int64_t starred)
{
	int64_t n;

	assert_int_equal(store_mark(k->s, STORE_READ,
			     &(struct store_mark_query){.all = true}, &n),
	    AK_OK);
	assert_int_equal(
	    store_mark(k->s, STORE_UNREAD,
		&(struct store_mark_query){.ids = &unread, .n_ids = 1}, &n),
	    AK_OK);
	assert_int_equal(
	    store_mark(k->s, STORE_STAR,
		&(struct store_mark_query){.ids = &starred, .n_ids = 1}, &n),
	    AK_OK);
}

static enum ak_status
gc_at(struct kit *k, int64_t now, int64_t days, int64_t items,
    int64_t revisions, struct store_gc_result *ret)
{
	return store_gc(k->s,
	    &(struct store_gc){.now = now,
		.keep_days = days,
		.keep_items = items,
		.keep_revisions = revisions},
	    ret);
}

static void
test_gc_by_age_spares_what_a_reader_keeps(void **state)
{
	struct kit *k = *state;
	struct store_article_query by_id = {
	    .by_arrival = true, .order = STORE_OLDEST};
	struct store_gc_result gc;

	(void)fill(k);
	mark_all_read_but(k, 1, 2);
	assert_int_equal(gc_at(k, k->now + 86400 * 30, 0, 0, 20, &gc), AK_OK);
	assert_int_equal(gc.n_articles, 0);
	kit_sql(k, "INSERT INTO label VALUES ('mine', 3)");
	assert_int_equal(gc_at(k, k->now + 86400 * 11, 10, 0, 20, &gc), AK_OK);
	assert_int_equal(gc.n_articles, 2);
	assert_string_equal(kit_ids(k, &by_id), "1 2 3");
	assert_string_equal(kit_search(k, "words"), "1 2 3");
	assert_string_equal(check(k), "");
}

static void
test_gc_by_number_of_a_feed(void **state)
{
	struct kit *k = *state;
	struct store_article_query by_id = {
	    .by_arrival = true, .order = STORE_OLDEST};
	struct store_gc_result gc;

	(void)fill(k);
	mark_all_read_but(k, 1, 1);
	assert_int_equal(gc_at(k, k->now + 86400 * 365, 10, 2, 20, &gc), AK_OK);
	assert_string_equal(kit_ids(k, &by_id), "1 4 5");
	assert_int_equal(gc.n_articles, 2);
	assert_string_equal(check(k), "");
	/* The young stay, however many there are; without an age they go. */
	assert_int_equal(gc_at(k, k->now + 86400 * 9, 10, 1, 20, &gc), AK_OK);
	assert_int_equal(gc.n_articles, 0);
	assert_int_equal(gc_at(k, k->now + 86400 * 9, 0, 1, 20, &gc), AK_OK);
	assert_string_equal(kit_ids(k, &by_id), "1 5");
}

static bool
not_on(int64_t done, int64_t all, void *arg)
{
	*(int *)arg += done == all;
	return false;
}

static void
test_gc_stops_when_it_is_told(void **state)
{
	struct kit *k = *state;
	int calls = 0;
	struct store_gc how = {.now = k->now + 86400 * 365,
	    .keep_days = 10,
	    .go_on = not_on,
	    .arg = &calls};
	struct store_gc_result gc;

	(void)fill(k);
	mark_all_read_but(k, 1, 1);
	assert_int_equal(store_gc(k->s, &how, &gc), AK_CANCELED);
	assert_int_equal(calls, 1);
	assert_int_equal(gc.n_articles, 4);
	assert_string_equal(check(k), "");
}

static void
test_gc_trims_revisions_and_polls(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/feed");
	struct store_gc_result gc;

	for (int n = 0; n < 6; n++) {
		struct doc *d = kit_doc(k);

		kit_entry(k, d, "1", "https://example.org/1", "Title",
		    arena_printf(k->a, "Form %d.", n));
		kit_poll(k, feed, d);
	}
	assert_int_equal(gc_at(k, k->now + 86400 * 90, 0, 0, 2, &gc), AK_OK);
	assert_int_equal(gc.n_revisions, 3);
	assert_int_equal(gc.n_polls, 6);
	assert_int_equal(kit_sql_int(k, "SELECT min(n) FROM revision"), 4);
	assert_string_equal(check(k), "");
}

static void
test_a_quota_refuses_new_articles_only(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/feed");
	struct doc *d = kit_doc(k);
	struct store_fetch f = {.feed_id = feed, .at = k->now, .doc = d};
	struct store_delta delta;

	kit_entry(k, d, "1", "https://example.org/1", "Title", "A form.");
	kit_poll(k, feed, d);
	store_set_quota(k->s, 1);
	f.doc = d = kit_doc(k);
	kit_entry(k, d, "1", "https://example.org/1", "Title", "Another.");
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_OK);
	assert_int_equal(delta.n_revised, 1);
	store_delta_release(&delta);
	kit_entry(k, d, "2", "https://example.org/2", "Second", "A form.");
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_TOOBIG);
	assert_non_null(strstr(store_error(k->s), "quota"));
	store_set_quota(k->s, 1 << 30);
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_OK);
	assert_int_equal(delta.n_new, 1);
	store_delta_release(&delta);
}

static void
test_figures(void **state)
{
	struct kit *k = *state;
	struct store_stats s;

	(void)fill(k);
	assert_int_equal(store_stats(k->r, &s), AK_OK);
	assert_int_equal(s.n_feeds, 1);
	assert_int_equal(s.n_articles, 5);
	assert_int_equal(s.n_unread, 5);
	assert_int_equal(s.n_entries, 5);
	assert_int_equal(s.n_relations, 2);
	assert_int_equal(s.n_threads, 1);
	assert_true(s.file_bytes > 8192);
	assert_int_equal(s.generation, 1);
	assert_int_equal(store_relate_reset(k->s), AK_OK);
	assert_int_equal(store_stats(k->r, &s), AK_OK);
	assert_int_equal(s.generation, 2);
	assert_int_equal(s.n_relations, 0);
	assert_int_equal(s.n_threads, 0);
	assert_int_equal(store_relate_watermark(k->r), 0);
	assert_string_equal(check(k), "");
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_a_sound_store_has_no_findings),
	    TEST(test_damage_is_found),
	    TEST(test_a_backup_is_a_whole_store),
	    TEST(test_gc_by_age_spares_what_a_reader_keeps),
	    TEST(test_a_check_tells_how_far_it_is),
	    TEST(test_gc_by_number_of_a_feed),
	    TEST(test_gc_stops_when_it_is_told),
	    TEST(test_gc_trims_revisions_and_polls),
	    TEST(test_a_quota_refuses_new_articles_only),
	    TEST(test_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

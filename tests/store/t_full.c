/* SPDX-License-Identifier: ISC */
/* No room: on a small tmpfs where one can be mounted, and by a limit of the
 * file's pages, which SQLite reports in the same way. */
#include "tests/store/kit.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "store/private.h"

static void
no_line(const char *line, void *arg)
{
	(void)arg;
	print_error("check: %s\n", line);
}

/* Store polls until there is no room; the number of those committed. */
static int64_t
fill_up(struct kit *k, int64_t feed)
{
	char *text = arena_alloc(k->a, 60001);
	int64_t n;

	for (int at = 0; at < 60000; at += 6)
		memcpy(text + at, "words ", 6);
	for (n = 0; n < 10000; n++) {
		struct doc *d = kit_doc(k);
		struct store_fetch f = {
		    .feed_id = feed, .at = KIT_NOW + n, .doc = d};
		struct store_delta delta;
		enum ak_status st;

		for (int e = 0; e < 3; e++)
			kit_entry(k, d, arena_printf(k->a, "%d-%d", (int)n, e),
			    NULL, "Title", text);
		if ((st = store_begin(k->s)) == AK_OK) {
			st = store_put_fetch(k->s, &f, &delta);
			if (st == AK_OK) {
				store_delta_release(&delta);
				st = store_commit(k->s);
			} else {
				store_rollback(k->s);
			}
		}
		if (st != AK_OK) {
			assert_int_equal(st, AK_FULL);
			assert_non_null(strstr(store_error(k->s), "no space"));
			return n;
		}
	}
	fail_msg("it was never full");
	return -1;
}

static void
check_nothing_lost(struct kit *k, int64_t n_articles)
{
	assert_int_equal(kit_n_articles(k, 0), n_articles);
	assert_int_equal(store_check(k->r, no_line, NULL, NULL), AK_OK);
}

static void
test_a_limit_of_pages(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/feed"), n;
	struct doc *d = kit_doc(k);

	assert_int_equal(
	    conn_exec(&k->s->c, "PRAGMA max_page_count = 500"), AK_OK);
	n = fill_up(k, feed);
	assert_true(n > 2);
	check_nothing_lost(k, 3 * n);
	/* With room again, it goes on. */
	assert_int_equal(
	    conn_exec(&k->s->c, "PRAGMA max_page_count = 100000"), AK_OK);
	kit_entry(k, d, "x", NULL, "After", "Text.");
	kit_poll(k, feed, d);
	check_nothing_lost(k, 3 * n + 1);
}

static void
test_a_small_disk(void **state)
{
	struct kit *k = *state;
	char *dir = xasprintf("%s/disk", k->dir), *path;
	struct store *s = NULL, *own = k->s;
	struct store_reader *reader = k->r;
	struct diag d;
	int64_t n;

	assert_int_equal(mkdir(dir, 0700), 0);
	if (mount("tmpfs", dir, "tmpfs", 0, "size=6m") != 0) {
		print_message("# no tmpfs can be mounted here\n");
		(void)rmdir(dir);
		free(dir);
		skip();
	}
	path = xasprintf("%s/akin.db", dir);
	assert_int_equal(store_open(path, STORE_CREATE, &s, &d), AK_OK);
	k->s = s;
	assert_int_equal(store_reader_open(path, &k->r, &d), AK_OK);
	n = fill_up(k, kit_feed(k, "https://example.org/feed"));
	assert_true(n > 2);
	check_nothing_lost(k, 3 * n);
	store_reader_close(k->r);
	store_close(k->s);
	/* Opened anew, still full: it can be read, and says why not written. */
	assert_int_equal(store_reader_open(path, &k->r, &d), AK_OK);
	check_nothing_lost(k, 3 * n);
	store_reader_close(k->r);
	k->s = own;
	k->r = reader;
	assert_int_equal(umount(dir), 0);
	(void)rmdir(dir);
	free(path);
	free(dir);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_a_limit_of_pages),
	    TEST(test_a_small_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

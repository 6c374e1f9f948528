/* SPDX-License-Identifier: ISC */
#include "tests/store/kit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "store/conn.h"
#include "store/identity.h"
#include "store/tokens.h"

static const char *const migrations[] = {
#include "store/migrations.inc"
};

/* Opening `path` to write and to read must fail alike, in words. */
static void
check_refused(
    const char *path, unsigned flags, enum ak_status want, const char *words)
{
	struct store *s = NULL;
	struct store_reader *r = NULL;
	struct diag d = {{0}};

	assert_int_equal(store_open(path, flags, &s, &d), want);
	if (strstr(d.text, words) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", d.text, words);
	assert_null(strchr(d.text, '\n'));
	assert_non_null(strstr(d.text, path));
	if (flags == 0) {
		assert_int_equal(store_reader_open(path, &r, &d), want);
		assert_non_null(strstr(d.text, words));
	}
	assert_null(s);
	assert_null(r);
}

static void
write_file(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void
test_a_new_store_is_at_the_newest_version(void **state)
{
	struct kit *k = *state;
	struct stat sb;

	assert_true(kit_sql_int(k, "PRAGMA user_version") >= 1);
	assert_int_equal(kit_sql_int(k, "PRAGMA application_id"), 0x616b696e);
	assert_int_equal(
	    kit_sql_int(k, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	/* Every table of ours is STRICT. */
	assert_int_equal(
	    kit_sql_int(k,
		"SELECT count(*) FROM pragma_table_list WHERE strict = 0 "
		"AND type = 'table' AND name NOT LIKE 'sqlite_%'"),
	    0);
	assert_int_equal(stat(k->path, &sb), 0);
	assert_int_equal(sb.st_mode & 0777, 0600);
	kit_reopen(k, 0);
}

static void
test_a_newer_file_is_refused(void **state)
{
	struct kit *k = *state;

	kit_sql(k, "PRAGMA user_version = 1000");
	check_refused(k->path, 0, AK_NEWER, "newer akin");
	check_refused(k->path, STORE_CREATE, AK_NEWER, "newer akin");
	assert_int_equal(kit_sql_int(k, "PRAGMA user_version"), 1000);
}

static void
test_what_is_no_store_is_refused(void **state)
{
	struct kit *k = *state;
	char *path = xasprintf("%s/other", k->dir);

	check_refused(path, 0, AK_NOTFOUND, "no store");
	write_file(path, "<html>not a database, but long enough</html>", 44);
	check_refused(path, 0, AK_CORRUPT, "not an akin store");
	check_refused(path, STORE_CREATE, AK_CORRUPT, "not an akin store");
	write_file(path, "SQLite format 3", 16);
	check_refused(path, STORE_CREATE, AK_CORRUPT, path);
	write_file(path, "short", 5);
	check_refused(path, 0, AK_CORRUPT, "not an akin store");
	(void)unlink(path);
	check_refused(k->dir, 0, AK_CORRUPT, "directory");
	assert_int_equal(symlink(k->path, path), 0);
	check_refused(path, 0, AK_DENIED, path);
	(void)unlink(path);
	free(path);
	path = xasprintf("%s/akin.db/below", k->dir);
	check_refused(path, 0, AK_NOTFOUND, path);
	free(path);
}

static void
test_another_programs_database_is_refused(void **state)
{
	struct kit *k = *state;

	kit_sql(k, "PRAGMA application_id = 0; PRAGMA user_version = 0");
	check_refused(k->path, 0, AK_CORRUPT, "not an akin store");
	kit_sql(k, "PRAGMA application_id = 77");
	check_refused(k->path, STORE_CREATE, AK_CORRUPT, "not an akin store");
}

static void
test_a_damaged_file_says_so(void **state)
{
	struct kit *k = *state;
	struct store *s = NULL;
	struct diag d;
	int fd;

	store_reader_close(k->r);
	store_close(k->s);
	k->r = NULL;
	k->s = NULL;
	fd = open(k->path, O_WRONLY);
	assert_true(fd >= 0);
	for (off_t at = 100; at < 8192; at += 16)
		assert_int_equal(pwrite(fd, "damaged damaged ", 16, at), 16);
	(void)close(fd);
	assert_int_equal(store_open(k->path, 0, &s, &d), AK_CORRUPT);
}

static void
test_parents_are_made_and_an_empty_file_is_taken(void **state)
{
	struct kit *k = *state;
	char *dir = xasprintf("%s/a", k->dir);
	char *path = xasprintf("%s/b/akin.db", dir);
	struct store *s = NULL;
	struct diag d;
	char *sub;

	check_refused(path, 0, AK_NOTFOUND, path);
	assert_int_equal(store_open(path, STORE_CREATE, &s, &d), AK_OK);
	store_close(s);
	write_file(path, "", 0);
	check_refused(path, 0, AK_NOTFOUND, "empty");
	assert_int_equal(store_open(path, STORE_CREATE, &s, &d), AK_OK);
	store_close(s);
	(void)unlink(path);
	sub = xasprintf("%s/b", dir);
	assert_int_equal(rmdir(sub), 0);
	assert_int_equal(rmdir(dir), 0);
	free(sub);
	free(dir);
	free(path);
}

/* Make the kit's store anew as version `n` had it, with `rows`. */
static void
make_old(struct kit *k, size_t n, const char *rows)
{
	char *end = xasprintf("PRAGMA application_id = %d;"
			      "PRAGMA user_version = %zu;",
	    STORE_APPLICATION_ID, n);
	struct conn c;
	struct diag d;

	store_reader_close(k->r);
	store_close(k->s);
	k->r = NULL;
	k->s = NULL;
	assert_int_equal(unlink(k->path), 0);
	assert_int_equal(conn_open(&c, k->path,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &d),
	    AK_OK);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(conn_exec(&c, migrations[i]), AK_OK);
	assert_int_equal(conn_exec(&c, rows), AK_OK);
	assert_int_equal(conn_exec(&c, end), AK_OK);
	conn_close(&c);
	free(end);
}

static void
test_polls_and_schedules_of_an_old_store_stay(void **state)
{
	struct kit *k = *state;
	int64_t *ids = NULL;
	size_t n = 0;

	make_old(k, 12,
	    "INSERT INTO feed (id, url, url_hash, added_at, n_errors, life, "
	    "last_poll_at, last_ok_at, rate_n, rate_t_days, last_outcome, "
	    "n_same_body, due_at, hint, hint_s) VALUES "
	    "(1, 'http://a.example/', 1, 9, 8, 0, 10, 11, 1.5, 2.5, 3, 4, 50, "
	    "6, 7), (2, 'http://b.example/', 2, 9, 0, 3, 0, 0, 0, 0, 0, 0, 40, "
	    "0, 0);"
	    "INSERT INTO poll (id, feed, at, outcome, status, wire_bytes, "
	    "body_bytes, elapsed_ms, n_new, was_conditional, host, error) "
	    "VALUES (5, 1, 10, 1, 304, 1, 2, 3, 4, 1, 'a.example', 'e'), "
	    "(7, 2, 11, 0, 200, 1, 2, 3, 4, 0, NULL, NULL)");
	kit_reopen(k, 0);
	assert_int_equal(
	    kit_sql_int(k,
		"SELECT count(*) FROM feed f JOIN feed_poll p ON p.feed = f.id "
		"WHERE f.id = 1 AND f.n_errors = 8 AND p.life = 0 AND "
		"(p.last_poll_at, p.last_ok_at, p.rate_n, p.rate_t_days, "
		"p.last_outcome, p.n_same_body, p.due_at, p.hint, p.hint_s) IS "
		"(10, 11, 1.5, 2.5, 3, 4, 50, 6, 7)"),
	    1);
	assert_int_equal(store_due(k->r, 100, 0, &ids, &n), AK_OK);
	assert_int_equal(n, 1); /* the other one is paused */
	assert_int_equal(ids[0], 1);
	free(ids);
	assert_int_equal(
	    kit_sql_int(k,
		"SELECT count(*) FROM poll WHERE (id, feed, at, outcome, "
		"status, wire_bytes, body_bytes, elapsed_ms, n_new, "
		"was_conditional, host, error) IN (VALUES (5, 1, 10, 1, 304, "
		"1, 2, 3, 4, 1, 'a.example', 'e')) OR (id, feed) = (7, 2)"),
	    2);
	assert_int_equal(
	    kit_sql_int(k, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

/* Permissions mean nothing to root: a child without them looks. */
static void
test_a_store_that_is_read_only(void **state)
{
	struct kit *k = *state;
	struct diag d;
	int status;
	pid_t pid;

	store_reader_close(k->r);
	store_close(k->s);
	k->r = NULL;
	k->s = NULL;
	assert_int_equal(chmod(k->path, 0444), 0);
	assert_int_equal(chmod(k->dir, 0555), 0);
	if ((pid = fork()) == 0) {
		struct store *s;
		struct store_reader *r;

		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(9);
		if (store_open(k->path, 0, &s, &d) != AK_DENIED ||
		    strstr(d.text, "\n") != NULL)
			_exit(1);
		/* It can be read all the same. */
		if (store_reader_open(k->path, &r, &d) != AK_OK)
			_exit(2);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(chmod(k->dir, 0755), 0);
	assert_int_equal(chmod(k->path, 0644), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* One of several that open a store at once, when `gate` closes. */
static pid_t
start_opener(const char *path, const int gate[2])
{
	pid_t pid = fork();
	struct store *s;
	struct diag d = {0};
	char byte;

	if (pid != 0)
		return pid;
	(void)close(gate[1]);
	(void)!read(gate[0], &byte, 1);
	if (store_open(path, STORE_CREATE, &s, &d) == AK_OK)
		_exit(0);
	(void)fprintf(stderr, "# %s\n", d.text);
	_exit(1);
}

static void
create_at_once(const char *path)
{
	pid_t pids[8];
	int gate[2];

	assert_int_equal(pipe(gate), 0);
	for (size_t n = 0; n < AK_COUNT(pids); n++)
		pids[n] = start_opener(path, gate);
	(void)close(gate[0]);
	(void)close(gate[1]);
	for (size_t n = 0; n < AK_COUNT(pids); n++) {
		int status = -1;

		assert_int_equal(waitpid(pids[n], &status, 0), pids[n]);
		assert_int_equal(status, 0);
	}
}

static void
test_several_processes_create_one_store(void **state)
{
	struct kit *k = *state;

	for (int round = 0; round < 20; round++) {
		static const char *const ends[] = {"", "-wal", "-shm"};
		char *path = xasprintf("%s/at-once-%d.db", k->dir, round);

		create_at_once(path);
		for (size_t n = 0; n < AK_COUNT(ends); n++) {
			char *file = xasprintf("%s%s", path, ends[n]);

			(void)unlink(file);
			free(file);
		}
		free(path);
	}
}

/* --- old files ------------------------------------------------------- */

static void
test_an_old_index_merges_as_a_new_one(void **state)
{
	static const char how[] =
	    "SELECT v FROM search_config WHERE k = 'automerge'";
	struct kit *k = *state;

	assert_int_equal(kit_sql_int(k, how), 16);
	make_old(k, 12, "");
	kit_reopen(k, 0);
	assert_int_equal(kit_sql_int(k, how), 16);
}

#define OLD_URL "https://blog.example/posts/old"
#define OLD_PAGE "https://papers.example/42"

/*
 * An old store's article of a feed that only points to a page elsewhere, with a
 * guid, a title and a line that waits by title; and a tombstone.
 */
static void
make_old_hashes(struct kit *k)
{
	struct conn c = {.tokens = tokens_new()};
	char *rows = xasprintf(
	    "INSERT INTO feed (id, url, url_hash, added_at) VALUES "
	    "(1, 'https://blog.example/feed', 1, 1);"
	    "INSERT INTO article (id, feed, owner, authority, sort, published, "
	    "modified, arrived_us, url_hash, guid_hash, title_hash, hash, "
	    "guid, url, external_url, title) VALUES (7, 1, 1, 0, 5, 5, 0, "
	    "5000000, %lld, %lld, %lld, 9, 'post-7', '" OLD_URL "', '" OLD_PAGE
	    "', 'Old');"
	    "INSERT INTO listed (article, rank, title_hash, title) "
	    "VALUES (7, 1, %lld, 'Awaited');"
	    "INSERT INTO listed (article, rank, url_hash, url) "
	    "VALUES (7, 2, %lld, 'https://other.example/awaited');"
	    "INSERT INTO tombstone VALUES (%lld, 5);",
	    (long long)ident_url_tomb(k->a, OLD_PAGE),
	    (long long)ident_guid_hash(k->a, "post-7"),
	    (long long)ident_title_hash(&c, k->a, "Old"),
	    (long long)ident_title_hash(&c, k->a, "Awaited"),
	    (long long)ident_url_tomb(k->a, "https://other.example/awaited"),
	    (long long)ident_url_tomb(k->a, "https://blog.example/removed"));

	make_old(k, 12, rows);
	free(rows);
	tokens_free(c.tokens);
}

static int64_t
resolve(struct kit *k, const char *spec)
{
	int64_t id = 0;

	return store_article_resolve(k->r, spec, &id) == AK_OK ? id : 0;
}

static void
test_hashes_of_an_old_store_find_what_they_did(void **state)
{
	struct kit *k = *state;
	struct doc *doc;
	int64_t other;

	make_old_hashes(k);
	kit_reopen(k, 0);
	assert_int_equal(resolve(k, "post-7"), 7);
	assert_int_equal(resolve(k, "Old"), 7);
	assert_int_equal(resolve(k, OLD_PAGE), 7);
	/* The page itself, the awaited ones, and what was removed. */
	other = kit_feed(k, "https://papers.example/feed");
	doc = kit_doc(k);
	(void)kit_entry(k, doc, "42", OLD_PAGE, "Old", "Words of a paper");
	kit_poll(k, other, doc);
	assert_int_equal(k->delta.n_joined, 1);
	doc = kit_doc(k);
	(void)kit_entry(
	    k, doc, "a", "https://other.example/awaited", "By address", "x");
	(void)kit_entry(
	    k, doc, "b", "https://blog.example/posts/b", "Awaited", "x");
	(void)kit_entry(
	    k, doc, "c", "https://blog.example/removed", "Removed", "x");
	kit_poll(k, 1, doc);
	assert_int_equal(k->delta.n_new, 2);
	assert_int_equal(
	    kit_sql_int(k, "SELECT count(*) FROM listed l JOIN article a ON "
			   "a.id = l.target WHERE a.title IN ('Awaited', "
			   "'By address')"),
	    2);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_a_new_store_is_at_the_newest_version),
	    TEST(test_a_newer_file_is_refused),
	    TEST(test_what_is_no_store_is_refused),
	    TEST(test_another_programs_database_is_refused),
	    TEST(test_a_damaged_file_says_so),
	    TEST(test_parents_are_made_and_an_empty_file_is_taken),
	    TEST(test_polls_and_schedules_of_an_old_store_stay),
	    TEST(test_a_store_that_is_read_only),
	    TEST(test_several_processes_create_one_store),
	    TEST(test_an_old_index_merges_as_a_new_one),
	    TEST(test_hashes_of_an_old_store_find_what_they_did),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
/* Looking after the file: figures, check, backup, retention, new index. */
#include "store/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "store/plain.h"
#include "store/search.h"
#include "store/tokens.h"

enum {
	BATCH = 500,	     /* articles in one transaction of long work */
	BACKUP_PAGES = 1024, /* between two calls of the progress callback */
	POLL_DAYS = 30
};

/* --- figures --------------------------------------------------------- */

enum ak_status
store_stats(struct store_reader *r, struct store_stats *ret)
{
	sqlite3_stmt *st = conn_query(&r->c, Q_STATS, NO_ARGS);

	if (st == NULL)
		return r->c.status;
	if (!conn_row(&r->c, st))
		return r->c.status;
	*ret = (struct store_stats){.n_feeds = col_int(st, 0),
	    .n_active = col_int(st, 1),
	    .n_failing = col_int(st, 2),
	    .n_articles = col_int(st, 3),
	    .n_unread = col_int(st, 4),
	    .n_starred = col_int(st, 5),
	    .n_entries = col_int(st, 6),
	    .n_relations = col_int(st, 7),
	    .n_threads = col_int(st, 8),
	    .file_bytes = col_int(st, 9),
	    .generation = col_int(st, 10)};
	return conn_end(&r->c, st);
}

enum ak_status
store_unread(struct store_reader *r, int64_t *ret)
{
	return conn_int(&r->c, Q_UNREAD, NO_ARGS, 0, ret);
}

/* --- check ----------------------------------------------------------- */

struct check {
	struct conn *c;
	store_text_cb cb;
	store_progress_cb progress;
	void *arg;
	int64_t n_findings;
};

static void AK_PRINTF(2, 3) find(struct check *k, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	k->n_findings++;
	k->cb(line, k->arg);
}

/* SQLite's own view of its pages, indexes and constraints. */
static enum ak_status
check_pages(struct check *k)
{
	sqlite3_stmt *st = conn_prepare(k->c, "PRAGMA integrity_check(100)");

	if (st == NULL)
		return k->c->status;
	while (conn_row(k->c, st)) {
		const char *line = col_text(st, 0);

		if (line != NULL && strcmp(line, "ok") != 0)
			find(k, "%s", line);
	}
	(void)sqlite3_finalize(st);
	return k->c->status;
}

static enum ak_status
check_foreign_keys(struct check *k)
{
	sqlite3_stmt *st = conn_prepare(k->c, "PRAGMA foreign_key_check");

	if (st == NULL)
		return k->c->status;
	while (conn_row(k->c, st))
		find(k, "%s: row %lld names a %s that is not there",
		    col_text(st, 0), (long long)col_int(st, 1),
		    col_text(st, 2));
	(void)sqlite3_finalize(st);
	return k->c->status;
}

/* Rules that constraints cannot say; each query returns the ids that break
 * its rule. */
static enum ak_status
check_rules(struct check *k)
{
	static const struct {
		enum stmt_id id;
		const char *what, *broken;
	} rules[] = {
	    {Q_CHECK_ORPHANS, "article", "in no feed, and without a star"},
	    {Q_CHECK_FEEDS, "article", "names a feed that is gone"},
	    {Q_CHECK_RELATIONS, "article", "has a relation on no list"},
	    {Q_CHECK_RELATED, "article", "has a relation to none"},
	    {Q_CHECK_LISTED, "article", "lists itself"},
	    {Q_CHECK_THREADS, "thread", "has other articles than it counts"},
	    {Q_CHECK_MEMBERS, "article", "its thread is not there"},
	    {Q_CHECK_STATES, "article", "its reading state has another date"},
	    {Q_CHECK_INDEX_EXTRA, "article", "in the search index only"},
	    {Q_CHECK_INDEX_MISSING, "article", "not in the search index"},
	};

	for (size_t n = 0; n < AK_COUNT(rules); n++) {
		sqlite3_stmt *st = conn_query(k->c, rules[n].id, NO_ARGS);

		if (st == NULL)
			return k->c->status;
		while (conn_row(k->c, st))
			find(k, "%s %lld: %s", rules[n].what,
			    (long long)col_int(st, 0), rules[n].broken);
		if (k->c->status != AK_OK)
			return k->c->status;
	}
	return AK_OK;
}

static int
count_token(void *arg, int flags, const char *token, size_t len, size_t start,
    size_t end)
{
	(void)token;
	(void)len;
	(void)start;
	(void)end;
	*(int64_t *)arg += (flags & TOKENS_SAME_PLACE) == 0;
	return 0;
}

/* The next number of FTS5's list of column sizes (SQLite's varint). */
static int64_t
next_size(const unsigned char **p, const unsigned char *end)
{
	int64_t n = 0;

	for (int bytes = 0; *p < end && bytes < 8; bytes++) {
		unsigned char c = *(*p)++;

		n = n << 7 | (c & 0x7F);
		if (c < 0x80)
			return n;
	}
	return -1;
}

/* Does the index hold as many words of each article as it has? */
static enum ak_status
check_words(struct check *k)
{
	sqlite3_stmt *st = conn_query(k->c, Q_CHECK_WORDS, NO_ARGS);
	int64_t all = 0, done = 0;
	struct tokens *t;

	if (st == NULL ||
	    conn_int(k->c, Q_ARTICLE_COUNT, NO_ARGS, 0, &all) != AK_OK)
		return k->c->status;
	t = tokens_new();
	while (conn_row(k->c, st)) {
		if (k->progress != NULL)
			k->progress(++done, all, k->arg);

		const unsigned char *sizes = sqlite3_column_blob(st, 3);
		const unsigned char *end = sizes + sqlite3_column_bytes(st, 3);

		for (int col = 1; col <= 2; col++) {
			const char *text = col_text(st, col);
			int64_t n = 0;

			if (text != NULL)
				(void)tokens_run(t, false, text, strlen(text),
				    count_token, &n);
			if (next_size(&sizes, end) != n) {
				find(k,
				    "article %lld: has other words in the "
				    "search index",
				    (long long)col_int(st, 0));
				break;
			}
		}
	}
	tokens_free(t);
	return k->c->status;
}

/* FTS5's look at its own trees is a write to SQLite, so it needs a connection
 * of its own; where somebody writes just now, or nobody may, it is left out. */
static enum ak_status
check_index(struct check *k, const char *path)
{
	struct conn c;
	enum ak_status st;

	if (conn_open(&c, path, SQLITE_OPEN_READWRITE, NULL) != AK_OK)
		return AK_OK;
	(void)sqlite3_busy_timeout(c.db, 0);
	st = conn_run(&c, Q_SEARCH_CHECK, NO_ARGS);
	if (st == AK_CORRUPT)
		find(k, "search: the index is damaged");
	conn_close(&c);
	return AK_OK;
}

enum ak_status
store_check(struct store_reader *r, store_text_cb cb,
    store_progress_cb progress, void *arg)
{
	struct check k = {
	    .c = &r->c, .cb = cb, .progress = progress, .arg = arg};
	enum ak_status st;

	/* One view of the file for all of it. */
	if ((st = conn_exec(&r->c, "BEGIN")) != AK_OK)
		return st;
	st = check_pages(&k);
	if (st == AK_OK)
		st = check_foreign_keys(&k);
	if (st == AK_OK)
		st = check_rules(&k);
	if (st == AK_OK)
		st = check_words(&k);
	if (st == AK_CORRUPT) /* too broken to be read on */
		find(&k, "%s", r->c.error.text);
	(void)!conn_exec(&r->c, "COMMIT");
	if (st == AK_OK)
		st = check_index(&k, r->path);
	return st == AK_OK && k.n_findings > 0
		   ? conn_say(&r->c, AK_CORRUPT, "the store is damaged")
		   : st;
}

/* --- backup ---------------------------------------------------------- */

static enum ak_status
copy_pages(struct conn *from, sqlite3 *to, store_progress_cb cb, void *arg)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from->db, "main");
	int rc, end;

	if (b == NULL)
		return conn_status(sqlite3_extended_errcode(to));
	do {
		rc = sqlite3_backup_step(b, BACKUP_PAGES);
		if (cb != NULL) {
			int64_t all = sqlite3_backup_pagecount(b);

			cb(all - sqlite3_backup_remaining(b), all, arg);
		}
	} while (rc == SQLITE_OK);
	end = sqlite3_backup_finish(b);
	return conn_status(rc != SQLITE_DONE ? rc : end);
}

/* Copy into the new file `part`; errors are about `to`. */
static enum ak_status
copy_to(struct store_reader *r, const char *part, const char *to,
    store_progress_cb cb, void *arg, struct diag *reterr)
{
	sqlite3 *db = NULL;
	enum ak_status st;
	int fd, rc;

	(void)unlink(part); /* of one that was killed */
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(reterr, to, errno);
	(void)close(fd);
	rc = sqlite3_open_v2(part, &db, SQLITE_OPEN_READWRITE, NULL);
	st = conn_status(rc);
	/* An open read transaction holds one state of the file: without it
	 * each write of another process would start the copy anew. */
	if (st == AK_OK)
		st = conn_exec(&r->c, "BEGIN; SELECT 1 FROM meta");
	if (st == AK_OK)
		st = copy_pages(&r->c, db, cb, arg);
	if (sqlite3_get_autocommit(r->c.db) == 0)
		(void)!conn_exec(&r->c, "COMMIT");
	if (st != AK_OK)
		(void)diag_set(reterr, st, "%s: %s", to,
		    st == AK_FULL ? conn_no_room(db) : sqlite3_errmsg(db));
	rc = sqlite3_close(db);
	if (st == AK_OK && rc != SQLITE_OK)
		st = diag_set(reterr, AK_IO, "%s: cannot be closed", to);
	return st;
}

/* Some file systems cannot rename without replacing: it was looked for. */
static bool
give_name(const char *part, const char *to)
{
	return renameat2(AT_FDCWD, part, AT_FDCWD, to, RENAME_NOREPLACE) == 0 ||
	       (errno == EINVAL && rename(part, to) == 0);
}

enum ak_status
store_backup(struct store_reader *r, const char *to, store_progress_cb cb,
    void *arg, struct diag *reterr)
{
	enum ak_status st;
	struct stat sb;
	char *part;

	if (lstat(to, &sb) == 0)
		return fail_errno(reterr, to, EEXIST);
	/* The name says that it is whole: it gets it when it is. */
	part = xasprintf("%s.part", to);
	st = copy_to(r, part, to, cb, arg, reterr);
	if (st == AK_OK && !give_name(part, to))
		st = fail_errno(reterr, to, errno);
	if (st != AK_OK)
		(void)unlink(part);
	free(part);
	return st;
}

/* --- retention ------------------------------------------------------- */

struct ids {
	int64_t *v;
	size_t n;
};

static enum ak_status
collect(struct conn *c, enum stmt_id id, const struct val *v, size_t n,
    struct ids *to)
{
	sqlite3_stmt *st = conn_query(c, id, v, n);

	if (st == NULL)
		return c->status;
	while (conn_row(c, st)) {
		to->v = xreallocarray(to->v, to->n + 1, sizeof(*to->v));
		to->v[to->n++] = col_int(st, 0);
	}
	return c->status;
}

/* In transactions of BATCH, so that nobody waits long for the lock. */
static enum ak_status
remove_all(struct store *s, const struct ids *ids, const struct store_gc *how,
    bool bury, int64_t *n_removed)
{
	enum ak_status st = AK_OK;

	for (size_t k = 0; st == AK_OK && k < ids->n;) {
		size_t end = ids->n - k > BATCH ? k + BATCH : ids->n;
		size_t from = k;

		if ((st = unit_begin(s)) != AK_OK)
			return st;
		for (; st == AK_OK && k < end; k++)
			st = bury ? article_bury(s, ids->v[k], how->now)
				  : article_erase(s, ids->v[k]);
		st = unit_end(s, st);
		if (st != AK_OK)
			return st;
		*n_removed += (int64_t)(k - from);
		if (how->go_on != NULL &&
		    !how->go_on((int64_t)k, (int64_t)ids->n, how->arg))
			return conn_say(&s->c, AK_CANCELED, "stopped");
	}
	return st;
}

/* Run a deletion; add the number of rows. */
static enum ak_status
remove_rows(struct store *s, enum stmt_id id, struct val v, int64_t *n_removed)
{
	enum ak_status st;
	int64_t n;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = conn_run(&s->c, id, ARGS(v));
	n = sqlite3_changes(s->c.db);
	st = unit_end(s, st);
	if (st == AK_OK)
		*n_removed += n;
	return st;
}

/* Those that have had their time. */
static enum ak_status
collect_old(struct store *s, const struct store_gc *how, struct ids *to)
{
	int64_t days = how->keep_days, before = how->now - days * 86400;
	struct val sort = vi(days > 0 ? before : INT64_MAX);
	struct val arrived = vi(days > 0 ? before * 1000000 : INT64_MAX);

	if (how->keep_items > 0)
		return collect(&s->c, Q_GC_BEYOND,
		    ARGS(sort, arrived, vi(how->keep_items)), to);
	return days > 0 ? collect(&s->c, Q_GC_OLDER, ARGS(sort, arrived), to)
			: AK_OK;
}

enum ak_status
store_gc(
    struct store *s, const struct store_gc *how, struct store_gc_result *ret)
{
	struct store_gc_result done = {0};
	struct ids old = {0}, orphans = {0};
	enum ak_status st = collect_old(s, how, &old);

	if (st == AK_OK)
		st = remove_all(s, &old, how, true, &done.n_articles);
	if (st == AK_OK)
		st = collect(&s->c, Q_CHECK_ORPHANS, NO_ARGS, &orphans);
	if (st == AK_OK)
		st = remove_all(s, &orphans, how, false, &done.n_articles);
	if (st == AK_OK)
		st = remove_rows(s, Q_GC_POLLS,
		    vi(how->now - POLL_DAYS * INT64_C(86400)), &done.n_polls);
	if (st == AK_OK)
		st = remove_rows(s, Q_GC_REVISIONS, vi(how->keep_revisions),
		    &done.n_revisions);
	free(old.v);
	free(orphans.v);
	*ret = done;
	return st;
}

/* --- a new index ----------------------------------------------------- */

static enum ak_status
empty_index(struct store *s)
{
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = conn_run(&s->c, Q_SEARCH_EMPTY, NO_ARGS);
	/* A kill on the way leaves a gap that is known. */
	if (st == AK_OK)
		st = conn_run(&s->c, Q_META_SET, ARGS(vi(1), vt("search_gap")));
	return unit_end(s, st);
}

/* Index the next articles above *id; *ret_n: how many there were. */
static enum ak_status
index_batch(struct store *s, int64_t *id, int64_t *ret_n)
{
	struct ids ids = {0};
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = collect(&s->c, Q_ARTICLES_ABOVE, ARGS(vi(*id), vi(BATCH)), &ids);
	for (size_t k = 0; st == AK_OK && k < ids.n; k++)
		st = search_add(s, ids.v[k]);
	st = unit_end(s, st);
	*ret_n = (int64_t)ids.n;
	if (ids.n > 0)
		*id = ids.v[ids.n - 1];
	free(ids.v);
	return st;
}

/* One segment instead of many: a tenth smaller, and faster to ask. */
static enum ak_status
finish_index(struct store *s)
{
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = conn_run(&s->c, Q_SEARCH_PACK, NO_ARGS);
	if (st == AK_OK)
		st = conn_run(&s->c, Q_META_SET, ARGS(vi(0), vt("search_gap")));
	return unit_end(s, st);
}

enum ak_status
store_reindex_search(struct store *s, store_progress_cb cb, void *arg)
{
	int64_t id = 0, n = 1, done = 0, all = 0;
	enum ak_status st;

	st = conn_int(&s->c, Q_ARTICLE_COUNT, NO_ARGS, 0, &all);
	if (st == AK_OK)
		st = empty_index(s);
	if (!s->has_search)
		return st;
	while (st == AK_OK && n > 0) {
		st = index_batch(s, &id, &n);
		done += n;
		if (st == AK_OK && cb != NULL)
			cb(done < all ? done : all, all, arg);
	}
	return st != AK_OK ? st : finish_index(s);
}

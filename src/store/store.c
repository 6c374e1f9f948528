/* SPDX-License-Identifier: ISC */
/*
 * A store is one SQLite file in WAL mode: one connection writes (struct
 * store), others read without waiting (struct store_reader).  The parts:
 * conn.c (connection, statements, errors), migrate.c (schema), feeds.c,
 * identity.c and match.c (what is the same entry, what the same article),
 * writer.c and entries.c (one poll's outcome), articles.c (removal, marks),
 * reader.c (article queries), relations.c, search.c with tokens.c (full text),
 * logs.c, upkeep.c, lock.c.
 *
 * The caller's transaction holds many polls and other calls, each a unit of its
 * own below, so that one that fails cannot sink its neighbours.  When the disk
 * is full SQLite may undo the whole transaction by itself: then every later
 * call fails until store_rollback(), and nothing of it was kept.
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "store/best.h"
#include "store/search.h"

enum { WAL_PAUSE_MS = 5 };

/* Pages of 16 KiB in the log: from SOME on they go into the file as far as
 * readers let them, from MANY on we wait for readers, so long. */
enum { WAL_SOME = 1000, WAL_MANY = 4000, WAL_WAIT_MS = 200 };
enum { CACHE_MIN_KIB = 4096, CACHE_STEP_KIB = 2048, CACHE_MAX_KIB = 16384 };

static enum ak_status
errno_status(int err)
{
	switch (err) {
	case EEXIST:
		return AK_EXISTS;
	case ENOENT:
	case ENOTDIR:
		return AK_NOTFOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return AK_DENIED;
	case ENOSPC:
	case EDQUOT:
		return AK_FULL;
	default:
		return AK_IO;
	}
}

enum ak_status
fail_errno(struct diag *reterr, const char *path, int err)
{
	char text[128];

	return diag_set(reterr, errno_status(err), "%s: %s", path,
	    strerror_r(err, text, sizeof(text)));
}

enum ak_status
make_parents(const char *path, struct diag *reterr)
{
	char *p = xstrdup(path);
	enum ak_status st = AK_OK;

	for (char *slash = p + 1; (slash = strchr(slash, '/')) != NULL;
	     slash++) {
		*slash = '\0';
		if (mkdir(p, 0700) != 0 && errno != EEXIST) {
			st = fail_errno(reterr, p, errno);
			break;
		}
		*slash = '/';
	}
	free(p);
	return st;
}

/*
 * The folder's real path and the file's name: the service's state folder may
 * well be a link, the file itself may not.
 */
static enum ak_status
real_path(const char *path, char **ret, struct diag *reterr)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash == NULL   ? xstrdup(".")
		    : slash == path ? xstrdup("/")
				    : xstrndup(path, (size_t)(slash - path));
	char *real = realpath(dir, NULL);
	int err = errno;

	if (real == NULL) {
		free(dir);
		return fail_errno(reterr, path, err);
	}
	*ret = xasprintf("%s/%s", strcmp(real, "/") == 0 ? "" : real,
	    slash != NULL ? slash + 1 : path);
	free(real);
	free(dir);
	return AK_OK;
}

/* An empty file of the right mode, which SQLite takes for a new one: feeds
 * may hold passwords. */
static enum ak_status
make_file(const char *path, struct diag *reterr)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return fail_errno(reterr, path, errno);
	(void)close(fd);
	return AK_OK;
}

/*
 * Is there a file that could be a store?  Its bytes are for SQLite to read: to
 * open and close it here would drop the locks of this process's other
 * connections (fcntl(2)), and the next program to leave the store would take
 * it for its own and delete the WAL.
 */
static enum ak_status
probe(const char *path, bool create, struct diag *reterr)
{
	struct stat sb;

	assert(path != NULL);
	if (stat(path, &sb) != 0) {
		if (errno == ENOENT && create)
			return make_file(path, reterr);
		if (errno == ENOENT)
			return diag_set(reterr, AK_NOTFOUND,
			    "%s: there is no store here", path);
		return fail_errno(reterr, path, errno);
	}
	if (!S_ISREG(sb.st_mode))
		return diag_set(reterr, AK_CORRUPT, "%s: %s", path,
		    S_ISDIR(sb.st_mode) ? "is a directory"
					: "is not a regular file");
	if (sb.st_size == 0)
		return create ? AK_OK
			      : diag_set(
				    reterr, AK_NOTFOUND, "%s: is empty", path);
	return AK_OK;
}

/* --- the writing connection ---------------------------------------------- */

static enum ak_status
load_readers(struct store *s)
{
	sqlite3_stmt *st = conn_query(&s->c, Q_READERS, NO_ARGS);

	if (st == NULL)
		return s->c.status;
	while (conn_row(&s->c, st)) {
		s->readers = xreallocarray(
		    s->readers, s->n_readers + 1, sizeof(*s->readers));
		s->readers[s->n_readers++] = col_int(st, 0);
	}
	return s->c.status;
}

/*
 * Several processes may find a new file at once.  To make it a WAL one takes
 * the file for oneself, and SQLite, which cannot see who would give way, calls
 * that busy without waiting.
 */
static enum ak_status
enter_wal(struct conn *c)
{
	const struct timespec pause = {.tv_nsec = WAL_PAUSE_MS * 1000000L};
	enum ak_status st;

	for (int ms = 0;; ms += WAL_PAUSE_MS) {
		st = conn_exec(c, "PRAGMA journal_mode = WAL");
		if (st != AK_BUSY || ms >= LIMIT_STORE_WAIT_MS)
			return st;
		(void)nanosleep(&pause, NULL);
	}
}

/*
 * After each commit.  While readers overlap there is always one that needs the
 * end of the log, so nobody could begin it anew, and it would grow as long as
 * they come.  RESTART lets those who read end; who comes next reads the file.
 * Should one take longer, the next commit tries again.
 */
static int
wal_cb(void *arg, sqlite3 *db, const char *name, int n_pages)
{
	(void)arg;
	if (n_pages >= WAL_MANY) {
		(void)sqlite3_busy_timeout(db, WAL_WAIT_MS);
		(void)sqlite3_wal_checkpoint_v2(
		    db, name, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
		(void)sqlite3_busy_timeout(db, LIMIT_STORE_WAIT_MS);
	} else if (n_pages >= WAL_SOME) {
		(void)sqlite3_wal_checkpoint_v2(
		    db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	}
	return SQLITE_OK; /* the commit stands whatever came of it */
}

static enum ak_status
set_up(struct store *s, struct diag *reterr)
{
	bool is_current = false;
	enum ak_status st;

	/* Pages of 16 KiB waste less on rows of a few kB; takes effect only in
	 * a file that has no pages yet. */
	st = conn_exec(&s->c, "PRAGMA page_size = 16384");
	if (st == AK_OK && sqlite3_db_readonly(s->c.db, "main") == 1)
		st = conn_say(&s->c, AK_DENIED, "is read-only");
	if (st == AK_OK)
		st = migrate_check(&s->c, &is_current);
	if (st == AK_OK)
		st = enter_wal(&s->c);
	if (st == AK_OK)
		st = conn_exec(&s->c, "PRAGMA synchronous = NORMAL;"
				      "PRAGMA journal_size_limit = 67108864");
	if (st == AK_OK)
		(void)sqlite3_wal_hook(s->c.db, wal_cb, NULL);
	if (st == AK_OK && !is_current)
		st = migrate(&s->c);
	if (st == AK_OK)
		st = load_readers(s);
	if (st != AK_OK)
		(void)diag_set(reterr, st, "%s: %s", s->path, s->c.error.text);
	return st;
}

enum ak_status
store_open(
    const char *path, unsigned flags, struct store **ret, struct diag *reterr)
{
	bool create = (flags & STORE_CREATE) != 0;
	struct store *s;
	enum ak_status st;
	char *real = NULL;

	if (create && (st = make_parents(path, reterr)) != AK_OK)
		return st;
	if ((st = real_path(path, &real, reterr)) != AK_OK)
		return st;
	if ((st = probe(real, create, reterr)) != AK_OK) {
		free(real);
		return st;
	}
	s = xcalloc(1, sizeof(*s));
	s->path = real;
	s->has_search = (flags & STORE_NO_SEARCH) == 0;
	s->scratch = arena_new(LIMIT_DOC_ARENA);
	s->old = arena_new(LIMIT_DOC_ARENA);
	st = conn_open(&s->c, real, SQLITE_OPEN_READWRITE, reterr);
	if (st == AK_OK)
		st = set_up(s, reterr);
	if (st != AK_OK) {
		store_close(s);
		return st;
	}
	*ret = s;
	return AK_OK;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->in_txn)
		store_rollback(s);
	conn_close(&s->c);
	arena_free(s->scratch);
	arena_free(s->old);
	free(s->to_index);
	best_free(s->best);
	free(s->readers);
	free(s->path);
	free(s);
}

void
store_set_quota(struct store *s, int64_t bytes)
{
	s->quota = bytes;
}

const char *
store_error(const struct store *s)
{
	return s->c.error.text;
}

/* --- transactions ---------------------------------------------------- */

static enum ak_status
look_round(struct store *s)
{
	int64_t found = 0;
	enum ak_status st;

	st = conn_int(&s->c, Q_HAS_ANY, NO_ARGS, 0, &found);
	s->has_tombstones = (found & 1) != 0;
	s->has_waiting = (found & 2) != 0;
	return st;
}

/*
 * New articles touch the indexes of hashes, a tenth of the file, all over.  The
 * larger the file, the more a page that is not in memory costs; a small one
 * needs no memory for what it has not.
 */
static enum ak_status
size_cache(struct store *s)
{
	int64_t n_pages = 0, kib;
	char sql[64];
	enum ak_status st;

	st = conn_int(&s->c, Q_PAGE_COUNT, NO_ARGS, 0, &n_pages);
	kib = n_pages; /* of 16 KiB each: a sixteenth */
	kib = kib < CACHE_MIN_KIB ? CACHE_MIN_KIB : kib;
	kib = kib > CACHE_MAX_KIB ? CACHE_MAX_KIB : kib;
	if (st != AK_OK || kib < s->cache_kib + CACHE_STEP_KIB)
		return st;
	s->cache_kib = kib;
	(void)snprintf(
	    sql, sizeof(sql), "PRAGMA cache_size = -%lld", (long long)kib);
	return conn_exec(&s->c, sql);
}

enum ak_status
store_begin(struct store *s)
{
	enum ak_status st;

	assert(!s->in_txn);
	if ((st = size_cache(s)) != AK_OK ||
	    (st = conn_run(&s->c, Q_BEGIN, NO_ARGS)) != AK_OK)
		return st;
	if ((st = look_round(s)) != AK_OK) {
		store_rollback(s);
		return st;
	}
	s->in_txn = true;
	s->lost = AK_OK;
	s->n_to_index = 0;
	return AK_OK;
}

/* Has SQLite undone the caller's transaction behind its back? */
static enum ak_status
still_there(struct store *s)
{
	if (s->in_txn && s->lost == AK_OK &&
	    sqlite3_get_autocommit(s->c.db) != 0)
		s->lost = s->c.status != AK_OK ? s->c.status : AK_IO;
	return s->lost == AK_OK
		   ? AK_OK
		   : conn_say(&s->c, s->lost, "the transaction was undone: %s",
			 s->lost == AK_FULL ? conn_no_room(s->c.db)
					    : ak_status_name(s->lost));
}

enum ak_status
store_commit(struct store *s)
{
	enum ak_status st;

	assert(s->in_txn);
	if ((st = still_there(s)) == AK_OK)
		st = search_flush(s);
	if (st == AK_OK)
		st = conn_run(&s->c, Q_COMMIT, NO_ARGS);
	if (st != AK_OK) {
		store_rollback(s);
		return st;
	}
	s->in_txn = false;
	s->n_to_index = 0;
	return AK_OK;
}

void
store_rollback(struct store *s)
{
	struct diag keep = s->c.error;

	relations_doubt(s);
	if (sqlite3_get_autocommit(s->c.db) == 0)
		(void)!conn_run(&s->c, Q_ROLLBACK, NO_ARGS);
	s->c.error = keep;
	s->in_txn = false;
	s->lost = AK_OK;
	s->n_to_index = 0;
}

enum ak_status
unit_begin_bare(struct store *s)
{
	enum ak_status st;

	arena_reset(s->scratch);
	if (!s->in_txn) {
		st = store_begin(s);
		s->in_txn = false; /* not the caller's */
		return st;
	}
	if ((st = still_there(s)) != AK_OK)
		return st;
	s->unit_mark = s->n_to_index;
	s->unit_is_bare = true;
	s->unit_changes = sqlite3_total_changes64(s->c.db);
	return AK_OK;
}

enum ak_status
unit_begin(struct store *s)
{
	enum ak_status st = unit_begin_bare(s);

	if (st != AK_OK || !s->in_txn)
		return st;
	s->unit_is_bare = false;
	return conn_run(&s->c, Q_UNIT_BEGIN, NO_ARGS);
}

enum ak_status
unit_end(struct store *s, enum ak_status st)
{
	struct diag keep;

	if (!s->in_txn) {
		s->in_txn = true;
		if (st == AK_OK)
			return store_commit(s);
		store_rollback(s);
		return st;
	}
	if (st == AK_OK)
		return s->unit_is_bare ? AK_OK
				       : conn_run(&s->c, Q_UNIT_KEEP, NO_ARGS);
	keep = s->c.error;
	s->n_to_index = s->unit_mark;
	relations_doubt(s);
	if (s->unit_is_bare) {
		if (sqlite3_total_changes64(s->c.db) != s->unit_changes)
			s->lost = st;
	} else if (still_there(s) == AK_OK) {
		(void)!conn_run(&s->c, Q_UNIT_UNDO, NO_ARGS);
		(void)!conn_run(&s->c, Q_UNIT_KEEP, NO_ARGS);
	}
	s->c.error = keep;
	return st;
}

/* --- reading connections --------------------------------------------- */

static enum ak_status
open_to_read(
    struct store_reader *r, const char *name, int flags, struct diag *reterr)
{
	bool is_current = false;
	enum ak_status st;

	st = conn_open(&r->c, name, SQLITE_OPEN_READONLY | flags, reterr);
	if (st != AK_OK)
		return st;
	st = conn_exec(&r->c, "PRAGMA query_only = ON");
	if (st == AK_OK)
		st = migrate_check(&r->c, &is_current);
	if (st == AK_OK && !is_current)
		st = conn_say(
		    &r->c, AK_UNSUPPORTED, "was made by an older akin");
	if (st != AK_OK) {
		(void)diag_set(reterr, st, "%s: %s", r->path, r->c.error.text);
		conn_close(&r->c);
	}
	return st;
}

/*
 * A file in a folder that we may not write to: WAL needs a file beside it even
 * for reading.  Where nobody left a log there, nobody writes, and the file can
 * be read as it lies.
 */
static enum ak_status
open_immutable(struct store_reader *r, struct diag *reterr)
{
	char *wal = xasprintf("%s-wal", r->path);
	bool has_log = access(wal, F_OK) == 0;
	enum ak_status st;
	struct buf uri;

	free(wal);
	if (has_log)
		return AK_DENIED;
	buf_init(&uri, 4 * PATH_MAX);
	buf_adds(&uri, "file:");
	for (const char *p = r->path; *p != '\0'; p++)
		if (strchr("%?#", *p) != NULL)
			buf_addf(&uri, "%%%02X", (unsigned)*p);
		else
			buf_addc(&uri, *p);
	buf_adds(&uri, "?immutable=1");
	st = buf_status(&uri);
	if (st == AK_OK)
		st = open_to_read(r, buf_str(&uri), SQLITE_OPEN_URI, reterr);
	buf_release(&uri);
	return st;
}

enum ak_status
store_reader_open(
    const char *path, struct store_reader **ret, struct diag *reterr)
{
	struct store_reader *r;
	enum ak_status st;
	char *real = NULL;

	if ((st = real_path(path, &real, reterr)) != AK_OK)
		return st;
	if ((st = probe(real, false, reterr)) != AK_OK) {
		free(real);
		return st;
	}
	r = xcalloc(1, sizeof(*r));
	r->path = real;
	st = open_to_read(r, real, 0, reterr);
	if (st ==
	    AK_UNSUPPORTED) { /* the writing connection brings it up to date */
		struct store *s = NULL;

		if ((st = store_open(real, 0, &s, reterr)) == AK_OK) {
			store_close(s);
			st = open_to_read(r, real, 0, reterr);
		}
	}
	if (st == AK_DENIED && access(real, R_OK) == 0)
		st = open_immutable(r, reterr);
	if (st != AK_OK) {
		store_reader_close(r);
		return st;
	}
	*ret = r;
	return AK_OK;
}

void
store_reader_close(struct store_reader *r)
{
	if (r == NULL)
		return;
	conn_close(&r->c);
	free(r->path);
	free(r);
}

const char *
store_reader_error(const struct store_reader *r)
{
	return r->c.error.text;
}

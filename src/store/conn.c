/* SPDX-License-Identifier: ISC */
/*
 * One file may be open in several processes at once: WAL lets readers go on
 * beside a writer, and the busy timeout lets writers wait for each other, so
 * nobody meets "database is locked".  Write transactions begin IMMEDIATE: one
 * that turns from reading to writing could not wait.
 *
 * The file may come from elsewhere (a backup, a colleague), so the schema is
 * not trusted, defensive mode is on and SQLite's own limits are low.
 */
#include "store/conn.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/mem.h"
#include "store/plain.h"
#include "store/search.h"
#include "store/tokens.h"

#define LARGEST_STEP ((rlim_t)64 << 10) /* by which a file grows */

static const char *const stmt_texts[] = {
#define STMT(name, sql) sql,
#define CLAUSE(name, sql)
#include "store/stmt.def"
#undef STMT
#undef CLAUSE
};

static const char *const clause_texts[] = {
#define STMT(name, sql)
#define CLAUSE(name, sql) sql,
#include "store/stmt.def"
#undef STMT
#undef CLAUSE
};

const char *
conn_clause(enum clause_id id)
{
	return clause_texts[id];
}

const char *
conn_sql(enum stmt_id id)
{
	return stmt_texts[id];
}

/* --- errors ---------------------------------------------------------- */

enum ak_status
conn_status(int rc)
{
	switch (rc & 0xFF) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return AK_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return AK_BUSY;
	case SQLITE_FULL:
		return AK_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_SCHEMA:
		return AK_CORRUPT;
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_READONLY:
		return AK_DENIED;
	case SQLITE_TOOBIG:
		return AK_TOOBIG;
	case SQLITE_CONSTRAINT:
		return rc == SQLITE_CONSTRAINT_UNIQUE ||
			       rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
			       rc == SQLITE_CONSTRAINT_ROWID
			   ? AK_EXISTS
			   : AK_BADINPUT;
	case SQLITE_INTERRUPT:
		return AK_CANCELED;
	default:
		return AK_IO;
	}
}

/* Is one of its files as large as this process may make any?  The errno is lost
 * by the time that SQLite has cleaned up. */
static bool
is_at_limit(sqlite3 *db)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	const char *name = sqlite3_db_filename(db, "main");
	struct rlimit l;

	if (getrlimit(RLIMIT_FSIZE, &l) != 0 || l.rlim_cur == RLIM_INFINITY ||
	    str_empty(name))
		return false;
	for (size_t i = 0; i < AK_COUNT(ends); i++) {
		char *path = xasprintf("%s%s", name, ends[i]);
		struct stat sb;
		bool is_large = stat(path, &sb) == 0 &&
				(rlim_t)sb.st_size + LARGEST_STEP > l.rlim_cur;

		free(path);
		if (is_large)
			return true;
	}
	return false;
}

const char *
conn_no_room(sqlite3 *db)
{
	return is_at_limit(db) ? "the file may not grow (ulimit -f)"
			       : "no space left on disk";
}

enum ak_status
conn_fail(struct conn *c, int rc)
{
	int err = sqlite3_system_errno(c->db);

	c->status = conn_status(rc);
	/* The WAL index has codes of its own for a disk without room. */
	if (c->status == AK_IO &&
	    (err == ENOSPC || err == EDQUOT || is_at_limit(c->db)))
		c->status = AK_FULL;
	if (c->status == AK_IO && (err == EACCES || err == EROFS))
		c->status = AK_DENIED;
	if (c->status == AK_FULL)
		(void)diag_set(&c->error, c->status, "%s", conn_no_room(c->db));
	else if (c->status == AK_BUSY)
		(void)diag_set(&c->error, c->status,
		    "another process has been writing for a minute");
	else if ((rc & 0xFF) == SQLITE_NOTADB)
		(void)diag_set(&c->error, c->status, "is not an akin store");
	else if (c->status != AK_OK)
		(void)diag_set(
		    &c->error, c->status, "%s", sqlite3_errmsg(c->db));
	return c->status;
}

enum ak_status
conn_say(struct conn *c, enum ak_status st, const char *fmt, ...)
{
	char text[sizeof(c->error.text)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->status = st;
	return diag_set(&c->error, st, "%s", text);
}

/* --- statements ---------------------------------------------------------- */

sqlite3_stmt *
conn_prepare(struct conn *c, const char *sql)
{
	sqlite3_stmt *st = c->spare;
	int rc;

	if (st != NULL && strcmp(sqlite3_sql(st), sql) == 0) {
		c->spare = NULL;
		return st;
	}
	rc = sqlite3_prepare_v3(c->db, sql, -1, 0, &st, NULL);
	if (rc != SQLITE_OK) {
		(void)conn_fail(c, rc);
		return NULL;
	}
	return st;
}

void
conn_done(struct conn *c, sqlite3_stmt *st)
{
	(void)sqlite3_reset(st);
	(void)sqlite3_clear_bindings(st);
	(void)sqlite3_finalize(c->spare);
	c->spare = st;
}

void
conn_bind(sqlite3_stmt *st, const struct val *v, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		int at = (int)k + 1, rc = SQLITE_OK;

		switch (v[k].kind) {
		case VAL_NULL:
			rc = sqlite3_bind_null(st, at);
			break;
		case VAL_INT:
			rc = sqlite3_bind_int64(st, at, v[k].i);
			break;
		case VAL_REAL:
			rc = sqlite3_bind_double(st, at, v[k].d);
			break;
		case VAL_TEXT:
			rc = sqlite3_bind_text(
			    st, at, v[k].p, -1, SQLITE_STATIC);
			break;
		case VAL_BLOB:
			rc = sqlite3_bind_blob64(
			    st, at, v[k].p, v[k].len, SQLITE_STATIC);
			break;
		}
		if (rc == SQLITE_NOMEM)
			mem_none();
		/* A value over the limit of length fails the step as NULL
		 * would; anything else is a bug of ours. */
		assert(rc == SQLITE_OK || rc == SQLITE_TOOBIG);
	}
}

sqlite3_stmt *
conn_query(struct conn *c, enum stmt_id id, const struct val *v, size_t n)
{
	sqlite3_stmt *st = c->stmts[id];

	if (st == NULL) {
		int rc = sqlite3_prepare_v3(c->db, stmt_texts[id], -1,
		    SQLITE_PREPARE_PERSISTENT, &c->stmts[id], NULL);

		if (rc != SQLITE_OK) {
			(void)conn_fail(c, rc);
			return NULL;
		}
		st = c->stmts[id];
	}
	assert((int)n == sqlite3_bind_parameter_count(st));
	conn_bind(st, v, n);
	c->status = AK_OK;
	return st;
}

bool
conn_row(struct conn *c, sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return true;
	if (rc == SQLITE_DONE)
		c->status = AK_OK;
	else
		(void)conn_fail(c, rc);
	(void)sqlite3_reset(st);
	return false;
}

enum ak_status
conn_end(struct conn *c, sqlite3_stmt *st)
{
	if (st != NULL)
		(void)sqlite3_reset(st);
	return c->status;
}

enum ak_status
conn_run(struct conn *c, enum stmt_id id, const struct val *v, size_t n)
{
	sqlite3_stmt *st = conn_query(c, id, v, n);

	if (st == NULL)
		return c->status;
	while (conn_row(c, st))
		;
	return c->status;
}

enum ak_status
conn_int(struct conn *c, enum stmt_id id, const struct val *v, size_t n,
    int64_t none, int64_t *ret)
{
	sqlite3_stmt *st = conn_query(c, id, v, n);

	if (st == NULL)
		return c->status;
	if (conn_row(c, st)) {
		*ret = sqlite3_column_int64(st, 0);
		return conn_end(c, st);
	}
	if (c->status == AK_OK)
		*ret = none;
	return c->status;
}

enum ak_status
conn_exec(struct conn *c, const char *sql)
{
	int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? (c->status = AK_OK) : conn_fail(c, rc);
}

const char *
col_text(sqlite3_stmt *st, int col)
{
	return (const char *)sqlite3_column_text(st, col);
}

int64_t
col_int(sqlite3_stmt *st, int col)
{
	return sqlite3_column_int64(st, col);
}

bool
col_is_null(sqlite3_stmt *st, int col)
{
	return sqlite3_column_type(st, col) == SQLITE_NULL;
}

/* --- open ---------------------------------------------------------------- */

/* akin_text(text, content_html, summary): the words of an article. */
static void
text_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	struct buf *words = sqlite3_user_data(ctx);
	const char *text;

	(void)n;
	text = plain_words(words, (const char *)sqlite3_value_text(v[0]),
	    (const char *)sqlite3_value_text(v[1]),
	    (const char *)sqlite3_value_text(v[2]));
	if (text != NULL)
		sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

static void
set_limits(sqlite3 *db)
{
	static const struct {
		int id, value;
	} limits[] = {
	    {SQLITE_LIMIT_LENGTH, (int)LIMIT_SQL_VALUE_BYTES},
	    {SQLITE_LIMIT_SQL_LENGTH, 100000},
	    {SQLITE_LIMIT_COLUMN, 100},
	    {SQLITE_LIMIT_EXPR_DEPTH, 50},
	    {SQLITE_LIMIT_ATTACHED, 0},
	    {SQLITE_LIMIT_VARIABLE_NUMBER, 1000},
	    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
	};

	for (size_t k = 0; k < AK_COUNT(limits); k++)
		(void)sqlite3_limit(db, limits[k].id, limits[k].value);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_db_config(
	    db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
}

/* SQLite counts its memory under one lock for all connections: readers and the
 * writer would wait for each other at each piece of memory. */
static void
set_up_library(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

enum ak_status
conn_open(struct conn *c, const char *path, int flags, struct diag *reterr)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int rc, err;

	(void)pthread_once(&once, set_up_library);
	*c = (struct conn){0};
	c->tokens = tokens_new();
	buf_init(&c->words, 4 * LIMIT_CONTENT_BYTES);
	rc = sqlite3_open_v2(path, &c->db,
	    flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
		SQLITE_OPEN_EXRESCODE,
	    NULL);
	if (rc == SQLITE_OK) {
		set_limits(c->db);
		(void)sqlite3_busy_timeout(c->db, LIMIT_STORE_WAIT_MS);
		rc = sqlite3_create_function(c->db, "akin_text", 3,
		    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
		    &c->words, text_function, NULL, NULL);
	}
	if (rc == SQLITE_OK)
		rc = search_register(c->db);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(c->db,
		    "PRAGMA cell_size_check = ON;"
		    "PRAGMA foreign_keys = ON;"
		    "PRAGMA mmap_size = 0;"
		    "PRAGMA cache_size = -8192;"
		    "PRAGMA temp_store = MEMORY;"
		    "PRAGMA secure_delete = FAST",
		    NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return AK_OK;
	err = sqlite3_system_errno(c->db);
	if ((rc & 0xFF) == SQLITE_CANTOPEN)
		(void)conn_say(c, AK_DENIED, "cannot be opened%s%s",
		    err != 0 ? ": " : "", err != 0 ? strerrordesc_np(err) : "");
	else
		(void)conn_fail(c, rc);
	(void)diag_set(reterr, c->status, "%s: %s", path, c->error.text);
	rc = (int)c->status;
	conn_close(c);
	return (enum ak_status)rc;
}

void
conn_close(struct conn *c)
{
	for (size_t k = 0; k < Q_COUNT; k++)
		sqlite3_finalize(c->stmts[k]);
	(void)sqlite3_finalize(c->spare);
	(void)sqlite3_close(c->db);
	tokens_free(c->tokens);
	buf_release(&c->words);
	*c = (struct conn){0};
}

/* SPDX-License-Identifier: ISC */
/*
 * Migrations go forward only.  PRAGMA user_version is the number of those
 * applied; each runs in a transaction with its number, so that a kill leaves
 * the file at one version or the next.  Two processes that find an old file
 * take turns by the write lock, and the second finds it done.
 */
#include "store/private.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "store/identity.h"

static const char *const migrations[] = {
#include "store/migrations.inc"
};

static enum ak_status
pragma_int(struct conn *c, const char *sql, int64_t *ret)
{
	sqlite3_stmt *st = conn_prepare(c, sql);

	if (st == NULL)
		return c->status;
	if (conn_row(c, st))
		*ret = col_int(st, 0);
	(void)sqlite3_finalize(st);
	return c->status;
}

static enum ak_status
versions(struct conn *c, int64_t *ret_app, int64_t *ret_version)
{
	enum ak_status st;

	st = pragma_int(c, "PRAGMA application_id", ret_app);
	if (st == AK_OK)
		st = pragma_int(c, "PRAGMA user_version", ret_version);
	return st;
}

/* Leave a transaction that failed or changed nothing; `st`, its words stay. */
static enum ak_status
undo(struct conn *c, enum ak_status st)
{
	struct diag keep = c->error;

	if (sqlite3_get_autocommit(c->db) == 0)
		(void)!conn_exec(c, "ROLLBACK");
	c->error = keep;
	c->status = st;
	return st;
}

/* All of one moment: a store may be being made by another process. */
static enum ak_status
look(struct conn *c, int64_t *ret_app, int64_t *ret_version,
    int64_t *ret_n_objects)
{
	enum ak_status st;

	if ((st = conn_exec(c, "BEGIN")) != AK_OK)
		return st;
	st = pragma_int(c, "SELECT count(*) FROM sqlite_schema", ret_n_objects);
	if (st == AK_OK)
		st = versions(c, ret_app, ret_version);
	return undo(c, st);
}

enum ak_status
migrate_check(struct conn *c, bool *ret_is_current)
{
	int64_t app = 0, version = 0, n_objects = 0;
	enum ak_status st;

	if ((st = look(c, &app, &version, &n_objects)) != AK_OK)
		return st;
	if (app == 0 && version == 0 && n_objects == 0) {
		*ret_is_current = false; /* a new file */
		return AK_OK;
	}
	if (app != STORE_APPLICATION_ID)
		return conn_say(
		    c, AK_CORRUPT, "is an SQLite file, but not an akin store");
	if (version > (int64_t)AK_COUNT(migrations))
		return conn_say(c, AK_NEWER,
		    "was written by a newer akin (schema %lld, this one "
		    "knows %d)",
		    (long long)version, (int)AK_COUNT(migrations));
	*ret_is_current = version == (int64_t)AK_COUNT(migrations);
	return AK_OK;
}

/* The next migration in a transaction; *ret_done: there is none. */
static enum ak_status
step(struct conn *c, bool *ret_done)
{
	int64_t app = 0, version = 0;
	enum ak_status st;
	char *end;

	if ((st = conn_exec(c, "BEGIN IMMEDIATE")) != AK_OK)
		return st;
	st = versions(c, &app, &version);
	if (st == AK_OK && version >= (int64_t)AK_COUNT(migrations)) {
		*ret_done = true;
		return undo(c, st);
	}
	if (st == AK_OK)
		st = conn_exec(c, migrations[version]);
	if (st == AK_OK) {
		end = xasprintf("PRAGMA application_id = %d;"
				"PRAGMA user_version = %lld;"
				"COMMIT",
		    STORE_APPLICATION_ID, (long long)version + 1);
		st = conn_exec(c, end);
		free(end);
	}
	return st == AK_OK ? st : undo(c, st);
}

/* akin_url_hash(url), for 0018. */
static void
url_hash_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	const char *url = (const char *)sqlite3_value_text(v[0]);
	struct arena *a = arena_new(LIMIT_MIB);

	(void)n;
	sqlite3_result_int64(ctx, ident_url_hash(a, url));
	arena_free(a);
}

/* akin_placed(hash, url): the hash, placed by the URL's site. */
static void
placed_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	const char *url = (const char *)sqlite3_value_text(v[1]);
	struct arena *a = arena_new(LIMIT_MIB);

	(void)n;
	if (sqlite3_value_type(v[0]) != SQLITE_NULL)
		sqlite3_result_int64(ctx, ident_placed(ident_site(a, url),
					      sqlite3_value_int64(v[0])));
	arena_free(a);
}

enum ak_status
migrate(struct conn *c)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
	enum ak_status st = AK_OK;
	bool done = false;
	int rc;

	rc = sqlite3_create_function(c->db, "akin_url_hash", 1, flags, NULL,
	    url_hash_function, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function(c->db, "akin_placed", 2, flags,
		    NULL, placed_function, NULL, NULL);
	if (rc != SQLITE_OK)
		return conn_fail(c, rc);
	while (st == AK_OK && !done)
		st = step(c, &done);
	return st;
}

/* SPDX-License-Identifier: ISC */
/*
 * conn.h - one SQLite connection: opened with our limits, statements of
 * stmt.def prepared at first use, errors as enum ak_status and words.
 */
#ifndef STORE_CONN_H
#define STORE_CONN_H

#include "base/ak.h"
#include "base/str.h"

#include <sqlite3.h>

#define STORE_APPLICATION_ID 0x616b696e /* "akin" */

enum stmt_id {
#define STMT(name, sql) Q_##name,
#define CLAUSE(name, sql)
#include "store/stmt.def"
#undef STMT
#undef CLAUSE
	Q_COUNT
};

enum clause_id {
#define STMT(name, sql)
#define CLAUSE(name, sql) C_##name,
#include "store/stmt.def"
#undef STMT
#undef CLAUSE
	C_COUNT
};

struct conn {
	sqlite3 *db;
	sqlite3_stmt *stmts[Q_COUNT];
	sqlite3_stmt *spare; /* the last one that conn_prepare() made */
	struct diag error;
	enum ak_status status; /* of the last statement that ended */
	struct tokens *tokens; /* for folding titles */
	struct buf words;      /* scratch of akin_text() */
};

/* One value to bind. */
struct val {
	enum { VAL_NULL, VAL_INT, VAL_REAL, VAL_TEXT, VAL_BLOB } kind;
	int64_t i;
	double d;
	const void *p;
	size_t len;
};

static inline struct val
vi(int64_t i)
{
	return (struct val){.kind = VAL_INT, .i = i};
}

static inline struct val
vz(int64_t i) /* 0 is NULL */
{
	return (struct val){.kind = i != 0 ? VAL_INT : VAL_NULL, .i = i};
}

static inline struct val
vd(double d)
{
	return (struct val){.kind = VAL_REAL, .d = d};
}

static inline struct val
vt(const char *s) /* NULL allowed */
{
	return (struct val){.kind = s != NULL ? VAL_TEXT : VAL_NULL, .p = s};
}

static inline struct val
vb(const void *p, size_t len)
{
	return (struct val){
	    .kind = p != NULL ? VAL_BLOB : VAL_NULL, .p = p, .len = len};
}

#define ARGS(...)                                                              \
	(const struct val[]){__VA_ARGS__},                                     \
	    sizeof((const struct val[]){__VA_ARGS__}) / sizeof(struct val)
#define NO_ARGS NULL, 0

/* Open, set limits and pragmas, register tokenizer and functions. */
enum ak_status conn_open(
    struct conn *c, const char *path, int flags, struct diag *reterr) AK_USE;
void conn_close(struct conn *c);

/* Bind and run to the end, ignoring rows.  Borrowed values live for the call
 * only.  AK_EXISTS: a unique key is taken. */
enum ak_status conn_run(
    struct conn *c, enum stmt_id id, const struct val *v, size_t n) AK_USE;
enum ak_status conn_exec(struct conn *c, const char *sql) AK_USE;

/* Bind and step by conn_row() until false; conn_end() early.  Values must
 * live until then.  NULL: c->status says why. */
sqlite3_stmt *conn_query(
    struct conn *c, enum stmt_id id, const struct val *v, size_t n);
/* A statement made of clauses; conn_done() ends it, and keeps it for the next
 * call with the same text. */
sqlite3_stmt *conn_prepare(struct conn *c, const char *sql);
void conn_done(struct conn *c, sqlite3_stmt *st);
void conn_bind(sqlite3_stmt *st, const struct val *v, size_t n);
bool conn_row(struct conn *c, sqlite3_stmt *st); /* false: reset, c->status */
enum ak_status conn_end(struct conn *c, sqlite3_stmt *st);

/* The first column of the first row; `none` where there is no row. */
enum ak_status conn_int(struct conn *c, enum stmt_id id, const struct val *v,
    size_t n, int64_t none, int64_t *ret) AK_USE;

const char *col_text(sqlite3_stmt *st, int col); /* NULL or text */
int64_t col_int(sqlite3_stmt *st, int col);
bool col_is_null(sqlite3_stmt *st, int col);

enum ak_status conn_status(int rc);    /* of an SQLite result code */
const char *conn_no_room(sqlite3 *db); /* what AK_FULL means, in words */
/* Note the error of `rc`; returns its status. */
enum ak_status conn_fail(struct conn *c, int rc);
enum ak_status conn_say(struct conn *c, enum ak_status st, const char *fmt, ...)
    AK_PRINTF(3, 4);
const char *conn_clause(enum clause_id id);
const char *conn_sql(enum stmt_id id);

#endif

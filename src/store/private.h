/* SPDX-License-Identifier: ISC */
/*
 * private.h - what the files of this folder share.
 *
 * What a poll brings goes through writer.c, entries.c, identity.c (the feed's
 * own entry?), match.c (an article that is there?), form.c and articles.c; what
 * is asked for comes from reader.c, search.c, relations.c.  conn.c is one
 * connection and its statements, store.c opens it and has the units.
 */
#ifndef STORE_PRIVATE_H
#define STORE_PRIVATE_H

#include "base/arena.h"
#include "store/conn.h"
#include "store/store.h"

struct store {
	struct conn c;
	bool in_txn;	     /* the caller's store_begin() */
	enum ak_status lost; /* why SQLite rolled that one back by itself */
	bool has_search;
	int64_t quota; /* bytes, or 0 */
	struct sched_params sched;
	/* Articles of this transaction that the index lacks; see search.c. */
	int64_t *to_index;
	size_t n_to_index, cap_to_index;
	size_t unit_mark; /* n_to_index when the unit began */
	bool unit_is_bare;
	int64_t unit_changes; /* rows changed before it */
	/* Is there any, in this transaction?  Mostly not, and then none has
	 * to be looked for at each new entry. */
	bool has_tombstones, has_waiting; /* waiting: listed lines */
	struct best *best;    /* lists of relations; NULL: not used yet */
	int64_t data_version; /* with which these agree */
	int64_t *readers;     /* ids */
	size_t n_readers;
	int64_t cache_kib;     /* of pages; 0: not set yet */
	struct arena *scratch; /* of the call under way */
	struct arena *old;     /* an article as it was */
	char *path;
};

struct store_reader {
	struct conn c;
	char *path;
};

/*
 * A unit: a savepoint inside the caller's transaction, else a transaction of
 * its own.  unit_end() keeps it where `st` is AK_OK, else undoes it.
 *
 * A savepoint costs a copy of each page that is touched (D48), so where only a
 * broken store fails after its first write, a bare unit does without: such a
 * failure undoes the caller's transaction.
 */
enum ak_status unit_begin(struct store *s) AK_USE;
enum ak_status unit_begin_bare(struct store *s) AK_USE;
enum ak_status unit_end(struct store *s, enum ak_status st) AK_USE;

/* Words for a failed system call. */
enum ak_status fail_errno(struct diag *reterr, const char *path, int err);

/* The folders above `path`, where there are none. */
enum ak_status make_parents(const char *path, struct diag *reterr) AK_USE;

/* migrate.c: is it akin's file, of a version that we know, the newest one?
 * AK_NEWER, AK_CORRUPT. */
enum ak_status migrate_check(struct conn *c, bool *ret_is_current) AK_USE;
enum ak_status migrate(struct conn *c) AK_USE;

/* categories.c: the id of a path, made where missing; 0 for NULL and "". */
enum ak_status category_put(
    struct store *s, const char *path, int64_t *ret_id) AK_USE;

/* feeds.c */
/* A row of FEED_TO_POLL; strings last as long as it. */
void feed_fill(sqlite3_stmt *st, struct store_feed *ret);
/* By the user's new wishes, from the last poll on. */
enum ak_status feed_plan_anew(struct store *s, int64_t id) AK_USE;
int64_t feed_url_hash(struct arena *a, const char *url);
enum ak_status feed_merge(struct store *s, int64_t from, int64_t into) AK_USE;

/* relations.c */
/* The article goes, and its relations. */
enum ak_status relations_forget(struct store *s, int64_t article) AK_USE;
/* Articles or relations may be gone that were there. */
void relations_doubt(struct store *s);
/* Put the publisher's list under `article` and look up what it names. */
enum ak_status listed_put(struct store *s, int64_t article, int64_t feed,
    const struct doc_related *list) AK_USE;
/* Lines of others that wait for this article. */
enum ak_status listed_arrived(struct store *s, int64_t article,
    int64_t url_hash, int64_t title_hash) AK_USE;

/* The thread's row after its members changed; it goes with the last. */
enum ak_status thread_count(struct store *s, int64_t thread) AK_USE;

/* reader.c: "[1,2,3]" */
void ids_to_json(struct buf *out, const int64_t *ids, size_t n);

/* articles.c */
/* The article goes, and all that hangs on it. */
enum ak_status article_erase(struct store *s, int64_t id) AK_USE;
/* The same, and its keys stay as tombstones. */
enum ak_status article_bury(struct store *s, int64_t id, int64_t at) AK_USE;

#endif

/* SPDX-License-Identifier: ISC */
/*
 * store.h - everything akin keeps: one SQLite file (WAL), all SQL in stmt.def.
 *
 * A struct store is the read-write connection: one thread of one process has
 * it at a time.  A struct store_reader is a read-only connection: as many as
 * there are reader threads.  Small writes of the command (mark, add, ...) take
 * SQLite's write lock for a moment; polling needs the store's lock file (lock
 * section below) for its whole length.
 *
 * Its parts are store_feeds.h, store_articles.h, store_relations.h and
 * store_service.h; other folders include store.h alone.
 *
 * Strings given to a callback or in a struct are borrowed: valid until the
 * callback returns or the next call on the same handle, unless said otherwise.
 * Absent text is NULL.  Times are unix seconds, 0 for none, unless named _us.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/ak.h"
#include "store/store_articles.h"
#include "store/store_feeds.h"
#include "store/store_relations.h"
#include "store/store_service.h"

/* --- open and close -------------------------------------------------- */

#define STORE_CREATE 1u	   /* make file and parent folder where missing */
#define STORE_NO_SEARCH 2u /* keep no full-text index */

/* Opens, checks application_id, migrates forward.  AK_CORRUPT: no akin store;
 * AK_NEWER; AK_DENIED: read-only or no permission; AK_FULL; AK_NOTFOUND. */
enum ak_status store_open(const char *path, unsigned flags, struct store **ret,
    struct diag *reterr) AK_USE;
void store_close(struct store *s);
/* Documents with new articles are refused, AK_TOOBIG, while the file's used
 * pages are this many bytes or more.  0: no limit. */
void store_set_quota(struct store *s, int64_t bytes);
/* The schedule by which a feed is planned anew when it is edited. */
void store_set_schedule(struct store *s, const struct sched_params *p);

enum ak_status store_reader_open(const char *path, struct store_reader **ret,
    struct diag *reterr) AK_USE; /* AK_NOTFOUND, AK_CORRUPT, AK_NEWER */
void store_reader_close(struct store_reader *r);

/* What went wrong with the last call on this handle, for a person. */
const char *store_error(const struct store *s);
const char *store_reader_error(const struct store_reader *r);

/* Transactions: calls outside one are a transaction each.  begin waits up to a
 * minute for another process's write. */
enum ak_status store_begin(struct store *s) AK_USE;
enum ak_status store_commit(struct store *s) AK_USE;
void store_rollback(struct store *s);

/* --- lock file: who polls this store --------------------------------- */

struct store_lock;
struct store_lock_owner {
	int64_t pid;
	char program[32]; /* "akind" or "akin" */
	char socket[128]; /* control socket, or "" */
};
/* PATH.lock, locked; its text names the owner.  AK_BUSY fills *owner. */
enum ak_status store_lock_take(const char *path, const char *program,
    const char *socket, struct store_lock **ret, struct store_lock_owner *owner,
    struct diag *reterr) AK_USE;
void store_lock_release(struct store_lock *l);
/* Who holds it now; AK_NOTFOUND: nobody. */
enum ak_status store_lock_owner(
    const char *path, struct store_lock_owner *ret) AK_USE;

/* --- upkeep ---------------------------------------------------------- */

struct store_stats {
	int64_t n_feeds, n_active, n_failing, n_articles, n_unread, n_starred,
	    n_entries, n_relations, n_threads, file_bytes, generation;
};
enum ak_status store_stats(
    struct store_reader *r, struct store_stats *ret) AK_USE;
/* n_unread of them alone. */
enum ak_status store_unread(struct store_reader *r, int64_t *ret) AK_USE;

/* integrity_check, foreign keys, FTS, orphan rows, dangling relations: one
 * call of `cb` a finding.  AK_CORRUPT when there was one. */
typedef void (*store_text_cb)(const char *line, void *arg);
typedef void (*store_progress_cb)(int64_t done, int64_t all, void *arg);
/* `progress` (may be NULL) gets articles done and in all. */
enum ak_status store_check(struct store_reader *r, store_text_cb cb,
    store_progress_cb progress, void *arg) AK_USE;
/* Online copy to a new file; `cb` (may be NULL) gets pages done and in all. */
enum ak_status store_backup(struct store_reader *r, const char *to,
    store_progress_cb cb, void *arg, struct diag *reterr) AK_USE;
/*
 * Retention: articles older than keep_days go, but for the keep_items newest
 * of a feed; with one of them 0 the other decides, with both all stay.  So do
 * unread, starred and labelled ones, whatever their age.
 */
struct store_gc {
	int64_t now, keep_days, keep_items, keep_revisions;
	/* After each transaction; may be NULL.  false: AK_CANCELED. */
	bool (*go_on)(int64_t done, int64_t all, void *arg);
	void *arg;
};
struct store_gc_result {
	int64_t n_articles, n_polls, n_revisions;
};
enum ak_status store_gc(struct store *s, const struct store_gc *how,
    struct store_gc_result *ret) AK_USE;
/* Rebuild the search index; in steps, `cb` gets articles done and in all. */
enum ak_status store_reindex_search(
    struct store *s, store_progress_cb cb, void *arg) AK_USE;
/* Forget relations, threads and watermark, bump the generation, so that the
 * relater starts anew; feature blobs are replaced by store_feature_put(). */
enum ak_status store_relate_reset(struct store *s) AK_USE;
enum ak_status store_feature_put(
    struct store *s, int64_t article, const struct store_blob *features) AK_USE;

#endif

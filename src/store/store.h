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
 * Strings given to a callback or in a struct are borrowed: valid until the
 * callback returns or the next call on the same handle, unless said otherwise.
 * Absent text is NULL.  Times are unix seconds, 0 for none, unless named _us.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/ak.h"
#include "base/arena.h"
#include "model/doc.h"
#include "sched/sched.h"

struct store;
struct store_reader;

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
/* By which a feed is planned anew when it is edited. */
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

/* --- feeds --------------------------------------------------------------- */

struct store_feed { /* one subscription, with all that is kept of it */
	int64_t id;
	const char *url;
	const char *title;	/* the user's, else the feed's, else the URL */
	const char *own_title;	/* the user's, or NULL */
	const char *feed_title; /* the feed's, or NULL */
	const char *home_page_url;
	const char *description;
	const char *language;
	const char *icon;
	const char *category; /* path "A/B", or NULL */
	int64_t category_id;  /* 0: none */
	int64_t added_at;
	struct sched_state sched;
	/* validators, as opaque bytes, with the URL that gave them */
	const char *etag, *last_modified, *validators_url;
	uint64_t body_hash;  /* XXH3 of the last decoded body; 0: none */
	uint64_t items_hash; /* of what was stored of it (doc_hash()) */
	const char *error;   /* words of the last failure; NULL when fine */
	/* permanent redirects seen: target, how often, since when */
	const char *moved_to;
	int64_t n_moved, moved_since;
	const char *new_url;	/* what its document calls its new address */
	const char *parked_url; /* that answered 429 or 503 behind redirects */
	const char *older_url;	/* where its document says older entries are */
	/* per-feed options, NULL or 0 where unset */
	const char *userinfo, *bearer, *proxy, *headers; /* "Name: v\n..." */
	const char *client_cert, *client_key;
	bool full_text, cookies_once;
	const char *page_rules;
	/* counts, filled only if asked */
	int64_t n_articles, n_unread;
	int64_t newest_at; /* arrival of the newest article */
};

typedef void (*store_feed_cb)(const struct store_feed *f, void *arg);

struct store_feed_query {
	int64_t id;	      /* 0: any */
	const char *spec;     /* id, URL or title, as a person names a feed */
	const char *category; /* path; with those below it */
	bool problems;	      /* only failing, dead, gone or oddly hinted */
	bool counts;	      /* fill the counts */
	int64_t retry_after;  /* 0: any; else a Retry-After runs past it */
	int64_t limit;	      /* 0: all */
};

enum ak_status store_feeds(struct store_reader *r,
    const struct store_feed_query *q, store_feed_cb cb, void *arg) AK_USE;

/* Are there `n` feeds of the origin of `url`? */
enum ak_status store_origin_has(
    struct store *s, const char *url, int64_t n, bool *ret) AK_USE;

/* The feed that has or had this address; 0: none. */
enum ak_status store_feed_by_url(
    struct store *s, const char *url, int64_t *ret_id) AK_USE;

/* The same by number, in this order, without those that are gone, and without
 * what a poll has no use for: the user's title, what the feed says of itself,
 * category, page rules, counts. */
enum ak_status store_feeds_to_poll(struct store_reader *r, const int64_t *ids,
    size_t n, store_feed_cb cb, void *arg) AK_USE;

/* Number of feeds a spec names, and one of them; several may share a title. */
enum ak_status store_feed_resolve(struct store_reader *r, const char *spec,
    int64_t *ret_id, struct diag *reterr) AK_USE;

/* Make schedules right after a clock that was set back by more than a day,
 * nobody knows when. */
enum ak_status store_clock_back(struct store *s, int64_t now) AK_USE;
/* The clock was set back by so many seconds, in the last minutes. */
enum ak_status store_clock_moved(
    struct store *s, int64_t now, int64_t by_s) AK_USE;

/*
 * Active feeds that are due by `now`, the most overdue first by the thousand;
 * within one by number, as their rows lie in the file.  `limit` 0: all.
 * *ret_ids is malloc'ed.
 */
enum ak_status store_due(struct store_reader *r, int64_t now, int64_t limit,
    int64_t **ret_ids, size_t *ret_n) AK_USE;

/* When the next active feed is due; 0: none ever. */
int64_t store_next_due(struct store_reader *r);

struct store_feed_new {
	const char *url;	   /* a user:password in it is kept apart */
	const char *alias;	   /* another URL that names it, or NULL */
	const char *userinfo;	   /* "user:password"; NULL: that of the URL */
	const char *title;	   /* the user's, or NULL */
	const char *home_page_url; /* hint of an OPML file, or NULL */
	const char *category;	   /* path, made where missing; or NULL */
	int64_t due_at;
};
/* AK_EXISTS gives the id of the one that is there (by URL, alias or the same
 * URL under the other of http and https). */
enum ak_status store_feed_add(
    struct store *s, const struct store_feed_new *f, int64_t *ret_id) AK_USE;

/* Members that are set (has_*) replace what is stored. */
struct store_feed_edit {
	bool has_title, has_category, has_url, has_paused, has_interval,
	    has_userinfo, has_bearer, has_proxy, has_headers, has_client_cert,
	    has_full_text, has_page_rules, has_ignore_hints, has_cookies_once;
	const char *title, *category, *url, *userinfo, *bearer, *proxy,
	    *headers, *client_cert, *client_key, *page_rules;
	bool paused, full_text, ignore_hints, cookies_once;
	int64_t interval_s;
};
enum ak_status store_feed_edit(
    struct store *s, int64_t id, const struct store_feed_edit *e) AK_USE;

/* Articles that no other feed carries go with it, starred ones stay. */
enum ak_status store_feed_remove(struct store *s, int64_t id) AK_USE;

struct store_category {
	int64_t id;
	const char *path;	   /* "A/B" */
	int64_t n_feeds, n_unread; /* the latter only if asked: it takes long */
};
typedef void (*store_category_cb)(const struct store_category *c, void *arg);
enum ak_status store_categories(struct store_reader *r, bool counts_unread,
    store_category_cb cb, void *arg) AK_USE;
/* The id of a path, made where missing. */
enum ak_status store_category_add(
    struct store *s, const char *path, int64_t *ret_id) AK_USE;
enum ak_status store_category_rename(
    struct store *s, const char *path, const char *to) AK_USE;
enum ak_status store_category_remove(struct store *s, const char *path) AK_USE;

/* --- one poll's outcome ---------------------------------------------- */

struct store_fetch {
	int64_t feed_id;
	int64_t at;
	const struct doc
	    *doc;      /* cleaned; NULL: nothing to store (304, error) */
	bool is_delta; /* absence says nothing (226, push) */
	bool is_push;  /* brought by a hub: only entries, and that they came */
	bool is_older; /* the same from the feed's past: no word of its rate */
	const struct sched_state *sched; /* state after sched_next(), or NULL */
	/* What the feed's row had when the poll began: what is as it was is
	 * not written again.  NULL: unknown. */
	const struct sched_state *sched_was;
	const char *error_was;
	/* Called in the middle of it, when the entries are in: makes `sched`
	 * of the events of new ones.  NULL: it is made. */
	void (*schedule)(int64_t n_events, void *arg);
	void *schedule_arg;
	/* NULL keeps what is stored unless `replace_validators`. */
	bool replace_validators;
	const char *etag, *last_modified, *validators_url;
	uint64_t body_hash, items_hash; /* 0: keep */
	const char *error;		/* NULL: fine */
	/* redirect bookkeeping; `moved_to` NULL: no permanent chain this time
	 */
	bool has_moved;
	const char *moved_to;
	bool has_new_url; /* replaces what is stored */
	const char *new_url;
	bool has_parked_url;
	const char *parked_url;
	bool has_older_url;
	const char *older_url;
	bool adopt_url; /* the feed's URL becomes moved_to (merging if taken) */
	/* for the log of polls */
	int status;
	bool was_conditional;
	int64_t wire_bytes, body_bytes, elapsed_ms;
	const char *user_agent_host; /* host asked, for `akin politeness` */
	/* features of doc's entries in order, parallel to them; or NULL */
	const struct store_blob *features;
};
struct store_blob {
	const void *data;
	size_t len;
};

struct store_delta {				    /* what a poll changed */
	int64_t n_seen, n_new, n_revised, n_joined; /* entries; joined: new
				entry of an article that was there */
	int64_t n_events; /* of entries that the feed did not have; dates within
			     10 min are one */
	int64_t *new_articles; /* ids, rising; malloc'ed, the caller's */
	size_t n_new_articles;
	int64_t *changed_articles; /* revised ones; malloc'ed */
	size_t n_changed_articles;
	int64_t
	    merged_into; /* feed id, when adopt_url met another feed; or 0 */
};
void store_delta_release(struct store_delta *d);

/*
 * Commit a poll: feed state, validators, due time and entries together.
 * Identity and deduplication are as the contract says (identity.c).
 *
 * In the caller's transaction: what fails before it has written anything (no
 * such feed, a document too large) leaves the transaction as it was.  What
 * fails later undoes it all, as a full disk does: every later call fails
 * until store_rollback().  No document should do that.
 */
enum ak_status store_put_fetch(struct store *s, const struct store_fetch *f,
    struct store_delta *ret) AK_USE;

/* How many entries of `doc` does the feed have already? */
enum ak_status store_count_known(struct store *s, int64_t feed_id,
    const struct doc *doc, int64_t *ret) AK_USE;

/* --- older entries, RFC 5005 (in the caller's transaction) ------------ */

/* A page of older entries was read, and leads to `next` (or NULL). */
enum ak_status store_older_put(struct store *s, int64_t feed, const char *url,
    const char *next, bool is_archive) AK_USE;
/* Where the feed's own document leads. */
enum ak_status store_older_first(
    struct store *s, int64_t feed, struct arena *a, const char **ret) AK_USE;
/* From `from` on the first page that is to be read: one that was not yet, or
 * one that may change, unless `skip_known`.  NULL: none. */
enum ak_status store_older_next(struct store *s, int64_t feed, const char *from,
    bool skip_known, struct arena *a, const char **ret) AK_USE;

/* --- articles -------------------------------------------------------- */

struct store_article {
	int64_t id;	  /* rising with arrival */
	const char *guid; /* of its first entry, else its url */
	const char *url;
	const char *external_url;
	const char *title; /* plain */
	const char *author;
	const char *summary;	  /* plain */
	const char *content_html; /* canonical; NULL unless asked for */
	const char *text;	  /* plain; NULL unless asked for */
	const char *language;
	const char *image;
	const char *comments_url;
	int64_t published; /* 0: none given */
	int64_t modified;
	int64_t arrived_us;
	int64_t sort; /* what lists are ordered by: published, else arrival */
	int64_t feed_id; /* the first feed that carried it */
	const char *feed_title;
	const char *feed_url;
	const char *feeds;	 /* JSON array of all: [{"id","title","url"}] */
	const char *tags;	 /* JSON array of strings */
	const char *attachments; /* JSON Feed attachments array */
	const char *extra;	 /* JSON object of `_akin` members, or NULL */
	bool is_read, is_starred;
	int64_t thread;	     /* 0: none */
	int64_t n_revisions; /* 0: never edited */
	const char *snippet; /* search: text with \x02 and \x03 round hits */
};
typedef void (*store_article_cb)(const struct store_article *a, void *arg);

enum store_order { STORE_NEWEST, STORE_OLDEST, STORE_BEST };

struct store_article_query {
	int64_t feed_id;      /* 0: any */
	const char *category; /* path, with those below it; NULL: any */
	int64_t thread;	      /* 0: any */
	bool unread, read, starred;
	int64_t since, until; /* by published, else arrival; 0: open */
	int64_t arrived_since_us, arrived_until_us;
	const char *query;  /* full text; NULL: none */
	const int64_t *ids; /* just these */
	size_t n_ids;
	int64_t after_id, before_id; /* cursor by id; 0: open */
	enum store_order order;	     /* BEST only with query */
	bool by_arrival;	     /* order and cursor by id, not by date */
	int64_t before_sort, before_sort_id; /* cursor by (sort time, id) */
	int64_t limit, offset;		     /* limit 0: all */
	bool with_content, with_text, with_feeds;
	int64_t reader; /* whose state; 0: the first reader */
};

enum ak_status store_articles(struct store_reader *r,
    const struct store_article_query *q, store_article_cb cb, void *arg) AK_USE;
/* Does a query say what has to be there? Else it finds nothing. */
bool store_query_has_words(const char *query);
enum ak_status store_article_get(struct store_reader *r, int64_t id,
    store_article_cb cb, void *arg) AK_USE; /* AK_NOTFOUND; all members */
/* Since when no feed that carried it has it any more; 0: one has. */
enum ak_status store_article_gone(
    struct store_reader *r, int64_t id, int64_t *ret) AK_USE;
/* Only the ids of a query, in its order: for reader APIs asking 200,000. */
typedef void (*store_id_cb)(
    int64_t id, int64_t arrived_us, int64_t feed_id, void *arg);
enum ak_status store_article_ids(struct store_reader *r,
    const struct store_article_query *q, store_id_cb cb, void *arg) AK_USE;
enum ak_status store_article_count(struct store_reader *r,
    const struct store_article_query *q, int64_t *ret) AK_USE;

/* id, guid, gold URL or title as a person names an article. */
enum ak_status store_article_resolve(
    struct store_reader *r, const char *spec, int64_t *ret) AK_USE;

struct store_revision {
	int64_t n;  /* 1: the first published form */
	int64_t at; /* when akin saw it */
	const char *title, *content_html, *text;
};
typedef void (*store_revision_cb)(const struct store_revision *v, void *arg);
enum ak_status store_revisions(struct store_reader *r, int64_t article,
    store_revision_cb cb,
    void *arg) AK_USE; /* oldest first; the current last */

/* Remove by hand: tombstoned, never comes back. */
enum ak_status store_article_remove(struct store *s, int64_t id) AK_USE;

/*
 * Pages to be read: articles of a feed that wants full text, until one is done
 * or has failed so often that it is given up.
 */
enum ak_status store_pages_want(struct store *s, int64_t feed_id,
    const int64_t *articles, size_t n, int64_t now) AK_USE;
enum ak_status store_page_done(struct store *s, int64_t article) AK_USE;
enum ak_status store_page_failed(
    struct store *s, int64_t article, int64_t now) AK_USE;
/* By feed, the newest first; so many as may be asked for. */
enum ak_status store_pages_due(struct store_reader *r, int64_t now,
    void (*cb)(int64_t feed_id, int64_t article, void *arg), void *arg) AK_USE;

/* Replace content by the full text of the article's page (no revision). */
enum ak_status store_article_full_text(struct store *s, int64_t id,
    const char *content_html, const char *text,
    const struct doc_related *related,
    const struct store_blob *features) AK_USE;

/* --- reader state ---------------------------------------------------- */

enum store_mark { STORE_READ, STORE_UNREAD, STORE_STAR, STORE_UNSTAR };

struct store_mark_query { /* which articles; all that match */
	const int64_t *ids;
	size_t n_ids;
	int64_t feed_id;
	const char *category;
	int64_t before; /* by published, else arrival */
	int64_t arrived_before_us;
	bool all; /* nothing else set: everything */
	int64_t reader;
};
enum ak_status store_mark(struct store *s, enum store_mark m,
    const struct store_mark_query *q, int64_t *ret_changed) AK_USE;

/* Labels on articles; apart from the categories of feeds.  A label is there as
 * long as an article has it. */
struct store_label {
	const char *name;
	int64_t n_articles, n_unread;
};
typedef void (*store_label_cb)(const struct store_label *l, void *arg);
enum ak_status store_labels(
    struct store_reader *r, store_label_cb cb, void *arg) AK_USE;
enum ak_status store_label_articles(struct store_reader *r, const char *name,
    void (*cb)(int64_t article, void *arg), void *arg) AK_USE; /* rising */
enum ak_status store_article_labels(struct store_reader *r, const int64_t *ids,
    size_t n, void (*cb)(int64_t article, const char *name, void *arg),
    void *arg) AK_USE;
/* Unknown articles are passed over. */
enum ak_status store_label_set(struct store *s, const char *name,
    const int64_t *ids, size_t n, bool on) AK_USE;
enum ak_status store_label_rename(
    struct store *s, const char *name, const char *to) AK_USE;
enum ak_status store_label_remove(struct store *s, const char *name) AK_USE;

/* --- relations, threads ---------------------------------------------- */

/* For the relater: articles above a watermark, in order of id, with features
 * (NULL where they have none); by arrival. */
struct store_related_input {
	int64_t id, feed_id, date;
	bool is_dated;
	int64_t thread;
	const void *features;
	size_t features_len;
	int64_t revised; /* times since it was related; 0: never */
};
typedef void (*store_input_cb)(const struct store_related_input *in, void *arg);
enum ak_status store_relate_inputs(struct store_reader *r, int64_t above_id,
    int64_t limit, store_input_cb cb, void *arg) AK_USE;
/* Of those up to the watermark what was revised since it was related. */
enum ak_status store_relate_revised(struct store_reader *r, int64_t above_id,
    int64_t limit, store_input_cb cb, void *arg) AK_USE;
/* Watermark: the newest article id that was related; 0: none. */
int64_t store_relate_watermark(struct store_reader *r);

/* What a computed score is made of; the relater's meaning.  All 0: unknown. */
struct store_parts {
	double cosine, time, usual, common, containment;
};

struct store_edge {
	int64_t other;
	int kind;	  /* enum relate_kind: 0 listed .. 3 topic */
	double score;	  /* 0..1 */
	double embedding; /* cosine, where it counted; else 0 */
	struct store_parts parts;
};
struct store_relations { /* of one newcomer */
	int64_t article;
	const struct store_edge *edges; /* with older articles, best first */
	size_t n_edges;
	int64_t thread; /* article id that names it; 0: none */
	const int64_t *merged;
	size_t n_merged;
	int64_t keep;	 /* best so many of each side stay */
	bool is_again;	 /* in place of those that it has */
	int64_t revised; /* as it was read */
};
/* Of newcomers, all or none; raises the watermark, unless it is 0.  Who is gone
 * is left out. */
enum ak_status store_put_relations(struct store *s,
    const struct store_relations *rels, size_t n, int64_t watermark) AK_USE;

/* A feed's picture.  Kept: what was fetched, or that there was nothing. */
struct store_icon {
	int64_t feed_id;
	const char *url;  /* as the feed names it now */
	int64_t asked_at; /* 0: never asked for at this URL */
	const char *type; /* NULL: there is none */
	const void *data;
	size_t len;
};
enum ak_status store_icon_put(
    struct store *s, const struct store_icon *icon) AK_USE;
/* Of one feed, or of all (0) that name one; borrowed during the call. */
enum ak_status store_icons(struct store_reader *r, int64_t feed_id,
    bool with_data, void (*cb)(const struct store_icon *icon, void *arg),
    void *arg) AK_USE;

/* Saved state of the relater and of other stages, by name. */
enum ak_status store_blob_put(
    struct store *s, const char *name, const void *data, size_t len) AK_USE;
enum ak_status store_blob_get(struct store_reader *r, const char *name,
    void **ret, size_t *ret_len) AK_USE; /* malloc'ed */

struct store_relation {
	int64_t article; /* the other one; 0: listed, not in the store */
	const char *guid, *title, *url;
	int kind; /* enum relate_kind */
	double score;
	const char *form; /* listed: where it stood; else NULL */
	int64_t rank;	  /* listed: place in the publisher's list, from 1 */
	int64_t published, feed_id;
	const char *feed_title;
	const char *language;
	double embedding; /* cosine, where it counted; else 0 */
	struct store_parts parts;
};
typedef void (*store_relation_cb)(const struct store_relation *rel, void *arg);
/* Best first: listed in the publisher's order, then by score; at most `keep`
 * computed ones. */
enum ak_status store_related(struct store_reader *r, int64_t article,
    int64_t keep, store_relation_cb cb, void *arg) AK_USE;

/* The earlier article that this one is most likely a copy of, and the score of
 * that; 0: of none. */
enum ak_status store_copy_of(struct store_reader *r, int64_t article,
    int64_t *ret_other, double *ret_score) AK_USE;

/* A pair that a person took apart? */
enum ak_status store_is_wrong_pair(
    struct store_reader *r, int64_t a, int64_t b, bool *ret) AK_USE;

/* This pair is wrong: never shown, whoever finds it again; or right after all,
 * and shown as it was.  The relation itself stays. */
enum ak_status store_relation_wrong(
    struct store *s, int64_t a, int64_t b, bool is_wrong) AK_USE;

struct store_wrong { /* a pair that a person took apart */
	int64_t article[2];
	const char *title[2], *feed_title[2];
};
typedef void (*store_wrong_cb)(const struct store_wrong *w, void *arg);
/* Those of one article, or all (0). */
enum ak_status store_wrong_pairs(struct store_reader *r, int64_t article,
    store_wrong_cb cb, void *arg) AK_USE;

/* --- embeddings ------------------------------------------------------ */

struct store_vector {
	int64_t article;
	int64_t model;	  /* a hash that names it; others' vectors are stale */
	const char *lang; /* ISO 639-1, or "" */
	const void *data; /* int8; NULL: the endpoint takes no such text */
	size_t len;
	int64_t date; /* read only, as in store_related_input */
	bool is_dated;
};
typedef void (*store_vector_cb)(const struct store_vector *v, void *arg);
/* Articles that are gone are left out. */
enum ak_status store_vectors_put(
    struct store *s, const struct store_vector *v, size_t n) AK_USE;
/* Of the newest `window` articles, in order of id. */
enum ak_status store_vectors(struct store_reader *r, int64_t model,
    int64_t window, store_vector_cb cb, void *arg) AK_USE;
/* Those whose relations are still to be found, newest first; none above the
 * relater's watermark. */
enum ak_status store_vectors_unfused(struct store_reader *r, int64_t model,
    int64_t limit, store_vector_cb cb, void *arg) AK_USE;
/* Articles above an id, of the newest `window`, without a vector of `model`,
 * and all of these that were revised since; newest first. */
enum ak_status store_vectors_wanted(struct store_reader *r, int64_t model,
    int64_t above, int64_t window, int64_t limit,
    void (*cb)(int64_t article, void *arg), void *arg) AK_USE;
struct store_vector_input {
	int64_t article;
	const char *title, *text; /* plain, or NULL */
	const void *features;	  /* or NULL */
	size_t features_len;
};
typedef void (*store_text_of_cb)(
    const struct store_vector_input *in, void *arg);
enum ak_status store_vector_text(struct store_reader *r, int64_t article,
    store_text_of_cb cb, void *arg) AK_USE;
/* Relations found by the embedding of rel->article, among those that are
 * there; its thread is not read. */
enum ak_status store_put_fused(
    struct store *s, const struct store_relations *rel) AK_USE;

/* --- threads --------------------------------------------------------- */

struct store_thread {
	int64_t id;
	int64_t lead; /* article */
	const char *lead_title, *lead_url, *lead_feed;
	int64_t n_articles, n_feeds;
	int64_t first_at, last_at;
};
typedef void (*store_thread_cb)(const struct store_thread *t, void *arg);
struct store_thread_query {
	int64_t id; /* 0: any */
	int64_t since;
	int64_t min_articles; /* default 2 */
	int64_t limit, offset;
};
/* Most recently grown first.  A merged thread's old id finds the new one. */
enum ak_status store_threads(struct store_reader *r,
    const struct store_thread_query *q, store_thread_cb cb, void *arg) AK_USE;
/* How many articles it has; 0: there is none.  A row's callback may ask. */
enum ak_status store_thread_size(
    struct store_reader *r, int64_t id, int64_t *ret) AK_USE;

/* --- tokens ---------------------------------------------------------- */

struct store_token {
	const char *name;
	const char *scope; /* "read", "write", "admin" */
	int64_t created_at, last_used_at, expires_at; /* 0: never */
};
typedef void (*store_token_cb)(const struct store_token *t, void *arg);
/* `digest`: SHA-256 of the secret; `fever_digest`: of MD5("NAME:SECRET") hex.
 */
enum ak_status store_token_add(struct store *s, const struct store_token *t,
    const unsigned char digest[32],
    const unsigned char fever_digest[32]) AK_USE; /* AK_EXISTS */
enum ak_status store_tokens(
    struct store_reader *r, store_token_cb cb, void *arg) AK_USE;
enum ak_status store_token_revoke(struct store *s, const char *name) AK_USE;
/* All digests, so that the caller compares in constant time. */
typedef void (*store_digest_cb)(const struct store_token *t,
    const unsigned char digest[32], const unsigned char fever[32], void *arg);
enum ak_status store_token_digests(
    struct store_reader *r, store_digest_cb cb, void *arg) AK_USE;
enum ak_status store_token_used(
    struct store *s, const char *name, int64_t at) AK_USE;

/* --- log of polls ---------------------------------------------------- */

struct store_poll {
	int64_t feed_id, at;
	int outcome; /* enum sched_outcome */
	int status;
	int64_t wire_bytes, elapsed_ms, n_new;
	bool was_conditional;
	const char *host;
	const char *error;
};
typedef void (*store_poll_cb)(const struct store_poll *p, void *arg);
/* Newest first; feed_id 0 or host NULL: any. */
enum ak_status store_polls(struct store_reader *r, int64_t feed_id,
    const char *host, int64_t since, int64_t limit, store_poll_cb cb,
    void *arg) AK_USE;

/* --- hooks --------------------------------------------------------------- */

struct store_hook { /* what a hook asks for; strings may be NULL: any */
	const char *name;
	bool on_article, on_story, on_grown, on_failing;
	const char *category, *feed, *query;
	int64_t min_outlets; /* of on_grown */
};
/* Put what is new for the hook since its last scan into the outbox.  The first
 * scan of a name only notes where the store stands.  AK_BADINPUT: the query. */
enum ak_status store_hook_scan(
    struct store *s, const struct store_hook *h, int64_t now) AK_USE;

struct store_outbox {
	int64_t id;
	const char *hook, *event;
	const char *payload; /* JSON object */
	int64_t created_at, n_tries;
};
typedef void (*store_outbox_cb)(const struct store_outbox *o, void *arg);
/* Deliveries that are due, the oldest first. */
enum ak_status store_outbox_due(struct store *s, int64_t now, int64_t limit,
    store_outbox_cb cb, void *arg) AK_USE;
enum ak_status store_outbox_done(struct store *s, int64_t id) AK_USE;
enum ak_status store_outbox_retry(
    struct store *s, int64_t id, int64_t due_at, const char *error) AK_USE;

/* --- subscriptions at hubs (WebSub) ---------------------------------- */

struct store_websub { /* one a feed; it outlives the feed */
	int64_t feed_id;
	int64_t poll_at;   /* when it were due if nothing was pushed; 0 */
	int64_t found_at;  /* a poll found what was not pushed; 0 */
	const char *url;   /* that answered the poll: base of what is pushed */
	const char *state; /* of websub_save() */
	bool has_feed;	   /* told only */
};
typedef void (*store_websub_cb)(const struct store_websub *w, void *arg);
/* All, or only those that store_websub_offer() put, and those of feeds that
 * are removed. */
enum ak_status store_websubs(
    struct store *s, bool only_news, store_websub_cb cb, void *arg) AK_USE;
enum ak_status store_websub_has(
    struct store *s, int64_t feed_id, bool *ret) AK_USE;
/* Put it where there is none, for whoever polls this store to take up. */
enum ak_status store_websub_offer(
    struct store *s, const struct store_websub *w) AK_USE;
enum ak_status store_websub_put(
    struct store *s, const struct store_websub *w) AK_USE;
enum ak_status store_websub_forget(struct store *s, int64_t feed_id) AK_USE;
/* Pushes do not come any more: polled at `due_at`, not later. */
enum ak_status store_websub_fallen_back(
    struct store *s, int64_t feed_id, int64_t due_at) AK_USE;

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

/* SPDX-License-Identifier: ISC */
/*
 * store_feeds.h - subscriptions, their categories and what polls bring; part of
 * store.h, which says what holds for all.
 */
#ifndef STORE_STORE_FEEDS_H
#define STORE_STORE_FEEDS_H

#include "base/ak.h"
#include "base/arena.h"
#include "model/doc.h"
#include "sched/sched.h"

struct store;
struct store_reader;

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
};

typedef void (*store_feed_cb)(const struct store_feed *f, void *arg);

struct store_feed_query {
	int64_t id;	      /* 0: any */
	const char *spec;     /* id, URL or title, as a person names a feed */
	const char *category; /* path; with those below it */
	bool problems;	      /* only failing, dead, gone or oddly hinted */
	bool counts;	      /* fill the counts */
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

/* Where servers were last heard to want to be left alone beyond `now`, with
 * the outcome of that poll. */
typedef void (*store_retry_cb)(
    const char *url, enum sched_outcome by, int64_t until, void *arg);
enum ak_status store_retries(
    struct store_reader *r, int64_t now, store_retry_cb cb, void *arg) AK_USE;

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
	const struct doc *doc; /* cleaned; NULL: nothing to store (304, ...) */
	bool is_delta;	       /* absence says nothing (226, push) */
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
	/* `moved_to` NULL: no permanent redirect this time */
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

struct store_delta {			  /* what a poll changed */
	int64_t n_seen, n_new, n_revised; /* entries */
	int64_t n_joined;      /* new entries of articles that were there */
	int64_t n_events;      /* of entries that the feed did not have: dates
				  within 10 min are one */
	int64_t *new_articles; /* ids, rising; malloc'ed, the caller's */
	size_t n_new_articles;
	int64_t *changed_articles; /* revised ones; malloc'ed */
	size_t n_changed_articles;
	int64_t merged_into; /* feed, when adopt_url met another; or 0 */
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

#endif

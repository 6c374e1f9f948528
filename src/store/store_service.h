/* SPDX-License-Identifier: ISC */
/*
 * store_service.h - what a service keeps beside feeds and articles; part of
 * store.h, which says what holds for all.
 */
#ifndef STORE_STORE_SERVICE_H
#define STORE_STORE_SERVICE_H

#include "base/ak.h"

struct store;
struct store_blob;
struct store_reader;

/* --- tokens ---------------------------------------------------------- */

struct store_token {
	const char *name;
	const char *scope; /* "read", "write", "admin" */
	int64_t created_at, last_used_at, expires_at; /* 0: never */
};
typedef void (*store_token_cb)(const struct store_token *t, void *arg);
/* The digests are token_digest()'s and token_fever_digest()'s of the secret. */
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

/* --- saved state --------------------------------------------------- */

/*
 * The relater's saved state, in pieces that are opaque here.  Put: behind those
 * that are there, the last of which is `*last`, else AK_EXISTS and nothing is
 * written; or, 0, in place of all.  *last becomes that of the last of these.
 */
enum ak_status store_state_put(struct store *s, const struct store_blob *pieces,
    size_t n, int64_t *last) AK_USE;
/* In order; borrowed during the call. */
enum ak_status store_state_get(struct store_reader *r,
    void (*cb)(int64_t id, const void *data, size_t len, void *arg),
    void *arg) AK_USE;

/* Saved state of other stages, by name. */
enum ak_status store_blob_put(
    struct store *s, const char *name, const void *data, size_t len) AK_USE;
enum ak_status store_blob_get(struct store_reader *r, const char *name,
    void **ret, size_t *ret_len) AK_USE; /* malloc'ed */

/* --- icons ----------------------------------------------------------- */

/* A feed's picture: what was fetched, or that there was nothing. */
struct store_icon {
	int64_t feed_id;
	const char *url;  /* as the feed names it now */
	int64_t asked_at; /* 0: never asked for at this URL */
	const char *type; /* NULL: there is none */
	const void *data;
	size_t len;
	const char *etag, *last_modified; /* as they came, or NULL */
};
/* Without a type, what there was of this URL stays, and its validators, if
 * there are no newer ones. */
enum ak_status store_icon_put(
    struct store *s, const struct store_icon *icon) AK_USE;
/* Of one feed, or of all (0) that name one; borrowed during the call. */
enum ak_status store_icons(struct store_reader *r, int64_t feed_id,
    bool with_data, void (*cb)(const struct store_icon *icon, void *arg),
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
	bool has_feed;	   /* its feed is still there; not read by _put */
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

#endif

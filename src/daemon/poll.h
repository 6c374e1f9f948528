/* SPDX-License-Identifier: ISC */
/*
 * poll.h - one poll of one feed on its way through the stages (private to
 * daemon).
 *
 * A poll is made from the feed's row, filled by fetch on the loop, by parse and
 * clean in a worker, and committed by the writer; whoever has it owns all of
 * it, and a hand-over is a pointer through a chan.
 */
#ifndef DAEMON_POLL_H
#define DAEMON_POLL_H

#include <sys/queue.h>

#include "base/arena.h"
#include "conf/conf.h"
#include "fetch/fetch.h"
#include "fetch/websub.h"
#include "model/doc.h"
#include "relate/relate.h"
#include "sched/sched.h"
#include "store/store.h"

struct poll {
	STAILQ_ENTRY(poll) link;

	/* The feed as it was when the poll began. */
	int64_t feed_id;
	char *row_text; /* what the strings of the row are in */
	const char *url, *title;
	const char *etag, *last_modified, *validators_url;
	const char *moved_to;
	int64_t n_moved, moved_since;
	const char *new_url; /* the last document's itunes:new-feed-url */
	const char *older_url, *parked_url;
	const char *userinfo, *bearer, *proxy, *headers;
	const char *client_cert, *client_key;
	uint64_t body_hash, items_hash;
	struct sched_state sched; /* after the commit: the new state */
	struct sched_state sched_was;
	const char *feed_title; /* the feed's own */
	const char *old_error;

	bool full_text, cookies_once;
	bool is_trial; /* asks the new address: see poll_try_move() */

	/* The answer. */
	int64_t at;
	struct sched_answer answer;
	char *error;	   /* one line, or NULL */
	char *answer_text; /* what these four are in */
	const char *new_etag, *new_last_modified, *final_url, *content_type;
	char **links; /* Link: values, NULL-terminated, or NULL */
	size_t n_hops;
	bool all_permanent, is_delta;
	int64_t wire_bytes, body_bytes, elapsed_ms;
	char *body; /* until it is parsed */
	size_t body_len;
	uint64_t new_hash; /* 0: no body */

	/* The document. */
	struct arena *arena;
	struct doc *doc;
	uint64_t new_items_hash; /* doc_hash() of it; 0: not made */
	bool is_same; /* it is the stored one's: `doc` was not cleaned */
	struct store_blob *features;	 /* parallel to the entries, or NULL */
	char *topic, *hubs[WEBSUB_HUBS]; /* where it is pushed, or NULL */

	/* A poll of a feed to be: see subscribe.h. */
	struct subscription *sub; /* or NULL */
	char *doc_title;
	struct page *page;   /* a page of an article: see fulltext.h; or NULL */
	struct older *older; /* a page of older entries: see older.h; or NULL */
	char *older_at, *older_next; /* its address; where to go on, or NULL */
	char *new_home; /* the address that the commit gave it, or NULL */
	bool has_older; /* there are more pages than are read at once */

	/* What the commit changed. */
	bool is_committed;
	bool is_gone;		 /* its feed was removed meanwhile */
	bool is_waiting;	 /* not polled: a Retry-After is running */
	bool is_parked;		 /* its host is: only the due time changes */
	bool is_push;		 /* not polled: a hub brought it (websub.h) */
	int64_t pushless_due_at; /* when it were due if nothing was pushed */
	bool is_postponed;	 /* `sched` says until when */
	int64_t n_new, n_revised;
	int64_t n_new_articles;
	int64_t *wanted; /* articles whose pages are to be read; malloc'ed */
	size_t n_wanted;
	int64_t n_items; /* in the document */
};
STAILQ_HEAD(poll_list, poll);

struct poll *poll_new(const struct store_feed *f);
void poll_free(struct poll *p); /* NULL allowed */

/* Is it read from a file, not asked of a server? */
bool poll_is_file(const struct poll *p);

/* The request; strings are borrowed from `p`, `headers` from the caller's
 * arena. */
void poll_request(const struct poll *p, struct arena *a, struct fetch_req *ret);

/* Ask for all of it, whatever is known. */
void poll_forget_body(struct poll *p);

/* Take the answer; the body moves from `r` to `p`. */
void poll_fetched(struct poll *p, struct fetch_result *r);

/* Read a local file instead (blocks: not on the loop). */
void poll_read_file(struct poll *p, int64_t max_bytes);

/* Same bytes as last time: nothing to parse. */
bool poll_is_unchanged(struct poll *p);

/* What the stages need of the configuration: copied, so that a reload never
 * changes it under a thread. */
struct poll_opts {
	struct sched_params sched;
	struct relate_params relate;
	bool strip_params, keep_frames, with_relations, with_websub;
	int64_t max_body, quota;
};
void poll_opts_init(struct poll_opts *o, const struct conf *conf);

/* Body to document, and features where `lexer` is given; frees the body. */
void poll_parse(
    struct poll *p, const struct poll_opts *opts, struct relate_lexer *lexer);

/*
 * Commit everything together: entries, validators, due time.  Other than AK_OK:
 * the store refused, and the poll is as if it never happened.
 */
enum ak_status poll_commit(
    struct poll *p, struct store *s, const struct sched_params *params) AK_USE;

/* Note the articles of a commit whose pages may be read: for polls of feeds
 * that want it, and for pushes, of which only the store knows that. */
void poll_want_pages(struct poll *p, const struct store_delta *d);

/* The store could not take the document: an error of the feed. */
void poll_refuse(struct poll *p, const char *words);

/* Fetcher's parameters; `user_agent` is the caller's to keep. */
void poll_fetch_params(
    const struct conf *conf, const char *user_agent, struct fetch_params *ret);
char *poll_user_agent(const struct conf *conf); /* malloc'ed */

/* Should the feed's URL become that of its permanent redirects (moved.c)? */
struct moved {
	bool is_known;	/* this poll says something about it */
	const char *to; /* target seen, or NULL: none, forget an older one */
	bool adopt;
};
void poll_judge_move(const struct poll *p, int64_t n_known, struct moved *ret);
/* Has its document named the same new address often enough?  Then this poll
 * asks there. */
void poll_try_move(struct poll *p, int64_t now);

#endif

/* SPDX-License-Identifier: ISC */
/*
 * store_articles.h - articles, queries of them, and what readers did with them;
 * part of store.h, which says what holds for all.
 */
#ifndef STORE_STORE_ARTICLES_H
#define STORE_STORE_ARTICLES_H

#include "base/ak.h"
#include "model/doc.h"

struct store;
struct store_blob; /* store_feeds.h */
struct store_reader;

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
	int64_t gone_at; /* no complete feed has it any more (RFC 5005); 0 */
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
/* Only the ids of a query, in its order: for reader APIs asking 200,000. */
typedef void (*store_id_cb)(
    int64_t id, int64_t arrived_us, int64_t feed_id, void *arg);
enum ak_status store_article_ids(struct store_reader *r,
    const struct store_article_query *q, store_id_cb cb, void *arg) AK_USE;
enum ak_status store_article_count(struct store_reader *r,
    const struct store_article_query *q, int64_t *ret) AK_USE;

/* The article that a person names by id, guid, URL or title.  AK_NOTFOUND; of
 * several with a title, one. */
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

#endif

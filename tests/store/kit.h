/* SPDX-License-Identifier: ISC */
/* kit.h - a store in a temporary folder and documents made by hand. */
#ifndef TESTS_STORE_KIT_H
#define TESTS_STORE_KIT_H

#include "tests/testing.h"

#include "model/doc.h"
#include "store/store.h"

#define KIT_NOW 1790000000 /* polls begin here and go on by the hour */

struct kit {
	char dir[64], path[96];
	struct store *s;
	struct store_reader *r;
	struct arena *a; /* of the documents */
	int64_t now;
	struct store_delta delta; /* of the last poll */
};

int kit_setup(void **state); /* cmocka fixtures: *state is a struct kit */
int kit_teardown(void **state);
void kit_reopen(struct kit *k, unsigned flags);

int64_t kit_feed(struct kit *k, const char *url);
struct doc *kit_doc(struct kit *k);
/* Any argument but the doc may be NULL; content is plain text in a <p>. */
struct doc_entry *kit_entry(struct kit *k, struct doc *d, const char *id,
    const char *url, const char *title, const char *text);
void kit_related(
    struct kit *k, struct doc_entry *e, const char *url, const char *title);
/* Poll an hour later; the delta is in the kit. */
void kit_poll(struct kit *k, int64_t feed, struct doc *d);
/* The same, and so many of its entries are new, so many revised. */
#define kit_poll_gives(k, feed, d, new, revised)                               \
	do {                                                                   \
		kit_poll(k, feed, d);                                          \
		assert_int_equal((k)->delta.n_new, new);                       \
		assert_int_equal((k)->delta.n_revised, revised);               \
	} while (0)

int64_t kit_count(struct kit *k, const struct store_article_query *q);
int64_t kit_n_articles(struct kit *k, int64_t feed); /* 0: all */
/* The only article of that title; 0: none. */
int64_t kit_by_title(struct kit *k, const char *title);

struct kit_article { /* copies */
	int64_t id, feed_id, n_revisions, thread, published;
	char title[256], text[2048], url[512], comments_url[512], feeds[1024],
	    snippet[1024], summary[1024], tags[256];
	bool is_read, is_starred;
};
void kit_get(struct kit *k, int64_t id, struct kit_article *ret);
/* Ids of a query in its order, "3 1 2". */
const char *kit_ids(struct kit *k, const struct store_article_query *q);
const char *kit_search(struct kit *k, const char *query);

/* A feed with its counts; id 0: there is none.  Of its strings only url, title,
 * category, etag, error and moved_to are copies: look at no others. */
void kit_get_feed(struct kit *k, int64_t id, struct store_feed *ret);
void kit_free_feed(struct store_feed *f);

/* Run a statement past the store, as damage or another program would. */
void kit_sql(struct kit *k, const char *sql);
int64_t kit_sql_int(struct kit *k, const char *sql);

#endif

/* SPDX-License-Identifier: ISC */
/* search.h - the full-text index: FTS5 with a tokenizer of ours. */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "base/ak.h"
#include "base/str.h"

#include <sqlite3.h>

struct store;

int search_register(sqlite3 *db); /* an SQLite result code */

/* Index this article when the transaction is committed. */
void search_want(struct store *s, int64_t id);
/* Take an article with these words out of the index, if it is there; to be
 * called before its words change. */
enum ak_status search_forget(
    struct store *s, int64_t id, const char *title, const char *words) AK_USE;
/* Add one article now, unless it is there already or is gone. */
enum ak_status search_add(struct store *s, int64_t id) AK_USE;
/* The work of this transaction; part of commit. */
enum ak_status search_flush(struct store *s) AK_USE;

/*
 * What a person typed as an FTS5 query: words (all of them), "phrases", -not,
 * OR, prefix*.  False: nothing to look for in it.
 */
bool search_query(const char *typed, struct buf *out);

#endif

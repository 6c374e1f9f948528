/* SPDX-License-Identifier: ISC */
/*
 * identity.h - which entry of a document is which of the feed's, and which
 * article it belongs to.
 */
#ifndef STORE_IDENTITY_H
#define STORE_IDENTITY_H

#include "model/doc.h"
#include "store/private.h"

/* An entry's keys, before the store is asked. */
struct ident {
	const struct doc_entry *entry;
	size_t place;	   /* in the document, from 0 */
	int64_t key;	   /* guid, else permalink, else title and text */
	int64_t narrow;	   /* key with link and title, and text if need be */
	int64_t detail;	   /* link and title: tells namesakes apart */
	int64_t hash;	   /* all that an edit changes */
	int64_t url_hash;  /* of what it is about, placed; 0: none */
	int64_t url_tomb;  /* the same as tombstones have it */
	int64_t guid_hash; /* of a guid that is not the link, placed; 0: none */
	int64_t site;	   /* ident_site() of its url */
	bool is_shared;	   /* another entry of the document has this key */
	bool is_only_link; /* no other entry of the document links there */
	bool is_pointer;   /* about `external_url`, not a text of its own */
	const char *about; /* its url or external_url, or NULL */
	const char *about_key; /* url_key() of it, or NULL */
};

struct ident_doc {
	struct ident *items; /* oldest first; in the store's scratch arena */
	size_t n;
	int64_t feed;
	bool is_first;	      /* the feed has no entries yet */
	const char *feed_key; /* url_key() of feed and home page, or NULL */
	const char *home_key;
	int64_t *keys; /* all keys of the document, sorted */
	size_t n_keys;
};

/* Keys of all entries that are to be stored.  AK_TOOBIG. */
enum ak_status ident_doc(struct store *s, int64_t feed, const char *feed_url,
    const char *home_page_url, const struct doc *doc,
    struct ident_doc *ret) AK_USE;

/* Is `key` that of an entry of this document? */
bool ident_has_key(const struct ident_doc *d, int64_t key);

/* What the feed has of an entry. */
struct ident_row {
	bool is_known;
	int64_t key; /* as stored */
	int64_t hash;
	int64_t detail;
	int64_t article; /* 0: removed */
};
enum ak_status ident_find(struct store *s, const struct ident_doc *d,
    const struct ident *i, struct ident_row *ret) AK_USE;

/* The article that an unknown entry belongs to. */
struct ident_match {
	int64_t article;   /* 0: none, it is a new one */
	int64_t entry_key; /* the feed's own entry under an old guid; else 0 */
	bool has_entry;
	bool is_buried; /* it was removed before: keep it out */
};
enum ak_status ident_match(struct store *s, const struct ident_doc *d,
    const struct ident *i, struct ident_match *ret) AK_USE;

/* How much a feed has to say about what is behind a link: 2 its own site, 1
 * another, 0 it only points there. */
int ident_authority(const struct ident_doc *d, const struct ident *i);

/* The words an entry is stored and compared with, or NULL. */
const char *ident_text(const struct doc_entry *e);
const char *ident_title(const struct doc_entry *e);

/* The fragment of a URL, unless it only tracks; or NULL. */
const char *ident_fragment(const char *url);

/*
 * Hashes of addresses and guids that indexes of articles have are placed: the
 * upper PLACE_BITS bits are of the host, so that what one feed brings lies on
 * few pages (D66).  Titles are looked for across hosts: theirs are plain.
 */
enum { PLACE_BITS = 12, PLACE_SHIFT = 64 - PLACE_BITS };
#define PLACE_HASH ((int64_t)((UINT64_C(1) << PLACE_SHIFT) - 1))

int64_t ident_site(struct arena *a, const char *url); /* those bits alone */
int64_t ident_placed(int64_t site, int64_t hash);     /* 0: `hash` is 0 */

int64_t ident_url_hash(struct arena *a, const char *url); /* placed; 0: none */
int64_t ident_url_tomb(struct arena *a, const char *url); /* not placed */
int64_t ident_guid_hash(struct arena *a, const char *guid); /* not placed */
/* Who may call a thing by a guid: "host[:port]", whatever the scheme. */
const char *ident_host(struct arena *a, const char *url); /* NULL: none */
/* The key of a guid on its host, as tombstones have it; 0: none. */
int64_t ident_guid_tomb(struct arena *a, int64_t guid_hash, const char *url);
int64_t ident_title_hash(
    struct conn *c, struct arena *a, const char *title); /* 0: none */

#endif

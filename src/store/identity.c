/* SPDX-License-Identifier: ISC */
/*
 * Is this the feed's entry that it showed before?  Its key is the guid (a URL
 * as guid by its url_key(), so that https, tracking parameters and the like
 * change nothing), else the permalink, else title and text.  Where several
 * entries of a document share a key, each is known by a narrower one: key,
 * link, title, and the text where even these agree.
 *
 * An unchanged entry costs hashing and one look-up.  Whether an unknown one is
 * an article that is there already is match.c's question.
 */
#include "store/identity.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/url.h"
#include "store/tokens.h"

enum { POINTER_TEXT_BYTES = 600 }; /* more is a text of one's own */

/* --- hashing --------------------------------------------------------- */

static int64_t
hash_bytes(const void *p, size_t len, int64_t seed)
{
	XXH64_hash_t h = XXH3_64bits_withSeed(p, len, (XXH64_hash_t)seed);

	return h != 0 ? (int64_t)h : 1; /* 0 means none */
}

static int64_t
hash_str(const char *s, int64_t seed)
{
	return s != NULL ? hash_bytes(s, strlen(s), seed)
			 : hash_bytes("", 0, seed + 1);
}

/* A hash of words that white space does not change. */
static int64_t
hash_words(const char *s, int64_t seed)
{
	char piece[1024];
	size_t n = 0;

	if (s == NULL)
		return hash_str(NULL, seed);
	while (*s != '\0') {
		/* Up to a space, or what a no-break space begins with. */
		size_t len = strcspn(s, " \t\n\r\f\xC2");

		for (size_t room; len > 0; s += room, len -= room) {
			room = sizeof(piece) - n;
			room = room < len ? room : len;
			memcpy(piece + n, s, room);
			n += room;
			if (n == sizeof(piece)) {
				seed = hash_bytes(piece, n, seed);
				n = 0;
			}
		}
		if ((unsigned char)*s == 0xC2 && (unsigned char)s[1] != 0xA0)
			piece[n++] = *s++; /* never full here */
		else if (*s != '\0')
			s += (unsigned char)*s == 0xC2 ? 2 : 1;
		if (n == sizeof(piece)) {
			seed = hash_bytes(piece, n, seed);
			n = 0;
		}
	}
	return hash_bytes(piece, n, seed);
}

/* The fragment of a URL, unless it only tracks ("#utm_source=...", "#rss"). */
const char *
ident_fragment(const char *url)
{
	const char *f = url != NULL ? strchr(url, '#') : NULL;

	if (f == NULL || f[1] == '\0' || f[1] == '!')
		return NULL;
	f++;
	if (url_is_tracking_param(f, strcspn(f, "=&-")) ||
	    ascii_ieq(f, "rss") || ascii_istarts(f, "ref=") ||
	    ascii_istarts(f, "xtor="))
		return NULL;
	return f;
}

/* `key` is url_key() of the URL, or NULL. */
static int64_t
hash_key(const char *key, const char *url, bool with_fragment, int64_t seed)
{
	int64_t h = hash_str(key != NULL ? key : url, seed);

	return with_fragment && key != NULL && ident_fragment(url) != NULL
		   ? hash_str(ident_fragment(url), h)
		   : h;
}

/* `key` is url_key() of something, or NULL. */
static int64_t
site_of_key(const char *key)
{
	return key != NULL
		   ? hash_bytes(key, strcspn(key, "/"), 's') & ~PLACE_HASH
		   : 0;
}

int64_t
ident_site(struct arena *a, const char *url)
{
	return url != NULL ? site_of_key(url_key(a, url)) : 0;
}

int64_t
ident_placed(int64_t site, int64_t hash)
{
	int64_t h = (site & ~PLACE_HASH) | (hash & PLACE_HASH);

	if (hash == 0)
		return 0;
	return h != 0 ? h : 1;
}

int64_t
ident_url_tomb(struct arena *a, const char *url)
{
	return url != NULL && url_is_http(url)
		   ? hash_key(url_key(a, url), url, false, 'u')
		   : 0;
}

int64_t
ident_url_hash(struct arena *a, const char *url)
{
	const char *key;

	if (url == NULL || !url_is_http(url))
		return 0;
	key = url_key(a, url);
	return ident_placed(site_of_key(key), hash_key(key, url, false, 'u'));
}

/* White space around a guid, and its scheme, mean nothing. */
int64_t
ident_guid_hash(struct arena *a, const char *guid)
{
	size_t len;

	while (ascii_space((unsigned char)*guid) && *guid != '\0')
		guid++;
	if (url_is_http(guid))
		return hash_key(url_key(a, guid), guid, true, 'g');
	len = strlen(guid);
	while (len > 0 && ascii_space((unsigned char)guid[len - 1]))
		len--;
	return hash_bytes(guid, len, 'g');
}

int64_t
ident_title_hash(struct conn *c, struct arena *a, const char *title)
{
	const char *key =
	    title != NULL ? tokens_title_key(c->tokens, a, title) : "";

	return str_empty(key) ? 0 : hash_str(key, 't');
}

const char *
ident_host(struct arena *a, const char *url)
{
	const char *origin = url != NULL ? url_origin(a, url) : NULL;

	return origin != NULL ? strstr(origin, "://") + 3 : NULL;
}

int64_t
ident_guid_tomb(struct arena *a, int64_t guid_hash, const char *url)
{
	const char *host = ident_host(a, url);

	return guid_hash != 0 && host != NULL ? hash_str(host, guid_hash) : 0;
}

const char *
ident_text(const struct doc_entry *e)
{
	return e->text != NULL ? e->text : e->summary_text;
}

const char *
ident_title(const struct doc_entry *e)
{
	return e->title_text;
}

/* An address without its query, which may hold a token that changes. */
static int64_t
hash_address(const char *url, int64_t seed)
{
	const char *p = strstr(url, "://");

	p = p != NULL ? p + 3 : url;
	return hash_bytes(p, strcspn(p, "?#"), seed);
}

/* All that makes an edit; not the HTML, whose images and links may carry
 * tokens that change with every poll. */
static int64_t
hash_content(const struct doc_entry *e, int64_t link)
{
	int64_t h = hash_words(ident_title(e), link);

	h = hash_words(ident_text(e), h);
	for (const struct doc_attachment *t = e->attachments; t != NULL;
	     t = t->next)
		if (t->url != NULL)
			h = hash_address(t->url, h);
	for (const struct doc_related *r = e->related; r != NULL; r = r->next) {
		h = r->url != NULL ? hash_address(r->url, h) : h;
		h = hash_words(r->title, h);
	}
	return h;
}

/* --- a document ------------------------------------------------------ */

/* Does an entry with an external_url say little itself? */
static bool
is_pointer(const struct doc_entry *e)
{
	const char *text = ident_text(e);

	return e->external_url != NULL && url_is_http(e->external_url) &&
	       (text == NULL || strlen(text) <= POINTER_TEXT_BYTES);
}

static void
fill(struct arena *a, const struct doc_entry *e, struct ident *i)
{
	const char *key = e->url != NULL ? url_key(a, e->url) : NULL;
	int64_t link = e->url != NULL ? hash_key(key, e->url, true, 'l') : 0;

	i->entry = e;
	i->is_pointer = is_pointer(e);
	i->about = i->is_pointer ? e->external_url : e->url;
	i->about_key = i->is_pointer ? url_key(a, i->about) : key;
	i->site = site_of_key(key);
	i->url_tomb = i->about != NULL && url_is_http(i->about)
			  ? hash_key(i->about_key, i->about, false, 'u')
			  : 0;
	i->url_hash = ident_placed(site_of_key(i->about_key), i->url_tomb);
	i->detail = hash_words(ident_title(e), link);
	i->hash = hash_content(e, link);
	if (e->id != NULL && str_eq(e->id, e->url) && url_is_http(e->id)) {
		i->key = hash_key(key, e->id, true, 'g');
		if (i->is_pointer &&
		    hash_key(key, e->id, false, 'u') != i->url_tomb)
			i->guid_hash = ident_placed(i->site, i->key);
	} else if (e->id != NULL) {
		i->key = ident_guid_hash(a, e->id);
		if (!url_is_http(e->id) ||
		    ident_url_tomb(a, e->id) != i->url_tomb)
			i->guid_hash = ident_placed(i->site, i->key);
	} else if (e->url != NULL) {
		i->key = link;
	} else {
		i->key =
		    hash_words(ident_text(e), hash_words(ident_title(e), 'x'));
	}
	i->narrow = hash_bytes(&i->detail, sizeof(i->detail), i->key);
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

struct sorted { /* by_value() sorts these too */
	int64_t value;
	struct ident *item;
};

/* Mark what is shared between entries of the document. */
static void
mark_shared(struct sorted *v, size_t n)
{
	for (size_t k = 0; k < n; k++)
		v[k].value = v[k].item->key;
	qsort(v, n, sizeof(*v), by_value);
	for (size_t k = 1; k < n; k++)
		if (v[k - 1].value == v[k].value)
			v[k - 1].item->is_shared = v[k].item->is_shared = true;

	for (size_t k = 0; k < n; k++)
		v[k].value = v[k].item->url_hash;
	qsort(v, n, sizeof(*v), by_value);
	for (size_t k = 0; k < n; k++)
		v[k].item->is_only_link =
		    (k == 0 || v[k - 1].value != v[k].value) &&
		    (k + 1 == n || v[k + 1].value != v[k].value);

	for (size_t k = 0; k < n; k++)
		v[k].value = v[k].item->narrow;
	qsort(v, n, sizeof(*v), by_value);
	for (size_t k = 0; k < n; k++)
		if (v[k].item->is_shared &&
		    ((k > 0 && v[k - 1].value == v[k].value) ||
			(k + 1 < n && v[k + 1].value == v[k].value)))
			v[k].item->narrow = hash_bytes(&v[k].item->hash,
			    sizeof(v[k].item->hash), v[k].value);
}

/* Does the document run from old to new?  Most are the other way round. */
static bool
is_rising(const struct doc *doc)
{
	int64_t first = DOC_NO_TIME, last = DOC_NO_TIME;

	for (const struct doc_entry *e = doc->entries; e != NULL; e = e->next)
		if (e->published != DOC_NO_TIME) {
			if (first == DOC_NO_TIME)
				first = e->published;
			last = e->published;
		}
	return first < last;
}

enum ak_status
ident_doc(struct store *s, int64_t feed, const char *feed_url,
    const char *home_page_url, const struct doc *doc, struct ident_doc *ret)
{
	struct arena *a = s->scratch;
	struct sorted *v;
	size_t n = 0, place = 0;
	bool rising = is_rising(doc);
	int64_t any = 0;
	enum ak_status st;

	for (const struct doc_entry *e = doc->entries; e != NULL; e = e->next)
		n += !e->is_draft;
	if (n > LIMIT_ITEMS_STORED)
		n = LIMIT_ITEMS_STORED;
	st = conn_int(&s->c, Q_ENTRY_ANY, ARGS(vi(feed)), 0, &any);
	if (st != AK_OK)
		return st;
	ret->feed = feed;
	ret->is_first = any == 0;
	ret->n = n;
	ret->items = arena_alloc(a, (n + 1) * sizeof(*ret->items));
	ret->keys = arena_alloc(a, (2 * n + 1) * sizeof(*ret->keys));
	v = arena_alloc(a, (n + 1) * sizeof(*v));
	if (ret->items == NULL || ret->keys == NULL || v == NULL)
		return conn_say(&s->c, AK_TOOBIG, "the document is too large");
	ret->feed_key = url_key(a, feed_url);
	ret->home_key =
	    home_page_url != NULL ? url_key(a, home_page_url) : NULL;
	n = 0;
	for (const struct doc_entry *e = doc->entries; e != NULL && n < ret->n;
	     e = e->next, place++) {
		struct ident *i;

		if (e->is_draft)
			continue;
		i = &ret->items[rising ? n : ret->n - 1 - n];
		fill(a, e, i);
		i->place = place;
		v[n++].item = i;
	}
	if (arena_full(a))
		return conn_say(&s->c, AK_TOOBIG, "the document is too large");
	mark_shared(v, n);
	ret->n_keys = 0;
	for (size_t k = 0; k < n; k++) {
		ret->keys[ret->n_keys++] = ret->items[k].key;
		ret->keys[ret->n_keys++] = ret->items[k].narrow;
	}
	qsort(ret->keys, ret->n_keys, sizeof(*ret->keys), by_value);
	return AK_OK;
}

bool
ident_has_key(const struct ident_doc *d, int64_t key)
{
	return bsearch(&key, d->keys, d->n_keys, sizeof(key), by_value) != NULL;
}

/* --- the feed's own entries ------------------------------------------ */

static enum ak_status
get_row(struct store *s, int64_t feed, int64_t key, struct ident_row *ret)
{
	sqlite3_stmt *st =
	    conn_query(&s->c, Q_ENTRY_GET, ARGS(vi(feed), vi(key)));

	if (st == NULL)
		return s->c.status;
	ret->is_known = conn_row(&s->c, st);
	if (!ret->is_known)
		return s->c.status;
	ret->key = key;
	ret->hash = col_int(st, 0);
	ret->detail = col_int(st, 1);
	ret->article = col_int(st, 2);
	return conn_end(&s->c, st);
}

enum ak_status
ident_find(struct store *s, const struct ident_doc *d, const struct ident *i,
    struct ident_row *ret)
{
	struct ident_row row = {0}, narrow = {0};
	enum ak_status st = AK_OK;

	if (d->is_first && !i->is_shared)
		goto out; /* nor does the document have it twice */
	if (!i->is_shared) {
		st = get_row(s, d->feed, i->key, &row);
		if (st != AK_OK || (row.is_known && row.detail == i->detail))
			goto out;
		/* Perhaps it was one of several once, and is alone now. */
		st = get_row(s, d->feed, i->narrow, &narrow);
		if (narrow.is_known)
			row = narrow;
		goto out;
	}
	st = get_row(s, d->feed, i->narrow, &row);
	if (st != AK_OK || row.is_known)
		goto out;
	/* Perhaps it was alone, and another has come under its key. */
	st = get_row(s, d->feed, i->key, &row);
	if (row.is_known && row.detail != i->detail)
		row.is_known = false;
out:
	if (st == AK_OK)
		*ret = row;
	return st;
}

/* SPDX-License-Identifier: ISC */
/*
 * Is an entry that its feed did not have an article that is there already?
 * Candidates have the same url_key, or the same guid on the same host.  A link
 * is evidence only where it is one document's: not the home page, not shared
 * by other entries or articles under other titles, not another fragment (a
 * comment) of the page, not what two sites have named apart.  In its own feed
 * an entry is known under a new guid by link, title and date together, when the
 * old guid has gone from the document. docs/design.md weighs these.
 */
#include "store/identity.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "store/tokens.h"

/* Can this address be that of one document, rather than of a site? */
static bool
is_specific(const struct ident_doc *d, const char *key)
{
	const char *path;

	if (key == NULL || str_eq(key, d->feed_key) || str_eq(key, d->home_key))
		return false;
	path = strchr(key, '/');
	return path != NULL && path[1] != '\0';
}

static bool
same_title(struct store *s, const char *x, const char *y)
{
	if (str_eq(x, y))
		return x != NULL;
	if (x == NULL || y == NULL)
		return false;
	return str_eq(tokens_title_key(s->c.tokens, s->scratch, x),
	    tokens_title_key(s->c.tokens, s->scratch, y));
}

struct candidate {
	int64_t id;
	const char *url, *external_url, *title;
	int64_t published, hash, guid_hash, authority;
	bool has_comments;
};

/* An entry of the same feed, link and title: the same under a new guid, or the
 * next of a row ("Weather")?  The date tells, or that nothing is new. */
static bool
is_old_self(const struct ident *i, const struct candidate *c)
{
	int64_t date = i->entry->published;

	return c->hash == i->hash || date == DOC_NO_TIME || c->published == 0 ||
	       c->published == date;
}

/*
 * Both have a guid of their own, and neither says that it only points to what
 * the other is about (by a link to its comments, by a page of its own).  Off
 * the link's site, who links there under another title has something to say.
 */
static bool
is_named_apart(
    const struct ident_doc *d, const struct ident *i, const struct candidate *c)
{
	return i->guid_hash != 0 && c->guid_hash != 0 &&
	       ((i->guid_hash ^ c->guid_hash) & PLACE_HASH) != 0 &&
	       !i->is_pointer && i->entry->comments_url == NULL &&
	       !c->has_comments && c->external_url == NULL &&
	       (c->authority < 2 || ident_authority(d, i) < 2);
}

/* What speaks for a candidate. */
struct evidence {
	bool link;	 /* the link alone is enough */
	bool same_place; /* down to the fragment */
};

/* Rules for one candidate; sets *ret where it is the one. */
static enum ak_status
judge(struct store *s, const struct ident_doc *d, const struct ident *i,
    const struct candidate *c, struct evidence by, struct ident_match *ret)
{
	bool titles = same_title(s, ident_title(i->entry), c->title);
	int64_t key = 0;
	enum ak_status st;

	if (!titles && !by.link)
		return AK_OK;
	st = conn_int(
	    &s->c, Q_ENTRY_OF_ARTICLE, ARGS(vi(c->id), vi(d->feed)), 0, &key);
	if (st != AK_OK)
		return st;
	if (key != 0) { /* in this feed, under another key */
		if (!titles || !by.same_place || ident_has_key(d, key) ||
		    !is_specific(d, i->about_key) || !is_old_self(i, c))
			return AK_OK;
		ret->entry_key = key;
		ret->has_entry = true;
	}
	ret->article = c->id;
	return AK_OK;
}

/* Candidates of one query, in the scratch arena. */
static enum ak_status
candidates(struct store *s, enum stmt_id id, int64_t hash,
    struct candidate *list, size_t *ret_n)
{
	sqlite3_stmt *st =
	    conn_query(&s->c, id, ARGS(vi(hash), vi(LIMIT_MATCH_CANDIDATES)));
	struct arena *a = s->scratch;
	size_t n = 0;

	if (st == NULL)
		return s->c.status;
	while (n < LIMIT_MATCH_CANDIDATES && conn_row(&s->c, st))
		list[n++] = (struct candidate){.id = col_int(st, 0),
		    .url = arena_strdup(a, col_text(st, 1)),
		    .external_url = arena_strdup(a, col_text(st, 2)),
		    .title = arena_strdup(a, col_text(st, 3)),
		    .published = col_int(st, 4),
		    .hash = col_int(st, 5),
		    .guid_hash = col_int(st, 6),
		    .has_comments = col_int(st, 7) != 0,
		    .authority = col_int(st, 8)};
	*ret_n = n;
	return conn_end(&s->c, st);
}

static enum ak_status
match_link(struct store *s, const struct ident_doc *d, const struct ident *i,
    struct ident_match *ret)
{
	struct candidate list[LIMIT_MATCH_CANDIDATES];
	enum ak_status st;
	size_t n = 0;

	st = candidates(s, Q_ARTICLE_BY_URL, i->url_hash, list, &n);
	for (size_t k = 0; st == AK_OK && ret->article == 0 && k < n; k++) {
		const char *at =
		    list[k].external_url != NULL &&
			    ident_url_hash(s->scratch, list[k].external_url) ==
				i->url_hash
			? list[k].external_url
			: list[k].url;
		struct evidence by = {.same_place = str_eq(ident_fragment(at),
					  ident_fragment(i->about))};

		by.link = by.same_place && n == 1 && i->is_only_link &&
			  is_specific(d, i->about_key) &&
			  !is_named_apart(d, i, &list[k]);
		st = judge(s, d, i, &list[k], by, ret);
	}
	return st;
}

/* The same guid counts on the same host, under the same title. */
static enum ak_status
match_guid(struct store *s, const struct ident_doc *d, const struct ident *i,
    struct ident_match *ret)
{
	struct candidate list[LIMIT_MATCH_CANDIDATES];
	const char *host = ident_host(s->scratch, i->entry->url);
	enum ak_status st;
	size_t n = 0;

	if (host == NULL)
		return AK_OK;
	st = candidates(s, Q_ARTICLE_BY_GUID, i->guid_hash, list, &n);
	for (size_t k = 0; st == AK_OK && ret->article == 0 && k < n; k++)
		if (list[k].url != NULL &&
		    str_eq(host, ident_host(s->scratch, list[k].url)))
			st =
			    judge(s, d, i, &list[k], (struct evidence){0}, ret);
	return st;
}

static enum ak_status
match_tomb(struct store *s, const struct ident_doc *d, const struct ident *i,
    bool *ret_is_buried)
{
	int64_t guid = i->guid_hash == 0
			   ? 0
			   : ident_guid_tomb(s->scratch, i->key, i->entry->url);
	/* An address says little where many articles share it. */
	int64_t url =
	    is_specific(d, i->about_key) && i->is_only_link ? i->url_tomb : 0;
	int64_t buried = 0;
	enum ak_status st;

	st = conn_int(
	    &s->c, Q_TOMBSTONE_HAS, ARGS(vz(url), vz(guid)), 0, &buried);
	*ret_is_buried = buried != 0;
	return st;
}

enum ak_status
ident_match(struct store *s, const struct ident_doc *d, const struct ident *i,
    struct ident_match *ret)
{
	struct ident_match m = {0};
	enum ak_status st = AK_OK;

	if (i->url_hash != 0)
		st = match_link(s, d, i, &m);
	if (st == AK_OK && m.article == 0 && i->guid_hash != 0)
		st = match_guid(s, d, i, &m);
	if (st == AK_OK && m.article == 0 && s->has_tombstones)
		st = match_tomb(s, d, i, &m.is_buried);
	if (st == AK_OK)
		*ret = m;
	return st;
}

/* --- whose text ------------------------------------------------------ */

/* Where the registrable part of a host begins, by its look: the last two
 * labels, three under "co.uk" and the like. */
static const char *
site_of(const char *host, size_t len)
{
	size_t label[3] = {0}, n = 0, at = len;

	while (at > 0 && n < 3) {
		size_t end = at;

		while (at > 0 && host[at - 1] != '.')
			at--;
		label[n++] = end - at;
		if (n == 3 || (n == 2 && !(label[0] == 2 && label[1] <= 3)))
			break;
		if (at > 0)
			at--;
	}
	return host + at;
}

/* "www.example.org", "feeds.example.org" and "example.org" are one site. */
static bool
same_site(const char *a, const char *b)
{
	size_t x = strcspn(a, "/:"), y = strcspn(b, "/:");
	const char *from_a = site_of(a, x), *from_b = site_of(b, y);

	x -= (size_t)(from_a - a);
	y -= (size_t)(from_b - b);
	return x == y && memcmp(from_a, from_b, x) == 0;
}

int
ident_authority(const struct ident_doc *d, const struct ident *i)
{
	if (i->is_pointer || i->about_key == NULL)
		return i->is_pointer ? 0 : 1;
	if ((d->home_key != NULL && same_site(d->home_key, i->about_key)) ||
	    (d->feed_key != NULL && same_site(d->feed_key, i->about_key)))
		return 2;
	return 1;
}

/* SPDX-License-Identifier: ISC */
/* What RFC 5005 says of a feed's past: older pages, and what is gone. */
#include "store/writer.h"

#include "base/limits.h"

#define MOST_KNOWN 100000 /* pages of one feed; a loop ends there too */

enum ak_status
store_older_put(struct store *s, int64_t feed, const char *url,
    const char *next, bool is_archive)
{
	return conn_run(&s->c, Q_OLDER_PUT,
	    ARGS(vi(feed), vt(url), vt(next), vi(is_archive)));
}

/* One step from a page that was read: *ret is where it leads, or NULL. */
static enum ak_status
step(struct store *s, int64_t feed, struct arena *a, const char *url,
    bool *ret_known, bool *ret_archive, const char **ret)
{
	sqlite3_stmt *st =
	    conn_query(&s->c, Q_OLDER_GET, ARGS(vi(feed), vt(url)));

	if (st == NULL)
		return s->c.status;
	*ret_known = conn_row(&s->c, st);
	if (!*ret_known)
		return s->c.status;
	*ret = arena_strdup(a, col_text(st, 0));
	*ret_archive = col_int(st, 1) != 0;
	return conn_end(&s->c, st);
}

enum ak_status
store_older_next(struct store *s, int64_t feed, const char *from,
    bool skip_known, struct arena *a, const char **ret)
{
	const char *url = arena_strdup(a, from);
	enum ak_status st;

	for (int n = 0; url != NULL && n < MOST_KNOWN; n++) {
		bool is_known = false, is_archive = false;
		const char *next = NULL;

		st = step(s, feed, a, url, &is_known, &is_archive, &next);
		if (st != AK_OK)
			return st;
		if (!is_known || (!is_archive && !skip_known)) {
			*ret = url;
			return AK_OK;
		}
		url = next;
	}
	*ret = NULL;
	return AK_OK;
}

enum ak_status
store_older_first(
    struct store *s, int64_t feed, struct arena *a, const char **ret)
{
	sqlite3_stmt *st = conn_query(&s->c, Q_OLDER_FIRST, ARGS(vi(feed)));

	*ret = NULL;
	if (st == NULL)
		return s->c.status;
	if (!conn_row(&s->c, st))
		return s->c.status;
	*ret = arena_strdup(a, col_text(st, 0));
	return conn_end(&s->c, st);
}

/* --- complete feeds -------------------------------------------------- */

/* Only a whole document says that something is missing. */
static bool
says_all(const struct put *p)
{
	const struct doc *d = p->f->doc;

	return d->is_complete && d->wellformed && !p->f->is_delta &&
	       d->n_entries <= LIMIT_ITEMS_STORED;
}

enum ak_status
put_gone(struct put *p)
{
	struct conn *c = &p->s->c;
	struct buf keys;
	enum ak_status st;

	if (!says_all(p))
		return AK_OK;
	buf_init(&keys, LIMIT_SQL_VALUE_BYTES);
	ids_to_json(&keys, p->doc.keys, p->doc.n_keys);
	st = conn_run(c, Q_GONE_BACK, ARGS(vi(p->feed), vt(buf_str(&keys))));
	if (st == AK_OK)
		st = conn_run(c, Q_GONE_ADD,
		    ARGS(vi(p->feed), vt(buf_str(&keys)), vi(p->f->at)));
	buf_release(&keys);
	return st;
}

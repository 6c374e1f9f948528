/* SPDX-License-Identifier: ISC */
/*
 * feeds.c - subscriptions.  A feed is known by the hash of its URL's key
 * (url_key(): http and https are one), of its own and of the addresses it had.
 */
#include "store/private.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/url.h"

int64_t
feed_url_hash(struct arena *a, const char *url)
{
	const char *key = url_key(a, url);

	if (key == NULL)
		key = url; /* file: and the like */
	return (int64_t)XXH3_64bits(key, strlen(key));
}

/* --- reading --------------------------------------------------------- */

static void
fill_sched(sqlite3_stmt *st, int at, struct sched_state *s)
{
	s->life = (enum sched_life)col_int(st, at++);
	s->last_poll_at = col_int(st, at++);
	s->last_ok_at = col_int(st, at++);
	s->last_new_at = col_int(st, at++);
	s->rate_n = sqlite3_column_double(st, at++);
	s->rate_t_days = sqlite3_column_double(st, at++);
	s->n_errors = col_int(st, at++);
	s->first_error_at = col_int(st, at++);
	s->last_outcome = (enum sched_outcome)col_int(st, at++);
	s->first_gone_at = col_int(st, at++);
	s->n_same_body = col_int(st, at++);
	s->penalty = col_int(st, at++);
	s->last_429_at = col_int(st, at++);
	s->interval_s = col_int(st, at++);
	s->ignore_hints = col_int(st, at++) != 0;
	s->ttl_s = col_int(st, at++);
	s->sy_s = col_int(st, at++);
	s->skip_hours = (uint32_t)col_int(st, at++);
	s->skip_days = (uint32_t)col_int(st, at++);
	s->due_at = col_int(st, at++);
	s->hint = (enum sched_hint)col_int(st, at++);
	s->hint_s = col_int(st, at++);
	s->first_missing_at = col_int(st, at++);
	s->first_expired_at = col_int(st, at++);
	s->n_no_content = col_int(st, at++);
	s->retry_until = col_int(st, at++);
	s->refresh_at = col_int(st, at++);
	s->hours_am = col_int(st, at++);
	s->hours_pm = col_int(st, at);
}

/* In the order of FEED_TO_POLL. */
void
feed_fill(sqlite3_stmt *st, struct store_feed *f)
{
	*f = (struct store_feed){.id = col_int(st, 0),
	    .url = col_text(st, 1),
	    .title = col_text(st, 2),
	    .feed_title = col_text(st, 3),
	    .etag = col_text(st, 4),
	    .last_modified = col_text(st, 5),
	    .validators_url = col_text(st, 6),
	    .body_hash = (uint64_t)col_int(st, 7),
	    .items_hash = (uint64_t)col_int(st, 8),
	    .error = col_text(st, 9),
	    .moved_to = col_text(st, 10),
	    .n_moved = col_int(st, 11),
	    .moved_since = col_int(st, 12),
	    .new_url = col_text(st, 13),
	    .userinfo = col_text(st, 14),
	    .bearer = col_text(st, 15),
	    .proxy = col_text(st, 16),
	    .headers = col_text(st, 17),
	    .client_cert = col_text(st, 18),
	    .client_key = col_text(st, 19),
	    .full_text = col_int(st, 20) != 0,
	    .cookies_once = col_int(st, 21) != 0,
	    .older_url = col_text(st, 51),
	    .parked_url = col_text(st, 53)};
	fill_sched(st, 22, &f->sched);
	f->sched.fresh_until = col_int(st, 52);
}

/* In the order of C_FEEDS and C_FEEDS_COUNTS. */
static void
fill_feed(sqlite3_stmt *st, bool counts, struct store_feed *f)
{
	feed_fill(st, f);
	f->own_title = col_text(st, 54);
	f->home_page_url = col_text(st, 55);
	f->description = col_text(st, 56);
	f->language = col_text(st, 57);
	f->icon = col_text(st, 58);
	f->category = col_text(st, 59);
	f->category_id = col_int(st, 60);
	f->added_at = col_int(st, 61);
	f->page_rules = col_text(st, 62);
	if (counts) {
		f->n_articles = col_int(st, 63);
		f->n_unread = col_int(st, 64);
	}
}

enum ak_status
store_feeds(struct store_reader *r, const struct store_feed_query *q,
    store_feed_cb cb, void *arg)
{
	struct buf sql;
	struct val v[8];
	size_t n = 0;
	int64_t id = q->id;
	sqlite3_stmt *st;

	if (q->spec != NULL) {
		enum ak_status status =
		    store_feed_resolve(r, q->spec, &id, NULL);

		if (status != AK_OK)
			return status;
	}
	buf_init(&sql, 64 * LIMIT_KIB);
	buf_adds(&sql, conn_clause(C_FEEDS));
	buf_adds(&sql, q->counts ? conn_clause(C_FEEDS_COUNTS) : "");
	buf_adds(&sql, conn_clause(C_FEEDS_FROM));
	if (id != 0) {
		buf_adds(&sql, conn_clause(C_FEEDS_ID));
		v[n++] = vi(id);
	}
	if (q->category != NULL) {
		buf_adds(&sql, conn_clause(C_FEEDS_CATEGORY));
		for (int k = 0; k < 3; k++)
			v[n++] = vt(q->category);
	}
	if (q->problems)
		buf_adds(&sql, conn_clause(C_FEEDS_PROBLEMS));
	buf_adds(&sql, conn_clause(C_FEEDS_BY_ID));
	buf_adds(&sql, conn_clause(C_LIMIT));
	v[n++] = vi(q->limit != 0 ? q->limit : -1);
	v[n++] = vi(0);
	st = conn_prepare(&r->c, buf_str(&sql));
	buf_release(&sql);
	if (st != NULL) {
		conn_bind(st, v, n);
		while (conn_row(&r->c, st)) {
			struct store_feed f;

			fill_feed(st, q->counts, &f);
			cb(&f, arg);
		}
		conn_done(&r->c, st);
	}
	return r->c.status;
}

/* Feed by number, then by URL, then by title. */
static enum ak_status
resolve(struct conn *c, const char *spec, int64_t *ret_id, struct diag *reterr)
{
	struct arena *a = arena_new(64 * LIMIT_URL_BYTES);
	int64_t id = 0, n = 0, hash;
	enum ak_status st = AK_OK;
	sqlite3_stmt *rows;

	if (str_to_i64(spec, 1, INT64_MAX, &n))
		st = conn_int(c, Q_FEED_BY_ID, ARGS(vi(n)), 0, &id);
	hash = feed_url_hash(a, spec);
	arena_free(a);
	if (st == AK_OK && id == 0)
		st = conn_int(c, Q_FEED_BY_HASH, ARGS(vi(hash)), 0, &id);
	if (st != AK_OK || id != 0)
		goto out;
	if ((rows = conn_query(c, Q_FEED_BY_TITLE, ARGS(vt(spec)))) == NULL)
		return c->status;
	for (n = 0; conn_row(c, rows); n++)
		id = col_int(rows, 0);
	st = c->status;
	if (n > 1)
		return diag_set(reterr, AK_EXISTS,
		    "%s: several feeds have this title", spec);
out:
	if (st != AK_OK)
		return diag_set(reterr, st, "%s: %s", spec, c->error.text);
	if (id == 0)
		return diag_set(reterr, AK_NOTFOUND, "%s: no such feed", spec);
	*ret_id = id;
	return AK_OK;
}

enum ak_status
store_feed_resolve(struct store_reader *r, const char *spec, int64_t *ret_id,
    struct diag *reterr)
{
	return resolve(&r->c, spec, ret_id, reterr);
}

enum ak_status
store_feed_by_url(struct store *s, const char *url, int64_t *ret_id)
{
	struct arena *a = arena_new(64 * LIMIT_URL_BYTES);
	int64_t hash = feed_url_hash(a, url);

	arena_free(a);
	*ret_id = 0;
	return conn_int(&s->c, Q_FEED_BY_HASH, ARGS(vi(hash)), 0, ret_id);
}

/* --- changing -------------------------------------------------------- */

/* Another address names the feed, unless it names one already. */
static enum ak_status
add_alias(struct store *s, int64_t id, const char *url)
{
	int64_t hash = feed_url_hash(s->scratch, url), other = 0;
	enum ak_status st;

	st = conn_int(&s->c, Q_FEED_BY_HASH, ARGS(vi(hash)), 0, &other);
	return st != AK_OK || other != 0 ? st
					 : conn_run(&s->c, Q_FEED_ALIAS_ADD,
					       ARGS(vi(hash), vt(url), vi(id)));
}

/* Might SQLite refuse a value, when another is written already? */
static bool
is_large(const struct store_feed_new *f)
{
	const char *const values[] = {f->url, f->title, f->home_page_url,
	    f->category, f->alias, f->userinfo};
	size_t n = 0;

	for (size_t k = 0; k < AK_COUNT(values); k++)
		n += values[k] != NULL ? strlen(values[k]) : 0;
	return n > LIMIT_MIB;
}

enum ak_status
store_feed_add(struct store *s, const struct store_feed_new *f, int64_t *ret_id)
{
	const char *userinfo, *url;
	int64_t id = 0, category = 0, hash;
	enum ak_status st;

	st = is_large(f) ? unit_begin(s) : unit_begin_bare(s);
	if (st != AK_OK)
		return st;
	/* What a URL brings along is kept apart, where nothing shows it. */
	userinfo = f->userinfo != NULL ? f->userinfo
				       : url_userinfo(s->scratch, f->url);
	url = url_without_userinfo(s->scratch, f->url);
	hash = feed_url_hash(s->scratch, url);
	st = conn_int(&s->c, Q_FEED_BY_HASH, ARGS(vi(hash)), 0, &id);
	if (st == AK_OK && id != 0) {
		*ret_id = id;
		st = conn_say(&s->c, AK_EXISTS, "%s: already there", url);
		return unit_end(s, st);
	}
	if (st == AK_OK)
		st = category_put(s, f->category, &category);
	if (st == AK_OK)
		st = conn_run(&s->c, Q_FEED_ADD,
		    ARGS(vt(url), vi(hash), vz(category), vi(clock_now()),
			vt(f->title), vt(f->home_page_url)));
	id = sqlite3_last_insert_rowid(s->c.db);
	if (st == AK_OK)
		st = conn_run(
		    &s->c, Q_FEED_POLL_ADD, ARGS(vi(id), vi(f->due_at)));
	if (st == AK_OK && userinfo != NULL)
		st = conn_run(
		    &s->c, Q_FEED_SET_USERINFO, ARGS(vt(userinfo), vi(id)));
	if (st == AK_OK && f->alias != NULL)
		st = add_alias(
		    s, id, url_without_userinfo(s->scratch, f->alias));
	if ((st = unit_end(s, st)) == AK_OK)
		*ret_id = id;
	return st;
}

static enum ak_status
set_url(struct store *s, int64_t id, const char *full)
{
	const char *userinfo = url_userinfo(s->scratch, full);
	const char *url = url_without_userinfo(s->scratch, full);
	int64_t hash = feed_url_hash(s->scratch, url), other = 0;
	enum ak_status st;

	st = conn_int(&s->c, Q_FEED_BY_HASH, ARGS(vi(hash)), 0, &other);
	if (st == AK_OK && other != 0 && other != id)
		return conn_say(
		    &s->c, AK_EXISTS, "%s: another feed has this address", url);
	if (st == AK_OK)
		st = conn_run(&s->c, Q_FEED_ALIAS_DEL, ARGS(vi(hash)));
	if (st == AK_OK && userinfo != NULL)
		st = conn_run(
		    &s->c, Q_FEED_SET_USERINFO, ARGS(vt(userinfo), vi(id)));
	return st != AK_OK ? st
			   : conn_run(&s->c, Q_FEED_SET_URL,
				 ARGS(vt(url), vi(hash), vi(id)));
}

static enum ak_status
set_paused(struct store *s, int64_t id, bool paused)
{
	enum sched_life life = paused ? SCHED_PAUSED : SCHED_ACTIVE;
	enum ak_status st;

	st = conn_run(&s->c, Q_FEED_SET_LIFE, ARGS(vi((int64_t)life), vi(id)));
	/* Whoever wakes a feed wants it now. */
	if (st == AK_OK && !paused)
		st = conn_run(&s->c, Q_FEED_SET_DUE,
		    ARGS(vi(clock_now()), vi(SCHED_HINT_NEW), vi(id)));
	return st;
}

enum ak_status
store_feed_edit(struct store *s, int64_t id, const struct store_feed_edit *e)
{
	int64_t found = 0, category = 0;
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = conn_int(&s->c, Q_FEED_BY_ID, ARGS(vi(id)), 0, &found);
	if (st == AK_OK && found == 0)
		st = conn_say(&s->c, AK_NOTFOUND, "no such feed");
	if (st == AK_OK && e->has_category) {
		st = category_put(s, e->category, &category);
		if (st == AK_OK)
			st = conn_run(&s->c, Q_FEED_SET_CATEGORY,
			    ARGS(vz(category), vi(id)));
	}
	if (st == AK_OK && e->has_url)
		st = set_url(s, id, e->url);
	if (st == AK_OK && e->has_paused)
		st = set_paused(s, id, e->paused);

	const struct {
		bool has;
		enum stmt_id id;
		struct val value;
	} simple[] = {
	    {e->has_title, Q_FEED_SET_TITLE, vt(e->title)},
	    {e->has_interval, Q_FEED_SET_INTERVAL, vi(e->interval_s)},
	    {e->has_userinfo, Q_FEED_SET_USERINFO, vt(e->userinfo)},
	    {e->has_bearer, Q_FEED_SET_BEARER, vt(e->bearer)},
	    {e->has_proxy, Q_FEED_SET_PROXY, vt(e->proxy)},
	    {e->has_headers, Q_FEED_SET_HEADERS, vt(e->headers)},
	    {e->has_full_text, Q_FEED_SET_FULL_TEXT, vi(e->full_text)},
	    {e->has_page_rules, Q_FEED_SET_PAGE_RULES, vt(e->page_rules)},
	    {e->has_cookies_once, Q_FEED_SET_COOKIES, vi(e->cookies_once)},
	    {e->has_ignore_hints, Q_FEED_SET_IGNORE_HINTS, vi(e->ignore_hints)},
	};
	for (size_t k = 0; st == AK_OK && k < AK_COUNT(simple); k++)
		if (simple[k].has)
			st = conn_run(
			    &s->c, simple[k].id, ARGS(simple[k].value, vi(id)));
	if (st == AK_OK && e->has_client_cert)
		st = conn_run(&s->c, Q_FEED_SET_CERT,
		    ARGS(vt(e->client_cert), vt(e->client_key), vi(id)));
	/* Another may be shown another document. */
	if (st == AK_OK && (e->has_userinfo || e->has_bearer ||
			       e->has_headers || e->has_client_cert))
		st = conn_run(&s->c, Q_FEED_SET_VALIDATORS,
		    ARGS(vt(NULL), vt(NULL), vt(NULL), vi(id)));
	if (st == AK_OK && (e->has_interval || e->has_ignore_hints))
		st = feed_plan_anew(s, id);
	return unit_end(s, st);
}

/* Articles that only this feed carries go with it. */
static enum ak_status
remove_articles(struct store *s, int64_t feed)
{
	sqlite3_stmt *st =
	    conn_query(&s->c, Q_FEED_DEL_ARTICLES, ARGS(vi(feed)));
	enum ak_status status;
	int64_t *ids = NULL;
	size_t n = 0;

	if (st == NULL)
		return s->c.status;
	while (conn_row(&s->c, st)) {
		ids = xreallocarray(ids, n + 1, sizeof(*ids));
		ids[n++] = col_int(st, 0);
	}
	status = s->c.status;
	for (size_t k = 0; status == AK_OK && k < n; k++)
		status = article_erase(s, ids[k]);
	free(ids);
	return status;
}

/* Its row, what refers to that, and its polls. */
static enum ak_status
forget(struct store *s, int64_t id)
{
	enum ak_status st = conn_run(&s->c, Q_POLL_FORGET, ARGS(vi(id)));

	return st != AK_OK ? st : conn_run(&s->c, Q_FEED_DEL, ARGS(vi(id)));
}

enum ak_status
store_feed_remove(struct store *s, int64_t id)
{
	int64_t found = 0;
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = conn_int(&s->c, Q_FEED_BY_ID, ARGS(vi(id)), 0, &found);
	if (st == AK_OK && found == 0)
		st = conn_say(&s->c, AK_NOTFOUND, "no such feed");
	if (st == AK_OK)
		st = remove_articles(s, id);
	if (st == AK_OK)
		st = conn_run(&s->c, Q_FEED_DISOWN, ARGS(vi(id)));
	if (st == AK_OK)
		st = forget(s, id);
	return unit_end(s, st);
}

enum ak_status
feed_merge(struct store *s, int64_t from, int64_t into)
{
	static const enum stmt_id steps[] = {Q_FEED_MERGE_ENTRIES,
	    Q_FEED_MERGE_REST, Q_FEED_MERGE_ARTICLES, Q_FEED_MERGE_TITLES,
	    Q_FEED_ALIAS_MOVE};
	enum ak_status st = AK_OK;

	for (size_t k = 0; st == AK_OK && k < AK_COUNT(steps); k++)
		st = conn_run(&s->c, steps[k], ARGS(vi(into), vi(from)));
	return st != AK_OK ? st : forget(s, from);
}

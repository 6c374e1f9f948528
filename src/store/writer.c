/* SPDX-License-Identifier: ISC */
/*
 * One poll's outcome: the feed's state, validators and due time together with
 * its entries (entries.c), in one unit.
 */
#include "store/writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/url.h"

#define BARE_BYTES ((int64_t)LIMIT_MIB)

void
store_delta_release(struct store_delta *d)
{
	free(d->new_articles);
	free(d->changed_articles);
	*d = (struct store_delta){0};
}

static bool
is_same_origin(struct store *s, const char *a, const char *b)
{
	const char *of_a = url_origin(s->scratch, a);

	return of_a != NULL && str_eq(of_a, url_origin(s->scratch, b));
}

/* The feed takes the address it moved to; if another feed has that already,
 * it becomes part of that one. */
static enum ak_status
adopt_url(struct put *p, const char *old_url)
{
	struct store *s = p->s;
	struct conn *c = &s->c;
	int64_t from = feed_url_hash(s->scratch, old_url), other = 0;
	int64_t to = feed_url_hash(s->scratch, p->f->moved_to);
	enum ak_status st;

	st = conn_int(c, Q_FEED_BY_HASH, ARGS(vi(to)), 0, &other);
	if (st != AK_OK)
		return st;
	if (other != 0 && other != p->feed) {
		if ((st = feed_merge(s, p->feed, other)) != AK_OK)
			return st;
		p->feed = p->delta.merged_into = other;
	} else {
		st = conn_run(c, Q_FEED_ALIAS_DEL, ARGS(vi(to)));
		if (st == AK_OK)
			st = conn_run(c, Q_FEED_SET_URL,
			    ARGS(vt(p->f->moved_to), vi(to), vi(p->feed)));
		/* It answered without them, and they are not for it. */
		if (st == AK_OK && !is_same_origin(s, old_url, p->f->moved_to))
			st =
			    conn_run(c, Q_FEED_DROP_SECRETS, ARGS(vi(p->feed)));
	}
	return st != AK_OK || from == to
		   ? st
		   : conn_run(c, Q_FEED_ALIAS_ADD,
			 ARGS(vi(from), vt(old_url), vi(p->feed)));
}

/* Is the rest of the feed's state what it was?  Most polls bring nothing. */
static bool
is_rest_same(const struct store_fetch *f)
{
	const struct sched_state *q = f->sched;
	struct sched_state was;

	if (f->sched_was == NULL || f->body_hash != 0 || f->items_hash != 0 ||
	    !str_eq(f->error, f->error_was))
		return false;
	was = *f->sched_was;
	/* What Q_FEED_SET_POLL sets. */
	was.life = q->life;
	was.last_poll_at = q->last_poll_at;
	was.last_ok_at = q->last_ok_at;
	was.rate_n = q->rate_n;
	was.rate_t_days = q->rate_t_days;
	was.last_outcome = q->last_outcome;
	was.n_same_body = q->n_same_body;
	was.due_at = q->due_at;
	was.hint = q->hint;
	was.hint_s = q->hint_s;
	was.fresh_until = q->fresh_until;
	/* Bytes between members, should they differ, cost a write. */
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-*) */
	return memcmp(&was, q, sizeof(was)) == 0;
}

static enum ak_status
put_rest(struct put *p)
{
	const struct sched_state *q = p->f->sched;
	int64_t hash, items;

	memcpy(&hash, &p->f->body_hash, sizeof(hash));
	memcpy(&items, &p->f->items_hash, sizeof(items));
	return conn_run(&p->s->c, Q_FEED_SET_STATE,
	    ARGS(vi(q->last_new_at), vi(q->n_errors), vi(q->first_error_at),
		vi(q->first_gone_at), vi(q->penalty), vi(q->last_429_at),
		vi(q->ttl_s), vi(q->sy_s), vi(q->skip_hours), vi(q->skip_days),
		vt(p->f->error), vi(hash), vi(items), vi(q->first_missing_at),
		vi(q->first_expired_at), vi(q->n_no_content),
		vi(q->retry_until), vi(q->refresh_at), vi(q->hours_am),
		vi(q->hours_pm), vi(p->feed)));
}

static enum ak_status
put_state(struct put *p)
{
	const struct sched_state *q = p->f->sched;
	struct conn *c = &p->s->c;
	enum ak_status st;

	st = conn_run(c, Q_FEED_SET_POLL,
	    ARGS(vi(q->life), vi(q->last_poll_at), vi(q->last_ok_at),
		vd(q->rate_n), vd(q->rate_t_days), vi(q->last_outcome),
		vi(q->n_same_body), vi(q->due_at), vi(q->hint), vi(q->hint_s),
		vi(p->feed), vi(q->fresh_until)));
	if (st == AK_OK && sqlite3_changes(c->db) == 0)
		return conn_say(c, AK_NOTFOUND, "no such feed");
	return st != AK_OK || is_rest_same(p->f) ? st : put_rest(p);
}

static enum ak_status
put_about(struct put *p)
{
	const struct doc *d = p->f->doc;
	const char *icon = d->icon != NULL	? d->icon
			   : d->favicon != NULL ? d->favicon
						: d->image;

	return conn_run(&p->s->c, Q_FEED_SET_ABOUT,
	    ARGS(vt(d->title_text), vt(d->home_page_url),
		vt(d->description_text), vt(d->language), vt(icon),
		vi(p->feed)));
}

static enum ak_status
put_poll(struct put *p)
{
	const struct store_fetch *f = p->f;
	struct conn *c = &p->s->c;
	int64_t id, outcome = f->sched != NULL ? f->sched->last_outcome : 0;
	enum ak_status st;

	st = conn_run(c, Q_POLL_ADD,
	    ARGS(vi(p->feed), vi(f->at), vi(outcome), vi(f->status),
		vi(f->wire_bytes), vi(f->body_bytes), vi(f->elapsed_ms),
		vi(p->delta.n_new), vi(f->was_conditional),
		vt(f->user_agent_host), vt(f->error)));
	id = sqlite3_last_insert_rowid(c->db);
	return st != AK_OK || id % 256 != 0 || id <= LIMIT_POLLS_KEPT
		   ? st
		   : conn_run(c, Q_POLL_TRIM, ARGS(vi(id - LIMIT_POLLS_KEPT)));
}

/* URL and home page of the feed, in the scratch arena. */
static enum ak_status
load_feed(struct store *s, int64_t id, const struct doc *doc,
    const char **ret_url, const char **ret_home)
{
	sqlite3_stmt *st = conn_query(&s->c, Q_FEED_OF_PUT, ARGS(vi(id)));

	if (st == NULL)
		return s->c.status;
	if (!conn_row(&s->c, st))
		return s->c.status != AK_OK
			   ? s->c.status
			   : conn_say(&s->c, AK_NOTFOUND, "no such feed");
	*ret_url = arena_strdup(s->scratch, col_text(st, 0));
	*ret_home = doc != NULL && doc->home_page_url != NULL
			? doc->home_page_url
			: arena_strdup(s->scratch, col_text(st, 1));
	return conn_end(&s->c, st);
}

/* A hub speaks for the entries, not for the feed. */
static enum ak_status
put_push(struct put *p)
{
	struct conn *c = &p->s->c;
	const char *url = NULL, *home = NULL;
	enum ak_status st;

	st = load_feed(p->s, p->feed, p->f->doc, &url, &home);
	if (st == AK_OK)
		st = ident_doc(p->s, p->feed, url, home, p->f->doc, &p->doc);
	if (st == AK_OK)
		st = put_entries(p);
	if (st == AK_OK && p->delta.n_events > 0 && !p->f->is_older)
		st = conn_run(
		    c, Q_FEED_PUSHED, ARGS(vi(p->delta.n_events), vi(p->feed)));
	if (st == AK_OK && p->delta.n_events > 0 && !p->f->is_older)
		st = conn_run(
		    c, Q_FEED_PUSHED_AT, ARGS(vi(p->f->at), vi(p->feed)));
	return st;
}

static enum ak_status
put_fetch(struct put *p)
{
	const struct store_fetch *f = p->f;
	struct conn *c = &p->s->c;
	const char *url = NULL, *home = NULL;
	enum ak_status st;

	/* A poll that brought nothing finds out when it writes. */
	st = f->doc == NULL && !f->adopt_url && f->sched != NULL
		 ? AK_OK
		 : load_feed(p->s, p->feed, f->doc, &url, &home);
	if (st == AK_OK && f->has_moved)
		st = conn_run(c, Q_FEED_SET_MOVED,
		    ARGS(vt(f->moved_to), vi(f->at), vi(p->feed)));
	if (st == AK_OK && f->has_new_url)
		st = conn_run(
		    c, Q_FEED_SET_NEW_URL, ARGS(vt(f->new_url), vi(p->feed)));
	if (st == AK_OK && f->has_parked_url)
		st = conn_run(
		    c, Q_FEED_SET_PARKED, ARGS(vt(f->parked_url), vi(p->feed)));
	if (st == AK_OK && f->has_older_url)
		st = conn_run(
		    c, Q_FEED_SET_OLDER, ARGS(vt(f->older_url), vi(p->feed)));
	if (st == AK_OK && f->adopt_url && f->moved_to != NULL)
		st = adopt_url(p, url);
	if (st == AK_OK && f->doc != NULL) {
		st = ident_doc(p->s, p->feed, url, home, f->doc, &p->doc);
		if (st == AK_OK)
			st = put_entries(p);
		if (st == AK_OK)
			st = put_gone(p);
		if (st == AK_OK)
			st = put_about(p);
	}
	if (st == AK_OK && f->schedule != NULL)
		f->schedule(p->delta.n_events, f->schedule_arg);
	/* A feed that takes another one in keeps its own rhythm. */
	if (st == AK_OK && f->sched != NULL && p->delta.merged_into == 0)
		st = put_state(p);
	if (st == AK_OK && f->replace_validators)
		st = conn_run(c, Q_FEED_SET_VALIDATORS,
		    ARGS(vt(f->etag), vt(f->last_modified),
			vt(f->validators_url), vi(p->feed)));
	/* The log of a feed that was merged goes with it. */
	return st != AK_OK || p->delta.merged_into != 0 ? st : put_poll(p);
}

enum ak_status
store_put_fetch(
    struct store *s, const struct store_fetch *f, struct store_delta *ret)
{
	struct put p = {.s = s, .f = f, .feed = f->feed_id};
	enum ak_status st;

	/* Only of much text can there be more than SQLite takes. */
	st = f->body_bytes > BARE_BYTES ? unit_begin(s) : unit_begin_bare(s);
	if (st != AK_OK)
		return st;
	if ((st = unit_end(s, f->is_push ? put_push(&p) : put_fetch(&p))) !=
	    AK_OK) {
		store_delta_release(&p.delta);
		return st;
	}
	*ret = p.delta;
	return AK_OK;
}

enum ak_status
store_count_known(
    struct store *s, int64_t feed_id, const struct doc *doc, int64_t *ret)
{
	const char *url = NULL, *home = NULL;
	struct ident_doc d;
	int64_t n = 0;
	enum ak_status st;

	arena_reset(s->scratch);
	st = load_feed(s, feed_id, doc, &url, &home);
	if (st == AK_OK)
		st = ident_doc(s, feed_id, url, home, doc, &d);
	for (size_t k = 0; st == AK_OK && k < d.n; k++) {
		struct ident_row row;

		if ((st = ident_find(s, &d, &d.items[k], &row)) == AK_OK)
			n += row.is_known;
	}
	if (st == AK_OK)
		*ret = n;
	return st;
}

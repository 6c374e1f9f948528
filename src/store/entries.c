/* SPDX-License-Identifier: ISC */
/*
 * The entries of a poll.  An unchanged one writes nothing.  They go in from the
 * oldest to the newest, so that ids rise with time.
 *
 * An article belongs to the feed that has most to say about it: its text is
 * that feed's, and only that feed's edits change it.  A link aggregator that
 * comes first is the owner until the publisher's own entry arrives.
 */
#include "store/writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "store/form.h"
#include "store/plain.h"
#include "store/search.h"

enum { EVENT_S = 600 }; /* new entries this close together are one event */

static void
add_id(int64_t **list, size_t *n, int64_t id)
{
	*list = xreallocarray(*list, *n + 1, sizeof(**list));
	(*list)[(*n)++] = id;
}

/* --- events ---------------------------------------------------------- */

static int
by_date(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int64_t
count_events(int64_t *dates, size_t n)
{
	int64_t n_events = n > 0;

	qsort(dates, n, sizeof(*dates), by_date);
	for (size_t k = 1; k < n; k++)
		if (dates[k] - dates[k - 1] > EVENT_S)
			n_events++;
	return n_events;
}

static bool
is_date(int64_t t, int64_t now)
{
	return t != DOC_NO_TIME && t > 0 && t <= now + LIMIT_DATE_AHEAD_S;
}

/* --- new articles ---------------------------------------------------- */

static enum ak_status
put_feature(struct put *p, const struct ident *i, int64_t article)
{
	const struct store_blob *b = p->f->features;

	if (b == NULL || b[i->place].data == NULL)
		return AK_OK;
	return conn_run(&p->s->c, Q_FEATURE_PUT,
	    ARGS(vi(article), vb(b[i->place].data, b[i->place].len)));
}

static enum ak_status
next_arrival(struct put *p, int64_t *ret)
{
	struct conn *c = &p->s->c;
	sqlite3_stmt *st;

	if (p->next_us == 0) {
		if ((st = conn_query(c, Q_ARTICLE_LAST, NO_ARGS)) == NULL)
			return c->status;
		p->next_us = p->f->at * 1000000;
		if (conn_row(c, st)) {
			int64_t last = col_int(st, 1);

			if (p->next_us <= last)
				p->next_us = last + 1;
			(void)conn_end(c, st);
		}
		if (c->status != AK_OK)
			return c->status;
	}
	*ret = p->next_us++;
	return AK_OK;
}

/* Is there room for more?  Pages that were freed count as room. */
static enum ak_status
check_quota(struct store *s)
{
	int64_t used = 0;
	enum ak_status st;

	if (s->quota == 0)
		return AK_OK;
	st = conn_int(&s->c, Q_USED_BYTES, NO_ARGS, 0, &used);
	if (st != AK_OK || used < s->quota)
		return st;
	return conn_say(&s->c, AK_TOOBIG,
	    "refused: the store has its full size ([store] quota)");
}

static enum ak_status
insert_article(
    struct put *p, const struct ident *i, struct form *form, int64_t *ret_id)
{
	const struct doc_entry *e = i->entry;
	int64_t arrived = 0, sort, authority = ident_authority(&p->doc, i);
	const char *guid = e->id;
	enum ak_status st;

	/* Once a document: what it adds is bounded. */
	if (p->next_us == 0 && (st = check_quota(p->s)) != AK_OK)
		return st;
	if ((st = next_arrival(p, &arrived)) != AK_OK)
		return st;
	sort =
	    is_date(e->published, p->f->at) ? e->published : arrived / 1000000;
	if (str_eq(guid, e->url))
		guid = NULL;
	st = conn_run(&p->s->c, Q_ARTICLE_ADD,
	    ARGS(vi(p->feed), vi(authority), vi(sort),
		vi(form_date(e->published)), vi(form_date(e->modified)),
		vi(arrived), vz(i->url_hash), vz(i->guid_hash),
		vz(form->title_hash), vi(i->hash), vt(guid), vt(e->url),
		vt(e->external_url), vt(e->comments_url), vt(form->image),
		vt(form->language), vt(form->author), vt(ident_title(e)),
		vt(form->tags), vt(form->attachments), vt(form->extra),
		vt(form->summary), vt(form->text), vt(e->content_html)));
	if (st != AK_OK)
		return st;
	*ret_id = sqlite3_last_insert_rowid(p->s->c.db);
	for (size_t k = 0; st == AK_OK && k < p->s->n_readers; k++)
		st = conn_run(&p->s->c, Q_STATE_ADD,
		    ARGS(vi(p->s->readers[k]), vi(*ret_id), vi(sort)));
	return st;
}

static enum ak_status
add_article(struct put *p, const struct ident *i, int64_t *ret_id)
{
	struct form form;
	enum ak_status st;
	int64_t id = 0;

	form_make(p->s, p->f->doc, i, &form);
	st = insert_article(p, i, &form, &id);
	if (st == AK_OK)
		st = put_feature(p, i, id);
	if (st == AK_OK && i->entry->related != NULL)
		st = listed_put(p->s, id, p->feed, i->entry->related);
	if (st == AK_OK)
		st = listed_arrived(p->s, id, i->url_hash, form.title_hash);
	form_release(&form);
	if (st != AK_OK)
		return st;
	search_want(p->s, id);
	add_id(&p->delta.new_articles, &p->delta.n_new_articles, id);
	*ret_id = id;
	return AK_OK;
}

/* --- changed articles ------------------------------------------------ */

/* What is stored of an article; each takes the place of the one before. */
struct old_form {
	const char *title, *text, *html, *summary, *words, *url, *external_url;
	int64_t hash, n_revisions, since, owner, authority;
};

static enum ak_status
load_old(struct put *p, int64_t article, struct old_form *ret)
{
	struct conn *c = &p->s->c;
	struct arena *a = p->s->old;
	sqlite3_stmt *st = conn_query(c, Q_ARTICLE_OLD_FORM, ARGS(vi(article)));

	arena_reset(a);
	if (st == NULL)
		return c->status;
	if (!conn_row(c, st))
		return c->status != AK_OK
			   ? c->status
			   : conn_say(c, AK_CORRUPT,
				 "an entry's article is missing");
	*ret = (struct old_form){.title = arena_strdup(a, col_text(st, 0)),
	    .text = arena_strdup(a, col_text(st, 1)),
	    .html = arena_strdup(a, col_text(st, 2)),
	    .summary = arena_strdup(a, col_text(st, 3)),
	    .hash = col_int(st, 4),
	    .n_revisions = col_int(st, 5),
	    .since = col_int(st, 6),
	    .owner = col_int(st, 8),
	    .authority = col_int(st, 9),
	    .url = arena_strdup(a, col_text(st, 10)),
	    .external_url = arena_strdup(a, col_text(st, 11))};
	if (ret->since == 0)
		ret->since = col_int(st, 7) / 1000000;
	(void)conn_end(c, st);
	ret->words = arena_strdup(
	    a, plain_words(&c->words, ret->text, ret->html, ret->summary));
	return arena_full(a)
		   ? conn_say(c, AK_TOOBIG, "the article is too large")
		   : AK_OK;
}

/* Write the entry's form over the article's. */
static enum ak_status
set_form(struct put *p, const struct ident *i, int64_t article,
    const struct old_form *old)
{
	const struct doc_entry *e = i->entry;
	const char *comments = e->comments_url;
	struct form form;
	enum ak_status st;

	form_make(p->s, p->f->doc, i, &form);
	/* The page of a pointer that came first is a place to discuss it. */
	if (comments == NULL && old->external_url != NULL && !i->is_pointer &&
	    !str_eq(old->url, e->url))
		comments = old->url;
	st = search_forget(p->s, article, old->title, old->words);
	if (st == AK_OK)
		st = conn_run(&p->s->c, Q_ARTICLE_SET,
		    ARGS(vi(p->feed), vi(ident_authority(&p->doc, i)),
			vi(form_date(e->modified)), vz(form.title_hash),
			vi(i->hash), vt(e->url), vt(e->external_url),
			vt(comments), vt(form.image), vt(form.language),
			vt(form.author), vt(ident_title(e)), vt(form.tags),
			vt(form.attachments), vt(form.extra), vt(form.summary),
			vt(form.text), vt(e->content_html), vz(i->url_hash),
			vi(article)));
	if (st == AK_OK)
		st = conn_run(&p->s->c, Q_VECTOR_STALE, ARGS(vi(article)));
	if (st == AK_OK)
		st = put_feature(p, i, article);
	if (st == AK_OK && e->related != NULL)
		st = listed_put(p->s, article, p->feed, e->related);
	if (st == AK_OK)
		st =
		    listed_arrived(p->s, article, i->url_hash, form.title_hash);
	form_release(&form);
	search_want(p->s, article);
	return st;
}

/* Do people see a difference? */
static bool
reads_same(const struct old_form *old, const struct doc_entry *e)
{
	const char *title = ident_title(e), *words = ident_text(e);

	return plain_same(old->title != NULL ? old->title : "",
		   title != NULL ? title : "") &&
	       plain_same(old->words != NULL ? old->words : "",
		   words != NULL ? words : "");
}

/* Keep the old form as a revision, unless it is one: some servers give now
 * this form, now that. */
static enum ak_status
add_revision(struct put *p, int64_t id, const struct old_form *old)
{
	struct conn *c = &p->s->c;
	int64_t seen = 0;
	enum ak_status st;

	st = conn_int(c, Q_REVISION_HAS, ARGS(vi(id), vi(old->hash)), 0, &seen);
	if (st != AK_OK || seen != 0)
		return st;
	st = conn_run(c, Q_REVISION_ADD,
	    ARGS(vi(id), vi(old->n_revisions + 1), vi(old->since),
		vi(old->hash), vt(old->title), vt(old->summary), vt(old->text),
		vt(old->html)));
	return st != AK_OK
		   ? st
		   : conn_run(c, Q_ARTICLE_EDITED,
			 ARGS(vi(p->f->at), vi(old->n_revisions + 1), vi(id)));
}

/* An entry of this article's feed shows it in another form. */
static enum ak_status
revise(struct put *p, const struct ident *i, int64_t article)
{
	struct old_form old = {0};
	enum ak_status st;
	bool same;

	if ((st = load_old(p, article, &old)) != AK_OK)
		return st;
	if ((old.owner != 0 && old.owner != p->feed) || old.hash == i->hash)
		return AK_OK;
	same = reads_same(&old, i->entry);
	if (!same)
		st = add_revision(p, article, &old);
	if (st == AK_OK)
		st = set_form(p, i, article, &old);
	if (st != AK_OK || same)
		return st;
	p->delta.n_revised++;
	add_id(
	    &p->delta.changed_articles, &p->delta.n_changed_articles, article);
	return AK_OK;
}

/* A feed that has as much to say, but not a full text, was first. */
static bool
is_fuller(const struct old_form *old, const struct doc_entry *e)
{
	size_t had = old->words != NULL ? strlen(old->words) : 0;
	size_t has = ident_text(e) != NULL ? strlen(ident_text(e)) : 0;

	return has > 2 * had + 200;
}

/* A new entry of an article that is there: another feed carries it too. */
static enum ak_status
join(struct put *p, const struct ident *i, int64_t article)
{
	const struct doc_entry *e = i->entry;
	struct conn *c = &p->s->c;
	int authority = ident_authority(&p->doc, i);
	const char *comments = e->comments_url;
	struct old_form old = {0};
	enum ak_status st;
	int64_t has = 0;

	st = conn_run(c, Q_ARTICLE_ADOPT, ARGS(vi(p->feed), vi(article)));
	if (st == AK_OK)
		st = load_old(p, article, &old);
	if (st != AK_OK)
		return st;
	p->delta.n_joined++;
	if (authority > old.authority ||
	    (authority == old.authority && authority == 1 &&
		is_fuller(&old, e))) {
		add_id(&p->delta.changed_articles, &p->delta.n_changed_articles,
		    article);
		return set_form(p, i, article, &old);
	}
	if (comments == NULL && i->is_pointer)
		comments = e->url;
	if (comments != NULL)
		st = conn_run(
		    c, Q_ARTICLE_COMMENTS, ARGS(vt(comments), vi(article)));
	if (st == AK_OK && e->related != NULL) {
		st = conn_int(c, Q_LISTED_HAS, ARGS(vi(article)), 0, &has);
		if (st == AK_OK && has == 0)
			st = listed_put(p->s, article, p->feed, e->related);
	}
	return st;
}

/* --- entries --------------------------------------------------------- */

static enum ak_status
add_entry(struct put *p, const struct ident *i, int64_t article)
{
	return conn_run(&p->s->c, Q_ENTRY_ADD,
	    ARGS(vi(p->feed), vi(i->is_shared ? i->narrow : i->key),
		vi(i->detail), vi(i->hash), vz(article)));
}

static enum ak_status
put_known(struct put *p, const struct ident *i, const struct ident_row *row)
{
	enum ak_status st;

	if (row->hash == i->hash)
		return AK_OK;
	st = conn_run(&p->s->c, Q_ENTRY_SET,
	    ARGS(vi(i->detail), vi(i->hash), vi(p->feed), vi(row->key)));
	return st != AK_OK || row->article == 0 ? st
						: revise(p, i, row->article);
}

static enum ak_status
put_unknown(struct put *p, const struct ident *i)
{
	struct ident_match m;
	enum ak_status st;

	if ((st = ident_match(p->s, &p->doc, i, &m)) != AK_OK)
		return st;
	if (!m.has_entry)
		p->dates[p->n_dates++] = is_date(i->entry->published, p->f->at)
					     ? i->entry->published
					     : p->f->at;
	if (m.is_buried)
		return add_entry(p, i, 0);
	if (m.has_entry) { /* its guid changed */
		struct ident_row row = {
		    .key = i->is_shared ? i->narrow : i->key,
		    .article = m.article};

		st = conn_run(&p->s->c, Q_ENTRY_REKEY,
		    ARGS(vi(row.key), vi(i->detail), vi(p->feed),
			vi(m.entry_key)));
		return st != AK_OK ? st : put_known(p, i, &row);
	}
	if (m.article == 0) {
		p->delta.n_new++;
		st = add_article(p, i, &m.article);
	} else {
		st = join(p, i, m.article);
	}
	return st != AK_OK ? st : add_entry(p, i, m.article);
}

enum ak_status
put_entries(struct put *p)
{
	enum ak_status st = AK_OK;

	p->dates =
	    arena_alloc(p->s->scratch, (p->doc.n + 1) * sizeof(*p->dates));
	if (p->dates == NULL)
		return AK_TOOBIG;
	for (size_t k = 0; st == AK_OK && k < p->doc.n; k++) {
		const struct ident *i = &p->doc.items[k];
		struct ident_row row;

		st = ident_find(p->s, &p->doc, i, &row);
		if (st == AK_OK)
			st = row.is_known ? put_known(p, i, &row)
					  : put_unknown(p, i);
	}
	p->delta.n_seen = (int64_t)p->doc.n;
	p->delta.n_events = count_events(p->dates, p->n_dates);
	return st;
}

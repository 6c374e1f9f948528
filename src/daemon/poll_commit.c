/* SPDX-License-Identifier: ISC */
/*
 * The last step of a poll: its outcome goes to the store.  Validators follow
 * one rule: an answer that was understood replaces them, also when its body is
 * the old one; one that was not leaves them as they are, so that the next
 * request does not claim knowledge that was never stored.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "daemon/older.h"
#include "daemon/poll.h"
#include "daemon/websub.h"

static void
take_hints(struct poll *p)
{
	const struct doc *d = p->doc;

	p->answer.ttl_s = d->ttl_minutes > 0 ? d->ttl_minutes * 60 : 0;
	p->answer.sy_s =
	    d->update_period_seconds > 0 ? d->update_period_seconds : 0;
	p->answer.skip_hours = d->skip_hours;
	p->answer.skip_days = d->skip_days;
	p->answer.is_expired = d->is_expired;
}

static void
describe(const struct poll *p, const char *host, struct store_fetch *f)
{
	bool understood = p->doc != NULL || p->new_hash != 0;

	*f = (struct store_fetch){
	    .feed_id = p->feed_id,
	    .at = p->at,
	    .doc = p->is_same ? NULL : p->doc,
	    .is_delta = p->is_delta,
	    .sched = &p->sched,
	    .sched_was = &p->sched_was,
	    .error = p->error,
	    .error_was = p->old_error,
	    .status = p->answer.status,
	    .was_conditional = p->answer.was_conditional,
	    .wire_bytes = p->wire_bytes,
	    .body_bytes = p->body_bytes,
	    .elapsed_ms = p->elapsed_ms,
	    .user_agent_host = host,
	    .features = p->features,
	};
	if (p->error != NULL)
		return;
	/* A 304 gives only what it wants changed; a 200 gives all. */
	f->replace_validators = understood;
	f->etag = p->new_etag;
	f->last_modified = p->new_last_modified;
	f->validators_url = p->final_url;
	f->body_hash = p->is_delta ? 0 : p->new_hash;
	f->items_hash = p->doc != NULL ? p->new_items_hash : 0;
}

/* Its host is parked, these are its quiet hours, or our network is down: the
 * feed was not asked, and is not to blame. */
static enum ak_status
commit_unasked(
    struct poll *p, struct store *s, const struct sched_params *params)
{
	int64_t wait =
	    p->answer.retry_after_s > 0 ? p->answer.retry_after_s : 60;
	struct store_fetch f = {.feed_id = p->feed_id,
	    .at = p->at,
	    .sched = &p->sched,
	    .sched_was = &p->sched_was,
	    .error = p->old_error,
	    .error_was = p->old_error};
	struct store_delta delta = {0};
	enum ak_status st;

	if (p->is_postponed) {
		p->at = clock_now();
	} else if (p->is_parked) {
		p->sched.due_at = p->at + wait + p->feed_id % 60;
		p->sched.hint = SCHED_HINT_HOST;
		p->sched.hint_s = wait;
	} else {
		sched_next(params, p->feed_id, p->at, &p->answer, &p->sched);
	}
	st = store_put_fetch(s, &f, &delta);
	if (st == AK_OK)
		store_delta_release(&delta);
	return st;
}

/* What a 304 of the new address has confirmed holds for the new address. */
static void
keep_validators(const struct poll *p, struct store_fetch *f)
{
	f->replace_validators = true;
	if (f->etag == NULL)
		f->etag = p->etag;
	if (f->last_modified == NULL)
		f->last_modified = p->last_modified;
}

/* What the row has already is not written again. */
static void
leave_same(const struct poll *p, struct store_fetch *f)
{
	if (str_eq(f->etag, p->etag) &&
	    str_eq(f->last_modified, p->last_modified) &&
	    str_eq(f->validators_url, p->validators_url))
		f->replace_validators = false;
	if (f->body_hash == p->body_hash)
		f->body_hash = 0;
	if (f->items_hash == p->items_hash)
		f->items_hash = 0;
}

struct commit {
	struct poll *poll;
	const struct sched_params *params;
};

/* A hint beyond what is believed is cut by the scheduler; this tells. */
static void
log_cut_hint(const struct poll *p, const struct sched_params *params)
{
	const struct sched_answer *a = &p->answer;
	const int64_t hints[] = {
	    a->fresh_s, a->retry_after_s, a->ttl_s, a->sy_s};

	for (size_t i = 0; i < AK_COUNT(hints); i++)
		if (hints[i] > params->hint_max_s)
			log_info("feed", "hint cut feed=%lld asked_s=%lld",
			    (long long)p->feed_id, (long long)hints[i]);
}

static void
schedule_cb(int64_t n_events, void *arg)
{
	struct commit *c = arg;
	struct poll *p = c->poll;
	struct sched_state pushless = p->sched;
	struct sched_answer answer;

	p->answer.n_new_events = n_events;
	answer = p->answer;
	answer.websub_active = false;
	sched_next(c->params, p->feed_id, p->at, &p->answer, &p->sched);
	if (p->answer.websub_active)
		sched_next(c->params, p->feed_id, p->at, &answer, &pushless);
	else
		pushless = p->sched;
	p->pushless_due_at = pushless.due_at;
	log_cut_hint(p, c->params);
}

void
poll_want_pages(struct poll *p, const struct store_delta *d)
{
	size_t n = d->n_new_articles + d->n_changed_articles;

	if ((!p->full_text && !p->is_push) || n == 0)
		return;
	free(p->wanted); /* of a commit that was undone */
	p->wanted = xreallocarray(NULL, n, sizeof(*p->wanted));
	p->n_wanted = n;
	for (size_t i = 0; i < n; i++)
		p->wanted[i] = i < d->n_new_articles
				   ? d->new_articles[i]
				   : d->changed_articles[i - d->n_new_articles];
}

/* For `akin politeness`: a poll of another URL of the same host is no poll of
 * this one too early or without its validators. */
static const char *
asked_host(const struct poll *p, struct arena *a)
{
	const char *host = poll_is_file(p) ? NULL : url_host(a, p->url), *to;

	if (!p->is_trial)
		return host;
	to = url_host(a, p->moved_to);
	return str_eq(host, to) ? NULL : to;
}

/*
 * What the document called its new address did not hold the same feed, or calls
 * an address that the feed had its new one in turn.  The old address was not
 * asked, so the feed is not to blame.
 */
static enum ak_status
commit_refused(
    struct poll *p, struct store *s, const struct sched_params *params)
{
	struct arena *a = arena_new(2 * LIMIT_URL_BYTES);
	struct store_fetch f = {.feed_id = p->feed_id,
	    .at = p->at,
	    .sched = &p->sched,
	    .error = p->old_error,
	    .status = p->answer.status,
	    .elapsed_ms = p->elapsed_ms,
	    .wire_bytes = p->wire_bytes,
	    .user_agent_host = asked_host(p, a),
	    .has_moved = true};
	struct store_delta delta = {0};
	enum ak_status st;

	log_info("feed", "did not move feed=%lld to=%s error=%s",
	    (long long)p->feed_id, LOG_STR(p->moved_to),
	    LOG_STR(p->error != NULL ? p->error : "another feed"));
	free(p->error);
	p->error = NULL;
	p->is_postponed = true;
	p->sched.due_at = p->at + params->floor_s;
	p->sched.hint = SCHED_HINT_FLOOR;
	p->sched.hint_s = params->floor_s;
	st = store_put_fetch(s, &f, &delta);
	if (st == AK_OK)
		store_delta_release(&delta);
	arena_free(a);
	return st;
}

/* Does the document lead back to where the feed came from? */
static enum ak_status
leads_back(const struct poll *p, struct store *s, bool *ret)
{
	int64_t other = 0;
	enum ak_status st;

	*ret = false;
	if (p->doc == NULL || p->doc->new_feed_url == NULL ||
	    str_eq(p->doc->new_feed_url, p->final_url))
		return AK_OK;
	st = store_feed_by_url(s, p->doc->new_feed_url, &other);
	*ret = other == p->feed_id;
	return st;
}

static enum ak_status
judge_move(struct poll *p, struct store *s, struct moved *ret)
{
	bool back = false;
	int64_t n_known = 0;
	enum ak_status st = AK_OK;

	if (p->is_same)
		n_known = 1; /* all of them */
	else if (p->doc != NULL && p->n_hops > 0)
		st = store_count_known(s, p->feed_id, p->doc, &n_known);
	if (st != AK_OK)
		return st;
	poll_judge_move(p, n_known, ret);
	if (p->is_trial && ret->adopt &&
	    (st = leads_back(p, s, &back)) == AK_OK)
		ret->adopt = !back;
	return st;
}

/* It speaks for its host or domain, also to the next process. */
static bool
sends_away(enum sched_outcome o)
{
	return o == SCHED_TOO_MANY || o == SCHED_UNAVAILABLE;
}

static enum ak_status
commit_answer(
    struct poll *p, struct store *s, const struct sched_params *params)
{
	struct arena *a = arena_new(2 * LIMIT_URL_BYTES);
	struct store_delta delta = {0};
	struct store_fetch f;
	struct moved moved = {0};
	struct commit c = {p, params};
	enum ak_status st;

	st = judge_move(p, s, &moved);
	if (p->is_trial && (st != AK_OK || !moved.adopt)) {
		arena_free(a);
		return st != AK_OK ? st : commit_refused(p, s, params);
	}
	if (p->doc != NULL)
		take_hints(p);
	if (st == AK_OK && p->error == NULL &&
	    sched_is_adrift(&p->sched, p->at))
		st = store_origin_has(
		    s, p->url, SCHED_CROWD, &p->answer.is_crowded);
	if (st == AK_OK) {
		describe(p, asked_host(p, a), &f);
		f.schedule = schedule_cb;
		f.schedule_arg = &c;
		f.has_moved = moved.is_known;
		f.moved_to = moved.to;
		f.adopt_url = moved.adopt;
		f.new_url = p->doc != NULL ? p->doc->new_feed_url : NULL;
		f.parked_url = p->final_url;
		f.has_parked_url = sends_away(p->answer.outcome) &&
				   !str_eq(p->final_url, p->parked_url);
		f.older_url = p->doc != NULL ? older_link(p->doc) : NULL;
		f.has_older_url =
		    p->doc != NULL && !str_eq(f.older_url, p->older_url);
		f.has_new_url =
		    p->doc != NULL && !str_eq(f.new_url, p->new_url);
		if (!moved.adopt) /* which empties them */
			leave_same(p, &f);
		else if (!f.replace_validators)
			keep_validators(p, &f);
		st = store_put_fetch(s, &f, &delta);
	}
	if (st == AK_OK) {
		p->n_new = delta.n_new;
		p->n_revised = delta.n_revised;
		p->n_new_articles = (int64_t)delta.n_new_articles;
		poll_want_pages(p, &delta);
		if (moved.adopt) {
			free(p->new_home);
			p->new_home = xstrdup(moved.to);
			log_info("feed", "moved feed=%lld from=%s to=%s",
			    (long long)p->feed_id, LOG_STR(p->url),
			    LOG_STR(moved.to));
		}
		store_delta_release(&delta);
		st = websubs_offer(p, s);
	}
	arena_free(a);
	return st;
}

enum ak_status
poll_commit(struct poll *p, struct store *s, const struct sched_params *params)
{
	struct sched_state before = p->sched;
	bool unasked = (p->is_parked && !p->is_trial) || p->is_postponed ||
		       p->answer.outcome == SCHED_NETWORK_DOWN;
	enum ak_status st = p->older != NULL ? older_commit(p, s)
			    : p->is_push     ? websubs_commit(p, s)
			    : unasked	     ? commit_unasked(p, s, params)
					     : commit_answer(p, s, params);

	if (st == AK_OK)
		p->is_committed = true;
	else
		p->sched = before;
	return st;
}

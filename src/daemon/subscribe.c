/* SPDX-License-Identifier: ISC */
/*
 * A subscription costs one request when the URL is a feed's: the body that
 * proved it is what is stored.  A page costs a second one, for the feed that
 * it names.  Nothing is guessed: a host is asked only for what the person or
 * the page named (parse_known_site() rewrites without asking).
 *
 * It goes through the stages as a poll of a feed that has no row yet; the
 * writer makes row and entries in one savepoint.
 */
#include "daemon/subscribe.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "parse/parse.h"

struct subscription {
	struct workers *w;
	struct fetcher *fetcher;
	char *title, *category;
	int64_t pick;
	bool was_page; /* the feed comes from a page's link */
	bool only_finds, older, other_hosts;
	bool may_be_file; /* the URL came from this machine's command line */
	const char *format;
	pipeline_added_cb cb;
	void *arg;
	/* Of the page at hand: */
	struct pipeline_choice choices[LIMIT_DISCOVER_LINKS];
	size_t n_choices;
	enum ak_status st;
	struct diag diag;
};

static void
drop_choices(struct subscription *s)
{
	for (size_t i = 0; i < s->n_choices; i++) {
		free((char *)(uintptr_t)s->choices[i].url);
		free((char *)(uintptr_t)s->choices[i].title);
		free((char *)(uintptr_t)s->choices[i].type);
	}
	s->n_choices = 0;
}

/* Tell the caller, free all. */
static void
finish(struct subscription *s, struct poll *p)
{
	struct pipeline_added res = {.status = s->st,
	    .feed_id = p->feed_id,
	    .url = p->url,
	    .title = p->doc_title,
	    .format = s->format,
	    .n_new = p->n_new,
	    .error = s->st == AK_OK	       ? p->error
		     : s->diag.text[0] == '\0' ? NULL
					       : s->diag.text,
	    .has_older = p->has_older,
	    .advice = s->st != AK_OK && p->error != NULL && s->n_choices == 0
			  ? sched_outcome_advice(p->answer.outcome, true)
			  : NULL,
	    .choices = s->choices,
	    .n_choices = s->n_choices};

	s->cb(&res, s->arg);
	poll_free(p);
	drop_choices(s);
	free(s->title);
	free(s->category);
	free(s);
}

static struct poll *
new_poll(struct subscription *s, const char *url)
{
	struct arena *a = arena_new(8 * LIMIT_URL_BYTES);
	struct store_feed row = {.url = url_without_userinfo(a, url),
	    .userinfo = url_userinfo(a, url)};
	struct poll *p;

	sched_init(&row.sched, clock_now());
	p = poll_new(&row);
	p->sub = s;
	arena_free(a);
	return p;
}

static void
fetched_cb(struct fetch_result *res, void *arg)
{
	struct poll *p = arg;
	struct subscription *s = p->sub;

	poll_fetched(p, res);
	if (res->st == AK_BUSY)
		(void)diag_set(&s->diag, s->st = AK_BUSY,
		    "its host asked to be left alone for %lld s",
		    (long long)res->retry_after_s);
	else if (res->st == AK_CANCELED)
		s->st = AK_CANCELED;
	else if (p->error != NULL)
		(void)diag_set(&s->diag,
		    s->st = p->answer.outcome == SCHED_DENIED ? AK_DENIED
							      : AK_BADINPUT,
		    "%s", p->error);
	else if (p->body == NULL)
		(void)diag_set(&s->diag, s->st = AK_BADINPUT,
		    "the server sent nothing (status %d)", res->status);
	if (s->st != AK_OK) {
		finish(s, p);
		return;
	}
	workers_parse(s->w, p);
}

static void
ask(struct subscription *s, const char *url)
{
	struct poll *p = new_poll(s, url);
	struct fetch_req req;
	struct arena *a;

	if (poll_is_file(p) && s->may_be_file && !s->was_page) {
		workers_parse(s->w, p);
		return;
	}
	/* A file that a page or a client names is refused as any scheme is. */
	a = arena_new(64 << 10);
	poll_request(p, a, &req);
	req.urgent = true;
	(void)fetch_start(s->fetcher, &req, fetched_cb, p);
	arena_free(a);
}

/* "feed:https://..", "feed://..", "host/path": as the person means it. */
static const char *
as_meant(struct arena *a, const char *url)
{
	const char *known;

	if (ascii_istarts(url, "feed://"))
		url = arena_printf(a, "http://%s", url + 7);
	else if (ascii_istarts(url, "feed:"))
		url += 5;
	if (!ascii_istarts(url, "file:") && strstr(url, "://") == NULL)
		url = arena_printf(a, "https://%s", url);
	if (url == NULL || ascii_istarts(url, "file:"))
		return url;
	if ((known = parse_known_site(a, url)) != NULL)
		return known;
	return url_resolve(a, NULL, url);
}

void
subscribe_start(struct workers *w, struct fetcher *f,
    const struct pipeline_add *add, pipeline_added_cb cb, void *arg)
{
	struct subscription *s = xcalloc(1, sizeof(*s));
	struct arena *a = arena_new(256 << 10);
	const char *url = as_meant(a, add->url);

	s->w = w;
	s->fetcher = f;
	s->title = add->title != NULL ? xstrdup(add->title) : NULL;
	s->category = add->category != NULL ? xstrdup(add->category) : NULL;
	s->pick = add->pick;
	s->may_be_file = add->may_be_file;
	s->only_finds = add->only_finds;
	s->older = add->older;
	s->other_hosts = add->other_hosts;
	s->cb = cb;
	s->arg = arg;
	if (url == NULL) {
		(void)diag_set(&s->diag, s->st = AK_BADINPUT, "that is no URL");
		finish(s, new_poll(s, add->url));
	} else {
		ask(s, url);
	}
	arena_free(a);
}

/* --- parser --------------------------------------------------------------- */

static void
find_links(struct subscription *s, struct poll *p, const char *body, size_t len)
{
	struct arena *a = arena_new(16 << 20);
	struct parse_link *l = parse_discover(a, body, len, p->content_type,
	    p->final_url, (const char *const *)p->links);
	bool named = false;

	for (const struct parse_link *i = l; i != NULL; i = i->next)
		named |= !i->is_guess;
	for (; l != NULL && s->n_choices < LIMIT_DISCOVER_LINKS; l = l->next) {
		struct pipeline_choice *c = &s->choices[s->n_choices];

		if (named && l->is_guess)
			continue;
		c->url = xstrdup(l->url);
		c->title = l->title != NULL ? xstrdup(l->title) : NULL;
		c->type = l->type != NULL ? xstrdup(l->type) : NULL;
		s->n_choices++;
	}
	arena_free(a);
}

void
subscribe_parse(
    struct poll *p, const struct poll_opts *opts, struct relate_lexer *lexer)
{
	struct subscription *s = p->sub;
	size_t len = p->body_len;
	char *body = NULL;

	/* The page is still needed when it turns out to be one. */
	if (p->body != NULL && !s->was_page && !poll_is_file(p)) {
		len = len < LIMIT_DISCOVER_BYTES ? len : LIMIT_DISCOVER_BYTES;
		body = xmalloc(len + 1);
		memcpy(body, p->body, len);
		body[len] = '\0';
	}
	if (p->error == NULL)
		poll_parse(p, opts, lexer);
	if (p->error != NULL) {
		s->st = diag_set(&s->diag, AK_BADINPUT, "%s", p->error);
		if (body != NULL && p->answer.outcome == SCHED_NOT_A_FEED)
			find_links(s, p, body, len);
	} else {
		s->st = AK_OK;
		s->format = doc_format_name(p->doc->format);
		p->doc_title = p->doc->title_text != NULL
				   ? xstrdup(p->doc->title_text)
				   : NULL;
	}
	free(body);
}

/* --- writer --------------------------------------------------------------- */

static bool
is_same_origin(const char *a, const char *b)
{
	struct arena *arena = arena_new(4 * LIMIT_URL_BYTES);
	bool same = str_eq(url_origin(arena, a), url_origin(arena, b));

	arena_free(arena);
	return same;
}

enum ak_status
subscribe_commit(
    struct poll *p, struct store *s, const struct sched_params *params)
{
	struct subscription *sub = p->sub;
	struct store_feed_new row = {
	    .title = sub->title, .category = sub->category, .due_at = p->at};
	enum ak_status st;

	if (p->doc == NULL || sub->only_finds)
		return AK_OK; /* nothing to store */
	/* A permanent redirect is learned at once; the person may go on to
	 * call the feed by what was typed. */
	if (p->n_hops > 0 && p->all_permanent) {
		/* Credentials are for the host they were given for. */
		if (!is_same_origin(p->url, p->final_url))
			p->userinfo = NULL;
		row.alias = p->url;
		p->url = p->final_url;
		p->n_hops = 0;
	}
	row.url = p->url;
	row.userinfo = p->userinfo;
	row.home_page_url = p->doc->home_page_url;
	st = store_feed_add(s, &row, &p->feed_id);
	if (st == AK_OK)
		st = poll_commit(p, s, params);
	sub->st = st;
	if (st == AK_EXISTS)
		return diag_set(&sub->diag, AK_OK, "subscribed already");
	if (st != AK_OK)
		(void)diag_set(&sub->diag, st, "%s", store_error(s));
	return st;
}

/* --- loop ----------------------------------------------------------------- */

bool
subscribe_wants_older(const struct poll *p, bool *ret_other_hosts)
{
	*ret_other_hosts = p->sub->other_hosts;
	return p->sub->older && p->sub->st == AK_OK && p->is_committed &&
	       !p->sub->only_finds;
}

void
subscribe_landed(struct poll *p, const char *refused, bool is_closing)
{
	struct subscription *s = p->sub;
	const char *url;

	if (s->st == AK_OK && !p->is_committed && !s->only_finds)
		s->st = diag_set(&s->diag, AK_IO, "%s",
		    refused != NULL ? refused : "the store refused it");
	if (is_closing && s->st != AK_OK)
		drop_choices(s);
	if (s->st != AK_BADINPUT || s->n_choices == 0) {
		finish(s, p);
		return;
	}
	if (s->pick < 0 || (size_t)s->pick > s->n_choices) {
		(void)diag_set(&s->diag, AK_BADINPUT,
		    "the page names %zu feeds; there is no number %lld",
		    s->n_choices, (long long)s->pick);
		finish(s, p);
		return;
	}
	if (s->pick == 0 && (s->n_choices > 1 || s->only_finds)) {
		s->st = diag_set(&s->diag, AK_UNSUPPORTED,
		    "the page names %zu feeds; pick one", s->n_choices);
		finish(s, p);
		return;
	}
	s->was_page = true;
	s->st = AK_OK;
	s->diag.text[0] = '\0';
	url = s->choices[s->pick > 0 ? s->pick - 1 : 0].url;
	ask(s, url);
	drop_choices(s);
	poll_free(p);
}

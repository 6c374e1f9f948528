/* SPDX-License-Identifier: ISC */
#include "serve/subs.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/url.h"
#include "opml/opml.h"

enum ak_status
subs_add_plain(struct job *j, const char *url, const char *title,
    const char *category, int64_t *ret_id)
{
	struct store_feed_new f = {.url = url,
	    .title = !str_empty(title) ? title : NULL,
	    .category = !str_empty(category) ? category : NULL,
	    .due_at = clock_now()};
	enum ak_status st;

	if (!url_is_http(url))
		return AK_BADINPUT;
	st = store_feed_add(j->store, &f, ret_id);
	if (st == AK_OK)
		job_sync(j, *ret_id);
	return st;
}

/* As a person types it, example.org/feed or host:8080: that is https. */
static const char *
as_typed(struct job *j, const char *url)
{
	const char *p;

	url += strspn(url, " \t\r\n");
	p = strpbrk(url, ":/");
	if (*url == '\0' || p == url ||
	    (p != NULL && *p == ':' && (p[1] < '0' || p[1] > '9')))
		return url;
	return job_printf(j, "https://%s", url);
}

bool
subs_add(struct job *j, const char *url, const char *title,
    const char *category, struct serve_added *ret)
{
	if (j->has_added) {
		*ret = j->added;
		return true;
	}
	*ret = (struct serve_added){0};
	url = as_typed(j, url);
	if (!url_is_http(url)) {
		ret->status = AK_BADINPUT;
		ret->error = "not an http or https address";
		return true;
	}
	if (j->ops->add == NULL) {
		ret->status =
		    subs_add_plain(j, url, title, category, &ret->feed_id);
		return true;
	}
	j->add.url = job_strdup(j, url);
	j->add.title = !str_empty(title) ? job_strdup(j, title) : NULL;
	j->add.category = !str_empty(category) ? job_strdup(j, category) : NULL;
	j->asks_add = true;
	return false;
}

bool
subs_find(struct job *j, const char *url, struct serve_added *ret)
{
	if (!j->has_added && j->ops->add == NULL) {
		*ret = (struct serve_added){.status = AK_UNSUPPORTED};
		return true;
	}
	j->add.only_finds = true;
	return subs_add(j, url, NULL, NULL, ret);
}

/* --- OPML ------------------------------------------------------------ */

struct export
{
	struct job *j;
	struct opml_feed *feeds;
	size_t n, cap;
};

static void
add_feed(const struct store_feed *f, void *arg)
{
	struct export *e = arg;
	struct opml_feed *o;

	if (e->n == e->cap) {
		size_t cap = e->cap != 0 ? 2 * e->cap : 64;

		o = arena_grow(e->j->arena, e->feeds, e->cap * sizeof(*o),
		    cap * sizeof(*o));
		if (o == NULL)
			return;
		e->feeds = o;
		e->cap = cap;
	}
	o = &e->feeds[e->n++];
	o->url = job_strdup(e->j, url_without_userinfo(e->j->arena, f->url));
	o->title = job_strdup(e->j, f->title);
	o->home_page_url = job_strdup(e->j, f->home_page_url);
	o->category = job_strdup(e->j, f->category);
	o->next = NULL;
}

static int
by_category(const void *a, const void *b)
{
	const struct opml_feed *x = a, *y = b;
	int order = strcmp(x->category != NULL ? x->category : "",
	    y->category != NULL ? y->category : "");

	return order != 0 ? order : strcmp(x->title, y->title);
}

void
subs_export(struct job *j)
{
	struct store_feed_query q = {0};
	struct export e = {.j = j};
	enum ak_status st = store_feeds(j->reader, &q, add_feed, &e);

	if (st != AK_OK) {
		reply_status(j, st, "reading the subscriptions");
		return;
	}
	if (e.n > 0)
		qsort(e.feeds, e.n, sizeof(*e.feeds), by_category);
	for (size_t i = 0; i + 1 < e.n; i++)
		e.feeds[i].next = &e.feeds[i + 1];
	opml_write(reply_begin(j, 200, "application/xml; charset=UTF-8"),
	    "akin subscriptions", e.feeds, clock_now());
	reply_header(
	    j, "Content-Disposition", "attachment; filename=\"akin.opml\"");
}

enum ak_status
subs_import(struct job *j, const char *bytes, size_t len,
    struct subs_imported *ret, struct diag *reterr)
{
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	struct subs_imported got = {0};
	struct opml opml;
	int64_t id;
	enum ak_status st;

	if ((st = opml_parse(a, bytes, len, &opml, reterr)) != AK_OK)
		goto out;
	if ((st = store_begin(j->store)) != AK_OK) {
		(void)diag_set(reterr, st, "%s", store_error(j->store));
		goto out;
	}
	for (const struct opml_feed *f = opml.feeds; f != NULL; f = f->next) {
		st = subs_add_plain(j, f->url, f->title, f->category, &id);
		if (st == AK_OK)
			got.n_added++;
		else if (st == AK_EXISTS)
			got.n_known++;
		else
			got.n_refused++;
	}
	got.n_refused += (int64_t)opml.n_refused;
	if ((st = store_commit(j->store)) == AK_OK)
		*ret = got;
	else
		(void)diag_set(reterr, st, "%s", store_error(j->store));
out:
	arena_free(a);
	return st;
}

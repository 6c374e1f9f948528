/* SPDX-License-Identifier: ISC */
/*
 * A small cache, newest use first, bounded in number and bytes.  Whoever asks
 * while the file is under way waits for the same answer.  No file (4xx) allows
 * everything; a server that fails allows nothing, for an hour.  A host that is
 * parked was not asked, so nothing is kept of it.
 */
#include "daemon/origins.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/url.h"
#include "fetch/robots.h"

#define KNOWN_MS ((int64_t)86400 * 1000) /* RFC 9309, 2.4 */
#define UNREACHABLE_MS ((int64_t)3600 * 1000)

struct waiter {
	STAILQ_ENTRY(waiter) link;
	char *path;
	origins_cb cb;
	void *arg;
};

struct origin {
	TAILQ_ENTRY(origin) link;
	struct origins *origins;
	char *name;
	bool is_asking, is_reachable;
	int64_t until_ms;
	char *text; /* NULL: nothing is forbidden */
	size_t len;
	STAILQ_HEAD(, waiter) waiters;
};

struct origins {
	struct fetcher *fetcher;
	TAILQ_HEAD(origin_list, origin) list;
	size_t n, bytes;
};

struct origins *
origins_new(struct fetcher *f)
{
	struct origins *o = xcalloc(1, sizeof(*o));

	o->fetcher = f;
	TAILQ_INIT(&o->list);
	return o;
}

static void
drop(struct origins *o, struct origin *x)
{
	assert(STAILQ_EMPTY(&x->waiters));
	TAILQ_REMOVE(&o->list, x, link);
	o->n--;
	o->bytes -= x->len;
	free(x->name);
	free(x->text);
	free(x);
}

void
origins_free(struct origins *o)
{
	struct origin *x;

	if (o == NULL)
		return;
	while ((x = TAILQ_FIRST(&o->list)) != NULL)
		drop(o, x);
	free(o);
}

/* The longest unused go; those under way stay. */
static void
shrink(struct origins *o)
{
	struct origin *x = TAILQ_LAST(&o->list, origin_list), *before;

	for (; x != NULL &&
	       (o->n > LIMIT_ROBOTS_ORIGINS || o->bytes > LIMIT_ROBOTS_BYTES);
	     x = before) {
		before = TAILQ_PREV(x, origin_list, link);
		if (!x->is_asking)
			drop(o, x);
	}
}

static struct origin *
find(struct origins *o, const char *name)
{
	struct origin *x;

	TAILQ_FOREACH (x, &o->list, link)
		if (strcmp(x->name, name) == 0)
			break;
	if (x == NULL) {
		x = xcalloc(1, sizeof(*x));
		x->origins = o;
		x->name = xstrdup(name);
		STAILQ_INIT(&x->waiters);
		o->n++;
	} else {
		TAILQ_REMOVE(&o->list, x, link);
	}
	TAILQ_INSERT_HEAD(&o->list, x, link);
	return x;
}

/* Path and query of an http URL; malloc'ed. */
static char *
path_of(const char *url)
{
	const char *s = strstr(url, "://");
	size_t len;

	s = s != NULL ? s + 3 : url;
	s += strcspn(s, "/?#");
	len = strcspn(s, "#");
	return xasprintf("%s%.*s", *s == '/' ? "" : "/", (int)len, s);
}

static enum origins_verdict
judge(const struct origin *x, const char *path)
{
	if (!x->is_reachable)
		return ORIGINS_UNREACHABLE;
	return x->text == NULL || robots_allow(x->text, x->len, "akin", path)
		   ? ORIGINS_ALLOWED
		   : ORIGINS_FORBIDDEN;
}

static void
learn(struct origin *x, struct fetch_result *r)
{
	x->origins->bytes -= x->len;
	free(x->text);
	x->text = NULL;
	x->len = 0;
	/* 2xx, be it empty, and what says that there is none. */
	x->is_reachable = r->st == AK_OK &&
			  (r->status / 100 == 2 || r->status / 100 == 4) &&
			  r->status != 429;
	if (x->is_reachable)
		x->until_ms = clock_mono_ms() + KNOWN_MS;
	else if (r->st != AK_BUSY && r->st != AK_CANCELED)
		x->until_ms = clock_mono_ms() + UNREACHABLE_MS;
	if (r->st != AK_OK || r->outcome != SCHED_OK || r->body == NULL)
		return;
	x->len = r->body_len < ROBOTS_BYTES ? r->body_len : ROBOTS_BYTES;
	x->text = xmalloc(x->len + 1);
	memcpy(x->text, r->body, x->len);
	x->text[x->len] = '\0';
	x->origins->bytes += x->len;
}

static void
fetched_cb(struct fetch_result *r, void *arg)
{
	struct origin *x = arg;
	struct origins *o = x->origins;
	struct waiter *wt;

	learn(x, r);
	/* Still "asking", so that no callback's question drops it. */
	while ((wt = STAILQ_FIRST(&x->waiters)) != NULL) {
		STAILQ_REMOVE_HEAD(&x->waiters, link);
		wt->cb(judge(x, wt->path), wt->arg);
		free(wt->path);
		free(wt);
	}
	x->is_asking = false;
	shrink(o);
}

static void
start(struct origins *o, struct origin *x, const char *proxy)
{
	char *url = xasprintf("%s/robots.txt", x->name);
	struct fetch_req req = {.url = url,
	    .accept = "text/plain, */*;q=0.1",
	    .proxy = proxy,
	    .max_body_bytes = (int64_t)LIMIT_PAGE_BYTES};

	x->is_asking = true;
	(void)fetch_start(o->fetcher, &req, fetched_cb, x);
	free(url);
}

void
origins_ask(struct origins *o, const char *url, const char *proxy,
    origins_cb cb, void *arg)
{
	struct arena *a = arena_new(4 * LIMIT_URL_BYTES);
	const char *name = url_origin(a, url);
	struct origin *x;

	if (name == NULL) {
		arena_free(a);
		cb(ORIGINS_UNREACHABLE, arg);
		return;
	}
	x = find(o, name);
	arena_free(a);
	if (x->is_asking || x->until_ms <= clock_mono_ms()) {
		struct waiter *wt = xcalloc(1, sizeof(*wt));

		wt->path = path_of(url);
		wt->cb = cb;
		wt->arg = arg;
		STAILQ_INSERT_TAIL(&x->waiters, wt, link);
		if (!x->is_asking)
			start(o, x, proxy);
	} else {
		char *path = path_of(url);
		enum origins_verdict v = judge(x, path);

		free(path);
		cb(v, arg);
	}
}

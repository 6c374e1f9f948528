/* SPDX-License-Identifier: ISC */
/*
 * Old counts are shown once more while a worker counts anew in a job of its
 * own, so that no page waits for it; very old ones are not.
 */
#include "serve/side.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "serve/page.h"

#define REFRESH_AFTER_MS 15000
#define USELESS_AFTER_MS 60000

struct side_row {
	char *path;
	int64_t n_unread;
};

struct counts {
	int64_t n_unread;
	struct side_row *rows;
	size_t n;
};

struct side {
	_Atomic uint64_t n_changes;
	pthread_mutex_t lock; /* for all below */
	struct counts counts;
	int64_t made_ms;  /* 0: never */
	uint64_t made_at; /* n_changes before they were made */
	bool is_refreshing;
};

static void
counts_release(struct counts *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->rows[i].path);
	free(c->rows);
}

struct side *
side_new(void)
{
	struct side *s = xcalloc(1, sizeof(*s));

	if (pthread_mutex_init(&s->lock, NULL) != 0)
		abort();
	return s;
}

void
side_free(struct side *s)
{
	if (s == NULL)
		return;
	counts_release(&s->counts);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

void
side_changed(struct side *s)
{
	atomic_fetch_add(&s->n_changes, 1);
}

static void
count_category(const struct store_category *c, void *arg)
{
	struct counts *counts = arg;

	counts->rows =
	    xreallocarray(counts->rows, counts->n + 1, sizeof(*counts->rows));
	counts->rows[counts->n].path = xstrdup(c->path);
	counts->rows[counts->n++].n_unread = c->n_unread;
}

static void
count(struct job *j)
{
	struct side *s = j->side;
	uint64_t made_at = atomic_load(&s->n_changes);
	struct counts new = {0}, old;

	(void)!store_unread(j->reader, &new.n_unread);
	(void)!store_categories(j->reader, true, count_category, &new);
	(void)pthread_mutex_lock(&s->lock);
	old = s->counts;
	s->counts = new;
	s->made_ms = clock_mono_ms();
	s->made_at = made_at;
	s->is_refreshing = false;
	(void)pthread_mutex_unlock(&s->lock);
	counts_release(&old);
}

static void
put_row(struct job *j, const struct side_row *row)
{
	const char *leaf = strrchr(row->path, '/');

	h(j, "<li%h><a href=\"%r/articles?category=%u\" dir=\"auto\">%s</a>",
	    leaf != NULL ? " class=\"sub\"" : "", row->path,
	    leaf != NULL ? leaf + 1 : row->path);
	if (row->n_unread > 0)
		h(j, " <span class=\"count\">%d</span>", row->n_unread);
	h(j, "</li>");
}

static void
put(struct job *j, const struct counts *c)
{
	h(j, "<aside class=\"side\" aria-label=\"Categories\"><ul><li>"
	     "<a href=\"%r/articles\">All articles</a>");
	if (c->n_unread > 0)
		h(j, " <span class=\"count\">%d</span>", c->n_unread);
	h(j, "</li>");
	for (size_t i = 0; i < c->n; i++)
		put_row(j, &c->rows[i]);
	h(j, "</ul></aside>");
}

static bool
is_useless(struct side *s)
{
	return s->made_ms == 0 || s->made_at != atomic_load(&s->n_changes) ||
	       clock_mono_ms() - s->made_ms > USELESS_AFTER_MS;
}

void
side_put(struct job *j)
{
	struct side *s = j->side;
	bool must_count;

	(void)pthread_mutex_lock(&s->lock);
	must_count = is_useless(s);
	(void)pthread_mutex_unlock(&s->lock);
	if (must_count)
		count(j);
	(void)pthread_mutex_lock(&s->lock);
	put(j, &s->counts);
	j->asks_side = !s->is_refreshing &&
		       clock_mono_ms() - s->made_ms > REFRESH_AFTER_MS;
	s->is_refreshing |= j->asks_side;
	(void)pthread_mutex_unlock(&s->lock);
}

static void
count_again(struct job *j)
{
	count(j);
	reply_empty(j, 204);
}

void
side_refresh(struct serve *s)
{
	static const struct route route = {
	    M_POST, "", FAM_TEXT, SCOPE_NONE, ROUTE_OPEN, count_again};

	if (errand_send(s, errand_new(s, &route)))
		return;
	(void)pthread_mutex_lock(&s->side->lock);
	s->side->is_refreshing = false;
	(void)pthread_mutex_unlock(&s->side->lock);
}

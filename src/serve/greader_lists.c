/* SPDX-License-Identifier: ISC */
/* greader_lists.c - Google Reader API: subscriptions, folders, tags, counts. */
#include "serve/greader.h"

#include <stdio.h>
#include <string.h>

#include "serve/json_list.h"

static json_t *
label_json(const char *name)
{
	char *id = xasprintf(G_LABEL "%s", name);
	json_t *label = json_pack("{s:s, s:s}", "id", id, "label", name);

	free(id);
	return label;
}

static void
put_subscription(const struct store_feed *f, void *arg)
{
	json_t *categories = json_array();
	char id[32];

	(void)snprintf(id, sizeof(id), "feed/%lld", (long long)f->id);
	if (f->category != NULL)
		(void)json_array_append_new(
		    categories, label_json(f->category));
	json_list_put(arg,
	    json_pack("{s:s, s:s, s:o, s:s, s:s, s:s}", "id", id, "title",
		f->title, "categories", categories, "url", f->url, "htmlUrl",
		f->home_page_url != NULL ? f->home_page_url : "", "iconUrl",
		f->icon != NULL ? f->icon : ""));
}

void
g_subscription_list(struct job *j)
{
	struct store_feed_query q = {0};
	struct json_list list;

	json_list_begin(&list, j, "{\"subscriptions\":[");
	(void)!store_feeds(j->reader, &q, put_subscription, &list);
	json_list_end(&list, "]}");
}

static void
put_tag(struct json_list *list, const char *name, const char *type,
    int64_t n_unread)
{
	char *id = xasprintf(G_LABEL "%s", name);

	json_list_put(list, json_pack("{s:s, s:s, s:I}", "id", id, "type", type,
				"unread_count", (json_int_t)n_unread));
	free(id);
}

static void
put_folder(const struct store_category *c, void *arg)
{
	put_tag(arg, c->path, "folder", c->n_unread);
}

static void
put_label(const struct store_label *l, void *arg)
{
	put_tag(arg, l->name, "tag", l->n_unread);
}

void
g_tag_list(struct job *j)
{
	struct json_list list;

	json_list_begin(&list, j, "{\"tags\":[");
	json_list_put(&list, json_pack("{s:s}", "id", G_STATE "starred"));
	(void)!store_categories(j->reader, true, put_folder, &list);
	(void)!store_labels(j->reader, put_label, &list);
	json_list_end(&list, "]}");
}

/* --- counts ---------------------------------------------------------- */

struct newest { /* of each category, as its feeds come by */
	const char *path;
	int64_t at;
};

struct counts {
	struct job *j;
	struct json_list list;
	struct newest *newest;
	size_t n_newest;
	int64_t newest_at, max;
};

static void
put_count(struct counts *c, const char *id, int64_t count, int64_t newest_at)
{
	char usec[32];

	(void)snprintf(usec, sizeof(usec), "%lld000000", (long long)newest_at);
	if (count > c->max)
		c->max = count;
	json_list_put(&c->list,
	    json_pack("{s:s, s:I, s:s}", "id", id, "count", (json_int_t)count,
		"newestItemTimestampUsec", newest_at > 0 ? usec : "0"));
}

static void
add_newest(struct counts *c, const char *path, int64_t at)
{
	for (size_t i = 0; i < c->n_newest; i++) {
		if (strcmp(c->newest[i].path, path) == 0) {
			if (at > c->newest[i].at)
				c->newest[i].at = at;
			return;
		}
	}
	c->newest =
	    arena_grow(c->j->arena, c->newest, c->n_newest * sizeof(*c->newest),
		(c->n_newest + 1) * sizeof(*c->newest));
	if (c->newest == NULL)
		return;
	c->newest[c->n_newest].path = job_strdup(c->j, path);
	c->newest[c->n_newest++].at = at;
}

static void
count_feed(const struct store_feed *f, void *arg)
{
	struct counts *c = arg;
	/* When a poll brought its newest; to look at that would be dear. */
	int64_t newest_at = f->n_articles > 0 ? f->sched.last_new_at : 0;
	char id[32];

	(void)snprintf(id, sizeof(id), "feed/%lld", (long long)f->id);
	put_count(c, id, f->n_unread, newest_at);
	if (newest_at > c->newest_at)
		c->newest_at = newest_at;
	if (f->category != NULL)
		add_newest(c, f->category, newest_at);
}

static void
count_folder(const struct store_category *k, void *arg)
{
	struct counts *c = arg;
	size_t len = strlen(k->path);
	int64_t at = 0;
	char *id = xasprintf(G_LABEL "%s", k->path);

	for (size_t i = 0; i < c->n_newest; i++) {
		const char *p = c->newest[i].path;

		if (strncmp(p, k->path, len) == 0 &&
		    (p[len] == '\0' || p[len] == '/') && c->newest[i].at > at)
			at = c->newest[i].at;
	}
	put_count(c, id, k->n_unread, at);
	free(id);
}

static void
count_label(const struct store_label *l, void *arg)
{
	char *id = xasprintf(G_LABEL "%s", l->name);

	put_count(arg, id, l->n_unread, 0);
	free(id);
}

void
g_unread_count(struct job *j)
{
	struct store_feed_query feeds = {.counts = true};
	int64_t n_unread = 0;
	struct counts c = {.j = j};
	char end[64];

	json_list_begin(&c.list, j, "{\"unreadcounts\":[");
	(void)!store_feeds(j->reader, &feeds, count_feed, &c);
	(void)!store_categories(j->reader, true, count_folder, &c);
	(void)!store_labels(j->reader, count_label, &c);
	(void)!store_unread(j->reader, &n_unread);
	put_count(&c, G_STATE "reading-list", n_unread, c.newest_at);
	(void)snprintf(end, sizeof(end), "],\"max\":%lld}", (long long)c.max);
	json_list_end(&c.list, end);
}

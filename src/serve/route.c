/* SPDX-License-Identifier: ISC */
/*
 * route.c - the one table of what is served: method, path, dress of errors,
 * what a token must allow, handler.
 *
 * The first row whose path fits and which has the method wins.  Paths are
 * matched as they came, and what {} stands for is decoded once, afterwards, so
 * that an encoded slash stays inside its segment.
 */
#include "serve/serve_int.h"

#include <string.h>

#include "serve/api.h"
#include "serve/feedout.h"
#include "serve/fever.h"
#include "serve/greader.h"
#include "serve/images.h"
#include "serve/miniflux.h"
#include "serve/page.h"
#include "serve/serve_run.h"
#include "serve/static.h"
#include "serve/subs.h"

#define GR "/reader/api/0/"
#define W ROUTE_WRITES
#define RAW ROUTE_RAW_BODY
#define BIG ROUTE_LARGE
#define OPEN ROUTE_OPEN
#define LOOP (ROUTE_LOOP | ROUTE_OPEN)
#define GP (M_GET | M_POST)
#define READ SCOPE_READ
#define WRITE SCOPE_WRITE
#define ADMIN SCOPE_ADMIN
#define NONE SCOPE_NONE

/* clang-format off */
static const struct route table[] = {
	/* the program itself */
	{M_GET, "/healthz", FAM_TEXT, NONE, LOOP, static_healthz},
	{M_GET, "/metrics", FAM_TEXT, READ, 0, metrics_get},
	{GP, "/websub/{*}", FAM_TEXT, NONE, LOOP | RAW | BIG, static_websub},
	{M_GET, "/static/{}", FAM_TEXT, NONE, LOOP, static_asset},
	{M_GET, "/favicon.ico", FAM_TEXT, NONE, LOOP, static_icon},
	{M_GET, "/robots.txt", FAM_TEXT, NONE, LOOP, static_robots},

	/* Google Reader */
	{M_GET, "/api/greader.php", FAM_TEXT, NONE, LOOP, g_base},
	{M_GET, "/reader/api/0", FAM_TEXT, NONE, LOOP, g_base},
	{GP, "/accounts/ClientLogin", FAM_TEXT, NONE, OPEN, g_login},
	{M_GET, GR "token", FAM_TEXT, READ, 0, g_token},
	{M_GET, GR "user-info", FAM_TEXT, READ, 0, g_user_info},
	{M_GET, GR "subscription/list", FAM_TEXT, READ, 0, g_subscription_list},
	{M_GET, GR "tag/list", FAM_TEXT, READ, 0, g_tag_list},
	{M_GET, GR "unread-count", FAM_TEXT, READ, 0, g_unread_count},
	{GP, GR "stream/items/ids", FAM_TEXT, READ, 0, g_stream_ids},
	{GP, GR "stream/items/contents", FAM_TEXT, READ, 0, g_items_contents},
	{GP, GR "stream/contents", FAM_TEXT, READ, 0, g_stream_contents},
	{GP, GR "stream/contents/{*}", FAM_TEXT, READ, 0, g_stream_contents},
	{M_GET, "/reader/atom/{*}", FAM_TEXT, READ, 0, g_stream_atom},
	{M_POST, GR "edit-tag", FAM_TEXT, WRITE, W, g_edit_tag},
	{M_POST, GR "mark-all-as-read", FAM_TEXT, WRITE, W, g_mark_all},
	{M_POST, GR "rename-tag", FAM_TEXT, WRITE, W, g_rename_tag},
	{M_POST, GR "disable-tag", FAM_TEXT, WRITE, W, g_disable_tag},
	{M_POST, GR "subscription/edit", FAM_TEXT, WRITE, W, g_subscription_edit},
	{M_POST, GR "subscription/quickadd", FAM_TEXT, WRITE, W, g_quickadd},
	{M_POST, GR "subscription/import", FAM_TEXT, WRITE, W | RAW | BIG, g_import},
	{M_GET, GR "subscription/export", FAM_TEXT, READ, 0, subs_export},

	/* Fever; requests with mark= go to the second row */
	{GP, "/fever", FAM_FEVER, NONE, OPEN, fever_read},
	{0, "/fever", FAM_FEVER, NONE, OPEN | W, fever_write},

	/* Miniflux */
	{M_GET, "/v1/me", FAM_MINIFLUX, READ, 0, mf_me},
	{M_GET, "/v1/version", FAM_MINIFLUX, READ, 0, mf_version},
	{M_GET, "/v1/categories", FAM_MINIFLUX, READ, 0, mf_categories},
	{M_POST, "/v1/categories", FAM_MINIFLUX, WRITE, W | RAW, mf_category_add},
	{M_PUT, "/v1/categories/{}", FAM_MINIFLUX, WRITE, W | RAW, mf_category_edit},
	{M_DELETE, "/v1/categories/{}", FAM_MINIFLUX, WRITE, W, mf_category_delete},
	{M_PUT, "/v1/categories/{}/refresh", FAM_MINIFLUX, WRITE, 0, mf_feeds_refresh},
	{M_PUT, "/v1/categories/{}/mark-all-as-read", FAM_MINIFLUX, WRITE, W, mf_category_read},
	{M_GET, "/v1/categories/{}/entries", FAM_MINIFLUX, READ, 0, mf_category_entries},
	{M_GET, "/v1/categories/{}/entries/{}", FAM_MINIFLUX, READ, 0, mf_entry},
	{M_GET, "/v1/feeds", FAM_MINIFLUX, READ, 0, mf_feeds},
	{M_POST, "/v1/feeds", FAM_MINIFLUX, WRITE, W | RAW, mf_feed_add},
	{M_POST, "/v1/discover", FAM_MINIFLUX, WRITE, RAW, mf_discover},
	{M_GET, "/v1/feeds/counters", FAM_MINIFLUX, READ, 0, mf_counters},
	{M_PUT, "/v1/feeds/refresh", FAM_MINIFLUX, WRITE, 0, mf_feeds_refresh},
	{M_GET, "/v1/feeds/{}", FAM_MINIFLUX, READ, 0, mf_feed},
	{M_PUT, "/v1/feeds/{}", FAM_MINIFLUX, WRITE, W | RAW, mf_feed_edit},
	{M_DELETE, "/v1/feeds/{}", FAM_MINIFLUX, WRITE, W, mf_feed_delete},
	{M_GET, "/v1/feeds/{}/icon", FAM_MINIFLUX, READ, 0, mf_icon},
	{M_GET, "/v1/icons/{}", FAM_MINIFLUX, READ, 0, mf_icon},
	{M_PUT, "/v1/feeds/{}/refresh", FAM_MINIFLUX, WRITE, 0, mf_feed_refresh},
	{M_PUT, "/v1/feeds/{}/mark-all-as-read", FAM_MINIFLUX, WRITE, W, mf_feed_read},
	{M_GET, "/v1/feeds/{}/entries", FAM_MINIFLUX, READ, 0, mf_feed_entries},
	{M_GET, "/v1/feeds/{}/entries/{}", FAM_MINIFLUX, READ, 0, mf_entry},
	{M_GET, "/v1/entries", FAM_MINIFLUX, READ, 0, mf_entries},
	{M_PUT, "/v1/entries", FAM_MINIFLUX, WRITE, W | RAW, mf_entries_mark},
	{M_GET, "/v1/entries/{}", FAM_MINIFLUX, READ, 0, mf_entry},
	{M_PUT, "/v1/entries/{}/bookmark", FAM_MINIFLUX, WRITE, W, mf_bookmark},
	{M_PUT, "/v1/users/{}/mark-all-as-read", FAM_MINIFLUX, WRITE, W, mf_all_read},
	{M_GET, "/v1/export", FAM_MINIFLUX, READ, 0, subs_export},
	{M_POST, "/v1/import", FAM_MINIFLUX, WRITE, W | RAW | BIG, mf_import},

	/* our own; openapi.json describes it */
	{M_GET, "/api/v1/openapi.json", FAM_API, NONE, LOOP, api_openapi},
	{M_GET, "/api/v1/feeds", FAM_API, READ, 0, api_feeds},
	{M_POST, "/api/v1/feeds", FAM_API, WRITE, W | RAW, api_feed_add},
	{M_GET, "/api/v1/feeds/{}", FAM_API, READ, 0, api_feed},
	{M_PATCH, "/api/v1/feeds/{}", FAM_API, WRITE, W | RAW, api_feed_edit},
	{M_DELETE, "/api/v1/feeds/{}", FAM_API, WRITE, W, api_feed_delete},
	{M_POST, "/api/v1/feeds/{}/sync", FAM_API, WRITE, 0, api_feed_sync},
	{M_GET, "/api/v1/feeds/{}/polls", FAM_API, READ, 0, api_feed_polls},
	{M_GET, "/api/v1/categories", FAM_API, READ, 0, api_categories},
	{M_POST, "/api/v1/categories", FAM_API, WRITE, W | RAW, api_category_add},
	{M_PATCH, "/api/v1/categories/{}", FAM_API, WRITE, W | RAW, api_category_edit},
	{M_DELETE, "/api/v1/categories/{}", FAM_API, WRITE, W, api_category_delete},
	{M_GET, "/api/v1/articles", FAM_API, READ, 0, api_articles},
	{M_GET, "/api/v1/articles/{}", FAM_API, READ, 0, api_article},
	{M_DELETE, "/api/v1/articles/{}", FAM_API, WRITE, W, api_article_delete},
	{M_GET, "/api/v1/articles/{}/related", FAM_API, READ, 0, api_related},
	{M_DELETE, "/api/v1/articles/{}/related/{}", FAM_API, WRITE, W, api_related_delete},
	{M_PUT, "/api/v1/articles/{}/related/{}", FAM_API, WRITE, W, api_related_put},
	{M_GET, "/api/v1/articles/{}/why/{}", FAM_API, READ, 0, api_why},
	{M_GET, "/api/v1/articles/{}/revisions", FAM_API, READ, 0, api_revisions},
	{M_GET, "/api/v1/search", FAM_API, READ, 0, api_search},
	{M_GET, "/api/v1/threads", FAM_API, READ, 0, api_threads},
	{M_GET, "/api/v1/threads/{}", FAM_API, READ, 0, api_thread},
	{M_POST, "/api/v1/marks", FAM_API, WRITE, W | RAW, api_marks},
	{M_GET, "/api/v1/sync", FAM_API, READ, 0, api_sync_state},
	{M_POST, "/api/v1/sync", FAM_API, WRITE, RAW, api_sync},
	{M_GET, "/api/v1/health", FAM_API, READ, 0, api_health},
	{M_GET, "/api/v1/opml", FAM_API, READ, 0, api_opml_get},
	{M_POST, "/api/v1/opml", FAM_API, WRITE, W | RAW | BIG, api_opml_post},
	{M_GET, "/api/v1/tokens", FAM_API, ADMIN, 0, api_tokens},
	{M_POST, "/api/v1/tokens", FAM_API, ADMIN, W | RAW, api_token_add},
	{M_DELETE, "/api/v1/tokens/{}", FAM_API, ADMIN, W, api_token_delete},

	/* the page; its forms, before the output feeds below the same path */
	{M_GET, "/", FAM_PAGE, READ, 0, page_front},
	{M_GET, "/articles", FAM_PAGE, READ, 0, page_list},
	{M_GET, "/thread/{}", FAM_PAGE, READ, 0, page_thread},
	{M_GET, "/article/{}", FAM_PAGE, READ, 0, page_article},
	{M_GET, "/article/{}/why/{}", FAM_PAGE, READ, 0, page_why},
	{M_POST, "/article/{}/mark", FAM_PAGE, WRITE, W, page_mark},
	{M_POST, "/article/{}/wrong", FAM_PAGE, WRITE, W, page_wrong},
	{M_POST, "/article/{}/right", FAM_PAGE, WRITE, W, page_right},
	{M_POST, "/mark", FAM_PAGE, WRITE, W, page_mark_list},
	{M_POST, "/mark/undo", FAM_PAGE, WRITE, W, page_mark_undo},
	{M_GET, "/image/{}", FAM_TEXT, READ, 0, image_get},
	{M_GET, "/search", FAM_PAGE, READ, 0, page_search},
	{M_GET, "/feeds", FAM_PAGE, READ, 0, page_feeds},
	{M_POST, "/feeds/add", FAM_PAGE, WRITE, W, page_feed_add},
	{M_POST, "/feeds/import", FAM_PAGE, WRITE, W | BIG, page_import},
	{M_GET, "/feed/{}", FAM_PAGE, READ, 0, page_feed},
	{M_POST, "/feed/{}/edit", FAM_PAGE, WRITE, W, page_feed_edit},
	{M_POST, "/feed/{}/remove", FAM_PAGE, WRITE, W, page_feed_remove},
	{M_POST, "/feed/{}/refresh", FAM_PAGE, WRITE, 0, page_feed_refresh},
	{M_POST, "/sync", FAM_PAGE, WRITE, 0, page_sync},
	{M_GET, "/opml", FAM_PAGE, READ, 0, page_export},
	{M_GET, "/login", FAM_PAGE, NONE, LOOP, page_login},
	{M_POST, "/login", FAM_PAGE, NONE, OPEN | W, page_login_post},
	{M_POST, "/logout", FAM_PAGE, READ, W, page_logout},

	/* output feeds */
	{M_GET, "/feeds/{*}", FAM_FEED, READ, 0, feedout_get},
	{0, NULL, FAM_TEXT, NONE, 0, NULL},
};
/* clang-format on */

const struct route *
route_table(void)
{
	return table;
}

/* Does the path fit?  Fills q->args where `a` is given. */
static bool
fits(struct arena *a, const char *pattern, const char *path, struct req *q)
{
	size_t n_args = 0, len;

	while (*pattern != '\0') {
		if (str_starts(pattern, "{*}")) {
			if (a != NULL)
				q->args[n_args] =
				    req_decode(a, path, strlen(path), false);
			return *path != '\0';
		}
		if (!str_starts(pattern, "{}")) {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		len = strcspn(path, "/");
		if (len == 0)
			return false;
		if (a != NULL && n_args < REQ_ARGS)
			q->args[n_args++] = req_decode(a, path, len, false);
		path += len;
		pattern += 2;
	}
	return *path == '\0';
}

const struct route *
route_find(struct arena *a, struct req *q, unsigned *ret_methods)
{
	*ret_methods = 0;
	for (const struct route *r = table; r->pattern != NULL; r++) {
		if (!fits(NULL, r->pattern, q->path, q))
			continue;
		if (r->methods & q->method) {
			(void)fits(a, r->pattern, q->path, q);
			return r;
		}
		*ret_methods |= r->methods;
	}
	return NULL;
}

const struct route *
route_of_mark(const struct route *r)
{
	return r->handler == fever_read ? r + 1 : r;
}

/* A base URL that ended in a slash doubles the first one. */
static const char *
single_slash(const char *path)
{
	while (path[0] == '/' && path[1] == '/')
		path++;
	return path;
}

const char *
route_normal_path(const char *path)
{
	path = single_slash(path);
	if (str_starts(path, "/api/greader.php/"))
		return single_slash(path + strlen("/api/greader.php"));
	if (str_starts(path, "/api/fever.php"))
		path += strlen("/api/fever.php");
	else if (str_starts(path, "/fever"))
		path += strlen("/fever");
	else
		return path;
	/* Clients put a slash, "fever/" or the like behind what was typed. */
	return *path == '\0' || *path == '/' ? "/fever" : path;
}

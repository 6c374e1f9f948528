/* SPDX-License-Identifier: ISC */
/*
 * miniflux_find.c - Miniflux' API: which feeds a page names, and feeds' icons.
 *
 * An icon is what the feed itself names; it is fetched when a client asks, with
 * the guards of any image, and not kept: clients keep it.
 */
#include "serve/miniflux.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/url.h"
#include "serve/icons.h"
#include "serve/images.h"
#include "serve/json_list.h"
#include "serve/subs.h"

/* --- discover -------------------------------------------------------- */

/* As its clients know them, of a media type or a format's name. */
static const char *
kind_of(const char *type)
{
	if (type == NULL)
		return "rss";
	if (strstr(type, "atom") != NULL)
		return "atom";
	if (strstr(type, "json") != NULL)
		return "json";
	return strstr(type, "rdf") != NULL ? "rdf" : "rss";
}

static void
put_found(struct job *j, const struct serve_added *got)
{
	struct json_list list;

	json_list_begin(&list, j, "[");
	for (size_t i = 0; i < got->n_found; i++) {
		const struct serve_found *f = &got->found[i];

		json_list_put(
		    &list, json_pack("{s:s, s:s, s:s}", "url", f->url, "title",
			       f->title != NULL ? f->title : f->url, "type",
			       kind_of(f->type)));
	}
	json_list_end(&list, "]");
}

void
mf_discover(struct job *j)
{
	struct serve_added got;
	json_t *body = body_json(j);
	const char *url;

	if (body == NULL)
		return;
	url = json_string_value(json_object_get(body, "url"));
	if (url == NULL)
		reply_error(j, 400, "url is needed");
	else if (!subs_find(j, url, &got))
		; /* runs again */
	else if (got.n_found > 0)
		put_found(j, &got);
	else
		reply_error(j, 404, "%s",
		    got.error != NULL ? got.error : "no feed was found there");
	json_decref(body);
}

/* --- icons ----------------------------------------------------------- */

static void
no_icon(struct job *j)
{
	reply_error(j, 404, "this feed has no icon");
}

static void
put_icon(
    struct job *j, int64_t id, const char *type, const void *data, size_t len)
{
	struct buf *out = reply_begin(j, 200, TYPE_JSON);

	buf_addf(out, "{\"id\":%lld,\"mime_type\":\"%s\",\"data\":\"",
	    (long long)id, type);
	icons_put(out, type, data, len);
	buf_adds(out, "\"}");
}

static void
icon_fetched(struct job *j, const struct serve_image *image)
{
	const char *type =
	    image->status == AK_OK ? images_type(image->type) : NULL;
	int64_t id = 0;

	if (!mf_id(j, &id))
		return;
	icons_keep(j->serve, id, j->image_url, image);
	if (type == NULL || image->len == 0 || image->len > LIMIT_ICON_BYTES)
		no_icon(j);
	else
		put_icon(j, id, type, image->data, image->len);
}

static void
find_icon(const struct store_icon *i, void *arg)
{
	struct job *j = arg;

	if (i->data != NULL) {
		icons_want(j, i);
		put_icon(j, i->feed_id, i->type, i->data, i->len);
	} else if (icons_is_due(j, i))
		images_ask(j, job_strdup(j, i->url), icon_fetched);
}

/* An icon has the number of its feed. */
void
mf_icon(struct job *j)
{
	int64_t id;

	if (!mf_id(j, &id))
		return;
	(void)!store_icons(j->reader, id, true, find_icon, j);
	if (j->image_url == NULL && j->reply.status == 0)
		no_icon(j);
}

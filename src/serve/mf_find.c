/* SPDX-License-Identifier: ISC */
/*
 * mf_find.c - Miniflux' API: which feeds a page names, and feeds' icons.
 *
 * An icon is what the feed itself names; it is fetched when a client asks, with
 * the guards of any image, and not kept: clients keep it.
 */
#include "serve/miniflux.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/url.h"
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
icon_fetched(struct job *j, const struct serve_image *image)
{
	const char *type =
	    image->status == AK_OK ? images_type(image->type) : NULL;
	struct buf *out;
	unsigned char *data;
	int64_t id = 0;

	if (type == NULL || image->len == 0 || image->len > LIMIT_ICON_BYTES ||
	    !mf_id(j, &id)) {
		no_icon(j);
		return;
	}
	data = xmalloc(4 * ((image->len + 2) / 3) + 1);
	(void)EVP_EncodeBlock(data, image->data, (int)image->len);
	out = reply_begin(j, 200, TYPE_JSON);
	buf_addf(out, "{\"id\":%lld,\"mime_type\":\"%s\",\"data\":\"%s;base64,",
	    (long long)id, type, type);
	buf_adds(out, (const char *)data);
	buf_adds(out, "\"}");
	free(data);
}

static void
keep_icon(const struct store_feed *f, void *arg)
{
	struct job *j = arg;

	if (f->icon != NULL && url_is_http(f->icon))
		images_ask(j, job_strdup(j, f->icon), icon_fetched);
}

/* An icon has the number of its feed. */
void
mf_icon(struct job *j)
{
	struct store_feed_query q = {0};

	if (!mf_id(j, &q.id))
		return;
	if (j->ops->image != NULL && j->images != IMAGES_OFF)
		(void)!store_feeds(j->reader, &q, keep_icon, j);
	if (j->image_url == NULL)
		no_icon(j);
}

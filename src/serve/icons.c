/* SPDX-License-Identifier: ISC */
#include "serve/icons.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/url.h"
#include "serve/images.h"
#include "serve/serve_run.h"

#define AGAIN_S (30 * 86400)

/* One that is being fetched, for nobody in particular. */
struct icon {
	struct serve *serve;
	int64_t feed_id;
	char *url;
	LIST_ENTRY(icon) link;
};

void
icons_put(struct buf *out, const char *type, const void *data, size_t len)
{
	unsigned char *text = xmalloc(4 * ((len + 2) / 3) + 1);

	(void)EVP_EncodeBlock(text, data, (int)len);
	buf_adds(out, type);
	buf_adds(out, ";base64,");
	buf_adds(out, (const char *)text);
	free(text);
}

static const char *
copy(struct job *j, const char *s)
{
	return s != NULL ? job_strdup(j, s) : NULL;
}

bool
icons_is_due(const struct job *j, const struct store_icon *icon)
{
	return j->ops->image != NULL && j->images != IMAGES_OFF &&
	       url_is_http(icon->url) &&
	       clock_now() - icon->asked_at >= AGAIN_S;
}

void
icons_want(struct job *j, const struct store_icon *icon)
{
	struct serve_image_req *req;

	if (j->n_icons == AK_COUNT(j->icons) || !icons_is_due(j, icon))
		return;
	j->icons[j->n_icons].feed_id = icon->feed_id;
	req = &j->icons[j->n_icons++].req;
	*req = (struct serve_image_req){
	    .url = job_strdup(j, icon->url), .max_bytes = LIMIT_ICON_BYTES};
	req->etag = copy(j, icon->etag);
	req->last_modified = copy(j, icon->last_modified);
}

static void
keep(struct job *j)
{
	/* Best effort: it is asked for again. */
	(void)!store_icon_put(j->store, &j->icon);
	reply_empty(j, 204);
}

void
icons_keep(struct serve *s, int64_t feed_id, const char *url,
    const struct serve_image *image)
{
	static const struct route route = {
	    M_POST, "", FAM_TEXT, SCOPE_NONE, ROUTE_WRITES | ROUTE_OPEN, keep};
	const char *type =
	    image->status == AK_OK ? images_type(image->type) : NULL;
	struct job *j = errand_new(s, &route);

	j->icon = (struct store_icon){.feed_id = feed_id,
	    .url = job_strdup(j, url),
	    .asked_at = clock_now()};
	if (type != NULL && image->len > 0 && image->len <= LIMIT_ICON_BYTES) {
		void *data = arena_alloc_raw(j->arena, image->len);

		if (data != NULL) {
			memcpy(data, image->data, image->len);
			j->icon.type = type;
			j->icon.data = data;
			j->icon.len = image->len;
		}
	}
	if (j->icon.type != NULL || image->status == AK_EXISTS) {
		j->icon.etag = copy(j, image->etag);
		j->icon.last_modified = copy(j, image->last_modified);
	}
	(void)errand_send(s, j);
}

static void
icon_free(struct icon *i)
{
	LIST_REMOVE(i, link);
	i->serve->n_icons--;
	free(i->url);
	free(i);
}

static void
fetched(const struct serve_image *image, void *arg)
{
	struct icon *i = arg;

	icons_keep(i->serve, i->feed_id, i->url, image);
	icon_free(i);
}

static bool
is_under_way(const struct serve *s, int64_t feed_id)
{
	const struct icon *i;

	LIST_FOREACH(i, &s->icons, link)
	{
		if (i->feed_id == feed_id)
			return true;
	}
	return false;
}

void
icons_fetch(struct serve *s, struct job *j)
{
	for (size_t n = 0; n < j->n_icons && !s->is_stopping; n++) {
		struct icon *i;

		if (s->n_icons >= LIMIT_IMAGE_FETCHES ||
		    is_under_way(s, j->icons[n].feed_id))
			continue;
		i = xcalloc(1, sizeof(*i));
		i->serve = s;
		i->feed_id = j->icons[n].feed_id;
		i->url = xstrdup(j->icons[n].req.url);
		LIST_INSERT_HEAD(&s->icons, i, link);
		s->n_icons++;
		s->ops.image(s->ops.arg, &j->icons[n].req, fetched, i);
	}
}

void
icons_free(struct serve *s)
{
	while (!LIST_EMPTY(&s->icons))
		icon_free(LIST_FIRST(&s->icons));
}

/* SPDX-License-Identifier: ISC */
#include "serve/static.h"

#include <string.h>

#include "serve/assets.h"

void
static_healthz(struct job *j)
{
	reply_text(j, 200, "ok\n");
}

void
static_robots(struct job *j)
{
	reply_text(j, 200, "User-agent: *\nDisallow: /\n");
}

/* GET proves an intent, POST brings content: the daemon knows about both. */
void
static_websub(struct job *j)
{
	const struct req *q = &j->req;
	struct serve_push push = {
	    .method = q->method == M_POST ? "POST" : "GET",
	    .path = q->args[0],
	    .query = q->query,
	    .content_type = q->content_type,
	    .signature = q->signature,
	    .link = q->link,
	    .body = q->body,
	    .body_len = q->body_len,
	};

	if (j->ops->websub == NULL) {
		reply_text(j, 404, "not here");
		return;
	}
	(void)reply_begin(j, 200, TYPE_TEXT);
	j->reply.status = j->ops->websub(j->ops->arg, &push, &j->reply.body);
	j->reply.is_sandboxed = true;
}

static void
put_asset(struct job *j, const char *type, const char *data, size_t len)
{
	buf_add(reply_begin(j, 200, type), data, len);
	/* The page asks for it with a hash of its content. */
	j->reply.cache = "public, max-age=31536000, immutable";
	j->reply.has_etag = true;
}

void
static_icon(struct job *j)
{
	put_asset(j, "image/svg+xml", asset_icon_svg, asset_icon_svg_len);
	j->reply.is_sandboxed = true;
}

void
static_asset(struct job *j)
{
	const char *name = j->req.args[0];

	if (strcmp(name, "style.css") == 0)
		put_asset(j, "text/css; charset=UTF-8", asset_style_css,
		    asset_style_css_len);
	else if (strcmp(name, "keys.js") == 0)
		put_asset(j, "text/javascript; charset=UTF-8", asset_keys_js,
		    asset_keys_js_len);
	else if (strcmp(name, "icon.svg") == 0)
		static_icon(j);
	else
		reply_text(j, 404, "no such file");
}

/* SPDX-License-Identifier: ISC */
/*
 * images.c - the addresses of images on the page, and the image proxy.
 *
 * The signature is HMAC-SHA256 of the address under a key of the store.  It
 * says that akind itself wrote the address into a page; who has a login still
 * cannot have any other address fetched.  What comes back is served under a
 * type of ours and never as a document: no SVG, no HTML, sandboxed.
 */
#include "serve/images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/url.h"
#include "serve/page.h"

#define KEY_NAME "image-key"
#define ASCII_SPACE " \t\n\f\r"

/* --- signatures ------------------------------------------------------ */

enum ak_status
images_key(
    struct store *s, struct store_reader *r, char ret_key[TOKEN_SECRET_SIZE])
{
	char *key = NULL, made[TOKEN_SECRET_SIZE];
	size_t len = 0;
	enum ak_status st;

	st = store_blob_get(r, KEY_NAME, (void **)&key, &len);
	if (st == AK_OK && len == TOKEN_SECRET_SIZE - 1) {
		memcpy(ret_key, key, len);
		ret_key[len] = '\0';
		free(key);
		return AK_OK;
	}
	free(key);
	if (st != AK_OK && st != AK_NOTFOUND)
		return st;
	token_make(made);
	st = store_blob_put(s, KEY_NAME, made, TOKEN_SECRET_SIZE - 1);
	if (st == AK_OK)
		memcpy(ret_key, made, sizeof(made));
	return st;
}

static void
sign(const struct job *j, const char *url, char out[2 * TOKEN_DIGEST_SIZE + 1])
{
	unsigned char mac[TOKEN_DIGEST_SIZE];

	token_mac(j->image_key, url, mac);
	for (size_t i = 0; i < sizeof(mac); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", mac[i]);
}

static bool
is_signed(const struct job *j, const char *url, const char *signature)
{
	char want[2 * TOKEN_DIGEST_SIZE + 1];
	unsigned char a[TOKEN_DIGEST_SIZE], b[TOKEN_DIGEST_SIZE];

	/* Digests of both compare in constant time, whatever was sent. */
	sign(j, url, want);
	token_digest(want, a);
	token_digest(signature, b);
	return token_digest_eq(a, b);
}

/* --- addresses on the page ------------------------------------------- */

const char *
images_src(struct job *j, const char *url)
{
	char signature[2 * TOKEN_DIGEST_SIZE + 1];
	bool is_data = url != NULL && str_starts(url, "data:");
	struct buf out;
	const char *src;

	if (url == NULL || j->images == IMAGES_OFF ||
	    (!is_data && !url_is_http(url)))
		return NULL;
	if (is_data || j->images == IMAGES_DIRECT)
		return url;
	sign(j, url, signature);
	buf_init(&out, LIMIT_HTTP_HEADER_BYTES);
	buf_addf(&out, "%s/image/%s?url=", j->req.root, signature);
	put_url_part(&out, url);
	src = buf_status(&out) == AK_OK ? job_strdup(j, buf_str(&out)) : NULL;
	buf_release(&out);
	return src;
}

/* The value of an attribute without its character references. */
static char *
unescaped(struct job *j, const char *s, size_t len)
{
	static const struct {
		const char *name, c;
	} refs[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'},
	    {"&quot;", '"'}, {"&#39;", '\''}};
	char *out = arena_alloc(j->arena, len + 1);
	size_t n = 0;

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < len;) {
		size_t step = 1;

		out[n] = s[i];
		for (size_t k = 0; s[i] == '&' && k < AK_COUNT(refs); k++) {
			if (str_starts(s + i, refs[k].name)) {
				out[n] = refs[k].c;
				step = strlen(refs[k].name);
				break;
			}
		}
		i += step;
		n++;
	}
	out[n] = '\0';
	return out;
}

/* " srcset=" with each of its candidates made over; `set` is written to. */
static void
put_srcset(struct job *j, char *set)
{
	bool any = false;

	for (char *p = set + strspn(set, ASCII_SPACE ","); *p != '\0';) {
		size_t len = strcspn(p, ASCII_SPACE), size;
		char *url = p, *rest = p + len;
		bool has_comma = url[len - 1] == ',';
		const char *src;

		size = has_comma ? 0 : strcspn(rest, ",");
		p = rest + size;
		p += strspn(p, ASCII_SPACE ",");
		while (len > 0 && url[len - 1] == ',')
			len--;
		src = images_src(j, arena_strndup(j->arena, url, len));
		if (src == NULL)
			continue;
		h(j, any ? ", %s" : " srcset=\"%s", src);
		h(j, "%s", arena_strndup(j->arena, rest, size));
		any = true;
	}
	if (any)
		h(j, "\"");
}

static bool
is_named(const char *name, size_t len, const char *want)
{
	return len == strlen(want) && strncmp(name, want, len) == 0;
}

/* One attribute of an image: as it is, made over, or left out. */
static void
put_attr(struct job *j, const char *name, size_t name_len, const char *value,
    size_t len, bool has_image_src)
{
	const char *src;
	char *plain;

	if (is_named(name, name_len, "srcset")) {
		if ((plain = unescaped(j, value, len)) != NULL)
			put_srcset(j, plain);
		return;
	}
	if (is_named(name, name_len, "poster") ||
	    (has_image_src && is_named(name, name_len, "src"))) {
		src = images_src(j, unescaped(j, value, len));
		if (src != NULL) {
			buf_addc(&j->reply.body, ' ');
			buf_add(&j->reply.body, name, name_len);
			h(j, "=\"%s\"", src);
		}
		return;
	}
	buf_addc(&j->reply.body, ' ');
	buf_add(&j->reply.body, name, name_len);
	buf_adds(&j->reply.body, "=\"");
	buf_add(&j->reply.body, value, len);
	buf_addc(&j->reply.body, '"');
}

/* The start tag at `p`, whose name is `len` long; returns what follows. */
static const char *
put_tag(struct job *j, const char *p, size_t len)
{
	struct buf *out = &j->reply.body;
	bool is_image = is_named(p + 1, len, "img");

	buf_add(out, p, len + 1);
	p += len + 1;
	while (*p == ' ') {
		const char *name = ++p, *value;
		size_t name_len = strcspn(p, " =>");

		p += name_len;
		if (!str_starts(p, "=\"")) { /* without a value */
			buf_addc(out, ' ');
			buf_add(out, name, name_len);
			continue;
		}
		value = p + 2;
		p = value + strcspn(value, "\"");
		put_attr(
		    j, name, name_len, value, (size_t)(p - value), is_image);
		if (*p == '"')
			p++;
	}
	return p; /* at '>', which goes with the text behind it */
}

/*
 * The cleaner writes attributes in double quotes after one space each, and
 * '<' in text as a reference, so a '<' is a tag.
 */
void
images_put_html(struct job *j, const char *html)
{
	static const char *const tags[] = {"img", "source", "video"};
	struct buf *out = &j->reply.body;

	if (j->images == IMAGES_DIRECT) {
		buf_adds(out, html);
		return;
	}
	while (*html != '\0') {
		size_t n = strcspn(html, "<"), len;
		bool found = false;

		buf_add(out, html, n);
		html += n;
		if (*html == '\0')
			return;
		len = strcspn(html + 1, " >");
		for (size_t i = 0; i < AK_COUNT(tags); i++)
			found |= is_named(html + 1, len, tags[i]);
		if (found) {
			html = put_tag(j, html, len);
		} else {
			buf_add(out, html, len + 1);
			html += len + 1;
		}
	}
}

/* --- the proxy ------------------------------------------------------- */

void
image_get(struct job *j)
{
	const char *url = req_param(&j->req, "url");

	if (j->images != IMAGES_PROXY || j->ops->image == NULL)
		reply_error(j, 404, "images do not come from here");
	else if (url == NULL || !is_signed(j, url, j->req.args[0]))
		reply_error(j, 403, "no article shows this image");
	else
		images_ask(j, url, images_fetched);
}

void
images_ask(struct job *j, const char *url,
    void (*answer)(struct job *, const struct serve_image *))
{
	j->image_url = url;
	j->on_image = answer;
}

const char *
images_type(const char *type)
{
	static const struct {
		const char *theirs, *ours;
	} types[] = {{"image/png", "image/png"}, {"image/jpeg", "image/jpeg"},
	    {"image/jpg", "image/jpeg"}, {"image/gif", "image/gif"},
	    {"image/webp", "image/webp"}, {"image/avif", "image/avif"}};
	size_t len = type != NULL ? strcspn(type, "; \t") : 0;

	for (size_t i = 0; i < AK_COUNT(types); i++) {
		if (len == strlen(types[i].theirs) &&
		    ascii_ieq_n(type, types[i].theirs, len))
			return types[i].ours;
	}
	return NULL;
}

/* Why there is none is not told: that would scan networks for whoever asks. */
void
images_fetched(struct job *j, const struct serve_image *image)
{
	const char *type =
	    image->status == AK_OK ? images_type(image->type) : NULL;

	if (type == NULL || image->len == 0) {
		reply_error(j, 502, "there is no image to show");
		return;
	}
	buf_add(reply_begin(j, 200, type), image->data, image->len);
	j->reply.is_sandboxed = true;
	j->reply.has_etag = true;
	j->reply.cache = "private, max-age=86400";
}

/* SPDX-License-Identifier: ISC */
/*
 * images.h - private to serve: how the page shows what lies elsewhere.
 *
 * `direct`: the browser asks for it.  `proxy`: the browser asks akind, which
 * asks with the fetcher's guards; akind fetches only addresses that it has
 * signed itself, while it rendered a stored article, so it serves nobody as an
 * open proxy.  `off`: nothing is shown.
 */
#ifndef SERVE_IMAGES_H
#define SERVE_IMAGES_H

#include "base/token.h"
#include "serve/serve_int.h"

/* The key that signs: the store's, made when first asked for. */
enum ak_status images_key(struct store *s, struct store_reader *r,
    char ret_key[TOKEN_SECRET_SIZE]) AK_USE;

/* What to put in src for the image at `url`, in the arena and not yet escaped;
 * NULL: show none. */
const char *images_src(struct job *j, const char *url);

/* Append the cleaner's canonical HTML with src, srcset and poster as
 * images_src() says. */
void images_put_html(struct job *j, const char *html);

/* Have the loop fetch it (in the arena), then call `answer` there. */
void images_ask(struct job *j, const char *url,
    void (*answer)(struct job *, const struct serve_image *));
/* Our own words for a Content-Type that we pass on, or NULL. */
const char *images_type(const char *type);

/* GET /image/SIGNATURE?url=URL: asks the loop to fetch it, */
void image_get(struct job *j);
/* and the answer to that, on the loop. */
void images_fetched(struct job *j, const struct serve_image *image);

#endif

/* SPDX-License-Identifier: ISC */
/* feedout.h - private to serve: output feeds in three formats. */
#ifndef SERVE_FEEDOUT_H
#define SERVE_FEEDOUT_H

#include "serve/serve_int.h"

struct out_link { /* a related article */
	const char *url, *title;
	const char *kind;
	double score;
	struct out_link *next;
};

struct out_item {
	int64_t id;
	const char *key; /* an IRI that stays */
	const char *url, *external_url, *title, *author, *html, *summary;
	const char *language, *image, *feed_title, *feed_url;
	const char *tags, *attachments; /* JSON arrays, or NULL */
	int64_t published, modified;
	struct out_link *related, **related_end;
	struct out_item *next;
};

struct out_feed {
	const char *title;
	const char *self; /* its URL, without secrets */
	const char *home;
	int64_t updated; /* of the newest item */
	struct out_item *items;
};

void feedout_get(struct job *j); /* /feeds/{*} */

/* One a format. */
void out_atom(struct buf *out, const struct out_feed *f);
void out_rss(struct buf *out, const struct out_feed *f);
void out_json(struct buf *out, const struct out_feed *f);

#endif

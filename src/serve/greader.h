/* SPDX-License-Identifier: ISC */
/*
 * greader.h - private to serve: what the Google Reader API's files share.
 */
#ifndef SERVE_GREADER_H
#define SERVE_GREADER_H

#include "serve/serve_int.h"

#define G_STATE "user/-/state/com.google/"
#define G_LABEL "user/-/label/"
#define G_ITEM "tag:google.com,2005:reader/item/"

enum g_kind {
	G_ALL,
	G_FEED,
	G_FOLDER, /* a category of feeds */
	G_TAG,	  /* a label on articles */
	G_READ,
	G_UNREAD, /* kept-unread too */
	G_STARRED,
	G_OTHER /* a state that akin does not keep */
};

struct g_stream {
	enum g_kind kind;
	int64_t feed_id;
	const char *name; /* of a folder or tag */
};

/* false: no such stream.  A label that is neither folder nor tag is a tag. */
bool g_stream_parse(struct job *j, const char *text, struct g_stream *ret);
/* NAME of "user/.../label/NAME", or NULL. */
const char *g_label_name(const char *text);
/* All of the request's i=; in the arena.  false: one cannot be read. */
bool g_items(struct job *j, int64_t **ret, size_t *ret_n);
/* Narrow a query to a stream. */
enum ak_status g_query_stream(
    struct job *j, const struct g_stream *st, struct store_article_query *q);
bool g_has_category(struct job *j, const char *path);
bool g_has_label(struct job *j, const char *name);

/* greader.c */
void g_base(struct job *j);
void g_login(struct job *j);
void g_token(struct job *j);
void g_user_info(struct job *j);

/* greader_lists.c */
void g_subscription_list(struct job *j);
void g_tag_list(struct job *j);
void g_unread_count(struct job *j);

/* greader_stream.c */
void g_stream_ids(struct job *j);
void g_stream_contents(struct job *j);
void g_items_contents(struct job *j);
void g_stream_atom(struct job *j);

/* greader_edit.c */
void g_edit_tag(struct job *j);
void g_mark_all(struct job *j);
void g_rename_tag(struct job *j);
void g_disable_tag(struct job *j);

/* greader_subs.c */
void g_subscription_edit(struct job *j);
void g_quickadd(struct job *j);
void g_import(struct job *j);

#endif

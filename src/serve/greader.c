/* SPDX-License-Identifier: ISC */
/*
 * greader.c - the Google Reader API: names of things, and logging in.
 *
 * The API has no owner any more; what is done here is what its clients in use
 * need.  A token of akin is the password, its name the user; the Auth value is
 * the secret itself, so it lives as long as the token and survives restarts.
 */
#include "serve/greader.h"

#include <stdlib.h>
#include <string.h>

#include "base/url.h"

/* --- names ----------------------------------------------------------- */

/* What follows "user/ID/", or NULL. */
static const char *
below_user(const char *s)
{
	const char *slash;

	if (!str_starts(s, "user/"))
		return NULL;
	slash = strchr(s + 5, '/');
	return slash != NULL ? slash + 1 : NULL;
}

const char *
g_label_name(const char *text)
{
	const char *s = below_user(text);

	return s != NULL && str_starts(s, "label/") && s[6] != '\0' ? s + 6
								    : NULL;
}

struct name_search {
	const char *name;
	bool found;
};

static void
match_category(const struct store_category *c, void *arg)
{
	struct name_search *s = arg;

	s->found |= strcmp(c->path, s->name) == 0;
}

bool
g_has_category(struct job *j, const char *path)
{
	struct name_search s = {path, false};

	return store_categories(j->reader, false, match_category, &s) ==
		   AK_OK &&
	       s.found;
}

static void
match_label(const struct store_label *l, void *arg)
{
	struct name_search *s = arg;

	s->found |= strcmp(l->name, s->name) == 0;
}

bool
g_has_label(struct job *j, const char *name)
{
	struct name_search s = {name, false};

	return store_labels(j->reader, match_label, &s) == AK_OK && s.found;
}

static bool
feed_stream(struct job *j, const char *s, struct g_stream *ret)
{
	ret->kind = G_FEED;
	if (str_to_i64(s, 1, INT64_MAX, &ret->feed_id))
		return true;
	return url_is_http(s) &&
	       store_feed_resolve(j->reader, s, &ret->feed_id, NULL) == AK_OK;
}

bool
g_stream_parse(struct job *j, const char *text, struct g_stream *ret)
{
	static const struct {
		const char *name;
		enum g_kind kind;
	} states[] = {
	    {"reading-list", G_ALL},
	    {"read", G_READ},
	    {"starred", G_STARRED},
	    {"unread", G_UNREAD},
	    {"kept-unread", G_UNREAD},
	    {"fresh", G_UNREAD},
	    {"tracking-kept-unread", G_OTHER},
	    {"broadcast", G_OTHER},
	    {"like", G_OTHER},
	};
	const char *s;

	*ret = (struct g_stream){0};
	if (str_starts(text, "feed/"))
		return feed_stream(j, text + 5, ret);
	if ((ret->name = g_label_name(text)) != NULL) {
		ret->kind = g_has_category(j, ret->name) ? G_FOLDER : G_TAG;
		return true;
	}
	if ((s = below_user(text)) == NULL ||
	    !str_starts(s, "state/com.google/"))
		return false;
	s += strlen("state/com.google/");
	for (size_t i = 0; i < AK_COUNT(states); i++) {
		if (strcmp(s, states[i].name) == 0) {
			ret->kind = states[i].kind;
			return true;
		}
	}
	return false;
}

static bool
hex_id(const char *s, int64_t *ret)
{
	size_t len = strlen(s);
	char *end;

	if (len == 0 || len > 16 || strspn(s, "0123456789abcdefABCDEF") != len)
		return false;
	*ret = (int64_t)strtoull(s, &end, 16);
	return true;
}

/* An item's id in any of its three spellings. */
static bool
parse_item(const char *text, int64_t *ret)
{
	if (str_starts(text, G_ITEM))
		return hex_id(text + strlen(G_ITEM), ret);
	/* Sixteen digits are always hex: no decimal id gets so long. */
	if (strlen(text) == 16 && hex_id(text, ret))
		return true;
	return str_to_i64(text, INT64_MIN, INT64_MAX, ret);
}

bool
g_items(struct job *j, int64_t **ret, size_t *ret_n)
{
	int64_t *ids =
	    arena_alloc(j->arena, (j->req.n_params + 1) * sizeof(*ids));
	const char *text;
	size_t pos = 0, n = 0;

	if (ids == NULL)
		return false;
	while ((text = req_param_next(&j->req, "i", &pos)) != NULL) {
		if (!parse_item(text, &ids[n]))
			return false;
		n++;
	}
	*ret = ids;
	*ret_n = n;
	return true;
}

struct id_list {
	struct job *j;
	int64_t *ids;
	size_t n, cap;
};

static void
collect_id(int64_t article, void *arg)
{
	struct id_list *l = arg;

	if (l->n == l->cap) {
		size_t cap = l->cap != 0 ? 2 * l->cap : 64;
		int64_t *ids = arena_grow(l->j->arena, l->ids,
		    l->cap * sizeof(*ids), cap * sizeof(*ids));

		if (ids == NULL)
			return;
		l->ids = ids;
		l->cap = cap;
	}
	l->ids[l->n++] = article;
}

enum ak_status
g_query_stream(
    struct job *j, const struct g_stream *st, struct store_article_query *q)
{
	static const int64_t none = -1;
	struct id_list list = {.j = j};
	enum ak_status s;

	switch (st->kind) {
	case G_ALL:
		break;
	case G_FEED:
		q->feed_id = st->feed_id;
		break;
	case G_FOLDER:
		q->category = st->name;
		break;
	case G_READ:
		q->read = true;
		break;
	case G_UNREAD:
		q->unread = true;
		break;
	case G_STARRED:
		q->starred = true;
		break;
	case G_TAG:
		s = store_label_articles(
		    j->reader, st->name, collect_id, &list);
		if (s != AK_OK)
			return s;
		q->ids = list.n > 0 ? list.ids : &none;
		q->n_ids = list.n > 0 ? list.n : 1;
		break;
	case G_OTHER:
		q->ids = &none;
		q->n_ids = 1;
		break;
	}
	return AK_OK;
}

/* --- logging in ------------------------------------------------------ */

void
g_base(struct job *j)
{
	reply_text(j, 200, "OK"); /* for a person who tries the address */
}

void
g_login(struct job *j)
{
	const char *name = req_param(&j->req, "Email");
	const char *secret = req_param(&j->req, "Passwd");
	const char *output = req_param(&j->req, "output");
	const char *s = j->who.secret;

	if (name == NULL || secret == NULL ||
	    !auth_check(j->reader, CRED_PASSWORD, name, secret, &j->who)) {
		j->who.cred = CRED_PASSWORD;
		j->logs_in_failed = true;
		reply_text(j, 401, "Error=BadAuthentication\n");
	} else if (str_eq(output, "json")) {
		reply_json(j, 200,
		    json_pack(
			"{s:s, s:s, s:s}", "SID", s, "LSID", s, "Auth", s));
	} else {
		buf_addf(reply_begin(j, 200, TYPE_TEXT),
		    "SID=%s\nLSID=%s\nAuth=%s\n", s, s, s);
	}
}

void
g_token(struct job *j)
{
	/* No line feed: some clients send the body back as it came. */
	reply_text(j, 200, j->who.secret);
}

void
g_user_info(struct job *j)
{
	reply_json(j, 200,
	    json_pack("{s:s, s:s, s:s, s:s}", "userId", "1", "userName",
		j->who.name, "userProfileId", "1", "userEmail", ""));
}

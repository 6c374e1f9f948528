/* SPDX-License-Identifier: ISC */
/* api_misc.c - /api/v1: polling now, health, tokens, its own description. */
#include "serve/api.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "serve/assets.h"
#include "serve/json_list.h"

void
api_sync(struct job *j)
{
	json_t *body, *feeds, *feed;
	size_t i;

	if (j->ops->sync == NULL) {
		reply_error(j, 501, "nothing polls here");
		return;
	}
	if ((body = body_json(j)) == NULL)
		return;
	feeds = json_object_get(body, "feeds");
	json_array_foreach(feeds, i, feed)
	{
		job_sync(j, json_integer_value(feed));
	}
	j->sync_all = json_is_true(json_object_get(body, "all"));
	if (j->sync_all || j->n_sync > 0)
		reply_empty(j, 202);
	else
		reply_error(j, 400, "feeds lists ids, or all is true");
	json_decref(body);
}

void
api_sync_state(struct job *j)
{
	const struct serve_progress *p = &j->progress;

	reply_json(j, 200,
	    json_pack("{s:b, s:I, s:I, s:I, s:I, s:I}", "running",
		p->is_running, "feeds", (json_int_t)p->n_feeds, "done",
		(json_int_t)p->n_done, "failed", (json_int_t)p->n_failed, "new",
		(json_int_t)p->n_new, "to_relate", (json_int_t)p->n_to_relate));
}

void
api_health(struct job *j)
{
	struct store_stats s;
	enum ak_status st = store_stats(j->reader, &s);

	if (st != AK_OK) {
		reply_status(j, st, "reading the store");
		return;
	}
	reply_json(j, 200,
	    json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
		"feeds", (json_int_t)s.n_feeds, "active",
		(json_int_t)s.n_active, "failing", (json_int_t)s.n_failing,
		"articles", (json_int_t)s.n_articles, "unread",
		(json_int_t)s.n_unread, "starred", (json_int_t)s.n_starred,
		"relations", (json_int_t)s.n_relations, "threads",
		(json_int_t)s.n_threads, "store_bytes",
		(json_int_t)s.file_bytes, "next_poll",
		json_time(store_next_due(j->reader))));
}

/* --- tokens ---------------------------------------------------------- */

static void
put_token(const struct store_token *t, void *arg)
{
	json_list_put(
	    arg, json_pack("{s:s, s:s, s:o, s:o, s:o}", "name", t->name,
		     "scope", t->scope, "created", json_time(t->created_at),
		     "last_used", json_time(t->last_used_at), "expires",
		     json_time(t->expires_at)));
}

void
api_tokens(struct job *j)
{
	struct json_list list;

	json_list_begin(&list, j, "{\"tokens\":[");
	(void)!store_tokens(j->reader, put_token, &list);
	json_list_end(&list, "]}");
}

void
api_token_add(struct job *j)
{
	unsigned char digest[TOKEN_DIGEST_SIZE], fever[TOKEN_DIGEST_SIZE];
	char secret[TOKEN_SECRET_SIZE];
	json_t *body = body_json(j);
	const char *name, *scope;
	struct store_token t = {0};
	enum ak_status st;

	if (body == NULL)
		return;
	name = json_string_value(json_object_get(body, "name"));
	scope = json_string_value(json_object_get(body, "scope"));
	if (name == NULL || !token_name_ok(name) ||
	    (scope != NULL && auth_scope(scope) == SCOPE_NONE)) {
		reply_error(j, 400,
		    "name is letters, digits and ._@-; scope read, write or "
		    "admin");
		json_decref(body);
		return;
	}
	token_make(secret);
	token_digest(secret, digest);
	token_fever_digest(name, secret, fever);
	t.name = name;
	t.scope = scope != NULL ? scope : "write";
	t.created_at = clock_now();
	st = store_token_add(j->store, &t, digest, fever);
	if (st == AK_OK)
		reply_json(j, 201,
		    json_pack("{s:s, s:s, s:s}", "name", name, "scope", t.scope,
			"secret", secret));
	else
		reply_status(j, st, "adding the token");
	json_decref(body);
}

void
api_token_delete(struct job *j)
{
	enum ak_status st = store_token_revoke(j->store, j->req.args[0]);

	if (st == AK_OK)
		reply_empty(j, 204);
	else
		reply_status(j, st, "revoking the token");
}

void
api_openapi(struct job *j)
{
	buf_add(reply_begin(j, 200, "application/openapi+json; charset=UTF-8"),
	    asset_openapi_json, asset_openapi_json_len);
	j->reply.has_etag = true;
}

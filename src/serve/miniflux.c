/* SPDX-License-Identifier: ISC */
/*
 * miniflux.c - the part of Miniflux' REST API v1 that its clients call.
 *
 * Feeds always have a category there; those without one get a number that no
 * category of the store has.  Errors are {"error_message": ...}.
 */
#include "serve/miniflux.h"

#include "base/clock.h"
#include "serve/subs.h"

json_t *
mf_time(int64_t t)
{
	char text[CLOCK_RFC3339_SIZE];

	return json_string(clock_rfc3339(t, text));
}

json_t *
mf_category(int64_t id, const char *title)
{
	return json_pack("{s:I, s:s, s:i, s:b}", "id",
	    (json_int_t)(id != 0 ? id : NO_CATEGORY_ID), "title",
	    title != NULL ? title : NO_CATEGORY_TITLE, "user_id", 1,
	    "hide_globally", 0);
}

bool
mf_id(struct job *j, int64_t *ret)
{
	if (str_to_i64(j->req.args[0], 1, INT64_MAX, ret))
		return true;
	reply_error(j, 400, "the path holds no number");
	return false;
}

void
mf_me(struct job *j)
{
	reply_json(j, 200,
	    json_pack("{s:i, s:s, s:b, s:s, s:s, s:s, s:s, s:o}", "id", 1,
		"username", j->who.name, "is_admin",
		j->who.scope == SCOPE_ADMIN, "theme", "system", "language",
		"en_US", "timezone", "UTC", "entry_sorting_direction", "desc",
		"last_login_at", mf_time(clock_now())));
}

void
mf_version(struct job *j)
{
	/* Clients decide by it what they may call; a bare number, no "akin". */
	reply_json(j, 200,
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "version", "2.2.0",
		"commit", "akin", "build_date", "", "go_version", "",
		"compiler", "", "arch", "", "os", ""));
}

void
mf_import(struct job *j)
{
	struct subs_imported got;
	struct diag why = {{0}};

	if (subs_import(j, j->req.body, j->req.body_len, &got, &why) != AK_OK)
		reply_error(j, 400, "%s", why.text);
	else
		reply_json(j, 201,
		    json_pack(
			"{s:s}", "message", "Feeds imported successfully"));
}

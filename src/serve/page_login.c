/* SPDX-License-Identifier: ISC */
/*
 * page_login.c - into and out of the web page.
 *
 * A login link holds a code that works once; it is used up by the button on
 * the page it opens, not by opening it, since mail programs and previews open
 * links too.  A token typed in does as well.  What the browser keeps is a
 * session of its own, which logging out revokes.
 */
#include "serve/page.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void
page_login(struct job *j)
{
	const char *code = req_param(&j->req, "code");

	page_begin(j, 200, "Log in", NULL);
	h(j, "<section class=\"card narrow login\"><p class=\"brand\"><span "
	     "aria-hidden=\"true\">∞</span> akin</p><h1>Log in</h1>"
	     "<form method=\"post\" action=\"%r/login\" class=\"stack\">");
	if (!str_empty(code))
		h(j, "<input type=\"hidden\" name=\"code\" value=\"%s\">",
		    code);
	else
		h(j, "<label>Token<input type=\"password\" name=\"secret\" "
		     "autocomplete=\"current-password\" required autofocus>"
		     "</label><p class=\"meta\"><code>akin token add NAME"
		     "</code> prints a token and a link that logs in.</p>");
	h(j, "<button class=\"primary\">Log in</button></form></section>");
	page_end(j);
}

static enum ak_status
start_session(struct job *j, const struct who *who, char *secret)
{
	unsigned char digest[TOKEN_DIGEST_SIZE];
	char name[80], id[TOKEN_SECRET_SIZE];
	struct store_token t = {.name = name,
	    .scope = auth_scope_name(who->scope),
	    .created_at = clock_now(),
	    .last_used_at = clock_now(),
	    .expires_at = clock_now() + TOKEN_SESSION_S};

	token_make(secret);
	token_make(id);
	(void)snprintf(name, sizeof(name), TOKEN_SESSION_PREFIX "%.12s", id);
	token_digest(secret, digest);
	/* Fever has no sessions: a digest that no api_key has. */
	return store_token_add(j->store, &t, digest, digest);
}

static void
set_cookie(struct job *j, const char *value, int64_t age_s)
{
	reply_header(j, "Set-Cookie",
	    job_printf(j,
		"%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
		auth_cookie_name(j->req.is_tls), value, (long long)age_s,
		j->req.is_tls ? "; Secure" : ""));
}

void
page_login_post(struct job *j)
{
	const char *code = req_param(&j->req, "code");
	const char *typed = req_param(&j->req, "secret");
	char secret[TOKEN_SECRET_SIZE];
	enum ak_status st;
	bool ok = false;

	if (!str_empty(code)) {
		ok = auth_check(j->reader, CRED_NONE, NULL, code, &j->who);
		if (ok && store_token_revoke(j->store, j->who.name) != AK_OK)
			ok = false; /* somebody was faster */
	} else if (!str_empty(typed)) {
		ok = auth_check(j->reader, CRED_TOKEN, NULL, typed, &j->who);
	}
	if (!ok) {
		j->who = (struct who){0};
		j->logs_in_failed = true;
		reply_error(j, 401,
		    "This token or link is not valid, or was used already.");
		return;
	}
	st = start_session(j, &j->who, secret);
	j->who = (struct who){0}; /* the link's row is gone */
	if (st != AK_OK) {
		reply_status(j, st, "logging in");
		return;
	}
	reply_redirect(j, "/");
	set_cookie(j, secret, TOKEN_SESSION_S);
}

void
page_logout(struct job *j)
{
	if (j->who.cred == CRED_SESSION)
		(void)!store_token_revoke(j->store, j->who.name);
	j->who = (struct who){0};
	reply_redirect(j, "/login");
	set_cookie(j, "", 0);
}

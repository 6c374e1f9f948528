/* SPDX-License-Identifier: ISC */
#include "daemon/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

char *
login_base_url(const struct conf *conf, int port)
{
	const char *listen = conf->http_listen;
	size_t len = strcspn(listen, ", \t");

	if (*conf->http_base_url != '\0')
		return xstrdup(conf->http_base_url);
	if (port != 0)
		return xasprintf("http://127.0.0.1:%d", port);
	if (strcmp(listen, "off") == 0 || str_starts(listen, "unix:"))
		return xstrdup("");
	return xasprintf("http://%.*s", (int)len, listen);
}

enum ak_status
login_add(
    struct store *s, const char *scope, char ret_secret[TOKEN_SECRET_SIZE])
{
	unsigned char digest[TOKEN_DIGEST_SIZE];
	char name[sizeof(TOKEN_LOGIN_PREFIX) + 12], id[TOKEN_SECRET_SIZE];
	struct store_token t = {.name = name,
	    .scope = scope,
	    .created_at = clock_now(),
	    .expires_at = clock_now() + TOKEN_LOGIN_S};

	token_make(ret_secret);
	token_make(id);
	(void)snprintf(name, sizeof(name), TOKEN_LOGIN_PREFIX "%.12s", id);
	token_digest(ret_secret, digest);
	/* No api_key of Fever has this digest: a link is no password. */
	return store_token_add(s, &t, digest, digest);
}

enum ak_status
login_make_url(
    struct store *s, const struct conf *conf, const char *scope, char **ret_url)
{
	char *base = login_base_url(conf, 0), secret[TOKEN_SECRET_SIZE];
	enum ak_status st = AK_UNSUPPORTED;

	if (*base != '\0' && (st = login_add(s, scope, secret)) == AK_OK)
		*ret_url = xasprintf("%s/login?code=%s", base, secret);
	free(base);
	return st;
}

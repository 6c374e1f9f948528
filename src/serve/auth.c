/* SPDX-License-Identifier: ISC */
/*
 * auth.c - who asks, and whether they may.
 *
 * One table of secrets in the store: tokens, sessions, login links.  All its
 * digests are compared in constant time, whether or not one was found.  A
 * session works only as a cookie and a token never does; a login link works
 * only at /login.  Read on a worker, with its own connection: a revoked token
 * is out at its next request, whoever revoked it.
 */
#include "serve/serve_int.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

enum scope
auth_scope(const char *name)
{
	if (str_eq(name, "admin"))
		return SCOPE_ADMIN;
	if (str_eq(name, "write"))
		return SCOPE_WRITE;
	return str_eq(name, "read") ? SCOPE_READ : SCOPE_NONE;
}

const char *
auth_scope_name(enum scope s)
{
	static const char *const names[] = {"none", "read", "write", "admin"};

	return names[s];
}

const char *
auth_cookie_name(bool is_tls)
{
	return is_tls ? "__Host-akin" : "akin";
}

struct search {
	enum cred cred;
	const char *name; /* NULL: any */
	unsigned char digest[TOKEN_DIGEST_SIZE];
	int64_t now;
	struct who *ret;
	bool found;
};

static bool
kind_fits(enum cred cred, const char *name)
{
	if (cred == CRED_SESSION)
		return str_starts(name, TOKEN_SESSION_PREFIX);
	if (cred == CRED_NONE) /* a login link */
		return str_starts(name, TOKEN_LOGIN_PREFIX);
	return strchr(name, ':') == NULL;
}

static void
compare(const struct store_token *t, const unsigned char *digest,
    const unsigned char *fever, void *arg)
{
	struct search *s = arg;
	bool is_same =
	    token_digest_eq(s->cred == CRED_FEVER ? fever : digest, s->digest);

	if (!is_same || !kind_fits(s->cred, t->name) ||
	    (s->name != NULL && strcmp(s->name, t->name) != 0) ||
	    (t->expires_at != 0 && t->expires_at <= s->now))
		return;
	s->found = true;
	s->ret->scope = auth_scope(t->scope);
	s->ret->last_used_at = t->last_used_at;
	(void)snprintf(s->ret->name, sizeof(s->ret->name), "%s", t->name);
}

bool
auth_check(struct store_reader *r, enum cred cred, const char *name,
    const char *secret, struct who *ret)
{
	struct search s = {.cred = cred, .name = name, .now = clock_now()};

	s.ret = ret;
	ret->cred = cred;
	token_digest(secret, s.digest);
	if (store_token_digests(r, compare, &s) != AK_OK)
		return false;
	ret->is_known = s.found;
	if (s.found && strlen(secret) < sizeof(ret->secret))
		(void)snprintf(ret->secret, sizeof(ret->secret), "%s", secret);
	return s.found;
}

/* RFC 4648, 4; white space and a missing padding are taken. */
static const char *
base64_decode(struct arena *a, const char *s)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789+/";
	char *out = arena_alloc(a, strlen(s) + 1);
	unsigned bits = 0, n_bits = 0;
	size_t n = 0;

	for (; out != NULL && *s != '\0' && *s != '='; s++) {
		const char *at = strchr(alphabet, *s);

		if (at == NULL)
			return NULL;
		bits = bits << 6 | (unsigned)(at - alphabet);
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[n++] = (char)(bits >> n_bits & 0xff);
		}
	}
	return out;
}

/* Name and secret of "Basic ..."; false: it is none. */
static bool
basic(struct arena *a, const char *header, const char **ret_name,
    const char **ret_secret)
{
	const char *both, *colon;

	if (header == NULL || !ascii_istarts(header, "Basic "))
		return false;
	both = base64_decode(a, header + 6 + strspn(header + 6, " "));
	if (both == NULL || (colon = strchr(both, ':')) == NULL)
		return false;
	*ret_name = arena_strndup(a, both, (size_t)(colon - both));
	*ret_secret = colon + 1;
	return true;
}

/* The bare secret of "Bearer X" or "GoogleLogin auth=X". */
static const char *
bearer(const char *header)
{
	if (header == NULL)
		return NULL;
	if (ascii_istarts(header, "GoogleLogin auth="))
		return header + strlen("GoogleLogin auth=");
	if (ascii_istarts(header, "Bearer "))
		return header + strlen("Bearer ");
	return NULL;
}

static const char *
trimmed(struct arena *a, const char *s)
{
	size_t len = strlen(s);

	while (len > 0 && ascii_space((unsigned char)s[len - 1]))
		len--;
	return arena_strndup(a, s, len);
}

static const char *
shown_secret(struct job *j, enum cred *ret_cred, const char **ret_name)
{
	const struct req *q = &j->req;
	enum family family = j->route->family;
	const char *secret, *name;

	*ret_name = NULL;
	*ret_cred = CRED_TOKEN;
	if ((secret = bearer(q->authorization)) != NULL)
		return secret;
	if (q->x_auth_token != NULL)
		return q->x_auth_token;
	*ret_cred = CRED_PASSWORD;
	if (basic(j->arena, q->authorization, &name, &secret)) {
		*ret_name = name;
		return secret;
	}
	*ret_cred = CRED_FORM;
	if (family == FAM_TEXT && q->method == M_POST &&
	    (secret = req_param(q, "T")) != NULL)
		return trimmed(j->arena, secret);
	*ret_cred = CRED_URL;
	if (family == FAM_FEED && (secret = req_param(q, "token")) != NULL)
		return secret;
	*ret_cred = CRED_SESSION;
	if (family == FAM_PAGE || family == FAM_API || family == FAM_FEED)
		return req_cookie(
		    j->arena, q->cookie, auth_cookie_name(q->is_tls));
	return NULL;
}

void
auth_identify(struct job *j)
{
	enum cred cred;
	const char *name;
	const char *secret = shown_secret(j, &cred, &name);

	if (str_empty(secret))
		return;
	(void)auth_check(j->reader, cred, name, secret, &j->who);
	/* A secret that stands in a URL gives no more than reading. */
	if (cred == CRED_URL && j->who.scope > SCOPE_READ)
		j->who.scope = SCOPE_READ;
}

const char *
auth_claim(struct job *j)
{
	const char *name, *secret;

	if (basic(j->arena, j->req.authorization, &name, &secret))
		return name;
	if ((name = req_param(&j->req, "Email")) != NULL)
		return name;
	return "";
}

/* --- forms ----------------------------------------------------------- */

#define CSRF_BYTES 16

static void
csrf_of(const char *secret, unsigned char out[CSRF_BYTES])
{
	unsigned char digest[TOKEN_DIGEST_SIZE];
	char *text = xasprintf("csrf:%s", secret);

	token_digest(text, digest);
	memcpy(out, digest, CSRF_BYTES);
	OPENSSL_cleanse(text, strlen(text));
	free(text);
}

/* Masked anew each time, so that compression tells nothing about it. */
void
csrf_make(const char *secret, char out[CSRF_SIZE])
{
	unsigned char word[CSRF_BYTES], mask[CSRF_BYTES];

	csrf_of(secret, word);
	if (RAND_bytes(mask, sizeof(mask)) != 1)
		abort();
	for (size_t i = 0; i < CSRF_BYTES; i++) {
		(void)snprintf(out + 2 * i, 3, "%02x", mask[i]);
		word[i] ^= mask[i];
	}
	for (size_t i = 0; i < CSRF_BYTES; i++)
		(void)snprintf(out + 2 * (CSRF_BYTES + i), 3, "%02x", word[i]);
}

static bool
hex_byte(const char *s, unsigned char *ret)
{
	static const char digits[] = "0123456789abcdef";
	const char *hi = strchr(digits, s[0]), *lo = strchr(digits, s[1]);

	if (hi == NULL || lo == NULL)
		return false;
	*ret = (unsigned char)((hi - digits) << 4 | (lo - digits));
	return true;
}

bool
csrf_check(const char *secret, const char *token)
{
	unsigned char word[CSRF_BYTES], bytes[2 * CSRF_BYTES];

	if (token == NULL || strlen(token) != CSRF_SIZE - 1)
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (!hex_byte(token + 2 * i, &bytes[i]))
			return false;
	}
	for (size_t i = 0; i < CSRF_BYTES; i++)
		bytes[i] ^= bytes[CSRF_BYTES + i];
	csrf_of(secret, word);
	return CRYPTO_memcmp(word, bytes, CSRF_BYTES) == 0;
}

/* --- the gate -------------------------------------------------------- */

static void
refuse_unknown(struct job *j)
{
	if (j->route->family == FAM_PAGE && j->req.method == M_GET) {
		reply_redirect(j, "/login");
		return;
	}
	reply_error(j, 401,
	    j->route->family == FAM_MINIFLUX ? "Access Unauthorized"
					     : "Unauthorized");
}

/*
 * T of the Google Reader API, where the Authorization header was right: the
 * token, nothing, or the "x" of one client.
 */
static bool
form_token_ok(struct job *j)
{
	const char *t = req_param(&j->req, "T");

	if (j->route->family != FAM_TEXT || j->req.method != M_POST ||
	    t == NULL || j->who.cred == CRED_FORM)
		return true;
	t = trimmed(j->arena, t);
	if (*t == '\0' || strcmp(t, "x") == 0 ||
	    (strlen(t) == strlen(j->who.secret) &&
		CRYPTO_memcmp(t, j->who.secret, strlen(t)) == 0))
		return true;
	reply_error(j, 401, "Bad token");
	reply_header(j, "X-Reader-Google-Bad-Token", "true");
	reply_header(j, "Google-Bad-Token", "true");
	return false;
}

bool
auth_allow(struct job *j)
{
	const struct route *route = j->route;
	const char *csrf;

	if (route->scope == SCOPE_NONE)
		return true;
	if (!j->who.is_known) {
		j->logs_in_failed = j->who.cred != CRED_NONE;
		refuse_unknown(j);
		return false;
	}
	if (j->who.scope < route->scope) {
		reply_error(j, 403, "this token may not do that: it needs %s",
		    auth_scope_name(route->scope));
		return false;
	}
	/* Browsers add a password that they know to any request. */
	if (j->who.cred == CRED_PASSWORD && j->req.has_null_origin) {
		reply_error(j, 403, "the request comes from another site");
		return false;
	}
	if (j->who.cred == CRED_SESSION && j->req.method != M_GET) {
		csrf = j->req.csrf_header != NULL ? j->req.csrf_header
						  : req_param(&j->req, "csrf");
		if (!csrf_check(j->who.secret, csrf)) {
			reply_error(j, 403,
			    "the form is too old; go back and reload the page");
			return false;
		}
	}
	return form_token_ok(j);
}

/* SPDX-License-Identifier: ISC */
/*
 * token.h - secrets of API clients, sessions and login links.
 *
 * A secret is 260 random bits in lower-case base32 (letters and digits only:
 * some clients send it without encoding).  The store keeps digests alone: a
 * random secret needs no slow hash.
 *
 * All of them are rows of one table; the name says which kind it is.
 */
#ifndef BASE_TOKEN_H
#define BASE_TOKEN_H

#include "base/ak.h"

#define TOKEN_SECRET_SIZE 53 /* with the NUL */
#define TOKEN_DIGEST_SIZE 32
#define TOKEN_SESSION_PREFIX "session:" /* a browser that logged in */
#define TOKEN_LOGIN_PREFIX "login:"	/* BASE/login?code=SECRET, works once */
#define TOKEN_LOGIN_S 900		/* a login link's life, seconds */
#define TOKEN_SESSION_S (30 * 86400)

void token_make(char ret_secret[TOKEN_SECRET_SIZE]);

/* SHA-256 of the secret. */
void token_digest(
    const char *secret, unsigned char ret_digest[TOKEN_DIGEST_SIZE]);

/* SHA-256 of Fever's api_key for it, the lower-case hex MD5 of NAME:SECRET. */
void token_fever_digest(const char *name, const char *secret,
    unsigned char ret_digest[TOKEN_DIGEST_SIZE]);

/* HMAC-SHA256 (RFC 2104) of `text` under `key`. */
void token_mac(const char *key, const char *text,
    unsigned char ret_mac[TOKEN_DIGEST_SIZE]);

/* In constant time. */
bool token_digest_eq(const unsigned char a[TOKEN_DIGEST_SIZE],
    const unsigned char b[TOKEN_DIGEST_SIZE]);

/* May a token be called so?  Letters, digits and ._@- (it is a user name to
 * the reader APIs), 1 to 64 of them. */
bool token_name_ok(const char *name);

#endif

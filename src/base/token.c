/* SPDX-License-Identifier: ISC */
#include "base/token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
token_make(char ret_secret[TOKEN_SECRET_SIZE])
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char bits[TOKEN_SECRET_SIZE - 1];

	/* Five bits of each byte are used; 52 of them make 260. */
	if (RAND_bytes(bits, sizeof(bits)) != 1)
		abort(); /* no randomness: nothing can be safe from here on */
	for (size_t i = 0; i < sizeof(bits); i++)
		ret_secret[i] = alphabet[bits[i] & 31];
	ret_secret[sizeof(bits)] = '\0';
	OPENSSL_cleanse(bits, sizeof(bits));
}

static void
hash(const EVP_MD *md, const char *s, unsigned char *out)
{
	unsigned len;

	if (EVP_Digest(s, strlen(s), out, &len, md, NULL) != 1)
		abort(); /* libcrypto is broken or out of memory */
}

void
token_digest(const char *secret, unsigned char ret_digest[TOKEN_DIGEST_SIZE])
{
	hash(EVP_sha256(), secret, ret_digest);
}

void
token_fever_digest(const char *name, const char *secret,
    unsigned char ret_digest[TOKEN_DIGEST_SIZE])
{
	unsigned char md5[16];
	char hex[33];
	char *both = xasprintf("%s:%s", name, secret);

	hash(EVP_md5(), both, md5);
	for (size_t i = 0; i < sizeof(md5); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", md5[i]);
	hash(EVP_sha256(), hex, ret_digest);
	OPENSSL_cleanse(both, strlen(both));
	free(both);
}

void
token_mac(
    const char *key, const char *text, unsigned char ret_mac[TOKEN_DIGEST_SIZE])
{
	if (HMAC(EVP_sha256(), key, (int)strlen(key),
		(const unsigned char *)text, strlen(text), ret_mac,
		NULL) == NULL)
		abort(); /* libcrypto is broken or out of memory */
}

bool
token_digest_eq(const unsigned char a[TOKEN_DIGEST_SIZE],
    const unsigned char b[TOKEN_DIGEST_SIZE])
{
	return CRYPTO_memcmp(a, b, TOKEN_DIGEST_SIZE) == 0;
}

bool
token_name_ok(const char *name)
{
	static const char ok[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789._@-";
	size_t len = strlen(name);

	return len > 0 && len <= 64 && strspn(name, ok) == len;
}

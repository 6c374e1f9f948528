/* SPDX-License-Identifier: ISC */
/* What comes to the callback: verifications, denials, deliveries. */
#include "fetch/websub_int.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MAX_LEASE_S (30 * DAY)
#define DEFAULT_LEASE_S DAY /* where the hub's value is nonsense */
#define MAX_BAD 3

/* ---------------------------------------------------------- verification */

struct query {
	char *mode, *topic, *challenge, *lease;
};

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)ascii_lower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A value of a form, decoded; malloc'ed; NULL: it holds a NUL. */
static char *
decode_value(const char *s, size_t len)
{
	char *out = xmalloc(len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%' && i + 2 < len &&
			   hex_digit(s[i + 1]) >= 0 &&
			   hex_digit(s[i + 2]) >= 0) {
			c = (char)(hex_digit(s[i + 1]) * 16 +
				   hex_digit(s[i + 2]));
			i += 2;
		}
		if (c == '\0') {
			free(out);
			return NULL;
		}
		out[n++] = c;
	}
	out[n] = '\0';
	return out;
}

static void
read_query(const char *s, struct query *q)
{
	static const char *const names[] = {
	    "hub.mode", "hub.topic", "hub.challenge", "hub.lease_seconds"};
	char **const values[] = {&q->mode, &q->topic, &q->challenge, &q->lease};

	while (s != NULL && *s != '\0') {
		size_t len = strcspn(s, "&"), name = strcspn(s, "=&");

		for (size_t i = 0; i < AK_COUNT(names); i++) {
			if (name < len && strlen(names[i]) == name &&
			    memcmp(s, names[i], name) == 0 &&
			    *values[i] == NULL)
				*values[i] =
				    decode_value(s + name + 1, len - name - 1);
		}
		s += len + (s[len] == '&');
	}
}

static void
query_release(struct query *q)
{
	free(q->mode);
	free(q->topic);
	free(q->challenge);
	free(q->lease);
}

static int64_t
clamp_lease(const char *s, const struct websub_params *p)
{
	int64_t v;

	if (s == NULL || *s == '\0' || strspn(s, "0123456789") != strlen(s))
		return DEFAULT_LEASE_S;
	if (!str_to_i64(s, 0, MAX_LEASE_S, &v))
		return MAX_LEASE_S;
	if (v == 0)
		return DEFAULT_LEASE_S;
	return v < p->min_lease_s ? p->min_lease_s : v;
}

/* Somewhere in 70..85 % of the lease, so that not all come at once. */
static int64_t
renew_after(int64_t lease_s)
{
	unsigned char b[2];

	if (RAND_bytes(b, sizeof(b)) != 1)
		abort();
	return lease_s * (70000 + (b[0] * 256 + b[1]) % 15000) / 100000;
}

static void
accept_lease(struct websub *w, const struct websub_params *p, int64_t now,
    const char *lease)
{
	int64_t s = clamp_lease(lease, p);

	if (w->is_pending)
		memcpy(w->active_secret, w->secret, sizeof(w->secret));
	w->secret[0] = '\0';
	w->is_pending = false;
	w->stage = WEBSUB_ACTIVE;
	w->lease_until = now + s;
	w->next_at = now + renew_after(s);
	w->n_tries = w->n_missed = 0;
}

static int
verify(struct websub *w, const struct websub_params *p, int64_t now,
    const struct query *q)
{
	bool alive = w->stage == WEBSUB_PENDING || w->stage == WEBSUB_ACTIVE;

	if (w->is_pending && now - w->asked_at > PENDING_S)
		w->is_pending = false;
	if (q->mode == NULL || q->topic == NULL || w->topic == NULL ||
	    strcmp(q->topic, w->topic) != 0)
		return 404;
	if (strcmp(q->mode, "denied") == 0) {
		if (!alive)
			return 404;
		websub_end(w, WEBSUB_OFF, now + DENIED_S);
		return 200;
	}
	if (q->challenge == NULL || q->challenge[0] == '\0' ||
	    strlen(q->challenge) > WEBSUB_CHALLENGE_BYTES)
		return 404;
	if (strcmp(q->mode, "subscribe") == 0) {
		if (!alive || (w->stage == WEBSUB_PENDING && !w->is_pending))
			return 404;
		accept_lease(w, p, now, q->lease);
		return 200;
	}
	if (strcmp(q->mode, "unsubscribe") == 0 &&
	    ((w->stage == WEBSUB_LEAVING && w->asked_leave) ||
		w->stage == WEBSUB_GONE)) {
		websub_end(w, WEBSUB_GONE, now + GONE_S);
		return 200;
	}
	return 404;
}

int
websub_verify(struct websub *w, const struct websub_params *p, int64_t now,
    const char *query, struct buf *out)
{
	struct query q = {0};
	int status;

	read_query(query, &q);
	status = verify(w, p, now, &q);
	if (status == 200 && q.challenge != NULL)
		buf_adds(out, q.challenge);
	query_release(&q);
	if (status == 404 && w->stage == WEBSUB_GONE)
		status = 410;
	return status;
}

/* -------------------------------------------------------------- delivery */

/* Is `signature` ("method=hex") that of the body by the key? */
static bool
is_signed(const char *signature, const char *key, const void *body, size_t len,
    bool *ret_strong)
{
	static const struct {
		const char *name;
		const EVP_MD *(*md)(void);
	} methods[] = {{"sha1=", EVP_sha1}, {"sha256=", EVP_sha256},
	    {"sha384=", EVP_sha384}, {"sha512=", EVP_sha512}};
	unsigned char want[EVP_MAX_MD_SIZE], got[EVP_MAX_MD_SIZE];
	unsigned n_want = 0;
	size_t m = 0;

	while (
	    m < AK_COUNT(methods) && !ascii_istarts(signature, methods[m].name))
		m++;
	if (m == AK_COUNT(methods))
		return false;
	if (HMAC(methods[m].md(), key, (int)strlen(key), body, len, want,
		&n_want) == NULL)
		return false;
	signature += strlen(methods[m].name);
	if (strlen(signature) != 2 * (size_t)n_want)
		return false;
	for (size_t i = 0; i < n_want; i++) {
		int hi = hex_digit(signature[2 * i]);
		int lo = hex_digit(signature[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		got[i] = (unsigned char)(hi * 16 + lo);
	}
	*ret_strong = m > 0;
	return CRYPTO_memcmp(want, got, n_want) == 0;
}

/* Three wrong ones in a day: somebody knows the callback; take a new one. */
static void
count_bad(struct websub *w, int64_t now)
{
	if (w->n_bad == 0 || now - w->bad_since > DAY) {
		w->bad_since = now;
		w->n_bad = 0;
	}
	/* Once a day: forgeries must not make us flood the hub. */
	if (++w->n_bad == MAX_BAD && !w->is_pending)
		w->next_at = now; /* a renewal with a new secret */
}

int
websub_check(struct websub *w, int64_t now, const char *signature,
    const void *body, size_t len, bool *ret_accepted)
{
	bool strong = false;

	*ret_accepted = false;
	if (w->stage == WEBSUB_GONE || w->stage == WEBSUB_LEAVING)
		return 410;
	if (w->stage != WEBSUB_ACTIVE || w->lease_until <= now)
		return 404;
	if (w->active_secret[0] == '\0' || signature == NULL ||
	    !is_signed(signature, w->active_secret, body, len, &strong) ||
	    (!strong && w->saw_strong)) {
		count_bad(w, now);
		return 202;
	}
	w->saw_strong = w->saw_strong || strong;
	w->last_push_at = now;
	w->n_missed = 0;
	*ret_accepted = true;
	return 202; /* whatever comes of it; as to a forger */
}

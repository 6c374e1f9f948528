/* SPDX-License-Identifier: ISC */
/*
 * TLS sessions, kept from poll to poll.
 *
 * A full handshake costs ten times what the rest of a warm poll does, and
 * libcurl's own cache holds five sessions and dies with its handle.  So the
 * newest session of each origin is kept here, and put into the next handshake;
 * not as DER, since OpenSSL 3 takes as long to read one as to do without.
 * libcurl hands over the context of each connection (CURLOPT_SSL_CTX_FUNCTION)
 * but not the connection itself; OpenSSL calls on_info() right before the
 * ClientHello is made, and there it is set.
 *
 * Only what was verified gets in: libcurl ends a connection that is not before
 * any ticket can be read, and the verdict is part of the session.  A change of
 * the configuration empties the cache; connections with a client certificate
 * or through a proxy have no part in it.
 */
#include "fetch/fetch_int.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct session {
	UT_hash_handle hh;
	TAILQ_ENTRY(session) link; /* oldest first */
	SSL_SESSION *ssl;
	char key[];
};

/* What a connection's context remembers. */
struct tls_link {
	struct fetcher *f;
	bool is_done; /* the session was offered */
	char key[];
};

static int link_index = -1;

static void
free_link(
    void *parent, void *p, CRYPTO_EX_DATA *ad, int idx, long argl, void *argp)
{
	(void)parent;
	(void)ad;
	(void)idx;
	(void)argl;
	(void)argp;
	free(p);
}

static void
session_free(struct fetcher *f, struct session *s)
{
	HASH_DEL(f->sessions, s);
	TAILQ_REMOVE(&f->session_age, s, link);
	SSL_SESSION_free(s->ssl);
	free(s);
}

void
tls_forget(struct fetcher *f)
{
	struct session *s, *next;

	HASH_ITER (hh, f->sessions, s, next) {
		session_free(f, s);
	}
}

/* A ticket came: it replaces the one before.  1: the reference is ours. */
static int
on_new_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls_link *l =
	    SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), link_index);
	const unsigned char *ticket;
	struct session *s;
	size_t len = 0;

	if (l == NULL || SSL_get_verify_result(ssl) != X509_V_OK)
		return 0;
	SSL_SESSION_get0_ticket(session, &ticket, &len);
	if (len > LIMIT_TLS_TICKET_BYTES)
		return 0;
	HASH_FIND_STR(l->f->sessions, l->key, s);
	if (s != NULL)
		session_free(l->f, s);
	s = xcalloc(1, sizeof(*s) + strlen(l->key) + 1);
	memcpy(s->key, l->key, strlen(l->key) + 1);
	s->ssl = session;
	HASH_ADD_KEYPTR(hh, l->f->sessions, s->key, strlen(s->key), s);
	TAILQ_INSERT_TAIL(&l->f->session_age, s, link);
	if (HASH_COUNT(l->f->sessions) > LIMIT_TLS_SESSIONS)
		session_free(l->f, TAILQ_FIRST(&l->f->session_age));
	return 1;
}

static void
on_info(const SSL *ssl, int where, int ret)
{
	struct tls_link *l =
	    SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), link_index);
	struct session *s;

	(void)ret;
	if (where != SSL_CB_HANDSHAKE_START || l == NULL || l->is_done)
		return;
	l->is_done = true;
	HASH_FIND_STR(l->f->sessions, l->key, s);
	if (s == NULL)
		return;
	if (SSL_SESSION_is_resumable(s->ssl))
		(void)SSL_set_session((SSL *)(uintptr_t)ssl, s->ssl);
	/* From TLS 1.3 on a ticket is used once (RFC 8446, C.4), and the server
	 * sends others; before, it may send none for an old session. */
	if (SSL_SESSION_get_protocol_version(s->ssl) >= TLS1_3_VERSION)
		session_free(l->f, s);
}

static CURLcode
on_context(CURL *easy, void *context, void *arg)
{
	struct transfer *t = arg;
	const char *key = t->job->lane->key;
	struct tls_link *l;
	SSL_CTX *ctx = context;

	(void)easy;
	if (job_proxy(t->job) != NULL || t->job->client_cert != NULL)
		return CURLE_OK;
	l = xcalloc(1, sizeof(*l) + strlen(key) + 1);
	l->f = t->f;
	memcpy(l->key, key, strlen(key) + 1);
	if (SSL_CTX_set_ex_data(ctx, link_index, l) != 1) {
		free(l);
		return CURLE_OK;
	}
	(void)SSL_CTX_set_session_cache_mode(
	    ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, on_new_session);
	SSL_CTX_set_info_callback(ctx, on_info);
	return CURLE_OK;
}

void
tls_init(struct fetcher *f)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);

	TAILQ_INIT(&f->session_age);
	/* The context is OpenSSL's only where libcurl is built on it. */
	f->keeps_sessions = v->ssl_version != NULL &&
			    strncmp(v->ssl_version, "OpenSSL/", 8) == 0;
	if (link_index < 0)
		link_index =
		    SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_link);
}

/* Certificates to trust, and the hook for sessions. */
void
tls_set(struct transfer *t)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
	const char *ca_file = t->f->p.ca_file;

	if (ca_file == NULL)
		ca_file = v->cainfo;
	if (ca_file != NULL) {
		(void)curl_easy_setopt(t->easy, CURLOPT_CAINFO, ca_file);
		/* libcurl keeps the bundle it has read only where there is no
		 * directory of certificates as well; else each connection
		 * reads all of it, which takes 20 ms. */
		(void)curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
	}
	if (!t->f->keeps_sessions || link_index < 0)
		return;
	(void)curl_easy_setopt(t->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	(void)curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
	(void)curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t);
}

/* SPDX-License-Identifier: ISC */
/*
 * What came back: header fields kept, and the end of a transfer as an outcome
 * for the scheduler with one line for a person.
 *
 * Only the fields in one table are kept, in the transfer's arena.  Each status
 * line begins a new answer (1xx, an authentication round), so only the last
 * one's fields count; the caps count all of them.
 */
#include "fetch/fetch_int.h"

#include <string.h>

#include "base/clock.h"

#define NAMED(s) s, sizeof(s) - 1

static const struct {
	const char *name;
	size_t len;    /* of the name: asked of each field that comes */
	size_t offset; /* of a const char * in struct answer_headers */
	bool is_list;  /* several fields are one, joined by commas */
} kept[] = {
    {NAMED("etag"), offsetof(struct answer_headers, etag), false},
    {NAMED("last-modified"), offsetof(struct answer_headers, last_modified),
	false},
    {NAMED("content-type"), offsetof(struct answer_headers, content_type),
	false},
    {NAMED("content-encoding"),
	offsetof(struct answer_headers, content_encoding), true},
    {NAMED("location"), offsetof(struct answer_headers, location), false},
    {NAMED("www-authenticate"), offsetof(struct answer_headers, authenticate),
	true},
    {NAMED("cache-control"), offsetof(struct answer_headers, cache_control),
	true},
    {NAMED("expires"), offsetof(struct answer_headers, expires), false},
    {NAMED("date"), offsetof(struct answer_headers, date), false},
    {NAMED("age"), offsetof(struct answer_headers, age), false},
    {NAMED("retry-after"), offsetof(struct answer_headers, retry_after), false},
    {NAMED("im"), offsetof(struct answer_headers, im), true},
};

static void
keep(struct transfer *t, size_t i, const char *value, size_t len)
{
	char *at = (char *)&t->h + kept[i].offset;
	const char *old, *now;

	memcpy(&old, at, sizeof(old));
	if (old != NULL && !kept[i].is_list)
		return;
	if (old != NULL)
		now = arena_printf(t->arena, "%s, %.*s", old, (int)len, value);
	else
		now = arena_strndup(t->arena, value, len);
	if (now != NULL)
		memcpy(at, &now, sizeof(now));
}

static void
read_field(struct transfer *t, const char *p, size_t n)
{
	const char *colon = memchr(p, ':', n), *value;
	size_t name, len;

	if (colon == NULL)
		return;
	name = (size_t)(colon - p);
	value = colon + 1;
	len = n - name - 1;
	while (len > 0 && (*value == ' ' || *value == '\t'))
		value++, len--;
	while (len > 0 && ascii_space((unsigned char)value[len - 1]))
		len--;
	if (memchr(value, '\0', len) != NULL)
		return;
	if (name == 4 && ascii_ieq_n(p, "link", 4)) {
		if (t->h.n_links < FETCH_LINKS && len <= LIMIT_URL_BYTES &&
		    (t->h.links[t->h.n_links] =
			    arena_strndup(t->arena, value, len)) != NULL)
			t->h.n_links++;
		return;
	}
	for (size_t i = 0; i < AK_COUNT(kept); i++) {
		if (kept[i].len == name && ascii_ieq_n(p, kept[i].name, name)) {
			keep(t, i, value, len);
			return;
		}
	}
}

size_t
answer_on_header(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= size;
	t->heard = true;
	t->n_header_bytes += (int64_t)n;
	t->n_fields++;
	if (n > LIMIT_HEADER_BYTES ||
	    t->n_header_bytes > (int64_t)LIMIT_HEADERS_BYTES ||
	    t->n_fields > LIMIT_HEADER_FIELDS) {
		t->why = STOP_HEADERS;
		return 0;
	}
	if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
		t->h = (struct answer_headers){0};
	else if (!t->has_body) /* what follows a body is trailers */
		read_field(t, p, n);
	return n;
}

/* ------------------------------------------------------------ the verdict */

static enum sched_outcome
outcome_of_status(int status)
{
	switch (status) {
	case 200:
	case 201:
	case 202:
	case 203:
	case 226:
		return SCHED_OK;
	case 204:
	case 205:
		return SCHED_NO_CONTENT;
	case 304:
		return SCHED_NOT_MODIFIED;
	case 300:
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		return SCHED_MOVED_BAD;
	case 401:
	case 407:
		return SCHED_UNAUTHORIZED;
	case 402:
	case 403:
	case 451:
		return SCHED_REFUSED;
	case 404:
		return SCHED_NOT_FOUND;
	case 410:
		return SCHED_GONE;
	case 400:
	case 405:
	case 406:
	case 411:
	case 414:
	case 431:
	case 501:
	case 505:
		return SCHED_BAD_REQUEST;
	case 429:
		return SCHED_TOO_MANY;
	case 503:
		return SCHED_UNAVAILABLE;
	case 408:
	case 421:
	case 425:
		return SCHED_SERVER_ERROR;
	default:
		return status >= 500 && status <= 599 ? SCHED_SERVER_ERROR
						      : SCHED_OTHER_ERROR;
	}
}

static const char *
words_of_outcome(enum sched_outcome o)
{
	switch (o) {
	case SCHED_UNAUTHORIZED:
		return "it needs credentials";
	case SCHED_REFUSED:
		return "the server refuses";
	case SCHED_NOT_FOUND:
		return "not found";
	case SCHED_GONE:
		return "gone for good";
	case SCHED_BAD_REQUEST:
		return "the server does not take our request";
	case SCHED_TOO_MANY:
		return "too many requests";
	case SCHED_UNAVAILABLE:
		return "unavailable for now";
	case SCHED_SERVER_ERROR:
		return "the server failed";
	default:
		return "unexpected";
	}
}

static void
read_status(struct transfer *t, struct fetch_result *r)
{
	r->outcome = outcome_of_status(r->status);
	if (r->status == 304 && !t->was_conditional) {
		r->outcome = SCHED_OTHER_ERROR;
		(void)diag_set(&r->diag, AK_BADINPUT,
		    "the server answered 304 to a request without "
		    "validators");
		return;
	}
	if (r->status == 206) {
		(void)diag_set(&r->diag, AK_BADINPUT,
		    "the server answered 206, a part that nobody asked for");
		return;
	}
	if (r->outcome == SCHED_OK && t->body.len == 0 &&
	    t->job->method == FETCH_GET) {
		r->outcome = SCHED_NOT_A_FEED;
		(void)diag_set(&r->diag, AK_BADINPUT, "the answer is empty");
		return;
	}
	if (r->outcome != SCHED_OK && r->outcome != SCHED_NOT_MODIFIED &&
	    r->outcome != SCHED_NO_CONTENT)
		(void)diag_set(&r->diag, AK_BADINPUT,
		    "the server answered %d: %s", r->status,
		    words_of_outcome(r->outcome));
}

/* Words of libcurl, made fit for one line. */
static void
quote_error(struct transfer *t, CURLcode rc, char *out, size_t size)
{
	const char *s = t->error[0] != '\0' ? t->error : curl_easy_strerror(rc);
	size_t n = 0;

	for (; *s != '\0' && n + 1 < size; s++)
		out[n++] = (unsigned char)*s < ' ' || (unsigned char)*s >= 0x7F
			       ? '?'
			       : *s;
	out[n] = '\0';
}

static bool
reached(struct transfer *t, CURLINFO when)
{
	curl_off_t us = 0;

	(void)curl_easy_getinfo(t->easy, when, &us);
	return us > 0;
}

static enum sched_outcome
outcome_of_timeout(struct transfer *t)
{
	if (!t->job->is_literal && !reached(t, CURLINFO_NAMELOOKUP_TIME_T))
		return SCHED_DNS;
	if (!reached(t, CURLINFO_CONNECT_TIME_T))
		return SCHED_CONNECT;
	return SCHED_TIMEOUT;
}

static enum sched_outcome
outcome_of_code(struct transfer *t, CURLcode rc)
{
	switch (rc) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return SCHED_DNS;
	case CURLE_OPERATION_TIMEDOUT:
		return outcome_of_timeout(t);
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_PROXY:
		/* The proxy of the config is our own network. */
		return t->job->proxy == NULL && t->f->p.proxy != NULL
			   ? SCHED_NETWORK_DOWN
			   : SCHED_CONNECT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CLIENTCERT:
		return SCHED_TLS;
	case CURLE_SSL_CERTPROBLEM: /* a file of the feed's, not the host */
		return SCHED_DENIED;
	case CURLE_SSL_CACERT_BADFILE: /* of the config's, or the system's */
		return SCHED_NETWORK_DOWN;
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_WRITE_ERROR: /* a decoder's, when not ours */
		return SCHED_CUT;
	case CURLE_FILESIZE_EXCEEDED:
	case CURLE_OUT_OF_MEMORY: /* says libcurl of headers over its cap */
		return SCHED_TOO_BIG;
	default:
		return SCHED_OTHER_ERROR;
	}
}

static const char *
words_of_code(enum sched_outcome o)
{
	switch (o) {
	case SCHED_DNS:
		return "name not found";
	case SCHED_CONNECT:
		return "cannot connect";
	case SCHED_TLS:
		return "TLS failed";
	case SCHED_DENIED:
		return "its client certificate cannot be used";
	case SCHED_TIMEOUT:
		return "too slow";
	case SCHED_CUT:
		return "the answer was cut or damaged";
	case SCHED_TOO_BIG:
		return "too big";
	case SCHED_NETWORK_DOWN:
		return "no way out";
	default:
		return "no proper answer";
	}
}

static void
read_failure(struct transfer *t, CURLcode rc, struct fetch_result *r)
{
	char words[CURL_ERROR_SIZE];

	r->outcome = outcome_of_code(t, rc);
	r->st = r->outcome == SCHED_TIMEOUT   ? AK_TIMEOUT
		: r->outcome == SCHED_TOO_BIG ? AK_TOOBIG
					      : AK_IO;
	quote_error(t, rc, words, sizeof(words));
	(void)diag_set(
	    &r->diag, r->st, "%s: %s", words_of_code(r->outcome), words);
}

/* We ended it: the words for each reason. */
static void
stop_words(const struct transfer *t, struct fetch_result *r)
{
	const struct fetch_params *p = &t->f->p;

	switch (t->why) {
	case STOP_DENIED:
	case STOP_NO_SOCKET:
		r->diag = t->denied;
		break;
	case STOP_BODY:
		(void)diag_set(&r->diag, r->st, "the body is over %lld bytes",
		    (long long)t->body.max);
		break;
	case STOP_WIRE:
		(void)diag_set(&r->diag, r->st,
		    "the body is over %lld bytes on the wire",
		    (long long)p->wire_bytes);
		break;
	case STOP_RATIO:
		(void)diag_set(&r->diag, r->st,
		    "the body grows more than %d times when decoded",
		    LIMIT_RATIO);
		break;
	case STOP_HEADERS:
		(void)diag_set(&r->diag, r->st,
		    "the header is over %zu bytes or %d lines",
		    (size_t)LIMIT_HEADERS_BYTES, LIMIT_HEADER_FIELDS);
		break;
	case STOP_CODING:
		(void)diag_set(&r->diag, r->st,
		    "the answer is in an unknown coding (%.40s)",
		    t->h.content_encoding);
		break;
	case STOP_DAMAGED:
		(void)diag_set(&r->diag, r->st,
		    "the answer is cut or damaged (%.40s)",
		    t->h.content_encoding != NULL ? t->h.content_encoding
						  : "no coding");
		break;
	case STOP_FIRST_BYTE:
		(void)diag_set(&r->diag, r->st, "no answer within %g s",
		    (double)p->first_byte_ms / 1000);
		break;
	case STOP_SLOW:
		(void)diag_set(&r->diag, r->st,
		    "under %d bytes a second for %d s", LIMIT_SLOW_BYTES_PER_S,
		    LIMIT_SLOW_S);
		break;
	case STOP_NONE:
	case STOP_ENOUGH:
	case STOP_PEER_BUSY:
		assert(0);
	}
}

static void
read_stop(const struct transfer *t, struct fetch_result *r)
{
	static const struct {
		enum ak_status st;
		enum sched_outcome outcome;
	} ends[] = {[STOP_DENIED] = {AK_DENIED, SCHED_DENIED},
	    [STOP_NO_SOCKET] = {AK_IO, SCHED_NETWORK_DOWN},
	    [STOP_BODY] = {AK_TOOBIG, SCHED_TOO_BIG},
	    [STOP_WIRE] = {AK_TOOBIG, SCHED_TOO_BIG},
	    [STOP_RATIO] = {AK_TOOBIG, SCHED_TOO_BIG},
	    [STOP_HEADERS] = {AK_TOOBIG, SCHED_TOO_BIG},
	    [STOP_CODING] = {AK_BADINPUT, SCHED_CUT},
	    [STOP_DAMAGED] = {AK_BADINPUT, SCHED_CUT},
	    [STOP_FIRST_BYTE] = {AK_TIMEOUT, SCHED_TIMEOUT},
	    [STOP_SLOW] = {AK_TIMEOUT, SCHED_TIMEOUT}};

	assert((size_t)t->why < AK_COUNT(ends) && ends[t->why].st != AK_OK);
	r->st = ends[t->why].st;
	r->outcome = ends[t->why].outcome;
	stop_words(t, r);
}

/* A validator that can be stored; see RFC 9110, 8.8. */
static const char *
storable(const char *s)
{
	if (str_empty(s) || strlen(s) > LIMIT_VALIDATOR_BYTES)
		return NULL;
	for (const char *p = s; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			return NULL;
	return s;
}

static void
read_headers(struct transfer *t, int64_t now, struct fetch_result *r)
{
	struct answer_headers *h = &t->h;
	bool has_etag = !str_empty(h->etag);
	bool has_date = !str_empty(h->last_modified);

	r->content_type = h->content_type;
	r->etag = storable(h->etag);
	r->last_modified = storable(h->last_modified);
	/* One pair: where one cannot be stored, neither is. */
	if ((has_etag && r->etag == NULL) ||
	    (has_date && r->last_modified == NULL))
		r->etag = r->last_modified = NULL;
	r->links = (const char *const *)h->links;
	r->fresh_s = sched_freshness(h->cache_control, h->expires, h->date,
	    h->age, r->elapsed_ms / 1000, now);
	r->retry_after_s = sched_retry_after(h->retry_after, h->date, now);
	r->is_delta = r->status == 226 && t->sent_delta && h->im != NULL &&
		      ascii_istr(h->im, "feed") != NULL;
}

void
answer_read(
    struct transfer *t, CURLcode rc, int64_t now, struct fetch_result *r)
{
	struct fetch_job *job = t->job;
	char *peer = NULL;
	long status = 0;

	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &peer);
	r->status = (int)status;
	r->elapsed_ms = clock_mono_ms() - job->first_ms;
	r->fresh_s = r->retry_after_s = -1;
	r->was_conditional = t->was_conditional;
	if (!str_empty(peer))
		r->address = arena_strdup(t->arena, peer);
	if (rc != CURLE_OK && t->why == STOP_ENOUGH)
		rc = CURLE_OK;
	if (rc == CURLE_FILESIZE_EXCEEDED) /* by its Content-Length */
		t->why = STOP_WIRE;
	if (rc == CURLE_OK && t->is_wanted && t->why == STOP_NONE &&
	    !decoder_is_complete(&t->decoder)) {
		t->why = STOP_DAMAGED;
		rc = CURLE_WRITE_ERROR;
	}
	if (rc == CURLE_OK) {
		r->st = AK_OK;
		read_headers(t, now, r);
		read_status(t, r);
	} else if (t->why != STOP_NONE &&
		   (t->why != STOP_DENIED || rc == CURLE_COULDNT_CONNECT ||
		       rc == CURLE_ABORTED_BY_CALLBACK)) {
		read_stop(t, r);
	} else {
		read_failure(t, rc, r);
	}
	if (r->st != AK_OK)
		r->status = 0;
}

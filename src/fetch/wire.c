/* SPDX-License-Identifier: ISC */
/*
 * The callbacks of a transfer under way: every address it connects to is
 * judged, every piece of a body decoded and counted under the limits.
 */
#include "fetch/fetch_int.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"

#define BODY_FIRST ((size_t)32 << 10)

/* Do the limits of public hosts hold for it? */
static bool
is_limited(const struct fetch_job *job)
{
	return job->lane->domain != NULL &&
	       (!job->is_private || job->f->p.private_as_public);
}

/* Judge an address; the diag says why it is refused. */
static bool
may_connect(struct transfer *t, const struct net_addr *addr)
{
	struct fetch_job *job = t->job;
	char text[ADDRESS_TEXT_SIZE];
	const char *why = NULL;

	switch (address_judge(addr, job_allow(job), &why)) {
	case ADDRESS_PUBLIC:
		return true;
	case ADDRESS_ALLOWED:
		job->is_private = true;
		if (job->n_hops == 0)
			job->entered_private = true;
		if (job->entered_private || t->f->p.private_redirects)
			return true;
		why = "inside [fetch] allow, where no public URL may redirect";
		break;
	case ADDRESS_REFUSED:
		break;
	}
	t->why = STOP_DENIED;
	(void)diag_set(&t->denied, AK_DENIED,
	    "refused: %s is %s ([fetch] allow lists what may be asked)",
	    address_text(addr, text), why);
	return false;
}

curl_socket_t
transfer_on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *sa)
{
	struct transfer *t = arg;
	struct net_addr addr;
	curl_socket_t fd;

	(void)purpose;
	/* What a proxy connects to is the proxy's business. */
	if (job_proxy(t->job) == NULL) {
		if (!address_from_sockaddr(&sa->addr, &addr) ||
		    !may_connect(t, &addr))
			return CURL_SOCKET_BAD;
		if (is_limited(t->job)) {
			if (queue_peer_full(t, &addr)) {
				t->why = STOP_PEER_BUSY;
				t->busy_addr = addr;
				return CURL_SOCKET_BAD;
			}
			queue_peer_set(t, &addr);
		}
	}
	t->f->stats.n_connections++;
	fd = socket(sa->family, sa->socktype | SOCK_CLOEXEC, sa->protocol);
	if (fd >= 0)
		return fd;
	/* No fault of the feed's; an unknown family is the address's. */
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
	    errno == ENOMEM) {
		t->why = STOP_NO_SOCKET;
		(void)diag_set(&t->denied, AK_IO, "no socket to be had: %s",
		    strerrordesc_np(errno));
	}
	return CURL_SOCKET_BAD;
}

/* Once more before the request goes out: a connection may be an old one. */
int
transfer_on_prereq(
    void *arg, char *peer, char *self, int peer_port, int self_port)
{
	struct transfer *t = arg;
	struct net_addr addr;

	(void)self;
	(void)peer_port;
	(void)self_port;
	if (job_proxy(t->job) != NULL)
		return CURL_PREREQFUNC_OK;
	if (!net_addr_parse(peer, &addr) || !may_connect(t, &addr))
		return CURL_PREREQFUNC_ABORT;
	if (is_limited(t->job))
		queue_peer_set(t, &addr);
	t->why = STOP_NONE; /* of an address tried before */
	return CURL_PREREQFUNC_OK;
}

/* The first byte of a body: is it worth having, and how long may it be? */
static bool
begin_body(struct transfer *t)
{
	int64_t max = t->f->p.body_bytes;
	curl_off_t length = -1;
	long status = 0;

	t->has_body = true;
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->is_wanted = status / 100 == 2 && status != 206;
	if (!t->is_wanted)
		return true;
	if (decoder_begin(&t->decoder, t->h.content_encoding) != AK_OK) {
		t->why = STOP_CODING;
		return false;
	}
	if (t->job->max_body_bytes > 0 && t->job->max_body_bytes < max)
		max = t->job->max_body_bytes;
	buf_init(&t->body, (size_t)max);
	(void)curl_easy_getinfo(
	    t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	t->body.cap =
	    length > (curl_off_t)BODY_FIRST && length < (curl_off_t)LIMIT_MIB
		? (size_t)length + 1
		: BODY_FIRST;
	t->body.data = xmalloc(t->body.cap);
	return true;
}

/* Decode a piece of a wanted body under its three limits. */
static enum stop_reason
take_piece(struct transfer *t, const char *p, size_t n)
{
	size_t ratio = (size_t)t->n_wire * LIMIT_RATIO, max = t->body.max;

	if (t->n_wire > t->f->p.wire_bytes)
		return STOP_WIRE;
	if (ratio < LIMIT_RATIO_FROM)
		ratio = LIMIT_RATIO_FROM;
	switch (decoder_push(
	    &t->decoder, p, n, &t->body, ratio < max ? ratio : max)) {
	case AK_OK:
		return STOP_NONE;
	case AK_TOOBIG:
		return ratio < max ? STOP_RATIO : STOP_BODY;
	default:
		return STOP_DAMAGED;
	}
}

size_t
transfer_on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= size;
	t->n_wire += (int64_t)n;
	if (!t->has_body && !begin_body(t))
		return 0;
	if (t->is_wanted)
		t->why = take_piece(t, p, n);
	else if (t->n_wire > (int64_t)LIMIT_ERROR_BODY_BYTES)
		t->why = STOP_ENOUGH;
	return t->why == STOP_NONE ? n : 0;
}

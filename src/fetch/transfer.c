/* SPDX-License-Identifier: ISC */
/*
 * One request: its options, its limits while it runs, its end.
 *
 * Easy handles are kept and used again; what never changes is set once
 * (new_spare), and a handle that got options of one feed (credentials, a
 * proxy, a body) is thrown away, so that nothing can be inherited.  Header
 * lines live in the transfer's arena; libcurl only borrows them.
 *
 * Deadlines that libcurl does not know (first byte, slow transfer, bytes on
 * the wire while nothing comes out of a decoder) are looked after by one
 * sweep over the running transfers.
 */
#include "fetch/fetch_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define PARK_429_S (4 * 3600)
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

	switch (address_judge(addr, &t->f->allow, &why)) {
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

static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *sa)
{
	struct transfer *t = arg;
	struct net_addr addr;
	curl_socket_t fd;

	(void)purpose;
	/* What a proxy connects to is the proxy's business. */
	if (t->job->proxy == NULL) {
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
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* Once more before the request goes out: a connection may be an old one. */
static int
on_prereq(void *arg, char *peer, char *self, int peer_port, int self_port)
{
	struct transfer *t = arg;
	struct net_addr addr;

	(void)self;
	(void)peer_port;
	(void)self_port;
	if (t->job->proxy != NULL)
		return CURL_PREREQFUNC_OK;
	if (!address_from_text(peer, &addr) || !may_connect(t, &addr))
		return CURL_PREREQFUNC_ABORT;
	if (is_limited(t->job))
		queue_peer_set(t, &addr);
	t->why = STOP_NONE; /* of an address tried before */
	return CURL_PREREQFUNC_OK;
}

static size_t
stop(struct transfer *t, enum stop_reason why)
{
	t->why = why;
	return 0;
}

static int64_t
wire_bytes(struct transfer *t)
{
	curl_off_t n = 0;

	(void)curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &n);
	return n;
}

/* The first byte of a body: is it worth having, and how long may it be? */
static void
begin_body(struct transfer *t)
{
	int64_t max = t->f->p.body_bytes;
	curl_off_t length = -1;
	long status = 0;

	t->has_body = true;
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->is_wanted = status / 100 == 2 && status != 206;
	if (!t->is_wanted)
		return;
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
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= size;
	if (!t->has_body)
		begin_body(t);
	if (!t->is_wanted) {
		t->n_skipped += (int64_t)n;
		if (t->n_skipped > (int64_t)LIMIT_ERROR_BODY_BYTES)
			return stop(t, STOP_ENOUGH);
		return n;
	}
	buf_add(&t->body, p, n);
	if (buf_status(&t->body) != AK_OK)
		return stop(t, STOP_BODY);
	if (t->body.len > LIMIT_RATIO_FROM) {
		int64_t wire = wire_bytes(t);

		if (wire > t->f->p.wire_bytes)
			return stop(t, STOP_WIRE);
		if ((int64_t)t->body.len / LIMIT_RATIO > wire)
			return stop(t, STOP_RATIO);
	}
	return n;
}

/* ----------------------------------------------------------- the handles */

static void
set_str(CURL *e, CURLoption option, const char *value)
{
	if (curl_easy_setopt(e, option, value) != CURLE_OK)
		abort(); /* no memory, or a libcurl without the option */
}

static void
set_num(CURL *e, CURLoption option, int64_t value)
{
	if (curl_easy_setopt(e, option, (long)value) != CURLE_OK)
		abort();
}

/* Options that hold for every request. */
static void
set_common(struct transfer *t)
{
	const struct fetch_params *p = &t->f->p;
	CURL *e = t->easy;

	set_num(e, CURLOPT_NOSIGNAL, 1);
	set_num(e, CURLOPT_HTTP09_ALLOWED, 0);
	set_str(e, CURLOPT_PROTOCOLS_STR, "http,https");
	set_str(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	set_num(e, CURLOPT_FOLLOWLOCATION, 0);
	set_num(e, CURLOPT_UNRESTRICTED_AUTH, 0);
	set_num(e, CURLOPT_NETRC, CURL_NETRC_IGNORED);
	set_num(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
	set_num(e, CURLOPT_CONNECTTIMEOUT_MS, p->connect_ms);
	set_num(e, CURLOPT_TIMEOUT_MS, p->transfer_ms);
	set_num(e, CURLOPT_MAXAGE_CONN, FETCH_IDLE_MS / 1000);
	set_str(e, CURLOPT_USERAGENT, p->user_agent);
	set_str(e, CURLOPT_ACCEPT_ENCODING, "");
	/* Never the environment's. */
	set_str(e, CURLOPT_PROXY, p->proxy != NULL ? p->proxy : "");
	set_str(e, CURLOPT_NOPROXY, "");
	if (p->ca_file != NULL)
		set_str(e, CURLOPT_CAINFO, p->ca_file);
	if (t->f->resolve != NULL)
		(void)curl_easy_setopt(e, CURLOPT_RESOLVE, t->f->resolve);
	(void)curl_easy_setopt(
	    e, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)p->wire_bytes);
	(void)curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
	(void)curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	(void)curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open);
	(void)curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	(void)curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_prereq);
	(void)curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
	(void)curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, answer_on_header);
	(void)curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	(void)curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
}

static struct transfer *
new_spare(struct fetcher *f)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	t->f = f;
	t->epoch = f->epoch;
	t->easy = curl_easy_init();
	if (t->easy == NULL)
		abort();
	t->arena = arena_new(4 * LIMIT_HEADERS_BYTES);
	set_common(t);
	return t;
}

static void
transfer_free(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	arena_free(t->arena);
	free(t);
}

void
transfer_free_spare(struct fetcher *f)
{
	struct transfer *t;

	while ((t = TAILQ_FIRST(&f->spare)) != NULL) {
		TAILQ_REMOVE(&f->spare, t, link);
		transfer_free(t);
	}
}

/* ----------------------------------------------------------- one request */

/* A header line in the arena, in front of the list. */
static void
add_line(struct transfer *t, struct curl_slist **list, char *line)
{
	struct curl_slist *node = arena_alloc(t->arena, sizeof(*node));

	if (node == NULL || line == NULL)
		return; /* over the arena's limit: the caller's strings */
	node->data = line;
	node->next = *list;
	*list = node;
}

/* May it be sent back?  Opaque, but no line of its own. */
static bool
is_validator(const char *s)
{
	if (str_empty(s) || strlen(s) > LIMIT_VALIDATOR_BYTES)
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7F)
			return false;
	return true;
}

static void
add_validators(struct transfer *t, struct curl_slist **list)
{
	const struct fetch_job *job = t->job;

	if (strcmp(job_url(job),
		job->validators_url != NULL ? job->validators_url : job->url) !=
	    0)
		return;
	if (is_validator(job->etag)) {
		add_line(t, list,
		    arena_printf(t->arena, "If-None-Match: %s", job->etag));
		t->was_conditional = true;
		if (job->want_delta) {
			add_line(t, list, arena_strdup(t->arena, "A-IM: feed"));
			t->sent_delta = true;
		}
	}
	if (is_validator(job->last_modified)) {
		add_line(t, list,
		    arena_printf(
			t->arena, "If-Modified-Since: %s", job->last_modified));
		t->was_conditional = true;
	}
}

/* What the user set for this feed: to its own origin alone. */
static void
add_credentials(struct transfer *t, struct curl_slist **list)
{
	const struct fetch_job *job = t->job;
	CURL *e = t->easy;

	if (!job->is_own_origin)
		return;
	if (job->bearer != NULL)
		add_line(t, list,
		    arena_printf(
			t->arena, "Authorization: Bearer %s", job->bearer));
	for (const char *h = job->headers; h != NULL && *h != '\0';
	     h += strlen(h) + 1)
		add_line(t, list, arena_strdup(t->arena, h));
	if (job->userinfo != NULL) {
		const char *colon = strchr(job->userinfo, ':');
		size_t n = colon != NULL ? (size_t)(colon - job->userinfo)
					 : strlen(job->userinfo);

		set_str(e, CURLOPT_USERNAME,
		    arena_strndup(t->arena, job->userinfo, n));
		set_str(e, CURLOPT_PASSWORD, colon != NULL ? colon + 1 : "");
		/* Over TLS the password may go with the first request; in
		 * clear the server is asked first what it takes. */
		set_num(e, CURLOPT_HTTPAUTH,
		    (int64_t)(job->is_https
				  ? CURLAUTH_BASIC
				  : CURLAUTH_BASIC | CURLAUTH_DIGEST));
	}
	if (job->client_cert != NULL) {
		set_str(e, CURLOPT_SSLCERT, job->client_cert);
		if (job->client_key != NULL)
			set_str(e, CURLOPT_SSLKEY, job->client_key);
	}
}

static void
set_special(struct transfer *t, struct curl_slist **list)
{
	struct fetch_job *job = t->job;
	CURL *e = t->easy;

	if (job->proxy != NULL)
		set_str(e, CURLOPT_PROXY, job->proxy);
	if (job->method == FETCH_POST) {
		set_num(e, CURLOPT_POST, 1);
		(void)curl_easy_setopt(
		    e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)job->body_len);
		(void)curl_easy_setopt(
		    e, CURLOPT_POSTFIELDS, job->body != NULL ? job->body : "");
		add_line(t, list,
		    arena_printf(t->arena, "Content-Type: %s",
			job->body_type != NULL ? job->body_type
					       : "application/octet-stream"));
		add_line(t, list, arena_strdup(t->arena, "Expect:"));
	}
	if (job->cookies_once) {
		set_str(e, CURLOPT_COOKIEFILE, "");
		for (struct curl_slist *c = job->cookies; c != NULL;
		     c = c->next)
			set_str(e, CURLOPT_COOKIELIST, c->data);
	}
	if (job->retried_421)
		set_num(e, CURLOPT_FRESH_CONNECT, 1);
	add_credentials(t, list);
}

static bool
is_special(const struct fetch_job *job)
{
	return job->proxy != NULL || job->method == FETCH_POST ||
	       job->cookies_once || job->retried_421 ||
	       (job->is_own_origin &&
		   (job->bearer != NULL || job->headers != NULL ||
		       job->userinfo != NULL || job->client_cert != NULL));
}

static struct curl_slist *
make_lines(struct transfer *t)
{
	struct fetch_job *job = t->job;
	struct curl_slist *list = NULL;

	add_line(t, &list,
	    job->accept != NULL
		? arena_printf(t->arena, "Accept: %s", job->accept)
		: t->f->accept_line);
	add_validators(t, &list);
	t->is_special = is_special(job);
	if (t->is_special)
		set_special(t, &list);
	return list;
}

void
transfer_start(struct fetch_job *job)
{
	struct fetcher *f = job->f;
	struct transfer *t = TAILQ_FIRST(&f->spare);
	struct lane *l = job->lane;

	if (t != NULL)
		TAILQ_REMOVE(&f->spare, t, link);
	else
		t = new_spare(f);
	t->job = job;
	job->transfer = t;
	TAILQ_INSERT_TAIL(&f->running, t, link);
	f->n_active++;
	f->stats.n_running++;
	f->stats.n_requests++;
	t->started_ms = t->window_ms = clock_mono_ms();
	if (job->first_ms == 0)
		job->first_ms = t->started_ms;
	set_str(t->easy, CURLOPT_URL, job_url(job));
	(void)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, make_lines(t));
	/* A literal needs no cache; the walks over it cost. */
	set_num(t->easy, CURLOPT_DNS_CACHE_TIMEOUT, job->is_literal ? 0 : 60);
	/* Keep the connection for the next in line, if there is one. */
	set_num(t->easy, CURLOPT_FORBID_REUSE, l->n_jobs == 0);
	multi_start(t);
	if (!f->sweeping) {
		struct timeval tv = {0, FETCH_SWEEP_MS * 1000};

		(void)event_add(f->sweep, &tv);
		f->sweeping = true;
	}
}

/* Take it off the wire; the slot stays ours until transfer_spare(). */
static void
end_transfer(struct transfer *t)
{
	struct fetcher *f = t->f;

	t->job->wire_bytes += wire_bytes(t);
	f->stats.wire_bytes += wire_bytes(t);
	multi_stop(t);
	TAILQ_REMOVE(&f->running, t, link);
	if (t->is_stalled)
		f->n_stalled--;
	else
		f->n_active--;
	f->stats.n_running--;
	t->job->transfer = NULL;
	queue_peer_release(t);
}

static void
make_spare(struct transfer *t)
{
	struct fetcher *f = t->f;

	buf_release(&t->body);
	if (t->is_special || t->epoch != f->epoch) {
		transfer_free(t);
		return;
	}
	arena_reset(t->arena);
	(void)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, NULL);
	*t = (struct transfer){
	    .f = f, .easy = t->easy, .arena = t->arena, .epoch = t->epoch};
	TAILQ_INSERT_HEAD(&f->spare, t, link);
}

void
transfer_drop(struct transfer *t)
{
	struct fetch_job *job = t->job;

	end_transfer(t);
	queue_remove(job);
	make_spare(t);
}

/* 421: the server does not answer for this name on this connection. */
static bool
retries_421(struct transfer *t, const struct fetch_result *r)
{
	struct fetch_job *job = t->job;

	if (r->status != 421 || job->retried_421)
		return false;
	job->retried_421 = true;
	return true;
}

static void
note_health(struct fetch_job *job, const struct fetch_result *r)
{
	struct lane *l = job->lane;

	if ((r->st == AK_OK || r->outcome == SCHED_TLS) && l->domain != NULL &&
	    !job->is_literal)
		outage_deny(job->f);
	switch (r->outcome) {
	case SCHED_TOO_MANY:
		queue_park_domain(
		    l, r->retry_after_s >= 0 ? r->retry_after_s : PARK_429_S);
		break;
	case SCHED_UNAVAILABLE:
	case SCHED_CONNECT:
	case SCHED_TLS:
		queue_park_lane(l, r->outcome, r->retry_after_s);
		break;
	default:
		if (r->st == AK_OK)
			queue_forgive(l);
		break;
	}
}

/* The body is the result's; a short one gives back what it reserved. */
static void
take_body(struct transfer *t, struct fetch_result *r)
{
	if (r->st != AK_OK || r->outcome != SCHED_OK || t->body.data == NULL)
		return;
	r->body_len = t->body.len;
	if (t->body.cap > 2 * t->body.len)
		t->body.data = xreallocarray(t->body.data, t->body.len + 1, 1);
	r->body = buf_steal(&t->body);
}

void
transfer_done(struct transfer *t, CURLcode rc)
{
	struct fetch_job *job = t->job;
	struct fetch_result r = {0};

	if (rc != CURLE_OK && t->why == STOP_PEER_BUSY) {
		end_transfer(t);
		queue_requeue_peer(job, &t->busy_addr);
		make_spare(t);
		return;
	}
	answer_read(t, rc, clock_now(), &r);
	if (job->cookies_once) {
		curl_slist_free_all(job->cookies);
		job->cookies = NULL;
		(void)curl_easy_getinfo(
		    t->easy, CURLINFO_COOKIELIST, &job->cookies);
	}
	end_transfer(t);
	note_health(job, &r);
	if (retries_421(t, &r)) {
		queue_requeue_peer(job, &t->busy_addr);
	} else if (!redirect_follow(t, &r)) {
		queue_remove(job);
		if (!outage_doubts(job, &r)) {
			take_body(t, &r);
			job_deliver(job, &r);
		}
	}
	make_spare(t);
}

/* ------------------------------------------------------------- deadlines */

static enum stop_reason
check_deadlines(struct transfer *t, int64_t now_ms)
{
	int64_t bytes, window = now_ms - t->window_ms;

	if (!t->heard) {
		if (now_ms - t->started_ms >=
		    t->f->p.first_byte_ms + t->f->p.connect_ms)
			return STOP_FIRST_BYTE;
		curl_off_t sent_us = 0;

		(void)curl_easy_getinfo(
		    t->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
		if (sent_us > 0 && now_ms - t->started_ms - sent_us / 1000 >=
				       t->f->p.first_byte_ms)
			return STOP_FIRST_BYTE;
		return STOP_NONE;
	}
	bytes = wire_bytes(t) + t->n_header_bytes;
	if (bytes - t->n_header_bytes > t->f->p.wire_bytes)
		return STOP_WIRE;
	if (window < (int64_t)LIMIT_SLOW_S * 1000)
		return STOP_NONE;
	if (bytes - t->window_bytes <
	    (int64_t)LIMIT_SLOW_S * LIMIT_SLOW_BYTES_PER_S)
		return STOP_SLOW;
	t->window_ms = now_ms;
	t->window_bytes = bytes;
	return STOP_NONE;
}

void
transfer_sweep(struct fetcher *f)
{
	int64_t now_ms = clock_mono_ms();
	struct transfer *t, *next;

	for (t = TAILQ_FIRST(&f->running); t != NULL; t = next) {
		next = TAILQ_NEXT(t, link);
		t->why =
		    t->why == STOP_NONE ? check_deadlines(t, now_ms) : t->why;
		if (t->why >= STOP_BODY) {
			transfer_done(t, CURLE_ABORTED_BY_CALLBACK);
			/* The callback may have canceled others. */
			next = TAILQ_FIRST(&f->running);
			continue;
		}
		if (!t->heard && !t->is_stalled &&
		    now_ms - t->started_ms >= FETCH_STALLED_MS) {
			t->is_stalled = true;
			f->n_active--;
			f->n_stalled++;
		}
	}
}

/* SPDX-License-Identifier: ISC */
/*
 * One request under way: its slot, its deadlines, its end.
 *
 * Easy handles are kept and used again; a handle that got options of one feed
 * (credentials, a proxy, a body) is thrown away, so that nothing can be
 * inherited.
 *
 * Deadlines that libcurl does not know (first byte, slow transfer) are looked
 * after by one sweep over the running transfers.
 */
#include "fetch/fetch_int.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#define SLOW_WINDOW_MS 3000
#define PARK_429_S (4 * 3600)

/* ----------------------------------------------------------- the handles */

static struct transfer *
new_spare(struct fetcher *f)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	t->f = f;
	t->epoch = f->epoch;
	t->easy = curl_easy_init();
	if (t->easy == NULL)
		mem_none();
	t->arena = arena_new(4 * LIMIT_HEADERS_BYTES);
	request_init(t);
	return t;
}

static void
transfer_free(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	decoder_release(&t->decoder);
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

void
transfer_start(struct fetch_job *job)
{
	struct fetcher *f = job->f;
	struct transfer *t = TAILQ_FIRST(&f->spare);

	if (t != NULL)
		TAILQ_REMOVE(&f->spare, t, link);
	else
		t = new_spare(f);
	t->job = job;
	job->transfer = t;
	TAILQ_INSERT_TAIL(&f->running, t, link);
	f->n_active++;
	f->stats.n_requests++;
	t->started_ms = t->window_ms = clock_mono_ms();
	if (job->first_ms == 0)
		job->first_ms = t->started_ms;
	request_set(t);
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

	t->job->wire_bytes += t->n_wire;
	f->stats.wire_bytes += t->n_wire;
	multi_stop(t);
	TAILQ_REMOVE(&f->running, t, link);
	if (t->is_stalled)
		f->n_stalled--;
	else
		f->n_active--;
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
	*t = (struct transfer){.f = f,
	    .easy = t->easy,
	    .arena = t->arena,
	    .decoder = t->decoder,
	    .epoch = t->epoch};
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

/* Is it worth another request, once?  421: the server does not answer for this
 * name on this connection (RFC 9110, 15.5.20).  401: over TLS the password went
 * as Basic without a question, and the server wants Digest. */
static bool
is_retried(struct transfer *t, const struct fetch_result *r)
{
	struct fetch_job *job = t->job;

	if (r->status == 421 && !job->retried_421)
		return job->retried_421 = true;
	if (r->status == 401 && !job->wants_digest && job->is_https &&
	    job->is_own_origin && job->userinfo != NULL &&
	    t->h.authenticate != NULL &&
	    ascii_istr(t->h.authenticate, "digest ") != NULL)
		return job->wants_digest = true;
	return false;
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
	if (is_retried(t, &r)) {
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

static bool
is_silent_too_long(struct transfer *t, int64_t now_ms)
{
	const struct fetch_params *p = &t->f->p;
	int64_t waited = now_ms - t->started_ms;
	curl_off_t sent_us = 0;

	if (waited < p->first_byte_ms)
		return false;
	(void)curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
	if (sent_us == 0) /* it still connects */
		return waited >= p->first_byte_ms + p->connect_ms;
	return waited - sent_us / 1000 >= p->first_byte_ms;
}

/* A window in which too little came counts, and so many in a row end it. */
static bool
is_slow(struct transfer *t, int64_t now_ms)
{
	int64_t bytes = t->n_wire + t->n_header_bytes;
	int64_t window = now_ms - t->window_ms;

	if (window < SLOW_WINDOW_MS)
		return false;
	if ((bytes - t->window_bytes) * 1000 >=
	    (int64_t)LIMIT_SLOW_BYTES_PER_S * window)
		t->n_slow = 0;
	else
		t->n_slow++;
	t->window_ms = now_ms;
	t->window_bytes = bytes;
	return t->n_slow >= LIMIT_SLOW_S * 1000 / SLOW_WINDOW_MS;
}

void
transfer_sweep(struct fetcher *f)
{
	int64_t now_ms = clock_mono_ms();
	struct transfer *t, *next;

	for (t = TAILQ_FIRST(&f->running); t != NULL; t = next) {
		next = TAILQ_NEXT(t, link);
		if (!t->heard && is_silent_too_long(t, now_ms))
			t->why = STOP_FIRST_BYTE;
		else if (t->heard && is_slow(t, now_ms))
			t->why = STOP_SLOW;
		if (t->why == STOP_FIRST_BYTE || t->why == STOP_SLOW) {
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

/* SPDX-License-Identifier: ISC */
/*
 * The fetcher and its jobs.
 *
 * fetch_start() copies a request into one block, judges its URL and puts it
 * into the lane of its origin (queue.c).  The pump starts it when every limit
 * allows (transfer.c, multi.c); a redirect sends it to another lane
 * (redirect.c); its end is read into a fetch_result (answer.c), and the
 * callback is made.  What ends without having been asked (refused, parked,
 * canceled by closing) waits in `done` for the kick event, so that a callback
 * never comes from inside fetch_start().
 */
#include "fetch/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/url.h"
#include "fetch/fetch_int.h"

#define ACCEPT_FEEDS                                                           \
	"application/atom+xml, application/rss+xml, application/feed+json, "   \
	"application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.7, "   \
	"text/html;q=0.3, */*;q=0.1"

/* --------------------------------------------------------------- the job */

const char *
job_url(const struct fetch_job *job)
{
	return job->hop_url != NULL ? job->hop_url : job->url;
}

static struct net all_nets[] = {{{{0}, true}, 0}, {{{0}, false}, 0}};
static const struct net_list everywhere = {.nets = all_nets, .n_nets = 2};

const struct net_list *
job_allow(const struct fetch_job *job)
{
	return job->is_trusted ? &everywhere : &job->f->allow;
}

const char *
job_proxy(const struct fetch_job *job)
{
	return job->proxy != NULL ? job->proxy : job->f->p.proxy;
}

static void
job_free(struct fetch_job *job)
{
	for (size_t i = 0; i < job->n_hops; i++)
		free((char *)(uintptr_t)job->hops[i].url);
	free(job->hops); /* hop_url is one of them */
	curl_slist_free_all(job->cookies);
	free(job->early);
	free(job);
}

/* Lays strings one after another into a job, or counts their bytes. */
struct layout {
	char *at;
	size_t size;
};

static const char *
lay_bytes(struct layout *l, const void *p, size_t len)
{
	char *at = l->at;

	l->size += len + 1;
	if (p == NULL || at == NULL)
		return NULL;
	memcpy(at, p, len);
	at[len] = '\0';
	l->at += len + 1;
	return at;
}

static const char *
lay(struct layout *l, const char *s)
{
	return s != NULL ? lay_bytes(l, s, strlen(s)) : NULL;
}

static bool
is_header_line(const char *s)
{
	return strchr(s, ':') != NULL && strpbrk(s, "\r\n") == NULL;
}

static const char *
lay_headers(struct layout *l, const char *const *headers)
{
	const char *first = NULL, *p;
	bool any = false;

	for (; headers != NULL && *headers != NULL; headers++) {
		if (!is_header_line(*headers))
			continue; /* would be a line of its own */
		p = lay(l, *headers);
		if (first == NULL)
			first = p;
		any = true;
	}
	if (any)
		(void)lay(l, "");
	return first;
}

/* Copy the strings of `req`; called twice, to count and to copy. */
static void
lay_request(struct layout *l, struct fetch_job *job,
    const struct fetch_req *req, const struct target *t)
{
	job->url = lay(l, t->url);
	job->origin = lay(l, t->origin);
	job->etag = lay(l, req->etag);
	job->last_modified = lay(l, req->last_modified);
	job->validators_url = lay(l, req->validators_url);
	job->accept = lay(l, req->accept);
	job->userinfo =
	    lay(l, req->userinfo != NULL ? req->userinfo : t->userinfo);
	job->bearer = lay(l, req->bearer);
	job->proxy = lay(l, req->proxy);
	job->client_cert = lay(l, req->client_cert);
	job->client_key = lay(l, req->client_key);
	job->headers = lay_headers(l, req->headers);
	job->body_type = lay(l, req->body_type);
	job->body =
	    req->body != NULL ? lay_bytes(l, req->body, req->body_len) : NULL;
}

static struct fetch_job *
job_new(struct fetcher *f, const struct fetch_req *req, const struct target *t)
{
	struct fetch_job sizes, *job;
	struct layout l = {NULL, 0};

	lay_request(&l, &sizes, req, t);
	job = xcalloc(1, sizeof(*job) + l.size);
	l.at = job->text;
	lay_request(&l, job, req, t);
	job->f = f;
	job->body_len = job->body != NULL ? req->body_len : 0;
	job->max_body_bytes = req->max_body_bytes;
	job->method = req->method;
	job->want_delta = req->want_delta;
	job->urgent = req->urgent;
	job->https_only = req->https_only;
	job->cookies_once = req->cookies_once;
	job->is_trusted = req->is_trusted;
	job->all_permanent = true;
	job->is_own_origin = true;
	job->is_https = t->is_https;
	job->is_literal = t->is_literal;
	job->entered_private = t->kind == ADDRESS_ALLOWED;
	return job;
}

void
job_end_early(struct fetch_job *job, enum ak_status st,
    enum sched_outcome outcome, int64_t retry_after_s, const char *text)
{
	struct fetcher *f = job->f;

	job->early = xmalloc(sizeof(*job->early));
	*job->early = (struct fetch_result){.st = st,
	    .outcome = outcome,
	    .fresh_s = -1,
	    .retry_after_s = retry_after_s};
	(void)diag_set(&job->early->diag, st, "%s", text);
	TAILQ_INSERT_TAIL(&f->done, job, link);
	job->in = &f->done;
	fetch_kick(f);
}

void
job_deliver(struct fetch_job *job, struct fetch_result *r)
{
	static const char *const no_links[] = {NULL};
	struct fetcher *f = job->f;

	r->url = job->url;
	r->final_url = job_url(job);
	r->hops = job->hops;
	r->n_hops = job->n_hops;
	r->all_permanent = job->n_hops > 0 && job->all_permanent;
	r->wire_bytes = job->wire_bytes;
	/* A 429 without one means more than that (PARK_429_S). */
	if (job->retry_after_s > 0 && job->retry_after_s > r->retry_after_s &&
	    r->outcome != SCHED_TOO_MANY)
		r->retry_after_s = job->retry_after_s;
	if (r->links == NULL)
		r->links = no_links;
	f->in_callback = true;
	job->cb(r, job->arg);
	f->in_callback = false;
	free(r->body);
	job_free(job);
}

/* ----------------------------------------------------------- the fetcher */

void
fetch_kick(struct fetcher *f)
{
	event_active(f->kick, EV_TIMEOUT, 0);
}

static void
deliver_done(struct fetcher *f)
{
	struct fetch_job *job;

	while ((job = TAILQ_FIRST(&f->done)) != NULL) {
		TAILQ_REMOVE(&f->done, job, link);
		job->in = NULL;
		job_deliver(job, job->early);
	}
}

static void
kick_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	deliver_done(arg);
	queue_pump(arg);
}

static void
sweep_cb(evutil_socket_t fd, short what, void *arg)
{
	struct timeval tv = {0, FETCH_SWEEP_MS * 1000};
	struct fetcher *f = arg;
	int64_t now_ms = clock_mono_ms();

	(void)fd;
	(void)what;
	transfer_sweep(f);
	multi_collect(f, false);
	queue_pump(f);
	if (!TAILQ_EMPTY(&f->running)) {
		f->idle_since_ms = 0;
	} else if (f->idle_since_ms == 0) {
		f->idle_since_ms = now_ms;
	} else if (now_ms - f->idle_since_ms >= FETCH_IDLE_MS) {
		multi_collect(f, true);
		transfer_free_spare(f);
		queue_collect(f, false);
		f->idle_since_ms = 0;
		f->sweeping = false;
		return;
	}
	if (f->idle_since_ms != 0)
		tv = (struct timeval){FETCH_IDLE_MS / 4000, 0};
	(void)event_add(f->sweep, &tv);
}

static void
params_release(struct fetch_params *p)
{
	free((char *)(uintptr_t)p->user_agent);
	free((char *)(uintptr_t)p->proxy);
	free((char *)(uintptr_t)p->ca_file);
}

static char *
copy_or_null(const char *s)
{
	return str_empty(s) ? NULL : xstrdup(s);
}

enum ak_status
fetch_reconfigure(
    struct fetcher *f, const struct fetch_params *params, struct diag *reterr)
{
	struct net_list allow;
	enum ak_status st;

	assert(params->max_total > 0 && params->max_per_host > 0 &&
	       params->max_per_domain > 0 && params->max_per_address > 0);
	if (str_empty(params->user_agent))
		return diag_set(reterr, AK_BADINPUT, "no User-Agent");
	if ((st = net_list_parse(params->allow, &allow, reterr)) != AK_OK)
		return st;
	net_list_release(&f->allow);
	f->allow = allow;
	params_release(&f->p);
	f->p = *params;
	f->p.user_agent = xstrdup(params->user_agent);
	f->p.proxy = copy_or_null(params->proxy);
	f->p.ca_file = copy_or_null(params->ca_file);
	f->p.allow = NULL;
	f->p.resolve = NULL;
	f->knows_all_names = params->resolve != NULL;
	curl_slist_free_all(f->resolve);
	f->resolve = NULL;
	for (size_t i = 0; params->resolve && params->resolve[i]; i++)
		f->resolve = curl_slist_append(f->resolve, params->resolve[i]);
	transfer_free_spare(f); /* they carry the old options */
	tls_forget(f);
	f->epoch++;
	return AK_OK;
}

struct fetcher *
fetch_new(struct event_base *base, const struct fetch_params *params,
    struct diag *reterr)
{
	struct fetcher *f = xcalloc(1, sizeof(*f));

	f->base = base;
	TAILQ_INIT(&f->ready);
	TAILQ_INIT(&f->done);
	TAILQ_INIT(&f->doubted);
	TAILQ_INIT(&f->running);
	TAILQ_INIT(&f->spare);
	LIST_INIT(&f->gens);
	tls_init(f);
	if (fetch_reconfigure(f, params, reterr) != AK_OK) {
		free(f);
		return NULL;
	}
	f->accept_line = xstrdup("Accept: " ACCEPT_FEEDS);
	f->coding_line = xstrdup("Accept-Encoding: " DECODE_ACCEPT);
	f->scratch = arena_new(16 * LIMIT_URL_BYTES);
	f->kick = event_new(base, -1, 0, kick_cb, f);
	f->sweep = evtimer_new(base, sweep_cb, f);
	f->doubt = evtimer_new(base, outage_verdict_cb, f);
	assert(f->kick != NULL && f->sweep != NULL && f->doubt != NULL);
	return f;
}

/* Move every job that waits or runs to `done`. */
static void
cancel_all(struct fetcher *f)
{
	struct fetch_job *job;
	struct transfer *t;

	while ((t = TAILQ_FIRST(&f->running)) != NULL) {
		job = t->job;
		transfer_drop(t);
		job_end_early(
		    job, AK_CANCELED, SCHED_NETWORK_DOWN, -1, "akin stops");
	}
	queue_cancel(f, "akin stops");
	while ((job = TAILQ_FIRST(&f->doubted)) != NULL) {
		TAILQ_REMOVE(&f->doubted, job, link);
		job->early->st = AK_CANCELED;
		job->early->outcome = SCHED_NETWORK_DOWN;
		TAILQ_INSERT_TAIL(&f->done, job, link);
	}
}

void
fetch_free(struct fetcher *f)
{
	if (f == NULL)
		return;
	assert(!f->in_callback);
	do {
		cancel_all(f);
		deliver_done(f); /* a callback may start another */
	} while (!TAILQ_EMPTY(&f->done) || f->stats.n_queued > 0);
	multi_collect(f, true);
	transfer_free_spare(f);
	queue_collect(f, true);
	tls_forget(f);
	event_free(f->kick);
	event_free(f->sweep);
	event_free(f->doubt);
	net_list_release(&f->allow);
	params_release(&f->p);
	curl_slist_free_all(f->resolve);
	arena_free(f->scratch);
	free(f->accept_line);
	free(f->coding_line);
	free(f);
}

struct fetch_job *
fetch_start(
    struct fetcher *f, const struct fetch_req *req, fetch_cb cb, void *arg)
{
	struct fetch_result bad = {0};
	struct target t = {0};
	struct fetch_job *job;
	enum ak_status st;
	struct diag why;

	arena_reset(f->scratch);
	st = target_parse(f->scratch, req->url,
	    req->is_trusted ? &everywhere : &f->allow, &t, &why);
	if (st != AK_OK) {
		/* Shown, never asked: only without what may be secret. */
		t.url = url_without_userinfo(f->scratch, req->url);
		t.origin = "";
	}
	job = job_new(f, req, &t);
	job->cb = cb;
	job->arg = arg;
	if (st != AK_OK)
		job_end_early(job, st, SCHED_DENIED, -1, why.text);
	else if (req->leads_to != NULL &&
		 !redirect_begin(job, req->leads_to, &t, &bad))
		job_end_early(job, AK_DENIED, bad.outcome, -1, bad.diag.text);
	else
		queue_add(job, &t, req->urgent);
	return job;
}

void
fetch_cancel(struct fetcher *f, struct fetch_job *job)
{
	if (job->transfer != NULL) {
		transfer_drop(job->transfer);
	} else if (job->lane != NULL) {
		queue_remove(job);
	} else {
		TAILQ_REMOVE(job->in, job, link);
	}
	job_free(job);
	fetch_kick(f);
}

void
fetch_answer(const struct fetch_result *r, struct sched_answer *ret)
{
	*ret = (struct sched_answer){
	    .outcome = r->outcome,
	    .status = r->status,
	    .had_validators = r->etag != NULL || r->last_modified != NULL,
	    .was_conditional = r->was_conditional,
	    .fresh_s = r->fresh_s,
	    .retry_after_s = r->retry_after_s,
	};
}

void
fetch_stats(const struct fetcher *f, struct fetch_stats *ret)
{
	*ret = f->stats;
	ret->n_running = f->n_active;
	ret->n_stalled = f->n_stalled;
	ret->has_ready = !TAILQ_EMPTY(&f->ready);
}

void
fetch_park(
    struct fetcher *f, const char *url, enum sched_outcome by, int64_t until)
{
	struct target t;

	arena_reset(f->scratch);
	if (target_parse(f->scratch, url, &f->allow, &t, NULL) == AK_OK)
		queue_park(f, &t, by, until);
}

int64_t
fetch_parked_until(const struct fetcher *f, const char *url)
{
	struct target t;

	arena_reset(f->scratch);
	if (target_parse(f->scratch, url, &f->allow, &t, NULL) != AK_OK)
		return 0;
	return queue_parked_until(f, &t);
}

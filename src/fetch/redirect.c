/* SPDX-License-Identifier: ISC */
/*
 * From hop to hop (RFC 9110, 15.4).  libcurl follows nothing by itself: each
 * Location is resolved, judged like any other URL, and queued in the lane of
 * its own host, so spacing and limits hold for it too.
 *
 * Refused: what the URL rules refuse, a hop down from https (unless the first
 * URL was http), a hop from a public URL into `allow`, a URL seen before in
 * the chain, more hops than allowed, and for a POST whatever would change it
 * into a GET.
 */
#include "fetch/fetch_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"

static bool
is_followed(int status)
{
	return status == 300 || status == 301 || status == 302 ||
	       status == 303 || status == 307 || status == 308;
}

static bool
bad(struct fetch_result *r, const char *what)
{
	(void)diag_set(
	    &r->diag, AK_BADINPUT, "redirect (%d) %s", r->status, what);
	return false;
}

static bool
bad_target(struct fetch_result *r, const char *why)
{
	if (str_starts(why, "refused: "))
		why += strlen("refused: ");
	(void)diag_set(
	    &r->diag, AK_BADINPUT, "redirect (%d) refused: %s", r->status, why);
	return false;
}

static bool
is_loop(const struct fetch_job *job, const char *url)
{
	if (job->cookies_once) /* the count of hops bounds it */
		return false;
	if (strcmp(url, job->url) == 0)
		return true;
	for (size_t i = 0; i < job->n_hops; i++)
		if (strcmp(url, job->hops[i].url) == 0)
			return true;
	return false;
}

/* "ht!tp://x": no scheme, and no relative reference either (RFC 3986, 4.2).
 * Read as a path it would lead through ever longer URLs of one server. */
static bool
has_false_scheme(const char *ref)
{
	static const char of_schemes[] = "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789+-.";
	size_t n = strcspn(ref, ":/?#");

	return ref[n] == ':' && (n == 0 || strspn(ref, of_schemes) < n);
}

/* Judge the next hop; *ret is in the fetcher's scratch arena.  False: r has
 * outcome and words. */
static bool
next_target(struct fetch_job *job, const char *location, struct fetch_result *r,
    struct target *ret)
{
	struct fetcher *f = job->f;
	const char *url;
	struct diag why;

	if (job->is_trusted)
		return bad(r, "where none is followed");
	if (str_empty(location))
		return bad(r, "without a Location");
	if (job->method == FETCH_POST && r->status != 307 && r->status != 308)
		return bad(r, "would turn a POST into a GET");
	if ((int64_t)job->n_hops >= f->p.redirects)
		return bad(r, "after too many others");
	if (has_false_scheme(location))
		return bad(r, "to what is no URL");
	url = url_resolve(f->scratch, job_url(job), location);
	if (url == NULL)
		return bad(r, "to what is no URL");
	if (target_parse(f->scratch, url, &f->allow, ret, &why) != AK_OK) {
		r->outcome = SCHED_DENIED;
		return bad_target(r, why.text);
	}
	if (!ret->is_https && job->is_https &&
	    (job->https_only || str_starts(job->origin, "https:")))
		return bad(r, "from https down to http: refused");
	if (ret->kind == ADDRESS_ALLOWED && !job->entered_private &&
	    !f->p.private_redirects) {
		r->outcome = SCHED_DENIED;
		return bad(r, "from a public URL to a private address: "
			      "refused");
	}
	if (is_loop(job, ret->url))
		return bad(r, "in a loop");
	return true;
}

static void
take_hop(struct fetch_job *job, int status, const struct target *next)
{
	char *url = xstrdup(next->url);

	job->hops =
	    xreallocarray(job->hops, job->n_hops + 1, sizeof(*job->hops));
	job->hops[job->n_hops++] = (struct fetch_hop){status, url};
	/* A userinfo in a Location is nobody's credentials: it is dropped,
	 * and such an address is never one to move to. */
	if ((status != 301 && status != 308) || next->userinfo != NULL)
		job->all_permanent = false;
	job->hop_url = url;
	job->is_https = next->is_https;
	job->is_literal = next->is_literal;
	job->is_own_origin = strcmp(next->origin, job->origin) == 0;
}

bool
redirect_begin(struct fetch_job *job, const char *to, struct target *ret,
    struct fetch_result *r)
{
	r->status = 301;
	r->outcome = SCHED_MOVED_BAD;
	if (!next_target(job, to, r, ret))
		return false;
	take_hop(job, r->status, ret);
	return true;
}

bool
redirect_follow(struct transfer *t, struct fetch_result *r)
{
	struct fetch_job *job = t->job;
	struct target next;

	if (r->st != AK_OK || !is_followed(r->status))
		return false;
	arena_reset(t->f->scratch);
	if (!next_target(job, t->h.location, r, &next))
		return false;
	/* It asks us to wait before the next request, which is the one after
	 * this chain: a feed's place is not known by half of it. */
	if (r->retry_after_s > job->retry_after_s)
		job->retry_after_s = r->retry_after_s;
	take_hop(job, r->status, &next);
	queue_remove(job);
	queue_add(job, &next, true);
	return true;
}

/* SPDX-License-Identifier: ISC */
/*
 * Is it them or us?  When names stop being found, the first failures are held
 * back for a moment.  If meanwhile any public host answers, they were their
 * own; if nothing but such failures comes, of several domains, or the kernel
 * has no route out at all, it is our network that is down and no feed is to
 * blame.  Only public names are doubted: private hosts say nothing about the
 * way out.
 */
#include "fetch/fetch_int.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#define DOUBT_MS 2000
#define DOUBT_HOSTS 3 /* so many failing alone are an outage */

/* Could a packet leave?  A UDP connect() sends none. */
static bool
has_route(int family, const char *to)
{
	struct sockaddr_storage ss = {0};
	socklen_t len;
	bool ok;
	int fd;

	if (family == AF_INET) {
		struct sockaddr_in in = {.sin_family = AF_INET};

		in.sin_port = htons(9);
		(void)inet_pton(AF_INET, to, &in.sin_addr);
		memcpy(&ss, &in, len = sizeof(in));
	} else {
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

		in6.sin6_port = htons(9);
		(void)inet_pton(AF_INET6, to, &in6.sin6_addr);
		memcpy(&ss, &in6, len = sizeof(in6));
	}
	if ((fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return false;
	ok = connect(fd, (const struct sockaddr *)&ss, len) == 0;
	(void)close(fd);
	return ok;
}

static bool
has_way_out(void)
{
	/* Any public addresses do: nothing is sent to them. */
	return has_route(AF_INET, "193.0.14.129") ||
	       has_route(AF_INET6, "2001:7fd::1");
}

bool
outage_doubts(struct fetch_job *job, const struct fetch_result *r)
{
	struct fetcher *f = job->f;
	struct timeval tv = {DOUBT_MS / 1000, DOUBT_MS % 1000 * 1000};

	if (r->outcome != SCHED_DNS || job_proxy(job) != NULL)
		return false;
	job->early = xmalloc(sizeof(*job->early));
	*job->early = (struct fetch_result){.st = r->st,
	    .outcome = f->is_down ? SCHED_NETWORK_DOWN : r->outcome,
	    .diag = r->diag,
	    .fresh_s = -1,
	    .retry_after_s = -1,
	    .elapsed_ms = r->elapsed_ms};
	job->in = f->is_down ? &f->done : &f->doubted;
	TAILQ_INSERT_TAIL(job->in, job, link);
	if (f->is_down)
		fetch_kick(f);
	else if (!event_pending(f->doubt, EV_TIMEOUT, NULL))
		(void)event_add(f->doubt, &tv);
	return true;
}

/* Give the doubted ones back, with this verdict. */
static void
settle(struct fetcher *f, bool is_down)
{
	struct fetch_job *job;

	(void)event_del(f->doubt);
	if (is_down && !f->is_down)
		log_warn("fetch", "no name is found: the network seems down");
	else if (!is_down && f->is_down)
		log_info("fetch", "the network is back");
	f->is_down = is_down;
	if (is_down)
		queue_fail_public(f, "the network is down");
	while ((job = TAILQ_FIRST(&f->doubted)) != NULL) {
		TAILQ_REMOVE(&f->doubted, job, link);
		if (is_down)
			job->early->outcome = SCHED_NETWORK_DOWN;
		TAILQ_INSERT_TAIL(&f->done, job, link);
		job->in = &f->done;
	}
	fetch_kick(f);
}

void
outage_deny(struct fetcher *f)
{
	if (f->is_down || !TAILQ_EMPTY(&f->doubted))
		settle(f, false);
}

void
outage_verdict_cb(evutil_socket_t fd, short what, void *arg)
{
	struct fetcher *f = arg;
	const struct fetch_job *job, *other;
	size_t n_hosts = 0;

	(void)fd;
	(void)what;
	TAILQ_FOREACH (job, &f->doubted, link) {
		/* Count each origin once. */
		TAILQ_FOREACH (other, &f->doubted, link) {
			if (other == job ||
			    strcmp(other->origin, job->origin) == 0)
				break;
		}
		if (other == job && ++n_hosts == DOUBT_HOSTS)
			break;
	}
	settle(f, n_hosts >= DOUBT_HOSTS || !has_way_out());
}

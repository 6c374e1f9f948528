/* SPDX-License-Identifier: ISC */
/*
 * libcurl's multi interface on the event loop.
 *
 * libcurl says by sock_cb() which sockets it waits for and by timer_cb() when
 * it wants to be called; neither may call libcurl, so the timer only arms an
 * event.  The tables inside a multi handle grow with the hosts it has seen and
 * are walked, so after FETCH_ROTATE transfers a new handle takes over and the
 * old one runs dry.
 */
#include "fetch/fetch_int.h"

#include <stdlib.h>

#include "base/mem.h"

struct sock {
	struct event ev;
	struct gen *gen;
	curl_socket_t fd;
};

static void gen_check(struct gen *g);

static void
act(struct gen *g, curl_socket_t fd, int what)
{
	int running;

	(void)curl_multi_socket_action(g->multi, fd, what, &running);
	gen_check(g);
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct sock *s = arg;

	act(s->gen, fd,
	    (what & EV_READ ? CURL_CSELECT_IN : 0) |
		(what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int
sock_cb(CURL *easy, curl_socket_t fd, int what, void *arg, void *sock)
{
	struct gen *g = arg;
	struct sock *s = sock;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s != NULL) {
			(void)event_del(&s->ev);
			free(s);
		}
		return 0;
	}
	if (s == NULL) {
		s = xcalloc(1, sizeof(*s));
		s->gen = g;
		s->fd = fd;
		(void)curl_multi_assign(g->multi, fd, s);
	} else {
		(void)event_del(&s->ev);
	}
	(void)event_assign(&s->ev, g->f->base, fd,
	    (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
		    (what & CURL_POLL_OUT ? EV_WRITE : 0)),
	    on_socket, s);
	(void)event_add(&s->ev, NULL);
	return 0;
}

static int
timer_cb(CURLM *multi, long ms, void *arg)
{
	struct gen *g = arg;
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};

	(void)multi;
	if (ms < 0)
		(void)event_del(g->timer);
	else
		(void)event_add(g->timer, &tv);
	return 0;
}

static struct gen *
gen_new(struct fetcher *f)
{
	struct gen *g = xcalloc(1, sizeof(*g));

	g->f = f;
	g->multi = curl_multi_init();
	g->timer = evtimer_new(f->base, on_timer, g);
	assert(g->multi != NULL && g->timer != NULL);
	(void)curl_multi_setopt(g->multi, CURLMOPT_SOCKETFUNCTION, sock_cb);
	(void)curl_multi_setopt(g->multi, CURLMOPT_SOCKETDATA, g);
	(void)curl_multi_setopt(g->multi, CURLMOPT_TIMERFUNCTION, timer_cb);
	(void)curl_multi_setopt(g->multi, CURLMOPT_TIMERDATA, g);
	(void)curl_multi_setopt(
	    g->multi, CURLMOPT_MAXCONNECTS, (long)f->p.max_total);
	LIST_INSERT_HEAD(&f->gens, g, link);
	return g;
}

static void
gen_free(struct gen *g)
{
	LIST_REMOVE(g, link);
	(void)curl_multi_cleanup(g->multi);
	event_free(g->timer);
	free(g);
}

/* Hand back what has ended; the handle may be gone afterwards. */
static void
gen_check(struct gen *g)
{
	struct fetcher *f = g->f;
	struct transfer *t;
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(g->multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(
		    m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		transfer_done(t, m->data.result);
	}
	if (g->n_running == 0 && g->n_started >= FETCH_ROTATE)
		gen_free(g);
	queue_pump(f);
}

void
multi_start(struct transfer *t)
{
	struct fetcher *f = t->f;
	struct gen *g = LIST_FIRST(&f->gens);
	CURLMcode rc;

	if (g == NULL || g->n_started >= FETCH_ROTATE)
		g = gen_new(f);
	t->gen = g;
	g->n_started++;
	g->n_running++;
	rc = curl_multi_add_handle(g->multi, t->easy);
	assert(rc == CURLM_OK);
	(void)rc;
}

void
multi_stop(struct transfer *t)
{
	struct gen *g = t->gen;

	(void)curl_multi_remove_handle(g->multi, t->easy);
	t->gen = NULL;
	g->n_running--;
}

void
multi_collect(struct fetcher *f, bool idle)
{
	struct gen *g, *next;

	for (g = LIST_FIRST(&f->gens); g != NULL; g = next) {
		next = LIST_NEXT(g, link);
		if (g->n_running == 0 && (idle || g->n_started >= FETCH_ROTATE))
			gen_free(g);
	}
}

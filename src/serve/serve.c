/* SPDX-License-Identifier: ISC */
/*
 * serve.c - from an evhttp request to its answer.
 *
 * The loop thread turns a request into a job (request.c), finds its route,
 * and hands the job to a worker: any reader thread, or the one writer thread
 * where the route changes something.  Each worker has connections of its own
 * to the store.  The finished job comes back by mailbox; the ticket number in
 * it finds the evhttp request again.  If the client has gone meanwhile, its
 * ticket is gone too and the answer is dropped.
 *
 * A full queue is answered 503 at once, so a flood costs no memory.
 */
#include "serve/serve_run.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/process.h"
#include "serve/icons.h"
#include "serve/images.h"
#include "serve/side.h"

/* --- jobs ------------------------------------------------------------ */

const char *
job_strdup(struct job *j, const char *s)
{
	const char *copy = arena_strdup(j->arena, s);

	return copy != NULL || s == NULL ? copy : "";
}

char *
job_printf(struct job *j, const char *fmt, ...)
{
	va_list ap;
	char *text = NULL, *copy;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		mem_none();
	va_end(ap);
	copy = arena_strdup(j->arena, text);
	free(text);
	return copy != NULL ? copy : arena_strdup(j->arena, "");
}

void
job_sync(struct job *j, int64_t feed_id)
{
	int64_t *ids = arena_grow(j->arena, j->sync_ids,
	    j->n_sync * sizeof(*ids), (j->n_sync + 1) * sizeof(*ids));

	if (ids == NULL)
		return;
	j->sync_ids = ids;
	ids[j->n_sync++] = feed_id;
}

bool
job_remove_feed(struct job *j, int64_t feed_id)
{
	enum ak_status st = store_feed_remove(j->store, feed_id);

	j->has_removed = true;
	if (st != AK_OK)
		reply_status(j, st, "removing the feed");
	return st == AK_OK;
}

void
job_free(struct job *j)
{
	for (size_t i = 0; i < j->reply.n_headers; i++)
		free(j->reply.headers[i].value);
	buf_release(&j->reply.body);
	free(j->metrics);
	arena_free(j->arena);
	free(j);
}

/* On a worker: access, handler, ETag, compression. */
static void
job_run(struct job *j)
{
	if (!(j->route->flags & ROUTE_OPEN) && !j->has_added)
		auth_identify(j);
	if ((j->route->flags & ROUTE_OPEN) || j->has_added || auth_allow(j))
		j->route->handler(j);
	if (!j->asks_add && j->image_url == NULL)
		reply_finish(j);
}

/* --- workers --------------------------------------------------------- */

#define READER_NICENESS 10

/*
 * Polls come first: a reader thread takes what they leave.  Not so the writer,
 * who holds the store's lock, nor the loop, which both share.
 */
static void
give_way(void)
{
#ifdef __linux__ /* elsewhere it would be the whole process, not the thread */
	int now;

	errno = 0;
	now = getpriority(PRIO_PROCESS, 0);
	if (errno == 0)
		(void)setpriority(PRIO_PROCESS, 0, now + READER_NICENESS);
#endif
}

static void *
worker_main(void *arg)
{
	struct worker *w = arg;
	struct job *j;

	if (w->store == NULL)
		give_way();
	while ((j = chan_pop(w->inbox)) != NULL) {
		j->reader = w->reader;
		j->store = w->store;
		j->side = w->side;
		job_run(j);
		/* An errand only notes when a token was used. */
		if (w->store != NULL && j->ticket != 0)
			side_changed(w->side);
		j->reader = NULL;
		j->store = NULL;
		mailbox_post(w->done, j);
	}
	return NULL;
}

static enum ak_status
start_worker(
    struct serve *s, struct worker *w, bool writes, struct diag *reterr)
{
	enum ak_status st;

	w->done = s->done;
	w->side = s->side;
	w->inbox = writes ? s->writes : s->reads;
	if ((st = store_reader_open(s->path, &w->reader, reterr)) != AK_OK)
		return st;
	if (writes && (st = store_open(s->path, 0, &w->store, reterr)) != AK_OK)
		goto undo;
	if (writes &&
	    (st = images_key(w->store, w->reader, s->image_key)) != AK_OK) {
		(void)diag_set(reterr, st, "no key for images can be kept");
		goto undo;
	}
	process_thread(&w->thread, worker_main, w);
	s->n_workers++;
	return AK_OK;
undo:
	if (w->store != NULL)
		store_close(w->store);
	store_reader_close(w->reader);
	return st;
}

/* --- tickets --------------------------------------------------------- */

static void
client_gone(struct evhttp_connection *con, void *arg)
{
	struct serve *s = arg;
	struct ticket *t, *next;

	HASH_ITER (hh, s->tickets, t, next) {
		if (evhttp_request_get_connection(t->evreq) == con) {
			HASH_DEL(s->tickets, t);
			free(t);
		}
	}
}

static void
take_ticket(struct serve *s, struct job *j, struct evhttp_request *evreq)
{
	struct ticket *t = xcalloc(1, sizeof(*t));

	j->ticket = t->number = ++s->last_ticket;
	t->evreq = evreq;
	HASH_ADD(hh, s->tickets, number, sizeof(t->number), t);
	evhttp_connection_set_closecb(
	    evhttp_request_get_connection(evreq), client_gone, s);
}

/* The request of a ticket, which is used up; NULL: the client has gone. */
static struct evhttp_request *
use_ticket(struct serve *s, uint64_t number)
{
	struct evhttp_request *evreq;
	struct ticket *t;

	HASH_FIND(hh, s->tickets, &number, sizeof(number), t);
	if (t == NULL)
		return NULL;
	evreq = t->evreq;
	HASH_DEL(s->tickets, t);
	free(t);
	return evreq;
}

/* --- answers --------------------------------------------------------- */

static void enqueue(struct serve *s, struct job *j);
static void image_fetched(const struct serve_image *image, void *arg);

static void
keep_added(struct job *j, const struct serve_added *a)
{
	struct serve_found *found =
	    arena_alloc(j->arena, (a->n_found + 1) * sizeof(*found));

	j->added = *a;
	j->added.error = job_strdup(j, a->error);
	j->added.found = found;
	if (found == NULL)
		j->added.n_found = 0;
	for (size_t i = 0; i < j->added.n_found; i++)
		found[i] = (struct serve_found){job_strdup(j, a->found[i].url),
		    job_strdup(j, a->found[i].title),
		    job_strdup(j, a->found[i].type)};
}

static void
feed_added(const struct serve_added *a, void *arg)
{
	struct job *j = arg;

	TAILQ_REMOVE(&j->serve->asking, j, asking);
	keep_added(j, a);
	j->has_added = true;
	j->asks_add = false;
	enqueue(j->serve, j);
}

static void
keep_account(struct serve *s, struct job *j)
{
	int64_t now = clock_mono_ms() / 1000;
	const char *claim = auth_claim(j);

	if (j->logs_in_failed) {
		throttle_failed(s->throttle, j->req.address, claim, now);
		log_info("serve", "login failed address=%s path=%s",
		    LOG_STR(j->req.address), LOG_STR(j->req.path));
	} else if (j->who.is_known && *claim != '\0') {
		throttle_passed(s->throttle, j->req.address, claim);
	}
	if (s->ops.sync != NULL && (j->sync_all || j->n_sync > 0))
		s->ops.sync(s->ops.arg, j->sync_all, j->sync_ids, j->n_sync);
	if (s->ops.removed != NULL && j->has_removed)
		s->ops.removed(s->ops.arg);
}

static void
deliver(struct serve *s, struct job *j)
{
	struct evhttp_request *evreq = use_ticket(s, j->ticket);

	if (evreq != NULL)
		send_reply(s, j, evreq);
	job_free(j);
}

/* A few at a time: they are held whole, and the feeds come first. */
static void
fetch_images(struct serve *s)
{
	struct job *j;
	struct ticket *t;

	while (s->n_imaging < LIMIT_IMAGE_FETCHES &&
	       (j = TAILQ_FIRST(&s->queuing)) != NULL) {
		struct serve_image_req req = {
		    .url = j->image_url, .max_bytes = LIMIT_IMAGE_BYTES};

		TAILQ_REMOVE(&s->queuing, j, asking);
		HASH_FIND(hh, s->tickets, &j->ticket, sizeof(j->ticket), t);
		if (t == NULL) { /* its client has gone */
			job_free(j);
			continue;
		}
		s->n_imaging++;
		TAILQ_INSERT_TAIL(&s->imaging, j, asking);
		s->ops.image(s->ops.arg, &req, image_fetched, j);
	}
}

static void
image_fetched(const struct serve_image *image, void *arg)
{
	struct job *j = arg;
	struct serve *s = j->serve;

	TAILQ_REMOVE(&s->imaging, j, asking);
	s->n_imaging--;
	j->on_image(j, image);
	reply_finish(j);
	deliver(s, j);
	fetch_images(s);
}

/* A job came back from its worker. */
static void
job_done(void *msg, void *arg)
{
	struct serve *s = arg;
	struct job *j = msg;

	s->n_queued--;
	if (s->is_stopping && (j->asks_add || j->image_url != NULL)) {
		j->asks_add = false;
		reply_error(j, 503, "the service is stopping");
	}
	if (j->asks_add) {
		TAILQ_INSERT_TAIL(&s->asking, j, asking);
		s->ops.add(s->ops.arg, &j->add, feed_added, j);
		return;
	}
	keep_account(s, j);
	icons_fetch(s, j);
	if (j->ticket == 0) {
		job_free(j);
		return;
	}
	if (j->who.is_known)
		touch_later(s, j);
	if (j->asks_side)
		side_refresh(s);
	if (j->image_url != NULL && !s->is_stopping) {
		TAILQ_INSERT_TAIL(&s->queuing, j, asking);
		fetch_images(s);
		return;
	}
	deliver(s, j);
}

static void
enqueue(struct serve *s, struct job *j)
{
	bool writes = (j->route->flags & ROUTE_WRITES) != 0;

	s->n_queued++;
	if (s->is_stopping ||
	    !chan_try_push(writes ? s->writes : s->reads, j)) {
		reply_error(j, 503, "too many requests are waiting");
		reply_header(j, "Retry-After", "2");
		j->asks_add = false;
		job_done(j, s);
	}
}

struct job *
errand_new(struct serve *s, const struct route *route)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->serve = s;
	j->ops = &s->ops;
	j->arena = arena_new(LIMIT_MIB);
	j->route = route;
	j->req.method = M_POST;
	j->req.address = j->req.path = "";
	buf_init(&j->reply.body, LIMIT_KIB);
	return j;
}

bool
errand_send(struct serve *s, struct job *j)
{
	bool writes = (j->route->flags & ROUTE_WRITES) != 0;

	if (s->is_stopping ||
	    !chan_try_push(writes ? s->writes : s->reads, j)) {
		job_free(j);
		return false;
	}
	s->n_queued++;
	return true;
}

/* --- requests -------------------------------------------------------- */

static void
answer_now(struct serve *s, struct job *j)
{
	reply_finish(j);
	deliver(s, j);
}

/* Is this one that tries a name and a password? */
static bool
is_login(struct job *j)
{
	return *auth_claim(j) != '\0' ||
	       (j->req.method == M_POST && strcmp(j->req.path, "/login") == 0);
}

static bool
is_throttled(struct serve *s, struct job *j)
{
	int64_t wait;
	char text[24];

	if (!is_login(j))
		return false;
	wait = throttle_wait(
	    s->throttle, j->req.address, auth_claim(j), clock_mono_ms() / 1000);
	if (wait == 0)
		return false;
	reply_error(j, 429, "too many wrong logins; try again in %lld s",
	    (long long)wait);
	(void)snprintf(text, sizeof(text), "%lld", (long long)wait);
	reply_header(j, "Retry-After", text);
	return true;
}

static void
on_request(struct evhttp_request *evreq, void *arg)
{
	struct serve *s = arg;
	struct job *j = xcalloc(1, sizeof(*j));

	conns_asked(s->conns, evreq);
	j->serve = s;
	j->ops = &s->ops;
	j->images = s->images;
	j->image_key = s->image_key;
	if (s->ops.progress != NULL)
		s->ops.progress(s->ops.arg, &j->progress);
	j->came_ms = clock_mono_ms();
	j->arena = arena_new(LIMIT_HTTP_ARENA);
	buf_init(&j->reply.body, LIMIT_HTTP_REPLY_BYTES);
	take_ticket(s, j, evreq);
	if (!request_read(s, evreq, j) || is_throttled(s, j)) {
		answer_now(s, j);
		return;
	}
	if (j->route->flags & ROUTE_LOOP) {
		j->route->handler(j);
		answer_now(s, j);
		return;
	}
	if (j->route->handler == metrics_get)
		metrics_ask(s, j);
	enqueue(s, j);
}

/* --- the whole ------------------------------------------------------- */

void
serve_reconfigure(struct serve *s, const struct conf *conf)
{
	struct diag d;

	free(s->base_url);
	free(s->hosts);
	free(s->listen);
	net_list_release(&s->proxies);
	s->base_url = xstrdup(conf->http_base_url);
	while (str_ends(s->base_url, "/"))
		s->base_url[strlen(s->base_url) - 1] = '\0';
	s->hosts = xstrdup(conf->http_hosts);
	s->listen = xstrdup(conf->http_listen);
	/* It was checked when the configuration was read. */
	(void)!net_list_parse(conf->http_trusted_proxies, &s->proxies, &d);
	s->images = strcmp(conf->http_images, "off") == 0     ? IMAGES_OFF
		    : strcmp(conf->http_images, "proxy") == 0 ? IMAGES_PROXY
							      : IMAGES_DIRECT;
}

static void
set_up_http(struct serve *s, struct event_base *base)
{
	s->http = evhttp_new(base);
	if (s->http == NULL)
		mem_none();
	s->conns = conns_new(base, s->http, send_refusal, s);
	evhttp_set_allowed_methods(
	    s->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST |
			 EVHTTP_REQ_PUT | EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE |
			 EVHTTP_REQ_OPTIONS);
	evhttp_set_max_headers_size(
	    s->http, (ev_ssize_t)LIMIT_HTTP_HEADER_BYTES);
	evhttp_set_max_body_size(s->http, (ev_ssize_t)LIMIT_HTTP_LARGE_BYTES);
	evhttp_set_timeout(s->http, LIMIT_HTTP_IDLE_S);
	evhttp_set_gencb(s->http, on_request, s);
}

enum ak_status
serve_new(struct event_base *base, const struct conf *conf,
    const char *store_path, const struct serve_ops *ops, struct serve **ret,
    struct diag *reterr)
{
	struct serve *s = xcalloc(1, sizeof(*s));
	size_t n_readers = (size_t)conf->http_readers;
	enum ak_status st = AK_OK;

	TAILQ_INIT(&s->asking);
	TAILQ_INIT(&s->imaging);
	TAILQ_INIT(&s->queuing);
	LIST_INIT(&s->icons);
	s->path = xstrdup(store_path);
	if (ops != NULL)
		s->ops = *ops;
	serve_reconfigure(s, conf);
	s->throttle = throttle_new();
	s->side = side_new();
	s->done = mailbox_new(base, job_done, s);
	s->reads = chan_new(LIMIT_HTTP_QUEUE);
	s->writes = chan_new(LIMIT_HTTP_QUEUE);
	s->workers = xcalloc(n_readers + 1, sizeof(*s->workers));
	for (size_t i = 0; i <= n_readers && st == AK_OK; i++)
		st = start_worker(s, &s->workers[i], i == 0, reterr);
	set_up_http(s, base);
	if (st == AK_OK)
		st = listen_all(s, base, conf->http_listen, reterr);
	if (st != AK_OK) {
		serve_free(s);
		return st;
	}
	*ret = s;
	return AK_OK;
}

void
serve_free(struct serve *s)
{
	struct ticket *t, *next;
	struct job *j;

	if (s == NULL)
		return;
	s->is_stopping = true;
	chan_close(s->reads);
	chan_close(s->writes);
	for (size_t i = 0; i < s->n_workers; i++) {
		struct worker *w = &s->workers[i];

		(void)pthread_join(w->thread, NULL);
		store_close(w->store);
		store_reader_close(w->reader);
	}
	mailbox_free(s->done); /* answers what the workers finished */
	evhttp_free(s->http);  /* its connections drop their tickets */
	conns_free(s->conns);
	HASH_ITER (hh, s->tickets, t, next) {
		HASH_DEL(s->tickets, t);
		free(t);
	}
	TAILQ_CONCAT(&s->asking, &s->imaging, asking);
	TAILQ_CONCAT(&s->asking, &s->queuing, asking);
	while ((j = TAILQ_FIRST(&s->asking)) != NULL) {
		TAILQ_REMOVE(&s->asking, j, asking);
		job_free(j);
	}
	icons_free(s);
	chan_free(s->reads);
	chan_free(s->writes);
	throttle_free(s->throttle);
	side_free(s->side);
	free(s->workers);
	free(s->base_url);
	free(s->listen);
	free(s->hosts);
	net_list_release(&s->proxies);
	free(s->path);
	free(s);
}

int
serve_port(const struct serve *s)
{
	return s->port;
}

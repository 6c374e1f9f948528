/* SPDX-License-Identifier: ISC */
#include "daemon/doors.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/token.h"
#include "daemon/login.h"
#include "daemon/metrics.h"
#include "daemon/why.h"
#include "serve/serve.h"
#include "store/store.h"

struct doors {
	struct pipeline *pipeline;
	struct serve *serve;
	char *base_url;
	LIST_HEAD(, asked) asked;
	LIST_HEAD(, picture) pictures;
};

/* --- what serve asks of the pipeline ------------------------------------- */

static void
op_progress(void *arg, struct serve_progress *ret)
{
	const struct doors *d = arg;
	struct pipeline_progress p;

	pipeline_progress(d->pipeline, &p);
	*ret = (struct serve_progress){.is_running = !p.is_done,
	    .n_feeds = p.n_feeds,
	    .n_done = p.n_done,
	    .n_failed = p.n_failed,
	    .n_new = p.n_new,
	    .n_to_relate = p.n_to_relate};
}

static void
op_sync(void *arg, bool all, const int64_t *ids, size_t n_ids)
{
	const struct doors *d = arg;

	pipeline_sync(d->pipeline,
	    &(struct pipeline_which){.all = all, .ids = ids, .n_ids = n_ids},
	    NULL);
}

struct asked {
	serve_added_cb done; /* NULL: serve is gone */
	void *arg;
	LIST_ENTRY(asked) link;
};

static void
subscribed(const struct pipeline_added *r, void *arg)
{
	struct asked *q = arg;
	struct serve_found list[LIMIT_DISCOVER_LINKS];
	struct serve_added a = {r->status, r->feed_id, r->error, list, 0};

	for (; a.n_found < r->n_choices; a.n_found++)
		list[a.n_found] = (struct serve_found){
		    r->choices[a.n_found].url, r->choices[a.n_found].title,
		    r->choices[a.n_found].type};
	if (r->status == AK_OK) {
		list[0] = (struct serve_found){r->url, r->title, r->format};
		a.n_found = 1;
	}
	/* A page with several feeds: who asked here cannot choose. */
	if (r->status == AK_UNSUPPORTED && r->n_choices > 0)
		a.error = "the page names several feeds; give the address of "
			  "one";
	if (q->done != NULL) {
		LIST_REMOVE(q, link);
		q->done(&a, q->arg);
	}
	free(q);
}

static void
op_add(
    void *arg, const struct serve_add *a, serve_added_cb done, void *done_arg)
{
	struct doors *d = arg;
	struct pipeline_add add = {.url = a->url,
	    .title = a->title,
	    .category = a->category,
	    .only_finds = a->only_finds};
	struct asked *q = xcalloc(1, sizeof(*q));

	q->done = done;
	q->arg = done_arg;
	LIST_INSERT_HEAD(&d->asked, q, link);
	pipeline_subscribe(d->pipeline, &add, subscribed, q);
}

static enum ak_status
op_why(void *arg, struct store_reader *r, int64_t a, int64_t b, char **ret_json,
    struct diag *reterr)
{
	(void)arg;
	return why_json(r, a, b, ret_json, reterr);
}

static int
op_websub(void *arg, const struct serve_push *push, struct buf *out)
{
	const struct doors *d = arg;

	return pipeline_websub(d->pipeline, push, out);
}

static void
op_removed(void *arg)
{
	const struct doors *d = arg;

	pipeline_wake(d->pipeline); /* its hub is to be told */
}

/* An image being fetched for the page; never fetched otherwise than a feed. */
struct picture {
	struct fetch_job *job;
	serve_image_cb done;
	void *arg;
	LIST_ENTRY(picture) link;
};

static void
picture_fetched(struct fetch_result *r, void *arg)
{
	struct picture *p = arg;
	bool ok = r->st == AK_OK && r->outcome == SCHED_OK && r->body != NULL;
	bool same = r->st == AK_OK && r->outcome == SCHED_NOT_MODIFIED;
	struct serve_image image = {.status = ok     ? AK_OK
					      : same ? AK_EXISTS
						     : AK_NOTFOUND,
	    .type = r->content_type,
	    .data = ok ? r->body : NULL,
	    .len = ok ? r->body_len : 0,
	    .etag = ok || same ? r->etag : NULL,
	    .last_modified = ok || same ? r->last_modified : NULL};

	LIST_REMOVE(p, link);
	p->done(&image, p->arg);
	free(p);
}

static void
op_image(void *arg, const struct serve_image_req *image, serve_image_cb done,
    void *done_arg)
{
	struct doors *d = arg;
	struct picture *p = xcalloc(1, sizeof(*p));
	struct fetch_req req = {.url = image->url,
	    .etag = image->etag,
	    .last_modified = image->last_modified,
	    .accept = "image/avif, image/webp, image/png, image/jpeg, "
		      "image/gif",
	    .max_body_bytes = image->max_bytes,
	    .urgent = true};

	p->done = done;
	p->arg = done_arg;
	LIST_INSERT_HEAD(&d->pictures, p, link);
	p->job = pipeline_fetch(d->pipeline, &req, picture_fetched, p);
}

static void
op_metrics(void *arg, struct buf *out)
{
	const struct doors *d = arg;

	metrics_put(d->pipeline, out);
}

/* --- logging in ---------------------------------------------------------- */

struct login {
	char *base_url;
	char secret[TOKEN_SECRET_SIZE];
};

static enum ak_status
store_login(struct store *s, void *arg)
{
	struct login *l = arg;

	return login_add(s, "admin", l->secret);
}

static void
print_login(enum ak_status st, void *arg)
{
	struct login *l = arg;

	if (st == AK_OK)
		(void)fprintf(stderr,
		    "akind: log in once, within %d min: %s/login?code=%s\n",
		    TOKEN_LOGIN_S / 60, l->base_url, l->secret);
	free(l->base_url);
	free(l);
}

void
doors_print_login(struct doors *d)
{
	struct login *l;

	if (*d->base_url == '\0')
		return;
	l = xcalloc(1, sizeof(*l));
	l->base_url = xstrdup(d->base_url);
	pipeline_call(d->pipeline, store_login, print_login, l);
}

/* --- the whole ----------------------------------------------------------- */

static void
note_base_url(struct doors *d, const struct conf *conf)
{
	free(d->base_url);
	d->base_url = login_base_url(conf, serve_port(d->serve));
}

enum ak_status
doors_new(struct event_base *base, const struct conf *conf,
    const char *store_path, struct pipeline *p, struct doors **ret,
    struct diag *reterr)
{
	struct doors *d = xcalloc(1, sizeof(*d));
	struct serve_ops ops = {.sync = op_sync,
	    .progress = op_progress,
	    .add = op_add,
	    .why = op_why,
	    .image = op_image,
	    .metrics = op_metrics,
	    .websub = op_websub,
	    .removed = op_removed,
	    .arg = d};
	enum ak_status st;

	d->pipeline = p;
	LIST_INIT(&d->asked);
	LIST_INIT(&d->pictures);
	st = serve_new(base, conf, store_path, &ops, &d->serve, reterr);
	if (st != AK_OK) {
		free(d);
		return st;
	}
	note_base_url(d, conf);
	*ret = d;
	return AK_OK;
}

void
doors_free(struct doors *d)
{
	struct asked *q;
	struct picture *p;

	if (d == NULL)
		return;
	LIST_FOREACH(q, &d->asked, link)
	q->done = NULL;
	while ((p = LIST_FIRST(&d->pictures)) != NULL) {
		LIST_REMOVE(p, link);
		pipeline_fetch_cancel(d->pipeline, p->job);
		free(p);
	}
	serve_free(d->serve);
	free(d->base_url);
	free(d);
}

void
doors_reconfigure(struct doors *d, const struct conf *conf)
{
	serve_reconfigure(d->serve, conf);
	note_base_url(d, conf);
}

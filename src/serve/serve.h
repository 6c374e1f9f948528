/* SPDX-License-Identifier: ISC */
/*
 * serve.h - the doors: reader APIs, JSON API, output feeds, the web page.
 *
 * evhttp runs on the loop thread that owns `base`; requests that need the
 * store are worked on by serve's own threads, each with its own connection, so
 * a slow query never delays polling.  All functions here are for the loop
 * thread; evthread_use_pthreads() must have been called.
 *
 * `conf` is read during the call only: whoever reloads it may free the old one
 * as soon as serve_reconfigure() has returned.
 */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include "base/ak.h"
#include "base/str.h"
#include "conf/conf.h"
#include "store/store.h"

struct event_base;
struct serve;

/* A feed at an address or named by a page. */
struct serve_found {
	const char *url, *title; /* title: or NULL */
	const char *type; /* media type, or a format as "atom-1.0"; or NULL */
};

/* How a subscription ended.  `error`: words for a person, or NULL.  All is
 * borrowed during the call. */
struct serve_added {
	/* AK_OK, AK_EXISTS (with the id), AK_UNSUPPORTED: the page names
	 * several, or why not. */
	enum ak_status status;
	int64_t feed_id;
	const char *error;
	const struct serve_found *found;
	size_t n_found;
};
typedef void (*serve_added_cb)(const struct serve_added *a, void *arg);

struct serve_add {
	const char *url;      /* of a feed, or of a page to look for one on */
	const char *title;    /* the user's, or NULL */
	const char *category; /* path, or NULL */
	bool only_finds;      /* subscribe to nothing */
};

/* An image to ask for; borrowed during the call. */
struct serve_image_req {
	const char *url;
	int64_t max_bytes;
	const char *etag, *last_modified; /* of what is here, or NULL */
};

/* An image that was asked for elsewhere; borrowed during the call. */
struct serve_image {
	enum ak_status status; /* AK_EXISTS: what is here is still so */
	const char *type;      /* Content-Type as it came, or NULL */
	const void *data;
	size_t len;
	const char *etag, *last_modified; /* of this answer, or NULL */
};
typedef void (*serve_image_cb)(const struct serve_image *image, void *arg);

/* A request below /websub/, which any host may send. */
struct serve_push {
	const char *method; /* "GET" or "POST" */
	const char *path;   /* after "/websub/", as it came */
	const char *query;  /* raw, without '?', or NULL */
	const char *content_type, *signature, *link; /* headers, or NULL */
	const void *body;
	size_t body_len;
};

/* Polls that somebody asked for and that are under way, added up. */
struct serve_progress {
	bool is_running;
	int64_t n_feeds, n_done, n_failed, n_new, n_to_relate;
};

/*
 * What serve asks of the program round it; on the loop thread unless said
 * otherwise.  Any may be NULL: then that is not offered.
 */
struct serve_ops {
	/* Poll these feeds now, or all; manual floors and Retry-After hold. */
	void (*sync)(void *arg, bool all, const int64_t *ids, size_t n_ids);

	/* How far polls are that anybody asked for, here or elsewhere; for the
	 * page and the API. */
	void (*progress)(void *arg, struct serve_progress *ret);

	/* Find the feed at a URL and subscribe to it.  `done` is called once,
	 * on the loop, at any time before serve_free() returns or never. NULL:
	 * the URL is stored as it is. */
	void (*add)(void *arg, const struct serve_add *a, serve_added_cb done,
	    void *done_arg);

	/* Why two articles are related, as one JSON object (the form of `akin
	 * why --json`), malloc'ed.  Thread-safe: called on reader threads. */
	enum ak_status (*why)(void *arg, struct store_reader *r, int64_t a,
	    int64_t b, char **ret_json, struct diag *reterr);

	/* Fetch an image.  `done` is called as that of `add`.  NULL: images =
	 * proxy shows none. */
	void (*image)(void *arg, const struct serve_image_req *req,
	    serve_image_cb done, void *done_arg);

	/* Append further metrics in Prometheus' text format. */
	void (*metrics)(void *arg, struct buf *out);

	/* Feeds were removed from the store. */
	void (*removed)(void *arg);

	/* Returns the HTTP status; text for the answer goes into `out`. */
	int (*websub)(void *arg, const struct serve_push *p, struct buf *out);

	void *arg;
};

/*
 * Listens as [http] says (descriptors from socket activation come instead of
 * it) and starts the threads.  The store must exist.
 */
enum ak_status serve_new(struct event_base *base, const struct conf *conf,
    const char *store_path, const struct serve_ops *ops, struct serve **ret,
    struct diag *reterr) AK_USE;

/* Stops listening, drops what is under way, joins the threads. */
void serve_free(struct serve *s); /* NULL allowed */

/* Takes over everything but `listen` and `readers`, which need a restart. */
void serve_reconfigure(struct serve *s, const struct conf *conf);

/* The port of the first TCP listener, for tests that listen on port 0; 0 where
 * there is none. */
int serve_port(const struct serve *s);

#endif

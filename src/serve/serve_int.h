/* SPDX-License-Identifier: ISC */
/*
 * serve_int.h - private to serve: a request on its way through the threads.
 *
 * A job is made on the loop from an evhttp request, handed to a worker, which
 * fills the reply, and handed back.  Whoever holds the job owns all of it; the
 * evhttp request itself never leaves the loop, the ticket number stands for it.
 *
 * In the order in which a request meets them: listen.c, conns.c, request.c
 * (params.c reads queries and forms), route.c with the table of handlers,
 * serve.c, which hands jobs round, auth.c and throttle.c, a handler, reply.c,
 * send.c.  Handlers: api_* (our JSON), greader* (Google Reader), miniflux*,
 * fever, feedout* (output feeds), page* (the web page), metrics.
 */
#ifndef SERVE_SERVE_INT_H
#define SERVE_SERVE_INT_H

#include <jansson.h>
#include <sys/queue.h>

#include "base/ak.h"
#include "base/arena.h"
#include "base/str.h"
#include "base/token.h"
#include "serve/serve.h"
#include "store/store.h"

/* --- request --------------------------------------------------------- */

enum method {
	M_GET = 1, /* HEAD comes as GET with is_head */
	M_POST = 2,
	M_PUT = 4,
	M_PATCH = 8,
	M_DELETE = 16,
	M_OPTIONS = 32
};

struct param {
	const char *name, *value; /* decoded */
};

#define REQ_ARGS 3

struct req { /* strings lie in the job's arena; absent headers are NULL */
	enum method method;
	bool is_head;
	const char *path;     /* below the base URL, still encoded */
	const char *query;    /* raw, "" where none */
	struct param *params; /* the query's, then the form's, in order */
	size_t n_params;
	const char *args[REQ_ARGS]; /* what the route's {} matched, decoded */
	const char *body;
	size_t body_len;
	const char *content_type, *authorization, *x_auth_token, *cookie;
	const char *if_none_match, *csrf_header, *signature, *link;
	const char *address;  /* of the client, behind a trusted proxy too */
	const char *base;     /* public URL without a slash at its end */
	const char *root;     /* the path of it, "" or "/prefix" */
	bool is_tls;	      /* as the client sees it */
	bool has_null_origin; /* a page that hides where it is from */
	bool takes_gzip;
};

/* First value of a parameter, or NULL. */
const char *req_param(const struct req *q, const char *name);
/* The next one from *pos on; start with 0. */
const char *req_param_next(const struct req *q, const char *name, size_t *pos);
/* A number within lo..hi (clamped), or `def` where absent or none. */
int64_t req_param_i64(
    const struct req *q, const char *name, int64_t lo, int64_t hi, int64_t def);

/* Decode %XX (and '+' where `plus`) into the arena, as valid UTF-8. */
const char *req_decode(struct arena *a, const char *s, size_t len, bool plus);
/* Append the pairs of a query or form. */
void req_add_form(struct arena *a, struct req *q, const char *s, size_t len);
/* The same of multipart/form-data with this Content-Type. */
void req_add_multipart(struct arena *a, struct req *q);
/* Value of a cookie, in the arena, or NULL. */
const char *req_cookie(struct arena *a, const char *header, const char *name);

/* --- who asks -------------------------------------------------------- */

enum scope { SCOPE_NONE, SCOPE_READ, SCOPE_WRITE, SCOPE_ADMIN };

enum cred { /* how a client shows who it is */
	CRED_NONE,
	CRED_TOKEN,    /* header with a bare secret */
	CRED_PASSWORD, /* name and secret */
	CRED_SESSION,  /* cookie */
	CRED_FORM,     /* T of the Google Reader API */
	CRED_URL,      /* ?token= of an output feed */
	CRED_FEVER
};

struct who {
	bool is_known;
	enum cred cred; /* what was shown, known or not */
	enum scope scope;
	char name[80];
	char secret[TOKEN_SECRET_SIZE]; /* as shown, when known */
	int64_t last_used_at;
};

/* --- reply ----------------------------------------------------------- */

#define REPLY_HEADERS 8

struct reply {
	int status; /* 0: none yet */
	const char *type;
	struct buf body;
	struct {
		const char *name;
		char *value; /* malloc'ed */
	} headers[REPLY_HEADERS];
	size_t n_headers;
	const char *cache; /* Cache-Control; NULL: no-store */
	bool has_etag;	   /* make one from the body */
	bool is_gzipped;
	bool is_sandboxed;
};

struct job;
typedef void (*job_handler)(struct job *j);

/* Which dress errors wear. */
enum family { FAM_TEXT, FAM_API, FAM_MINIFLUX, FAM_FEVER, FAM_FEED, FAM_PAGE };

#define ROUTE_LOOP 1u	  /* answered on the loop: needs no store */
#define ROUTE_RAW_BODY 2u /* the body is no form */
#define ROUTE_WRITES 4u	  /* runs on the writer thread, has j->store */
#define ROUTE_OPEN 8u	  /* the handler looks after access itself */
#define ROUTE_LARGE 16u	  /* takes bodies up to LIMIT_HTTP_LARGE_BYTES */

struct route {
	unsigned methods;
	const char *pattern; /* "{}" one segment, "{*}" at the end the rest */
	enum family family;
	enum scope scope; /* SCOPE_NONE: open to all */
	unsigned flags;
	job_handler handler;
};

/* The route of a path; fills q->args.  NULL: none; *ret_methods then are
 * those that the path has (0: unknown path). */
const struct route *route_find(
    struct arena *a, struct req *q, unsigned *ret_methods);
/* The table, for tests and the API's description; ends with pattern NULL. */
const struct route *route_table(void);
/* The route for a request that marks, where that needs the writer. */
const struct route *route_of_mark(const struct route *r);
/* The path without the prefixes under which other servers have our APIs. */
const char *route_normal_path(const char *path);

/* --- job ------------------------------------------------------------- */

enum images { IMAGES_DIRECT, IMAGES_PROXY, IMAGES_OFF };

struct job {
	uint64_t ticket;     /* 0: an errand of our own, nobody waits */
	struct serve *serve; /* on the loop only, except for ->ops.why */
	const struct serve_ops *ops;
	struct arena *arena;
	const struct route *route;
	struct req req;
	struct who who;
	struct reply reply;
	enum images images;
	const char *image_key;
	struct serve_progress progress; /* when the request came */
	/* The list that rows are of, as a query in markup; NULL: none that one
	 * would read on in. */
	const char *list;
	int64_t came_ms;

	/* Set by the worker that has it. */
	struct side *side; /* side.h */
	struct store_reader *reader;
	struct store *store; /* ROUTE_WRITES */

	/* What the loop does when the job comes back. */
	bool asks_side; /* what it showed is old */
	bool sync_all;
	int64_t *sync_ids; /* in the arena */
	size_t n_sync;
	bool has_removed;     /* a feed */
	bool asks_add;	      /* find this feed, then run the handler again */
	struct serve_add add; /* in the arena */
	bool has_added;	      /* the second run */
	struct serve_added added; /* its answer; error in the arena */
	const char *image_url;	  /* fetch this image; in the arena */
	/* On the loop: makes the answer of it. */
	void (*on_image)(struct job *j, const struct serve_image *image);
	struct { /* pictures of feeds to be fetched for the next time */
		int64_t feed_id;
		struct serve_image_req req; /* in the arena */
	} icons[8];
	size_t n_icons;
	struct store_icon icon; /* to be kept, in an errand */
	bool logs_in_failed;	/* counts against the client's address */
	TAILQ_ENTRY(job) asking;
	char *metrics; /* malloc'ed text of the daemon's metrics */
};

/* A copy in the job's arena; NULL gives NULL, a full arena "". */
const char *job_strdup(struct job *j, const char *s);
char *job_printf(struct job *j, const char *fmt, ...) AK_PRINTF(2, 3);
/* Poll this feed when the job is done. */
void job_sync(struct job *j, int64_t feed_id);
bool job_remove_feed(struct job *j, int64_t feed_id); /* false: answered */
void job_free(struct job *j);

/* --- answers --------------------------------------------------------- */

#define TYPE_JSON "application/json; charset=UTF-8"
#define TYPE_TEXT "text/plain; charset=UTF-8"
#define TYPE_HTML "text/html; charset=UTF-8"
#define TYPE_PROBLEM "application/problem+json"

/* Begin the body; write into the buf that it returns. */
struct buf *reply_begin(struct job *j, int status, const char *type);
void reply_header(struct job *j, const char *name, const char *value);
void reply_text(struct job *j, int status, const char *text);
void reply_empty(struct job *j, int status);
void reply_redirect(struct job *j, const char *path); /* 303, below the root */
/* Takes the JSON value. */
void reply_json(struct job *j, int status, json_t *value);
void buf_add_json(struct buf *out, json_t *value); /* append; takes the value */
const char *status_title(int status); /* the phrase of an error's status */
/* A problem document, RFC 9457. */
void reply_problem(struct job *j, int status, const char *detail);
/* An error in the dress of the route's family. */
void reply_error(struct job *j, int status, const char *fmt, ...)
    AK_PRINTF(3, 4);
/* The same for what a call of the store said. */
void reply_status(struct job *j, enum ak_status st, const char *what);
void reply_finish(struct job *j); /* ETag, 304, gzip */

/* The request's body as a JSON object; NULL: answered. */
json_t *body_json(struct job *j);

/* Feeds without a category, to APIs where each has one; fits clients' ints. */
#define NO_CATEGORY_ID 2000000000
#define NO_CATEGORY_TITLE "Feeds"
/* Path of a category, malloc'ed; NULL: none has this id. */
char *category_path(struct store_reader *r, int64_t id);
/* Its id; 0: none. */
int64_t category_id(struct store_reader *r, const char *path);
/* The category to put a feed in that an API's number means: false: no such.
 * *ret is NULL for none; in the arena. */
bool category_of_id(struct job *j, int64_t id, const char **ret);

json_t *json_text(const char *s); /* null for NULL */
json_t *json_time(int64_t t);	  /* RFC 3339, or null for 0 */

/* --- access ---------------------------------------------------------- */

/* Fill j->who from what the request shows. */
void auth_identify(struct job *j);
/* Check a secret (with a name, or NULL for any); CRED_FEVER: an api_key. */
bool auth_check(struct store_reader *r, enum cred cred, const char *name,
    const char *secret, struct who *ret);
/* May this request go on?  Else the reply is set. */
bool auth_allow(struct job *j);
enum scope auth_scope(const char *name);
const char *auth_scope_name(enum scope s);
const char *auth_cookie_name(bool is_tls);
/* The name that a request claims, for throttling; never NULL. */
const char *auth_claim(struct job *j);
/* A form's token: differs each time, valid as long as the session. */
#define CSRF_SIZE 65
void csrf_make(const char *secret, char out[CSRF_SIZE]);
bool csrf_check(const char *secret, const char *token);

struct throttle;
struct throttle *throttle_new(void);
void throttle_free(struct throttle *t);
/* Seconds to wait before the next try; 0: go on. */
int64_t throttle_wait(
    struct throttle *t, const char *address, const char *claim, int64_t now_s);
void throttle_failed(
    struct throttle *t, const char *address, const char *claim, int64_t now_s);
void throttle_passed(
    struct throttle *t, const char *address, const char *claim);

#endif

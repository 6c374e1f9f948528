/* SPDX-License-Identifier: ISC */
/*
 * The daemon's end of the control socket, on the loop.
 *
 * Whoever may open the socket may ask; its mode (0660) is the permission.  Who
 * asks for nothing is told so and let go, and does not count among those who
 * ask.  A client that reads too slowly is cut off: the poll it asked for goes
 * on.
 */
#include "config.h"

#include "daemon/control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"

#define PROGRESS_MS 100 /* between two progress lines */

struct client {
	LIST_ENTRY(client) link;
	struct control *control;
	struct bufferevent *bev;
	int64_t last_progress_ms;
	bool was_asked, is_ending, is_cut;
};

struct control {
	char *path;
	struct pipeline *pipeline;
	struct control_ops ops;
	struct evconnlistener *listener;
	LIST_HEAD(, client) clients;
	int n_clients, n_asking;
};

/* --- where ---------------------------------------------------------------- */

static char *
absolute(const char *path)
{
	char dir[PATH_MAX];

	if (path[0] == '/' || getcwd(dir, sizeof(dir)) == NULL)
		return xstrdup(path);
	return xasprintf("%s/%s", dir, path);
}

char *
control_path(const char *store_path)
{
	char *store = absolute(store_path);
	char *path = xasprintf("%s.sock", store);
	const char *dir = getenv("XDG_RUNTIME_DIR");
	unsigned long long hash = XXH3_64bits(store, strlen(store));

	if (strlen(path) >= 100) {
		free(path);
		if (dir != NULL && *dir != '\0' && strlen(dir) < 60)
			path = xasprintf("%s/akin-%016llx.sock", dir, hash);
		else
			path = xasprintf("/tmp/akin-%ld/%016llx.sock",
			    (long)geteuid(), hash);
	}
	free(store);
	return path;
}

/* --- clients -------------------------------------------------------------- */

static void
client_free(struct client *c)
{
	pipeline_forget(c->control->pipeline, c);
	LIST_REMOVE(c, link);
	c->control->n_clients--;
	c->control->n_asking -= c->was_asked;
	bufferevent_free(c->bev);
	free(c);
}

static void
send_json(struct client *c, json_t *o)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	char *line = json_dumps(o, JSON_COMPACT);

	json_decref(o);
	if (line != NULL && !c->is_cut) {
		(void)evbuffer_add(out, line, strlen(line));
		(void)evbuffer_add(out, "\n", 1);
	}
	free(line);
	if (evbuffer_get_length(out) <= LIMIT_CONTROL_UNSENT_BYTES || c->is_cut)
		return;
	log_warn("control", "a client that does not read was cut off");
	c->is_cut = true;
	/* Not now: the caller goes on with it. */
	bufferevent_trigger_event(c->bev, BEV_EVENT_WRITING | BEV_EVENT_EOF,
	    BEV_TRIG_DEFER_CALLBACKS);
}

/* Close once everything is sent. */
static void
end_client(struct client *c)
{
	c->is_ending = true;
	if (!c->is_cut &&
	    evbuffer_get_length(bufferevent_get_output(c->bev)) == 0)
		client_free(c);
}

static void
send_error(struct client *c, const char *words)
{
	send_json(c, json_pack("{ss ss}", "type", "error", "error", words));
	end_client(c);
}

static json_t *
pack_progress(const char *type, const struct pipeline_progress *n)
{
	return json_pack("{ss sI sI sI sI sI sI sI sI ss*}", "type", type,
	    "feeds", (json_int_t)n->n_feeds, "done", (json_int_t)n->n_done,
	    "failed", (json_int_t)n->n_failed, "unchanged",
	    (json_int_t)n->n_unchanged, "new", (json_int_t)n->n_new, "revised",
	    (json_int_t)n->n_revised, "wire_bytes", (json_int_t)n->wire_bytes,
	    "to_relate", (json_int_t)n->n_to_relate, "fatal", n->fatal);
}

static void
report_cb(const struct pipeline_report *r, void *arg)
{
	struct client *c = arg;

	if (c->is_ending)
		return;
	send_json(c,
	    json_pack("{ss sI ss ss* ss si ss* ss* ss* sb sb ss* sI sI sI ss}",
		"type", "report", "feed", (json_int_t)r->feed_id, "url", r->url,
		"title", r->title, "outcome", r->outcome, "status", r->status,
		"error", r->error, "advice", r->advice, "step", r->step,
		"failed", (int)r->has_failed, "older", (int)r->has_older,
		"moved_to", r->moved_to, "new", (json_int_t)r->n_new, "revised",
		(json_int_t)r->n_revised, "due", (json_int_t)r->due_at, "hint",
		r->hint));
}

static void
progress_cb(const struct pipeline_progress *n, void *arg)
{
	struct client *c = arg;
	int64_t now = clock_mono_ms();

	if (c->is_ending || now - c->last_progress_ms < PROGRESS_MS)
		return;
	c->last_progress_ms = now;
	send_json(c, pack_progress("progress", n));
}

static void
done_cb(const struct pipeline_progress *n, void *arg)
{
	struct client *c = arg;

	send_json(c, pack_progress("done", n));
	end_client(c);
}

static void
do_sync(struct client *c, const json_t *req)
{
	const json_t *feeds = json_object_get(req, "feeds");
	struct pipeline_cbs cbs = {report_cb, progress_cb, done_cb, c};
	size_t n = json_array_size(feeds);
	int64_t *ids = xcalloc(n, sizeof(*ids));

	for (size_t i = 0; i < n; i++)
		ids[i] = json_integer_value(json_array_get(feeds, i));
	pipeline_sync(c->control->pipeline,
	    &(struct pipeline_which){
		.all = json_is_true(json_object_get(req, "all")),
		.older = json_is_true(json_object_get(req, "older")),
		.other_hosts =
		    json_is_true(json_object_get(req, "other_hosts")),
		.ids = ids,
		.n_ids = n},
	    &cbs);
	free(ids);
}

static void
do_status(struct client *c)
{
	struct pipeline_stats s;
	struct pipeline_progress asked;

	pipeline_stats(c->control->pipeline, &s);
	pipeline_progress(c->control->pipeline, &asked);
	send_json(
	    c, json_pack("{ss ss si sI sI sI sI sI sI sb}", "type", "status",
		   "version", PACKAGE_VERSION, "pid", (int)getpid(), "polling",
		   (json_int_t)s.n_polling, "polls", (json_int_t)s.n_polls,
		   "failed", (json_int_t)s.n_failed, "new", (json_int_t)s.n_new,
		   "to_relate", (json_int_t)s.n_to_relate, "next_due",
		   (json_int_t)s.next_due, "asked", (int)!asked.is_done));
	end_client(c);
}

static void
do_request(struct client *c, const char *line, size_t len)
{
	json_t *req = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	const char *cmd = json_string_value(json_object_get(req, "cmd"));
	const struct timeval patience = {LIMIT_CONTROL_UNREAD_S, 0};
	struct diag d = {{0}};

	c->was_asked = true;
	bufferevent_set_timeouts(c->bev, NULL, &patience);
	if (++c->control->n_asking > LIMIT_CONTROL_REQUESTS) {
		send_error(c, "too many others are asking: try again later");
	} else if (cmd == NULL) {
		send_error(c, "no request");
	} else if (strcmp(cmd, "sync") == 0) {
		do_sync(c, req);
	} else if (strcmp(cmd, "wake") == 0) {
		pipeline_wake(c->control->pipeline);
		send_json(c, json_pack("{ss}", "type", "ok"));
		end_client(c);
	} else if (strcmp(cmd, "reload") == 0) {
		if (c->control->ops.reload(c->control->ops.arg, &d) != AK_OK) {
			send_error(c, d.text);
		} else {
			send_json(c, json_pack("{ss}", "type", "ok"));
			end_client(c);
		}
	} else if (strcmp(cmd, "status") == 0) {
		do_status(c);
	} else {
		send_error(c, "unknown request");
	}
	json_decref(req);
}

static void
read_cb(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	size_t len;
	char *line;

	if (c->was_asked) { /* one request a connection */
		(void)evbuffer_drain(in, evbuffer_get_length(in));
		return;
	}
	line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF);
	if (line != NULL)
		do_request(c, line, len);
	else if (evbuffer_get_length(in) >= LIMIT_CONTROL_LINE_BYTES)
		client_free(c);
	free(line);
}

static void
write_cb(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;

	(void)bev; /* all is sent */
	if (c->is_ending)
		client_free(c);
}

static void
event_cb(struct bufferevent *bev, short what, void *arg)
{
	struct client *c = arg;

	(void)bev;
	if ((what & BEV_EVENT_TIMEOUT) && (what & BEV_EVENT_READING) &&
	    !c->was_asked && !c->is_ending)
		send_error(c, "nothing was asked");
	else
		client_free(c);
}

static void
accept_cb(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa,
    int len, void *arg)
{
	struct control *ctl = arg;
	const struct timeval silence = {
	    ctl->ops.silent_ms / 1000, ctl->ops.silent_ms % 1000 * 1000};
	struct client *c;

	(void)sa;
	(void)len;
	if (ctl->n_clients >= LIMIT_CONTROL_CLIENTS) {
		(void)close(fd);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->control = ctl;
	c->bev = bufferevent_socket_new(
	    evconnlistener_get_base(l), fd, BEV_OPT_CLOSE_ON_FREE);
	assert(c->bev != NULL);
	LIST_INSERT_HEAD(&ctl->clients, c, link);
	ctl->n_clients++;
	bufferevent_setcb(c->bev, read_cb, write_cb, event_cb, c);
	bufferevent_setwatermark(c->bev, EV_READ, 0, LIMIT_CONTROL_LINE_BYTES);
	bufferevent_set_timeouts(c->bev, &silence, NULL);
	(void)bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

/* --- start and stop ------------------------------------------------------- */

/* A folder of ours in /tmp, or the store's, which is there. */
static bool
make_folder(const char *path)
{
	char *dir = xstrdup(path), *slash = strrchr(dir, '/');
	struct stat sb;
	bool ok = true;

	if (slash != NULL && str_starts(dir, "/tmp/akin-")) {
		*slash = '\0';
		(void)mkdir(dir, 0700);
		ok = lstat(dir, &sb) == 0 && S_ISDIR(sb.st_mode) &&
		     sb.st_uid == geteuid() && (sb.st_mode & 077) == 0;
	}
	free(dir);
	return ok;
}

enum ak_status
control_new(struct event_base *base, const char *path,
    struct pipeline *pipeline, const struct control_ops *ops,
    struct control **ret, struct diag *reterr)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct control *ctl;
	struct evconnlistener *l;
	mode_t mask;

	if (strlen(path) >= sizeof(sun.sun_path) || !make_folder(path))
		return diag_set(
		    reterr, AK_DENIED, "%s: no place for a socket", path);
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	(void)unlink(path);
	mask = umask(0117);
	l = evconnlistener_new_bind(base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 16,
	    (struct sockaddr *)&sun, (int)sizeof(sun));
	(void)umask(mask);
	if (l == NULL)
		return diag_set(
		    reterr, AK_IO, "%s: %s", path, strerrordesc_np(errno));
	ctl = xcalloc(1, sizeof(*ctl));
	ctl->path = xstrdup(path);
	ctl->pipeline = pipeline;
	ctl->ops = *ops;
	if (ctl->ops.silent_ms == 0)
		ctl->ops.silent_ms = LIMIT_CONTROL_SILENT_MS;
	ctl->listener = l;
	LIST_INIT(&ctl->clients);
	evconnlistener_set_cb(l, accept_cb, ctl);
	*ret = ctl;
	return AK_OK;
}

void
control_free(struct control *ctl)
{
	if (ctl == NULL)
		return;
	while (!LIST_EMPTY(&ctl->clients))
		client_free(LIST_FIRST(&ctl->clients));
	evconnlistener_free(ctl->listener);
	(void)unlink(ctl->path);
	free(ctl->path);
	free(ctl);
}

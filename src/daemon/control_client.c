/* SPDX-License-Identifier: ISC */
/* The command's end of the control socket: it blocks, and needs no loop. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "daemon/control.h"

static FILE *
connect_to(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FILE *f;

	if (fd < 0)
		return NULL;
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (strlen(path) < sizeof(sun.sun_path) &&
	    connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0 &&
	    (f = fdopen(fd, "r+")) != NULL)
		return f;
	(void)close(fd);
	return NULL;
}

/* Send the request; NULL: nobody there. */
static FILE *
ask(const char *socket, json_t *req, struct diag *reterr)
{
	FILE *f = connect_to(socket);
	char *line = json_dumps(req, JSON_COMPACT);
	bool sent = false;

	json_decref(req);
	if (f != NULL && line != NULL) {
		sent = fprintf(f, "%s\n", line) > 0 && fflush(f) == 0;
		if (!sent) {
			(void)fclose(f);
			f = NULL;
		}
	}
	free(line);
	if (!sent)
		(void)diag_set(reterr, AK_NOTFOUND, "%s: %s", socket,
		    strerrordesc_np(errno));
	return f;
}

static const char *
text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static int64_t
number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void
tell_report(const json_t *o, const struct pipeline_cbs *cbs)
{
	struct pipeline_report r = {.feed_id = number(o, "feed"),
	    .url = text(o, "url"),
	    .title = text(o, "title"),
	    .outcome = text(o, "outcome"),
	    .status = (int)number(o, "status"),
	    .error = text(o, "error"),
	    .advice = text(o, "advice"),
	    .step = text(o, "step"),
	    .has_failed = json_is_true(json_object_get(o, "failed")),
	    .n_new = number(o, "new"),
	    .n_revised = number(o, "revised"),
	    .moved_to = text(o, "moved_to"),
	    .has_older = json_is_true(json_object_get(o, "older")),
	    .due_at = number(o, "due"),
	    .hint = text(o, "hint")};

	if (cbs->report != NULL)
		cbs->report(&r, cbs->arg);
}

static void
tell_progress(const json_t *o, bool is_done, const struct pipeline_cbs *cbs)
{
	struct pipeline_progress n = {.n_feeds = number(o, "feeds"),
	    .n_done = number(o, "done"),
	    .n_failed = number(o, "failed"),
	    .n_unchanged = number(o, "unchanged"),
	    .n_new = number(o, "new"),
	    .n_revised = number(o, "revised"),
	    .wire_bytes = number(o, "wire_bytes"),
	    .n_to_relate = number(o, "to_relate"),
	    .is_done = is_done,
	    .fatal = text(o, "fatal")};

	if (is_done && cbs->done != NULL)
		cbs->done(&n, cbs->arg);
	else if (!is_done && cbs->progress != NULL)
		cbs->progress(&n, cbs->arg);
}

enum ak_status
control_sync(const char *socket, const struct pipeline_which *which,
    const struct pipeline_cbs *cbs, struct diag *reterr)
{
	json_t *feeds = json_array(), *o;
	enum ak_status st = AK_BUSY; /* not ended yet */
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	FILE *f;
	bool has_heard = false;

	for (size_t i = 0; i < which->n_ids; i++)
		(void)json_array_append_new(feeds, json_integer(which->ids[i]));
	f = ask(socket,
	    json_pack("{ss sb sb sb so}", "cmd", "sync", "all", (int)which->all,
		"older", (int)which->older, "other_hosts",
		(int)which->other_hosts, "feeds", feeds),
	    reterr);
	if (f == NULL)
		return AK_NOTFOUND;
	while (st == AK_BUSY && (len = getline(&line, &size, f)) > 0) {
		const char *type;

		has_heard = true;
		o = json_loadb(line, (size_t)len, 0, NULL);
		type = text(o, "type");
		if (str_eq(type, "report"))
			tell_report(o, cbs);
		else if (str_eq(type, "progress"))
			tell_progress(o, false, cbs);
		else if (str_eq(type, "done"))
			st = AK_OK;
		else if (str_eq(type, "error"))
			st = diag_set(reterr, AK_IO, "%s", text(o, "error"));
		if (st == AK_OK)
			tell_progress(o, true, cbs);
		json_decref(o);
	}
	free(line);
	(void)fclose(f);
	if (st == AK_BUSY)
		st = diag_set(reterr, AK_IO,
		    has_heard ? "akind stopped before it was done"
			      : "akind did not answer: it is stopping, or too "
				"many others are connected");
	return st;
}

enum ak_status
control_ask(
    const char *socket, const char *cmd, char **ret, struct diag *reterr)
{
	FILE *f = ask(socket, json_pack("{ss}", "cmd", cmd), reterr);
	enum ak_status st = AK_OK;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	json_t *o;

	if (f == NULL)
		return AK_NOTFOUND;
	len = getline(&line, &size, f);
	(void)fclose(f);
	o = len > 0 ? json_loadb(line, (size_t)len, 0, NULL) : NULL;
	if (o == NULL)
		st = diag_set(reterr, AK_IO, "no answer");
	else if (str_eq(text(o, "type"), "error"))
		st = diag_set(reterr, AK_IO, "%s", text(o, "error"));
	json_decref(o);
	if (st == AK_OK && ret != NULL)
		*ret = line;
	else
		free(line);
	return st;
}

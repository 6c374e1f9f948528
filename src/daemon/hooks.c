/* SPDX-License-Identifier: ISC */
/*
 * A tick has two halves, both in the writer's transaction: scan for each hook,
 * then read what is due.  Deliveries run on the loop: a program by fork and
 * exec with the JSON on its standard input, a webhook by the fetcher, which
 * guards its address as any other's.  Nothing of a feed ever is an argument.
 */
#include "daemon/hooks.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "fetch/fetch.h"
#include "store/store.h"

#define TICK_S 5
#define RETRY_FIRST_S 30
#define RETRY_MOST_S 21600
#define GIVE_UP_S (7 * 86400)
#define MAX_ARGS 32
#define MAX_SECRET 4096

struct hook { /* a copy of its section */
	struct store_hook what;
	char *name, *exec, *url, *secret, *category, *feed, *query;
	int64_t timeout_s;
	bool lacks_secret; /* so it tells nobody anything */
	size_t n_refs;	   /* the list's, and those of what is under way */
	struct hook *next;
};

struct delivery { /* one event on its way */
	struct hooks *hooks;
	struct hook *hook; /* NULL: its section is gone */
	int64_t id, created_at, n_tries;
	char *event, *payload;
	pid_t pid;
	int in;
	size_t n_written;
	struct event *timer, *writable;
	struct fetch_job *job;
	int64_t until_ms;
	struct delivery *next;
};

struct hooks {
	struct pipeline *pipeline;
	struct event_base *base;
	struct hook *list;
	struct hook *next_list; /* once the scan is back, if has_next */
	struct event *tick;
	struct delivery *under_way;
	size_t n_under_way;
	bool is_scanning, is_closing, has_begun, has_next;
};

/* --- one tick ---------------------------------------------------------------
 */

struct scan {
	struct hooks *hooks;
	struct delivery *due;
	size_t n_due;
	struct diag diag;
};

static void
due_cb(const struct store_outbox *o, void *arg)
{
	struct scan *s = arg;
	struct delivery *d = xcalloc(1, sizeof(*d)), **end = &s->due;

	d->hooks = s->hooks;
	d->id = o->id;
	d->created_at = o->created_at;
	d->n_tries = o->n_tries;
	d->event = xstrdup(o->event);
	d->payload = xstrdup(o->payload);
	d->in = -1;
	for (d->hook = s->hooks->list; d->hook != NULL; d->hook = d->hook->next)
		if (strcmp(d->hook->name, o->hook) == 0) {
			d->hook->n_refs++;
			break;
		}
	while (*end != NULL)
		end = &(*end)->next;
	*end = d;
	s->n_due++;
}

/* Writer thread; the hooks' list does not change while a scan is out. */
static enum ak_status
scan_run(struct store *store, void *arg)
{
	struct scan *s = arg;
	int64_t now = clock_now();
	enum ak_status st = AK_OK;

	for (const struct hook *h = s->hooks->list; h != NULL; h = h->next) {
		st = store_hook_scan(store, &h->what, now);
		if (st == AK_BADINPUT) {
			(void)diag_set(&s->diag, st, "%s", store_error(store));
			st = AK_OK;
		}
		if (st != AK_OK)
			return st;
	}
	return store_outbox_due(store, now, HOOKS_AT_ONCE, due_cb, s);
}

static void deliver(struct delivery *d);
static void delivery_free(struct delivery *d);

static void
plan(struct hooks *h, int64_t wait_ms)
{
	struct timeval tv = {
	    .tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};

	if (!h->is_closing && h->list != NULL)
		(void)event_add(h->tick, &tv);
}

static void
hook_unref(struct hook *k)
{
	if (k == NULL || --k->n_refs > 0)
		return;
	free(k->name);
	free(k->exec);
	free(k->url);
	if (k->secret != NULL)
		explicit_bzero(k->secret, strlen(k->secret));
	free(k->secret);
	free(k->category);
	free(k->feed);
	free(k->query);
	free(k);
}

static void
list_free(struct hook *list)
{
	for (struct hook *k = list, *next; k != NULL; k = next) {
		next = k->next;
		hook_unref(k);
	}
}

static void
hooks_destroy(struct hooks *h)
{
	list_free(h->list);
	list_free(h->next_list);
	free(h);
}

/* What is under way goes on as it began. */
static void
take_list(struct hooks *h, struct hook *list)
{
	list_free(h->list);
	h->list = list;
	h->next_list = NULL;
	h->has_next = h->has_begun = false;
}

static void
scan_done(enum ak_status st, void *arg)
{
	struct scan *s = arg;
	struct hooks *h = s->hooks;

	h->is_scanning = false;
	if (st == AK_OK && !h->has_begun) {
		h->has_begun = true;
		log_info("hook", "watching");
	}
	if (s->diag.text[0] != '\0')
		log_warn("hook", "bad query error=%s", LOG_STR(s->diag.text));
	for (struct delivery *d = s->due, *next; d != NULL; d = next) {
		next = d->next;
		d->next = NULL;
		if (st != AK_OK || h->is_closing)
			delivery_free(d);
		else
			deliver(d);
	}
	free(s);
	if (h->has_next)
		take_list(h, h->next_list);
	if (h->is_closing)
		hooks_destroy(h);
	else if (h->n_under_way == 0)
		plan(h, TICK_S * 1000);
}

static void
tick_cb(evutil_socket_t fd, short what, void *arg)
{
	struct hooks *h = arg;
	struct scan *s = xcalloc(1, sizeof(*s));

	(void)fd;
	(void)what;
	s->hooks = h;
	h->is_scanning = true;
	pipeline_call(h->pipeline, scan_run, scan_done, s);
}

/* --- the end of a delivery
 * ---------------------------------------------------- */

struct settle {
	int64_t id, due_at; /* due_at 0: done */
	char *error;
};

static enum ak_status
settle_run(struct store *store, void *arg)
{
	struct settle *s = arg;

	return s->due_at == 0
		   ? store_outbox_done(store, s->id)
		   : store_outbox_retry(store, s->id, s->due_at, s->error);
}

static void
settle_done(enum ak_status st, void *arg)
{
	struct settle *s = arg;

	(void)st; /* the store's failure was logged; the event comes again */
	free(s->error);
	free(s);
}

static void
delivery_free(struct delivery *d)
{
	if (d->timer != NULL)
		event_free(d->timer);
	if (d->writable != NULL)
		event_free(d->writable);
	if (d->in >= 0)
		(void)close(d->in);
	hook_unref(d->hook);
	free(d->event);
	free(d->payload);
	free(d);
}

/* `error` NULL: it was taken. */
static void
finish(struct delivery *d, const char *error)
{
	struct hooks *h = d->hooks;
	struct settle *s = xcalloc(1, sizeof(*s));
	struct delivery **p = &h->under_way;
	int64_t now = clock_now();

	s->id = d->id;
	if (error != NULL && now - d->created_at < GIVE_UP_S) {
		int64_t wait = RETRY_FIRST_S
			       << (d->n_tries < 10 ? d->n_tries : 10);

		s->due_at = now + (wait < RETRY_MOST_S ? wait : RETRY_MOST_S);
		s->error = xstrdup(error);
		log_warn("hook", "failed hook=%s event=%s error=%s",
		    LOG_STR(d->hook->name), d->event, LOG_STR(error));
	} else if (error != NULL) {
		log_err("hook", "given up event=%s error=%s", d->event,
		    LOG_STR(error));
	}
	pipeline_call(h->pipeline, settle_run, settle_done, s);
	while (*p != d)
		p = &(*p)->next;
	*p = d->next;
	h->n_under_way--;
	delivery_free(d);
	if (h->n_under_way == 0 && !h->is_scanning)
		plan(h, 0); /* more may be due */
}

/* --- programs
 * ------------------------------------------------------------------- */

static void
feed_cb(evutil_socket_t fd, short what, void *arg)
{
	struct delivery *d = arg;
	size_t len = strlen(d->payload);
	ssize_t n;

	(void)what;
	n = write((int)fd, d->payload + d->n_written, len - d->n_written);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && (d->n_written += (size_t)n) < len)
		return;
	/* All is written, or the program does not want it. */
	event_free(d->writable);
	d->writable = NULL;
	(void)close(d->in);
	d->in = -1;
}

static void
wait_cb(evutil_socket_t fd, short what, void *arg)
{
	struct delivery *d = arg;
	struct timeval again = {.tv_usec = 50000};
	char words[64];
	int status;

	(void)fd;
	(void)what;
	if (waitpid(d->pid, &status, WNOHANG) == 0) {
		if (clock_mono_ms() > d->until_ms)
			(void)kill(-d->pid, SIGKILL);
		(void)event_add(d->timer, &again);
		return;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		finish(d, NULL);
		return;
	}
	if (WIFSIGNALED(status))
		(void)snprintf(words, sizeof(words), "ended by signal %d%s",
		    WTERMSIG(status),
		    clock_mono_ms() > d->until_ms ? ", its time was over" : "");
	else
		(void)snprintf(
		    words, sizeof(words), "exit %d", WEXITSTATUS(status));
	finish(d, words);
}

/* In the child: nothing but async-signal-safe calls. */
static void AK_NORETURN
run_program(char *const *argv, int in)
{
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	char *env[] = {path, NULL};
	int null = open("/dev/null", O_WRONLY);

	(void)setsid();
	/* What we ignore would stay ignored in it. */
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	(void)dup2(in, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)close_range(3, ~0u, 0);
	(void)execve(argv[0], argv, env);
	_exit(127);
}

static void
start_program(struct delivery *d)
{
	char *line = xstrdup(d->hook->exec), *save = NULL, *argv[MAX_ARGS + 1];
	struct timeval soon = {.tv_usec = 10000};
	int pipes[2];
	size_t n = 0;

	for (char *word = strtok_r(line, " \t", &save);
	     word != NULL && n < MAX_ARGS; word = strtok_r(NULL, " \t", &save))
		argv[n++] = word;
	argv[n] = NULL;
	if (n == 0 || pipe2(pipes, O_CLOEXEC) != 0) {
		free(line);
		finish(d, "it cannot be started");
		return;
	}
	if ((d->pid = fork()) == 0)
		run_program(argv, pipes[0]);
	(void)close(pipes[0]);
	free(line);
	d->in = pipes[1];
	if (d->pid < 0) {
		finish(d, "no process can be made");
		return;
	}
	(void)fcntl(d->in, F_SETFL, O_NONBLOCK);
	d->until_ms = clock_mono_ms() + d->hook->timeout_s * 1000;
	d->writable =
	    event_new(d->hooks->base, d->in, EV_WRITE | EV_PERSIST, feed_cb, d);
	d->timer = evtimer_new(d->hooks->base, wait_cb, d);
	(void)event_add(d->writable, NULL);
	(void)event_add(d->timer, &soon);
}

/* --- webhooks
 * --------------------------------------------------------------------- */

static void
posted_cb(struct fetch_result *r, void *arg)
{
	struct delivery *d = arg;
	char words[64];

	d->job = NULL;
	if (r->st == AK_OK && r->status >= 200 && r->status < 300) {
		finish(d, NULL);
	} else if (r->st == AK_OK) {
		(void)snprintf(
		    words, sizeof(words), "the server said %d", r->status);
		finish(d, words);
	} else {
		finish(d, r->diag.text);
	}
}

/* "X-Akin-Signature: sha256=HEX", HMAC-SHA256 (RFC 2104) of the body. */
static void
sign(const char *secret, const char *body, char *out, size_t size)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	size_t len;

	(void)HMAC(EVP_sha256(), secret, (int)strlen(secret),
	    (const unsigned char *)body, strlen(body), mac, &n);
	len = (size_t)snprintf(out, size, "X-Akin-Signature: sha256=");
	for (unsigned i = 0; i < n && len + 3 <= size; i++)
		len += (size_t)snprintf(out + len, size - len, "%02x", mac[i]);
}

static void
start_post(struct delivery *d)
{
	char signature[128], event[96];
	const char *headers[3] = {event, NULL, NULL};

	(void)snprintf(event, sizeof(event), "X-Akin-Event: %s", d->event);
	if (d->hook->secret != NULL) {
		sign(d->hook->secret, d->payload, signature, sizeof(signature));
		headers[1] = signature;
	}
	d->job = pipeline_fetch(d->hooks->pipeline,
	    &(struct fetch_req){.url = d->hook->url,
		.method = FETCH_POST,
		.headers = headers,
		.body = d->payload,
		.body_len = strlen(d->payload),
		.body_type = "application/json",
		.max_body_bytes = 4096},
	    posted_cb, d);
}

static void
deliver(struct delivery *d)
{
	struct hooks *h = d->hooks;

	d->next = h->under_way;
	h->under_way = d;
	h->n_under_way++;
	if (d->hook == NULL)
		finish(d, NULL); /* its section was taken out: so is it */
	else if (d->hook->lacks_secret)
		finish(d, "its secret_file cannot be used");
	else if (d->hook->exec != NULL)
		start_program(d);
	else
		start_post(d);
}

/* --- start and stop
 * ------------------------------------------------------------------ */

static bool
has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || strchr(", \t", p[-1]) != NULL) &&
		    (p[n] == '\0' || strchr(", \t", p[n]) != NULL))
			return true;
	return false;
}

/* First line of a file; NULL: it cannot be read, or others can. */
static char *
read_secret(const char *path)
{
	char line[MAX_SECRET];
	FILE *f = fopen(path, "re");
	char *s = NULL;

	if (f == NULL)
		return NULL;
	if (conf_is_private(fileno(f), path) &&
	    fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		s = *line != '\0' ? xstrdup(line) : NULL;
	}
	explicit_bzero(line, sizeof(line));
	(void)fclose(f);
	return s;
}

static char *
copy(const char *s)
{
	return str_empty(s) ? NULL : xstrdup(s);
}

static struct hook *
hook_new(const struct conf_hook *c)
{
	struct hook *k = xcalloc(1, sizeof(*k));
	const char *on = c->on != NULL ? c->on : "article";

	k->n_refs = 1;
	k->name = xstrdup(c->name);
	k->exec = copy(c->exec);
	k->url = copy(c->url);
	k->category = copy(c->category);
	k->feed = copy(c->feed);
	k->query = copy(c->query);
	k->timeout_s = c->timeout_s;
	if (c->secret_file != NULL)
		k->secret = read_secret(c->secret_file);
	k->lacks_secret = c->secret_file != NULL && k->secret == NULL;
	if (k->lacks_secret)
		log_err("hook",
		    "secret is missing or others can read it hook=%s file=%s",
		    LOG_STR(c->name), LOG_STR(c->secret_file));
	k->what = (struct store_hook){.name = k->name,
	    .on_article = has_word(on, "article"),
	    .on_story = has_word(on, "story"),
	    .on_grown = has_word(on, "grown"),
	    .on_failing = has_word(on, "failing"),
	    .category = k->category,
	    .feed = k->feed,
	    .query = k->query,
	    .min_outlets = c->min_outlets};
	return k;
}

static struct hook *
list_new(const struct conf *conf)
{
	struct hook *list = NULL;

	for (const struct conf_hook *c = conf->hooks; c != NULL; c = c->next) {
		struct hook *k = hook_new(c);

		k->next = list;
		list = k;
	}
	return list;
}

struct hooks *
hooks_new(struct event_base *base, const struct conf *conf, struct pipeline *p)
{
	struct hooks *h = xcalloc(1, sizeof(*h));

	h->pipeline = p;
	h->base = base;
	h->list = list_new(conf);
	h->tick = evtimer_new(base, tick_cb, h);
	plan(h, 0);
	return h;
}

void
hooks_reconfigure(struct hooks *h, const struct conf *conf)
{
	struct hook *list = list_new(conf);

	if (h->is_scanning) { /* the writer is reading the old one */
		list_free(h->next_list);
		h->next_list = list;
		h->has_next = true;
		return;
	}
	take_list(h, list);
	(void)event_del(h->tick);
	if (h->n_under_way == 0)
		plan(h, 0);
}

/* A program that was done before we look again is not told twice. */
static bool
has_taken(struct delivery *d)
{
	int status;

	if (waitpid(d->pid, &status, WNOHANG) != d->pid)
		return false;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	d->pid = 0;
	return false;
}

void
hooks_free(struct hooks *h)
{
	if (h == NULL)
		return;
	h->is_closing = true;
	event_free(h->tick);
	for (struct delivery *d; (d = h->under_way) != NULL;) {
		if (d->job != NULL)
			pipeline_fetch_cancel(h->pipeline, d->job);
		if (d->pid > 0 && has_taken(d)) {
			finish(d, NULL);
			continue;
		}
		if (d->pid > 0) {
			/* It may not have its own session yet. */
			if (kill(-d->pid, SIGKILL) != 0)
				(void)kill(d->pid, SIGKILL);
			(void)waitpid(d->pid, NULL, 0);
		}
		h->under_way = d->next;
		delivery_free(d);
	}
	if (!h->is_scanning)
		hooks_destroy(h); /* else scan_done() does */
}

/* SPDX-License-Identifier: ISC */
/*
 * hooks_deliver.c - one event told to one hook, on the loop: to a program by
 * fork and exec with the JSON on its standard input, or to a URL by the
 * fetcher, which guards its address as any other's.  Nothing of a feed ever is
 * an argument.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/token.h"
#include "daemon/hooks_int.h"
#include "fetch/fetch.h"

#define RETRY_FIRST_S 30
#define RETRY_MOST_S 21600
#define GIVE_UP_S (7 * 86400)
#define MAX_ARGS 32

/* --- the end of a delivery ----------------------------------------------- */

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

void
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
void
delivery_end(struct delivery *d, const char *error)
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
		hooks_plan(h, 0); /* more may be due */
}

/* --- programs ------------------------------------------------------------ */

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
		delivery_end(d, NULL);
		return;
	}
	if (WIFSIGNALED(status))
		(void)snprintf(words, sizeof(words), "ended by signal %d%s",
		    WTERMSIG(status),
		    clock_mono_ms() > d->until_ms ? ", its time was over" : "");
	else
		(void)snprintf(
		    words, sizeof(words), "exit %d", WEXITSTATUS(status));
	delivery_end(d, words);
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
		delivery_end(d, "it cannot be started");
		return;
	}
	if ((d->pid = fork()) == 0)
		run_program(argv, pipes[0]);
	(void)close(pipes[0]);
	free(line);
	d->in = pipes[1];
	if (d->pid < 0) {
		delivery_end(d, "no process can be made");
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

/* --- webhooks ------------------------------------------------------------ */

static void
posted_cb(struct fetch_result *r, void *arg)
{
	struct delivery *d = arg;
	char words[64];

	d->job = NULL;
	if (r->st == AK_OK && r->status >= 200 && r->status < 300) {
		delivery_end(d, NULL);
	} else if (r->st == AK_OK) {
		(void)snprintf(
		    words, sizeof(words), "the server said %d", r->status);
		delivery_end(d, words);
	} else {
		delivery_end(d, r->diag.text);
	}
}

/* "X-Akin-Signature: sha256=HEX", HMAC-SHA256 (RFC 2104) of the body. */
static void
sign(const char *secret, const char *body, char *out, size_t size)
{
	unsigned char mac[TOKEN_DIGEST_SIZE];
	size_t len;

	token_mac(secret, body, mac);
	len = (size_t)snprintf(out, size, "X-Akin-Signature: sha256=");
	for (size_t i = 0; i < sizeof(mac) && len + 3 <= size; i++)
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

/* --- interface ----------------------------------------------------------- */

void
delivery_start(struct delivery *d)
{
	struct hooks *h = d->hooks;

	d->next = h->under_way;
	h->under_way = d;
	h->n_under_way++;
	if (d->hook == NULL)
		delivery_end(d, NULL); /* its section was taken out: so is it */
	else if (d->hook->lacks_secret)
		delivery_end(d, "its secret_file cannot be used");
	else if (d->hook->exec != NULL)
		start_program(d);
	else
		start_post(d);
}

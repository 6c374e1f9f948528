/* SPDX-License-Identifier: ISC */
/*
 * hooks.c - a tick has two halves, both in the writer's transaction: scan for
 * each hook, then read what is due.  What is due is delivered on the loop
 * (hooks_deliver.c).
 */
#include "daemon/hooks.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "daemon/hooks_int.h"

#define TICK_S 5

/* --- one tick ------------------------------------------------------------ */

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

void
hooks_plan(struct hooks *h, int64_t wait_ms)
{
	struct timeval tv = {
	    .tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};

	if (!h->is_closing && h->list != NULL)
		(void)event_add(h->tick, &tv);
}

static void
hooks_destroy(struct hooks *h)
{
	hooks_list_free(h->list);
	hooks_list_free(h->next_list);
	free(h);
}

/* What is under way goes on as it began. */
static void
take_list(struct hooks *h, struct hook *list)
{
	hooks_list_free(h->list);
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
			delivery_start(d);
	}
	free(s);
	if (h->has_next)
		take_list(h, h->next_list);
	if (h->is_closing)
		hooks_destroy(h);
	else if (h->n_under_way == 0)
		hooks_plan(h, TICK_S * 1000);
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

/* --- programs
 * ------------------------------------------------------------------- */

/* --- webhooks
 * --------------------------------------------------------------------- */

/* --- start and stop
 * ------------------------------------------------------------------ */

struct hooks *
hooks_new(struct event_base *base, const struct conf *conf, struct pipeline *p)
{
	struct hooks *h = xcalloc(1, sizeof(*h));

	h->pipeline = p;
	h->base = base;
	h->list = hooks_list_new(conf);
	h->tick = evtimer_new(base, tick_cb, h);
	hooks_plan(h, 0);
	return h;
}

void
hooks_reconfigure(struct hooks *h, const struct conf *conf)
{
	struct hook *list = hooks_list_new(conf);

	if (h->is_scanning) { /* the writer is reading the old one */
		hooks_list_free(h->next_list);
		h->next_list = list;
		h->has_next = true;
		return;
	}
	take_list(h, list);
	(void)event_del(h->tick);
	if (h->n_under_way == 0)
		hooks_plan(h, 0);
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
			delivery_end(d, NULL);
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

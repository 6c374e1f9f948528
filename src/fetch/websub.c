/* SPDX-License-Identifier: ISC */
/*
 * The subscription's life.
 *
 * WANTED -> PENDING (the POST was accepted) -> ACTIVE (the hub asked back and
 * we agreed).  While ACTIVE a renewal runs through the same request, marked by
 * is_pending, and changes nothing until it is verified: the old secret holds
 * until the new one is.  Failures try the next hub, then wait an hour, two,
 * ... a day; a denial ends it for a week.  LEAVING asks the hub to stop, and
 * GONE answers 410 for 30 days so that a deaf hub learns it.
 *
 * Everything that comes to the callback is anybody's: the token is 128 random
 * bits, the challenge is echoed only to a request that matches what we asked,
 * and a body counts only with a signature by the secret that only the hub was
 * told (websub_callback.c).
 */
#include "fetch/websub.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/link.h"
#include "base/mem.h"
#include "base/url.h"
#include "fetch/fetch.h"
#include "fetch/websub_int.h"

#define ASK_LEASE_S (10 * DAY)
#define MAX_MISSED 2

static void
random_hex(char *out, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char b[32];
	size_t n = (size - 1) / 2;

	assert(n <= sizeof(b));
	if (RAND_bytes(b, (int)n) != 1)
		abort(); /* never with a guessable secret */
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = hex[b[i] >> 4];
		out[2 * i + 1] = hex[b[i] & 15];
	}
	out[2 * n] = '\0';
}

void
websub_init(struct websub *w)
{
	*w = (struct websub){.next_at = WEBSUB_NEVER};
}

void
websub_set_str(char **at, const char *s)
{
	char *copy = s != NULL ? xstrdup(s) : NULL;

	free(*at);
	*at = copy;
}

void
websub_release(struct websub *w)
{
	free(w->topic);
	for (size_t i = 0; i < WEBSUB_HUBS; i++)
		free(w->hubs[i]);
	websub_init(w);
}

/* ------------------------------------------------------------- discovery */

static void
add_hub(
    struct arena *a, struct websub_found *f, const char *base, const char *url)
{
	const char *hub = url_resolve(a, base, url);

	if (hub == NULL || !url_is_http(hub) || f->n_hubs == WEBSUB_HUBS)
		return;
	for (size_t i = 0; i < f->n_hubs; i++)
		if (strcmp(f->hubs[i], hub) == 0)
			return;
	f->hubs[f->n_hubs++] = hub;
}

/* https before http, else as they came. */
static void
prefer_https(struct websub_found *f)
{
	const char *sorted[WEBSUB_HUBS] = {NULL};
	size_t n = 0;

	for (int https = 1; https >= 0; https--)
		for (size_t i = 0; i < f->n_hubs; i++)
			if (ascii_istarts(f->hubs[i], "https:") == (https == 1))
				sorted[n++] = f->hubs[i];
	memcpy(f->hubs, sorted, sizeof(sorted));
}

void
websub_find(struct arena *a, const char *const *links, const char *final_url,
    const char *doc_self, const char *const *doc_hubs, size_t n_doc_hubs,
    struct websub_found *ret)
{
	struct websub_found f = {0};
	struct link link;
	const char *self = NULL;

	for (; links != NULL && *links != NULL; links++) {
		const char *at = *links;

		while (link_next(a, &at, &link)) {
			if (link_has_rel(link.rel, "hub"))
				add_hub(a, &f, final_url, link.url);
			if (self == NULL && link_has_rel(link.rel, "self"))
				self = link.url;
		}
	}
	if (f.n_hubs == 0) {
		self = NULL;
		for (size_t i = 0; i < n_doc_hubs; i++)
			add_hub(a, &f, final_url, doc_hubs[i]);
	}
	if (self == NULL)
		self = doc_self;
	if (self != NULL)
		f.topic = url_resolve(a, final_url, self);
	if (f.topic == NULL || !url_is_http(f.topic))
		f.topic = final_url;
	prefer_https(&f);
	*ret = f;
}

static bool
is_same_offer(const struct websub *w, const struct websub_found *f)
{
	if (!str_eq(w->topic, f->topic))
		return false;
	for (size_t i = 0; i < WEBSUB_HUBS; i++)
		if (!str_eq(w->hubs[i], i < f->n_hubs ? f->hubs[i] : NULL))
			return false;
	return true;
}

void
websub_offer(struct websub *w, const struct websub_found *found, int64_t now)
{
	if (w->stage == WEBSUB_LEAVING || w->stage == WEBSUB_GONE)
		return;
	if (found->n_hubs == 0)
		return; /* what runs may run out */
	if (is_same_offer(w, found)) {
		if (w->stage == WEBSUB_OFF && w->next_at <= now) {
			w->stage = WEBSUB_WANTED;
			w->n_tries = w->hub = 0;
		}
		return;
	}
	websub_set_str(&w->topic, found->topic);
	for (size_t i = 0; i < WEBSUB_HUBS; i++)
		websub_set_str(
		    &w->hubs[i], i < found->n_hubs ? found->hubs[i] : NULL);
	/* Another callback, so that the old hub cannot speak for the new. */
	random_hex(w->token, sizeof(w->token));
	w->active_secret[0] = w->secret[0] = '\0';
	w->stage = WEBSUB_WANTED;
	w->is_pending = w->saw_strong = false;
	w->hub = w->n_tries = w->n_bad = w->n_missed = w->lease_until = 0;
	w->next_at = now;
}

/* -------------------------------------------------------------- requests */

static void
add_param(struct buf *b, const char *name, const char *value)
{
	static const char hex[] = "0123456789ABCDEF";

	if (b->len > 0)
		buf_addc(b, '&');
	buf_adds(b, name);
	buf_addc(b, '=');
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || strchr("-._~", c) != NULL) {
			buf_addc(b, (char)c);
		} else {
			buf_addc(b, '%');
			buf_addc(b, hex[c >> 4]);
			buf_addc(b, hex[c & 15]);
		}
	}
}

/* An hour, two, ... a day. */
static int64_t
backoff(const struct websub *w)
{
	int64_t s = HOUR;

	for (int64_t i = 1; i < w->n_tries && s < DAY; i++)
		s *= 2;
	return s < DAY ? s : DAY;
}

void
websub_end(struct websub *w, enum websub_stage stage, int64_t next_at)
{
	w->stage = stage;
	w->next_at = next_at;
	w->is_pending = false;
	w->secret[0] = w->active_secret[0] = '\0';
	w->lease_until = 0;
}

/* It did not work: the next hub at once, else later. */
static void
fail(struct websub *w, int64_t now)
{
	w->is_pending = false;
	w->secret[0] = '\0';
	if (w->stage == WEBSUB_LEAVING) {
		if (w->n_tries >= MAX_LEAVE)
			websub_end(w, WEBSUB_GONE, now + GONE_S);
		else
			w->next_at = now + backoff(w);
		return;
	}
	if (w->stage == WEBSUB_ACTIVE) {
		/* The lease may hold until it works again. */
		w->next_at = now + backoff(w);
		if (w->next_at > w->lease_until)
			w->next_at = w->lease_until;
		return;
	}
	w->stage = WEBSUB_WANTED;
	if (w->hub + 1 < WEBSUB_HUBS && w->hubs[w->hub + 1] != NULL) {
		w->hub++;
		w->next_at = now;
		return;
	}
	w->hub = 0;
	w->next_at = now + backoff(w);
}

const char *
websub_ask(struct websub *w, const struct websub_params *p, int64_t now,
    struct buf *ret_body)
{
	char lease[24], *callback;
	bool leave = w->stage == WEBSUB_LEAVING;

	if (w->next_at > now || p->callback == NULL)
		return NULL;
	if (w->stage == WEBSUB_ACTIVE && w->lease_until <= now) {
		websub_end(w, WEBSUB_WANTED, now);
		w->n_tries = 0;
	}
	if (w->stage == WEBSUB_PENDING) { /* nobody asked back */
		fail(w, now);
		if (w->next_at > now)
			return NULL;
	}
	if (leave && w->n_tries >= MAX_LEAVE)
		websub_end(w, WEBSUB_GONE, now + GONE_S);
	if (w->stage == WEBSUB_OFF || w->stage == WEBSUB_GONE ||
	    w->hubs[w->hub] == NULL) {
		if (w->next_at <= now)
			w->next_at = WEBSUB_NEVER;
		return NULL;
	}
	callback = xasprintf("%s%swebsub/%s", p->callback,
	    str_ends(p->callback, "/") ? "" : "/", w->token);
	add_param(ret_body, "hub.mode", leave ? "unsubscribe" : "subscribe");
	add_param(ret_body, "hub.topic", w->topic);
	add_param(ret_body, "hub.callback", callback);
	free(callback);
	if (!leave) {
		random_hex(w->secret, sizeof(w->secret));
		(void)snprintf(lease, sizeof(lease), "%d", ASK_LEASE_S);
		add_param(ret_body, "hub.lease_seconds", lease);
		add_param(ret_body, "hub.secret", w->secret);
	}
	w->asked_leave = leave;
	w->is_pending = true; /* the hub may ask back before it answers */
	w->n_tries++;
	w->asked_at = now;
	if (w->stage == WEBSUB_WANTED)
		w->stage = WEBSUB_PENDING;
	w->next_at = now + PENDING_S;
	return w->hubs[w->hub];
}

void
websub_answered(struct websub *w, int64_t now, int status, const char *moved_to)
{
	bool is_denied, is_last;

	if (moved_to != NULL && status / 100 == 2 && w->hubs[w->hub] != NULL)
		websub_set_str(&w->hubs[w->hub], moved_to);
	if (!w->is_pending || status / 100 == 2)
		return; /* verified already, or to be waited for */
	is_denied = status / 100 == 4 && status != 408 && status != 429;
	is_last = w->hub + 1 == WEBSUB_HUBS || w->hubs[w->hub + 1] == NULL;
	if (is_denied && is_last && w->stage == WEBSUB_PENDING) {
		websub_end(w, WEBSUB_OFF, now + DENIED_S);
		return;
	}
	fail(w, now);
}

void
websub_polled(struct websub *w, size_t n_missed)
{
	if (w->stage == WEBSUB_ACTIVE && n_missed > 0)
		w->n_missed++;
}

bool
websub_is_active(const struct websub *w, int64_t now)
{
	return w->stage == WEBSUB_ACTIVE && w->lease_until > now &&
	       w->n_missed < MAX_MISSED;
}

void
websub_leave(struct websub *w, int64_t now)
{
	if (w->stage == WEBSUB_ACTIVE || w->stage == WEBSUB_PENDING) {
		w->stage = WEBSUB_LEAVING;
		w->n_tries = 0;
		w->is_pending = w->asked_leave = false;
		w->next_at = now;
	} else if (w->stage != WEBSUB_LEAVING) {
		websub_end(w, WEBSUB_GONE, now + GONE_S);
	}
}

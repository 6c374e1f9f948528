/* SPDX-License-Identifier: ISC */
/*
 * embed.h - embeddings of articles, asked of an endpoint and put into the
 * relations (private to daemon).
 *
 * Off unless the configuration names an endpoint; nothing waits for it.  All
 * functions are for the loop thread.
 */
#ifndef DAEMON_EMBED_H
#define DAEMON_EMBED_H

#include "conf/conf.h"
#include "fetch/fetch.h"

struct embed;
struct event_base;
struct workers;

/* `idle` comes some time after embed_wake() was true: all is done, or the
 * endpoint is away, or it takes too long to wait for. */
struct embed *embed_new(struct event_base *base, struct workers *w,
    struct fetcher *f, const char *path, void (*idle)(void *arg), void *arg);
/* Take what the configuration says, at the start and at a reload. */
void embed_configure(struct embed *e, const struct conf *conf);
/* Articles were related; false: nothing to wait for. */
bool embed_wake(struct embed *e);
void embed_stop(struct embed *e); /* after fetch_free(), before the writer */
void embed_free(struct embed *e); /* after the writer's last answers */

/* --- the endpoint's form (embed_form.c) ----------------------------------- */

/* Title and beginning of the text; malloc'ed, "" where there is neither. */
char *embed_text(const char *title, const char *text);
/* {"model": ..., "input": [...]}; malloc'ed. */
char *embed_request(const char *model, char *const *texts, size_t n);

struct embed_answer {
	size_t dim;
	double *values; /* n of dim, malloc'ed */
};
/* AK_BADINPUT: not n embeddings of one length. */
enum ak_status embed_read(const char *body, size_t len, size_t n,
    struct embed_answer *ret, struct diag *reterr) AK_USE;

#endif

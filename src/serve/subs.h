/* SPDX-License-Identifier: ISC */
/*
 * subs.h - private to serve: subscribing, as all the APIs and the page do it.
 */
#ifndef SERVE_SUBS_H
#define SERVE_SUBS_H

#include "serve/serve_int.h"

/*
 * Find the feed at a URL and subscribe, through the daemon where it offers
 * that.  Returns false when the handler shall return and be run again; true
 * when *ret has the outcome.
 */
bool subs_add(struct job *j, const char *url, const char *title,
    const char *category, struct serve_added *ret);

/* The same, but to subscribe to nothing: ret->found says which feeds there
 * are. */
bool subs_find(struct job *j, const char *url, struct serve_added *ret);

/* Store the URL as it is and poll it soon. */
enum ak_status subs_add_plain(struct job *j, const char *url, const char *title,
    const char *category, int64_t *ret_id) AK_USE;

/* OPML of all subscriptions as the answer. */
void subs_export(struct job *j);

struct subs_imported {
	int64_t n_added, n_known, n_refused;
};
/* AK_BADINPUT, AK_TOOBIG: `reterr` says why; then nothing was stored. */
enum ak_status subs_import(struct job *j, const char *bytes, size_t len,
    struct subs_imported *ret, struct diag *reterr) AK_USE;

#endif

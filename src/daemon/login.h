/* SPDX-License-Identifier: ISC */
/* public: for the command too */
/*
 * login.h - links that log a browser in once; the program that makes one need
 * not be the one that serves.
 */
#ifndef DAEMON_LOGIN_H
#define DAEMON_LOGIN_H

#include "base/ak.h"
#include "base/token.h"
#include "conf/conf.h"
#include "store/store.h"

/* What a browser on this machine asks: base_url, else `port` on loopback,
 * else the first of [http] listen; "" for nothing.  malloc'ed. */
char *login_base_url(const struct conf *conf, int port);

/* Keep a login code of this scope for TOKEN_LOGIN_S seconds. */
enum ak_status login_add(struct store *s, const char *scope,
    char ret_secret[TOKEN_SECRET_SIZE]) AK_USE;

/* Both; malloc'ed.  AK_UNSUPPORTED: nothing listens on TCP. */
enum ak_status login_make_url(struct store *s, const struct conf *conf,
    const char *scope, char **ret_url) AK_USE;

#endif

/* SPDX-License-Identifier: ISC */
/*
 * address.h - which URLs and which addresses may be asked (private to fetch).
 *
 * Two questions, both asked on every hop: target_parse() judges a URL by what
 * stands in it, before any name is looked up; address_judge() judges what a
 * socket is about to connect to, which is what stops names that lie.
 */
#ifndef FETCH_ADDRESS_H
#define FETCH_ADDRESS_H

#include "base/ak.h"
#include "base/arena.h"
#include "base/net.h"

struct sockaddr;

enum address_kind {
	ADDRESS_PUBLIC,	 /* globally reachable */
	ADDRESS_ALLOWED, /* not so, but the administrator's list has it */
	ADDRESS_REFUSED
};

/* *ret_why: what kind of address is refused; may be NULL. */
enum address_kind address_judge(const struct net_addr *a,
    const struct net_list *allow, const char **ret_why);
bool address_from_sockaddr(const struct sockaddr *sa, struct net_addr *ret);

#define ADDRESS_TEXT_SIZE 48
const char *address_text(const struct net_addr *a, char out[ADDRESS_TEXT_SIZE]);

/* A URL that may be asked; all strings in the arena. */
struct target {
	const char *url;      /* without userinfo and fragment, host in ASCII */
	const char *origin;   /* scheme://host:port, port always there */
	const char *host;     /* lower case, no brackets */
	const char *userinfo; /* "user:password", decoded, or NULL */
	bool is_https;
	bool is_literal;	/* the host is an address */
	enum address_kind kind; /* of a literal or loopback name; else PUBLIC */
};

/* AK_DENIED or AK_BADINPUT with words that hold no userinfo. */
enum ak_status target_parse(struct arena *a, const char *url,
    const struct net_list *allow, struct target *ret,
    struct diag *reterr) AK_USE;

#endif

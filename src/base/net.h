/* SPDX-License-Identifier: ISC */
/*
 * net.h - internet addresses and lists of networks, as an administrator writes
 * them: "127.0.0.0/8, ::1".  Names are not taken: what they mean changes.
 */
#ifndef BASE_NET_H
#define BASE_NET_H

#include "base/ak.h"

struct net_addr {
	uint8_t bytes[16]; /* IPv4 uses the first four */
	bool is_v4;	   /* IPv4-mapped IPv6 is IPv4 here */
};

struct net_list {
	struct net {
		struct net_addr addr;
		unsigned bits;
	} * nets;
	size_t n_nets;
	bool has_unix; /* the word "unix": a client of a local socket */
};

/* An address in its canonical form; false: it is none. */
bool net_addr_parse(const char *text, struct net_addr *ret);

/* Are the first `bits` bits of both the same? */
bool net_has_prefix(const uint8_t *a, const uint8_t *prefix, unsigned bits);

/* AK_BADINPUT names the word that is no network. */
enum ak_status net_list_parse(
    const char *text, struct net_list *ret, struct diag *reterr) AK_USE;
void net_list_release(struct net_list *l);
bool net_list_has(const struct net_list *l, const struct net_addr *a);

#endif

/* SPDX-License-Identifier: ISC */
#include "base/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

bool
net_addr_parse(const char *text, struct net_addr *ret)
{
	struct net_addr a = {{0}, false};

	if (inet_pton(AF_INET, text, a.bytes) == 1)
		a.is_v4 = true;
	else if (inet_pton(AF_INET6, text, a.bytes) != 1)
		return false;
	if (!a.is_v4 && IN6_IS_ADDR_V4MAPPED((const void *)a.bytes)) {
		memmove(a.bytes, a.bytes + 12, 4);
		memset(a.bytes + 4, 0, 12);
		a.is_v4 = true;
	}
	*ret = a;
	return true;
}

bool
net_has_prefix(const uint8_t *a, const uint8_t *prefix, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, prefix, bits / 8) != 0)
		return false;
	if (rest == 0)
		return true;
	return (a[bits / 8] ^ prefix[bits / 8]) >> (8 - rest) == 0;
}

bool
net_list_has(const struct net_list *l, const struct net_addr *a)
{
	for (size_t i = 0; i < l->n_nets; i++)
		if (l->nets[i].addr.is_v4 == a->is_v4 &&
		    net_has_prefix(
			a->bytes, l->nets[i].addr.bytes, l->nets[i].bits))
			return true;
	return false;
}

static enum ak_status
parse_net(const char *text, size_t len, struct net *ret, struct diag *reterr)
{
	char addr[INET6_ADDRSTRLEN], bits[8];
	size_t n = 0, b = 0;
	int64_t n_bits;

	while (n < len && text[n] != '/')
		n++;
	b = n < len ? len - n - 1 : 0;
	if (n >= sizeof(addr) || b >= sizeof(bits) || (n < len && b == 0))
		goto bad;
	memcpy(addr, text, n);
	addr[n] = '\0';
	memcpy(bits, text + len - b, b);
	bits[b] = '\0';
	if (!net_addr_parse(addr, &ret->addr))
		goto bad;
	n_bits = ret->addr.is_v4 ? 32 : 128;
	if (b > 0 && !str_to_i64(bits, 0, n_bits, &n_bits))
		goto bad;
	ret->bits = (unsigned)n_bits;
	return AK_OK;
bad:
	return diag_set(reterr, AK_BADINPUT,
	    "\"%.*s\" is no network such as 10.1.0.0/16 or ::1",
	    len > 80 ? 80 : (int)len, text);
}

enum ak_status
net_list_parse(const char *text, struct net_list *ret, struct diag *reterr)
{
	struct net_list l = {0};
	const char *p = text != NULL ? text : "";
	enum ak_status st;

	for (;;) {
		size_t len;

		p += strspn(p, ", \t\r\n");
		if (*p == '\0')
			break;
		len = strcspn(p, ", \t\r\n");
		if (len == 4 && strncmp(p, "unix", 4) == 0) {
			l.has_unix = true;
			p += len;
			continue;
		}
		l.nets = xreallocarray(l.nets, l.n_nets + 1, sizeof(*l.nets));
		if ((st = parse_net(p, len, &l.nets[l.n_nets], reterr)) !=
		    AK_OK) {
			free(l.nets);
			return st;
		}
		l.n_nets++;
		p += len;
	}
	*ret = l;
	return AK_OK;
}

void
net_list_release(struct net_list *l)
{
	free(l->nets);
	*l = (struct net_list){0};
}

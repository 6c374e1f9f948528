/* SPDX-License-Identifier: ISC */
/*
 * The tables follow IANA's special-purpose address registries (RFC 6890 and
 * its updates): what is not globally reachable is refused unless the
 * administrator's list has it.  IPv6 is judged the other way round, since only
 * 2000::/3 is given out at all.  IPv4 inside IPv6 is unwrapped where the
 * network does so too (mapped, NAT64); 6to4 and Teredo are refused whole: no
 * site lives there alone.
 *
 * A URL is read by libcurl's parser, the same that will read it when the
 * request is made, unless it is so plain that there is but one reading; the
 * checks before it are for what that parser forgives.
 */
#include "fetch/address.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <locale.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"
#include "fetch/fetch.h"

struct block {
	uint8_t prefix[16];
	unsigned bits;
	const char *why;
};

static const struct block blocks_v4[] = {
    {{0}, 8, "an address of this host"},
    {{10}, 8, "a private address"},
    {{100, 64}, 10, "an address of shared space"},
    {{127}, 8, "a loopback address"},
    {{168, 63, 129, 16}, 32, "a cloud platform's address"},
    {{169, 254}, 16, "a link-local address"},
    {{172, 16}, 12, "a private address"},
    {{192}, 24, "a protocol assignment"},
    {{192, 0, 2}, 24, "a documentation address"},
    {{192, 88, 99}, 24, "a 6to4 relay"},
    {{192, 168}, 16, "a private address"},
    {{198, 18}, 15, "a benchmark address"},
    {{198, 51, 100}, 24, "a documentation address"},
    {{203, 0, 113}, 24, "a documentation address"},
    {{224}, 4, "a multicast address"},
    {{240}, 4, "a reserved address"},
};

static const struct block blocks_v6[] = {
    {{[15] = 1}, 128, "a loopback address"},
    {{0x00}, 96, "an IPv4-compatible address"},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, "a local translation address"},
    {{0x01}, 64, "a discard address"},
    {{0x20, 0x01}, 23, "a protocol assignment"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "a documentation address"},
    {{0x20, 0x02}, 16, "a 6to4 address"},
    {{0x3f, 0xff}, 20, "a documentation address"},
    {{0xfc}, 7, "a private address"},
    {{0xfe, 0x80}, 10, "a link-local address"},
    {{0xfe, 0xc0}, 10, "a site-local address"},
    {{0xff}, 8, "a multicast address"},
};

/* Ports of other protocols: the "bad port" list of the Fetch standard. */
static const uint16_t bad_ports[] = {1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22,
    23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
    512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601,
    636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
    11211};

/* Names that never are a public host (RFC 6761, 6762, 7686, 8375 and ICANN's
 * "internal"); the loopback ones are judged as the address that they mean. */
static const struct {
	const char *name;
	bool is_loopback;
	bool is_never;
} local_names[] = {
    {"localhost", true, false},
    {"localhost.localdomain", true, false},
    {"local", false, false},
    {"home.arpa", false, false},
    {"internal", false, false},
    {"onion", false, true},
};

bool
address_from_sockaddr(const struct sockaddr *sa, struct net_addr *ret)
{
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		*ret = (struct net_addr){{0}, true};
		memcpy(ret->bytes, &in.sin_addr, 4);
		return true;
	}
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&in6, sa, sizeof(in6));
	return inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text)) &&
	       net_addr_parse(text, ret);
}

const char *
address_text(const struct net_addr *a, char out[ADDRESS_TEXT_SIZE])
{
	if (inet_ntop(a->is_v4 ? AF_INET : AF_INET6, a->bytes, out,
		ADDRESS_TEXT_SIZE) == NULL)
		out[0] = '\0';
	return out;
}

/* NULL: a public address. */
static const char *
why_special(const struct net_addr *a)
{
	static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
	const struct block *b = a->is_v4 ? blocks_v4 : blocks_v6;
	size_t n = a->is_v4 ? AK_COUNT(blocks_v4) : AK_COUNT(blocks_v6);
	struct net_addr inner = {{0}, true};

	if (!a->is_v4 && memcmp(a->bytes, nat64, sizeof(nat64)) == 0) {
		memcpy(inner.bytes, a->bytes + 12, 4);
		return why_special(&inner);
	}
	for (size_t i = 0; i < n; i++) {
		if (net_has_prefix(a->bytes, b[i].prefix, b[i].bits))
			return b[i].why;
	}
	if (!a->is_v4 && a->bytes[0] >> 5 != 1)
		return "not a public address";
	return NULL;
}

enum address_kind
address_judge(const struct net_addr *a, const struct net_list *allow,
    const char **ret_why)
{
	const char *why = why_special(a);

	if (why == NULL)
		return ADDRESS_PUBLIC;
	if (net_list_has(allow, a))
		return ADDRESS_ALLOWED;
	if (ret_why != NULL)
		*ret_why = why;
	return ADDRESS_REFUSED;
}

/* One number of an IPv4 address as inet_aton(3) reads it. */
static bool
parse_v4_part(const char *s, size_t len, uint64_t *ret)
{
	unsigned base = 10;
	uint64_t v = 0;

	if (len > 1 && s[0] == '0') {
		base = 8;
		s++, len--;
		if (s[0] == 'x' || s[0] == 'X') {
			base = 16;
			s++, len--;
		}
	}
	if (len > 16)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned c = ascii_lower((unsigned char)s[i]), d;

		d = c >= '0' && c <= '9'   ? c - '0'
		    : c >= 'a' && c <= 'f' ? c - 'a' + 10
					   : 99;
		if (d >= base)
			return false;
		v = v * base + d;
	}
	*ret = v;
	return true;
}

/*
 * WHATWG URL, 3.5: a host whose last label is a number is an IPv4 address or
 * nothing.  Returns false when it is neither, true with *ret_is_v4 else.
 */
static bool
read_v4(const char *host, size_t len, struct net_addr *ret, bool *ret_is_v4)
{
	uint64_t parts[4], v;
	size_t n = 0, at = 0, last = len;

	while (last > 0 && host[last - 1] != '.')
		last--;
	*ret_is_v4 = parse_v4_part(host + last, len - last, &v);
	for (size_t i = last; i < len && !*ret_is_v4; i++) {
		if (host[i] < '0' || host[i] > '9')
			return true; /* a name */
	}
	for (; at <= len; n++) {
		size_t end = at;

		while (end < len && host[end] != '.')
			end++;
		if (n == 4 || end == at ||
		    !parse_v4_part(host + at, end - at, &parts[n]))
			return false;
		at = end + 1;
	}
	for (size_t i = 0; i + 1 < n; i++)
		if (parts[i] > 255)
			return false;
	if (parts[n - 1] >> (8 * (5 - n)) != 0)
		return false;
	v = parts[n - 1];
	for (size_t i = 0; i + 1 < n; i++)
		v |= parts[i] << (8 * (3 - i));
	*ret = (struct net_addr){{(uint8_t)(v >> 24), (uint8_t)(v >> 16),
				     (uint8_t)(v >> 8), (uint8_t)v},
	    true};
	*ret_is_v4 = true;
	return true;
}

static bool
is_dns_name(const char *host, size_t len)
{
	size_t label = 0;

	if (len == 0 || len > 253)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = host[i];

		if (c == '.') {
			if (label == 0)
				return false;
			label = 0;
			continue;
		}
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '_') ||
		    ++label > 63)
			return false;
	}
	return label > 0;
}

static bool
is_name_below(const char *host, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len >= n && memcmp(host + len - n, name, n) == 0 &&
	       (len == n || host[len - n - 1] == '.');
}

static enum ak_status
refuse(struct diag *reterr, const char *host, const char *why)
{
	return diag_set(reterr, AK_DENIED,
	    "refused: %.200s is %s ([fetch] allow lists what may be asked)",
	    host, why);
}

static enum ak_status
judge_name(const char *host, size_t len, const struct net_list *allow,
    enum address_kind *ret, struct diag *reterr)
{
	struct net_addr v4, v6;

	if (!is_dns_name(host, len))
		return diag_set(
		    reterr, AK_BADINPUT, "bad host name \"%.200s\"", host);
	*ret = ADDRESS_PUBLIC;
	for (size_t i = 0; i < AK_COUNT(local_names); i++) {
		if (!is_name_below(host, len, local_names[i].name))
			continue;
		if (local_names[i].is_never)
			return diag_set(reterr, AK_DENIED,
			    "refused: %.200s is no name of the public web",
			    host);
		(void)net_addr_parse("127.0.0.1", &v4);
		(void)net_addr_parse("::1", &v6);
		if (local_names[i].is_loopback
			? !net_list_has(allow, &v4) && !net_list_has(allow, &v6)
			: allow->n_nets == 0)
			return refuse(reterr, host, "a local name");
		*ret = ADDRESS_ALLOWED;
		return AK_OK;
	}
	return AK_OK;
}

/* `host` as libcurl gives it: ASCII, an IPv6 address in brackets. */
static enum ak_status
judge_host(struct arena *a, const char *host, const struct net_list *allow,
    struct target *t, struct diag *reterr)
{
	bool is_v6 = host[0] == '[';
	size_t len = strlen(host);
	struct net_addr addr;
	const char *why = NULL;
	char *name;

	if (is_v6) {
		host++;
		len = strcspn(host, "]");
	} else if (len > 1 && host[len - 1] == '.') {
		len--; /* the root */
	}
	if ((name = arena_strndup(a, host, len)) == NULL)
		return diag_set(reterr, AK_TOOBIG, "URL too long");
	for (size_t i = 0; i < len; i++)
		name[i] = (char)ascii_lower((unsigned char)name[i]);
	t->host = name;
	if (is_v6) /* no zone: an interface is nobody's business */
		t->is_literal = net_addr_parse(name, &addr);
	if (is_v6 ? !t->is_literal : !read_v4(name, len, &addr, &t->is_literal))
		return diag_set(
		    reterr, AK_BADINPUT, "bad address \"%.200s\"", name);
	if (!t->is_literal)
		return judge_name(name, len, allow, &t->kind, reterr);
	t->kind = address_judge(&addr, allow, &why);
	if (t->kind == ADDRESS_REFUSED)
		return refuse(reterr, name, why);
	return AK_OK;
}

/* What libcurl's parser would forgive.  Returns where the scheme begins. */
static const char *
check_spelling(
    struct arena *a, const char *url, bool *ret_is_plain, struct diag *reterr)
{
	const char *rest;
	bool plain = true;

	if (strlen(url) > LIMIT_URL_BYTES) {
		(void)diag_set(reterr, AK_TOOBIG, "URL over %zu bytes",
		    (size_t)LIMIT_URL_BYTES);
		return NULL;
	}
	if (ascii_istarts(url, "feed:")) {
		url = ascii_istarts(url, "feed://")
			  ? arena_printf(a, "http%s", url + 4)
			  : url + 5;
		if (url == NULL)
			return NULL;
	}
	for (const char *p = url; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c <= ' ' || c == 0x7F || c == '\\') {
			(void)diag_set(reterr, AK_BADINPUT,
			    "URL with a space, control character or "
			    "backslash");
			return NULL;
		}
		if (c >= 0x80 || c == '@' || c == '#')
			plain = false;
	}
	if (ascii_istarts(url, "http://"))
		rest = url + 7;
	else if (ascii_istarts(url, "https://"))
		rest = url + 8;
	else
		rest = NULL;
	if (rest == NULL) {
		(void)diag_set(reterr, AK_DENIED, "not an http or https URL");
		return NULL;
	}
	if (*rest == '\0' || strchr("/?#", *rest) != NULL) {
		(void)diag_set(reterr, AK_BADINPUT, "URL without a host");
		return NULL;
	}
	*ret_is_plain = plain && url[0] == 'h';
	return url;
}

static bool
is_bad_port(uint16_t port)
{
	if (port == 0)
		return true;
	for (size_t i = 0; i < AK_COUNT(bad_ports); i++)
		if (bad_ports[i] == port)
			return true;
	return false;
}

/* A part of `u` in the arena; NULL where it has none. */
static char *
part(struct arena *a, CURLU *u, CURLUPart what, unsigned flags)
{
	char *p = NULL, *copy = NULL;

	if (curl_url_get(u, what, &p, flags) == CURLUE_OK)
		copy = arena_strdup(a, p);
	curl_free(p);
	return copy;
}

/* Take user and password out of `u`. */
static enum ak_status
take_userinfo(struct arena *a, CURLU *u, struct target *t)
{
	const char *user = part(a, u, CURLUPART_USER, CURLU_URLDECODE);
	const char *password = part(a, u, CURLUPART_PASSWORD, CURLU_URLDECODE);

	if (user != NULL || password != NULL) {
		t->userinfo = arena_printf(a, "%s:%s", user != NULL ? user : "",
		    password != NULL ? password : "");
		if (curl_url_set(u, CURLUPART_USER, NULL, 0) != CURLUE_OK ||
		    curl_url_set(u, CURLUPART_PASSWORD, NULL, 0) != CURLUE_OK)
			return AK_BADINPUT;
	}
	return AK_OK;
}

/* What stands in a URL between scheme and path. */
struct authority {
	const char *host, *port;
};

/* Not by printf(3), which takes longer than the rest of the judgement. */
static const char *
join_origin(
    struct arena *a, const char *scheme, const char *host, const char *port)
{
	size_t n = strlen(scheme) + strlen(host) + strlen(port);
	char *origin = arena_alloc_raw(a, n + sizeof("://:"));

	if (origin != NULL)
		(void)stpcpy(
		    stpcpy(stpcpy(stpcpy(stpcpy(origin, scheme), "://"), host),
			":"),
		    port);
	return origin;
}

/* The rest of the judgement; `t->url` is left to the caller. */
static enum ak_status
judge(struct arena *a, const char *url, const struct authority *h,
    const struct net_list *allow, struct target *t, struct diag *reterr)
{
	enum ak_status st;
	int64_t port;

	if (h->host == NULL || h->port == NULL ||
	    !str_to_i64(h->port, 0, UINT16_MAX, &port))
		return diag_set(reterr, AK_BADINPUT, "malformed URL");
	if ((st = judge_host(a, h->host, allow, t, reterr)) != AK_OK)
		return st;
	assert(t->host != NULL);
	if (is_bad_port((uint16_t)port))
		return diag_set(reterr, AK_DENIED,
		    "refused: port %s is another protocol's", h->port);
	t->is_https = ascii_istarts(url, "https:");
	t->origin =
	    join_origin(a, t->is_https ? "https" : "http", t->host, h->port);
	return t->origin != NULL
		   ? AK_OK
		   : diag_set(reterr, AK_BADINPUT, "malformed URL");
}

static enum ak_status
read_parts(struct arena *a, CURLU *u, const char *url, bool is_plain,
    const struct net_list *allow, struct target *t, struct diag *reterr)
{
	struct authority h;
	enum ak_status st;

	if (curl_url_set(u, CURLUPART_URL, url, CURLU_URLENCODE) != CURLUE_OK ||
	    take_userinfo(a, u, t) != AK_OK)
		return diag_set(reterr, AK_BADINPUT, "malformed URL");
	h.host = part(a, u, CURLUPART_HOST, is_plain ? 0 : CURLU_PUNYCODE);
	h.port = part(a, u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	if ((st = judge(a, url, &h, allow, t, reterr)) != AK_OK)
		return st;
	if (is_plain) {
		t->url = arena_strdup(a, url);
	} else {
		(void)curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
		t->url = part(a, u, CURLUPART_URL, CURLU_PUNYCODE);
	}
	return t->url != NULL ? AK_OK
			      : diag_set(reterr, AK_BADINPUT, "malformed URL");
}

/*
 * Most URLs by far: letters, digits, hyphens and dots, perhaps a port, and
 * then the path.  No parser reads these in another way, and libcurl's takes
 * more than all of the judgement.  A number is left to it unless it is an IPv4
 * address as inet_pton(3) would have it.
 */
static bool
read_plain(struct arena *a, const char *url, struct authority *ret)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	const char *host = strchr(url, ':') + 3, *label, *name, *rest;
	const char *port = ascii_istarts(url, "https:") ? "443" : "80";
	struct in_addr v4;
	size_t n = strspn(host, letters);

	if ((name = arena_strndup(a, host, n)) == NULL)
		return false;
	label = strrchr(name, '.');
	label = label != NULL ? label + 1 : name;
	if (*label == '\0' || (*label >= '0' && *label <= '9' &&
				  inet_pton(AF_INET, name, &v4) != 1))
		return false;
	rest = host + n;
	if (*rest == ':') {
		n = strspn(++rest, "0123456789");
		if (n == 0 || n > 5 || *rest == '0' ||
		    (port = arena_strndup(a, rest, n)) == NULL)
			return false;
		rest += n;
	}
	*ret = (struct authority){name, port};
	return *rest == '\0' || *rest == '/' || *rest == '?';
}

enum ak_status
target_parse(struct arena *a, const char *url, const struct net_list *allow,
    struct target *ret, struct diag *reterr)
{
	struct target t = {0};
	enum ak_status st;
	locale_t utf8 = (locale_t)0, old = (locale_t)0;
	struct authority h;
	bool is_plain = false;
	CURLU *u;

	if ((url = check_spelling(a, url, &is_plain, reterr)) == NULL)
		return AK_DENIED;
	if (is_plain && read_plain(a, url, &h)) {
		st = judge(a, url, &h, allow, &t, reterr);
		t.url = arena_strdup(a, url);
		if (st == AK_OK && t.url == NULL)
			st = diag_set(reterr, AK_TOOBIG, "URL too long");
		if (st == AK_OK)
			*ret = t;
		return st;
	}
	if ((u = curl_url()) == NULL)
		mem_none();
	/* libcurl reads international names in the charset of the locale. */
	if (!is_plain) {
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
		if (utf8 != (locale_t)0)
			old = uselocale(utf8);
	}
	st = read_parts(a, u, url, is_plain, allow, &t, reterr);
	if (utf8 != (locale_t)0) {
		(void)uselocale(old);
		freelocale(utf8);
	}
	curl_url_cleanup(u);
	if (st == AK_OK)
		*ret = t;
	return st;
}

enum ak_status
fetch_judge_url(const char *url, const char *allow, struct diag *reterr)
{
	struct net_list nets;
	struct target t;
	struct arena *a;
	enum ak_status st;

	if ((st = net_list_parse(allow, &nets, reterr)) != AK_OK)
		return st;
	a = arena_new(8 * LIMIT_URL_BYTES);
	st = target_parse(a, url, &nets, &t, reterr);
	arena_free(a);
	net_list_release(&nets);
	return st;
}

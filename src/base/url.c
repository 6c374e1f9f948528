/* SPDX-License-Identifier: ISC */
/*
 * Feeds are full of absolute URLs that need no work, so url_resolve() first
 * looks whether the reference can be taken as it stands; libcurl's parser does
 * the others.
 */
#include "base/url.h"

#include <curl/curl.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"

/* Length of the scheme before ':', or 0. */
static size_t
scheme_len(const char *s)
{
	size_t n = 0;

	if (!((s[0] | 32) >= 'a' && (s[0] | 32) <= 'z'))
		return 0;
	while ((s[n] >= '0' && s[n] <= '9') || s[n] == '+' || s[n] == '-' ||
	       s[n] == '.' || ((s[n] | 32) >= 'a' && (s[n] | 32) <= 'z'))
		n++;
	return s[n] == ':' ? n : 0;
}

/* Bytes that no URL may hold as they are. */
static const bool escaped[256] = {[0 ... ' '] = true,
    ['"'] = true,
    ['<'] = true,
    ['>'] = true,
    ['\\'] = true,
    ['^'] = true,
    ['`'] = true,
    ['{'] = true,
    ['|'] = true,
    ['}'] = true,
    [0x7F ... 0xFF] = true};

static bool
needs_escape(unsigned char c)
{
	return escaped[c];
}

/* Lower-case "http://" or "https://" with a host, nothing to normalise. */
static bool
is_plain_absolute(const char *s, size_t len)
{
	size_t i;

	if (strncmp(s, "http", 4) != 0)
		return false;
	i = s[4] == 's' ? 5 : 4;
	if (strncmp(s + i, "://", 3) != 0)
		return false;
	i += 3;
	if (i == len || s[i] == '/' || s[i] == '?' || s[i] == '#')
		return false;
	for (; i < len && s[i] != '/' && s[i] != '?' && s[i] != '#'; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			c == '.' || c == '-' || c == ':'))
			return false;
	}
	if (i == len)
		return false; /* "http://host": needs its slash */
	for (; i < len; i++) {
		if (needs_escape((unsigned char)s[i]))
			return false;
		if (s[i] == '/' && s[i + 1] == '.')
			return false; /* perhaps a dot segment */
	}
	return true;
}

/* Drop white space round and line ends inside; escape what needs it. */
static char *
tidy(struct arena *a, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t len, scheme, out = 0;
	bool authority;
	char *p;

	while (ascii_space((unsigned char)*s))
		s++;
	len = strlen(s);
	while (len > 0 && ascii_space((unsigned char)s[len - 1]))
		len--;
	if (len > LIMIT_URL_BYTES ||
	    (p = arena_alloc_raw(a, len * 3 + 1)) == NULL)
		return NULL;
	/* A host may be international: libcurl's business, not to escape. */
	scheme = scheme_len(s);
	authority = strncmp(s + (scheme > 0 ? scheme + 1 : 0), "//", 2) == 0;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\n' || c == '\r' || c == '\t')
			continue;
		if (c == '\\')
			c = '/'; /* WHATWG URL: the same in special schemes */
		if (authority && i > 1 && memcmp(s + i - 2, "//", 2) == 0) {
			while (i < len && strchr("/?#", s[i]) == NULL &&
			       (unsigned char)s[i] > ' ')
				p[out++] = s[i++];
			authority = false;
			if (i == len)
				break;
			c = (unsigned char)s[i];
		}
		if (needs_escape(c)) {
			p[out++] = '%';
			p[out++] = hex[c >> 4];
			p[out++] = hex[c & 15];
		} else {
			p[out++] = (char)c;
		}
	}
	p[out] = '\0';
	return p;
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7F)
			return true;
	return false;
}

static const char *
resolve_with_curl(struct arena *a, const char *base, const char *ref)
{
	const unsigned flags = CURLU_NON_SUPPORT_SCHEME | CURLU_ALLOW_SPACE;
	const char *result = NULL;
	CURLU *u = curl_url();
	char *out = NULL;

	if (u == NULL)
		return NULL;
	if (base != NULL && curl_url_set(u, CURLUPART_URL, base, flags) != 0)
		goto out;
	if (curl_url_set(u, CURLUPART_URL, ref, flags) != 0 ||
	    curl_url_get(u, CURLUPART_URL, &out, 0) != 0)
		goto out;
	/* libcurl undoes escapes in a host: "%7F" is a control character, and
	 * "%EA" alone is no character at all. */
	if (strlen(out) <= LIMIT_URL_BYTES && !has_control(out) &&
	    utf8_valid(out, strlen(out)))
		result = arena_strdup(a, out);
out:
	curl_free(out);
	curl_url_cleanup(u);
	return result;
}

const char *
url_resolve(struct arena *a, const char *base, const char *ref)
{
	size_t len = strlen(ref), scheme;
	char *tidied;

	if (len <= LIMIT_URL_BYTES && is_plain_absolute(ref, len))
		return arena_strndup(a, ref, len);
	if ((tidied = tidy(a, ref)) == NULL)
		return NULL;
	scheme = scheme_len(tidied);
	if (scheme > 0 && !ascii_istarts(tidied, "http:") &&
	    !ascii_istarts(tidied, "https:") &&
	    !ascii_istarts(tidied, "ftp:")) {
		for (size_t i = 0; i < scheme; i++)
			tidied[i] = (char)ascii_lower((unsigned char)tidied[i]);
		return tidied; /* mailto:, urn:, data:, ... are as written */
	}
	if (scheme == 0 && base == NULL)
		return NULL;
	if (*tidied == '\0')
		return base != NULL ? arena_strdup(a, base) : NULL;
	if (*tidied == '#') /* libcurl 7.88 drops the last segment here */
		return arena_printf(
		    a, "%.*s%s", (int)strcspn(base, "#"), base, tidied);
	return resolve_with_curl(a, base, tidied);
}

bool
url_is_http(const char *url)
{
	const char *host;

	if (url == NULL)
		return false;
	if (ascii_istarts(url, "http://"))
		host = url + 7;
	else if (ascii_istarts(url, "https://"))
		host = url + 8;
	else
		return false;
	return *host != '\0' && strchr("/?#", *host) == NULL;
}

bool
url_is_tracking_param(const char *name, size_t len)
{
	static const char *const names[] = {"fbclid", "gclid", "gclsrc",
	    "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "igshid",
	    "igsh", "twclid", "ttclid", "li_fat_id", "mc_cid", "mc_eid",
	    "mkt_tok", "oly_anon_id", "oly_enc_id", "vero_id", "vero_conv",
	    "wickedid", "_hsenc", "_hsmi", "__hssc", "__hstc", "__hsfp",
	    "hsctatracking", "_openstat", "rb_clickid", "s_cid",
	    "ml_subscriber", "ml_subscriber_hash", "zanpid", "spm", "scm",
	    "ncid", "cmpid", "ito", "at_medium", "at_campaign", "at_custom1",
	    "at_custom2", "at_custom3", "at_custom4", "fb_action_ids",
	    "fb_action_types", "fb_source", "fb_ref", "gs_l", "ga_source",
	    "ga_medium", "ga_campaign", "ga_content", "ga_term", "wt_mc",
	    "xtor"};
	static const char *const prefixes[] = {
	    "utm_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "stm_"};

	for (size_t i = 0; i < AK_COUNT(prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (len > n && ascii_ieq_n(name, prefixes[i], n))
			return true;
	}
	for (size_t i = 0; i < AK_COUNT(names); i++)
		if (strlen(names[i]) == len && ascii_ieq_n(name, names[i], len))
			return true;
	return false;
}

/* Copy the query q[0..len) without tracking parameters; returns its length. */
static size_t
copy_query(char *out, const char *q, size_t len)
{
	size_t n = 0;

	for (size_t at = 0; at < len;) {
		const char *amp = memchr(q + at, '&', len - at);
		size_t end = amp != NULL ? (size_t)(amp - q) : len;
		const char *eq = memchr(q + at, '=', end - at);
		size_t name = eq != NULL ? (size_t)(eq - q) - at : end - at;

		/* "&amp;utm_..." is how badly escaped feeds write it. */
		size_t skip =
		    name > 4 && memcmp(q + at, "amp;", 4) == 0 ? 4 : 0;

		if (end > at &&
		    !url_is_tracking_param(q + at + skip, name - skip)) {
			if (n > 0)
				out[n++] = '&';
			memcpy(out + n, q + at, end - at);
			n += end - at;
		}
		at = end + 1;
	}
	return n;
}

const char *
url_strip_tracking(struct arena *a, const char *url)
{
	const char *q = strchr(url, '?'), *frag;
	size_t head, len, n;
	char *out;

	if (q == NULL || ((frag = strchr(url, '#')) != NULL && frag < q))
		return url;
	if (frag == NULL)
		frag = url + strlen(url);
	head = (size_t)(q - url);
	len = (size_t)(frag - q) - 1;
	if ((out = arena_alloc_raw(a, strlen(url) + 1)) == NULL)
		return url;
	memcpy(out, url, head);
	n = copy_query(out + head + 1, q + 1, len);
	if (n == len)
		return url;
	if (n > 0)
		out[head++] = '?';
	memcpy(out + head + n, frag, strlen(frag) + 1);
	return out;
}

/* [start, end) of the authority of an http URL, userinfo skipped. */
static const char *
authority(const char *url, const char **ret_end)
{
	const char *start = strstr(url, "://") + 3;
	const char *end = start + strcspn(start, "/?#");

	for (const char *p = start; p < end; p++)
		if (*p == '@')
			start = p + 1;
	*ret_end = end;
	return start;
}

/* Append the host and, unless default, the port; lower case. */
static char *
put_host(char *out, const char *url, bool with_port)
{
	const char *end, *p = authority(url, &end);
	const char *colon = NULL;
	bool https = ascii_istarts(url, "https:");

	for (const char *c = p; c < end; c++)
		if (*c == ':' && (*p != '[' || c[-1] == ']'))
			colon = c;
	if (colon != NULL) {
		size_t n = (size_t)(end - colon);

		if (!with_port || n == 1 ||
		    (n == (https ? 4 : 3) &&
			memcmp(colon, https ? ":443" : ":80", n) == 0))
			end = colon;
	}
	while (p < end)
		*out++ = (char)ascii_lower((unsigned char)*p++);
	return out;
}

const char *
url_key(struct arena *a, const char *url)
{
	const char *path, *end, *query, *frag;
	char *out, *p;

	if (!url_is_http(url) ||
	    (out = arena_alloc_raw(a, strlen(url) + 2)) == NULL)
		return NULL;
	p = put_host(out, url, true);
	(void)authority(url, &path);
	end = path + strlen(path);
	if ((frag = strchr(path, '#')) != NULL && frag[1] != '!')
		end = frag;
	query = memchr(path, '?', (size_t)(end - path));
	if (path == end || *path != '/')
		*p++ = '/';
	if (query == NULL) {
		memcpy(p, path, (size_t)(end - path));
		p += end - path;
	} else {
		size_t n;

		memcpy(p, path, (size_t)(query - path));
		p += query - path;
		n = copy_query(p + 1, query + 1, (size_t)(end - query) - 1);
		if (n > 0) {
			*p = '?';
			p += n + 1;
		}
	}
	*p = '\0';
	return out;
}

const char *
url_host(struct arena *a, const char *url)
{
	char *out;

	if (!url_is_http(url) ||
	    (out = arena_alloc_raw(a, strlen(url) + 1)) == NULL)
		return NULL;
	*put_host(out, url, false) = '\0';
	return out;
}

const char *
url_origin(struct arena *a, const char *url)
{
	const char *scheme;
	char *out;
	size_t n;

	if (!url_is_http(url) ||
	    (out = arena_alloc_raw(a, strlen(url) + 1)) == NULL)
		return NULL;
	scheme = ascii_istarts(url, "https:") ? "https://" : "http://";
	n = strlen(scheme);
	memcpy(out, scheme, n);
	*put_host(out + n, url, true) = '\0';
	return out;
}

const char *
url_userinfo(struct arena *a, const char *url)
{
	char *user = NULL, *password = NULL;
	const char *result = NULL;
	CURLU *u = url_is_http(url) ? curl_url() : NULL;

	if (u == NULL || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK)
		goto out;
	(void)curl_url_get(u, CURLUPART_USER, &user, CURLU_URLDECODE);
	(void)curl_url_get(u, CURLUPART_PASSWORD, &password, CURLU_URLDECODE);
	if (user != NULL || password != NULL)
		result = arena_printf(a, "%s:%s", user != NULL ? user : "",
		    password != NULL ? password : "");
out:
	curl_free(user);
	curl_free(password);
	curl_url_cleanup(u);
	return result;
}

const char *
url_without_userinfo(struct arena *a, const char *url)
{
	const char *start, *end, *sep = strstr(url, "://");

	if (sep == NULL)
		return url;
	start = authority(url, &end);
	if (start == sep + 3)
		return url;
	return arena_printf(a, "%.*s%s", (int)(sep + 3 - url), url, start);
}

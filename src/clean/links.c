/* SPDX-License-Identifier: ISC */
/*
 * Addresses.  What comes out is absolute and of an allowed scheme, or a
 * "#u-..." fragment; it is judged after it has been resolved, as a browser
 * would, never as it was written.
 *
 * A fragment stays one where the content has the element it points at.  Else
 * ("#comments", the notes of an excerpt) it is a place on the content's page.
 */
#include "clean/clean_int.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uidna.h>

#include "base/mem.h"
#include "base/url.h"

#define MAX_DATA_URL ((size_t)262143)
#define MAX_SRCSET 64	   /* candidates */
#define MAX_RESOLVED 20000 /* addresses of one content that take long */
#define MAX_IDS ((size_t)4096)

/* Bytes that no URL in the output may have. */
static bool
has_forbidden(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7F || *s == '"' ||
		    *s == '<' || *s == '>' || *s == '\\')
			return true;
	return false;
}

static bool
is_port(const char *s, const char *end)
{
	unsigned port = 0;

	for (; s < end; s++) {
		if (*s < '0' || *s > '9')
			return false;
		port = port * 10 + (unsigned)(*s - '0');
		if (port > 65535)
			return false;
	}
	return true;
}

/* [p, end) as host and port of ASCII characters. */
static bool
is_authority(const char *p, const char *end)
{
	const char *from = p;

	if (p < end && *p == '[') {
		p++;
		while (p < end && (strchr("0123456789abcdefABCDEF:.", *p)))
			p++;
		if (p == end || *p++ != ']')
			return false;
	} else {
		while (p < end && (unsigned char)*p > ' ' &&
		       strchr(":[]{}|^`%'@&=;+,*!$()~", *p) == NULL &&
		       (unsigned char)*p < 0x7F)
			p++;
	}
	if (p == from)
		return false;
	return p == end || (*p == ':' && is_port(p + 1, end));
}

/* The URL with its international host in ASCII, or NULL. */
static const char *
with_ascii_host(
    struct cleaner *c, const char *url, const char *host, const char *end)
{
	UErrorCode err = U_ZERO_ERROR;
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UIDNA *idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII, &err);
	const char *colon = memchr(host, ':', (size_t)(end - host));
	const char *stop = colon != NULL ? colon : end, *result = NULL;
	char out[256];
	int32_t n;

	if (U_FAILURE(err))
		return NULL;
	n = uidna_nameToASCII_UTF8(idna, host, (int32_t)(stop - host), out,
	    (int32_t)sizeof(out), &info, &err);
	uidna_close(idna);
	if (U_SUCCESS(err) && info.errors == 0 && n > 0 &&
	    (size_t)n < sizeof(out))
		result = arena_printf(c->scratch, "%.*s%.*s%s",
		    (int)(host - url), url, (int)n, out, stop);
	return result;
}

/* Judge an absolute http or https URL; NULL: it may not come out. */
static const char *
checked_http(struct cleaner *c, const char *url)
{
	const char *host, *end;

	if (!url_is_http(url))
		return NULL;
	host = strstr(url, "://") + 3;
	end = host + strcspn(host, "/?#");
	if (memchr(host, '@', (size_t)(end - host)) != NULL) {
		if ((url = url_without_userinfo(c->scratch, url)) == NULL)
			return NULL;
		host = strstr(url, "://") + 3;
		end = host + strcspn(host, "/?#");
	}
	for (const char *p = host; p < end; p++) {
		if ((unsigned char)*p < 0x80)
			continue;
		if ((url = with_ascii_host(c, url, host, end)) == NULL)
			return NULL;
		host = strstr(url, "://") + 3;
		end = host + strcspn(host, "/?#");
		break;
	}
	if (!is_authority(host, end) || has_forbidden(url))
		return NULL;
	if (*end != '/')
		url = arena_printf(
		    c->scratch, "%.*s/%s", (int)(end - url), url, end);
	return url;
}

/* --- fragments ---------------------------------------------------------- */

static int
compare_ids(const void *a, const void *b)
{
	const struct id *x = a, *y = b;
	int cmp = memcmp(x->s, y->s, x->len < y->len ? x->len : y->len);

	return cmp != 0 ? cmp : (x->len > y->len) - (x->len < y->len);
}

static void
read_ids_of(struct cleaner *c, const struct token *tok)
{
	for (size_t i = 0; i < tok->n_attrs; i++) {
		const struct token_attr *a = &tok->attrs[i];

		if (c->n_ids < MAX_IDS &&
		    (a->attr == ATTR_ID ||
			(a->attr == ATTR_NAME && tok->tag == TAG_A)))
			c->ids[c->n_ids++] = (struct id){a->value, a->len};
	}
}

/* The names that links of this content may point at, sorted; read when the
 * first such link comes, from the input, for most stand behind it. */
static void
read_ids(struct cleaner *c)
{
	struct tokenizer t;
	struct token tok;
	const char *raw;
	size_t raw_len;

	c->has_ids = true;
	c->n_ids = 0;
	if (c->ids == NULL)
		c->ids = xreallocarray(NULL, MAX_IDS, sizeof(*c->ids));
	clean_tokens(&t, c->input, c->input_len);
	for (;;) {
		clean_token_next(&t, &tok);
		if (tok.kind == TOKEN_END_OF_INPUT)
			break;
		if (tok.kind != TOKEN_START)
			continue;
		read_ids_of(c, &tok);
		if ((clean_tags[tok.tag].flags & F_RAW) != 0)
			(void)clean_token_raw(&t, tok.tag, &raw, &raw_len);
	}
	qsort(c->ids, c->n_ids, sizeof(*c->ids), compare_ids);
}

static bool
has_id(struct cleaner *c, const char *s)
{
	struct id key = {s, strlen(s)};

	if (!clean_is_id(s))
		return false;
	if (!c->has_ids)
		read_ids(c);
	return bsearch(&key, c->ids, c->n_ids, sizeof(key), compare_ids) !=
	       NULL;
}

static const char *
fragment(struct cleaner *c, const char *s)
{
	const char *page = c->opts->page, *url;

	if (s[1] == '\0' || has_forbidden(s))
		return s[1] == '\0' ? "#" : NULL;
	if (str_starts(s, "#u-"))
		return arena_strdup(c->scratch, s);
	if (page == NULL)
		page = c->opts->base;
	if (url_is_http(page) && !has_id(c, s + 1) &&
	    (url = url_resolve(c->scratch, page, s)) != NULL &&
	    (url = checked_http(c, url)) != NULL)
		return url;
	return arena_printf(c->scratch, "#u-%s", s + 1);
}

/* The scheme of `s` ends where? NULL: it has none. */
static const char *
scheme_end(const char *s)
{
	const char *p = s;

	if (!((*p | 32) >= 'a' && (*p | 32) <= 'z'))
		return NULL;
	while (((*p | 32) >= 'a' && (*p | 32) <= 'z') ||
	       (*p >= '0' && *p <= '9') || *p == '+' || *p == '-' || *p == '.')
		p++;
	return *p == ':' ? p : NULL;
}

/* c->value without the white space that a URL parser would drop. */
static char *
trimmed(struct cleaner *c)
{
	char *s = c->value.data, *end = s + c->value.len;

	while ((unsigned char)*s <= ' ' && s < end)
		s++;
	while (end > s && (unsigned char)end[-1] <= ' ')
		end--;
	*end = '\0';
	return s;
}

/* Bytes that stand in a URL as they are, and no dot segment among them? */
static bool
is_plain_ref(const char *s)
{
	bool segment = true; /* at the beginning of one */

	for (; *s != '\0' && *s != '?' && *s != '#'; s++) {
		if (*s == ':' || (segment && (*s == '.' || *s == '/')))
			return false;
		segment = *s == '/';
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7F ||
		    strchr("\"<>\\^`{|}", *s) != NULL)
			return false;
	}
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7F ||
		    strchr("\"<>\\^`{|}", *s) != NULL)
			return false;
	return true;
}

void
clean_base(struct cleaner *c)
{
	const char *base = c->opts->base, *path, *end;

	c->base_origin = 0;
	c->n_resolved = 0;
	if (base == NULL ||
	    (!str_starts(base, "http://") && !str_starts(base, "https://")))
		return;
	path = strstr(base, "://") + 3;
	path += strcspn(path, "/?#");
	end = path + strcspn(path, "?#");
	for (const char *p = base; p < path; p++)
		if (*p >= 'A' && *p <= 'Z')
			return; /* to be folded by url_resolve() */
	if (*path != '/' || !is_plain_ref(path + 1) ||
	    !is_authority(strstr(base, "://") + 3, path))
		return;
	c->base_origin = (size_t)(path - base);
	c->base_path = (size_t)(end - base);
	while (end[-1] != '/')
		end--;
	c->base_dir = (size_t)(end - base);
}

/*
 * Most relative references need only be put behind a part of the base, and
 * libcurl takes microseconds for each.  NULL: this is not one of them.
 */
static const char *
resolve_plain(struct cleaner *c, const char *s)
{
	size_t keep, len;
	char *url;

	if (c->base_origin == 0)
		return NULL;
	if (*s == '/')
		keep = c->base_origin;
	else if (*s == '?')
		keep = c->base_path;
	else
		keep = c->base_dir;
	if (!is_plain_ref(s + (*s == '/')))
		return NULL;
	len = strlen(s);
	if (keep + len > LIMIT_URL_BYTES ||
	    (url = arena_alloc_raw(c->scratch, keep + len + 1)) == NULL)
		return NULL;
	memcpy(url, c->opts->base, keep);
	memcpy(url + keep, s, len + 1);
	return url;
}

/* The address in `s`, decoded and trimmed. */
static const char *
resolve(struct cleaner *c, const char *s, enum attr_form form)
{
	const char *url;

	if (*s == '\0')
		return NULL;
	if (*s == '#')
		return form == FORM_LINK ? fragment(c, s) : NULL;
	if ((url = resolve_plain(c, s)) == NULL &&
	    (++c->n_resolved > MAX_RESOLVED ||
		(url = url_resolve(c->scratch, c->opts->base, s)) == NULL))
		return NULL;
	if (url_is_http(url)) {
		if ((url = checked_http(c, url)) != NULL && form == FORM_LINK &&
		    c->opts->strip_params)
			url = url_strip_tracking(c->scratch, url);
		return url;
	}
	if (form != FORM_LINK || scheme_end(url) == NULL || has_forbidden(url))
		return NULL;
	return ascii_istarts(url, "mailto:") || ascii_istarts(url, "tel:")
		   ? url
		   : NULL;
}

const char *
clean_url(struct cleaner *c, const char *raw, size_t len, enum attr_form form)
{
	if (raw == NULL)
		return NULL;
	clean_decode(c, raw, len);
	return resolve(c, trimmed(c), form);
}

/* data:image/TYPE;base64,... of an allowed type, white space dropped. */
static const char *
data_image(struct cleaner *c, char *s)
{
	static const char *const types[] = {"data:image/png;base64,",
	    "data:image/jpeg;base64,", "data:image/gif;base64,",
	    "data:image/webp;base64,", "data:image/avif;base64,"};
	size_t n = 0;

	for (char *p = s; *p != '\0'; p++)
		if (!ascii_space((unsigned char)*p))
			s[n++] = *p;
	s[n] = '\0';
	if (n > MAX_DATA_URL)
		return NULL;
	for (size_t i = 0; i < AK_COUNT(types); i++) {
		size_t head = strlen(types[i]);

		if (!ascii_istarts(s, types[i]))
			continue;
		for (const char *p = s + head; *p != '\0'; p++)
			if (!((*p >= '0' && *p <= '9') ||
				((*p | 32) >= 'a' && (*p | 32) <= 'z') ||
				*p == '+' || *p == '/' || *p == '=' ||
				*p == '%'))
				return NULL;
		return arena_printf(c->scratch, "%s%s", types[i], s + head);
	}
	return NULL;
}

const char *
clean_image_url(struct cleaner *c, const char *raw, size_t len)
{
	char *s;

	if (raw == NULL)
		return NULL;
	clean_decode(c, raw, len);
	s = trimmed(c);
	if (ascii_istarts(s, "data:"))
		return data_image(c, s);
	return resolve(c, s, FORM_URL);
}

/* --- srcset (HTML 4.8.4.2.1) -------------------------------------------- */

/* One descriptor such as 2x or 640w at *at; false: it is something else. */
static bool
descriptor(const char **at, char *ret, size_t size)
{
	const char *p = *at;
	size_t n = strspn(p, "0123456789.");
	char unit = n > 0 ? p[n] : '\0';

	if (unit == '\0' || strchr("wxh", unit) == NULL || n + 2 > size)
		return false;
	memcpy(ret, p, n + 1);
	ret[n + 1] = '\0';
	*at = p + n + 1;
	return true;
}

/* Append a candidate; the comma that a URL may end or begin with is escaped,
 * for it would be read as the separator. */
static void
put_candidate(struct buf *out, const char *url, const char *desc)
{
	size_t len = strlen(url);

	if (out->len > 0)
		buf_add(out, ", ", 2);
	while (len > 0 && url[len - 1] == ',')
		len--;
	buf_add(out, url, len);
	for (size_t i = len; url[i] != '\0'; i++)
		buf_add(out, "%2C", 3);
	if (*desc != '\0') {
		buf_addc(out, ' ');
		buf_adds(out, desc);
	}
}

const char *
clean_srcset(
    struct cleaner *c, const char *raw, size_t len, const char **ret_last)
{
	struct buf in, out;
	const char *p, *result = NULL;

	if (raw == NULL)
		return NULL;
	clean_decode(c, raw, len);
	in = c->value; /* resolve() leaves c->value alone */
	buf_init(&out, LIMIT_CONTENT_BYTES);
	p = in.data;
	for (unsigned n = 0; n < MAX_SRCSET; n++) {
		char desc[24] = "";
		const char *from, *url;
		char *ref;
		bool bad = false;
		size_t url_len;

		p += strspn(p, " \t\n\f\r,");
		if (*p == '\0')
			break;
		from = p;
		p += strcspn(p, " \t\n\f\r");
		url_len = (size_t)(p - from);
		if (from[url_len - 1] == ',') {
			while (url_len > 0 && from[url_len - 1] == ',')
				url_len--;
		} else {
			p += strspn(p, " \t\n\f\r");
			if (*p != '\0' && *p != ',')
				bad = !descriptor(&p, desc, sizeof(desc));
			p += strcspn(p, ",");
		}
		if (bad || url_len > LIMIT_URL_BYTES ||
		    (ref = arena_strndup(c->scratch, from, url_len)) == NULL ||
		    (url = resolve(c, ref, FORM_URL)) == NULL)
			continue;
		put_candidate(&out, url, desc);
		*ret_last = url;
	}
	if (out.len > 0 && buf_status(&out) == AK_OK)
		result = arena_strndup(c->scratch, out.data, out.len);
	buf_release(&out);
	return result;
}

/* SPDX-License-Identifier: ISC */
/*
 * params.c - reading what clients send: queries, forms, multipart, cookies.
 *
 * Query and form make one list of parameters, since clients of the reader APIs
 * put the same ones here or there.  Names repeat; all values are kept in order.
 */
#include "serve/serve_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)ascii_lower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *
req_decode(struct arena *a, const char *s, size_t len, bool plus)
{
	char *raw = arena_alloc_raw(a, len + 1);
	struct buf clean;
	size_t n = 0;

	if (raw == NULL)
		return "";
	for (size_t i = 0; i < len; i++) {
		int hi, lo;

		if (s[i] == '+' && plus) {
			raw[n++] = ' ';
		} else if (s[i] == '%' && i + 2 < len &&
			   (hi = hex_value(s[i + 1])) >= 0 &&
			   (lo = hex_value(s[i + 2])) >= 0) {
			raw[n++] = (char)(hi << 4 | lo);
			i += 2;
		} else {
			raw[n++] = s[i];
		}
	}
	raw[n] = '\0';
	if (utf8_valid(raw, n) && strlen(raw) == n)
		return raw;
	buf_init(&clean, 3 * n + 1);
	utf8_repair(&clean, raw, n);
	raw = arena_strdup(a, buf_str(&clean));
	buf_release(&clean);
	return raw != NULL ? raw : "";
}

static void
add_param(struct arena *a, struct req *q, const char *name, const char *value)
{
	size_t size = q->n_params * sizeof(*q->params);

	/* Room grows by doubling: at 0 and each power of two from 16 on. */
	if (q->n_params == 0 ||
	    (q->n_params >= 16 && (q->n_params & (q->n_params - 1)) == 0)) {
		struct param *p = arena_grow(a, q->params, size,
		    q->n_params == 0 ? 16 * sizeof(*p) : 2 * size);

		if (p == NULL)
			return;
		q->params = p;
	}
	q->params[q->n_params].name = name;
	q->params[q->n_params].value = value;
	q->n_params++;
}

void
req_add_form(struct arena *a, struct req *q, const char *s, size_t len)
{
	const char *end = s + len;

	while (s < end && !arena_full(a)) {
		const char *amp = memchr(s, '&', (size_t)(end - s));
		const char *stop = amp != NULL ? amp : end;
		const char *eq = memchr(s, '=', (size_t)(stop - s));
		const char *key_end = eq != NULL ? eq : stop;

		if (stop > s) {
			const char *name =
			    req_decode(a, s, (size_t)(key_end - s), true);
			const char *value =
			    eq == NULL ? ""
				       : req_decode(a, eq + 1,
					     (size_t)(stop - eq - 1), true);

			add_param(a, q, name, value);
		}
		s = stop + 1;
	}
}

/* RFC 7578: parts between "--BOUNDARY" lines; only their names and texts. */
void
req_add_multipart(struct arena *a, struct req *q)
{
	const char *b = ascii_istr(q->content_type, "boundary=");
	const char *p = q->body, *end = q->body + q->body_len;
	const char *mark;
	size_t len;

	if (b == NULL || q->body_len == 0)
		return;
	b += strlen("boundary=");
	if (*b == '"')
		b++;
	len = strcspn(b, "\";, \t");
	if (len == 0 || len > 70)
		return;
	mark = arena_printf(a, "--%.*s", (int)len, b);
	len += 2;
	while (p != NULL && (p = memmem(p, (size_t)(end - p), mark, len))) {
		const char *head = p + len, *text, *next, *name;

		text = memmem(head, (size_t)(end - head), "\r\n\r\n", 4);
		if (text == NULL)
			return;
		next = memmem(text, (size_t)(end - text), mark, len);
		if (next == NULL)
			return;
		name = memmem(head, (size_t)(text - head), " name=\"", 7);
		text += 4;
		if (name != NULL && next >= text + 2) {
			name += 7;
			add_param(a, q,
			    arena_strndup(a, name, strcspn(name, "\"\r\n")),
			    arena_strndup(a, text, (size_t)(next - 2 - text)));
		}
		p = next;
	}
}

const char *
req_param_next(const struct req *q, const char *name, size_t *pos)
{
	while (*pos < q->n_params) {
		const struct param *p = &q->params[(*pos)++];

		if (strcmp(p->name, name) == 0)
			return p->value;
	}
	return NULL;
}

const char *
req_param(const struct req *q, const char *name)
{
	size_t pos = 0;

	return req_param_next(q, name, &pos);
}

int64_t
req_param_i64(
    const struct req *q, const char *name, int64_t lo, int64_t hi, int64_t def)
{
	const char *s = req_param(q, name);
	int64_t v;

	if (s == NULL || !str_to_i64(s, INT64_MIN, INT64_MAX, &v))
		return def;
	return v < lo ? lo : v > hi ? hi : v;
}

const char *
req_cookie(struct arena *a, const char *header, const char *name)
{
	size_t len = strlen(name);

	while (header != NULL && *header != '\0') {
		size_t n;

		header += strspn(header, " ;");
		n = strcspn(header, ";");
		if (n > len && header[len] == '=' &&
		    strncmp(header, name, len) == 0)
			return arena_strndup(a, header + len + 1, n - len - 1);
		header += n;
	}
	return NULL;
}

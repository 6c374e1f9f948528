/* SPDX-License-Identifier: ISC */
/*
 * charset.c - bytes in any encoding to clean UTF-8.
 *
 * Candidates are tried in the order of RFC 7303, 3 (XML) or the HTML standard:
 * byte order mark or the pattern of NULs that UTF-16 and UTF-32 make, label of
 * the header, label of the document, UTF-8.  The first one that decodes without
 * an error is taken; if none does, the first one, with U+FFFD for each error.
 * Two rules look at the bytes, neither at their statistics: what is labelled
 * windows-1252 (or a name for it: us-ascii, iso-8859-1), yet is valid UTF-8
 * beyond ASCII, is UTF-8; and what should be UTF-8, yet has no or hardly any
 * sequence of it, is windows-1252.
 *
 * Valid UTF-8 is scanned once and not copied.  All else goes through an ICU
 * converter (its tables are those of the Encoding Standard, see charset.def)
 * in pieces of a few KiB.  Nothing is shared between calls.
 */
#include "parse/parse.h"

#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/utf16.h>

#include "base/str.h"
#include "base/utf8.h"
#include "parse/charset_int.h"

#define DECLARATION_BYTES 1024 /* where <?xml and <meta> are looked for */
#define LABEL_BYTES 64

struct encoding {
	const char *name;
	const char *icu;
	const char *labels;
	const char *more_labels;
};

static const struct encoding encodings[] = {
#define ENCODING(name, icu, labels, more) {name, icu, labels, more},
#include "parse/charset.def"
#undef ENCODING
};

/* Only by byte order mark or NULs, never by label (Encoding Standard). */
static const struct encoding utf32le = {"utf-32le", "utf-32le", "", ""};
static const struct encoding utf32be = {"utf-32be", "utf-32be", "", ""};

/* ISO 8859-16, 0xA0 .. 0xFF, which ICU lacks. */
static const uint16_t iso_8859_16[96] = {
#include "parse/iso_8859_16.def"
};

struct input {
	const char *p;
	size_t len;
	struct utf8_counts *counts; /* of p, once they are wanted */
};

/* --- labels ------------------------------------------------------------ */

static bool
word_in(const char *list, const char *label, size_t len)
{
	while (*list != '\0') {
		size_t n = strcspn(list, " ");

		if (n == len && ascii_ieq_n(list, label, len))
			return true;
		list += n;
		list += *list == ' ';
	}
	return false;
}

static const struct encoding *
find_encoding(const char *label, size_t len)
{
	while (len > 0 && ascii_space((unsigned char)label[0])) {
		label++;
		len--;
	}
	while (len > 0 && ascii_space((unsigned char)label[len - 1]))
		len--;
	if (len == 0 || len > LABEL_BYTES)
		return NULL;
	for (size_t i = 0; i < AK_COUNT(encodings); i++) {
		if (word_in(encodings[i].labels, label, len) ||
		    word_in(encodings[i].more_labels, label, len))
			return &encodings[i];
	}
	return NULL;
}

static const struct encoding *
encoding_named(const char *name)
{
	for (size_t i = 0; i < AK_COUNT(encodings); i++) {
		if (strcmp(encodings[i].name, name) == 0)
			return &encodings[i];
	}
	assert(!"a name of charset.def");
	return NULL;
}

const char *
parse_charset_name(const char *label, size_t len)
{
	const struct encoding *e = find_encoding(label, len);

	return e != NULL ? e->name : NULL;
}

static bool
is_utf16(const struct encoding *e)
{
	return str_starts(e->name, "utf-16");
}

/*
 * Value of the first "charset" (or `name`) = "value" in s[0..len): quotes of
 * either kind or none, white space around the equals sign.
 */
static const struct encoding *
find_label(const char *s, size_t len, const char *name, bool *ret_named)
{
	size_t n = strlen(name), i = 0;

	for (; i + n < len; i++) {
		size_t p = i + n, from;
		char quote;

		if (!ascii_ieq_n(s + i, name, n))
			continue;
		while (p < len && ascii_space((unsigned char)s[p]))
			p++;
		if (p == len || s[p] != '=')
			continue;
		p++;
		while (p < len && ascii_space((unsigned char)s[p]))
			p++;
		quote = p < len && (s[p] == '"' || s[p] == '\'') ? s[p++] : 0;
		from = p;
		while (p < len &&
		       (quote != 0 ? s[p] != quote
				   : !ascii_space((unsigned char)s[p]) &&
					 strchr(";,\"'>/", s[p]) == NULL))
			p++;
		*ret_named = true;
		return find_encoding(s + from, p - from);
	}
	return NULL;
}

/* --- writing ----------------------------------------------------------- */

struct sink {
	struct arena *arena;
	char *p;
	size_t len, cap;
	size_t n_errors;
	bool full;
};

static bool
sink_reserve(struct sink *out, size_t more)
{
	size_t cap = out->cap + out->cap / 2 + more;
	char *p;

	if (out->full)
		return false;
	if (out->cap - out->len >= more)
		return true;
	p = arena_grow(out->arena, out->p, out->cap, cap);
	if (p == NULL) {
		out->full = true;
		return false;
	}
	out->p = p;
	out->cap = cap;
	return true;
}

/* The caller has reserved 4 bytes. */
static void
sink_put(struct sink *out, uint32_t cp)
{
	if (cp >= 0x20 && cp < 0x80)
		out->p[out->len++] = (char)cp;
	else if (!charset_forbids(cp))
		out->len += utf8_encode(cp, out->p + out->len);
}

/* --- UTF-8 ------------------------------------------------------------- */

static struct utf8_counts
count_utf8(const struct input *in)
{
	if (!in->counts->is_known)
		charset_count_utf8(in->p, in->len, in->counts);
	in->counts->is_known = true;
	return *in->counts;
}

static void
decode_utf8(struct sink *out, const struct input *in)
{
	size_t i = 0;

	while (i < in->len && sink_reserve(out, 4)) {
		uint32_t cp;

		i += utf8_decode(in->p + i, in->len - i, &cp);
		sink_put(out, cp);
	}
}

/* --- everything else --------------------------------------------------- */

static void
decode_iso_8859_16(struct sink *out, const struct input *in)
{
	for (size_t i = 0; i < in->len && sink_reserve(out, 4); i++) {
		unsigned char c = (unsigned char)in->p[i];

		sink_put(out, c < 0xA0 ? c : iso_8859_16[c - 0xA0]);
	}
}

/* ICU's own substitute is U+001A for single bytes: count, and put U+FFFD. */
static void U_CALLCONV
replace_cb(const void *context, UConverterToUnicodeArgs *args,
    const char *bytes, int32_t n_bytes, UConverterCallbackReason reason,
    UErrorCode *err)
{
	size_t *n_errors = (size_t *)(uintptr_t)context;
	const UChar replacement = 0xFFFD;

	(void)bytes;
	(void)n_bytes;
	if (reason > UCNV_IRREGULAR)
		return; /* reset, close, clone */
	(*n_errors)++;
	*err = U_ZERO_ERROR;
	ucnv_cbToUWriteUChars(args, &replacement, 1, 0, err);
}

/* The caller has reserved 4 bytes for each unit. */
static void
put_utf16(struct sink *out, const UChar *u, int32_t n, UChar *lead)
{
	char *to = out->p + out->len;

	for (int32_t i = 0; i < n; i++) {
		uint32_t cp = u[i];

		if (cp >= 0x20 && cp < 0x80) {
			*to++ = (char)cp;
			continue;
		}
		if (U16_IS_LEAD(u[i])) {
			*lead = u[i];
			continue;
		}
		if (U16_IS_TRAIL(u[i]))
			cp = (uint32_t)U16_GET_SUPPLEMENTARY(*lead, u[i]);
		if (!charset_forbids(cp))
			to += utf8_encode(cp, to);
	}
	out->len = (size_t)(to - out->p);
}

static void
decode_icu(struct sink *out, const struct input *in, const char *converter)
{
	UErrorCode err = U_ZERO_ERROR;
	UConverter *cnv = ucnv_open(converter, &err);
	const char *p = in->p, *end = in->p + in->len;
	UChar piece[2048] = {0}, lead = 0;

	assert(U_SUCCESS(err)); /* charset.def names only what ICU has */
	ucnv_setToUCallBack(cnv, replace_cb, &out->n_errors, NULL, NULL, &err);
	do {
		UChar *to = piece;

		err = U_ZERO_ERROR;
		ucnv_toUnicode(cnv, &to, piece + AK_COUNT(piece), &p, end, NULL,
		    true, &err);
		if (!sink_reserve(out, 4 * AK_COUNT(piece)))
			break;
		put_utf16(out, piece, (int32_t)(to - piece), &lead);
	} while (err == U_BUFFER_OVERFLOW_ERROR);
	ucnv_close(cnv);
}

/* ICU follows GB 18030:2000 here; the standard's index has a space. */
static void
mend_gb18030(struct sink *out)
{
	static const char private_use[3] = {'\xEE', '\x97', '\xA5'};
	static const char space[3] = {'\xE3', '\x80', '\x80'};
	char *p = out->p, *end = out->p + out->len;

	while (p != NULL &&
	       (p = memmem(p, (size_t)(end - p), private_use, 3)) != NULL) {
		memcpy(p, space, 3);
		p += 3;
	}
}

static enum ak_status
decode_as(struct arena *a, const struct input *in, const struct encoding *e,
    struct parse_decoded *ret)
{
	struct sink out = {.arena = a};
	struct utf8_counts n = {0};

	if (strcmp(e->name, "utf-8") == 0) {
		n = count_utf8(in);
		if (n.n_bad == 0 && n.n_forbidden == 0) {
			*ret = (struct parse_decoded){
			    .text = in->p, .len = in->len, .encoding = e->name};
			return AK_OK;
		}
		(void)sink_reserve(&out, in->len + 2 * n.n_bad + 4);
		decode_utf8(&out, in);
		out.n_errors = n.n_bad;
	} else {
		(void)sink_reserve(&out, in->len + in->len / 2 + 16);
		if (e->icu == NULL)
			decode_iso_8859_16(&out, in);
		else
			decode_icu(&out, in, e->icu);
		if (!out.full &&
		    strcmp(e->icu != NULL ? e->icu : "", "gb18030") == 0)
			mend_gb18030(&out);
	}
	if (out.full)
		return AK_TOOBIG;
	*ret = (struct parse_decoded){.text = out.p,
	    .len = out.len,
	    .encoding = e->name,
	    .had_errors = out.n_errors > 0};
	return AK_OK;
}

/* --- choosing ---------------------------------------------------------- */

static bool
starts_with(const struct input *in, const char *s, size_t n)
{
	return in->len >= n && memcmp(in->p, s, n) == 0;
}

/* A byte order mark; it is taken off. */
static const struct encoding *
find_bom(struct input *in)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *name;
	} boms[] = {
	    {"\xEF\xBB\xBF", 3, "utf-8"},
	    {"\xFF\xFE\0\0", 4, "utf-32le"},
	    {"\0\0\xFE\xFF", 4, "utf-32be"},
	    {"\xFF\xFE", 2, "utf-16le"},
	    {"\xFE\xFF", 2, "utf-16be"},
	};

	for (size_t i = 0; i < AK_COUNT(boms); i++) {
		if (!starts_with(in, boms[i].bytes, boms[i].n))
			continue;
		in->p += boms[i].n;
		in->len -= boms[i].n;
		if (strcmp(boms[i].name, "utf-32le") == 0)
			return &utf32le;
		if (strcmp(boms[i].name, "utf-32be") == 0)
			return &utf32be;
		return encoding_named(boms[i].name);
	}
	return NULL;
}

/* How markup begins in the wide encodings (XML 1.0, appendix F). */
static const struct encoding *
find_nuls(const struct input *in)
{
	bool c[4];

	if (in->len < 4)
		return NULL;
	for (size_t i = 0; i < 4; i++) {
		unsigned char b = (unsigned char)in->p[i];

		if (b >= 0x80)
			return NULL;
		c[i] = b != 0;
	}
	if (c[0] && !c[1] && c[2] && !c[3])
		return encoding_named("utf-16le");
	if (!c[0] && c[1] && !c[2] && c[3])
		return encoding_named("utf-16be");
	if (c[0] && !c[1] && !c[2] && !c[3])
		return &utf32le;
	if (!c[0] && !c[1] && !c[2] && c[3])
		return &utf32be;
	return NULL;
}

/*
 * A label that says UTF-16 of bytes that are none (no mark, no NULs) is wrong;
 * that of a document that could be read up to it is UTF-8.
 */
static const struct encoding *
believable(const struct encoding *e, const struct input *in)
{
	size_t n = in->len < DECLARATION_BYTES ? in->len : DECLARATION_BYTES;

	if (e == NULL || !is_utf16(e))
		return e;
	return memchr(in->p, '\0', n) != NULL ? e : encoding_named("utf-8");
}

/*
 * Decode by the first of `n` candidates (NULLs are passed over) that has no
 * error, else by the first.
 */
static enum ak_status
decode_best(struct arena *a, const struct input *in,
    const struct encoding *const *candidates, size_t n,
    struct parse_decoded *ret)
{
	struct parse_decoded first = {0}, d;
	enum ak_status st;

	for (size_t i = 0; i < n; i++) {
		if (candidates[i] == NULL ||
		    (i > 0 && candidates[i] == candidates[i - 1]))
			continue;
		if ((st = decode_as(a, in, candidates[i], &d)) != AK_OK)
			return st;
		if (!d.had_errors) {
			if (first.text != NULL)
				d.note = "the charset named first does not"
					 " decode; another does";
			*ret = d;
			return AK_OK;
		}
		if (first.text == NULL)
			first = d;
	}
	*ret = first;
	return AK_OK;
}

static enum ak_status
decode_labelled(struct arena *a, const struct input *in,
    const struct encoding *header, const struct encoding *inside,
    bool unknown_label, struct parse_decoded *ret)
{
	const struct encoding *utf8 = encoding_named("utf-8");
	const struct encoding *western = encoding_named("windows-1252");
	const struct encoding *candidates[3] = {header, inside, NULL};
	const char *note = unknown_label ? "unknown charset label" : NULL;
	struct utf8_counts n;
	enum ak_status st;

	if (candidates[0] == NULL)
		candidates[0] = inside != NULL ? inside : utf8;
	if (candidates[0] == western || candidates[0] == utf8) {
		n = count_utf8(in);
		if (candidates[0] == western && n.n_bad == 0 &&
		    n.n_sequences > 0) {
			candidates[0] = utf8;
			note = "labelled as a Western charset, but it is UTF-8";
		} else if (header == NULL && inside == NULL) {
			if (n.n_bad > 0 && n.n_sequences <= n.n_bad)
				candidates[0] = western;
		} else if (candidates[0] == utf8 && n.n_sequences == 0) {
			candidates[2] = western;
		}
	} else if (header == NULL || inside == NULL) {
		/* A wrong label on what is UTF-8 from end to end. */
		candidates[2] = utf8;
	}
	st = decode_best(a, in, candidates, 3, ret);
	if (st == AK_OK && ret->note == NULL)
		ret->note = note;
	return st;
}

/* --- the two kinds of document ----------------------------------------- */

static const struct encoding *
xml_declared(const struct input *in, bool *ret_named)
{
	size_t n = in->len < DECLARATION_BYTES ? in->len : DECLARATION_BYTES;
	const char *p = memmem(in->p, n, "<?xml", 5), *end;

	if (p == NULL)
		return NULL;
	n -= (size_t)(p - in->p);
	end = memchr(p, '>', n);
	if (end != NULL)
		n = (size_t)(end - p);
	return find_label(p, n, "encoding", ret_named);
}

/* The prescan of the HTML standard, without its finer points. */
static const struct encoding *
meta_declared(const struct input *in, bool *ret_named)
{
	size_t n = in->len < DECLARATION_BYTES ? in->len : DECLARATION_BYTES;
	const char *p = in->p, *end = in->p + n;

	while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		size_t left = (size_t)(end - p);
		const char *close;

		if (left >= 4 && memcmp(p, "<!--", 4) == 0) {
			p = memmem(p, left, "-->", 3);
			if (p == NULL)
				return NULL;
			continue;
		}
		if (left > 6 && ascii_ieq_n(p, "<meta", 5) &&
		    (ascii_space((unsigned char)p[5]) || p[5] == '/')) {
			const struct encoding *e;

			close = memchr(p, '>', left);
			if (close == NULL)
				close = end;
			e = find_label(
			    p, (size_t)(close - p), "charset", ret_named);
			if (e != NULL)
				return e;
		}
		p++;
	}
	return NULL;
}

static enum ak_status
decode(struct arena *a, const char *bytes, size_t len, const char *content_type,
    const struct encoding *(*declared)(const struct input *, bool *),
    struct parse_decoded *ret)
{
	struct utf8_counts counts = {0};
	struct input in = {bytes, len, &counts};
	const struct encoding *e, *header = NULL, *inside;
	bool in_header = false, in_document = false;
	enum ak_status st;

	if ((e = find_bom(&in)) == NULL)
		e = find_nuls(&in);
	if (e != NULL)
		return decode_as(a, &in, e, ret);
	if (content_type != NULL)
		header = find_label(
		    content_type, strlen(content_type), "charset", &in_header);
	inside = declared(&in, &in_document);
	st = decode_labelled(a, &in, believable(header, &in),
	    believable(inside, &in),
	    (in_header && header == NULL) || (in_document && inside == NULL),
	    ret);
	if (st == AK_OK && ret->note == NULL && header != NULL &&
	    inside != NULL && header != inside)
		ret->note = "the header and the document name two charsets";
	return st;
}

enum ak_status
parse_decode_xml(struct arena *a, const char *bytes, size_t len,
    const char *content_type, struct parse_decoded *ret)
{
	return decode(a, bytes, len, content_type, xml_declared, ret);
}

enum ak_status
parse_decode_html(struct arena *a, const char *bytes, size_t len,
    const char *content_type, struct parse_decoded *ret)
{
	return decode(a, bytes, len, content_type, meta_declared, ret);
}

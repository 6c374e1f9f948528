/* SPDX-License-Identifier: ISC */
/*
 * Broken markup rewritten as XML that libxml2 takes without complaint.
 *
 * One pass over the text with a stack of open names.  A tag is taken as one if
 * it can be; a '<' that cannot is text.  An end tag closes what is open inside
 * of it, or is dropped when nothing of that name is open; an item closes the
 * item before it, and a member of an item the member before it.  References
 * become characters: HTML's, the document's own plain entities, numbers by the
 * rules of HTML; any other '&' is text.  The end of the text closes all.
 *
 * Nothing well-formed changes its meaning, so what libxml2 would have read up
 * to the first fault is read the same.
 */
#include "parse/parse_int.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#include "base/utf8.h"

/* What entities of the document may add in all. */
#define EXPANSION_BYTES (64 * LIMIT_KIB)

struct name {
	const char *s;
	size_t len;
};

struct mender {
	struct buf *out;
	const char *text;
	size_t at, len;
	const struct prolog *prolog;
	struct name open[LIMIT_XML_DEPTH];
	size_t depth;
	size_t n_faults;
	size_t expanded;
	size_t no_quote[2]; /* no '"', no '\'' from here on; else SIZE_MAX */
	bool is_done;
};

/* --- references ----------------------------------------------------------- */

static void
put_char(struct mender *m, uint32_t cp)
{
	char utf8[4];

	if (cp == '&')
		buf_adds(m->out, "&amp;");
	else if (cp == '<')
		buf_adds(m->out, "&lt;");
	else if (cp == '>')
		buf_adds(m->out, "&gt;");
	else if (cp == '"')
		buf_adds(m->out, "&quot;");
	else
		buf_add(m->out, utf8, utf8_encode(cp, utf8));
}

/* &#...; at s: its length, or 0. */
static size_t
read_number(const char *s, size_t len, uint32_t *ret)
{
	bool hex = len > 2 && (s[2] | 32) == 'x';
	size_t i = hex ? 3 : 2, first = i;
	uint32_t cp = 0;

	for (; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		uint32_t digit;

		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if (hex && (c | 32) >= 'a' && (c | 32) <= 'f')
			digit = (uint32_t)((c | 32) - 'a' + 10);
		else
			break;
		if (cp < 0x200000)
			cp = cp * (hex ? 16 : 10) + digit;
	}
	if (i == first)
		return 0;
	*ret = cp;
	return i < len && s[i] == ';' ? i + 1 : i;
}

static size_t
mend_number(struct mender *m, const char *s, size_t len)
{
	uint32_t cp, low;
	size_t n = read_number(s, len, &cp), more;

	if (n == 0)
		return 0;
	/* A surrogate pair as two references: seen from Java programs. */
	if (cp >= 0xD800 && cp < 0xDC00 && len - n > 3 &&
	    memcmp(s + n, "&#", 2) == 0 &&
	    (more = read_number(s + n, len - n, &low)) > 0 && low >= 0xDC00 &&
	    low < 0xE000) {
		cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
		n += more;
	}
	if ((cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') ||
	    cp == 0xFFFE || cp == 0xFFFF) {
		m->n_faults++;
		return n; /* nothing */
	}
	if (s[n - 1] != ';' || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000))
		m->n_faults++;
	put_char(m, cp);
	return n;
}

static const struct entity *
declared(const struct mender *m, const char *name, size_t len)
{
	for (size_t i = 0; i < m->prolog->n_entities; i++) {
		const struct entity *e = &m->prolog->entities[i];

		if (e->name_len == len && memcmp(e->name, name, len) == 0)
			return e;
	}
	return NULL;
}

static bool
is_xml_entity(const char *name)
{
	return strcmp(name, "amp") == 0 || strcmp(name, "lt") == 0 ||
	       strcmp(name, "gt") == 0 || strcmp(name, "quot") == 0 ||
	       strcmp(name, "apos") == 0;
}

/* &name; at s: bytes consumed, or 0: it is none that is known. */
static size_t
mend_named(struct mender *m, const char *s, size_t len, bool nested)
{
	const htmlEntityDesc *html;
	const struct entity *e;
	char name[32];
	size_t n = 0;

	while (1 + n < len && n < sizeof(name) - 1 && s[1 + n] != ';' &&
	       ((unsigned char)s[1 + n] | 32) >= '0' &&
	       ((unsigned char)s[1 + n] | 32) <= 'z') {
		name[n] = s[1 + n];
		n++;
	}
	name[n] = '\0';
	if (n == 0 || 1 + n >= len || s[1 + n] != ';')
		return 0;
	if (is_xml_entity(name)) {
		buf_add(m->out, s, n + 2);
		return n + 2;
	}
	if (!nested && (e = declared(m, name, n)) != NULL &&
	    m->expanded + e->value_len <= EXPANSION_BYTES) {
		m->expanded += e->value_len;
		for (size_t i = 0; i < e->value_len;) {
			size_t used = 0;

			if (e->value[i] == '&')
				used = e->value[i + 1] == '#'
					   ? mend_number(m, e->value + i,
						 e->value_len - i)
					   : mend_named(m, e->value + i,
						 e->value_len - i, true);
			if (used == 0)
				put_char(m, (unsigned char)e->value[i]);
			i += used > 0 ? used : 1;
		}
		return n + 2;
	}
	if ((html = htmlEntityLookup((const xmlChar *)name)) != NULL) {
		m->n_faults++;
		put_char(m, html->value);
		return n + 2;
	}
	return 0;
}

/* Text or attribute value s[0..len), escaped. */
static void
mend_text(struct mender *m, const char *s, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len;) {
		size_t used = 0;

		if (s[i] != '&' && s[i] != '<' && s[i] != '"' && s[i] != '>') {
			i++;
			continue;
		}
		buf_add(m->out, s + from, i - from);
		if (s[i] == '&') {
			used = i + 1 < len && s[i + 1] == '#'
				   ? mend_number(m, s + i, len - i)
				   : mend_named(m, s + i, len - i, false);
			m->n_faults += used == 0;
		} else if (s[i] == '<') {
			m->n_faults++;
		}
		if (used == 0) {
			put_char(m, (unsigned char)s[i]);
			used = 1;
		}
		i += used;
		from = i;
	}
	buf_add(m->out, s + from, len - from);
}

/* --- tags ----------------------------------------------------------------- */

static bool
is_name_start(unsigned char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c >= 0x80;
}

static size_t
name_span(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len &&
	       (is_name_start((unsigned char)s[n]) ||
		   (s[n] >= '0' && s[n] <= ':') || s[n] == '-' || s[n] == '.'))
		n++;
	while (n > 0 && s[n - 1] == ':')
		n--;
	return n;
}

static bool
name_is(struct name n, const char *s)
{
	return n.len == strlen(s) && ascii_ieq_n(n.s, s, n.len);
}

static bool
name_in(struct name n, const char *const *list)
{
	for (; *list != NULL; list++)
		if (name_is(n, *list))
			return true;
	return false;
}

static void
close_to(struct mender *m, size_t depth)
{
	while (m->depth > depth) {
		struct name n = m->open[--m->depth];

		buf_adds(m->out, "</");
		buf_add(m->out, n.s, n.len);
		buf_addc(m->out, '>');
	}
	m->is_done = m->depth == 0;
}

static const char *const members[] = {"title", "link", "guid", "pubdate",
    "description", "category", "comments", "id", "updated", "published",
    "summary", "content", "dc:date", "dc:creator", "content:encoded", NULL};

static bool
is_entry(struct name n)
{
	return name_is(n, "item") || name_is(n, "entry");
}

/* Close what the start of `n` shows to have ended. */
static void
close_before(struct mender *m, struct name n)
{
	static const char *const parents[] = {
	    "item", "entry", "channel", "feed", NULL};
	size_t d = m->depth;

	if (is_entry(n)) {
		while (d > 0 && !is_entry(m->open[d - 1]))
			d--;
		if (d > 0) {
			m->n_faults++;
			close_to(m, d - 1);
		}
	}
	/* A member right inside a member: <title>A<link>... */
	d = m->depth;
	if (d >= 2 && (is_entry(n) || name_in(n, members)) &&
	    name_in(m->open[d - 1], members) &&
	    name_in(m->open[d - 2], parents)) {
		m->n_faults++;
		close_to(m, d - 1);
	}
}

static bool
is_void(struct name n)
{
	static const char *const names[] = {"br", "hr", "img", "input", "wbr",
	    "area", "col", "embed", "meta", "param", "track", NULL};

	return name_in(n, names);
}

struct attr {
	struct name name, value;
};

/* One attribute at *at; false: this is no tag. */
static bool
read_attr(struct mender *m, size_t *at, struct attr *ret)
{
	const char *t = m->text;
	size_t i = *at, n = name_span(t + i, m->len - i);

	if (n == 0)
		return false;
	ret->name = ret->value = (struct name){t + i, n};
	i += n;
	*at = i;
	while (i < m->len && ascii_space((unsigned char)t[i]))
		i++;
	if (i == m->len || t[i] != '=') {
		m->n_faults++;
		return true;
	}
	i++;
	while (i < m->len && ascii_space((unsigned char)t[i]))
		i++;
	if (i == m->len)
		return false;
	if (t[i] == '"' || t[i] == '\'') {
		size_t *none = &m->no_quote[t[i] == '\''];
		const char *end =
		    i < *none ? memchr(t + i + 1, t[i], m->len - i - 1) : NULL;

		if (end == NULL) {
			*none = i < *none ? i : *none;
			return false;
		}
		ret->value =
		    (struct name){t + i + 1, (size_t)(end - t) - i - 1};
		*at = (size_t)(end - t) + 1;
		return true;
	}
	m->n_faults++;
	ret->value.s = t + i;
	while (i < m->len && !ascii_space((unsigned char)t[i]) && t[i] != '>' &&
	       t[i] != '<' &&
	       !(t[i] == '/' && i + 1 < m->len && t[i + 1] == '>'))
		i++;
	ret->value.len = (size_t)(t + i - ret->value.s);
	*at = i;
	return true;
}

#define MAX_SEEN 32 /* attributes looked through for repeats */

/* Write the attribute, unless `seen` (of *n names) has it already. */
static void
put_attr(struct mender *m, const struct attr *a, struct name *seen, size_t *n)
{
	bool again = false;

	for (size_t k = 0; k < *n && k < MAX_SEEN; k++)
		again |= seen[k].len == a->name.len &&
			 memcmp(seen[k].s, a->name.s, a->name.len) == 0;
	if (again || *n >= LIMIT_XML_ATTRIBUTES) {
		m->n_faults++;
		return;
	}
	if (*n < MAX_SEEN)
		seen[*n] = a->name;
	++*n;
	buf_addc(m->out, ' ');
	buf_add(m->out, a->name.s, a->name.len);
	buf_adds(m->out, "=\"");
	mend_text(m, a->value.s, a->value.len);
	buf_addc(m->out, '"');
}

/* A start tag at m->at; false: the '<' is text. */
static bool
mend_start_tag(struct mender *m)
{
	const char *t = m->text;
	struct name name = {t + m->at + 1, 0}, seen[MAX_SEEN];
	size_t i = m->at + 1, n_attrs = 0, mark, faults;
	bool empty = false;

	name.len = name_span(name.s, m->len - i);
	i += name.len;
	close_before(m, name);
	mark = m->out->len;
	faults = m->n_faults;
	buf_addc(m->out, '<');
	buf_add(m->out, name.s, name.len);
	for (;;) {
		struct attr a;

		while (i < m->len && ascii_space((unsigned char)t[i]))
			i++;
		if (i == m->len)
			goto no_tag;
		if (t[i] == '>') {
			i++;
			break;
		}
		if (t[i] == '/') {
			empty = i + 1 < m->len && t[i + 1] == '>';
			i++;
			continue;
		}
		if (!read_attr(m, &i, &a))
			goto no_tag;
		put_attr(m, &a, seen, &n_attrs);
	}
	m->at = i;
	if (is_void(name) || empty || m->depth == LIMIT_XML_DEPTH - 1) {
		buf_adds(m->out, "/>");
		m->n_faults += !empty;
		return true;
	}
	buf_addc(m->out, '>');
	m->open[m->depth++] = name;
	return true;
no_tag:
	buf_trunc(m->out, mark);
	m->n_faults = faults;
	return false;
}

static void
mend_end_tag(struct mender *m)
{
	struct name n = {m->text + m->at + 2, 0};
	size_t d = m->depth, end;

	n.len = name_span(n.s, m->len - m->at - 2);
	end = m->at + 2 + n.len;
	while (end < m->len && m->text[end] != '>' && m->text[end] != '<')
		end++;
	/* "</title<link>": the '>' that follows is another tag's. */
	m->at = end + (end < m->len && m->text[end] == '>');
	while (d > 0 && !(m->open[d - 1].len == n.len &&
			    ascii_ieq_n(m->open[d - 1].s, n.s, n.len)))
		d--;
	m->n_faults += d != m->depth;
	if (d > 0)
		close_to(m, d - 1);
}

/* --- the rest ------------------------------------------------------------- */

static const char *
find(const struct mender *m, size_t from, const char *what)
{
	if (from > m->len)
		return NULL;
	return memmem(m->text + from, m->len - from, what, strlen(what));
}

/* Where a CDATA section ends whose "]]>" is missing: at the end tag of the
 * element that holds it. */
static size_t
unclosed_cdata_end(const struct mender *m, size_t from, size_t end)
{
	struct name top =
	    m->depth > 0 ? m->open[m->depth - 1] : (struct name){"", 0};
	const char *p;

	for (size_t at = from;
	     at < end && (p = memmem(m->text + at, end - at, "</", 2)) != NULL;
	     at = (size_t)(p - m->text) + 2)
		if (m->len - (size_t)(p - m->text) - 2 > top.len &&
		    ascii_ieq_n(p + 2, top.s, top.len))
			return (size_t)(p - m->text);
	return end;
}

static void
mend_cdata(struct mender *m)
{
	size_t from = m->at + 9, end, next;
	const char *close = find(m, from, "]]>");
	const char *other;

	if (close != NULL) {
		end = (size_t)(close - m->text);
		next = end + 3;
		other = memmem(m->text + from, end - from, "<![CDATA[", 9);
		if (other != NULL) {
			size_t limit = (size_t)(other - m->text);
			size_t guess = unclosed_cdata_end(m, from, limit);

			if (guess < limit) {
				end = next = guess;
				m->n_faults++;
			}
		}
	} else {
		end = next = unclosed_cdata_end(m, from, m->len);
		m->n_faults++;
	}
	if (m->depth > 0) {
		buf_adds(m->out, "<![CDATA[");
		buf_add(m->out, m->text + from, end - from);
		buf_adds(m->out, "]]>");
	}
	m->at = next;
}

static bool
at_word(const struct mender *m, const char *word)
{
	size_t n = strlen(word);

	return m->len - m->at >= n && memcmp(m->text + m->at, word, n) == 0;
}

static void
skip_past(struct mender *m, const char *end, const char *or_else)
{
	const char *p = find(m, m->at, end);
	size_t n = strlen(end);

	if (p == NULL) {
		m->n_faults++;
		p = find(m, m->at, or_else);
		n = strlen(or_else);
	}
	m->at = p != NULL ? (size_t)(p - m->text) + n : m->len;
}

/* Something at '<'. */
static void
mend_tag(struct mender *m)
{
	unsigned char c =
	    m->at + 1 < m->len ? (unsigned char)m->text[m->at + 1] : 0;

	if (at_word(m, "<![CDATA[")) {
		mend_cdata(m);
	} else if (at_word(m, "<!--")) {
		skip_past(m, "-->", ">");
	} else if (c == '?') {
		skip_past(m, "?>", ">");
	} else if (c == '!') {
		m->n_faults++;
		skip_past(m, ">", ">");
	} else if (c == '/' && m->at + 2 < m->len &&
		   is_name_start((unsigned char)m->text[m->at + 2])) {
		mend_end_tag(m);
	} else if (!is_name_start(c) || !mend_start_tag(m)) {
		if (m->depth > 0)
			buf_adds(m->out, "&lt;");
		m->n_faults++;
		m->at++;
	}
}

size_t
mend_xml(
    struct buf *out, const char *text, size_t len, const struct prolog *prolog)
{
	struct mender m = {.out = out,
	    .text = text,
	    .at = prolog->root,
	    .len = len,
	    .prolog = prolog,
	    .no_quote = {SIZE_MAX, SIZE_MAX}};

	while (m.at < len && !m.is_done && buf_status(out) == AK_OK) {
		const char *lt = memchr(text + m.at, '<', len - m.at);
		size_t end = lt != NULL ? (size_t)(lt - text) : len;

		if (end > m.at && m.depth > 0)
			mend_text(&m, text + m.at, end - m.at);
		m.at = end;
		if (lt != NULL)
			mend_tag(&m);
	}
	if (m.depth > 0) {
		m.n_faults++;
		out->max += LIMIT_XML_DEPTH * LIMIT_KIB;
		out->status = AK_OK;
		close_to(&m, 0);
	}
	return m.n_faults;
}

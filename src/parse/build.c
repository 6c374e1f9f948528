/* SPDX-License-Identifier: ISC */
/*
 * Filling the doc: every value a document offers comes here with a rank, and
 * the best founded one stays; of equals the first.  All lists end at their
 * limit of limits.h.
 */
#include "parse/parse_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/url.h"
#include "base/utf8.h"

bool
outranks(unsigned char *have, unsigned want)
{
	if (want <= *have)
		return false;
	*have = (unsigned char)want;
	return true;
}

struct ranks *
ranks(struct parser *p)
{
	return p->entry != NULL ? &p->entry_rank : &p->feed_rank;
}

/*
 * Controls U+0080..9F are windows-1252 that went through a wrong hand, as in
 * "&#146;" (HTML's rule); DEL and those it has no character for are dropped.
 */
static char *
copy_without_c1(struct parser *p, const char *s, size_t len, size_t *ret_len)
{
	static const uint16_t cp1252[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E,
	    0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
	    0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013,
	    0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};
	char *out = arena_alloc_raw(p->a, len + len / 2 + 1);
	size_t n = 0;

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		unsigned char next = i + 1 < len ? (unsigned char)s[i + 1] : 0;

		if (s[i] == 0x7F)
			continue;
		if ((unsigned char)s[i] != 0xC2 || next < 0x80 || next > 0x9F) {
			out[n++] = s[i];
			continue;
		}
		if (cp1252[next - 0x80] != 0)
			n += utf8_encode(cp1252[next - 0x80], out + n);
		i++;
	}
	out[n] = '\0';
	*ret_len = n;
	return out;
}

static bool
has_c1(const char *s, size_t len)
{
	const char *end = s + len;

	if (memchr(s, 0x7F, len) != NULL)
		return true;
	while ((s = memchr(s, 0xC2, (size_t)(end - s))) != NULL) {
		if (++s == end)
			return false;
		if ((unsigned char)*s >= 0x80 && (unsigned char)*s <= 0x9F)
			return true;
	}
	return false;
}

static char *
copy(struct parser *p, const char *s, size_t len, size_t max, size_t *ret_len)
{
	if (len > max)
		len = utf8_cut(s, len, max);
	*ret_len = len;
	if (len == 0)
		return NULL;
	return has_c1(s, len) ? copy_without_c1(p, s, len, ret_len)
			      : arena_strndup(p->a, s, len);
}

const char *
keep(struct parser *p, const char *s, size_t len, size_t max)
{
	char *kept = copy(p, s, len, max, &len);

	return kept != NULL && len > 0 ? kept : NULL;
}

const char *
keep_line(struct parser *p, const char *s, size_t len, size_t max)
{
	char *kept = copy(p, s, len, max, &len);
	size_t n = 0;

	if (kept == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (!ascii_space((unsigned char)kept[i]))
			kept[n++] = kept[i];
		else if (n > 0 && kept[n - 1] != ' ')
			kept[n++] = ' ';
	}
	if (n > 0 && kept[n - 1] == ' ')
		n--;
	kept[n] = '\0';
	return n > 0 ? kept : NULL;
}

/* Length of "scheme:" at the start of a reference, or 0. */
static size_t
scheme_span(const char *s)
{
	size_t n = strcspn(s, ":/?#");

	return s[n] == ':' && n > 0 ? n + 1 : 0;
}

/* Schemes that may be followed or shown; javascript: and file: are not. */
static bool
is_harmless(const char *url)
{
	static const char *const schemes[] = {
	    "http:", "https:", "mailto:", "ftp:", "magnet:", "gemini:",
	    "gopher:", "news:", "tel:", "xmpp:", "urn:", "tag:", "feed:"};

	for (size_t i = 0; i < AK_COUNT(schemes); i++)
		if (ascii_istarts(url, schemes[i]))
			return true;
	return false;
}

static const char *
keep_relative(struct parser *p, const char *ref)
{
	struct buf escaped;
	const char *url;

	buf_init(&escaped, LIMIT_URL_BYTES);
	for (; *ref != '\0'; ref++) {
		if (*ref == ' ')
			buf_adds(&escaped, "%20");
		else if ((unsigned char)*ref > ' ')
			buf_addc(&escaped, *ref);
	}
	url = buf_status(&escaped) == AK_OK
		  ? keep(p, buf_str(&escaped), escaped.len, LIMIT_URL_BYTES)
		  : NULL;
	buf_release(&escaped);
	return url;
}

const char *
resolve(struct parser *p, const struct frame *f, const char *ref)
{
	const char *base = f != NULL ? f->base : p->frames[0].base, *url;

	if (ref == NULL)
		return NULL;
	if (base == NULL)
		base = p->doc->feed_url;
	if (base == NULL)
		base = p->doc->home_page_url;
	if (!url_is_http(base))
		base = NULL;
	if (*ref == '\0')
		return base;
	url = url_resolve(p->a, base, ref);
	if (url == NULL && base == NULL && scheme_span(ref) == 0)
		return keep_relative(p, ref);
	if (url == NULL || scheme_span(url) == 0)
		return url;
	if (!is_harmless(url))
		return NULL;
	return strchr(url, '@') != NULL && url_is_http(url)
		   ? url_without_userinfo(p->a, url)
		   : url;
}

void
set_text(struct parser *p, const struct frame *f, struct doc_text *t,
    const char *s, size_t len, enum doc_text_type type)
{
	t->value = keep(p, s, len, LIMIT_CONTENT_BYTES);
	t->type = f->is_markup ? DOC_TEXT_XHTML : type;
	t->base = f->base;
	t->lang = f->lang;
}

const char *
keep_id(struct parser *p, const char *s, size_t len)
{
	const size_t head = LIMIT_GUID_BYTES / 2;
	XXH128_hash_t h;

	if (len <= LIMIT_GUID_BYTES)
		return keep(p, s, len, LIMIT_GUID_BYTES);
	/* Two long ones that differ at the end must not become one. */
	h = XXH3_128bits(s, len);
	return arena_printf(p->a, "%.*s#%016llx%016llx",
	    (int)utf8_cut(s, len, head), s, (unsigned long long)h.high64,
	    (unsigned long long)h.low64);
}

int64_t
read_date(struct parser *p, const char *s)
{
	int64_t t = parse_date(s);

	if (t != DOC_NO_TIME && p->opts->now > 0 &&
	    t > p->opts->now + LIMIT_DATE_AHEAD_S)
		return DOC_NO_TIME;
	return t;
}

void
set_problem(struct parser *p, int line, const char *message)
{
	struct buf text;

	buf_init(&text, 400);
	buf_addf(&text, "line %d: ", line);
	utf8_repair(
	    &text, message, utf8_cut(message, strcspn(message, "\n"), 200));
	p->problem = keep_line(p, buf_str(&text), text.len, 400);
	buf_release(&text);
}

/* --- entries -------------------------------------------------------------- */

void
entry_begin(struct parser *p)
{
	struct doc_entry *e;

	if (p->entry != NULL)
		entry_end(p);
	if (p->doc->n_entries == LIMIT_ITEMS_READ) {
		xml_stop(p, AK_TOOBIG, "too many items");
		return;
	}
	if ((e = arena_alloc(p->a, sizeof(*e))) == NULL)
		return;
	e->published = e->modified = DOC_NO_TIME;
	*p->entries_end = e;
	p->entries_end = &e->next;
	p->doc->n_entries++;
	p->entry = e;
	p->entry_rank = (struct ranks){0};
	p->duration_s = -1;
	p->person = NULL;
	p->media = NULL;
	p->related = NULL;
}

static bool
is_image(const struct doc_attachment *at)
{
	return at->mime_type != NULL && ascii_istarts(at->mime_type, "image/");
}

void
entry_end(struct parser *p)
{
	struct doc_entry *e = p->entry;

	if (e == NULL)
		return;
	if (e->url == NULL && e->id_is_link)
		e->url = url_is_http(e->id) ? resolve(p, NULL, e->id) : NULL;
	if (e->id == NULL && e->url != NULL) {
		e->id = e->url;
		e->id_is_link = true;
	}
	if (str_eq(e->content.value, e->summary.value))
		e->summary = (struct doc_text){0};
	/* A lone description is all there is to read: the content. */
	if (e->content.value == NULL && e->summary.value != NULL) {
		e->content = e->summary;
		e->summary = (struct doc_text){0};
	}
	for (struct doc_attachment *at = e->attachments; at; at = at->next) {
		if (e->image == NULL && is_image(at))
			e->image = at->url;
		if (at == e->attachments && at->duration_s < 0)
			at->duration_s = p->duration_s;
	}
	related_finish(e, p->a);
	p->entry = NULL;
}

/* --- parts ---------------------------------------------------------------- */

void
add_hub(struct parser *p, const char *url)
{
	struct doc *d = p->doc;
	const char **hubs;

	for (size_t i = 0; i < d->n_hubs; i++)
		if (str_eq(d->hubs[i], url))
			return;
	if (url == NULL || d->n_hubs == 8)
		return;
	hubs = arena_grow(p->a, d->hubs, d->n_hubs * sizeof(*hubs),
	    (d->n_hubs + 1) * sizeof(*hubs));
	if (hubs == NULL)
		return;
	d->hubs = hubs;
	hubs[d->n_hubs++] = url;
}

struct doc_person *
add_person(struct parser *p, unsigned rank, const char *name, const char *email,
    const char *url)
{
	struct doc_person **list =
	    p->entry != NULL ? &p->entry->authors : &p->doc->authors;
	unsigned char *have = &ranks(p)->authors;
	struct doc_person *person;
	size_t n = 0;

	if ((name == NULL && email == NULL && url == NULL) || rank < *have)
		return NULL;
	if (rank > *have)
		*list = NULL;
	*have = (unsigned char)rank;
	for (; *list != NULL; list = &(*list)->next, n++) {
		if (name != NULL && str_eq((*list)->name, name)) {
			if ((*list)->email == NULL)
				(*list)->email = email;
			if ((*list)->url == NULL)
				(*list)->url = url;
			return *list;
		}
	}
	if (n >= LIMIT_AUTHORS ||
	    (person = arena_alloc(p->a, sizeof(*person))) == NULL)
		return NULL;
	person->name = name;
	person->email = email;
	person->url = url;
	*list = person;
	return person;
}

static bool
is_email(const char *s, size_t len)
{
	const char *at = memchr(s, '@', len);

	if (at == NULL || at == s || at + 1 == s + len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (ascii_space((unsigned char)s[i]) || s[i] == '<' ||
		    s[i] == '(' || s[i] == ',' || s[i] == '/')
			return false;
	return true;
}

/* [s, end) without what divides a name from an address. */
static const char *
keep_part(struct parser *p, const char *s, const char *end)
{
	static const char around[] = " \t\r\n()<>\",:;";

	while (s < end && strchr(around, *s) != NULL)
		s++;
	while (s < end && strchr(around, end[-1]) != NULL)
		end--;
	return keep_line(p, s, (size_t)(end - s), LIMIT_AUTHOR_BYTES);
}

void
add_person_text(struct parser *p, unsigned rank, char *text)
{
	const char *at = strchr(text, '@'), *s = at, *end = at, *name = NULL;
	const char *email = NULL;
	size_t len = strlen(text);

	if (at == NULL) {
		add_person(p, rank, keep_line(p, text, len, LIMIT_AUTHOR_BYTES),
		    NULL, NULL);
		return;
	}
	while (s > text && strchr(" \t\r\n<(\",:;", s[-1]) == NULL)
		s--;
	while (*end != '\0' && strchr(" \t\r\n>)\",;", *end) == NULL)
		end++;
	if (!is_email(s, (size_t)(end - s))) {
		add_person(p, rank, keep_line(p, text, len, LIMIT_AUTHOR_BYTES),
		    NULL, NULL);
		return;
	}
	email = keep(p, s, (size_t)(end - s), LIMIT_AUTHOR_BYTES);
	/* The name stands before or behind the address. */
	if (s - text >= 7 && ascii_istarts(s - 7, "mailto:"))
		s -= 7;
	name = keep_part(p, text, s);
	if (name == NULL)
		name = keep_part(p, end, text + strlen(text));
	add_person(p, rank, name, email, NULL);
}

void
add_tag(
    struct parser *p, const char *term, const char *label, const char *scheme)
{
	struct doc_tag **list =
	    p->entry != NULL ? &p->entry->tags : &p->doc->tags;
	struct doc_tag *tag;
	size_t n = 0;

	if (term == NULL && label == NULL)
		return;
	if (term == NULL) {
		term = label;
		label = NULL;
	}
	for (; *list != NULL; list = &(*list)->next, n++)
		if (str_eq((*list)->term, term) &&
		    str_eq((*list)->label, label) &&
		    str_eq((*list)->scheme, scheme))
			return;
	if (n >= LIMIT_TAGS || (tag = arena_alloc(p->a, sizeof(*tag))) == NULL)
		return;
	tag->term = term;
	tag->label = label;
	tag->scheme = scheme;
	*list = tag;
}

void
add_tag_list(struct parser *p, char *text, size_t len)
{
	for (char *at = text, *end = text + len; at < end;) {
		char *comma = memchr(at, ',', (size_t)(end - at));
		size_t n = (size_t)((comma != NULL ? comma : end) - at);

		add_tag(p, keep_line(p, at, n, LIMIT_TITLE_BYTES), NULL, NULL);
		at += n + 1;
	}
}

struct doc_attachment *
add_attachment(struct parser *p, const char *url, const char *mime_type)
{
	struct doc_attachment **list, *at;
	size_t n = 0;

	if (p->entry == NULL || url == NULL)
		return NULL;
	for (list = &p->entry->attachments; *list != NULL;
	     list = &(*list)->next, n++) {
		if (!str_eq((*list)->url, url))
			continue;
		if ((*list)->mime_type == NULL)
			(*list)->mime_type = mime_type;
		return *list;
	}
	if (n >= LIMIT_ATTACHMENTS ||
	    (at = arena_alloc(p->a, sizeof(*at))) == NULL)
		return NULL;
	at->url = url;
	at->mime_type = mime_type;
	at->size_bytes = -1;
	at->duration_s = -1;
	*list = at;
	return at;
}

void
set_image(struct parser *p, const char *url, unsigned rank)
{
	if (url == NULL || !outranks(&ranks(p)->image, rank))
		return;
	if (p->entry != NULL)
		p->entry->image = url;
	else
		p->doc->icon = url;
}

/* --- numbers -------------------------------------------------------------- */

int64_t
read_size(const char *s)
{
	char *end;
	long long n;

	if (str_empty(s) || *s < '0' || *s > '9')
		return -1;
	n = strtoll(s, &end, 10);
	/* "1,234,567": seen where people type it. */
	while (*end == ',' && end[1] >= '0' && end[1] <= '9') {
		long long more = strtoll(end + 1, &end, 10);

		if (n > INT64_MAX / 1000 - 1)
			return -1;
		n = n * 1000 + more % 1000;
	}
	return n > 0 && n < INT64_C(1) << 53 ? n : -1;
}

/* PT1H2M3S of ISO 8601, `s` behind the "PT". */
static double
read_iso_duration(const char *s)
{
	double total = 0;

	while (*s >= '0' && *s <= '9') {
		char *end;
		double n = strtod(s, &end);
		char unit = (char)ascii_lower((unsigned char)*end);

		if (unit == 'h')
			total += n * 3600;
		else if (unit == 'm')
			total += n * 60;
		else if (unit == 's')
			total += n;
		else
			return -1;
		s = end + 1;
	}
	return *s == '\0' ? total : -1;
}

double
read_duration(const char *s)
{
	double total = 0;
	int parts = 0;

	if (str_empty(s))
		return -1;
	if (ascii_istarts(s, "PT"))
		return read_iso_duration(s + 2);
	while (parts < 3 && *s >= '0' && *s <= '9') {
		char *end;

		total = total * 60 + strtod(s, &end);
		parts++;
		s = end;
		if (*s != ':')
			break;
		s++;
	}
	if (parts == 0 || *s != '\0' || !isfinite(total) || total < 0 ||
	    total > 1e8)
		return -1;
	return total;
}

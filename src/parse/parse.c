/* SPDX-License-Identifier: ISC */
/*
 * Bytes to a doc, in steps that each have a file:
 *
 *   charset.c   bytes to UTF-8
 *   prolog.c    to the root element, whatever stands before it
 *   xml.c       libxml2's events to frames; ns.c finds each element's row
 *   rss.c atom.c ns_*.c   the rows: what each element means
 *   build.c     ranks and limits: what the doc keeps of it
 *   mend.c      only when xml.c met a fault: rewritten, then read again
 *   json.c      instead of all XML, where the text is JSON
 *
 * Reading twice costs broken documents double and spares the others the work;
 * one in twenty is broken.
 */
#include "parse/parse_int.h"

#include <string.h>

#include "base/clock.h"
#include "base/url.h"

static void
begin(struct parser *p)
{
	struct frame *f = &p->frames[0];

	if ((p->doc = doc_new(p->a)) != NULL)
		p->doc->format = DOC_RSS_20;
	p->depth = 0;
	p->markup_at = 0;
	buf_clear(&p->text);
	p->core = &ns_rss;
	p->core_uri = NULL;
	p->cache = NULL;
	p->entry = NULL;
	p->entries_end = p->doc != NULL ? &p->doc->entries : NULL;
	p->feed_rank = (struct ranks){0};
	p->person = NULL;
	p->period_s = p->frequency = 0;
	*f = (struct frame){.scope = IN_DOC};
	if (p->opts->url != NULL)
		f->base = url_resolve(p->a, NULL, p->opts->url);
}

/* Texts whose base nobody named are relative to the feed's own address. */
static void
set_default_base(struct doc *d)
{
	const char *base = d->feed_url;

	if (!url_is_http(base))
		base = d->home_page_url;
	if (!url_is_http(base))
		return;
	for (struct doc_entry *e = d->entries; e != NULL; e = e->next) {
		if (e->summary.base == NULL)
			e->summary.base = base;
		if (e->content.base == NULL)
			e->content.base = base;
	}
}

/* What the document as a whole lacks, once all is read. */
static void
finish(struct parser *p, const struct parse_decoded *in)
{
	struct doc *d = p->doc;

	entry_end(p);
	d->encoding = in->encoding;
	if (in->had_errors || p->stopped != AK_OK)
		d->wellformed = false;
	if (!d->wellformed)
		d->problem = p->problem != NULL ? p->problem : in->note;
	if (d->home_page_url == NULL && d->id != NULL && url_is_http(d->id))
		d->home_page_url = d->id;
	if (p->frames[0].base == NULL) {
		d->home_page_url = resolve(p, NULL, d->home_page_url);
		set_default_base(d);
	}
}

static bool
is_empty(const struct doc *d)
{
	return d->entries == NULL && d->title.value == NULL &&
	       d->home_page_url == NULL && d->description.value == NULL;
}

static enum ak_status
read_xml(struct parser *p, const struct parse_decoded *in, struct diag *reterr)
{
	struct prolog *prolog = arena_alloc(p->a, sizeof(*prolog));
	bool is_clean;

	if (prolog == NULL)
		return AK_OK; /* the full arena is told of by the caller */
	prolog_read(in->text, in->len, prolog);
	if (prolog->root == SIZE_MAX)
		return diag_set(reterr, AK_BADINPUT,
		    "no feed: it seems to be %s",
		    prolog->seems != NULL
			? prolog->seems
			: prolog_name_bytes(p->bytes, p->len));
	is_clean = prolog->is_clean;
	if (!is_clean)
		p->problem = "something stands before the document";
	xml_parse(p, in->text + prolog->root, in->len - prolog->root, true);
	if (p->is_broken && p->stopped == AK_OK && !arena_full(p->a)) {
		struct buf mended;

		begin(p);
		if (p->doc == NULL)
			return AK_OK;
		buf_init(&mended, in->len + in->len / 2 + LIMIT_MIB);
		if (mend_xml(&mended, in->text, in->len, prolog) > 0)
			is_clean = false;
		xml_parse(p, buf_str(&mended), mended.len, false);
		buf_release(&mended);
	}
	p->doc->wellformed = is_clean;
	return AK_OK;
}

static bool
is_json(const struct parse_decoded *in)
{
	size_t i = 0;

	while (i < in->len && ascii_space((unsigned char)in->text[i]))
		i++;
	return i < in->len && (in->text[i] == '{' || in->text[i] == '[');
}

static enum ak_status
parse_decoded(
    struct parser *p, const struct parse_decoded *in, struct diag *reterr)
{
	enum ak_status st;

	begin(p);
	if (p->doc != NULL) {
		st = is_json(in) ? json_feed_parse(p, in->text, in->len, reterr)
				 : read_xml(p, in, reterr);
		if (st != AK_OK)
			return st;
	}
	if (arena_full(p->a) || p->doc == NULL)
		return diag_set(reterr, AK_TOOBIG, "the document is too large");
	finish(p, in);
	if (!is_empty(p->doc))
		return AK_OK;
	if (p->stopped != AK_OK)
		return diag_set(reterr, p->stopped, "%s", p->problem);
	return AK_OK; /* an empty feed is one */
}

enum ak_status
parse_feed(struct arena *a, const char *bytes, size_t len,
    const struct parse_opts *opts, struct doc **ret, struct diag *reterr)
{
	static const struct parse_opts none;
	struct parser *p = arena_alloc(a, sizeof(*p));
	struct parse_decoded in;
	enum ak_status st;

	if (p == NULL)
		return diag_set(reterr, AK_TOOBIG, "the document is too large");
	p->a = a;
	p->opts = opts != NULL ? opts : &none;
	p->bytes = bytes;
	p->deadline_ms = clock_cpu_ms() + LIMIT_DOC_CPU_MS;
	p->len = len;
	st = parse_decode_xml(a, bytes, len, p->opts->content_type, &in);
	if (st != AK_OK)
		return diag_set(reterr, st, "the document is too large");
	buf_init(&p->text, LIMIT_XML_TEXT + LIMIT_MIB);
	st = parse_decoded(p, &in, reterr);
	buf_release(&p->text);
	if (st == AK_OK)
		*ret = p->doc;
	return st;
}

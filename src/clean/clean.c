/* SPDX-License-Identifier: ISC */
/*
 * Cleaning in five steps, each a file: token.c reads HTML as a browser would,
 * tree.c builds a small tree of the elements that may come out (attrs.c,
 * links.c, image.c, frame.c judge what they carry), related.c takes the
 * publisher's list of related articles off it, write.c writes canonical HTML
 * and plain text in one walk.  text.c and doc.c use these for titles and for
 * whole documents.
 *
 * Safety rests on two things alone: only names of tags.def and attrs.def are
 * ever written, and the output is canonical, so that every parser reads it as
 * this one wrote it.  Nothing of the input is copied but text, escaped.
 */
#include "clean/clean_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "clean/related.h"

/* Nodes take about 20 times the bytes of the densest markup. */
#define SCRATCH_LIMIT (96 * LIMIT_MIB)

void
cleaner_init(struct cleaner *c)
{
	memset(c, 0, sizeof(*c));
	clean_heading_sieve(&c->sieve);
	c->scratch = arena_new(SCRATCH_LIMIT);
	buf_init(&c->tag, 8 * LIMIT_MIB);
	buf_init(&c->value, 8 * LIMIT_MIB);
}

void
cleaner_release(struct cleaner *c)
{
	arena_free(c->scratch);
	buf_release(&c->tag);
	buf_release(&c->value);
	free(c->ids);
	free(c->html.data);
	free(c->text.data);
}

/* Space at the ends shows nowhere, and a feed's reader takes it off. */
static const char *
trimmed(const struct wbuf *html, size_t *ret_len)
{
	static const char space[] = " \t\n\f\r";
	const char *s = html->data;
	size_t len = html->len, lead = 0;

	while (lead < len && strchr(space, s[lead]) != NULL)
		lead++;
	while (len > lead && strchr(space, s[len - 1]) != NULL)
		len--;
	*ret_len = len - lead;
	return s + lead;
}

enum ak_status
cleaner_run(struct cleaner *c, struct arena *a, const char *html, size_t len,
    const struct clean_opts *opts, struct clean_result *ret)
{
	size_t limit = opts->limit > 0 ? opts->limit : LIMIT_CONTENT_BYTES;
	struct clean_result r = {0};
	const char *written;
	enum ak_status st;

	arena_reset(c->scratch);
	c->opts = opts;
	clean_base(c);
	c->n_spare = 0;
	c->first_image = NULL;
	c->has_related = false;
	if (len > LIMIT_CONTENT_BYTES)
		len = utf8_cut(html, len, LIMIT_CONTENT_BYTES);
	if ((st = clean_tree(c, html, len)) != AK_OK)
		return st;
	if (opts->split_related &&
	    (st = clean_related(c, a, "content", &r.related)) != AK_OK)
		return st;
	clean_write(c, limit);
	written = trimmed(&c->html, &r.html_len);
	r.text_len = c->text.len;
	r.html = arena_strndup(a, written, r.html_len);
	r.text = arena_strndup(a, c->text.data, c->text.len);
	if (r.html == NULL || r.text == NULL)
		return AK_TOOBIG;
	if (c->first_image != NULL &&
	    (r.first_image = arena_strdup(a, c->first_image)) == NULL)
		return AK_TOOBIG;
	*ret = r;
	return AK_OK;
}

enum ak_status
clean_html(struct arena *a, const char *html, size_t len,
    const struct clean_opts *opts, struct clean_result *ret)
{
	struct cleaner c;
	enum ak_status st;

	cleaner_init(&c);
	st = cleaner_run(&c, a, html, len, opts, ret);
	cleaner_release(&c);
	return st;
}

/* SPDX-License-Identifier: ISC */
/*
 * Finding the row that reads an element.
 *
 * A namespace is known by its URI, by URIs that are wrong but common, and, if
 * the URI says nothing, by its usual prefix: in the wild a strange URI behind
 * "media:" is a mistake far more often than another vocabulary.  Elements
 * without a namespace, or in one nobody knows, belong to the format itself.
 *
 * libxml2 keeps one copy of each name, so a small table of pointers remembers
 * what was found.
 */
#include "parse/parse_int.h"

#include <string.h>

static const struct ns *const namespaces[] = {&ns_rss, &ns_atom, &ns_rdf,
    &ns_xhtml, &ns_content, &ns_dc, &ns_dcterms, &ns_media, &ns_itunes,
    &ns_googleplay, &ns_podcast, &ns_slash, &ns_thr, &ns_wfw, &ns_georss,
    &ns_geo, &ns_gml, &ns_feedburner, &ns_admin, &ns_cc, &ns_source,
    &ns_youtube, &ns_activity, &ns_webfeeds, &ns_sy, &ns_fh, &ns_app,
    &ns_pingback, &ns_gnf, &ns_oa, &ns_yj, &ns_ldnfeed, &ns_smp, &ns_goonews,
    &ns_trill, &ns_snf};

#define N_ROWS 512
#define N_NS 32

struct ns_cache {
	struct {
		const xmlChar *local, *uri, *prefix;
		const struct element *el;
		const struct ns *ns;
	} rows[N_ROWS];
	struct {
		const xmlChar *uri, *prefix;
		const struct ns *ns;
	} ns[N_NS];
	size_t n_ns;
};

static const char *
skip_scheme(const char *uri)
{
	if (ascii_istarts(uri, "http://"))
		return uri + 7;
	if (ascii_istarts(uri, "https://"))
		return uri + 8;
	return uri;
}

static size_t
significant_len(const char *uri)
{
	size_t n = strlen(uri);

	while (n > 0 &&
	       (uri[n - 1] == '/' || uri[n - 1] == '#' || uri[n - 1] == ' '))
		n--;
	return n;
}

static bool
same_uri(const char *a, const char *b)
{
	size_t n;

	a = skip_scheme(a);
	b = skip_scheme(b);
	n = significant_len(a);
	return n == significant_len(b) && ascii_ieq_n(a, b, n);
}

static const struct ns *
ns_by_uri(const char *uri)
{
	for (size_t i = 0; i < AK_COUNT(namespaces); i++)
		for (const char *const *u = namespaces[i]->uris; *u; u++)
			if (same_uri(*u, uri))
				return namespaces[i];
	return NULL;
}

static const struct ns *
ns_by_prefix(const char *prefix)
{
	for (size_t i = 0; i < AK_COUNT(namespaces); i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		if (ascii_ieq(namespaces[i]->prefix, prefix))
			return namespaces[i];
	return NULL;
}

static const struct ns *
ns_search(struct parser *p, const xmlChar *prefix, const xmlChar *uri)
{
	const struct ns *ns = NULL;

	if (uri == p->core_uri && (uri != NULL || prefix == NULL))
		return p->core; /* whatever URI the root has */
	if (uri != NULL && *uri != '\0')
		ns = ns_by_uri((const char *)uri);
	if (ns == NULL && prefix != NULL)
		return ns_by_prefix((const char *)prefix);
	return ns != NULL ? ns : p->core;
}

static const struct ns *
ns_get(struct parser *p, const xmlChar *prefix, const xmlChar *uri)
{
	struct ns_cache *c = p->cache;
	const struct ns *ns;

	for (size_t i = 0; i < c->n_ns; i++)
		if (c->ns[i].uri == uri && c->ns[i].prefix == prefix)
			return c->ns[i].ns;
	ns = ns_search(p, prefix, uri);
	if (c->n_ns < N_NS) {
		c->ns[c->n_ns].uri = uri;
		c->ns[c->n_ns].prefix = prefix;
		c->ns[c->n_ns++].ns = ns;
	}
	return ns;
}

static const struct element *
row_in(const struct ns *ns, const char *local)
{
	for (const struct element *el = ns->elements; el->name != NULL; el++)
		if (ascii_ieq(el->name, local))
			return el;
	return NULL;
}

/* The first row of that name, whatever its scope. */
static const struct element *
row_search(struct parser *p, const char *local, const xmlChar *prefix,
    const xmlChar *uri, const struct ns **ret_ns)
{
	const struct ns *ns = ns_get(p, prefix, uri);
	const struct element *el;

	if (ns == NULL)
		ns = &ns_other;
	*ret_ns = ns;
	if ((el = row_in(ns, local)) != NULL || prefix != NULL || ns != p->core)
		return el;
	/* Formats are mixed freely: <published> in RSS, <pubDate> in Atom. */
	*ret_ns = &ns_rss;
	if ((el = row_in(&ns_rss, local)) != NULL)
		return el;
	*ret_ns = &ns_atom;
	return row_in(&ns_atom, local);
}

void
ns_set_root(struct parser *p, const xmlChar *local, const xmlChar *uri)
{
	const char *name = (const char *)local;

	p->core_uri = uri;
	if (ascii_ieq(name, "feed") || ascii_ieq(name, "entry"))
		p->core = &ns_atom;
	else if (ascii_ieq(name, "channel"))
		p->core = &ns_cdf;
}

const struct element *
ns_find(struct parser *p, unsigned scope, const xmlChar *local,
    const xmlChar *prefix, const xmlChar *uri, const struct ns **ret_ns)
{
	size_t h = ((uintptr_t)local >> 2 ^ (uintptr_t)uri >> 5) % N_ROWS;
	const struct element *el;

	if (p->cache == NULL &&
	    (p->cache = arena_alloc(p->a, sizeof(*p->cache))) == NULL)
		return NULL;
	if (p->cache->rows[h].local != local || p->cache->rows[h].uri != uri ||
	    p->cache->rows[h].prefix != prefix) {
		p->cache->rows[h].el = row_search(
		    p, (const char *)local, prefix, uri, &p->cache->rows[h].ns);
		p->cache->rows[h].local = local;
		p->cache->rows[h].uri = uri;
		p->cache->rows[h].prefix = prefix;
	}
	*ret_ns = p->cache->rows[h].ns;
	el = p->cache->rows[h].el;
	while (el != NULL && (el->in & scope) == 0) {
		const char *name = el->name;

		el++;
		if (el->name == NULL || !ascii_ieq(el->name, name))
			el = NULL;
	}
	return el;
}

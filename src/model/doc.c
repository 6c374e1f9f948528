/* SPDX-License-Identifier: ISC */
#include "model/doc.h"

#include <string.h>

#include "base/str.h"

const char *
doc_format_name(enum doc_format f)
{
	static const char *const names[] = {
	    [DOC_RSS_090] = "rss-0.90",
	    [DOC_RSS_091] = "rss-0.91",
	    [DOC_RSS_092] = "rss-0.92",
	    [DOC_RSS_093] = "rss-0.93",
	    [DOC_RSS_10] = "rss-1.0",
	    [DOC_RSS_20] = "rss-2.0",
	    [DOC_ATOM_03] = "atom-0.3",
	    [DOC_ATOM_10] = "atom-1.0",
	    [DOC_JSON_10] = "json-feed-1.0",
	    [DOC_JSON_11] = "json-feed-1.1",
	    [DOC_CDF] = "cdf",
	};

	assert((size_t)f < AK_COUNT(names));
	return names[f];
}

struct doc *
doc_new(struct arena *a)
{
	struct doc *d = arena_alloc(a, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->arena = a;
	d->wellformed = true;
	d->published = d->modified = DOC_NO_TIME;
	d->ttl_minutes = d->update_period_seconds = -1;
	return d;
}

struct doc_ext *
doc_ext_add(struct arena *a, struct doc_ext **list, const char *name,
    enum doc_ext_kind kind)
{
	struct doc_ext *e = arena_alloc(a, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->name = arena_strdup(a, name);
	e->kind = kind;
	while (*list != NULL)
		list = &(*list)->next;
	*list = e;
	return e;
}

void
doc_ext_string(
    struct arena *a, struct doc_ext **list, const char *name, const char *value)
{
	struct doc_ext *e;

	if (str_empty(value))
		return;
	if ((e = doc_ext_add(a, list, name, DOC_EXT_STRING)) != NULL)
		e->string = arena_strdup(a, value);
}

void
doc_ext_number(
    struct arena *a, struct doc_ext **list, const char *name, double value)
{
	struct doc_ext *e = doc_ext_add(a, list, name, DOC_EXT_NUMBER);

	if (e != NULL)
		e->number = value;
}

struct doc_ext *
doc_ext_find(struct doc_ext *list, const char *name)
{
	while (list != NULL && !str_eq(list->name, name))
		list = list->next;
	return list;
}

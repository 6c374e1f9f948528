/* SPDX-License-Identifier: ISC */
/*
 * What has no standard member goes below `_akin`: an object for each
 * namespace, named by its usual prefix, with the elements as they stand.
 */
#include "parse/parse_int.h"

#include <string.h>

#include "base/url.h"

#define MAX_MANY 64 /* elements of an array */
#define MAX_BYTES (4 * LIMIT_KIB)

struct doc_ext **
ext_list(struct parser *p)
{
	return p->entry != NULL ? &p->entry->ext : &p->doc->ext;
}

struct doc_ext *
ext_object(struct parser *p, const char *name)
{
	struct doc_ext **list = ext_list(p), *e = doc_ext_find(*list, name);

	return e != NULL ? e : doc_ext_add(p->a, list, name, DOC_EXT_OBJECT);
}

static size_t
count(const struct doc_ext *list)
{
	size_t n = 0;

	for (; list != NULL; list = list->next)
		n++;
	return n;
}

/* The place for the element: a list and, unless in an array, its name. */
static struct doc_ext **
place(struct parser *p, struct frame *f, const char **ret_name)
{
	struct frame *parent = f - 1;
	struct doc_ext *group, *array;

	if ((parent->scope & IN_EXT) != 0)
		group = parent->obj;
	else if (f->ns == &ns_rss || f->ns == &ns_atom)
		group = ext_object(p, "rss");
	else
		group = ext_object(p, f->ns->prefix);
	if (group == NULL)
		return NULL;
	array = doc_ext_find(group->children, f->el->name);
	if ((f->el->flags & EL_MANY) == 0) {
		*ret_name = f->el->name;
		return array == NULL ? &group->children : NULL;
	}
	if (array == NULL)
		array = doc_ext_add(
		    p->a, &group->children, f->el->name, DOC_EXT_ARRAY);
	*ret_name = NULL;
	if (array == NULL || count(array->children) >= MAX_MANY)
		return NULL;
	return &array->children;
}

static bool
is_url_name(const char *name)
{
	return ascii_ieq(name, "url") || ascii_ieq(name, "href") ||
	       ascii_ieq(name, "resource") || ascii_ieq(name, "img");
}

void
ext_start(struct parser *p, struct frame *f)
{
	struct doc_ext **list, *e = NULL;
	const char *name;

	f->obj = NULL;
	if ((p->n_attrs == 0 && f->scope == 0) ||
	    (list = place(p, f, &name)) == NULL)
		return;
	if ((e = doc_ext_add(p->a, list, name, DOC_EXT_OBJECT)) == NULL)
		return;
	f->obj = e;
	for (int i = 0; i < p->n_attrs && i < MAX_MANY; i++) {
		const char *key = (const char *)p->attrs[i * 5], *value;

		if (p->attrs[i * 5 + 1] != NULL)
			continue;
		value = xml_attr(p, key);
		if (value != NULL && is_url_name(key))
			value = resolve(p, f, value);
		else if (value != NULL)
			value = keep(p, value, strlen(value), MAX_BYTES);
		doc_ext_string(p->a, &e->children, key, value);
	}
}

void
ext_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	const char *value = keep_line(p, text, len, MAX_BYTES), *name;
	struct doc_ext **list, *e = f->obj;

	if (value == NULL)
		return;
	if (e != NULL) {
		doc_ext_string(p->a, &e->children, "value", value);
		return;
	}
	if (f->scope != 0 || (list = place(p, f, &name)) == NULL)
		return;
	if (name != NULL)
		doc_ext_string(p->a, list, name, value);
	else if ((e = doc_ext_add(p->a, list, NULL, DOC_EXT_STRING)) != NULL)
		e->string = value;
}

/* SPDX-License-Identifier: ISC */
/* category.c - between the paths of categories and the numbers APIs use. */
#include "serve/serve_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct search {
	int64_t id;	  /* wanted, or found */
	const char *path; /* wanted; NULL: by id */
	char *found;
};

static void
match(const struct store_category *c, void *arg)
{
	struct search *s = arg;

	if (s->found != NULL)
		return;
	if (s->path != NULL ? strcmp(c->path, s->path) == 0 : c->id == s->id) {
		s->found = xstrdup(c->path);
		s->id = c->id;
	}
}

char *
category_path(struct store_reader *r, int64_t id)
{
	struct search s = {.id = id};

	(void)!store_categories(r, false, match, &s);
	return s.found;
}

int64_t
category_id(struct store_reader *r, const char *path)
{
	struct search s = {.path = path};

	(void)!store_categories(r, false, match, &s);
	if (s.found == NULL)
		return 0;
	free(s.found);
	return s.id;
}

bool
category_of_id(struct job *j, int64_t id, const char **ret)
{
	char *path;

	*ret = NULL;
	if (id == 0 || id == NO_CATEGORY_ID)
		return true;
	if ((path = category_path(j->reader, id)) == NULL)
		return false;
	*ret = job_strdup(j, path);
	free(path);
	return true;
}

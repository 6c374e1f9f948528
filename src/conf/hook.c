/* SPDX-License-Identifier: ISC */
/* [hook NAME] sections: the only keys that do not come from the table. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/url.h"
#include "conf/conf_int.h"

struct conf_hook *
hook_named(struct conf *c, const char *name, int line)
{
	struct conf_hook **p = &c->hooks;

	while (*p != NULL && strcmp((*p)->name, name) != 0)
		p = &(*p)->next;
	if (*p == NULL) {
		*p = xcalloc(1, sizeof(**p));
		(*p)->name = xstrdup(name);
		(*p)->line = line;
		(*p)->min_outlets = 3;
		(*p)->timeout_s = 10;
	}
	return *p;
}

/* A list of events; NULL: as it should be. */
static const char *
check_events(const char *list)
{
	static const char *const events[] = {
	    "article", "story", "grown", "failing"};
	size_t n_known = 0, n = 0;

	for (const char *p = list; *(p += strspn(p, ", \t")) != '\0'; n++) {
		size_t len = strcspn(p, ", \t");

		for (size_t i = 0; i < AK_COUNT(events); i++)
			n_known += strlen(events[i]) == len &&
				   strncmp(events[i], p, len) == 0;
		p += len;
	}
	return n > 0 && n == n_known
		   ? NULL
		   : "is no list of article, story, grown and failing";
}

const char *
hook_set(struct conf_hook *h, const char *key, const char *value)
{
	const struct {
		const char *key;
		char **member;
	} strings[] = {{"on", &h->on}, {"exec", &h->exec}, {"url", &h->url},
	    {"secret_file", &h->secret_file}, {"category", &h->category},
	    {"feed", &h->feed}, {"query", &h->query}};
	const char *why = NULL;
	int64_t v;

	for (size_t i = 0; i < AK_COUNT(strings); i++)
		if (strcmp(strings[i].key, key) == 0) {
			free(*strings[i].member);
			*strings[i].member = xstrdup(value);
			if (strcmp(key, "exec") == 0 && value[0] != '/')
				return "is not an absolute path";
			if (strcmp(key, "url") == 0 && !url_is_http(value))
				return "is no http or https URL";
			return strcmp(key, "on") == 0 ? check_events(value)
						      : NULL;
		}
	if (strcmp(key, "min_outlets") == 0)
		return str_to_i64(value, 2, 1000, &h->min_outlets)
			   ? NULL
			   : "is not a number from 2 to 1000";
	if (strcmp(key, "timeout") == 0) {
		if (!option_seconds(value, &v, &why))
			return why;
		if (v < 1 || v > 3600)
			return "is not a time from 1 to 3600 seconds";
		h->timeout_s = v;
		return NULL;
	}
	return "";
}

void
hook_free(struct conf_hook *h)
{
	free(h->name);
	free(h->on);
	free(h->exec);
	free(h->url);
	free(h->secret_file);
	free(h->category);
	free(h->feed);
	free(h->query);
	free(h);
}

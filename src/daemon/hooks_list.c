/* SPDX-License-Identifier: ISC */
/*
 * hooks_list.c - the [hook NAME] sections of a configuration, which is read
 * once: what is copied here outlives it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/hooks_int.h"

#define MAX_SECRET 4096

void
hook_unref(struct hook *k)
{
	if (k == NULL || --k->n_refs > 0)
		return;
	free(k->name);
	free(k->exec);
	free(k->url);
	if (k->secret != NULL)
		explicit_bzero(k->secret, strlen(k->secret));
	free(k->secret);
	free(k->category);
	free(k->feed);
	free(k->query);
	free(k);
}

void
hooks_list_free(struct hook *list)
{
	for (struct hook *k = list, *next; k != NULL; k = next) {
		next = k->next;
		hook_unref(k);
	}
}

static bool
has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || strchr(", \t", p[-1]) != NULL) &&
		    (p[n] == '\0' || strchr(", \t", p[n]) != NULL))
			return true;
	return false;
}

/* First line of a file; NULL: it cannot be read, or others can. */
static char *
read_secret(const char *path)
{
	char line[MAX_SECRET];
	FILE *f = fopen(path, "re");
	char *s = NULL;

	if (f == NULL)
		return NULL;
	if (conf_is_private(fileno(f), path) &&
	    fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		s = *line != '\0' ? xstrdup(line) : NULL;
	}
	explicit_bzero(line, sizeof(line));
	(void)fclose(f);
	return s;
}

static char *
copy(const char *s)
{
	return str_empty(s) ? NULL : xstrdup(s);
}

static struct hook *
hook_new(const struct conf_hook *c)
{
	struct hook *k = xcalloc(1, sizeof(*k));
	const char *on = c->on != NULL ? c->on : "article";

	k->n_refs = 1;
	k->name = xstrdup(c->name);
	k->exec = copy(c->exec);
	k->url = copy(c->url);
	k->category = copy(c->category);
	k->feed = copy(c->feed);
	k->query = copy(c->query);
	k->timeout_s = c->timeout_s;
	if (c->secret_file != NULL)
		k->secret = read_secret(c->secret_file);
	k->lacks_secret = c->secret_file != NULL && k->secret == NULL;
	if (k->lacks_secret)
		log_err("hook",
		    "secret is missing or others can read it hook=%s file=%s",
		    LOG_STR(c->name), LOG_STR(c->secret_file));
	k->what = (struct store_hook){.name = k->name,
	    .on_article = has_word(on, "article"),
	    .on_story = has_word(on, "story"),
	    .on_grown = has_word(on, "grown"),
	    .on_failing = has_word(on, "failing"),
	    .category = k->category,
	    .feed = k->feed,
	    .query = k->query,
	    .min_outlets = c->min_outlets};
	return k;
}

struct hook *
hooks_list_new(const struct conf *conf)
{
	struct hook *list = NULL;

	for (const struct conf_hook *c = conf->hooks; c != NULL; c = c->next) {
		struct hook *k = hook_new(c);

		k->next = list;
		list = k;
	}
	return list;
}

/* SPDX-License-Identifier: ISC */
/* The options in force, as a file that reads back. */
#include <string.h>

#include "conf/conf_int.h"

static void
print_hook(const struct conf_hook *h, struct buf *out)
{
	const char *const keys[] = {
	    "on", "exec", "url", "secret_file", "category", "feed", "query"};
	const char *const values[] = {h->on, h->exec,
	    h->url != NULL ? "(set)" : NULL, h->secret_file, h->category,
	    h->feed, h->query};

	buf_addf(out, "\n[hook %s]\n", h->name);
	for (size_t i = 0; i < AK_COUNT(keys); i++)
		if (values[i] != NULL)
			buf_addf(out, "%s = %s\n", keys[i], values[i]);
	buf_addf(out, "min_outlets = %lld\ntimeout = %lld\n",
	    (long long)h->min_outlets, (long long)h->timeout_s);
}

/* A value without the password of a URL. */
static void
print_string(const char *key, const char *value, struct buf *out)
{
	const char *rest = strstr(value, "://"), *at = strrchr(value, '@');
	int shown = rest != NULL && at != NULL && at > rest
			? (int)(rest + 3 - value)
			: 0;

	if (shown > 0)
		buf_addf(out, "%s = %.*s(set)%s\n", key, shown, value, at);
	else
		buf_addf(out, "%s = %s\n", key, value);
}

void
conf_print(const struct conf *c, struct buf *out)
{
	const char *section = "";

	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option *o = &conf_options[i];
		const void *p = (const char *)c + o->offset;

		if (strcmp(section, o->section) != 0)
			buf_addf(out, "%s[%s]\n", *section != '\0' ? "\n" : "",
			    o->section);
		section = o->section;
		if (option_is_string(o))
			print_string(o->key, *(const char *const *)p, out);
		else if (o->type == BOOL)
			buf_addf(out, "%s = %s\n", o->key,
			    *(const int64_t *)p != 0 ? "yes" : "no");
		else
			buf_addf(out, "%s = %lld\n", o->key,
			    (long long)*(const int64_t *)p);
	}
	for (const struct conf_hook *h = c->hooks; h != NULL; h = h->next)
		print_hook(h, out);
}

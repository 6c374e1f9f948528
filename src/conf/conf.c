/* SPDX-License-Identifier: ISC */
/*
 * A value goes three ways, the later one winning: default, file, environment;
 * all three through option_set(), so that each is checked by the same rule.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/conf_int.h"

static enum ak_status
read_environment(struct conf *c, struct diag *reterr)
{
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option *o = &conf_options[i];
		char *name = xasprintf("AKIN_%s_%s", o->section, o->key);
		const char *value, *why = NULL;
		char range[160];

		for (char *p = name; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
		if ((value = getenv(name)) != NULL)
			why = option_set(c, o, value, false);
		if (why != NULL) {
			option_say_range(o, range, sizeof(range));
			(void)diag_set(reterr, AK_BADINPUT,
			    "$%s: \"%s\" %s; it takes %s", name, value, why,
			    range);
		}
		free(name);
		if (why != NULL)
			return AK_BADINPUT;
	}
	return AK_OK;
}

/* The file to read by default, or NULL. */
static char *
default_file(void)
{
	const char *dir = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	char *path = NULL;

	if (!str_empty(dir))
		path = xasprintf("%s/akin/akin.conf", dir);
	else if (!str_empty(home))
		path = xasprintf("%s/.config/akin/akin.conf", home);
	if (path != NULL && access(path, F_OK) == 0)
		return path;
	free(path);
	if (access(AK_SYSCONFDIR "/akin/akind.conf", F_OK) == 0)
		return xstrdup(AK_SYSCONFDIR "/akin/akind.conf");
	if (access("/etc/akin/akind.conf", F_OK) == 0)
		return xstrdup("/etc/akin/akind.conf");
	return NULL;
}

enum ak_status
conf_load(const char *file, struct conf **ret, struct diag *reterr)
{
	struct conf *c = xcalloc(1, sizeof(*c));
	enum ak_status st = AK_OK;
	FILE *f = NULL;

	for (size_t i = 0; i < N_OPTIONS; i++) {
		const char *why =
		    option_set(c, &conf_options[i], conf_options[i].def, false);

		assert(why == NULL);
	}
	c->file = file != NULL ? xstrdup(file) : default_file();
	if (c->file != NULL) {
		if ((f = fopen(c->file, "re")) == NULL)
			st = diag_set(reterr,
			    errno == ENOENT ? AK_NOTFOUND : AK_IO, "%s: %s",
			    c->file, strerrordesc_np(errno));
		else
			st = file_read(c, f, c->file, reterr);
	}
	if (f != NULL)
		(void)fclose(f);
	if (st == AK_OK)
		st = read_environment(c, reterr);
	if (st != AK_OK) {
		conf_free(c);
		return st;
	}
	*ret = c;
	return AK_OK;
}

void
conf_free(struct conf *c)
{
	struct conf_hook *h;

	if (c == NULL)
		return;
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (option_is_string(&conf_options[i]))
			free(*option_string(c, &conf_options[i]));
	while ((h = c->hooks) != NULL) {
		c->hooks = h->next;
		hook_free(h);
	}
	free(c->file);
	free(c);
}

enum ak_status
conf_store_path(const struct conf *c, const char *arg, bool is_service,
    char **ret, struct diag *reterr)
{
	const char *const said[] = {arg, getenv("AKIN_DB"), c->store_path};
	const char *dir;

	for (size_t i = 0; i < AK_COUNT(said); i++)
		if (!str_empty(said[i])) {
			*ret = xstrdup(said[i]);
			return AK_OK;
		}
	if (is_service) {
		dir = getenv("STATE_DIRECTORY"); /* systemd's StateDirectory= */
		*ret = xasprintf(
		    "%s/akin.db", !str_empty(dir) ? dir : "/var/lib/akin");
	} else if (!str_empty(dir = getenv("XDG_DATA_HOME"))) {
		*ret = xasprintf("%s/akin/akin.db", dir);
	} else if (!str_empty(dir = getenv("HOME"))) {
		*ret = xasprintf("%s/.local/share/akin/akin.db", dir);
	} else {
		return diag_set(reterr, AK_BADINPUT,
		    "there is no $HOME to keep it in; --db or $AKIN_DB names "
		    "another place");
	}
	return AK_OK;
}

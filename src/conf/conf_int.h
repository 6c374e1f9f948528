/* SPDX-License-Identifier: ISC */
/* conf_int.h - what the files of this folder share. */
#ifndef CONF_CONF_INT_H
#define CONF_CONF_INT_H

#include <stdio.h>

#include "conf/conf.h"

enum opt_type { STR, LIST, NETS, LISTEN, URL, CHOICE, INT, BOOL, TIME, SIZE };

struct option {
	const char *section, *key;
	enum opt_type type;
	const char *def;
	intptr_t min; /* CHOICE: the address of "a|b|c" */
	int64_t max;
	size_t offset; /* of its member in struct conf */
};

enum {
#define OPT(section, key, type, def, min, max, text) OPT_##section##_##key,
#include "conf/options.def"
#undef OPT
	N_OPTIONS
};

/* value.c */
extern const struct option conf_options[N_OPTIONS];
bool option_is_string(const struct option *o);
char **option_string(struct conf *c, const struct option *o);
/* NULL: done; else why not.  `append`: it is a further line of a list. */
const char *option_set(
    struct conf *c, const struct option *o, const char *s, bool append);
/* What a value may be, for the error. */
void option_say_range(const struct option *o, char *out, size_t size);
/* A number of seconds with its unit; false with a reason. */
bool option_seconds(const char *s, int64_t *ret, const char **ret_why);

/* hook.c: the section [hook `name`], made if need be */
struct conf_hook *hook_named(struct conf *c, const char *name, int line);
/* NULL: done; "": there is no such key; else why not. */
const char *hook_set(struct conf_hook *h, const char *key, const char *value);
void hook_free(struct conf_hook *h);

/* file.c */
enum ak_status file_read(
    struct conf *c, FILE *f, const char *path, struct diag *reterr) AK_USE;

#endif

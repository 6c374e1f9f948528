/* SPDX-License-Identifier: ISC */
/*
 * conf.h - the configuration: one table (options.def), an INI file, the
 * environment (AKIN_SECTION_KEY, which wins).  Built once, then const; a
 * reload builds a new one.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "base/ak.h"
#include "base/str.h"

struct conf {
	/* One member an option, named section_key: conf->fetch_timeout.
	 * STR to CHOICE: a string, never NULL.  Others: int64_t. */
#define CONF_T_STR const char *
#define CONF_T_LIST const char *
#define CONF_T_NETS const char *
#define CONF_T_LISTEN const char *
#define CONF_T_URL const char *
#define CONF_T_CHOICE const char *
#define CONF_T_INT int64_t
#define CONF_T_BOOL int64_t
#define CONF_T_TIME int64_t
#define CONF_T_SIZE int64_t
#define OPT(section, key, type, def, min, max, text)                           \
	CONF_T_##type section##_##key;
#include "conf/options.def"
#undef OPT
	struct conf_hook *hooks; /* [hook NAME] sections, in the file's order */
	char *file;		 /* that was read, or NULL */
};

/* A [hook NAME] section: the only keys that do not come from the table. */
struct conf_hook {
	char *name;
	int line;   /* of its first key in the file */
	char *on;   /* "article", "story", "grown", "failing": a list */
	char *exec; /* absolute path and fixed arguments, or NULL */
	char *url;  /* webhook, or NULL */
	char *secret_file;
	char *category, *feed, *query; /* filters, or NULL */
	int64_t min_outlets;	       /* of "grown"; default 3 */
	int64_t timeout_s;	       /* default 10 */
	struct conf_hook *next;
};

/*
 * `file` NULL: $XDG_CONFIG_HOME/akin/akin.conf, else /etc/akin/akind.conf, else
 * defaults.  AK_BADINPUT names file, line and key.
 */
enum ak_status conf_load(
    const char *file, struct conf **ret, struct diag *reterr) AK_USE;
void conf_free(struct conf *c);

/*
 * Can nobody else read the open file?  A credential of systemd.exec(5) shows
 * its access list as the group's right, but lies in a folder of ours.
 */
bool conf_is_private(int fd, const char *path);

/* Every option with its value in force, as a config file. */
void conf_print(const struct conf *c, struct buf *out);

/* Where the store is: `arg` (--db), $AKIN_DB, [store] path, the default for a
 * service or a person; AK_BADINPUT: a person without $HOME.  malloc'ed. */
enum ak_status conf_store_path(const struct conf *c, const char *arg,
    bool is_service, char **ret, struct diag *reterr) AK_USE;

#endif

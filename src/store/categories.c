/* SPDX-License-Identifier: ISC */
/*
 * categories.c - the folders of feeds.  A category is a path, "A/B"; those
 * below it begin with "A/B/" and move with it.
 */
#include "store/private.h"

#include <string.h>

enum ak_status
store_categories(
    struct store_reader *r, bool counts_unread, store_category_cb cb, void *arg)
{
	sqlite3_stmt *st = conn_query(
	    &r->c, counts_unread ? Q_CATEGORIES_UNREAD : Q_CATEGORIES, NO_ARGS);

	if (st == NULL)
		return r->c.status;
	while (conn_row(&r->c, st)) {
		struct store_category c = {.id = col_int(st, 0),
		    .path = col_text(st, 1),
		    .n_feeds = col_int(st, 2),
		    .n_unread = col_int(st, 3)};

		cb(&c, arg);
	}
	return r->c.status;
}

enum ak_status
category_put(struct store *s, const char *path, int64_t *ret)
{
	int64_t id = 0;
	enum ak_status st;

	if (!str_empty(path)) {
		st = conn_int(&s->c, Q_CATEGORY_FIND, ARGS(vt(path)), 0, &id);
		if (st == AK_OK && id == 0) {
			st = conn_run(&s->c, Q_CATEGORY_ADD, ARGS(vt(path)));
			id = sqlite3_last_insert_rowid(s->c.db);
		}
		if (st != AK_OK)
			return st;
	}
	*ret = id;
	return AK_OK;
}

enum ak_status
store_category_add(struct store *s, const char *path, int64_t *ret_id)
{
	enum ak_status st;

	if (str_empty(path))
		return conn_say(&s->c, AK_BADINPUT, "a category needs a name");
	st = unit_begin(s);
	return st != AK_OK ? st : unit_end(s, category_put(s, path, ret_id));
}

/* Move one category to `path`, into the one that is there perhaps. */
static enum ak_status
category_move(struct store *s, int64_t id, const char *path)
{
	int64_t other = 0;
	enum ak_status st;

	st = conn_int(&s->c, Q_CATEGORY_FIND, ARGS(vt(path)), 0, &other);
	if (st != AK_OK || other == id)
		return st;
	if (other == 0)
		return conn_run(
		    &s->c, Q_CATEGORY_SET_PATH, ARGS(vt(path), vi(id)));
	st = conn_run(&s->c, Q_CATEGORY_MOVE_FEEDS, ARGS(vi(other), vi(id)));
	return st != AK_OK ? st : conn_run(&s->c, Q_CATEGORY_DEL, ARGS(vi(id)));
}

/* Ids and paths of a category and those below it, in the scratch arena. */
struct categories {
	int64_t id;
	const char *path;
	struct categories *next;
};

static enum ak_status
categories_below(struct store *s, const char *path, struct categories **ret)
{
	sqlite3_stmt *st = conn_query(&s->c, Q_CATEGORY_BELOW, ARGS(vt(path)));
	struct categories *list = NULL;

	if (st == NULL)
		return s->c.status;
	while (conn_row(&s->c, st)) {
		struct categories *c = arena_alloc(s->scratch, sizeof(*c));

		if (c == NULL) {
			(void)conn_end(&s->c, st);
			return AK_TOOBIG;
		}
		*c = (struct categories){.id = col_int(st, 0),
		    .path = arena_strdup(s->scratch, col_text(st, 1)),
		    .next = list};
		list = c;
	}
	if (s->c.status == AK_OK && list == NULL)
		return conn_say(&s->c, AK_NOTFOUND, "no such category");
	*ret = list;
	return s->c.status;
}

enum ak_status
store_category_rename(struct store *s, const char *path, const char *to)
{
	struct categories *list = NULL;
	enum ak_status st;

	if (str_empty(to))
		return conn_say(&s->c, AK_BADINPUT, "a category needs a name");
	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = categories_below(s, path, &list);
	for (; st == AK_OK && list != NULL; list = list->next) {
		const char *new = arena_printf(
		    s->scratch, "%s%s", to, list->path + strlen(path));

		st = new == NULL ? AK_TOOBIG : category_move(s, list->id, new);
	}
	return unit_end(s, st);
}

enum ak_status
store_category_remove(struct store *s, const char *path)
{
	struct categories *list = NULL;
	enum ak_status st;

	if ((st = unit_begin(s)) != AK_OK)
		return st;
	st = categories_below(s, path, &list);
	for (; st == AK_OK && list != NULL; list = list->next)
		st = conn_run(&s->c, Q_CATEGORY_DEL, ARGS(vi(list->id)));
	return unit_end(s, st);
}

/* SPDX-License-Identifier: ISC */
#include "tests/store/kit.h"

#include <sqlite3.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/str.h"
#include "store/search.h"

int
kit_setup(void **state)
{
	struct kit *k = xcalloc(1, sizeof(*k));

	(void)snprintf(k->dir, sizeof(k->dir), "/tmp/akin-store-XXXXXX");
	assert_non_null(mkdtemp(k->dir));
	(void)snprintf(k->path, sizeof(k->path), "%s/akin.db", k->dir);
	k->a = arena_new(64 * LIMIT_MIB);
	k->now = KIT_NOW;
	kit_reopen(k, STORE_CREATE);
	*state = k;
	return 0;
}

int
kit_teardown(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	struct kit *k = *state;

	store_reader_close(k->r);
	store_close(k->s);
	store_delta_release(&k->delta);
	arena_free(k->a);
	for (size_t n = 0; n < AK_COUNT(ends); n++) {
		char *path = xasprintf("%s%s", k->path, ends[n]);

		(void)unlink(path);
		free(path);
	}
	(void)rmdir(k->dir);
	free(k);
	return 0;
}

void
kit_reopen(struct kit *k, unsigned flags)
{
	struct diag d;

	store_reader_close(k->r);
	store_close(k->s);
	k->r = NULL;
	k->s = NULL;
	if (store_open(k->path, flags, &k->s, &d) != AK_OK)
		fail_msg("%s", d.text);
	if (store_reader_open(k->path, &k->r, &d) != AK_OK)
		fail_msg("%s", d.text);
}

int64_t
kit_feed(struct kit *k, const char *url)
{
	struct store_feed_new f = {.url = url, .due_at = k->now};
	int64_t id = 0;

	assert_int_equal(store_feed_add(k->s, &f, &id), AK_OK);
	return id;
}

struct doc *
kit_doc(struct kit *k)
{
	struct doc *d = doc_new(k->a);

	assert_non_null(d);
	d->title_text = "A feed";
	return d;
}

struct doc_entry *
kit_entry(struct kit *k, struct doc *d, const char *id, const char *url,
    const char *title, const char *text)
{
	struct doc_entry *e = arena_alloc(k->a, sizeof(*e)), **end;

	assert_non_null(e);
	e->id = id;
	e->url = url;
	e->title_text = title;
	e->published = e->modified = DOC_NO_TIME;
	if (text != NULL) {
		e->text = text;
		e->text_len = strlen(text);
		e->content_html = arena_printf(k->a, "<p>%s</p>", text);
		e->content_html_len = strlen(e->content_html);
	}
	for (end = &d->entries; *end != NULL; end = &(*end)->next)
		;
	*end = e;
	d->n_entries++;
	return e;
}

void
kit_related(
    struct kit *k, struct doc_entry *e, const char *url, const char *title)
{
	struct doc_related *r = arena_alloc(k->a, sizeof(*r)), **end;

	assert_non_null(r);
	r->url = url;
	r->title = title;
	r->form = "content";
	for (end = &e->related; *end != NULL; end = &(*end)->next)
		;
	*end = r;
}

void
kit_poll(struct kit *k, int64_t feed, struct doc *d)
{
	struct sched_state sched = {.last_poll_at = k->now};
	struct store_fetch f = {.feed_id = feed, .sched = &sched, .doc = d};
	enum ak_status st;

	k->now += 3600;
	f.at = k->now;
	store_delta_release(&k->delta);
	st = store_put_fetch(k->s, &f, &k->delta);
	if (st != AK_OK)
		fail_msg("%s: %s", ak_status_name(st), store_error(k->s));
}

int64_t
kit_count(struct kit *k, const struct store_article_query *q)
{
	int64_t n = -1;
	enum ak_status st = store_article_count(k->r, q, &n);

	if (st != AK_OK)
		fail_msg(
		    "%s: %s", ak_status_name(st), store_reader_error(k->r));
	return n;
}

int64_t
kit_n_articles(struct kit *k, int64_t feed)
{
	return kit_count(k, &(struct store_article_query){.feed_id = feed});
}

int64_t
kit_by_title(struct kit *k, const char *title)
{
	int64_t id = 0;

	return store_article_resolve(k->r, title, &id) == AK_OK ? id : 0;
}

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from != NULL ? from : "");
}

static void
get(const struct store_article *a, void *arg)
{
	struct kit_article *k = arg;

	k->id = a->id;
	k->feed_id = a->feed_id;
	k->n_revisions = a->n_revisions;
	k->thread = a->thread;
	k->published = a->published;
	k->is_read = a->is_read;
	k->is_starred = a->is_starred;
	copy(k->title, sizeof(k->title), a->title);
	copy(k->text, sizeof(k->text), a->text);
	copy(k->url, sizeof(k->url), a->url);
	copy(k->comments_url, sizeof(k->comments_url), a->comments_url);
	copy(k->feeds, sizeof(k->feeds), a->feeds);
	copy(k->snippet, sizeof(k->snippet), a->snippet);
	copy(k->summary, sizeof(k->summary), a->summary);
	copy(k->tags, sizeof(k->tags), a->tags);
}

void
kit_get(struct kit *k, int64_t id, struct kit_article *ret)
{
	*ret = (struct kit_article){0};
	assert_int_equal(store_article_get(k->r, id, get, ret), AK_OK);
}

static void
add_id(int64_t id, int64_t arrived_us, int64_t feed_id, void *arg)
{
	struct buf *b = arg;

	(void)arrived_us;
	(void)feed_id;
	buf_addf(b, "%s%lld", b->len > 0 ? " " : "", (long long)id);
}

const char *
kit_ids(struct kit *k, const struct store_article_query *q)
{
	struct buf b;
	const char *ret;
	enum ak_status st;

	buf_init(&b, LIMIT_MIB);
	st = store_article_ids(k->r, q, add_id, &b);
	if (st != AK_OK)
		fail_msg(
		    "%s: %s", ak_status_name(st), store_reader_error(k->r));
	ret = arena_strdup(k->a, buf_str(&b));
	buf_release(&b);
	return ret;
}

const char *
kit_search(struct kit *k, const char *query)
{
	return kit_ids(
	    k, &(struct store_article_query){
		   .query = query, .by_arrival = true, .order = STORE_OLDEST});
}

static sqlite3 *
open_raw(struct kit *k)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(k->path, &db), SQLITE_OK);
	assert_int_equal(search_register(db), SQLITE_OK);
	return db;
}

void
kit_sql(struct kit *k, const char *sql)
{
	sqlite3 *db = open_raw(k);
	char *error = NULL;

	(void)sqlite3_exec(db, sql, NULL, NULL, &error);
	if (error != NULL)
		fail_msg("%s: %s", sql, error);
	(void)sqlite3_close(db);
}

int64_t
kit_sql_int(struct kit *k, const char *sql)
{
	sqlite3 *db = open_raw(k);
	sqlite3_stmt *st = NULL;
	int64_t ret;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	ret = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	return ret;
}

static void
copy_feed(const struct store_feed *f, void *arg)
{
	struct store_feed *to = arg;

	*to = *f;
	to->url = xstrdup(f->url);
	to->title = xstrdup(f->title);
	to->category = f->category != NULL ? xstrdup(f->category) : NULL;
	to->etag = f->etag != NULL ? xstrdup(f->etag) : NULL;
	to->error = f->error != NULL ? xstrdup(f->error) : NULL;
	to->moved_to = f->moved_to != NULL ? xstrdup(f->moved_to) : NULL;
}

void
kit_free_feed(struct store_feed *f)
{
	free((void *)(uintptr_t)f->url);
	free((void *)(uintptr_t)f->title);
	free((void *)(uintptr_t)f->category);
	free((void *)(uintptr_t)f->etag);
	free((void *)(uintptr_t)f->error);
	free((void *)(uintptr_t)f->moved_to);
	*f = (struct store_feed){0};
}

void
kit_get_feed(struct kit *k, int64_t id, struct store_feed *ret)
{
	*ret = (struct store_feed){0};
	assert_int_equal(
	    store_feeds(k->r,
		&(struct store_feed_query){.id = id, .counts = true}, copy_feed,
		ret),
	    AK_OK);
}

/* SPDX-License-Identifier: ISC */
/* akin import, export: subscription lists as OPML 2.0. */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/url.h"
#include "cli/article_json.h"
#include "cli/progress.h"
#include "opml/opml.h"
#include "store/store.h"

static const char import_usage[] =
    "usage: akin import [--json] FILE|-\n"
    "Subscribe to the feeds of an OPML file; categories are kept. Feeds that\n"
    "are there already stay as they are.\n";
static const char export_usage[] =
    "usage: akin export [FILE]\n"
    "Write the subscriptions as OPML 2.0, without credentials.\n";

#define SPREAD_S 600 /* first polls of a running akind */
#define REFUSED_NAMED 20
#define BATCH 10000 /* feeds of one transaction; a tenth of a second */

struct import {
	struct cli *cli;
	struct progress progress;
	int64_t n_added, n_there, n_refused;
	bool is_served; /* akind polls this store */
};

/* Each is named, but not so many that nobody reads them. */
static void
refused(struct import *im, const char *url, const char *why)
{
	if (im->n_refused++ < REFUSED_NAMED) {
		progress_clear(&im->progress);
		cli_error(url, "%s", why);
	}
}

static enum ak_status
add_feed(struct import *im, struct store *s, const struct opml_feed *f,
    int64_t n, int64_t all)
{
	struct store_feed_new row = {.url = f->url,
	    .title = f->title,
	    .home_page_url = f->home_page_url,
	    .category = f->category,
	    .due_at = clock_now()};
	enum ak_status st;
	int64_t id;

	if (!url_is_http(f->url)) {
		/* A file of this machine is only ever named by hand. */
		refused(im, f->url, "not taken from a list");
		return AK_OK;
	}
	if (im->is_served)
		row.due_at += n * SPREAD_S / all;
	st = store_feed_add(s, &row, &id);
	if (st == AK_OK)
		im->n_added++;
	else if (st == AK_EXISTS)
		im->n_there++;
	else if (st == AK_BADINPUT || st == AK_TOOBIG)
		refused(im, f->url, store_error(s));
	else
		return st;
	return AK_OK;
}

static enum ak_status
add_feeds(struct import *im, struct store *s, const struct opml *list)
{
	enum ak_status st = AK_OK;
	int64_t n = 0, all = (int64_t)list->n_feeds;

	for (const struct opml_feed *f = list->feeds; f != NULL; f = f->next) {
		if (n % BATCH == 0) {
			if (n > 0)
				st = store_commit(s);
			if (st == AK_OK)
				st = store_begin(s);
		}
		if (st == AK_OK)
			st = add_feed(im, s, f, n, all);
		if (st != AK_OK) {
			store_rollback(s);
			return st;
		}
		progress_show(&im->progress, ++n, all, "");
	}
	return n > 0 ? store_commit(s) : AK_OK;
}

static int
import_list(struct import *im, const struct opml *list, bool as_json)
{
	struct store *s = NULL;
	char *socket;
	enum ak_status st;
	int rc = cli_make_store(im->cli, &s);

	if (rc != CLI_OK)
		return rc;
	socket = cli_daemon_socket(im->cli);
	im->is_served = socket != NULL;
	free(socket);
	progress_begin(&im->progress, "feeds", !im->cli->is_quiet);
	st = add_feeds(im, s, list);
	progress_end(&im->progress);
	if (st != AK_OK)
		rc = cli_store_failed(im->cli, st, store_error(s));
	store_close(s);
	if (rc != CLI_OK)
		return rc;
	if (im->n_refused > REFUSED_NAMED)
		cli_error("import", "%lld more refused",
		    (long long)(im->n_refused - REFUSED_NAMED));
	if (list->n_refused > 0)
		cli_error(list->first_refused, "no URL of a feed%s",
		    list->n_refused > 1 ? ", and others" : "");
	im->n_refused += (int64_t)list->n_refused;
	if (as_json)
		json_line(json_pack("{sI sI sI}", "added",
		    (json_int_t)im->n_added, "there", (json_int_t)im->n_there,
		    "refused", (json_int_t)im->n_refused));
	else if (!im->cli->is_quiet)
		(void)printf(im->n_refused > 0 ? "%lld feeds added, %lld were "
						 "there, %lld refused\n"
					       : "%lld feeds added, %lld were "
						 "there\n",
		    (long long)im->n_added, (long long)im->n_there,
		    (long long)im->n_refused);
	if (im->n_added > 0)
		cli_poke(im->cli);
	return im->n_refused > 0 ? CLI_PARTLY : CLI_OK;
}

int
cmd_import(struct cli *cli, int argc, char **argv)
{
	struct import im = {.cli = cli};
	struct arena *a;
	struct opml list;
	struct diag d = {{0}};
	bool as_json = false;
	char *data = NULL;
	size_t len = 0;
	int rc = cli_args(argc, argv, import_usage, &as_json, 1, 1,
	    "one FILE or - is wanted");

	if (rc >= 0)
		return rc;
	if (cli_read_file(argv[optind], LIMIT_OPML_BYTES, &data, &len) != AK_OK)
		return CLI_BADDATA;
	a = arena_new(4 * LIMIT_OPML_BYTES);
	if (opml_parse(a, data, len, &list, &d) != AK_OK) {
		cli_error(argv[optind], "%s", d.text);
		rc = CLI_BADDATA;
	} else {
		rc = import_list(&im, &list, as_json);
	}
	arena_free(a);
	free(data);
	return rc;
}

/* --- export --------------------------------------------------------------- */

struct export
{
	struct arena *arena;
	struct opml_feed **feeds;
	size_t n, cap;
};

static void
export_cb(const struct store_feed *f, void *arg)
{
	struct export *x = arg;
	struct opml_feed *o = arena_alloc(x->arena, sizeof(*o));

	if (o == NULL)
		return; /* arena_full() tells */
	*o = (struct opml_feed){
	    .url = arena_strdup(x->arena,
		url_is_http(f->url) ? url_without_userinfo(x->arena, f->url)
				    : f->url),
	    .title = arena_strdup(x->arena, f->title),
	    .home_page_url = arena_strdup(x->arena, f->home_page_url),
	    .category = arena_strdup(x->arena, f->category)};
	if (x->n == x->cap) {
		size_t cap = x->cap != 0 ? x->cap * 2 : 64;

		x->feeds = arena_grow(x->arena, x->feeds,
		    x->cap * sizeof(*x->feeds), cap * sizeof(*x->feeds));
		x->cap = cap;
	}
	x->feeds[x->n++] = o;
}

/* Those without a category first, then by category, in order of id. */
static int
by_category(const void *pa, const void *pb)
{
	const struct opml_feed *a = *(struct opml_feed *const *)pa;
	const struct opml_feed *b = *(struct opml_feed *const *)pb;
	int d = strcmp(a->category != NULL ? a->category : "",
	    b->category != NULL ? b->category : "");

	return d != 0 ? d : strcmp(a->url, b->url);
}

static int
write_out(const char *file, const struct buf *b)
{
	FILE *f = file != NULL ? fopen(file, "we") : stdout;
	bool ok = f != NULL && fwrite(buf_str(b), 1, b->len, f) == b->len &&
		  fflush(f) == 0;

	if (file == NULL)
		return CLI_OK; /* main() looks after standard output */
	if (!ok)
		cli_error(file, "%s", strerrordesc_np(errno));
	if (f != NULL)
		(void)fclose(f);
	return ok ? CLI_OK : CLI_PARTLY;
}

int
cmd_export(struct cli *cli, int argc, char **argv)
{
	struct store_feed_query q = {0};
	struct store_reader *r = NULL;
	struct export x = {0};
	struct buf out;
	enum ak_status st;
	int rc =
	    cli_args(argc, argv, export_usage, NULL, 0, 1, "one FILE at most");

	if (rc >= 0)
		return rc;
	if ((rc = cli_open_reader(cli, &r)) != CLI_OK)
		return rc;
	x.arena = arena_new((size_t)1 << 30);
	buf_init(&out, (size_t)1 << 30);
	st = store_feeds(r, &q, export_cb, &x);
	if (st != AK_OK) {
		rc = cli_store_failed(cli, st, store_reader_error(r));
	} else {
		if (x.n > 0)
			qsort(x.feeds, x.n, sizeof(struct opml_feed *),
			    by_category);
		for (size_t i = 0; i + 1 < x.n; i++)
			x.feeds[i]->next = x.feeds[i + 1];
		opml_write(
		    &out, "akin", x.n > 0 ? x.feeds[0] : NULL, clock_now());
		rc = write_out(optind < argc ? argv[optind] : NULL, &out);
	}
	buf_release(&out);
	arena_free(x.arena);
	store_reader_close(r);
	return rc;
}

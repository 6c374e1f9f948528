/* SPDX-License-Identifier: ISC */
/*
 * akin reindex: make anew all that is computed from articles: search index,
 * features, relations, threads.
 *
 * The relations are the work of whoever polls the store: a running akind sees
 * that they were reset and begins anew; else a pipeline here does it.
 */
#include "cli/cli.h"

#include <event2/event.h>
#include <event2/thread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/article_json.h"
#include "cli/progress.h"
#include "conf/conf.h"
#include "daemon/pipeline.h"
#include "relate/relate.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin reindex [--json]\n"
    "Rebuild the search index, features, relations and threads.\n";

#define PAGE 256
#define LOOK_MS 200

struct reindex {
	struct cli *cli;
	struct store *store;
	struct store_reader *reader;
	struct progress bar;
	int64_t n_articles, n_done;
	/* features: */
	struct relate_lexer *lexer;
	struct arena *arena;
	int64_t last;
	size_t n_page;
	enum ak_status st;
	/* relations: */
	struct event_base *base;
	struct pipeline *pipeline;
};

static void
search_cb(int64_t done, int64_t all, void *arg)
{
	struct reindex *x = arg;

	progress_show(&x->bar, done, all, "search");
}

/* --- features ------------------------------------------------------------- */

static void
feature_cb(const struct store_article *a, void *arg)
{
	struct reindex *x = arg;
	const char *text = a->text != NULL ? a->text : a->summary;
	struct relate_text t = {.title = a->title,
	    .text = text,
	    .text_len = text != NULL ? strlen(text) : 0,
	    .lang = a->language,
	    .feed_title = a->feed_title};
	struct relate_features f = {0};
	struct store_blob blob;

	x->last = a->id;
	x->n_page++;
	if (x->st != AK_OK)
		return;
	arena_reset(x->arena);
	relate_features(x->lexer, x->arena, &t, &f);
	blob = (struct store_blob){f.data, f.len};
	if (f.data != NULL)
		x->st = store_feature_put(x->store, a->id, &blob);
	progress_show(&x->bar, ++x->n_done, x->n_articles, "features");
}

static enum ak_status
make_features(struct reindex *x)
{
	enum ak_status st = AK_OK;

	x->lexer = relate_lexer_new();
	x->arena = arena_new(LIMIT_DOC_ARENA);
	do {
		struct store_article_query q = {.after_id = x->last,
		    .by_arrival = true,
		    .order = STORE_OLDEST,
		    .limit = PAGE,
		    .with_text = true};

		x->n_page = 0;
		if ((st = store_begin(x->store)) != AK_OK)
			break;
		st = store_articles(x->reader, &q, feature_cb, x);
		if (st == AK_OK)
			st = x->st;
		if (st == AK_OK)
			st = store_commit(x->store);
		else
			store_rollback(x->store);
	} while (st == AK_OK && x->n_page == PAGE);
	relate_lexer_free(x->lexer);
	arena_free(x->arena);
	return st;
}

/* --- relations ------------------------------------------------------------ */

static void
show_relating(struct reindex *x)
{
	progress_show(
	    &x->bar, store_relate_watermark(x->reader), x->last, "relations");
}

static void
timer_cb(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	show_relating(arg);
}

static void
done_cb(const struct pipeline_progress *n, void *arg)
{
	struct reindex *x = arg;

	if (n->fatal != NULL)
		x->st = AK_IO;
	(void)event_base_loopbreak(x->base);
}

static int
relate_here(struct reindex *x)
{
	struct pipeline_cbs cbs = {.done = done_cb, .arg = x};
	struct timeval tv = {.tv_usec = LOOK_MS * 1000};
	struct event *timer;
	struct diag d = {{0}};
	enum ak_status st;

	(void)evthread_use_pthreads();
	pipeline_global_init();
	x->base = event_base_new();
	assert(x->base != NULL);
	st =
	    pipeline_new(x->base, x->cli->conf, x->cli->path, &x->pipeline, &d);
	if (st != AK_OK) {
		event_base_free(x->base);
		return cli_store_failed(x->cli, st, d.text);
	}
	timer = event_new(x->base, -1, EV_PERSIST, timer_cb, x);
	(void)event_add(timer, &tv);
	pipeline_relate(x->pipeline, &cbs);
	(void)event_base_dispatch(x->base);
	pipeline_free(x->pipeline);
	event_free(timer);
	event_base_free(x->base);
	return x->st == AK_OK ? CLI_OK : cli_store_failed(x->cli, x->st, NULL);
}

/* akind does it; wait until it is done, or as long as it gets on. */
static int
relate_there(struct reindex *x)
{
	struct timespec nap = {.tv_nsec = LOOK_MS * 1000000L};
	int64_t seen = -1, since = clock_mono_ms();

	cli_poke(x->cli);
	for (;;) {
		int64_t mark = store_relate_watermark(x->reader);

		show_relating(x);
		if (mark >= x->last)
			return CLI_OK;
		if (mark != seen) {
			seen = mark;
			since = clock_mono_ms();
		} else if (clock_mono_ms() - since > 60000) {
			cli_error("akind", "does not relate articles");
			return CLI_UNAVAILABLE;
		}
		(void)nanosleep(&nap, NULL);
	}
}

static int
relate(struct reindex *x)
{
	struct store_lock *lock = NULL;
	struct store_lock_owner owner = {0};
	struct diag d = {{0}};
	enum ak_status st;
	int rc;

	if (x->cli->conf->relate_enabled == 0)
		return CLI_OK;
	st = store_lock_take(x->cli->path, "akin", "", &lock, &owner, &d);
	if (st == AK_OK) {
		rc = relate_here(x);
		store_lock_release(lock);
		return rc;
	}
	if (st != AK_BUSY)
		return cli_store_failed(x->cli, st, d.text);
	if (owner.socket[0] != '\0')
		return relate_there(x);
	cli_error("reindex", "a sync is at work: %s, process %lld",
	    owner.program, (long long)owner.pid);
	return CLI_LOCKED;
}

static int
rebuild(struct reindex *x)
{
	struct store_stats stats = {0};
	enum ak_status st = store_stats(x->reader, &stats);
	int rc;

	if (st != AK_OK)
		return cli_store_failed(
		    x->cli, st, store_reader_error(x->reader));
	x->n_articles = stats.n_articles;
	progress_begin(&x->bar, "articles", !x->cli->is_quiet);
	if (x->cli->conf->store_search != 0)
		st = store_reindex_search(x->store, search_cb, x);
	if (st == AK_OK)
		st = make_features(x);
	if (st == AK_OK)
		st = store_relate_reset(x->store);
	if (st != AK_OK) {
		progress_end(&x->bar);
		return cli_store_failed(x->cli, st, store_error(x->store));
	}
	store_close(x->store);
	x->store = NULL;
	rc = relate(x);
	progress_end(&x->bar);
	return rc;
}

int
cmd_reindex(struct cli *cli, int argc, char **argv)
{
	struct reindex x = {.cli = cli};
	bool as_json = false;
	int rc =
	    cli_args(argc, argv, usage, &as_json, 0, 0, "takes no arguments");

	if (rc >= 0)
		return rc;
	rc = cli_open_reader(cli, &x.reader);
	if (rc == CLI_OK)
		rc = cli_open_store(cli, &x.store);
	if (rc == CLI_OK)
		rc = rebuild(&x);
	if (rc == CLI_OK && as_json)
		json_line(
		    json_pack("{sI}", "articles", (json_int_t)x.n_articles));
	store_close(x.store);
	store_reader_close(x.reader);
	return rc;
}

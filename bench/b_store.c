/* SPDX-License-Identifier: ISC */
/*
 * b_store FILE|DIR...: documents, parsed and cleaned beforehand, into a new
 * store: without and with the full-text index, and once more with nothing
 * changed.  Speed in items a CPU second; size as a ratio to the bytes of the
 * items (guid, link, title, HTML, and the summary where it is another text).
 */
#include "bench/bench.h"

#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "clean/clean.h"
#include "parse/parse.h"
#include "store/store.h"

enum { BATCH = 50, ROUNDS = 5, NOW = 1800000000 };

struct feed {
	struct arena *arena;
	struct doc *doc;
	int64_t id;
};

static struct feed *feeds;
static size_t n_feeds, n_items, n_bytes;
static char dir[] = "/tmp/akin-bench-XXXXXX";

static size_t
length(const char *s)
{
	return s != NULL ? strlen(s) : 0;
}

static void
add_file(const char *name)
{
	static const struct clean_opts clean = {
	    .base = "http://feed.example/f", .split_related = true};
	struct parse_opts opts = {.url = "http://feed.example/f"};
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	struct doc *doc;
	size_t len;
	char *data = bench_read(name, &len);

	if (parse_feed(a, data, len, &opts, &doc, NULL) != AK_OK ||
	    clean_doc(doc, &clean) != AK_OK) {
		arena_free(a);
		free(data);
		return;
	}
	free(data);
	for (const struct doc_entry *e = doc->entries; e != NULL; e = e->next) {
		n_items++;
		n_bytes += length(e->id) + length(e->url) +
			   length(e->title_text) + length(e->content_html);
		if (e->summary_text != NULL && e->text != NULL &&
		    strcmp(e->summary_text, e->text) != 0)
			n_bytes += length(e->summary_text);
	}
	feeds = xreallocarray(feeds, n_feeds + 1, sizeof(*feeds));
	feeds[n_feeds++] = (struct feed){.arena = a, .doc = doc};
}

static void
must(enum ak_status st, struct store *s)
{
	if (st == AK_OK)
		return;
	(void)fprintf(stderr, "b_store: %s: %s\n", ak_status_name(st),
	    s != NULL ? store_error(s) : "cannot be opened");
	exit(1);
}

/* Poll all feeds; the CPU seconds it took. */
static double
pass(struct store *s, int64_t now, int64_t *ret_new)
{
	double start = bench_cpu();

	*ret_new = 0;
	for (size_t k = 0; k < n_feeds; k++) {
		struct sched_state state = {.last_poll_at = now};
		struct store_fetch f = {.feed_id = feeds[k].id,
		    .at = now,
		    .sched = &state,
		    .doc = feeds[k].doc,
		    .status = 200,
		    .user_agent_host = "feed.example"};
		struct store_delta delta;

		if (k % BATCH == 0)
			must(store_begin(s), s);
		must(store_put_fetch(s, &f, &delta), s);
		*ret_new += delta.n_new;
		store_delta_release(&delta);
		if ((k + 1) % BATCH == 0 || k + 1 == n_feeds)
			must(store_commit(s), s);
	}
	return bench_cpu() - start;
}

static char *
path_of(const char *end)
{
	return xasprintf("%s/akin.db%s", dir, end);
}

static void
remove_store(void)
{
	static const char *const ends[] = {"", "-wal", "-shm"};

	for (size_t k = 0; k < AK_COUNT(ends); k++) {
		char *path = path_of(ends[k]);

		(void)unlink(path);
		free(path);
	}
}

/* A new store, all feeds, then all again: items a second, bytes of the file. */
static void
round_of(unsigned flags, double *ret_cold, double *ret_same, double *ret_size)
{
	char *path = path_of("");
	struct store *s = NULL;
	struct stat sb;
	int64_t n_new, n_again;

	remove_store();
	must(store_open(path, STORE_CREATE | flags, &s, NULL), NULL);
	must(store_begin(s), s);
	for (size_t k = 0; k < n_feeds; k++) {
		char url[64];
		struct store_feed_new f = {.url = url};

		(void)snprintf(url, sizeof(url), "http://%zu.example/f", k);
		must(store_feed_add(s, &f, &feeds[k].id), s);
	}
	must(store_commit(s), s);
	*ret_cold = (double)n_items / pass(s, NOW, &n_new);
	*ret_same = (double)n_items / pass(s, NOW + 3600, &n_again);
	if (n_again != 0)
		(void)fprintf(stderr, "b_store: %lld of %lld items came anew\n",
		    (long long)n_again, (long long)n_new);
	store_close(s);
	if (stat(path, &sb) != 0) {
		perror(path);
		exit(1);
	}
	*ret_size = (double)sb.st_size;
	free(path);
	remove_store();
}

static void
report(const char *name, unsigned flags)
{
	double cold[ROUNDS], same[ROUNDS], size[ROUNDS], ratio[ROUNDS];
	char figure[64];

	for (int k = 0; k < ROUNDS; k++) {
		round_of(flags, &cold[k], &same[k], &size[k]);
		ratio[k] = size[k] / (double)n_bytes;
		size[k] /= (double)n_items;
	}
	(void)snprintf(figure, sizeof(figure), "store_%s", name);
	bench_report(figure, "items/s", cold, ROUNDS);
	(void)snprintf(figure, sizeof(figure), "store_%s_unchanged", name);
	bench_report(figure, "items/s", same, ROUNDS);
	(void)snprintf(figure, sizeof(figure), "store_%s_item", name);
	bench_report(figure, "bytes", size, ROUNDS);
	(void)snprintf(figure, sizeof(figure), "store_%s_size", name);
	bench_report(figure, "ratio", ratio, ROUNDS);
}

int
main(int argc, char **argv)
{
	double value;

	if (mkdtemp(dir) == NULL) {
		perror(dir);
		return 1;
	}
	for (int i = 1; i < argc; i++)
		bench_each_file(argv[i], ".json", add_file);
	value = (double)n_bytes / (double)n_items;
	bench_report("store_item_itself", "bytes", &value, 1);
	report("plain", STORE_NO_SEARCH);
	report("index", 0);
	for (size_t k = 0; k < n_feeds; k++)
		arena_free(feeds[k].arena);
	free(feeds);
	(void)rmdir(dir);
	return 0;
}

/* SPDX-License-Identifier: ISC */
/*
 * b_relate - relate a file of articles, or measure how fast it goes.
 *
 *	b_relate [--undated] [--window N] [--backlog N] \
 *		ARTICLES.jsonl >OUT.jsonl
 *	b_relate --speed N
 *
 * An article a line: {"id","title","text","date","lang","source"}, in order
 * of arrival; the date is RFC 3339 in UTC or null.  Out comes, for each,
 * {"id","related":[{"id","score","kind"}],"thread"}: what a store would hold
 * that keeps the best twelve of each side.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/mem.h"
#include "relate/relate.h"

enum { KEEP = 12, ARRIVAL = 1700000000 };

struct link {
	size_t other;
	double score;
	enum relate_kind kind;
};

struct article {
	char *id, *title, *text, *lang, *source;
	int64_t date;
	bool is_dated;
	struct relate_features features;
	struct link links[KEEP];
	size_t n_links;
	size_t thread;
};

struct set {
	struct article *all;
	size_t n, cap;
};

/* Of this process alone: the machine may have others. */
static double
now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* --- reading ------------------------------------------------------------- */

static char *
string_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return xstrdup(s != NULL ? s : "");
}

static int64_t
date_of(const json_t *o)
{
	const char *s = json_string_value(json_object_get(o, "date"));
	struct tm tm = {0};

	if (s == NULL || strptime(s, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
		return -1;
	return timegm(&tm);
}

static uint64_t
source_id(const char *s)
{
	uint64_t h = 1469598103934665603u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h >> 2 | 1;
}

static void
read_set(const char *path, bool undated, struct set *set)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;

	if (f == NULL) {
		fprintf(stderr, "b_relate: %s: cannot open\n", path);
		exit(1);
	}
	while (getline(&line, &cap, f) > 0) {
		json_t *o = json_loads(line, 0, NULL);
		struct article *a;

		if (o == NULL)
			continue;
		if (set->n == set->cap) {
			set->cap = set->cap * 2 + 1024;
			set->all = xreallocarray(
			    set->all, set->cap, sizeof(*set->all));
		}
		a = &set->all[set->n++];
		memset(a, 0, sizeof(*a));
		a->id = string_of(o, "id");
		a->title = string_of(o, "title");
		a->text = string_of(o, "text");
		a->lang = string_of(o, "lang");
		a->source = string_of(o, "source");
		a->date = undated ? -1 : date_of(o);
		a->is_dated = a->date >= 0;
		if (!a->is_dated)
			a->date = ARRIVAL;
		json_decref(o);
	}
	free(line);
	fclose(f);
}

/* --- relating ------------------------------------------------------------ */

static void
keep_link(struct article *a, size_t other, const struct relate_edge *e)
{
	size_t at = a->n_links;

	while (at > 0 && a->links[at - 1].score < e->score) {
		if (at < KEEP)
			a->links[at] = a->links[at - 1];
		at--;
	}
	if (at == KEEP)
		return;
	a->links[at].other = other;
	a->links[at].score = e->score;
	a->links[at].kind = e->kind;
	a->n_links += a->n_links < KEEP;
}

static void
make_features(struct set *set, struct arena *arena)
{
	struct relate_lexer *lx = relate_lexer_new();
	double start = now_s(), took;
	size_t bytes = 0;

	for (size_t i = 0; i < set->n; i++) {
		struct article *a = &set->all[i];
		struct relate_text t = {.title = a->title,
		    .text = a->text,
		    .text_len = strlen(a->text),
		    .lang = a->lang,
		    .feed_title = a->source};

		relate_features(lx, arena, &t, &a->features);
		bytes += a->features.len;
	}
	took = now_s() - start;
	relate_lexer_free(lx);
	fprintf(stderr, "features\t%zu\t%.0f/s\t%.0f bytes each\n", set->n,
	    (double)set->n / took, (double)bytes / (double)set->n);
}

static void
merge_threads(struct set *set, const struct relate_result *r)
{
	for (size_t m = 0; m < r->n_merged; m++) {
		for (size_t i = 0; i < set->n; i++) {
			if (set->all[i].thread == (size_t)r->merged[m])
				set->all[i].thread = (size_t)r->thread;
		}
	}
}

static struct relate_article
input_of(const struct set *set, size_t i)
{
	const struct article *a = &set->all[i];

	return (struct relate_article){.id = (int64_t)i + 1,
	    .feed_id = (int64_t)source_id(a->source),
	    .date = a->date,
	    .is_dated = a->is_dated,
	    .features = a->features};
}

static void
relate_set(struct set *set, int64_t window, size_t backlog)
{
	struct relate_params p = {.window = window};
	struct relate_index *x = relate_index_new(&p);
	double start = now_s(), took;

	for (size_t i = 0; i < set->n; i++) {
		struct article *a = &set->all[i];
		struct relate_article in = input_of(set, i);
		struct relate_result r;

		for (size_t k = i; backlog > 0 && i % backlog == 0 &&
				   k < set->n && k < i + backlog;
		     k++) {
			struct relate_article later = input_of(set, k);

			relate_announce(x, &later);
		}
		relate_add(x, &in, &r);
		for (size_t k = 0; k < r.n_edges; k++) {
			size_t other = (size_t)r.edges[k].other - 1;

			keep_link(a, other, &r.edges[k]);
			keep_link(&set->all[other], i, &r.edges[k]);
		}
		a->thread = (size_t)r.thread;
		merge_threads(set, &r);
	}
	took = now_s() - start;
	fprintf(stderr, "add\t%zu\t%.0f/s\t%.0f bytes each\n", set->n,
	    (double)set->n / took, (double)relate_bytes(x) / (double)set->n);
	relate_index_free(x);
}

static void
write_set(const struct set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct article *a = &set->all[i];
		json_t *list = json_array(), *o;

		for (size_t k = 0; k < a->n_links; k++)
			json_array_append_new(
			    list, json_pack("{s:s,s:f,s:s}", "id",
				      set->all[a->links[k].other].id, "score",
				      a->links[k].score, "kind",
				      relate_kind_name(a->links[k].kind)));
		o = json_pack("{s:s,s:o,s:i}", "id", a->id, "related", list,
		    "thread", (int)a->thread);
		json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(o);
	}
}

/* --- speed --------------------------------------------------------------- */

enum { MADE_WORDS = 150, MADE_STEP = 2000 };

static uint64_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/*
 * Words by a power law whose tail never ends: rank r with a density of
 * 1 / (r + 2.7), so that the vocabulary goes on growing with the text; a sixth
 * of the words are of the article's own story, which three articles share.
 */
static void
make_text(uint64_t n, char *out, size_t size)
{
	uint64_t seed = n * 7919 + 1, story = n / 3;
	size_t len = 0;

	for (size_t i = 0; i < MADE_WORDS && len + 24 < size; i++) {
		double u = (double)next_random(&seed) / 2147483648.0;
		uint64_t rank = (uint64_t)(2.7 * pow(1e6, u));

		if (i % 6 == 0)
			rank = 40 + (story * 31 + next_random(&seed) % 12) *
					2654435761u % 400000;
		len += (size_t)snprintf(out + len, size - len, "w%c%llu%s",
		    'a' + (char)(rank % 7), (unsigned long long)rank,
		    i % 12 == 11 ? ". " : " ");
	}
}

static struct relate_features
make_features_of(
    struct relate_lexer *lx, struct arena *arena, uint64_t n, double *took)
{
	char text[4096];
	struct relate_text t = {.title = "", .text = text, .lang = "en"};
	struct relate_features f;
	double start;

	make_text(n, text, sizeof(text));
	t.text_len = strlen(text);
	start = now_s();
	relate_features(lx, arena, &t, &f);
	*took += now_s() - start;
	return f;
}

static void
measure_restore(struct relate_index *x, const struct relate_article *all,
    const int64_t *threads, size_t n)
{
	struct relate_params p = {.window = (int64_t)n};
	struct relate_index *y = relate_index_new(&p);
	void *saved;
	size_t len;
	double start = now_s();

	relate_save(x, &saved, &len);
	if (relate_load(y, saved, len) != AK_OK)
		abort();
	for (size_t i = 0; i < n; i++)
		relate_restore(y, &all[i], threads[i]);
	printf(
	    "restore\t%zu\t%.2f s\t%zu bytes saved\n", n, now_s() - start, len);
	free(saved);
	relate_index_free(y);
}

static int
measure(size_t n, struct arena *arena)
{
	struct relate_params p = {.window = (int64_t)n};
	struct relate_index *x = relate_index_new(&p);
	struct relate_lexer *lx = relate_lexer_new();
	struct relate_article *all = xcalloc(n, sizeof(*all));
	int64_t *threads = xcalloc(n, sizeof(*threads));
	double made = 0.0, took = 0.0, start;
	size_t edges = 0;

	for (size_t i = 0; i < n; i++) {
		struct relate_result r;

		all[i].id = (int64_t)i + 1;
		all[i].feed_id = (int64_t)i % 997;
		all[i].date = ARRIVAL + (int64_t)i * 60;
		all[i].is_dated = true;
		all[i].features = make_features_of(lx, arena, i, &made);
		start = now_s();
		relate_add(x, &all[i], &r);
		took += now_s() - start;
		threads[i] = r.thread;
		edges += r.n_edges;
		if ((i + 1) % MADE_STEP == 0) {
			printf(
			    "add\t%zu\t%.0f/s\t%.0f bytes each\t%.1f edges\n",
			    i + 1, MADE_STEP / took,
			    (double)relate_bytes(x) / (double)(i + 1),
			    (double)edges / MADE_STEP);
			took = 0.0;
			edges = 0;
		}
	}
	printf("features\t%zu\t%.0f/s\n", n, (double)n / made);
	measure_restore(x, all, threads, n);
	relate_index_free(x);
	relate_lexer_free(lx);
	free(all);
	free(threads);
	return 0;
}

int
main(int argc, char **argv)
{
	struct arena *arena = arena_new((size_t)4 << 30);
	struct set set = {0};
	bool undated = false;
	int64_t window = 0;
	size_t backlog = 0;
	int i = 1;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--undated") == 0)
			undated = true;
		else if (strcmp(argv[i], "--window") == 0 && i + 1 < argc)
			window = strtoll(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--backlog") == 0 && i + 1 < argc)
			backlog = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--speed") == 0 && i + 1 < argc)
			return measure(strtoull(argv[i + 1], NULL, 10), arena);
	}
	if (i >= argc) {
		fprintf(stderr, "usage: b_relate [--undated] [--window N] "
				"[--backlog N] "
				"ARTICLES.jsonl >OUT.jsonl\n");
		return 2;
	}
	read_set(argv[i], undated, &set);
	make_features(&set, arena);
	relate_set(&set, window, backlog);
	write_set(&set);
	arena_free(arena);
	return 0;
}

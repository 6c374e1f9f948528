/* SPDX-License-Identifier: ISC */
/*
 * b_relate - relate a file of articles, or measure how fast it goes.
 *
 *	b_relate [--undated] [--window N] [--backlog N] \
 *		ARTICLES.jsonl >OUT.jsonl
 *	b_relate N
 *		figures at 10,000 articles, and on at four more up to a
 *		million; no more than N
 *
 * An article a line: {"id","title","text","date","lang","source"}, in order
 * of arrival; the date is RFC 3339 in UTC or null.  Out comes, for each,
 * {"id","related":[{"id","score","kind"}],"thread"}: what a store would hold
 * that keeps the best twelve of each side.
 */
#include "bench/bench.h"
#include <errno.h>
#include <math.h>

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
mark_story(struct article *a, size_t other)
{
	for (size_t i = 0; i < a->n_links; i++) {
		struct link *l = &a->links[i];

		if (l->other == other && l->kind == RELATE_TOPIC)
			l->kind = RELATE_STORY;
	}
}

static void
make_features(struct set *set, struct arena *arena)
{
	struct relate_lexer *lx = relate_lexer_new();
	double start = bench_cpu(), took;
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
	took = bench_cpu() - start;
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

struct due {
	int64_t date;
	size_t at;
};

static int
due_cmp(const void *a, const void *b)
{
	const struct due *x = a, *y = b;

	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* Tell the index of the next `n`, and put these in order of date. */
static void
announce(struct relate_index *x, const struct set *set, struct due *due,
    size_t from, size_t n)
{
	for (size_t i = from; i < set->n && i < from + n; i++) {
		struct relate_article later = input_of(set, i);

		relate_announce(x, &later);
	}
	qsort(due + from, set->n - from < n ? set->n - from : n, sizeof(*due),
	    due_cmp);
}

static void
settle_cb(const struct relate_outcome *out, void *arg)
{
	struct set *set = arg;
	struct article *a = &set->all[out->id - 1];
	struct relate_result r = {.thread = out->thread};

	a->thread = (size_t)out->thread;
	for (size_t i = 0; i < out->n_merged; i++) {
		r.n_merged = 1;
		r.merged[0] = out->merged[i];
		merge_threads(set, &r);
	}
	for (size_t i = 0; i < out->n_stories; i++) {
		size_t other = (size_t)out->stories[i] - 1;

		mark_story(a, other);
		mark_story(&set->all[other], (size_t)out->id - 1);
	}
}

static void
relate_set(struct set *set, int64_t window, size_t backlog)
{
	struct due *due = xcalloc(set->n, sizeof(*due));
	struct relate_params p = {.window = window};
	struct relate_index *x = relate_index_new(&p);
	double start = bench_cpu(), took;

	for (size_t i = 0; i < set->n; i++)
		due[i] = (struct due){.date = set->all[i].date, .at = i};
	for (size_t n = 0; n < set->n; n++) {
		if (backlog > 0 && n % backlog == 0)
			announce(x, set, due, n, backlog);

		size_t i = due[n].at;
		struct article *a = &set->all[i];
		struct relate_article in = input_of(set, i);
		struct relate_result r;

		relate_add(x, &in, &r);
		for (size_t k = 0; k < r.n_edges; k++) {
			size_t other = (size_t)r.edges[k].other - 1;

			keep_link(a, other, &r.edges[k]);
			keep_link(&set->all[other], i, &r.edges[k]);
		}
		a->thread = (size_t)r.thread;
		merge_threads(set, &r);
		if (backlog > 0 && ((n + 1) % backlog == 0 || n + 1 == set->n))
			relate_settle(x, settle_cb, set);
	}
	took = bench_cpu() - start;
	fprintf(stderr, "add\t%zu\t%.0f/s\t%.0f bytes each\n", set->n,
	    (double)set->n / took, (double)relate_bytes(x) / (double)set->n);
	relate_index_free(x);
	free(due);
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

enum { CHUNK = 200, STORY_OF = 3, LONG_TEXT = 340, SHORT_TEXT = 80, TITLE = 9 };

static uint64_t
mixed(uint64_t h)
{
	h = (h ^ h >> 31) * 0x9E3779B97F4A7C15u;
	h = (h ^ h >> 29) * 0xBF58476D1CE4E5B9u;
	return h ^ h >> 32;
}

static double
unit(uint64_t h)
{
	return (double)(mixed(h) >> 11) / 9007199254740992.0;
}

/*
 * Words as in news.  Half are function words.  The ranks of the others follow
 * Zipf's law in its two regimes, 1/r to some thousands and 1/r^2 beyond (Ferrer
 * i Cancho and Sole 2001), so that the vocabulary goes on growing, with the
 * root of the text; a word is often followed by one of the few that follow it;
 * a fifth are words of the story, which three articles tell.  Fitted to 4,652
 * reports in English: the words, terms and pairs of an article, how many of
 * them are new, and how that falls as there are more, are within a tenth.
 */
static uint64_t
rank_of(uint64_t h)
{
	double v = unit(h + 1);

	return (uint64_t)(unit(h) < 0.08 ? 8000.0 / (v + 1e-9)
					 : 12.0 * pow(8000.0 / 12.0, v));
}

static uint64_t
next_word(uint64_t h, uint64_t story, uint64_t before)
{
	double kind = unit(h), v = unit(h + 1);

	if (kind < 0.2)
		return rank_of(mixed(story << 8 | (uint64_t)(30.0 * v * v)));
	if (kind < 0.8)
		return rank_of(
		    mixed(before * 64 + (uint64_t)(1.0 / (v + 0.03))));
	return rank_of(h + 2);
}

/* One in eight is a name, of six syllables. */
static size_t
write_word(uint64_t word, char *out, size_t size)
{
	static const char consonants[] = "bdfgjklmnprstvz", vowels[] = "aeiou";
	uint64_t h = mixed(word);
	size_t n = 0;

	if (word % 8 != 0)
		return (size_t)snprintf(out, size, "%c%cq%llu",
		    'b' + (char)(word % 19), 'a' + (char)(word % 5),
		    (unsigned long long)word);
	for (; n < 12 && n + 1 < size; h /= 15) {
		out[n++] = consonants[h % 15];
		out[n++] = vowels[h / 15 % 5];
	}
	out[0] = (char)(out[0] - 'a' + 'A');
	return n;
}

static void
make_text(uint64_t *seed, uint64_t story, size_t n, char *out, size_t size)
{
	static const char *const functions[] = {
	    "the", "of", "and", "to", "in", "a", "that", "is", "was", "for"};
	size_t len = 0;
	uint64_t word = 0;

	for (size_t i = 0; i < n && len + 32 < size; i++) {
		const char *end = i % 19 == 18 ? ".\n" : " ";
		uint64_t h = *seed += 8;

		if (unit(h) < 0.53) {
			len += (size_t)snprintf(out + len, size - len, "%s%s",
			    functions[mixed(h + 1) % AK_COUNT(functions)], end);
			continue;
		}
		word = next_word(h + 2, story, word);
		len += write_word(word, out + len, size - len);
		len += (size_t)snprintf(out + len, size - len, "%s", end);
	}
}

static struct relate_article
make_article(struct relate_lexer *lx, struct arena *arena, uint64_t n)
{
	char title[256] = "", text[8192] = "";
	uint64_t seed = mixed(n + 1), story = n / STORY_OF;
	struct relate_text t = {.title = title, .text = text, .lang = "en"};
	struct relate_article art = {.id = (int64_t)n + 1,
	    .feed_id = (int64_t)n % 997,
	    .date = ARRIVAL + (int64_t)n * 60,
	    .is_dated = true};

	make_text(&seed, story, TITLE, title, sizeof(title));
	make_text(&seed, story, n % 2 == 0 ? LONG_TEXT : SHORT_TEXT, text,
	    sizeof(text));
	t.text_len = strlen(text);
	relate_features(lx, arena, &t, &art.features);
	return art;
}

struct speed {
	struct relate_lexer *lx;
	struct arena *arena; /* features of a chunk */
	struct relate_article arts[CHUNK];
	struct relate_index *x;
	int64_t *threads; /* by article */
	double took;	  /* to add all so far */
	size_t edges;
};

static void
make_chunk(struct speed *s, size_t from)
{
	arena_reset(s->arena);
	for (size_t i = 0; i < CHUNK; i++)
		s->arts[i] = make_article(s->lx, s->arena, from + i);
}

static void
add_chunk(struct speed *s, size_t from)
{
	double start;

	make_chunk(s, from);
	start = bench_cpu();
	for (size_t i = 0; i < CHUNK; i++) {
		struct relate_result r;

		relate_add(s->x, &s->arts[i], &r);
		s->threads[from + i] = r.thread;
		s->edges += r.n_edges;
	}
	s->took += bench_cpu() - start;
}

static double
measure_restore(struct speed *s, size_t n, size_t window)
{
	struct relate_params p = {.window = (int64_t)window};
	struct relate_index *y = relate_index_new(&p);
	void *saved;
	size_t len;
	double start = bench_cpu(), took;

	relate_save(s->x, &saved, &len);
	if (relate_load(y, saved, len) != AK_OK)
		abort();
	took = bench_cpu() - start;
	for (size_t at = 0; at < n; at += CHUNK) {
		make_chunk(s, at);
		start = bench_cpu();
		for (size_t i = 0; i < CHUNK; i++)
			relate_restore(y, &s->arts[i], s->threads[at + i]);
		took += bench_cpu() - start;
	}
	free(saved);
	relate_index_free(y);
	return took;
}

static void
report(const char *what, size_t n, const char *unit_name, double value)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "relate_%s_%zu", what, n);
	bench_report(name, unit_name, &value, 1);
}

/*
 * Into an index of so many articles, whose window they fill: the rate over the
 * last fifth of the way there, with the sweep that falls into it; the exponent
 * of its fall from the size before; edges found; memory; a restart.
 */
static int
measure(size_t n)
{
	static const size_t marks[] = {10000, 36000, 100000, 200000, 1000000};
	struct relate_params p = {.window = (int64_t)n};
	struct speed s = {.lx = relate_lexer_new(),
	    .arena = arena_new((size_t)64 << 20),
	    .x = relate_index_new(&p),
	    .threads = xcalloc(n + CHUNK, sizeof(*s.threads))};
	double before = 0.0, size_before = 0.0;
	size_t at = 0;

	for (size_t m = 0; m < AK_COUNT(marks) && marks[m] <= n; m++) {
		size_t last = marks[m] / 5;
		double rate;

		while (at < marks[m] - last)
			add_chunk(&s, (at += CHUNK) - CHUNK);
		s.took = 0.0;
		s.edges = 0;
		while (at < marks[m])
			add_chunk(&s, (at += CHUNK) - CHUNK);
		rate = (double)last / s.took;
		report("add", marks[m], "articles/s", rate);
		if (before > 0.0)
			report("exponent", marks[m], "",
			    log(before / rate) /
				log((double)marks[m] / size_before));
		before = rate;
		size_before = (double)marks[m];
		report("edges", marks[m], "an article",
		    (double)s.edges / (double)last);
		report("index", marks[m], "bytes an article",
		    (double)relate_bytes(s.x) / (double)marks[m]);
		report(
		    "restore", marks[m], "s", measure_restore(&s, marks[m], n));
	}
	relate_index_free(s.x);
	relate_lexer_free(s.lx);
	arena_free(s.arena);
	free(s.threads);
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
	}
	if (i >= argc) {
		fprintf(stderr, "usage: b_relate [--undated] [--window N] "
				"[--backlog N] "
				"ARTICLES.jsonl >OUT.jsonl | N\n");
		return 2;
	}
	if (argv[i][strspn(argv[i], "0123456789")] == '\0')
		return measure(strtoull(argv[i], NULL, 10));
	read_set(argv[i], undated, &set);
	make_features(&set, arena);
	relate_set(&set, window, backlog);
	write_set(&set);
	arena_free(arena);
	return 0;
}

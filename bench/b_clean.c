/* SPDX-License-Identifier: ISC */
/*
 * b_clean DIR|FILE...: cleaning alone, over the contents of the feeds given
 * (items.bin of a corpus that has one is read as well), beside libxml2's HTML
 * parser, which only reads. MB are those of the contents.
 */
#include "bench/bench.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "clean/clean.h"
#include "parse/parse.h"

static struct body {
	const char *html;
	size_t len;
} * bodies;
static size_t n_bodies, n_bytes;
static struct arena *kept;

static void
add_body(const char *html, size_t len)
{
	bodies = xreallocarray(bodies, n_bodies + 1, sizeof(*bodies));
	bodies[n_bodies].html = html;
	bodies[n_bodies++].len = len;
	n_bytes += len;
}

/* Records of lengths and strings, the last of which is the content. */
static void
add_items(const char *data, size_t len)
{
	for (size_t at = 0; at + 32 <= len;) {
		uint32_t n[5];

		memcpy(n, data + at + 12, sizeof(n));
		at += 32 + (size_t)n[0] + n[1] + n[2] + n[3];
		add_body(data + at, n[4]);
		at += n[4];
	}
}

static void
add_feed(const char *data, size_t len)
{
	static const struct parse_opts opts = {.url = "http://feed.example/f"};
	struct doc *doc;

	if (parse_feed(kept, data, len, &opts, &doc, NULL) != AK_OK)
		return;
	for (struct doc_entry *e = doc->entries; e != NULL; e = e->next) {
		const char *html = e->content.value != NULL ? e->content.value
							    : e->summary.value;

		if (html != NULL)
			add_body(html, strlen(html));
	}
}

static void
add_file(const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t len;
	char *data = bench_read(name, &len);

	if (dot != NULL && strcmp(dot, ".bin") == 0) {
		add_items(data, len); /* and keeps the data */
	} else {
		add_feed(data, len);
		free(data);
	}
}

static double
run_clean(bool split)
{
	const struct clean_opts opts = {
	    .base = "http://feed.example/f", .split_related = split};
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	double start = bench_cpu();

	for (size_t i = 0; i < n_bodies; i++) {
		struct clean_result r;

		arena_reset(a);
		if (clean_html(a, bodies[i].html, bodies[i].len, &opts, &r) !=
		    AK_OK)
			(void)fputs("b_clean: not cleaned\n", stderr);
	}
	start = bench_cpu() - start;
	arena_free(a);
	return start;
}

static void
on_error(void *ctx, xmlErrorPtr e)
{
	(void)ctx, (void)e;
}

static double
run_libxml2(void)
{
	double start = bench_cpu();

	for (size_t i = 0; i < n_bodies; i++) {
		htmlDocPtr d = htmlReadMemory(bodies[i].html,
		    (int)bodies[i].len, NULL, "UTF-8",
		    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
			HTML_PARSE_NOWARNING | HTML_PARSE_NONET);

		if (d != NULL)
			xmlFreeDoc(d);
	}
	return bench_cpu() - start;
}

int
main(int argc, char **argv)
{
	static const char *const names[] = {
	    "libxml2_html_tree", "clean", "clean_split_related"};
	double speed[3][BENCH_ROUNDS];

	xmlInitParser();
	xmlSetStructuredErrorFunc(NULL, on_error);
	kept = arena_new((size_t)1 << 30);
	for (int i = 1; i < argc; i++)
		bench_each_file(argv[i], NULL, add_file);
	for (int round = -1; round < BENCH_ROUNDS; round++)
		for (int k = 0; k < 3; k++) {
			double s = k == 0 ? run_libxml2() : run_clean(k == 2);

			if (round >= 0)
				speed[k][round] = (double)n_bytes / 1e6 / s;
		}
	for (int k = 0; k < 3; k++)
		bench_report(names[k], "MB/s", speed[k], BENCH_ROUNDS);
	arena_free(kept);
	return 0;
}

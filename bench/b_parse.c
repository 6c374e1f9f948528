/* SPDX-License-Identifier: ISC */
/*
 * b_parse FILE|DIR...: parsing, and parsing with cleaning, as ratios to the
 * floor of the same round: libxml2's SAX2 push parser over the same bytes with
 * handlers that only gather text.  JSON is left to the other figures.
 */
#include "bench/bench.h"

#include <libxml/parser.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "clean/clean.h"
#include "parse/parse.h"

struct file {
	char *data;
	size_t len;
};

static struct file *files;
static size_t n_files, n_bytes, n_items;
static char *text;
static size_t text_len, text_cap;

static void
add_file(const char *name)
{
	struct file *f;

	files = xreallocarray(files, n_files + 1, sizeof(*files));
	f = &files[n_files++];
	f->data = bench_read(name, &f->len);
	n_bytes += f->len;
}

static void
on_start(void *ctx, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n_attrs,
    int n_defaulted, const xmlChar **attrs)
{
	(void)ctx, (void)local, (void)prefix, (void)uri, (void)n_ns, (void)ns;
	(void)n_attrs, (void)n_defaulted, (void)attrs;
	text_len = 0;
}

static void
on_text(void *ctx, const xmlChar *s, int len)
{
	(void)ctx;
	if (text_len + (size_t)len > text_cap) {
		text_cap = (text_len + (size_t)len) * 2;
		text = xreallocarray(text, text_cap, 1);
	}
	memcpy(text + text_len, s, (size_t)len);
	text_len += (size_t)len;
}

static void
on_error(void *ctx, xmlErrorPtr e)
{
	(void)ctx, (void)e;
}

static void
run_floor(const struct file *f)
{
	xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
	    .startElementNs = on_start,
	    .characters = on_text,
	    .cdataBlock = on_text,
	    .serror = on_error};
	xmlParserCtxtPtr x =
	    xmlCreatePushParserCtxt(&sax, NULL, f->data, 4, NULL);

	(void)xmlCtxtUseOptions(x, XML_PARSE_RECOVER | XML_PARSE_NONET |
				       XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	for (size_t at = 4; at < f->len; at += LIMIT_XML_PIECE)
		(void)xmlParseChunk(x, f->data + at,
		    (int)(f->len - at < LIMIT_XML_PIECE ? f->len - at
							: LIMIT_XML_PIECE),
		    0);
	(void)xmlParseChunk(x, NULL, 0, 1);
	if (x->myDoc != NULL)
		xmlFreeDoc(x->myDoc);
	xmlFreeParserCtxt(x);
}

static size_t most_memory;

static void
run_parse(const struct file *f, bool cleaned)
{
	static const struct parse_opts opts = {.url = "http://feed.example/f"};
	static const struct clean_opts clean = {
	    .base = "http://feed.example/f", .split_related = true};
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	struct doc *doc;

	if (parse_feed(a, f->data, f->len, &opts, &doc, NULL) == AK_OK) {
		n_items += doc->n_entries;
		if (cleaned && clean_doc(doc, &clean) != AK_OK)
			(void)fputs("b_parse: not cleaned\n", stderr);
	}
	if (arena_used(a) > most_memory)
		most_memory = arena_used(a);
	arena_free(a);
}

enum { FLOOR, PARSE, CLEAN, N_KINDS };

static double
run(int kind)
{
	double start = bench_cpu();

	for (size_t i = 0; i < n_files; i++) {
		if (files[i].len < 4)
			continue;
		if (kind == FLOOR)
			run_floor(&files[i]);
		else
			run_parse(&files[i], kind == CLEAN);
	}
	return bench_cpu() - start;
}

int
main(int argc, char **argv)
{
	static const char *const names[] = {
	    "sax2_floor", "parse", "parse_clean"};
	double seconds[N_KINDS][BENCH_ROUNDS], ratio[N_KINDS][BENCH_ROUNDS];
	double speed[N_KINDS][BENCH_ROUNDS], value;
	char name[64];

	xmlInitParser();
	xmlSetStructuredErrorFunc(NULL, on_error);
	for (int i = 1; i < argc; i++)
		bench_each_file(argv[i], NULL, add_file);
	for (int round = -1; round < BENCH_ROUNDS; round++) {
		for (int k = 0; k < N_KINDS; k++) {
			double s = run(k);

			if (round < 0)
				continue;
			seconds[k][round] = s;
			speed[k][round] = (double)n_bytes / 1e6 / s;
			ratio[k][round] = s / seconds[FLOOR][round];
		}
		if (round < 0)
			n_items = 0;
	}
	for (int k = 0; k < N_KINDS; k++) {
		bench_report(names[k], "MB/s", speed[k], BENCH_ROUNDS);
		if (k == FLOOR)
			continue;
		(void)snprintf(name, sizeof(name), "%s_to_floor", names[k]);
		bench_report(name, "ratio", ratio[k], BENCH_ROUNDS);
	}
	value = (double)n_items / (2 * BENCH_ROUNDS);
	bench_report("parse_items", "items", &value, 1);
	value = (double)most_memory / 1e6;
	bench_report("parse_arena_most", "MB", &value, 1);
	for (size_t i = 0; i < n_files; i++)
		free(files[i].data);
	free(files);
	free(text);
	return 0;
}

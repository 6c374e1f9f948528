/* SPDX-License-Identifier: ISC */
/* akin related: which articles belong together. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/article_json.h"
#include "cli/relation.h"
#include "cli/term.h"
#include "conf/conf.h"
#include "daemon/why.h"
#include "relate/relate.h"
#include "store/store.h"

static const char related_usage[] =
    "usage: akin related [--json] ID\n"
    "       akin related [--json] --all\n"
    "       akin related --wrong|--right ID ID\n"
    "       akin related --wrong [--json]\n"
    "The related articles of one article, or of every article (JSON lines).\n"
    "  --wrong  these two do not belong together: take the pair apart;\n"
    "           without IDs: the pairs that were\n"
    "  --right  they do after all: undo --wrong\n"
    "With -v each line says what the two share.\n";

#define TERMS 5
#define PAGE 256 /* articles of --all read at a time */

struct relations {
	struct store_reader *reader;
	/* For one article the shared terms are told too; else NULL: to read
	 * two texts for each of all relations would take hours. */
	struct store_reader *texts;
	struct relate_lexer *lexer;
	struct relate_index *index; /* of these terms */
	int64_t self;
	int64_t keep;
	json_t *list;
	struct term term;
	int64_t n;
	bool as_json;
};

/* --- reasons -------------------------------------------------------------- */

/* "shares A, B, C": the strongest terms of both, as one of them writes them. */
static void
add_terms(struct relations *x, int64_t other, json_t *why)
{
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	struct why_pair p;
	struct diag d;
	struct buf b;

	buf_init(&b, 4096);
	if (why_explain(x->texts, x->lexer, x->index, a, x->self, other, &p,
		&d) == AK_OK &&
	    p.why.n_terms > 0) {
		buf_adds(&b, "shares ");
		for (size_t i = 0; i < p.why.n_terms && i < TERMS; i++)
			buf_addf(
			    &b, "%s%s", i > 0 ? ", " : "", p.why.terms[i].text);
		(void)json_array_append_new(why, json_string(buf_str(&b)));
	}
	buf_release(&b);
	arena_free(a);
}

/* --- one article ---------------------------------------------------------- */

static void
collect_cb(const struct store_relation *rel, void *arg)
{
	struct relations *x = arg;
	json_t *o = relation_json(rel);

	if (x->texts != NULL && rel->article != 0 && rel->kind != RELATE_LISTED)
		add_terms(x, rel->article, json_object_get(o, "why"));
	(void)json_array_append_new(x->list, o);
}

static void
text_cb(const struct store_relation *rel, void *arg)
{
	struct relations *x = arg;
	json_t *why = NULL;
	size_t n;

	x->n++;
	if (x->texts != NULL) { /* -v: the last reason says most */
		why = relation_reasons(rel);
		if (rel->kind != RELATE_LISTED && rel->article != 0)
			add_terms(x, rel->article, why);
	}
	n = json_array_size(why);
	relation_row(&x->term, rel,
	    n > 0 ? json_string_value(json_array_get(why, n - 1)) : NULL);
	json_decref(why);
}

struct ids {
	int64_t v[RELATE_EDGES];
	size_t n;
};

static void
id_cb(const struct store_relation *rel, void *arg)
{
	struct ids *ids = arg;

	if (rel->article != 0 && ids->n < AK_COUNT(ids->v))
		ids->v[ids->n++] = rel->article;
}

static enum ak_status
make_index(struct relations *x)
{
	struct ids ids = {.v = {x->self}, .n = 1};
	enum ak_status st =
	    store_related(x->reader, x->self, x->keep, id_cb, &ids);

	x->index = why_index(x->texts, ids.v, ids.n);
	return st;
}

/* The contract's line for one article. */
static enum ak_status
print_line(struct relations *x, const struct store_article *a)
{
	json_t *o = json_object(), *feeds;
	enum ak_status st;

	json_put_id(o, a->guid, a->id);
	(void)json_object_set_new(o, "article", json_integer(a->id));
	(void)json_object_set_new(
	    o, "url", a->url != NULL ? json_string(a->url) : json_null());
	(void)json_object_set_new(
	    o, "title", json_string(a->title != NULL ? a->title : ""));
	feeds = a->feeds != NULL ? json_loads(a->feeds, 0, NULL) : NULL;
	(void)json_object_set_new(
	    o, "feeds", feeds != NULL ? feeds : json_array());
	(void)json_object_set_new(o, "thread",
	    a->thread != 0 ? json_integer(a->thread) : json_null());
	x->list = json_array();
	st = store_related(x->reader, a->id, x->keep, collect_cb, x);
	(void)json_object_set_new(o, "related", x->list);
	json_line(o);
	return st;
}

struct page {
	struct relations *x;
	int64_t last;
	size_t n;
	enum ak_status st; /* of the reader that looks up */
};

static void
page_cb(const struct store_article *a, void *arg)
{
	struct page *p = arg;

	p->last = a->id;
	p->n++;
	if (p->st == AK_OK)
		p->st = print_line(p->x, a);
}

static enum ak_status
print_all(struct store_reader *r, struct relations *x)
{
	struct page p = {.x = x};
	enum ak_status st;

	do {
		struct store_article_query q = {.after_id = p.last,
		    .by_arrival = true,
		    .order = STORE_OLDEST,
		    .limit = PAGE,
		    .with_feeds = true};

		p.n = 0;
		st = store_articles(r, &q, page_cb, &p);
		if (st == AK_OK)
			st = p.st;
	} while (st == AK_OK && p.n == PAGE && !ferror(stdout));
	return st;
}

static enum ak_status
print_one(struct store_reader *r, struct relations *x, int64_t id, bool as_json)
{
	struct store_article_query q = {
	    .ids = &id, .n_ids = 1, .with_feeds = true};
	struct page p = {.x = x};
	enum ak_status st;

	st = x->texts != NULL ? make_index(x) : AK_OK;
	if (st == AK_OK && as_json)
		return store_articles(r, &q, page_cb, &p);
	if (st == AK_OK)
		st = store_related(x->reader, id, x->keep, text_cb, x);
	if (st == AK_OK && x->n == 0 && x->term.is_tty)
		(void)puts("none yet");
	return st;
}

/* --- taken apart by hand -------------------------------------------------- */

static void
wrong_cb(const struct store_wrong *w, void *arg)
{
	const struct relations *x = arg;

	if (x->as_json) {
		json_t *o = json_object();

		for (int i = 0; i < 2; i++) {
			json_t *side = json_pack(
			    "{sI}", "article", (json_int_t)w->article[i]);

			json_put(side, "title", w->title[i]);
			json_put(side, "feed", w->feed_title[i]);
			(void)json_object_set_new(o, i == 0 ? "a" : "b", side);
		}
		json_line(o);
		return;
	}
	for (int i = 0; i < 2; i++) {
		(void)printf(
		    "%s%lld\t", i > 0 ? "\t" : "", (long long)w->article[i]);
		term_put(&x->term, TERM_PLAIN, w->title[i] ? w->title[i] : "");
	}
	(void)putchar('\n');
}

static int
list_wrong(struct cli *cli, bool as_json)
{
	struct relations x = {.as_json = as_json};
	struct store_reader *r = NULL;
	int rc = cli_open_reader(cli, &r);
	enum ak_status st;

	if (rc != CLI_OK)
		return rc;
	term_init(&x.term, stdout);
	if ((st = store_wrong_pairs(r, 0, wrong_cb, &x)) != AK_OK)
		rc = cli_store_failed(cli, st, store_reader_error(r));
	store_reader_close(r);
	return rc;
}

static int
mark_pair(struct cli *cli, char **ids, bool is_wrong)
{
	struct store_reader *r = NULL;
	struct store *s = NULL;
	int64_t a = 0, b = 0;
	enum ak_status st;
	int rc = cli_open_reader(cli, &r);

	if (rc == CLI_OK)
		rc = cli_article_id(r, ids[0], &a);
	if (rc == CLI_OK)
		rc = cli_article_id(r, ids[1], &b);
	store_reader_close(r);
	if (rc == CLI_OK && a == b) {
		cli_error(ids[1], "the same article twice");
		return CLI_USAGE;
	}
	if (rc == CLI_OK)
		rc = cli_open_store(cli, &s);
	if (rc != CLI_OK)
		return rc;
	st = store_relation_wrong(s, a, b, is_wrong);
	if (st != AK_OK)
		rc = cli_store_failed(cli, st, store_error(s));
	store_close(s);
	return rc;
}

/* --- the verb ------------------------------------------------------------- */

static int
show(struct cli *cli, const char *spec, bool all, bool as_json)
{
	struct relations x = {0};
	struct store_reader *r = NULL;
	enum ak_status st;
	int64_t id = 0;
	int rc = cli_open_reader(cli, &r);

	/* One connection lists, the other looks up: rows are borrowed. */
	if (rc == CLI_OK)
		rc = cli_open_reader(cli, &x.reader);
	if (rc == CLI_OK && !all)
		rc = cli_article_id(r, spec, &id);
	if (rc == CLI_OK && !all && (as_json || cli->verbosity > 0)) {
		rc = cli_open_reader(cli, &x.texts);
		x.lexer = relate_lexer_new();
		x.self = id;
	}
	if (rc == CLI_OK) {
		x.keep = cli->conf->relate_keep;
		term_init(&x.term, stdout);
		st = all ? print_all(r, &x) : print_one(r, &x, id, as_json);
		if (st != AK_OK)
			rc = cli_store_failed(cli, st, store_reader_error(r));
	}
	relate_index_free(x.index);
	relate_lexer_free(x.lexer);
	store_reader_close(x.texts);
	store_reader_close(x.reader);
	store_reader_close(r);
	return rc;
}

int
cmd_related(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"all", no_argument, NULL, 'a'},
	    {"json", no_argument, NULL, 'j'}, {"wrong", no_argument, NULL, 'w'},
	    {"right", no_argument, NULL, 'r'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	bool as_json = false;
	int c, n, what = 0; /* 'a', 'w', 'r', or one article */

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?')
			return cli_usage(related_usage, c == '?');
		if (c == 'j')
			as_json = true;
		else if (what == 0 || what == c)
			what = c;
		else
			what = -1;
	}
	n = argc - optind;
	if (what == 0 ? n != 1 : what == 'a' ? n != 0 : what < 0) {
		cli_error("related", what < 0 ? "--all, --wrong or --right"
					      : "one ID, or --all, is wanted");
		return CLI_USAGE;
	}
	if (what == 'w' && n == 0)
		return list_wrong(cli, as_json);
	if ((what == 'w' || what == 'r') && n != 2) {
		cli_error("related", "two IDs are wanted");
		return CLI_USAGE;
	}
	if (what == 'w' || what == 'r')
		return mark_pair(cli, argv + optind, what == 'w');
	return show(cli, argv[optind], what == 'a', as_json);
}

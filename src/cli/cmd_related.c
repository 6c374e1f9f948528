/* SPDX-License-Identifier: ISC */
/* akin related, why: which articles belong together, and why. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/article_json.h"
#include "cli/term.h"
#include "conf/conf.h"
#include "daemon/why.h"
#include "relate/relate.h"
#include "store/store.h"

static const char related_usage[] =
    "usage: akin related [--json] ID\n"
    "       akin related [--json] --all\n"
    "       akin related --wrong ID ID\n"
    "The related articles of one article, or of every article (JSON lines).\n"
    "  --wrong  these two do not belong together: take the pair apart\n";

static const char why_usage[] =
    "usage: akin why [--json] ID ID\n"
    "Why two articles are related: kind, score and its parts, shared terms.\n";

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

/* What a listing says in short; `akin why` says it whole. */
static json_t *
reasons(struct relations *x, const struct store_relation *rel)
{
	json_t *why = json_array();
	char line[160];

	if (rel->kind == RELATE_LISTED) {
		(void)snprintf(line, sizeof(line),
		    "listed by the publisher (%s), place %lld",
		    rel->form != NULL ? rel->form : "?", (long long)rel->rank);
		(void)json_array_append_new(why, json_string(line));
		return why;
	}
	(void)snprintf(line, sizeof(line), "%s, score %.2f",
	    relate_kind_name((enum relate_kind)rel->kind), rel->score);
	(void)json_array_append_new(why, json_string(line));
	if (x->texts != NULL && rel->article != 0)
		add_terms(x, rel->article, why);
	return why;
}

/* --- one article ---------------------------------------------------------- */

static json_t *
relation_json(struct relations *x, const struct store_relation *rel)
{
	json_t *o = json_object();

	if (rel->guid != NULL || rel->article != 0)
		json_put_id(o, rel->guid, rel->article);
	(void)json_object_set_new(o, "article",
	    rel->article != 0 ? json_integer(rel->article) : json_null());
	json_put(o, "title", rel->title);
	(void)json_object_set_new(
	    o, "url", rel->url != NULL ? json_string(rel->url) : json_null());
	json_put(o, "kind", relate_kind_name((enum relate_kind)rel->kind));
	(void)json_object_set_new(o, "score", json_real(rel->score));
	if (rel->feed_title != NULL)
		json_put(o, "feed", rel->feed_title);
	(void)json_object_set_new(o, "why", reasons(x, rel));
	return o;
}

static void
collect_cb(const struct store_relation *rel, void *arg)
{
	struct relations *x = arg;

	(void)json_array_append_new(x->list, relation_json(x, rel));
}

static void
text_cb(const struct store_relation *rel, void *arg)
{
	static const enum term_style styles[] = {[RELATE_LISTED] = TERM_YELLOW,
	    [RELATE_DUPLICATE] = TERM_DIM,
	    [RELATE_STORY] = TERM_GREEN,
	    [RELATE_TOPIC] = TERM_BLUE};
	struct relations *x = arg;
	const struct term *t = &x->term;
	char id[24] = "-", score[24], when[TERM_TIME_SIZE];
	const char *kind = relate_kind_name((enum relate_kind)rel->kind);

	x->n++;
	if (rel->article != 0)
		(void)snprintf(id, sizeof(id), "%lld", (long long)rel->article);
	(void)snprintf(score, sizeof(score), "%.2f", rel->score);
	if (!t->is_tty) {
		(void)printf("%s\t%s\t%s\t", id, kind, score);
		term_put(t, TERM_PLAIN, rel->feed_title ? rel->feed_title : "");
		(void)putchar('\t');
		term_put(t, TERM_PLAIN, rel->title ? rel->title : "");
		(void)putchar('\t');
		term_put(t, TERM_PLAIN, rel->url ? rel->url : "");
		(void)putchar('\n');
		return;
	}
	(void)printf("%6s  ", id);
	term_cell(t, styles[rel->kind], kind, 10);
	(void)printf("%s  %s  ", score, term_time(rel->published, when));
	term_cell(t, TERM_BLUE, rel->feed_title ? rel->feed_title : "", 18);
	(void)fputs("  ", stdout);
	term_cell(t, TERM_PLAIN,
	    rel->title ? rel->title : (rel->url ? rel->url : ""),
	    t->columns > 90 ? t->columns - 64 : 30);
	(void)putchar('\n');
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

	if (as_json) {
		st = make_index(x);
		return st != AK_OK ? st : store_articles(r, &q, page_cb, &p);
	}
	st = store_related(x->reader, id, x->keep, text_cb, x);
	if (st == AK_OK && x->n == 0 && x->term.is_tty)
		(void)puts("none yet");
	return st;
}

static int
take_apart(struct cli *cli, char **ids)
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
	st = store_relation_wrong(s, a, b);
	if (st != AK_OK)
		rc = cli_store_failed(cli, st, store_error(s));
	store_close(s);
	return rc;
}

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
	if (rc == CLI_OK && !all && as_json) {
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
	    {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	bool all = false, as_json = false, wrong = false;
	int c, wanted;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?')
			return cli_usage(related_usage, c == '?');
		all |= c == 'a';
		as_json |= c == 'j';
		wrong |= c == 'w';
	}
	wanted = wrong ? 2 : !all;
	if (argc - optind != wanted || (wrong && all)) {
		cli_error("related", wrong ? "two IDs are wanted"
					   : "one ID, or --all, is wanted");
		return CLI_USAGE;
	}
	if (wrong)
		return take_apart(cli, argv + optind);
	return show(cli, argv[optind], all, as_json);
}

/* --- why ------------------------------------------------------------------ */

/* The sum that gives the score; akin(1) explains it. */
static void
print_score(const struct why_pair *p)
{
	const struct relate_parts *x = &p->parts;
	double likeness = x->cosine * x->time_factor;

	(void)printf("terms %.3f, time %.3f, same text %.3f\n", x->cosine,
	    x->time_factor, x->containment);
	if (p->not != WHY_RELATED || !p->has_parts || p->embedding > 0)
		return;
	if (p->kind == RELATE_DUPLICATE)
		(void)printf("score = 0.9 + %.3f / 10 = %.3f\n", x->containment,
		    p->score);
	else if (p->kind != RELATE_LISTED)
		(void)printf("likeness %.3f = terms * time; usual %.3f; "
			     "nearest in common %.3f\n"
			     "x = likeness / usual + common / 4 = %.3f; "
			     "score = x / (1 + x) = %.3f\n",
		    likeness, x->usual, x->common,
		    likeness / x->usual + x->common / 4, p->score);
}

static void
print_kind(const struct why_pair *p)
{
	const struct relate_why *w = &p->why;

	switch (p->not ) {
	case WHY_RELATED:
		(void)printf("%s, score %.2f\n",
		    relate_kind_name((enum relate_kind)p->kind), p->score);
		break;
	case WHY_WRONG:
		(void)puts("not related: taken apart by hand");
		break;
	case WHY_BETTER:
		(void)printf("not related: others are nearer to both; by "
			     "itself it would be %s, score %.2f\n",
		    relate_kind_name(w->kind), w->score);
		break;
	case WHY_TOO_LITTLE:
		if (w->score > 0)
			(void)printf("not related: score %.3f, and a relation "
				     "takes %.3f\n",
			    w->score, RELATE_SCORE_FROM);
		else
			(void)printf("not related: likeness %.3f, and a "
				     "relation takes %.3f\n",
			    w->parts.cosine * w->parts.time_factor, w->floor);
		break;
	}
	if (p->form != NULL)
		(void)printf("listed by the publisher (%s), place %lld\n",
		    p->form, (long long)p->rank);
}

static void
print_terms(const struct term *t, const struct relate_why *w)
{
	double rest = 1.0;

	if (w->n_terms > 0)
		(void)puts("shared terms:");
	for (size_t i = 0; i < w->n_terms; i++) {
		rest -= w->terms[i].share;
		(void)printf("  %3.0f %%  ", w->terms[i].share * 100);
		term_put(t, TERM_GREEN, w->terms[i].text);
		(void)puts(w->terms[i].in_titles ? "  (titles)" : "");
	}
	if (w->n_terms > 0 && rest >= 0.005)
		(void)printf("  %3.0f %%  (others, and words side by side)\n",
		    rest * 100);
}

static void
print_why(const struct term *t, const struct why_pair *p)
{
	term_put(t, TERM_BOLD, p->a.title != NULL ? p->a.title : "(no title)");
	(void)putchar('\n');
	term_put(t, TERM_BOLD, p->b.title != NULL ? p->b.title : "(no title)");
	(void)putchar('\n');
	print_kind(p);
	print_score(p);
	if (p->embedding > 0)
		(void)printf("embedding %.2f\n", p->embedding);
	if (p->a.thread != 0 && p->a.thread == p->b.thread)
		(void)printf("both in thread %lld\n", (long long)p->a.thread);
	print_terms(t, &p->why);
}

static void
print_side(const struct term *t, const struct why_article *x, char sign,
    size_t from, size_t to)
{
	char *s;

	if (from >= to || to > x->text_len)
		return;
	s = xstrndup(x->text + from, to - from);
	(void)printf("  %c ", sign);
	term_put(t, sign == '-' ? TERM_RED : TERM_GREEN, s);
	(void)putchar('\n');
	free(s);
}

static void
print_changes(const struct term *t, const struct why_pair *p)
{
	if (p->not != WHY_RELATED || p->kind != RELATE_DUPLICATE)
		return;
	if (p->why.n_spans > 0)
		(void)printf("%.0f %% of the shorter text stands in both; "
			     "changed:\n",
		    p->why.shared * 100);
	for (size_t i = 0; i < p->why.n_spans; i++) {
		const struct relate_span *s = &p->why.spans[i];

		print_side(t, &p->a, '-', s->a_from, s->a_to);
		print_side(t, &p->b, '+', s->b_from, s->b_to);
	}
}

static int
explain(
    struct cli *cli, struct store_reader *r, int64_t a, int64_t b, bool as_json)
{
	const int64_t ids[] = {a, b};
	struct arena *arena = arena_new(LIMIT_DOC_ARENA);
	struct relate_lexer *lx = relate_lexer_new();
	struct relate_index *x = why_index(r, ids, AK_COUNT(ids));
	struct why_pair p;
	struct diag d = {{0}};
	struct term t;
	int rc = CLI_OK;

	if (why_explain(r, lx, x, arena, a, b, &p, &d) != AK_OK) {
		rc = cli_store_failed(cli, AK_IO, d.text);
	} else if (as_json) {
		char *text = why_to_json(&p);

		(void)puts(text);
		free(text);
	} else {
		term_init(&t, stdout);
		print_why(&t, &p);
		print_changes(&t, &p);
	}
	relate_index_free(x);
	relate_lexer_free(lx);
	arena_free(arena);
	return rc;
}

int
cmd_why(struct cli *cli, int argc, char **argv)
{
	struct store_reader *r = NULL;
	bool as_json = false;
	int64_t a = 0, b = 0;
	int rc = cli_args(
	    argc, argv, why_usage, &as_json, 2, 2, "two IDs are wanted");

	if (rc >= 0)
		return rc;
	rc = cli_open_reader(cli, &r);
	if (rc == CLI_OK)
		rc = cli_article_id(r, argv[optind], &a);
	if (rc == CLI_OK)
		rc = cli_article_id(r, argv[optind + 1], &b);
	if (rc == CLI_OK && a == b) {
		cli_error(argv[optind + 1], "the same article twice");
		rc = CLI_USAGE;
	}
	if (rc == CLI_OK)
		rc = explain(cli, r, a, b, as_json);
	store_reader_close(r);
	return rc;
}

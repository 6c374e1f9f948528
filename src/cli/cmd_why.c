/* SPDX-License-Identifier: ISC */
/* akin why: why two articles are related, or are not. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "cli/term.h"
#include "daemon/why.h"
#include "relate/relate.h"
#include "store/store.h"

static const char why_usage[] =
    "usage: akin why [--json] ID ID\n"
    "Why two articles are related: kind, score and its parts, shared terms.\n";

/* The sum that gives the score; akin(1) explains it. */
static void
print_score(const struct why_pair *p)
{
	const struct relate_parts *x = &p->parts;
	double likeness = x->cosine * x->time_factor;

	(void)printf("terms %.3f, time %.3f, same text %.3f\n", x->cosine,
	    x->time_factor, x->containment);
	if (p->verdict != WHY_RELATED || !p->has_parts || p->embedding > 0)
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

	switch (p->verdict) {
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
	if (p->verdict != WHY_RELATED || p->kind != RELATE_DUPLICATE)
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

/* SPDX-License-Identifier: ISC */
/* akin list, search: articles, for people and for programs. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/article_json.h"
#include "cli/term.h"
#include "store/store.h"

static const char list_usage[] =
    "usage: akin list [--feed FEED] [--category NAME] [--unread] [--starred]\n"
    "                 [--thread N] [--since TIME] [--limit N]\n"
    "                 [--query WORDS] [--json|--jsonl|--tsv]\n"
    "List articles, newest first.\n"
    "  --since TIME  a date (2026-11-23) or how long ago (2d, 3h)\n"
    "  --limit N     at most so many; on a terminal 50 unless said otherwise\n"
    "  --json        one JSON Feed 1.1; --jsonl: one item a line\n"
    "  --tsv         number, date, feed, title, URL, marks\n";

static const char search_usage[] =
    "usage: akin search [--limit N] [--json] QUERY\n"
    "Find articles by words, best first.\n"
    "  all words must be there; \"two words\" is a phrase; -word must not be\n";

enum list_form { FORM_TEXT, FORM_TSV, FORM_JSON, FORM_JSONL };

struct listing {
	enum list_form form;
	struct term term;
	int64_t n;
	bool with_snippet;
};

static void
put_tsv_field(const char *s)
{
	struct term plain = {.f = stdout};

	/* Tabs and line ends are controls too: each becomes a space. */
	term_put(&plain, TERM_PLAIN, s != NULL ? s : "");
}

static void
print_tsv(const struct store_article *a)
{
	char when[CLOCK_RFC3339_SIZE];
	int64_t t = a->published != 0 ? a->published : a->arrived_us / 1000000;

	(void)printf("%lld\t%s\t", (long long)a->id, clock_rfc3339(t, when));
	put_tsv_field(a->feed_title);
	(void)putchar('\t');
	put_tsv_field(a->title);
	(void)putchar('\t');
	put_tsv_field(a->url);
	(void)printf(
	    "\t%s%s\n", a->is_read ? "" : "N", a->is_starred ? "*" : "");
}

/* The search marks its hits with two control characters. */
static void
print_snippet(const struct term *t, const char *s)
{
	char *plain = xstrdup(s), *to = plain;

	for (; *s != '\0'; s++)
		if (*s != '\2' && *s != '\3')
			*to++ = *s;
	*to = '\0';
	(void)fputs("           ", stdout);
	term_cell(t, TERM_DIM, plain, t->columns - 12);
	(void)putchar('\n');
	free(plain);
}

static void
print_row(const struct listing *l, const struct store_article *a)
{
	const struct term *t = &l->term;
	size_t feed = t->columns >= 100 ? 22 : 14;
	char number[24], when[TERM_TIME_SIZE];
	int64_t at = a->published != 0 ? a->published : a->arrived_us / 1000000;

	(void)snprintf(number, sizeof(number), "%6lld", (long long)a->id);
	term_put(t, TERM_DIM, number);
	term_put(t, TERM_YELLOW, a->is_starred ? " * " : "   ");
	term_put(t, TERM_DIM, term_time(at, when));
	(void)fputs("  ", stdout);
	term_cell(
	    t, TERM_BLUE, a->feed_title != NULL ? a->feed_title : "", feed);
	(void)fputs("  ", stdout);
	term_cell(t, a->is_read ? TERM_PLAIN : TERM_BOLD,
	    a->title != NULL ? a->title : "(no title)",
	    t->columns > feed + 40 ? t->columns - feed - 30 : 30);
	(void)putchar('\n');
	if (l->with_snippet && a->snippet != NULL)
		print_snippet(t, a->snippet);
}

static void
article_cb(const struct store_article *a, void *arg)
{
	struct listing *l = arg;

	switch (l->form) {
	case FORM_JSON:
		if (l->n > 0)
			(void)putchar(',');
		/* fallthrough */
	case FORM_JSONL:
		json_line(article_json(a));
		break;
	case FORM_TSV:
		print_tsv(a);
		break;
	case FORM_TEXT:
		if (l->term.is_tty)
			print_row(l, a);
		else
			print_tsv(a);
		break;
	}
	l->n++;
}

static int
print_articles(struct cli *cli, struct store_reader *r,
    struct store_article_query *q, struct listing *l)
{
	enum ak_status st;

	term_init(&l->term, stdout);
	q->with_content = l->form >= FORM_JSON;
	q->with_feeds = l->form >= FORM_JSON;
	if (q->limit == 0 && l->form == FORM_TEXT && l->term.is_tty)
		q->limit = 50;
	if (l->form == FORM_JSON)
		(void)printf(
		    "{\"version\":\"https://jsonfeed.org/version/1.1\","
		    "\"title\":\"akin\",\"items\":[");
	st = store_articles(r, q, article_cb, l);
	if (l->form == FORM_JSON)
		(void)printf("]}\n");
	if (st == AK_OK && l->n == 0 && l->form == FORM_TEXT && l->term.is_tty)
		(void)puts("no articles");
	if (st == AK_BADINPUT) {
		cli_error("query", "%s", store_reader_error(r));
		return CLI_USAGE;
	}
	return st == AK_OK ? CLI_OK
			   : cli_store_failed(cli, st, store_reader_error(r));
}

/* What has no word finds nothing, and nobody means that. */
static int
look_for_something(const char *what, const char *query)
{
	if (strlen(query) > LIMIT_QUERY_BYTES)
		cli_error(what, "longer than %d bytes", (int)LIMIT_QUERY_BYTES);
	else if (store_query_has_words(query))
		return CLI_OK;
	else
		cli_error(what, *query == '\0'
				    ? "what for?"
				    : "a word that must be there is wanted");
	return CLI_USAGE;
}

struct list_args {
	const char *feed;
	struct store_article_query q;
	struct listing l;
};

/* CLI_OK, or the exit status; *ret_stop: it was --help. */
static int
list_option(int c, struct list_args *a)
{
	switch (c) {
	case 'f':
		a->feed = optarg;
		break;
	case 'c':
		a->q.category = optarg;
		break;
	case 'u':
		a->q.unread = true;
		break;
	case 's':
		a->q.starred = true;
		break;
	case 'T':
		if (!str_to_i64(optarg, 1, INT64_MAX, &a->q.thread))
			return cli_bad_value("--thread", CLI_NUMBER);
		break;
	case 'S':
		if (!cli_time(optarg, clock_now(), &a->q.since))
			return cli_bad_value("--since", CLI_TIME);
		break;
	case 'n':
		if (!str_to_i64(optarg, 1, INT64_MAX, &a->q.limit))
			return cli_bad_value("--limit", CLI_NUMBER);
		break;
	case 'q':
		a->q.query = optarg;
		break;
	case 'j':
		a->l.form = FORM_JSON;
		break;
	case 'l':
		a->l.form = FORM_JSONL;
		break;
	case 't':
		a->l.form = FORM_TSV;
		break;
	default:
		return CLI_USAGE;
	}
	return CLI_OK;
}

int
cmd_list(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"feed", required_argument, NULL, 'f'},
	    {"category", required_argument, NULL, 'c'},
	    {"unread", no_argument, NULL, 'u'},
	    {"starred", no_argument, NULL, 's'},
	    {"thread", required_argument, NULL, 'T'},
	    {"since", required_argument, NULL, 'S'},
	    {"limit", required_argument, NULL, 'n'},
	    {"query", required_argument, NULL, 'q'},
	    {"json", no_argument, NULL, 'j'}, {"jsonl", no_argument, NULL, 'l'},
	    {"tsv", no_argument, NULL, 't'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	struct list_args a = {0};
	struct store_reader *r = NULL;
	int c, rc;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h')
			return cli_usage(list_usage, false);
		if (list_option(c, &a) != CLI_OK)
			return CLI_USAGE;
	}
	if (optind < argc) {
		cli_error(argv[optind], "list takes options only");
		return CLI_USAGE;
	}
	rc = a.q.query != NULL ? look_for_something("--query", a.q.query)
			       : CLI_OK;
	if (rc == CLI_OK)
		rc = cli_open_reader(cli, &r);
	if (rc == CLI_OK && a.feed != NULL)
		rc = cli_feed_id(r, a.feed, &a.q.feed_id);
	if (rc == CLI_OK && a.q.category != NULL)
		rc = cli_category(r, a.q.category);
	if (rc == CLI_OK && a.q.thread != 0)
		rc = cli_thread_id(r, a.q.thread, &a.q.thread);
	if (rc == CLI_OK)
		rc = print_articles(cli, r, &a.q, &a.l);
	store_reader_close(r);
	return rc;
}

/*
 * Words of the query from optind on, up to an option, which is left to
 * getopt(3); false: there is none. "-word" is a word that must not be there.
 */
static bool
take_words(int argc, char **argv, struct buf *words)
{
	bool all = false;

	for (; optind < argc; optind++) {
		const char *s = argv[optind];

		if (!all && strcmp(s, "--") == 0) {
			all = true;
			continue;
		}
		if (!all && s[0] == '-' &&
		    (s[1] == '-' || strcmp(s, "-h") == 0))
			return true;
		buf_addf(words, "%s%s", words->len > 0 ? " " : "", s);
	}
	return false;
}

int
cmd_search(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"limit", required_argument, NULL, 'n'},
	    {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	struct list_args a = {.q = {.order = STORE_BEST, .limit = 30},
	    .l = {.with_snippet = true}};
	struct store_reader *r = NULL;
	struct buf words;
	int c, rc = CLI_OK;

	buf_init(&words, 64 << 10);
	for (optind = 1; rc == CLI_OK && take_words(argc, argv, &words);) {
		c = getopt_long(argc, argv, "+h", options, NULL);
		if (c == 'h') {
			buf_release(&words);
			return cli_usage(search_usage, false);
		}
		rc = list_option(c, &a);
	}
	a.q.query = buf_str(&words);
	if (rc == CLI_OK)
		rc = look_for_something("search", a.q.query);
	if (rc == CLI_OK)
		rc = cli_open_reader(cli, &r);
	if (rc == CLI_OK)
		rc = print_articles(cli, r, &a.q, &a.l);
	store_reader_close(r);
	buf_release(&words);
	return rc;
}

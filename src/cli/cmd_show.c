/* SPDX-License-Identifier: ISC */
/* akin show: one article, or what was changed in it. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/article_json.h"
#include "cli/relation.h"
#include "cli/term.h"
#include "conf/conf.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin show [--diff] [--json] ID\n"
    "Show an article, its story and its related articles.\n"
    "  --diff  what was changed in it\n";

struct shown {
	struct term term;
	int64_t thread;
	size_t n_related;
	json_t *json;
};

static void
text_cb(const struct store_article *a, void *arg)
{
	struct shown *shown = arg;
	const struct term *t = &shown->term;
	char when[TERM_TIME_SIZE];

	shown->thread = a->thread;

	term_put(t, TERM_BOLD, a->title != NULL ? a->title : "(no title)");
	(void)putchar('\n');
	term_put(t, TERM_BLUE, a->feed_title != NULL ? a->feed_title : "");
	(void)printf("  %s",
	    term_time(
		a->published != 0 ? a->published : a->arrived_us / 1000000,
		when));
	if (a->author != NULL) {
		(void)fputs("  ", stdout);
		term_put(t, TERM_PLAIN, a->author);
	}
	(void)putchar('\n');
	if (a->url != NULL) {
		term_put(t, TERM_DIM, a->url);
		(void)putchar('\n');
	}
	if (a->gone_at != 0)
		(void)printf("the publisher took it out: %s\n",
		    term_time(a->gone_at, when));
	(void)putchar('\n');
	term_paragraphs(t, a->text != NULL	? a->text
			   : a->summary != NULL ? a->summary
						: "");
}

static void
json_cb(const struct store_article *a, void *arg)
{
	struct shown *shown = arg;

	shown->json = article_json(a);
}

/* --- what belongs to it --------------------------------------------------- */

static void
story_cb(const struct store_thread *h, void *arg)
{
	(void)arg;
	if (h->n_articles > 1)
		(void)printf("\nstory %lld: %lld articles of %lld %s; akin "
			     "threads %lld tells who had it when\n",
		    (long long)h->id, (long long)h->n_articles,
		    (long long)h->n_feeds, h->n_feeds == 1 ? "feed" : "feeds",
		    (long long)h->id);
}

static void
related_cb(const struct store_relation *rel, void *arg)
{
	struct shown *shown = arg;

	if (shown->n_related++ == 0)
		(void)puts("\nrelated:");
	relation_row(&shown->term, rel, NULL);
}

static void
related_json_cb(const struct store_relation *rel, void *arg)
{
	(void)json_array_append_new(arg, relation_json(rel));
}

static enum ak_status
show_article(struct store_reader *r, int64_t id, int64_t keep, bool as_json,
    struct shown *shown)
{
	struct store_thread_query q = {0};
	enum ak_status st =
	    store_article_get(r, id, as_json ? json_cb : text_cb, shown);
	json_t *list;

	if (st != AK_OK)
		return st;
	if (as_json) {
		list = json_array();
		st = store_related(r, id, keep, related_json_cb, list);
		(void)json_object_set_new(
		    json_object_get(shown->json, "_akin"), "related", list);
		json_line(shown->json);
		return st;
	}
	q.id = shown->thread;
	if (q.id != 0)
		st = store_threads(r, &q, story_cb, NULL);
	return st != AK_OK ? st : store_related(r, id, keep, related_cb, shown);
}

/* --- differences ---------------------------------------------------------- */

struct lines {
	char *text;
	char **at;
	size_t n;
};

struct versions {
	struct lines before;
	char *title;
	int64_t n;
	const struct term *term;
};

static struct lines
split_lines(const char *s)
{
	struct lines l = {.text = xstrdup(s != NULL ? s : "")};
	char *rest = l.text, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		l.at = xreallocarray(l.at, l.n + 1, sizeof(*l.at));
		l.at[l.n++] = line;
	}
	return l;
}

static void
free_lines(struct lines *l)
{
	free(l->text);
	free(l->at);
}

static void
put_line(const struct term *t, char sign, const char *s)
{
	static const enum term_style styles[] = {TERM_RED, TERM_GREEN};
	char mark[3] = {sign, ' ', '\0'};
	enum term_style style = styles[sign == '+'];

	term_put(t, style, mark);
	term_put(t, style, s);
	(void)putchar('\n');
}

/*
 * Longest common subsequence of lines.  Texts of articles have hundreds of
 * lines, so the square table is small; past DIFF_LINES all is shown as changed.
 */
#define DIFF_LINES ((size_t)2000)

static void
print_diff(const struct term *t, const struct lines *a, const struct lines *b)
{
	size_t w = b->n + 1, i = 0, j = 0;
	uint16_t *len;

	if (a->n > DIFF_LINES || b->n > DIFF_LINES) {
		for (i = 0; i < a->n; i++)
			put_line(t, '-', a->at[i]);
		for (j = 0; j < b->n; j++)
			put_line(t, '+', b->at[j]);
		return;
	}
	len = xcalloc((a->n + 1) * w, sizeof(*len));
	for (i = a->n; i-- > 0;)
		for (j = b->n; j-- > 0;) {
			uint16_t down = len[(i + 1) * w + j];
			uint16_t right = len[i * w + j + 1];

			if (strcmp(a->at[i], b->at[j]) == 0)
				len[i * w + j] =
				    (uint16_t)(len[(i + 1) * w + j + 1] + 1);
			else
				len[i * w + j] = down > right ? down : right;
		}
	for (i = j = 0; i < a->n || j < b->n;) {
		if (i < a->n && j < b->n && strcmp(a->at[i], b->at[j]) == 0) {
			i++;
			j++;
		} else if (i < a->n && (j == b->n || len[(i + 1) * w + j] >=
							 len[i * w + j + 1])) {
			put_line(t, '-', a->at[i++]);
		} else {
			put_line(t, '+', b->at[j++]);
		}
	}
	free(len);
}

static void
revision_cb(const struct store_revision *v, void *arg)
{
	struct versions *vs = arg;
	struct lines now = split_lines(v->text);
	char when[TERM_TIME_SIZE], head[96];

	if (vs->n > 0) {
		(void)snprintf(head, sizeof(head), "revision %lld, seen %s\n",
		    (long long)v->n, term_time(v->at, when));
		(void)fputs(head, stdout);
		if (!str_eq(vs->title, v->title)) {
			put_line(vs->term, '-', vs->title ? vs->title : "");
			put_line(vs->term, '+', v->title ? v->title : "");
		}
		print_diff(vs->term, &vs->before, &now);
	}
	free_lines(&vs->before);
	free(vs->title);
	vs->before = now;
	vs->title = v->title != NULL ? xstrdup(v->title) : NULL;
	vs->n++;
}

static void
revision_json_cb(const struct store_revision *v, void *arg)
{
	json_t *o = json_object();

	(void)arg;
	(void)json_object_set_new(o, "revision", json_integer(v->n));
	json_put_time(o, "seen", v->at);
	json_put(o, "title", v->title);
	json_put(o, "content_html", v->content_html);
	json_put(o, "content_text", v->text);
	json_line(o);
}

static enum ak_status
show_revisions(
    struct store_reader *r, int64_t id, const struct term *t, bool as_json)
{
	struct versions vs = {.term = t};
	enum ak_status st;

	if (as_json)
		return store_revisions(r, id, revision_json_cb, NULL);
	st = store_revisions(r, id, revision_cb, &vs);
	if (st == AK_OK && vs.n < 2)
		(void)puts("never changed");
	free_lines(&vs.before);
	free(vs.title);
	return st;
}

int
cmd_show(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"diff", no_argument, NULL, 'd'}, {"json", no_argument, NULL, 'j'},
	    {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	bool diff = false, as_json = false;
	struct store_reader *r = NULL;
	enum ak_status st;
	struct shown shown = {0};
	int64_t id = 0;
	int c, rc;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?')
			return cli_usage(usage, c == '?');
		diff |= c == 'd';
		as_json |= c == 'j';
	}
	if (argc - optind != 1) {
		cli_error("show", "one ID is wanted");
		return CLI_USAGE;
	}
	rc = cli_open_reader(cli, &r);
	if (rc == CLI_OK)
		rc = cli_article_id(r, argv[optind], &id);
	if (rc == CLI_OK) {
		term_init(&shown.term, stdout);
		st = diff ? show_revisions(r, id, &shown.term, as_json)
			  : show_article(
				r, id, cli->conf->relate_keep, as_json, &shown);
		if (st != AK_OK)
			rc = cli_store_failed(cli, st, store_reader_error(r));
	}
	store_reader_close(r);
	return rc;
}

/* SPDX-License-Identifier: ISC */
/* akin threads: the stories that several articles report, and one of them. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/article_json.h"
#include "cli/term.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin threads [--since TIME] [--limit N] [--json]\n"
    "       akin threads [--json] N\n"
    "The stories that several articles report, the latest grown first; or\n"
    "one of them: who had it first, who followed, who copied whom.\n";

struct listing {
	bool as_json;
	struct term term;
	int64_t n;
	json_t *o; /* of one story */
};

static json_t *
thread_json(const struct store_thread *h)
{
	json_t *o = json_object();

	(void)json_object_set_new(o, "thread", json_integer(h->id));
	(void)json_object_set_new(o, "article", json_integer(h->lead));
	json_put(o, "title", h->lead_title);
	json_put(o, "url", h->lead_url);
	json_put(o, "feed", h->lead_feed);
	(void)json_object_set_new(o, "articles", json_integer(h->n_articles));
	(void)json_object_set_new(o, "feeds", json_integer(h->n_feeds));
	json_put_time(o, "first", h->first_at);
	json_put_time(o, "last", h->last_at);
	return o;
}

static void
thread_cb(const struct store_thread *h, void *arg)
{
	struct listing *l = arg;
	char last[TERM_TIME_SIZE], utc[CLOCK_RFC3339_SIZE];

	l->n++;
	if (l->as_json) {
		json_line(thread_json(h));
		return;
	}
	(void)printf(l->term.is_tty ? "%6lld  %s  %3lld articles %3lld feeds  "
				    : "%lld\t%s\t%lld\t%lld\t",
	    (long long)h->id,
	    l->term.is_tty ? term_time(h->last_at, last)
			   : clock_rfc3339(h->last_at, utc),
	    (long long)h->n_articles, (long long)h->n_feeds);
	if (l->term.is_tty)
		term_cell(&l->term, TERM_BOLD,
		    h->lead_title ? h->lead_title : "",
		    l->term.columns > 90 ? l->term.columns - 54 : 36);
	else
		term_put(
		    &l->term, TERM_PLAIN, h->lead_title ? h->lead_title : "");
	(void)putchar('\n');
}

/* --- one story ------------------------------------------------------------ */

struct member {
	const struct store_article *a;
	int64_t at, after_s; /* the first report */
	int64_t copy_of;     /* article; 0: its own words */
	double score;	     /* of that */
};

struct timeline {
	struct listing *l;
	struct store_reader *copies; /* rows are borrowed from another */
	int64_t first_at;
	json_t *members;
	enum ak_status st;
};

static void
print_head(const struct store_thread *h, void *arg)
{
	struct timeline *t = arg;
	char first[TERM_TIME_SIZE], last[TERM_TIME_SIZE];

	t->first_at = h->first_at;
	if (t->l->as_json) {
		t->l->o = thread_json(h);
		return;
	}
	if (!t->l->term.is_tty)
		return;
	term_put(&t->l->term, TERM_BOLD, h->lead_title ? h->lead_title : "");
	(void)printf("\n%lld %s of %lld %s, %s to %s\n",
	    (long long)h->n_articles,
	    h->n_articles == 1 ? "article" : "articles", (long long)h->n_feeds,
	    h->n_feeds == 1 ? "feed" : "feeds", term_time(h->first_at, first),
	    term_time(h->last_at, last));
}

static void
add_member(struct timeline *t, const struct member *m)
{
	json_t *o = json_object(), *copy = json_null();

	(void)json_object_set_new(o, "article", json_integer(m->a->id));
	json_put_id(o, m->a->guid, m->a->id);
	json_put(o, "title", m->a->title);
	json_put(o, "url", m->a->url);
	json_put(o, "feed", m->a->feed_title);
	json_put(o, "language", m->a->language);
	json_put_time(o, "date", m->at);
	(void)json_object_set_new(o, "after_seconds", json_integer(m->after_s));
	if (m->copy_of != 0)
		copy = json_pack("{sI sf}", "article", (json_int_t)m->copy_of,
		    "score", m->score);
	(void)json_object_set_new(o, "copy_of", copy);
	(void)json_array_append_new(t->members, o);
}

/* "+22 min", behind the first report. */
static void
put_lag(const struct member *m)
{
	char lag[24] = "first";

	if (m->after_s >= 86400)
		(void)snprintf(
		    lag, sizeof(lag), "+%.1f d", (double)m->after_s / 86400);
	else if (m->after_s >= 3600)
		(void)snprintf(
		    lag, sizeof(lag), "+%.1f h", (double)m->after_s / 3600);
	else if (m->after_s > 0)
		(void)snprintf(lag, sizeof(lag), "+%lld min",
		    (long long)(m->after_s + 59) / 60);
	(void)printf("%8s  ", lag);
}

static void
print_member(const struct timeline *t, const struct member *m)
{
	const struct term *term = &t->l->term;
	const char *title = m->a->title != NULL ? m->a->title : "";
	const char *feed = m->a->feed_title != NULL ? m->a->feed_title : "";
	char when[TERM_TIME_SIZE], utc[CLOCK_RFC3339_SIZE];

	if (!term->is_tty) {
		(void)printf("%lld\t%s\t", (long long)m->a->id,
		    clock_rfc3339(m->at, utc));
		term_put(term, TERM_PLAIN, feed);
		(void)putchar('\t');
		term_put(term, TERM_PLAIN, title);
		(void)putchar('\t');
		term_put(term, TERM_PLAIN, m->a->url != NULL ? m->a->url : "");
		if (m->copy_of != 0)
			(void)printf("\t%lld\n", (long long)m->copy_of);
		else
			(void)puts("\t");
		return;
	}
	(void)printf("%6lld  %s", (long long)m->a->id, term_time(m->at, when));
	put_lag(m);
	term_cell(term, TERM_BLUE, feed, 16);
	(void)fputs("  ", stdout);
	term_cell(term, m->a->is_read ? TERM_PLAIN : TERM_BOLD, title,
	    term->columns > 84 ? term->columns - 54 : 30);
	(void)putchar('\n');
	if (m->copy_of != 0)
		(void)printf("%36scopy of %lld, score %.2f: akin why %lld "
			     "%lld\n",
		    "", (long long)m->copy_of, m->score, (long long)m->copy_of,
		    (long long)m->a->id);
}

static void
copy_cb(const struct store_relation *rel, void *arg)
{
	struct member *m = arg;

	m->copy_of = rel->article;
	m->score = rel->score;
}

static void
member_cb(const struct store_article *a, void *arg)
{
	struct timeline *t = arg;
	struct member m = {.a = a,
	    .at = a->published != 0 ? a->published : a->arrived_us / 1000000};

	if (t->st == AK_OK)
		t->st = store_copy_of(t->copies, a->id, copy_cb, &m);
	m.after_s = m.at > t->first_at ? m.at - t->first_at : 0;
	if (t->l->as_json)
		add_member(t, &m);
	else
		print_member(t, &m);
}

static int
show_one(struct cli *cli, struct store_reader *r, struct listing *l, int64_t id)
{
	struct timeline t = {.l = l};
	struct store_thread_query one = {.id = id, .min_articles = 1};
	struct store_article_query q = {.order = STORE_OLDEST};
	enum ak_status st;
	int rc = cli_thread_id(r, id, &q.thread);

	if (rc == CLI_OK)
		rc = cli_open_reader(cli, &t.copies);
	if (rc != CLI_OK)
		return rc;
	st = store_threads(r, &one, print_head, &t);
	t.members = json_array();
	if (st == AK_OK)
		st = store_articles(r, &q, member_cb, &t);
	if (st == AK_OK)
		st = t.st;
	if (l->o != NULL) {
		(void)json_object_set(l->o, "members", t.members);
		json_line(l->o);
	}
	json_decref(t.members);
	store_reader_close(t.copies);
	return st == AK_OK ? CLI_OK
			   : cli_store_failed(cli, st, store_reader_error(r));
}

int
cmd_threads(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"since", required_argument, NULL, 's'},
	    {"limit", required_argument, NULL, 'n'},
	    {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	struct store_thread_query q = {.min_articles = 2};
	struct listing l = {0};
	struct store_reader *r = NULL;
	enum ak_status st;
	int64_t one = 0;
	int c, rc;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?')
			return cli_usage(usage, c == '?');
		l.as_json |= c == 'j';
		if (c == 's' && !cli_time(optarg, clock_now(), &q.since))
			return cli_bad_value("--since", CLI_TIME);
		if (c == 'n' && !str_to_i64(optarg, 1, INT64_MAX, &q.limit))
			return cli_bad_value("--limit", CLI_NUMBER);
	}
	if (argc - optind > 1 ||
	    (argc > optind && !str_to_i64(argv[optind], 1, INT64_MAX, &one))) {
		cli_error("threads", "one number of a thread at most");
		return CLI_USAGE;
	}
	if ((rc = cli_open_reader(cli, &r)) != CLI_OK)
		return rc;
	term_init(&l.term, stdout);
	if (one != 0) {
		rc = show_one(cli, r, &l, one);
		store_reader_close(r);
		return rc;
	}
	if (q.limit == 0 && l.term.is_tty && !l.as_json)
		q.limit = 30;
	st = store_threads(r, &q, thread_cb, &l);
	if (st == AK_OK && l.n == 0 && l.term.is_tty && !l.as_json)
		(void)puts("no stories");
	if (st != AK_OK)
		rc = cli_store_failed(cli, st, store_reader_error(r));
	store_reader_close(r);
	return rc;
}

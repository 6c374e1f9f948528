/* SPDX-License-Identifier: ISC */
/* akin feeds, why-next, remove: subscriptions as they stand. */
#include "cli/cli.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "cli/article_json.h"
#include "cli/term.h"
#include "sched/sched.h"
#include "store/store.h"

static const char feeds_usage[] =
    "usage: akin feeds [--problems] [--category NAME] [--json] [FEED ...]\n"
    "List the subscriptions: state, last and next poll, articles.\n"
    "  --problems  only those that need a look\n";
static const char why_next_usage[] =
    "usage: akin why-next [--json] FEED\n"
    "Say when a feed is polled next, and why then.\n";
static const char remove_usage[] =
    "usage: akin remove [--json] FEED ...\n"
    "Unsubscribe. Articles that no other feed carries go with it; starred\n"
    "ones stay.\n";

static const char *
state_word(const struct store_feed *f)
{
	if (f->sched.life != SCHED_ACTIVE)
		return sched_life_name(f->sched.life);
	if (f->sched.last_poll_at == 0)
		return "new";
	return f->error != NULL ? "failing" : "ok";
}

static const char *
advice(const struct store_feed *f)
{
	return f->error != NULL && f->sched.life == SCHED_ACTIVE
		   ? sched_outcome_advice(f->sched.last_outcome, false)
		   : NULL;
}

static json_t *
feed_json(const struct store_feed *f)
{
	json_t *o = json_object();
	struct buf why;

	buf_init(&why, 4096);
	sched_explain(&f->sched, clock_now(), &why);
	(void)json_object_set_new(o, "feed", json_integer(f->id));
	json_put(o, "url", f->url);
	json_put(o, "title", f->title);
	json_put(o, "home_page_url", f->home_page_url);
	json_put(o, "category", f->category);
	json_put(o, "state", state_word(f));
	json_put_time(o, "added", f->added_at);
	json_put_time(o, "last_poll", f->sched.last_poll_at);
	json_put_time(o, "last_ok", f->sched.last_ok_at);
	json_put_time(o, "last_new", f->sched.last_new_at);
	if (f->sched.life == SCHED_ACTIVE)
		json_put_time(o, "next_poll", f->sched.due_at);
	json_put(o, "why_next", sched_hint_name(f->sched.hint));
	json_put(o, "explained", buf_str(&why));
	json_put(o, "outcome", sched_outcome_name(f->sched.last_outcome));
	json_put(o, "error", f->error);
	json_put(o, "advice", advice(f));
	(void)json_object_set_new(o, "errors", json_integer(f->sched.n_errors));
	(void)json_object_set_new(o, "articles", json_integer(f->n_articles));
	(void)json_object_set_new(o, "unread", json_integer(f->n_unread));
	json_put(o, "moved_to", f->moved_to);
	buf_release(&why);
	return o;
}

struct listing {
	bool as_json;
	struct term term;
	int64_t n;
};

static void
print_row(const struct listing *l, const struct store_feed *f)
{
	static const struct {
		const char *state;
		enum term_style style;
	} styles[] = {{"ok", TERM_GREEN}, {"failing", TERM_RED},
	    {"dead", TERM_RED}, {"gone", TERM_RED}, {"new", TERM_YELLOW},
	    {"paused", TERM_DIM}};
	const struct term *t = &l->term;
	enum term_style style = TERM_PLAIN;
	const char *state = state_word(f);
	char last[TERM_TIME_SIZE], next[TERM_TIME_SIZE];

	for (size_t i = 0; i < AK_COUNT(styles); i++)
		if (strcmp(styles[i].state, state) == 0)
			style = styles[i].style;
	(void)printf("%5lld  ", (long long)f->id);
	term_cell(t, style, state, 7);
	(void)printf("  %s  %s  %6lld %6lld  ",
	    term_time(f->sched.last_poll_at, last),
	    term_time(
		f->sched.life == SCHED_ACTIVE ? f->sched.due_at : 0, next),
	    (long long)f->n_articles, (long long)f->n_unread);
	term_cell(
	    t, TERM_BOLD, f->title, t->columns > 100 ? t->columns - 72 : 28);
	(void)putchar('\n');
	if (f->error != NULL) {
		(void)fputs("       ", stdout);
		term_cell(t, TERM_RED, f->error, t->columns - 8);
		(void)putchar('\n');
	}
	if (advice(f) != NULL) {
		(void)fputs("       ", stdout);
		term_cell(t, TERM_PLAIN, advice(f), t->columns - 8);
		(void)putchar('\n');
	}
}

static void
print_tsv(const struct listing *l, const struct store_feed *f)
{
	const char *fields[] = {f->category, f->title, f->url, f->error};
	char last[CLOCK_RFC3339_SIZE], next[CLOCK_RFC3339_SIZE];

	(void)printf("%lld\t%s\t%s\t%s\t%lld\t%lld", (long long)f->id,
	    state_word(f),
	    f->sched.last_poll_at != 0
		? clock_rfc3339(f->sched.last_poll_at, last)
		: "",
	    f->sched.life == SCHED_ACTIVE ? clock_rfc3339(f->sched.due_at, next)
					  : "",
	    (long long)f->n_articles, (long long)f->n_unread);
	for (size_t i = 0; i < AK_COUNT(fields); i++) {
		(void)putchar('\t');
		term_put(
		    &l->term, TERM_PLAIN, fields[i] != NULL ? fields[i] : "");
	}
	(void)putchar('\n');
}

static void
json_cb(const struct store_feed *f, void *arg)
{
	(void)arg;
	json_line(feed_json(f));
}

enum ak_status
cli_print_feed(struct store_reader *r, int64_t id)
{
	struct store_feed_query q = {.id = id, .counts = true};

	return store_feeds(r, &q, json_cb, NULL);
}

static void
feed_cb(const struct store_feed *f, void *arg)
{
	struct listing *l = arg;

	l->n++;
	if (l->as_json)
		json_line(feed_json(f));
	else if (l->term.is_tty)
		print_row(l, f);
	else
		print_tsv(l, f);
}

static void
print_head(const struct listing *l)
{
	if (l->term.is_tty && !l->as_json)
		term_put(&l->term, TERM_DIM,
		    " feed  state    last poll         next poll         "
		    "articles unread  title");
	if (l->term.is_tty && !l->as_json)
		(void)putchar('\n');
}

int
cmd_feeds(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"problems", no_argument, NULL, 'p'},
	    {"category", required_argument, NULL, 'c'},
	    {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	struct store_feed_query q = {.counts = true};
	struct listing l = {0};
	struct store_reader *r = NULL;
	enum ak_status st = AK_OK;
	int c, rc;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?')
			return cli_usage(feeds_usage, c == '?');
		q.problems |= c == 'p';
		l.as_json |= c == 'j';
		if (c == 'c')
			q.category = optarg;
	}
	rc = cli_open_reader(cli, &r);
	if (rc == CLI_OK && q.category != NULL)
		rc = cli_category(r, q.category);
	if (rc != CLI_OK) {
		store_reader_close(r);
		return rc;
	}
	term_init(&l.term, stdout);
	print_head(&l);
	if (optind == argc)
		st = store_feeds(r, &q, feed_cb, &l);
	for (int i = optind; i < argc && st == AK_OK; i++) {
		int one = cli_feed_id(r, argv[i], &q.id);

		if (one != CLI_OK)
			rc = one;
		else
			st = store_feeds(r, &q, feed_cb, &l);
	}
	if (st == AK_OK && rc == CLI_OK && l.n == 0 && l.term.is_tty &&
	    !l.as_json)
		(void)puts(q.problems ? "no feed has a problem"
				      : "no feeds; akin add URL subscribes");
	if (st != AK_OK)
		rc = cli_store_failed(cli, st, store_reader_error(r));
	store_reader_close(r);
	return rc;
}

/* --- why-next ------------------------------------------------------------- */

static void
why_next_cb(const struct store_feed *f, void *arg)
{
	const struct listing *l = arg;
	char due[CLOCK_RFC3339_SIZE];
	struct buf why;
	json_t *o;

	buf_init(&why, 4096);
	sched_explain(&f->sched, clock_now(), &why);
	if (l->as_json) {
		o = json_object();
		(void)json_object_set_new(o, "feed", json_integer(f->id));
		json_put(o, "url", f->url);
		json_put(o, "life", state_word(f));
		if (f->sched.life == SCHED_ACTIVE)
			json_put(o, "next_poll",
			    clock_rfc3339(f->sched.due_at, due));
		json_put(o, "hint", sched_hint_name(f->sched.hint));
		(void)json_object_set_new(
		    o, "hint_seconds", json_integer(f->sched.hint_s));
		json_put(o, "explained", buf_str(&why));
		json_line(o);
	} else {
		(void)puts(buf_str(&why));
	}
	buf_release(&why);
}

int
cmd_why_next(struct cli *cli, int argc, char **argv)
{
	struct store_feed_query q = {0};
	struct listing l = {0};
	struct store_reader *r = NULL;
	enum ak_status st;
	int rc = cli_args(
	    argc, argv, why_next_usage, &l.as_json, 1, 1, "one FEED is wanted");

	if (rc >= 0)
		return rc;
	rc = cli_open_reader(cli, &r);
	if (rc == CLI_OK)
		rc = cli_feed_id(r, argv[optind], &q.id);
	if (rc == CLI_OK) {
		st = store_feeds(r, &q, why_next_cb, &l);
		if (st != AK_OK)
			rc = cli_store_failed(cli, st, store_reader_error(r));
	}
	store_reader_close(r);
	return rc;
}

/* --- remove --------------------------------------------------------------- */

static void
print_removed(const char *asked, int64_t id, bool is_removed)
{
	json_t *o = json_object();

	json_put(o, "asked", asked);
	if (id != 0)
		(void)json_object_set_new(o, "feed", json_integer(id));
	(void)json_object_set_new(o, "removed", json_boolean(is_removed));
	json_line(o);
}

int
cmd_remove(struct cli *cli, int argc, char **argv)
{
	struct store_reader *r = NULL;
	struct store *s = NULL;
	bool as_json = false;
	enum ak_status st;
	int one, rc = cli_args(argc, argv, remove_usage, &as_json, 1, INT_MAX,
		     "which FEED?");

	if (rc >= 0)
		return rc;
	rc = cli_open_reader(cli, &r);
	if (rc == CLI_OK)
		rc = cli_open_store(cli, &s);
	for (int i = optind; s != NULL && i < argc; i++) {
		int64_t id = 0;

		if ((one = cli_feed_id(r, argv[i], &id)) != CLI_OK)
			rc = one;
		else if ((st = store_feed_remove(s, id)) != AK_OK)
			rc = one =
			    cli_feed_failed(cli, argv[i], st, store_error(s));
		if (as_json)
			print_removed(argv[i], id, one == CLI_OK);
	}
	if (s != NULL)
		cli_poke(cli); /* their hubs are to be told */
	store_close(s);
	store_reader_close(r);
	return rc;
}

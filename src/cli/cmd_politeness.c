/* SPDX-License-Identifier: ISC */
/*
 * akin politeness: what was asked of each host, by the log of polls, and what
 * the rules say of it.  For whoever wants to know, and for answering an
 * operator who asks.
 *
 * The log is read as if somebody else had written it: a rule is judged by when
 * a feed was asked again and with what, not by what the scheduler meant to do.
 * It does not tell who asked, so what a person refreshed counts as sooner too.
 */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/article_json.h"
#include "cli/term.h"
#include "sched/sched.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin politeness [--json] [HOST]\n"
    "What was asked of each host in the last 30 days, what conditional\n"
    "requests saved, and whether each rule of good behaviour was kept.\n";

#define DAYS 30
#define DAY_S ((int64_t)86400)
#define FLOOR_S ((int64_t)900)
#define SLACK_S 2 /* a poll ends some time after it was due */

enum rule {
	RULE_FLOOR,
	RULE_VALIDATORS,
	RULE_UNCONDITIONAL,
	RULE_BACKOFF,
	RULE_DAILY,
	RULE_GONE,
	N_RULES
};

static const struct {
	const char *name, *words;
} rules[N_RULES] = {
    [RULE_FLOOR] = {"floor", "15 minutes between two polls of a feed"},
    [RULE_VALIDATORS] = {"validators", "validators sent back"},
    [RULE_UNCONDITIONAL] = {"unconditional",
	"an hour between polls without validators"},
    [RULE_BACKOFF] = {"backoff", "each failure in a row doubles the wait"},
    [RULE_DAILY] = {"daily", "400, 401 and the third 404: a day"},
    [RULE_GONE] = {"gone", "410: a day, and after the second for good"},
};

struct row {
	char *host;
	int64_t feed_id, at, wire_bytes;
	int status, outcome;
	bool was_conditional;
};

struct rows {
	struct row *rows;
	size_t n, cap;
};

struct tally {
	int64_t kept[N_RULES], broken[N_RULES];
};

struct host {
	const char *name;
	int64_t n, n_304, n_same, n_conditional, n_failed, bytes;
	int64_t n_200, bytes_200, n_feeds;
	struct tally tally;
};

static bool
is_ok(const struct row *r)
{
	return r->outcome == SCHED_OK || r->outcome == SCHED_NOT_MODIFIED;
}

/* Was the host reached, or at least tried? */
static bool
was_asked(const struct store_poll *p)
{
	return p->host != NULL &&
	       (p->status != 0 || p->outcome == SCHED_CONNECT ||
		   p->outcome == SCHED_TLS || p->outcome == SCHED_TIMEOUT ||
		   p->outcome == SCHED_CUT || p->outcome == SCHED_TOO_BIG ||
		   p->outcome == SCHED_OTHER_ERROR);
}

static void
poll_cb(const struct store_poll *p, void *arg)
{
	struct rows *r = arg;

	if (!was_asked(p))
		return;
	if (r->n == r->cap) {
		r->cap = r->cap != 0 ? r->cap * 2 : 1024;
		r->rows = xreallocarray(r->rows, r->cap, sizeof(*r->rows));
	}
	r->rows[r->n++] = (struct row){.host = xstrdup(p->host),
	    .feed_id = p->feed_id,
	    .at = p->at,
	    .status = p->status,
	    .outcome = p->outcome,
	    .wire_bytes = p->wire_bytes,
	    .was_conditional = p->was_conditional};
}

static int
by_host_feed_time(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;
	int d = strcmp(a->host, b->host);

	if (d != 0)
		return d;
	if (a->feed_id != b->feed_id)
		return a->feed_id < b->feed_id ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* --- the rules ------------------------------------------------------------ */

static void
judge(struct tally *t, enum rule rule, bool kept)
{
	if (kept)
		t->kept[rule]++;
	else
		t->broken[rule]++;
}

/* `r[i]` of the `n` polls of one feed at one host, oldest first; `n_errors`
 * failures in a row and `n_missing` 404s in a row came before it. */
static void
judge_poll(struct tally *t, const struct row *r, size_t i, size_t n,
    int64_t n_errors, int64_t n_missing)
{
	const struct row *now = &r[i], *last = &r[i - 1];
	int64_t gap = now->at - last->at + SLACK_S;

	judge(t, RULE_FLOOR, gap >= FLOOR_S);
	if (now->was_conditional || is_ok(last))
		/* Asked with them before and after, and without now? */
		judge(t, RULE_VALIDATORS,
		    now->was_conditional || !last->was_conditional ||
			i + 1 == n || !r[i + 1].was_conditional);
	if (!now->was_conditional && is_ok(last))
		judge(t, RULE_UNCONDITIONAL, gap >= 4 * FLOOR_S);
	if (n_errors > 0)
		judge(t, RULE_BACKOFF,
		    gap >= DAY_S ||
			(n_errors < 8 && gap >= FLOOR_S << (n_errors - 1)));
	if (last->status == 400 || last->status == 401 || n_missing >= 3)
		judge(t, RULE_DAILY, gap >= DAY_S);
	if (last->status == 410)
		judge(t, RULE_GONE,
		    gap >= DAY_S && (i < 2 || r[i - 2].status != 410));
}

static void
judge_feed(struct tally *t, const struct row *r, size_t n)
{
	int64_t n_errors = 0, n_missing = 0;

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			judge_poll(t, r, i, n, n_errors, n_missing);
		n_missing = r[i].status == 404 ? n_missing + 1 : 0;
		if (is_ok(&r[i]))
			n_errors = 0;
		else if (r[i].outcome != SCHED_NO_CONTENT)
			n_errors++;
	}
}

static void
add_row(struct host *h, const struct row *r)
{
	h->n++;
	h->bytes += r->wire_bytes;
	h->n_304 += r->status == 304 && is_ok(r);
	h->n_same += r->status == 200 && r->outcome == SCHED_NOT_MODIFIED;
	h->n_conditional += r->was_conditional;
	h->n_failed += !is_ok(r) && r->outcome != SCHED_NO_CONTENT;
	if (r->status == 200) {
		h->n_200++;
		h->bytes_200 += r->wire_bytes;
	}
}

/* --- what is printed ------------------------------------------------------ */

static int64_t
n_broken(const struct tally *t)
{
	int64_t n = 0;

	for (size_t i = 0; i < N_RULES; i++)
		n += t->broken[i];
	return n;
}

static json_t *
tally_json(const struct tally *t)
{
	json_t *o = json_object();

	for (size_t i = 0; i < N_RULES; i++)
		(void)json_object_set_new(o, rules[i].name,
		    json_pack("{sI sI}", "kept", (json_int_t)t->kept[i],
			"broken", (json_int_t)t->broken[i]));
	return o;
}

static void
print_host(const struct host *h, const struct term *t, bool as_json)
{
	int64_t saved = h->n_200 > 0 ? h->n_304 * (h->bytes_200 / h->n_200) : 0;

	if (as_json) {
		json_line(json_pack("{ss sI sI sI sI sI sI sI sI so}", "host",
		    h->name, "feeds", (json_int_t)h->n_feeds, "requests",
		    (json_int_t)h->n, "not_modified", (json_int_t)h->n_304,
		    "same_bytes", (json_int_t)h->n_same, "conditional",
		    (json_int_t)h->n_conditional, "failed",
		    (json_int_t)h->n_failed, "wire_bytes", (json_int_t)h->bytes,
		    "saved_bytes", (json_int_t)saved, "rules",
		    tally_json(&h->tally)));
		return;
	}
	if (t->is_tty)
		term_cell(t, TERM_BOLD, h->name, 28);
	else
		term_put(t, TERM_PLAIN, h->name);
	(void)printf(t->is_tty ? " %5lld %8lld %8lld %8lld %8lld %8lld %8lld"
				 " %8lld\n"
			       : "\t%lld\t%lld\t%lld\t%lld\t%lld\t%lld\t%lld"
				 "\t%lld\n",
	    (long long)h->n_feeds, (long long)h->n, (long long)h->n_304,
	    (long long)h->n_same, (long long)h->bytes / 1024,
	    (long long)saved / 1024, (long long)h->n_failed,
	    (long long)n_broken(&h->tally));
}

static void
print_head(const struct term *t)
{
	char line[128];

	if (!t->is_tty)
		return;
	(void)snprintf(line, sizeof(line),
	    "%-28s feeds requests      304 as stored       kB kB saved "
	    "  failed   broken",
	    "host");
	term_put(t, TERM_DIM, line);
	(void)putchar('\n');
}

/* A line a rule: kept, or how often a feed was asked sooner or otherwise. */
static void
print_rules(const struct tally *all, const struct term *t)
{
	for (size_t i = 0; i < N_RULES; i++) {
		bool kept = all->broken[i] == 0;

		term_put(
		    t, kept ? TERM_GREEN : TERM_RED, kept ? "kept" : "BROKEN");
		if (t->is_tty && kept)
			(void)fputs("  ", stdout);
		(void)printf(t->is_tty ? "  %-46s %8lld times kept, %lld not\n"
				       : "\t%s\t%lld\t%lld\n",
		    rules[i].words, (long long)all->kept[i],
		    (long long)all->broken[i]);
	}
}

static void
print_hosts(struct rows *r, bool as_json)
{
	struct tally all = {0};
	struct term t;

	term_init(&t, stdout);
	if (r->n > 0)
		qsort(r->rows, r->n, sizeof(*r->rows), by_host_feed_time);
	if (!as_json)
		print_head(&t);
	for (size_t i = 0; i < r->n;) {
		struct host h = {.name = r->rows[i].host};

		while (i < r->n && strcmp(r->rows[i].host, h.name) == 0) {
			const struct row *from = &r->rows[i];
			size_t n = 0;

			for (; i < r->n && from[n].feed_id == from->feed_id &&
			       strcmp(from[n].host, h.name) == 0;
			     i++, n++)
				add_row(&h, &from[n]);
			judge_feed(&h.tally, from, n);
			h.n_feeds++;
		}
		for (size_t k = 0; k < N_RULES; k++) {
			all.kept[k] += h.tally.kept[k];
			all.broken[k] += h.tally.broken[k];
		}
		print_host(&h, &t, as_json);
	}
	if (!as_json)
		print_rules(&all, &t);
}

int
cmd_politeness(struct cli *cli, int argc, char **argv)
{
	struct rows rows = {0};
	struct store_reader *r = NULL;
	bool as_json = false;
	enum ak_status st;
	int rc =
	    cli_args(argc, argv, usage, &as_json, 0, 1, "one HOST at most");

	if (rc >= 0)
		return rc;
	if ((rc = cli_open_reader(cli, &r)) != CLI_OK)
		return rc;
	st = store_polls(r, 0, optind < argc ? argv[optind] : NULL,
	    clock_now() - DAYS * 86400, 0, poll_cb, &rows);
	if (st == AK_OK)
		print_hosts(&rows, as_json);
	else
		rc = cli_store_failed(cli, st, store_reader_error(r));
	for (size_t i = 0; i < rows.n; i++)
		free(rows.rows[i].host);
	free(rows.rows);
	store_reader_close(r);
	return rc;
}

/* SPDX-License-Identifier: ISC */
/*
 * akin sync: poll once, by hand or from cron.
 *
 * Where akind polls this store it is asked through its control socket; else
 * the store's lock is taken and a pipeline is run here.  Both ways end in the
 * same callbacks.
 */
#include "cli/cli.h"

#include <event2/event.h>
#include <event2/thread.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/article_json.h"
#include "cli/progress.h"
#include "conf/conf.h"
#include "daemon/control.h"
#include "daemon/pipeline.h"
#include "sched/sched.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin sync [--all | --older [--other-hosts]] [--json] [FEED ...]\n"
    "Poll what is due, or the feeds named, due or not.\n"
    "  --all   every feed now, but never against a Retry-After\n"
    "  --older  of the feeds named also what the publisher keeps of older\n"
    "          entries, fifty pages at a time\n"
    "  --other-hosts  also where that is on another host\n"
    "  --json  a line for each feed, then a summary\n"
    "Silent unless something is wrong; -v adds a summary.\n";

struct sync {
	struct cli *cli;
	bool as_json;
	struct pipeline_which which;
	int64_t *ids;		 /* of `which` */
	struct event_base *base; /* of a pipeline here; or NULL */
	int64_t n_unreached;	 /* by an outage of our own network */
	struct progress progress;
	int64_t began_ms;
	bool is_done;
	struct pipeline_progress result;
	char *fatal;
};

/* --- what comes back ------------------------------------------------------ */

static void
report_cb(const struct pipeline_report *r, void *arg)
{
	struct sync *s = arg;
	json_t *o;

	/* Without words it is the store's fault; that, and an outage of our
	 * own network, is told once. */
	if (r->has_failed &&
	    strcmp(r->outcome, sched_outcome_name(SCHED_NETWORK_DOWN)) == 0) {
		s->n_unreached++;
	} else if ((r->has_failed && r->error != NULL) || r->step != NULL) {
		const char *more = r->step != NULL ? r->step : r->advice;

		progress_clear(&s->progress);
		cli_error(r->url, "%s%s%s", r->error != NULL ? r->error : "",
		    r->error != NULL && more != NULL ? "; " : "",
		    more != NULL ? more : "");
	}
	if (!s->as_json) {
		if (r->moved_to != NULL && !s->cli->is_quiet) {
			progress_clear(&s->progress);
			cli_error(r->url, "moved to %s", r->moved_to);
		}
		if (r->has_older && !s->cli->is_quiet) {
			progress_clear(&s->progress);
			cli_error(r->url, "older entries are left: sync "
					  "--older again");
		}
		return;
	}
	o = json_object();
	(void)json_object_set_new(o, "feed", json_integer(r->feed_id));
	json_put(o, "url", r->url);
	json_put(o, "title", r->title);
	json_put(o, "outcome", r->outcome);
	(void)json_object_set_new(o, "status", json_integer(r->status));
	json_put(o, "error", r->error);
	json_put(o, "advice", r->step != NULL ? r->step : r->advice);
	(void)json_object_set_new(o, "new", json_integer(r->n_new));
	(void)json_object_set_new(o, "revised", json_integer(r->n_revised));
	json_put(o, "moved_to", r->moved_to);
	if (r->has_older)
		(void)json_object_set_new(o, "older", json_true());
	json_put_time(o, "next", r->due_at);
	json_put(o, "why_next", r->hint);
	json_line(o);
}

static void
progress_cb(const struct pipeline_progress *n, void *arg)
{
	struct sync *s = arg;
	char more[160];

	if (!s->progress.is_on)
		return;
	(void)snprintf(more, sizeof(more),
	    "%lld new, %lld failed, %lld to relate", (long long)n->n_new,
	    (long long)n->n_failed, (long long)n->n_to_relate);
	progress_show(&s->progress, n->n_done, n->n_feeds, more);
}

static void
done_cb(const struct pipeline_progress *n, void *arg)
{
	struct sync *s = arg;

	s->is_done = true;
	s->result = *n;
	s->fatal = n->fatal != NULL ? xstrdup(n->fatal) : NULL;
	s->result.fatal = NULL;
	if (s->base != NULL)
		(void)event_base_loopbreak(s->base);
}

/* --- by ourselves --------------------------------------------------------- */

static void
signal_cb(evutil_socket_t sig, short what, void *arg)
{
	(void)sig;
	(void)what;
	(void)event_base_loopbreak(arg);
}

static int
run_here(struct sync *s)
{
	struct pipeline_cbs cbs = {report_cb, progress_cb, done_cb, s};
	struct pipeline *p = NULL;
	struct event *sigs[2];
	struct diag d = {{0}};
	enum ak_status st;

	(void)evthread_use_pthreads();
	pipeline_global_init();
	s->base = event_base_new();
	assert(s->base != NULL);
	st = pipeline_new(s->base, s->cli->conf, s->cli->path, &p, &d);
	if (st != AK_OK) {
		event_base_free(s->base);
		return st == AK_BADINPUT
			   ? (cli_error("configuration", "%s", d.text),
				 CLI_USAGE)
			   : cli_store_failed(s->cli, st, d.text);
	}
	sigs[0] = evsignal_new(s->base, SIGINT, signal_cb, s->base);
	sigs[1] = evsignal_new(s->base, SIGTERM, signal_cb, s->base);
	(void)event_add(sigs[0], NULL);
	(void)event_add(sigs[1], NULL);
	pipeline_sync(p, &s->which, &cbs);
	(void)event_base_dispatch(s->base);
	pipeline_free(p);
	event_free(sigs[0]);
	event_free(sigs[1]);
	event_base_free(s->base);
	s->base = NULL;
	return CLI_OK;
}

/* Take the lock, or ask whoever has it. */
static int
run(struct sync *s)
{
	struct pipeline_cbs cbs = {report_cb, progress_cb, done_cb, s};
	struct store_lock *lock = NULL;
	struct store_lock_owner owner = {0};
	struct diag d = {{0}};
	enum ak_status st;
	int rc;

	st = store_lock_take(s->cli->path, "akin", "", &lock, &owner, &d);
	if (st == AK_OK) {
		rc = run_here(s);
		store_lock_release(lock);
		return rc;
	}
	if (st != AK_BUSY)
		return cli_store_failed(s->cli, st, d.text);
	if (owner.socket[0] == '\0') {
		cli_error("sync", "another sync is at work: %s, process %lld",
		    owner.program, (long long)owner.pid);
		return CLI_LOCKED;
	}
	st = control_sync(owner.socket, &s->which, &cbs, &d);
	if (st == AK_OK)
		return CLI_OK;
	cli_error("akind", "process %lld: %s", (long long)owner.pid, d.text);
	return CLI_UNAVAILABLE;
}

/* --- the verb ------------------------------------------------------------- */

static void
summarise(const struct sync *s)
{
	const struct pipeline_progress *n = &s->result;
	double seconds = (double)(clock_mono_ms() - s->began_ms) / 1000;

	if (s->as_json)
		json_line(json_pack("{sI sI sI sI sI sI sf}", "feeds",
		    (json_int_t)n->n_done, "failed", (json_int_t)n->n_failed,
		    "unchanged", (json_int_t)n->n_unchanged, "new",
		    (json_int_t)n->n_new, "revised", (json_int_t)n->n_revised,
		    "wire_bytes", (json_int_t)n->wire_bytes, "seconds",
		    seconds));
	else if (s->cli->verbosity > 0)
		(void)printf("%lld feeds, %lld unchanged, %lld failed; "
			     "%lld new articles, %lld revised; %.1f s\n",
		    (long long)n->n_done, (long long)n->n_unchanged,
		    (long long)n->n_failed, (long long)n->n_new,
		    (long long)n->n_revised, seconds);
}

/* Those that are there are polled; the others were named. */
static int
find_feeds(struct sync *s, int n, char **specs)
{
	struct store_reader *r = NULL;
	int rc = cli_open_reader(s->cli, &r), one = rc;

	s->which.ids = s->ids = xcalloc((size_t)n, sizeof(*s->ids));
	for (int i = 0; one != CLI_UNAVAILABLE && r != NULL && i < n; i++) {
		one = cli_feed_id(r, specs[i], &s->ids[s->which.n_ids]);
		if (one == CLI_OK)
			s->which.n_ids++;
		else
			rc = one;
	}
	store_reader_close(r);
	return rc;
}

static int
sync_all(struct sync *s, int n_specs, char **specs)
{
	int rc = cli_conf(s->cli), found = CLI_OK;

	if (rc == CLI_OK && n_specs > 0)
		found = find_feeds(s, n_specs, specs);
	if (rc != CLI_OK)
		return rc;
	if (found != CLI_OK && (found != CLI_PARTLY || s->which.n_ids == 0))
		return found;
	s->began_ms = clock_mono_ms();
	progress_begin(&s->progress, "feeds", !s->cli->is_quiet && !s->as_json);
	rc = run(s);
	progress_end(&s->progress);
	if (rc != CLI_OK)
		return rc;
	if (s->fatal != NULL)
		return cli_store_failed(s->cli, AK_IO, s->fatal);
	if (!s->is_done) {
		cli_error("sync", "interrupted");
		return CLI_PARTLY;
	}
	summarise(s);
	if (s->n_unreached > 0)
		cli_error("sync", "the network is down: %lld feeds wait",
		    (long long)s->n_unreached);
	if (s->n_unreached > 0 && s->n_unreached == s->result.n_failed)
		return CLI_UNAVAILABLE;
	return s->result.n_failed > 0 ? CLI_PARTLY : found;
}

int
cmd_sync(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {{"all", no_argument, NULL, 'a'},
	    {"json", no_argument, NULL, 'j'}, {"older", no_argument, NULL, 'o'},
	    {"other-hosts", no_argument, NULL, 'x'},
	    {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	struct sync s = {.cli = cli};
	int c, rc;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?')
			return cli_usage(usage, c == '?');
		s.which.all |= c == 'a';
		s.which.older |= c == 'o';
		s.which.other_hosts |= c == 'x';
		s.as_json |= c == 'j';
	}
	if (s.which.older ? argc == optind || s.which.all
			  : s.which.other_hosts) {
		cli_error("sync", "--older wants the feeds by name");
		return CLI_USAGE;
	}
	rc = sync_all(&s, argc - optind, argv + optind);
	free(s.ids);
	free(s.fatal);
	return rc;
}

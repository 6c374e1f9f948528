/* SPDX-License-Identifier: ISC */
/*
 * akin add: subscribe.  The feed's own pipeline does the work, so that what is
 * stored is the same as by a poll; local paths are taken here and only here.
 */
#include "cli/cli.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/article_json.h"
#include "cli/term.h"
#include "conf/conf.h"
#include "daemon/pipeline.h"
#include "store/store.h"

static const char usage[] =
    "usage: akin add [--category NAME] [--title TITLE] [--pick N]\n"
    "                [--older [--other-hosts]] [--json] URL ...\n"
    "Subscribe to feeds: the URL of a feed, of a page that names feeds, or a\n"
    "file on this machine.\n"
    "  --pick N  where a page names several feeds, take this one\n"
    "  --older   also what the publisher keeps of older entries, fifty pages\n"
    "  --other-hosts  also where that is on another host\n";

struct adding {
	struct cli *cli;
	struct pipeline_add add;
	bool as_json;
	struct event_base *base;
	struct term term;
	const char *spec; /* as typed */
	int64_t n_new;	  /* articles */
	bool is_done;
	int rc; /* the worst so far */
};

/* "file:///abs/path" of a path, percent-encoded; NULL: no such file. */
static char *
file_url(const char *spec)
{
	char path[PATH_MAX];
	struct buf b;

	if (strncmp(spec, "file:", 5) == 0)
		return xstrdup(spec);
	if (realpath(spec, path) == NULL)
		return NULL;
	buf_init(&b, 4 * PATH_MAX);
	buf_adds(&b, "file://");
	for (const char *p = path; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7F ||
		    strchr("%?#\"<>", *p) != NULL)
			buf_addf(&b, "%%%02X", (unsigned)(unsigned char)*p);
		else
			buf_addc(&b, *p);
	return buf_steal(&b);
}

static bool
looks_like_path(const char *spec)
{
	return spec[0] == '/' || spec[0] == '.' || access(spec, F_OK) == 0;
}

static void
print_choices(const struct adding *a, const struct pipeline_added *r)
{
	for (size_t i = 0; i < r->n_choices; i++) {
		const struct pipeline_choice *c = &r->choices[i];

		(void)fprintf(stderr, "%4zu  ", i + 1);
		term_put(&a->term, TERM_PLAIN, c->url);
		if (c->title != NULL) {
			(void)fputs("  ", stderr);
			term_put(&a->term, TERM_PLAIN, c->title);
		}
		(void)fputc('\n', stderr);
	}
	(void)fputs("akin: add --pick N takes one of them\n", stderr);
}

static void
print_json(const struct adding *a, const struct pipeline_added *r)
{
	json_t *o = json_object(), *choices;

	json_put(o, "asked", a->spec);
	json_put(o, "url", r->url);
	json_put(o, "status", ak_status_name(r->status));
	json_put(o, "error", r->error);
	json_put(o, "title", r->title);
	if (r->feed_id != 0)
		(void)json_object_set_new(o, "feed", json_integer(r->feed_id));
	(void)json_object_set_new(o, "new", json_integer(r->n_new));
	if (r->n_choices > 0) {
		choices = json_array();
		for (size_t i = 0; i < r->n_choices; i++) {
			json_t *c = json_object();

			json_put(c, "url", r->choices[i].url);
			json_put(c, "title", r->choices[i].title);
			json_put(c, "type", r->choices[i].type);
			(void)json_array_append_new(choices, c);
		}
		(void)json_object_set_new(o, "choices", choices);
	}
	json_line(o);
}

static void
added_cb(const struct pipeline_added *r, void *arg)
{
	struct adding *a = arg;
	bool stored = r->status == AK_OK || r->status == AK_EXISTS;

	a->is_done = true;
	a->n_new += r->n_new;
	(void)event_base_loopbreak(a->base);
	if (a->as_json)
		print_json(a, r);
	if (!stored) {
		bool store_failed =
		    r->status == AK_IO || r->status == AK_FULL ||
		    r->status == AK_CORRUPT || r->status == AK_BUSY;

		/* Never a password that stood in it. */
		cli_error(strchr(a->spec, '@') != NULL && r->url != NULL
			      ? r->url
			      : a->spec,
		    "%s%s%s",
		    r->error != NULL ? r->error : ak_status_name(r->status),
		    r->advice != NULL ? "; " : "",
		    r->advice != NULL ? r->advice : "");
		if (!a->as_json && r->n_choices > 0)
			print_choices(a, r);
		a->rc = store_failed && a->rc != CLI_PARTLY ? CLI_UNAVAILABLE
							    : CLI_PARTLY;
		return;
	}
	if (r->status == AK_OK && r->error != NULL) {
		cli_error(r->url, "%s", r->error); /* older entries */
		a->rc = CLI_PARTLY;
	}
	if (r->has_older && !a->cli->is_quiet)
		cli_error(r->url, "older entries are left: sync --older goes "
				  "on with them");
	if (!a->as_json && !a->cli->is_quiet) {
		struct term t;

		term_init(&t, stdout);
		(void)printf("%lld\t", (long long)r->feed_id);
		term_put(&t, TERM_BOLD, r->title != NULL ? r->title : r->url);
		(void)printf(r->status == AK_EXISTS ? "\tsubscribed already\n"
						    : "\t%lld articles\n",
		    (long long)r->n_new);
	}
}

static void
add_one(struct adding *a, struct pipeline *p, const char *spec)
{
	char *file = NULL;

	a->spec = spec;
	a->is_done = false;
	a->add.url = spec;
	if (str_starts(spec, "file:") ||
	    (strstr(spec, "://") == NULL && looks_like_path(spec))) {
		if ((file = file_url(spec)) == NULL) {
			added_cb(&(struct pipeline_added){.status = AK_NOTFOUND,
				     .error = strerrordesc_np(errno)},
			    a);
			return;
		}
		a->add.url = file;
	}
	pipeline_subscribe(p, &a->add, added_cb, a);
	/* While a parser or the writer has it, no event is pending. */
	if (!a->is_done)
		(void)event_base_loop(a->base, EVLOOP_NO_EXIT_ON_EMPTY);
	free(file);
}

static void
related_cb(const struct pipeline_progress *n, void *arg)
{
	struct adding *a = arg;

	if (n->fatal != NULL)
		a->rc = cli_store_failed(a->cli, AK_IO, n->fatal);
	a->is_done = true;
	(void)event_base_loopbreak(a->base);
}

/* What was added is related at once, by whoever polls this store or by us. */
static void
relate(struct adding *a, struct pipeline *p)
{
	struct pipeline_cbs cbs = {.done = related_cb, .arg = a};
	struct store_lock *lock = NULL;
	struct store_lock_owner owner = {0};
	struct diag d = {{0}};

	(void)fflush(stdout);
	if (a->n_new == 0 || a->cli->conf->relate_enabled == 0 ||
	    store_lock_take(a->cli->path, "akin", "", &lock, &owner, &d) !=
		AK_OK)
		return;
	a->is_done = false;
	pipeline_relate(p, &cbs);
	if (!a->is_done)
		(void)event_base_loop(a->base, EVLOOP_NO_EXIT_ON_EMPTY);
	store_lock_release(lock);
}

static int
add_all(struct adding *a, int n, char **specs)
{
	struct pipeline *p = NULL;
	struct diag d = {{0}};
	enum ak_status st;

	(void)evthread_use_pthreads();
	pipeline_global_init();
	a->base = event_base_new();
	assert(a->base != NULL);
	st = pipeline_new(a->base, a->cli->conf, a->cli->path, &p, &d);
	if (st == AK_OK) {
		for (int i = 0; i < n; i++)
			add_one(a, p, specs[i]);
		relate(a, p);
	} else {
		a->rc = cli_store_failed(a->cli, st, d.text);
	}
	pipeline_free(p);
	event_base_free(a->base);
	if (st == AK_OK)
		cli_poke(a->cli);
	return a->rc;
}

int
cmd_add(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"category", required_argument, NULL, 'c'},
	    {"title", required_argument, NULL, 't'},
	    {"pick", required_argument, NULL, 'p'},
	    {"older", no_argument, NULL, 'o'},
	    {"other-hosts", no_argument, NULL, 'x'},
	    {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0}};
	struct adding a = {.cli = cli, .add = {.may_be_file = true}};
	int c, rc;

	optind = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			a.add.category = optarg;
			break;
		case 't':
			a.add.title = optarg;
			break;
		case 'p':
			if (!str_to_i64(optarg, 1, 1000, &a.add.pick))
				return cli_bad_value("--pick", CLI_NUMBER);
			break;
		case 'o':
			a.add.older = true;
			break;
		case 'x':
			a.add.other_hosts = true;
			break;
		case 'j':
			a.as_json = true;
			break;
		default:
			return cli_usage(usage, c == '?');
		}
	}
	if (optind == argc || (a.add.title != NULL && argc - optind > 1)) {
		cli_error("add",
		    optind == argc ? "which URL?" : "--title is for one feed");
		return CLI_USAGE;
	}
	if ((rc = cli_conf(cli)) != CLI_OK)
		return rc;
	term_init(&a.term, stderr);
	return add_all(&a, argc - optind, argv + optind);
}

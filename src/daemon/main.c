/* SPDX-License-Identifier: ISC */
/*
 * akind: everything on one event loop, started and stopped in order.
 *
 * lock -> pipeline -> control socket -> doors -> READY; a signal ends the loop
 * and the same is undone backwards, so that what was fetched is stored.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <getopt.h>
#include <libxml/parser.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/process.h"
#include "base/str.h"
#include "base/utf8.h"
#include "conf/conf.h"
#include "daemon/control.h"
#include "daemon/doors.h"
#include "daemon/hooks.h"
#include "daemon/keeper.h"
#include "daemon/notify.h"
#include "daemon/pipeline.h"
#include "store/store.h"

#define EX_CONFIG_OR_USAGE 2
#define EX_UNAVAIL 69
#define EX_LOCKED 75
#define STOP_S 4 /* so long may stopping take */

struct akind {
	const char *conf_file; /* -c, or NULL */
	struct conf *conf;
	char *store_path, *socket_path;
	struct store_lock *lock;
	struct event_base *base;
	struct pipeline *pipeline;
	struct control *control;
	struct doors *doors;
	struct hooks *hooks;
	struct keeper *keeper;
	int rc; /* to exit with */
	struct event *signals[3], *watchdog;
};

static void
usage(void)
{
	(void)fputs("usage: akind [-c FILE] [--db FILE] [--check-config]\n"
		    "             [--version] [--help]\n\n"
		    "Polls feeds when they are due, relates their articles and"
		    " serves them.\n"
		    "Runs in the foreground and logs to the standard error.\n\n"
		    "  -c FILE         read this configuration\n"
		    "  --db FILE       use this store\n"
		    "  --check-config  read the configuration, print it, exit\n"
		    "  --version       print the version\n"
		    "  --help          print this\n\n"
		    "See akind(8).\n",
	    stdout);
}

static void
say(const char *words)
{
	(void)fputs("akind: ", stderr);
	utf8_put_safe(stderr, words);
	(void)fputc('\n', stderr);
}

/* What libevent has to say. */
static void
event_log(int severity, const char *words)
{
	log_line(severity >= EVENT_LOG_ERR    ? LOG_LEVEL_ERR
		 : severity == EVENT_LOG_WARN ? LOG_LEVEL_WARN
					      : LOG_LEVEL_DEBUG,
	    "event", "said=%s", LOG_STR(words));
}

static enum log_level
level_of(const struct conf *c)
{
	static const char *const names[] = {"err", "warn", "info", "debug"};

	for (size_t i = 0; i < AK_COUNT(names); i++)
		if (strcmp(c->log_level, names[i]) == 0)
			return (enum log_level)i;
	return LOG_LEVEL_INFO;
}

/* What is read at the start only. */
static void
warn_of_restart(const struct conf *was, const struct conf *is)
{
	const struct {
		const char *key;
		bool differs;
	} keys[] = {
	    {"[store] path", strcmp(was->store_path, is->store_path) != 0},
	    {"[store] search", was->store_search != is->store_search},
	    {"[parse] workers", was->parse_workers != is->parse_workers},
	    {"[http] listen", strcmp(was->http_listen, is->http_listen) != 0},
	    {"[http] readers", was->http_readers != is->http_readers},
	};

	for (size_t i = 0; i < AK_COUNT(keys); i++)
		if (keys[i].differs)
			log_warn("conf", "needs a restart key=%s",
			    LOG_STR(keys[i].key));
}

static enum ak_status
reload(void *arg, struct diag *reterr)
{
	struct akind *a = arg;
	struct conf *conf = NULL;
	enum ak_status st;

	notify_send("RELOADING=1");
	st = conf_load(a->conf_file, &conf, reterr);
	if (st == AK_OK)
		st = pipeline_reconfigure(a->pipeline, conf, reterr);
	if (st == AK_OK) {
		doors_reconfigure(a->doors, conf);
		hooks_reconfigure(a->hooks, conf);
		keeper_reconfigure(a->keeper, conf);
		log_set_level(level_of(conf));
		warn_of_restart(a->conf, conf);
		conf_free(a->conf);
		a->conf = conf;
		log_info("conf", "reloaded");
	} else {
		conf_free(conf);
		log_err("conf", "not reloaded error=%s", LOG_STR(reterr->text));
	}
	notify_send("READY=1");
	return st;
}

static void
signal_cb(evutil_socket_t sig, short what, void *arg)
{
	struct akind *a = arg;
	struct diag d;

	(void)what;
	if (sig == SIGHUP)
		(void)!reload(a, &d);
	else
		(void)event_base_loopbreak(a->base);
}

/* The service manager starts us anew, on the store that is there now. */
static void
store_lost(void *arg)
{
	struct akind *a = arg;

	a->rc = EX_UNAVAIL;
	(void)event_base_loopbreak(a->base);
}

/* Stopping took too long: what is committed is safe, the rest is lost. */
static void
alarm_cb(int sig)
{
	static const char words[] = "err main stopping took too long\n";

	(void)sig;
	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	_exit(1);
}

static int
start(struct akind *a, struct diag *d)
{
	static const int sigs[] = {SIGTERM, SIGINT, SIGHUP};
	struct control_ops ops = {.reload = reload, .arg = a};
	struct store_lock_owner owner;
	enum ak_status st;

	a->socket_path = control_path(a->store_path);
	st = store_lock_take(
	    a->store_path, "akind", a->socket_path, &a->lock, &owner, d);
	if (st == AK_BUSY) {
		(void)diag_set(d, st, "%s: polled already by %s, process %lld",
		    a->store_path, owner.program, (long long)owner.pid);
		return EX_LOCKED;
	}
	if (st != AK_OK)
		return EX_UNAVAIL;
	for (size_t i = 0; i < AK_COUNT(sigs); i++) {
		a->signals[i] = evsignal_new(a->base, sigs[i], signal_cb, a);
		(void)event_add(a->signals[i], NULL);
	}
	st = pipeline_new(a->base, a->conf, a->store_path, &a->pipeline, d);
	if (st == AK_OK)
		st = control_new(
		    a->base, a->socket_path, a->pipeline, &ops, &a->control, d);
	if (st == AK_OK)
		st = doors_new(
		    a->base, a->conf, a->store_path, a->pipeline, &a->doors, d);
	if (st != AK_OK)
		return EX_UNAVAIL;
	a->hooks = hooks_new(a->base, a->conf, a->pipeline);
	a->keeper = keeper_new(a->base, a->conf, a->store_path, store_lost, a);
	return 0;
}

static void
stop(struct akind *a)
{
	notify_send("STOPPING=1");
	(void)signal(SIGALRM, alarm_cb);
	(void)alarm(STOP_S);
	keeper_free(a->keeper);
	hooks_free(a->hooks);
	doors_free(a->doors);
	control_free(a->control);
	pipeline_free(a->pipeline);
	for (size_t i = 0; i < AK_COUNT(a->signals); i++)
		if (a->signals[i] != NULL)
			event_free(a->signals[i]);
	if (a->watchdog != NULL)
		event_free(a->watchdog);
	store_lock_release(a->lock);
	free(a->store_path);
	free(a->socket_path);
	event_base_free(a->base);
	conf_free(a->conf);
	libevent_global_shutdown();
}

static int
run(struct akind *a)
{
	struct diag d = {{0}};
	int rc;

	log_init(level_of(a->conf));
	event_set_log_callback(event_log);
	(void)evthread_use_pthreads();
	xmlInitParser();
	pipeline_global_init();
	a->base = event_base_new();
	assert(a->base != NULL);
	if ((rc = start(a, &d)) != 0) {
		say(d.text);
		stop(a);
		return rc;
	}
	pipeline_run(a->pipeline);
	if (isatty(STDERR_FILENO))
		doors_print_login(a->doors);
	a->watchdog = notify_watchdog(a->base);
	notify_send("READY=1\nSTATUS=polling");
	log_info("main", "started version=%s store=%s", PACKAGE_VERSION,
	    LOG_STR(a->store_path));
	(void)event_base_dispatch(a->base);
	log_info("main", "stopping");
	stop(a);
	return a->rc;
}

static int
check_config(const struct conf *c)
{
	struct buf b;
	int rc;

	buf_init(&b, 1 << 20);
	conf_print(c, &b);
	rc = fputs(buf_str(&b), stdout) < 0 || fflush(stdout) != 0;
	buf_release(&b);
	return rc;
}

struct command_line {
	const char *db;
	bool only_checks; /* --check-config */
};

/* >= 0: stop with that status. */
static int
read_options(struct akind *a, struct command_line *ret, int argc, char **argv)
{
	static const struct option longs[] = {
	    {"db", required_argument, NULL, 'd'},
	    {"check-config", no_argument, NULL, 'k'},
	    {"version", no_argument, NULL, 'V'},
	    {"help", no_argument, NULL, 'h'}, {0}};
	static char name[] = "akind";
	int opt;

	argv[0] = name; /* so getopt(3) begins its errors as we do */
	while ((opt = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		switch (opt) {
		case 'c':
			a->conf_file = optarg;
			break;
		case 'd':
			ret->db = optarg;
			break;
		case 'k':
			ret->only_checks = true;
			break;
		case 'V':
			return printf("akind %s\nISC licence\n",
				   PACKAGE_VERSION) < 0;
		case 'h':
			usage();
			return 0;
		default:
			return EX_CONFIG_OR_USAGE; /* getopt(3) told */
		}
	}
	if (optind < argc) {
		say("takes options only");
		return EX_CONFIG_OR_USAGE;
	}
	return -1;
}

int
main(int argc, char **argv)
{
	struct command_line line = {0};
	struct akind a = {0};
	struct diag d;
	bool is_service;
	int rc;

	process_begin();
	if ((rc = read_options(&a, &line, argc, argv)) >= 0)
		return rc;
	/* Few arenas: more only hold on to memory of documents long gone.  With
	 * fewer the writer waits for readers, who share its locks. */
	(void)mallopt(M_ARENA_MAX, 8);
	(void)mallopt(M_MMAP_THRESHOLD, 256 << 10);
	(void)signal(SIGPIPE, SIG_IGN);
	if (conf_load(a.conf_file, &a.conf, &d) != AK_OK) {
		say(d.text);
		return EX_CONFIG_OR_USAGE;
	}
	if (line.only_checks) {
		rc = check_config(a.conf);
		conf_free(a.conf);
		return rc;
	}
	/* systemd sets its INVOCATION_ID in a person's shell as well. */
	is_service = getenv("STATE_DIRECTORY") != NULL;
	if (conf_store_path(a.conf, line.db, is_service, &a.store_path, &d) !=
	    AK_OK) {
		say(d.text);
		conf_free(a.conf);
		return EX_CONFIG_OR_USAGE;
	}
	return run(&a);
}

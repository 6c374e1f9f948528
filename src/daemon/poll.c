/* SPDX-License-Identifier: ISC */
/*
 * The steps of a poll up to its document, each called by the thread whose turn
 * it is; poll_commit.c has the last one.
 */
#include "config.h"

#include "daemon/poll.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/process.h"
#include "base/str.h"
#include "base/url.h"
#include "base/utf8.h"
#include "clean/clean.h"
#include "daemon/doc_hash.h"
#include "daemon/pipeline.h"
#include "daemon/websub.h"
#include "parse/parse.h"
#include "relate/relate.h"

#define MAX_HEADERS 32

struct poll *
poll_new(const struct store_feed *f)
{
	struct poll *p = xcalloc(1, sizeof(*p));
	const char **const texts[] = {&p->url, &p->title, &p->feed_title,
	    &p->old_error, &p->etag, &p->last_modified, &p->validators_url,
	    &p->moved_to, &p->new_url, &p->older_url, &p->parked_url,
	    &p->userinfo, &p->bearer, &p->proxy, &p->headers, &p->client_cert,
	    &p->client_key};

	p->feed_id = f->id;
	p->url = f->url;
	p->title = f->title;
	p->feed_title = f->feed_title;
	p->old_error = f->error;
	p->etag = f->etag;
	p->last_modified = f->last_modified;
	p->validators_url = f->validators_url;
	p->moved_to = f->moved_to;
	p->new_url = f->new_url;
	p->older_url = f->older_url;
	p->parked_url = f->parked_url;
	p->userinfo = f->userinfo;
	p->bearer = f->bearer;
	p->proxy = f->proxy;
	p->headers = f->headers;
	p->client_cert = f->client_cert;
	p->client_key = f->client_key;
	p->row_text = str_pack(texts, AK_COUNT(texts));
	p->n_moved = f->n_moved;
	p->moved_since = f->moved_since;
	p->full_text = f->full_text;
	p->cookies_once = f->cookies_once;
	p->body_hash = f->body_hash;
	p->items_hash = f->items_hash;
	p->sched = p->sched_was = f->sched;
	p->answer.fresh_s = p->answer.retry_after_s = -1;
	return p;
}

void
poll_free(struct poll *p)
{
	if (p == NULL)
		return;
	free(p->row_text);
	free(p->answer_text);
	free(p->older_at);
	free(p->older_next);
	free(p->new_home);
	free(p->wanted);
	free(p->error);
	free(p->doc_title);
	for (size_t i = 0; p->links != NULL && p->links[i] != NULL; i++)
		free(p->links[i]);
	free(p->links);
	free(p->topic);
	for (size_t i = 0; i < WEBSUB_HUBS; i++)
		free(p->hubs[i]);
	free(p->body);
	arena_free(p->arena);
	free(p);
}

bool
poll_is_file(const struct poll *p)
{
	return ascii_istarts(p->url, "file:");
}

static void
fail(struct poll *p, enum sched_outcome outcome, const char *words)
{
	struct buf clean;

	/* A server's own words may be in it. */
	buf_init(&clean, 4096);
	utf8_repair(&clean, words, strlen(words));
	p->answer.outcome = outcome;
	free(p->error);
	p->error = xstrdup(buf_str(&clean));
	buf_release(&clean);
}

/* --- fetch ---------------------------------------------------------------- */

/* "Name: value" lines as a NULL-terminated array. */
static const char *const *
header_lines(struct arena *a, const char *text)
{
	const char **lines = arena_alloc(a, (MAX_HEADERS + 1) * sizeof(*lines));
	char *copy = arena_strdup(a, text), *line;
	size_t n = 0;

	while (lines != NULL && n < MAX_HEADERS &&
	       (line = strsep(&copy, "\n")) != NULL)
		if (*line != '\0')
			lines[n++] = line;
	return lines;
}

void
poll_request(const struct poll *p, struct arena *a, struct fetch_req *ret)
{
	*ret = (struct fetch_req){
	    .url = p->url,
	    .method = FETCH_GET,
	    .etag = p->etag,
	    .last_modified = p->last_modified,
	    .validators_url = p->validators_url,
	    /* What was our request's fault may be the fault of this. */
	    .want_delta =
		p->etag != NULL && p->sched.last_outcome != SCHED_BAD_REQUEST,
	    .userinfo = p->userinfo,
	    .bearer = p->bearer,
	    .proxy = p->proxy,
	    .leads_to = p->is_trial ? p->moved_to : p->older_at,
	    .client_cert = p->client_cert,
	    .client_key = p->client_key,
	    .cookies_once = p->cookies_once,
	    .https_only = ascii_istarts(p->url, "https:"),
	};
	if (p->headers != NULL)
		ret->headers = header_lines(a, p->headers);
}

void
poll_forget_body(struct poll *p)
{
	p->etag = p->last_modified = NULL;
	p->body_hash = p->items_hash = 0;
}

static char **
copy_links(const char *const *links)
{
	char **copy;
	size_t n = 0;

	while (links != NULL && links[n] != NULL)
		n++;
	if (n == 0)
		return NULL;
	copy = xcalloc(n + 1, sizeof(*copy));
	while (n-- > 0)
		copy[n] = xstrdup(links[n]);
	return copy;
}

void
poll_fetched(struct poll *p, struct fetch_result *r)
{
	const char **const texts[] = {&p->new_etag, &p->new_last_modified,
	    &p->final_url, &p->content_type};

	p->at = clock_now();
	fetch_answer(r, &p->answer);
	p->new_etag = r->etag;
	p->new_last_modified = r->last_modified;
	p->final_url = r->final_url != NULL ? r->final_url : p->url;
	p->content_type = r->content_type;
	p->answer_text = str_pack(texts, AK_COUNT(texts));
	p->links = copy_links(r->links);
	p->n_hops = r->n_hops;
	p->all_permanent = r->all_permanent;
	p->is_delta = r->is_delta;
	p->wire_bytes = r->wire_bytes;
	p->elapsed_ms = r->elapsed_ms;
	if (r->st == AK_BUSY) {
		p->is_parked = true;
		return;
	}
	if (r->outcome == SCHED_NO_CONTENT) {
		/* Nothing new, until nothing is all that ever comes. */
		if (p->sched.n_no_content + 1 >= SCHED_NO_CONTENT_ERRORS)
			fail(p, r->outcome, "the answer has no content, again");
		return;
	}
	if (r->outcome != SCHED_OK && r->outcome != SCHED_NOT_MODIFIED) {
		fail(p, r->outcome,
		    r->diag.text[0] != '\0' ? r->diag.text
					    : sched_outcome_name(r->outcome));
		return;
	}
	if (r->outcome != SCHED_OK)
		return;
	p->body = r->body;
	p->body_len = r->body_len;
	p->body_bytes = (int64_t)r->body_len;
	r->body = NULL;
	if (p->body_len == 0)
		fail(p, SCHED_NOT_A_FEED, "the answer is empty");
	else
		p->new_hash = XXH3_64bits(p->body, p->body_len) | 1;
}

/* --- files ---------------------------------------------------------------- */

static void
fail_errno(struct poll *p, const char *path)
{
	struct diag d;

	(void)diag_set(&d, AK_IO, "%s: %s", path, strerrordesc_np(errno));
	fail(p, errno == ENOENT ? SCHED_NOT_FOUND : SCHED_DENIED, d.text);
}

static char *
path_of(struct arena *a, const char *url)
{
	const char *s = url + strlen("file:");
	char *path, *out;

	if (str_starts(s, "//"))
		s = strchr(s + 2, '/');
	if (s == NULL || (path = out = arena_strdup(a, s)) == NULL)
		return NULL;
	for (; *s != '\0'; s++) {
		unsigned v;

		/* Two hex digits cannot overflow. */
		/* NOLINTNEXTLINE(cert-err34-c) */
		if (*s == '%' && sscanf(s + 1, "%2x", &v) == 1 && v != 0 &&
		    s[2] != '\0') {
			*out++ = (char)v;
			s += 2;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
	return path;
}

static bool
read_all(struct poll *p, int fd, size_t size)
{
	size_t n = 0;
	ssize_t got = 1;

	p->body = xmalloc(size + 1);
	while (n < size && (got = read(fd, p->body + n, size - n)) != 0) {
		if (got < 0 && errno != EINTR)
			return false;
		n += got > 0 ? (size_t)got : 0;
	}
	p->body_len = n;
	p->body_bytes = (int64_t)n;
	return true;
}

static void
read_open_file(struct poll *p, int fd, const char *path, int64_t max_bytes)
{
	struct stat sb;

	if (fstat(fd, &sb) != 0) {
		fail_errno(p, path);
		return;
	}
	if (!S_ISREG(sb.st_mode)) {
		fail(p, SCHED_NOT_A_FEED,
		    S_ISDIR(sb.st_mode) ? "is a directory" : "is no file");
		return;
	}
	if (sb.st_size > max_bytes) {
		fail(p, SCHED_TOO_BIG, "the file is over [fetch] max_body");
		return;
	}
	/* A file's validator is what stat(2) tells of its content. */
	p->new_etag = p->answer_text =
	    xasprintf("%lld.%09ld-%lld", (long long)sb.st_mtim.tv_sec,
		sb.st_mtim.tv_nsec, (long long)sb.st_size);
	p->answer.had_validators = true;
	p->answer.was_conditional = p->etag != NULL;
	if (str_eq(p->etag, p->new_etag)) {
		p->answer.outcome = SCHED_NOT_MODIFIED;
		return;
	}
	if (!read_all(p, fd, (size_t)sb.st_size)) {
		fail_errno(p, path);
		return;
	}
	if (p->body_len == 0)
		fail(p, SCHED_NOT_A_FEED, "the file is empty");
	else
		p->new_hash = XXH3_64bits(p->body, p->body_len) | 1;
}

void
poll_read_file(struct poll *p, int64_t max_bytes)
{
	struct arena *a = arena_new(1 << 20);
	const char *path = path_of(a, p->url);
	int fd;

	p->at = clock_now();
	p->answer.outcome = SCHED_OK;
	p->final_url = p->url;
	if (path == NULL) {
		fail(p, SCHED_DENIED, "no path in the URL");
	} else if ((fd = open(path,
			O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) < 0) {
		fail_errno(p, path);
	} else {
		read_open_file(p, fd, path, max_bytes);
		(void)close(fd);
	}
	arena_free(a);
}

/* --- parse ---------------------------------------------------------------- */

bool
poll_is_unchanged(struct poll *p)
{
	if (p->new_hash == 0 || p->new_hash != p->body_hash || p->is_delta)
		return false;
	free(p->body);
	p->body = NULL;
	p->answer.outcome = SCHED_NOT_MODIFIED;
	return true;
}

static void
make_features(struct poll *p, struct relate_lexer *lexer)
{
	struct doc *d = p->doc;
	size_t i = 0;

	p->features =
	    arena_alloc(p->arena, (d->n_entries + 1) * sizeof(*p->features));
	if (p->features == NULL)
		return;
	for (struct doc_entry *e = d->entries; e != NULL; e = e->next, i++) {
		struct relate_text t = {.title = e->title_text,
		    .text = e->text != NULL ? e->text : "",
		    .text_len = e->text != NULL ? e->text_len : 0,
		    .lang = e->language != NULL ? e->language : d->language,
		    .feed_title = d->title_text};
		struct relate_features f = {0};

		relate_features(lexer, p->arena, &t, &f);
		p->features[i] = (struct store_blob){f.data, f.len};
	}
}

/* What cleaning depends on besides the document. */
static uint64_t
clean_seed(const struct poll *p, const struct poll_opts *opts)
{
	static const char version[] = PACKAGE_VERSION;

	return XXH3_64bits_withSeed(p->final_url, strlen(p->final_url),
	    XXH3_64bits(version, sizeof(version)) + opts->strip_params +
		2 * (unsigned)opts->keep_frames);
}

/* Many servers give other bytes each time, and the same items. */
static bool
is_same_again(struct poll *p, const struct poll_opts *opts)
{
	if (p->is_delta || p->is_push)
		return false;
	p->new_items_hash = doc_hash(p->doc, clean_seed(p, opts));
	p->is_same = p->new_items_hash == p->items_hash;
	return p->is_same;
}

static enum ak_status
parse_and_clean(struct poll *p, const struct poll_opts *opts, struct diag *d)
{
	struct parse_opts po = {
	    .url = p->final_url, .content_type = p->content_type, .now = p->at};
	struct clean_opts co = {.base = p->final_url,
	    .strip_params = opts->strip_params,
	    .keep_frames = opts->keep_frames,
	    .split_related = true};
	enum ak_status st;

	p->arena = arena_new(LIMIT_DOC_ARENA);
	st = parse_feed(p->arena, p->body, p->body_len, &po, &p->doc, d);
	free(p->body);
	p->body = NULL;
	if (st == AK_OK && !is_same_again(p, opts) &&
	    (st = clean_doc(p->doc, &co)) != AK_OK)
		(void)diag_set(d, st, "its content is over the limits");
	if (st == AK_OK)
		p->n_items = (int64_t)p->doc->n_entries;
	return st;
}

static void
find_hubs(struct poll *p)
{
	struct websub_found f;

	websub_find(p->arena, (const char *const *)p->links, p->final_url,
	    p->doc->feed_url, p->doc->hubs, p->doc->n_hubs, &f);
	if (f.n_hubs == 0)
		return;
	p->topic = xstrdup(f.topic);
	for (size_t i = 0; i < f.n_hubs; i++)
		p->hubs[i] = xstrdup(f.hubs[i]);
}

void
poll_parse(
    struct poll *p, const struct poll_opts *opts, struct relate_lexer *lexer)
{
	struct diag d = {{0}};
	enum ak_status st = parse_and_clean(p, opts, &d);

	if (st == AK_OK) {
		if (lexer != NULL && !p->is_same)
			make_features(p, lexer);
		if (opts->with_websub && !p->is_push && !poll_is_file(p))
			find_hubs(p);
		return;
	}
	fail(p,
	    st == AK_TOOBIG    ? SCHED_TOO_BIG
	    : st == AK_TIMEOUT ? SCHED_TIMEOUT
			       : SCHED_NOT_A_FEED,
	    d.text[0] != '\0' ? d.text : ak_status_name(st));
	arena_free(p->arena);
	p->arena = NULL;
	p->doc = NULL;
}

void
poll_refuse(struct poll *p, const char *words)
{
	fail(p, SCHED_OTHER_ERROR, words);
	p->doc = NULL;
	p->features = NULL;
}

/* --- configuration -------------------------------------------------------- */

void
pipeline_schedule(const struct conf *conf, struct sched_params *ret)
{
	*ret = (struct sched_params){.floor_s = conf->schedule_floor,
	    .floor_unconditional_s = conf->schedule_floor_unconditional,
	    .ceiling_s = conf->schedule_ceiling,
	    .websub_s = conf->schedule_websub_poll,
	    .hint_max_s = conf->schedule_hint_max,
	    .pace_s = conf->schedule_pace,
	    .refresh_s = conf->schedule_refresh_floor};
}

void
poll_opts_init(struct poll_opts *o, const struct conf *conf)
{
	*o = (struct poll_opts){
	    .relate = {.keep = conf->relate_keep,
		.window = conf->relate_window,
		.sleep_days = conf->relate_sleep_days},
	    .strip_params = conf->clean_strip_params != 0,
	    .keep_frames = conf->clean_frames != 0,
	    .with_relations = conf->relate_enabled != 0,
	    .with_websub = !str_empty(conf->websub_callback),
	    .max_body = conf->fetch_max_body,
	    .quota = conf->store_quota,
	};
	pipeline_schedule(conf, &o->sched);
}

char *
poll_user_agent(const struct conf *conf)
{
	return xasprintf(
	    "akin/%s (+%s)", PACKAGE_VERSION, conf->fetch_user_agent_url);
}

/* Requests at once: so many as are wanted and there can be descriptors for. */
static int64_t
requests_at_once(int64_t wanted)
{
	int64_t n = process_files(wanted * LIMIT_FILES_REQUEST +
				  LIMIT_FILES_BESIDES + LIMIT_HTTP_CONNECTIONS);

	n = (n - LIMIT_FILES_BESIDES) / LIMIT_FILES_REQUEST;
	if (n >= wanted)
		return wanted;
	n = n > 0 ? n : 1;
	log_warn("fetch", "few files may be open (ulimit -n) requests=%lld",
	    (long long)n);
	return n;
}

void
poll_fetch_params(
    const struct conf *conf, const char *user_agent, struct fetch_params *ret)
{
	*ret = (struct fetch_params){
	    .user_agent = user_agent,
	    .allow = conf->fetch_allow,
	    .proxy = str_empty(conf->fetch_proxy) ? NULL : conf->fetch_proxy,
	    .ca_file =
		str_empty(conf->fetch_ca_file) ? NULL : conf->fetch_ca_file,
	    .max_total = requests_at_once(conf->fetch_concurrency),
	    .max_per_host = conf->fetch_per_host,
	    .max_per_domain = conf->fetch_per_domain,
	    .max_per_address = conf->fetch_per_address,
	    .host_interval_ms = conf->fetch_host_interval * 1000,
	    .connect_ms = conf->fetch_connect_timeout * 1000,
	    .first_byte_ms = conf->fetch_first_byte_timeout * 1000,
	    .transfer_ms = conf->fetch_timeout * 1000,
	    .body_bytes = conf->fetch_max_body,
	    .wire_bytes = conf->fetch_max_wire,
	    .redirects = conf->fetch_redirects,
	};
}

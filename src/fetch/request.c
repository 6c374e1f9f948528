/* SPDX-License-Identifier: ISC */
/*
 * What goes out: the options and header lines of one request.
 *
 * request_init() sets what never changes, request_set() what belongs to one
 * job.  Header lines live in the transfer's arena; libcurl only borrows them.
 * What the user set for a feed (credentials, header lines, a certificate) is
 * sent to the feed's own origin alone.  What a reader has no business to send
 * (Referer, Cookie, Range, Cache-Control, ...) is nowhere here.
 */
#include "base/mem.h"
#include "fetch/fetch_int.h"

#include <stdlib.h>
#include <string.h>

static void
set_str(CURL *e, CURLoption option, const char *value)
{
	if (curl_easy_setopt(e, option, value) != CURLE_OK)
		mem_none(); /* or a libcurl without the option */
}

static void
set_num(CURL *e, CURLoption option, int64_t value)
{
	if (curl_easy_setopt(e, option, (long)value) != CURLE_OK)
		mem_none();
}

void
request_init(struct transfer *t)
{
	const struct fetch_params *p = &t->f->p;
	CURL *e = t->easy;

	set_num(e, CURLOPT_NOSIGNAL, 1);
	set_num(e, CURLOPT_HTTP09_ALLOWED, 0);
	set_str(e, CURLOPT_PROTOCOLS_STR, "http,https");
	set_str(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	set_num(e, CURLOPT_FOLLOWLOCATION, 0);
	set_num(e, CURLOPT_UNRESTRICTED_AUTH, 0);
	set_num(e, CURLOPT_NETRC, CURL_NETRC_IGNORED);
	set_num(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
	set_num(e, CURLOPT_CONNECTTIMEOUT_MS, p->connect_ms);
	set_num(e, CURLOPT_TIMEOUT_MS, p->transfer_ms);
	set_num(e, CURLOPT_MAXAGE_CONN, FETCH_IDLE_MS / 1000);
	/* Never the environment's. */
	set_str(e, CURLOPT_PROXY, p->proxy != NULL ? p->proxy : "");
	set_str(e, CURLOPT_NOPROXY, "");
	tls_set(t);
	if (t->f->resolve != NULL)
		(void)curl_easy_setopt(e, CURLOPT_RESOLVE, t->f->resolve);
	(void)curl_easy_setopt(
	    e, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)p->wire_bytes);
	(void)curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
	(void)curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	(void)curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, transfer_on_open);
	(void)curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	(void)curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, transfer_on_prereq);
	(void)curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
	(void)curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, answer_on_header);
	(void)curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	(void)curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, transfer_on_body);
	(void)curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
}

static char *
join(struct arena *a, const char *name, const char *value)
{
	size_t n = strlen(name), len = strlen(value);
	char *line = arena_alloc_raw(a, n + len + 1);

	if (line != NULL) {
		memcpy(line, name, n);
		memcpy(line + n, value, len);
		line[n + len] = '\0';
	}
	return line;
}

/* A header line in the arena, in front of the list. */
static void
add_line(struct transfer *t, struct curl_slist **list, char *line)
{
	struct curl_slist *node = arena_alloc(t->arena, sizeof(*node));

	if (node == NULL || line == NULL)
		return; /* over the arena's limit: the caller's strings */
	node->data = line;
	node->next = *list;
	*list = node;
}

/* May it be sent back?  Opaque, but no line of its own. */
static bool
is_validator(const char *s)
{
	if (str_empty(s) || strlen(s) > LIMIT_VALIDATOR_BYTES)
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7F)
			return false;
	return true;
}

static void
add_validators(struct transfer *t, struct curl_slist **list)
{
	const struct fetch_job *job = t->job;

	if (strcmp(job_url(job),
		job->validators_url != NULL ? job->validators_url : job->url) !=
	    0)
		return;
	if (is_validator(job->etag)) {
		add_line(t, list, join(t->arena, "If-None-Match: ", job->etag));
		t->was_conditional = true;
		if (job->want_delta) {
			add_line(t, list, arena_strdup(t->arena, "A-IM: feed"));
			t->sent_delta = true;
		}
	}
	if (is_validator(job->last_modified)) {
		add_line(t, list,
		    join(t->arena, "If-Modified-Since: ", job->last_modified));
		t->was_conditional = true;
	}
}

/* What the user set for this feed: to its own origin alone. */
static void
add_credentials(struct transfer *t, struct curl_slist **list)
{
	const struct fetch_job *job = t->job;
	CURL *e = t->easy;

	if (!job->is_own_origin)
		return;
	if (job->bearer != NULL)
		add_line(t, list,
		    join(t->arena, "Authorization: Bearer ", job->bearer));
	for (const char *h = job->headers; h != NULL && *h != '\0';
	     h += strlen(h) + 1)
		add_line(t, list, arena_strdup(t->arena, h));
	if (job->userinfo != NULL) {
		const char *colon = strchr(job->userinfo, ':');
		size_t n = colon != NULL ? (size_t)(colon - job->userinfo)
					 : strlen(job->userinfo);

		set_str(e, CURLOPT_USERNAME,
		    arena_strndup(t->arena, job->userinfo, n));
		set_str(e, CURLOPT_PASSWORD, colon != NULL ? colon + 1 : "");
		/* Over TLS the password may go with the first request; in
		 * clear the server is asked first what it takes. */
		set_num(e, CURLOPT_HTTPAUTH,
		    (int64_t)(job->wants_digest ? CURLAUTH_DIGEST
			      : job->is_https
				  ? CURLAUTH_BASIC
				  : CURLAUTH_BASIC | CURLAUTH_DIGEST));
	}
	if (job->client_cert != NULL) {
		set_str(e, CURLOPT_SSLCERT, job->client_cert);
		if (job->client_key != NULL)
			set_str(e, CURLOPT_SSLKEY, job->client_key);
	}
}

static void
set_special(struct transfer *t, struct curl_slist **list)
{
	struct fetch_job *job = t->job;
	CURL *e = t->easy;

	if (job->proxy != NULL)
		set_str(e, CURLOPT_PROXY, job->proxy);
	if (job->method == FETCH_POST) {
		set_num(e, CURLOPT_POST, 1);
		(void)curl_easy_setopt(
		    e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)job->body_len);
		(void)curl_easy_setopt(
		    e, CURLOPT_POSTFIELDS, job->body != NULL ? job->body : "");
		add_line(t, list,
		    join(t->arena, "Content-Type: ",
			job->body_type != NULL ? job->body_type
					       : "application/octet-stream"));
		add_line(t, list, arena_strdup(t->arena, "Expect:"));
	}
	if (job->cookies_once) {
		set_str(e, CURLOPT_COOKIEFILE, "");
		for (struct curl_slist *c = job->cookies; c != NULL;
		     c = c->next)
			set_str(e, CURLOPT_COOKIELIST, c->data);
	}
	if (job->retried_421)
		set_num(e, CURLOPT_FRESH_CONNECT, 1);
	add_credentials(t, list);
}

static bool
is_special(const struct fetch_job *job)
{
	return job->proxy != NULL || job->method == FETCH_POST ||
	       job->cookies_once || job->retried_421 ||
	       (job->is_own_origin &&
		   (job->bearer != NULL || job->headers != NULL ||
		       job->userinfo != NULL || job->client_cert != NULL));
}

/* As an option libcurl prints it twice a request, character by character; so
 * it is one where a proxy is to hear it too, or a line of the user's stands for
 * it. */
static void
set_agent(struct transfer *t, struct curl_slist **list)
{
	const struct fetch_params *p = &t->f->p;

	if (t->is_special || p->proxy != NULL)
		set_str(t->easy, CURLOPT_USERAGENT, p->user_agent);
	else
		add_line(
		    t, list, join(t->arena, "User-Agent: ", p->user_agent));
}

static struct curl_slist *
make_lines(struct transfer *t)
{
	struct fetch_job *job = t->job;
	struct curl_slist *list = NULL;

	t->is_special = is_special(job);
	add_line(t, &list, t->f->coding_line);
	add_line(t, &list,
	    job->accept != NULL ? join(t->arena, "Accept: ", job->accept)
				: t->f->accept_line);
	add_validators(t, &list);
	set_agent(t, &list);
	if (t->is_special)
		set_special(t, &list);
	return list;
}

/* A test names all hosts there are: no resolver is asked. */
static int
on_unknown_name(void *resolver, void *reserved, void *arg)
{
	(void)resolver;
	(void)reserved;
	(void)arg;
	return 1;
}

void
request_set(struct transfer *t)
{
	struct fetch_job *job = t->job;

	set_str(t->easy, CURLOPT_URL, job_url(job));
	(void)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, make_lines(t));
	if (t->f->knows_all_names)
		(void)curl_easy_setopt(t->easy, CURLOPT_RESOLVER_START_FUNCTION,
		    job->is_literal ? NULL : on_unknown_name);
	/* A literal needs no cache; the walks over it cost. */
	set_num(t->easy, CURLOPT_DNS_CACHE_TIMEOUT, job->is_literal ? 0 : 60);
	/* Two of one host at once share a connection where it speaks h2: wait
	 * until the first has found out. */
	set_num(t->easy, CURLOPT_PIPEWAIT, job->is_https);
	/* Keep the connection for the next in line, if there is one. */
	set_num(t->easy, CURLOPT_FORBID_REUSE, job->lane->n_jobs == 0);
}

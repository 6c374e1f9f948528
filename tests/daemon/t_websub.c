/* SPDX-License-Identifier: ISC */
/* A pipeline beside a hub on the same loop; the callback is called by hand. */
#include "tests/testing.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/thread.h>
#include <libxml/parser.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "daemon/pipeline.h"
#include "serve/serve.h"
#include "store/store.h"

#define WAIT_MS 120000
#define DAY 86400

struct rig {
	char dir[64], path[96], feed[96], hub[96];
	struct event_base *base;
	struct evhttp *http;
	struct conf *conf;
	struct pipeline *p;
	int64_t feed_id, due_at;
	int n_requests; /* that the hub got */
	char request[2048], token[64], secret[128];
};

/* --- hub ------------------------------------------------------------------ */

static void
take_value(const char *body, const char *before, char *to, size_t size)
{
	const char *at = strstr(body, before);

	if (at == NULL)
		return;
	at += strlen(before);
	(void)snprintf(to, size, "%.*s", (int)strcspn(at, "&"), at);
}

static void
hub_cb(struct evhttp_request *req, void *arg)
{
	struct rig *g = arg;
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(in);

	assert_true(len < sizeof(g->request));
	(void)evbuffer_copyout(in, g->request, len);
	g->request[len] = '\0';
	take_value(g->request, "websub%2F", g->token, sizeof(g->token));
	take_value(g->request, "hub.secret=", g->secret, sizeof(g->secret));
	g->n_requests++;
	evhttp_send_reply(req, 202, "Accepted", NULL);
}

static void
feed_cb(struct evhttp_request *req, void *arg)
{
	struct rig *g = arg;
	struct evbuffer *out = evbuffer_new();

	(void)evbuffer_add_printf(out,
	    "<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title>"
	    "<id>urn:f</id><link rel='hub' href='%s'/>"
	    "<link rel='self' href='%s'/><entry><title>Old</title>"
	    "<id>urn:1</id><content>x</content></entry></feed>",
	    g->hub, g->feed);
	evhttp_send_reply(req, 200, "OK", out);
	evbuffer_free(out);
}

/* --- rig ------------------------------------------------------------------ */

static void
spin(struct rig *g, bool (*is_done)(struct rig *g))
{
	int64_t until = clock_mono_ms() + WAIT_MS;

	while (!is_done(g)) {
		const struct timeval tick = {.tv_usec = 20000};

		assert_true(clock_mono_ms() < until);
		(void)event_base_loopexit(g->base, &tick);
		(void)event_base_dispatch(g->base);
	}
}

static void
start(struct rig *g)
{
	struct diag d;

	assert_int_equal(
	    pipeline_new(g->base, g->conf, g->path, &g->p, &d), AK_OK);
	pipeline_run(g->p);
}

static int
callback(struct rig *g, const char *method, const char *query, const char *body,
    const char *signature, struct buf *out)
{
	struct serve_push push = {.method = method,
	    .path = g->token,
	    .query = query,
	    .content_type = "application/atom+xml",
	    .signature = signature,
	    .body = body,
	    .body_len = body != NULL ? strlen(body) : 0};

	return pipeline_websub(g->p, &push, out);
}

static int
ask_back(struct rig *g, const char *mode)
{
	char *query, topic[512] = "";
	struct buf out;
	int status;

	take_value(g->request, "hub.topic=", topic, sizeof(topic));
	query = xasprintf("hub.mode=%s&hub.topic=%s&hub.challenge=a%%20b"
			  "&hub.lease_seconds=1000",
	    mode, topic);
	buf_init(&out, 4096);
	status = callback(g, "GET", query, NULL, NULL, &out);
	if (status == 200 && strcmp(mode, "denied") != 0)
		assert_string_equal(buf_str(&out), "a b");
	buf_release(&out);
	free(query);
	return status;
}

/* Deliver an entry of this number, signed. */
static int
deliver(struct rig *g, int n)
{
	char *body = xasprintf("<feed xmlns='http://www.w3.org/2005/Atom'>"
			       "<title>Other</title><id>urn:f</id><entry>"
			       "<title>New %d</title><id>urn:new:%d</id>"
			       "<content>y</content></entry></feed>",
	    n, n);
	unsigned char mac[EVP_MAX_MD_SIZE];
	char sig[2 * EVP_MAX_MD_SIZE + 16] = "sha256=";
	unsigned len = 0;
	int status;

	assert_non_null(HMAC(EVP_sha256(), g->secret, (int)strlen(g->secret),
	    (const unsigned char *)body, strlen(body), mac, &len));
	for (unsigned i = 0; i < len; i++)
		(void)snprintf(sig + 7 + 2 * i, 3, "%02x", mac[i]);
	status = callback(g, "POST", NULL, body, sig, NULL);
	free(body);
	return status;
}

static void
added_cb(const struct pipeline_added *r, void *arg)
{
	struct rig *g = arg;

	assert_int_equal(r->status, AK_OK);
	g->feed_id = r->feed_id;
}

static bool
is_asked(struct rig *g)
{
	return g->n_requests > 0;
}

static int
setup(void **state)
{
	struct rig *g = xcalloc(1, sizeof(*g));
	struct pipeline_add add = {.url = g->feed};
	struct evhttp_bound_socket *sock;
	struct diag d;
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	int port;

	(void)snprintf(g->dir, sizeof(g->dir), "/tmp/akin-websub-XXXXXX");
	assert_non_null(mkdtemp(g->dir));
	(void)snprintf(g->path, sizeof(g->path), "%s/t.db", g->dir);
	assert_int_equal(conf_load("/dev/null", &g->conf, &d), AK_OK);
	g->base = event_base_new();
	g->http = evhttp_new(g->base);
	sock = evhttp_bind_socket_with_handle(g->http, "127.0.0.1", 0);
	assert_non_null(sock);
	assert_int_equal(getsockname(evhttp_bound_socket_get_fd(sock),
			     (struct sockaddr *)&sin, &len),
	    0);
	port = ntohs(sin.sin_port);
	(void)snprintf(
	    g->feed, sizeof(g->feed), "http://127.0.0.1:%d/feed", port);
	(void)snprintf(g->hub, sizeof(g->hub), "http://127.0.0.1:%d/hub", port);
	(void)evhttp_set_cb(g->http, "/feed", feed_cb, g);
	(void)evhttp_set_cb(g->http, "/hub", hub_cb, g);
	start(g);
	pipeline_subscribe(g->p, &add, added_cb, g);
	spin(g, is_asked);
	*state = g;
	return 0;
}

/* Between two pipelines: threads read it. */
static void
move_clock(const char *by_s)
{
	(void)setenv("AKIN_CLOCK_OFFSET", by_s, 1);
	clock_init();
}

static int
teardown(void **state)
{
	struct rig *g = *state;
	static const char *const ends[] = {"", "-wal", "-shm"};

	pipeline_free(g->p);
	move_clock("0");
	evhttp_free(g->http);
	event_base_free(g->base);
	conf_free(g->conf);
	for (size_t i = 0; i < AK_COUNT(ends); i++) {
		char *path = xasprintf("%s%s", g->path, ends[i]);

		(void)unlink(path);
		free(path);
	}
	(void)rmdir(g->dir);
	free(g);
	return 0;
}

/* --- tests ---------------------------------------------------------------- */

static void
note_due(const struct store_feed *f, void *arg)
{
	*(int64_t *)arg = f->sched.due_at;
}

static int64_t
stored_due(struct rig *g)
{
	struct store_feed_query q = {.id = g->feed_id};
	struct store_reader *r;
	struct diag d;
	int64_t due = 0;

	assert_int_equal(store_reader_open(g->path, &r, &d), AK_OK);
	assert_int_equal(store_feeds(r, &q, note_due, &due), AK_OK);
	store_reader_close(r);
	return due;
}

static void
report_cb(const struct pipeline_report *r, void *arg)
{
	((struct rig *)arg)->due_at = r->due_at;
}

static bool
is_polled(struct rig *g)
{
	return g->due_at != 0;
}

static bool
is_one_new(struct rig *g)
{
	struct pipeline_stats s;

	pipeline_stats(g->p, &s);
	return s.n_new == 1;
}

static bool
is_polled_soon(struct rig *g)
{
	return stored_due(g) < clock_now() + DAY;
}

static void
test_polls_are_thinned_while_pushes_come(void **state)
{
	struct rig *g = *state;
	struct pipeline_cbs cbs = {.report = report_cb, .arg = g};

	assert_int_equal(deliver(g, 1), 404); /* not verified yet */
	assert_int_equal(ask_back(g, "unsubscribe"), 404);
	assert_int_equal(ask_back(g, "subscribe"), 200);
	assert_int_equal(deliver(g, 1), 202);
	spin(g, is_one_new);
	assert_true(is_polled_soon(g)); /* a push plans nothing */
	pipeline_sync(g->p,
	    &(struct pipeline_which){.ids = &g->feed_id, .n_ids = 1}, &cbs);
	spin(g, is_polled);
	assert_true(g->due_at >= clock_now() + DAY - 60);
	assert_false(is_polled_soon(g));
	/* Denied: the due time is what it would have been. */
	assert_int_equal(ask_back(g, "denied"), 200);
	spin(g, is_polled_soon);
	assert_int_equal(deliver(g, 2), 404);
}

static bool
is_taken(struct rig *g)
{
	return deliver(g, 1) == 202;
}

static void
test_a_subscription_outlives_a_restart(void **state)
{
	struct rig *g = *state;

	assert_int_equal(ask_back(g, "subscribe"), 200);
	pipeline_free(g->p);
	start(g);
	spin(g, is_taken);
	spin(g, is_one_new);
	assert_int_equal(g->n_requests, 1);
}

static bool
is_left(struct rig *g)
{
	return strstr(g->request, "hub.mode=unsubscribe") != NULL;
}

static void
count_cb(const struct store_websub *w, void *arg)
{
	(void)w;
	(*(int *)arg)++;
}

static bool
is_forgotten(struct rig *g)
{
	struct store *s;
	struct diag d;
	int n = 0;

	assert_int_equal(store_open(g->path, 0, &s, &d), AK_OK);
	assert_int_equal(store_websubs(s, false, count_cb, &n), AK_OK);
	store_close(s);
	return n == 0;
}

static void
test_a_removed_feed_is_unsubscribed(void **state)
{
	struct rig *g = *state;
	struct store *s;
	struct diag d;

	assert_int_equal(ask_back(g, "subscribe"), 200);
	assert_int_equal(store_open(g->path, 0, &s, &d), AK_OK);
	assert_int_equal(store_feed_remove(s, g->feed_id), AK_OK);
	store_close(s);
	pipeline_wake(g->p);
	spin(g, is_left);
	assert_int_equal(ask_back(g, "unsubscribe"), 200);
	assert_int_equal(deliver(g, 1), 410);
	/* A month later it is forgotten. */
	pipeline_free(g->p);
	move_clock("2600000");
	start(g);
	spin(g, is_forgotten);
	/* Somebody else's callback. */
	g->token[0] = g->token[0] == '0' ? '1' : '0';
	assert_int_equal(deliver(g, 1), 404);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_polls_are_thinned_while_pushes_come),
	    TEST(test_a_subscription_outlives_a_restart),
	    TEST(test_a_removed_feed_is_unsubscribed),
	};

	(void)setenv("AKIN_FETCH_ALLOW", "127.0.0.0/8", 1);
	(void)setenv("AKIN_WEBSUB_CALLBACK", "http://reader.example", 1);
	log_init(LOG_LEVEL_ERR);
	(void)evthread_use_pthreads();
	xmlInitParser();
	pipeline_global_init();
	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

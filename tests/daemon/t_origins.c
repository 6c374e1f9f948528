/* SPDX-License-Identifier: ISC */
/*
 * What follows from each way in which robots.txt may be answered (RFC 9309,
 * 2.3.1), and that it is asked for once.
 */
#include "daemon/origins.h"

#include "tests/fetch/server.h"

#include "base/str.h"

struct robots {
	struct fix x;
	struct origins *o;
	int status;
	const char *headers, *body;
};

struct verdict {
	bool done;
	enum origins_verdict v;
};

static void
handle(struct srv_req *r, void *arg)
{
	struct robots *b = arg;

	if (b->status == 0)
		srv_reset(r);
	else if (strcmp(r->path, "/robots.txt") == 0)
		srv_answer(r, b->status, b->headers, b->body);
	else
		srv_answer(r, 200, "", "User-agent: *\nDisallow: /secret\n");
}

static void
verdict_cb(enum origins_verdict v, void *arg)
{
	struct verdict *got = arg;

	got->done = true;
	got->v = v;
}

static enum origins_verdict
ask(struct robots *b, const char *path)
{
	struct verdict got = {0};
	char *url = fix_url(&b->x, path);

	origins_ask(b->o, url, NULL, verdict_cb, &got);
	free(url);
	while (!got.done)
		(void)event_base_loop(b->x.base, EVLOOP_ONCE);
	return got.v;
}

static void
open_robots(struct robots *b, int status, const char *headers, const char *body)
{
	*b =
	    (struct robots){.status = status, .headers = headers, .body = body};
	fix_open(&b->x, handle, b);
	b->o = origins_new(b->x.f);
}

static void
close_robots(struct robots *b)
{
	fetch_free(b->x.f);
	b->x.f = NULL;
	origins_free(b->o);
	fix_close(&b->x);
}

static void
test_each_answer(void **state)
{
	static const struct {
		int status;
		const char *headers, *body;
		enum origins_verdict open, secret;
	} rows[] = {
	    {200, "", "User-agent: *\nDisallow: /secret\n", ORIGINS_ALLOWED,
		ORIGINS_FORBIDDEN},
	    {200, "", "", ORIGINS_ALLOWED, ORIGINS_ALLOWED},
	    {204, "", "", ORIGINS_ALLOWED, ORIGINS_ALLOWED},
	    /* Not there for us: all is open. */
	    {401, "", "", ORIGINS_ALLOWED, ORIGINS_ALLOWED},
	    {403, "", "", ORIGINS_ALLOWED, ORIGINS_ALLOWED},
	    {404, "", "Disallow: /secret\n", ORIGINS_ALLOWED, ORIGINS_ALLOWED},
	    {410, "", "", ORIGINS_ALLOWED, ORIGINS_ALLOWED},
	    /* Out of order: all is closed. */
	    {500, "", "", ORIGINS_UNREACHABLE, ORIGINS_UNREACHABLE},
	    {502, "", "", ORIGINS_UNREACHABLE, ORIGINS_UNREACHABLE},
	    {503, "Retry-After: 60\r\n", "", ORIGINS_UNREACHABLE,
		ORIGINS_UNREACHABLE},
	    {504, "", "", ORIGINS_UNREACHABLE, ORIGINS_UNREACHABLE},
	    {429, "", "", ORIGINS_UNREACHABLE, ORIGINS_UNREACHABLE},
	    {0, "", "", ORIGINS_UNREACHABLE, ORIGINS_UNREACHABLE},
	    /* Elsewhere. */
	    {301, "Location: /moved.txt\r\n", "", ORIGINS_ALLOWED,
		ORIGINS_FORBIDDEN},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		struct robots b;
		size_t n;

		open_robots(&b, rows[i].status, rows[i].headers, rows[i].body);
		if (ask(&b, "/a") != rows[i].open ||
		    ask(&b, "/secret/b") != rows[i].secret)
			fail_msg("status %d", rows[i].status);
		n = b.x.srv.n_reqs;
		assert_int_equal(n, rows[i].status == 301 ? 2 : 1);
		(void)ask(&b, "/c");
		assert_int_equal(b.x.srv.n_reqs, n);
		close_robots(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include <zlib.h>

#include "base/limits.h"
#include "serve/feedout.h"
#include "serve/page.h"
#include "serve/serve_int.h"

static struct job *
job(enum family family)
{
	static struct route routes[8];
	struct job *j = xcalloc(1, sizeof(*j));

	routes[family].family = family;
	j->route = &routes[family];
	j->arena = arena_new(LIMIT_MIB);
	j->req.method = M_GET;
	j->req.root = j->req.path = j->req.query = "";
	buf_init(&j->reply.body, LIMIT_MIB);
	return j;
}

static const char *
header(const struct job *j, const char *name)
{
	for (size_t i = 0; i < j->reply.n_headers; i++) {
		if (strcmp(j->reply.headers[i].name, name) == 0)
			return j->reply.headers[i].value;
	}
	return NULL;
}

static void
test_etag(void **state)
{
	struct job *a = job(FAM_API), *b = job(FAM_API);
	const char *tag;

	(void)state;
	reply_text(a, 200, "hello");
	a->reply.has_etag = true;
	reply_finish(a);
	assert_int_equal(a->reply.status, 200);
	assert_non_null(tag = header(a, "ETag"));
	b->req.if_none_match = tag;
	reply_text(b, 200, "hello");
	b->reply.has_etag = true;
	reply_finish(b);
	assert_int_equal(b->reply.status, 304);
	assert_int_equal(b->reply.body.len, 0);
	job_free(a);
	job_free(b);
}

static void
test_gzip(void **state)
{
	struct job *j = job(FAM_TEXT);
	struct buf *out = reply_begin(j, 200, TYPE_TEXT);
	unsigned char plain[4096];
	z_stream z = {0};

	(void)state;
	for (int i = 0; i < 400; i++)
		buf_adds(out, "0123456789");
	j->req.takes_gzip = true;
	reply_finish(j);
	assert_true(j->reply.is_gzipped);
	assert_true(j->reply.body.len < 200);
	z.next_in = (Bytef *)j->reply.body.data;
	z.avail_in = (uInt)j->reply.body.len;
	z.next_out = plain;
	z.avail_out = sizeof(plain);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, 4000);
	(void)inflateEnd(&z);
	job_free(j);
}

static void
test_problem(void **state)
{
	struct job *j = job(FAM_API);
	json_t *doc;

	(void)state;
	reply_error(j, 404, "there is no feed %d, \"%s\"", 7, "\xC3\xA9");
	assert_string_equal(j->reply.type, "application/problem+json");
	assert_non_null(doc = json_loads(buf_str(&j->reply.body), 0, NULL));
	assert_int_equal(
	    json_integer_value(json_object_get(doc, "status")), 404);
	assert_string_equal(json_string_value(json_object_get(doc, "detail")),
	    "there is no feed 7, \"\xC3\xA9\"");
	json_decref(doc);
	job_free(j);
}

/* Bytes that are no UTF-8 in an error's words must not lose the answer. */
static void
test_problem_cut(void **state)
{
	struct job *j = job(FAM_API);
	char *text = xmalloc(2000);
	json_t *doc;

	(void)state;
	for (int i = 0; i < 1998; i += 2) {
		text[i] = '\xC3';
		text[i + 1] = '\xA9';
	}
	text[1998] = '\0';
	reply_error(j, 400, "x%s", text);
	assert_non_null(doc = json_loads(buf_str(&j->reply.body), 0, NULL));
	json_decref(doc);
	free(text);
	job_free(j);
}

static void
test_header_break(void **state)
{
	struct job *j = job(FAM_TEXT);

	(void)state;
	reply_header(j, "Location", "/x\r\nSet-Cookie: a=b");
	assert_null(header(j, "Location"));
	job_free(j);
}

static void
test_too_big(void **state)
{
	struct job *j = job(FAM_TEXT);
	struct buf *out = reply_begin(j, 200, TYPE_TEXT);

	(void)state;
	for (int i = 0; i < 2000; i++)
		buf_addf(out, "%01000d", i);
	reply_finish(j);
	assert_int_equal(j->reply.status, 400);
	job_free(j);
}

static void
test_templates(void **state)
{
	struct job *j = job(FAM_PAGE);
	static const char want[] =
	    "<a href=\"/x?q=a%20%26b\" title=\"&quot;&#39;&lt;\">&lt;b&gt; -5 "
	    "<i>ok</i> 100%</a>";

	(void)state;
	h(j, "<a href=\"/x?q=%u\" title=\"%s\">%s %d %h 100%%</a>", "a &b",
	    "\"'<", "<b>", (int64_t)-5, "<i>ok</i>");
	assert_string_equal(buf_str(&j->reply.body), want);
	buf_clear(&j->reply.body);
	put_marked(&j->reply.body, "a \x02<b>\x03 c \x02"
				   "d");
	assert_string_equal(buf_str(&j->reply.body),
	    "a <mark>&lt;b&gt;</mark> c <mark>d</mark>");
	job_free(j);
}

static void
check_diff(const char *old, const char *new, const char *want)
{
	struct job *j = job(FAM_PAGE);

	diff_words(j, old, new);
	assert_string_equal(buf_str(&j->reply.body), want);
	job_free(j);
}

static void
test_diff(void **state)
{
	(void)state;
	check_diff("one two three", "one 2 three",
	    "one <del>two </del><ins>2 </ins>three");
	check_diff("a b", "a b c", "a <del>b</del><ins>b c</ins>");
	check_diff("", "new", "<ins>new</ins>");
	check_diff("old", "", "<del>old</del>");
	check_diff("\xE6\x9D\xB1\xE4\xBA\xAC", "\xE6\x9D\xB1\xE5\x8C\x97",
	    "\xE6\x9D\xB1<del>\xE4\xBA\xAC</del><ins>\xE5\x8C\x97</ins>");
	check_diff("<b>", "<i>", "<del>&lt;b&gt;</del><ins>&lt;i&gt;</ins>");
}

static void
test_back(void **state)
{
	static const char *const bad[] = {
	    "//evil.example/", "/\\evil.example", "https://evil.example/", ""};
	struct job *j = job(FAM_PAGE);
	struct param p = {"back", "/articles?x=1"};

	(void)state;
	j->req.params = &p;
	j->req.n_params = 1;
	assert_string_equal(page_back(j, "/"), "/articles?x=1");
	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		p.value = bad[i];
		assert_string_equal(page_back(j, "/"), "/");
	}
	job_free(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_etag),
	    cmocka_unit_test(test_gzip),
	    cmocka_unit_test(test_problem),
	    cmocka_unit_test(test_problem_cut),
	    cmocka_unit_test(test_header_break),
	    cmocka_unit_test(test_too_big),
	    cmocka_unit_test(test_templates),
	    cmocka_unit_test(test_diff),
	    cmocka_unit_test(test_back),
	};

	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}

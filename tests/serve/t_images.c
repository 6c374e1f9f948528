/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "base/limits.h"
#include "serve/images.h"

static const struct serve_ops no_ops;

static struct job *
job(enum images images)
{
	static const struct route route = {.family = FAM_TEXT};
	struct job *j = xcalloc(1, sizeof(*j));

	j->route = &route;
	j->ops = &no_ops;
	j->images = images;
	j->image_key = "key";
	j->arena = arena_new(LIMIT_MIB);
	j->req.root = "/akin";
	buf_init(&j->reply.body, LIMIT_MIB);
	return j;
}

/* HTML as the page has it, with signatures cut out; free. */
static char *
shown(enum images images, const char *html)
{
	struct job *j = job(images);
	struct buf out;
	char *s;

	images_put_html(j, html);
	buf_init(&out, LIMIT_MIB);
	for (const char *p = buf_str(&j->reply.body); *p != '\0'; p++) {
		buf_addc(&out, *p);
		if (out.len >= 7 && str_ends(buf_str(&out), "/image/"))
			p += 64;
	}
	job_free(j);
	s = buf_steal(&out);
	return s;
}

static void
check(enum images images, const char *html, const char *want)
{
	char *got = shown(images, html);

	assert_string_equal(got, want);
	free(got);
}

static void
test_html(void **state)
{
	static const char img[] =
	    "<p>1 &lt; 2 <a href=\"http://a/x.png\">l</a>"
	    "<img src=\"http://a/b?c&amp;d\" alt=\"&lt;\">"
	    " end</p>";

	(void)state;
	check(IMAGES_DIRECT, img, img);
	check(IMAGES_PROXY, img,
	    "<p>1 &lt; 2 <a href=\"http://a/x.png\">l</a>"
	    "<img src=\"/akin/image/?url=http%3A%2F%2Fa%2Fb%3Fc%26d\" "
	    "alt=\"&lt;\"> end</p>");
	check(IMAGES_OFF, img,
	    "<p>1 &lt; 2 <a href=\"http://a/x.png\">l</a>"
	    "<img alt=\"&lt;\"> end</p>");
	check(IMAGES_PROXY,
	    "<picture><source srcset=\"http://a/1,2 1x, http://a/3 2x\" "
	    "type=\"image/webp\"><img src=\"data:image/gif;base64,AA\">"
	    "</picture>",
	    "<picture><source srcset=\"/akin/image/?url=http%3A%2F%2Fa%2F1%2C2 "
	    "1x, /akin/image/?url=http%3A%2F%2Fa%2F3 2x\" "
	    "type=\"image/webp\"><img src=\"data:image/gif;base64,AA\">"
	    "</picture>");
	check(IMAGES_PROXY,
	    "<video src=\"http://a/v\" poster=\"http://a/p\" controls></video>",
	    "<video src=\"http://a/v\" "
	    "poster=\"/akin/image/?url=http%3A%2F%2Fa%2Fp\" controls></video>");
	check(IMAGES_OFF, "<video poster=\"http://a/p\"></video>",
	    "<video></video>");
	check(IMAGES_OFF, "<img srcset=\"http://a/1 1x\">", "<img>");
	check(IMAGES_PROXY, "<img src=\"ftp://a/1\"", "<img");
}

static void
fetch(void *arg, const struct serve_image_req *req, serve_image_cb done,
    void *done_arg)
{
	(void)arg;
	(void)req;
	(void)done;
	(void)done_arg;
}

static void
test_signature(void **state)
{
	struct job *j = job(IMAGES_PROXY);
	struct serve_ops ops = {.image = fetch};
	const char *src = images_src(j, "http://a/b"), *other;
	char *signature = arena_strndup(j->arena, src + 12, 64);
	struct param params[] = {{"url", "http://a/b"}};

	(void)state;
	assert_true(str_starts(src, "/akin/image/"));
	j->req.params = params;
	j->req.n_params = 1;
	j->req.args[0] = signature;
	image_get(j); /* nobody fetches */
	assert_int_equal(j->reply.status, 404);
	assert_null(j->image_url);
	j->ops = &ops;
	image_get(j);
	assert_string_equal(j->image_url, "http://a/b");
	j->image_url = NULL;
	params[0].value = "http://a/c";
	image_get(j);
	assert_int_equal(j->reply.status, 403);
	assert_null(j->image_url);
	j->image_key = "another";
	other = images_src(j, "http://a/b");
	assert_string_not_equal(src, other);
	j->images = IMAGES_DIRECT;
	image_get(j);
	assert_int_equal(j->reply.status, 404);
	job_free(j);
}

static int
status_of(enum ak_status st, const char *type, const char **ret_type)
{
	struct job *j = job(IMAGES_PROXY);
	struct serve_image image = {st, type, "bytes", 5, NULL, NULL};
	int status;

	images_fetched(j, &image);
	*ret_type = j->reply.type;
	status = j->reply.status;
	assert_true(status != 200 || j->reply.is_sandboxed);
	job_free(j);
	return status;
}

static void
test_types(void **state)
{
	const char *type;

	(void)state;
	assert_int_equal(status_of(AK_OK, "image/png", &type), 200);
	assert_string_equal(type, "image/png");
	assert_int_equal(status_of(AK_OK, "Image/JPG; q=1", &type), 200);
	assert_string_equal(type, "image/jpeg");
	assert_int_equal(status_of(AK_OK, "image/svg+xml", &type), 502);
	assert_int_equal(status_of(AK_OK, "text/html", &type), 502);
	assert_int_equal(status_of(AK_OK, NULL, &type), 502);
	assert_int_equal(status_of(AK_NOTFOUND, "image/png", &type), 502);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_html),
	    cmocka_unit_test(test_signature),
	    cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests_name("images", tests, NULL, NULL);
}

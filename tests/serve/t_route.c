/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "serve/serve_int.h"

static struct arena *arena;

static const struct route *
find(enum method m, const char *path, struct req *q, unsigned *methods)
{
	*q = (struct req){.method = m, .path = route_normal_path(path)};
	return route_find(arena, q, methods);
}

static void
test_paths(void **state)
{
	struct req q;
	unsigned methods;

	(void)state;
	assert_non_null(find(M_GET, "/", &q, &methods));
	assert_non_null(find(M_GET, "//reader/api/0/token", &q, &methods));
	assert_non_null(
	    find(M_GET, "/api/greader.php/reader/api/0/token", &q, &methods));
	assert_non_null(
	    find(M_GET, "/api/greader.php//reader/api/0/token", &q, &methods));
	assert_null(find(M_GET, "/nothing", &q, &methods));
	assert_int_equal(methods, 0);
	assert_null(find(M_PUT, "/reader/api/0/token", &q, &methods));
	assert_int_equal(methods, M_GET);
	assert_null(find(M_GET, "/api/v1/feeds/", &q, &methods));
}

static void
test_fever_paths(void **state)
{
	static const char *const paths[] = {"/fever", "/fever/",
	    "/fever/fever/", "/api/fever.php", "/api/fever.php/fever/"};
	struct req q;
	unsigned methods;

	(void)state;
	for (size_t i = 0; i < AK_COUNT(paths); i++)
		assert_non_null(find(M_POST, paths[i], &q, &methods));
	assert_null(find(M_POST, "/feverish", &q, &methods));
}

static void
test_arguments(void **state)
{
	struct req q;
	unsigned methods;

	(void)state;
	assert_non_null(
	    find(M_GET, "/api/v1/articles/12/why/34", &q, &methods));
	assert_string_equal(q.args[0], "12");
	assert_string_equal(q.args[1], "34");
	assert_non_null(find(M_GET,
	    "/reader/api/0/stream/contents/user%2F-%2Flabel%2FA%2520b", &q,
	    &methods));
	/* Decoded once, and only once. */
	assert_string_equal(q.args[0], "user/-/label/A%20b");
	assert_non_null(find(M_DELETE, "/api/v1/tokens/a%2Fb", &q, &methods));
	assert_string_equal(q.args[0], "a/b");
}

/* A change always needs a token that may change, or looks after it itself. */
static void
test_scopes(void **state)
{
	(void)state;
	for (const struct route *r = route_table(); r->pattern != NULL; r++) {
		if ((r->flags & ROUTE_WRITES) && !(r->flags & ROUTE_OPEN) &&
		    strcmp(r->pattern, "/logout") != 0)
			assert_true(r->scope >= SCOPE_WRITE);
		if (r->flags & ROUTE_WRITES)
			assert_false(r->methods & M_GET);
		if (r->scope == SCOPE_NONE)
			assert_true(r->flags & ROUTE_OPEN);
	}
}

/* "/feeds/{id}" of the description as "/feeds/{}". */
static char *
without_names(const char *path)
{
	char *out = xstrdup(path), *w = out;

	for (const char *s = path; *s != '\0'; s++) {
		*w++ = *s;
		if (*s == '{')
			s = strchr(s, '}') - 1;
	}
	*w = '\0';
	return out;
}

static unsigned
method_of(const char *name)
{
	static const char *const names[] = {
	    "get", "post", "put", "patch", "delete"};

	for (unsigned i = 0; i < AK_COUNT(names); i++) {
		if (strcmp(name, names[i]) == 0)
			return 1u << i;
	}
	return 0;
}

static size_t
rows_of(const char *pattern, unsigned method)
{
	size_t n = 0;

	for (const struct route *r = route_table(); r->pattern != NULL; r++)
		n += strcmp(r->pattern, pattern) == 0 &&
		     (r->methods & method) != 0;
	return n;
}

static void
test_openapi(void **state)
{
	char *file = test_src_path("src/serve/assets/openapi.json");
	json_error_t why;
	json_t *doc = json_load_file(file, 0, &why), *item, *op;
	const char *path, *name;
	size_t n_described = 0, n_served = 0;

	(void)state;
	free(file);
	if (doc == NULL)
		fail_msg("%s", why.text);
	assert_string_equal(
	    json_string_value(json_object_get(doc, "openapi")), "3.1.0");
	json_object_foreach(json_object_get(doc, "paths"), path, item)
	{
		char *pattern = without_names(path);

		json_object_foreach(item, name, op)
		{
			if (rows_of(pattern, method_of(name)) != 1)
				fail_msg("%s %s is not served", name, path);
			assert_non_null(json_object_get(op, "responses"));
			n_described++;
		}
		free(pattern);
	}
	for (const struct route *r = route_table(); r->pattern != NULL; r++)
		n_served += r->family == FAM_API;
	assert_int_equal(n_described, n_served);
	json_decref(doc);
}

static void
test_parameters(void **state)
{
	static const char form[] = "a=1&b=x%20y+z&a=2&empty&c=%E3%81&=n&d=%00";
	struct req q = {0};
	size_t pos = 0;

	(void)state;
	req_add_form(arena, &q, form, strlen(form));
	assert_string_equal(req_param_next(&q, "a", &pos), "1");
	assert_string_equal(req_param_next(&q, "a", &pos), "2");
	assert_null(req_param_next(&q, "a", &pos));
	assert_string_equal(req_param(&q, "b"), "x y z");
	assert_string_equal(req_param(&q, "empty"), "");
	/* Half a character becomes U+FFFD; a zero byte goes. */
	assert_string_equal(req_param(&q, "c"), "\xEF\xBF\xBD");
	assert_string_equal(req_param(&q, "d"), "");
	assert_int_equal(req_param_i64(&q, "a", 0, 5, 9), 1);
	assert_int_equal(req_param_i64(&q, "b", 0, 5, 9), 9);
	for (int i = 0; i < 5000; i++)
		req_add_form(arena, &q, "i=7", 3);
	assert_int_equal(q.n_params, 5007);
	assert_string_equal(q.params[5006].value, "7");
}

static void
test_multipart(void **state)
{
	static const char body[] =
	    "--xYz\r\nContent-Disposition: form-data; name=\"api_key\"\r\n"
	    "\r\nabc\r\n--xYz\r\nContent-Disposition: form-data; "
	    "name=\"file\"; filename=\"f\"\r\nContent-Type: text/xml\r\n\r\n"
	    "<a>\r\n</a>\r\n--xYz--\r\n";
	struct req q = {.body = body,
	    .body_len = sizeof(body) - 1,
	    .content_type = "multipart/form-data; boundary=\"xYz\""};

	(void)state;
	req_add_multipart(arena, &q);
	assert_int_equal(q.n_params, 2);
	assert_string_equal(req_param(&q, "api_key"), "abc");
	assert_string_equal(req_param(&q, "file"), "<a>\r\n</a>");
	/* Cut anywhere: never past the end. */
	for (size_t n = 0; n < sizeof(body); n++) {
		char *cut = xmalloc(n + 1);
		struct req part = {.body = cut,
		    .body_len = n,
		    .content_type = "multipart/form-data; boundary=xYz"};

		memcpy(cut, body, n);
		cut[n] = '\0';
		req_add_multipart(arena, &part);
		free(cut);
	}
}

static void
test_cookies(void **state)
{
	static const char header[] = "x=1; akin=secret; __Host-akin=other";

	(void)state;
	assert_string_equal(req_cookie(arena, header, "akin"), "secret");
	assert_string_equal(req_cookie(arena, header, "__Host-akin"), "other");
	assert_null(req_cookie(arena, header, "kin"));
	assert_null(req_cookie(arena, NULL, "akin"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_paths),
	    cmocka_unit_test(test_fever_paths),
	    cmocka_unit_test(test_arguments),
	    cmocka_unit_test(test_scopes),
	    cmocka_unit_test(test_openapi),
	    cmocka_unit_test(test_parameters),
	    cmocka_unit_test(test_multipart),
	    cmocka_unit_test(test_cookies),
	};
	int rc;

	arena = arena_new(1 << 24);
	rc = cmocka_run_group_tests_name("route", tests, NULL, NULL);
	arena_free(arena);
	return rc;
}

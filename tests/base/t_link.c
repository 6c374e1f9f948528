/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "base/link.h"
#include "base/str.h"

/* The links of a value as "URL rel type title", one a line. */
static void
assert_links(const char *value, const char *want)
{
	struct arena *a = arena_new(1 << 16);
	struct buf got;
	struct link l;

	buf_init(&got, 1 << 16);
	while (link_next(a, &value, &l)) {
		const char *parts[] = {l.url, l.rel, l.type, l.title};

		for (size_t i = 0; i < AK_COUNT(parts); i++)
			buf_addf(&got, "%s%c",
			    parts[i] != NULL ? parts[i] : "-",
			    i + 1 < AK_COUNT(parts) ? ' ' : '\n');
	}
	assert_string_equal(buf_str(&got), want);
	buf_release(&got);
	arena_free(a);
}

static void
test_read(void **state)
{
	(void)state;
	assert_links("<https://hub.example/>; rel=\"hub\"",
	    "https://hub.example/ hub - -\n");
	assert_links("<a,b;c>;REL=x ; type=\"t/x\",</d>; title=\"q\\\"; , r\"",
	    "a,b;c x t/x -\n/d - - q\"; , r\n");
	assert_links("<a>; rel=one; rel=two; title=T; title=U", "a one - T\n");
	assert_links(
	    "<a>; anchor=\"/x\"; rel=hub, <b>; rel=self", "b self - -\n");
}

static void
test_broken(void **state)
{
	(void)state;
	assert_links("", "");
	assert_links("garbage", "");
	assert_links("<", "");
	assert_links("<x", "");
	assert_links("garbage, <x>", "x - - -\n");
	assert_links("<x>;;;=\"", "x - - -\n");
	assert_links("<x>; rel=\"hub", "x hub - -\n");
	assert_links(
	    "<x>; rel; nonsense, <y>; rel = hub", "x  - -\ny hub - -\n");
}

static void
test_rel(void **state)
{
	(void)state;
	assert_true(link_has_rel("alternate", "alternate"));
	assert_true(link_has_rel("x Self\thub", "SELF"));
	assert_true(link_has_rel(" hub ", "hub"));
	assert_false(link_has_rel("hubs", "hub"));
	assert_false(link_has_rel("", "hub"));
	assert_false(link_has_rel(NULL, "hub"));
}

static void
test_full_arena(void **state)
{
	struct arena *a = arena_new(1);
	const char *at = "<x>; rel=\"hub\"; title=\"t\"";
	struct link l;

	(void)state;
	assert_false(link_next(a, &at, &l));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_broken),
	    cmocka_unit_test(test_rel),
	    cmocka_unit_test(test_full_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: ISC */
/* Other bytes, the same items: nothing is cleaned nor stored again. */
#include "daemon/doc_hash.h"
#include "daemon/poll.h"
#include "tests/testing.h"

#include "base/mem.h"
#include "base/str.h"

#define FEED(more, channel, item)                                              \
	"<rss version=\"2.0\"><channel><title>t</title>" channel "<item>"      \
	"<guid>1</guid><title>One</title><description>A "                      \
	"&lt;b&gt;word&lt;/b&gt;"                                              \
	"</description>" item "</item></channel></rss>" more

static const struct poll_opts plain_opts = {.strip_params = true};

/* The poll of a body by a feed that had `items_hash`. */
static struct poll *
poll_of(const char *body, uint64_t items_hash, const struct poll_opts *opts)
{
	struct store_feed f = {.id = 1,
	    .url = "https://example.org/feed",
	    .items_hash = items_hash};
	struct poll *p = poll_new(&f);

	p->final_url = p->url;
	p->body = xstrdup(body);
	p->body_len = strlen(body);
	poll_parse(p, opts, NULL);
	assert_null(p->error);
	assert_non_null(p->doc);
	return p;
}

static uint64_t
hash_of(const char *body)
{
	struct poll *p = poll_of(body, 0, &plain_opts);
	uint64_t h = p->new_items_hash;

	assert_false(p->is_same);
	assert_string_equal(p->doc->entries->title_text, "One");
	poll_free(p);
	return h;
}

static bool
is_same(const char *body, uint64_t items_hash, const struct poll_opts *opts)
{
	struct poll *p = poll_of(body, items_hash, opts);
	bool same = p->is_same;

	assert_int_equal(same, p->doc->entries->title_text == NULL);
	assert_int_equal(p->n_items, 1);
	poll_free(p);
	return same;
}

static void
test_stamps_and_comments_are_no_change(void **state)
{
	uint64_t h = hash_of(FEED("", "", ""));

	(void)state;
	assert_true(is_same(FEED("", "", ""), h, &plain_opts));
	assert_true(is_same(FEED("<!-- 12:00 -->", "", ""), h, &plain_opts));
	assert_true(is_same(FEED("",
				"<lastBuildDate>Mon, 23 Nov 2026 12:00:00 GMT"
				"</lastBuildDate><ttl>90</ttl>",
				""),
	    h, &plain_opts));
}

static void
test_all_that_is_stored_is_looked_at(void **state)
{
	static const char *const bodies[] = {
	    FEED("", "<link>https://example.org/</link>", ""),
	    FEED("", "<description>d</description>", ""),
	    FEED("", "<language>de</language>", ""),
	    FEED("", "<image><url>https://example.org/i</url></image>", ""),
	    FEED("", "<item><guid>2</guid><title>Two</title></item>", ""),
	    FEED("", "", "<link>https://example.org/1</link>"),
	    FEED("", "", "<pubDate>Mon, 23 Nov 2026 12:00:00 GMT</pubDate>"),
	    FEED("", "", "<author>a@example.org</author>"),
	    FEED("", "", "<category>c</category>"),
	    FEED("", "", "<comments>https://example.org/c</comments>"),
	    FEED("", "",
		"<enclosure url=\"https://example.org/e\" length=\"1\" "
		"type=\"audio/mpeg\"/>"),
	    FEED("", "",
		"<enclosure url=\"https://example.org/e\" length=\"2\" "
		"type=\"audio/mpeg\"/>"),
	};
	uint64_t seen[AK_COUNT(bodies) + 1];

	(void)state;
	seen[0] = hash_of(FEED("", "", ""));
	for (size_t i = 0; i < AK_COUNT(bodies); i++) {
		struct poll *p = poll_of(bodies[i], seen[0], &plain_opts);

		assert_false(p->is_same);
		seen[i + 1] = p->new_items_hash;
		for (size_t k = 0; k <= i; k++)
			assert_true(seen[k] != seen[i + 1]);
		poll_free(p);
	}
}

static void
test_other_options_clean_again(void **state)
{
	uint64_t h = hash_of(FEED("", "", ""));
	struct poll_opts o = plain_opts;

	(void)state;
	o.strip_params = false;
	assert_false(is_same(FEED("", "", ""), h, &o));
	o = plain_opts;
	o.keep_frames = true;
	assert_false(is_same(FEED("", "", ""), h, &o));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_stamps_and_comments_are_no_change),
	    cmocka_unit_test(test_all_that_is_stored_is_looked_at),
	    cmocka_unit_test(test_other_options_clean_again),
	};

	return cmocka_run_group_tests_name("same", tests, NULL, NULL);
}

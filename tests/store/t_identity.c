/* SPDX-License-Identifier: ISC */
/* t_identity.c - which entries a feed had before, and what is an edit. */
#include "tests/store/kit.h"

#include <math.h>

#include "base/limits.h"
#include "base/str.h"
#include "store/plain.h"

#define SITE "https://example.org"

/* --- entries over polls ---------------------------------------------- */

static void
test_the_same_feed_twice_adds_nothing(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed"), before;
	struct doc *d = kit_doc(k);

	for (int n = 0; n < 30; n++)
		kit_entry(k, d, arena_printf(k->a, "tag:example.org,%d", n),
		    arena_printf(k->a, SITE "/%d", n),
		    arena_printf(k->a, "Title %d", n), "Some text.");
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, 30);
	assert_int_equal(k->delta.n_new_articles, 30);
	assert_int_equal(k->delta.n_seen, 30);
	before = kit_sql_int(k, "SELECT seq FROM sqlite_sequence "
				"WHERE name = 'article'");
	kit_poll_gives(k, feed, d, 0, 0);
	assert_int_equal(k->delta.n_events, 0);
	assert_int_equal(kit_n_articles(k, 0), 30);
	assert_int_equal(kit_sql_int(k, "SELECT seq FROM sqlite_sequence "
					"WHERE name = 'article'"),
	    before);
}

static void
test_an_edit_is_a_revision_and_stays_read(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed"), id, n;
	struct doc *d = kit_doc(k);
	struct doc_entry *e = kit_entry(
	    k, d, "1", SITE "/1", "Storm kills five", "Five are dead.");
	struct kit_article a;

	kit_poll(k, feed, d);
	id = kit_by_title(k, "Storm kills five");
	assert_int_equal(
	    store_mark(k->s, STORE_READ,
		&(struct store_mark_query){.ids = &id, .n_ids = 1}, &n),
	    AK_OK);
	e->title_text = "Storm kills seven";
	e->text = "Seven are dead.";
	e->content_html = "<p>Seven are dead.</p>";
	kit_poll_gives(k, feed, d, 0, 1);
	assert_int_equal(k->delta.n_changed_articles, 1);
	assert_int_equal(k->delta.changed_articles[0], id);
	assert_int_equal(kit_n_articles(k, 0), 1);
	kit_get(k, id, &a);
	assert_string_equal(a.title, "Storm kills seven");
	assert_string_equal(a.text, "Seven are dead.");
	assert_true(a.is_read);
	assert_int_equal(a.n_revisions, 1);
	assert_string_equal(kit_search(k, "five"), "");
	assert_string_equal(kit_search(k, "seven"), "1");
}

static void
list_revision(const struct store_revision *v, void *arg)
{
	buf_addf(arg, "%lld:%s:%s ", (long long)v->n, v->title, v->text);
}

static void
test_revisions_are_told_and_flips_add_none(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *one = kit_doc(k), *two = kit_doc(k);
	struct buf b;

	kit_entry(k, one, "1", SITE "/1", "One", "Text one.");
	kit_entry(k, two, "1", SITE "/1", "Two", "Text two.");
	for (int n = 0; n < 6; n++)
		kit_poll(k, feed, n % 2 == 0 ? one : two);
	buf_init(&b, 1000);
	assert_int_equal(store_revisions(k->r, 1, list_revision, &b), AK_OK);
	assert_string_equal(
	    buf_str(&b), "1:One:Text one. 2:Two:Text two. 3:Two:Text two. ");
	buf_release(&b);
	assert_int_equal(kit_n_articles(k, 0), 1);
}

static void
test_https_and_tracking_change_nothing(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct doc_entry *e = kit_entry(k, d, "http://example.org/?p=1",
	    "http://example.org/1?utm_source=rss&utm_medium=feed", "One",
	    "Text.");
	static const char *const links[] = {"https://example.org/1",
	    "https://example.org/1?fbclid=abc", "http://example.org/1#utm_x=1",
	    "https://EXAMPLE.org/1?utm_campaign=z#xtor=RSS-1"};

	kit_poll(k, feed, d);
	e->id = "https://example.org/?p=1";
	for (size_t n = 0; n < AK_COUNT(links); n++) {
		e->url = links[n];
		kit_poll_gives(k, feed, d, 0, 0);
	}
	/* Without a guid, the link is the key. */
	e->id = NULL;
	e->url = SITE "/2?utm_source=a";
	e->title_text = "Two";
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, 1);
	e->url = "http://example.org/2?utm_source=b";
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, 0);
	assert_int_equal(kit_n_articles(k, 0), 2);
}

static void
test_token_images_are_no_edit(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct doc_entry *e = kit_entry(k, d, "1", SITE "/1", "One", "Text.");
	struct doc_attachment sound = {
	    .url = "https://cdn.example.org/1.mp3?token=1",
	    .size_bytes = -1,
	    .duration_s = -1};

	e->attachments = &sound;
	for (int n = 0; n < 5; n++) {
		e->content_html = arena_printf(k->a,
		    "<p>Text.</p><img "
		    "src=\"https://pixel.example/%d.gif?t=%d\">",
		    n, n);
		sound.url = arena_printf(
		    k->a, "https://cdn.example.org/1.mp3?token=%d", n);
		kit_poll_gives(k, feed, d, n == 0, 0);
	}
	/* Nor are spaces. */
	e->text = " Text.\n ";
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_revised, 0);
}

static void
test_namesakes_in_one_document_are_kept(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *both = kit_doc(k), *one = kit_doc(k), *other = kit_doc(k);

	kit_entry(k, both, "0", SITE "/a", "Alpha", "Text a.");
	kit_entry(k, both, "0", SITE "/b", "Beta", "Text b.");
	kit_entry(k, one, "0", SITE "/a", "Alpha", "Text a.");
	kit_entry(k, other, "0", SITE "/b", "Beta", "Text b.");
	kit_poll(k, feed, both);
	assert_int_equal(k->delta.n_new, 2);
	for (int n = 0; n < 3; n++) {
		kit_poll_gives(k, feed,
		    n == 0   ? both
		    : n == 1 ? one
			     : other,
		    0, 0);
	}
	assert_int_equal(kit_n_articles(k, feed), 2);
}

static void
test_a_namesake_comes_later(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *one = kit_doc(k), *both = kit_doc(k), *last = kit_doc(k);

	kit_entry(k, one, "x", SITE "/a", "Alpha", "Text a.");
	kit_entry(k, both, "x", SITE "/b", "Beta", "Text b.");
	kit_entry(k, both, "x", SITE "/a", "Alpha", "Text a.");
	kit_entry(k, last, "x", SITE "/b", "Beta", "Text b.");
	kit_poll(k, feed, one);
	kit_poll_gives(k, feed, both, 1, 0);
	kit_poll_gives(k, feed, last, 0, 0);
	assert_true(kit_by_title(k, "Alpha") != 0);
	assert_true(kit_by_title(k, "Beta") != 0);
}

static void
test_the_same_item_twice_is_one(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);

	kit_entry(k, d, "x", SITE "/a", "Alpha", "Text a.");
	kit_entry(k, d, "x", SITE "/a", "Alpha", "Text a.");
	kit_poll(k, feed, d);
	kit_poll(k, feed, d);
	assert_int_equal(kit_n_articles(k, 0), 1);
	/* But the same guid and link with other texts are two. */
	kit_entry(k, d, "x", SITE "/a", "Alpha", "Text b.");
	kit_poll(k, feed, d);
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, 0);
	assert_int_equal(kit_n_articles(k, 0), 2);
}

static void
test_items_without_guid_and_date_are_stable(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k), *more = kit_doc(k);

	kit_entry(k, d, NULL, NULL, "Alpha", "Text a.");
	kit_entry(k, d, NULL, NULL, "Beta", NULL);
	kit_entry(k, d, NULL, NULL, NULL, "Text c.");
	kit_entry(k, d, NULL, SITE "/d", "Delta", "Text d.");
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, 4);
	for (int n = 0; n < 2; n++) {
		for (struct doc_entry *e = d->entries; e != NULL; e = e->next)
			e->published = KIT_NOW + n; /* "now", as they do */
		kit_poll_gives(k, feed, d, 0, 0);
	}
	kit_entry(k, more, NULL, NULL, "New", "Text n.");
	kit_entry(k, more, NULL, NULL, "Alpha", "Text a.");
	kit_poll(k, feed, more);
	assert_int_equal(k->delta.n_new, 1);
	assert_int_equal(kit_n_articles(k, 0), 5);
}

static void
test_a_feed_changes_its_guids(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *old = kit_doc(k), *new = kit_doc(k);

	for (int n = 0; n < 10; n++) {
		const char *url = arena_printf(k->a, SITE "/%d", n);
		const char *title = arena_printf(k->a, "Title %d", n);

		kit_entry(
		    k, old, arena_printf(k->a, "%d", n), url, title, "T.");
		kit_entry(k, new, arena_printf(k->a, "tag:new,%d", n), url,
		    title, n == 3 ? "T. And more." : "T.");
	}
	kit_poll(k, feed, old);
	kit_poll_gives(k, feed, new, 0, 1);
	kit_poll_gives(k, feed, new, 0, 0);
	assert_int_equal(kit_n_articles(k, 0), 10);
}

static void
test_a_row_of_notices_is_not_one(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");

	for (int n = 0; n < 3; n++) {
		struct doc *d = kit_doc(k);

		kit_entry(k, d, arena_printf(k->a, "%d", n), SITE "/weather",
		    "Weather", arena_printf(k->a, "%d degrees", n))
		    ->published = KIT_NOW + n * 3600;
		kit_poll(k, feed, d);
		assert_int_equal(k->delta.n_new, 1);
	}
	assert_int_equal(kit_n_articles(k, 0), 3);
}

static void
test_fragments_tell_entries_of_a_page_apart(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);

	kit_entry(k, d, SITE "/log#2", SITE "/log#2", "Changes", "Second.");
	kit_entry(k, d, SITE "/log#1", SITE "/log#1", "Changes", "First.");
	kit_poll(k, feed, d);
	kit_poll(k, feed, d);
	assert_int_equal(kit_n_articles(k, 0), 2);
	d = kit_doc(k);
	kit_entry(k, d, SITE "/log#3", SITE "/log#3", "Changes", "Third.");
	kit_entry(k, d, SITE "/log#2", SITE "/log#2", "Changes", "Second.");
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, 1);
	assert_int_equal(kit_n_articles(k, 0), 3);
}

static void
test_items_that_share_a_link_stay_apart(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, SITE "/feed");
	int64_t two = kit_feed(k, SITE "/other");
	struct doc *d;

	/* One at a time, always with the home page or the show's page. */
	for (int n = 0; n < 4; n++) {
		d = kit_doc(k);
		kit_entry(k, d, arena_printf(k->a, "a%d", n),
		    n % 2 == 0 ? SITE "/" : SITE "/show",
		    arena_printf(k->a, "Note %d", n), "Text.");
		kit_poll(k, one, d);
		assert_int_equal(k->delta.n_new, 1);
	}
	/* Another feed of the site does the same. */
	d = kit_doc(k);
	kit_entry(k, d, "b1", SITE "/", "Event", "Text.");
	kit_entry(k, d, "b2", SITE "/show", "Episode", "Text.");
	kit_poll(k, two, d);
	assert_int_equal(k->delta.n_new, 2);
	assert_int_equal(kit_n_articles(k, 0), 6);
}

static void
test_drafts_and_too_many_items_are_not_stored(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct doc_entry *last =
	    kit_entry(k, d, "draft", SITE "/draft", "Draft", "Text.");

	last->is_draft = true;
	for (int n = 0; n < LIMIT_ITEMS_STORED + 10; n++) {
		last->next = arena_alloc(k->a, sizeof(*last));
		last = last->next;
		last->id = arena_printf(k->a, "%d", n);
		last->title_text = last->id;
		last->published = last->modified = DOC_NO_TIME;
	}
	kit_poll(k, feed, d);
	assert_int_equal(kit_n_articles(k, 0), LIMIT_ITEMS_STORED);
	assert_int_equal(kit_by_title(k, "Draft"), 0);
	assert_true(kit_by_title(k, "0") != 0);
}

/* --- words and HTML -------------------------------------------------- */

static void
test_words_are_those_of_html(void **state)
{
	(void)state;
	assert_true(plain_is_of("One two", "<p>One <b>two</b></p>"));
	assert_true(plain_is_of("a <b> & c", "a &lt;b&gt;&#32;&amp; c"));
	assert_true(plain_is_of("a b", "a&nbsp;b"));
	assert_true(plain_is_of("a b", "a\xC2\xA0"
				       "b"));
	assert_true(plain_is_of("東京　タワー。", "<p>東京<br>タワー。"));
	assert_true(plain_is_of("東京タワー", "東京　タワー"));
	assert_true(plain_is_of("é ß", "<i>é</i> ß"));
	assert_false(plain_is_of("東京", "東亰"));
	assert_false(plain_is_of("あい", "あう"));
	assert_false(plain_is_of("a<b", "a<b>"));
	assert_false(plain_is_of("One", "One two"));
	assert_false(plain_is_of("One two", "One"));
	assert_true(plain_same("a  b\n", "a b"));
	assert_true(plain_same("あ　い", "あ い"));
	assert_false(plain_same("あ、い", "あ。い"));
	assert_false(plain_same("\xE3", "\xE3\x80\x80"));
}

/* --- JSON ------------------------------------------------------------ */

static void
test_tags_attachments_and_extras_are_json(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct doc_entry *e = kit_entry(k, d, "1", SITE "/1", "T", "Text.");
	struct doc_tag second = {.term = "tab\tand \x01"};
	struct doc_tag first = {
	    .term = "x", .label = "\"a\\b\" \xC3\xA9", .next = &second};
	struct doc_attachment a2 = {
	    .url = SITE "/b", .size_bytes = -1, .duration_s = 1.5};
	struct doc_attachment a1 = {.url = SITE "/a",
	    .mime_type = "audio/mpeg",
	    .size_bytes = 1LL << 40,
	    .duration_s = 60,
	    .next = &a2};
	struct doc_ext *o, *l;

	o = doc_ext_add(k->a, &e->ext, "o", DOC_EXT_OBJECT);
	doc_ext_string(k->a, &o->children, "s", "line\nend");
	doc_ext_number(k->a, &o->children, "n", -0.25);
	doc_ext_number(k->a, &o->children, "inf", HUGE_VAL);
	l = doc_ext_add(k->a, &e->ext, "l", DOC_EXT_ARRAY);
	doc_ext_number(k->a, &l->children, NULL, 7);
	doc_ext_add(k->a, &l->children, NULL, DOC_EXT_BOOL)->number = 1;
	(void)doc_ext_add(k->a, &l->children, NULL, DOC_EXT_ARRAY);
	(void)doc_ext_add(k->a, &l->children, NULL, DOC_EXT_STRING);
	e->tags = &first;
	e->attachments = &a1;
	kit_poll(k, feed, d);
	assert_int_equal(
	    kit_sql_int(k, "SELECT json_extract(tags, '$[0]') = "
			   "'\"a\\b\" \xC3\xA9' AND json_extract(tags, '$[1]')"
			   " = 'tab' || char(9) || 'and ' || char(1) AND "
			   "json_array_length(tags) = 2 FROM article"),
	    1);
	assert_int_equal(
	    kit_sql_int(k, "SELECT attachments = '[{\"url\":\"" SITE
			   "/a\",\"mime_type\":\"audio/mpeg\","
			   "\"size_in_bytes\":1099511627776,"
			   "\"duration_in_seconds\":60},{\"url\":\"" SITE
			   "/b\",\"duration_in_seconds\":1.5}]' FROM article"),
	    1);
	assert_int_equal(
	    kit_sql_int(k, "SELECT extra = '{\"o\":{\"s\":\"line\\u000aend\","
			   "\"n\":-0.25,\"inf\":null},"
			   "\"l\":[7,true,[],null]}' FROM article"),
	    1);
}

/* --- events ---------------------------------------------------------- */

static void
schedule_cb(int64_t n_events, void *arg)
{
	((struct sched_state *)arg)->due_at += n_events;
}

static void
test_events_make_the_schedule(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed"), n = -1;
	static const int64_t at[] = {0, 300, 800, 5000, 5001};
	struct doc *d = kit_doc(k);
	struct sched_state q = {.due_at = 1000};
	struct store_fetch f = {.feed_id = feed,
	    .at = KIT_NOW,
	    .sched = &q,
	    .schedule = schedule_cb,
	    .schedule_arg = &q};

	for (size_t e = 0; e < AK_COUNT(at); e++)
		kit_entry(k, d, arena_printf(k->a, "%zu", e),
		    arena_printf(k->a, SITE "/%zu", e), "Title", "Text.")
		    ->published = KIT_NOW - 90000 + at[e];
	assert_int_equal(store_count_known(k->s, feed, d, &n), AK_OK);
	assert_int_equal(n, 0);
	f.doc = d;
	assert_int_equal(store_put_fetch(k->s, &f, &k->delta), AK_OK);
	assert_int_equal(k->delta.n_events, 2);
	store_delta_release(&k->delta);
	assert_int_equal(kit_sql_int(k, "SELECT due_at FROM feed_poll"), 1002);
	assert_int_equal(store_count_known(k->s, feed, d, &n), AK_OK);
	assert_int_equal(n, 5);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_the_same_feed_twice_adds_nothing),
	    TEST(test_words_are_those_of_html),
	    TEST(test_tags_attachments_and_extras_are_json),
	    TEST(test_an_edit_is_a_revision_and_stays_read),
	    TEST(test_revisions_are_told_and_flips_add_none),
	    TEST(test_https_and_tracking_change_nothing),
	    TEST(test_token_images_are_no_edit),
	    TEST(test_namesakes_in_one_document_are_kept),
	    TEST(test_a_namesake_comes_later),
	    TEST(test_the_same_item_twice_is_one),
	    TEST(test_items_without_guid_and_date_are_stable),
	    TEST(test_a_feed_changes_its_guids),
	    TEST(test_a_row_of_notices_is_not_one),
	    TEST(test_fragments_tell_entries_of_a_page_apart),
	    TEST(test_items_that_share_a_link_stay_apart),
	    TEST(test_drafts_and_too_many_items_are_not_stored),
	    TEST(test_events_make_the_schedule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

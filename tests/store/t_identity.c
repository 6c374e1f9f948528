/* SPDX-License-Identifier: ISC */
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
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, 0);
	assert_int_equal(k->delta.n_revised, 0);
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
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, 0);
	assert_int_equal(k->delta.n_revised, 1);
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
		kit_poll(k, feed, d);
		assert_int_equal(k->delta.n_new, 0);
		assert_int_equal(k->delta.n_revised, 0);
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
		kit_poll(k, feed, d);
		assert_int_equal(k->delta.n_new, n == 0);
		assert_int_equal(k->delta.n_revised, 0);
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
		kit_poll(k, feed, n == 0 ? both : n == 1 ? one : other);
		assert_int_equal(k->delta.n_new, 0);
		assert_int_equal(k->delta.n_revised, 0);
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
	kit_poll(k, feed, both);
	assert_int_equal(k->delta.n_new, 1);
	assert_int_equal(k->delta.n_revised, 0);
	kit_poll(k, feed, last);
	assert_int_equal(k->delta.n_new, 0);
	assert_int_equal(k->delta.n_revised, 0);
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
		kit_poll(k, feed, d);
		assert_int_equal(k->delta.n_new, 0);
		assert_int_equal(k->delta.n_revised, 0);
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
	kit_poll(k, feed, new);
	assert_int_equal(k->delta.n_new, 0);
	assert_int_equal(k->delta.n_revised, 1);
	kit_poll(k, feed, new);
	assert_int_equal(k->delta.n_new, 0);
	assert_int_equal(k->delta.n_revised, 0);
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

/* --- articles over feeds --------------------------------------------- */

static void
test_one_article_in_three_feeds(void **state)
{
	struct kit *k = *state;
	static const char *const feeds[] = {
	    SITE "/all.xml", SITE "/world.xml", SITE "/top.xml"};
	static const char *const links[] = {SITE "/a/1",
	    "http://example.org/a/1?utm_source=w", SITE "/a/1#rss"};
	struct kit_article a;
	int64_t id[3], n;

	for (int f = 0; f < 3; f++) {
		struct doc *d = kit_doc(k);

		id[f] = kit_feed(k, feeds[f]);
		kit_entry(k, d, arena_printf(k->a, "guid-%d", f), links[f],
		    f == 1 ? "The story, as the world page has it"
			   : "The story",
		    "Text.");
		kit_poll(k, id[f], d);
		assert_int_equal(k->delta.n_new, f == 0);
		assert_int_equal(k->delta.n_joined, f != 0);
	}
	assert_int_equal(kit_n_articles(k, 0), 1);
	for (int f = 0; f < 3; f++)
		assert_int_equal(kit_n_articles(k, id[f]), 1);
	kit_get(k, 1, &a);
	assert_string_equal(a.title, "The story");
	assert_non_null(strstr(a.feeds, "all.xml"));
	assert_non_null(strstr(a.feeds, "world.xml"));
	assert_non_null(strstr(a.feeds, "top.xml"));
	assert_int_equal(store_mark(k->s, STORE_READ,
			     &(struct store_mark_query){.feed_id = id[2]}, &n),
	    AK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(
	    kit_count(k, &(struct store_article_query){.feed_id = id[0],
			     .unread = true}),
	    0);
}

static void
test_the_same_guid_on_a_host_under_other_links(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, SITE "/1.xml"),
		two = kit_feed(k, SITE "/2.xml");
	int64_t far = kit_feed(k, "https://example.net/feed");
	struct doc *d = kit_doc(k);

	kit_entry(k, d, "4711 at site", SITE "/sport/4711", "Win", "Text.");
	kit_poll(k, one, d);
	d = kit_doc(k);
	kit_entry(k, d, "4711 at site", SITE "/local/4711", "Win", "Text.");
	kit_poll(k, two, d);
	assert_int_equal(k->delta.n_joined, 1);
	/* Elsewhere the same number means nothing, nor does it for another
	 * title. */
	d = kit_doc(k);
	kit_entry(k, d, "4711 at site", "https://example.net/1", "Win", "T.");
	kit_poll(k, far, d);
	assert_int_equal(k->delta.n_new, 1);
	d = kit_doc(k);
	kit_entry(k, d, "1", SITE "/n/1", "News", "Text.");
	kit_poll(k, one, d);
	d = kit_doc(k);
	kit_entry(k, d, "1", SITE "/e/1", "Event", "Text.");
	kit_poll(k, two, d);
	assert_int_equal(k->delta.n_new, 1);
	assert_int_equal(kit_n_articles(k, 0), 4);
}

static void
test_comments_are_not_the_article(void **state)
{
	struct kit *k = *state;
	int64_t blog = kit_feed(k, SITE "/feed");
	int64_t comments = kit_feed(k, SITE "/comments/feed");
	struct doc *d = kit_doc(k);

	kit_entry(k, d, "1", SITE "/post", "A post", "Text.");
	kit_poll(k, blog, d);
	d = kit_doc(k);
	kit_entry(k, d, "c1", SITE "/post#comment-1", "By: Ann", "I agree.");
	kit_poll(k, comments, d);
	assert_int_equal(k->delta.n_new, 1);
	/* Neither when all comments link to the bare page. */
	d = kit_doc(k);
	kit_entry(k, d, "c2", SITE "/post", "By: Bob", "I do not.");
	kit_entry(k, d, "c3", SITE "/post", "By: Eve", "Why?");
	kit_poll(k, comments, d);
	assert_int_equal(k->delta.n_new, 2);
	assert_int_equal(kit_n_articles(k, 0), 4);
}

/* --- aggregators ----------------------------------------------------- */

#define NEWS "https://news.example"

static struct doc *
publisher_doc(struct kit *k)
{
	struct doc *d = kit_doc(k);

	d->home_page_url = SITE "/";
	kit_entry(k, d, "tag:p,1", SITE "/story", "The original title",
	    "The whole text of the story, as its author wrote it.");
	return d;
}

static void
check_joined(struct kit *k, int64_t publisher, int64_t aggregator)
{
	struct kit_article a;

	assert_int_equal(kit_n_articles(k, 0), 1);
	assert_int_equal(kit_n_articles(k, publisher), 1);
	assert_int_equal(kit_n_articles(k, aggregator), 1);
	kit_get(k, 1, &a);
	assert_string_equal(a.title, "The original title");
	assert_string_equal(
	    a.text, "The whole text of the story, as its author wrote it.");
	assert_string_equal(a.url, SITE "/story");
	assert_string_equal(kit_search(k, "author"), "1");
	assert_string_equal(kit_search(k, "comments"), "");
}

static void
test_a_link_aggregator_joins(void **state)
{
	struct kit *k = *state;
	int64_t publisher = kit_feed(k, SITE "/feed");
	int64_t aggregator = kit_feed(k, NEWS "/rss");
	struct doc *d = kit_doc(k);
	struct kit_article a;

	kit_poll(k, publisher, publisher_doc(k));
	kit_entry(
	    k, d, "77", SITE "/story", "Somebody's headline (2026)", "Comments")
	    ->comments_url = NEWS "/item?id=77";
	kit_poll(k, aggregator, d);
	assert_int_equal(k->delta.n_joined, 1);
	check_joined(k, publisher, aggregator);
	kit_get(k, 1, &a);
	assert_string_equal(a.comments_url, NEWS "/item?id=77");
	/* Its edits are not the article's. */
	d->entries->title_text = "Another headline";
	kit_poll(k, aggregator, d);
	assert_int_equal(k->delta.n_revised, 0);
	check_joined(k, publisher, aggregator);
}

static void
test_a_link_aggregator_is_first(void **state)
{
	struct kit *k = *state;
	int64_t aggregator = kit_feed(k, NEWS "/rss");
	int64_t publisher = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct kit_article a;

	kit_entry(
	    k, d, "77", SITE "/story", "Somebody's headline (2026)", "Comments")
	    ->comments_url = NEWS "/item?id=77";
	kit_poll(k, aggregator, d);
	kit_poll(k, publisher, publisher_doc(k));
	assert_int_equal(k->delta.n_joined, 1);
	assert_int_equal(k->delta.n_changed_articles, 1);
	check_joined(k, publisher, aggregator);
	kit_get(k, 1, &a);
	assert_string_equal(a.comments_url, NEWS "/item?id=77");
	kit_poll(k, aggregator, d);
	kit_poll(k, publisher, publisher_doc(k));
	assert_int_equal(k->delta.n_revised, 0);
	check_joined(k, publisher, aggregator);
}

/* Two sites that write about a third one's page, each under its own name. */
static void
test_what_two_sites_name_apart_stays_apart(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, NEWS "/rss");
	int64_t other = kit_feed(k, "https://blog.example/rss");
	struct doc *d = kit_doc(k);

	kit_entry(k, d, "a-1", SITE "/story", "Why this matters", "Because.");
	kit_poll(k, one, d);
	d = kit_doc(k);
	kit_entry(k, d, "b-1", SITE "/story", "Link of the day", "Look here.");
	kit_poll(k, other, d);
	assert_int_equal(kit_n_articles(k, 0), 2);
	/* The same title too: the same thing said twice. */
	d = kit_doc(k);
	kit_entry(k, d, "c-1", SITE "/story", "Link of the day", "Look here.");
	kit_poll(k, kit_feed(k, "https://planet.example/rss"), d);
	assert_int_equal(k->delta.n_joined, 1);
	assert_int_equal(kit_n_articles(k, 0), 2);
}

/* Where the entry's own page is the aggregator's. */
static void
check_pointer(struct kit *k, bool aggregator_first)
{
	int64_t aggregator = kit_feed(k, NEWS "/r/rss");
	int64_t publisher = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct kit_article a;

	kit_entry(k, d, "t3_1", NEWS "/r/comments/1", "I found this",
	    "submitted by ann, comments")
	    ->external_url = SITE "/story?utm_source=reddit";
	if (!aggregator_first)
		kit_poll(k, publisher, publisher_doc(k));
	kit_poll(k, aggregator, d);
	if (aggregator_first)
		kit_poll(k, publisher, publisher_doc(k));
	assert_int_equal(k->delta.n_joined, 1);
	check_joined(k, publisher, aggregator);
	kit_get(k, 1, &a);
	assert_string_equal(a.comments_url, NEWS "/r/comments/1");
}

static void
test_a_pointer_joins(void **state)
{
	check_pointer(*state, false);
}

static void
test_a_pointer_is_first(void **state)
{
	check_pointer(*state, true);
}

static void
test_a_post_with_a_text_of_its_own_is_no_pointer(void **state)
{
	struct kit *k = *state;
	int64_t publisher = kit_feed(k, SITE "/feed");
	int64_t blog = kit_feed(k, "https://blog.example/feed");
	struct doc *d = kit_doc(k);
	char *text = arena_alloc(k->a, 2000);

	memset(text, 'x', 1500);
	kit_poll(k, publisher, publisher_doc(k));
	kit_entry(
	    k, d, "1", "https://blog.example/1", "What I make of it", text)
	    ->external_url = SITE "/story";
	kit_poll(k, blog, d);
	assert_int_equal(k->delta.n_new, 1);
	assert_int_equal(kit_n_articles(k, 0), 2);
}

/* --- removal --------------------------------------------------------- */

static void
test_what_was_removed_does_not_come_back(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, SITE "/1.xml"),
		two = kit_feed(k, SITE "/2.xml");
	struct doc *d = kit_doc(k), *other = kit_doc(k);
	struct store_gc_result gc;
	int64_t n;

	kit_entry(k, d, "1", SITE "/hand", "By hand", "Text.");
	kit_entry(k, d, "2", SITE "/age", "By age", "Text.");
	kit_entry(k, d, "3", SITE "/stay", "Stays", "Text.");
	kit_poll(k, one, d);
	assert_int_equal(
	    store_article_remove(k->s, kit_by_title(k, "By hand")), AK_OK);
	n = kit_by_title(k, "By age");
	assert_int_equal(
	    store_mark(k->s, STORE_READ,
		&(struct store_mark_query){.ids = &n, .n_ids = 1}, &n),
	    AK_OK);
	assert_int_equal(
	    store_gc(k->s,
		&(struct store_gc){.now = k->now + 90 * 86400, .keep_days = 30},
		&gc),
	    AK_OK);
	assert_int_equal(gc.n_articles, 1);
	assert_int_equal(kit_n_articles(k, 0), 1);

	/* Not by the same feed, edited or not, under a new guid or not, ... */
	kit_poll(k, one, d);
	assert_int_equal(k->delta.n_new, 0);
	d->entries->title_text = "By hand, edited";
	kit_poll(k, one, d);
	d->entries->id = "new";
	kit_poll(k, one, d);
	assert_int_equal(k->delta.n_new, 0);
	/* ... nor by another that carries it. */
	kit_entry(k, other, "x", "http://example.org/age?utm_source=x",
	    "By age", "Text.");
	kit_poll(k, two, other);
	assert_int_equal(k->delta.n_new, 0);
	assert_int_equal(kit_n_articles(k, 0), 1);
	assert_int_equal(store_article_remove(k->s, 99), AK_NOTFOUND);
}

static void
test_another_port_is_another_server(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, "http://127.0.0.1:8001/feed"),
		two = kit_feed(k, "http://127.0.0.1:8002/feed");
	struct doc *d = kit_doc(k), *other = kit_doc(k);

	kit_entry(k, d, "1", "http://127.0.0.1:8001/1", "One", "Text.");
	kit_poll(k, one, d);
	kit_entry(k, other, "1", "http://127.0.0.1:8002/1", "One", "Text.");
	kit_poll(k, two, other);
	assert_int_equal(k->delta.n_new, 1);
	assert_int_equal(kit_n_articles(k, 0), 2);
	/* Nor does what was removed of one say anything about the other. */
	assert_int_equal(store_feed_remove(k->s, one), AK_OK);
	assert_int_equal(store_feed_remove(k->s, two), AK_OK);
	d->entries->url = "http://127.0.0.1:8003/1";
	kit_poll(k, kit_feed(k, "http://127.0.0.1:8003/feed"), d);
	assert_int_equal(k->delta.n_new, 1);
}

static void
test_removal_without_a_link_of_its_own_buries_only_that_item(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);

	kit_entry(k, d, "1", SITE "/", "One", "Text.");
	kit_entry(k, d, "2", SITE "/", "Two", "Text.");
	kit_poll(k, feed, d);
	assert_int_equal(
	    store_article_remove(k->s, kit_by_title(k, "One")), AK_OK);
	assert_int_equal(
	    store_article_remove(k->s, kit_by_title(k, "Two")), AK_OK);
	kit_entry(k, d, "3", SITE "/", "Three", "Text.");
	kit_poll(k, feed, d);
	assert_int_equal(k->delta.n_new, 1);
	assert_int_equal(kit_n_articles(k, 0), 1);
}

/* --- the feed's address ---------------------------------------------- */

static void
count_finding(const char *line, void *arg)
{
	print_message("# %s\n", line);
	++*(int *)arg;
}

static void
test_frb_137_a_merged_feed_leaves_no_orphan(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, "http://old.example/feed");
	int64_t two = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct sched_state s = {0};
	struct store_fetch f = {.feed_id = one,
	    .at = KIT_NOW,
	    .sched = &s,
	    .moved_to = SITE "/feed",
	    .adopt_url = true};
	int findings = 0;

	/* The same guid for two things. */
	kit_entry(k, d, "1", "http://old.example/9", "Old", "One text.");
	kit_entry(k, d, "2", "http://old.example/8", "Mine", "Two text.");
	kit_poll(k, one, d);
	d = kit_doc(k);
	kit_entry(k, d, "1", SITE "/1", "New", "Quite another text.");
	kit_poll(k, two, d);
	assert_int_equal(kit_n_articles(k, 0), 3);
	store_delta_release(&k->delta);
	assert_int_equal(store_put_fetch(k->s, &f, &k->delta), AK_OK);
	assert_int_equal(k->delta.merged_into, two);
	assert_int_equal(kit_n_articles(k, two), 3);
	assert_int_equal(
	    store_check(k->r, count_finding, NULL, &findings), AK_OK);
	assert_int_equal(findings, 0);
}

static void
test_a_feed_moves_and_meets_another(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, "http://old.example/feed"), id = 0;
	int64_t two = kit_feed(k, SITE "/feed");
	struct doc *d = kit_doc(k);
	struct sched_state s = {0};
	struct store_fetch f = {.feed_id = one,
	    .at = KIT_NOW,
	    .sched = &s,
	    .has_moved = true,
	    .moved_to = "https://new.example/feed",
	    .adopt_url = true,
	    .doc = d};
	struct store_delta delta;

	kit_entry(k, d, "1", SITE "/1", "One", "Text.");
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_OK);
	assert_int_equal(delta.merged_into, 0);
	store_delta_release(&delta);
	/* Both addresses are the feed. */
	assert_int_equal(
	    store_feed_resolve(k->r, "https://new.example/feed", &id, NULL),
	    AK_OK);
	assert_int_equal(id, one);
	assert_int_equal(
	    store_feed_resolve(k->r, "http://old.example/feed", &id, NULL),
	    AK_OK);
	assert_int_equal(id, one);

	f.moved_to = SITE "/feed";
	f.at += 10;
	kit_entry(k, d, "2", SITE "/2", "Two", "Text.");
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_OK);
	assert_int_equal(delta.merged_into, two);
	assert_int_equal(delta.n_new, 1);
	store_delta_release(&delta);
	assert_int_equal(kit_n_articles(k, two), 2);
	assert_int_equal(kit_n_articles(k, 0), 2);
	assert_int_equal(
	    store_feed_resolve(k->r, "http://old.example/feed", &id, NULL),
	    AK_OK);
	assert_int_equal(id, two);
	assert_int_equal(
	    store_feeds(
		k->r, &(struct store_feed_query){.spec = "1"}, NULL, NULL),
	    AK_NOTFOUND);
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
	    TEST(test_one_article_in_three_feeds),
	    TEST(test_the_same_guid_on_a_host_under_other_links),
	    TEST(test_comments_are_not_the_article),
	    TEST(test_what_two_sites_name_apart_stays_apart),
	    TEST(test_a_link_aggregator_joins),
	    TEST(test_a_link_aggregator_is_first),
	    TEST(test_a_pointer_joins),
	    TEST(test_a_pointer_is_first),
	    TEST(test_a_post_with_a_text_of_its_own_is_no_pointer),
	    TEST(test_what_was_removed_does_not_come_back),
	    TEST(test_another_port_is_another_server),
	    TEST(test_removal_without_a_link_of_its_own_buries_only_that_item),
	    TEST(test_frb_137_a_merged_feed_leaves_no_orphan),
	    TEST(test_a_feed_moves_and_meets_another),
	    TEST(test_events_make_the_schedule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

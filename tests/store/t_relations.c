/* SPDX-License-Identifier: ISC */
#include "tests/store/kit.h"

#include "base/str.h"
#include "relate/relate.h"

/* Articles 1 .. n. */
static int64_t
fill(struct kit *k, int n)
{
	int64_t feed = kit_feed(k, "https://example.org/feed");
	struct doc *d = kit_doc(k);

	for (; n > 0; n--)
		kit_entry(k, d, arena_printf(k->a, "%d", n),
		    arena_printf(k->a, "https://example.org/%d", n),
		    arena_printf(k->a, "Title %d", n), "Text.")
		    ->published = KIT_NOW + n;
	kit_poll(k, feed, d);
	return feed;
}

static void
relate(struct kit *k, int64_t a, int64_t b, int kind, double score)
{
	struct store_edge e = {.other = b, .kind = kind, .score = score};
	struct store_relations rel = {
	    .article = a, .edges = &e, .n_edges = 1, .keep = 3};

	assert_int_equal(
	    store_put_relations(k->s, &rel, 1, rel.article), AK_OK);
}

static void
add_relation(const struct store_relation *r, void *arg)
{
	buf_addf(arg, "%lld:%d:%.2f:%s ", (long long)r->article, r->kind,
	    r->score, r->title);
}

static const char *
related(struct kit *k, int64_t id)
{
	const char *ret;
	struct buf b;

	buf_init(&b, 10000);
	assert_int_equal(store_related(k->r, id, 12, add_relation, &b), AK_OK);
	ret = arena_strdup(k->a, buf_str(&b));
	buf_release(&b);
	return ret;
}

static void
test_relations_go_both_ways_best_first(void **state)
{
	struct kit *k = *state;

	assert_false(store_relate_waits(k->r));
	(void)fill(k, 3);
	assert_true(store_relate_waits(k->r));
	relate(k, 2, 1, 3, .25);
	assert_true(store_relate_waits(k->r));
	relate(k, 3, 1, 2, .75);
	assert_false(store_relate_waits(k->r));
	assert_string_equal(
	    related(k, 1), "3:2:0.75:Title 3 2:3:0.25:Title 2 ");
	assert_string_equal(related(k, 2), "1:3:0.25:Title 1 ");
	assert_int_equal(store_relate_watermark(k->r), 3);
	/* Found again, it is the same pair. */
	relate(k, 1, 3, 1, .9);
	assert_string_equal(related(k, 3), "1:1:0.90:Title 1 ");
	assert_int_equal(store_relate_watermark(k->r), 3);
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM relation"), 2);
	/* Itself and what is not there are no relations. */
	relate(k, 3, 3, 1, 1);
	relate(k, 3, 77, 1, 1);
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM relation"), 2);
}

/* The threads of a backlog are known when its relations are in the store. */
static void
test_a_topic_turns_out_to_be_a_story(void **state)
{
	struct kit *k = *state;
	const int64_t stories[] = {1, 2, 4, 77};
	struct store_relations rel = {.article = 3,
	    .thread = 1,
	    .stories = stories,
	    .n_stories = AK_COUNT(stories),
	    .keep = 3};

	(void)fill(k, 4);
	relate(k, 2, 1, RELATE_TOPIC, .25);
	relate(k, 3, 1, RELATE_TOPIC, .75);
	relate(k, 3, 2, RELATE_DUPLICATE, .95);
	relate(k, 4, 3, RELATE_TOPIC, .5);
	assert_int_equal(store_put_relations(k->s, &rel, 1, 0), AK_OK);
	assert_string_equal(related(k, 3),
	    "2:1:0.95:Title 2 1:2:0.75:Title 1 4:2:0.50:Title 4 ");
	assert_string_equal(
	    related(k, 1), "3:2:0.75:Title 3 2:3:0.25:Title 2 ");
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM relation"), 4);
	assert_int_equal(
	    kit_sql_int(k, "SELECT thread FROM article WHERE id = 3"), 1);
}

static void
test_each_keeps_its_best(void **state)
{
	struct kit *k = *state;

	(void)fill(k, 8);
	for (int n = 2; n <= 7; n++)
		relate(k, n, 1, 3, n / 10.0);
	/* Three stay on the list of 1, but 2 .. 4 still have theirs. */
	assert_string_equal(related(k, 1),
	    "7:3:0.70:Title 7 6:3:0.60:Title 6 5:3:0.50:Title 5 ");
	assert_string_equal(related(k, 2), "1:3:0.20:Title 1 ");
	/* 2 finds three better ones: the pair is on no list, and goes. */
	for (int n = 3; n <= 5; n++)
		relate(k, 2, n, 3, .9);
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM relation "
					"WHERE a = 1 AND b = 2"),
	    0);
	/* One that is worse than all of both finds no place. */
	relate(k, 1, 2, 3, .1);
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM relation "
					"WHERE a = 1 AND b = 2"),
	    0);
}

static void
test_a_removed_article_leaves_nothing_dangling(void **state)
{
	struct kit *k = *state;

	(void)fill(k, 3);
	relate(k, 2, 1, 3, .5);
	relate(k, 3, 1, 3, .5);
	assert_int_equal(store_article_remove(k->s, 1), AK_OK);
	assert_string_equal(related(k, 2), "");
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM relation"), 0);
}

static void
test_a_wrong_pair_never_returns(void **state)
{
	struct kit *k = *state;

	(void)fill(k, 2);
	relate(k, 2, 1, 3, .5);
	assert_int_equal(store_relation_wrong(k->s, 2, 1, true), AK_OK);
	assert_string_equal(related(k, 1), "");
	relate(k, 1, 2, 3, .9);
	assert_string_equal(related(k, 1), "");
	assert_int_equal(store_relation_wrong(k->s, 1, 1, true), AK_BADINPUT);
}

static void
count_wrong(const struct store_wrong *w, void *arg)
{
	int *n = arg;

	assert_int_equal(w->article[0], 1);
	assert_int_equal(w->article[1], 2);
	(*n)++;
}

static void
test_a_wrong_pair_comes_back_as_it_was(void **state)
{
	struct kit *k = *state;
	char before[4096];
	int n = 0;

	(void)fill(k, 3);
	relate(k, 2, 1, 3, .5);
	(void)snprintf(before, sizeof(before), "%s", related(k, 1));
	assert_int_equal(store_relation_wrong(k->s, 2, 1, true), AK_OK);
	assert_int_equal(store_wrong_pairs(k->r, 0, count_wrong, &n), AK_OK);
	assert_int_equal(store_wrong_pairs(k->r, 2, count_wrong, &n), AK_OK);
	assert_int_equal(store_wrong_pairs(k->r, 3, count_wrong, &n), AK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(store_relation_wrong(k->s, 1, 2, false), AK_OK);
	assert_string_equal(related(k, 1), before);
	assert_string_not_equal(before, "");
	assert_int_equal(store_wrong_pairs(k->r, 0, count_wrong, &n), AK_OK);
	assert_int_equal(n, 2);
}

static void
test_a_title_may_be_another_publishers(void **state)
{
	struct kit *k = *state;
	int64_t lists = kit_feed(k, "https://example.org/feed");
	int64_t other = kit_feed(k, "https://other.example/feed");
	struct doc *d = kit_doc(k), *early = kit_doc(k), *late = kit_doc(k);
	struct doc_entry *e;

	kit_entry(k, early, "2", "https://other.example/2", "Both", "T.");
	kit_entry(k, early, "1", "https://other.example/1", "There", "T.");
	kit_poll(k, other, early);
	e = kit_entry(k, d, "3", "https://example.org/3", "Lists", "Text.");
	kit_related(k, e, NULL, "There");
	kit_related(k, e, NULL, "Both");
	kit_related(k, e, NULL, "Awaited");
	kit_entry(k, d, "2", "https://example.org/2", "Both", "Ours.");
	kit_poll(k, lists, d);
	kit_entry(k, late, "4", "https://other.example/4", "Awaited", "T.");
	kit_poll(k, other, late);
	assert_string_equal(related(k, kit_by_title(k, "Lists")),
	    "1:0:1.00:There 3:0:1.00:Both 5:0:1.00:Awaited ");
}

static void
test_listed_lines_find_their_articles(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/feed");
	struct doc *d = kit_doc(k), *late = kit_doc(k);
	struct doc_entry *e =
	    kit_entry(k, d, "0", "https://example.org/0", "Lists", "Text.");

	kit_related(k, e, "http://example.org/1?utm_source=x", "Old by link");
	kit_related(k, e, NULL, "「新製品」を発表！");
	kit_related(k, e, "https://example.org/late", "Late by link");
	kit_related(k, e, NULL, "Never there");
	kit_related(k, e, "https://example.org/0", "Itself");
	kit_entry(k, d, "1", "https://example.org/1", "Old", "Text.");
	kit_poll(k, feed, d);
	assert_string_equal(related(k, kit_by_title(k, "Lists")),
	    "1:0:1.00:Old 0:0:1.00:「新製品」を発表！ "
	    "0:0:1.00:Late by link 0:0:1.00:Never there "
	    "0:0:1.00:Itself ");
	kit_entry(k, late, "2", "https://example.org/2", "新製品を発表", "T.");
	kit_entry(k, late, "3", "https://example.org/late", "Late", "T.");
	kit_poll(k, feed, late);
	relate(k, 4, 2, 2, .5);
	assert_string_equal(related(k, 2),
	    "1:0:1.00:Old 4:0:1.00:新製品を発表 3:0:1.00:Late "
	    "0:0:1.00:Never there 0:0:1.00:Itself ");
	/* What it names goes: the line stays, as printed. */
	assert_int_equal(store_article_remove(k->s, 3), AK_OK);
	assert_string_equal(related(k, 2),
	    "1:0:1.00:Old 4:0:1.00:新製品を発表 0:0:1.00:Late by link "
	    "0:0:1.00:Never there 0:0:1.00:Itself ");
}

static void
add_thread(const struct store_thread *t, void *arg)
{
	buf_addf(arg, "%lld:%s:%lld/%lld ", (long long)t->id, t->lead_title,
	    (long long)t->n_articles, (long long)t->n_feeds);
}

static const char *
threads(struct kit *k, int64_t id)
{
	const char *ret;
	struct buf b;

	buf_init(&b, 10000);
	assert_int_equal(
	    store_threads(
		k->r, &(struct store_thread_query){.id = id}, add_thread, &b),
	    AK_OK);
	ret = arena_strdup(k->a, buf_str(&b));
	buf_release(&b);
	return ret;
}

static void
put_thread(struct kit *k, int64_t article, int64_t thread, int64_t merged)
{
	struct store_relations rel = {.article = article,
	    .thread = thread,
	    .merged = &merged,
	    .n_merged = merged != 0,
	    .keep = 3};

	assert_int_equal(
	    store_put_relations(k->s, &rel, 1, rel.article), AK_OK);
}

static const char *
alone(struct kit *k, int64_t id)
{
	struct store_thread_query q = {.id = id, .min_articles = 1};
	const char *ret;
	struct buf b;

	buf_init(&b, 10000);
	assert_int_equal(store_threads(k->r, &q, add_thread, &b), AK_OK);
	ret = arena_strdup(k->a, buf_str(&b));
	buf_release(&b);
	return ret;
}

/* It is found like any other, and becomes one with the second. */
static void
test_a_thread_of_one_needs_no_row(void **state)
{
	struct kit *k = *state;

	(void)fill(k, 4);
	put_thread(k, 2, 2, 0);
	put_thread(k, 3, 3, 0);
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM thread"), 0);
	assert_string_equal(threads(k, 0), "");
	assert_string_equal(threads(k, 2), "");
	assert_string_equal(alone(k, 2), "2:Title 2:1/1 ");
	assert_string_equal(alone(k, 1), "");
	put_thread(k, 4, 2, 0);
	assert_string_equal(threads(k, 0), "2:Title 2:2/1 ");
	assert_string_equal(alone(k, 2), "2:Title 2:2/1 ");
	put_thread(k, 1, 2, 3); /* another that stood alone is part of it */
	assert_string_equal(threads(k, 0), "2:Title 1:4/1 ");
	assert_string_equal(alone(k, 3), "2:Title 1:4/1 ");
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM thread"), 1);
}

static void
test_threads_grow_merge_and_shrink(void **state)
{
	struct kit *k = *state;

	(void)fill(k, 6);
	put_thread(k, 2, 1, 0);
	put_thread(k, 4, 3, 0);
	assert_string_equal(threads(k, 0), "3:Title 3:2/1 1:Title 1:2/1 ");
	put_thread(k, 5, 1, 0);
	assert_string_equal(threads(k, 0), "1:Title 1:3/1 3:Title 3:2/1 ");
	put_thread(k, 6, 1, 3);
	assert_string_equal(threads(k, 0), "1:Title 1:6/1 ");
	/* The old name finds the new thread, and so does who still uses it. */
	assert_string_equal(threads(k, 3), "1:Title 1:6/1 ");
	put_thread(k, 6, 3, 0);
	assert_string_equal(threads(k, 0), "1:Title 1:6/1 ");
	assert_string_equal(
	    kit_ids(k, &(struct store_article_query){.thread = 1}),
	    "6 5 4 3 2 1");
	/* The one that named it goes, the name stays. */
	assert_int_equal(store_article_remove(k->s, 1), AK_OK);
	assert_string_equal(threads(k, 0), "1:Title 2:5/1 ");
	for (int n = 2; n <= 5; n++)
		assert_int_equal(store_article_remove(k->s, n), AK_OK);
	assert_string_equal(threads(k, 0), "");
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM thread"), 0);
	assert_string_equal(alone(k, 1), "1:Title 6:1/1 ");
	assert_int_equal(store_article_remove(k->s, 6), AK_OK);
	assert_string_equal(threads(k, 0), "");
	assert_int_equal(kit_sql_int(k, "SELECT count(*) FROM thread"), 0);
}

static void
add_input(const struct store_related_input *in, void *arg)
{
	buf_addf(arg, "%lld:%lld:%d:%.*s ", (long long)in->id,
	    (long long)in->thread, in->is_dated, (int)in->features_len,
	    in->features != NULL ? (const char *)in->features : "");
}

static void
test_the_relater_reads_what_is_new(void **state)
{
	struct kit *k = *state;
	int64_t feed = kit_feed(k, "https://example.org/feed");
	struct store_blob features[] = {
	    {.data = "new", .len = 3}, {.data = NULL}};
	struct doc *d = kit_doc(k);
	struct store_fetch f = {
	    .feed_id = feed, .at = KIT_NOW, .doc = d, .features = features};
	struct store_delta delta;
	struct buf b;

	/* Blobs are in the order of the document, ids in that of time. */
	kit_entry(k, d, "2", "https://example.org/2", "Two", "Text.")
	    ->published = KIT_NOW - 10;
	kit_entry(k, d, "1", "https://example.org/1", "One", "Text.");
	assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_OK);
	store_delta_release(&delta);
	put_thread(k, 1, 1, 0);
	buf_init(&b, 1000);
	assert_int_equal(store_relate_inputs(k->r, 0, 0, add_input, &b), AK_OK);
	assert_string_equal(buf_str(&b), "1:1:0: 2:0:1:new ");
	buf_clear(&b);
	assert_int_equal(
	    store_relate_inputs(k->r, 1, 10, add_input, &b), AK_OK);
	assert_string_equal(buf_str(&b), "2:0:1:new ");
	assert_int_equal(store_feature_put(k->s, 1,
			     &(struct store_blob){.data = "x", .len = 1}),
	    AK_OK);
	buf_clear(&b);
	assert_int_equal(store_relate_inputs(k->r, 0, 1, add_input, &b), AK_OK);
	assert_string_equal(buf_str(&b), "1:1:0:x ");
	/* What was related and reads otherwise waits again. */
	kit_sql(k, "UPDATE meta SET value = 2 WHERE name = 'watermark'");
	assert_false(store_relate_waits(k->r));
	kit_sql(k, "UPDATE feature SET revised = 1 WHERE article = 1");
	assert_true(store_relate_waits(k->r));
	buf_release(&b);
}

static void
test_full_text_replaces_the_content(void **state)
{
	struct kit *k = *state;
	struct doc_related line = {
	    .url = "https://example.org/1", .form = "page"};
	int64_t feed = fill(k, 2);
	struct kit_article a;
	struct doc *d = kit_doc(k);

	assert_int_equal(
	    store_article_full_text(k->s, 2, "<p>The whole page.</p>",
		"The whole page.", &line, NULL),
	    AK_OK);
	kit_get(k, 2, &a);
	assert_string_equal(a.text, "The whole page.");
	assert_int_equal(a.n_revisions, 0);
	assert_string_equal(kit_search(k, "whole"), "2");
	assert_string_equal(related(k, 2), "1:0:1.00:Title 1 ");
	/* The feed's short form, unchanged, leaves it. */
	kit_entry(k, d, "2", "https://example.org/2", "Title 2", "Text.");
	kit_poll(k, feed, d);
	kit_get(k, 2, &a);
	assert_string_equal(a.text, "The whole page.");
	assert_int_equal(store_article_full_text(k->s, 9, "x", "x", NULL, NULL),
	    AK_NOTFOUND);
}

static void
add_token(const struct store_token *t, const unsigned char digest[32],
    const unsigned char fever[32], void *arg)
{
	buf_addf(arg, "%s:%s:%lld:%02x%02x ", t->name, t->scope,
	    (long long)t->last_used_at, digest[31], fever[0]);
}

static void
test_tokens_and_blobs(void **state)
{
	struct kit *k = *state;
	struct store_token t = {.name = "phone", .scope = "read"};
	unsigned char digest[32] = {0}, fever[32] = {7};
	void *data = NULL;
	size_t len = 0;
	struct buf b;

	digest[31] = 9;
	assert_int_equal(store_token_add(k->s, &t, digest, fever), AK_OK);
	assert_int_equal(store_token_add(k->s, &t, digest, fever), AK_EXISTS);
	assert_int_equal(store_token_used(k->s, "phone", 5), AK_OK);
	buf_init(&b, 1000);
	assert_int_equal(store_token_digests(k->r, add_token, &b), AK_OK);
	assert_string_equal(buf_str(&b), "phone:read:5:0907 ");
	buf_release(&b);
	assert_int_equal(store_token_revoke(k->s, "phone"), AK_OK);
	assert_int_equal(store_token_revoke(k->s, "phone"), AK_NOTFOUND);

	assert_int_equal(store_blob_get(k->r, "x", &data, &len), AK_NOTFOUND);
	assert_int_equal(store_blob_put(k->s, "x", "abc", 3), AK_OK);
	assert_int_equal(store_blob_put(k->s, "x", "abcd", 4), AK_OK);
	assert_int_equal(store_blob_get(k->r, "x", &data, &len), AK_OK);
	assert_int_equal(len, 4);
	assert_memory_equal(data, "abcd", 4);
	free(data);
}

static void
add_piece(int64_t id, const void *data, size_t len, void *arg)
{
	buf_addf(
	    arg, "%lld:%.*s ", (long long)id, (int)len, (const char *)data);
}

static void
assert_state(struct kit *k, const char *want)
{
	struct buf b;

	buf_init(&b, 1000);
	assert_int_equal(store_state_get(k->r, add_piece, &b), AK_OK);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void
test_state_of_relating_grows_by_pieces(void **state)
{
	const struct store_blob all[] = {{"ab", 2}, {"c", 1}}, news = {"d", 1};
	struct kit *k = *state;
	int64_t last = 0, other = 7;

	assert_state(k, "");
	assert_int_equal(store_state_put(k->s, all, 2, &last), AK_OK);
	assert_int_equal(last, 2);
	assert_int_equal(store_state_put(k->s, &news, 1, &last), AK_OK);
	assert_int_equal(last, 3);
	assert_state(k, "1:ab 2:c 3:d ");
	assert_int_equal(store_state_put(k->s, &news, 1, &other), AK_EXISTS);
	assert_int_equal(other, 7);
	last = 0;
	assert_int_equal(store_state_put(k->s, all, 1, &last), AK_OK);
	assert_state(k, "4:ab "); /* no number comes again */
}

static void
count_polls(const struct store_poll *p, void *arg)
{
	buf_addf(arg, "%lld:%s:%d ", (long long)p->feed_id, p->host,
	    p->was_conditional);
}

static void
test_polls_are_logged(void **state)
{
	struct kit *k = *state;
	int64_t one = kit_feed(k, "https://a.example/"), n;
	int64_t two = kit_feed(k, "https://b.example/");
	struct store_delta delta;
	struct buf b;

	for (n = 0; n < 3; n++) {
		struct store_fetch f = {.feed_id = n < 2 ? one : two,
		    .at = KIT_NOW + n,
		    .was_conditional = n == 1,
		    .user_agent_host = n < 2 ? "a.example" : "b.example"};

		assert_int_equal(store_put_fetch(k->s, &f, &delta), AK_OK);
		store_delta_release(&delta);
	}
	buf_init(&b, 1000);
	assert_int_equal(
	    store_polls(k->r, 0, NULL, 0, 0, count_polls, &b), AK_OK);
	assert_string_equal(
	    buf_str(&b), "2:b.example:0 1:a.example:1 1:a.example:0 ");
	buf_clear(&b);
	assert_int_equal(
	    store_polls(k->r, one, NULL, KIT_NOW + 1, 0, count_polls, &b),
	    AK_OK);
	assert_string_equal(buf_str(&b), "1:a.example:1 ");
	buf_clear(&b);
	assert_int_equal(
	    store_polls(k->r, 0, "a.example", 0, 1, count_polls, &b), AK_OK);
	assert_string_equal(buf_str(&b), "1:a.example:1 ");
	buf_release(&b);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_relations_go_both_ways_best_first),
	    TEST(test_a_topic_turns_out_to_be_a_story),
	    TEST(test_each_keeps_its_best),
	    TEST(test_a_removed_article_leaves_nothing_dangling),
	    TEST(test_a_wrong_pair_never_returns),
	    TEST(test_a_wrong_pair_comes_back_as_it_was),
	    TEST(test_a_title_may_be_another_publishers),
	    TEST(test_listed_lines_find_their_articles),
	    TEST(test_a_thread_of_one_needs_no_row),
	    TEST(test_threads_grow_merge_and_shrink),
	    TEST(test_the_relater_reads_what_is_new),
	    TEST(test_full_text_replaces_the_content),
	    TEST(test_tokens_and_blobs),
	    TEST(test_state_of_relating_grows_by_pieces),
	    TEST(test_polls_are_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

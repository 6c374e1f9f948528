/* SPDX-License-Identifier: ISC */
/*
 * gen - a corpus of feeds for the benches: the same bytes for the same seed.
 *
 *	gen DIR FEEDS [SEED]
 *
 * writes DIR/NNNNNN.xml (RSS 2.0 and Atom 1.0 in turn, 20 to 50 items with
 * HTML as blogs write it) and DIR/feeds.opml. Words are drawn from a Zipf-like
 * vocabulary of syllables, every fifth feed in kana and kanji, so that parsing,
 * word breaking and term statistics meet something like language.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

#define VOCABULARY 60000
#define NEWEST 1795000000 /* 2026-11-18 */

static uint64_t rng_state;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t
rng(void)
{
	uint64_t z = (rng_state += 0x9E3779B97F4A7C15u);

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static unsigned
below(unsigned n)
{
	return (unsigned)(rng() % n);
}

/* A rank with probability about 1/rank: the square of a uniform number bends
 * enough for the benches. */
static unsigned
zipf(void)
{
	double u = (double)(rng() >> 11) / (double)(1ull << 53);

	return (unsigned)(u * u * u * u * VOCABULARY);
}

static void
put_word(struct buf *out, unsigned rank, bool is_cjk)
{
	static const char *const syllables[] = {"ka", "ro", "mi", "ten", "sal",
	    "ver", "in", "do", "lu", "par", "es", "tor", "wen", "na", "gri",
	    "sho", "be", "ul", "qua", "fer"};
	static const char *const kana[] = {"東", "京", "都", "新", "聞", "社",
	    "発", "表", "市", "長", "年", "月", "開", "会", "電", "気", "の",
	    "を", "は", "が", "に", "で", "した", "する"};
	unsigned x = rank * 2654435761u;

	for (unsigned i = 0; i < 2 + rank % 3; i++) {
		buf_adds(out, is_cjk ? kana[x % AK_COUNT(kana)]
				     : syllables[x % AK_COUNT(syllables)]);
		x = x / 20 + rank * 97u;
	}
	if (!is_cjk)
		buf_addc(out, ' ');
}

static void
put_words(struct buf *out, unsigned n, bool is_cjk)
{
	for (unsigned i = 0; i < n; i++)
		put_word(out, zipf(), is_cjk);
	if (is_cjk)
		buf_adds(out, "。");
}

static void
put_html(struct buf *out, unsigned feed, unsigned item, bool is_cjk)
{
	unsigned paragraphs = 2 + below(6);

	buf_addf(out,
	    "<p><img src=\"https://img%u.example/%u.jpg\" alt=\"\" "
	    "width=\"640\" height=\"360\"></p>",
	    feed, item);
	for (unsigned i = 0; i < paragraphs; i++) {
		buf_adds(out, "<p class=\"body\" style=\"margin:0\">");
		put_words(out, 20 + below(60), is_cjk);
		buf_addf(out,
		    "<a href=\"https://f%u.example/%u?utm_source=rss"
		    "&amp;id=%u\">",
		    feed, item, i);
		put_words(out, 3, is_cjk);
		buf_adds(out, "</a>, <em>");
		put_words(out, 2, is_cjk);
		buf_adds(out, "</em>&nbsp;&mdash; ");
		put_words(out, 10, is_cjk);
		buf_adds(out, "</p>\n");
	}
	if (below(3) == 0) {
		buf_adds(out, "<ul>");
		for (unsigned i = 0; i < 4; i++) {
			buf_adds(out, "<li>");
			put_words(out, 6, is_cjk);
			buf_adds(out, "</li>");
		}
		buf_adds(out, "</ul><script>track()</script>");
	}
}

static void
put_item(
    struct buf *out, unsigned feed, unsigned item, bool is_atom, bool is_cjk)
{
	int64_t date = NEWEST - (int64_t)item * (3600 + feed % 7000);
	char stamp[CLOCK_HTTP_SIZE];

	buf_adds(out, is_atom ? "<entry><title>" : "<item><title>");
	put_words(out, 6 + below(6), is_cjk);
	if (is_atom)
		buf_addf(out,
		    "</title><id>tag:f%u.example,2026:%u</id>"
		    "<link href=\"https://f%u.example/%u\"/>"
		    "<updated>%s</updated><content type=\"html\">"
		    "<![CDATA[",
		    feed, item, feed, item, clock_rfc3339(date, stamp));
	else
		buf_addf(out,
		    "</title><guid isPermaLink=\"false\">f%u-%u"
		    "</guid><link>https://f%u.example/%u</link>"
		    "<pubDate>%s</pubDate><content:encoded><![CDATA[",
		    feed, item, feed, item, clock_http(date, stamp));
	put_html(out, feed, item, is_cjk);
	buf_adds(out, is_atom ? "]]></content></entry>\n"
			      : "]]></content:encoded></item>\n");
}

static void
put_feed(struct buf *out, unsigned feed)
{
	bool is_atom = feed % 2 == 1, is_cjk = feed % 5 == 4;
	unsigned n_items = 20 + below(31);

	buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	if (is_atom)
		buf_addf(out,
		    "<feed xmlns=\"http://www.w3.org/2005/Atom\">"
		    "<title>Feed %u</title><id>urn:f%u</id>"
		    "<updated>2026-11-18T00:00:00Z</updated>\n",
		    feed, feed);
	else
		buf_addf(out,
		    "<rss version=\"2.0\" xmlns:content=\"http://"
		    "purl.org/rss/1.0/modules/content/\"><channel>"
		    "<title>Feed %u</title><link>https://f%u.example/"
		    "</link><description>d</description>\n",
		    feed, feed);
	for (unsigned i = 0; i < n_items; i++)
		put_item(out, feed, i, is_atom, is_cjk);
	buf_adds(out, is_atom ? "</feed>\n" : "</channel></rss>\n");
}

static void
write_file(const char *path, const struct buf *b)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(b->data, 1, b->len, f) != b->len ||
	    fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	struct buf out, opml;
	int64_t n, seed = 1;

	if (argc < 3 || argc > 4 || !str_to_i64(argv[2], 1, 1000000, &n) ||
	    (argc == 4 && !str_to_i64(argv[3], 0, INT64_MAX, &seed))) {
		(void)fputs("usage: gen DIR FEEDS [SEED]\n", stderr);
		return 2;
	}
	(void)mkdir(argv[1], 0777);
	buf_init(&out, (size_t)1 << 30);
	buf_init(&opml, (size_t)1 << 30);
	buf_adds(&opml, "<opml version=\"2.0\"><head/><body>\n");
	for (unsigned i = 0; i < (unsigned)n; i++) {
		char *path = xasprintf("%s/%06u.xml", argv[1], i);

		rng_state = (uint64_t)seed * 1000003u + i;
		buf_clear(&out);
		put_feed(&out, i);
		write_file(path, &out);
		buf_addf(&opml,
		    "<outline type=\"rss\" text=\"Feed %u\" "
		    "xmlUrl=\"file://%s\"/>\n",
		    i, path);
		free(path);
	}
	buf_adds(&opml, "</body></opml>\n");
	char *path = xasprintf("%s/feeds.opml", argv[1]);

	write_file(path, &opml);
	free(path);
	buf_release(&out);
	buf_release(&opml);
	return 0;
}

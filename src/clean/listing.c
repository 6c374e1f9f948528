/* SPDX-License-Identifier: ISC */
/* What a line and a list of related articles look like, by weights. */
#include "clean/related.h"

#include "base/utf8.h"

#define MAX_EXCERPT 420 /* the text of a card */

bool
list_title_weight(size_t weight)
{
	return weight >= LIST_MIN_TITLE && weight <= LIST_MAX_TITLE;
}

const struct link *
list_main_link(const struct line *line)
{
	const struct link *best = NULL;
	size_t weight = 0;

	for (uint32_t i = 0; i < line->n_links; i++) {
		const struct link *k = &line->links[i];
		size_t w = clean_weight(line->text + k->from, k->to - k->from);

		if (k->url != NULL && (best == NULL || w > weight)) {
			best = k;
			weight = w;
		}
	}
	return best;
}

size_t
list_bullets(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		uint32_t cp;
		size_t n = utf8_decode(s + i, len - i, &cp);

		if (cp != ' ' && cp != 0x3000 && cp != 0x30FB && cp != 0x2022 &&
		    cp != 0x25A0 && cp != 0x25CF && cp != 0x25B6 &&
		    cp != 0x25BA && cp != 0x2192 && cp != 0xBB && cp != '*' &&
		    cp != '>' && cp != '-')
			break;
		i += n;
	}
	return i;
}

bool
list_bulleted(const struct line *line)
{
	return !line->is_heading && list_title_weight(line->weight) &&
	       list_bullets(line->text, line->len) > 0;
}

static void
count_line(struct tally *t, const struct line *line)
{
	if (line->is_quiet)
		t->bad = true;
	if (list_main_link(line) != NULL) {
		t->links++;
		t->link_weight += line->link_weight;
		t->plain_weight += line->weight - line->link_weight;
		if (line->weight - line->link_weight > MAX_EXCERPT)
			t->bad = true;
		return;
	}
	if (line->weight == 0)
		return;
	t->plain++;
	t->plain_weight += line->weight;
	if (line->weight > t->longest_plain)
		t->longest_plain = line->weight;
}

/* Is this what a list with links looks like? */
bool
list_has_links(const struct tally *t)
{
	return !t->bad && t->links > 0 &&
	       (t->link_weight == 0 || t->link_weight >= LIST_MIN_TITLE) &&
	       t->longest_plain <= MAX_EXCERPT &&
	       t->plain_weight <= 3 * t->link_weight + 24 * t->links;
}

bool
list_has_titles(const struct tally *t)
{
	return !t->bad && t->links == 0 && t->plain >= 2 &&
	       t->longest_plain <= LIST_MAX_TITLE &&
	       t->plain_weight / t->plain >= LIST_MIN_TITLE &&
	       t->plain_weight / t->plain <= 160;
}

/* The same with and without links, item by item. */
bool
list_has_both(const struct tally *t)
{
	return !t->bad && t->links > 0 && t->plain > 0 &&
	       t->longest_plain <= LIST_MAX_TITLE &&
	       t->plain_weight / (t->links + t->plain) <= 160;
}

bool
list_article_line(const struct line *line)
{
	const struct link *k = list_main_link(line);
	size_t weight;

	if (k == NULL || line->is_quiet)
		return false;
	weight = clean_weight(line->text + k->from, k->to - k->from);
	return (weight >= LIST_MIN_TITLE && weight <= LIST_MAX_TITLE &&
		   line->weight - line->link_weight <=
		       (weight > LIST_MAX_META ? weight : LIST_MAX_META)) ||
	       (weight == 0 && line->has_image &&
		   line->weight <= LIST_MAX_META);
}

struct tally
list_tally(const struct lines *l, size_t from, size_t to)
{
	struct tally t = {0};

	for (size_t i = from; i < to; i++)
		count_line(&t, &l->v[i]);
	t.bad |= to - from > LIST_MAX_BLOCK;
	return t;
}

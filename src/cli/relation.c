/* SPDX-License-Identifier: ISC */
#include "cli/relation.h"

#include <stdio.h>

#include "cli/article_json.h"
#include "relate/relate.h"

void
relation_row(
    const struct term *t, const struct store_relation *rel, const char *reason)
{
	static const enum term_style styles[] = {[RELATE_LISTED] = TERM_YELLOW,
	    [RELATE_DUPLICATE] = TERM_DIM,
	    [RELATE_STORY] = TERM_GREEN,
	    [RELATE_TOPIC] = TERM_BLUE};
	char id[24] = "-", score[24], when[TERM_TIME_SIZE];
	const char *kind = relate_kind_name((enum relate_kind)rel->kind);

	if (rel->article != 0)
		(void)snprintf(id, sizeof(id), "%lld", (long long)rel->article);
	(void)snprintf(score, sizeof(score), "%.2f", rel->score);
	if (!t->is_tty) {
		(void)printf("%s\t%s\t%s\t", id, kind, score);
		term_put(t, TERM_PLAIN, rel->feed_title ? rel->feed_title : "");
		(void)putchar('\t');
		term_put(t, TERM_PLAIN, rel->title ? rel->title : "");
		(void)putchar('\t');
		term_put(t, TERM_PLAIN, rel->url ? rel->url : "");
		if (reason != NULL)
			(void)putchar('\t');
		term_put(t, TERM_PLAIN, reason != NULL ? reason : "");
		(void)putchar('\n');
		return;
	}
	(void)printf("%6s  ", id);
	term_cell(t, styles[rel->kind], kind, 10);
	(void)printf("%s  %s  ", score, term_time(rel->published, when));
	term_cell(t, TERM_BLUE, rel->feed_title ? rel->feed_title : "", 18);
	(void)fputs("  ", stdout);
	term_cell(t, TERM_PLAIN,
	    rel->title ? rel->title : (rel->url ? rel->url : ""),
	    t->columns > 94 ? t->columns - 64 : 30);
	(void)putchar('\n');
	if (reason == NULL)
		return;
	(void)printf("%8s", "");
	term_put(t, TERM_DIM, reason);
	(void)putchar('\n');
}

json_t *
relation_reasons(const struct store_relation *rel)
{
	json_t *why = json_array();
	char line[160];

	if (rel->kind == RELATE_LISTED)
		(void)snprintf(line, sizeof(line),
		    "listed by the publisher (%s), place %lld",
		    rel->form != NULL ? rel->form : "?", (long long)rel->rank);
	else
		(void)snprintf(line, sizeof(line), "%s, score %.2f",
		    relate_kind_name((enum relate_kind)rel->kind), rel->score);
	(void)json_array_append_new(why, json_string(line));
	if (rel->kind == RELATE_LISTED || rel->parts.usual <= 0)
		return why; /* found before its parts were kept */
	if (rel->kind == RELATE_DUPLICATE)
		(void)snprintf(line, sizeof(line), "same text %.3f",
		    rel->parts.containment);
	else
		(void)snprintf(line, sizeof(line),
		    "terms %.3f, time %.3f, usual %.3f, nearest in common %.3f",
		    rel->parts.cosine, rel->parts.time, rel->parts.usual,
		    rel->parts.common);
	(void)json_array_append_new(why, json_string(line));
	return why;
}

json_t *
relation_json(const struct store_relation *rel)
{
	json_t *o = json_object();

	if (rel->guid != NULL || rel->article != 0)
		json_put_id(o, rel->guid, rel->article);
	(void)json_object_set_new(o, "article",
	    rel->article != 0 ? json_integer(rel->article) : json_null());
	json_put(o, "title", rel->title);
	(void)json_object_set_new(
	    o, "url", rel->url != NULL ? json_string(rel->url) : json_null());
	json_put(o, "kind", relate_kind_name((enum relate_kind)rel->kind));
	(void)json_object_set_new(o, "score", json_real(rel->score));
	if (rel->feed_title != NULL)
		json_put(o, "feed", rel->feed_title);
	(void)json_object_set_new(o, "why", relation_reasons(rel));
	return o;
}

/* SPDX-License-Identifier: ISC */
#include "daemon/why.h"

#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"

struct loading {
	struct arena *arena;
	struct why_article *to;
};

static void
article_cb(const struct store_article *x, void *arg)
{
	struct loading *l = arg;
	struct arena *a = l->arena;
	const char *text = x->text != NULL ? x->text : x->summary;

	*l->to = (struct why_article){.id = x->id,
	    .thread = x->thread,
	    .published = x->published,
	    .guid = arena_strdup(a, x->guid),
	    .title = arena_strdup(a, x->title),
	    .url = arena_strdup(a, x->url),
	    .feed_title = arena_strdup(a, x->feed_title),
	    .lang = arena_strdup(a, x->language),
	    .text = arena_strdup(a, text),
	    .text_len = text != NULL ? strlen(text) : 0};
}

/* Load an article as relate sees it.  AK_NOTFOUND. */
static enum ak_status
load_article(struct store_reader *r, struct arena *a, int64_t id,
    struct why_article *ret)
{
	struct loading l = {a, ret};

	return store_article_get(r, id, article_cb, &l);
}

struct finding {
	struct why_pair *pair;
	struct arena *arena;
	int64_t other;
	bool is_found;
};

static void
relation_cb(const struct store_relation *rel, void *arg)
{
	struct finding *f = arg;

	if (rel->article != f->other || f->is_found)
		return;
	f->pair->verdict = WHY_RELATED;
	f->is_found = true;
	f->pair->parts = (struct relate_parts){.cosine = rel->parts.cosine,
	    .time_factor = rel->parts.time,
	    .usual = rel->parts.usual,
	    .common = rel->parts.common,
	    .containment = rel->parts.containment};
	f->pair->has_parts = rel->parts.usual > 0;
	f->pair->kind = rel->kind;
	f->pair->score = rel->score;
	f->pair->form = arena_strdup(f->arena, rel->form);
	f->pair->rank = rel->rank;
	f->pair->embedding = rel->embedding;
}

static struct relate_side
as_side(const struct why_article *x)
{
	return (struct relate_side){.id = x->id,
	    .text = {.title = x->title,
		.text = x->text,
		.text_len = x->text_len,
		.lang = x->lang,
		.feed_title = x->feed_title},
	    .date = x->published != 0 ? x->published : RELATE_NO_DATE};
}

/* What the store has of the pair. */
static enum ak_status
find_relation(struct store_reader *r, struct arena *arena, struct why_pair *p)
{
	struct finding f = {.pair = p, .arena = arena, .other = p->b.id};
	enum ak_status st;
	bool wrong = false;

	st = store_related(r, p->a.id, RELATE_EDGES, relation_cb, &f);
	if (st == AK_OK && !f.is_found) {
		f.other = p->a.id; /* it may be on the other's list alone */
		st = store_related(r, p->b.id, RELATE_EDGES, relation_cb, &f);
	}
	if (st == AK_OK && !f.is_found) {
		st = store_is_wrong_pair(r, p->a.id, p->b.id, &wrong);
		p->verdict = wrong ? WHY_WRONG : WHY_TOO_LITTLE;
	}
	return st;
}

enum ak_status
why_explain(struct store_reader *r, struct relate_lexer *lx,
    struct relate_index *x, struct arena *arena, int64_t a, int64_t b,
    struct why_pair *ret, struct diag *reterr)
{
	struct why_pair p = {0};
	struct relate_side sa, sb;
	enum ak_status st;

	if (a == b)
		return diag_set(reterr, AK_BADINPUT, "the same article twice");
	if ((st = load_article(r, arena, a, &p.a)) != AK_OK)
		return diag_set(
		    reterr, st, "article %lld is not there", (long long)a);
	if ((st = load_article(r, arena, b, &p.b)) != AK_OK)
		return diag_set(
		    reterr, st, "article %lld is not there", (long long)b);
	if ((st = find_relation(r, arena, &p)) != AK_OK)
		return diag_set(reterr, st, "%s", store_reader_error(r));
	sa = as_side(&p.a);
	sb = as_side(&p.b);
	relate_explain(lx, arena, x, &sa, &sb, &p.why);
	if (p.verdict == WHY_TOO_LITTLE && p.why.is_related)
		p.verdict = WHY_BETTER;
	if (!p.has_parts)
		p.parts = p.why.parts;
	*ret = p;
	return AK_OK;
}

static json_t *
side(const struct why_article *x)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	return json_pack("{sI ss* ss* ss* ss*}", "article", (json_int_t)x->id,
	    "id", x->guid, "title", x->title, "url", x->url, "feed",
	    x->feed_title);
}

/* The bytes of a text as a string; a cut inside a character is dropped. */
static json_t *
piece(const struct why_article *x, size_t from, size_t to)
{
	if (x->text == NULL || from > to || to > x->text_len)
		return json_string("");
	return json_stringn_nocheck(x->text + from, to - from);
}

static void
put_terms(json_t *o, const struct relate_why *w)
{
	json_t *terms = json_array();

	for (size_t i = 0; i < w->n_terms; i++)
		(void)json_array_append_new(
		    terms, json_pack("{ss sf sb}", "text", w->terms[i].text,
			       "share", w->terms[i].share, "in_titles",
			       (int)w->terms[i].in_titles));
	(void)json_object_set_new(o, "terms", terms);
}

static void
put_spans(json_t *o, const struct why_pair *p)
{
	json_t *spans = json_array();

	for (size_t i = 0; i < p->why.n_spans; i++) {
		const struct relate_span *s = &p->why.spans[i];

		(void)json_array_append_new(spans,
		    json_pack("{so so}", "a", piece(&p->a, s->a_from, s->a_to),
			"b", piece(&p->b, s->b_from, s->b_to)));
	}
	(void)json_object_set_new(o, "changes", spans);
}

char *
why_to_json(const struct why_pair *p)
{
	static const char *const reasons[] = {[WHY_TOO_LITTLE] = "little",
	    [WHY_WRONG] = "wrong",
	    [WHY_BETTER] = "better"};
	bool related = p->verdict == WHY_RELATED;
	json_t *o = json_pack("{so so sb ss? sf sf sf sf sf sf sf}", "a",
	    side(&p->a), "b", side(&p->b), "related", (int)related, "kind",
	    related ? relate_kind_name((enum relate_kind)p->kind) : NULL,
	    "score", p->score, "cosine", p->parts.cosine, "time_factor",
	    p->parts.time_factor, "usual", p->parts.usual, "common",
	    p->parts.common, "containment", p->parts.containment, "shared",
	    p->why.shared);
	char *text;

	if (!related)
		(void)json_object_set_new(
		    o, "reason", json_string(reasons[p->verdict]));
	if (p->form != NULL)
		(void)json_object_set_new(o, "listed",
		    json_pack("{ss sI}", "form", p->form, "place",
			(json_int_t)p->rank));
	if (p->embedding > 0)
		(void)json_object_set_new(
		    o, "embedding", json_real(p->embedding));
	put_terms(o, &p->why);
	put_spans(o, p);
	if (p->a.thread != 0 && p->a.thread == p->b.thread)
		(void)json_object_set_new(
		    o, "thread", json_integer(p->a.thread));
	text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(o);
	return text;
}

enum ak_status
why_json(struct store_reader *r, int64_t a, int64_t b, char **ret_json,
    struct diag *reterr)
{
	struct arena *arena = arena_new(LIMIT_DOC_ARENA);
	struct relate_lexer *lx = relate_lexer_new();
	const int64_t ids[] = {a, b};
	struct relate_index *x = why_index(r, ids, AK_COUNT(ids));
	struct why_pair p = {0};
	enum ak_status st = why_explain(r, lx, x, arena, a, b, &p, reterr);

	if (st == AK_OK)
		*ret_json = why_to_json(&p);
	relate_index_free(x);
	relate_lexer_free(lx);
	arena_free(arena);
	return st;
}

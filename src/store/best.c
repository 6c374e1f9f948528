/* SPDX-License-Identifier: ISC */
/*
 * A computed relation is a row for an unordered pair.  Each article has a list
 * of its best; a flag for each end says whether the pair is on that end's list,
 * and a pair on neither list goes.  So an article that half the store relates
 * to still has a short list, and no article has to be read again to trim it.
 *
 * Most of what a newcomer brings is displaced by the next ones.  So lists that
 * were once looked at stay in memory while no other connection writes, and the
 * rows of a batch wait there until its end: those that by then are on no list
 * are never written, the others in the order of the table.
 */
#include "store/best.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	LISTS_KEPT = 65536, /* about 130 bytes each; then all are forgotten */
	FIRST_BITS = 8,
	SCORE_BITS = 14,
	SCORE_MAX = 10000,
};

struct list {
	int64_t id;
	uint32_t n, cap;
	uint64_t lines[]; /* other article above, score below; no order */
};

struct row { /* not written yet */
	int64_t a, b;
	int kind, score, embedding;
	bool in_a, in_b;
	struct store_parts parts;
};

struct best {
	struct list **lists; /* open-addressed */
	size_t n_lists;
	unsigned bits;
	struct row *rows;
	size_t n_rows, cap_rows;
	uint32_t *by_pair; /* position in rows + 1; open-addressed */
	unsigned pair_bits;
};

/* --- lists in memory ----------------------------------------------------- */

static size_t
slot_of(uint64_t key, unsigned bits)
{
	return key * 0x9E3779B97F4A7C15u >> (64 - bits);
}

static struct best *
best_new(void)
{
	struct best *b = xcalloc(1, sizeof(*b));

	b->bits = b->pair_bits = FIRST_BITS;
	b->lists = xcalloc((size_t)1 << FIRST_BITS, sizeof(struct list *));
	b->by_pair = xcalloc((size_t)1 << FIRST_BITS, sizeof(*b->by_pair));
	return b;
}

static void
clear_lists(struct best *b)
{
	for (size_t i = 0; i < (size_t)1 << b->bits; i++)
		free(b->lists[i]);
	memset(b->lists, 0, sizeof(struct list *) << b->bits);
	b->n_lists = 0;
}

void
best_free(struct best *b)
{
	if (b == NULL)
		return;
	clear_lists(b);
	free(b->lists);
	free(b->rows);
	free(b->by_pair);
	free(b);
}

static struct list **
find_list(struct best *b, int64_t id)
{
	size_t mask = ((size_t)1 << b->bits) - 1;
	size_t i = slot_of((uint64_t)id, b->bits);

	while (b->lists[i] != NULL && b->lists[i]->id != id)
		i = (i + 1) & mask;
	return &b->lists[i];
}

static void
grow_lists(struct best *b)
{
	struct list **old = b->lists;
	size_t n = (size_t)1 << b->bits++;

	b->lists = xcalloc(n * 2, sizeof(struct list *));
	for (size_t i = 0; i < n; i++) {
		if (old[i] != NULL)
			*find_list(b, old[i]->id) = old[i];
	}
	free(old);
}

static struct list *
new_list(int64_t id, size_t cap)
{
	struct list *l = xmalloc(sizeof(*l) + cap * sizeof(l->lines[0]));

	l->id = id;
	l->n = 0;
	l->cap = (uint32_t)cap;
	return l;
}

static uint64_t
line(int64_t other, int score)
{
	return (uint64_t)other << SCORE_BITS | (unsigned)score;
}

static int
line_score(uint64_t l)
{
	return (int)(l & ((1u << SCORE_BITS) - 1));
}

static int64_t
line_other(uint64_t l)
{
	return (int64_t)(l >> SCORE_BITS);
}

static struct list *
add_line(struct list *l, int64_t other, int score)
{
	if (l->n == l->cap) {
		size_t cap = l->cap + 4u;

		l = xreallocarray(l, 1, sizeof(*l) + cap * sizeof(*l->lines));
		l->cap = (uint32_t)cap;
	}
	l->lines[l->n++] = line(other, score);
	return l;
}

static void
del_line(struct best *b, int64_t id, int64_t other)
{
	struct list *l = *find_list(b, id);

	for (uint32_t i = 0; l != NULL && i < l->n; i++) {
		if (line_other(l->lines[i]) == other) {
			l->lines[i] = l->lines[--l->n];
			return;
		}
	}
}

/* --- lists in the store -------------------------------------------------- */

static enum ak_status
read_list(struct conn *c, int64_t id, int64_t keep, struct list **ret)
{
	sqlite3_stmt *st = conn_query(c, Q_RELATION_LIST, ARGS(vi(id)));
	struct list *l;

	if (st == NULL)
		return c->status;
	l = new_list(id, (size_t)keep);
	while (conn_row(c, st))
		l = add_line(l, col_int(st, 0), (int)col_int(st, 1));
	*ret = l;
	return c->status;
}

/* The list of `id`; NULL: there is no such article.  `is_bare`: it has no
 * relation. */
static enum ak_status
get_list(
    struct store *s, int64_t id, int64_t keep, bool is_bare, struct list **ret)
{
	struct list **slot = find_list(s->best, id), *l = NULL;
	int64_t found = 0;
	enum ak_status st = AK_OK;

	*ret = *slot;
	if (*slot != NULL)
		return AK_OK;
	if (is_bare)
		l = new_list(id, (size_t)keep);
	else
		st = read_list(&s->c, id, keep, &l);
	assert(st != AK_OK || l != NULL);
	if (st == AK_OK && l->n == 0) { /* else it must be */
		st = conn_int(&s->c, Q_ARTICLE_BY_ID, ARGS(vi(id)), 0, &found);
		if (found == 0) {
			free(l);
			return st;
		}
	}
	if (st != AK_OK) {
		free(l);
		return st;
	}
	*ret = *slot = l;
	if (++s->best->n_lists * 2 > (size_t)1 << s->best->bits)
		grow_lists(s->best);
	return AK_OK;
}

/* --- rows that wait ------------------------------------------------------ */

static uint64_t
pair_key(int64_t a, int64_t b)
{
	return (uint64_t)a * 0xD6E8FEB86659FD93u + (uint64_t)b;
}

static uint32_t *
find_row(struct best *best, int64_t a, int64_t b)
{
	size_t mask = ((size_t)1 << best->pair_bits) - 1;
	size_t i = slot_of(pair_key(a, b), best->pair_bits);

	for (; best->by_pair[i] != 0; i = (i + 1) & mask) {
		const struct row *r = &best->rows[best->by_pair[i] - 1];

		if (r->a == a && r->b == b)
			break;
	}
	return &best->by_pair[i];
}

static void
add_row(struct best *best, const struct row *row)
{
	if (best->n_rows == best->cap_rows) {
		best->cap_rows = best->cap_rows * 2 + 256;
		best->rows = xreallocarray(
		    best->rows, best->cap_rows, sizeof(*best->rows));
	}
	if (best->n_rows * 2 >= (size_t)1 << best->pair_bits) {
		free(best->by_pair);
		best->by_pair = xcalloc(
		    (size_t)1 << ++best->pair_bits, sizeof(*best->by_pair));
		for (size_t i = 0; i < best->n_rows; i++)
			*find_row(best, best->rows[i].a, best->rows[i].b) =
			    (uint32_t)i + 1;
	}
	best->rows[best->n_rows] = *row;
	*find_row(best, row->a, row->b) = (uint32_t)++best->n_rows;
}

static void
drop_rows(struct best *best)
{
	memset(best->by_pair, 0, sizeof(*best->by_pair) << best->pair_bits);
	best->n_rows = 0;
}

/* Take the pair off the list of `id`; it goes if it is on no other. */
static enum ak_status
take_off(struct store *s, int64_t id, int64_t other)
{
	int64_t a = id < other ? id : other, b = id < other ? other : id;
	uint32_t at = *find_row(s->best, a, b);
	enum ak_status st;

	if (at != 0) {
		struct row *r = &s->best->rows[at - 1];

		*(a == id ? &r->in_a : &r->in_b) = false;
		return AK_OK;
	}
	st = conn_run(&s->c, a == id ? Q_RELATION_DROP_A : Q_RELATION_DROP_B,
	    ARGS(vi(a), vi(b)));
	return st != AK_OK || sqlite3_changes(s->c.db) > 0
		   ? st
		   : conn_run(&s->c,
			 a == id ? Q_RELATION_OFF_A : Q_RELATION_OFF_B,
			 ARGS(vi(a), vi(b)));
}

static int
row_cmp(const void *x, const void *y)
{
	const struct row *r = x, *t = y;

	if (r->b != t->b)
		return r->b < t->b ? -1 : 1;
	return (r->a > t->a) - (r->a < t->a);
}

static struct val
vp(double part)
{
	return vi((int64_t)(part * SCORE_MAX + 0.5));
}

enum ak_status
best_flush(struct store *s)
{
	struct best *best = s->best;
	enum ak_status st = AK_OK;

	if (best->n_rows > 0)
		qsort(best->rows, best->n_rows, sizeof(*best->rows), row_cmp);
	for (size_t i = 0; st == AK_OK && i < best->n_rows; i++) {
		const struct row *r = &best->rows[i];

		if (r->in_a || r->in_b)
			st = conn_run(&s->c, Q_RELATION_PUT,
			    ARGS(vi(r->a), vi(r->b), vi(r->kind), vi(r->score),
				vi(r->in_a), vi(r->in_b), vi(r->embedding),
				vp(r->parts.cosine), vp(r->parts.time),
				vp(r->parts.usual), vp(r->parts.common),
				vp(r->parts.containment)));
	}
	drop_rows(best);
	return st;
}

/* What was seen holds until another connection writes. */
enum ak_status
best_begin(struct store *s)
{
	int64_t version = 0;
	enum ak_status st;

	st = conn_int(&s->c, Q_DATA_VERSION, NO_ARGS, 0, &version);
	if (s->best == NULL)
		s->best = best_new();
	drop_rows(s->best);
	if (version != s->data_version || s->best->n_lists > LISTS_KEPT)
		clear_lists(s->best);
	s->data_version = version;
	return st;
}

/* --- putting ------------------------------------------------------------- */

static int
score_int(double score)
{
	return score <= 0   ? 0
	       : score >= 1 ? SCORE_MAX
			    : (int)(score * SCORE_MAX);
}

/* Put the line on the list if there is room or one that is worse, which gives
 * way. */
static enum ak_status
offer(struct store *s, int64_t id, int64_t keep, int64_t other, int score,
    bool *ret_is_on)
{
	struct list **slot = find_list(s->best, id), *l = *slot;
	uint32_t worst = 0;
	int64_t out;

	assert(l != NULL); /* the caller got it */
	*ret_is_on = true;
	if (l->n < keep) {
		*slot = add_line(l, other, score);
		return AK_OK;
	}
	for (uint32_t i = 1; i < l->n; i++) {
		if (line_score(l->lines[i]) < line_score(l->lines[worst]))
			worst = i;
	}
	*ret_is_on = l->n > 0 && line_score(l->lines[worst]) < score;
	if (!*ret_is_on)
		return AK_OK;
	out = line_other(l->lines[worst]);
	l->lines[worst] = line(other, score);
	return take_off(s, id, out);
}

struct newcomer { /* while its relations are put */
	struct list *list;
	bool is_fresh; /* it had no relation yet */
};

/* Is the other one there? */
static enum ak_status
may_relate(
    struct store *s, int64_t keep, int64_t self, int64_t other, bool *ret)
{
	struct list *list = NULL;
	enum ak_status st = AK_OK;

	if (self != other)
		st = get_list(s, other, keep, false, &list);
	*ret = list != NULL;
	return st;
}

static enum ak_status
put_edge(struct store *s, const struct store_relations *rel,
    const struct store_edge *e, const struct newcomer *nc)
{
	int64_t self = rel->article, other = e->other;
	struct row row = {.a = self < other ? self : other,
	    .b = self < other ? other : self,
	    .kind = e->kind,
	    .score = score_int(e->score),
	    .embedding = score_int(e->embedding),
	    .parts = e->parts};
	bool may = false, in_self = false, in_other = false;
	enum ak_status st = may_relate(s, rel->keep, self, other, &may);

	if (st != AK_OK || !may)
		return st;
	if (!nc->is_fresh) {
		st =
		    conn_run(&s->c, Q_RELATION_DEL, ARGS(vi(row.a), vi(row.b)));
		del_line(s->best, self, other);
		del_line(s->best, other, self);
	}
	if (st == AK_OK)
		st = offer(s, self, rel->keep, other, row.score, &in_self);
	if (st == AK_OK)
		st = offer(s, other, rel->keep, self, row.score, &in_other);
	if (st != AK_OK || (!in_self && !in_other))
		return st;
	row.in_a = row.a == self ? in_self : in_other;
	row.in_b = row.b == self ? in_self : in_other;
	add_row(s->best, &row);
	return AK_OK;
}

enum ak_status
best_put(struct store *s, const struct store_relations *rel, bool *ret_found)
{
	struct newcomer nc = {0};
	int64_t n_old = 0;
	enum ak_status st;

	st = conn_int(&s->c, Q_RELATION_ANY, ARGS(vi(rel->article)), 0, &n_old);
	nc.is_fresh = n_old == 0;
	if (st == AK_OK && !nc.is_fresh) /* its rows may wait */
		st = best_flush(s);
	if (st == AK_OK)
		st =
		    get_list(s, rel->article, rel->keep, nc.is_fresh, &nc.list);
	*ret_found = nc.list != NULL;
	if (st != AK_OK || !*ret_found || rel->n_edges == 0)
		return st;
	for (size_t k = 0; st == AK_OK && k < rel->n_edges; k++)
		st = put_edge(s, rel, &rel->edges[k], &nc);
	return st;
}

/* SPDX-License-Identifier: ISC */
/*
 * What the index needs to know of an article, from its text alone: distinct
 * terms in order of appearance, pairs of neighbours as two of these, and a
 * sample of the shingles.  Nothing here depends on other articles, so it is
 * made in parallel, once, and stays right while frequencies move.
 */
#include "relate/blob.h"
#include "relate/lex.h"

#include <string.h>

#include "relate/lang.h"

enum {
	TITLE_WEIGHT = 3,
	PAIR_TF_MAX = 15,
	TERM_SLOTS = 1024,
	PAIR_SLOTS = 1024,
	SKETCH_SHIFT_MAX = 3, /* until the sketch is full */
};

struct builder {
	const struct lex_view *v;
	size_t n_terms, n_pairs, n_title, n_signs;
	struct {
		uint64_t hash;
		size_t from, len;
		unsigned tf;
		bool in_title, is_part;
	} terms[BLOB_TERMS_MAX];
	struct {
		uint8_t first, n; /* terms that are new in it */
	} lines[LINES_MAX];
	struct {
		uint8_t first, second, tf;
	} pairs[BLOB_PAIRS_MAX];
	struct blob_sign signs[BLOB_SIGNS_MAX];
	int16_t term_slots[TERM_SLOTS]; /* position + 1; 0: free */
	int16_t pair_slots[PAIR_SLOTS];
};

/* Position of the term, new or known; -1: no room. */
static int
add_term(struct builder *b, uint64_t hash, size_t from, size_t len, unsigned tf)
{
	size_t i = hash % TERM_SLOTS;

	for (; b->term_slots[i] != 0; i = (i + 1) % TERM_SLOTS) {
		size_t n = (size_t)b->term_slots[i] - 1;

		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		if (b->terms[n].hash == hash) {
			b->terms[n].tf += tf;
			return (int)n;
		}
	}
	if (b->n_terms == BLOB_TERMS_MAX)
		return -1;
	b->terms[b->n_terms].hash = hash;
	b->terms[b->n_terms].from = from;
	b->terms[b->n_terms].len = len;
	b->terms[b->n_terms].tf = tf;
	b->term_slots[i] = (int16_t)(b->n_terms + 1);
	return (int)b->n_terms++;
}

static void
add_pair(struct builder *b, int first, int second)
{
	size_t i =
	    ((size_t)first * 256 + (size_t)second) * 0x9E3779B1u % PAIR_SLOTS;

	for (; b->pair_slots[i] != 0; i = (i + 1) % PAIR_SLOTS) {
		size_t n = (size_t)b->pair_slots[i] - 1;

		if (b->pairs[n].first == first &&
		    b->pairs[n].second == second) {
			if (b->pairs[n].tf < PAIR_TF_MAX)
				b->pairs[n].tf++;
			return;
		}
	}
	if (b->n_pairs == BLOB_PAIRS_MAX)
		return;
	b->pairs[b->n_pairs].first = (uint8_t)first;
	b->pairs[b->n_pairs].second = (uint8_t)second;
	b->pairs[b->n_pairs].tf = 1;
	b->pair_slots[i] = (int16_t)(++b->n_pairs);
}

static void
add_sign(struct builder *b, uint32_t sign, int term)
{
	size_t i = 0;

	while (i < b->n_signs && b->signs[i].sign != sign)
		i++;
	if (i == BLOB_SIGNS_MAX)
		return;
	if (i == b->n_signs)
		b->signs[b->n_signs++] =
		    (struct blob_sign){.sign = sign, .term = (size_t)term};
	b->signs[i].tf++;
}

static void
add_to_line(struct builder *b, size_t number, int term)
{
	int slot = lines_slot(b->v->lines, number);

	if (slot < 0)
		return;
	if (b->lines[slot].n == 0)
		b->lines[slot].first = (uint8_t)term;
	b->lines[slot].n++;
}

static int
add_token(struct builder *b, size_t i)
{
	const struct lex_token *tok = &b->v->tokens[i];
	bool in_title = i < b->v->n_title;
	size_t before = b->n_terms;
	int n = add_term(
	    b, tok->hash, tok->from, tok->len, in_title ? TITLE_WEIGHT : 1);

	if (b->n_terms > before) {
		b->terms[n].in_title = in_title;
		if (!in_title)
			add_to_line(b, tok->line, n);
	}
	return n;
}

/* After the title's words: a word of one character is one already. */
static void
add_parts(struct builder *b)
{
	for (size_t i = 0; i < b->v->n_parts; i++) {
		const struct lex_part *p = &b->v->parts[i];
		size_t before = b->n_terms;
		int n = add_term(b, p->hash, p->from, p->len, 1);

		if (b->n_terms > before)
			b->terms[n].in_title = b->terms[n].is_part = true;
	}
	b->n_title = b->n_terms;
}

static void
collect(struct builder *b, const struct lex_view *v)
{
	int before = -1;

	memset(b, 0, sizeof(*b));
	b->v = v;
	for (size_t i = 0; i < v->n_tokens; i++) {
		const struct lex_token *tok = &v->tokens[i];
		int n;

		if (i == v->n_title)
			add_parts(b);
		if (tok->flags & LEX_FUNCTION) {
			before = -1;
			continue;
		}
		n = add_token(b, i);
		if (n >= 0 && tok->sign != 0)
			add_sign(b, tok->sign, n);
		if (n >= 0 && before >= 0 && (tok->flags & LEX_AFTER_GAP) == 0)
			add_pair(b, before, n);
		before = n;
	}
	if (v->n_tokens == v->n_title)
		add_parts(b);
}

/* --- writing ------------------------------------------------------------- */

static uint8_t *
put(uint8_t *p, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++, v >>= 8)
		*p++ = (uint8_t)v;
	return p;
}

static uint64_t
capped(size_t n, uint64_t max)
{
	return n < max ? n : max;
}

static bool
is_sampled(uint64_t shingle, unsigned shift)
{
	return (shingle >> 16 & (((uint64_t)1 << shift) - 1)) == 0;
}

/* Short texts keep every shingle, long ones a sample.  Samples nest, so two
 * articles are compared by the coarser of theirs. */
static unsigned
choose_shift(const struct lex_view *v, size_t *ret_n)
{
	unsigned shift = 0;
	size_t n;

	while (shift < SKETCH_SHIFT_MAX && v->n_shingles >> shift > 24)
		shift++;
	for (;; shift++) {
		n = 0;
		for (size_t i = 0; i < v->n_shingles; i++)
			n += is_sampled(v->shingles[i], shift);
		if (n <= BLOB_SKETCH_MAX)
			break;
	}
	*ret_n = n;
	return shift;
}

static uint8_t *
put_terms(const struct builder *b, uint8_t *p)
{
	for (size_t i = 0; i < b->n_terms; i++) {
		uint64_t flags = capped(b->terms[i].tf, BLOB_TF);

		flags |= b->terms[i].in_title ? BLOB_TITLE : 0;
		flags |= b->terms[i].is_part ? BLOB_PART : 0;
		p = put(p, b->terms[i].hash, 5);
		p = put(p, capped(b->terms[i].from, UINT16_MAX), 2);
		p = put(p, capped(b->terms[i].len, UINT8_MAX), 1);
		p = put(p, flags, 1);
	}
	return p;
}

static size_t
count_lines(const struct lines *l)
{
	size_t n = 0;

	for (size_t i = 0; i < LINES_MAX; i++)
		n += l->hashes[i] != 0;
	return n;
}

/* The line of each shingle of the sketch, then the lines. */
static uint8_t *
put_lines(const struct builder *b, uint8_t *p, unsigned shift)
{
	const struct lex_view *v = b->v;
	uint8_t place[LINES_MAX];
	uint8_t n = 0;

	for (size_t i = 0; i < LINES_MAX; i++)
		place[i] = v->lines->hashes[i] != 0 ? n++ : BLOB_NO_LINE;
	for (size_t i = 0; i < v->n_shingles; i++) {
		int slot = lines_slot(v->lines, v->shingles[i] & UINT16_MAX);

		if (is_sampled(v->shingles[i], shift))
			p = put(p, slot < 0 ? BLOB_NO_LINE : place[slot], 1);
	}
	for (size_t i = 0; i < LINES_MAX; i++) {
		if (place[i] == BLOB_NO_LINE)
			continue;
		p = put(p, v->lines->hashes[i], 4);
		p = put(p, b->lines[i].first, 1);
		p = put(p, b->lines[i].n, 1);
	}
	return p;
}

static void
write_blob(const struct builder *b, uint8_t *p, unsigned shift, size_t n_sketch)
{
	const struct lex_view *v = b->v;
	const char *code = lang_table[v->lang].code;

	p = put(p, BLOB_VERSION, 1);
	p = put(p, v->lang != 0 ? (uint8_t)code[0] : 0, 1);
	p = put(p, v->lang != 0 ? (uint8_t)code[1] : 0, 1);
	p = put(p, b->n_terms, 1);
	p = put(p, b->n_pairs, 2);
	p = put(p, n_sketch, 2);
	p = put(p, capped(v->n_shingles, UINT16_MAX), 2);
	p = put(p, shift, 1);
	p = put(p, b->n_title, 1);
	p = put(p, capped(v->n_words, UINT16_MAX), 2);
	p = put(p, v->text_hash, 8);
	p = put(p, v->title_hash, 4);
	p = put(p, v->shape_hash, 4);
	p = put(p, count_lines(v->lines), 1);
	p = put(p, b->n_signs, 1);
	p = put_terms(b, p);
	for (size_t i = 0; i < b->n_pairs; i++) {
		p = put(p, b->pairs[i].first, 1);
		p = put(p, b->pairs[i].second, 1);
		p = put(p, b->pairs[i].tf, 1);
	}
	for (size_t i = 0; i < v->n_shingles; i++) {
		if (is_sampled(v->shingles[i], shift))
			p = put(p, v->shingles[i] >> 16, 4);
	}
	p = put_lines(b, p, shift);
	for (size_t i = 0; i < b->n_signs; i++) {
		p = put(p, b->signs[i].sign, 4);
		p = put(p, b->signs[i].term, 1);
		p = put(p, capped(b->signs[i].tf, UINT8_MAX), 1);
	}
}

void
relate_features(struct relate_lexer *lx, struct arena *a,
    const struct relate_text *t, struct relate_features *ret)
{
	struct lex_view v;
	struct builder b;
	size_t n_sketch, len;
	unsigned shift;
	uint8_t *p;

	lex_text(lx, t, &v);
	collect(&b, &v);
	shift = choose_shift(&v, &n_sketch);
	len = BLOB_HEAD + b.n_terms * BLOB_TERM + b.n_pairs * BLOB_PAIR +
	      n_sketch * (BLOB_SHINGLE + 1) + count_lines(v.lines) * BLOB_LINE +
	      b.n_signs * BLOB_SIGN;
	p = arena_alloc_raw(a, len);
	if (p != NULL)
		write_blob(&b, p, shift, n_sketch);
	ret->data = p;
	ret->len = p != NULL ? len : 0;
}

bool
relate_features_current(const void *data, size_t len)
{
	struct blob b;

	return blob_open(data, len, &b);
}

void
relate_features_language(const void *data, size_t len, char ret[3])
{
	struct blob b;
	const char *code = blob_open(data, len, &b) && b.lang != 0
			       ? lang_table[b.lang].code
			       : "";

	ret[0] = code[0];
	ret[1] = code[0] != '\0' ? code[1] : '\0';
	ret[2] = '\0';
}

/* SPDX-License-Identifier: ISC */
/*
 * Two open-addressed tables with linear probing.  A slot's home is given by
 * the first bits of the part of the key that it keeps, so that both grow
 * without the keys.  Entries are taken out by shifting the run behind them
 * back; there are no tombstones.  A list's room follows from its length.
 */
#include "relate/terms.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	SLOT_TAG_BITS = TERMS_KEY_BITS + 1,
	SLOT_N_BITS = 24,
	ONCE_TAG_BITS = 35,
	ONCE_POSTING_BITS = 29,
	INLINE_MAX = 2,
	FIRST_BITS = 10,
};

struct terms_slot {
	uint64_t tag_n; /* tag above, length below; 0: free */
	union {
		uint32_t two[INLINE_MAX];
		uint32_t *many;
	} u;
};

/* The first bits of the key, and the one that says what it is. */
static uint64_t
tag_of(uint64_t key, unsigned bits)
{
	return key >> (65 - bits) << 1 | (key & 1);
}

static size_t
slot_n(const struct terms_slot *s)
{
	return s->tag_n & (((uint64_t)1 << SLOT_N_BITS) - 1);
}

static uint64_t
slot_tag(const struct terms_slot *s)
{
	return s->tag_n >> SLOT_N_BITS;
}

static size_t
slot_home(const struct terms *t, uint64_t tag)
{
	return tag >> (SLOT_TAG_BITS - t->slot_bits);
}

static size_t
once_home(const struct terms *t, uint64_t entry)
{
	return entry >> (64 - t->once_bits);
}

/* Sizes that malloc() gives whole, 16k + 8 bytes, a quarter apart. */
static size_t
room_for(size_t n)
{
	size_t step = 4;

	while (step * 8 < n + 2)
		step *= 2;
	return (n + 2 + step - 1) / step * step - 2;
}

static void *
new_table(unsigned bits, size_t size)
{
	void *p = xcalloc((size_t)1 << bits, size);

	mem_random(p, size << bits);
	return p;
}

void
terms_init(struct terms *t)
{
	memset(t, 0, sizeof(*t));
	t->slot_bits = t->once_bits = FIRST_BITS;
	t->slots = new_table(FIRST_BITS, sizeof(*t->slots));
	t->once = new_table(FIRST_BITS, sizeof(*t->once));
}

void
terms_release(struct terms *t)
{
	for (size_t i = 0; i < (size_t)1 << t->slot_bits; i++) {
		if (slot_n(&t->slots[i]) > INLINE_MAX)
			free(t->slots[i].u.many);
	}
	free(t->slots);
	free(t->once);
}

size_t
terms_bytes(const struct terms *t)
{
	return ((size_t)1 << t->slot_bits) * sizeof(*t->slots) +
	       ((size_t)1 << t->once_bits) * sizeof(*t->once) + t->list_bytes;
}

/* The slot that holds the tag, or the free one where it would be. */
static size_t
find_slot(const struct terms *t, uint64_t tag)
{
	size_t mask = ((size_t)1 << t->slot_bits) - 1;
	size_t i = slot_home(t, tag);

	while (t->slots[i].tag_n != 0 && slot_tag(&t->slots[i]) != tag)
		i = (i + 1) & mask;
	return i;
}

static size_t
find_once(const struct terms *t, uint64_t tag)
{
	size_t mask = ((size_t)1 << t->once_bits) - 1;
	size_t i = tag >> (ONCE_TAG_BITS - t->once_bits);

	while (t->once[i] != 0 && t->once[i] >> ONCE_POSTING_BITS != tag)
		i = (i + 1) & mask;
	return i;
}

void
terms_prefetch(const struct terms *t, uint64_t key)
{
	__builtin_prefetch(&t->slots[slot_home(t, tag_of(key, SLOT_TAG_BITS))]);
	__builtin_prefetch(&t->once[key >> (64 - t->once_bits)]);
}

void
terms_prefetch_ends(const struct terms *t, uint64_t key)
{
	const struct terms_slot *s =
	    &t->slots[find_slot(t, tag_of(key, SLOT_TAG_BITS))];
	size_t n = slot_n(s);

	if (n <= INLINE_MAX)
		return;
	__builtin_prefetch(s->u.many);
	__builtin_prefetch(s->u.many + n - 1, 1);
}

void
terms_get(const struct terms *t, uint64_t key, struct postings *ret)
{
	const struct terms_slot *s =
	    &t->slots[find_slot(t, tag_of(key, SLOT_TAG_BITS))];
	uint64_t e;

	ret->n = slot_n(s);
	ret->p = ret->n > INLINE_MAX ? s->u.many : s->u.two;
	if (ret->n > 0)
		return;
	e = t->once[find_once(t, tag_of(key, ONCE_TAG_BITS))];
	if (e != 0) {
		ret->one =
		    (uint32_t)(e & (((uint64_t)1 << ONCE_POSTING_BITS) - 1));
		ret->p = &ret->one;
		ret->n = 1;
	}
}

/* --- changing ------------------------------------------------------------ */

static void
grow_slots(struct terms *t, unsigned bits)
{
	struct terms_slot *old = t->slots;
	size_t n = (size_t)1 << t->slot_bits;

	t->slot_bits = bits;
	t->slots = new_table(bits, sizeof(*t->slots));
	for (size_t i = 0; i < n; i++) {
		if (old[i].tag_n != 0)
			t->slots[find_slot(t, slot_tag(&old[i]))] = old[i];
	}
	free(old);
}

static void
grow_once(struct terms *t, unsigned bits)
{
	uint64_t *old = t->once;
	size_t n = (size_t)1 << t->once_bits;

	t->once_bits = bits;
	t->once = new_table(bits, sizeof(*t->once));
	for (size_t i = 0; i < n; i++) {
		if (old[i] != 0)
			t->once[find_once(t, old[i] >> ONCE_POSTING_BITS)] =
			    old[i];
	}
	free(old);
}

/* Has a table of so many entries no room for `n`? */
static bool
is_crowded(size_t n, unsigned bits)
{
	return n * 5 > ((size_t)1 << bits) * 4;
}

void
terms_reserve(struct terms *t, size_t n_slots, size_t n_once)
{
	unsigned slot_bits = t->slot_bits, once_bits = t->once_bits;

	while (is_crowded(t->n_slots + n_slots, slot_bits))
		slot_bits++;
	while (is_crowded(t->n_once + n_once, once_bits))
		once_bits++;
	if (slot_bits > t->slot_bits)
		grow_slots(t, slot_bits);
	if (once_bits > t->once_bits)
		grow_once(t, once_bits);
}

static void
del_once(struct terms *t, size_t hole)
{
	size_t mask = ((size_t)1 << t->once_bits) - 1;

	for (size_t i = (hole + 1) & mask; t->once[i] != 0;
	     i = (i + 1) & mask) {
		size_t home = once_home(t, t->once[i]);

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			t->once[hole] = t->once[i];
			hole = i;
		}
	}
	t->once[hole] = 0;
	t->n_once--;
}

static void
del_slot(struct terms *t, size_t hole)
{
	size_t mask = ((size_t)1 << t->slot_bits) - 1;

	for (size_t i = (hole + 1) & mask; t->slots[i].tag_n != 0;
	     i = (i + 1) & mask) {
		size_t home = slot_home(t, slot_tag(&t->slots[i]));

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			t->slots[hole] = t->slots[i];
			hole = i;
		}
	}
	t->slots[hole].tag_n = 0;
	t->n_slots--;
}

static void
set_n(struct terms_slot *s, size_t n)
{
	s->tag_n = s->tag_n >> SLOT_N_BITS << SLOT_N_BITS | n;
}

static void
append(struct terms *t, struct terms_slot *s, uint32_t p)
{
	size_t n = slot_n(s), room;
	uint32_t *list;

	if (n < INLINE_MAX) {
		s->u.two[n] = p;
	} else if (n == INLINE_MAX) {
		room = room_for(n + 1);
		list = xreallocarray(NULL, room, sizeof(*list));
		memcpy(list, s->u.two, sizeof(s->u.two));
		list[n] = p;
		s->u.many = list;
		t->list_bytes += room * sizeof(*list) + 8;
	} else {
		room = room_for(n);
		if (n == room) {
			t->list_bytes -= room * sizeof(*list);
			room = room_for(n + 1);
			t->list_bytes += room * sizeof(*list);
			s->u.many =
			    xreallocarray(s->u.many, room, sizeof(*list));
		}
		s->u.many[n] = p;
	}
	set_n(s, n + 1);
}

static void
add_first(struct terms *t, uint64_t key, uint32_t p)
{
	uint64_t tag = tag_of(key, ONCE_TAG_BITS);

	if (is_crowded(t->n_once + 1, t->once_bits))
		grow_once(t, t->once_bits + 1);
	t->once[find_once(t, tag)] = tag << ONCE_POSTING_BITS | p;
	t->n_once++;
}

void
terms_add(struct terms *t, uint64_t key, uint32_t p, size_t most)
{
	uint64_t tag = tag_of(key, SLOT_TAG_BITS);
	size_t i = find_slot(t, tag), o;
	uint32_t first;

	if (t->slots[i].tag_n != 0) {
		if (slot_n(&t->slots[i]) < most)
			append(t, &t->slots[i], p);
		return;
	}
	o = find_once(t, tag_of(key, ONCE_TAG_BITS));
	if (t->once[o] == 0) {
		add_first(t, key, p);
		return;
	}
	first =
	    (uint32_t)(t->once[o] & (((uint64_t)1 << ONCE_POSTING_BITS) - 1));
	del_once(t, o);
	if (is_crowded(t->n_slots + 1, t->slot_bits)) {
		grow_slots(t, t->slot_bits + 1);
		i = find_slot(t, tag);
	}
	t->slots[i].tag_n = tag << SLOT_N_BITS;
	t->n_slots++;
	append(t, &t->slots[i], first);
	append(t, &t->slots[i], p);
}

void
terms_settle(struct terms *t, uint64_t key, uint32_t base, uint32_t mask)
{
	struct terms_slot *s =
	    &t->slots[find_slot(t, tag_of(key, SLOT_TAG_BITS))];
	size_t n = slot_n(s), i;
	uint32_t *list = n > INLINE_MAX ? s->u.many : s->u.two, last;

	if (n < 2)
		return;
	last = list[n - 1];
	for (i = n - 1; i > 0 && ((posting_place(list[i - 1]) - base) & mask) >
				     ((posting_place(last) - base) & mask);
	     i--)
		list[i] = list[i - 1];
	list[i] = last;
}

/* --- sweeping ------------------------------------------------------------ */

/* The list has shrunk from `n` to `left`; give back what it no longer needs. */
static void
shrink(struct terms *t, struct terms_slot *s, size_t n, size_t left)
{
	uint32_t *list = s->u.many;
	size_t room = room_for(n), want = room_for(left);

	if (n > INLINE_MAX && left <= INLINE_MAX) {
		memcpy(s->u.two, list, left * sizeof(*list));
		free(list);
		t->list_bytes -= room * sizeof(*list) + 8;
	} else if (n > INLINE_MAX && want < room) {
		s->u.many = xreallocarray(list, want, sizeof(*list));
		t->list_bytes -= (room - want) * sizeof(*list);
	}
	set_n(s, left);
}

/* A slot left with one article goes back to the table of these. */
static void
sweep_slots(struct terms *t, terms_cb cb, void *arg)
{
	for (size_t i = 0; i < (size_t)1 << t->slot_bits;) {
		struct terms_slot *s = &t->slots[i];
		size_t n = slot_n(s), left;
		uint64_t tag;
		uint32_t one;

		if (s->tag_n == 0) {
			i++;
			continue;
		}
		left = cb(arg, (slot_tag(s) & 1) != 0,
		    n > INLINE_MAX ? s->u.many : s->u.two, n);
		if (left < n)
			shrink(t, s, n, left);
		if (left >= 2) {
			i++;
			continue;
		}
		tag = slot_tag(s);
		one = s->u.two[0];
		del_slot(t, i); /* another may have moved here: look again */
		if (left == 1)
			add_first(t,
			    tag >> 1 << (65 - SLOT_TAG_BITS) | (tag & 1), one);
	}
}

static void
sweep_once(struct terms *t, terms_cb cb, void *arg)
{
	for (size_t i = 0; i < (size_t)1 << t->once_bits;) {
		uint64_t e = t->once[i];
		uint32_t p =
		    (uint32_t)(e & (((uint64_t)1 << ONCE_POSTING_BITS) - 1));

		if (e != 0 &&
		    cb(arg, (e >> ONCE_POSTING_BITS & 1) != 0, &p, 1) == 0)
			del_once(t, i);
		else
			i++;
	}
}

void
terms_sweep(struct terms *t, terms_cb cb, void *arg)
{
	sweep_once(t, cb, arg);
	sweep_slots(t, cb, arg);
}

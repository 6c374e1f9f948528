/* SPDX-License-Identifier: ISC */
/*
 * throttle.c - slows down guessing: five failures in a minute, then one try a
 * minute, growing to fifteen.
 *
 * Kept for an address and the name it claims, so that nobody locks out others
 * from elsewhere.  On the loop only.  The table is bounded: when it is full the
 * entry that failed longest ago makes room.
 */
#include "serve/serve_int.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/limits.h"
#include "base/mem.h"

#define FREE_TRIES 5
#define WINDOW_S 60
#define LONGEST_S (15 * 60)

struct entry {
	char *key;
	int64_t n_failed; /* in the window, or since the first wait */
	int64_t since, last;
	int64_t wait_s; /* 0: still free */
	UT_hash_handle hh;
};

struct throttle {
	struct entry *entries; /* in order of insertion */
};

struct throttle *
throttle_new(void)
{
	return xcalloc(1, sizeof(struct throttle));
}

static void
drop(struct throttle *t, struct entry *e)
{
	HASH_DEL(t->entries, e);
	free(e->key);
	free(e);
}

void
throttle_free(struct throttle *t)
{
	struct entry *e, *next;

	if (t == NULL)
		return;
	HASH_ITER (hh, t->entries, e, next) {
		drop(t, e);
	}
	free(t);
}

static struct entry *
find(struct throttle *t, const char *address, const char *claim)
{
	char *key = xasprintf("%s %.128s", address, claim);
	struct entry *e;

	HASH_FIND_STR(t->entries, key, e);
	free(key);
	return e;
}

int64_t
throttle_wait(
    struct throttle *t, const char *address, const char *claim, int64_t now_s)
{
	const struct entry *e = find(t, address, claim);

	if (e == NULL || e->wait_s == 0 || now_s >= e->last + e->wait_s)
		return 0;
	return e->last + e->wait_s - now_s;
}

static struct entry *
add(struct throttle *t, const char *address, const char *claim)
{
	struct entry *e = xcalloc(1, sizeof(*e)), *oldest, *other, *next;

	if (HASH_COUNT(t->entries) >= LIMIT_THROTTLE_ENTRIES) {
		oldest = t->entries;
		HASH_ITER (hh, t->entries, other, next) {
			if (other->last < oldest->last)
				oldest = other;
		}
		drop(t, oldest);
	}
	e->key = xasprintf("%s %.128s", address, claim);
	HASH_ADD_KEYPTR(hh, t->entries, e->key, strlen(e->key), e);
	return e;
}

void
throttle_failed(
    struct throttle *t, const char *address, const char *claim, int64_t now_s)
{
	struct entry *e = find(t, address, claim);

	if (e == NULL)
		e = add(t, address, claim);
	if (e->wait_s == 0 && now_s - e->since > WINDOW_S) {
		e->since = now_s;
		e->n_failed = 0;
	}
	/* A quiet time of twice the longest wait forgives. */
	if (e->wait_s != 0 && now_s - e->last > 2 * LONGEST_S) {
		e->wait_s = 0;
		e->since = now_s;
		e->n_failed = 0;
	}
	e->n_failed++;
	e->last = now_s;
	if (e->n_failed < FREE_TRIES)
		return;
	e->wait_s = e->wait_s == 0 ? WINDOW_S : 2 * e->wait_s;
	if (e->wait_s > LONGEST_S)
		e->wait_s = LONGEST_S;
}

void
throttle_passed(struct throttle *t, const char *address, const char *claim)
{
	struct entry *e = find(t, address, claim);

	if (e != NULL)
		drop(t, e);
}

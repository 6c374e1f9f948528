/* SPDX-License-Identifier: ISC */
#include "relate/near.h"

#include <math.h>
#include <string.h>

#define STEPS 127.0F
#define STRONGEST 255.0F

/* Roots are kept: small likenesses need the finer steps. */
static float
value(uint8_t v)
{
	float root = (float)(v >> 1) / STEPS;

	return root * root;
}

bool
near_add(struct near *n, float likeness, bool same_thread)
{
	float root = sqrtf(likeness < 1.0F ? likeness : 1.0F);
	uint8_t v = (uint8_t)((unsigned)(root * STEPS + 0.5F) << 1);
	size_t at = NEAR_MAX;

	while (at > 0 && n->v[at - 1] < v)
		at--;
	if (at == NEAR_MAX)
		return false;
	memmove(n->v + at + 1, n->v + at, NEAR_MAX - 1 - at);
	n->v[at] = v | same_thread;
	return true;
}

float
near_reach(const struct near *n)
{
	float sum = 0.0F;

	for (size_t i = 0; i < NEAR_MAX; i++)
		sum += value(n->v[i]);
	return sum / NEAR_MAX;
}

float
near_background(const struct near *n)
{
	float sum = 0.0F;
	size_t found = 0;

	for (size_t i = 0; i < NEAR_MAX && found < NEAR_BACKGROUND; i++) {
		if ((n->v[i] & 1) == 0) {
			sum += value(n->v[i]);
			found++;
		}
	}
	return sum / NEAR_BACKGROUND;
}

/* --- who they are --------------------------------------------------------- */

static size_t
n_ties(const struct ties *t)
{
	size_t n = 0;

	while (n < TIES_MAX && t->v[n] != 0)
		n++;
	return n;
}

static bool
drop_tie(struct ties *t, uint32_t id)
{
	size_t n = n_ties(t), at = 0;

	while (at < n && t->id[at] != id)
		at++;
	if (at == n)
		return false;
	for (; at + 1 < n; at++) {
		t->id[at] = t->id[at + 1];
		t->v[at] = t->v[at + 1];
	}
	t->v[at] = 0;
	return true;
}

bool
ties_add(struct ties *t, int64_t id, float score)
{
	uint8_t v = (uint8_t)(score * STRONGEST + 0.5F);
	size_t at = TIES_MAX - 1;
	bool was_there = drop_tie(t, (uint32_t)id);

	if (t->v[at] >= v)
		return was_there;
	for (; at > 0 && t->v[at - 1] < v; at--) {
		t->id[at] = t->id[at - 1];
		t->v[at] = t->v[at - 1];
	}
	t->id[at] = (uint32_t)id;
	t->v[at] = v;
	return true;
}

/* The strongest count most: many share the weak ones. */
static float
tie_weight(const struct ties *t, size_t i)
{
	float v = (float)t->v[i] / STRONGEST;

	return v * v * v;
}

static float
ties_norm(const struct ties *t, size_t n)
{
	float sum = 0.0F;

	for (size_t i = 0; i < n; i++)
		sum += tie_weight(t, i) * tie_weight(t, i);
	return sum;
}

float
ties_common(const struct ties *a, const struct ties *b)
{
	size_t na = n_ties(a), nb = n_ties(b);
	uint64_t seen = 0; /* most have nobody in common */
	float dot = 0.0F;

	for (size_t i = 0; i < na; i++)
		seen |= (uint64_t)1 << a->id[i] % 64;
	for (size_t k = 0; k < nb; k++) {
		if ((seen >> b->id[k] % 64 & 1) == 0)
			continue;
		for (size_t i = 0; i < na; i++) {
			if (a->id[i] == b->id[k])
				dot += tie_weight(a, i) * tie_weight(b, k);
		}
	}
	return dot > 0.0F ? dot / sqrtf(ties_norm(a, na) * ties_norm(b, nb))
			  : 0.0F;
}

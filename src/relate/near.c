/* SPDX-License-Identifier: ISC */
#include "relate/near.h"

#include <math.h>
#include <string.h>

#define STEPS 127.0F

/* Roots are kept: small likenesses need the finer steps. */
static float
value(uint8_t v)
{
	float root = (float)(v >> 1) / STEPS;

	return root * root;
}

void
near_add(struct near *n, float likeness, bool same_thread)
{
	float root = sqrtf(likeness < 1.0F ? likeness : 1.0F);
	uint8_t v = (uint8_t)((unsigned)(root * STEPS + 0.5F) << 1);
	size_t at = NEAR_MAX;

	while (at > 0 && n->v[at - 1] < v)
		at--;
	if (at == NEAR_MAX)
		return;
	memmove(n->v + at + 1, n->v + at, NEAR_MAX - 1 - at);
	n->v[at] = v | same_thread;
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

/* SPDX-License-Identifier: ISC */
/*
 * Which articles wait for their pages: what the writer holds, the relater stops
 * before, and runs wait for.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "daemon/fulltext_int.h"

#define HOLD_MS 180000

void
fulltext_hold(struct fulltext *ft, const int64_t *ids, size_t n)
{
	int64_t until_ms = clock_mono_ms() + HOLD_MS;

	if (n == 0)
		return;
	(void)pthread_mutex_lock(&ft->lock);
	if (ft->n_held + n > ft->cap_held) {
		ft->cap_held = ft->n_held + n + ft->cap_held;
		ft->held =
		    xreallocarray(ft->held, ft->cap_held, sizeof(*ft->held));
	}
	ft->seq++;
	for (size_t i = 0; i < n; i++)
		ft->held[ft->n_held++] =
		    (struct held){ids[i], until_ms, ft->seq};
	(void)pthread_mutex_unlock(&ft->lock);
}

int64_t
fulltext_first_held(struct fulltext *ft, int64_t above)
{
	int64_t first = INT64_MAX;

	if (ft == NULL)
		return first;
	(void)pthread_mutex_lock(&ft->lock);
	for (size_t i = 0; i < ft->n_held; i++)
		if (ft->held[i].id > above && ft->held[i].id < first)
			first = ft->held[i].id;
	(void)pthread_mutex_unlock(&ft->lock);
	return first;
}

uint64_t
fulltext_mark(struct fulltext *ft)
{
	uint64_t seq;

	(void)pthread_mutex_lock(&ft->lock);
	seq = ft->seq;
	(void)pthread_mutex_unlock(&ft->lock);
	return seq;
}

bool
fulltext_passed(struct fulltext *ft, uint64_t mark)
{
	bool passed = !ft->is_looking;

	(void)pthread_mutex_lock(&ft->lock);
	for (size_t i = 0; i < ft->n_held && passed; i++)
		passed = ft->held[i].seq > mark;
	(void)pthread_mutex_unlock(&ft->lock);
	return passed;
}

size_t
fulltext_release(struct fulltext *ft, int64_t id)
{
	int64_t now_ms = clock_mono_ms();
	size_t n = 0;

	(void)pthread_mutex_lock(&ft->lock);
	for (size_t i = 0; i < ft->n_held && (id == 0 || n == 0);) {
		if (id != 0 ? ft->held[i].id == id
			    : ft->held[i].until_ms <= now_ms) {
			ft->held[i] = ft->held[--ft->n_held];
			n++;
		} else {
			i++;
		}
	}
	(void)pthread_mutex_unlock(&ft->lock);
	return n;
}

/* SPDX-License-Identifier: ISC */
/*
 * touch.c - when a token was last used, for its owner to see; kept once an
 * hour at most, so that reading does not become writing.
 */
#include "serve/serve_run.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"

#define AT_MOST_EVERY_S 3600

static void
touch_token(struct job *j)
{
	/* Best effort: the next request tries again. */
	(void)!store_token_used(j->store, j->who.name, clock_now());
	reply_empty(j, 204);
}

void
touch_later(struct serve *s, struct job *done)
{
	static const struct route route = {M_POST, "", FAM_TEXT, SCOPE_NONE,
	    ROUTE_WRITES | ROUTE_OPEN, touch_token};
	struct job *j;

	if (clock_now() - done->who.last_used_at < AT_MOST_EVERY_S)
		return;
	j = errand_new(s, &route);
	j->who = done->who;
	(void)errand_send(s, j);
}

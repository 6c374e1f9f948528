/* SPDX-License-Identifier: ISC */
/*
 * When a permanent redirect (301, 308), or what the document calls its new
 * address (itunes:new-feed-url), becomes the feed's address.
 *
 * A captive portal, a parked domain or a day's mistake must not take a
 * subscription away, so the same target has to answer with a feed that holds
 * a known entry, three times in a row over a day at least.  A 304 to what it
 * gave itself, or the same bytes, are as good: that body is known.  The same
 * address under https is no risk and is taken at once; http never replaces
 * https.
 *
 * A document only claims: once it has claimed the same address three times in a
 * row over a day, one poll asks there, as if it had been redirected, and the
 * answer has to pass the same checks.  If it does not, nothing of it is stored,
 * and the counting begins anew.
 */
#include <string.h>

#include "base/str.h"
#include "base/url.h"
#include "daemon/poll.h"

static bool
is_https_upgrade(const char *from, const char *to)
{
	return ascii_istarts(from, "http://") &&
	       ascii_istarts(to, "https://") && strcmp(from + 7, to + 8) == 0;
}

static bool
may_be_address(const char *from, const char *to)
{
	struct arena *a = arena_new(64 << 10);
	const char *bare = url_without_userinfo(a, to);
	bool ok =
	    url_is_http(to) && bare != NULL && strcmp(bare, to) == 0 &&
	    !(ascii_istarts(from, "https:") && ascii_istarts(to, "http:"));

	arena_free(a);
	return ok;
}

/* The same under http and https is one, but for the step to https. */
static bool
is_another(const char *from, const char *to)
{
	struct arena *a = arena_new(64 << 10);
	bool same = str_eq(url_key(a, from), url_key(a, to));

	arena_free(a);
	return !same || is_https_upgrade(from, to);
}

static const char *
claimed(const struct poll *p)
{
	const char *to = p->doc != NULL ? p->doc->new_feed_url : p->new_url;

	return to != NULL && may_be_address(p->url, to) &&
		       is_another(p->url, to)
		   ? to
		   : NULL;
}

void
poll_try_move(struct poll *p, int64_t now)
{
	p->is_trial = p->new_url != NULL && str_eq(p->new_url, p->moved_to) &&
		      (is_https_upgrade(p->url, p->new_url) ||
			  sched_may_move(p->n_moved, p->moved_since, now));
}

void
poll_judge_move(const struct poll *p, int64_t n_known, struct moved *ret)
{
	bool same_feed = p->answer.outcome == SCHED_NOT_MODIFIED;

	*ret = (struct moved){0};
	if (p->doc == NULL && !same_feed)
		return; /* an error says nothing */
	if (p->n_hops == 0 || !p->all_permanent ||
	    !may_be_address(p->url, p->final_url)) {
		ret->to = p->is_trial ? NULL : claimed(p);
		ret->is_known = ret->to != NULL || p->moved_to != NULL;
		return;
	}
	if (p->doc != NULL)
		same_feed =
		    n_known > 0 ||
		    (p->doc->n_entries == 0 && p->doc->title_text != NULL &&
			str_eq(p->doc->title_text, p->feed_title));
	if (!same_feed)
		return;
	ret->is_known = true;
	ret->to = p->final_url;
	ret->adopt = p->is_trial || is_https_upgrade(p->url, p->final_url) ||
		     (str_eq(p->moved_to, p->final_url) &&
			 sched_may_move(p->n_moved + 1, p->moved_since, p->at));
}

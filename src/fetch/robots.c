/* SPDX-License-Identifier: ISC */
/*
 * Two passes over the lines: does a group name the agent?  Then the rules of
 * all groups that count are one set, and the longest pattern that matches
 * decides.  Nothing is built in memory.
 */
#include "fetch/robots.h"

#include <string.h>

#include "base/str.h"

struct line {
	const char *key, *value;
	size_t key_len, value_len;
};

/* Next "key: value" line without comment and blanks; false at the end. */
static bool
next_line(const char **at, const char *end, struct line *ret)
{
	while (*at < end) {
		const char *p = *at;
		const char *eol = p;
		const char *stop, *colon;

		while (eol < end && *eol != '\n' && *eol != '\r')
			eol++;
		*at = eol < end ? eol + 1 : end;
		stop = memchr(p, '#', (size_t)(eol - p));
		if (stop == NULL)
			stop = eol;
		if ((colon = memchr(p, ':', (size_t)(stop - p))) == NULL)
			continue;
		while (p < colon && ascii_space((unsigned char)*p))
			p++;
		ret->key = p;
		ret->key_len = (size_t)(colon - p);
		while (ret->key_len > 0 &&
		       ascii_space((unsigned char)p[ret->key_len - 1]))
			ret->key_len--;
		p = colon + 1;
		while (p < stop && ascii_space((unsigned char)*p))
			p++;
		while (stop > p && ascii_space((unsigned char)stop[-1]))
			stop--;
		ret->value = p;
		ret->value_len = (size_t)(stop - p);
		return true;
	}
	return false;
}

static bool
is_key(const struct line *l, const char *key)
{
	return l->key_len == strlen(key) &&
	       ascii_ieq_n(l->key, key, l->key_len);
}

/* Product tokens compare without case, up to the first other character. */
static bool
names_agent(const struct line *l, const char *agent)
{
	size_t n = strlen(agent);

	if (l->value_len < n || !ascii_ieq_n(l->value, agent, n))
		return false;
	return l->value_len == n || l->value[n] == '/' || l->value[n] == ' ';
}

/* Does the pattern, with '*' and a last '$', match the head of `path`? */
static bool
matches(const char *pattern, size_t len, const char *path)
{
	bool to_end = len > 0 && pattern[len - 1] == '$';
	const char *star = NULL, *retry = NULL;
	size_t i = 0;

	if (to_end)
		len--;
	while (*path != '\0') {
		if (i < len && pattern[i] == '*') {
			star = pattern + i++;
			retry = path;
		} else if (i < len && pattern[i] == *path) {
			i++;
			path++;
		} else if (i == len && !to_end) {
			return true;
		} else if (star != NULL) {
			i = (size_t)(star - pattern) + 1;
			path = ++retry;
		} else {
			return false;
		}
	}
	while (i < len && pattern[i] == '*')
		i++;
	return i == len;
}

/* Longest rule of the groups for `agent` (NULL: for "*") that matches; true in
 * *ret_found when there is such a group at all. */
static bool
judge(const char *text, size_t len, const char *agent, const char *path,
    bool *ret_found)
{
	const char *at = text, *end = text + len;
	bool in_group = false, reading_agents = false, allowed = true;
	size_t best = 0;
	struct line l;

	*ret_found = false;
	while (next_line(&at, end, &l)) {
		bool is_allow;

		if (is_key(&l, "user-agent")) {
			bool is_me = agent != NULL
					 ? names_agent(&l, agent)
					 : l.value_len == 1 && *l.value == '*';

			in_group = is_me || (reading_agents && in_group);
			*ret_found = *ret_found || is_me;
			reading_agents = true;
			continue;
		}
		is_allow = is_key(&l, "allow");
		if (!is_allow && !is_key(&l, "disallow"))
			continue;
		reading_agents = false;
		if (!in_group || l.value_len == 0 || l.value_len < best ||
		    !matches(l.value, l.value_len, path))
			continue;
		if (l.value_len > best || is_allow)
			allowed = is_allow;
		best = l.value_len;
	}
	return allowed;
}

bool
robots_allow(const char *text, size_t len, const char *agent, const char *path)
{
	bool found, allowed;

	if (len > ROBOTS_BYTES)
		len = ROBOTS_BYTES;
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		len -= 3;
	}
	allowed = judge(text, len, agent, path, &found);
	if (!found)
		allowed = judge(text, len, NULL, path, &found);
	return allowed || strcmp(path, "/robots.txt") == 0;
}

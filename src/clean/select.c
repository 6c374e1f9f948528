/* SPDX-License-Identifier: ISC */
/* The few selectors that a site's rules need. */
#include "clean/page.h"

#include <string.h>

struct node *
clean_next(const struct node *n, const struct node *top, bool skip)
{
	if (!skip && n->first != NULL)
		return n->first;
	while (n != top && n->next == NULL)
		n = n->prev;
	return n != top ? n->next : NULL;
}

/* Has `n` the name s[0..len), which begins with '.' or '#'? */
static bool
has_name(const struct node *n, const char *s, size_t len)
{
	const char *p = n->names;

	while (p != NULL && (p = memmem(p, strlen(p), s, len)) != NULL) {
		if (p[-1] == ' ' && p[len] == ' ')
			return true;
		p++;
	}
	return false;
}

/* One part such as "div.a#b" */
static bool
matches_part(const struct node *n, const char *s, size_t len)
{
	size_t at = 0, end;

	if (n->tag == TAG_NONE)
		return false;
	while (at < len) {
		end = at + 1;
		while (end < len && s[end] != '.' && s[end] != '#')
			end++;
		if (s[at] == '.' || s[at] == '#') {
			if (!has_name(n, s + at, end - at))
				return false;
		} else if (s[at] != '*' && clean_tag_find(s + at, end - at) !=
					       (enum tag)n->tag) {
			return false;
		}
		at = end;
	}
	return len > 0;
}

static bool
matches_chain(const struct node *n, const char *s, size_t len)
{
	bool first = true;

	while (len > 0) {
		size_t from;

		while (len > 0 && ascii_space((unsigned char)s[len - 1]))
			len--;
		for (from = len;
		     from > 0 && !ascii_space((unsigned char)s[from - 1]);)
			from--;
		if (from == len)
			break;
		if (first && !matches_part(n, s + from, len - from))
			return false;
		while (!first && n != NULL &&
		       !matches_part(n, s + from, len - from))
			n = n->prev;
		if (n == NULL)
			return false;
		n = n->prev;
		first = false;
		len = from;
	}
	return !first;
}

bool
clean_select(const struct node *n, const char *selector, size_t len)
{
	while (len > 0) {
		const char *comma = memchr(selector, ',', len);
		size_t part = comma != NULL ? (size_t)(comma - selector) : len;

		if (matches_chain(n, selector, part))
			return true;
		part += comma != NULL;
		selector += part;
		len -= part;
	}
	return false;
}

bool
clean_rule(const char *rules, const char *key, size_t *at, const char **ret,
    size_t *ret_len)
{
	size_t key_len = strlen(key);

	while (rules != NULL && rules[*at] != '\0') {
		const char *line = rules + *at;
		size_t len = strcspn(line, "\n");

		*at += len + (line[len] == '\n');
		while (len > 0 && ascii_space((unsigned char)*line))
			line++, len--;
		if (len > key_len && line[key_len] == ':' &&
		    strncmp(line, key, key_len) == 0) {
			*ret = line + key_len + 1;
			*ret_len = len - key_len - 1;
			return true;
		}
	}
	return false;
}

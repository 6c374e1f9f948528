/* SPDX-License-Identifier: ISC */
/*
 * tags.h - walk over the tags of sloppy markup, where no tree is needed.
 *
 * For subscription lists and the links of a page: tags left open, names in any
 * case, values without quotes, bare ampersands.  Text is UTF-8, each byte is
 * looked at a bounded number of times, nothing is allocated but values.
 */
#ifndef BASE_TAGS_H
#define BASE_TAGS_H

#include "base/ak.h"
#include "base/arena.h"

struct tags {
	const char *p, *end; /* what is left */
};

struct tag {
	const char *name;
	size_t len;
	bool is_end;	/* </name> */
	bool is_closed; /* <name/> */
	const char *attributes, *end;
};

struct tag_attribute {
	const char *name;
	size_t len;
	const char *value; /* raw; NULL: none */
	size_t value_len;
};

/* The next tag; comments, CDATA, instructions and declarations are passed
 * over.  False: there is none. */
bool tags_next(struct tags *t, struct tag *ret);

/* Pass over the text of an element that holds no tags, such as <script>. */
void tags_skip_raw(struct tags *t, const struct tag *tag);

bool tag_is(const struct tag *tag, const char *name); /* in any case */

/* The next attribute of `tag`, which is advanced. */
bool tag_next_attribute(struct tag *tag, struct tag_attribute *ret);

bool tag_attribute_is(const struct tag_attribute *at, const char *name);

/*
 * A value in the arena: trimmed, cut at `max` bytes, white space as spaces,
 * references of XML and the commonest of HTML resolved, others left as they
 * are.  NULL: nothing is left, or the arena is full.
 */
const char *tag_text(struct arena *a, const char *s, size_t len, size_t max);

#endif

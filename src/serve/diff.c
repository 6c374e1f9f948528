/* SPDX-License-Identifier: ISC */
/*
 * diff.c - what changed between two texts, word by word.
 *
 * The common head and tail are skipped; between them the longest common
 * subsequence of words is found in the plain quadratic way, up to a bound, over
 * which the middle is shown as replaced.  Text without spaces (Chinese,
 * Japanese, Thai) is cut into single characters.
 */
#include "serve/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define MAX_CELLS ((size_t)4 << 20)
#define CONTEXT_WORDS 25 /* of what stayed, on either side of a change */

struct word {
	const char *s;
	size_t len;
};

static bool
is_single(uint32_t cp)
{
	return cp >= 0x0e00 && (cp < 0x0f00 || cp >= 0x2e80) && cp < 0xfff0;
}

/* A word with the white space after it, or one character of such a script. */
static size_t
cut(const char *text, struct word **ret)
{
	size_t n = 0, cap = 0, len = strlen(text), at = 0;
	struct word *words = NULL;

	while (at < len) {
		size_t start = at;
		uint32_t cp;

		at += utf8_decode(text + at, len - at, &cp);
		while (!is_single(cp) && at < len &&
		       !ascii_space((unsigned char)text[at - 1])) {
			size_t step = utf8_decode(text + at, len - at, &cp);

			if (is_single(cp))
				break;
			at += step;
		}
		if (n == cap) {
			cap = cap != 0 ? 2 * cap : 64;
			words = xreallocarray(words, cap, sizeof(*words));
		}
		words[n++] = (struct word){text + start, at - start};
	}
	*ret = words;
	return n;
}

static bool
same(const struct word *a, const struct word *b)
{
	return a->len == b->len && memcmp(a->s, b->s, a->len) == 0;
}

static void
put_words(struct job *j, const char *tag, const struct word *w, size_t n)
{
	char *text;
	size_t len;

	if (n == 0)
		return;
	len = (size_t)(w[n - 1].s + w[n - 1].len - w[0].s);
	text = xstrndup(w[0].s, len);
	if (tag != NULL)
		h(j, "<%h>%s</%h>", tag, text, tag);
	else
		h(j, "%s", text);
	free(text);
}

/* What stayed; its far part is left out. */
static void
put_context(
    struct job *j, const struct word *w, size_t n, bool at_start, bool at_end)
{
	size_t keep = (at_start || at_end ? 1 : 2) * (size_t)CONTEXT_WORDS;

	if (n <= keep) {
		put_words(j, NULL, w, n);
		return;
	}
	if (!at_start)
		put_words(j, NULL, w, CONTEXT_WORDS);
	h(j, " … ");
	if (!at_end)
		put_words(j, NULL, w + n - CONTEXT_WORDS, CONTEXT_WORDS);
}

/* Lengths of the longest common subsequences of all tails. */
static uint16_t *
table(const struct word *a, size_t n, const struct word *b, size_t m)
{
	uint16_t *t = xcalloc((n + 1) * (m + 1), sizeof(*t));

	for (size_t i = n; i-- > 0;) {
		for (size_t k = m; k-- > 0;) {
			uint16_t *cell = &t[i * (m + 1) + k];

			if (same(&a[i], &b[k]))
				*cell =
				    (uint16_t)(t[(i + 1) * (m + 1) + k + 1] +
					       1);
			else
				*cell = cell[1] > cell[m + 1] ? cell[1]
							      : cell[m + 1];
		}
	}
	return t;
}

static void
put_middle(struct job *j, const struct word *a, size_t n, const struct word *b,
    size_t m)
{
	size_t i = 0, k = 0;
	uint16_t *t;

	if ((n + 1) * (m + 1) > MAX_CELLS || n > 60000 || m > 60000) {
		put_words(j, "del", a, n);
		put_words(j, "ins", b, m);
		return;
	}
	t = table(a, n, b, m);
	while (i < n || k < m) {
		size_t i0 = i, k0;

		while (i < n && k < m && same(&a[i], &b[k])) {
			i++;
			k++;
		}
		put_context(j, a + i0, i - i0, false, false);
		i0 = i;
		while (i < n &&
		       (k == m || t[(i + 1) * (m + 1) + k] >=
				      t[i * (m + 1) + k + 1]) &&
		       !(k < m && same(&a[i], &b[k])))
			i++;
		put_words(j, "del", a + i0, i - i0);
		k0 = k;
		while (k < m &&
		       (i == n ||
			   t[i * (m + 1) + k + 1] > t[(i + 1) * (m + 1) + k]) &&
		       !(i < n && same(&a[i], &b[k])))
			k++;
		put_words(j, "ins", b + k0, k - k0);
	}
	free(t);
}

void
diff_words(struct job *j, const char *old, const char *new)
{
	struct word *a, *b;
	size_t n = cut(old, &a), m = cut(new, &b), head = 0, tail = 0;

	while (head < n && head < m && same(&a[head], &b[head]))
		head++;
	while (tail < n - head && tail < m - head &&
	       same(&a[n - 1 - tail], &b[m - 1 - tail]))
		tail++;
	if (head == n && head == m) {
		h(j, "<span class=\"meta\">No words changed.</span>");
	} else {
		put_context(j, a, head, true, false);
		put_middle(
		    j, a + head, n - head - tail, b + head, m - head - tail);
		put_context(j, a + n - tail, tail, false, true);
	}
	free(a);
	free(b);
}

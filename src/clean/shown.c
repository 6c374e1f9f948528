/* SPDX-License-Identifier: ISC */
/* What a page shows of its article beside the text: heading, byline, the link
 * to its next page. */
#include "clean/page.h"

#include <string.h>

bool
clean_says(const struct node *n, const char *const *words, size_t n_words)
{
	for (size_t i = 0; n->names != NULL && i < n_words; i++)
		if (strstr(n->names, words[i]) != NULL)
			return true;
	return false;
}

const char *
clean_node_text(struct arena *a, const struct node *top)
{
	struct buf out;
	struct doc_text t = {.type = DOC_TEXT_HTML};
	const char *result;

	buf_init(&out, 64 * LIMIT_KIB);
	for (struct node *n = top->first; n != NULL;
	     n = clean_next(n, top, false))
		if (n->tag == TAG_NONE)
			buf_add(&out, n->s, n->len);
		else if (n->tag == TAG_BR)
			buf_addc(&out, ' ');
	t.value = buf_str(&out);
	result = clean_text(a, &t, LIMIT_TITLE_BYTES);
	buf_release(&out);
	return result;
}

/* "By Jane Doe", "文=山田太郎" and their kind, without the first word. */
static const char *
bare_name(const char *s)
{
	static const char *const words[] = {"by ", "By ", "BY ", "Von ", "von ",
	    "文＝", "文=", "文：", "取材・文＝", "作者：", "记者：", "记者 ",
	    "記者：", "著者：", "執筆：", "Autor: ", "Author: "};

	for (size_t i = 0; s != NULL && i < AK_COUNT(words); i++)
		if (str_starts(s, words[i]))
			return s + strlen(words[i]);
	return s;
}

static void
read_names(struct cleaner *c, struct arena *a, struct meta *m,
    struct node **ret_heading)
{
	static const char *const bylines[] = {".author ", ".byline ",
	    ".author-name ", ".article-author ", ".writer ", ".p-author ",
	    ".autor ", ".reporter ", ".entry-author "};
	static const char *const nexts[] = {".next ", ".next-page ",
	    ".nextpage ", ".page-next ", ".pager-next ", ".pagination-next "};

	for (struct node *n = c->root->first; n != NULL;
	     n = clean_next(n, c->root, false)) {
		if (n->tag == TAG_H1 && *ret_heading == NULL)
			*ret_heading = n;
		if (m->author == NULL &&
		    clean_says(n, bylines, AK_COUNT(bylines))) {
			const char *s = bare_name(clean_node_text(a, n));

			if (s != NULL && strlen(s) < 100)
				m->author = s;
		}
		if (m->next == NULL && n->tag == TAG_A && n->url != NULL &&
		    clean_says(n, nexts, AK_COUNT(nexts)))
			m->next = arena_strdup(a, n->url);
	}
}

/* A "next page" by its words, when neither rel nor class says so. */
static void
find_next_link(struct cleaner *c, struct arena *a, struct meta *m)
{
	static const char *const words[] = {"次のページ", "次のページへ",
	    "次ページ", "次へ", "下一页", "下一頁", "下页", "next page",
	    "next page »", "continue to next page", "nächste seite",
	    "weiter auf seite 2", "page suivante", "página siguiente",
	    "다음 페이지", "следующая страница"};

	for (struct node *n = c->root->first; n != NULL && m->next == NULL;
	     n = clean_next(n, c->root, false)) {
		const char *s;

		if (n->tag != TAG_A || n->url == NULL ||
		    (s = clean_node_text(a, n)) == NULL || strlen(s) > 60)
			continue;
		for (size_t i = 0; i < AK_COUNT(words); i++)
			if (ascii_istarts(s, words[i]) &&
			    strlen(s) < strlen(words[i]) + 12)
				m->next = arena_strdup(a, n->url);
	}
}

/* The heading on the page is the title, if the head's title begins with it
 * or there is none; else it is one of its own, which is kept. */
static void
choose_title(struct arena *a, struct meta *m, struct node **heading)
{
	const char *shown =
	    *heading != NULL ? clean_node_text(a, *heading) : NULL;

	if (shown == NULL)
		return;
	if (m->title == NULL ||
	    (strstr(m->title, shown) != NULL && strlen(shown) > 8))
		m->title = shown;
	else if (strcmp(m->title, shown) != 0 &&
		 strstr(shown, m->title) == NULL)
		*heading = NULL;
}

void
clean_shown(struct cleaner *c, struct arena *a, struct meta *m,
    struct node **ret_heading)
{
	*ret_heading = NULL;
	read_names(c, a, m, ret_heading);
	find_next_link(c, a, m);
	choose_title(a, m, ret_heading);
}

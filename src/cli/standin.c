/* SPDX-License-Identifier: ISC */
/* Raw text in place of src/clean until that is there; then this file goes. */
#include <string.h>

#include "clean/clean.h"

enum ak_status __attribute__((weak))
clean_html(struct arena *a, const char *html, size_t len,
    const struct clean_opts *opts, struct clean_result *ret)
{
	(void)a;
	(void)opts;
	ret->html = html;
	ret->html_len = len;
	return AK_OK;
}

enum ak_status __attribute__((weak))
clean_doc(struct doc *doc, const struct clean_opts *opts)
{
	(void)opts;
	doc->title_text = doc->title.value;
	doc->description_text = doc->description.value;
	for (struct doc_entry *e = doc->entries; e != NULL; e = e->next) {
		e->title_text = e->title.value;
		e->summary_text = e->summary.value;
		e->content_html = e->content.value;
		if (e->content.value != NULL)
			e->content_html_len = strlen(e->content.value);
	}
	return AK_OK;
}

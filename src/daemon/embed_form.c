/* SPDX-License-Identifier: ISC */
/*
 * The OpenAI form of embeddings, which Ollama, llama.cpp and others speak:
 * POST {"model", "input": [...]}, answered by {"data": [{"index",
 * "embedding": [...]}]}.
 */
#include "daemon/embed.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/str.h"

#define WORDS 200
#define TEXT_BYTES 1400 /* as much, in scripts without spaces */

char *
embed_text(const char *title, const char *text)
{
	struct buf b;
	size_t n = 0, words = 0;

	if (title == NULL)
		title = "";
	if (text == NULL)
		text = "";
	while (text[n] != '\0' && n < TEXT_BYTES && words < WORDS) {
		n++;
		words += ascii_space((unsigned char)text[n - 1]) &&
			 !ascii_space((unsigned char)text[n]);
	}
	while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
		n--; /* not inside a character */
	buf_init(&b, SIZE_MAX);
	buf_add(&b, title, strnlen(title, LIMIT_TITLE_BYTES));
	if (*title != '\0' && n > 0)
		buf_addc(&b, '\n');
	buf_add(&b, text, n);
	return buf_steal(&b);
}

char *
embed_request(const char *model, char *const *texts, size_t n)
{
	json_t *o = json_object(), *input = json_array();
	char *body;

	if (*model != '\0')
		(void)json_object_set_new(o, "model", json_string(model));
	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(input, json_string(texts[i]));
	(void)json_object_set_new(o, "input", input);
	body = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (body == NULL)
		mem_none();
	return body;
}

static bool
read_one(
    const json_t *item, size_t at, size_t n, struct embed_answer *a, bool *seen)
{
	const json_t *index = json_object_get(item, "index"),
		     *list = json_object_get(item, "embedding"), *number;
	size_t dim = json_array_size(list), i;

	if (json_is_integer(index))
		at = (size_t)json_integer_value(index);
	if (dim == 0 || dim > LIMIT_EMBEDDING_DIM || at >= n || seen[at])
		return false;
	if (a->values == NULL) {
		a->dim = dim;
		a->values = xcalloc(n * dim, sizeof(*a->values));
	}
	if (dim != a->dim)
		return false;
	json_array_foreach(list, i, number) a->values[at * dim + i] =
	    json_number_value(number);
	seen[at] = true;
	return true;
}

enum ak_status
embed_read(const char *body, size_t len, size_t n, struct embed_answer *ret,
    struct diag *reterr)
{
	struct embed_answer a = {0};
	json_t *o = json_loadb(body, len, 0, NULL);
	const json_t *data = json_object_get(o, "data"), *item;
	bool *seen = xcalloc(n, sizeof(*seen)), ok;
	size_t i;

	ok = n > 0 && json_array_size(data) == n;
	json_array_foreach(data, i, item) ok =
	    ok && read_one(item, i, n, &a, seen);
	free(seen);
	json_decref(o);
	if (!ok) {
		free(a.values);
		return diag_set(reterr, AK_BADINPUT,
		    "the answer holds no %zu embeddings of one length", n);
	}
	*ret = a;
	return AK_OK;
}

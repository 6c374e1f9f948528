/* SPDX-License-Identifier: ISC */
/* A page, after its first line, which is a Link: header and, for the sites,
 * an address: what is found are http URLs, a bounded number of them. */
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"
#include "parse/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *url = "https://a.example/b/c?d",
		   *bytes = (const char *)data;
	const char *eol = memchr(bytes, '\n', len);
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	size_t line = eol != NULL ? (size_t)(eol - bytes) : 0, n = 0;
	const char *headers[2] = {arena_strndup(a, bytes, line), NULL};
	const char *site = parse_known_site(a, headers[0]);
	struct parse_link *l =
	    parse_discover(a, bytes + line, len - line, NULL, url, headers);

	assert(site == NULL || url_is_http(site));
	for (; l != NULL; l = l->next) {
		assert(url_is_http(l->url));
		assert(l->title == NULL ||
		       utf8_valid(l->title, strlen(l->title)) ||
		       line > 0); /* a header's words are as they came */
		n++;
	}
	assert(n <= LIMIT_DISCOVER_LINKS);
	arena_free(a);
	return 0;
}

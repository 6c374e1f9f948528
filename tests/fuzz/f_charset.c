/* SPDX-License-Identifier: ISC */
/* The first byte picks the label, the rest is the document: what comes out is
 * valid UTF-8 without forbidden characters, and decodes to itself. */
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "parse/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check(struct arena *a, const struct parse_decoded *d)
{
	struct parse_decoded again;

	assert(utf8_valid(d->text, d->len));
	for (size_t i = 0; i < d->len; i++) {
		unsigned char c = (unsigned char)d->text[i];

		assert(c >= 0x20 || c == '\t' || c == '\n' || c == '\r');
	}
	if (d->len < 4 || memcmp(d->text, "\xEF\xBB\xBF", 3) == 0)
		return; /* a mark inside the text would be taken off */
	if (parse_decode_xml(a, d->text, d->len, "text/xml; charset=utf-8",
		&again) == AK_OK &&
	    strcmp(again.encoding, "utf-8") == 0) {
		assert(!again.had_errors && again.len == d->len);
		assert(memcmp(again.text, d->text, d->len) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const types[] = {NULL, "text/xml; charset=utf-8",
	    "text/xml; charset=shift_jis", "text/xml; charset=\"euc-jp\"",
	    "text/xml; charset=iso-2022-jp", "text/xml; charset=gb18030",
	    "text/xml; charset=big5", "text/xml; charset=euc-kr",
	    "text/xml; charset=utf-16", "text/xml; charset=utf-16be",
	    "text/xml; charset=windows-1252", "text/xml; charset=iso-8859-16",
	    "text/xml; charset=koi8-r", "text/xml; charset = 'none",
	    "text/xml; charset="};
	const char *bytes = (const char *)data + 1;
	struct parse_decoded d;
	struct arena *a;
	const char *type;

	if (len == 0)
		return 0;
	a = arena_new(LIMIT_DOC_ARENA);
	type = types[data[0] % AK_COUNT(types)];
	if (parse_decode_xml(a, bytes, len - 1, type, &d) == AK_OK)
		check(a, &d);
	if (parse_decode_html(a, bytes, len - 1, type, &d) == AK_OK)
		check(a, &d);
	arena_free(a);
	return 0;
}

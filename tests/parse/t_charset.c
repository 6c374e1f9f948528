/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include "base/utf8.h"
#include "parse/parse.h"

#define BYTES(s) s, sizeof(s) - 1

static void
test_labels(void **state)
{
	static const struct {
		const char *label, *name;
	} rows[] = {
	    {"UTF-8", "utf-8"},
	    {" utf8\n", "utf-8"},
	    {"iso-8859-1", "windows-1252"},
	    {"US-ASCII", "windows-1252"},
	    {"latin1", "windows-1252"},
	    {"ISO-8859-9", "windows-1254"},
	    {"tis-620", "windows-874"},
	    {"gb2312", "gbk"},
	    {"Windows-31J", "shift_jis"},
	    {"cp932", "shift_jis"},
	    {"ks_c_5601-1987", "euc-kr"},
	    {"big5-hkscs", "big5"},
	    {"unicode", "utf-16le"},
	    {"iso_8859-1:1987", "windows-1252"},
	    {"utf-7", NULL},
	    {"iso-2022-kr", NULL},
	    {"", NULL},
	    {"  ", NULL},
	    {"utf-8 utf-8", NULL},
	    {"x-unknown", NULL},
	};

	(void)state;
	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		const char *name =
		    parse_charset_name(rows[i].label, strlen(rows[i].label));

		if (rows[i].name == NULL)
			assert_null(name);
		else
			assert_string_equal(name, rows[i].name);
	}
}

struct row {
	const char *bytes;
	size_t len;
	const char *content_type;
	const char *encoding;
	const char *text; /* what the output contains */
	bool had_errors;
	bool has_note;
};

static void
check_rows(const struct row *rows, size_t n,
    enum ak_status (*decode)(struct arena *, const char *, size_t, const char *,
	struct parse_decoded *))
{
	for (size_t i = 0; i < n; i++) {
		struct arena *a = arena_new(1 << 20);
		struct parse_decoded d;
		char *text;

		assert_int_equal(decode(a, rows[i].bytes, rows[i].len,
				     rows[i].content_type, &d),
		    AK_OK);
		text = arena_strndup(a, d.text, d.len);
		if (strcmp(d.encoding, rows[i].encoding) != 0 ||
		    strstr(text, rows[i].text) == NULL ||
		    d.had_errors != rows[i].had_errors ||
		    (d.note != NULL) != rows[i].has_note)
			fail_msg("row %zu: %s errors=%d note=%s: %s", i,
			    d.encoding, d.had_errors, d.note, text);
		assert_true(utf8_valid(d.text, d.len));
		arena_free(a);
	}
}

#define DECL(e) "<?xml version=\"1.0\" encoding=\"" e "\"?><t>"

static void
test_xml(void **state)
{
	static const struct row rows[] = {
	    /* undeclared */
	    {BYTES("<t>na\xC3\xAFve"), NULL, "utf-8", "naïve", 0, 0},
	    {BYTES("<t>na\xEFve"), NULL, "windows-1252", "naïve", 0, 0},
	    {BYTES("<t>\xC3\xAF\xC3\xAF cut \xC3"), NULL, "utf-8", "ïï cut �",
		1, 0},
	    {BYTES(""), NULL, "utf-8", "", 0, 0},
	    /* marks beat all */
	    {BYTES("\xEF\xBB\xBF" DECL("iso-8859-1") "\xE2\x82\xAC"),
		"text/xml; charset=koi8-r", "utf-8", "<t>€", 0, 0},
	    {BYTES("\xFF\xFE<\0t\0>\0\xAC\x20"), "text/xml; charset=utf-8",
		"utf-16le", "<t>€", 0, 0},
	    {BYTES("\xFE\xFF\0<\0t\0>\x20\xAC"), NULL, "utf-16be", "<t>€", 0,
		0},
	    {BYTES("\xFF\xFE\0\0<\0\0\0\x00\xF6\x01\0"), NULL, "utf-32le",
		"<\xF0\x9F\x98\x80", 0, 0},
	    /* no mark, but NULs */
	    {BYTES("<\0r\0s\0>\0\x42\x30"), NULL, "utf-16le", "<rs>あ", 0, 0},
	    {BYTES("\0<\0r\0s\0>\x30\x42\xD8"), NULL, "utf-16be", "<rs>あ�", 1,
		0},
	    {BYTES("\0\0\0<\0\0\0t\0\0\x30\x42"), NULL, "utf-32be", "<tあ", 0,
		0},
	    /* a label that can be read is not of UTF-16 */
	    {BYTES(DECL("utf-16") "\xE2\x82\xAC"), NULL, "utf-8", "€", 0, 0},
	    /* header before declaration */
	    {BYTES(DECL("iso-8859-2") "\xD0"), "text/xml; charset=koi8-r",
		"koi8-r", "п", 0, 1},
	    {BYTES(DECL("koi8-r") "\xD0"), "text/xml; Charset = 'KOI8-R'; q=1",
		"koi8-r", "п", 0, 0},
	    {BYTES(DECL("koi8-r") "\xD0"), "text/xml; charset:utf-8", "koi8-r",
		"п", 0, 0},
	    {BYTES(DECL("koi8-r") "\xD0"), "text/xml; charset=none", "koi8-r",
		"п", 0, 1},
	    /* the header's does not decode */
	    {BYTES(DECL("windows-1251") "\xCF\xF0\xE8"),
		"text/xml;charset=\"utf-8\"", "windows-1251", "При", 0, 1},
	    {BYTES(DECL("utf-8") "\xE6\x97\xA5\xC3\xA9"),
		"text/xml;charset=euc-kr", "utf-8", "日é", 0, 1},
	    /* Western labels on UTF-8, and the reverse */
	    {BYTES(DECL("iso-8859-1") "\xE2\x82\xAC"), NULL, "utf-8", "€", 0,
		1},
	    {BYTES(DECL("utf-8") "\xE2\x82\xAC"), "text/xml; charset=us-ascii",
		"utf-8", "€", 0, 1},
	    {BYTES(DECL("iso-8859-1") "\x80\x93"), NULL, "windows-1252", "€“",
		0, 0},
	    {BYTES(DECL("utf-8") "caf\xE9"), NULL, "windows-1252", "café", 0,
		1},
	    {BYTES(DECL("utf-8") "\xC3\xA9 caf\xE9"), NULL, "utf-8", "é caf�",
		1, 0},
	    {BYTES(DECL("x-unknown") "\xC3\xA9"), NULL, "utf-8", "é", 0, 1},
	    /* forbidden characters go */
	    {BYTES("<t>a\0b\x08\x1F\xEF\xBF\xBF\xEF\xBF\xBE"
		   "c\t\r\n"),
		NULL, "utf-8", "<t>abc\t\r\n", 0, 0},
	    {BYTES(DECL("utf-8") "\xED\xA0\x80\xC3\xA9"), NULL, "utf-8", "���é",
		1, 0},
	};

	(void)state;
	check_rows(rows, AK_COUNT(rows), parse_decode_xml);
}

static void
test_legacy(void **state)
{
	static const struct row rows[] = {
	    {BYTES(DECL("shift_jis") "\x93\xFA\x96\x7B\x87\x40\xFA\x55\x5C~"),
		NULL, "shift_jis", "日本①￤\\~", 0, 0},
	    {BYTES(DECL("shift_jis") "\x81<b>"), NULL, "shift_jis", "�<b>", 1,
		0},
	    {BYTES(DECL("euc-jp") "\xC6\xFC\xAD\xA1\x8E\xB1\x8F\xB0\xA2"), NULL,
		"euc-jp", "日①ｱ丄", 0, 0},
	    {BYTES(DECL("iso-2022-jp") "\x1B$BF|K\\\x1B(B</t>"), NULL,
		"iso-2022-jp", "日本</t>", 0, 0},
	    {BYTES(DECL("gb2312") "\xD6\xD0\x80\xA3\xA0\x81\x30\x81\x30"), NULL,
		"gbk", "中", 1, 0},
	    {BYTES(DECL("gbk") "\xB7\xB1\xF3\x77\xA3\xA0"), NULL, "gbk",
		"繁體　", 0, 0},
	    {BYTES(DECL("gb18030") "\x90\x30\x81\x30"), NULL, "gb18030",
		"\xF0\x90\x80\x80", 0, 0},
	    {BYTES(DECL("big5") "\xA4\xA4\xA4\xE5\x87\x40"), NULL, "big5",
		"中文", 0, 0},
	    {BYTES(DECL("euc-kr") "\xC7\xD1\x8C\x63"), NULL, "euc-kr", "한똠",
		0, 0},
	    {BYTES(DECL("koi8-u") "\xF0\xD2\xC9\xD7\xA6\xD4"), NULL, "koi8-u",
		"Привіт", 0, 0},
	    {BYTES(DECL("macintosh") "caf\x8E"), NULL, "macintosh", "café", 0,
		0},
	    {BYTES(DECL("iso-8859-16") "\xA4\xE3"), NULL, "iso-8859-16", "€ă",
		0, 0},
	    {BYTES(DECL("iso-8859-7") "\xC5\xEB\xFF"), NULL, "iso-8859-7",
		"Ελ�", 1, 0},
	    {BYTES(DECL("windows-874") "\xCA\xC7\xD1\xCA"), NULL, "windows-874",
		"สวัส", 0, 0},
	};

	(void)state;
	check_rows(rows, AK_COUNT(rows), parse_decode_xml);
}

static void
test_html(void **state)
{
	static const struct row rows[] = {
	    {BYTES("<html><META charset='koi8-r'>\xD0"), NULL, "koi8-r", "п", 0,
		0},
	    {BYTES("<meta http-equiv=Content-Type "
		   "content=\"text/html; charset=shift_jis\">\x93\xFA"),
		NULL, "shift_jis", "日", 0, 0},
	    {BYTES(
		 "<!-- <meta charset=koi8-r> --><meta charset=utf-8>\xC3\xA9"),
		NULL, "utf-8", "é", 0, 0},
	    {BYTES("<meta charset=koi8-r>\xD0"), "text/html; charset=utf-8",
		"koi8-r", "п", 0, 1},
	    {BYTES("<p>\xC3\xA9"), "text/html", "utf-8", "é", 0, 0},
	    {BYTES("<p>\xE9"), "text/html", "windows-1252", "é", 0, 0},
	    {BYTES("<meta charset=utf-16>\xC3\xA9"), NULL, "utf-8", "é", 0, 0},
	};

	(void)state;
	check_rows(rows, AK_COUNT(rows), parse_decode_html);
}

static void
test_valid_utf8_is_not_copied(void **state)
{
	static const char text[] = "<t>\xC3\xA9\n</t>";
	struct arena *a = arena_new(1 << 20);
	struct parse_decoded d;

	(void)state;
	assert_int_equal(
	    parse_decode_xml(a, text, sizeof(text) - 1, NULL, &d), AK_OK);
	assert_ptr_equal(d.text, text);
	assert_int_equal(arena_used(a), 0);
	arena_free(a);
}

static void
test_full_arena_is_too_big(void **state)
{
	static const char *const labels[] = {
	    "utf-8", "shift_jis", "iso-8859-16", "utf-16le"};
	size_t len = 1 << 16;
	char *bytes = xmalloc(len);

	(void)state;
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 7 % 251);
	for (size_t i = 0; i < AK_COUNT(labels); i++) {
		for (size_t limit = 1; limit < 4 * len; limit *= 4) {
			char *type =
			    xasprintf("text/xml; charset=%s", labels[i]);
			struct arena *a = arena_new(limit);
			struct parse_decoded d;
			enum ak_status st =
			    parse_decode_xml(a, bytes, len, type, &d);

			assert_true(st == AK_OK || st == AK_TOOBIG);
			if (limit < len / 2)
				assert_int_equal(st, AK_TOOBIG);
			arena_free(a);
			free(type);
		}
	}
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_labels),
	    cmocka_unit_test(test_xml),
	    cmocka_unit_test(test_legacy),
	    cmocka_unit_test(test_html),
	    cmocka_unit_test(test_valid_utf8_is_not_copied),
	    cmocka_unit_test(test_full_arena_is_too_big),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

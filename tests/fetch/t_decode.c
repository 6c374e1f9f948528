/* SPDX-License-Identifier: ISC */
#include "tests/testing.h"

#include <zstd.h>

#include "fetch/decode.h"

#define MAX ((size_t)1 << 20)

static const char text[] = "to be or not to be, to be or not to be, to be";

static size_t
deflate_as(int bits, const char *in, size_t len, unsigned char *out, size_t max)
{
	z_stream z = {0};

	assert_int_equal(
	    deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)in;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)max;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	(void)deflateEnd(&z);
	return z.total_out;
}

/* Decode in pieces of `piece` bytes; true when all went well and it is whole.
 */
static bool
decode(const char *coding, const void *in, size_t len, size_t piece, size_t max,
    struct buf *out, enum ak_status *ret)
{
	struct decoder d = {0};
	const char *p = in;
	bool whole;

	buf_init(out, max);
	*ret = decoder_begin(&d, coding);
	for (size_t at = 0; *ret == AK_OK && at < len; at += piece)
		*ret = decoder_push(
		    &d, p + at, piece < len - at ? piece : len - at, out, max);
	whole = decoder_is_complete(&d);
	decoder_release(&d);
	return *ret == AK_OK && whole;
}

static void
check_all_pieces(const char *coding, const void *in, size_t len)
{
	struct buf out;
	enum ak_status st;

	for (size_t piece = 1; piece <= len; piece++) {
		assert_true(decode(coding, in, len, piece, MAX, &out, &st));
		assert_string_equal(buf_str(&out), text);
		buf_release(&out);
	}
	/* Each proper beginning is a cut stream, never a whole one. */
	for (size_t cut = 1; cut < len; cut++) {
		assert_false(decode(coding, in, cut, cut, MAX, &out, &st));
		buf_release(&out);
	}
}

static void
test_each_coding_in_pieces_and_cut(void **state)
{
	/* "to be ..." as brotli(1) -q 11 writes it. */
	unsigned char b[512];
	size_t n, len = strlen(text);

	(void)state;
	n = deflate_as(15 + 16, text, len, b, sizeof(b));
	check_all_pieces("gzip", b, n);
	check_all_pieces("X-GZIP", b, n);
	n = deflate_as(15, text, len, b, sizeof(b));
	check_all_pieces("deflate", b, n);
	n = deflate_as(-15, text, len, b, sizeof(b));
	check_all_pieces("deflate", b, n);
	n = ZSTD_compress(b, sizeof(b), text, len, 19);
	check_all_pieces("zstd", b, n);
}

static void
test_brotli(void **state)
{
	/* An uncompressed meta-block and an empty last one (RFC 7932, 9.2). */
	static const unsigned char br[] = {
	    0x0B, 0x02, 0x80, 'h', 'e', 'l', 'l', 'o', 0x03};
	struct buf out;
	enum ak_status st;

	(void)state;
	assert_true(decode("br", br, sizeof(br), 3, MAX, &out, &st));
	assert_string_equal(buf_str(&out), "hello");
	buf_release(&out);
	assert_false(decode("br", br, sizeof(br) - 1, 3, MAX, &out, &st));
	buf_release(&out);
	assert_false(decode("br", "\xff\xff\xff", 3, 3, MAX, &out, &st));
	assert_int_equal(st, AK_BADINPUT);
	buf_release(&out);
}

static void
test_members_and_what_follows(void **state)
{
	unsigned char b[512];
	size_t n = deflate_as(15 + 16, text, 10, b, sizeof(b));
	struct buf out;
	enum ak_status st;

	(void)state;
	n += deflate_as(
	    15 + 16, text + 10, strlen(text) - 10, b + n, sizeof(b) - n);
	assert_true(decode("gzip", b, n, n, MAX, &out, &st));
	assert_string_equal(buf_str(&out), text);
	buf_release(&out);
	memcpy(b + n, "garbage", 7);
	assert_true(decode("gzip", b, n + 7, n + 7, MAX, &out, &st));
	assert_string_equal(buf_str(&out), text);
	buf_release(&out);
}

static void
test_damage_is_seen(void **state)
{
	unsigned char b[512];
	size_t n = deflate_as(15 + 16, text, strlen(text), b, sizeof(b));
	struct buf out;
	enum ak_status st;

	(void)state;
	b[n - 5] ^= 1; /* the checksum */
	assert_false(decode("gzip", b, n, n, MAX, &out, &st));
	assert_int_equal(st, AK_BADINPUT);
	buf_release(&out);
	assert_false(decode("gzip", text, 20, 20, MAX, &out, &st));
	assert_int_equal(st, AK_BADINPUT);
	buf_release(&out);
	assert_false(decode("zstd", text, 20, 20, MAX, &out, &st));
	assert_int_equal(st, AK_BADINPUT);
	buf_release(&out);
	assert_false(decode("x-secret", text, 20, 20, MAX, &out, &st));
	assert_int_equal(st, AK_UNSUPPORTED);
	buf_release(&out);
	assert_false(decode("gzip, gzip", text, 20, 20, MAX, &out, &st));
	assert_int_equal(st, AK_UNSUPPORTED);
	buf_release(&out);
}

static void
check_bomb(const char *coding, const void *p, size_t len)
{
	struct buf out;
	enum ak_status st;

	assert_false(decode(coding, p, len, len, 1000, &out, &st));
	assert_int_equal(st, AK_TOOBIG);
	assert_true(out.len <= 1001);
	assert_true(out.cap <= (size_t)64 << 10);
	buf_release(&out);
}

static void
test_a_bomb_is_stopped_at_the_ceiling(void **state)
{
	size_t len = (size_t)16 << 20, n;
	char *zeros = xcalloc(1, len);
	unsigned char *b = xmalloc(len);

	(void)state;
	n = deflate_as(15 + 16, zeros, len, b, len);
	check_bomb("gzip", b, n);
	n = ZSTD_compress(b, len, zeros, len, 3);
	check_bomb("zstd", b, n);
	check_bomb("identity", zeros, 2000);
	free(b);
	free(zeros);
}

static void
test_the_ceiling_itself_fits(void **state)
{
	unsigned char b[512];
	size_t n = deflate_as(15 + 16, text, strlen(text), b, sizeof(b));
	struct buf out;
	enum ak_status st;

	(void)state;
	assert_true(decode("gzip", b, n, n, strlen(text), &out, &st));
	buf_release(&out);
	assert_false(decode("gzip", b, n, n, strlen(text) - 1, &out, &st));
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_coding_in_pieces_and_cut),
	    cmocka_unit_test(test_brotli),
	    cmocka_unit_test(test_members_and_what_follows),
	    cmocka_unit_test(test_damage_is_seen),
	    cmocka_unit_test(test_a_bomb_is_stopped_at_the_ceiling),
	    cmocka_unit_test(test_the_ceiling_itself_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) < 0;
}

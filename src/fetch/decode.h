/* SPDX-License-Identifier: ISC */
/*
 * decode.h - content codings of one answer (RFC 9110, 8.4; private to fetch).
 *
 * Done here and not by libcurl because libcurl does not tell a stream that
 * ends too early from one that is whole, and because a bomb is best stopped
 * where it goes off.  One coding a body: nobody honest nests them.
 */
#ifndef FETCH_DECODE_H
#define FETCH_DECODE_H

#include <zlib.h>

#include "base/str.h"

#define DECODE_ACCEPT "gzip, deflate, br, zstd"

enum decode_coding {
	DECODE_IDENTITY,
	DECODE_GZIP,
	DECODE_DEFLATE,
	DECODE_BR,
	DECODE_ZSTD
};

struct decoder {
	enum decode_coding coding;
	bool begun, ended;
	z_stream z; /* kept from body to body */
	bool has_z;
	struct BrotliDecoderStateStruct *br;
	struct ZSTD_DCtx_s *zstd;
};

/* Ready for a body with this Content-Encoding (NULL: none).
 * AK_UNSUPPORTED: not one that was offered. */
enum ak_status decoder_begin(
    struct decoder *d, const char *content_encoding) AK_USE;

/* Append the decoded bytes to `out`, up to `max` bytes in all: AK_TOOBIG
 * beyond.  AK_BADINPUT: the stream is damaged. */
enum ak_status decoder_push(struct decoder *d, const void *p, size_t len,
    struct buf *out, size_t max) AK_USE;

/* Was the stream whole?  An empty body is. */
bool decoder_is_complete(const struct decoder *d);
void decoder_release(struct decoder *d);

#endif

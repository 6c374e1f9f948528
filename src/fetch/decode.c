/* SPDX-License-Identifier: ISC */
/*
 * Each coding decodes straight into the free end of the body's buffer, in
 * steps, so that the ceiling is looked at before more is written.
 */
#include "fetch/decode.h"

#include <brotli/decode.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/mem.h"

#define STEP ((size_t)32 << 10)

/* One step: input taken, output made. */
struct step {
	const unsigned char *in;
	size_t n_in;
	unsigned char *out;
	size_t n_out;
};

static const struct {
	const char *name;
	enum decode_coding coding;
} codings[] = {
    {"identity", DECODE_IDENTITY},
    {"gzip", DECODE_GZIP},
    {"x-gzip", DECODE_GZIP},
    {"deflate", DECODE_DEFLATE},
    {"br", DECODE_BR},
    {"zstd", DECODE_ZSTD},
};

enum ak_status
decoder_begin(struct decoder *d, const char *content_encoding)
{
	const char *s = content_encoding != NULL ? content_encoding : "";
	size_t i = 0;

	d->begun = d->ended = false;
	d->coding = DECODE_IDENTITY;
	if (*s == '\0')
		return AK_OK;
	while (i < AK_COUNT(codings) && !ascii_ieq(s, codings[i].name))
		i++;
	if (i == AK_COUNT(codings))
		return AK_UNSUPPORTED;
	d->coding = codings[i].coding;
	return AK_OK;
}

void
decoder_release(struct decoder *d)
{
	if (d->has_z)
		(void)inflateEnd(&d->z);
	BrotliDecoderDestroyInstance(d->br);
	(void)ZSTD_freeDCtx(d->zstd);
	*d = (struct decoder){0};
}

bool
decoder_is_complete(const struct decoder *d)
{
	return d->coding == DECODE_IDENTITY || !d->begun || d->ended;
}

/* "deflate" is zlib's format, but many servers send it raw. */
static int
window_bits(const struct decoder *d, const unsigned char *p, size_t len)
{
	if (d->coding == DECODE_GZIP)
		return 15 + 16;
	if (len >= 2 && (p[0] & 15) == 8 && (p[0] * 256 + p[1]) % 31 == 0)
		return 15;
	return len == 1 && (p[0] & 15) == 8 ? 15 : -15;
}

static void
begin_stream(struct decoder *d, const unsigned char *p, size_t len)
{
	int bits;

	d->begun = true;
	switch (d->coding) {
	case DECODE_IDENTITY:
		break;
	case DECODE_GZIP:
	case DECODE_DEFLATE:
		bits = window_bits(d, p, len);
		if (d->has_z ? inflateReset2(&d->z, bits) != Z_OK
			     : inflateInit2(&d->z, bits) != Z_OK)
			mem_none();
		d->has_z = true;
		break;
	case DECODE_BR:
		BrotliDecoderDestroyInstance(d->br);
		d->br = BrotliDecoderCreateInstance(NULL, NULL, NULL);
		if (d->br == NULL)
			mem_none();
		break;
	case DECODE_ZSTD:
		if (d->zstd == NULL)
			d->zstd = ZSTD_createDCtx();
		if (d->zstd == NULL)
			mem_none();
		(void)ZSTD_DCtx_reset(d->zstd, ZSTD_reset_session_only);
		/* 8 MiB, as RFC 9659 has it for the web. */
		(void)ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, 23);
		break;
	}
}

static enum ak_status
step_zlib(struct decoder *d, struct step *s)
{
	int rc;

	d->z.next_in = (Bytef *)(uintptr_t)s->in;
	d->z.avail_in = (uInt)s->n_in;
	d->z.next_out = s->out;
	d->z.avail_out = (uInt)s->n_out;
	rc = inflate(&d->z, Z_SYNC_FLUSH);
	s->in = d->z.next_in;
	s->n_in = d->z.avail_in;
	s->out = d->z.next_out;
	s->n_out = d->z.avail_out;
	d->ended = rc == Z_STREAM_END;
	/* A gzip file may have more members (RFC 1952, 2.2). */
	if (d->ended && d->coding == DECODE_GZIP && s->n_in >= 2 &&
	    s->in[0] == 0x1F && s->in[1] == 0x8B) {
		d->ended = false;
		rc = inflateReset(&d->z);
	}
	return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR
		   ? AK_OK
		   : AK_BADINPUT;
}

static enum ak_status
step_br(struct decoder *d, struct step *s)
{
	BrotliDecoderResult rc = BrotliDecoderDecompressStream(
	    d->br, &s->n_in, &s->in, &s->n_out, &s->out, NULL);

	d->ended = rc == BROTLI_DECODER_RESULT_SUCCESS;
	return rc == BROTLI_DECODER_RESULT_ERROR ? AK_BADINPUT : AK_OK;
}

static enum ak_status
step_zstd(struct decoder *d, struct step *s)
{
	ZSTD_inBuffer in = {s->in, s->n_in, 0};
	ZSTD_outBuffer out = {s->out, s->n_out, 0};
	size_t rc = ZSTD_decompressStream(d->zstd, &out, &in);

	s->in += in.pos;
	s->n_in -= in.pos;
	s->out += out.pos;
	s->n_out -= out.pos;
	d->ended = rc == 0;
	return ZSTD_isError(rc) ? AK_BADINPUT : AK_OK;
}

/* Room for at least one byte and a NUL; at most `max` bytes and one more, by
 * which the caller sees that it was exceeded. */
static size_t
make_room(struct buf *out, size_t max)
{
	size_t want = out->len + STEP;

	if (want > max + 1)
		want = max + 1;
	if (want >= out->cap) {
		while (out->cap <= want)
			out->cap = out->cap != 0 ? 2 * out->cap : STEP;
		out->data = xreallocarray(out->data, out->cap, 1);
	}
	want = out->cap - 1;
	return (want > max + 1 ? max + 1 : want) - out->len;
}

static enum ak_status
push_identity(const void *p, size_t len, struct buf *out, size_t max)
{
	if (len > max || out->len > max - len)
		return AK_TOOBIG;
	buf_add(out, p, len);
	return buf_status(out);
}

enum ak_status
decoder_push(
    struct decoder *d, const void *p, size_t len, struct buf *out, size_t max)
{
	struct step s = {.in = p, .n_in = len};
	enum ak_status st = AK_OK;
	size_t room;

	if (len == 0 || d->ended)
		return AK_OK; /* what follows the end is not the body's */
	if (!d->begun)
		begin_stream(d, p, len);
	if (d->coding == DECODE_IDENTITY)
		return push_identity(p, len, out, max);
	do {
		room = make_room(out, max);
		s.out = (unsigned char *)out->data + out->len;
		s.n_out = room;
		st = d->coding == DECODE_BR	? step_br(d, &s)
		     : d->coding == DECODE_ZSTD ? step_zstd(d, &s)
						: step_zlib(d, &s);
		out->len += room - s.n_out;
		out->data[out->len] = '\0';
		if (out->len > max)
			return AK_TOOBIG;
		/* On as long as it fills what it gets, or has input left. */
	} while (st == AK_OK && !d->ended && (s.n_in > 0 || s.n_out == 0));
	return st;
}

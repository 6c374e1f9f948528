/* SPDX-License-Identifier: ISC */
/* writer.h - a poll's outcome on its way into the store. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "store/identity.h"

struct put {
	struct store *s;
	const struct store_fetch *f;
	struct ident_doc doc;
	int64_t feed;
	int64_t next_us; /* arrival of the next new article; 0: not asked yet */
	struct store_delta delta;
	int64_t *dates; /* of new entries */
	size_t n_dates;
};

/* Of a complete feed (RFC 5005, 2): what it has no more is marked. */
enum ak_status put_gone(struct put *p) AK_USE;

/* The doc's entries; counts and ids are in p->delta. */
enum ak_status put_entries(struct put *p) AK_USE;

#endif

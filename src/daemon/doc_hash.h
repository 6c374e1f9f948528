/* SPDX-License-Identifier: ISC */
/* doc_hash.h - has anything changed in a document that would be stored? */
#ifndef DAEMON_DOC_HASH_H
#define DAEMON_DOC_HASH_H

#include "model/doc.h"

/*
 * A hash of what is stored of a document as it was parsed, before it is
 * cleaned: of its entries and of what the feed's row takes; not of its own
 * dates and hints, which change while nothing else does.  `seed` stands for
 * all else that cleaning depends on.  Never 0.
 */
uint64_t doc_hash(const struct doc *d, uint64_t seed);

#endif

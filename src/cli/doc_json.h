/* SPDX-License-Identifier: ISC */
/*
 * doc_json.h - a cleaned doc as JSON Feed 1.1 (jsonfeed.org/version/1.1).
 *
 * What the standard has no member for stands below `_akin`, of the feed and of
 * each item: feed_more() and item() have the names; extensions follow under the
 * usual prefix of their namespace.
 */
#ifndef CLI_DOC_JSON_H
#define CLI_DOC_JSON_H

#include "model/doc.h"

/* On stdout. */
void doc_json_print(const struct doc *doc);

#endif

/* SPDX-License-Identifier: ISC */
/* relation.h - a relation as the verbs print it. */
#ifndef CLI_RELATION_H
#define CLI_RELATION_H

#include <jansson.h>

#include "cli/term.h"
#include "store/store.h"

/* A line: aligned on a terminal, else with tabs; the reason, if any, on one
 * more, else in one more column. */
void relation_row(
    const struct term *t, const struct store_relation *rel, const char *reason);

/* What a listing says in short, an array; `akin why` says it whole. */
json_t *relation_reasons(const struct store_relation *rel);

/* As `akin related --json` has it; "why" has these. */
json_t *relation_json(const struct store_relation *rel);

#endif

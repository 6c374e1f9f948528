/* SPDX-License-Identifier: ISC */
/* relation.h - a relation as the verbs print it. */
#ifndef CLI_RELATION_H
#define CLI_RELATION_H

#include <jansson.h>

#include "cli/term.h"
#include "store/store.h"

/* A line: aligned on a terminal, else with tabs. */
void relation_row(const struct term *t, const struct store_relation *rel);

/* As `akin related --json` has it; "why" is an array with the short reason. */
json_t *relation_json(const struct store_relation *rel);

#endif

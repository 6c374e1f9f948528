/* SPDX-License-Identifier: ISC */
/* Dublin Core: elements 1.1 and terms. */
#include "parse/parse_int.h"

static const struct element dc_elements[] = {
    {"title", IN_BOTH, 0, EL_MARKUP, NULL, do_title, 3},
    {"description", IN_BOTH, 0, EL_MARKUP, NULL, do_summary, 2},
    {"creator", IN_BOTH, 0, EL_TEXT, NULL, do_creator, 5},
    {"author", IN_BOTH, 0, EL_TEXT, NULL, do_creator, 5},
    {"contributor", IN_BOTH, 0, EL_TEXT, NULL, do_creator, 1},
    {"publisher", IN_BOTH, 0, EL_TEXT, NULL, do_creator, 1},
    {"date", IN_BOTH, 0, EL_TEXT, NULL, do_published, 2},
    {"subject", IN_BOTH, 0, EL_TEXT, NULL, do_subject, 0},
    {"language", IN_BOTH, 0, EL_TEXT, NULL, do_language, 4},
    {"rights", IN_BOTH, 0, EL_TEXT, NULL, do_rights, 3},
    {"identifier", IN_BOTH, 0, EL_TEXT, NULL, do_identifier, 1},
    {"source", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"type", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"format", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"coverage", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"relation", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const dc_uris[] = {"http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/elements/1.0/", "http://purl.org/metadata/dublin_core#",
    "http://purl.org/metadata/dublin_core_elements#",
    "http://dublincore.org/documents/dcmi-namespace/", NULL};

const struct ns ns_dc = {"dc", dc_uris, dc_elements};

static const struct element dcterms_elements[] = {
    {"issued", IN_BOTH, 0, EL_TEXT, NULL, do_published, 4},
    {"available", IN_BOTH, 0, EL_TEXT, NULL, do_published, 1},
    {"created", IN_BOTH, 0, EL_TEXT, NULL, do_published, 3},
    {"modified", IN_BOTH, 0, EL_TEXT, NULL, do_modified, 4},
    {"date", IN_BOTH, 0, EL_TEXT, NULL, do_published, 1},
    {"title", IN_BOTH, 0, EL_MARKUP, NULL, do_title, 2},
    {"abstract", IN_BOTH, 0, EL_MARKUP, NULL, do_summary, 2},
    {"description", IN_BOTH, 0, EL_MARKUP, NULL, do_summary, 1},
    {"creator", IN_BOTH, 0, EL_TEXT, NULL, do_creator, 4},
    {"subject", IN_BOTH, 0, EL_TEXT, NULL, do_subject, 0},
    {"language", IN_BOTH, 0, EL_TEXT, NULL, do_language, 3},
    {"rights", IN_BOTH, 0, EL_TEXT, NULL, do_rights, 3},
    {"license", IN_BOTH, 0, EL_TEXT, NULL, do_rights, 2},
    {"alternative", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"valid", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"isPartOf", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const dcterms_uris[] = {
    "http://purl.org/dc/terms/", "http://purl.org/dc/dcterms/", NULL};

const struct ns ns_dcterms = {"dcterms", dcterms_uris, dcterms_elements};

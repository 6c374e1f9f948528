/* SPDX-License-Identifier: ISC */
/* The podcast namespace 2.0 (podcastindex.org/namespace/1.0). */
#include "parse/parse_int.h"

static const struct element podcast_elements[] = {
    {"transcript", IN_ENTRY, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"chapters", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"person", IN_BOTH, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"soundbite", IN_ENTRY, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"location", IN_BOTH, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"season", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"episode", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"value", IN_BOTH, IN_EXT, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"valueRecipient", IN_EXT, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"alternateEnclosure", IN_ENTRY, IN_EXT, EL_TEXT | EL_MANY, ext_start,
	ext_end, 0},
    {"source", IN_EXT, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"integrity", IN_EXT, 0, EL_TEXT, ext_start, ext_end, 0},
    {"socialInteract", IN_ENTRY, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"license", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"locked", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"funding", IN_BOTH, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"trailer", IN_FEED, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"guid", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"medium", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"images", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"image", IN_BOTH, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"txt", IN_BOTH, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"block", IN_FEED, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {"podroll", IN_FEED, IN_EXT, EL_TEXT, ext_start, ext_end, 0},
    {"remoteItem", IN_EXT | IN_FEED, 0, EL_TEXT | EL_MANY, ext_start, ext_end,
	0},
    {"updateFrequency", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"podping", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"publisher", IN_FEED, IN_EXT, EL_TEXT, ext_start, ext_end, 0},
    {"chat", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"contentLink", IN_ENTRY, 0, EL_TEXT | EL_MANY, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const podcast_uris[] = {
    "https://podcastindex.org/namespace/1.0",
    "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/"
    "1.0.md",
    NULL};

const struct ns ns_podcast = {"podcast", podcast_uris, podcast_elements};

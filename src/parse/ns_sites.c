/* SPDX-License-Identifier: ISC */
/* What large sites add: YouTube, Mastodon and ActivityStreams. */
#include "parse/parse_int.h"

static const struct element youtube_elements[] = {
    {"videoId", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"channelId", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"playlistId", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const youtube_uris[] = {
    "http://www.youtube.com/xml/schemas/2015",
    "http://gdata.youtube.com/schemas/2007", NULL};

const struct ns ns_youtube = {"yt", youtube_uris, youtube_elements};

static const struct element activity_elements[] = {
    {"verb", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"object-type", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"actor-type", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const activity_uris[] = {"http://activitystrea.ms/spec/1.0/",
    "http://activitystrea.ms/schema/1.0/", NULL};

const struct ns ns_activity = {"activity", activity_uris, activity_elements};

/* SPDX-License-Identifier: ISC */
/* Where it happened: GeoRSS, W3C geo, GML. */
#include "parse/parse_int.h"

static const struct element georss_elements[] = {
    {"point", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"line", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"polygon", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"box", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"featureName", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"elev", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"radius", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"where", IN_BOTH, IN_BOTH, 0, NULL, NULL, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const georss_uris[] = {
    "http://www.georss.org/georss", "http://www.georss.org/georss/10", NULL};

const struct ns ns_georss = {"georss", georss_uris, georss_elements};

static const struct element geo_elements[] = {
    {"lat", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"long", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"alt", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {"point", IN_BOTH, IN_BOTH, 0, NULL, NULL, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const geo_uris[] = {
    "http://www.w3.org/2003/01/geo/wgs84_pos#", NULL};

const struct ns ns_geo = {"geo", geo_uris, geo_elements};

static const struct element gml_elements[] = {
    {"point", IN_BOTH, IN_BOTH, 0, NULL, NULL, 0},
    {"pos", IN_BOTH, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const gml_uris[] = {"http://www.opengis.net/gml", NULL};

const struct ns ns_gml = {"gml", gml_uris, gml_elements};

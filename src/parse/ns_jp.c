/* SPDX-License-Identifier: ISC */
/* Formats of Japanese aggregators: related articles, images, status. */
#include "parse/parse_int.h"

static void
jp_logo(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)f;
	if (len > 0)
		set_image(p, resolve(p, f, text), 3);
}

static const struct element gnf_elements[] = {
    {"relatedLink", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end,
	0},
    {"title", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"link", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {"url", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {"category", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"keyword", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"modified", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const gnf_uris[] = {
    "http://assets.gunosy.com/media/gnf", "https://gunosy.com/media/gnf", NULL};

const struct ns ns_gnf = {"gnf", gnf_uris, gnf_elements};

static const struct element oa_elements[] = {
    {"reflink", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end, 0},
    {"refTitle", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"refUrl", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {"lastPubDate", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {"pubStatus", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const oa_uris[] = {"http://news.line.me/rss/1.0/oa",
    "http://blogs.news.line.me/rss/1.0/oa", NULL};

const struct ns ns_oa = {"oa", oa_uris, oa_elements};

static const struct element yj_elements[] = {
    {"related", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end, 0},
    {"title", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"text", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"link", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {"url", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const yj_uris[] = {"http://cmspf.yahoo.co.jp/rss", NULL};

const struct ns ns_yj = {"yj", yj_uris, yj_elements};

static const struct element ldnfeed_elements[] = {
    {"rel", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end, 0},
    {"rel_subject", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"rel_link", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const ldnfeed_uris[] = {
    "http://news.livedoor.com/ldnfeed/1.1/", NULL};

const struct ns ns_ldnfeed = {"ldnfeed", ldnfeed_uris, ldnfeed_elements};

/* Of Infoseek and of goo. */
static const struct element relation_elements[] = {
    {"relation", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end, 0},
    {"caption", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"title", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"url", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {"link", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const smp_uris[] = {
    "http://www.infoseek.co.jp/isns/smp", NULL};

const struct ns ns_smp = {"smp", smp_uris, relation_elements};

static const char *const goonews_uris[] = {
    "http://news.goo.ne.jp/rss/2.0/news/goonews/", NULL};

const struct ns ns_goonews = {"goonews", goonews_uris, relation_elements};

static const struct element trill_elements[] = {
    {"relatedItem", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end,
	0},
    {"title", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"text", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"link", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {"url", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const trill_uris[] = {"http://trilltrill.jp/rss/", NULL};

const struct ns ns_trill = {"trill", trill_uris, trill_elements};

static const struct element snf_elements[] = {
    {"relatedLink", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end,
	0},
    {"title", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"link", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {"url", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {"sponsoredLink", IN_ENTRY, 0, 0, NULL, NULL, 0},
    {"advertisement", IN_ENTRY, 0, 0, NULL, NULL, 0},
    {"logo", IN_FEED, 0, EL_TEXT, NULL, jp_logo, 0},
    {"darkModeLogo", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {"analytics", IN_ENTRY, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const snf_uris[] = {"http://www.smartnews.be/snf", NULL};

const struct ns ns_snf = {"snf", snf_uris, snf_elements};

/* Any vocabulary nobody knows: aggregators copy each other's forms. */
static const struct element other_elements[] = {
    {"relatedLink", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end,
	0},
    {"relatedItem", IN_ENTRY, IN_RELATED, EL_TEXT, related_start, related_end,
	0},
    {"title", IN_RELATED, 0, EL_TEXT, NULL, related_title, 0},
    {"link", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {"url", IN_RELATED, 0, EL_TEXT, related_start, related_url, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const other_uris[] = {NULL};

const struct ns ns_other = {"", other_uris, other_elements};

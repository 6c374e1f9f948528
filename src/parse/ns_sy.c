/* SPDX-License-Identifier: ISC */
/* When to poll, what more there is: syndication module, RFC 5005, RFC 5023. */
#include "parse/parse_int.h"

static void
update_period(struct parser *p)
{
	if (p->period_s > 0)
		p->doc->update_period_seconds =
		    p->period_s / (p->frequency > 0 ? p->frequency : 1);
}

static void
period_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} periods[] = {{"hourly", 3600}, {"daily", 86400}, {"weekly", 604800},
	    {"monthly", 2592000}, {"yearly", 31536000}};

	(void)f;
	(void)len;
	for (size_t i = 0; i < AK_COUNT(periods); i++)
		if (ascii_ieq(text, periods[i].name))
			p->period_s = periods[i].seconds;
	update_period(p);
}

static void
frequency_end(struct parser *p, struct frame *f, char *text, size_t len)
{
	int64_t n;

	(void)f;
	(void)len;
	if (str_to_i64(text, 1, 100000, &n))
		p->frequency = n;
	update_period(p);
}

static void
complete(struct parser *p, struct frame *f)
{
	(void)f;
	p->doc->is_complete = true;
}

static void
archive(struct parser *p, struct frame *f)
{
	(void)f;
	p->doc->is_archive = true;
}

static void
draft(struct parser *p, struct frame *f, char *text, size_t len)
{
	(void)f;
	(void)len;
	if (p->entry != NULL)
		p->entry->is_draft = ascii_ieq(text, "yes");
}

static const struct element sy_elements[] = {
    {"updatePeriod", IN_FEED, 0, EL_TEXT, NULL, period_end, 0},
    {"updateFrequency", IN_FEED, 0, EL_TEXT, NULL, frequency_end, 0},
    {"updateBase", IN_FEED, 0, EL_TEXT, ext_start, ext_end, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const sy_uris[] = {
    "http://purl.org/rss/1.0/modules/syndication/",
    "http://purl.org/rss/modules/syndication/",
    "http://hacks.benhammersley.com/rss/syndication/", NULL};

const struct ns ns_sy = {"sy", sy_uris, sy_elements};

static const struct element fh_elements[] = {
    {"complete", IN_FEED, 0, 0, complete, NULL, 0},
    {"archive", IN_FEED, 0, 0, archive, NULL, 0},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const fh_uris[] = {
    "http://purl.org/syndication/history/1.0", NULL};

const struct ns ns_fh = {"fh", fh_uris, fh_elements};

static const struct element app_elements[] = {
    {"control", IN_ENTRY, IN_LIST, 0, NULL, NULL, 0},
    {"draft", IN_LIST | IN_ENTRY, 0, EL_TEXT, NULL, draft, 0},
    {"edited", IN_ENTRY, 0, EL_TEXT, NULL, do_modified, 1},
    {NULL, 0, 0, 0, NULL, NULL, 0}};

static const char *const app_uris[] = {
    "http://www.w3.org/2007/app", "http://purl.org/atom/app#", NULL};

const struct ns ns_app = {"app", app_uris, app_elements};

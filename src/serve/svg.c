/* SPDX-License-Identifier: ISC */
/* svg.c - small pictures, drawn on the server; colours are the stylesheet's. */
#include "serve/page.h"

#define LINE_WIDTH 160
#define LINE_HEIGHT 14
#define BAR_WIDTH 7
#define BAR_GAP 2
#define BAR_HEIGHT 26

void
svg_timeline(struct job *j, const struct svg_dot *dots, size_t n)
{
	int64_t first, last;

	if (n < 2)
		return;
	first = last = dots[0].at;
	for (size_t i = 1; i < n; i++) {
		first = dots[i].at < first ? dots[i].at : first;
		last = dots[i].at > last ? dots[i].at : last;
	}
	h(j,
	    "<svg class=\"timeline\" width=\"%d\" height=\"%d\" "
	    "viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"First report "
	    "%s, last %s\"><line x1=\"5\" y1=\"7\" x2=\"%d\" y2=\"7\"/>",
	    (int64_t)LINE_WIDTH, (int64_t)LINE_HEIGHT, (int64_t)LINE_WIDTH,
	    (int64_t)LINE_HEIGHT, page_ago(j, first), page_ago(j, last),
	    (int64_t)LINE_WIDTH - 5);
	for (size_t i = 0; i < n; i++) {
		int64_t x =
		    5 + (last > first ? (dots[i].at - first) *
					    (LINE_WIDTH - 10) / (last - first)
				      : 0);

		h(j,
		    "<circle cx=\"%d\" cy=\"7\" r=\"%h\"><title>%s, "
		    "%s</title></circle>",
		    x, dots[i].at == first ? "4" : "3", dots[i].label,
		    page_ago(j, dots[i].at));
	}
	h(j, "</svg>");
}

static void
bar(struct job *j, int64_t x, int64_t y, int64_t height, const char *class)
{
	if (height > 0)
		h(j,
		    "<rect class=\"%h\" x=\"%d\" y=\"%d\" width=\"%d\" "
		    "height=\"%d\" rx=\"1\"/>",
		    class, x, y, (int64_t)BAR_WIDTH, height);
}

void
svg_health(struct job *j, const struct svg_day days[SVG_DAYS])
{
	int64_t most = 1, polls = 0, failed = 0;
	int64_t width = SVG_DAYS * (BAR_WIDTH + BAR_GAP) - BAR_GAP;

	for (size_t i = 0; i < SVG_DAYS; i++) {
		int64_t n = days[i].n_ok + days[i].n_failed;

		most = n > most ? n : most;
		polls += n;
		failed += days[i].n_failed;
	}
	h(j,
	    "<svg class=\"health\" width=\"%d\" height=\"%d\" viewBox=\"0 0 "
	    "%d %d\" role=\"img\" aria-label=\"Two weeks: %d polls, %d "
	    "failed\">",
	    width, (int64_t)BAR_HEIGHT, width, (int64_t)BAR_HEIGHT, polls,
	    failed);
	for (int64_t i = 0; i < SVG_DAYS; i++) {
		const struct svg_day *d = &days[i];
		int64_t x = i * (BAR_WIDTH + BAR_GAP);
		int64_t bad =
		    (d->n_failed * (BAR_HEIGHT - 2) + most - 1) / most;
		int64_t good = (d->n_ok * (BAR_HEIGHT - 2) + most - 1) / most;

		if (good + bad > BAR_HEIGHT)
			good = BAR_HEIGHT - bad;
		h(j, "<g><title>%d fine, %d failed, %d new</title>", d->n_ok,
		    d->n_failed, d->n_new);
		bar(j, x, BAR_HEIGHT - 2, 2, "base");
		bar(j, x, BAR_HEIGHT - good, good,
		    d->n_new > 0 ? "good" : "quiet");
		bar(j, x, BAR_HEIGHT - good - bad, bad, "fail");
		h(j, "</g>");
	}
	h(j, "</svg>");
}

/* SPDX-License-Identifier: ISC */
/*
 * page.c - the frame of the web page and what its pages share.
 *
 * Everything is rendered here, on a worker; the pages work without scripts.
 * One external script adds keys and what is nice to have; there is neither
 * inline script nor inline style, so the policy needs no exception.
 */
#include "serve/page.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/url.h"
#include "base/utf8.h"
#include "serve/assets.h"
#include "serve/images.h"

#define EXCERPT_BYTES 360

/* --- templates ------------------------------------------------------- */

/*
 * An override (U+202D, U+202E) turns round letters that are of no script
 * written so; it would read as something else than it is.
 */
void
put_text(struct buf *out, const char *s)
{
	const char *at = s;

	while (at != NULL && (at = strstr(at, "\xE2\x80")) != NULL) {
		at += 2;
		if (*at != '\xAD' && *at != '\xAE')
			continue;
		utf8_add_xml(out, s, (size_t)(at - 2 - s));
		s = ++at;
	}
	if (s != NULL)
		utf8_add_xml(out, s, strlen(s));
}

void
put_url_part(struct buf *out, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; s != NULL && *s != '\0'; s++) {
		if (strchr(plain, *s) != NULL)
			buf_addc(out, *s);
		else
			buf_addf(out, "%%%02X", (unsigned char)*s);
	}
}

void
put_marked(struct buf *out, const char *s)
{
	bool open = false;

	while (s != NULL && *s != '\0') {
		size_t n = strcspn(s, "\x02\x03");
		char piece[256];

		if (n >= sizeof(piece))
			n = sizeof(piece) - 1;
		memcpy(piece, s, n);
		piece[n] = '\0';
		put_text(out, piece);
		s += n;
		if (*s == '\x02' && !open)
			buf_adds(out, "<mark>");
		else if (*s == '\x03' && open)
			buf_adds(out, "</mark>");
		if (*s == '\x02' || *s == '\x03')
			open = *s++ == '\x02';
	}
	if (open)
		buf_adds(out, "</mark>");
}

void
h(struct job *j, const char *fmt, ...)
{
	struct buf *out = &j->reply.body;
	const char *s;
	va_list ap;

	va_start(ap, fmt);
	for (const char *p = fmt; *p != '\0'; p++) {
		size_t n = strcspn(p, "%");

		buf_add(out, p, n);
		p += n;
		if (*p == '\0')
			break;
		switch (*++p) {
		case 's':
			put_text(out, va_arg(ap, const char *));
			break;
		case 'u':
			put_url_part(out, va_arg(ap, const char *));
			break;
		case 'd':
			buf_addf(out, "%lld", (long long)va_arg(ap, int64_t));
			break;
		case 'h':
			s = va_arg(ap, const char *);
			if (s != NULL)
				buf_adds(out, s);
			break;
		case 'r':
			put_text(out, j->req.root);
			break;
		default:
			buf_addc(out, '%');
		}
	}
	va_end(ap);
}

/* --- the frame ------------------------------------------------------- */

static void
nav_link(struct job *j, const char *path, const char *name, const char *here)
{
	h(j, "<a href=\"%r%s\"%h>%s</a>", path,
	    str_eq(name, here) ? " aria-current=\"page\"" : "", name);
}

static void
put_progress(struct job *j)
{
	const struct serve_progress *p = &j->progress;

	if (!p->is_running) {
		h(j, "<div id=\"progress\" hidden></div>");
		return;
	}
	h(j,
	    "<div id=\"progress\" role=\"status\"><progress max=\"%d\" "
	    "value=\"%d\"></progress> <span>Polling: %d of %d feeds, %d new"
	    "</span></div>",
	    p->n_feeds, p->n_done, p->n_done, p->n_feeds, p->n_new);
}

void
page_begin(struct job *j, int status, const char *title, const char *here)
{
	(void)reply_begin(j, status, TYPE_HTML);
	h(j,
	    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\"><meta name=\"color-scheme\" content=\"light "
	    "dark\"><title>%s%h</title>"
	    "<link rel=\"stylesheet\" href=\"%r/static/style.css?%s\">"
	    "<link rel=\"icon\" type=\"image/svg+xml\" "
	    "href=\"%r/static/icon.svg\">",
	    title, strcmp(title, "akin") == 0 ? "" : " · akin",
	    asset_style_css_hash);
	if (j->who.is_known)
		h(j,
		    "<link rel=\"alternate\" type=\"application/atom+xml\" "
		    "title=\"All articles\" href=\"%r/feeds/all.atom\">"
		    "<script src=\"%r/static/keys.js?%s\" defer></script>",
		    asset_keys_js_hash);
	h(j, "</head>\n<body data-root=\"%r\"><a class=\"skip\" "
	     "href=\"#main\">Skip to content</a>");
	if (j->who.is_known) {
		h(j, "<header class=\"top\"><a class=\"brand\" href=\"%r/\">"
		     "<span aria-hidden=\"true\">∞</span> akin</a>"
		     "<nav aria-label=\"Main\">");
		nav_link(j, "/", "Stories", here);
		nav_link(j, "/articles?unread=1", "Unread", here);
		nav_link(j, "/articles?starred=1", "Starred", here);
		nav_link(j, "/feeds", "Feeds", here);
		h(j, "</nav>");
		if (!str_eq(here, "Search")) /* has a field of its own */
			h(j, "<form class=\"find\" role=\"search\" "
			     "action=\"%r/search\"><input type=\"search\" "
			     "name=\"q\" placeholder=\"Search\" "
			     "aria-label=\"Search articles\"></form>");
		h(j, "</header>");
		put_progress(j);
	}
	h(j, "<main id=\"main\">");
}

void
page_end(struct job *j)
{
	h(j, "</main>");
	if (j->who.is_known) {
		h(j,
		    "<footer class=\"foot\"><p>Keys: <kbd>j</kbd> <kbd>k</kbd> "
		    "move, <kbd>o</kbd> open, <kbd>n</kbd> next, <kbd>m</kbd> "
		    "read, <kbd>s</kbd> star, <kbd>/</kbd> search</p>");
		if (j->who.cred == CRED_SESSION) {
			page_form(j, "/logout", "inline");
			h(j, "<button class=\"link\">Log out</button></form>");
		}
		h(j, "</footer>");
	}
	h(j, "</body></html>\n");
}

void
page_error(struct job *j, int status, const char *title, const char *detail)
{
	page_begin(j, status, title, NULL);
	h(j,
	    "<section class=\"card narrow\"><h1>%s</h1><p>%s</p>"
	    "<p><a href=\"%r/\">To the front page</a></p></section>",
	    title, detail);
	page_end(j);
}

void
page_form(struct job *j, const char *action, const char *class)
{
	char csrf[CSRF_SIZE] = "";

	if (j->who.is_known)
		csrf_make(j->who.secret, csrf);
	h(j,
	    "<form method=\"post\" action=\"%r%s\" class=\"%s\"><input "
	    "type=\"hidden\" name=\"csrf\" value=\"%s\">",
	    action, class, csrf);
}

const char *
page_back(struct job *j, const char *def)
{
	const char *back = req_param(&j->req, "back");

	/* "//host" and "/\host" are other places. */
	if (back == NULL || back[0] != '/' || back[1] == '/' ||
	    back[1] == '\\' || strpbrk(back, "\r\n") != NULL)
		return def;
	return back;
}

/* --- times ----------------------------------------------------------- */

const char *
page_ago(struct job *j, int64_t t)
{
	int64_t now = clock_now(), d = now - t, a = d < 0 ? -d : d;
	time_t when = (time_t)t;
	struct tm tm;
	char text[64];

	if (a < 60)
		return d < 0 ? "in a moment" : "just now";
	if (a < 36 * 3600) {
		(void)snprintf(text, sizeof(text), "%s%lld %s%s",
		    d < 0 ? "in " : "",
		    (long long)(a < 3600 ? a / 60 : (a + 1800) / 3600),
		    a < 3600 ? "min" : "h", d < 0 ? "" : " ago");
		return job_strdup(j, text);
	}
	if (a < 7 * 86400) {
		(void)snprintf(text, sizeof(text), "%s%lld days%s",
		    d < 0 ? "in " : "", (long long)((a + 43200) / 86400),
		    d < 0 ? "" : " ago");
		return job_strdup(j, text);
	}
	if (localtime_r(&when, &tm) == NULL)
		return "";
	(void)strftime(
	    text, sizeof(text), a < 300 * 86400 ? "%e %B" : "%e %B %Y", &tm);
	return job_strdup(j, text[0] == ' ' ? text + 1 : text);
}

const char *
page_span(struct job *j, int64_t s)
{
	if (s < 3600)
		return job_printf(j, "%lld min", (long long)(s + 59) / 60);
	if (s < 36 * 3600)
		return job_printf(j, "%.1f h", (double)s / 3600);
	return job_printf(j, "%.1f days", (double)s / 86400);
}

static void
put_time(struct job *j, int64_t t, const char *words)
{
	char text[CLOCK_RFC3339_SIZE];

	h(j, "<time datetime=\"%s\" title=\"%s\">%s</time>",
	    clock_rfc3339(t, text), text, words);
}

void
page_time(struct job *j, int64_t t)
{
	put_time(j, t, page_ago(j, t));
}

/* The time of day, of what stands below its date. */
static void
put_clock(struct job *j, int64_t t)
{
	time_t when = (time_t)t;
	struct tm tm;
	char text[8] = "";

	if (localtime_r(&when, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%H:%M", &tm);
	put_time(j, t, text);
}

void
page_lang(struct job *j, const char *language)
{
	if (!str_empty(language))
		h(j, " lang=\"%s\"", language);
	h(j, " dir=\"auto\"");
}

/* --- rows ------------------------------------------------------------ */

int64_t
page_date(const struct store_article *a)
{
	return a->published != 0 ? a->published : a->arrived_us / 1000000;
}

void
page_marks(struct job *j, int64_t id, bool is_read, bool is_starred)
{
	page_form(
	    j, job_printf(j, "/article/%lld/mark", (long long)id), "marks");
	h(j,
	    "<input type=\"hidden\" name=\"back\" value=\"%s%h%s\">"
	    "<button name=\"mark\" value=\"%s\" class=\"mark star\" "
	    "aria-pressed=\"%s\" title=\"%s\"><svg viewBox=\"0 0 24 24\" "
	    "aria-hidden=\"true\"><path d=\"M12 3.2l2.7 5.6 6.1.9-4.4 4.3 1 "
	    "6.1-5.4-2.9-5.4 2.9 1-6.1-4.4-4.3 6.1-.9z\"/></svg><span "
	    "class=\"hide\">%s</span></button>"
	    "<button name=\"mark\" value=\"%s\" class=\"mark seen\" "
	    "aria-pressed=\"%s\" title=\"%s\"><svg viewBox=\"0 0 24 24\" "
	    "aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"5\"/></svg>"
	    "<span class=\"hide\">%s</span></button></form>",
	    j->req.path, *j->req.query != '\0' ? "?" : "", j->req.query,
	    is_starred ? "unstar" : "star", is_starred ? "true" : "false",
	    is_starred ? "Remove star" : "Star",
	    is_starred ? "Remove star" : "Star", is_read ? "unread" : "read",
	    is_read ? "true" : "false", is_read ? "Mark unread" : "Mark read",
	    is_read ? "Mark unread" : "Mark read");
}

void
page_thumb(struct job *j, const char *url)
{
	const char *src = images_src(j, url);

	if (src != NULL)
		h(j,
		    "<img class=\"thumb\" src=\"%s\" alt=\"\" loading=\"lazy\" "
		    "width=\"112\" height=\"84\">",
		    src);
}

const char *
page_excerpt(struct job *j, const struct store_article *a)
{
	const char *s = !str_empty(a->summary) ? a->summary : a->text;
	size_t len = s != NULL ? strlen(s) : 0;
	const char *cut;

	if (len <= EXCERPT_BYTES)
		return s != NULL ? job_strdup(j, s) : "";
	cut = arena_strndup(j->arena, s, utf8_cut(s, len, EXCERPT_BYTES));
	return job_printf(j, "%s…", cut != NULL ? cut : "");
}

void
page_story_chip(struct job *j, int64_t thread)
{
	int64_t n = 0;

	if (thread != 0 && store_thread_size(j->reader, thread, &n) == AK_OK &&
	    n > 1)
		h(j,
		    " · <a class=\"chip\" href=\"%r/thread/%d\">story of %d"
		    "</a>",
		    thread, n);
}

void
page_row(struct job *j, const struct store_article *a, int64_t story_at)
{
	const char *excerpt = page_excerpt(j, a);
	const char *title = !str_empty(a->title) ? a->title
			    : *excerpt != '\0'	 ? excerpt
						 : "(untitled)";

	h(j,
	    "<article class=\"row%h\" data-id=\"%d\"><div class=\"body\">"
	    "<h3",
	    a->is_read ? " read" : "", a->id);
	page_lang(j, a->language);
	h(j, "><a href=\"%r/article/%d%h%h\">%s</a></h3>", a->id,
	    j->list != NULL ? "?" : "", j->list, title);
	if (a->snippet != NULL) {
		h(j, "<p class=\"sum\"");
		page_lang(j, a->language);
		h(j, ">");
		put_marked(&j->reply.body, a->snippet);
		h(j, "</p>");
	} else if (*excerpt != '\0' && !str_empty(a->title)) {
		h(j, "<p class=\"sum\"");
		page_lang(j, a->language);
		h(j, ">%s</p>", excerpt);
	}
	h(j,
	    "<p class=\"meta\"><a href=\"%r/articles?feed=%d\" "
	    "dir=\"auto\">%s</a> · ",
	    a->feed_id, a->feed_title);
	if (story_at == 0) {
		page_time(j, page_date(a));
		page_story_chip(j, a->thread);
	} else {
		put_clock(j, page_date(a));
		h(j, " · ");
		page_lineage(j, a->id, page_date(a), story_at);
	}
	if (a->n_revisions > 0)
		h(j,
		    " · <a class=\"chip\" href=\"%r/article/%d#changes\">"
		    "edited</a>",
		    a->id);
	h(j, "</p></div>");
	page_thumb(j, a->image);
	page_marks(j, a->id, a->is_read, a->is_starred);
	h(j, "</article>");
}

/* SPDX-License-Identifier: ISC */
/* write.c - a subscription list as OPML 2.0. */
#include "opml/opml.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/url.h"
#include "base/utf8.h"

static void
add_attribute(struct buf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_addf(out, " %s=\"", name);
	utf8_add_xml(out, value, strlen(value));
	buf_addc(out, '"');
}

static void
indent(struct buf *out, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		buf_addc(out, '\t');
}

/* Length of the first name of a path, escapes and all. */
static size_t
name_len(const char *path)
{
	size_t n = 0;

	while (path[n] != '\0' && path[n] != '/')
		n += path[n] == '\\' && path[n + 1] != '\0' ? 2 : 1;
	return n;
}

static const char *
next_name(const char *path, size_t len)
{
	return path + len + (path[len] == '/');
}

static void
open_folder(struct buf *out, const char *name, size_t len, size_t depth)
{
	indent(out, depth);
	buf_adds(out, "<outline text=\"");
	for (size_t i = 0, n; i < len; i += n) {
		i += name[i] == '\\' && i + 1 < len;
		for (n = 1; i + n < len && name[i + n] != '\\';)
			n++;
		utf8_add_xml(out, name + i, n);
	}
	buf_adds(out, "\">\n");
}

static void
close_folders(struct buf *out, size_t from, size_t to)
{
	while (from > to) {
		from--;
		indent(out, from + 1);
		buf_adds(out, "</outline>\n");
	}
}

/* From the folder of `before` to that of `path`; the new depth. */
static size_t
change_folder(
    struct buf *out, const char *before, size_t depth, const char *path)
{
	size_t common = 0;

	while (*before != '\0' && *path != '\0') {
		size_t n = name_len(path);

		if (n != name_len(before) || memcmp(before, path, n) != 0)
			break;
		before = next_name(before, n);
		path = next_name(path, n);
		common++;
	}
	close_folders(out, depth, common);
	depth = common;
	while (*path != '\0' && depth < LIMIT_OPML_DEPTH) {
		size_t n = name_len(path);

		open_folder(out, path, n, depth + 1);
		path = next_name(path, n);
		depth++;
	}
	return depth;
}

void
opml_write(struct buf *out, const char *title, const struct opml_feed *feeds,
    int64_t now)
{
	struct arena *scratch = arena_new(4 * LIMIT_URL_BYTES);
	char date[CLOCK_HTTP_SIZE];
	const char *path = "";
	size_t depth = 0;

	buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<opml version=\"2.0\">\n<head>\n\t<title>");
	utf8_add_xml(out, title, strlen(title));
	buf_addf(out,
	    "</title>\n\t<dateCreated>%s</dateCreated>\n</head>\n<body>\n",
	    clock_http(now, date));
	for (const struct opml_feed *f = feeds; f != NULL; f = f->next) {
		const char *to = f->category != NULL ? f->category : "";
		const char *url;

		depth = change_folder(out, path, depth, to);
		path = to;
		arena_reset(scratch);
		url = url_without_userinfo(scratch, f->url);
		if (url == NULL)
			continue;
		indent(out, depth + 1);
		buf_adds(out, "<outline type=\"rss\"");
		add_attribute(out, "text", f->title != NULL ? f->title : url);
		add_attribute(out, "title", f->title);
		add_attribute(out, "xmlUrl", url);
		add_attribute(out, "htmlUrl", f->home_page_url);
		buf_adds(out, "/>\n");
	}
	close_folders(out, depth, 0);
	buf_adds(out, "</body>\n</opml>\n");
	arena_free(scratch);
}

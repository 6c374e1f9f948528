/* SPDX-License-Identifier: ISC */
/* akin clean: HTML from standard input to standard output, made safe. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "clean/clean.h"
#include "cli/article_json.h"

static const char usage[] =
    "usage: akin clean [--base URL] [--strip-params] [--frames] [--jsonl]\n"
    "Make the HTML of standard input safe.\n"
    "  --base URL      what relative links are resolved against\n"
    "  --strip-params  drop the tracking parameters of links\n"
    "  --frames        keep frames of known video hosts, sandboxed\n"
    "  --jsonl         {\"html\", \"base\"} a line in, {\"html\"} a line out\n";

/* Clean what may be any bytes; the result lies in the arena. */
static enum ak_status
clean_bytes(struct arena *a, const char *bytes, size_t len,
    const struct clean_opts *opts, struct clean_result *ret)
{
	struct buf text;
	enum ak_status st;

	buf_init(&text, 4 * LIMIT_PARSE_FILE_BYTES);
	utf8_repair(&text, bytes, len);
	if ((st = buf_status(&text)) == AK_OK)
		st = clean_html(a, buf_str(&text), text.len, opts, ret);
	buf_release(&text);
	return st;
}

static int
clean_all(const struct clean_opts *opts)
{
	struct clean_result r;
	struct arena *a;
	char *bytes;
	size_t len;
	int status = CLI_OK;

	if (cli_read_file("-", LIMIT_PARSE_FILE_BYTES, &bytes, &len) != AK_OK)
		return CLI_BADDATA;
	a = arena_new(LIMIT_DOC_ARENA);
	if (clean_bytes(a, bytes, len, opts, &r) != AK_OK) {
		cli_error("clean", "the input is too large");
		status = CLI_BADDATA;
	} else {
		(void)fwrite(r.html, 1, r.html_len, stdout);
	}
	arena_free(a);
	free(bytes);
	return status;
}

/* {"html","base"} to {"html"}; false: it is no such line. */
static bool
clean_line(const char *line, size_t len, const struct clean_opts *opts)
{
	struct arena *a = arena_new(LIMIT_DOC_ARENA);
	json_t *in = json_loadb(line, len, JSON_ALLOW_NUL, NULL);
	json_t *html = json_object_get(in, "html"), *out = NULL;
	struct clean_opts o = *opts;
	struct clean_result r;
	bool ok = false;

	if (json_object_get(in, "base") != NULL)
		o.base = json_string_value(json_object_get(in, "base"));
	if (json_is_string(html) &&
	    clean_bytes(a, json_string_value(html), json_string_length(html),
		&o, &r) == AK_OK &&
	    (out = json_pack("{s:s%}", "html", r.html, r.html_len)) != NULL) {
		json_line(out);
		ok = true;
	}
	json_decref(in);
	arena_free(a);
	return ok;
}

static int
clean_lines(const struct clean_opts *opts)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int status = CLI_OK;

	while (status == CLI_OK && (len = getline(&line, &cap, stdin)) > 0)
		if (!clean_line(line, (size_t)len, opts)) {
			cli_error("clean", "a line is no object with \"html\"");
			status = CLI_BADDATA;
		}
	free(line);
	return status;
}

int
cmd_clean(struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
	    {"base", required_argument, NULL, 'b'},
	    {"frames", no_argument, NULL, 'f'},
	    {"help", no_argument, NULL, 'h'}, {"jsonl", no_argument, NULL, 'j'},
	    {"strip-params", no_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
	struct clean_opts opts = {0};
	bool jsonl = false;
	int c;

	(void)cli;
	optind = 0;
	while ((c = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		switch (c) {
		case 'b':
			opts.base = *optarg != '\0' ? optarg : NULL;
			break;
		case 'f':
			opts.keep_frames = true;
			break;
		case 'j':
			jsonl = true;
			break;
		case 's':
			opts.strip_params = true;
			break;
		default:
			return cli_usage(usage, c == '?');
		}
	}
	if (optind != argc) {
		cli_error(
		    "clean", "takes no file: HTML comes by standard input");
		return CLI_USAGE;
	}
	return jsonl ? clean_lines(&opts) : clean_all(&opts);
}

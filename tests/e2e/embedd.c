/* SPDX-License-Identifier: ISC */
/*
 * embedd LOG [PORT]: a stub of an embeddings endpoint on 127.0.0.1, on a free
 * port that it prints.  The vector of a text counts the things below, under
 * whatever name, so texts of one story are alike in any language.  It ends when
 * its standard input does, or after ten minutes.
 *
 * LOG gets "N MODEL AUTHORIZATION", a line a request of N texts.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/stub.h"
#include "tests/testing.h"

static const char *const things[][2] = {{"earthquake", "地震"},
    {"harbour", "港"}, {"election", "選挙"}, {"bakery", "パン屋"},
    {"train", "列車"}, {"museum", "美術館"}};

static json_t *
embed(const char *text)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
		double n = .01;

		for (size_t k = 0; k < 2; k++)
			for (const char *p = text;
			     (p = strstr(p, things[i][k])) != NULL; p++)
				n++;
		(void)json_array_append_new(list, json_real(n));
	}
	return list;
}

static void
request_cb(struct evhttp_request *req, void *arg)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	const char *key = evhttp_find_header(
	    evhttp_request_get_input_headers(req), "Authorization");
	size_t n, len = evbuffer_get_length(in);
	json_t *o =
	    json_loadb((const char *)evbuffer_pullup(in, -1), len, 0, NULL);
	const json_t *input = json_object_get(o, "input");
	const char *model = json_string_value(json_object_get(o, "model"));
	json_t *data = json_array(), *answer;
	char *text;

	/* Backwards: `index` says what is whose. */
	for (n = json_array_size(input); n-- > 0;)
		(void)json_array_append_new(data,
		    json_pack("{si so}", "index", (int)n, "embedding",
			embed(json_string_value(json_array_get(input, n)))));
	(void)fprintf(arg, "%zu %s %s\n", json_array_size(input),
	    model != NULL ? model : "-", key != NULL ? key : "-");
	(void)fflush(arg);
	answer = json_pack("{so}", "data", data);
	text = json_dumps(answer, JSON_COMPACT);
	(void)evbuffer_add(
	    evhttp_request_get_output_buffer(req), text, strlen(text));
	evhttp_send_reply(req, input != NULL ? 200 : 400, "is so", NULL);
	free(text);
	json_decref(answer);
	json_decref(o);
}

int
main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);
	FILE *log;
	int rc;

	if (argc < 2 || (log = fopen(argv[1], "ae")) == NULL)
		return 2;
	evhttp_set_gencb(http, request_cb, log);
	rc = stub_run(base, http, argc > 2 ? strtol(argv[2], NULL, 10) : 0);
	(void)fclose(log);
	return rc;
}

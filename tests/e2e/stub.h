/* SPDX-License-Identifier: ISC */
/*
 * stub.h - how the small servers of the tests begin and end.
 */
#ifndef TESTS_E2E_STUB_H
#define TESTS_E2E_STUB_H

#include <event2/event.h>
#include <event2/http.h>

/*
 * Serve on a port of 127.0.0.1, 0 for a free one, which is printed, until the
 * standard input ends or ten minutes have passed; then free both.  Returns the
 * status to exit with.
 */
int stub_run(struct event_base *base, struct evhttp *http, long port);

#endif

/* SPDX-License-Identifier: ISC */
#include "base/ak.h"

#include <stdio.h>

const char *
ak_status_name(enum ak_status st)
{
	static const char *const names[] = {
	    [AK_OK] = "ok",
	    [AK_NOTFOUND] = "not-found",
	    [AK_EXISTS] = "exists",
	    [AK_BADINPUT] = "bad-input",
	    [AK_TOOBIG] = "too-big",
	    [AK_UNSUPPORTED] = "unsupported",
	    [AK_DENIED] = "denied",
	    [AK_BUSY] = "busy",
	    [AK_TIMEOUT] = "timeout",
	    [AK_CANCELED] = "canceled",
	    [AK_IO] = "io",
	    [AK_FULL] = "full",
	    [AK_CORRUPT] = "corrupt",
	    [AK_NEWER] = "newer",
	};

	assert((size_t)st < AK_COUNT(names));
	return names[st];
}

enum ak_status
diag_set(struct diag *d, enum ak_status st, const char *fmt, ...)
{
	va_list ap;

	if (d != NULL) {
		va_start(ap, fmt);
		(void)vsnprintf(d->text, sizeof(d->text), fmt, ap);
		va_end(ap);
	}
	return st;
}

/* SPDX-License-Identifier: ISC */
/* Any string is a date or none; a date written out is read back. */
#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "parse/parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *s = xstrndup((const char *)data, len);
	int64_t t = parse_date(s);

	if (t != DOC_NO_TIME) {
		char text[CLOCK_RFC3339_SIZE];

		assert(t > -62168000000 && t < 253402400000);
		if (t >= -62167219200 && t < 253402300800)
			assert(parse_date(clock_rfc3339(t, text)) == t);
	}
	free(s);
	return 0;
}

/* SPDX-License-Identifier: ISC */
/* Runs a fuzz target over the files given, where libFuzzer is not linked. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
replay(const char *name)
{
	FILE *f = fopen(name, "rb");
	size_t len = 0, cap = 1 << 16, n;
	uint8_t *data;

	if (f == NULL) {
		perror(name);
		return 1;
	}
	data = xmalloc(cap);
	while ((n = fread(data + len, 1, cap - len, f)) > 0)
		if ((len += n) == cap)
			data = xreallocarray(data, cap *= 2, 1);
	(void)fclose(f);
	/* Its exact size, so that a read past the end is seen. */
	data = xreallocarray(data, len > 0 ? len : 1, 1);
	(void)LLVMFuzzerTestOneInput(data, len);
	free(data);
	return 0;
}

int
main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++)
		status |= replay(argv[i]);
	return status;
}
